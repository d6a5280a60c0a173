/** Arrears: wages of a month that are missing. While they are declared, milestones wait. */
import type { Signer } from "ethers";

import { mined } from "../common/mined.js";
import { dateOf, secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import type { PersonKey } from "../identity/key.js";
import { checkWageNetwork } from "./payroll-acts.js";
import type { WageNetwork } from "./rows.js";
import { ARREARS_DECLARATION_TYPES, digestIn, domainAt } from "./typed-data.js";

/** What workers declare together, as JSON: it goes from one to the next, and then to someone who relays it. */
export interface ArrearsDeclaration {
  type: "CivitasArrears";
  version: 1;
  network: WageNetwork;
  /** The project's id. */
  project: string;
  /** The month, as 202611. */
  period: number;
  /** What is missing, in minor units, decimal. */
  amount: string;
  /** How many were declared before in the project. */
  count: number;
  /** Last moment to relay it, UTC seconds. */
  deadline: number;
  /** Ascending by worker. */
  signatures: { worker: number; signer: string; signature: string }[];
}

/** Arrears of a project, as the chain has them. */
export interface ArrearsAnswer {
  /** Whether they are open now. */
  open: boolean;
  /** The month of the last ones; 0 if there never were any. */
  period: number;
  /** In minor units. */
  amount: bigint;
  /** When they end by themselves; null if they ended, or there never were any. */
  until: Date | null;
  /** How many were declared. */
  count: number;
  /** How many workers must sign to declare the next. */
  quorum: number;
}

/** A declaration cannot be signed or relayed. */
export class ArrearsError extends Error {
  override readonly name = "ArrearsError";
}

/** Arrears of a project now. */
export async function arrearsOf({ workers }: Pick<Contracts, "workers">, project: string): Promise<ArrearsAnswer> {
  const [{ period, amount, until, count }, open, quorum] = await Promise.all([
    workers.arrearsOf(project),
    workers.inArrears(project),
    workers.quorumOf(project),
  ]);
  return {
    ...{ open, period: Number(period), amount, until: until === 0n ? null : dateOf(until) },
    ...{ count: Number(count), quorum: Number(quorum) },
  };
}

/** A declaration that nobody has signed yet. @param count See `arrearsOf`. */
export function newArrears(
  network: WageNetwork,
  { project, period, amount, count, deadline }: Omit<ArrearsInput, "deadline"> & { deadline: Date },
): ArrearsDeclaration {
  const what = { project, period, amount: `${amount}`, count, deadline: Number(secondsOf(deadline)) };
  return { type: "CivitasArrears", version: 1, network, ...what, signatures: [] };
}

interface ArrearsInput {
  project: string;
  period: number;
  /** In minor units. */
  amount: bigint;
  count: number;
  deadline: number;
}

/**
 * The declaration with a worker's signature; signed off line.
 * @param key The worker's own key.
 * @throws ArrearsError for a worker who has signed.
 */
export async function signArrears(
  declaration: ArrearsDeclaration,
  worker: number,
  key: PersonKey,
): Promise<ArrearsDeclaration> {
  const { network, project, period, amount, count, deadline, signatures } = declaration;
  if (signatures.some((one) => one.worker === worker)) throw new ArrearsError(`worker ${worker} has signed already`);
  const domain = domainAt("workers", network.chainId, network.workers);
  const order = { project, period, amount, count, deadline };
  const signature = await key.sign(digestIn(domain, ARREARS_DECLARATION_TYPES, order));
  const all = [...signatures, { worker, signer: key.signer, signature }].sort((a, b) => a.worker - b.worker);
  return { ...declaration, signatures: all };
}

/** Declare arrears for workers. By anyone. @throws ArrearsError while too few have signed. */
export async function sendArrears(
  contracts: Pick<Contracts, "chainId" | "workers" | "payrolls">,
  relay: Signer,
  { network, project, period, amount, deadline, signatures }: ArrearsDeclaration,
): Promise<void> {
  await checkWageNetwork(contracts, network);
  const quorum = Number(await contracts.workers.quorumOf(project));
  if (signatures.length < quorum) {
    throw new ArrearsError(`${signatures.length} workers have signed, and it takes ${quorum}; ask more of them`);
  }
  const workers = contracts.workers.connect(relay);
  await mined(workers.declareArrearsByWorkers(project, period, amount, deadline, signatures));
}

/** Declare arrears. By the labour office. @param amount In minor units. */
export async function declareArrears(
  { workers }: Pick<Contracts, "workers">,
  officer: Signer,
  { project, period, amount }: Pick<ArrearsInput, "project" | "period" | "amount">,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(workers.connect(officer).declareArrears(project, period, amount, [...lineage]));
}

/** Dismiss them. By the labour office. */
export async function dismissArrears(
  { workers }: Pick<Contracts, "workers">,
  officer: Signer,
  project: string,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(workers.connect(officer).dismissArrears(project, [...lineage]));
}

/** End arrears that were paid. By anyone. */
export async function endArrears(
  { workers }: Pick<Contracts, "workers">,
  signer: Signer,
  project: string,
): Promise<void> {
  await mined(workers.connect(signer).endArrears(project));
}
