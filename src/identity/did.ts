/**
 * A driver of `did-resolver` for identities: `new Resolver(getResolver(client))`. The DID document is made from the chain; nobody else
 * has to be asked. It shows the identity's current key, and none that counts while the identity is not active.
 */
import type {
  DIDDocument,
  DIDResolutionOptions,
  DIDResolutionResult,
  DIDResolver,
  VerificationMethod,
} from "did-resolver";
import { dataLength, dataSlice, encodeBase64, getAddress } from "ethers";

import { dateOf, secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { parseIdentityDid } from "./did-syntax.js";
import { identityHistory } from "./history.js";
import { currentSigner, type Identity, IdentityError, identityById } from "./identity.js";

type Reading = Pick<Contracts, "chainId" | "identities" | "p256" | "provider">;

const JSON_LD = "application/did+ld+json";
const JSON_ONLY = "application/did+json";
const ACCOUNT_LENGTH = 20;

/**
 * The methods that this suite resolves, for `new Resolver(...)`: `civitas`, on the network of these contracts.
 *
 * - An account's key is an `EcdsaSecp256k1RecoveryMethod2020`, an account that is a contract a `BlockchainVerificationMethod2021`.
 * - A phone's key, of the suite's P256Verifier, is a `JsonWebKey`. A key of another verifier is not shown.
 * - `authentication` and `assertionMethod` name it only while the identity is active and a guardianship has not ended.
 * - A closed identity is deactivated, and shows no key. `versionId` is the identity's count of changes. Past versions are not resolved.
 *
 * Errors are told in `didResolutionMetadata.error`: `invalidDid`, `notFound` (also for another network, or a version),
 * `representationNotSupported`, or `internalError` where the node failed; `message` says more.
 */
export function getResolver(contracts: Reading): { civitas: DIDResolver } {
  return { civitas: async (did, parsed, _, options) => resolve(contracts, did, parsed.query, options) };
}

async function resolve(
  contracts: Reading,
  did: string,
  query: string | undefined,
  { accept = JSON_LD }: DIDResolutionOptions,
): Promise<DIDResolutionResult> {
  const named = parseIdentityDid(did);
  if (named === null)
    return failure("invalidDid", "this is no DID of an identity: did:civitas:<chain>:<registry>:<id>");
  if (accept !== JSON_LD && accept !== JSON_ONLY) {
    return failure("representationNotSupported", `documents are ${JSON_LD} or ${JSON_ONLY}`);
  }
  const registry = (await contracts.identities.getAddress()).toLowerCase();
  if (named.chainId !== contracts.chainId || named.registry !== registry) {
    return failure("notFound", `this resolver knows the registry ${registry} on chain ${contracts.chainId} only`);
  }
  if (/(^|&)version(Id|Time)=/.test(query ?? "")) {
    return failure("notFound", "only the present version is resolved; the identity's history is on the chain");
  }
  try {
    const identity = await identityById(contracts, named.identity);
    const { "@context": context, ...document } = await documentOf(contracts, did, identity);
    return {
      didResolutionMetadata: { contentType: accept },
      didDocument: accept === JSON_LD ? { "@context": context ?? [], ...document } : document,
      didDocumentMetadata: await metadataOf(contracts, identity),
    };
  } catch (error) {
    if (error instanceof IdentityError) return failure("notFound", error.message);
    return failure("internalError", error instanceof Error ? error.message : String(error));
  }
}

function failure(error: string, message: string): DIDResolutionResult {
  return { didResolutionMetadata: { error, message }, didDocument: null, didDocumentMetadata: {} };
}

async function documentOf(contracts: Reading, did: string, identity: Identity): Promise<DIDDocument> {
  const shown = identity.status === "Closed" ? undefined : await methodOf(contracts, did, identity.id);
  const context = ["https://www.w3.org/ns/did/v1", ...(shown === undefined ? [] : [shown.context])];
  if (shown === undefined) return { "@context": context, id: did };
  const counts = identity.status === "Active" && !(await hasGuardianshipEnded(contracts, identity));
  const key = [shown.method.id];
  return {
    "@context": context,
    id: did,
    verificationMethod: [shown.method],
    ...(counts ? { authentication: key, assertionMethod: key } : {}),
  };
}

/** The current key as a verification method; undefined for a verifier whose keys have no such form. */
async function methodOf(
  { identities, p256, provider, chainId }: Reading,
  did: string,
  id: string,
): Promise<{ context: string; method: VerificationMethod } | undefined> {
  const signer = await currentSigner({ identities, provider }, id);
  const account = getAddress(dataSlice(signer, 0, ACCOUNT_LENGTH));
  const shared = { id: `${did}#key`, controller: did };
  if (dataLength(signer) === ACCOUNT_LENGTH) {
    const isContract = (await provider.getCode(account)) !== "0x";
    const suite = isContract ? "blockchain-2021/v1" : "secp256k1recovery-2020/v2";
    const type = isContract ? "BlockchainVerificationMethod2021" : "EcdsaSecp256k1RecoveryMethod2020";
    return {
      context: `https://w3id.org/security/suites/${suite}`,
      method: { ...shared, type, blockchainAccountId: `eip155:${chainId}:${account}` },
    };
  }
  const isPhone = account === (await p256.getAddress()) && dataLength(signer) === ACCOUNT_LENGTH + 64;
  if (!isPhone) return undefined;
  const coordinate = (start: number) =>
    encodeBase64(dataSlice(signer, start, start + 32))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const publicKeyJwk = { kty: "EC", crv: "P-256", x: coordinate(ACCOUNT_LENGTH), y: coordinate(ACCOUNT_LENGTH + 32) };
  return {
    context: "https://w3id.org/security/jwk/v1",
    method: { ...shared, type: "JsonWebKey", publicKeyJwk },
  };
}

async function hasGuardianshipEnded({ provider }: Reading, { guardianUntil }: Identity): Promise<boolean> {
  if (guardianUntil === null) return false;
  const block = await provider.getBlock("latest");
  return block === null || block.timestamp >= Number(secondsOf(guardianUntil));
}

async function metadataOf(contracts: Reading, identity: Identity): Promise<DIDResolutionResult["didDocumentMetadata"]> {
  let first = identity.changedIn;
  for await (const { block } of identityHistory(contracts, identity.id, identity.changedIn)) first = block;
  const [created, updated] = await Promise.all([timeOf(contracts, first), timeOf(contracts, identity.changedIn)]);
  return {
    created,
    ...(identity.changes === 0 ? {} : { updated }),
    versionId: String(identity.changes),
    ...(identity.status === "Closed" ? { deactivated: true } : {}),
    status: identity.status,
  };
}

async function timeOf({ provider }: Reading, block: number): Promise<string> {
  const found = await provider.getBlock(block);
  if (found === null) throw new Error(`the node does not have block ${block}; ask another one`);
  return dateOf(found.timestamp).toISOString().replace(".000Z", "Z");
}
