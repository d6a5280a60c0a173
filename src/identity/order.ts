/**
 * What persons do with their identity. A person signs an order, a plain JSON value, and anyone relays it. An order binds the identity's
 * count of changes and a deadline, so it works once; what changed the identity in between makes it worthless.
 */
import { type Signer, ZeroHash } from "ethers";

import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { guardianCommitment } from "./commitment.js";
import { type Guardianship, IdentityError, identityById, type SigningContracts } from "./identity.js";
import { identityHistory } from "./history.js";
import type { PersonKey } from "./key.js";
import {
  digestOf,
  domainOf,
  MOVE_TYPES,
  OPERATOR_TYPES,
  RECOVERY_TYPES,
  ROTATION_TYPES,
  VETO_TYPES,
} from "./typed-data.js";

type Reading = SigningContracts & Pick<Contracts, "provider">;
type Acting = Pick<Contracts, "identities">;

/** IIdentityRegistry.Signed: a person's signature under an order. */
export interface PersonSignature {
  /** The identity's current key. */
  signer: string;
  /** UTC seconds. */
  deadline: number;
  signature: string;
}

/** A key is replaced by another; both have signed. */
export interface RotationOrder {
  identity: string;
  newSigner: string;
  newSignature: string;
  signed: PersonSignature;
}

/** Control as the contract takes it. */
export interface OrderedControl {
  signer: string;
  /** Zero without a guardian. */
  guardian: string;
  /** UTC seconds; 0 without a guardian. */
  guardianUntil: number;
}

/** What a new key agrees to at a recovery. */
export interface RecoveryOrder {
  identity: string;
  control: OrderedControl;
  /** UTC seconds. */
  deadline: number;
  /** The new key's. */
  signature: string;
}

/** A recovery is vetoed. */
export interface VetoOrder {
  identity: string;
  signed: PersonSignature;
}

/** A person moves to another city. */
export interface MoveOrder {
  identity: string;
  /** Number of the city. */
  to: number;
  /** The count of changes that both signatures bind. */
  changes: number;
  signed: PersonSignature;
}

/** A registrar of the present city lets the person go. */
export interface MoveRelease {
  officer: string;
  signature: string;
  /** Empty for the present city's own registrar. */
  lineage: number[];
}

/** An account acts for a legal person, or does so no more. */
export interface OperatorOrder {
  identity: string;
  operator: string;
  authorized: boolean;
  signed: PersonSignature;
}

// ----------------------------------------------------------------------------------------------------------- replace a key

/** The order to replace a key that the person still has. */
export async function signRotation(
  contracts: Reading,
  identity: string,
  keys: { old: PersonKey; new: PersonKey },
  deadline: Date,
): Promise<RotationOrder> {
  const value = await bound(contracts, { identity, newSigner: keys.new.signer }, deadline);
  const digest = await digestOf(contracts, "identities", ROTATION_TYPES, value);
  const [signed, newSignature] = await Promise.all([signedBy(keys.old, digest, value.deadline), keys.new.sign(digest)]);
  return { identity, newSigner: keys.new.signer, newSignature, signed };
}

/** Relay a rotation. By anyone. */
export async function rotateKey({ identities }: Acting, relay: Signer, order: RotationOrder): Promise<void> {
  const { identity, newSigner, newSignature, signed } = order;
  await mined(identities.connect(relay).rotate(identity, newSigner, newSignature, signed));
}

// ----------------------------------------------------------------------------------------------------------- recover a key

/** What a new key signs so that a registrar can propose it for an identity whose key is lost, or under another guardian. */
export async function signRecovery(
  contracts: Reading,
  identity: string,
  newKey: PersonKey,
  deadline: Date,
  guardianship?: Guardianship,
): Promise<RecoveryOrder> {
  const control: OrderedControl = {
    signer: newKey.signer,
    guardian: guardianship === undefined ? ZeroHash : guardianCommitment(guardianship.salt, guardianship.guardian),
    guardianUntil: guardianship === undefined ? 0 : Number(secondsOf(guardianship.until)),
  };
  const { signer: newSigner, guardian, guardianUntil } = control;
  // The count of the last proposal: nothing that a thief does to the identity spoils the agreement.
  const { changes } = await contracts.identities.recoveryOf(identity);
  const seconds = Number(secondsOf(deadline));
  const value = { identity, newSigner, guardian, guardianUntil, changes, deadline: seconds };
  const signature = await newKey.sign(await digestOf(contracts, "identities", RECOVERY_TYPES, value));
  return { identity, control, deadline: seconds, signature };
}

/**
 * Propose a recovery: the identity is suspended until it is completed, vetoed or withdrawn.
 * @param officer A registrar of the city, or of the one that acts for it; while a veto counts, of an ancestor.
 * @param evidence Salted commitment to what the registrar saw (`textCommitment`).
 * @param lineage Numbers of cities: empty for the city's own registrar; while a veto counts, the one ancestor.
 */
export async function proposeRecovery(
  { identities }: Acting,
  officer: Signer,
  order: RecoveryOrder,
  evidence: string,
  lineage: readonly number[] = [],
): Promise<void> {
  const { identity, control, deadline, signature } = order;
  const proposal = { control, evidence, deadline, signature };
  await mined(identities.connect(officer).proposeRecovery(identity, proposal, [...lineage]));
}

