/** Identities: registering persons, and what the chain knows of them. The acts on a registered identity are in order.ts and registrar.ts. */
import { keccak256, type Signer, ZeroHash } from "ethers";

import { byPage } from "../common/page.js";
import { encodeText } from "../common/text.js";
import { dateOf, secondsOf } from "../common/time.js";
import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { guardianCommitment, newSalt } from "./commitment.js";
import { type IdentityEvent, identityHistory } from "./history.js";
import type { PersonKey } from "./key.js";
import { checkResidentNumber, checkSocialCreditCode } from "./number.js";
import { IDENTITY_STATUSES, type IdentityStatus, type Kind, KINDS } from "./status.js";
import type { PersonKind, TagService } from "./tag.js";
import { digestOf, IDENTITY_TYPES } from "./typed-data.js";

/** What signing for the registry of identities needs. */
export type SigningContracts = Pick<Contracts, "chainId" | "identities">;

/** The version under which public codes of legal persons are kept beside the tags. */
const PUBLIC_CODE = 0;

/** No such identity, or one that cannot be used for what was asked; the message says why. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
}

/** What an officer knows of a person to be registered. */
export interface Person {
  kind: PersonKind;
  /** Number of the city that registers. */
  city: bigint | number;
  /** Resident number (GB 11643) of a natural, Unified Social Credit Code (GB 32100) of a legal person. It does not leave this process but for the tag service. */
  number: string;
  /** The person's key (ERC-7913): a phone's, or the guardian's for a person without one. */
  signer: string;
  guardian?: Guardianship;
  /** Put a legal person's code on the chain, for everyone to read. */
  publicCode?: boolean;
  /** Register a legal person whose code has another check character than it should. */
  override?: boolean;
  /** Last moment to register. */
  deadline: Date;
}

/** IIdentityRegistry.Identity; its EIP-712 digest is the identity's id. */
export interface Registration {
  /** Number of the kind. */
  kind: number;
  city: number;
  tagVersion: number;
  tags: string[];
  /** 32 bytes; zero if it is not public. */
  code: string;
  signer: string;
  /** Zero without a guardian. */
  guardian: string;
  /** UTC seconds; 0 without a guardian. */
  guardianUntil: number;
  /** UTC seconds. */
  deadline: number;
}

/** Who keeps the key of a minor, or of a person without one: an identity, hidden in a salted commitment. The guardian keeps this. */
export interface Guardianship {
  /** The guardian's identity. */
  guardian: string;
  salt: string;
  /** From then on the key is worth nothing. */
  until: Date;
}

/** An identity as it is now. */
export interface Identity {
  id: string;
  kind: PersonKind;
  status: IdentityStatus;
  /** Number of the city that keeps it. */
  city: number;
  /** How often it changed: what the next signed order binds. */
  changes: number;
  /** How often its control was recovered. */
  recoveries: number;
  /** Until when a veto of the key leaves it to an ancestor to propose a recovery, or to close the identity; null if none does. */
  contestedUntil: Date | null;
  /** Newest version of the tag key under which it has a tag. */
  tagVersion: number;
  /** Commitment to the guardian; null without one. */
  guardian: string | null;
  /** End of the guardianship; null without one. */
  guardianUntil: Date | null;
  /** keccak-256 of the key's signer bytes; see `currentSigner`. */
  signerHash: string;
  /** The recovery that is proposed; null if none is. `changes` is what a veto against it binds. */
  recovery: { acting: number; dueAt: Date; isFinal: boolean; changes: number } | null;
  /** Block of its last event. */
  changedIn: number;
}

/**
 * Prepare a registration: check the person's number, ask the tag service for the tags, and put together what the person signs.
 * @returns the registration, and warnings that the officer has overridden.
 * @throws NumberError for a number that cannot be one; IdentityError for a doubtful code without `override`, or a tag service that
 * does not have the keys the network uses now.
 */
