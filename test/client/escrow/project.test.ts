import { expect } from "chai";

import { actIn, worksPaymentsIn } from "../../../src/escrow/act.js";
import { amendProject } from "../../../src/escrow/agreement.js";
import { draftAmendment } from "../../../src/escrow/change.js";
import { projectHistory } from "../../../src/escrow/history.js";
import { projectOf } from "../../../src/escrow/project.js";
import { FIRST_SUBCONTRACTOR, SEATS } from "../../../src/escrow/seat.js";
import { worksTransactionId } from "../../../src/escrow/statement.js";
import { statementCsv, statementTable } from "../../../src/escrow/statement-text.js";
import { TermsError } from "../../../src/escrow/terms.js";
import { BANKING, roleOf } from "../../../src/index.js";
import { newCompany } from "../../escrow/world.js";
import { word } from "../../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../../world.js";
import { caught } from "../identity-world.js";
import { collect } from "../world.js";
import { DAY, fundedSchool, papers, refusalOf, request, school, settled, soundStatement } from "./school.js";
import { signedByAll } from "./world.js";

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
      ...["PaymentMade", "Earned", "Earned", "MilestoneEarned", "MilestoneSettled", "MilestoneApproved"],
      ...["MilestoneRequested", "FundsCommitted", "WageDepositPaid", "WagesFed", "WageShareSplitOff", "ProjectFunded"],
      ...["SubcontractRegistered", "ProjectOpened"],
    ]);
    expect(events[0]?.args["payment"]).to.deep.include({ seat: 1n, amount: 21_825_000n });
    expect(events[12]?.args["subcontract"]).to.deep.include({ subcontractor: world.company.id });
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

  it("draft no change order below what was put in, or that takes from a subcontractor", async () => {
    const world = await loadFixture(fundedSchool);
    const deadline = new Date(((await time.latest()) + DAY) * 1000);
    const draft = async () =>
      draftAmendment(world.contracts, world.project, {
        budget: "900000.00",
        milestones: [{ milestone: 1, title: "主体结构", amount: "420000.00" }],
        deadline,
      });
    expect((await caught(TermsError, draft)).faults).to.deep.equal([
      "the budget is below 1000000.00, which was put in already; raise it",
      "wages are below 200000.00, which they got already; raise budget or wage share",
    ]);
    const milestones = [
      { milestone: 0, title: "地基与基础", amount: "299999.99" },
      { milestone: 1, title: "主体结构", amount: "500000.01" },
    ];
    const shrunk = async () => draftAmendment(world.contracts, world.project, { milestones, deadline });
    expect((await caught(TermsError, shrunk)).faults).to.deep.equal([
      "milestone 0 is shared with subcontractors; it can only grow",
    ]);
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
    expect(await refusalOf(acts.anyone.settle(0))).to.equal("NotYet");
    await time.increase(5 * DAY);
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
