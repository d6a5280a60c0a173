/** That the books of all projects add up: in themselves, among each other, and with what the tokens say. */
import { expect } from "chai";
import type { Log, Result } from "ethers";

import { SettlementToken__factory } from "../../typechain/index.js";
import type { EscrowWorld } from "./world.js";

const Kind = { Payout: 0n, HandOver: 1n, Refund: 2n } as const;

/** What both vaults hold for all projects of a token, in its smallest parts. */
interface Held {
  works: bigint;
  wages: bigint;
}

/** The members of a struct that are not zero. */
export async function nonZero(read: Promise<object>): Promise<Record<string, unknown>> {
  const all = Object.entries(((await read) as Result).toObject());
  return Object.fromEntries(all.filter(([, value]) => value !== 0n));
}

/** Fails where anything does not add up. */
export async function checkBooks(world: EscrowWorld): Promise<void> {
  const { projects, escrow, wages, administrator } = world;
  const held = new Map<string, Held>();
  const opened = await projects.queryFilter(projects.filters.ProjectOpened());
  const logs = await administrator.provider!.getLogs({ address: await escrow.getAddress(), fromBlock: 0 });
  for (const { args } of opened) {
    const now = await checkProject(world, args.project, logs);
    const before = held.get(args.token) ?? { works: 0n, wages: 0n };
    held.set(args.token, { works: before.works + now.works, wages: before.wages + now.wages });
  }
  for (const [address, { works: inWorks, wages: inWages }] of held) {
    const token = SettlementToken__factory.connect(address, administrator);
    expect(await escrow.heldOf(address), "works of all projects").to.equal(inWorks);
    expect(await wages.heldOf(address), "wages of all projects").to.equal(inWages);
    expect((await token.balanceOf(escrow)) >= inWorks, "tokens of works").to.equal(true);
    expect((await token.balanceOf(wages)) >= inWages, "tokens of wages").to.equal(true);
  }
}

/** The books of one project; what it has in both vaults, in parts of the token. */
async function checkProject(world: EscrowWorld, id: string, logs: Log[]): Promise<Held> {
  const { projectBooks, escrow } = world;
  const { project, works, wages, seats, milestones, payments } = await projectBooks.statementOf(id);
  const buckets = works.available + works.committed + works.credit + works.retained;
  const left = works.toWages + works.advanced + works.withheld + works.paid + works.handedOver + works.refunded;
  expect(works.funded + works.surplus + works.repaid, "works: in == out + buckets").to.equal(left + buckets);
  expect(works.funded <= project.budget, "funded is within the budget").to.equal(true);
  expect(works.recovered <= works.advanced, "no more recovered than advanced").to.equal(true);

  expect(sum(seats.map(({ books }) => books.credit)), "credits of seats").to.equal(works.credit);
  expect(sum(seats.map(({ books }) => books.retained)), "retentions of seats").to.equal(works.retained);
  expect(sum(seats.map(({ books }) => books.paid)), "payments of seats").to.equal(works.paid);
  const committed = milestones.filter(({ state }) => state.committed).map(({ amount }) => amount);
  expect(sum(committed), "milestones whose money is set apart").to.equal(works.committed);

  const ofProject = (await escrow.paymentsOf(id, 0, payments)).map(({ kind, amount }) => ({ kind, amount }));
  for (const [kind, total] of [
    [Kind.Payout, works.paid],
    [Kind.HandOver, works.handedOver],
    [Kind.Refund, works.refunded],
  ] as const) {
    const listed = ofProject.filter((payment) => payment.kind === kind).map(({ amount }) => amount);
    expect(sum(listed), "payments listed").to.equal(total);
  }
  await checkEvents(world, id, logs);

  const inWages = wages.free + wages.deposit + wages.reserved;
  const fed = wages.fed + wages.advanced + wages.withheld + wages.covered + wages.deposited;
  const spent = wages.paid + wages.custody + wages.depositReturned + wages.surplus;
  expect(fed, "wages: in == out + buckets").to.equal(spent + inWages);
  expect(wages.fed + wages.advanced, "shares and advances").to.equal(works.toWages + works.advanced);
  expect(wages.withheld, "withheld").to.equal(works.withheld);
  expect(wages.surplus, "surplus").to.equal(works.surplus);
  return { works: buckets * project.unit, wages: inWages * project.unit };
}

/** Nothing of what was awarded is lost, and what the events say comes to what the books say. */
async function checkEvents({ escrow }: EscrowWorld, id: string, logs: Log[]): Promise<void> {
  const totals = { funded: 0n, awarded: 0n, earned: 0n, forfeited: 0n };
  const funders = new Set<string>();
  const seats = new Set<bigint>();
  for (const log of logs) {
    const event = escrow.interface.parseLog(log);
    if (event?.args["project"] !== id) continue;
    const amount = event.args["amount"] as bigint;
    if (event.name === "ProjectFunded") {
      totals.funded += amount;
      funders.add(event.args["funder"] as string);
    }
    if (event.name === "MilestoneEarned") totals.awarded += event.args["award"] as bigint;
    if (event.name === "RetentionForfeited") totals.forfeited += amount;
    if (event.name === "Earned") {
      totals.earned += amount;
      seats.add(event.args["seat"] as bigint);
    }
  }
  expect(totals.earned <= totals.awarded, "no more earned than awarded").to.equal(true);
  const contributions = await Promise.all([...funders].map(async (funder) => escrow.contributionOf(id, funder)));
  const companies = await Promise.all([...seats].map(async (seat) => escrow.seatBooksOf(id, seat)));
  const books = await escrow.booksOf(id);
  expect(books.funded, "fundings").to.equal(totals.funded);
  expect(sum(contributions.map(({ put }) => put)), "contributions").to.equal(books.funded);
  expect(sum(contributions.map(({ taken }) => taken)), "refunds").to.equal(books.refunded);
  expect(sum(companies.map(({ earned }) => earned)), "earnings of seats").to.equal(totals.earned);
  const recovered = books.recovered - books.repaid;
  const gone = books.withheld + recovered + books.paid + books.handedOver + totals.forfeited;
  expect(totals.awarded, "awarded == gone + buckets").to.equal(gone + books.credit + books.retained);
}

function sum(amounts: bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