export async function prepareRegistration(
  { identities }: Pick<Contracts, "identities">,
  tagService: TagService,
  person: Person,
): Promise<{ registration: Registration; warnings: string[] }> {
  const { kind, guardian } = person;
  const { number, warnings } = checkedNumber(person);
  if (person.publicCode === true && kind === "Natural") {
    throw new IdentityError("a natural person's number is never public; leave out publicCode");
  }
  const tags = await livingTags(identities, tagService, kind, number);
  const registration: Registration = {
    kind: KINDS.indexOf(kind),
    city: Number(person.city),
    tagVersion: tags.first,
    tags: tags.tags,
    code: person.publicCode === true ? encodeText(number, "a social credit code") : ZeroHash,
    signer: person.signer,
    guardian: guardian === undefined ? ZeroHash : guardianCommitment(guardian.salt, guardian.guardian),
    guardianUntil: guardian === undefined ? 0 : Number(secondsOf(guardian.until)),
    deadline: Number(secondsOf(person.deadline)),
  };
  return { registration, warnings };
}

/** The person's signature under a registration. It says: I am to be registered so, with this key. */
export async function signRegistration(
  contracts: SigningContracts,
  registration: Registration,
  key: PersonKey,
): Promise<string> {
  if (key.signer.toLowerCase() !== registration.signer.toLowerCase()) {
    throw new IdentityError("this is not the key that the registration names; sign with that one");
  }
  return key.sign(await identityId(contracts, registration));
}

/** The id that a registration gives: its EIP-712 digest. */
export async function identityId(contracts: SigningContracts, registration: Registration): Promise<string> {
  return digestOf(contracts, "identities", IDENTITY_TYPES, registration);
}

/**
 * Register a person.
 * @param officer Holds (city, IDENTITY).
 * @param signature See `signRegistration`.
 * @returns the identity's id.
 */
export async function registerIdentity(
  contracts: SigningContracts,
  officer: Signer,
  registration: Registration,
  signature: string,
): Promise<string> {
  await mined(contracts.identities.connect(officer).register(registration, signature));
  return identityId(contracts, registration);
}

/**
 * Give an identity its tag under the newest version of the tag key.
 * @param officer Holds (the identity's city, IDENTITY).
 * @param lineage Numbers of cities, where another city acts for the identity's; see ICityAccessManager.hasStanding.
 */
export async function addTag(
  { identities }: Pick<Contracts, "identities">,
  officer: Signer,
  tagService: TagService,
  identity: string,
  person: Pick<Person, "kind" | "number" | "override">,
  lineage: readonly number[] = [],
): Promise<void> {
  const { tags } = await livingTags(identities, tagService, person.kind, checkedNumber(person).number);
  await mined(identities.connect(officer).addTag(identity, tags.at(-1) ?? ZeroHash, [...lineage]));
}

/** The open identity of a person, by their number: what an officer asks before registering, and at recovery. Null if there is none. */
export async function findIdentity(
  { identities }: Pick<Contracts, "identities">,
  tagService: TagService,
  person: Pick<Person, "kind" | "number">,
): Promise<string | null> {
  const { number } = checkedNumber({ ...person, override: true });
  const { first, tags } = await livingTags(identities, tagService, person.kind, number);
  for (const [i, tag] of tags.entries()) {
    const found = await openHolder(identities, first + i, tag);
    if (found !== null) return found;
  }
  return null;
}

/** The open identity of a legal person whose code is public; null if there is none. */
export async function identityByCode(
  { identities }: Pick<Contracts, "identities">,
  code: string,
): Promise<string | null> {
  const text = encodeText(checkSocialCreditCode(code).code, "a social credit code");
  return openHolder(identities, PUBLIC_CODE, text);
}

/**
 * An identity as it is now, all of it at one block.
 * @throws IdentityError for an id that nobody was given.
 */
export async function identityById(
  { identities, provider }: Pick<Contracts, "identities" | "provider">,
  id: string,
): Promise<Identity> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new Error("the node has no blocks yet; try again when it is synchronised");
  const at = { blockTag: block.number };
  const [{ state, signerHash }, status, guardian, recovery] = await Promise.all([
    identities.stateOf(id, at),
    identities.statusOf(id, at),
    identities.guardianOf(id, at),
    identities.recoveryOf(id, at),
  ]);
  const kind = KINDS[Number(state.kind)] ?? "None";
  const isContested = state.vetoed && !state.recovering && recovery.dueAt > BigInt(block.timestamp);
  if (kind === "None") throw new IdentityError(`no identity ${id} is registered here; check the id, and the chain`);
  return {
    id,
    kind,
    status: IDENTITY_STATUSES[Number(status)] ?? "Unknown",
    city: Number(state.city),
    changes: Number(state.changes),
    recoveries: Number(state.recoveries),
    contestedUntil: isContested ? dateOf(recovery.dueAt) : null,
    tagVersion: Number(state.tagVersion),
    guardian: guardian === ZeroHash ? null : guardian,
    guardianUntil: state.guardianUntil === 0n ? null : dateOf(state.guardianUntil),
    signerHash,
    recovery: state.recovering
      ? {
          acting: Number(recovery.acting),
          dueAt: dateOf(recovery.dueAt),
          isFinal: recovery.isFinal,
          changes: Number(recovery.changes),
        }
      : null,
    changedIn: Number(state.changedIn),
  };
}

