import { encodeBytes32String, getAddress, keccak256, toUtf8String } from "ethers";

import { INVOICING, PAYMENT, REVERSING, roleOf } from "../src/access/capability.js";
import { logsOf, type Provider, readerOf } from "./chain.js";
import { contractAt, type ContractName, type ContractOf, PUBLISHED, SETTLEMENT } from "./contracts.js";
import { addressOf, codeAt, findDeployment, findFactory, plan, type Plan } from "./factory.js";

/** What is known beforehand; everything else is computed from the compiled contracts and read from the chain. */
export interface Expected {
  deployer: string;
  administrator: string;
  salt: string;
  /** The directory address that clients are configured with, if it is known. */
  directory?: string | undefined;
}

/**
 * Prove from the chain alone, and with no keys, that the suite is there and handed over.
 * @returns one line for each thing proven.
 * @throws VerificationFailed, which lists whatever is not so.
 */
export async function verify(provider: Provider, expected: Expected): Promise<string[]> {
  const suite = await Suite.locate(provider, expected);
  const findings = new Findings();
  await checkCode(suite, findings);
  await checkBinding(suite, findings);
  await checkDirectory(suite, expected, findings);
  await checkOpen(suite, findings);
  await checkPower(suite, expected, findings);
  return findings.conclude();
}

/** The same without the hand-over: what must be so before the deployer gives its power away. */
export async function verifyBeforeHandover(provider: Provider, expected: Expected): Promise<void> {
  const suite = await Suite.locate(provider, expected);
  const findings = new Findings();
  await checkCode(suite, findings);
  await checkBinding(suite, findings);
  await checkDirectory(suite, expected, findings);
  await checkOpen(suite, findings);
  findings.conclude();
}

export class VerificationFailed extends Error {
  constructor(readonly faults: string[]) {
    super(["The deployment is not what it should be:", ...faults.map((fault) => `  - ${fault}`)].join("\n"));
    this.name = "VerificationFailed";
  }
}

// -------------------------------------------------------------------------------------------------------------- the checks

/** Everything is where it must be, and is what was compiled. */
async function checkCode(suite: Suite, findings: Findings): Promise<void> {
  for (const { name, address, wanted } of suite.parts) {
    const code = await codeAt(suite.provider, address);
    const state = code === "0x" ? "no code" : "other code than was compiled";
    findings.check(wanted.matches(code), `${name} is at ${address}`, `${name}: ${state} at ${address}`);
  }
  findings.conclude(); // without the code nothing else can be asked
}

/** The tree of cities is written by our registry alone, and our projects move the money of our vaults. */
async function checkBinding(suite: Suite, findings: Findings): Promise<void> {
  const registry = suite.addressOf("CityRegistry");
  const bound = await suite.contract("CityAccessManager").cityRegistry();
  findings.check(
    bound === registry,
    "the manager is bound to CityRegistry",
    `the manager is bound to ${bound}, not to ${registry}`,
  );

  const projects = suite.contract("ProjectRegistry");
  for (const [name, there] of [
    ["FundEscrow", await projects.escrow()],
    ["WageAccount", await projects.wages()],
    ["MilestoneRegistry", await projects.milestones()],
  ] as const) {
    const ours = suite.addressOf(name);
    findings.check(
      there === ours,
      `ProjectRegistry is bound to ${name}`,
      `ProjectRegistry is bound to ${there}, not to ${name} at ${ours}`,
    );
  }
}

/** The directory leads to all of it, and to nothing else. */
async function checkDirectory(suite: Suite, { directory: known }: Expected, findings: Findings): Promise<void> {
  const directory = suite.contract("SuiteDirectory");
  const found = suite.addressOf("SuiteDirectory");
  if (known !== undefined) {
    findings.check(
      getAddress(known) === found,
      "the directory is the one that is on record",
      `the directory on record is ${known}, not ${found}`,
    );
  }
  const expectedNames = new Set<string>(PUBLISHED.map(encodeBytes32String));
  for (const name of await pages((start, count) => directory.names(start, count))) {
    if (!expectedNames.has(name)) findings.fault(`the directory has an entry of unknown name ${readable(name)}`);
  }
  for (const name of PUBLISHED) {
    const { faults, version, startBlock } = await faultsOfEntry(suite, name);
    findings.check(
      faults.length === 0,
      `the directory leads to ${name}, version ${version}, with the hash of its code, from block ${startBlock}`,
      `the directory's entry of ${name} ${faults.join(" and ")}`,
    );
  }
}

