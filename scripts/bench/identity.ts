import { type ContractTransactionResponse, ZeroAddress, ZeroHash } from "ethers";

import { holderCommitment, textCommitment } from "../../src/identity/commitment.js";
import type { PersonKey } from "../../src/identity/key.js";
import {
  CONSENT_TYPES,
  IDENTITY_TYPES,
  ISSUE_ORDER_TYPES,
  RECOVERY_TYPES,
  ROTATION_TYPES,
} from "../../src/identity/typed-data.js";
import { issueUnder } from "../../src/index.js";
import type { ClaimStruct, IClaimRegistry } from "../../typechain/identity/ClaimRegistry.js";
import type { IConsentRegistry } from "../../typechain/identity/ConsentRegistry.js";
import {
  contentOf,
  FROM,
  identityOf,
  identityWorld,
  type IdentityWorld,
  LICENCE,
  registrationOf,
  schemaOf,
  TERMS,
  UNTIL,
  word,
} from "./identity-world.js";
import type { Traces } from "./meter.js";
import { ENTERPRISE, LATER, loadFixture, meter } from "./world.js";

/** An act to measure; each in `identityWorld`, whatever was measured before. */
interface IdentityAct {
  id: string;
  what: string;
  before?: (world: IdentityWorld) => Promise<unknown>;
  act: (world: IdentityWorld) => Promise<ContractTransactionResponse>;
  traces: (world: IdentityWorld) => Traces;
}

type Sent = Promise<ContractTransactionResponse>;
type Emitter = "identities" | "claims" | "consents";

const emits =
  (contract: Emitter, event: string, creates: boolean, more: Partial<Traces> = {}) =>
  (world: IdentityWorld): Traces => ({ emits: [world[contract], event], creates, ...more });

// ---------------------------------------------------------------------------------------------------------------- identities

export const register = async (world: IdentityWorld, key: PersonKey): Sent =>
  world.identities.connect(world.registrar).register(...(await registrationOf(world, "resident", key)));
const registerResident = (world: IdentityWorld) => register(world, world.person("resident"));
const residentId = (world: IdentityWorld) =>
  world.digest("identities", IDENTITY_TYPES, identityOf("resident", world.person("resident")));

async function rotate(world: IdentityWorld): Promise<ContractTransactionResponse> {
  const [old, fresh] = [world.person("resident"), world.person("resident, later")];
  const identity = await residentId(world);
  const order = { identity, newSigner: fresh.signer, changes: 0, deadline: LATER };
  const newSignature = await world.sign(fresh, "identities", ROTATION_TYPES, order);
  const signature = await world.sign(old, "identities", ROTATION_TYPES, order);
  const signed = { signer: old.signer, deadline: LATER, signature };
  return world.identities.connect(world.relayer).rotate(identity, fresh.signer, newSignature, signed);
}

async function proposeRecovery(world: IdentityWorld): Promise<ContractTransactionResponse> {
  const fresh = world.person("resident, later");
  const identity = await residentId(world);
  const control = { signer: fresh.signer, guardian: ZeroHash, guardianUntil: 0 };
  const order = {
    identity,
    newSigner: fresh.signer,
    changes: 0,
    deadline: LATER,
    guardian: ZeroHash,
    guardianUntil: 0,
  };
  const signature = await world.sign(fresh, "identities", RECOVERY_TYPES, order);
  const proposal = { control, evidence: word("evidence"), deadline: LATER, signature };
  return world.identities.connect(world.registrar).proposeRecovery(identity, proposal, []);
}

const identityActs: IdentityAct[] = [
  {
    id: "identity.register.one",
    what: "`register`: a resident with an account's signature",
    act: registerResident,
    traces: emits("identities", "IdentityRegistered", true),
  },
  {
    id: "identity.register.p256",
    what: "`register`: a resident with the P-256 signature of a phone",
    act: (world) => register(world, world.phone("resident")),
    traces: emits("identities", "IdentityRegistered", true),
  },
  {
    id: "identity.rotate.one",
    what: "`rotate`: to another account's key; both sign",
    before: registerResident,
    act: rotate,
    traces: emits("identities", "KeyRotated", false),
  },
  {
    id: "identity.recovery.propose",
    what: "`proposeRecovery`: of a lost key, by the registrar; the new key signs",
    before: registerResident,
    act: proposeRecovery,
    traces: emits("identities", "RecoveryProposed", true),
  },
];