/**
 * The veto of the present key against the recovery that is proposed. It can veto once in a time; see `contestedUntil`.
 * @throws IdentityError if none is proposed.
 */
export async function signVeto(
  contracts: Reading,
  identity: string,
  key: PersonKey,
  deadline: Date,
): Promise<VetoOrder> {
  const { recovery } = await identityById(contracts, identity);
  if (recovery === null) throw new IdentityError(`no recovery of ${identity} is proposed; there is nothing to veto`);
  const value = { identity, changes: recovery.changes, deadline: Number(secondsOf(deadline)) };
  const digest = await digestOf(contracts, "identities", VETO_TYPES, value);
  return { identity, signed: await signedBy(key, digest, value.deadline) };
}

/** Relay a veto. By anyone. */
export async function vetoRecovery({ identities }: Acting, relay: Signer, order: VetoOrder): Promise<void> {
  await mined(identities.connect(relay).vetoRecovery(order.identity, order.signed));
}

/** Withdraw a recovery. By a registrar of the city that proposed it, or of the one that acts for that. */
export async function withdrawRecovery(
  { identities }: Acting,
  officer: Signer,
  identity: string,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(identities.connect(officer).withdrawRecovery(identity, [...lineage]));
}

/**
 * Complete a recovery whose time has come. By anyone. What was proposed is read from the chain.
 * @throws IdentityError if no recovery is proposed.
 */
export async function completeRecovery(
  contracts: Pick<Contracts, "identities" | "provider">,
  relay: Signer,
  identity: string,
): Promise<void> {
  const { recovery } = await identityById(contracts, identity);
  if (recovery === null)
    throw new IdentityError(`no recovery of ${identity} is proposed; there is nothing to complete`);
  for await (const event of identityHistory(contracts, identity)) {
    if (event.type !== "RecoveryProposed") continue;
    const { signer, guardian, guardianUntil } = event.control;
    const control: OrderedControl = {
      signer,
      guardian: guardian ?? ZeroHash,
      guardianUntil: guardianUntil === null ? 0 : Number(secondsOf(guardianUntil)),
    };
    await mined(contracts.identities.connect(relay).completeRecovery(identity, control));
    return;
  }
}

// -------------------------------------------------------------------------------------------------------- move to another city

/** A person's order to move to another city; then the present city releases them, and the new one takes them. */
export async function signMove(
  contracts: Reading,
  identity: string,
  key: PersonKey,
  to: bigint | number,
  deadline: Date,
): Promise<MoveOrder> {
  const value = await bound(contracts, { identity, to: Number(to) }, deadline);
  const digest = await digestOf(contracts, "identities", MOVE_TYPES, value);
  return { identity, to: value.to, changes: value.changes, signed: await signedBy(key, digest, value.deadline) };
}

/**
 * The release of a registrar of the present city, over the same order that the person signed.
 * @param lineage Numbers of cities: empty for the present city's own registrar.
 */
export async function signRelease(
  contracts: SigningContracts,
  officer: Signer,
  { identity, to, changes, signed }: MoveOrder,
  lineage: readonly number[] = [],
): Promise<MoveRelease> {
  const order = { identity, to, changes, deadline: signed.deadline };
  const signature = await officer.signTypedData(await domainOf(contracts, "identities"), MOVE_TYPES, order);
  return { officer: await officer.getAddress(), signature, lineage: [...lineage] };
}

/** Move a person here. By a registrar of the new city. */
export async function moveIdentity(
  { identities }: Acting,
  officer: Signer,
  order: MoveOrder,
  release: MoveRelease,
): Promise<void> {
  await mined(identities.connect(officer).move(order.identity, order.to, order.signed, release));
}

// ------------------------------------------------------------------------------------------------------------- operators

/** A legal person's order to name an account that acts for it, or to name it no more. */
export async function signOperator(
  contracts: Reading,
  identity: string,
  key: PersonKey,
  operator: string,
  authorized: boolean,
  deadline: Date,
): Promise<OperatorOrder> {
  const value = await bound(contracts, { identity, operator, authorized }, deadline);
  const digest = await digestOf(contracts, "identities", OPERATOR_TYPES, value);
  return { identity, operator, authorized, signed: await signedBy(key, digest, value.deadline) };
}

/** Relay an order about an operator. By anyone. */
export async function setOperator({ identities }: Acting, relay: Signer, order: OperatorOrder): Promise<void> {
  const { identity, operator, authorized, signed } = order;
  await mined(identities.connect(relay).setOperator(identity, operator, authorized, signed));
}

/** Act for a legal person no more. By the operator. */
export async function renounceOperator({ identities }: Acting, operator: Signer, identity: string): Promise<void> {
  await mined(identities.connect(operator).renounceOperator(identity));
}

// -------------------------------------------------------------------------------------------------------------- internal

/** An order's own parameters with what binds it. */
async function bound<Order extends { identity: string }>(
  contracts: Reading,
  order: Order,
  deadline: Date,
): Promise<Order & { changes: number; deadline: number }> {
  const { changes } = await identityById(contracts, order.identity);
  return { ...order, changes, deadline: Number(secondsOf(deadline)) };
}

async function signedBy(key: PersonKey, digest: string, deadline: number): Promise<PersonSignature> {
  return { signer: key.signer, deadline, signature: await key.sign(digest) };
}
