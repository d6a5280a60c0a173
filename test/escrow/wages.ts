/** What tests of wages share: a building site with a subcontractor and workers, their orders, and payrolls with their rows. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { concat, type ContractTransactionResponse, getAddress, hexlify, randomBytes, toBeHex, ZeroHash } from "ethers";

import { OBJECTION_TYPES, ARREARS_DECLARATION_TYPES, ENROLMENT_TYPES } from "../../src/escrow/typed-data.js";
import { WORKER_ACCOUNT_TYPES } from "../../src/escrow/typed-data.js";
import { PayrollTree, type ProvenRow } from "../../src/escrow/rows.js";
import { holderCommitment, newSalt, pairCommitment, subjectCommitment } from "../../src/identity/commitment.js";
import type { PersonKey } from "../../src/identity/key.js";
import type { IPayrollRegistry } from "../../typechain/escrow/PayrollRegistry.js";
import type { IWorkerRegistry } from "../../typechain/escrow/WorkerRegistry.js";
import { claimOf, type Terms as ClaimTerms } from "../identity/claims.js";
import { contentOf, LATER, newKey, termsOf as claimTermsOf, word } from "../identity/world.js";
import { loadFixture, time, timeOf } from "../world.js";
import { lastMonth, monthNow } from "./payroll.js";
import { works, type Works } from "./works.js";
import { type Company, DAY, EMPLOYMENT, type EscrowWorld, openProject, Seat, subcontract } from "./world.js";

type Signer = HardhatEthersSigner;
type Sent = Promise<ContractTransactionResponse>;
export type Enrolment = IWorkerRegistry.EnrolmentStruct;
export type Employment = IWorkerRegistry.EmploymentStruct;
export type Row = IPayrollRegistry.RowStruct;

export const PayrollStatus = { Unknown: 0n, Filed: 1n, Approved: 2n, Lapsed: 3n } as const;
export const RowStatus = { Standing: 0n, Aside: 1n, Admitted: 2n, Paid: 3n } as const;

/** An enrolled worker. */
export interface Hand {
  worker: number;
  own: PersonKey;
  holder: PersonKey;
  account: string;
  tag: string;
}

/** A project of the usual terms, with a subcontractor. It is the 20th of a month, so that the last month's payrolls are due. */
export interface Site extends Works {
  project: string;
  /** The subcontractor, and its seat. */
  company: Company;
  seat: number;
  /** Workers 1 to 3, of the subcontractor. */
  hands: [Hand, Hand, Hand];
  /** Worker 4, of the contractor. */
  foreman: Hand;
  /** As YYYYMM: the month of the last block, and the one before. */
  month: number;
  before: number;
}

export async function site(): Promise<Site> {
  const world = await loadFixture(works);
  const now = new Date((await time.latest()) * 1000);
  await time.increaseTo(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 20, 12) / 1000);
  const { project } = await openProject(world);
  const { company, seat } = await subcontract(world, project);
  const hire = async (employer: number) => enrolled(world, project, { enrolment: { employer } });
  const hands: [Hand, Hand, Hand] = [await hire(seat), await hire(seat), await hire(seat)];
  const foreman = await hire(Seat.Contractor);
  const [month, before] = [await monthNow(), await lastMonth()];
  return { ...world, project, company, seat, hands, foreman, month, before };
}

/** The first moment of a month, as YYYYMM, in UTC seconds. */
export function beginOf(month: number): number {
  return Date.UTC(Math.floor(month / 100), (month % 100) - 1) / 1000;
}

/** The month after, as YYYYMM. */
export function monthAfter(month: number): number {
  return month % 100 === 12 ? month + 89 : month + 1;
}

/** The month before, as YYYYMM. */
export function monthBefore(month: number): number {
  return month % 100 === 1 ? month - 89 : month - 1;
}

/** An account that nobody has used, and that sends nothing. */
export function someAddress(): string {
  return getAddress(hexlify(randomBytes(20)));
}

// ----------------------------------------------------------------------------------------------------------------- workers

/** What a test changes of an application. */
export interface ApplicationChanges {
  enrolment?: Partial<Enrolment>;
  employment?: Partial<Employment>;
  /** Of the claim. */
  terms?: Partial<ClaimTerms>;
  own?: PersonKey;
  holder?: PersonKey;
  /** Which party of the claim the worker is. */
  party?: 0 | 1;
  /** The worker's commitment, where it can be opened. */
  subject?: string;
  /** Whom the claim names as employer, if not the company on the seat. */
  employer?: string;
  /** Whether the claim is issued; it is. */
  issued?: boolean;
}

