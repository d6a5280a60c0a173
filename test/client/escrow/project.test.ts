import { expect } from "chai";

import { actIn, type ProjectActs, worksPaymentsIn } from "../../../src/escrow/act.js";
import { amendProject, openProject, registerSubcontract } from "../../../src/escrow/agreement.js";
import type { Budget } from "../../../src/escrow/budget.js";
import { draftAmendment, draftSubcontract } from "../../../src/escrow/change.js";
import { EvidenceError, milestoneEvidence } from "../../../src/escrow/evidence.js";
import { projectHistory } from "../../../src/escrow/history.js";
import { projectOf } from "../../../src/escrow/project.js";
import { FIRST_SUBCONTRACTOR, SEATS } from "../../../src/escrow/seat.js";
import { checkStatement, type Statement, statementOf, worksTransactionId } from "../../../src/escrow/statement.js";
import { statementCsv, statementLines, statementTable } from "../../../src/escrow/statement-text.js";
import { textHash } from "../../../src/escrow/terms.js";
import { countPayment } from "../../../src/invoice/payment.js";
import { BANKING, decodeError, PAYMENT, roleOf } from "../../../src/index.js";
import { type Company, newCompany } from "../../escrow/world.js";
import { word } from "../../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../../world.js";
import { caught } from "../identity-world.js";
import { collect } from "../world.js";
import { inspected, schoolTerms, signedBy, signedByAll, siteOffice, type SiteOffice } from "./world.js";

const DAY = 86_400;

