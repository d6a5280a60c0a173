/** For the tests of services that import this package: the suite with cities and people, on a chain in process. */
import type { Eip1193Provider, Signer } from "ethers";

import { IDENTITY, issueUnder, PAYMENT, roleOf, SCHEMA, TAX } from "../access/capability.js";
import type { FreeWallet } from "../chain/free-wallet.js";
import { encodeCityCode } from "../city/code.js";
import { schemeOf } from "../city/scheme.js";
import { type Civitas, connect } from "../client.js";
import { mined } from "../common/mined.js";
import { prepareRegistration, registerIdentity, signRegistration } from "../identity/identity.js";
import { issueClaims } from "../identity/issue.js";
import { prepareClaim } from "../identity/prepare.js";
import type { AccountKey } from "../identity/key.js";
import { setOperator, signOperator } from "../identity/order.js";
import { chainTime } from "../identity/presence.js";
import { createSchema } from "../identity/schema.js";
import { READY_SCHEMAS } from "../identity/schemas/index.js";
import { LocalTagService, newTagKey, type PersonKind, type TagService } from "../identity/tag.js";
import { Wallet } from "../identity/wallet.js";
import { admitTaxpayer, nameIssuingOperator, openBureau, setQuota } from "../invoice/taxpayer.js";
import { newAccount, openChain } from "./chain.js";
import { deploySuite } from "./deployment.js";

/** The cities of a test town: code, name, and the city that allocates it. */
const CITIES = {
  china: ["MA.156", "中国", null],
  hebei: ["MA.156.13", "河北省", "china"],
  shijiazhuang: ["MA.156.1301", "石家庄市", "hebei"],
  hunan: ["MA.156.43", "湖南省", "china"],
  changsha: ["MA.156.4301", "长沙市", "hunan"],
} as const;
const CHINA_SCHEME = schemeOf([2, 4, 6]);
const CHINA_TIME = 480; // minutes from UTC
const DAY = 24 * 3600;
/** 1,000,000.00 yuan a month, without tax. */
const QUOTA = 100_000_000n;

export type TestCity = keyof typeof CITIES;

/** A person of Shijiazhuang with an identity, whose key the wallet has as `identityKey()`. */
export interface TestPerson {
  /** The identity's id. */
  identity: string;
  key: AccountKey;
  wallet: Wallet;
}

/** Who is there. The controller of each city has the city's name; the officers are Shijiazhuang's. */
export interface TestPeople extends Record<TestCity, Signer> {
  /** Administers the network. */
  administrator: Signer;
  /** (Shijiazhuang, IDENTITY) */
  registrar: Signer;
  /** (Shijiazhuang, issue under the schema of residents) */
  issuer: Signer;
  /** (Shijiazhuang, TAX) */
  taxBureau: Signer;
  /** (Shijiazhuang, PAYMENT) */
  paymentProvider: Signer;
  /** Holds no role. */
  stranger: Signer;
  /** A natural person. The wallet has the document of a claim that they are a resident. */
  resident: TestPerson & { claim: string };
  /** A company that may issue invoices, 1,000,000.00 yuan a month. `operator` issues for it. */
  taxpayer: TestPerson & { operator: Signer };
}

/** The suite, deployed and handed over, with cities and people. */
export interface TestTown {
  /** A client that reads. Acts take one of the people, or `civitas.cities.connect(somebody)`. */
  civitas: Civitas;
  /** Address of the directory, for another `connect`. */
  directory: string;
  /** Numbers of the cities. */
  cities: Record<TestCity, bigint>;
  people: TestPeople;
  /** Numbers of the schemas of claims, which China has made. */
  schemas: { resident: number };
  /** Makes the tags of persons' numbers; registrars of the town ask this one. */
  tagService: TagService;
  /** A new account that holds nothing. */
  newAccount: () => Signer;
  /** Let time pass on the chain. @throws Error on a chain that keeps its own time. */
  advance: (seconds: number) => Promise<void>;
  /** Ends the chain in process. */
  close: () => Promise<void>;
}

export interface TestTownOptions {
  /** Another chain (EIP-1193) on which gas is free; without one, Hardhat's in process, which needs the package `hardhat`. */
  provider?: Eip1193Provider;
}

/**
 * A town of its own: what is done in one is in no other, also on the same chain. Close it when the tests are over.
 * @throws Error if no provider is given, and there is no Hardhat.
 */
export async function openTestTown(options: TestTownOptions = {}): Promise<TestTown> {
  const chain = await openChain(options.provider);
  try {
    return await settle(chain);
  } catch (error) {
    await chain.close();
    throw error;
  }
}

// ------------------------------------------------------------------------------------------------------------- internal

