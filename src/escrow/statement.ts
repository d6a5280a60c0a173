/** The books of a project, now or as of a block: what came in, what each bucket holds, what went out to whom, what is owed and due next. */
import { AbiCoder, id, keccak256, ZeroAddress, ZeroHash } from "ethers";

import { byPage } from "../common/page.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { type Currency, currencyOf, formatAmount } from "../invoice/amount.js";
import { nameOf } from "../invoice/status.js";
import { roleOfSeat, type SeatRole } from "./seat.js";
import {
  DUE_KINDS,
  type DueKind,
  MILESTONE_STATUSES,
  type MilestoneStatus,
  PROJECT_STATUSES,
  type ProjectStatus,
  WORKS_PAYMENT_KINDS,
  type WorksPaymentKind,
} from "./status.js";

/** What IFundEscrow.Books keeps, in minor units: see there. */
const WORKS = [
  ...["funded", "surplus", "repaid", "toWages", "advanced", "recovered", "withheld", "paid", "handedOver", "refunded"],
  ...["available", "committed", "credit", "retained"],
] as const;
export type WorksBooks = Record<(typeof WORKS)[number], bigint>;

/** What IWageAccount.WageBooks keeps, in minor units: see there. */
const WAGES = [
  ...["fed", "advanced", "withheld", "covered", "deposited", "paid", "custody", "depositReturned", "surplus"],
  ...["free", "deposit", "reserved", "owed", "depositOwed"],
] as const;
export type WageBooks = Record<(typeof WAGES)[number], bigint>;

/** A seat with its books, in minor units; those of companies alone are not zero. */
export interface SeatStatement {
  seat: number;
  role: SeatRole;
  /** Identity. */
  party: string;
  /** Where it is paid; null for those who are not. */
  account: string | null;
  earned: bigint;
  /** Ever retained, and now. */
  kept: bigint;
  retained: bigint;
  /** To be paid out, and what of it a court has frozen or will. */
  credit: bigint;
  frozen: bigint;
  paid: bigint;
  /** A claim of defects on the retention that waits for a ruling. */
  defect: { amount: bigint; until: Date } | null;
}

/** A milestone as of the block. */
export interface MilestoneStatement {
  /** Its place, from 0. */
  milestone: number;
  /** Minor units; 0 for a dropped one. */
  amount: bigint;
  /** Silence counted. */
  status: MilestoneStatus | "Dropped";
  since: Date | null;
  /** Whether its money is set apart. */
  committed: boolean;
  /** What of it the companies get, once that is known. */
  award: bigint;
}

/** A payment of works money. */
export interface WorksPayment {
  /** Its place in the project's list, from 0. */
  index: number;
  kind: WorksPaymentKind;
  /** Of the company; of a refund, the owner's, whose `payee` is null. */
  seat: number;
  payee: string | null;
  to: string;
  amount: bigint;
  at: Date;
  /** What identifies it to PaymentRegistry (`countPayment`), and on an invoice. */
  transactionId: string;
}

/** What time brings next. What is over, anyone can act on. */
export interface Due {
  kind: Exclude<DueKind, "Nothing">;
  /** Of which milestone or seat; 0 where it is of the project. */
  index: number;
  at: Date;
}

/** The books of a project as of one block. Amounts are in minor units. */
export interface Statement {
  project: string;
  block: number;
  /** Time of the block. */
  at: Date;
  /** Number of the city. */
  city: number;
  status: ProjectStatus;
  currency: Currency;
  token: string;
  budget: bigint;
  /** What the milestones come to. */
  planned: bigint;
  works: WorksBooks;
  wages: WageBooks;
  /** Payrolls and rows that wait for a decision. */
  undecided: number;
  seats: SeatStatement[];
  milestones: MilestoneStatement[];
  payments: WorksPayment[];
  next: Due | null;
}

type Reading = Pick<Contracts, "escrow" | "projectBooks" | "provider">;
type Told = Awaited<ReturnType<Contracts["projectBooks"]["statementOf"]>>;

const TRANSACTION_TYPEHASH = id("Transaction(bytes32 project,uint256 index)");
const PAGE = 500;

/** What identifies a payment of a project: equal to FundEscrow.transactionIdOf (tested equal). */
export function worksTransactionId(project: string, index: number): string {
  const words = AbiCoder.defaultAbiCoder().encode(
    ["bytes32", "bytes32", "uint256"],
    [TRANSACTION_TYPEHASH, project, index],
  );
  return keccak256(words);
}

/**
 * The statement of a project: the books, and each payment of works money. All of it is as of one block.
 * @param options `block`: its number; the newest, if left out. The node must still know its state.
 * @throws what the chain refuses: ProjectUnknown.
 */
export async function statementOf(
  { projectBooks, escrow, provider }: Reading,
  project: string,
  options: { block?: number } = {},
): Promise<Statement> {
  const block = await provider.getBlock(options.block ?? "latest");
  if (block === null) throw new RangeError(`the node has no block ${options.block ?? "yet"}`);
  const as = { blockTag: block.number };
  const told = await projectBooks.statementOf(project, as);
  const payments: WorksPayment[] = [];
  const page = (start: number, count: number) => escrow.paymentsOf(project, start, count, as);
  for await (const payment of byPage(page, PAGE)) payments.push(worksPaymentOf(project, payments.length, payment));
  return { ...statementIn(project, told), block: block.number, at: dateOf(block.timestamp), payments };
}