// -------------------------------------------------------------------------------------------------------------------- claims

export const CLAIM = "licence";
const BATCH_SERIAL = 1;
export const ANCHORED = 100_000;
export const POSITION = 77_777;

export const issue = ({ claims, issuer }: IdentityWorld): Sent => claims.connect(issuer).issue(TERMS, contentOf(CLAIM));
export const anchor = ({ claims, issuer }: IdentityWorld, root = word("batch")): Sent =>
  claims.connect(issuer).anchor({ ...TERMS, serial: BATCH_SERIAL, count: ANCHORED, root });
const contents = (count: number): IClaimRegistry.ContentStruct[] =>
  Array.from({ length: count }, (_, i) => contentOf(`${CLAIM} ${i}`));

/** The claim with this content, alone or at its place in the batch. */
export function claimOf(
  { issuer }: IdentityWorld,
  content: IClaimRegistry.ContentStruct,
  position?: number,
): ClaimStruct {
  const place = position === undefined ? { serial: 0, position: 0 } : { serial: BATCH_SERIAL, position };
  return { issuer: issuer.address, ...TERMS, ...place, ...content };
}

async function relay(world: IdentityWorld): Promise<ContractTransactionResponse> {
  const { claims, issuer, relayer } = world;
  const content = contentOf(CLAIM);
  const id = await claims.idOf(claimOf(world, content));
  const domain = {
    name: "Civitas ClaimRegistry",
    version: "1",
    chainId: 31337,
    verifyingContract: await claims.getAddress(),
  };
  const signature = await issuer.signTypedData(domain, ISSUE_ORDER_TYPES, { claims: [id], deadline: LATER });
  return claims.connect(relayer).relay(TERMS, [content], { issuer, deadline: LATER, signature });
}

async function revokeAt(world: IdentityWorld, position: number): Promise<ContractTransactionResponse> {
  const { claims, issuer } = world;
  return claims.connect(issuer).revokeAt(await claims.batchOf(issuer, BATCH_SERIAL), [position], 1, []);
}

const issueOne: IdentityAct = {
  id: "claim.issue.one",
  what: "`issue`: a claim",
  act: issue,
  traces: emits("claims", "ClaimIssued", true),
};

const claimActs: IdentityAct[] = [
  issueOne,
  {
    id: "claim.issue.each-of-50",
    what: "`issueMany`: 50 claims of one city, schema and validity",
    act: ({ claims, issuer }) => claims.connect(issuer).issueMany(TERMS, contents(50)),
    traces: emits("claims", "ClaimIssued", true, { records: 50 }),
  },
  {
    id: "claim.relay.one",
    what: "`relay`: a claim that the issuer signed off line",
    act: relay,
    traces: emits("claims", "ClaimIssued", true),
  },
  {
    id: "claim.anchor.each-of-100000",
    what: "`anchor`: 100,000 claims under one root",
    act: (world) => anchor(world),
    traces: emits("claims", "BatchAnchored", true, { records: ANCHORED, together: true }),
  },
  {
    id: "claim.revoke.one",
    what: "`revoke`: a claim, by its issuer",
    before: issue,
    act: async (world) => {
      const { claims, issuer } = world;
      return claims.connect(issuer).revoke([await claims.idOf(claimOf(world, contentOf(CLAIM)))], 1, []);
    },
    traces: emits("claims", "StandingChanged", false),
  },
  {
    id: "claim.revoke.position",
    what: "`revokeAt`: a claim in a batch, the first of the 128 that share a word",
    before: (world) => anchor(world),
    act: (world) => revokeAt(world, POSITION),
    traces: emits("claims", "PositionStandingChanged", true),
  },
  {
    id: "claim.revoke.next-position",
    what: "`revokeAt`: and another of the 128",
    before: async (world) => {
      await anchor(world);
      await revokeAt(world, POSITION);
    },
    act: (world) => revokeAt(world, POSITION + 1),
    traces: emits("claims", "PositionStandingChanged", false),
  },
  {
    id: "claim.supersede.one",
    what: "`supersede`: a claim by a new one, in one act",
    before: issue,
    act: async (world) => {
      const { claims, issuer } = world;
      const id = await claims.idOf(claimOf(world, contentOf(CLAIM)));
      return claims.connect(issuer).supersede(id, TERMS, contentOf("renewed licence"), []);
    },
    traces: emits("claims", "ClaimIssued", true),
  },
];

