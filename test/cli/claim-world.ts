/** An office that issues claims: a schema of China, an officer of Shijiazhuang, and tables of residents. */
import { readFileSync, writeFileSync } from "node:fs";

import { hexlify, randomBytes } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { IDENTITY, issueUnder, roleOf, SCHEMA } from "../../src/index.js";
import type { ClaimDocument } from "../../src/identity/document.js";
import type { ClaimRequest } from "../../src/identity/prepare.js";
import { AccountKey } from "../../src/identity/key.js";
import { identityId, prepareRegistration, registerIdentity } from "../../src/identity/identity.js";
import { createSchema } from "../../src/identity/schema.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { LocalTagService, newTagKey } from "../../src/identity/tag.js";
import { makeWorld, type World } from "../client/world.js";

/** The officer's number among the accounts of `hardhat node`. */
export const OFFICER = 6;

export interface Office extends World {
  schema: number;
  /** Somebody registered. */
  person: { identity: string; key: AccountKey };
  /** Ids of all claims that were issued, as often as they were. */
  issued: () => Promise<string[]>;
}

export async function makeOffice(connection: NetworkConnection): Promise<Office> {
  const world = await makeWorld(connection);
  const { manager, client, ids, claims } = world;
  const { china, shijiazhuang, stranger: officer } = world.accounts;
  await manager.connect(china).grantRole(roleOf(ids.china, SCHEMA), china, 0);
  const schema = await createSchema(client, china, READY_SCHEMAS.resident, ids.china);
  for (const capability of [IDENTITY, issueUnder(schema)]) {
    await manager.connect(shijiazhuang).grantRole(roleOf(ids.shijiazhuang, capability), officer, 0);
  }
  const key = new AccountKey(randomBytes(32));
  const { registration } = await prepareRegistration(client, new LocalTagService([newTagKey(1)]), {
    kind: "Natural",
    city: Number(ids.shijiazhuang),
    number: "440604197501010015",
    signer: key.signer,
    deadline: new Date("2100-01-01T00:00:00Z"),
  });
  const signature = key.sign(await identityId(client, registration));
  const identity = await registerIdentity(client, officer, registration, signature);
  const issued = async () => (await claims.queryFilter(claims.filters.ClaimIssued())).map(({ args }) => args.claim);
  return { ...world, schema, person: { identity, key }, issued };
}

export const HEADER = [
  ...["name", "sex", "birthDate", "residentNumber", "address", "since"],
  ...["holder.identity", "holder.holder", "holder.subjectSalt", "holder.holderSalt"],
].join(",");

/** A row of a resident; of somebody, unless a wallet's request is given. */
export function resident(number: number, request: ClaimRequest = {}): string {
  const identity = request.identity ?? hexlify(randomBytes(32));
  const holder = request.holder ?? hexlify(randomBytes(20));
  const { subjectSalt = "", holderSalt = "" } = request;
  const values = [`王 ${number}`, "男", "1990-02-28", "130102199002280011", "石家庄市长安区", "2001-09-01"];
  return [...values, identity, holder, subjectSalt, holderSalt].join(",");
}

/** Writes a table of rows, or of so many residents. */
export function table(file: string, rows: readonly string[] | number): string {
  const lines = typeof rows === "number" ? Array.from({ length: rows }, (_, i) => resident(i)) : rows;
  writeFileSync(file, [HEADER, ...lines, ""].join("\n"));
  return file;
}

export function documentAt(file: string): ClaimDocument {
  return JSON.parse(readFileSync(file, "utf8")) as ClaimDocument;
}
