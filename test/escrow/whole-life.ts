/** Two projects from their opening until nothing is left of them, in which everything happens that the contracts have an event for. */
import { BANKING, roleOf } from "../../src/index.js";
import { WORKER_ACCOUNT_TYPES } from "../../src/escrow/typed-data.js";
import { LATER, word } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { endAndCloseOut, hire, lastMonth, owe } from "./payroll.js";
import { CUSTODY_WAIT, newAddress } from "./wage-money.js";
import { amend, DAY, Seat, terminate } from "./world.js";
import {
  approve,
  booked,
  CONTEST,
  contest,
  giveBack,
  newProject,
  payOut,
  request,
  rule,
  settle,
  type Works,
  works,
} from "./works.js";

export interface WholeLife extends Works {
  /** Wages take more than there is, and the contractor pays for them; and nothing is built, and all goes back. */
  lived: [string, string];
  /** Block of a payout of the first that was wholly withheld. */
  withheldIn: number;
  /** Block in which its wages were fed what a change of the terms gave them. */
  fedIn: number;
}

export async function wholeLife(): Promise<WholeLife> {
  const world = await loadFixture(works);
  const second = await newProject(world);
  const milestones = [500_000n, 400_000n].map((amount) => ({ amount, content: word() }));
  const project = await newProject(world, {
    money: { budget: 1_000_000n, wageShare: 1_000, wageDeposit: 50_000n, retention: 1_000 },
    ...{ milestones, periods: { retentionUntil: (await time.latest()) + 300 * DAY } },
  });
  const fedIn = await prepare(world, project);
  const withheldIn = await fallShort(world, project);
  await build(world, project);
  await end(world, project);
  await end(world, second);
  return { ...world, lived: [project, second], withheldIn, fedIn };
}

/** Before anything is built: a guarantee, orders on refunds, a freeze that is lifted, arrears, a worker who moves, a higher share. */
async function prepare(world: Works, project: string): Promise<number> {
  const { wages, escrow, manager, shijiazhuang, bank, court, workers, labour, funders } = world;
  const [owner] = funders;
  await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, BANKING), bank, 0);
  await wages.connect(bank).attestGuarantee(project, 50_000, LATER);
  await escrow.connect(owner).redirectRefund(project, owner);
  await escrow.connect(court).proposeRedirection(project, owner, court, []);
  await escrow.connect(owner).vetoRedirection(project);
  const courtCase = word();
  await escrow.connect(court).freeze(project, Seat.Contractor, 5, (await time.latest()) + 10 * DAY, courtCase, []);
  await escrow.connect(court).liftFreeze(project, Seat.Contractor, courtCase, []);
  await workers.connect(labour).declareArrears(project, await lastMonth(), 1, []);
  await workers.connect(labour).dismissArrears(project, []);
  const { worker, key } = await hire(world, project);
  const order = { project, worker, account: newAddress(), changes: 0, deadline: LATER };
  const signature = await world.sign(key, "workers", WORKER_ACCOUNT_TYPES, order);
  await workers.changeAccount(project, worker, order.account, LATER, key.signer, signature);
  await amend(world, project, { wageShare: 1_100, milestones: [{ index: 1, amount: 390_000n, content: word() }] });
  const { blockNumber } = await booked(world, escrow.feedWages(project)); // 10,000
  return blockNumber!;
}

/** The first milestone is earned, 450,000 of it payable; then wages take all that is there, and what the contractor has coming. */
async function fallShort(world: Works, project: string): Promise<number> {
  const { escrow, wages, funders, stranger } = world;
  await request(world, project);
  await giveBack(world, project);
  await time.increase(CONTEST);
  await settle(world, project); // its money is free again
  await request(world, project);
  await approve(world, project);
  await time.increase(CONTEST);
  await settle(world, project);
  const first = await owe(world, project, 300_000n); // 110,000 of wages, 50,000 of the deposit, 140,000 of works
  await booked(world, escrow.connect(funders[1]).repayAdvance(project, 10_000));
  await owe(world, project, 670_000n); // 260,000 of works, and 410,000 are missing
  await booked(world, wages.connect(stranger).cover(project, 5_000));
  const { blockNumber } = await payOut(world, project);
  await booked(world, wages.reserve(project, 9));
  await booked(world, wages.pay(first.payroll, [first.row]));
  return blockNumber!;
}

/** Defects are accepted, the rest is repaid, the second milestone is built, and the contractor gets what a court leaves it. */
async function build(world: Works, project: string): Promise<void> {
  const { escrow, milestones, owner, contractor, court, funders } = world;
  await milestones.connect(owner.operator).claimDefect(project, Seat.Contractor, 50_000, Seat.Owner, word());
  await booked(world, milestones.connect(contractor.operator).acceptDefect(project, Seat.Contractor));
  await booked(world, escrow.connect(funders[1]).repayAdvance(project, 340_000));
  await request(world, project, 1);
  await contest(world, project, 1);
  await rule(world, project, 1, 300_000n);
  await time.increase(CONTEST);
  await settle(world, project, 1);
  const courtCase = word();
  const until = (await time.latest()) + 60 * DAY;
  await escrow.connect(court).freeze(project, Seat.Contractor, 1_000, until, courtCase, []);
  await payOut(world, project);
  await time.increase(30 * DAY);
  await booked(world, escrow.connect(court).handOver(project, Seat.Contractor, courtCase, 1_000, court, []));
}

/** It is over: wages, what could not be paid of them, the deposit, what was kept, and what is left. */
async function end(world: Works, project: string): Promise<void> {
  const { escrow, wages, projects, payrolls, labour, stranger, funders } = world;
  await terminate(world, project);
  await endAndCloseOut(world, project);
  await booked(world, wages.connect(stranger).returnDeposit(project));
  await time.increase(CUSTODY_WAIT);
  const approved = await payrolls.queryFilter(payrolls.filters.PayrollApproved(undefined, project));
  for (const { args } of approved.slice(1)) {
    await booked(world, wages.connect(labour).takeIntoCustody(project, args.payroll, labour, []));
  }
  const { retentionUntil } = await projects.projectOf(project);
  if ((await time.latest()) < retentionUntil) await time.increaseTo(retentionUntil);
  if ((await escrow.seatBooksOf(project, Seat.Contractor)).retained !== 0n) {
    await booked(world, escrow.releaseRetention(project, Seat.Contractor));
    await payOut(world, project);
  }
  await booked(world, escrow.refund(project, funders[0]));
}
