/** What became of a project's agreements, money, milestones and workers, read from the chain alone, without an indexer. */
import { type BaseContract, Result } from "ethers";

import type {
  fundEscrowAbi,
  milestoneRegistryAbi,
  projectRegistryAbi,
  wageAccountAbi,
  workerRegistryAbi,
} from "../abi.js";
import { type EventPlace, walk } from "../common/history.js";
import type { Contracts } from "../contracts.js";
import {
  agreementId,
  type AmendmentDocument,
  type AmendmentRecord,
  type SubcontractDocument,
  type SubcontractRecord,
} from "./agreement-document.js";

type AbiEvent<Abi extends readonly unknown[]> = Extract<Abi[number], { type: "event" }>;
/** Those whose first argument is a project, and that name the block of its previous event. */
type OfProject<Event> = Event extends {
  name: infer Name extends string;
  inputs: readonly [{ name: "project" }, ...unknown[], { name: "previousBlock" }];
}
  ? Name
  : never;

/** The events of a project that lead from one to the one before; `ProjectOpened` is the first. */
export type ProjectEventName =
  | "ProjectOpened"
  | OfProject<AbiEvent<typeof projectRegistryAbi>>
  | OfProject<AbiEvent<typeof fundEscrowAbi>>
  | OfProject<AbiEvent<typeof milestoneRegistryAbi>>
  | OfProject<AbiEvent<typeof workerRegistryAbi>>
  | OfProject<AbiEvent<typeof wageAccountAbi>>;

/** An event in the life of a project. */
export interface ProjectEvent extends EventPlace {
  type: ProjectEventName;
  /** The event's arguments by name, as ethers decodes them; structs as objects: see the contracts' interfaces. */
  args: Record<string, unknown>;
}

const FIRST = "ProjectOpened";

type Reading = Pick<Contracts, "projects" | "provider">;

/**
 * The events of a project in ProjectRegistry, FundEscrow, MilestoneRegistry, WorkerRegistry and WageAccount, newest first, each once; see `walk`
 * in ../common/history.ts. Payrolls, and payments to single workers, are read by payroll: see payroll-view.ts.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* projectHistory(
  {
    projects,
    escrow,
    milestones,
    workers,
    wages,
    provider,
  }: Reading & Pick<Contracts, "escrow" | "milestones" | "workers" | "wages">,
  project: string,
): AsyncGenerator<ProjectEvent, void, undefined> {
  const [agreed, ...changed] = await Promise.all([
    projects.projectOf(project),
    escrow.changedIn(project),
    milestones.changedIn(project),
    workers.changedIn(project),
    wages.changedIn(project),
  ]);
  const walks = [
    eventsIn(provider, projects, project, agreed.changedIn),
    ...[escrow, milestones, workers, wages].map((contract, i) =>
      eventsIn(provider, contract, project, changed[i] ?? 0n),
    ),
  ];
  const heads = await Promise.all(walks.map(async (one) => one.next()));
  for (;;) {
    const events = heads.map((head) => (head.done === true ? undefined : head.value));
    const newest = events.reduce<number>((best, event, i) => (isAfter(event, events[best]) ? i : best), 0);
    const [event, source] = [events[newest], walks[newest]];
    if (event === undefined || source === undefined) return;
    yield event;
    heads[newest] = await source.next();
  }
}

/** Whether a change order is in force, or was. */
export async function isAmended({ projects, provider }: Reading, document: AmendmentDocument): Promise<boolean> {
  const { project, changes } = document.amendment;
  const agreed = await projects.projectOf(project);
  if (Number(agreed.changes) <= changes) return false;
  for await (const { args } of eventsIn(provider, projects, project, agreed.changedIn, ["ProjectAmended"])) {
    const amendment = args["amendment"] as AmendmentRecord;
    if (agreementId({ ...document, amendment }) === document.id) return true;
  }
  return false;
}

/** The seat that a subcontract was registered for, whoever sits there now; undefined if it was not. */
export async function seatOfSubcontract(
  { projects, provider }: Reading,
  document: SubcontractDocument,
): Promise<number | undefined> {
  const { project } = document.subcontract;
  const { changedIn } = await projects.projectOf(project);
  for await (const { args } of eventsIn(provider, projects, project, changedIn, ["SubcontractRegistered"])) {
    const subcontract = args["subcontract"] as SubcontractRecord;
    if (agreementId({ ...document, subcontract }) === document.id) return Number(args["seat"]);
  }
  return undefined;
}

function eventsIn(
  provider: Reading["provider"],
  contract: BaseContract,
  project: string,
  from: bigint,
  only?: readonly string[],
): AsyncGenerator<ProjectEvent, void, undefined> {
  const events: string[] = [];
  contract.interface.forEachEvent(({ name, inputs }) => {
    const leads = inputs[0]?.name === "project" && inputs.at(-1)?.name === "previousBlock";
    if (leads || name === FIRST) events.push(name);
  });
  const all = walk(
    { provider, contract, events, record: project, from: Number(from), what: `the project ${project}` },
    (name, args, place) => ({ type: name as ProjectEventName, ...place, args: plain(args) }),
  );
  return only === undefined ? all : filtered(all, only);
}

async function* filtered(
  events: AsyncGenerator<ProjectEvent, void, undefined>,
  only: readonly string[],
): AsyncGenerator<ProjectEvent, void, undefined> {
  for await (const event of events) if (only.includes(event.type)) yield event;
}

/** Structs as objects, all the way down. */
function plain(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (!(value instanceof Result)) return value;
  return isList(value) ? value.toArray().map(plainValue) : plain(value.toObject());
}

/** ethers names the items of a list not at all, or a single one "_". */
function isList(value: Result): boolean {
  if (value.length === 0) return true;
  try {
    return "_" in value.toObject();
  } catch {
    return true;
  }
}

function isAfter(a: EventPlace | undefined, b: EventPlace | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.block === b.block ? a.logIndex > b.logIndex : a.block > b.block;
}
