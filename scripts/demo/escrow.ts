/** A school is built: the money is watched by all, spent on what was done, and the workers are paid before anyone else. */
import type { Signer } from "ethers";

import {
  type AgreementDocument,
  type AgreementSignature,
  checkSignatures,
  draftSubcontract,
  draftTermsFromCsv,
  FIRST_SUBCONTRACTOR,
  INSPECTION_SCHEMA,
  joinSignatures,
  openProject,
  projectNetwork,
  registerSubcontract,
  SEATS,
  signAgreement,
  type SigningRole,
  statementOf,
  type TermsDocument,
} from "../../src/escrow/index.js";
import { chainTime } from "../../src/identity/presence.js";
import { createSchema } from "../../src/identity/schema.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { BANKING, IDENTITY, issueUnder, JUSTICE, LABOUR, roleOf, SCHEMA } from "../../src/index.js";
import { disputeStory } from "./escrow-disputes.js";
import { endStory } from "./escrow-end.js";
import {
  as,
  type Company,
  DAY,
  dayOf,
  money,
  officeOf,
  type Offices,
  PAPERS,
  passTo,
  registerCompany,
  type Role,
  SHIJIAZHUANG,
  type Site,
  word,
} from "./escrow-site.js";
import { enrolStory, wageStory } from "./escrow-wages.js";
import { worksStory } from "./escrow-works.js";
import { chapter, FREE, idOf, newAccount, type Stage, tell, tryTo } from "./stage.js";

/** 12,000,000.00 yuan, a fifth of them for wages. */
const BUDGET = 1_200_000_000n;
const DEPOSIT = 36_000_000n;
const MILESTONES: [string, string][] = [
  [PAPERS.foundation, "2400000.00"],
  [PAPERS.structure, "4200000.00"],
  [PAPERS.interior, "3000000.00"],
];

/**
 * Needs the cities.
 * @param options `workers`: how many; 100 if left out.
 * @returns identities of the companies, which are public.
 */
export async function escrowStory(stage: Stage, { workers = 100 }: { workers?: number } = {}): Promise<string[]> {
  const site = await plan(stage);
  await fund(site);
  await enrolStory(site, workers);
  const paid = await worksStory(site);
  await wageStory(site);
  await disputeStory(site, paid);
  await endStory(site);
  return Object.values(site.companies).map(({ id }) => id);
}

// ---------------------------------------------------------------------------------------------------------------- terms

async function plan(stage: Stage): Promise<Site> {
  const { civitas } = stage;
  chapter("Shijiazhuang 石家庄 plans a school for 12,000,000.00 yuan: terms from a budget, signed off line.");
  const { city, offices, employment, inspection } = await openOffices(stage);
  const companies = await registerAll({ stage, city, offices });
  const now = new Date((await chainTime(civitas)) * 1000);
  const begin = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1, 1));
  const open = { ...{ stage, city, offices, companies, employment, inspection, begin } };
  await passTo(open, begin);

  const document = await draft(open, MILESTONES);
  await tryTo("The office first drafts them with the interior 100,000.00 short", async () =>
    draft(open, [...MILESTONES.slice(0, 2), [PAPERS.interior, "2900000.00"]]),
  );
  const { owner, contractor, supervisor, steel, interior } = companies;
  const two = await signed(document, { owner, contractor });
  await tryTo("The contractor opens it with two signatures", async () =>
    openProject(civitas, contractor.operator, joinSignatures(document, two)),
  );
  const joined = joinSignatures(document, [...two, ...(await signed(document, { supervisor }))]);
  const faults = await checkSignatures(civitas, joined);
  await openProject(civitas, offices.passerBy, joined);
  tell(`All three have signed${faults.length === 0 ? "" : `, but ${faults.join("; ")}`}: the project is open.`);
  tell(`Its id is the digest of its terms: ${document.id.slice(0, 18)}… Titles and texts stay with the parties.`);

  const site: Site = {
    ...{ ...open, document, project: document.id, workers: [] },
    seats: { contractor: SEATS.contractor, steel: FIRST_SUBCONTRACTOR, interior: FIRST_SUBCONTRACTOR + 1 },
  };
  await subcontract(site, steel, PAPERS.steelContract, ["25", "30", ""]);
  await subcontract(site, interior, PAPERS.interiorContract, ["", "", "40"]);
  tell("Two subcontracts are signed: steel has 25 % and 30 % of the first two milestones, interior 40 % of the last.");
  return site;
}

