/**
 * Forms: a department publishes which claims it needs, the holder's client fills the form from the wallet and discloses only those fields,
 * and the desk's client checks all of it at once.
 */
import type { Contracts } from "../contracts.js";
import { claimId, type ClaimDocument, openFields, otherParty, ownParty } from "./document.js";
import { claimStatus } from "./issue.js";
import type { PersonKey } from "./key.js";
import type { Expected } from "./presence.js";
import type { Presentation } from "./presentation.js";
import { type PresentationAnswer, type ProvenClaim, verifyPresentation } from "./presentation-check.js";
import { schemaOf } from "./schema.js";
import { shapeCheck } from "../common/shape.js";
import type { Wallet } from "./wallet.js";

/** One claim that a form asks for. */
export interface FormClaim {
  /** How the form calls it: `licence`. Once in a form. */
  name: string;
  /** What the person is told: "Your driving licence". */
  title: string;
  /** Number of the schema. */
  schema: number;
  /** The form can do without it. */
  optional?: boolean;
  /** The fields it needs, by their names in the schema; may be none, where it is enough that the claim stands. */
  fields: { name: string; optional?: boolean }[];
  /** Numbers of cities: one of them, or one below it, must have issued the claim. Any city, if left out. */
  cities?: number[];
  /** Which party of the claim the person must be: 0, or 1 for the second of two. Either, if left out. */
  party?: 0 | 1;
  /** Of a claim about two: the form needs to know who the other is. */
  showOther?: boolean;
}

/** A form, as JSON. */
export interface Form {
  type: "CivitasForm";
  version: 1;
  title: string;
  /** The department, in the words that presentations are made for. */
  verifier: string;
  /** What it is for, in the words that presentations are made for. */
  purpose: string;
  claims: FormClaim[];
}

/** A form is not what it must be; `faults` says all that is wrong. */
export class FormError extends Error {
  override readonly name = "FormError";

  constructor(readonly faults: readonly string[]) {
    super(`this form cannot be used: ${faults.join("; ")}`);
  }
}

/** A form, filled from a wallet. Look at what it would disclose, then `sign` it. */
export interface FilledForm {
  form: Form;
  /** What would be disclosed, by the names in the form. */
  values: Record<string, Record<string, string>>;
  /** What the wallet does not have, each in a sentence; empty if the form is complete. */
  missing: string[];
  /** Make the presentation; only what the form asks for is in it. @throws FormError while something is missing. */
  sign: (answer: FormSigning) => Promise<Presentation>;
}

/** With what a filled form is signed. */
export interface FormSigning {
  /** The current key of the identity that answers. */
  identityKey: PersonKey;
  /** The desk's. */
  challenge: string;
  expires: Date;
}

/** What a desk knows after checking an answer to its form. */
export interface FormAnswer {
  /** Everything asked for is there and proven. */
  complete: boolean;
  /** What is missing or wrong, each in a sentence. */
  faults: string[];
  /** Who answered; only if the presentation is valid. */
  identity?: string;
  /** The proven claims by their names in the form; empty unless the presentation is valid. */
  claims: Record<string, ProvenClaim>;
  presentation: PresentationAnswer;
}

type Reading = Pick<Contracts, "chainId" | "provider" | "access" | "claims" | "identities" | "verifier">;

const text = { type: "string", minLength: 1, maxLength: 1000 };
const number = { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 };

