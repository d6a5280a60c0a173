/** What is done in a project: the contracts' acts, each sent and waited for. Who may do what, and when, is said in their interfaces. */
import type { BaseContract, ContractTransactionReceipt, ContractTransactionResponse, Signer } from "ethers";

import { contractAt } from "../bindings.js";
import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { currentEntry, readDirectory } from "../directory/directory.js";
import type { ClaimDocument } from "../identity/document.js";
import { milestoneEvidence } from "./evidence.js";
import { worksPaymentOf, type WorksPayment } from "./statement.js";

/** The contracts that acts go to. */
export type ProjectContracts = Pick<Contracts, "projects" | "escrow" | "milestones" | "wages" | "directory">;

/** What a milestone is requested with. */
export interface MilestoneRequest {
  /** The inspection claim: about this project and this milestone (`evidenceValues`). */
  document: ClaimDocument;
  /** Salted hash of the papers: `textHash`. */
  content: string;
  /** Version of PaymentRegistry that knows the last payment as invoiced; the current one, if left out and asked for by the terms. */
  paymentsVersion?: number;
}

/** A court's order on a company's works money. */
export interface FreezeOrder {
  seat: number;
  /** Minor units. */
  amount: bigint;
  until: Date;
  /** Salted hash of the case. */
  courtCase: string;
}

/** Numbers of cities, where another city acts; see ICityAccessManager.hasStanding. */
type Lineage = readonly number[];

const PAYMENTS = "PaymentRegistry";

type Sent = Promise<ContractTransactionReceipt>;

/**
 * Acts in a project. Milestones and seats are numbers, amounts minor units; grounds, findings and cases are salted hashes (`textHash`). Each
 * gives the receipt of its transaction; what it is refused with, `decodeError` puts in words.
 */
export interface ProjectActs {
  /** Put money in. What is paid in is approved first, where that is needed. */
  fund(amount: bigint): Sent;
  /** Pay into the wage deposit. */
  payDeposit(amount: bigint): Sent;
  /** Pay wages that are owed. */
  coverWages(amount: bigint): Sent;
  /** Pay back works money that wages have drawn. */
  repayAdvance(amount: bigint): Sent;
  /** Split off what wages are due after a change of the terms. */
  feedWages(): Sent;
  /** A bank attests that it guarantees the wage deposit. */
  attestGuarantee(amount: bigint, until: Date): Sent;

  request(milestone: number, request: MilestoneRequest): Sent;
  approve(milestone: number): Sent;
  returnForMending(milestone: number, findings: string): Sent;
  /** @param seat Who contests. */
  contest(milestone: number, seat: number, grounds: string): Sent;
  /** @param award What the companies get. */
  rule(milestone: number, award: bigint): Sent;
  settle(milestone: number): Sent;

  /** @param claimant Seat of who claims. */
  claimDefect(seat: number, amount: bigint, claimant: number, grounds: string): Sent;
  acceptDefect(seat: number): Sent;
  /** @param amount What goes back to the project. */
  ruleDefect(seat: number, amount: bigint): Sent;
  settleDefect(seat: number): Sent;

  /** Pay a company out; the payment is in the receipt (`worksPaymentsIn`). */
  payOut(seat: number): Sent;
  releaseRetention(seat: number): Sent;
  refund(funder: string): Sent;
  redirectRefund(to: string): Sent;
  proposeRedirection(funder: string, to: string, lineage?: Lineage): Sent;
  vetoRedirection(): Sent;
  completeRedirection(funder: string): Sent;

  freeze(order: FreezeOrder, lineage?: Lineage): Sent;
  liftFreeze(seat: number, courtCase: string, lineage?: Lineage): Sent;
  handOver(seat: number, courtCase: string, amount: bigint, to: string, lineage?: Lineage): Sent;

  proposeAccount(seat: number, account: string): Sent;
  /** @param account Where the new party is paid; of no matter for those who are not. */
  proposeReplacement(seat: number, party: string, account: string, lineage?: Lineage): Sent;
  vetoSeatChange(seat: number): Sent;
  completeSeatChange(seat: number): Sent;

  petition(grounds: string): Sent;
  grantTermination(): Sent;
  expire(): Sent;
  close(): Sent;
  closeOutWages(): Sent;
  returnDeposit(): Sent;
  /** @param key A payroll's id, or a row's key. */
  takeIntoCustody(key: string, account: string, lineage?: Lineage): Sent;
}

/**
 * What somebody does in a project: `await actIn(contracts, supervisor, project).approve(0)`.
 * @param by Who acts: an operator of the party, an officer, or anyone, as the act asks.
 */
