/** What a payday asks of the contracts, and of the chain's clock, where the client has no function for it. */
import { ZeroHash } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { PAYROLL_STATUSES, type PayrollStatus } from "../../src/escrow/status.js";
import { chainTime } from "../../src/identity/presence.js";
import type { Civitas } from "../../src/index.js";
import { nameOf } from "../../src/invoice/status.js";

export interface Chain {
  civitas: Civitas;
  connection: NetworkConnection;
}

/** How many workers are enrolled in a project. */
export async function workerCount({ civitas }: Pick<Chain, "civitas">, project: string): Promise<number> {
  return Number(await civitas.workers.workerCount(project));
}

/** The number of the worker who is paid at an account; 0 for none. */
export async function workerAt({ civitas }: Pick<Chain, "civitas">, project: string, account: string): Promise<number> {
  return Number(await civitas.workers.workerByAccount(project, account));
}

/** The month in which a project's first worker began. */
export async function begunIn({ civitas }: Pick<Chain, "civitas">, project: string): Promise<number> {
  return Number((await civitas.workers.workerOf(project, 1)).since);
}

/** A payroll's status, and when it can be approved, UTC seconds. */
export async function payrollAt(
  { civitas: { payrolls } }: Pick<Chain, "civitas">,
  payroll: string,
): Promise<{ status: PayrollStatus; approvableAt: number }> {
  const [{ status, filedAt }, wait] = await Promise.all([payrolls.payrollOf(payroll), payrolls.OBJECTION_TIME()]);
  return { status: nameOf(PAYROLL_STATUSES, status), approvableAt: Number(filedAt + wait) };
}

/** Whether an approved payroll is wholly paid. */
export async function isPaid({ civitas }: Pick<Chain, "civitas">, payroll: string): Promise<boolean> {
  const { total, paid } = await civitas.wages.reservationOf(payroll);
  return total !== 0n && paid === total;
}

/** What was put into a project, in minor units. */
export async function fundedOf({ civitas }: Pick<Chain, "civitas">, project: string): Promise<bigint> {
  return (await civitas.escrow.booksOf(project)).funded;
}

/** Whether the bank has minted under an end-to-end identification. */
export async function isMinted(
  { civitas }: Pick<Chain, "civitas">,
  bank: string,
  endToEndId: string,
): Promise<boolean> {
  return (await civitas.settlement.mintedBy(bank, endToEndId)) !== ZeroHash;
}

/** Moves the clock of a trial network on, if it is not there yet. @param moment UTC seconds. */
export async function passTo({ civitas, connection }: Chain, moment: number): Promise<void> {
  const missing = moment - (await chainTime(civitas));
  if (missing <= 0) return;
  await connection.ethers.provider.send("evm_increaseTime", [missing]);
  await connection.ethers.provider.send("evm_mine", []);
}

/** What a transaction took, as its receipt says. */
export async function gasOf({ connection }: Pick<Chain, "connection">, transaction: string): Promise<bigint> {
  const receipt = (await connection.ethers.provider.send("eth_getTransactionReceipt", [transaction])) as {
    gasUsed: string;
  } | null;
  if (receipt === null) throw new Error(`the node has no receipt of ${transaction}; ask another one`);
  return BigInt(receipt.gasUsed);
}