/** Offices of Shijiazhuang, and the schemas that China publishes for all its cities. */
async function openOffices(stage: Stage) {
  const { civitas, suite } = stage;
  const city = idOf(stage, SHIJIAZHUANG);
  const [registrar, labour, court, bank, inspector, passerBy] = Array.from({ length: 6 }, () => newAccount(stage)) as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
  ];
  const offices: Offices = { registrar, labour, court, bank, inspector, passerBy };
  const [country, controller] = [officeOf(stage, "MA.156"), officeOf(stage, SHIJIAZHUANG)];
  const china = idOf(stage, "MA.156");
  await suite.manager.connect(country).grantRole(roleOf(china, SCHEMA), country, 0, FREE);
  const employment = await createSchema(civitas, country, READY_SCHEMAS.employment, china);
  const inspection = await createSchema(civitas, country, INSPECTION_SCHEMA, china);
  const grants: [number, Signer][] = [
    [IDENTITY, registrar],
    [LABOUR, labour],
    [JUSTICE, court],
    [issueUnder(employment), labour],
    [issueUnder(inspection), inspector],
  ];
  for (const [capability, to] of grants) {
    await suite.manager.connect(controller).grantRole(roleOf(city, capability), await to.getAddress(), 0, FREE);
  }
  await suite.manager.grantRole(roleOf(0, BANKING), await bank.getAddress(), 0);
  return { city, offices, employment, inspection };
}

async function registerAll(at: Pick<Site, "stage" | "city" | "offices">): Promise<Record<Role, Company>> {
  const companies = {
    owner: await registerCompany(at, PAPERS.educationOffice, "11130100MB1EDU0A1Q"),
    contractor: await registerCompany(at, PAPERS.contractor, "91130100MA0BU1LD1M"),
    steel: await registerCompany(at, PAPERS.steelCompany, "91130100MA0TEELA2M"),
    interior: await registerCompany(at, PAPERS.interiorCompany, "91130100MA0WALLB3B"),
    supervisor: await registerCompany(at, PAPERS.supervisor, "91130100MA0EYEC041"),
    arbiter: await registerCompany(at, PAPERS.arbiter, "52130100MJ0ARB105G"),
  };
  for (const [role, { name }] of Object.entries(companies)) tell(`${role.padEnd(10)} ${name}`);
  return companies;
}

async function draft(
  site: Pick<Site, "stage" | "city" | "companies" | "employment" | "inspection" | "begin">,
  milestones: [string, string][],
): Promise<TermsDocument> {
  const { stage, city, companies, employment, inspection, begin } = site;
  const { owner, contractor, supervisor, arbiter } = companies;
  const csv = ["title,amount", ...milestones.map((row) => row.join(","))].join("\n");
  const header = {
    ...{ title: PAPERS.school, text: PAPERS.contract, city: Number(city) },
    ...{ owner: owner.id, contractor: contractor.id, supervisor: supervisor.id, arbiter: arbiter.id },
    ...{ contractorAccount: contractor.account, strayTo: owner.account },
    ...{ token: await stage.civitas.settlement.getAddress(), budget: "12000000.00", wageShare: "20" },
    ...{ wageDeposit: "360000.00", retention: "3", defaultSplit: "50" },
    ...{ answerDays: 7, contestDays: 5, rulingDays: 30, invoicingDays: 30, silence: "returns" as const },
    ...{ retentionUntil: iso(dayOf({ begin }, 15, 1)), endsAt: iso(dayOf({ begin }, 12, 1)) },
    ...{ payday: 15, employment, evidence: inspection, openBy: iso(dayOf({ begin }, 1, 1)) },
  };
  return draftTermsFromCsv(await projectNetwork(stage.civitas), csv, header, begin);
}

function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}

async function signed(
  document: AgreementDocument,
  parties: Partial<Record<SigningRole, Company>>,
): Promise<AgreementSignature[]> {
  return Promise.all(
    Object.entries(parties).map(async ([role, { key }]) => signAgreement(document, role as SigningRole, key)),
  );
}

/** Contractor and subcontractor sign. @param shares Per cent of each milestone; empty for none. */
async function subcontract(site: Site, company: Company, title: string, shares: string[]): Promise<void> {
  const { stage, project, companies, offices, begin } = site;
  const document = draftSubcontract(await projectNetwork(stage.civitas), {
    ...{ project, subcontractor: company.id, account: company.account, title },
    shares: shares.flatMap((share, milestone) => (share === "" ? [] : [{ milestone, share }])),
    deadline: new Date(begin.getTime() + 30 * DAY * 1000),
  });
  const both = await signed(document, { contractor: companies.contractor, subcontractor: company });
  await registerSubcontract(stage.civitas, offices.passerBy, joinSignatures(document, both));
}

// ---------------------------------------------------------------------------------------------------------------- money

async function fund(site: Site): Promise<void> {
  const { stage, offices, companies, project } = site;
  chapter("The education office puts the money in. Wages are split off first.");
  const { owner, contractor } = companies;
  const token = stage.civitas.settlement.connect(offices.bank);
  await token.mint(await owner.operator.getAddress(), BUDGET, word(), FREE);
  await token.mint(await contractor.operator.getAddress(), DEPOSIT, word(), FREE);
  await as(site, owner.operator).fund(BUDGET);
  const before = await statementOf(stage.civitas, project);
  tell(`Of ${money(BUDGET)}, ${money(before.wages.free)} are for wages, ${money(before.works.available)} for works.`);
  await as(site, contractor.operator).payDeposit(DEPOSIT);
  tell(`The contractor pays the wage deposit, ${money(DEPOSIT)}: if wages are short, it is used for them.`);
  await tryTo("The owner puts in one yuan more than the budget", async () => as(site, owner.operator).fund(100n));
}
