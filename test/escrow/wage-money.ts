/** What tests of the money of wages share: a project with workers, its payrolls, and each act, after which the wages' books add up. */
import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, type ContractTransactionResponse, getAddress, hexlify, keccak256, randomBytes } from "ethers";

import { WORKER_ACCOUNT_TYPES } from "../../src/escrow/typed-data.js";
import { PayrollTree, type ProvenRow } from "../../src/escrow/rows.js";
import { HostileToken__factory, type PayrollRegistry, type WageAccount } from "../../typechain/index.js";
import { LATER } from "../identity/world.js";
import { ethers, loadFixture, networkHelpers, time, timeOf } from "../world.js";
import { hire, type Hired, monthNow } from "./payroll.js";
import { type Works, works } from "./works.js";
import { DAY, type EscrowWorld, openProject, Seat, terminate, type TermsChanges } from "./world.js";

type Signer = HardhatEthersSigner;
type Sent = Promise<ContractTransactionResponse>;
export type Books = Awaited<ReturnType<WageAccount["booksOf"]>>;
export type { ProvenRow };

/** How HostileToken transfers. */
export const Manner = { Honest: 0, Mute: 1, Refusing: 2, Lying: 3, TakingFee: 4, AddingFee: 5 } as const;
export const PayrollStatus = { Unknown: 0n, Filed: 1n, Approved: 2n, Lapsed: 3n } as const;
export const RowStatus = { Standing: 0n, Aside: 1n, Admitted: 2n, Paid: 3n } as const;
export const Inflow = { Share: 0, Withheld: 1 } as const;
export const NO_PAYROLL = `0x${"00".repeat(32)}`;
/** Periods of WageAccount. */
export const OBJECTION_TIME = 3 * DAY;
export const OPPOSITION_WINDOW = 5 * DAY;
export const RULING_PERIOD = 14 * DAY;
export const CLAIM_WINDOW = 30 * DAY;
export const CUSTODY_WAIT = 90 * DAY;

/** A project whose token has 18 decimals and does what a test says; nothing was put in. */
export interface Payday extends Works {
  project: string;
  /** Five of the contractor, 1 to 5. */
  crew: Hired[];
  period: number;
}

export async function payday(): Promise<Payday> {
  const world = await loadFixture(works);
  return openPayday(world, 5);
}

/** Such a project, with workers. */
export async function openPayday(world: Works, count: number, changes: TermsChanges = {}): Promise<Payday> {
  const { project } = await openProject(world, { ...changes, money: { ...world.inToken, ...changes.money } });
  const crew: Hired[] = [];
  for (let i = 0; i < count; ++i) {
    const one = await hire(world, project);
    crew.push({ ...one, account: getAddress(one.account) });
  }
  return { ...world, project, crew, period: await monthNow() };
}

/** Writes worker 1 under the numbers from 6 to `last` too, as if so many were enrolled; all are paid to the one account. */
export async function crowd({ workers, project }: Payday, last: number): Promise<void> {
  const address = await workers.getAddress();
  const coder = AbiCoder.defaultAbiCoder();
  const { key } = await workers.workerOf(project, 1);
  const slotOf = (base: number, worker: number) => {
    const ofProject = keccak256(coder.encode(["bytes32", "uint256"], [project, base]));
    return BigInt(keccak256(coder.encode(["uint32", "bytes32"], [worker, ofProject])));
  };
  const read = async (slot: bigint) => ethers.provider.getStorage(address, slot);
  for (let base = 0; base < 20; ++base) {
    const slot = slotOf(base, 1);
    if ((await read(slot + 1n)) !== key) continue;
    const words = [await read(slot), key];
    for (let number = 6; number <= last; ++number) {
      for (const [i, value] of words.entries()) {
        await networkHelpers.setStorageAt(address, slotOf(base, number) + BigInt(i), value);
      }
    }
    return;
  }
  throw new Error("no worker found in storage");
}

// ------------------------------------------------------------------------------------------------------------------- books

/** Does something; then the books of wages must add up. */
export async function checked(world: EscrowWorld, sent: Sent): Sent {
  const response = await sent;
  await checkWages(world);
  return response;
}

/**
 * Fails where anything does not add up: in == out + buckets; what is set apart for payrolls and rows and not paid is the bucket
 * `reserved`, and what is not covered is `owed`, in the queue; the contract has the tokens of all buckets.
 */
