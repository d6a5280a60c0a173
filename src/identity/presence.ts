/** Presence: who somebody is, shown to one verifier by one signature of the identity's key, without any transaction. */
import { hexlify, keccak256, ZeroHash } from "ethers";

import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import documentSchema from "./claim-document.schema.json" with { type: "json" };
import { isSignedBy, type PersonKey } from "./key.js";
import type { Challenges } from "./presentation.js";
import { shapeCheck } from "../common/shape.js";
import { KINDS, type Kind, PRESENCE_STATUSES, type PresenceStatus } from "./status.js";
import { digestOf, PRESENCE_TYPES } from "./typed-data.js";

/** IIdentityRegistry.Presence. */
export interface Presence {
  identity: string;
  /** For whom, in words. */
  verifier: string;
  /** For what, in words. */
  purpose: string;
  challenge: string;
  /** UTC seconds. */
  expires: number;
}

/** A signed presence as JSON: the arguments of IIdentityRegistry.presenceStatus, and where to ask it. */
export interface SignedPresence {
  type: "CivitasPresence";
  version: 1;
  /** Decimal. */
  chainId: string;
  /** Address of the IdentityRegistry. */
  registry: string;
  presence: Presence;
  /** The identity's current key. */
  signer: string;
  signature: string;
}

/** What a desk asked for. */
export interface Expected {
  /** Itself, in the words it told the holder. */
  verifier: string;
  purpose: string;
  /** The challenge it gave, or all its open ones: then this one is used up. */
  challenge: string | Challenges;
}

/** What is said to a desk beside the contract's own statuses: it is no such thing, is for another network, or for another occasion. */
export type Refusal = "Unreadable" | "OtherNetwork" | "NotForThis";

/** What a presence is worth. */
export interface PresenceAnswer {
  status: PresenceStatus | Refusal;
  /** A sentence for the officer at the desk. */
  message: string;
  /** Who it is; only if the status is Valid. */
  identity?: string;
}

/** Sign a presence, for one verifier, purpose and challenge. */
export async function signPresence(
  contracts: Pick<Contracts, "chainId" | "identities">,
  key: PersonKey,
  { expires, ...terms }: Omit<Presence, "expires"> & { expires: Date },
): Promise<SignedPresence> {
  const presence = { ...terms, expires: Number(secondsOf(expires)) };
  const digest = await digestOf(contracts, "identities", PRESENCE_TYPES, presence);
  return {
    type: "CivitasPresence",
    version: 1,
    chainId: `${contracts.chainId}`,
    registry: await contracts.identities.getAddress(),
    presence,
    signer: hexlify(key.signer),
    signature: hexlify(await key.sign(digest)),
  };
}

/**
 * Check a presence at the desk: that it was made for this occasion, and what it is worth. Only the state of the identity is asked of the chain,
 * and what a contract or a verifier says of a signature.
 * @param json From outside; it need not have any shape.
 */
export async function verifyPresence(
  contracts: Pick<Contracts, "chainId" | "identities" | "provider">,
  json: unknown,
  expected: Expected,
): Promise<PresenceAnswer> {
  const faults = shapeFaults(json);
  if (faults.length !== 0) return { status: "Unreadable", message: `this is no presence: ${faults.join("; ")}` };
  const signed = json as SignedPresence;
  const refusal = await refusalOf(contracts, "identities", signed, signed.registry, signed.presence, expected);
  if (refusal !== undefined) return refusal;
  const status = await presenceStatus(contracts, signed);
  const answer = { status, message: SENTENCES[status] };
  return status === "Valid" ? { ...answer, identity: signed.presence.identity } : answer;
}

/** What a presence is worth, computed here: as IIdentityRegistry.presenceStatus answers (tested equal). */
export async function presenceStatus(
  contracts: Pick<Contracts, "chainId" | "identities" | "provider">,
  { presence, signer, signature }: SignedPresence,
): Promise<PresenceStatus> {
  if ((await chainTime(contracts)) > presence.expires) return "Expired";
  const identity = await controlOf(contracts, presence.identity);
  if (!identity.active) return "IdentityNotActive";
  const digest = await digestOf(contracts, "identities", PRESENCE_TYPES, presence);
  return (await speaksFor(contracts, identity, digest, signer, signature)) ? "Valid" : "SignatureInvalid";
}

