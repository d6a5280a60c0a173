/** What tests of presentations share: persons, claims about them with fields, and what they show. */
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { hexlify, toUtf8Bytes, ZeroHash } from "ethers";

import { issueUnder, roleOf } from "../../src/index.js";
import {
  fieldLeaf,
  holderCommitment,
  newSalt,
  pairCommitment,
  type PartyIndex,
  subjectCommitment,
} from "../../src/identity/commitment.js";
import type { PersonKey } from "../../src/identity/key.js";
import { PRESENTATION_TYPES } from "../../src/identity/typed-data.js";
import type { IClaimVerifier } from "../../typechain/identity/ClaimVerifier.js";
import type { IIdentityRegistry } from "../../typechain/identity/IdentityRegistry.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { batchOver, type Claim, claimOf, idOf, type Terms } from "./claims.js";
import {
  Acceptance,
  type IdentityWorld,
  identityWorld,
  newKey,
  register,
  RESIDENT,
  schemaTerms,
  termsOf,
  word,
} from "./world.js";

export type Shown = IClaimVerifier.ShownClaimStruct;
export type Presentation = IClaimVerifier.PresentationStruct;
type Party = IClaimVerifier.PartyStruct;

export const Presented = {
  Valid: 0n,
  Expired: 1n,
  Empty: 2n,
  ClaimNotActive: 3n,
  FieldsNotProven: 4n,
  SubjectNotProven: 5n,
  HolderNotProven: 6n,
  AcceptanceMissing: 7n,
  HolderSignatureInvalid: 8n,
  IdentityNotActive: 9n,
  IdentitySignatureInvalid: 10n,
} as const;

/** Schemas beside those of the identity world, for two parties unless told otherwise, by whose acceptance they ask for. */
export const KINSHIP = 5n; // nobody's
export const ADOPTION = 6n; // the first party's
export const TENANCY = 7n; // the second party's
export const OATH = 8n; // the one party's

/** The identity world with those schemas, which Shijiazhuang's issuer may issue under. */
export async function presenting(): Promise<IdentityWorld> {
  const world = await loadFixture(identityWorld);
  const { claims, manager, china, shijiazhuang, issuer } = world;
  for (const [schema, parties, acceptance] of [
    [KINSHIP, 2, Acceptance.None],
    [ADOPTION, 2, Acceptance.First],
    [TENANCY, 2, Acceptance.Second],
    [OATH, 1, Acceptance.First],
  ] as const) {
    await claims.connect(china).createSchema(schemaTerms({ parties, acceptance }));
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, issueUnder(Number(schema))), issuer, 0);
  }
  return world;
}

/** A registered person and the key of the identity. */
export interface Person {
  identity: string;
  key: PersonKey;
}

/** Registers a person of Shijiazhuang, under a key of their own or of a guardian. */
export async function newPerson(
  world: IdentityWorld,
  key: PersonKey = newKey(),
  changes: Partial<IIdentityRegistry.IdentityStruct> = {},
): Promise<Person> {
  return { identity: await register(world, key, changes), key };
}

export interface HeldParty extends Person {
  holder: PersonKey;
  subjectSalt: string;
  holderSalt: string;
}

/** A claim, and all that its parties know. */
export interface Held {
  claim: Claim;
  id: string;
  path: string[];
  fields: { name: string; value: string; salt: string }[];
  tree: SimpleMerkleTree;
  parties: HeldParty[];
}

/** A claim about one person or two, single or third of a batch of five, issued. */
export async function issueTo(
  world: IdentityWorld,
  persons: Person[],
  {
    schema = RESIDENT,
    values = { name: "王小明", born: "2001-02-03", city: "石家庄市" },
    serial = 0,
    terms = {},
    holders = persons.map(() => newKey()),
  }: {
    schema?: bigint;
    values?: Record<string, string>;
    serial?: number;
    terms?: Partial<Terms>;
    holders?: PersonKey[];
  } = {},
): Promise<Held> {
  const fields = Object.entries(values).map(([name, value]) => ({ name, value, salt: newSalt() }));
  const tree = SimpleMerkleTree.of(fields.map(({ name, salt, value }) => fieldLeaf(name, salt, value)));
  const parties = persons.map((person, i) => ({
    ...person,
    holder: holders[i]!,
    subjectSalt: newSalt(),
    holderSalt: newSalt(),
  }));
  const subjects = parties.map((party, i) => subjectCommitment(i as PartyIndex, party.subjectSalt, party.identity));
  const owners = parties.map((party, i) => holderCommitment(i as PartyIndex, party.holderSalt, party.holder.signer));
  const content = { root: tree.root, subject: pairOf(subjects), holder: pairOf(owners) };
  const shared = await termsOf(schema, terms);
  const claims = world.claims.connect(world.issuer);
  if (serial === 0) {
    const claim = claimOf(world.issuer, shared, content);
    await claims.issue(shared, content);
    return { claim, id: await idOf(world, claim), path: [], fields, tree, parties };
  }
  const made = await batchOver(
    world,
    [0, 1, 2, 3, 4].map((position) =>
      claimOf(world.issuer, shared, position === 2 ? content : { ...content, root: word() }, { serial, position }),
    ),
  );
  await claims.anchor(made.batch);
  return { claim: made.claims[2]!, id: made.ids[2]!, path: made.tree.getProof(2), fields, tree, parties };
}

function pairOf([first, second]: string[]): string {
  return second === undefined ? first! : pairCommitment(first!, second);
}

