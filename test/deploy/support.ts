import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { network } from "hardhat";
import type { EdrNetworkConfigOverride } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";

import type { Provider } from "../../rocketh/chain.js";
import { BINDINGS, type ContractName, PUBLISHED } from "../../rocketh/contracts.js";
import type { DeployedSuite } from "../../rocketh/suite.js";

/** Every contract of the suite, in the order of its deployment. */
export const CONTRACTS = Object.keys(BINDINGS) as ContractName[];

/** What follows the deployment of a contract. */
const AFTER: Partial<Record<ContractName, string[]>> = {
  CityRegistry: ["bind CityRegistry"],
  InvoiceRegistry: ["let InvoiceRegistry charge and take"],
  InvoiceLedger: ["let InvoiceLedger reverse"],
  MilestoneRegistry: ["bind ProjectRegistry"],
  SettlementToken: ["let FundEscrow state its payments", "let SettlementToken state its payments"],
};

/** What the transactions of a whole deployment do, in their order, as the steps say it. */
export const ACTS = [
  ...CONTRACTS.flatMap((name) => [`deploy ${name}`, ...(AFTER[name] ?? [])]),
  ...PUBLISHED.map((name) => `publish ${name}`),
  "appoint the administrator",
  "the deployer renounces",
];

/** Which transaction does it, from 1. */
export function nthOf(act: string): number {
  const nth = ACTS.indexOf(act) + 1;
  if (nth === 0) throw new Error(`no transaction does "${act}"`);
  return nth;
}

/** The addresses of the suite's contracts, in the order of their deployment. */
export function addressesOf(suite: DeployedSuite): Promise<string[]> {
  const { factory, manager, registry, resolver, p256, identities, claims, verifier, consents, directory } = suite;
  const { taxpayers, payments, invoices, ledger } = suite;
  const { projects, escrow, workers, payrolls, wages, milestones, projectBooks, settlement } = suite;
  const before = [factory, manager, registry, resolver, p256, identities, claims, verifier, consents];
  const money = [taxpayers, payments, invoices, ledger, projects, escrow, workers, payrolls, wages];
  const contracts = [...before, ...money, directory, milestones, projectBooks, settlement];
  return Promise.all(contracts.map((contract) => contract.getAddress()));
}

/** A chain of its own, in process, whatever network the tests run against. */
export function newChain(override?: EdrNetworkConfigOverride): Promise<NetworkConnection> {
  return network.create(override === undefined ? { network: "default" } : { network: "default", override });
}

interface Request {
  method: string;
  params?: unknown[];
}

export interface Transaction {
  from: string;
  to?: string;
  data?: string;
  gas?: string;
  nonce?: string;
}

/**
 * A provider between the steps and the chain. `onSend` gets each transaction with its number, from 1, and what sends it; without
 * `onSend`, transactions are only counted.
 */
export function watch(
  inner: Provider,
  onSend: (
    nth: number,
    transaction: Transaction,
    send: (transaction: Transaction) => Promise<unknown>,
  ) => Promise<unknown> = (_, transaction, send) => send(transaction),
): Provider & { sent: number } {
  const watched = {
    sent: 0,
    request({ method, params = [] }: Request): Promise<unknown> {
      if (method !== "eth_sendTransaction") return inner.request({ method, params });
      return onSend(++watched.sent, params[0] as Transaction, (transaction) =>
        inner.request({ method, params: [transaction] }),
      );
    },
  };
  return watched;
}

export class Killed extends Error {}

/** A run that dies at its k-th transaction: before the node gets it, or after, when the answer is lost. Then nothing works any more. */
export function dying(inner: Provider, k: number, when: "before" | "after"): Provider {
  let dead = false;
  const watched = watch(inner, async (nth, transaction, send) => {
    if (nth === k && when === "after") await send(transaction);
    if (nth === k) {
      dead = true;
      throw new Killed();
    }
    return send(transaction);
  });
  return {
    request: (request) => (dead ? Promise.reject(new Killed()) : watched.request(request)),
  };
}

const folders: string[] = [];

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "civitas-records-"));
  folders.push(folder);
  return folder;
}

export function copyOf(folder: string): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Everything in a folder, by path. */
export function contentOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

export function recordOf(folder: string, name: string): { address: string; receipt?: { blockNumber: string } } {
  return JSON.parse(readFileSync(join(folder, "default", `${name}.json`), "utf8")) as ReturnType<typeof recordOf>;
}

/** How many transactions the first account has sent. */
export async function nonceOf(connection: NetworkConnection): Promise<number> {
  const [deployer] = await connection.ethers.getSigners();
  return deployer!.getNonce();
}

/** The error that something fails with; fails if it does not. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  if (outcome === undefined) throw new Error("it should have failed, and did not");
  return outcome;
}
