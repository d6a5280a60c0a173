/** Checking presentations at a desk: here, or by the contract's view, with the same answer. */
import { ZeroHash } from "ethers";

import type { Contracts } from "../contracts.js";
import { holderCommitment, type PartyIndex, pairCommitment, subjectCommitment } from "./commitment.js";
import { claimStatus } from "./issue.js";
import { isSignedBy } from "./key.js";
import { chainTime, controlOf, type Expected, type Refusal, refusalOf, speaksFor } from "./presence.js";
import {
  presentationDigest,
  presentationFaults,
  type Presentation,
  type ShownClaim,
  type ShownParty,
} from "./presentation.js";
import { type ChainSchema, schemaOf } from "./schema.js";
import { type ClaimStatus, PRESENTATION_STATUSES, type PresentationStatus } from "./status.js";
import { isDisclosed, textOf } from "../common/tree.js";

/** What the contract says of a presentation. */
export interface PresentationVerdict {
  status: PresentationStatus;
  /** Which of the shown claims has the fault. */
  index: number;
  /** Status of that claim, where it was looked at. */
  claimStatus: ClaimStatus;
}

/** What a presentation is worth to a desk. */
export interface PresentationAnswer {
  status: PresentationStatus | Refusal;
  /** A sentence for the officer at the desk. */
  message: string;
  /** Everything that is wrong, each in a sentence; the first is the message. None if the status is Valid. */
  faults: string[];
  /** Who presented; only if the status is Valid. */
  identity?: string;
  /** What is proven, in the order shown; empty unless the status is Valid. */
  claims: ProvenClaim[];
}

/** A claim that was shown and is proven. */
export interface ProvenClaim {
  /** The claim's id. */
  claimId: string;
  /** Number of the schema. */
  schema: number;
  /** Number of the city that issued it. */
  city: number;
  /** Account of the officer. */
  issuer: string;
  /** UTC seconds. */
  validFrom: number;
  /** UTC seconds; 0 for no end. */
  validUntil: number;
  /** Which party the presenter is. */
  party: number;
  /** The disclosed values by name. */
  fields: Record<string, string>;
  /** Of a claim about two. `shown`: both identities are proven; else only the presenter's, the other is undefined. */
  relation?: { first: string | undefined; second: string | undefined; shown: boolean };
}

/** A fault of a presentation, as the contract names it. */
interface Fault {
  status: Exclude<PresentationStatus, "Valid">;
  index: number;
  claimStatus: ClaimStatus;
}

type Reading = Pick<Contracts, "chainId" | "provider" | "claims" | "identities" | "verifier">;

/**
 * Check a presentation at the desk: that it was made for this occasion, and everything in it. Only statuses, schemas and the identity's
 * state are asked of the chain, and what contracts say of signatures; what is disclosed goes nowhere.
 * @param json From outside; it need not have any shape.
 */
export async function verifyPresentation(
  contracts: Reading,
  json: unknown,
  expected: Expected,
): Promise<PresentationAnswer> {
  const shape = presentationFaults(json);
  if (shape.length !== 0) {
    const message = `this is no presentation: ${shape.join("; ")}`;
    return { status: "Unreadable", message, faults: shape, claims: [] };
  }
  const made = json as Presentation;
  const refusal = await refusalOf(contracts, "verifier", made, made.contract, made.presentation, expected);
  if (refusal !== undefined) return { ...refusal, faults: [refusal.message], claims: [] };
  const { faults, proven } = await examine(contracts, made);
  const [first] = faults;
  if (first !== undefined) {
    const sentences = faults.map((fault) => sentenceOf(fault, made));
    return { status: first.status, message: sentences[0] ?? "", faults: sentences, claims: [] };
  }
  const unreadable = made.shown.flatMap(({ fields }) => fields.filter(({ value }) => textOf(value) === undefined));
  if (unreadable.length !== 0) {
    const sentences = unreadable.map(({ name }) => `the value of "${name}" is no text`);
    return { status: "Unreadable", message: sentences.join("; "), faults: sentences, claims: [] };
  }
  const message = "all of it is proven, and signed by the identity's current key";
  return { status: "Valid", message, faults: [], identity: made.presentation.identity, claims: proven };
}

