/**
 * How workers join a project. The labour office offers a person a place, with the person's keyed tag in the project; the person signs with the holder
 * key of the employment claim and with an own key for this project; the labour office enrols. Later the own key alone has the wages paid elsewhere.
 */
import { getAddress, keccak256, type Signer, type TransactionReceipt } from "ethers";

import { isRefusal, Lane } from "../chain/lane.js";
import type { Sent } from "../chain/sent.js";
import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { decodeError } from "../errors.js";
import { type ClaimDocument, type ClaimRecord, otherParty, ownParty } from "../identity/document.js";
import type { PersonKey } from "../identity/key.js";
import { checkResidentNumber } from "../identity/number.js";
import type { ProjectTagService } from "../identity/tag.js";
import { checkWageNetwork } from "./payroll-acts.js";
import { wageNetwork } from "./payroll.js";
import type { WageNetwork } from "./rows.js";
import { digestIn, domainAt, ENROLMENT_TYPES, WORKER_ACCOUNT_TYPES } from "./typed-data.js";

/** What the labour office offers a person, as JSON: who has it learns the person's tag in the project. */
export interface EnrolmentOffer {
  type: "CivitasEnrolmentOffer";
  version: 1;
  network: WageNetwork;
  /** The project's id. */
  project: string;
  /** Seat of the employer. */
  employer: number;
  /** The person's keyed tag in the project. */
  tag: string;
  /** Last moment to enrol, UTC seconds. */
  deadline: number;
}

/** IWorkerRegistry.Enrolment in JSON: what is signed. */
export interface EnrolmentRecord {
  project: string;
  employer: number;
  /** The worker's own key, as in ERC-7913. */
  signer: string;
  /** Where the worker is paid. */
  account: string;
  tag: string;
  deadline: number;
}

/** IWorkerRegistry.Employment in JSON: the employment claim, opened as far as the contract checks it, and both signatures. */
export interface EmploymentRecord {
  claim: ClaimRecord;
  path: string[];
  party: number;
  subject: string;
  employerSalt: string;
  holder: string;
  holderSalt: string;
  employerHolder: string;
  signature: string;
  ownSignature: string;
}

/** What a person has signed to be enrolled, as JSON, for the labour office. */
export interface EnrolmentOrder {
  type: "CivitasEnrolment";
  version: 1;
  network: WageNetwork;
  enrolment: EnrolmentRecord;
  employment: EmploymentRecord;
}

/** A worker's order to be paid elsewhere, as JSON, for someone to relay. */
export interface WorkerAccountOrder {
  type: "CivitasWorkerAccount";
  version: 1;
  network: WageNetwork;
  project: string;
  /** The worker's number in the project. */
  worker: number;
  account: string;
  /** How often the account was changed before, or the employer. */
  changes: number;
  /** Last moment to relay it, UTC seconds. */
  deadline: number;
  signer: string;
  signature: string;
}

/** What became of enrolling many. */
export interface EnrolResult {
  /** By the place of the order: the worker's number; also of those who were enrolled before. */
  workers: Map<number, number>;
  failed: { order: number; reason: string }[];
}

export interface EnrolOptions {
  /** Called after each; what it throws ends the run. */
  onProgress?: (done: number, total: number) => void;
  /** Calls that are sent before the first of them is mined; 8 if left out. */
  inFlight?: number;
  /** Numbers of cities, where another city acts. */
  lineage?: readonly number[];
}

/** A worker cannot be enrolled, or is enrolled already. */
export class EnrolmentError extends Error {
  override readonly name = "EnrolmentError";
}

type Acting = Pick<Contracts, "chainId" | "workers" | "payrolls">;

/**
 * Offer a person a place. By the labour office: asks the tag service, and the chain whether the person is there under any of its keys. Who is,
 * may go to another employer, and keeps the number and the own key.
 * @param person Their resident number, and until when the offer is good.
 * @throws NumberError for a number that cannot be one; EnrolmentError for who is enrolled with this employer already.
 */