function statementIn(
  project: string,
  { project: agreed, works, wages, seats, milestones, next, undecided }: Told,
): Omit<Statement, "block" | "at" | "payments"> {
  const kind = nameOf(DUE_KINDS, next.kind);
  return {
    project,
    city: Number(agreed.city),
    status: nameOf(PROJECT_STATUSES, agreed.status),
    currency: currencyOf(agreed.currency),
    token: agreed.token,
    ...{ budget: agreed.budget, planned: agreed.works },
    works: pick(WORKS, works),
    wages: pick(WAGES, wages),
    undecided: Number(undecided),
    seats: seats.map(({ seat: { party, account }, books, defect }, seat) => ({
      ...{ seat, role: roleOfSeat(seat), party, account: account === ZeroAddress ? null : account },
      ...pick(["earned", "kept", "retained", "credit", "frozen", "paid"] as const, books),
      defect: defect.amount === 0n ? null : { amount: defect.amount, until: dateOf(defect.until) },
    })),
    milestones: milestones.map(({ amount, state: { status, since, committed, award } }, milestone) => ({
      ...{ milestone, amount, committed, award },
      status: amount === 0n ? "Dropped" : nameOf(MILESTONE_STATUSES, status),
      since: since === 0n ? null : dateOf(since),
    })),
    next: kind === "Nothing" ? null : { kind, index: Number(next.index), at: dateOf(next.dueAt) },
  };
}

/** A payment as the chain tells it. @param index Its place in the project's list. */
export function worksPaymentOf(
  project: string,
  index: number,
  payment: { payee: string; to: string; seat: bigint; kind: bigint; amount: bigint; paidAt: bigint },
): WorksPayment {
  const { payee, to, seat, kind, amount, paidAt } = payment;
  return {
    ...{ index, kind: nameOf(WORKS_PAYMENT_KINDS, kind), seat: Number(seat) },
    ...{ payee: payee === ZeroHash ? null : payee, to, amount, at: dateOf(paidAt) },
    transactionId: worksTransactionId(project, index),
  };
}

function pick<Name extends string>(names: readonly Name[], books: Record<Name, bigint>): Record<Name, bigint> {
  return Object.fromEntries(names.map((name) => [name, books[name]])) as Record<Name, bigint>;
}

/** All that does not add up in a statement, each in a sentence; none if it is sound. Whoever keeps another list compares it with that. */
export function checkStatement(statement: Statement): string[] {
  const { works, wages, seats, milestones, payments, budget, planned, currency } = statement;
  const faults: string[] = [];
  const show = (amount: bigint) => formatAmount(amount, currency.digits);
  const equal = (what: string, first: bigint, second: bigint) => {
    if (first !== second) faults.push(`${what} differ: ${show(first)} and ${show(second)}; tell the network`);
  };
  const total = <Item>(items: readonly Item[], amount: (item: Item) => bigint): bigint =>
    items.reduce((all, item) => all + amount(item), 0n);
  const { available, committed, credit, retained } = works;
  equal(
    "works money that came in, and that left or is there",
    works.funded + works.surplus + works.repaid,
    works.toWages +
      works.advanced +
      works.withheld +
      works.paid +
      works.handedOver +
      works.refunded +
      (available + committed + credit + retained),
  );
  equal(
    "wages that came in, and that left or are there",
    wages.fed + wages.advanced + wages.withheld + wages.covered + wages.deposited,
    wages.paid + wages.custody + wages.depositReturned + wages.surplus + wages.free + wages.deposit + wages.reserved,
  );
  // What wages drew of the works money becomes their share, once that is split off.
  equal("works money for wages that was sent and received", works.toWages + works.advanced, wages.fed + wages.advanced);
  equal("what was withheld for wages and received", works.withheld, wages.withheld);
  equal("wages that came back and were received", wages.surplus, works.surplus);
  equal(
    "what companies are to be paid, by seats and in all",
    total(seats, (seat) => seat.credit),
    credit,
  );
  equal(
    "what is retained, by seats and in all",
    total(seats, (seat) => seat.retained),
    retained,
  );
  equal(
    "what companies were paid, by seats and in all",
    total(seats, (seat) => seat.paid),
    works.paid,
  );
  const settled = milestones.filter(({ status }) => status === "Settled");
  const [awarded, earned] = [total(settled, ({ award }) => award), total(seats, (seat) => seat.earned)];
  // Wages that are owed come before what subcontractors earn.
  if (awarded < earned || awarded > earned + works.withheld) {
    faults.push(`what was awarded and earned does not fit: ${show(awarded)} and ${show(earned)}; tell the network`);
  }
  const bound = milestones.filter((milestone) => milestone.committed);
  equal(
    "milestones that money is set apart for, and that money",
    total(bound, ({ amount }) => amount),
    committed,
  );
  equal(
    "the milestones and what they should come to",
    total(milestones, ({ amount }) => amount),
    planned,
  );
  const paid = (kind: WorksPaymentKind) => total(payments, (one) => (one.kind === kind ? one.amount : 0n));
  equal("payments to companies, and their sum", paid("Payout"), works.paid);
  equal("payments that courts ordered, and their sum", paid("HandOver"), works.handedOver);
  equal("refunds, and their sum", paid("Refund"), works.refunded);
  for (const { seat, paid: sum } of seats) {
    const own = payments.filter((one) => one.kind === "Payout" && one.seat === seat);
    equal(
      `payments to seat ${seat}, and their sum`,
      total(own, ({ amount }) => amount),
      sum,
    );
  }
  if (works.funded > budget)
    faults.push(`more was put in than the budget: ${show(works.funded)}, not ${show(budget)}; tell the network`);
  return faults;
}
