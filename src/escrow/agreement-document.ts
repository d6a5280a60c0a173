/** What parties of a project agree on after its terms, as plain JSON: change orders, subcontracts, and terminations. */
import { isAddress, ZeroHash } from "ethers";

import { shapeCheck } from "../common/shape.js";
import type { Types } from "../common/typed-data.js";
import termsSchema from "./terms-document.schema.json" with { type: "json" };
import {
  parseTermsDocument,
  type ProjectNetwork,
  type TermsDocument,
  TermsError,
  textHash,
  type TextOpening,
} from "./terms.js";
import {
  AMENDMENT_TYPES,
  digestIn,
  domainAt,
  SUBCONTRACT_TYPES,
  TERMINATION_TYPES,
  TERMS_TYPES,
} from "./typed-data.js";

/** Amendment of Project.sol, in JSON. */
export interface AmendmentRecord {
  project: string;
  /** The project's count of changes. */
  changes: number;
  /** Minor units, decimal. */
  budget: string;
  /** Basis points. */
  wageShare: number;
  wageDeposit: string;
  /** UTC seconds. */
  endsAt: number;
  /** Zero for the present one. */
  arbiter: string;
  /** Ascending; an amount of 0 drops a milestone. */
  milestones: { index: number; amount: string; content: string }[];
  deadline: number;
}

/** Subcontract of Project.sol, in JSON. */
export interface SubcontractRecord {
  project: string;
  subcontractor: string;
  account: string;
  /** Ascending by milestone; basis points. */
  shares: { milestone: number; share: number }[];
  content: string;
  deadline: number;
}

/** What is signed to end a project. */
export interface TerminationRecord {
  project: string;
  changes: number;
  deadline: number;
}

interface Agreement<Type extends string> extends ProjectNetwork {
  type: Type;
  version: 1;
  /** The EIP-712 digest of what is signed. */
  id: string;
}

/** A change order: signed by owner, contractor and supervisor. */
export interface AmendmentDocument extends Agreement<"CivitasAmendment"> {
  amendment: AmendmentRecord;
  /** Open the contents of the milestones that change, in their order; null for those that are dropped. */
  milestones: (TextOpening | null)[];
}

/** A subcontract: signed by contractor and subcontractor. */
export interface SubcontractDocument extends Agreement<"CivitasSubcontract"> {
  subcontract: SubcontractRecord;
  /** Opens the content. */
  contract: TextOpening;
}

/** The end of a project by agreement: signed by owner, contractor and supervisor. */
export interface TerminationDocument extends Agreement<"CivitasTermination"> {
  termination: TerminationRecord;
}

/** Everything that parties of a project sign. */
export type AgreementDocument = TermsDocument | AmendmentDocument | SubcontractDocument | TerminationDocument;

const { $defs, properties } = termsSchema;
const word = { $ref: "#/$defs/word" };
const amount = { $ref: "#/$defs/amount" };
const uint16 = { $ref: "#/$defs/uint16" };
const uint32 = { $ref: "#/$defs/uint32" };
const uint40 = { $ref: "#/$defs/uint40" };
const opening = { $ref: "#/$defs/opening" };
const all = (members: Record<string, unknown>) => ({
  type: "object",
  required: Object.keys(members),
  additionalProperties: false,
  properties: members,
});
const list = (items: object, maxItems = 64) => ({ type: "array", maxItems, items });
const { chainId, registry, version } = properties;
const agreementSchema = (type: string, title: string, members: Record<string, unknown>) => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: `urn:civitas:${title}:1`,
  title,
  $defs,
  ...all({ type: { const: type }, version, chainId, registry, id: word, ...members }),
});

/** The JSON Schemas (2020-12) of agreements after the terms, by their types. */
export const AGREEMENT_SCHEMAS = {
  CivitasAmendment: agreementSchema("CivitasAmendment", "amendment", {
    amendment: all({
      ...{ project: word, changes: uint32, budget: amount, wageShare: uint16, wageDeposit: amount },
      ...{ endsAt: uint40, arbiter: word, deadline: uint40 },
      milestones: list(all({ index: uint16, amount, content: word })),
    }),
    milestones: list({ anyOf: [opening, { type: "null" }] }),
  }),
  CivitasSubcontract: agreementSchema("CivitasSubcontract", "subcontract", {
    subcontract: all({
      ...{ project: word, subcontractor: word, account: { $ref: "#/$defs/address" }, content: word, deadline: uint40 },
      shares: list(all({ milestone: uint16, share: uint16 })),
    }),
    contract: opening,
  }),
  CivitasTermination: agreementSchema("CivitasTermination", "termination", {
    termination: all({ project: word, changes: uint32, deadline: uint40 }),
  }),
};

