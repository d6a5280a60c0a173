/**
 * Signatures under terms, change orders, subcontracts and terminations. Parties sign off line, each on its own machine; somebody joins the
 * signatures, and anyone sends them. A party signs with the key of its identity.
 */
import { getAddress, type Signer, ZeroAddress } from "ethers";

import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { decodeError } from "../errors.js";
import type { PersonKey } from "../identity/key.js";
import { nameOf } from "../invoice/status.js";
import {
  type AgreementDocument,
  agreementId,
  type AmendmentDocument,
  parseAgreement,
  projectOfAgreement,
  signedOf,
  type SubcontractDocument,
  type TerminationDocument,
} from "./agreement-document.js";
import { isAmended, seatOfSubcontract } from "./history.js";
import { SEATS } from "./seat.js";
import { PROJECT_STATUSES, type ProjectStatus } from "./status.js";
import { type ProjectNetwork, type TermsDocument } from "./terms.js";
import { domainAt } from "./typed-data.js";

/** Who signs agreements. */
export type SigningRole = "owner" | "contractor" | "supervisor" | "subcontractor";

/** A party's signature under an agreement, as JSON. */
export interface AgreementSignature {
  type: "CivitasAgreementSignature";
  version: 1;
  /** Id of what is signed. */
  agreement: string;
  role: SigningRole;
  /** The key, as in ERC-7913. */
  signer: string;
  signature: string;
}

/** IProjectRegistry.OfficeSignature: the labour office's, under a change order that lowers wages. */
export interface LabourOfficeSignature {
  officer: string;
  signature: string;
  /** Numbers of cities; empty for the city's own office. */
  lineage: number[];
}

/** An agreement, and what was signed under it so far. */
export interface SignedAgreement<Document extends AgreementDocument = AgreementDocument> {
  document: Document;
  /** In the order of the roles, each role once. */
  signatures: AgreementSignature[];
  office?: LabourOfficeSignature;
}

/** What became of sending an agreement. */
export interface AgreementResult {
  project: string;
  /** Hash of the transaction; undefined if it was in force before. */
  transaction: string | undefined;
}

/** Signatures do not belong together, or to this network; `faults` says all that is wrong. */
export class AgreementError extends Error {
  override readonly name = "AgreementError";

  constructor(
    what: string,
    readonly faults: readonly string[],
  ) {
    super(`${what}: ${faults.join("; ")}`);
  }
}

type Reading = Pick<Contracts, "chainId" | "identities" | "projects">;
type Acting = Pick<Contracts, "chainId" | "projects">;

const ALL = ["owner", "contractor", "supervisor"] as const;
const TWO = ["contractor", "subcontractor"] as const;

/** Who must sign an agreement, in order. */
export function signingRoles({ type }: AgreementDocument): readonly SigningRole[] {
  return type === "CivitasSubcontract" ? TWO : ALL;
}

// --------------------------------------------------------------------------------------------------- signing, off line

/**
 * A party's signature. Whoever signs reads the document; that its texts are those of its hashes, and its id its own, is checked here.
 * @throws TermsError for a document that is not sound; AgreementError for a role that does not sign it.
 */
export async function signAgreement(
  document: AgreementDocument,
  role: SigningRole,
  key: PersonKey,
): Promise<AgreementSignature> {
  const { id } = parseAgreement(document);
  const entry = { type: "CivitasAgreementSignature", version: 1, agreement: id, role } as const;
  checkRole(document, role);
  return { ...entry, signer: key.signer, signature: await key.sign(id) };
}

/**
 * The labour office's signature under a change order that lowers what wages are paid from: see `needsLabourOffice`.
 * @param officer Holds (city, LABOUR), or that of the city that acts for it.
 * @param lineage Numbers of cities, where another city acts; see ICityAccessManager.hasStanding.
 */
export async function signAsLabourOffice(
  document: AmendmentDocument,
  officer: Signer,
  lineage: readonly number[] = [],
): Promise<LabourOfficeSignature> {
  const { chainId, registry } = parseAgreement(document);
  const { types, value } = signedOf(document);
  const signature = await officer.signTypedData(domainAt("projects", chainId, registry), types, value);
  return { officer: await officer.getAddress(), signature, lineage: [...lineage] };
}

