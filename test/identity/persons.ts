import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { hexlify, randomBytes, type TypedDataField, ZeroHash } from "ethers";

import type { PersonKey } from "../../src/identity/key.js";
import {
  MOVE_TYPES,
  OPERATOR_TYPES,
  PRESENCE_TYPES,
  RECOVERY_TYPES,
  ROTATION_TYPES,
  VETO_TYPES,
} from "../../src/identity/typed-data.js";
import type { IIdentityRegistry } from "../../typechain/identity/IdentityRegistry.js";
import { loadFixture, time } from "../world.js";
import { identityWorld, type IdentityWorld, Kind, LATER, newKey, register, word } from "./world.js";

type Signer = HardhatEthersSigner;
type Sent = ReturnType<IdentityWorld["identities"]["rotate"]>;

export const Status = { Unknown: 0n, Active: 1n, Suspended: 2n, Recovering: 3n, Closed: 4n } as const;
export const DAY = 86_400;

/** A resident and a company of Shijiazhuang. */
export interface PersonsWorld extends IdentityWorld {
  key: PersonKey;
  id: string;
  company: PersonKey;
  companyId: string;
}

export async function persons(): Promise<PersonsWorld> {
  const world = await loadFixture(identityWorld);
  const [key, company] = [newKey(), newKey()];
  const id = await register(world, key);
  const companyId = await register(world, company, { kind: Kind.Legal });
  return { ...world, key, id, company, companyId };
}

/** The company's key was stolen (a company's, so that all orders can be tried); its phone has the next one. */
export interface Theft extends PersonsWorld {
  thief: PersonKey;
  victim: string;
  next: PersonKey;
}

export async function theft(): Promise<Theft> {
  const world = await loadFixture(persons);
  return { ...world, thief: world.company, victim: world.companyId, next: world.newPhone() };
}

/** The thief has vetoed a recovery. */
export async function vetoed(): Promise<Theft> {
  const world = await loadFixture(theft);
  await propose(world, world.victim, world.next);
  await veto(world, world.victim, world.thief);
  return world;
}

/** The act is refused, for the identity's status. */
export async function notReady(world: PersonsWorld, act: Promise<unknown>, id: string, status: bigint): Promise<void> {
  await expect(act).to.be.revertedWithCustomError(world.identities, "IdentityNotReady").withArgs(id, status);
}

/** What a test may change of an order: the count of changes it binds, its deadline, or who says that it signed. */
export interface Twist {
  changes?: bigint;
  deadline?: number;
  signer?: string;
}

/** An identity's state, with the names of its fields. */
export type State = Record<
  "kind" | "city" | "tagVersion" | "changes" | "changedIn" | "recoveries" | "guardianUntil",
  bigint
> &
  Record<"suspended" | "closed" | "recovering" | "vetoed", boolean>;

export async function stateOf(world: IdentityWorld, id: string): Promise<State> {
  const {
    kind,
    suspended,
    closed,
    recovering,
    vetoed,
    city,
    tagVersion,
    changes,
    changedIn,
    recoveries,
    guardianUntil,
  } = (await world.identities.stateOf(id)).state;
  return {
    kind,
    suspended,
    closed,
    recovering,
    vetoed,
    city,
    tagVersion,
    changes,
    changedIn,
    recoveries,
    guardianUntil,
  };
}

/** An order of a person, with what each has. */
async function orderOf(world: IdentityWorld, id: string, twist: Twist): Promise<Record<string, unknown>> {
  return {
    identity: id,
    changes: twist.changes ?? (await stateOf(world, id)).changes,
    deadline: twist.deadline ?? LATER,
  };
}

async function signedBy(
  world: IdentityWorld,
  key: PersonKey,
  types: Record<string, TypedDataField[]>,
  order: Record<string, unknown>,
  twist: Twist,
): Promise<IIdentityRegistry.SignedStruct> {
  return {
    signer: twist.signer ?? key.signer,
    deadline: twist.deadline ?? LATER,
    signature: await world.sign(key, "identities", types, order),
  };
}

/** `key` and `newKey` sign a rotation; a stranger relays it. */
export async function rotate(
  world: IdentityWorld,
  id: string,
  key: PersonKey,
  newKey: PersonKey,
  twist: Twist = {},
): Promise<Awaited<Sent>> {
  const order = { ...(await orderOf(world, id, twist)), newSigner: newKey.signer };
  const signature = await world.sign(newKey, "identities", ROTATION_TYPES, order);
  const signed = await signedBy(world, key, ROTATION_TYPES, order, twist);
  return world.identities.connect(world.stranger).rotate(id, newKey.signer, signature, signed);
}

