import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { hexlify, keccak256, randomBytes, toUtf8Bytes, type TypedDataField, TypedDataEncoder, ZeroHash } from "ethers";

import { IDENTITY, issueUnder, roleOf, SCHEMA } from "../../src/index.js";
import { AccountKey, P256Key, type PersonKey } from "../../src/identity/key.js";
import { domainOf, IDENTITY_TYPES, type SigningContract } from "../../src/identity/typed-data.js";
import type { IClaimRegistry } from "../../typechain/identity/ClaimRegistry.js";
import type { IIdentityRegistry } from "../../typechain/identity/IdentityRegistry.js";
import type { ISchemaRegistry } from "../../typechain/identity/ClaimRegistry.js";
import { CHINA, cities, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time, type World } from "../world.js";

type Signer = HardhatEthersSigner;

/** The cities, their registrars and issuers, and four schemas of China. */
export interface IdentityWorld extends World {
  /** (city, IDENTITY) of Shijiazhuang, of Hunan, and of the ancestors of Shijiazhuang. */
  registrar: Signer;
  hunanRegistrar: Signer;
  hebeiRegistrar: Signer;
  chinaRegistrar: Signer;
  /** (Shijiazhuang, issue under each schema). */
  issuer: Signer;
  /** (Hunan, issue under each schema). */
  hunanIssuer: Signer;
  /** Signs a struct for one of the contracts; gives the digest and the signature. */
  sign: (
    key: PersonKey | Signer,
    contract: SigningContract,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ) => Promise<string>;
  digest: (
    contract: SigningContract,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ) => Promise<string>;
  /** A phone's key, for the suite's verifier. */
  newPhone: () => P256Key;
}

/** Numbers of the schemas of the fixture: one party; two parties and both accept; provider's consent; validity of at most a year. */
export const RESIDENT = 1n;
export const MARRIAGE = 2n;
export const TAX = 3n;
export const LICENCE = 4n;
export const SCHEMAS = [RESIDENT, MARRIAGE, TAX, LICENCE];
export const YEAR = 365 * 24 * 3600;
export const LATER = 4_000_000_000; // a deadline that never comes

export const Acceptance = { None: 0, First: 1, Second: 2, Both: 3 } as const;
export const Kind = { None: 0, Natural: 1, Legal: 2 } as const;

export function word(): string {
  return hexlify(randomBytes(32));
}

export function newKey(): AccountKey {
  return new AccountKey(randomBytes(32));
}

export function schemaTerms(
  changes: Partial<ISchemaRegistry.SchemaTermsStruct> = {},
): ISchemaRegistry.SchemaTermsStruct {
  return {
    city: CHINA,
    name: "resident",
    parties: 1,
    acceptance: Acceptance.None,
    providerConsent: false,
    maxValidity: 0,
    content: keccak256(toUtf8Bytes("{}")),
    fields: [{ name: "name", valueType: "string" }],
    ...changes,
  };
}

export async function identityWorld(): Promise<IdentityWorld> {
  const world = await loadFixture(cities);
  const { manager, claims, china, hebei, hunan, shijiazhuang, p256 } = world;
  const [registrar, hunanRegistrar, hebeiRegistrar, chinaRegistrar, issuer, hunanIssuer, ...others] = world.others as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    ...Signer[],
  ];
  const grant = async (by: Signer, city: bigint, capability: number, to: Signer) =>
    manager.connect(by).grantRole(roleOf(city, capability), to, 0);
  await grant(shijiazhuang, SHIJIAZHUANG, IDENTITY, registrar);
  await grant(hunan, HUNAN, IDENTITY, hunanRegistrar);
  await grant(hebei, HEBEI, IDENTITY, hebeiRegistrar);
  await grant(china, CHINA, IDENTITY, chinaRegistrar);
  await grant(china, CHINA, SCHEMA, china);
  for (const terms of [
    schemaTerms(),
    schemaTerms({ name: "marriage", parties: 2, acceptance: Acceptance.Both }),
    schemaTerms({ name: "tax", providerConsent: true }),
    schemaTerms({ name: "licence", maxValidity: YEAR }),
  ]) {
    await claims.connect(china).createSchema(terms);
  }
  for (const schema of SCHEMAS) {
    await grant(shijiazhuang, SHIJIAZHUANG, issueUnder(Number(schema)), issuer);
    await grant(hunan, HUNAN, issueUnder(Number(schema)), hunanIssuer);
  }
  const contracts = { ...world, chainId: (await world.registry.runner!.provider!.getNetwork()).chainId };
  const verifier = await p256.getAddress();
  return {
    ...world,
    registrar,
    hunanRegistrar,
    hebeiRegistrar,
    chinaRegistrar,
    issuer,
    hunanIssuer,
    others,
    sign: async (key, contract, types, value) => {
      const domain = await domainOf(contracts, contract);
      if ("signTypedData" in key) return key.signTypedData(domain, types, value);
      return key.sign(TypedDataEncoder.hash(domain, types, value));
    },
    digest: async (contract, types, value) => TypedDataEncoder.hash(await domainOf(contracts, contract), types, value),
    newPhone: () => new P256Key(randomBytes(32), verifier),
  };
}

/** The registration of a natural person in Shijiazhuang. */
export function identityOf(
  key: PersonKey,
  changes: Partial<IIdentityRegistry.IdentityStruct> = {},
): IIdentityRegistry.IdentityStruct {
  return {
    kind: Kind.Natural,
    city: SHIJIAZHUANG,
    tagVersion: 1,
    tags: [word()],
    code: ZeroHash,
    signer: key.signer,
    guardian: ZeroHash,
    guardianUntil: 0,
    deadline: LATER,
    ...changes,
  };
}

/** Registers a person, and gives their id. */
export async function register(
  world: IdentityWorld,
  key: PersonKey,
  changes: Partial<IIdentityRegistry.IdentityStruct> = {},
  by = world.registrar,
): Promise<string> {
  const identity = identityOf(key, changes);
  const signature = await world.sign(key, "identities", IDENTITY_TYPES, identity);
  await world.identities.connect(by).register(identity, signature);
  return world.identities.idOf(identity);
}

/** What claims of Shijiazhuang share, valid from an hour ago for a year. */
export async function termsOf(
  schema: bigint = RESIDENT,
  changes: Partial<IClaimRegistry.TermsStruct> = {},
): Promise<IClaimRegistry.TermsStruct> {
  const now = await time.latest();
  return { city: SHIJIAZHUANG, schema, validFrom: now - 3600, validUntil: now - 3600 + YEAR, ...changes };
}

/** The content of a claim that nobody can open. */
export function contentOf(changes: Partial<IClaimRegistry.ContentStruct> = {}): IClaimRegistry.ContentStruct {
  return { root: word(), subject: word(), holder: word(), ...changes };
}