export async function checkWages({ wages, payrolls, projects, administrator }: EscrowWorld): Promise<void> {
  const held = new Map<string, bigint>();
  const due = await duesOf(payrolls);
  for (const { args } of await projects.queryFilter(projects.filters.ProjectOpened())) {
    const id = args.project;
    const { token, unit } = await projects.projectOf(id);
    const books = await wages.booksOf(id);
    const bucket = books.free + books.deposit + books.reserved;
    const fed = books.fed + books.advanced + books.withheld + books.covered + books.deposited;
    const spent = books.paid + books.custody + books.depositReturned + books.surplus;
    expect(fed, "in == out + buckets").to.equal(spent + bucket);
    held.set(token, (held.get(token) ?? 0n) + bucket * unit);
    const left = { reserved: 0n, owed: 0n, paid: 0n };
    const waiting: string[] = [];
    for (const key of due.get(id) ?? []) {
      const { total, reserved, paid } = await wages.reservationOf(key);
      expect(paid <= reserved && reserved <= total, "paid <= reserved <= total").to.equal(true);
      left.reserved += reserved - paid;
      left.owed += total - reserved;
      left.paid += paid;
      if (total !== reserved) waiting.push(key);
    }
    expect(left.reserved, "reservations").to.equal(books.reserved);
    expect(left.owed, "what is not covered").to.equal(books.owed);
    expect(left.paid, "what was paid or is in custody").to.equal(books.paid + books.custody);
    expect(await wages.queueOf(id, 0, 1_000), "queue").to.deep.equal(waiting);
  }
  for (const [token, sum] of held) {
    expect(await wages.heldOf(token), "tokens of all buckets").to.equal(sum);
    const balance = await HostileToken__factory.connect(token, administrator).balanceOf(wages);
    expect(balance >= sum, "tokens that are there").to.equal(true);
  }
}

/** The keys of what was ever owed, oldest first, of each project. */
async function duesOf(payrolls: PayrollRegistry): Promise<Map<string, string[]>> {
  const dues = new Map<string, string[]>();
  const provider = payrolls.runner!.provider!;
  for (const log of await provider.getLogs({ address: await payrolls.getAddress(), fromBlock: 0 })) {
    const event = payrolls.interface.parseLog(log);
    if (event === null || !["PayrollApproved", "RowAdmitted"].includes(event.name)) continue;
    if (event.args["amount"] === 0n) continue;
    const payroll = event.args["payroll"] as string;
    const isRow = event.name === "RowAdmitted";
    const key = isRow ? await payrolls.rowKeyOf(payroll, event.args["position"] as bigint) : payroll;
    const { project } = await payrolls.payrollOf(payroll);
    dues.set(project, [...(dues.get(project) ?? []), key]);
  }
  return dues;
}

/** What a worker has of the token, in fen. */
export async function hasGot({ token, crew }: Payday, worker: number): Promise<bigint> {
  return (await token.balanceOf(crew[worker - 1]!.account)) / 10n ** 16n;
}

/** The same of all workers. */
export async function haveGot(world: Payday): Promise<bigint[]> {
  return Promise.all(world.crew.map(async (_, i) => hasGot(world, i + 1)));
}

// ---------------------------------------------------------------------------------------------------------------- payrolls

/** A payroll that was filed. */
export interface Filed {
  id: string;
  rows: ProvenRow[];
  total: bigint;
  /** UTC seconds. */
  at: number;
}

/** What a test changes of a payroll. */
export interface Changes {
  by?: Signer;
  predecessor?: string;
  period?: number;
  serial?: number;
}

let serials = 0;

/** Files what the workers are to get, the first one first: the contractor, unless told otherwise. */
export async function file(world: Payday, amounts: bigint[], changes: Changes = {}): Promise<Filed> {
  const { payrolls, project, period, contractor } = world;
  const { by = contractor.operator, ...header } = { period, serial: ++serials, predecessor: NO_PAYROLL, ...changes };
  const payroll = { project, employer: Seat.Contractor, ...header };
  const id = await payrolls.idOf(payroll);
  const rows = amounts.map((amount, i) => ({ worker: i + 1, amount })).filter(({ amount }) => amount !== 0n);
  const tree = new PayrollTree(id, rows);
  const at = await timeOf(checked(world, payrolls.connect(by).file(payroll, rows, [])));
  return { id, rows: rows.map((_, position) => tree.proven(position)), total: tree.total, at };
}