/** The JSON Schema (2020-12) of forms. */
export const FORM_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:civitas:form:1",
  title: "A form that asks for claims",
  type: "object",
  required: ["type", "version", "title", "verifier", "purpose", "claims"],
  additionalProperties: false,
  properties: {
    type: { const: "CivitasForm" },
    version: { const: 1 },
    title: text,
    verifier: text,
    purpose: text,
    claims: {
      type: "array",
      minItems: 1,
      maxItems: 32,
      items: {
        type: "object",
        required: ["name", "title", "schema", "fields"],
        additionalProperties: false,
        properties: {
          name: text,
          title: text,
          schema: { ...number, minimum: 1 },
          optional: { type: "boolean" },
          fields: {
            type: "array",
            maxItems: 64,
            items: {
              type: "object",
              required: ["name"],
              additionalProperties: false,
              properties: { name: text, optional: { type: "boolean" } },
            },
          },
          cities: { type: "array", minItems: 1, maxItems: 100, items: number },
          party: { enum: [0, 1] },
          showOther: { type: "boolean" },
        },
      },
    },
  },
} as const;

const shapeFaults = shapeCheck(FORM_SCHEMA, "the form");

/**
 * A form from JSON of any origin.
 * @throws FormError with all faults.
 */
export function parseForm(json: unknown): Form {
  const faults = shapeFaults(json);
  if (faults.length === 0) {
    const { claims } = json as Form;
    if (new Set(claims.map(({ name }) => name)).size !== claims.length) faults.push("two claims have one name");
    for (const { name, fields } of claims) {
      if (new Set(fields.map((field) => field.name)).size !== fields.length)
        faults.push(`"${name}" asks for a field twice`);
    }
  }
  if (faults.length !== 0) throw new FormError(faults);
  return structuredClone(json) as Form;
}

/**
 * Fill a form from a wallet: for each claim it asks for, a document that stands and has the fields. Nothing is signed yet.
 * @param identity Who answers: oneself, or whom one is the guardian of. Only their claims are taken.
 */
export async function fillForm(contracts: Reading, form: Form, wallet: Wallet, identity: string): Promise<FilledForm> {
  const missing: string[] = [];
  const chosen = new Map<FormClaim, ClaimDocument>();
  const documents = wallet.documents().filter((one) => ownParty(one).subject.identity === identity);
  for (const asked of form.claims) {
    const free = documents.filter((one) => one.claim.schema === asked.schema && ![...chosen.values()].includes(one));
    const reasons: string[] = [];
    for (const document of free) {
      const reason = await unfit(contracts, asked, document);
      if (reason === undefined) {
        chosen.set(asked, document);
        break;
      }
      reasons.push(reason);
    }
    if (!chosen.has(asked) && asked.optional !== true) {
      missing.push(`${asked.title}: ${reasons.length === 0 ? "the wallet has no such claim" : reasons.join("; ")}`);
    }
  }
  const shown = [...chosen].map(([asked, document]) => ({ asked, document, names: namesOf(asked, document) }));
  const values = Object.fromEntries(
    shown.map(({ asked, document, names }) => [asked.name, Object.fromEntries(pick(document, names))]),
  );
  const sign = async (answer: FormSigning) => {
    if (missing.length !== 0) throw new FormError(missing);
    const claims = shown.map(({ asked, document, names }) => ({
      claim: claimId(document),
      disclose: names,
      showOther: asked.showOther === true,
    }));
    return wallet.present(contracts, { ...answer, identity, claims, verifier: form.verifier, purpose: form.purpose });
  };
  return { form, values, missing, sign };
}

/**
 * Check an answer to a form at the desk: the presentation itself, and that everything asked for is in it.
 * @param json From outside; it need not have any shape.
 * @param challenge The challenge that the desk gave, or all its open ones: then this one is used up.
 */
