/** How DIDs of identities are written: `did:civitas:<chain id>:<identity registry>:<identity>`, in lower-case hexadecimal without 0x. */

/** What a DID names. */
export interface IdentityDid {
  chainId: bigint;
  /** Address of the IdentityRegistry, lower case. */
  registry: string;
  /** Id of the identity. */
  identity: string;
}

const FORM = /^did:civitas:([1-9][0-9]{0,77}):([0-9a-f]{40}):([0-9a-f]{64})$/;

/**
 * The DID of an identity. Whoever learns a natural person's DID can follow what becomes of the identity; claims never name it in the open.
 * @param registry Address of the IdentityRegistry.
 */
export function identityDid(chainId: bigint | string, registry: string, identity: string): string {
  const did = `did:civitas:${chainId}:${registry.slice(2).toLowerCase()}:${identity.slice(2).toLowerCase()}`;
  if (!FORM.test(did)) throw new RangeError("a DID is made of a chain id, an address and an identity's 32 bytes");
  return did;
}

/** What a DID names; null if it is not of this form, in which each identity has one DID only. */
export function parseIdentityDid(did: string): IdentityDid | null {
  const [, chainId, registry, identity] = FORM.exec(did) ?? [];
  if (chainId === undefined || registry === undefined || identity === undefined) return null;
  return { chainId: BigInt(chainId), registry: `0x${registry}`, identity: `0x${identity}` };
}
