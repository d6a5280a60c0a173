import { expect } from "chai";

import { actIn, type ProjectActs } from "../../../src/escrow/act.js";
import { openProject, registerSubcontract } from "../../../src/escrow/agreement.js";
import type { Budget } from "../../../src/escrow/budget.js";
import { draftSubcontract } from "../../../src/escrow/change.js";
import { checkStatement, type Statement, statementOf } from "../../../src/escrow/statement.js";
import { statementLines } from "../../../src/escrow/statement-text.js";
import { textHash } from "../../../src/escrow/terms.js";
import { decodeError } from "../../../src/index.js";
import { type Company, newCompany } from "../../escrow/world.js";
import { word } from "../../identity/world.js";
import { loadFixture, time } from "../../world.js";
import { inspected, schoolTerms, signedBy, signedByAll, siteOffice, type SiteOffice } from "./world.js";

export const DAY = 86_400;

/** The school with a subcontractor who has a quarter of the first milestone, and somebody for each act. */
export interface School extends SiteOffice {
  project: string;
  company: Company;
  acts: Record<"owner" | "contractor" | "supervisor" | "arbiter" | "court" | "labour" | "anyone" | "sub", ProjectActs>;
}

const schoolWith = async (changes: Partial<Budget>): Promise<School> => {
  const world = await loadFixture(siteOffice);
  const { contracts, stranger, contractor } = world;
  const document = await schoolTerms(world, changes);
  const { project } = await openProject(contracts, stranger, await signedByAll(world, document));
  const company = await newCompany(world);
  const draft = draftSubcontract(world.network, {
    ...{ project, subcontractor: company.id, account: company.account.address, title: "土方分包" },
    shares: [{ milestone: 0, share: "25" }],
    deadline: new Date(world.now.getTime() + 30 * DAY * 1000),
  });
  await registerSubcontract(contracts, stranger, await signedBy(draft, { contractor, subcontractor: company }));
  const as = (by: Parameters<typeof actIn>[1]) => actIn(contracts, by, project);
  return {
    ...world,
    ...{ project, company },
    acts: {
      ...{ owner: as(world.owner.operator), contractor: as(contractor.operator), sub: as(company.operator) },
      ...{ supervisor: as(world.supervisor.operator), arbiter: as(world.arbiter.operator) },
      ...{ court: as(world.court), labour: as(world.labour), anyone: as(stranger) },
    },
  };
};
/** The school, with nothing in it yet. */
export const school = async (): Promise<School> => schoolWith({});
/** A school whose next milestone waits for the invoice of the last payment. */
const invoicedSchool = async (): Promise<School> => schoolWith({ invoicingDays: 20 });

/** The same with all money in, and the deposit. */
export async function fundedSchool(): Promise<School> {
  return fund(await loadFixture(school));
}

/** The school whose milestones wait for invoices, with all money in. */
export async function fundedInvoicedSchool(): Promise<School> {
  return fund(await loadFixture(invoicedSchool));
}

async function fund(world: School): Promise<School> {
  const { acts, settlement, owner, contractor } = world;
  await acts.owner.fund(100_000_000n);
  await settlement.connect(owner.operator).transfer(contractor.operator, 10_000_000n);
  await acts.contractor.payDeposit(3_000_000n);
  return world;
}

/** Salted hash of some papers. */
export const papers = (): string => textHash({ title: "验收报告", salt: word() });

/** Requests a milestone. */
export async function request(world: School, milestone: number): ReturnType<ProjectActs["request"]> {
  const document = await inspected(world, world.project, milestone);
  return world.acts.contractor.request(milestone, { document, content: papers() });
}

/** Requests, approves and settles a milestone. */
export async function settled(world: School, milestone: number): Promise<void> {
  await request(world, milestone);
  await world.acts.supervisor.approve(milestone);
  await time.increase(5 * DAY + 1);
  await world.acts.anyone.settle(milestone);
}

/** The statement, which adds up. */
export async function soundStatement(world: School, options: { block?: number } = {}): Promise<Statement> {
  const statement = await statementOf(world.contracts, world.project, options);
  expect(checkStatement(statement)).to.deep.equal([]);
  const lines = statementLines(statement);
  const total = (...sections: string[]) =>
    lines.reduce((sum, { section, amount }) => sum + (sections.includes(section) ? amount : 0n), 0n);
  expect(total("in")).to.equal(total("held", "out"));
  return statement;
}

/** The name of the error that something is refused with. */
export const refusalOf = async (sent: Promise<unknown>): Promise<string> =>
  decodeError(
    await sent.then(
      () => null,
      (e: unknown) => e,
    ),
  ).name;