export async function checkForm(
  contracts: Reading,
  form: Form,
  json: unknown,
  challenge: Expected["challenge"],
): Promise<FormAnswer> {
  const expected = { verifier: form.verifier, purpose: form.purpose, challenge };
  const presentation = await verifyPresentation(contracts, json, expected);
  if (presentation.identity === undefined) {
    return { complete: false, faults: presentation.faults, claims: {}, presentation };
  }
  const faults: string[] = [];
  const claims: Record<string, ProvenClaim> = {};
  const free = new Set(presentation.claims);
  for (const asked of form.claims) {
    const reasons: string[] = [];
    for (const claim of [...free].filter(({ schema }) => schema === asked.schema)) {
      const reason = await insufficient(contracts, asked, claim);
      if (reason === undefined) {
        claims[asked.name] = claim;
        free.delete(claim);
        break;
      }
      reasons.push(reason);
    }
    if (claims[asked.name] === undefined && (asked.optional !== true || reasons.length !== 0)) {
      faults.push(`${asked.title}: ${reasons.length === 0 ? "it was not shown" : reasons.join("; ")}`);
    }
  }
  return { complete: faults.length === 0, faults, identity: presentation.identity, claims, presentation };
}

/** Why a document of the wallet does not do for what is asked; undefined if it does. */
async function unfit(contracts: Reading, asked: FormClaim, document: ClaimDocument): Promise<string | undefined> {
  const known = new Set(openFields(document).map(({ name }) => name));
  const needed = asked.fields.filter(({ name, optional }) => optional !== true && !known.has(name));
  if (needed.length !== 0) return `the claim has no ${list(needed.map(({ name }) => name))}, or it was erased`;
  if (asked.party !== undefined && asked.party !== document.party) return "you are the other party of the claim";
  if (asked.showOther === true && otherParty(document)?.subject.identity === undefined) {
    return "the claim does not say who the other party is";
  }
  const { status } = await contracts.claims.statusOf(document.claim, document.path);
  const found = claimStatus(status);
  if (found !== "Active") return `the claim is ${SHOWN[found]}`;
  const { acceptance } = await schemaOf(contracts, document.claim.schema);
  const [first, second] = document.parties;
  const asks = { None: [], First: [first], Second: [second], Both: [first, second] }[acceptance];
  if (asks.some((party) => party?.acceptance === undefined)) return "the claim still has to be accepted";
  return fromElsewhere(contracts, asked, document.claim.city);
}

/** Why a proven claim does not do for what is asked; undefined if it does. */
async function insufficient(contracts: Reading, asked: FormClaim, claim: ProvenClaim): Promise<string | undefined> {
  const reasons: string[] = [];
  const needed = asked.fields.filter(({ name, optional }) => optional !== true && !Object.hasOwn(claim.fields, name));
  if (needed.length !== 0) reasons.push(`${list(needed.map(({ name }) => name))} was not shown`);
  if (asked.party !== undefined && asked.party !== claim.party)
    reasons.push("the person is the other party of the claim");
  if (asked.showOther === true && claim.relation?.shown !== true)
    reasons.push("it was not shown who the other party is");
  const elsewhere = await fromElsewhere(contracts, asked, claim.city);
  if (elsewhere !== undefined) reasons.push(elsewhere);
  return reasons.length === 0 ? undefined : reasons.join(", ");
}

async function fromElsewhere(
  { access }: Pick<Contracts, "access">,
  { cities }: FormClaim,
  city: number,
): Promise<string | undefined> {
  if (cities === undefined) return undefined;
  const accepted = await Promise.all(cities.map((one) => access.isAncestorOrSelf(one, city)));
  return accepted.includes(true) ? undefined : `it was issued by city ${city}, which the form does not accept`;
}

function namesOf(asked: FormClaim, document: ClaimDocument): string[] {
  const known = new Set(openFields(document).map(({ name }) => name));
  return asked.fields.map(({ name }) => name).filter((name) => known.has(name));
}

function pick(document: ClaimDocument, names: readonly string[]): [string, string][] {
  return openFields(document)
    .filter(({ name }) => names.includes(name))
    .map(({ name, value }) => [name, value]);
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

const SHOWN = {
  Unknown: "not issued",
  NotYetValid: "not yet valid",
  Suspended: "suspended",
  Expired: "expired",
  Superseded: "replaced by a newer one",
  Revoked: "revoked",
  Distrusted: "of an issuer that is distrusted",
};
