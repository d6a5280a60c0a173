/** What a day is made of, and what it costs. */
import type { ContractTransactionResponse } from "ethers";

import { mined } from "../../src/common/mined.js";

export interface Options {
  /** How many invoices by the batch path. */
  anchored: number;
  /** How many in a batch; the last may have fewer. */
  batch: number;
  /** How many invoices one by one. */
  single: number;
  /** How many in a call; the last may have fewer. */
  call: number;
  /** How many of each batch to request and book. */
  prove: number;
  seed: string;
  threads: number;
}

export interface Cost {
  transactions: number;
  gas: bigint;
  /** How many payments, or documents, went through. */
  records: number;
}

/** One of the two ways in which invoices go through. */
export interface Path {
  payments: Cost;
  documents: Cost;
  /** Invoices that were there already. */
  skipped: number;
  seconds: number;
  /** The most memory so far, as a text. */
  memory: string;
}

/** Something that the person who runs it can mend. */
export class DayError extends Error {
  override readonly name = "DayError";
}

export function newPath(): Path {
  const none = () => ({ transactions: 0, gas: 0n, records: 0 });
  return { payments: none(), documents: none(), skipped: 0, seconds: 0, memory: "" };
}

/** Waits for a transaction that puts so many records through, and notes what it cost. */
export async function spend(cost: Cost, records: number, sent: Promise<ContractTransactionResponse>): Promise<void> {
  const { gasUsed } = await mined(sent);
  cost.transactions++;
  cost.gas += gasUsed;
  cost.records += records;
}
