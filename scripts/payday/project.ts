/** Projects: terms that follow from the seed, signed by three companies; opened, and funded as far as they are not yet. */
import { joinSignatures, openProject, signAgreement } from "../../src/escrow/agreement.js";
import { actIn } from "../../src/escrow/act.js";
import {
  divideBudget,
  projectId,
  projectNetwork,
  type ProjectTerms,
  type TermsDocument,
  textHash,
  type TextOpening,
} from "../../src/escrow/terms.js";
import { mined } from "../../src/common/mined.js";
import { secondsOf } from "../../src/common/time.js";
import { fundedOf, isMinted } from "./chain.js";
import { type Options, type ProjectPlan, secretOf, wagesOf } from "./plan.js";
import { type Company, companyOf, NEVER, type Site } from "./site.js";

/** A project that is open. */
export interface Project {
  plan: ProjectPlan;
  /** The project's id. */
  id: string;
  contractor: Company;
  budget: bigint;
  /** All of its wages, in fen. */
  wages: bigint;
}

const DAY = 86_400;
/** A fifth of the budget is for wages, and comes to what they are. */
const WAGE_SHARE = 2_000;
const WHOLE = 10_000n;
const YUAN = 156;
/** Projects last, whenever this runs. */
const ENDS = secondsOf(new Date("2040-01-01T00:00:00Z"));
const RETENTION = secondsOf(new Date("2042-01-01T00:00:00Z"));

/** The company that builds a project, and employs its workers. */
export async function contractorOf(site: Site, { index }: ProjectPlan): Promise<Company> {
  return companyOf(site, `Synthetic Builders ${index}`, site.builder);
}

/** What a project is, on the chain or not. */
export async function projectOf(
  site: Site,
  options: Options,
  plan: ProjectPlan,
  contractor: Company,
): Promise<{ project: Project; document: TermsDocument }> {
  const wages = wagesOf(options, plan);
  const budget = (wages * WHOLE) / BigInt(WAGE_SHARE);
  const document = await termsOf(site, plan, contractor, budget);
  return { project: { plan, id: document.id, contractor, budget, wages }, document };
}

async function termsOf(
  site: Site,
  { index }: ProjectPlan,
  contractor: Company,
  budget: bigint,
): Promise<TermsDocument> {
  const { seed, city, civitas, client, owner, supervisor, arbiter, employment, inspection } = site;
  const opening = (title: string): TextOpening => ({ title, salt: secretOf(seed, `salt of ${title} ${index}`) });
  const [contract, works] = [opening(`Synthetic school ${index}`), opening("Works")];
  const terms: ProjectTerms = {
    city,
    parties: {
      ...{ owner: owner.id, contractor: contractor.id, supervisor: supervisor.id, arbiter: arbiter.id },
      contractorAccount: contractor.key.signer,
    },
    money: {
      ...{ token: await civitas.settlement.getAddress(), unit: "1", currency: YUAN, budget: `${budget}` },
      ...{ wageShare: WAGE_SHARE, wageDeposit: "0", retention: 300, defaultSplit: 5_000, strayTo: client.address },
    },
    periods: {
      ...{ answer: 7 * DAY, contest: 5 * DAY, ruling: 30 * DAY, invoicing: 0, payday: 15, silenceApproves: true },
      ...{ endsAt: Number(ENDS), retentionUntil: Number(RETENTION), employment, evidence: inspection },
    },
    milestones: [{ amount: `${divideBudget(budget, WAGE_SHARE).works}`, content: textHash(works) }],
    funders: [],
    content: textHash(contract),
    deadline: Number(secondsOf(NEVER)),
  };
  const network = await projectNetwork(civitas);
  const id = projectId(network, terms);
  return { type: "CivitasTerms", version: 1, ...network, id, terms, contract, milestones: [works] };
}

/** Opens and funds a project, as far as it is not. */
export async function establish(
  site: Site,
  { id, budget, contractor }: Project,
  document: TermsDocument,
): Promise<void> {
  const { civitas, relay, client, owner, supervisor } = site;
  const signatures = await Promise.all([
    signAgreement(document, "owner", owner.key),
    signAgreement(document, "contractor", contractor.key),
    signAgreement(document, "supervisor", supervisor.key),
  ]);
  await openProject(civitas, relay, joinSignatures(document, signatures));
  const missing = budget - (await fundedOf(site, id));
  if (missing === 0n) return;
  await mintFor(site, id, budget);
  await actIn(civitas, client, id).fund(missing);
}

/** The bank gives the client a project's budget, once. */
async function mintFor(site: Site, project: string, budget: bigint): Promise<void> {
  const { civitas, bank, client, seed } = site;
  const endToEndId = secretOf(seed, `money for ${project}`);
  if (await isMinted(site, bank.address, endToEndId)) return;
  await mined(civitas.settlement.connect(bank).mint(client, budget, endToEndId));
}