/**
 * The key that signs for an identity now, as in ERC-7913: the chain keeps its hash, the events have it.
 * @throws IdentityError for an id that nobody was given, HistoryIncompleteError if the node has pruned the event.
 */
export async function currentSigner(
  contracts: Pick<Contracts, "identities" | "provider">,
  id: string,
): Promise<string> {
  const { signerHash, changedIn } = await identityById(contracts, id);
  for await (const event of identityHistory(contracts, id, changedIn)) {
    const signer = signerIn(event);
    if (signer !== undefined && keccak256(signer) === signerHash) return signer;
  }
  throw new IdentityError(`no event of the identity ${id} has its key; ask another node`);
}

/** The accounts that act for a legal person, by page, at one block. */
export async function* operatorsOf(
  { identities, provider }: Pick<Contracts, "identities" | "provider">,
  id: string,
  pageSize = 100,
): AsyncGenerator<string, void, undefined> {
  const blockTag = await provider.getBlockNumber();
  yield* byPage((start, count) => identities.operatorsOf(id, start, count, { blockTag }), pageSize);
}

/** A new guardianship of an identity, with a salt of its own. */
export function newGuardianship(guardian: string, until: Date): Guardianship {
  return { guardian, salt: newSalt(), until };
}

/** Whether somebody is the guardian of an identity now, as what they show opens the commitment on the chain, and its time has not ended. */
export async function isGuardian(
  contracts: Pick<Contracts, "identities" | "provider">,
  id: string,
  { guardian, salt }: Pick<Guardianship, "guardian" | "salt">,
): Promise<boolean> {
  const found = await identityById(contracts, id);
  if (found.guardian !== guardianCommitment(salt, guardian) || found.guardianUntil === null) return false;
  const block = await contracts.provider.getBlock("latest");
  return block !== null && block.timestamp < Number(secondsOf(found.guardianUntil));
}

/** The key that an event names as the identity's; undefined if it names none. */
function signerIn(event: IdentityEvent): string | undefined {
  if (event.type === "IdentityRegistered" || event.type === "KeyRotated") return event.signer;
  return event.type === "Recovered" ? event.control.signer : undefined;
}

function checkedNumber({ kind, number, override }: Pick<Person, "kind" | "number" | "override">): {
  number: string;
  warnings: string[];
} {
  if (kind === "Natural") return { number: checkResidentNumber(number), warnings: [] };
  const { code, warning } = checkSocialCreditCode(number);
  if (warning === null) return { number: code, warnings: [] };
  if (override !== true) throw new IdentityError(`${warning}; if it is right, set override`);
  return { number: code, warnings: [warning] };
}

/** The tags that the registry asks for, in its order. */
async function livingTags(
  identities: Contracts["identities"],
  tagService: TagService,
  kind: Exclude<Kind, "None">,
  number: string,
): Promise<{ first: number; tags: string[] }> {
  const [{ first, last }, known] = await Promise.all([identities.tagVersions(), tagService.tag(kind, number)]);
  const byVersion = new Map(known.map(({ version, tag }) => [version, tag]));
  const tags: string[] = [];
  for (let version = Number(first); version <= Number(last); version++) {
    const tag = byVersion.get(version);
    if (tag === undefined) {
      throw new IdentityError(
        `the tag service has no key of version ${version}, which the network uses; ask who runs the service`,
      );
    }
    tags.push(tag);
  }
  return { first: Number(first), tags };
}

async function openHolder(identities: Contracts["identities"], version: number, tag: string): Promise<string | null> {
  const id = await identities.holderOf(version, tag);
  const status = IDENTITY_STATUSES[Number(await identities.statusOf(id))];
  return status === "Unknown" || status === "Closed" ? null : id;
}