/** What a presentation is worth, computed here: as IClaimVerifier.presentationStatus answers (tested equal). */
export async function presentationStatus(contracts: Reading, made: Presentation): Promise<PresentationVerdict> {
  const { faults } = await examine(contracts, made);
  return faults[0] ?? { status: "Valid", index: 0, claimStatus: made.shown.length === 0 ? "Unknown" : "Active" };
}

/** What the contract says a presentation is worth. */
export async function presentationStatusOnChain(
  { verifier }: Pick<Contracts, "verifier">,
  { presentation, shown, signer, signature }: Presentation,
): Promise<PresentationVerdict> {
  const answer = await verifier.presentationStatus(presentation, shown, signer, signature);
  const status = PRESENTATION_STATUSES[Number(answer.status)];
  if (status === undefined) throw new Error("the verifier gave a status this client does not know");
  return { status, index: Number(answer.index), claimStatus: claimStatus(answer.claimStatus) };
}

/** All faults, in the order in which the contract looks for them; what is shown, where there is none. */
async function examine(contracts: Reading, made: Presentation): Promise<{ faults: Fault[]; proven: ProvenClaim[] }> {
  const { presentation, shown, signer, signature } = made;
  const faults: Fault[] = [];
  const of = (status: Fault["status"], index = 0, claimStatus: ClaimStatus = "Unknown") => ({
    status,
    index,
    claimStatus,
  });
  if ((await chainTime(contracts)) > presentation.expires) faults.push(of("Expired"));
  if (shown.length === 0) faults.push(of("Empty"));
  const digest = await presentationDigest(contracts, presentation, shown);
  const checked = await Promise.all(shown.map(async (one) => check(contracts, one, presentation.identity, digest)));
  checked.forEach(({ status, claimStatus }, index) => {
    if (status !== "Valid") faults.push(of(status, index, claimStatus));
  });
  const last = shown.length === 0 ? "Unknown" : "Active"; // what the contract's loop leaves behind
  const identity = await controlOf(contracts, presentation.identity);
  if (!identity.active) faults.push(of("IdentityNotActive", 0, last));
  else if (!(await speaksFor(contracts, identity, digest, signer, signature))) {
    faults.push(of("IdentitySignatureInvalid", 0, last));
  }
  return { faults, proven: checked.map(({ id, parties }, i) => prove(id, parties, shown[i])) };
}

/** One of the shown claims, in the order of PresentationStatus. */
async function check(
  contracts: Reading,
  shown: ShownClaim,
  identity: string,
  digest: string,
): Promise<{ status: PresentationStatus; claimStatus: ClaimStatus; id: string; parties: number }> {
  const { status, id } = await contracts.claims.statusOf(shown.claim, shown.path);
  const found = claimStatus(status);
  const answer = (status: PresentationStatus, parties = 0) => ({ status, claimStatus: found, id, parties });
  if (found !== "Active") return answer("ClaimNotActive");
  if (shown.fields.length !== 0 && !isDisclosed(shown.claim.root, shown)) return answer("FieldsNotProven");
  const schema = await schemaOf(contracts, shown.claim.schema);
  const { parties } = schema;
  if (shown.party >= parties || shown.own.identity !== identity || !isSubjectProven(shown, parties)) {
    return answer("SubjectNotProven");
  }
  if (!isHolderProven(shown, parties)) return answer("HolderNotProven");
  if (!(await isAccepted(contracts, shown, schema, id))) return answer("AcceptanceMissing");
  if (!(await isSignedBy(contracts.provider, shown.own.holder, digest, shown.signature))) {
    return answer("HolderSignatureInvalid");
  }
  return answer("Valid", parties);
}

function isSubjectProven({ claim, party, own, other, otherSubject }: ShownClaim, parties: number): boolean {
  const mine = party === 0 ? 0 : 1;
  const commitment = subjectCommitment(mine, own.subjectSalt, own.identity);
  if (parties === 1) return claim.subject === commitment && other.identity === ZeroHash;
  if (claim.subject !== pairOf(mine, commitment, otherSubject)) return false;
  return (
    other.identity === ZeroHash || otherSubject === subjectCommitment(theOther(mine), other.subjectSalt, other.identity)
  );
}