/** The school with a subcontractor who has a quarter of the first milestone, and somebody for each act. */
interface School extends SiteOffice {
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
const school = async (): Promise<School> => schoolWith({});
/** A school whose next milestone waits for the invoice of the last payment. */
const invoicedSchool = async (): Promise<School> => schoolWith({ invoicingDays: 20 });

/** The same with all money in, and the deposit. */
async function fundedSchool(): Promise<School> {
  return fund(await loadFixture(school));
}

async function fundedInvoicedSchool(): Promise<School> {
  return fund(await loadFixture(invoicedSchool));
}

async function fund(world: School): Promise<School> {
  const { acts, settlement, owner, contractor } = world;
  await acts.owner.fund(100_000_000n);
  await settlement.connect(owner.operator).transfer(contractor.operator, 10_000_000n);
  await acts.contractor.payDeposit(3_000_000n);
  return world;
}

const papers = () => textHash({ title: "验收报告", salt: word() });

/** Requests a milestone. */
async function request(world: School, milestone: number): Promise<void> {
  const document = await inspected(world, world.project, milestone);
  await world.acts.contractor.request(milestone, { document, content: papers() });
}

/** Requests, approves and settles a milestone. */
async function settled(world: School, milestone: number): Promise<void> {
  await request(world, milestone);
  await world.acts.supervisor.approve(milestone);
  await time.increase(5 * DAY + 1);
  await world.acts.anyone.settle(milestone);
}

async function soundStatement(world: School, options: { block?: number } = {}): Promise<Statement> {
  const statement = await statementOf(world.contracts, world.project, options);
  expect(checkStatement(statement)).to.deep.equal([]);
  const lines = statementLines(statement);
  const total = (...sections: string[]) =>
    lines.reduce((sum, { section, amount }) => sum + (sections.includes(section) ? amount : 0n), 0n);
  expect(total("in")).to.equal(total("held", "out"));
  return statement;
}

const refusalOf = async (sent: Promise<unknown>): Promise<string> =>
  decodeError(
    await sent.then(
      () => null,
      (e: unknown) => e,
    ),
  ).name;

describe("a project as a client sees it", () => {
  it("shows what was agreed, with seats, milestones and times", async () => {
    const world = await loadFixture(school);
    const { contracts, project, owner, contractor, company, now } = world;
    const view = await projectOf(contracts, project);
    expect(view).to.deep.include({
      ...{ project, city: Number(SHIJIAZHUANG), status: "Open", unit: 1n, budget: 100_000_000n, works: 80_000_000n },
      ...{
        wageShare: 2000,
        wageDeposit: 3_000_000n,
        retention: 300,
        defaultSplit: 5000,
        silence: "returns",
        payday: 15,
      },
      periods: { answer: 7 * DAY, contest: 5 * DAY, ruling: 30 * DAY, invoicing: 0 },
      ...{ endedAt: null, limited: false, changes: 0, petition: null, evidence: world.inspection },
    });
    expect(view.currency.code).to.equal("CNY");
    expect(view.endsAt.getTime()).to.be.greaterThan(now.getTime());
    expect(view.seats.map(({ role, party, account }) => [role, party, account])).to.deep.equal([
      ["owner", owner.id, null],
      ["contractor", contractor.id, contractor.account.address],
      ["supervisor", world.supervisor.id, null],
      ["arbiter", world.arbiter.id, null],
      ["subcontractor", company.id, company.account.address],
    ]);
    expect(view.milestones).to.deep.equal([
      { milestone: 0, amount: 30_000_000n, status: "Planned", since: null, shares: [{ seat: 4, share: 2500 }] },
      { milestone: 1, amount: 50_000_000n, status: "Planned", since: null, shares: [] },
    ]);
    expect(await refusalOf(projectOf(contracts, word()))).to.equal("ProjectUnknown");
  });

  it("shows what waits: changes of seats, and a petition", async () => {
    const world = await loadFixture(school);
    const { contracts, project, acts, court, stranger } = world;
    const other = await newCompany(world);
    await acts.contractor.proposeAccount(SEATS.contractor, stranger.address);
    await actIn(contracts, court, project).proposeReplacement(SEATS.arbiter, other.id, other.account.address);
    await acts.owner.petition(papers());
    const { seats, petition } = await projectOf(contracts, project);
    expect(seats[1]?.change).to.deep.include({ party: null, account: stranger.address });
    expect(seats[3]?.change).to.deep.include({ party: other.id, account: null });
    expect(petition?.seat).to.equal(SEATS.owner);
    expect(petition?.until.getTime()).to.equal(((await time.latest()) + 30 * DAY) * 1000);
    await acts.contractor.vetoSeatChange(SEATS.contractor);
    await time.increase(30 * DAY);
    await acts.anyone.completeSeatChange(SEATS.arbiter);
    const after = await projectOf(contracts, project);
    expect(after.seats[3]).to.deep.include({ party: other.id, change: null });
    expect(after.seats[1]?.change).to.equal(null);
  });

  it("is paid for milestone by milestone, and its books add up at each step", async () => {
    const world = await loadFixture(fundedSchool);
    const { contracts, project, acts, company, contractor } = world;
    const start = await soundStatement(world);
    expect(start.works).to.include({ funded: 100_000_000n, available: 80_000_000n, toWages: 20_000_000n });
    expect(start.wages).to.include({ fed: 20_000_000n, deposit: 3_000_000n });
    await request(world, 0);
    expect((await soundStatement(world)).next).to.include({ kind: "Answer", index: 0 });
    await acts.supervisor.approve(0);
    await time.increase(5 * DAY + 1);
    await acts.anyone.settle(0);
    const receipt = await acts.anyone.payOut(FIRST_SUBCONTRACTOR);
    await acts.anyone.payOut(SEATS.contractor);
    const statement = await soundStatement(world);
    expect(statement.payments.map(({ kind, seat, amount, to }) => [kind, seat, amount, to])).to.deep.equal([
      ["Payout", 4, 7_275_000n, company.account.address],
      ["Payout", 1, 21_825_000n, contractor.account.address],
    ]);
    expect(worksPaymentsIn(contracts, receipt)).to.deep.equal([statement.payments[0]]);
    expect(statement.payments[1]?.transactionId).to.equal(await world.escrow.transactionIdOf(project, 1));
    expect(worksTransactionId(project, 0)).to.equal(statement.payments[0]?.transactionId);
    expect(statement.seats[4]).to.include({ earned: 7_500_000n, retained: 225_000n, paid: 7_275_000n, credit: 0n });
    expect(statement.milestones[0]).to.include({ status: "Settled", award: 30_000_000n });
    expect(statementTable(statement)).to.include("72750.00").and.include("Settled");
    expect(statementCsv(statement)).to.include("payment,1,Payout,218250.00,CNY");
    const past = await soundStatement(world, { block: start.block });
    expect(past).to.deep.equal(start);
  });

  it("tells its history from the chain alone, newest first", async () => {
    const world = await loadFixture(fundedSchool);
    await settled(world, 0);
    await world.acts.anyone.payOut(SEATS.contractor);
    const events = await collect(projectHistory(world.contracts, world.project));
    expect(events.map(({ type }) => type)).to.deep.equal([
      ...["PaymentMade", "MilestoneEarned", "MilestoneSettled", "MilestoneApproved"],
      ...["MilestoneRequested", "FundsCommitted", "ProjectFunded", "SubcontractRegistered", "ProjectOpened"],
    ]);
    expect(events[0]?.args["payment"]).to.deep.include({ seat: 1n, amount: 21_825_000n });
    expect(events[7]?.args["subcontract"]).to.deep.include({ subcontractor: world.company.id });
  });
});

describe("evidence for a milestone", () => {
  it("proves two fields and keeps the others, wherever their salts put them", async () => {
    const world = await loadFixture(fundedSchool);
    const { project, milestones, contractor } = world;
    let swapped = 0;
    for (let i = 0; i < 12; i++) {
      const values: Record<string, string> = i % 2 === 0 ? {} : { findings: "合格" };
      const document = await inspected(world, project, 0, values);
      const evidence = milestoneEvidence(document, project, 0, papers());
      if (evidence.fields[0]?.name === "milestone") swapped += 1;
      expect(evidence.fields).to.have.length(2);
      await milestones.connect(contractor.operator).request.staticCall(project, 0, evidence);
    }
    expect(swapped).to.be.within(1, 11); // once in two thousand times it is not
  });

  it("is not taken from a claim about something else", async () => {
    const world = await loadFixture(fundedSchool);
    const { project } = world;
    const document = await inspected(world, project, 1);
    const other = await caught(EvidenceError, () => milestoneEvidence(document, project, 0, papers()));
    expect(other.message).to.equal('the claim\'s field "milestone" says 1, not 0; take the claim about this milestone');
    await caught(EvidenceError, () => milestoneEvidence(document, word(), 1, papers()));
    const erased = {
      ...document,
      fields: document.fields.filter((field) => !("name" in field) || field.name !== "project"),
    };
    const nothing = await caught(EvidenceError, () => milestoneEvidence(erased, project, 1, papers()));
    expect(nothing.message).to.include("says nothing");
  });

  it("names the registry that knows the last payment as invoiced, where the terms ask for that", async () => {
    const world = await loadFixture(fundedInvoicedSchool);
    const { contracts, acts, project, manager, shijiazhuang, escrow, payments, stranger } = world;
    await settled(world, 0);
    const receipt = await acts.anyone.payOut(SEATS.contractor);
    expect(await refusalOf(request(world, 1))).to.equal("NotInvoiced");
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, PAYMENT), escrow, 0);
    const [paid] = worksPaymentsIn(contracts, receipt);
    const payment = await countPayment(
      contracts,
      stranger,
      await escrow.getAddress(),
      SHIJIAZHUANG,
      paid!.transactionId,
    );
    expect((await payments.stateOf(payment)).left).to.equal(paid!.amount);
    expect(await refusalOf(request(world, 1))).to.equal("NotInvoiced");
    await time.increase(20 * DAY);
    await request(world, 1);
    const view = await projectOf(contracts, project);
    expect(view.milestones[1]?.status).to.equal("Requested");
  });
});

