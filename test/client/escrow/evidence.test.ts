import { expect } from "chai";

import { worksPaymentsIn } from "../../../src/escrow/act.js";
import { EvidenceError, milestoneEvidence } from "../../../src/escrow/evidence.js";
import { projectOf } from "../../../src/escrow/project.js";
import { SEATS } from "../../../src/escrow/seat.js";
import { PAYMENT, roleOf } from "../../../src/index.js";
import { countPayment } from "../../../src/invoice/payment.js";
import { word } from "../../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../../world.js";
import { caught } from "../identity-world.js";
import { DAY, fundedInvoicedSchool, fundedSchool, papers, refusalOf, request, settled } from "./school.js";
import { inspected } from "./world.js";

const ROUNDS = 40;

describe("evidence for a milestone", () => {
  it("proves two fields and keeps the others, wherever their salts put them", async () => {
    const world = await loadFixture(fundedSchool);
    const { project, milestones, contractor } = world;
    let swapped = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const values: Record<string, string> = i % 2 === 0 ? {} : { findings: "合格" };
      const document = await inspected(world, project, 0, values);
      const evidence = milestoneEvidence(document, project, 0, papers());
      if (evidence.fields[0]?.name === "milestone") swapped += 1;
      expect(evidence.fields).to.have.length(2);
      await milestones.connect(contractor.operator).request.staticCall(project, 0, evidence);
    }
    expect(swapped).to.be.within(1, ROUNDS - 1); // chance is against it once in 2 ** 39 times
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
    const { hash } = await request(world, 1);
    const sent = await contracts.provider.getTransaction(hash);
    const call = world.milestones.interface.parseTransaction(sent!);
    expect((call!.args[2] as { paymentsVersion: bigint }).paymentsVersion).to.equal(1n);
    const view = await projectOf(contracts, project);
    expect(view.milestones[1]?.status).to.equal("Requested");
  });
});