/**
 * An agreement with signatures from several hands; of two of one role, the later stands.
 * @throws AgreementError for signatures under something else.
 */
export function joinSignatures<Document extends AgreementDocument>(
  document: Document,
  signatures: readonly AgreementSignature[],
  office?: LabourOfficeSignature,
): SignedAgreement<Document> {
  const strangers = signatures.filter(({ agreement }) => agreement !== document.id);
  if (strangers.length !== 0) {
    const faults = strangers.map(
      ({ role }) => `that of the ${role} is under something else; have this document signed`,
    );
    throw new AgreementError("these signatures do not belong together", faults);
  }
  for (const { role } of signatures) checkRole(document, role);
  const joined = signingRoles(document).flatMap((role) => signatures.findLast((entry) => entry.role === role) ?? []);
  return { document, signatures: joined, ...(office === undefined ? {} : { office }) };
}

/** Who has not signed yet. */
export function missingSignatures({ document, signatures }: SignedAgreement): SigningRole[] {
  return signingRoles(document).filter((role) => !signatures.some((entry) => entry.role === role));
}

function checkRole(document: AgreementDocument, role: SigningRole): void {
  const roles = signingRoles(document);
  if (!roles.includes(role)) {
    throw new AgreementError("this signature is not asked for", [`${roles.join(", ")} sign it, not the ${role}`]);
  }
}

// --------------------------------------------------------------------------------------------------- asking the chain

/** What is wrong with the signatures today, each in a sentence: missing ones, and those that are not of the parties' current keys. */
export async function checkSignatures(contracts: Reading, signed: SignedAgreement): Promise<string[]> {
  const { document, signatures } = signed;
  await checkAgreementNetwork(contracts, document);
  const missing = missingSignatures(signed).map((role) => `the ${role} has not signed`);
  const invalid = await Promise.all(
    signatures.map(async ({ role, signer, signature }) => {
      const party = await partyOf(contracts, document, role);
      const valid = await contracts.identities.isSignedBy(party, agreementId(document), signer, signature);
      return valid ? [] : [`the signature of the ${role} is not of the current key of ${party}; have it signed again`];
    }),
  );
  return [...missing, ...invalid.flat()];
}

async function partyOf({ projects }: Acting, document: AgreementDocument, role: SigningRole): Promise<string> {
  if (document.type === "CivitasSubcontract" && role === "subcontractor") return document.subcontract.subcontractor;
  const seat = role as (typeof ALL)[number];
  if (document.type === "CivitasTerms") return document.terms.parties[seat];
  return (await projects.seatOf(projectOfAgreement(document), SEATS[seat])).party;
}

/** Whether the labour office must sign a change order: it lowers the wage share, the deposit, or the budget, which bounds all wages. */
export async function needsLabourOffice(
  { projects }: Pick<Contracts, "projects">,
  { amendment }: AmendmentDocument,
): Promise<boolean> {
  const { budget, wageShare, wageDeposit } = await projects.projectOf(amendment.project);
  return (
    amendment.wageShare < Number(wageShare) ||
    BigInt(amendment.wageDeposit) < wageDeposit ||
    BigInt(amendment.budget) < budget
  );
}

/** What a project is; None for one that was never opened. */
export async function projectStatus(
  { projects }: Pick<Contracts, "projects">,
  project: string,
): Promise<ProjectStatus> {
  try {
    return nameOf(PROJECT_STATUSES, (await projects.projectOf(project)).status);
  } catch (error) {
    if (decodeError(error).name === "ProjectUnknown") return "None";
    throw error;
  }
}

// --------------------------------------------------------------------------------------------------- sending

/** Open a project. By anyone. Run it again after a failure: what is open stays as it is. */
export async function openProject(
  contracts: Acting,
  relay: Signer,
  signed: SignedAgreement<TermsDocument>,
): Promise<AgreementResult> {
  const { document } = signed;
  await checkAgreementNetwork(contracts, document);
  const project = document.id;
  if ((await projectStatus(contracts, project)) !== "None") return { project, transaction: undefined };
  const [owner, contractor, supervisor] = structsOf(signed);
  const sent = contracts.projects.connect(relay).open(document.terms, [owner, contractor, supervisor]);
  return { project, transaction: (await mined(sent)).hash };
}