describe("acts in a project", () => {
  it("pay in with an approval where that is needed, and only then", async () => {
    const world = await loadFixture(school);
    const { acts, settlement, owner, escrow } = world;
    const spender = await escrow.getAddress();
    await settlement.connect(owner.operator).approve(spender, 100n);
    await acts.owner.fund(100n);
    expect(await settlement.allowance(owner.operator, spender)).to.equal(0n);
    await settlement.connect(owner.operator).approve(spender, 1n);
    await acts.owner.fund(1000n);
    expect(await settlement.allowance(owner.operator, spender)).to.equal(0n);
    expect((await soundStatement(world)).works.funded).to.equal(1100n);
    expect(await refusalOf(acts.owner.fund(100_000_001n))).to.equal("AmountInvalid");
  });

  it("move money between works and wages, where there is something to move", async () => {
    const world = await loadFixture(fundedSchool);
    const { acts, contracts, project, bank } = world;
    const until = new Date(((await time.latest()) + 100 * DAY) * 1000);
    await world.manager.connect(world.shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, BANKING), bank, 0);
    await actIn(contracts, bank, project).attestGuarantee(3_000_000n, until);
    expect(await world.wages.guaranteeOf(project)).to.deep.equal([3_000_000n, BigInt(until.getTime() / 1000)]);
    expect(await refusalOf(acts.contractor.repayAdvance(1n))).to.equal("AmountInvalid");
    expect(await refusalOf(acts.anyone.feedWages())).to.equal("AmountInvalid");
    expect(await refusalOf(acts.contractor.coverWages(1n))).to.equal("AmountInvalid");
    const changes = {
      wageShare: "30",
      milestones: [{ milestone: 1, title: "主体结构", amount: "400000.00" }],
      deadline: until,
    };
    const raised = await signedByAll(world, await draftAmendment(contracts, project, changes));
    await amendProject(contracts, world.stranger, raised);
    await acts.anyone.feedWages();
    const { works, wages } = await soundStatement(world);
    expect([works.toWages, wages.fed, works.available]).to.deep.equal([30_000_000n, 30_000_000n, 70_000_000n]);
  });

  it("return, contest and rule on milestones", async () => {
    const world = await loadFixture(fundedSchool);
    const { acts, contracts, project } = world;
    await request(world, 0);
    await acts.supervisor.returnForMending(0, papers());
    expect((await projectOf(contracts, project)).milestones[0]?.status).to.equal("Returned");
    await acts.contractor.contest(0, SEATS.contractor, papers());
    expect((await soundStatement(world)).next).to.include({ kind: "Ruling", index: 0 });
    await acts.arbiter.rule(0, 10_000_000n);
    expect((await soundStatement(world)).milestones[0]).to.include({ status: "Ruled", award: 10_000_000n });
    await acts.anyone.settle(0);
    const { works, seats } = await soundStatement(world);
    expect(works.available).to.equal(70_000_000n);
    expect(seats[4]?.earned).to.equal(2_500_000n);
  });

  it("claim, accept, rule on and settle defects", async () => {
    const world = await loadFixture(fundedSchool);
    const { acts } = world;
    await settled(world, 0);
    await acts.supervisor.claimDefect(SEATS.contractor, 100_000n, SEATS.supervisor, papers());
    expect((await soundStatement(world)).seats[1]?.defect?.amount).to.equal(100_000n);
    await acts.contractor.acceptDefect(SEATS.contractor);
    await acts.owner.claimDefect(SEATS.contractor, 100_000n, SEATS.owner, papers());
    await acts.arbiter.ruleDefect(SEATS.contractor, 40_000n);
    await acts.owner.claimDefect(FIRST_SUBCONTRACTOR, 100_000n, SEATS.owner, papers());
    await time.increase(30 * DAY + 1);
    await acts.anyone.settleDefect(FIRST_SUBCONTRACTOR);
    const { seats } = await soundStatement(world);
    expect(seats[1]?.retained).to.equal(675_000n - 140_000n);
    expect(seats[4]?.retained).to.equal(225_000n - 50_000n);
  });

  it("freeze, lift and hand over what a company has earned", async () => {
    const world = await loadFixture(fundedSchool);
    const { acts, stranger } = world;
    await settled(world, 0);
    const until = new Date(((await time.latest()) + 100 * DAY) * 1000);
    const [first, second] = [papers(), papers()];
    await acts.court.freeze({ seat: SEATS.contractor, amount: 1_000_000n, until, courtCase: first });
    await acts.court.freeze({ seat: SEATS.contractor, amount: 2_000_000n, until, courtCase: second });
    expect((await soundStatement(world)).seats[1]?.frozen).to.equal(3_000_000n);
    await acts.court.liftFreeze(SEATS.contractor, second);
    await time.increase(30 * DAY);
    const receipt = await acts.court.handOver(SEATS.contractor, first, 1_000_000n, stranger.address);
    expect(worksPaymentsIn(world.contracts, receipt)[0]).to.include({ kind: "HandOver", to: stranger.address });
    expect((await soundStatement(world)).works.handedOver).to.equal(1_000_000n);
    expect(await refusalOf(acts.owner.liftFreeze(SEATS.contractor, first))).to.be.oneOf([
      "NoStanding",
      "FreezeNotReady",
    ]);
  });

  it("end a project, close out its wages, and give back what is left", async () => {
    const world = await loadFixture(fundedSchool);
    const { acts, contracts, project, owner, stranger, labour } = world;
    await settled(world, 0);
    await acts.owner.petition(papers());
    await acts.arbiter.grantTermination();
    expect((await projectOf(contracts, project)).status).to.equal("Terminated");
    expect((await soundStatement(world)).next).to.include({ kind: "CloseOut" });
    await acts.owner.redirectRefund(owner.account.address);
    await acts.court.proposeRedirection(owner.operator.address, stranger.address);
    await acts.owner.vetoRedirection();
    expect(await refusalOf(acts.anyone.completeRedirection(owner.operator.address))).to.equal("NotFunder");
    await time.increase(31 * DAY);
    await acts.anyone.closeOutWages();
    await acts.anyone.returnDeposit();
    const key = word();
    expect(await refusalOf(actIn(contracts, labour, project).takeIntoCustody(key, stranger.address))).to.not.equal(
      "Unexplained",
    );
    await acts.anyone.refund(owner.operator.address);
    const { works, wages, payments } = await soundStatement(world);
    expect(works).to.include({ surplus: 20_000_000n, refunded: 70_000_000n, available: 0n });
    expect(wages).to.include({ depositReturned: 3_000_000n, surplus: 20_000_000n, free: 0n });
    expect(payments.at(-1)).to.include({ kind: "Refund", payee: null, to: owner.account.address });
    const { retentionUntil } = await projectOf(contracts, project);
    await time.increaseTo(retentionUntil.getTime() / 1000);
    await acts.anyone.releaseRetention(SEATS.contractor);
    await acts.anyone.releaseRetention(FIRST_SUBCONTRACTOR);
    await acts.anyone.payOut(SEATS.contractor);
    await acts.anyone.payOut(FIRST_SUBCONTRACTOR);
    const last = await soundStatement(world);
    expect(last.next).to.equal(null);
    expect(last.works.retained + last.works.credit + last.works.committed + last.works.available).to.equal(0n);
  });

  it("close one that is built, or end one whose time is over", async () => {
    const world = await loadFixture(fundedSchool);
    const { acts, contracts, project } = world;
    expect(await refusalOf(acts.anyone.close())).to.equal("ProjectNotReady");
    await settled(world, 0);
    await settled(world, 1);
    await acts.anyone.close();
    const view = await projectOf(contracts, project);
    expect(view.status).to.equal("Closed");
    expect(view.endedAt?.getTime()).to.equal((await time.latest()) * 1000);
    expect(await refusalOf(acts.anyone.expire())).to.equal("ProjectNotReady");
  });
});
