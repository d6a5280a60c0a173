/**
 * Presentations: the holder of claims discloses chosen fields to one verifier, for one purpose and time, and signs that with each claim's
 * holder key and with the identity's current key. Nothing is sent to the chain. Checking them is in presentation-check.ts.
 */
import { hexlify, isAddress, randomBytes, ZeroHash } from "ethers";

import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import documentSchema from "./claim-document.schema.json" with { type: "json" };
import {
  claimId,
  type ClaimDocument,
  type ClaimRecord,
  DocumentError,
  type DocumentParty,
  otherParty,
  ownParty,
} from "./document.js";
import { checkNetwork } from "./issue.js";
import type { PersonKey } from "./key.js";
import { shapeCheck } from "../common/shape.js";
import { proveFields, type ShownField } from "../common/tree.js";
import { digestOf, PRESENTATION_TYPES } from "./typed-data.js";

/** What opens one party of a claim: IClaimVerifier.Party. What is not shown is zero, or empty. */
export interface ShownParty {
  identity: string;
  subjectSalt: string;
  holder: string;
  holderSalt: string;
  acceptance: string;
}

/** A claim as it is shown: IClaimVerifier.ShownClaim. */
export interface ShownClaim {
  claim: ClaimRecord;
  path: string[];
  fields: ShownField[];
  proof: string[];
  proofFlags: boolean[];
  /** Which party the presenter is. */
  party: number;
  own: ShownParty;
  other: ShownParty;
  otherSubject: string;
  otherHolder: string;
  /** The holder key's, over the presentation. */
  signature: string;
}

/** For whom, for what and until when: IClaimVerifier.Presentation. */
export interface PresentationTerms {
  identity: string;
  /** For whom, in words: a department's name, domain or DID. */
  verifier: string;
  /** For what, in words. */
  purpose: string;
  /** The verifier's random number. */
  challenge: string;
  /** UTC seconds. */
  expires: number;
}

/** A presentation as JSON: the arguments of IClaimVerifier.presentationStatus, and where to ask it. */
export interface Presentation {
  type: "CivitasPresentation";
  version: 1;
  /** Decimal. */
  chainId: string;
  /** Address of the ClaimVerifier. */
  contract: string;
  presentation: PresentationTerms;
  shown: ShownClaim[];
  /** The identity's current key. */
  signer: string;
  signature: string;
}

/** A claim to present. */
export interface ClaimToPresent {
  document: ClaimDocument;
  holderKey: PersonKey;
  /** Names of the fields to disclose; may be none. */
  disclose: readonly string[];
  /** Of a claim about two: tell who the other is too. No, if left out. */
  showOther?: boolean;
}

export interface PresentRequest {
  claims: readonly ClaimToPresent[];
  /** Id of the identity that presents. */
  identity: string;
  /** The identity's current key. */
  identityKey: PersonKey;
  /** As the verifier asked. */
  verifier: string;
  purpose: string;
  challenge: string;
  /** Until when it is good; minutes are enough. */
  expires: Date;
}

const NOT_SHOWN: ShownParty = {
  identity: ZeroHash,
  subjectSalt: ZeroHash,
  holder: "0x",
  holderSalt: ZeroHash,
  acceptance: "0x",
};

/** A challenge: 32 random bytes, for one presentation. */
export function newChallenge(): string {
  return hexlify(randomBytes(32));
}

/**
 * The challenges of a desk: each is good for one presentation, and for some minutes. In memory; a desk of several machines keeps them where
 * all of them see one use.
 */
export class Challenges {
  readonly #open = new Map<string, number>();

  /**
   * @param lifetime Seconds until an unused challenge is forgotten.
   * @param now The clock, in milliseconds.
   */
  constructor(
    private readonly lifetime = 600,
    private readonly now: () => number = Date.now,
  ) {}