/** Control by a key alone. */
export function controlOf(
  key: PersonKey,
  changes: Partial<IIdentityRegistry.ControlStruct> = {},
): IIdentityRegistry.ControlStruct {
  return { signer: key.signer, guardian: ZeroHash, guardianUntil: 0, ...changes };
}

/** The new key's agreement to a recovery. */
export async function proposalOf(
  world: IdentityWorld,
  id: string,
  newKey: PersonKey,
  control: Partial<IIdentityRegistry.ControlStruct> = {},
  twist: Twist = {},
): Promise<IIdentityRegistry.ProposalStruct> {
  const { signer, ...rest } = controlOf(newKey, control);
  const { changes } = await world.identities.recoveryOf(id);
  const order = { ...(await orderOf(world, id, { changes, ...twist })), newSigner: signer, ...rest };
  return {
    control: { signer, ...rest },
    evidence: word(),
    deadline: twist.deadline ?? LATER,
    signature: await world.sign(newKey, "identities", RECOVERY_TYPES, order),
  };
}

/** A registrar, that of Shijiazhuang unless said, proposes to give the identity a new key. */
export async function propose(
  world: IdentityWorld,
  id: string,
  newKey: PersonKey,
  by: Signer = world.registrar,
  lineage: bigint[] = [],
): Promise<Awaited<Sent>> {
  return world.identities.connect(by).proposeRecovery(id, await proposalOf(world, id, newKey), lineage);
}

/** `key` signs a veto of what is proposed; a stranger relays it. */
export async function veto(
  world: IdentityWorld,
  id: string,
  key: PersonKey,
  twist: Twist = {},
): Promise<Awaited<Sent>> {
  const { changes } = await world.identities.recoveryOf(id);
  const order = await orderOf(world, id, { changes, ...twist });
  const signed = await signedBy(world, key, VETO_TYPES, order, twist);
  return world.identities.connect(world.stranger).vetoRecovery(id, signed);
}

/** Waits until the recovery is due, and completes it, as a stranger. */
export async function complete(world: IdentityWorld, id: string, newKey: PersonKey): Promise<Awaited<Sent>> {
  const { dueAt } = await world.identities.recoveryOf(id);
  if ((await time.latest()) < dueAt) await time.increaseTo(dueAt);
  return world.identities.connect(world.stranger).completeRecovery(id, controlOf(newKey));
}

/** The whole of a recovery by the registrar of Shijiazhuang. */
export async function recover(world: IdentityWorld, id: string, newKey: PersonKey): Promise<void> {
  await propose(world, id, newKey);
  await complete(world, id, newKey);
}

/** `key` and an officer, the registrar of Shijiazhuang unless said, sign a move; the registrar of Hunan sends it, unless said. */
export async function move(
  world: IdentityWorld,
  id: string,
  key: PersonKey,
  to: bigint,
  {
    by = world.hunanRegistrar,
    officer = world.registrar,
    lineage = [],
    releasedTo = to,
    ...twist
  }: Twist & { by?: Signer; officer?: Signer; lineage?: bigint[]; releasedTo?: bigint } = {},
): Promise<Awaited<Sent>> {
  const order = { ...(await orderOf(world, id, twist)), to };
  const signed = await signedBy(world, key, MOVE_TYPES, order, twist);
  const signature = await world.sign(officer, "identities", MOVE_TYPES, { ...order, to: releasedTo });
  return world.identities.connect(by).move(id, to, signed, { officer, signature, lineage });
}

/** `key` signs that an account acts for it, or no more; a stranger relays it. */
export async function setOperator(
  world: IdentityWorld,
  id: string,
  key: PersonKey,
  operator: string,
  authorized: boolean,
  twist: Twist = {},
): Promise<Awaited<Sent>> {
  const order = { ...(await orderOf(world, id, twist)), operator, authorized };
  const signed = await signedBy(world, key, OPERATOR_TYPES, order, twist);
  return world.identities.connect(world.stranger).setOperator(id, operator, authorized, signed);
}

/** A desk's challenge, for an hour from now. */
export async function presenceOf(
  id: string,
  changes: Partial<IIdentityRegistry.PresenceStruct> = {},
): Promise<IIdentityRegistry.PresenceStruct> {
  return {
    identity: id,
    verifier: "Exit desk of Shenzhen",
    purpose: "to leave the country with a child",
    challenge: hexlify(randomBytes(32)),
    expires: (await time.latest()) + 3600,
    ...changes,
  };
}

/** What a presence signed by `key` is worth. */
export async function present(world: IdentityWorld, id: string, key: PersonKey): Promise<bigint> {
  const presence = await presenceOf(id);
  const signature = await world.sign(key, "identities", PRESENCE_TYPES, presence);
  return world.identities.presenceStatus(presence, key.signer, signature);
}
