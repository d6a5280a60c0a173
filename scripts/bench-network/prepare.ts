/** Everything that a run needs before the validators start: a chain of the past, the acts of all loads, and the contracts. */
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite } from "../../rocketh/suite.js";
import { openTown } from "../common/town.js";
import { openSite } from "../payday/site.js";
import { claimsAnchored, claimsInCalls, claimsOneByOne, openDesk } from "./claims.js";
import { invoicesAnchored, invoicesInCalls, invoicesOneByOne, openLine } from "./invoices.js";
import type { Load } from "./load.js";
import { type Alloc, contractsOf, openPast } from "./past.js";
import { makeSenders, type Sender } from "./senders.js";
import { endow, transfers } from "./transfers.js";
import { type Crew, wagesInCalls } from "./wages.js";

/** How much of everything is prepared. */
export interface Sizes {
  senders: number;
  transfers: number;
  /** Claims and invoices one by one. */
  claims: number;
  invoices: number;
  /** Calls of as many as `call` says. */
  claimCalls: number;
  invoiceCalls: number;
  call: number;
  /** Batches, and how many records are in each. */
  claimBatches: { batches: number; size: number };
  invoiceBatches: { batches: number; size: number };
  crew: Crew;
  /** Payments in a call. */
  wageCall: number;
  /** Claims and invoices that are issued while a validator is lost, each; and claims while the chain stands still. */
  faults: { each: number; still: number };
  threads: number;
}

export interface Prepared {
  senders: Sender[];
  /** What all others are measured by. */
  yardstick: Load;
  loads: Load[];
  /** Of the fault tests. */
  lost: { claims: Load; invoices: Load };
  still: Load;
  alloc: Alloc;
}

const SEED = "bench:network";

export async function prepare(chainId: number, sizes: Sizes, say: (line: string) => void): Promise<Prepared> {
  const past: NetworkConnection = await openPast(chainId);
  const senders = makeSenders(sizes.senders);
  const suite = await deploySuite(past);
  say("the suite is deployed on a chain of this process");
  const site = await openSite(past, SEED);
  await endow(site, senders);
  const wages = await wagesInCalls(site, sizes.crew, sizes.wageCall, senders.length);
  say(`${sizes.crew.workers} workers are enrolled, and their payrolls are approved`);
  const desk = await openDesk(past, await openTown(suite), senders);
  const line = await openLine(past, site.civitas, senders);
  const { claimBatches, invoiceBatches, threads, faults } = sizes;
  const loads = [
    claimsOneByOne(desk, sizes.claims),
    claimsInCalls(desk, sizes.claimCalls, sizes.call),
    await claimsAnchored(desk, claimBatches.batches, claimBatches.size, threads),
  ];
  say("claims are ready");
  loads.push(
    await invoicesOneByOne(line, sizes.invoices),
    await invoicesInCalls(line, sizes.invoiceCalls, sizes.call),
    await invoicesAnchored(line, invoiceBatches.batches, invoiceBatches.size, threads),
    wages,
  );
  const lost = { claims: claimsOneByOne(desk, faults.each), invoices: await invoicesOneByOne(line, faults.each) };
  const still = claimsOneByOne(desk, faults.still);
  say("invoices are ready, and their payments attested");
  const yardstick = await transfers(site, senders, sizes.transfers);
  const alloc = await contractsOf(past);
  await past.close();
  return { senders, yardstick, loads, lost, still, alloc };
}