/** A payroll that supplements another, for the same workers. */
export async function supplement(world: Payday, other: Filed, amounts: bigint[], by?: Signer): Promise<Filed> {
  return file(world, amounts, { predecessor: other.id, ...(by && { by }) });
}

/** Approves a payroll now: the contractor, unless told otherwise. */
export async function approve(world: Payday, { id }: Filed, by: Signer = world.contractor.operator): Sent {
  return checked(world, world.payrolls.connect(by).approve(id, []));
}

/** A payroll is filed, and approved by the contractor as soon as it can be. */
export async function owe(world: Payday, amounts: bigint[], changes: Changes = {}): Promise<Filed> {
  const filed = await file(world, amounts, changes);
  await time.setNextBlockTimestamp(filed.at + OBJECTION_TIME);
  await approve(world, filed);
  return filed;
}

/** Anyone pushes rows. */
export async function pay(world: Payday, { id, rows }: Filed, positions?: number[]): Sent {
  const some = positions === undefined ? rows : positions.map((position) => rows[position]!);
  return checked(world, world.wages.connect(world.stranger).pay(id, some));
}

/** Anyone reserves. */
export async function reserve(world: Payday, count = 1_000): Sent {
  return checked(world, world.wages.connect(world.stranger).reserve(world.project, count));
}

/** Anyone pays what is owed. */
export async function cover(world: Payday, amount: bigint, by: Signer = world.stranger): Sent {
  return checked(world, world.wages.connect(by).cover(world.project, amount));
}

/** The contractor's account pays into the deposit. */
export async function deposit(world: Payday, amount: bigint, by: Signer = world.contractor.account): Sent {
  return checked(world, world.wages.connect(by).payDeposit(world.project, amount));
}

/** The owner puts in; a fifth is for wages. */
export async function fund(world: Payday, amount: bigint): Sent {
  return checked(world, world.escrow.connect(world.funders[0]).fund(world.project, amount));
}

/** FundEscrow sends money to wages; here it is given the tokens, so that its own books do not know of it. */
export async function feed(world: Payday, amount: bigint, inflow: number): Sent {
  const { wages, token, project } = world;
  await token.mint(wages, amount * 10n ** 16n);
  return checked(world, wages.connect(await asEscrow(world)).receiveFunds(project, amount, inflow));
}

/** FundEscrow, as one who sends transactions. */
export async function asEscrow({ escrow }: EscrowWorld): Promise<Signer> {
  const address = await escrow.getAddress();
  await networkHelpers.setBalance(address, 10n ** 20n);
  return ethers.getImpersonatedSigner(address);
}

/** A worker names another account. */
export async function changeAccount(world: Payday, worker: number, account: string): Sent {
  const { workers, project, crew } = world;
  const { key } = crew[worker - 1]!;
  const { changes } = await workers.workerOf(project, worker);
  const order = { project, worker, account, changes, deadline: LATER };
  const signature = await world.sign(key, "workers", WORKER_ACCOUNT_TYPES, order);
  return checked(world, workers.changeAccount(project, worker, account, LATER, key.signer, signature));
}

// --------------------------------------------------------------------------------------------------------------------- end

/** Ends the project by agreement: from when its wages can be closed out, UTC seconds. */
export async function end(world: Payday): Promise<number> {
  await terminate(world, world.project);
  return Number((await world.projects.projectOf(world.project)).endedAt) + CLAIM_WINDOW + 1;
}

/** Anyone closes out. */
export async function closeOut(world: Payday): Sent {
  return checked(world, world.wages.connect(world.stranger).closeOut(world.project));
}

/** Ends the project, and closes out its wages as soon as they can be: when that was, UTC seconds. */
export async function endAndClose(world: Payday): Promise<number> {
  const from = await end(world);
  await time.setNextBlockTimestamp(from);
  await closeOut(world);
  return from;
}

/** The labour office takes what could not be paid. */
export async function takeIntoCustody(world: Payday, key: string, account: string, by: Signer = world.labour): Sent {
  return checked(world, world.wages.connect(by).takeIntoCustody(world.project, key, account, []));
}

/** A company's registrar closes its identity. */
export async function closeIdentity({ identities, registrar }: EscrowWorld, id: string): Promise<void> {
  await identities.connect(registrar).close(id, 1, []);
}

/** An account that nobody has used. */
export function newAddress(): string {
  return getAddress(hexlify(randomBytes(20)));
}