async function faultsOfEntry(suite: Suite, name: ContractName) {
  const directory = suite.contract("SuiteDirectory");
  const key = encodeBytes32String(name);
  const version = await directory.versionCount(key);
  const entry = await directory.entryOf(key, version);
  const address = suite.addressOf(name);
  const codeHash = keccak256(await codeAt(suite.provider, address));
  const startBlock = await suite.blockOf(name);

  const faults: string[] = [];
  if (version === 0n) return { faults: ["is missing"], version, startBlock };
  if (version !== 1n) faults.push(`is version ${version}, not 1`);
  if (entry.location !== address) faults.push(`leads to ${entry.location}, not to ${address}`);
  if (entry.codeHash !== codeHash) faults.push(`has code hash ${entry.codeHash}, not ${codeHash}`);
  if (entry.startBlock !== BigInt(startBlock)) faults.push(`starts at block ${entry.startBlock}, not ${startBlock}`);
  if (entry.status !== CURRENT) faults.push(`has status ${entry.status}, not ${CURRENT}`);
  return { faults, version, startBlock };
}

const CURRENT = 1n; // ISuiteDirectory.Status

/** Nobody is kept from acting with the suite. */
async function checkOpen(suite: Suite, findings: Findings): Promise<void> {
  const manager = suite.contract("CityAccessManager");
  let allOpen = true;
  for (const { name, address } of suite.parts) {
    if (!(await manager.isTargetClosed(address))) continue;
    allOpen = false;
    findings.fault(`${name} is closed for new acts by the network's administrator`);
  }
  if (allOpen) findings.prove("no contract is closed for new acts");
}

/** The network is its administrator's alone, and the deployer has no part in it. */
async function checkPower(suite: Suite, expected: Expected, findings: Findings): Promise<void> {
  const manager = suite.contract("CityAccessManager");
  const ADMIN_ROLE = await manager.ADMIN_ROLE();
  const administrator = getAddress(expected.administrator);
  const deployer = getAddress(expected.deployer);

  const members = await pages((start, count) => manager.membersOf(ADMIN_ROLE, start, count));
  const accounts = members.map(({ account }) => account);
  findings.check(
    accounts.length === 1 && accounts[0] === administrator,
    `${administrator} administers the network, and nobody else`,
    `the network should be administered by ${administrator} alone, but is by ${accounts.join(", ")}`,
  );
  for (const { account, delay } of members) {
    if (delay !== 0n) findings.fault(`the administrator ${account} acts with a delay of ${delay} s`);
  }

  const roles = new Set((await suite.events("RoleGranted", [null, deployer])).map(({ roleId }) => roleId as bigint));
  const held: bigint[] = [];
  for (const role of roles) if ((await manager.getAccess(role, deployer)).since !== 0n) held.push(role);
  findings.check(
    held.length === 0,
    `the deployer ${deployer} holds no role`,
    `the deployer ${deployer} still holds role ${held.join(", ")}`,
  );

  for (const { capability, names, may } of DUTIES) {
    const role = roleOf(0, capability);
    const holders = (await pages((start, count) => manager.membersOf(role, start, count))).map(
      ({ account }) => account,
    );
    const wanted = names.map((name) => suite.addressOf(name));
    findings.check(
      holders.length === wanted.length && wanted.every((address) => holders.includes(address)),
      `${names.join(" and ")} may ${may}, and nobody else`,
      `${names.join(" and ")} alone should be able to ${may}, but it is ${holders.join(", ") || "nobody"}`,
    );
  }

  const changed = await suite.events("TargetFunctionRoleUpdated", []);
  const opened: string[] = [];
  for (const { target, selector } of changed as { target: string; selector: string }[]) {
    const role = await manager.getTargetFunctionRole(target, selector);
    if (role !== ADMIN_ROLE) opened.push(`${selector} of ${target} to role ${role}`);
  }
  findings.check(
    opened.length === 0,
    "every function of the network's own answers to its administrator",
    `functions of the network's own answer to others: ${opened.join(", ")}`,
  );
}

/** Roles of the network that contracts of the suite hold, and nobody else. */
const DUTIES: readonly { capability: number; names: readonly ContractName[]; may: string }[] = [
  { capability: INVOICING, names: ["InvoiceRegistry"], may: "charge quotas and take payments" },
  { capability: REVERSING, names: ["InvoiceLedger"], may: "have documents reversed" },
  { capability: PAYMENT, names: ["FundEscrow", "SettlementToken"], may: "state payments in every city" },
];