export function actIn(contracts: ProjectContracts, by: Signer, project: string): ProjectActs {
  const [agreed, escrow] = [contracts.projects.connect(by), contracts.escrow.connect(by)];
  const [works, wages] = [contracts.milestones.connect(by), contracts.wages.connect(by)];
  const paying = async (to: BaseContract, amount: bigint, send: () => Promise<ContractTransactionResponse>): Sent => {
    await approveTo(contracts, by, project, await to.getAddress(), amount);
    return mined(send());
  };
  const cities = (lineage: Lineage = []) => [...lineage];
  return {
    fund: async (amount) => paying(escrow, amount, async () => escrow.fund(project, amount)),
    payDeposit: async (amount) => paying(wages, amount, async () => wages.payDeposit(project, amount)),
    coverWages: async (amount) => paying(wages, amount, async () => wages.cover(project, amount)),
    repayAdvance: async (amount) => paying(escrow, amount, async () => escrow.repayAdvance(project, amount)),
    feedWages: async () => mined(escrow.feedWages(project)),
    attestGuarantee: async (amount, until) => mined(wages.attestGuarantee(project, amount, secondsOf(until))),

    request: async (milestone, { document, content, paymentsVersion }) => {
      const version = paymentsVersion ?? (await paymentsVersionFor(contracts, project));
      return mined(
        works.request(project, milestone, milestoneEvidence(document, project, milestone, content, version)),
      );
    },
    approve: async (milestone) => mined(works.approve(project, milestone)),
    returnForMending: async (milestone, findings) => mined(works.returnForMending(project, milestone, findings)),
    contest: async (milestone, seat, grounds) => mined(works.contest(project, milestone, seat, grounds)),
    rule: async (milestone, award) => mined(works.rule(project, milestone, award)),
    settle: async (milestone) => mined(works.settle(project, milestone)),

    claimDefect: async (seat, amount, claimant, grounds) =>
      mined(works.claimDefect(project, seat, amount, claimant, grounds)),
    acceptDefect: async (seat) => mined(works.acceptDefect(project, seat)),
    ruleDefect: async (seat, amount) => mined(works.ruleDefect(project, seat, amount)),
    settleDefect: async (seat) => mined(works.settleDefect(project, seat)),

    payOut: async (seat) => mined(escrow.payOut(project, seat)),
    releaseRetention: async (seat) => mined(escrow.releaseRetention(project, seat)),
    refund: async (funder) => mined(escrow.refund(project, funder)),
    redirectRefund: async (to) => mined(escrow.redirectRefund(project, to)),
    proposeRedirection: async (funder, to, lineage) =>
      mined(escrow.proposeRedirection(project, funder, to, cities(lineage))),
    vetoRedirection: async () => mined(escrow.vetoRedirection(project)),
    completeRedirection: async (funder) => mined(escrow.completeRedirection(project, funder)),

    freeze: async ({ seat, amount, until, courtCase }, lineage) =>
      mined(escrow.freeze(project, seat, amount, secondsOf(until), courtCase, cities(lineage))),
    liftFreeze: async (seat, courtCase, lineage) => mined(escrow.liftFreeze(project, seat, courtCase, cities(lineage))),
    handOver: async (seat, courtCase, amount, to, lineage) =>
      mined(escrow.handOver(project, seat, courtCase, amount, to, cities(lineage))),

    proposeAccount: async (seat, account) => mined(agreed.proposeAccount(project, seat, account)),
    proposeReplacement: async (seat, party, account, lineage) =>
      mined(agreed.proposeReplacement(project, seat, party, account, cities(lineage))),
    vetoSeatChange: async (seat) => mined(agreed.vetoSeatChange(project, seat)),
    completeSeatChange: async (seat) => mined(agreed.completeSeatChange(project, seat)),

    petition: async (grounds) => mined(agreed.petition(project, grounds)),
    grantTermination: async () => mined(agreed.grantTermination(project)),
    expire: async () => mined(agreed.expire(project)),
    close: async () => mined(agreed.close(project)),
    closeOutWages: async () => mined(wages.closeOut(project)),
    returnDeposit: async () => mined(wages.returnDeposit(project)),
    takeIntoCustody: async (key, account, lineage) =>
      mined(wages.takeIntoCustody(project, key, account, cities(lineage))),
  };
}

/** The payments of works money that a transaction made. */
export function worksPaymentsIn(
  { escrow }: Pick<Contracts, "escrow">,
  { logs }: Pick<ContractTransactionReceipt, "logs">,
): WorksPayment[] {
  return logs.flatMap((log) => {
    const event = log.address === escrow.target ? escrow.interface.parseLog(log) : null;
    if (event?.name !== "PaymentMade") return [];
    const [project, index, , payment] = event.args as unknown as [
      string,
      bigint,
      string,
      Parameters<typeof worksPaymentOf>[2],
    ];
    return [worksPaymentOf(project, Number(index), payment)];
  });
}

/** Approves what is missing; tokens that refuse to change an approval get a fresh one. */
async function approveTo(
  { projects }: ProjectContracts,
  by: Signer,
  project: string,
  spender: string,
  amount: bigint,
): Promise<void> {
  const { token, unit } = await projects.projectOf(project);
  const erc20 = contractAt("SettlementToken", token, by);
  const needed = amount * unit;
  const approved = await erc20.allowance(await by.getAddress(), spender);
  if (approved >= needed) return;
  if (approved !== 0n) await mined(erc20.approve(spender, 0n));
  await mined(erc20.approve(spender, needed));
}

/** The current version of PaymentRegistry, where the terms want the last payment invoiced; else 0. */
async function paymentsVersionFor({ projects, directory }: ProjectContracts, project: string): Promise<number> {
  const { invoicing } = await projects.projectOf(project);
  return invoicing === 0n ? 0 : currentEntry(await readDirectory(directory), PAYMENTS).version;
}
