/** What is decided on a filed payroll: rows set aside, ruled and admitted, and the payroll approved. */
import type { Signer } from "ethers";

import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import type { PersonKey } from "../identity/key.js";
import { PayrollError, wageNetwork } from "./payroll.js";
import { filedPayroll, type FiledPayroll, treeOf, type PayrollReading } from "./payroll-view.js";
import type { WageNetwork } from "./rows.js";
import { digestIn, domainAt, OBJECTION_TYPES } from "./typed-data.js";

/** A payroll by its id, or with its rows: as it was drafted, or read from the chain. */
export type PayrollRef = string | Pick<FiledPayroll, "id" | "rows" | "root">;

/** A worker's order to set its own row aside, as JSON, for someone to relay. */
export interface ObjectionOrder {
  type: "CivitasObjection";
  version: 1;
  network: WageNetwork;
  /** The payroll's id. */
  payroll: string;
  /** Place of the row, from 0. */
  position: number;
  /** Last moment to relay it, UTC seconds. */
  deadline: number;
  /** The worker's own key, as in ERC-7913. */
  signer: string;
  signature: string;
}

type Lineage = readonly number[];

/**
 * Set rows aside. By an operator of the contractor or the owner, within five days of filing, before approval. Rows that are aside already are skipped.
 * @param positions Places of the rows, from 0.
 */
export async function opposeRows(
  contracts: PayrollReading,
  signer: Signer,
  payroll: PayrollRef,
  positions: readonly number[],
): Promise<void> {
  const filed = await filedOf(contracts, payroll);
  const tree = treeOf(filed);
  const rows = positions.map((position) => tree.proven(position));
  await mined(contracts.payrolls.connect(signer).oppose(filed.id, rows));
}

/**
 * A worker's objection to its row; signed off line.
 * @param key The worker's own key: `Wallet.workerKey`.
 */
export async function signObjection(
  network: WageNetwork,
  { payroll, position }: { payroll: string; position: number },
  key: PersonKey,
  deadline: Date,
): Promise<ObjectionOrder> {
  const order = { payroll, position, deadline: Number(secondsOf(deadline)) };
  const domain = domainAt("payrolls", network.chainId, network.payrolls);
  const signature = await key.sign(digestIn(domain, OBJECTION_TYPES, order));
  return { type: "CivitasObjection", version: 1, network, ...order, signer: key.signer, signature };
}

/** Relay a worker's objection. By anyone. @throws PayrollError for one of another network. */
export async function sendObjection(
  contracts: PayrollReading & Pick<Contracts, "chainId" | "workers">,
  relay: Signer,
  { network, payroll, position, deadline, signer, signature }: ObjectionOrder,
): Promise<void> {
  await checkWageNetwork(contracts, network);
  const row = treeOf(await filedPayroll(contracts, payroll)).proven(position);
  await mined(contracts.payrolls.connect(relay).object(payroll, row, deadline, signer, signature));
}

/**
 * Rule what is owed of a row that is aside. By the labour office, or of a payroll that this filed itself by the arbiter: once rows can be set
 * aside no more, and within fourteen days.
 * @param amount In minor units, from nothing to what was filed.
 * @param lineage Numbers of cities, where another city acts; see ICityAccessManager.hasStanding.
 */
export async function ruleRow(
  contracts: PayrollReading,
  officer: Signer,
  payroll: PayrollRef,
  position: number,
  amount: bigint,
  lineage: Lineage = [],
): Promise<void> {
  const filed = await filedOf(contracts, payroll);
  const row = treeOf(filed).proven(position);
  await mined(contracts.payrolls.connect(officer).rule(filed.id, row, amount, [...lineage]));
}

/** Admit rows as filed, where no ruling came in time. By anyone. */
export async function admitRows(
  contracts: PayrollReading,
  signer: Signer,
  payroll: PayrollRef,
  positions: readonly number[],
): Promise<void> {
  const filed = await filedOf(contracts, payroll);
  const tree = treeOf(filed);
  const rows = positions.map((position) => tree.proven(position));
  await mined(contracts.payrolls.connect(signer).admit(filed.id, rows));
}

/**
 * Approve a payroll: what is not aside is owed from then on. By an operator of the contractor from three days after filing on; of a
 * supplementary one by the labour office too, or if that filed it by the arbiter; by anyone, once nobody opposed it for five days, if it is not supplementary.
 */
export async function approvePayroll(
  { payrolls }: Pick<Contracts, "payrolls">,
  signer: Signer,
  payroll: PayrollRef,
  lineage: Lineage = [],
): Promise<void> {
  await mined(payrolls.connect(signer).approve(idOf(payroll), [...lineage]));
}

/** End a payroll that nobody approved within fourteen days: a supplementary one, or one of more than the budget leaves. By anyone. */
export async function lapsePayroll(
  { payrolls }: Pick<Contracts, "payrolls">,
  signer: Signer,
  payroll: PayrollRef,
): Promise<void> {
  await mined(payrolls.connect(signer).lapse(idOf(payroll)));
}

/** @throws PayrollError for what was signed for another network. */
export async function checkWageNetwork(
  contracts: Pick<Contracts, "chainId" | "workers" | "payrolls">,
  of: WageNetwork,
): Promise<void> {
  const { chainId, workers, payrolls } = await wageNetwork(contracts);
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  if (of.chainId === chainId && same(of.workers, workers) && same(of.payrolls, payrolls)) return;
  throw new PayrollError(
    `this was signed for the registries ${of.workers} and ${of.payrolls} on chain ${of.chainId}, not for ${workers} and ${payrolls} on ` +
      `chain ${chainId}`,
  );
}

function idOf(payroll: PayrollRef): string {
  return typeof payroll === "string" ? payroll : payroll.id;
}

async function filedOf(contracts: PayrollReading, payroll: PayrollRef): Promise<Exclude<PayrollRef, string>> {
  return typeof payroll === "string" ? filedPayroll(contracts, payroll) : payroll;
}