/** What a worker signed, and what it is called with. */
export interface Application {
  enrolment: Enrolment;
  employment: Employment;
  own: PersonKey;
  holder: PersonKey;
}

/** How long before its application a worker has been employed, so that the last month's wages are owed. */
const EMPLOYED = 100 * DAY;

/** A worker has a claim, and signs to be enrolled; of the contractor, unless told otherwise. */
export async function applicationOf(
  world: EscrowWorld,
  project: string,
  changes: ApplicationChanges = {},
): Promise<Application> {
  const { claims, issuer, projects } = world;
  const { own = newKey(), holder = newKey(), party = 0, subject = word() } = changes;
  const enrolment: Enrolment = {
    project,
    employer: Seat.Contractor,
    signer: own.signer,
    account: someAddress(),
    tag: word(),
    deadline: LATER,
    ...changes.enrolment,
  };
  const [holderSalt, employerSalt, employerHolder] = [newSalt(), newSalt(), word()];
  const employer = changes.employer ?? (await projects.seatOf(enrolment.project, enrolment.employer)).party;
  const pair = (worker: string, other: string) =>
    party === 0 ? pairCommitment(worker, other) : pairCommitment(other, worker);
  const content = contentOf({
    subject: pair(subject, subjectCommitment(party === 0 ? 1 : 0, employerSalt, employer)),
    holder: pair(holderCommitment(party, holderSalt, holder.signer), employerHolder),
  });
  const terms = await claimTermsOf(EMPLOYMENT, {
    validFrom: (await time.latest()) - EMPLOYED,
    ...changes.terms,
  });
  if (changes.issued !== false) await claims.connect(issuer).issue(terms, content);
  const employment: Employment = {
    claim: claimOf(issuer, terms, content),
    ...{ path: [], party, subject, employerSalt, holder: holder.signer, holderSalt, employerHolder },
    signature: await world.sign(holder, "workers", ENROLMENT_TYPES, { ...enrolment }),
    ownSignature: await world.sign(own, "workers", ENROLMENT_TYPES, { ...enrolment }),
    ...changes.employment,
  };
  return { enrolment, employment, own, holder };
}

/** The labour office enrols. */
export async function enrol(world: EscrowWorld, { enrolment, employment }: Application, by = world.labour): Sent {
  return world.workers.connect(by).enrol(enrolment, employment, []);
}

/** Enrols a worker. */
export async function enrolled(world: EscrowWorld, project: string, changes: ApplicationChanges = {}): Promise<Hand> {
  const application = await applicationOf(world, project, changes);
  await enrol(world, application);
  const { own, holder, enrolment } = application;
  const tag = enrolment.tag as string;
  const worker = Number(await world.workers.workerByTag(project, tag));
  return { worker, own, holder, account: enrolment.account as string, tag };
}

/** A stranger brings a worker's order to be paid elsewhere. */
export async function changeAccount(
  world: Pick<Site, "workers" | "project" | "sign" | "stranger">,
  { worker, own }: Pick<Hand, "worker" | "own">,
  account: string,
  changes: { deadline?: number; changes?: bigint } = {},
): Sent {
  const { workers, project } = world;
  const order = {
    project,
    worker,
    account,
    changes: (await workers.workerOf(project, worker)).changes,
    deadline: LATER,
  };
  const signed = { ...order, ...changes };
  const signature = await world.sign(own, "workers", WORKER_ACCOUNT_TYPES, signed);
  const { deadline } = signed;
  return workers.connect(world.stranger).changeAccount(project, worker, account, deadline, own.signer, signature);
}

/**
 * Deployment code of a wallet that accepts whatever it is asked (ERC-1271), and while it is asked calls `target` with `data`, whatever
 * comes of it.
 */
export function callingWallet(target: string, data: string): string {
  const length = toBeHex((data.length - 2) / 2, 2);
  const copied = concat(["0x61", length, "0x61003c600039"]); // data to memory
  const called = concat(["0x60006000", "0x61", length, "0x6000600073", target, "0x5af150"]);
  const runtime = concat([copied, called, "0x631626ba7e60e01b60005260206000f3", data]);
  return concat(["0x61", toBeHex((runtime.length - 2) / 2, 2), "0x80600c6000396000f3", runtime]);
}

// ---------------------------------------------------------------------------------------------------------------- payrolls

/** A payroll, as it is filed. */
export interface Draft {
  header: IPayrollRegistry.PayrollStruct;
  rows: Row[];
  id: string;
}

let serials = 0; // no two payrolls are the same