export async function offerEnrolment(
  contracts: Acting,
  tagService: ProjectTagService,
  { project, employer, number, deadline }: { project: string; employer: number; number: string; deadline: Date },
): Promise<EnrolmentOffer> {
  const tags = await tagService.projectTag(project, checkResidentNumber(number));
  const newest = tags.at(-1);
  if (newest === undefined) throw new EnrolmentError("the tag service has no key; ask who runs it");
  let { tag } = newest;
  for (const { tag: one } of tags) {
    const worker = await contracts.workers.workerByTag(project, one);
    if (worker === 0n) continue;
    const known = await contracts.workers.workerOf(project, worker);
    if (Number(known.employer) === employer) {
      throw new EnrolmentError(`this person is worker ${worker} of the project already, with the same employer`);
    }
    tag = one; // by which the contract knows the person again
  }
  return {
    type: "CivitasEnrolmentOffer",
    version: 1,
    network: await wageNetwork(contracts),
    ...{ project, employer, tag, deadline: Number(secondsOf(deadline)) },
  };
}

/**
 * A person's order to be enrolled; signed off line.
 * @param document Of the employment claim, the person's own: `Wallet.document`.
 * @param keys The claim's holder key, and the own key for the project: `Wallet.holderKey` and `Wallet.workerKey`.
 * @param account Where wages are paid: one that is used for nothing else keeps what the person earns from who knows their other accounts.
 * @throws EnrolmentError for a document that does not open what the contract checks.
 */
export async function signEnrolment(
  { network, project, employer, tag, deadline }: EnrolmentOffer,
  document: ClaimDocument,
  { holder, own }: { holder: PersonKey; own: PersonKey },
  account: string,
): Promise<EnrolmentOrder> {
  const mine = ownParty(document);
  const theirs = otherParty(document);
  if (theirs?.subject.salt === undefined || mine.holder.salt === undefined) {
    throw new EnrolmentError(
      "the document is of no employment, or does not open who the employer is; ask for the whole",
    );
  }
  if (mine.holder.signer?.toLowerCase() !== holder.signer.toLowerCase()) {
    throw new EnrolmentError("this is not the claim's holder key; take `Wallet.holderKey` of the claim");
  }
  const enrolment = { project, employer, signer: own.signer, account: getAddress(account), tag, deadline };
  const digest = digestIn(domainAt("workers", network.chainId, network.workers), ENROLMENT_TYPES, enrolment);
  const employment: EmploymentRecord = {
    ...{ claim: document.claim, path: document.path, party: document.party },
    ...{ subject: mine.subject.commitment, employerSalt: theirs.subject.salt },
    ...{ holder: holder.signer, holderSalt: mine.holder.salt, employerHolder: theirs.holder.commitment },
    ...{ signature: await holder.sign(digest), ownSignature: await own.sign(digest) },
  };
  return { type: "CivitasEnrolment", version: 1, network, enrolment, employment };
}

/**
 * Enrol a worker. By the labour office.
 * @param lineage Numbers of cities, where another city acts; see ICityAccessManager.hasStanding.
 * @returns the worker's number in the project; of who is enrolled with this employer already, the one it has.
 * @throws EnrolmentError if the person is enrolled under another key.
 */
export async function enrolWorker(
  contracts: Acting,
  officer: Signer,
  order: EnrolmentOrder,
  lineage: readonly number[] = [],
): Promise<number> {
  const known = await knownWorker(contracts, order);
  if (known !== undefined) return known;
  const { workers } = contracts;
  return numberIn(
    workers,
    await mined(workers.connect(officer).enrol(order.enrolment, order.employment, [...lineage])),
  );
}

/**
 * Enrol many, one call each, several on their way at a time. Run it again after a failure: who is enrolled is left as they are.
 */
