/** What tests of works money share: funded projects, what is requested with, and each act, after which the books add up. */
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type ContractTransactionResponse, hexlify, MaxUint256, toUtf8Bytes } from "ethers";

import { fieldLeaf, newSalt } from "../../src/identity/commitment.js";
import { type HostileToken, HostileToken__factory } from "../../typechain/index.js";
import type { IMilestoneRegistry } from "../../typechain/escrow/MilestoneRegistry.js";
import { batchOver, claimOf, type Terms as ClaimTerms } from "../identity/claims.js";
import { contentOf, termsOf as claimTermsOf, word } from "../identity/world.js";
import { loadFixture, time } from "../world.js";
import { checkBooks } from "./books.js";
import {
  BUDGET,
  type Company,
  DAY,
  escrowWorld,
  type EscrowWorld,
  EVIDENCE,
  mint,
  openProject,
  Seat,
  type TermsChanges,
} from "./world.js";

type Signer = HardhatEthersSigner;
type Sent = Promise<ContractTransactionResponse>;
export type Evidence = IMilestoneRegistry.EvidenceStruct;

export const MilestoneStatus = {
  Planned: 0n,
  Requested: 1n,
  Returned: 2n,
  Approved: 3n,
  Disputed: 4n,
  Ruled: 5n,
  Settled: 6n,
} as const;
/** Of a token of 18 decimals: one fen. */
export const UNIT = 10n ** 16n;
/** Periods of the usual terms. */
export const ANSWER = 7 * DAY;
export const CONTEST = 5 * DAY;
export const RULING = 30 * DAY;
/** Milestones of the usual terms. */
export const [FIRST, SECOND, THIRD] = [30_000_000n, 30_000_000n, 20_000_000n] as const;

/** Also with three who have money in both tokens, and have approved it to both vaults. */
export interface Works extends EscrowWorld {
  /** A fen is UNIT of it. */
  token: HostileToken;
  /** Changes that make it the token of a project. */
  inToken: { token: string; unit: bigint };
  /** The owner's account, and two others. */
  funders: [Signer, Signer, Signer];
}

export async function works(): Promise<Works> {
  const world = await loadFixture(escrowWorld);
  const { administrator, owner, contractor, officer, stranger, settlement, escrow, wages } = world;
  const token = await new HostileToken__factory(administrator).deploy();
  const funders: [Signer, Signer, Signer] = [owner.account, officer, stranger];
  for (const account of [...funders, contractor.account]) {
    await mint(world, account, 10n * BUDGET);
    await token.mint(account, 10n * BUDGET * UNIT);
    for (const vault of [escrow, wages]) {
      await settlement.connect(account).approve(vault, MaxUint256);
      await token.connect(account).approve(vault, MaxUint256);
    }
  }
  return { ...world, token, inToken: { token: await token.getAddress(), unit: UNIT }, funders };
}

/** Does something; then the books of all projects must add up. */
export async function booked(world: EscrowWorld, sent: Sent): Sent {
  const response = await sent;
  await checkBooks(world);
  return response;
}

// ---------------------------------------------------------------------------------------------------------------- projects

/** Puts money into a project: the owner, unless told otherwise. */
export async function fund(world: Works, project: string, amount: bigint, by: Signer = world.funders[0]): Sent {
  return booked(world, world.escrow.connect(by).fund(project, amount));
}

/** The contractor pays the deposit of the terms. */
export async function payDeposit(world: Works, project: string): Promise<void> {
  const { wageDeposit } = await world.projects.projectOf(project);
  if (wageDeposit === 0n) return;
  const { account } = await world.projects.seatOf(project, Seat.Contractor);
  const by = [world.contractor.account, ...world.funders].find(({ address }) => address === account)!;
  await booked(world, world.wages.connect(by).payDeposit(project, wageDeposit));
}

/** Opens a project, with its deposit, and `put` in by the owner: the whole budget, unless told otherwise. */
export async function newProject(world: Works, changes: TermsChanges = {}, put?: bigint): Promise<string> {
  const { project, terms } = await openProject(world, changes);
  await payDeposit(world, project);
  const amount = put ?? BigInt(terms.money.budget);
  if (amount !== 0n) await fund(world, project, amount);
  return project;
}

export interface Funded extends Works {
  project: string;
}

/** A project under the usual terms, in the network's token, wholly funded by the owner. */
export async function funded(): Promise<Funded> {
  const world = await loadFixture(works);
  return { ...world, project: await newProject(world) };
}

/** The company on a seat of the fixture's. */
export function partyOf({ owner, contractor, supervisor, arbiter }: EscrowWorld, seat: number): Company {
  return [owner, contractor, supervisor, arbiter][seat]!;
}

// ---------------------------------------------------------------------------------------------------------------- evidence

