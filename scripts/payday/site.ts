/** A city that builds: its offices, its bank, and companies. Found where it is there already. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { getBytes, type TransactionRequest } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite } from "../../rocketh/suite.js";
import { INSPECTION_SCHEMA } from "../../src/escrow/evidence.js";
import { findIdentity, prepareRegistration, registerIdentity, signRegistration } from "../../src/identity/identity.js";
import { AccountKey } from "../../src/identity/key.js";
import { setOperator, signOperator } from "../../src/identity/order.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { LocalTagService } from "../../src/identity/tag.js";
import { BANKING, connect, IDENTITY, issueUnder, LABOUR, roleOf, SCHEMA } from "../../src/index.js";
import { schemaFor } from "../common/schema.js";
import { openTown } from "../common/town.js";
import type { Chain } from "./chain.js";
import { secretOf } from "./plan.js";

/** A company with a seat in projects. */
export interface Company {
  id: string;
  name: string;
  key: AccountKey;
}

export interface Site extends Chain {
  seed: string;
  /** Number of the city. */
  city: number;
  /** Numbers of the schemas. */
  employment: number;
  inspection: number;
  tags: LocalTagService;
  registrar: HardhatEthersSigner;
  labour: HardhatEthersSigner;
  bank: HardhatEthersSigner;
  /** Puts the money in. */
  client: HardhatEthersSigner;
  /** Acts for all contractors. */
  builder: HardhatEthersSigner;
  /** Sends what others have signed, and pushes wages. */
  relay: HardhatEthersSigner;
  owner: Company;
  supervisor: Company;
  arbiter: Company;
}

/** No order of a synthetic person ends. */
export const NEVER = new Date("2100-01-01T00:00:00Z");
/** The characters of social credit codes. */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const ORGANISATION = 9;
/** More than 500 rows take, and less than a block has. */
const GAS_LIMIT = 60_000_000n;

/** Each seed has companies of its own, and so projects of its own. */
export async function openSite(connection: NetworkConnection, seed: string): Promise<Site> {
  const suite = await deploySuite(connection);
  const { country, city, controller, others, grant } = await openTown(suite);
  const [registrar, labour, bank, client, builder, relay] = others.map(generous);
  if (!registrar || !labour || !bank || !client || !builder || !relay) {
    throw new Error("the network has too few accounts: nine are needed");
  }
  await grant(country, SCHEMA, controller);
  const employment = await schemaFor(suite, controller, country, READY_SCHEMAS.employment);
  const inspection = await schemaFor(suite, controller, country, INSPECTION_SCHEMA);
  await grant(city, IDENTITY, registrar);
  await grant(city, LABOUR, labour);
  await grant(city, issueUnder(employment), labour);
  if (!(await suite.manager.holds(bank, 0, BANKING))) {
    await (await suite.manager.grantRole(roleOf(0, BANKING), bank, 0)).wait();
  }
  const site = {
    ...{ connection, civitas: await connect({ directory: await suite.directory.getAddress(), runner: relay }) },
    ...{ seed, city: Number(city), employment, inspection },
    tags: new LocalTagService([{ version: 1, key: secretOf(seed, "key of tags") }]),
    ...{ registrar, labour, bank, client, builder, relay },
  };
  return {
    ...site,
    owner: await companyOf(site, "Synthetic School Office"),
    supervisor: await companyOf(site, "Synthetic Supervision"),
    arbiter: await companyOf(site, "Synthetic Arbitration"),
  };
}

/** Sends with a limit that is enough for all: a trial node that is asked for one runs each act many times over, and takes most of the time for it. */
function generous(signer: HardhatEthersSigner): HardhatEthersSigner {
  const send = signer.sendTransaction.bind(signer);
  return Object.assign(signer, {
    estimateGas: () => Promise.resolve(GAS_LIMIT),
    sendTransaction: async (request: TransactionRequest) => send({ gasLimit: GAS_LIMIT, ...request }),
  });
}

type Registering = Pick<Site, "civitas" | "seed" | "city" | "tags" | "registrar" | "relay">;

/** A legal person of the city. @param operator Acts for it. */
export async function companyOf(site: Registering, name: string, operator?: HardhatEthersSigner): Promise<Company> {
  const { civitas, seed, city, tags, registrar, relay } = site;
  const key = new AccountKey(secretOf(seed, `key of ${name}`));
  const company = { kind: "Legal", number: codeOf(seed, name) } as const;
  let id = await findIdentity(civitas, tags, company);
  if (id === null) {
    const person = { ...company, city, signer: key.signer, override: true, deadline: NEVER };
    const { registration } = await prepareRegistration(civitas, tags, person);
    const signature = await signRegistration(civitas, registration, key);
    id = await registerIdentity(civitas, registrar, registration, signature);
  }
  if (operator !== undefined && !(await civitas.identities.isOperator(id, operator))) {
    const order = await signOperator(civitas, id, key, operator.address, true, NEVER);
    await setOperator(civitas, relay, order);
  }
  return { id, name, key };
}

/** A social credit code of nobody. */
function codeOf(seed: string, name: string): string {
  const bytes = getBytes(secretOf(seed, `code of ${name}`)).subarray(0, ORGANISATION + 1);
  return `91990000${Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("")}`;
}