/** Put a change order into force. By anyone. Run it again after a failure: one that is in force already stays as it is. */
export async function amendProject(
  contracts: Acting & Pick<Contracts, "provider">,
  relay: Signer,
  signed: SignedAgreement<AmendmentDocument>,
): Promise<AgreementResult> {
  const { document, office = { officer: ZeroAddress, signature: "0x", lineage: [] } } = signed;
  await checkAgreementNetwork(contracts, document);
  const { project } = document.amendment;
  if (await isAmended(contracts, document)) return { project, transaction: undefined };
  const [owner, contractor, supervisor] = structsOf(signed);
  const by = contracts.projects.connect(relay);
  const sent = by.amend(document.amendment, [owner, contractor, supervisor], office);
  return { project, transaction: (await mined(sent)).hash };
}

/**
 * Register a subcontract. By anyone. Run it again after a failure: one that is registered stays as it is.
 * @returns the subcontractor's seat too.
 * @throws AgreementError if the subcontractor has a part in the project under another agreement.
 */
export async function registerSubcontract(
  contracts: Acting & Pick<Contracts, "provider">,
  relay: Signer,
  signed: SignedAgreement<SubcontractDocument>,
): Promise<AgreementResult & { seat: number }> {
  const { document } = signed;
  await checkAgreementNetwork(contracts, document);
  const { project, subcontractor } = document.subcontract;
  const seatOf = async () => contracts.projects.seatOfParty(project, subcontractor);
  const seat = await seatOfSubcontract(contracts, document);
  if (seat !== undefined) return { project, seat, transaction: undefined };
  const known = await seatOf();
  if (known.seated) {
    const fault = `the subcontractor has seat ${known.seat} under another agreement; a party has one seat in a project`;
    throw new AgreementError("this subcontract cannot be registered", [fault]);
  }
  const [contractor, other] = structsOf(signed);
  const sent = contracts.projects.connect(relay).subcontract(document.subcontract, [contractor, other]);
  const { hash } = await mined(sent);
  return { project, seat: Number((await seatOf()).seat), transaction: hash };
}

/** End a project by agreement. By anyone. Run it again after a failure: what is over stays over. */
export async function terminateProject(
  contracts: Acting,
  relay: Signer,
  signed: SignedAgreement<TerminationDocument>,
): Promise<AgreementResult> {
  const { document } = signed;
  await checkAgreementNetwork(contracts, document);
  const { project, deadline } = document.termination;
  if ((await projectStatus(contracts, project)) === "Terminated") return { project, transaction: undefined };
  const [owner, contractor, supervisor] = structsOf(signed);
  const sent = contracts.projects.connect(relay).terminate(project, deadline, [owner, contractor, supervisor]);
  return { project, transaction: (await mined(sent)).hash };
}

interface SignatureStruct {
  signer: string;
  signature: string;
}

/** The signatures as the contract takes them. @throws AgreementError if one is missing. */
function structsOf(signed: SignedAgreement): [SignatureStruct, SignatureStruct, SignatureStruct] {
  const missing = missingSignatures(signed);
  if (missing.length !== 0) {
    throw new AgreementError(
      "this agreement cannot be sent",
      missing.map((role) => `the ${role} has not signed`),
    );
  }
  const none = { signer: "0x", signature: "0x" };
  const [first = none, second = none, third = none] = signed.signatures;
  return [first, second, third];
}

/** @throws AgreementError for an agreement of another network. */
async function checkAgreementNetwork(
  { chainId, projects }: Acting,
  { chainId: chain, registry }: ProjectNetwork,
): Promise<void> {
  const address = await projects.getAddress();
  if (chain === `${chainId}` && getAddress(registry.toLowerCase()) === address) return;
  const fault = `it is for the registry ${registry} on chain ${chain}, and this is ${address} on chain ${chainId}`;
  throw new AgreementError("this agreement belongs to another network", [fault]);
}
