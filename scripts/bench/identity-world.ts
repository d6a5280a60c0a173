import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { id, type TypedDataField, TypedDataEncoder, ZeroHash } from "ethers";

import { AccountKey, P256Key, type PersonKey } from "../../src/identity/key.js";
import { domainOf, IDENTITY_TYPES, type SigningContract } from "../../src/identity/typed-data.js";
import { IDENTITY, issueUnder, roleOf, SCHEMA } from "../../src/index.js";
import type { IClaimRegistry, ISchemaRegistry } from "../../typechain/identity/ClaimRegistry.js";
import type { IIdentityRegistry } from "../../typechain/identity/IdentityRegistry.js";
import { CHINA, cities, connection, ENTERPRISE, LATER, loadFixture, type World } from "./world.js";

/** The world with those who register and issue for the enterprise's node, and a schema of China. */
export interface IdentityWorld extends World {
  registrar: HardhatEthersSigner;
  issuer: HardhatEthersSigner;
  /** Sends what others have signed. */
  relayer: HardhatEthersSigner;
  digest: (contract: SigningContract, types: Types, value: object) => Promise<string>;
  sign: (key: PersonKey, contract: SigningContract, types: Types, value: object) => Promise<string>;
  /** Everything is the same in each run: keys, salts and hashes follow from their names. */
  person: (name: string) => AccountKey;
  phone: (name: string) => P256Key;
}

type Types = Record<string, TypedDataField[]>;

/** The number of the schema: one party, at most ten years. */
export const LICENCE = 1;
/** Of claims: begin and end, UTC seconds. */
export const FROM = Date.parse("2026-01-01T00:00:00Z") / 1000;
export const UNTIL = Date.parse("2032-01-01T00:00:00Z") / 1000;

/** What the claims of the benchmark share. */
export const TERMS: IClaimRegistry.TermsStruct = {
  city: ENTERPRISE,
  schema: LICENCE,
  validFrom: FROM,
  validUntil: UNTIL,
};

/** 32 bytes for a name. */
export const word = (name: string): string => id(`civitas bench ${name}`);

export const contentOf = (name: string): IClaimRegistry.ContentStruct => ({
  root: word(`${name} root`),
  subject: word(`${name} subject`),
  holder: word(`${name} holder`),
});

export const schemaOf = (name: string): ISchemaRegistry.SchemaTermsStruct => ({
  city: CHINA,
  name,
  parties: 1,
  acceptance: 0,
  providerConsent: false,
  maxValidity: 10 * 366 * 24 * 3600,
  content: word(`schema ${name}`),
  fields: ["name", "number", "class", "issued"].map((field) => ({ name: field, valueType: "string" })),
});

/** The path of cities, with officers of the enterprise's node, which is under four ancestors. */
export async function identityWorld(): Promise<IdentityWorld> {
  const world = await loadFixture(cities);
  const { manager, claims, china, enterprise, p256 } = world;
  const [registrar, issuer, relayer] = world.others.slice(7);
  if (registrar === undefined || issuer === undefined || relayer === undefined) throw new Error("too few accounts");
  await manager.connect(china).grantRole(roleOf(CHINA, SCHEMA), china, 0);
  await claims.connect(china).createSchema(schemaOf("licence"));
  await manager.connect(enterprise).grantRole(roleOf(ENTERPRISE, IDENTITY), registrar, 0);
  await manager.connect(enterprise).grantRole(roleOf(ENTERPRISE, issueUnder(LICENCE)), issuer, 0);

  const { chainId } = await connection.ethers.provider.getNetwork();
  const verifier = await p256.getAddress();
  const digest: IdentityWorld["digest"] = async (contract, types, value) =>
    TypedDataEncoder.hash(await domainOf({ ...world, chainId }, contract), types, value);
  return {
    ...world,
    registrar,
    issuer,
    relayer,
    digest,
    sign: async (key, contract, types, value) => key.sign(await digest(contract, types, value)),
    person: (name) => new AccountKey(word(`key of ${name}`)),
    phone: (name) => new P256Key(word(`phone of ${name}`), verifier),
  };
}

/** A natural person's registration. */
export function identityOf(name: string, key: PersonKey): IIdentityRegistry.IdentityStruct {
  return {
    kind: 1,
    city: ENTERPRISE,
    tagVersion: 1,
    tags: [word(`tag of ${name}`)],
    code: ZeroHash,
    signer: key.signer,
    guardian: ZeroHash,
    guardianUntil: 0,
    deadline: LATER,
  };
}

/** What the act of registering takes. */
export async function registrationOf(
  world: IdentityWorld,
  name: string,
  key: PersonKey,
): Promise<[IIdentityRegistry.IdentityStruct, string]> {
  const identity = identityOf(name, key);
  return [identity, await world.sign(key, "identities", IDENTITY_TYPES, identity)];
}