/** A payroll of the subcontractor for the month, unless told otherwise. */
export async function draftOf(
  { payrolls, project, seat, month }: Site,
  rows: readonly (readonly [worker: number, amount: bigint])[],
  changes: Partial<IPayrollRegistry.PayrollStruct> = {},
): Promise<Draft> {
  const header = { project, employer: seat, period: month, serial: ++serials, predecessor: ZeroHash, ...changes };
  const id = await payrolls.idOf(header);
  return { header, rows: rows.map(([worker, amount]) => ({ worker, amount })), id };
}

/** An operator of the subcontractor files it, unless told otherwise. */
export async function send(world: Site, { header, rows }: Draft, by = world.company.operator): Sent {
  return world.payrolls.connect(by).file(header, rows, []);
}

/** A filed payroll. */
export interface Filed extends Draft {
  filedAt: number;
  proven: [ProvenRow, ProvenRow, ProvenRow];
}

/** Files a payroll; of 1,000.00, 2,000.00 and 3,000.00 yuan for the workers of the subcontractor, unless told otherwise. */
export async function filed(
  world: Site,
  changes: Partial<IPayrollRegistry.PayrollStruct> = {},
  by: Signer = world.company.operator,
  amounts: readonly [bigint, bigint, bigint] = [100_000n, 200_000n, 300_000n],
): Promise<Filed> {
  const draft = await draftOf(
    world,
    world.hands.map(({ worker }, i) => [worker, amounts[i]!] as const),
    changes,
  );
  const filedAt = await timeOf(send(world, draft, by));
  const tree = new PayrollTree(
    draft.id,
    world.hands.map(({ worker }, i) => ({ worker, amount: amounts[i]! })),
  );
  return { ...draft, filedAt, proven: [tree.proven(0), tree.proven(1), tree.proven(2)] };
}

/** A payroll that supplements another of the same employer and month. */
export async function supplemented(world: Site, first: Filed, by = world.company.operator): Promise<Filed> {
  return filed(world, { ...first.header, serial: ++serials, predecessor: first.id }, by);
}

/** The contractor opposes rows. */
export async function oppose(world: Site, { id }: Filed, rows: ProvenRow[], by = world.contractor.operator): Sent {
  return world.payrolls.connect(by).oppose(id, rows);
}

/** A worker's signature under an objection. */
export async function objection(
  world: EscrowWorld,
  own: PersonKey,
  payroll: string,
  position: number,
  deadline = LATER,
): Promise<string> {
  return world.sign(own, "payrolls", OBJECTION_TYPES, { payroll, position, deadline });
}

/** A stranger brings a worker's objection to its row. */
export async function object(world: Site, { id }: Filed, row: ProvenRow, own: PersonKey): Sent {
  const signature = await objection(world, own, id, row.position);
  return world.payrolls.connect(world.stranger).object(id, row, LATER, own.signer, signature);
}

/** The labour office rules. */
export async function rule(world: Site, { id }: Filed, row: ProvenRow, amount: bigint, by = world.labour): Sent {
  return world.payrolls.connect(by).rule(id, row, amount, []);
}

// -------------------------------------------------------------------------------------------------------------------- rows

export const WINDOW = 5 * DAY;
export const RULING_TIME = 14 * DAY;

export interface FiledSite extends Site {
  payroll: Filed;
}

/** A payroll of three rows is filed, by the subcontractor. */
export async function filedSite(): Promise<FiledSite> {
  const world = await loadFixture(site);
  return { ...world, payroll: await filed(world) };
}

/** And the contractor has opposed its first row. */
export async function opposed(): Promise<FiledSite & { until: number }> {
  const world = await loadFixture(filedSite);
  const asideAt = await timeOf(oppose(world, world.payroll, [world.payroll.proven[0]]));
  return { ...world, until: asideAt + RULING_TIME };
}

// ----------------------------------------------------------------------------------------------------------------- arrears

/** Workers sign a declaration of arrears, in the order of their numbers. */
export async function declaredBy(
  { workers, project, sign }: Pick<Site, "workers" | "project" | "sign">,
  hands: readonly Pick<Hand, "worker" | "own">[],
  period: number,
  amount: bigint,
  changes: { count?: bigint; deadline?: number } = {},
): Promise<IWorkerRegistry.WorkerSignatureStruct[]> {
  const { count } = await workers.arrearsOf(project);
  const order = { project, period, amount, count, deadline: LATER, ...changes };
  return Promise.all(
    hands.map(async ({ worker, own }) => ({
      worker,
      signer: own.signer,
      signature: await sign(own, "workers", ARREARS_DECLARATION_TYPES, order),
    })),
  );
}
