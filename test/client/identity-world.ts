import { hexlify, randomBytes } from "ethers";

import { type Contracts, issueUnder, roleOf } from "../../src/index.js";
import { dateOf } from "../../src/common/time.js";
import { newSalt } from "../../src/identity/commitment.js";
import type { ClaimDocument } from "../../src/identity/document.js";
import { issueClaims } from "../../src/identity/issue.js";
import { type ClaimDraft, type ClaimRequest, prepareClaim } from "../../src/identity/prepare.js";
import { AccountKey, type PersonKey } from "../../src/identity/key.js";
import { createSchema } from "../../src/identity/schema.js";
import { READY_SCHEMAS, type ReadySchemaName } from "../../src/identity/schemas/index.js";
import { identityWorld, type IdentityWorld, register, YEAR } from "../identity/world.js";
import { CHINA, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";

/** The identity world with the ready schemas made by China, and an issuer entitled to all of them in Shijiazhuang and Hunan. */
export interface Office extends IdentityWorld {
  contracts: Contracts;
  schemas: Record<ReadySchemaName, number>;
}

/** A person with an identity, and the key of it. */
export interface Person {
  identity: string;
  key: PersonKey;
}

export async function office(): Promise<Office> {
  const world = await loadFixture(identityWorld);
  const { manager, registry, china, shijiazhuang, hunan, issuer, hunanIssuer } = world;
  const provider = registry.runner!.provider!;
  const { chainId } = await provider.getNetwork();
  const contracts: Contracts = { ...world, provider, chainId, access: manager, cities: registry };
  const schemas = {} as Record<ReadySchemaName, number>;
  for (const [name, definition] of Object.entries(READY_SCHEMAS)) {
    const schema = await createSchema(contracts, china, definition, CHINA);
    schemas[name as ReadySchemaName] = schema;
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, issueUnder(schema)), issuer, 0);
    await manager.connect(hunan).grantRole(roleOf(HUNAN, issueUnder(schema)), hunanIssuer, 0);
  }
  return { ...world, contracts, schemas };
}

/** Values that fit the ready schemas. */
export const VALUES: Record<ReadySchemaName, Record<string, string>> = {
  resident: {
    name: "王小明",
    sex: "男",
    birthDate: "1990-02-28",
    residentNumber: "130102199002280011",
    address: "石家庄市长安区中山东路1号",
    since: "2001-09-01",
  },
  birth: {
    childName: "王小明",
    birthDate: "1990-02-28",
    birthPlace: "石家庄市",
    parentName: "李芳",
    relation: "mother",
    certificateNumber: "H130000001",
  },
  marriage: {
    firstName: "王小明",
    secondName: "赵敏",
    marriageDate: "2016-05-20",
    certificateNumber: "J130102-2016-000001",
  },
  "driving-licence": {
    name: "王小明",
    birthDate: "1990-02-28",
    licenceNumber: "130102199002280011",
    classes: "C1",
    firstIssued: "2012-07-01",
  },
  "business-licence": {
    name: "石家庄某某有限公司",
    code: "91350100M000100Y43",
    legalForm: "有限责任公司",
    representative: "王小明",
    established: "2015-01-05",
    capital: "1000000.00",
    scope: "软件开发",
    address: "石家庄市长安区",
  },
  "tax-clearance": {
    name: "王小明",
    taxNumber: "130102199002280011",
    asOf: "2026-01-31",
    noArrears: "true",
    bureau: "石家庄市税务局",
  },
  employment: {
    employeeName: "王小明",
    employerName: "石家庄某某有限公司",
    contractNumber: "2020-17",
    position: "钢筋工",
    from: "2020-03-01",
  },
  tenancy: { address: "石家庄市长安区", monthlyRent: "1800.00", currency: "CNY", from: "2024-01-01" },
};

/** A draft of Shijiazhuang, valid from an hour ago for two months. */
export async function draftOf(
  world: Office,
  schema: ReadySchemaName,
  parties: ClaimRequest[],
  changes: Partial<ClaimDraft> = {},
): Promise<ClaimDraft> {
  const validFrom = (await time.latest()) - 3600;
  return {
    definition: READY_SCHEMAS[schema],
    schema: world.schemas[schema],
    city: SHIJIAZHUANG,
    values: VALUES[schema],
    parties,
    validFrom: dateOf(validFrom),
    validUntil: dateOf(validFrom + YEAR / 6),
    ...changes,
  };
}

/** A claim that is issued; a document for each party. */
export async function issued(
  world: Office,
  schema: ReadySchemaName,
  parties: ClaimRequest[],
  changes: Partial<ClaimDraft> = {},
): Promise<ClaimDocument[]> {
  const draft = await draftOf(world, schema, parties, changes);
  const { documents } = await prepareClaim(world.contracts, world.issuer.address, draft);
  await issueClaims(world.contracts, world.issuer, documents.slice(0, 1));
  return documents;
}

/** A key for one claim, and what the office is told of it. */
export function newHolder(identity?: string): { key: AccountKey; request: ClaimRequest } {
  const key = new AccountKey(randomBytes(32));
  return {
    key,
    request: { ...(identity === undefined ? {} : { identity }), holder: key.signer, holderSalt: newSalt() },
  };
}

/** A person registered in Shijiazhuang, with the key of an account: quicker than a phone's. */
export async function newPerson(
  world: IdentityWorld,
  key: PersonKey = new AccountKey(randomBytes(32)),
): Promise<Person> {
  return { key, identity: await register(world, key) };
}

/** JSON as it comes back from a file. */
export function copyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

export function randomWord(): string {
  return hexlify(randomBytes(32));
}

/** The error of one type that something is refused with. */
export async function caught<Type extends Error>(
  type: abstract new (...args: never[]) => Type,
  act: () => unknown,
): Promise<Type> {
  try {
    await act();
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