async function settle({ provider, close }: Awaited<ReturnType<typeof openChain>>): Promise<TestTown> {
  const account = () => newAccount(provider);
  const administrator = account();
  const directory = await deploySuite(account(), administrator.address);
  const civitas = await connect({ directory, runner: provider });
  const tagService = new LocalTagService([newTagKey(1)]);
  const controllers = {
    ...{ china: account(), hebei: account(), shijiazhuang: account() },
    ...{ hunan: account(), changsha: account() },
  };
  const cities = await found(civitas, administrator, controllers);
  const officers = {
    ...{ registrar: account(), issuer: account(), taxBureau: account(), paymentProvider: account() },
  };
  const resident = await appoint(civitas, cities, controllers, officers);
  const town = { civitas, cities, tagService, ...officers };
  const people = {
    ...controllers,
    ...officers,
    ...{ administrator, stranger: account() },
    resident: await newResident(town, resident),
    taxpayer: await newTaxpayer(town, account()),
  };
  return {
    ...{ civitas, directory, cities, people, schemas: { resident }, tagService, newAccount: account, close },
    advance: async (seconds) => {
      try {
        await provider.send("evm_increaseTime", [seconds]);
        await provider.send("evm_mine", []);
      } catch (cause) {
        throw new Error("this chain keeps its own time; take the one in process to let time pass", { cause });
      }
    },
  };
}

async function found(
  { cities: registry }: Civitas,
  administrator: Signer,
  controllers: Record<TestCity, Signer>,
): Promise<Record<TestCity, bigint>> {
  const ids = new Map<string, bigint>();
  for (const [city, [text, name, parent]] of Object.entries(CITIES) as [TestCity, (typeof CITIES)[TestCity]][]) {
    const [code, controller] = [encodeCityCode(text), controllers[city]];
    if (parent === null) {
      await mined(registry.connect(administrator).admitCountry(code, name, CHINA_SCHEME, controller, 0));
    } else {
      const by = registry.connect(controllers[parent]);
      await mined(by.allocate(ids.get(parent) ?? 0n, { code, name, controller }, []));
    }
    ids.set(city, await registry.cityCount());
  }
  return Object.fromEntries(ids) as Record<TestCity, bigint>;
}

type Officers = Record<"registrar" | "issuer" | "taxBureau" | "paymentProvider", Signer>;

/** The officers get their roles, and China makes the schema of residents. @returns its number. */
async function appoint(
  civitas: Civitas,
  { china, shijiazhuang }: Record<TestCity, bigint>,
  controllers: Record<TestCity, Signer>,
  officers: Officers,
): Promise<number> {
  const grant = async (by: Signer, city: bigint, capability: number, to: Signer) =>
    mined(civitas.access.connect(by).grantRole(roleOf(city, capability), to, 0));
  await grant(controllers.china, china, SCHEMA, controllers.china);
  const schema = await createSchema(civitas, controllers.china, READY_SCHEMAS.resident, china);
  for (const [officer, capability] of [
    [officers.registrar, IDENTITY],
    [officers.issuer, issueUnder(schema)],
    [officers.taxBureau, TAX],
    [officers.paymentProvider, PAYMENT],
  ] as const) {
    await grant(controllers.shijiazhuang, shijiazhuang, capability, officer);
  }
  await openBureau(civitas, officers.taxBureau, shijiazhuang, "tax", CHINA_TIME);
  return schema;
}

type Town = Pick<TestTown, "civitas" | "cities" | "tagService"> & Officers;

async function newResident(town: Town, schema: number): Promise<TestPeople["resident"]> {
  const { civitas, cities, issuer } = town;
  const number = "130102199002280017";
  const person = await register(town, "Natural", number);
  const definition = READY_SCHEMAS.resident;
  const { documents } = await prepareClaim(civitas, await issuer.getAddress(), {
    ...{ definition, schema, city: cities.shijiazhuang, parties: [person.wallet.request(person.identity)] },
    values: {
      ...{ name: "王小明", sex: "男", birthDate: "1990-02-28", residentNumber: number },
      ...{ address: "石家庄市长安区中山东路1号", since: "2001-09-01" },
    },
    ...{ validFrom: new Date((await chainTime(civitas)) * 1000), validUntil: null },
  });
  await issueClaims(civitas, issuer, documents);
  return { ...person, claim: person.wallet.add(documents[0], definition) };
}

async function newTaxpayer(town: Town, operator: FreeWallet): Promise<TestPeople["taxpayer"]> {
  const { civitas, cities, taxBureau, registrar } = town;
  const company = await register(town, "Legal", "91350100M000100Y43");
  const tomorrow = new Date(((await chainTime(civitas)) + DAY) * 1000);
  const order = await signOperator(civitas, company.identity, company.key, operator.address, true, tomorrow);
  await setOperator(civitas, registrar, order);
  const admission = { person: company.identity, bureau: "tax" } as const;
  await admitTaxpayer(civitas, taxBureau, admission, cities.shijiazhuang, ["VatSpecial", "VatOrdinary", "Transport"]);
  await setQuota(civitas, taxBureau, admission, "CNY", QUOTA);
  await nameIssuingOperator(civitas, taxBureau, admission, operator.address);
  return { ...company, operator };
}

async function register(
  { civitas, cities, tagService, registrar }: Town,
  kind: PersonKind,
  number: string,
): Promise<TestPerson> {
  const wallet = Wallet.create();
  const key = wallet.identityKey();
  const { registration } = await prepareRegistration(civitas, tagService, {
    ...{ kind, city: cities.shijiazhuang, number, signer: key.signer },
    deadline: new Date(((await chainTime(civitas)) + DAY) * 1000),
  });
  const signature = await signRegistration(civitas, registration, key);
  return { identity: await registerIdentity(civitas, registrar, registration, signature), key, wallet };
}
