/** The payday, read back from the chain: books, payrolls and payments as events tell them, and what is in the workers' accounts. */
import { checkStatement, statementOf } from "../../src/escrow/statement.js";
import { payrollsOf, payrollView } from "../../src/escrow/payroll-view.js";
import { begunIn, gasOf, workerCount } from "./chain.js";
import { accountsOf, type Options, PaydayError, periodOf, rowsOf } from "./plan.js";
import type { Project } from "./project.js";
import type { Site } from "./site.js";

/** Calls that paid, and what they took. */
export interface Paid {
  calls: number;
  payments: number;
  gas: bigint;
}

/** What was paid in all. */
export interface Books {
  /** Payments to workers who had none before, and all others. */
  first: Paid;
  later: Paid;
  /** Those of them that were made in calls of just as many as a call has at most. */
  firstFull: Paid;
  laterFull: Paid;
  /** In fen. */
  amount: bigint;
}

const AT_ONCE = 100; // questions

/**
 * Each project's books add up, its payrolls are those of the seed, each row was paid once, to its worker's account, and nothing else is there.
 * @throws PaydayError where something is otherwise.
 */
export async function audit(site: Site, options: Options, projects: readonly Project[]): Promise<Books> {
  const none = (): Paid => ({ calls: 0, payments: 0, gas: 0n });
  const books = { first: none(), later: none(), firstFull: none(), laterFull: none(), amount: 0n };
  for (const project of projects) {
    const paid = await auditPayrolls(site, options, project, books);
    expect(`workers of project ${project.plan.index}`, await workerCount(site, project.id), project.plan.workers);
    expect(`what project ${project.plan.index} has paid`, paid, project.wages);
    await auditBooks(site, project);
    await auditAccounts(site, options, project);
    books.amount += paid;
  }
  expect("payments", books.first.payments + books.later.payments, options.payments);
  return books;
}

/** @returns what was paid, in fen. */
async function auditPayrolls(
  { civitas, connection, seed }: Site,
  options: Options,
  { id, plan }: Project,
  books: Books,
): Promise<bigint> {
  const accounts = accountsOf(seed, plan);
  const begun = await begunIn({ civitas }, id);
  const periods = Array.from({ length: options.months }, (_, month) => periodOf(begun, month));
  const seen = new Set<string>();
  let sum = 0n;
  for (const payroll of await payrollsOf(civitas, id)) {
    const month = periods.indexOf(payroll.header.period);
    const { status, view } = await payrollView(civitas, payroll);
    const what = `project ${plan.index}, month ${payroll.header.period}`;
    expect(`the payroll of ${what}`, status, "Approved");
    const wages = new Map(rowsOf(seed, plan, month).map(({ worker, amount }) => [worker, amount]));
    const calls = new Map<string, number>();
    for (const { worker, payments } of view) {
      const [payment] = payments;
      const who = `worker ${worker} of ${what}`;
      if (payment === undefined || payments.length !== 1) {
        throw new PaydayError(`${who} was paid ${payments.length} times`);
      }
      const key = `${month} ${worker}`;
      if (seen.has(key)) throw new PaydayError(`${who} is paid under two payrolls`);
      seen.add(key);
      expect(`the wage of ${who}`, payment.amount, wages.get(worker));
      expect(`the account of ${who}`, payment.account, accounts[worker - 1]);
      sum += payment.amount;
      calls.set(payment.transaction, (calls.get(payment.transaction) ?? 0) + 1);
    }
    for (const [transaction, payments] of calls) {
      const gas = await gasOf({ connection }, transaction);
      add(month === 0 ? books.first : books.later, payments, gas);
      if (payments === options.call) add(month === 0 ? books.firstFull : books.laterFull, payments, gas);
    }
  }
  expect(`payments of project ${plan.index}`, seen.size, plan.payments);
  return sum;
}

function add(to: Paid, payments: number, gas: bigint): void {
  to.calls++;
  to.payments += payments;
  to.gas += gas;
}

/** The statement is sound, and wages took all of their share. */
async function auditBooks({ civitas }: Site, { id, plan, budget, wages }: Project): Promise<void> {
  const statement = await statementOf(civitas, id);
  const [fault] = checkStatement(statement);
  if (fault !== undefined) throw new PaydayError(`the books of project ${plan.index} do not add up: ${fault}`);
  const of = `of project ${plan.index}`;
  expect(`the money ${of}`, statement.works.funded, budget);
  expect(`the wages paid ${of}`, statement.wages.paid, wages);
  const { free, reserved, owed } = statement.wages;
  expect(`the wages left or owed ${of}`, free + reserved + owed, 0n);
}

/** Each worker has all wages and nothing else. */
async function auditAccounts({ civitas, seed }: Site, { months }: Options, { plan }: Project): Promise<void> {
  const accounts = accountsOf(seed, plan);
  const wages = accounts.map(() => 0n);
  for (let month = 0; month < months; month++) {
    for (const { worker, amount } of rowsOf(seed, plan, month)) wages[worker - 1] = (wages[worker - 1] ?? 0n) + amount;
  }
  for (let start = 0; start < accounts.length; start += AT_ONCE) {
    const part = accounts.slice(start, start + AT_ONCE);
    const balances = await Promise.all(part.map(async (account) => civitas.settlement.balanceOf(account)));
    balances.forEach((balance, i) => {
      expect(`the account of worker ${start + i + 1} of project ${plan.index}`, balance, wages[start + i]);
    });
  }
}

function expect<Value>(what: string, is: Value, should: Value): void {
  if (is !== should) throw new PaydayError(`${what}: it is ${String(is)}, and should be ${String(should)}`);
}