/** What a test changes of the evidence. */
export interface EvidenceChanges {
  /** Of the claim. */
  terms?: Partial<ClaimTerms>;
  /** The fields, in the order in which they are shown; project and milestone unless told otherwise. */
  fields?: [name: string, value: string][];
  /** Fields of the claim that are not shown. */
  hidden?: [name: string, value: string][];
  /** Of a batch of five, the claim is the third. */
  serial?: number;
  version?: number;
}

/** A claim about a milestone, issued, and how it is shown. */
export async function evidenceOf(
  world: EscrowWorld,
  project: string,
  milestone = 0,
  { terms = {}, fields, hidden = [], serial = 0, version = 0 }: EvidenceChanges = {},
): Promise<Evidence> {
  const named = fields ?? [
    ["project", project],
    ["milestone", String(milestone)],
  ];
  const all = [...named, ...hidden].map(([name, value]) => ({ name, value, salt: newSalt() }));
  const leaves = all.map(({ name, salt, value }) => fieldLeaf(name, salt, value));
  const tree = SimpleMerkleTree.of(leaves.length === 0 ? [word()] : leaves);
  const proven = tree.getMultiProof(named.map((_, i) => i));
  // A proof takes them in the order of its leaves; where that is free, in the order given.
  const order = hidden.length === 0 ? all : proven.leaves.map((leaf) => all[leaves.indexOf(leaf as string)]!);
  const shown = order.map(({ name, value, salt }) => ({ name, value: hexlify(toUtf8Bytes(value)), salt }));
  const shared = await claimTermsOf(EVIDENCE, terms);
  const content = contentOf({ root: tree.root });
  const rest = { fields: shown, proof: proven.proof, proofFlags: proven.proofFlags };
  const claims = world.claims.connect(world.issuer);
  const base = { ...rest, content: word(), paymentsVersion: version };
  if (serial === 0) {
    await claims.issue(shared, content);
    return { ...base, claim: claimOf(world.issuer, shared, content), path: [] };
  }
  const batch = await batchOver(
    world,
    [0, 1, 2, 3, 4].map((position) =>
      claimOf(world.issuer, shared, position === 2 ? content : contentOf(), { serial, position }),
    ),
  );
  await claims.anchor(batch.batch);
  return { ...base, claim: batch.claims[2]!, path: batch.tree.getProof(2) };
}

// -------------------------------------------------------------------------------------------------------------- milestones

/** The contractor requests a milestone. */
export async function request(world: Works, project: string, milestone = 0, evidence?: Evidence): Sent {
  const { milestones, contractor } = world;
  const shown = evidence ?? (await evidenceOf(world, project, milestone));
  return booked(world, milestones.connect(contractor.operator).request(project, milestone, shown));
}

/** The supervisor approves it. */
export async function approve(world: Works, project: string, milestone = 0): Sent {
  return booked(world, world.milestones.connect(world.supervisor.operator).approve(project, milestone));
}

/** The supervisor returns it. */
export async function giveBack(world: Works, project: string, milestone = 0, findings = word()): Sent {
  const { milestones, supervisor } = world;
  return booked(world, milestones.connect(supervisor.operator).returnForMending(project, milestone, findings));
}

/** A party contests it: the owner, unless told otherwise. */
export async function contest(world: Works, project: string, milestone = 0, seat: number = Seat.Owner): Sent {
  const { operator } = partyOf(world, seat);
  return booked(world, world.milestones.connect(operator).contest(project, milestone, seat, word()));
}

/** The arbiter rules. */
export async function rule(world: Works, project: string, milestone: number, award: bigint): Sent {
  return booked(world, world.milestones.connect(world.arbiter.operator).rule(project, milestone, award));
}

/** Anyone settles it. */
export async function settle(world: Works, project: string, milestone = 0): Sent {
  return booked(world, world.milestones.connect(world.stranger).settle(project, milestone));
}

/** A milestone is requested, approved, uncontested and settled: the companies have earned it. */
export async function earn(world: Works, project: string, milestone = 0): Sent {
  await request(world, project, milestone);
  await approve(world, project, milestone);
  await time.increase((await world.projects.projectOf(project)).contest);
  return settle(world, project, milestone);
}

/** A milestone is contested, the arbiter awards so much, and it is settled as soon as it can be. */
export async function award(world: Works, project: string, milestone: number, amount: bigint): Sent {
  await request(world, project, milestone);
  await contest(world, project, milestone);
  await rule(world, project, milestone, amount);
  await time.increase((await world.projects.projectOf(project)).contest);
  return settle(world, project, milestone);
}

/** Anyone pays a company. */
export async function payOut(world: Works, project: string, seat: number = Seat.Contractor): Sent {
  return booked(world, world.escrow.connect(world.stranger).payOut(project, seat));
}

/** State of a milestone. */
export interface State {
  status: bigint;
  since: number;
  committed: boolean;
  award: bigint;
}

export async function stateOf({ milestones }: EscrowWorld, project: string, milestone = 0): Promise<State> {
  const { status, since, committed, award: awarded } = await milestones.milestoneStateOf(project, milestone);
  return { status, since: Number(since), committed, award: awarded };
}