const NOT_SHOWN: Party = {
  identity: ZeroHash,
  subjectSalt: ZeroHash,
  holder: "0x",
  holderSalt: ZeroHash,
  acceptance: "0x",
};

/** Who shows a claim, and what of it. */
export interface Showing {
  party?: PartyIndex;
  /** Names of the fields; all unless told otherwise. */
  names?: string[];
  /** What of the other party of two. */
  other?: { identity?: boolean; holder?: boolean; accepts?: boolean };
  accepts?: boolean;
}

/** A claim as a party shows it, all but the signature. */
export async function show(
  held: Held,
  { party = 0, names = held.fields.map(({ name }) => name), other = {}, accepts = true }: Showing = {},
): Promise<Shown> {
  const own = held.parties[party]!;
  const counterpart = held.parties[1 - party];
  const partner = (1 - party) as PartyIndex;
  const shown = disclose(held, names);
  return {
    claim: held.claim,
    path: held.path,
    ...shown,
    party,
    own: {
      identity: own.identity,
      subjectSalt: own.subjectSalt,
      holder: own.holder.signer,
      holderSalt: own.holderSalt,
      acceptance: accepts ? await own.holder.sign(held.id) : "0x",
    },
    other:
      counterpart === undefined
        ? NOT_SHOWN
        : {
            ...NOT_SHOWN,
            ...(other.identity && { identity: counterpart.identity, subjectSalt: counterpart.subjectSalt }),
            ...(other.holder && { holder: counterpart.holder.signer, holderSalt: counterpart.holderSalt }),
            ...(other.accepts && { acceptance: await counterpart.holder.sign(held.id) }),
          },
    otherSubject:
      counterpart === undefined ? ZeroHash : subjectCommitment(partner, counterpart.subjectSalt, counterpart.identity),
    otherHolder:
      counterpart === undefined
        ? ZeroHash
        : holderCommitment(partner, counterpart.holderSalt, counterpart.holder.signer),
    signature: "0x",
  };
}

/** Fields, in the order of their multiproof, and the proof. */
export function disclose(
  { fields, tree }: Pick<Held, "fields" | "tree">,
  names: string[],
): Pick<Shown, "fields" | "proof" | "proofFlags"> {
  if (names.length === 0) return { fields: [], proof: [], proofFlags: [] };
  const chosen = fields.filter(({ name }) => names.includes(name));
  const byLeaf = new Map(chosen.map((field) => [fieldLeaf(field.name, field.salt, field.value), field]));
  const { leaves, proof, proofFlags } = tree.getMultiProof([...byLeaf.keys()]);
  return {
    fields: leaves.map((leaf) => {
      const { name, salt, value } = byLeaf.get(leaf as string)!;
      return { name, salt, value: hexlify(toUtf8Bytes(value)) };
    }),
    proof,
    proofFlags,
  };
}

/** A presentation by a person to the exit desk, for an hour. */
export async function presentationOf(person: Person, changes: Partial<Presentation> = {}): Promise<Presentation> {
  return {
    identity: person.identity,
    verifier: "exit.gov.example",
    purpose: "passport",
    challenge: word(),
    expires: (await time.latest()) + 3600,
    ...changes,
  };
}

/** What is signed, as the client computes it. */
export async function digestOf(world: IdentityWorld, presentation: Presentation, shown: Shown[]): Promise<string> {
  const claims = await Promise.all(
    shown.map(async ({ claim, fields }) => ({
      claim: await idOf(world, claim),
      fields: fields.map(({ name }) => name),
    })),
  );
  return world.digest("verifier", PRESENTATION_TYPES, { ...presentation, claims });
}

/** A presentation as it is sent to a desk. */
export interface Sent {
  presentation: Presentation;
  shown: Shown[];
  signer: string;
  signature: string;
}

/** Signs a presentation with each claim's holder key and the identity's key. */
export async function present(
  world: IdentityWorld,
  person: Person,
  claims: readonly { shown: Shown; holder: PersonKey }[],
  changes: Partial<Presentation> = {},
): Promise<Sent> {
  const presentation = await presentationOf(person, changes);
  const bare = claims.map(({ shown }) => shown);
  const digest = await digestOf(world, presentation, bare);
  const shown = await Promise.all(
    claims.map(async ({ shown, holder }) => ({ ...shown, signature: await holder.sign(digest) })),
  );
  return { presentation, shown, signer: person.key.signer, signature: await person.key.sign(digest) };
}

/** Shows a claim as one of its parties, signed. */
export async function presentHeld(
  world: IdentityWorld,
  held: Held,
  showing: Showing = {},
  changes: Partial<Presentation> = {},
): Promise<Sent> {
  const own = held.parties[showing.party ?? 0]!;
  return present(world, own, [{ shown: await show(held, showing), holder: own.holder }], changes);
}

/** What the presentation is worth: status, index of the claim at fault, and that claim's status. */
export async function worthOf(
  { verifier }: IdentityWorld,
  { presentation, shown, signer, signature }: Sent,
): Promise<[status: bigint, index: bigint, claimStatus: bigint]> {
  const { status, index, claimStatus } = await verifier.presentationStatus(presentation, shown, signer, signature);
  return [status, index, claimStatus];
}

/** The same, with the one claim it shows changed after it was signed. */
export function changed(sent: Sent, changes: Partial<Shown>): Sent {
  return { ...sent, shown: sent.shown.map((shown) => ({ ...shown, ...changes })) };
}
