/** What a milestone is requested with: an inspection claim that says which milestone of which project it is about, and nothing else. */
import type { ClaimDocument, ClaimRecord } from "../identity/document.js";
import { valuesOf } from "../identity/document.js";
import type { SchemaDefinition } from "../identity/schema.js";
import { proveFields, type ShownField } from "../common/tree.js";

/**
 * A schema of inspection claims that milestones can be requested with. Any schema will do that has the fields `project` and `milestone`, so
 * written; a city may ask for more.
 */
export const INSPECTION_SCHEMA: SchemaDefinition = {
  type: "CivitasSchema",
  version: 1,
  name: "milestone-inspection",
  title: "Inspection of a milestone",
  description: "A part of a building was inspected and found to be as agreed.",
  parties: [{ role: "contractor", description: "Who built it." }],
  acceptance: "None",
  providerConsent: false,
  maxValidity: 0,
  fields: [
    { name: "project", valueType: "bytes", description: "Id of the project, in lower-case hexadecimal." },
    { name: "milestone", valueType: "integer", description: "Its place in the terms, from 0." },
    { name: "inspectedOn", valueType: "date", description: "Day of the inspection." },
    { name: "findings", valueType: "string", description: "What was found.", optional: true },
  ],
};

/** IMilestoneRegistry.Evidence, in JSON. */
export interface MilestoneEvidence {
  claim: ClaimRecord;
  path: string[];
  /** `project` and `milestone`, in the order of the proof. */
  fields: ShownField[];
  proof: string[];
  proofFlags: boolean[];
  /** Salted hash of the papers. */
  content: string;
  /** Version of PaymentRegistry in the directory that knows the last payment as invoiced; 0 where that is not asked. */
  paymentsVersion: number;
}

/** A claim is not about this milestone. */
export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
}

/** The values by which a claim is about a milestone. */
export function evidenceValues(project: string, milestone: number): { project: string; milestone: string } {
  return { project: project.toLowerCase(), milestone: `${milestone}` };
}

/**
 * The evidence for a milestone, which discloses two fields of a claim and keeps the others.
 * @param content Salted hash of the papers: `textHash`.
 * @throws EvidenceError if the claim is about something else.
 */
export function milestoneEvidence(
  document: ClaimDocument,
  project: string,
  milestone: number,
  content: string,
  paymentsVersion = 0,
): MilestoneEvidence {
  const told = valuesOf(document);
  for (const [name, value] of Object.entries(evidenceValues(project, milestone))) {
    if (told[name] !== value) {
      const says = told[name] ?? "nothing";
      throw new EvidenceError(
        `the claim's field "${name}" says ${says}, not ${value}; take the claim about this milestone`,
      );
    }
  }
  const { claim, path, fields } = document;
  return { claim, path, ...proveFields(fields, ["project", "milestone"]), content, paymentsVersion };
}
