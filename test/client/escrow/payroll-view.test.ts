import { expect } from "chai";
import { id as hashOf } from "ethers";

import { enrolWorker } from "../../../src/escrow/enrolment.js";
import { approvePayroll, opposeRows, ruleRow } from "../../../src/escrow/payroll-acts.js";
import { type PayrollView, payrollView, treeOf } from "../../../src/escrow/payroll-view.js";
import { pushPayroll, pushProject } from "../../../src/escrow/push.js";
import { reserveWages } from "../../../src/escrow/reserve.js";
import { rowKey } from "../../../src/escrow/rows.js";
import { ROW_STATUSES } from "../../../src/escrow/status.js";
import { workerTable, workerView } from "../../../src/escrow/worker.js";
import { DAY, Seat, terminate } from "../../escrow/world.js";
import { loadFixture, time } from "../../world.js";
import { approved, filed, fileOf, funded, OBJECTION_TIME, type Site, site, toContractor } from "./site.js";
import { draftPayrolls, filePayroll } from "../../../src/escrow/payroll.js";

/** The contract says the same of each row as the client has read, and pays what the client says can be paid. */
async function agrees({ wages }: Site, payroll: PayrollView): Promise<void> {
  const { id, view, due } = payroll;
  expect(await wages.reservationOf(id)).to.deep.equal([due.total, due.reserved, due.paid]);
  for (const row of view) {
    const [status] = await wages.rowOf(id, row.position);
    expect(row.status, `row ${row.position}`).to.equal(ROW_STATUSES[Number(status)]);
    if (row.status !== "Admitted") continue;
    const { total } = await wages.reservationOf(rowKey(id, row.position));
    expect(row.owed).to.equal(total);
  }
}

describe("what became of a payroll", () => {
  it("is what the contract does, for random rows, rulings, money and pushes", async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const random = (what: string, below: number) => Number(BigInt(hashOf(`${seed} ${what}`)) % BigInt(below));
      const world = await loadFixture(site);
      const { contracts, contractor, labour, stranger, escrow, owner, project, token, crew } = world;
      const amounts = crew.map(({ worker }) => [worker, `${random(`amount ${worker}`, 5000)}.${10 + worker}`]);
      const draft = await filed(world, Object.fromEntries(amounts) as Record<number, string>);
      const aside = draft.rows.flatMap((_, position) => (random(`aside ${position}`, 4) === 0 ? [position] : []));
      if (aside.length !== 0) await opposeRows(contracts, contractor.operator, draft, aside);
      await time.increase(6 * DAY);
      await approvePayroll(contracts, contractor.operator, draft);
      for (const position of aside) {
        if (random(`wait ${position}`, 3) === 0) continue;
        const filedAs = Number(draft.rows[position]!.amount);
        await ruleRow(contracts, labour, draft, position, BigInt(random(`ruled ${position}`, filedAs + 1)));
      }
      let put = 0n;
      for (let round = 0; round < 4; round++) {
        const amount =
          round === 3 ? draft.total : BigInt(random(`money ${round}`, Math.floor(Number(draft.total) / 2)) + 1);
        await escrow.connect(owner.account).fund(project, amount);
        put += amount;
        await reserveWages(contracts, stranger, project);
        const before = await payrollView(contracts, draft.id);
        await agrees(world, before);
        const pushed = before.view.filter(
          ({ position }) => round === 3 || random(`push ${round} ${position}`, 2) === 0,
        );
        const tree = treeOf(before);
        const rows = pushed.map(({ position }) => tree.proven(position));
        if (rows.length > 1) await world.wages.connect(stranger).pay(draft.id, rows);
        const after = await payrollView(contracts, draft.id);
        await agrees(world, after);
        for (const [position, row] of before.view.entries()) {
          const isPushed = rows.length > 1 && pushed.includes(row);
          expect(after.view[position]!.paid - row.paid, `row ${position}`).to.equal(isPushed ? row.payable : 0n);
        }
      }
      const end = await payrollView(contracts, draft.id);
      for (const { waiting } of end.view) expect(waiting === null || waiting.why === "Aside").to.equal(true);
      const paid = end.view.reduce((sum, row) => sum + row.paid, 0n);
      expect((await world.wages.booksOf(project)).paid).to.equal(paid);
      const held = await Promise.all(crew.map(async ({ account }) => token.balanceOf(account)));
      expect(held.reduce((sum, one) => sum + one, 0n)).to.equal(paid * 10n ** 16n);
      expect(put).to.be.greaterThan(paid - 1n);
    }
  });

  it("shows what the labour office has in custody, and pushes nothing of it", async () => {
    const world = await loadFixture(funded);
    const { contracts, stranger, token, project, labour, crew, wages } = world;
    const { id } = await approved(world, { 1: "100.00", 2: "200.00" });
    await token.setBlocked(crew[1]!.account, true);
    expect((await pushPayroll(contracts, stranger, id)).failed).to.have.length(1);
    await terminate(world, project);
    await time.increase(31 * DAY);
    await wages.connect(stranger).closeOut(project);
    await time.increase(91 * DAY);
    await wages.connect(labour).takeIntoCustody(project, id, labour.address, []);
    expect(await token.balanceOf(labour)).to.equal(20_000n * 10n ** 16n);
    await token.setBlocked(crew[1]!.account, false);
    const { view, due } = await payrollView(contracts, id);
    expect(due).to.deep.equal({ total: 30_000n, reserved: 30_000n, paid: 30_000n });
    expect(view.map(({ payable, paid, waiting }) => [payable, paid, waiting])).to.deep.equal([
      [0n, 10_000n, null],
      [0n, 0n, { why: "Custody" }],
    ]);
    const result = await pushPayroll(contracts, stranger, id);
    expect(result).to.deep.include({ paid: [], failed: [], transactions: [] });
    expect(result.waiting.map(({ worker, waiting }) => [worker, waiting])).to.deep.equal([[2, { why: "Custody" }]]);
    expect(workerTable(await workerView(contracts, project, 2))).to.include("the worker, at the labour office");
  });

  it("follows a worker who goes to another employer in the project", async () => {
    const world = await loadFixture(funded);
    const { contracts, labour, contractor, stranger, project, period } = world;
    const first = await approved(world, { 1: "100.00" });
    const order = await toContractor(world, 0);
    expect(await enrolWorker(contracts, labour, order)).to.equal(1); // it is enrolled
    await time.increase(31 * DAY);
    const later = period % 100 === 12 ? period + 89 : period + 1;
    const source = { project, employer: Seat.Contractor, period: later };
    const [second] = await draftPayrolls(contracts, source, fileOf({ 1: "200.00" }));
    await filePayroll(contracts, contractor.operator, second!);
    await time.increase(OBJECTION_TIME);
    await approvePayroll(contracts, contractor.operator, second!);
    await pushProject(contracts, stranger, project);
    const view = await workerView(contracts, project, 1);
    expect([view.employer, view.rows.map(({ payroll, paid }) => [payroll, paid])]).to.deep.equal([
      Seat.Contractor,
      [
        [first.id, 10_000n],
        [second!.id, 20_000n],
      ],
    ]);
    expect((await workerView(contracts, project, 1, { block: view.rows[0]!.payments[0]!.block })).rows).to.have.length(
      2,
    );
  });
});