const shapes = {
  CivitasAmendment: shapeCheck(AGREEMENT_SCHEMAS.CivitasAmendment, "the amendment"),
  CivitasSubcontract: shapeCheck(AGREEMENT_SCHEMAS.CivitasSubcontract, "the subcontract"),
  CivitasTermination: shapeCheck(AGREEMENT_SCHEMAS.CivitasTermination, "the termination"),
};
const WHAT = "this agreement cannot be used";

/** What is signed under an agreement: its EIP-712 types and value. */
export function signedOf(document: AgreementDocument): { types: Types; value: object } {
  switch (document.type) {
    case "CivitasTerms":
      return { types: TERMS_TYPES, value: document.terms };
    case "CivitasAmendment":
      return { types: AMENDMENT_TYPES, value: document.amendment };
    case "CivitasSubcontract":
      return { types: SUBCONTRACT_TYPES, value: document.subcontract };
    case "CivitasTermination":
      return { types: TERMINATION_TYPES, value: document.termination };
  }
}

/** The EIP-712 digest of an agreement; that of terms is the project's id. */
export function agreementId(document: AgreementDocument): string {
  const { types, value } = signedOf(document);
  return digestIn(domainAt("projects", document.chainId, document.registry), types, value);
}

/** An agreement with its id. */
export function withId<Document extends AgreementDocument>(document: Document): Document {
  return { ...document, id: agreementId(document) };
}

/** The project that an agreement is about. */
export function projectOfAgreement(document: AgreementDocument): string {
  switch (document.type) {
    case "CivitasTerms":
      return document.id;
    case "CivitasAmendment":
      return document.amendment.project;
    case "CivitasSubcontract":
      return document.subcontract.project;
    case "CivitasTermination":
      return document.termination.project;
  }
}

/**
 * An agreement of any type from JSON of any origin: shape, texts and id are checked.
 * @throws TermsError with all faults.
 */
export function parseAgreement(json: unknown): AgreementDocument {
  const type = (json as { type?: unknown } | null)?.type;
  if (type === "CivitasTerms") return parseTermsDocument(json);
  const shape = Object.entries(shapes).find(([name]) => name === type)?.[1];
  if (shape === undefined) throw new TermsError(WHAT, [`it is of no type that is known: ${JSON.stringify(type)}`]);
  const misshapen = shape(json);
  if (misshapen.length !== 0) throw new TermsError(WHAT, misshapen);
  const document = structuredClone(json) as Exclude<AgreementDocument, TermsDocument>;
  const faults = contentFaults(document);
  if (!isAddress(document.registry)) faults.push("the registry's address is mistyped: its capital letters do not fit");
  else if (faults.length === 0 && agreementId(document) !== document.id) {
    faults.push("its id is not that of what is signed: something was changed after it was drafted");
  }
  if (faults.length !== 0) throw new TermsError(WHAT, faults);
  return document;
}

function contentFaults(document: Exclude<AgreementDocument, TermsDocument>): string[] {
  switch (document.type) {
    case "CivitasAmendment": {
      const { amendment, milestones } = document;
      if (milestones.length !== amendment.milestones.length) return ["there is not one text for each milestone"];
      return amendment.milestones.flatMap(({ index, content }, i) => {
        const text = milestones[i];
        const opened = text === null || text === undefined ? ZeroHash : textHash(text);
        return opened === content ? [] : [`the text of milestone ${index} is not that of the amendment`];
      });
    }
    case "CivitasSubcontract": {
      const { subcontract, contract } = document;
      return [
        ...(isAddress(subcontract.account) ? [] : ["the account is mistyped: its capital letters do not fit"]),
        ...(textHash(contract) === subcontract.content ? [] : ["the contract's text is not that of the subcontract"]),
      ];
    }
    case "CivitasTermination":
      return [];
  }
}