  /** A fresh challenge. */
  issue(): string {
    for (const [challenge, until] of this.#open) if (until <= this.now()) this.#open.delete(challenge);
    const challenge = newChallenge();
    this.#open.set(challenge, this.now() + this.lifetime * 1000);
    return challenge;
  }

  /** Use a challenge up. False if it was not issued here, was used before, or is too old. */
  use(challenge: string): boolean {
    const until = this.#open.get(challenge);
    this.#open.delete(challenge);
    return until !== undefined && until > this.now();
  }
}

/**
 * Disclose chosen fields of claims to one verifier.
 * @throws RangeError for a field that a claim does not have; DocumentError for a document that does not say who its holder is, or who the
 * other one is that shall be shown; IssueError for a claim of another network.
 */
export async function present(
  contracts: Pick<Contracts, "chainId" | "claims" | "verifier">,
  request: PresentRequest,
): Promise<Presentation> {
  const { identity, identityKey, verifier, purpose, challenge } = request;
  const terms = { identity, verifier, purpose, challenge, expires: Number(secondsOf(request.expires)) };
  for (const { document } of request.claims) await checkNetwork(contracts, document);
  const shown = request.claims.map(show);
  const digest = await presentationDigest(contracts, terms, shown);
  const [signature, ...signatures] = await Promise.all(
    [identityKey, ...request.claims.map(({ holderKey }) => holderKey)].map(async (key) =>
      hexlify(await key.sign(digest)),
    ),
  );
  return {
    type: "CivitasPresentation",
    version: 1,
    chainId: `${contracts.chainId}`,
    contract: await contracts.verifier.getAddress(),
    presentation: terms,
    shown: shown.map((one, i) => ({ ...one, signature: signatures[i] ?? "0x" })),
    signer: hexlify(identityKey.signer),
    signature: signature ?? "0x",
  };
}

/** What is signed: the EIP-712 digest of a presentation, equal to IClaimVerifier.presentationDigest (tested equal). */
export async function presentationDigest(
  contracts: Pick<Contracts, "chainId" | "claims" | "verifier">,
  terms: PresentationTerms,
  shown: readonly Pick<ShownClaim, "claim" | "fields">[],
): Promise<string> {
  const [chainId, registry] = [`${contracts.chainId}`, await contracts.claims.getAddress()];
  const claims = shown.map(({ claim, fields }) => ({
    claim: claimId({ chainId, registry, claim }),
    fields: fields.map(({ name }) => name),
  }));
  return digestOf(contracts, "verifier", PRESENTATION_TYPES, { ...terms, claims });
}

function show({ document, disclose, showOther = false }: ClaimToPresent): ShownClaim {
  const { claim, path, fields, party } = document;
  const other = otherParty(document);
  const own = opened(ownParty(document), true, "whose it is");
  return {
    claim,
    path,
    ...proveFields(fields, disclose),
    party,
    own,
    other: other === undefined ? NOT_SHOWN : opened(other, showOther, "who the other one is"),
    otherSubject: other?.subject.commitment ?? ZeroHash,
    otherHolder: other?.holder.commitment ?? ZeroHash,
    signature: "0x",
  };
}

/** A party's key is shown with its acceptance: without the key that is worth nothing. */
function opened({ subject, holder, acceptance }: DocumentParty, tellsWho: boolean, what: string): ShownParty {
  const { identity, salt: subjectSalt } = subject;
  const shown = { ...NOT_SHOWN };
  if (tellsWho) {
    if (identity === undefined || subjectSalt === undefined) {
      throw new DocumentError([`it does not say ${what}, or that was erased`]);
    }
    Object.assign(shown, { identity, subjectSalt });
  }
  const { signer, salt: holderSalt } = holder;
  const needed = acceptance !== undefined || what === "whose it is";
  if (needed && signer !== undefined && holderSalt !== undefined) {
    Object.assign(shown, { holder: signer, holderSalt, acceptance: acceptance ?? "0x" });
  }
  return shown;
}

const { $defs } = documentSchema;
const word = { $ref: "#/$defs/word" };
const bytes = { type: "string", pattern: "^0x([0-9a-f]{2})*$", maxLength: 200_000 };
const sentence = { type: "string", maxLength: 1000 };
const all = (properties: Record<string, unknown>) => ({
  type: "object",
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});
const shownParty = all({ identity: word, subjectSalt: word, holder: bytes, holderSalt: word, acceptance: bytes });

/** The JSON Schema (2020-12) of presentations. */
export const PRESENTATION_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:civitas:presentation:1",
  title: "Presentation of claims",
  $defs,
  ...all({
    type: { const: "CivitasPresentation" },
    version: { const: 1 },
    chainId: documentSchema.properties.chainId,
    contract: { $ref: "#/$defs/address" },
    presentation: all({
      identity: word,
      verifier: sentence,
      purpose: sentence,
      challenge: word,
      expires: { $ref: "#/$defs/uint40" },
    }),
    shown: {
      type: "array",
      maxItems: 64,
      items: all({
        claim: documentSchema.properties.claim,
        path: documentSchema.properties.path,
        fields: {
          type: "array",
          maxItems: 64,
          items: all({ name: { type: "string", maxLength: 1000 }, salt: word, value: bytes }),
        },
        proof: { type: "array", maxItems: 64, items: word },
        proofFlags: { type: "array", maxItems: 128, items: { type: "boolean" } },
        party: { type: "integer", minimum: 0, maximum: 255 },
        own: shownParty,
        other: shownParty,
        otherSubject: word,
        otherHolder: word,
        signature: bytes,
      }),
    },
    signer: bytes,
    signature: bytes,
  }),
};

const shapeFaults = shapeCheck(PRESENTATION_SCHEMA, "the presentation");

/** What is wrong with the shape of a presentation from outside; nothing in it is checked but that it can be asked about. */
export function presentationFaults(json: unknown): string[] {
  const faults = shapeFaults(json);
  if (faults.length !== 0) return faults;
  const { shown, presentation } = json as Presentation;
  const texts = [
    presentation.verifier,
    presentation.purpose,
    ...shown.flatMap(({ fields }) => fields.map(({ name }) => name)),
  ];
  if (texts.some((text) => !text.isWellFormed())) faults.push("a text in it is no Unicode");
  if (shown.some(({ claim }) => BigInt(claim.serial) >= 1n << 64n)) faults.push("a serial is too large");
  if (shown.some(({ claim }) => !isAddress(claim.issuer))) faults.push("an issuer's address is mistyped");
  return faults;
}
