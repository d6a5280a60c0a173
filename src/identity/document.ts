/** Claim documents: a claim with all that opens it, as plain JSON. An issuer hands it to the holder, whose wallet keeps it. */
import { isAddress, type TypedDataDomain, TypedDataEncoder } from "ethers";

import documentSchema from "./claim-document.schema.json" with { type: "json" };
import { holderCommitment, pairCommitment, type PartyIndex, subjectCommitment } from "./commitment.js";
import { shapeCheck } from "../common/shape.js";
import { fieldRoot, isErased, type OpenField, type TreeField } from "../common/tree.js";
import { BATCH_KEY_TYPES, CLAIM_TYPES, domainAt } from "./typed-data.js";

/** The published JSON Schema (2020-12) of claim documents. */
export const CLAIM_DOCUMENT_SCHEMA: object = documentSchema;

/** A claim as Claim.sol has it, in JSON. */
export interface ClaimRecord {
  /** The officer's account. */
  issuer: string;
  /** Number of the city. */
  city: number;
  /** Number of the schema. */
  schema: number;
  /** The issuer's number of the batch, decimal; "0" for a single claim. */
  serial: string;
  /** Place in the batch, from 0. */
  position: number;
  /** UTC seconds. */
  validFrom: number;
  /** UTC seconds; 0 for no end. */
  validUntil: number;
  /** Root of the tree of fields. */
  root: string;
  /** Commitment to the subject; of two, to their pair. */
  subject: string;
  /** Commitment to the holder key; of two, to their pair. */
  holder: string;
}

/** One party of a claim: the commitments to it, and what opens them as far as it is known here. */
export interface DocumentParty {
  /** Who it is. `identity` and `salt` are both there, or neither. */
  subject: { commitment: string; identity?: string; salt?: string };
  /** Which key signs for it, as in ERC-7913. `signer` and `salt` are both there, or neither. */
  holder: { commitment: string; signer?: string; salt?: string };
  /** The holder key's signature over the claim's id, where the party accepted the claim. */
  acceptance?: string;
}

/** A claim document. Whoever has it knows everything in it: it is shown to nobody, presentations are. */
export interface ClaimDocument {
  type: "CivitasClaim";
  version: 1;
  /** Decimal. */
  chainId: string;
  /** Address of the ClaimRegistry. */
  registry: string;
  claim: ClaimRecord;
  /** Of a claim in a batch, the path from its id to the batch's root; else empty. */
  path: string[];
  /** What the schema is called, for people. */
  schemaName: string;
  /** Of an erased field, only the leaf is left. */
  fields: TreeField[];
  /** One, or two of a relation. */
  parties: DocumentParty[];
  /** Which of the parties the holder of this document is. */
  party: PartyIndex;
}

/** A claim document is not what it must be; `faults` says all that is wrong, each in a sentence. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";

  constructor(readonly faults: readonly string[]) {
    super(`this claim document cannot be used: ${faults.join("; ")}`);
  }
}

const shapeFaults = shapeCheck(CLAIM_DOCUMENT_SCHEMA, "the document");

/**
 * A claim document from JSON of any origin. Its shape and everything that can be computed is checked; whether the claim was issued
 * and stands, only the chain knows (`statusOf` in issue.ts).
 * @throws DocumentError with all faults.
 */
export function parseDocument(json: unknown): ClaimDocument {
  const shape = shapeFaults(json);
  if (shape.length !== 0) throw new DocumentError(shape);
  const document = structuredClone(json) as ClaimDocument;
  const faults = documentFaults(document);
  if (faults.length !== 0) throw new DocumentError(faults);
  return document;
}