// ---------------------------------------------------------------------------------------------------------------- the tools

/** What was proven, and what was not. */
class Findings {
  readonly #proven: string[] = [];
  readonly #faults: string[] = [];

  check(holds: boolean, proof: string, fault: string): void {
    if (holds) this.prove(proof);
    else this.fault(fault);
  }

  prove(proof: string): void {
    this.#proven.push(proof);
  }

  fault(fault: string): void {
    this.#faults.push(fault);
  }

  conclude(): string[] {
    if (this.#faults.length > 0) throw new VerificationFailed(this.#faults);
    return this.#proven;
  }
}

interface Part {
  name: ContractName;
  address: string;
  wanted: Plan;
}

/** Where everything must be, computed from the deployer's address and the compiled contracts. */
class Suite {
  private constructor(
    readonly provider: Provider,
    readonly parts: readonly Part[],
  ) {}

  static async locate(provider: Provider, { deployer, salt }: Expected): Promise<Suite> {
    const nonce = Number(await provider.request({ method: "eth_getTransactionCount", params: [deployer, "latest"] }));
    const factory = await findFactory(provider, getAddress(deployer), nonce);
    if (factory === undefined) throw new VerificationFailed([`${deployer} has deployed no SuiteFactory on this chain`]);

    const parts: Part[] = [{ name: "SuiteFactory", address: factory, wanted: await plan("SuiteFactory", []) }];
    const add = async (name: ContractName, args: readonly unknown[]) => {
      const wanted = await plan(name, args);
      const address = addressOf(factory, salt, wanted);
      parts.push({ name, address, wanted });
      return address;
    };
    const manager = await add("CityAccessManager", [deployer]);
    const registry = await add("CityRegistry", [manager]);
    await add("CityResolver", [manager, registry]);
    await add("P256Verifier", []);
    const identities = await add("IdentityRegistry", [manager]);
    const claims = await add("ClaimRegistry", [manager]);
    const verifier = await add("ClaimVerifier", [claims, identities]);
    await add("ConsentRegistry", [manager, claims]);
    const taxpayers = await add("TaxpayerRegistry", [manager, identities]);
    const payments = await add("PaymentRegistry", [manager, identities]);
    const invoices = await add("InvoiceRegistry", [manager, taxpayers, payments]);
    await add("InvoiceLedger", [manager, invoices]);
    const projects = await add("ProjectRegistry", [manager, identities]);
    await add("FundEscrow", [manager, projects]);
    const workers = await add("WorkerRegistry", [manager, projects, claims]);
    const payrolls = await add("PayrollRegistry", [manager, projects, workers]);
    await add("WageAccount", [manager, projects, payrolls]);
    const directory = await add("SuiteDirectory", [manager]);
    await add("MilestoneRegistry", [projects, verifier, directory]);
    await add("ProjectBooks", [projects]);
    await add("SettlementToken", [manager, identities, ...SETTLEMENT]);
    return new Suite(provider, parts);
  }

  addressOf(name: ContractName): string {
    const part = this.parts.find((part) => part.name === name);
    if (part === undefined) throw new Error(`${name} is not part of the suite`);
    return part.address;
  }

  contract<Name extends ContractName>(name: Name): ContractOf<Name> {
    return contractAt(name, this.addressOf(name), readerOf(this.provider));
  }

  async blockOf(name: ContractName): Promise<number> {
    const place = await findDeployment(this.provider, this.addressOf("SuiteFactory"), this.addressOf(name));
    return Number(place.blockNumber);
  }

  /** The arguments of all events of a kind that the manager has emitted. */
  async events(
    event: "RoleGranted" | "TargetFunctionRoleUpdated",
    filter: (string | null)[],
  ): Promise<Record<string, unknown>[]> {
    const { interface: abi } = this.contract("CityAccessManager");
    const topics = abi.encodeFilterTopics(event, filter) as (string | null)[];
    const first = await this.blockOf("CityAccessManager");
    const logs = await logsOf(this.provider, this.addressOf("CityAccessManager"), topics, first);
    return logs.map(({ topics, data }) => abi.decodeEventLog(event, data, topics).toObject());
  }
}

const PAGE = 100;

async function pages<T>(read: (start: number, count: number) => Promise<T[]>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await read(all.length, PAGE);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

function readable(name: string): string {
  return toUtf8String(name).replaceAll("\0", "");
}
