import { encodeBytes32String, getAddress, keccak256, toUtf8String } from "ethers";

import { logsOf, type Provider, readerOf } from "./chain.js";
import { contractAt, type ContractName, PUBLISHED } from "./contracts.js";
import { addressOf, codeAt, findDeployment, findFactory, plan, type Plan } from "./factory.js";

/** What is known beforehand; everything else is computed from the compiled contracts and read from the chain. */
export interface Expected {
  deployer: string;
  administrator: string;
  salt: string;
  /** The directory address that clients are configured with, if it is known. */
  directory?: string | undefined;
}

const PAGE = 100;

/**
 * Prove from the chain alone, and with no keys, that the suite is there and handed over.
 * @returns one line for each thing proven.
 * @throws an error that lists whatever is not so.
 */
export async function verify(provider: Provider, expected: Expected): Promise<string[]> {
  const proven: string[] = [];
  const faults: string[] = [];
  const check = (holds: boolean, proof: string, fault: string) => {
    (holds ? proven : faults).push(holds ? proof : fault);
  };
  const deployer = getAddress(expected.deployer);
  const administrator = getAddress(expected.administrator);
  const suite = await locate(provider, deployer, expected.salt);
  for (const { name, address, code, wanted } of suite.values()) {
    const state = code === "0x" ? "no code" : "other code than was compiled";
    check(wanted.matches(code), `${name} is at ${address}`, `${name}: ${state} at ${address}`);
  }
  if (faults.length > 0) throw new VerificationFailed(faults); // nothing else can be asked

  const reader = readerOf(provider);
  const directory = contractAt("SuiteDirectory", suite.get("SuiteDirectory").address, reader);
  const manager = contractAt("CityAccessManager", suite.get("CityAccessManager").address, reader);
  const registry = suite.get("CityRegistry").address;
  if (expected.directory !== undefined) {
    const given = getAddress(expected.directory);
    const found = await directory.getAddress();
    check(given === found, `the directory is the one on record`, `the directory on record is ${given}, not ${found}`);
  }

  // The tree is written by our registry alone.
  const bound = await manager.cityRegistry();
  check(
    bound === registry,
    `the manager is bound to CityRegistry`,
    `the manager is bound to ${bound}, not ${registry}`,
  );

  // The directory says what the chain says, and nothing else.
  const expectedNames = new Set<string>(PUBLISHED.map(encodeBytes32String));
  const published = await pages((start) => directory.names(start, PAGE));
  for (const name of published) {
    if (!expectedNames.has(name)) faults.push(`the directory has an entry of unknown name ${readable(name)}`);
  }
  for (const name of PUBLISHED) {
    const { address, code } = suite.get(name);
    const key = encodeBytes32String(name);
    const version = await directory.versionCount(key);
    const entry = await directory.entryOf(key, version);
    const { blockNumber } = await findDeployment(provider, suite.get("SuiteFactory").address, address);
    const problems = [
      entry.location === address ? "" : `leads to ${entry.location}, not ${address}`,
      entry.codeHash === keccak256(code) ? "" : `has code hash ${entry.codeHash}, the code there ${keccak256(code)}`,
      entry.startBlock === BigInt(blockNumber)
        ? ""
        : `starts at block ${entry.startBlock.toString()}, not ${Number(blockNumber)}`,
      entry.status === CURRENT ? "" : `has status ${entry.status.toString()}`,
    ].filter((problem) => problem !== "");
    const fault = version === 0n ? "is missing" : problems.join(" and ");
    check(
      version !== 0n && problems.length === 0,
      `the directory leads to ${name}, version ${version.toString()}, with the code's own hash, from block ${entry.startBlock.toString()}`,
      `the directory's entry ${name} ${fault}`,
    );
  }

  // The network is its administrator's alone.
  const ADMIN_ROLE = await manager.ADMIN_ROLE();
  const members = await pages((start) => manager.membersOf(ADMIN_ROLE, start, PAGE));
  const names = members.map(({ account }) => account);
  check(
    names.length === 1 && names[0] === administrator,
    `${administrator} administers the network, and nobody else`,
    `the network should be administered by ${administrator} alone, but is by ${names.join(", ") || "nobody"}`,
  );
  const delay = members.find(({ account }) => account === administrator)?.delay ?? 0n;
  check(
    delay === 0n,
    "the administrator acts without delay",
    `the administrator acts with a delay of ${delay.toString()} s`,
  );

  const topics = manager.interface.encodeFilterTopics("RoleGranted", [null, deployer]) as (string | null)[];
  const { blockNumber } = await findDeployment(
    provider,
    suite.get("SuiteFactory").address,
    suite.get("CityAccessManager").address,
  );
  const granted = await logsOf(provider, suite.get("CityAccessManager").address, topics, Number(blockNumber));
  const roles = new Set(granted.map(({ topics }) => BigInt(topics[1] ?? 0)));
  const held: bigint[] = [];
  for (const role of roles) if ((await manager.getAccess(role, deployer)).since !== 0n) held.push(role);
  check(
    held.length === 0,
    `the deployer ${deployer} holds none of the ${roles.size} roles it was ever given`,
    `the deployer ${deployer} still holds the roles ${held.join(", ")}`,
  );

  if (faults.length > 0) throw new VerificationFailed(faults);
  return proven;
}

export class VerificationFailed extends Error {
  constructor(readonly faults: string[]) {
    super(["The deployment is not what it should be:", ...faults.map((fault) => `  - ${fault}`)].join("\n"));
    this.name = "VerificationFailed";
  }
}

const CURRENT = 1n; // ISuiteDirectory.Status

interface Located {
  name: ContractName;
  address: string;
  code: string;
  wanted: Plan;
}

/** Where everything must be, computed from the deployer's address and the compiled contracts. */
async function locate(provider: Provider, deployer: string, salt: string): Promise<Suite> {
  const nonce = Number(await provider.request({ method: "eth_getTransactionCount", params: [deployer, "latest"] }));
  const factory = await findFactory(provider, deployer, nonce);
  if (factory === undefined) throw new VerificationFailed([`${deployer} has deployed no SuiteFactory on this chain`]);

  const suite = new Suite();
  const add = async (name: ContractName, args: string[], at?: string) => {
    const wanted = await plan(name, args);
    const address = at ?? addressOf(factory, salt, wanted);
    suite.set(name, { name, address, code: await codeAt(provider, address), wanted });
    return address;
  };
  await add("SuiteFactory", [], factory);
  const manager = await add("CityAccessManager", [deployer]);
  const registry = await add("CityRegistry", [manager]);
  await add("CityResolver", [manager, registry]);
  await add("SuiteDirectory", [manager]);
  return suite;
}

class Suite extends Map<ContractName, Located> {
  override get(name: ContractName): Located {
    const found = super.get(name);
    if (found === undefined) throw new Error(`${name} is not part of the suite`);
    return found;
  }
}

async function pages<T>(read: (start: number) => Promise<T[]>): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const page = await read(all.length);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

function readable(name: string): string {
  return toUtf8String(name).replaceAll("\0", "");
}