export async function enrolWorkers(
  contracts: Acting,
  officer: Signer,
  orders: readonly EnrolmentOrder[],
  { onProgress, inFlight = 8, lineage = [] }: EnrolOptions = {},
): Promise<EnrolResult> {
  const lane = Lane.of(officer);
  const result: EnrolResult = { workers: new Map(), failed: [] };
  const flights: { index: number; sent: Sent }[] = [];
  let done = 0;
  /** Keeps what became of an order. @returns what an act gave, or undefined where it was refused. */
  const attempt = async <Made>(index: number, act: () => Promise<Made>): Promise<Made | undefined> => {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof EnrolmentError) && !isRefusal(error)) throw error;
      result.failed.push({ order: index, reason: decodeError(error).message });
      return undefined;
    }
  };
  const end = (index: number, worker: number | undefined) => {
    if (worker !== undefined) result.workers.set(index, worker);
    onProgress?.(++done, orders.length);
  };
  const land = async () => {
    const flight = flights.shift();
    if (flight === undefined) return;
    const { index, sent } = flight;
    end(index, await attempt(index, async () => numberIn(contracts.workers, await sent.final())));
  };
  for (const [index, order] of orders.entries()) {
    if (flights.length >= inFlight) await land();
    const begun = await attempt(index, async () => {
      const known = await knownWorker(contracts, order);
      if (known !== undefined) return known;
      return lane.send(
        await contracts.workers.enrol.populateTransaction(order.enrolment, order.employment, [...lineage]),
      );
    });
    if (typeof begun === "object") flights.push({ index, sent: begun });
    else end(index, begun);
  }
  while (flights.length !== 0) await land();
  return result;
}

/**
 * A worker's order to be paid elsewhere; signed off line.
 * @param changes How often the account was changed before, or the employer: `WorkerRegistry.workerOf`.
 * @param key The worker's own key.
 */
export async function signWorkerAccount(
  network: WageNetwork,
  change: { project: string; worker: number; account: string; changes: number; deadline: Date },
  key: PersonKey,
): Promise<WorkerAccountOrder> {
  const { project, worker, changes } = change;
  const account = getAddress(change.account);
  const order = { project, worker, account, changes, deadline: Number(secondsOf(change.deadline)) };
  const domain = domainAt("workers", network.chainId, network.workers);
  const signature = await key.sign(digestIn(domain, WORKER_ACCOUNT_TYPES, order));
  return { type: "CivitasWorkerAccount", version: 1, network, ...order, signer: key.signer, signature };
}

/** Relay such an order. By anyone. */
export async function sendWorkerAccount(contracts: Acting, relay: Signer, order: WorkerAccountOrder): Promise<void> {
  await checkWageNetwork(contracts, order.network);
  const { project, worker, account, deadline, signer, signature } = order;
  await mined(contracts.workers.connect(relay).changeAccount(project, worker, account, deadline, signer, signature));
}

// ------------------------------------------------------------------------------------------------------------- internal

/** The worker, if it is enrolled with the employer already. @throws EnrolmentError if it is under another key. */
async function knownWorker(contracts: Acting, { network, enrolment }: EnrolmentOrder): Promise<number | undefined> {
  await checkWageNetwork(contracts, network);
  const { workers } = contracts;
  const worker = await workers.workerByTag(enrolment.project, enrolment.tag);
  if (worker === 0n) return undefined;
  const { key, employer } = await workers.workerOf(enrolment.project, worker);
  if (key === keccak256(enrolment.signer)) return Number(employer) === enrolment.employer ? Number(worker) : undefined;
  throw new EnrolmentError(`this person is worker ${worker} of the project already, under another key`);
}

function numberIn(workers: Contracts["workers"], { logs }: Pick<TransactionReceipt, "logs">): number {
  for (const log of logs) {
    const event = workers.interface.parseLog(log);
    if (event?.name === "WorkerEnrolled") return Number(event.args["worker"]);
  }
  throw new Error("the act enrolled nobody; is this the address of the WorkerRegistry?");
}
