import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { concat, keccak256, ZeroAddress, ZeroHash } from "ethers";

import { IDENTITY } from "../../src/index.js";
import { holderCommitment, newSalt, pairCommitment, type PartyIndex } from "../../src/identity/commitment.js";
import type { PersonKey } from "../../src/identity/key.js";
import { CLAIM_TYPES, CONSENT_TYPES, WITHDRAWAL_TYPES } from "../../src/identity/typed-data.js";
import type { IClaimRegistry } from "../../typechain/identity/ClaimRegistry.js";
import type { IConsentRegistry } from "../../typechain/identity/ConsentRegistry.js";
import { HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import { contentOf, identityWorld, type IdentityWorld, LATER, newKey, RESIDENT, termsOf, word, YEAR } from "./world.js";

type Signer = HardhatEthersSigner;
export type Consent = IConsentRegistry.ConsentStruct;
export type UsedClaim = IConsentRegistry.UsedClaimStruct;

/** A claim with what its holder keeps of it. */
export interface HeldClaim extends UsedClaim {
  id: string;
}

/** A resident with a claim of Shijiazhuang, and a desk in Hunan, an officer with (Hunan, IDENTITY), who may be let use it. */
export interface ConsentWorld extends IdentityWorld {
  desk: Signer;
  key: PersonKey;
  held: HeldClaim;
  /** A consent for the desk, now and for a year, once; signed by nobody yet. */
  consent: Consent;
  signConsent: (key: PersonKey, consent: Consent) => Promise<string>;
  signWithdrawal: (key: PersonKey, consent: Consent) => Promise<string>;
  /** Signs a consent and sends it, as a stranger. */
  give: (key: PersonKey, consent: Consent) => ReturnType<IdentityWorld["consents"]["give"]>;
  /** Uses a consent for the purpose it names. */
  use: (consent: Consent, held: UsedClaim, by?: Signer) => ReturnType<IdentityWorld["consents"]["use"]>;
  /** What a consent is worth now. */
  status: (consent: Consent) => Promise<bigint>;
}

export const Status = {
  Unknown: 0n,
  NotYetValid: 1n,
  Active: 2n,
  AwaitingProvider: 3n,
  Expired: 4n,
  Exhausted: 5n,
  Withdrawn: 6n,
} as const;

/** As IClaimRegistry.ClaimStatus. */
export const ClaimStatus = {
  Unknown: 0n,
  NotYetValid: 1n,
  Suspended: 3n,
  Expired: 4n,
  Superseded: 5n,
  Revoked: 6n,
  Distrusted: 7n,
} as const;

export const FILE = keccak256("0xf11e");

export async function consentWorld(): Promise<ConsentWorld> {
  const world = await loadFixture(identityWorld);
  const { consents, sign, stranger, hunanRegistrar } = world;
  const key = newKey();
  const held = await issueTo(world, key);
  const signConsent = async (by: PersonKey, consent: Consent) => sign(by, "consents", CONSENT_TYPES, consent);
  return {
    ...world,
    desk: hunanRegistrar,
    key,
    held,
    consent: consentOf(key, held),
    signConsent,
    signWithdrawal: async (by, consent) =>
      sign(by, "consents", WITHDRAWAL_TYPES, { consent: await consents.idOf(consent) }),
    give: async (by, consent) => consents.connect(stranger).give(consent, await signConsent(by, consent)),
    use: async (consent, used, by = hunanRegistrar) => consents.connect(by).use(consent, used, consent.purpose, FILE),
    status: async (consent) => (await consents.statusOf(consent)).status,
  };
}

/** A consent to use one claim, for the desk in Hunan. */
export function consentOf(key: PersonKey, held: HeldClaim, changes: Partial<Consent> = {}): Consent {
  return {
    holder: key.signer,
    claim: held.id,
    schema: held.claim.schema,
    provider: 0,
    scope: word(),
    purpose: word(),
    granteeCity: HUNAN,
    granteeCapability: IDENTITY,
    grantee: ZeroAddress,
    validFrom: held.claim.validFrom,
    validUntil: Number(held.claim.validFrom) + YEAR,
    uses: 1,
    deadline: LATER,
    ...changes,
  };
}

/** Issues a claim of Shijiazhuang to a holder key; of a claim about two, to both. */
export async function issueTo(
  world: IdentityWorld,
  key: PersonKey,
  schema = RESIDENT,
  changes: Partial<IClaimRegistry.TermsStruct> = {},
): Promise<HeldClaim> {
  const holderSalt = newSalt();
  const terms = await termsOf(schema, changes);
  const content = contentOf({ holder: holderCommitment(0, holderSalt, key.signer) });
  await world.claims.connect(world.issuer).issue(terms, content);
  return heldOf(world, { ...terms, ...content }, { holderSalt });
}

/** Issues a claim about two, and gives what either holder keeps. */
export async function issueToTwo(
  world: IdentityWorld,
  first: PersonKey,
  second: PersonKey,
  schema: bigint,
): Promise<[HeldClaim, HeldClaim]> {
  const salts = [newSalt(), newSalt()] as const;
  const own = [holderCommitment(0, salts[0], first.signer), holderCommitment(1, salts[1], second.signer)] as const;
  const terms = await termsOf(schema);
  const content = contentOf({ holder: pairCommitment(...own) });
  await world.claims.connect(world.issuer).issue(terms, content);
  const claim = { ...terms, ...content };
  return [
    await heldOf(world, claim, { holderSalt: salts[0], party: 0, otherHolder: own[1] }),
    await heldOf(world, claim, { holderSalt: salts[1], party: 1, otherHolder: own[0] }),
  ];
}

/** Anchors a batch of two claims, each for a key. */
export async function anchorFor(
  world: IdentityWorld,
  first: PersonKey,
  second: PersonKey,
): Promise<[HeldClaim, HeldClaim]> {
  const terms = await termsOf();
  const claims = await Promise.all(
    [first, second].map(async (key, position) => {
      const holderSalt = newSalt();
      const content = contentOf({ holder: holderCommitment(0, holderSalt, key.signer) });
      return heldOf(world, { ...terms, ...content, serial: 1, position }, { holderSalt });
    }),
  );
  const [one, other] = claims as [HeldClaim, HeldClaim];
  one.path = [other.id];
  other.path = [one.id];
  const root = keccak256(concat([one.id, other.id].sort()));
  const { city, schema } = terms;
  await world.claims.connect(world.issuer).anchor({ city, schema, serial: 1, count: 2, root });
  return [one, other];
}

async function heldOf(
  world: IdentityWorld,
  fields: IClaimRegistry.TermsStruct & IClaimRegistry.ContentStruct & { serial?: number; position?: number },
  secrets: { holderSalt: string; party?: PartyIndex; otherHolder?: string },
): Promise<HeldClaim> {
  const claim = { issuer: world.issuer.address, serial: 0, position: 0, ...fields, city: SHIJIAZHUANG };
  const id = await world.digest("claims", CLAIM_TYPES, claim);
  return { id, claim, path: [], party: 0, otherHolder: ZeroHash, ...secrets };
}