// ------------------------------------------------------------------------------------------------------------------ consents

export const HOLDER_SALT = word("salt of the holder");
const PURPOSE = textCommitment(word("salt of the purpose"), "an annual review");

function heldContent({ person }: IdentityWorld): IClaimRegistry.ContentStruct {
  return { ...contentOf(CLAIM), holder: holderCommitment(0, HOLDER_SALT, person("holder").signer) };
}

async function consentOf(world: IdentityWorld): Promise<[IConsentRegistry.ConsentStruct, string]> {
  const consent = {
    holder: world.person("holder").signer,
    claim: await world.claims.idOf(claimOf(world, heldContent(world))),
    schema: LICENCE,
    provider: 0,
    scope: textCommitment(word("salt of the scope"), "name, class"),
    purpose: PURPOSE,
    granteeCity: ENTERPRISE,
    granteeCapability: issueUnder(LICENCE),
    grantee: ZeroAddress,
    validFrom: FROM,
    validUntil: UNTIL,
    uses: 12,
    deadline: LATER,
  };
  return [consent, await world.sign(world.person("holder"), "consents", CONSENT_TYPES, consent)];
}

const giveConsent = async (world: IdentityWorld) =>
  world.consents.connect(world.relayer).give(...(await consentOf(world)));

const consentActs: IdentityAct[] = [
  {
    id: "consent.give.one",
    what: "`give`: a consent that the holder of a claim signed",
    act: giveConsent,
    traces: emits("consents", "ConsentGiven", true),
  },
  {
    id: "consent.use.one",
    what: "`use`: of a consent, by an officer of the department it names; the claim is checked",
    before: async (world) => {
      await world.claims.connect(world.issuer).issue(TERMS, heldContent(world));
      await giveConsent(world);
    },
    act: async (world) => {
      const used = {
        claim: claimOf(world, heldContent(world)),
        path: [],
        holderSalt: HOLDER_SALT,
        party: 0,
        otherHolder: ZeroHash,
      };
      const [consent] = await consentOf(world);
      return world.consents.connect(world.issuer).use(consent, used, PURPOSE, word("file"));
    },
    traces: emits("consents", "ConsentUsed", false),
  },
];

// -------------------------------------------------------------------------------------------------------------------- growth

/** What must cost the same however many claims and schemas there are. */
export const identityPairs = [{ few: "claim.issue.one", many: "claim.issue.of-500" }];

async function measureIssueAmongMany(): Promise<void> {
  const world = await loadFixture(identityWorld);
  const { claims, china, issuer } = world;
  for (let i = 1; i < 50; i++) await claims.connect(china).createSchema(schemaOf(`other ${i}`));
  for (let i = 0; i < 10; i++) {
    await claims.connect(issuer).issueMany(TERMS, contents(500).slice(50 * i, 50 * (i + 1)));
  }
  const issued = (await claims.queryFilter(claims.filters.ClaimIssued())).length;
  const schemas = Number(await claims.schemaCount());
  if (issued !== 500 || schemas !== 50) throw new Error(`there are ${issued} claims and ${schemas} schemas`);
  const what = "`issue`: the same, with 500 claims and 50 schemas before it";
  await meter.act("claim.issue.of-500", what, issue(world), issueOne.traces(world));
}

/** Every act of identities, claims and consents. */
export async function measureIdentityActs(): Promise<void> {
  for (const { id, what, before, act, traces } of [...identityActs, ...claimActs])
    await measureOne(id, what, act, traces, before);
  await measureIssueAmongMany();
  for (const { id, what, before, act, traces } of consentActs) await measureOne(id, what, act, traces, before);
}

async function measureOne(
  id: string,
  what: string,
  act: IdentityAct["act"],
  traces: IdentityAct["traces"],
  before?: IdentityAct["before"],
): Promise<void> {
  const world = await loadFixture(identityWorld);
  await before?.(world);
  await meter.act(id, what, act(world), traces(world));
}