function isHolderProven({ claim, party, own, other, otherHolder }: ShownClaim, parties: number): boolean {
  const mine = party === 0 ? 0 : 1;
  const commitment = holderCommitment(mine, own.holderSalt, own.holder);
  if (parties === 1) return claim.holder === commitment;
  if (claim.holder !== pairOf(mine, commitment, otherHolder)) return false;
  return other.holder === "0x" || otherHolder === holderCommitment(theOther(mine), other.holderSalt, other.holder);
}

async function isAccepted(
  { provider }: Pick<Contracts, "provider">,
  { party, own, other }: ShownClaim,
  { acceptance }: ChainSchema,
  id: string,
): Promise<boolean> {
  const first = acceptance === "Both" || acceptance === "First";
  const second = acceptance === "Both" || acceptance === "Second";
  const [needsOwn, needsOther] = party === 0 ? [first, second] : [second, first];
  const accepts = async ({ holder, acceptance }: ShownParty) => isSignedBy(provider, holder, id, acceptance);
  return (!needsOwn || (await accepts(own))) && (!needsOther || (await accepts(other)));
}

function pairOf(party: PartyIndex, own: string, other: string): string {
  return party === 0 ? pairCommitment(own, other) : pairCommitment(other, own);
}

function theOther(party: PartyIndex): PartyIndex {
  return party === 0 ? 1 : 0;
}

function prove(id: string, parties: number, shown?: ShownClaim): ProvenClaim {
  if (shown === undefined) throw new Error("a claim is missing");
  const { claim, party, own, other, fields } = shown;
  const { schema, city, issuer, validFrom, validUntil } = claim;
  const values = Object.fromEntries(fields.map(({ name, value }) => [name, textOf(value) ?? value]));
  const proven = { claimId: id, schema, city, issuer, validFrom, validUntil, party, fields: values };
  if (parties !== 2) return proven;
  const theOther = other.identity === ZeroHash ? undefined : other.identity;
  const [first, second] = party === 0 ? [own.identity, theOther] : [theOther, own.identity];
  return { ...proven, relation: { first, second, shown: theOther !== undefined } };
}

function sentenceOf({ status, index, claimStatus }: Fault, { shown }: Presentation): string {
  const claim = shown.length === 1 ? "the claim" : `claim ${index + 1}`;
  const of = `${claim} (schema ${shown[index]?.claim.schema ?? "unknown"})`;
  switch (status) {
    case "Expired":
      return "it has expired; show a fresh challenge";
    case "Empty":
      return "it shows no claim";
    case "ClaimNotActive":
      return `${of} ${STATUS_SENTENCES[claimStatus]}`;
    case "FieldsNotProven":
      return `the fields shown of ${of} are not those that were issued; do not trust them`;
    case "SubjectNotProven":
      return `${of} is not about the person who shows it, or not about the other one who is named`;
    case "HolderNotProven":
      return `the key shown for ${of} is not the one it was issued to`;
    case "AcceptanceMissing":
      return `a party of ${of} has not accepted it, as its schema asks`;
    case "HolderSignatureInvalid":
      return `the holder of ${of} has not signed this presentation`;
    case "IdentityNotActive":
      return "the identity is unknown, suspended, closed or being recovered; its registrar can tell";
    case "IdentitySignatureInvalid":
      return "it is not signed by the identity's current key: the phone may be an old or a stolen one; do not trust it";
  }
}

const STATUS_SENTENCES: Record<ClaimStatus, string> = {
  Unknown: "was never issued, or not as it is shown",
  NotYetValid: "is not yet valid",
  Active: "is active",
  Suspended: "is suspended; the department that issued it can tell why",
  Expired: "has expired; ask for a renewed one",
  Superseded: "was replaced by a newer one; ask for that",
  Revoked: "was revoked",
  Distrusted: "is of an issuer whose claims of that time are distrusted; ask for one issued anew",
};