/** What is wrong with a document of the right shape: contents that are not those of its claim. None if it is sound. */
export function documentFaults(document: ClaimDocument): string[] {
  const { claim, path, fields, parties, party } = document;
  const faults: string[] = [];
  const check = (sound: boolean, fault: string) => {
    if (!sound) faults.push(fault);
  };
  const names = fields.flatMap((field) => (isErased(field) ? [] : [field.name]));
  check(new Set(names).size === names.length, "a field is there twice");
  check(sound(() => fieldRoot(fields)) === claim.root, "the fields are not those of the claim: its root differs");
  check(
    claim.serial !== "0" || (claim.position === 0 && path.length === 0),
    "a single claim has no position and no path",
  );
  check(BigInt(claim.serial) < 1n << 64n, "the serial is too large");
  check(isAddress(claim.issuer), "the issuer's address is mistyped: its capital letters do not fit");
  check(parties[party] !== undefined, "the holder of the document is none of its parties");
  parties.forEach(({ subject, holder }, index) => {
    const which = parties.length === 1 ? "the subject" : `party ${index}`;
    const own = index as PartyIndex;
    if (subject.identity !== undefined && subject.salt !== undefined) {
      const opened = subjectCommitment(own, subject.salt, subject.identity);
      check(opened === subject.commitment, `what is said of who ${which} is does not open the commitment`);
    }
    if (holder.signer !== undefined && holder.salt !== undefined) {
      const opened = holderCommitment(own, holder.salt, holder.signer);
      check(opened === holder.commitment, `what is said of the key of ${which} does not open the commitment`);
    }
  });
  check(combined(parties.map(({ subject }) => subject.commitment)) === claim.subject, "the claim is about others");
  check(combined(parties.map(({ holder }) => holder.commitment)) === claim.holder, "the claim has other holder keys");
  return faults;
}

/** The commitment in a claim: of one party its own, of two their pair. */
export function combined(commitments: readonly string[]): string | undefined {
  const [first, second] = commitments;
  return first === undefined || second === undefined ? first : pairCommitment(first, second);
}

/** The claim's id: its EIP-712 digest, equal to ClaimRegistry.idOf (tested equal). */
export function claimId(document: Pick<ClaimDocument, "chainId" | "registry" | "claim">): string {
  return TypedDataEncoder.hash(registryDomain(document), CLAIM_TYPES, document.claim);
}

/** The id of the batch that the claim is anchored in; undefined for a single claim. Equal to ClaimRegistry.batchOf (tested equal). */
export function batchIdOf(document: Pick<ClaimDocument, "chainId" | "registry" | "claim">): string | undefined {
  const { issuer, serial } = document.claim;
  if (serial === "0") return undefined;
  return TypedDataEncoder.hash(registryDomain(document), BATCH_KEY_TYPES, { issuer, serial });
}

function registryDomain({ chainId, registry }: Pick<ClaimDocument, "chainId" | "registry">): TypedDataDomain {
  return domainAt("claims", chainId, registry);
}

/** The document with a party's acceptance: its holder key's signature over the claim's id. */
export function withAcceptance(document: ClaimDocument, party: PartyIndex, acceptance: string): ClaimDocument {
  const copy = structuredClone(document);
  const accepting = copy.parties[party];
  if (accepting === undefined) throw new DocumentError([`the claim has no party ${party}`]);
  accepting.acceptance = acceptance;
  return copy;
}

/** The fields that are not erased. */
export function openFields(document: Pick<ClaimDocument, "fields">): OpenField[] {
  return document.fields.filter((field): field is OpenField => !isErased(field));
}

/** The values that are not erased, by name. */
export function valuesOf(document: Pick<ClaimDocument, "fields">): Record<string, string> {
  return Object.fromEntries(openFields(document).map(({ name, value }) => [name, value]));
}

/** The holder's own party of a document. */
export function ownParty(document: ClaimDocument): DocumentParty {
  const own = document.parties[document.party];
  if (own === undefined) throw new DocumentError(["the holder of the document is none of its parties"]);
  return own;
}

/** The other party of a document about two; undefined of one about one. */
export function otherParty(document: ClaimDocument): DocumentParty | undefined {
  return document.parties.length === 2 ? document.parties[1 - document.party] : undefined;
}

function sound<Result>(compute: () => Result): Result | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}
