import { expect } from "chai";

import { opposeRows, ruleRow } from "../../../src/escrow/payroll-acts.js";
import { payrollsOf } from "../../../src/escrow/payroll-view.js";
import { pushProject } from "../../../src/escrow/push.js";
import { rehearsePush } from "../../../src/escrow/push-rehearsal.js";
import { DAY } from "../../escrow/world.js";
import { loadFixture, time } from "../../world.js";
import { approved, filed, OBJECTION_TIME, type Site, site, wagesOf } from "./site.js";

const PER_CALL = 4;

/** Rehearses, then pushes. @returns what was rehearsed, once it is seen that the push did just that. */
async function both({ contracts, stranger, project, escrow, wages }: Site) {
  const before = [await wages.booksOf(project), await escrow.booksOf(project)];
  const payrolls = await payrollsOf(contracts, project);
  const rehearsed = await rehearsePush(contracts, stranger.address, project, payrolls, { perCall: PER_CALL });
  expect([await wages.booksOf(project), await escrow.booksOf(project)]).to.deep.equal(before);
  const sentBefore = await stranger.getNonce();
  const done = await pushProject(contracts, stranger, project, { perCall: PER_CALL });
  const paid = done.paid.map(({ payroll, position, worker, amount }) => ({ payroll, position, worker, amount }));
  expect(rehearsed.paid).to.deep.equal(paid);
  expect(rehearsed.waiting).to.deep.equal(done.waiting);
  expect(rehearsed.failed.map(({ payroll, worker, account }) => [payroll, worker, account])).to.deep.equal(
    done.failed.map(({ payroll, worker, account }) => [payroll, worker, account]),
  );
  expect(rehearsed.reserving + rehearsed.paying).to.equal((await stranger.getNonce()) - sentBefore);
  return rehearsed;
}

describe("rehearsing a push", () => {
  it("tells what a push does, as money comes bit by bit", async () => {
    const world = await loadFixture(site);
    const { escrow, owner, project } = world;
    const { total } = await approved(world, { 1: "1000.00", 2: "2000.01", 3: "0.01", 4: "33.33" });
    expect(await both(world)).to.deep.include({ paid: [], reserving: 0, paying: 0 });
    for (const part of [7n, 100_000n, total]) {
      await escrow.connect(owner.account).fund(project, part);
      const { reserving, paid } = await both(world);
      expect(reserving).to.equal(1);
      expect(paid).not.to.deep.equal([]);
    }
    expect(await both(world)).to.deep.equal({ paid: [], waiting: [], failed: [], reserving: 0, paying: 0 });
  });

  it("tells what becomes of several payrolls: rows set aside and ruled on, accounts that the token refuses", async () => {
    const world = await loadFixture(site);
    const { contracts, project, contractor, labour, escrow, owner, token, crew } = world;
    const amounts = Object.entries(wagesOf(world));
    const first = await approved(world, Object.fromEntries(amounts.slice(0, 5)));
    const second = await filed(world, Object.fromEntries(amounts.slice(5, 8)));
    await opposeRows(contracts, contractor.operator, second.id, [0, 2]);
    await time.increase(OBJECTION_TIME);
    await world.payrolls.connect(contractor.operator).approve(second.id, []);
    await time.increase(5 * DAY);
    await ruleRow(contracts, labour, second.id, 2, 100n);
    await filed(world, Object.fromEntries(amounts.slice(8)));
    await token.setBlocked(crew[1]!.account, true);
    await escrow.connect(owner.account).fund(project, 100_000_000n);
    const { paid, failed, waiting, reserving } = await both(world);
    expect(paid.map(({ payroll, worker, amount }) => [payroll, worker, amount])).to.deep.equal([
      ...[1, 3, 4, 5].map((worker) => [first.id, worker, 650_000n]),
      ...[
        [second.id, 7, 650_000n],
        [second.id, 8, 100n],
      ],
    ]);
    expect(failed.map(({ worker, reason }) => [worker, /^the token refused/.test(reason)])).to.deep.equal([[2, true]]);
    expect(waiting.map(({ waiting: { why } }) => why)).to.deep.equal(["Aside", "NotApproved", "NotApproved"]);
    expect(reserving).to.equal(1);
  });
});