/** What the contract says a presence is worth. */
export async function presenceStatusOnChain(
  { identities }: Pick<Contracts, "identities">,
  { presence, signer, signature }: SignedPresence,
): Promise<PresenceStatus> {
  const status = PRESENCE_STATUSES[Number(await identities.presenceStatus(presence, signer, signature))];
  if (status === undefined) throw new Error("the registry gave a status this client does not know");
  return status;
}

/** Who may sign for an identity now. */
export interface IdentityControl {
  active: boolean;
  kind: Kind;
  signerHash: string;
  /** The key is worth something: no guardianship has ended. */
  current: boolean;
}

/** Who may sign for an identity now, asked of the chain. */
export async function controlOf(
  contracts: Pick<Contracts, "identities" | "provider">,
  identity: string,
): Promise<IdentityControl> {
  const [[state, signerHash], now] = await Promise.all([contracts.identities.stateOf(identity), chainTime(contracts)]);
  const kind = KINDS[Number(state.kind)] ?? "None";
  return {
    active: kind !== "None" && !state.suspended && !state.closed && !state.recovering,
    kind,
    signerHash,
    current: signerHash !== ZeroHash && (state.guardianUntil === 0n || now < Number(state.guardianUntil)),
  };
}

/** Whether a signature is that of an identity's current key, as IIdentityRegistry.isSignedBy answers. */
export async function speaksFor(
  { provider }: Pick<Contracts, "provider">,
  identity: IdentityControl,
  digest: string,
  signer: string,
  signature: string,
): Promise<boolean> {
  const isCurrent = identity.active && identity.current && keccak256(signer) === identity.signerHash;
  return isCurrent && (await isSignedBy(provider, signer, digest, signature));
}

/** Time of the latest block, UTC seconds: what contracts take for now. */
export async function chainTime({ provider }: Pick<Contracts, "provider">): Promise<number> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new Error("the node has no blocks yet; try again when it is synchronised");
  return block.timestamp;
}

/** Why a desk does not even look at something: it is of another network, or was made for another occasion. */
export async function refusalOf<Name extends "identities" | "verifier">(
  contracts: Pick<Contracts, "chainId" | Name>,
  name: Name,
  { chainId }: { chainId: string },
  address: string,
  made: Pick<Presence, "verifier" | "purpose" | "challenge">,
  { verifier, purpose, challenge }: Expected,
): Promise<{ status: Refusal; message: string } | undefined> {
  if (
    chainId !== `${contracts.chainId}` ||
    address.toLowerCase() !== (await contracts[name].getAddress()).toLowerCase()
  ) {
    return {
      status: "OtherNetwork",
      message: `it was made for chain ${chainId} and the contract ${address}, not for this network`,
    };
  }
  const notForThis = (message: string) => ({ status: "NotForThis" as const, message });
  if (made.verifier !== verifier) return notForThis(`it was made for "${made.verifier}", not for "${verifier}"`);
  if (made.purpose !== purpose) return notForThis(`it was made for the purpose "${made.purpose}", not "${purpose}"`);
  const isExpected = typeof challenge === "string" ? made.challenge === challenge : challenge.use(made.challenge);
  if (!isExpected)
    return notForThis("it does not answer this desk's challenge, or was shown before; show a fresh challenge");
  return undefined;
}

const SENTENCES: Record<PresenceStatus, string> = {
  Valid: "the person is present: the identity's current key signed it",
  Expired: "it has expired; show a fresh challenge",
  IdentityNotActive: "the identity is unknown, suspended, closed or being recovered; its registrar can tell",
  SignatureInvalid: "it is not signed by the identity's current key; do not trust it",
};

const { $defs } = documentSchema;
const bytes = { type: "string", pattern: "^0x([0-9a-f]{2})*$", maxLength: 200_000 };
const shapeFaults = shapeCheck(
  {
    $defs,
    type: "object",
    required: ["type", "version", "chainId", "registry", "presence", "signer", "signature"],
    additionalProperties: false,
    properties: {
      type: { const: "CivitasPresence" },
      version: { const: 1 },
      chainId: documentSchema.properties.chainId,
      registry: { $ref: "#/$defs/address" },
      presence: {
        type: "object",
        required: ["identity", "verifier", "purpose", "challenge", "expires"],
        additionalProperties: false,
        properties: {
          identity: { $ref: "#/$defs/word" },
          verifier: { type: "string", maxLength: 1000 },
          purpose: { type: "string", maxLength: 1000 },
          challenge: { $ref: "#/$defs/word" },
          expires: { $ref: "#/$defs/uint40" },
        },
      },
      signer: bytes,
      signature: bytes,
    },
  },
  "the presence",
);
