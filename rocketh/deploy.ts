import { join } from "node:path";

import { getAddress, ZeroAddress } from "ethers";
import { setupDeployScripts } from "rocketh";
import type { Environment } from "rocketh/types";

import { type Call, type Place, type Provider, readerOf, type Receipt, settle, transact } from "./chain.js";
import { type Accounts, DEFAULTS, type RunOptions } from "./config.js";
import { contractAt, type ContractName, type ContractOf } from "./contracts.js";
import { addressOf, codeAt, findDeployment, findFactory, plan, type Plan } from "./factory.js";
import { writeRecord } from "./records.js";

export type SuiteEnvironment = Environment<Accounts>;

const extensions = {
  /** The deployer's factory, deployed if there is none. First of all, waits for what earlier runs left pending. */
  deployFactory: (env: SuiteEnvironment) => async (): Promise<ContractOf<"SuiteFactory">> => {
    const { provider, deployer, timeout } = contextOf(env);
    const nonce = nonceOf(env);
    const wanted = await plan("SuiteFactory", []);
    nonce.next = await settle(provider, deployer, timeout);
    let address = await findFactory(provider, deployer, nonce.next);
    let place: Place | undefined;
    checkRecord(env, wanted.name, address);
    if (address === undefined) {
      const receipt = await send(env, "deploy SuiteFactory", { data: wanted.initCode });
      address = getAddress(receipt.contractAddress ?? ZeroAddress) as `0x${string}`;
      place = receipt;
      await checkCode(provider, wanted, address);
    }
    await record(env, wanted, address, place);
    return contractAt("SuiteFactory", address, readerOf(provider));
  },

  /** A contract at the address that follows from its code, its arguments and the salt; deployed if it is not there. */
  deployContract:
    (env: SuiteEnvironment) =>
    async <Name extends ContractName>(name: Name, args: readonly unknown[]): Promise<ContractOf<Name>> => {
      const { provider, salt } = contextOf(env);
      const factoryAddress = env.get("SuiteFactory").address;
      const wanted = await plan(name, args);
      const address = addressOf(factoryAddress, salt, wanted);
      checkRecord(env, name, address);

      let place: Place | undefined;
      if ((await codeAt(provider, address)) === "0x") {
        const factory = contractAt("SuiteFactory", factoryAddress, readerOf(provider));
        place = await send(env, `deploy ${name}`, await factory.deploy.populateTransaction(salt, wanted.initCode));
      }
      await checkCode(provider, wanted, address);
      if (env.getOrNull(name) === null) place ??= await findDeployment(provider, factoryAddress, address);
      await record(env, wanted, address, place);
      return contractAt(name, address, readerOf(provider));
    },

  /** A transaction of the deployer's: sent, mined and successful. */
  transact:
    (env: SuiteEnvironment) =>
    (what: string, call: Call): Promise<Receipt> =>
      send(env, what, call),

  /** A contract that an earlier step has deployed. */
  contract:
    (env: SuiteEnvironment) =>
    <Name extends ContractName>(name: Name): ContractOf<Name> =>
      contractAt(name, env.get(name).address, readerOf(contextOf(env).provider)),

  /** The block in which a contract was deployed: before it, there is nothing to read. */
  startBlockOf:
    (env: SuiteEnvironment) =>
    (name: ContractName): number => {
      const block = env.get(name).receipt?.blockNumber;
      if (block === undefined) throw new Error(`the record of ${name} has no block`);
      return Number(block);
    },
};

/** A step: states a destination, reads the chain, and writes only what differs. */
// eslint-disable-next-line @typescript-eslint/unbound-method -- a plain function, declared by rocketh in method style
export const { deployScript } = setupDeployScripts<typeof extensions, Accounts>(extensions);

/**
 * The deployer's next nonce. A run counts it itself, so that what another run sends meanwhile from the same account makes the next
 * transaction fail, instead of acting on what was read before.
 */
interface Nonce {
  next?: number;
}

interface Context extends RunOptions {
  provider: Provider;
  deployer: string;
}

export function contextOf(env: SuiteEnvironment): Context {
  const { provider } = env.network;
  return {
    ...DEFAULTS,
    ...env.extra,
    provider: { request: (request) => provider.request(request as never) },
    deployer: env.namedAccounts.deployer,
  };
}

const nonces = new WeakMap<object, Nonce>();

function nonceOf(env: SuiteEnvironment): Nonce {
  const known = nonces.get(env.network) ?? {};
  nonces.set(env.network, known);
  return known;
}

async function send(env: SuiteEnvironment, what: string, call: Call): Promise<Receipt> {
  const { provider, deployer, timeout, log } = contextOf(env);
  const nonce = nonceOf(env);
  if (nonce.next === undefined) throw new Error(`${what}: the factory comes first, with the deployer's nonce`);
  const receipt = await transact(provider, { from: deployer, nonce: nonce.next++ }, call, what, timeout);
  log(`${what}: ${receipt.transactionHash}, block ${Number(receipt.blockNumber)}`);
  return receipt;
}

/** A transaction may succeed and leave nothing, or something else, at the address. */
async function checkCode(provider: Provider, wanted: Plan, address: string): Promise<void> {
  const code = await codeAt(provider, address);
  if (code === "0x") throw new Error(`${wanted.name}: there is no code at ${address} after its deployment`);
  if (!wanted.matches(code)) throw new Error(`${wanted.name}: the code at ${address} is not what was compiled`);
}

/** A record of another address means other sources, another deployer or another salt: that would be a second suite. */
function checkRecord(env: SuiteEnvironment, name: string, address: string | undefined): void {
  const known = env.getOrNull(name)?.address;
  if (known === undefined || known === address) return;
  throw new Error(
    `${name} is at ${known} by the records of ${env.name}, but ${address ?? "nowhere"} by the sources, deployer and salt of this ` +
      "run. Nothing was sent. Use those that the network was deployed with, or another folder of records for another suite.",
  );
}

/** Write the record of a contract that was seen on the chain. What is recorded already is left alone. */
async function record(env: SuiteEnvironment, wanted: Plan, address: `0x${string}`, place?: Place): Promise<void> {
  if (env.getOrNull(wanted.name) !== null && place === undefined) return;
  const { name, sourceName, abi, bytecode, argsData } = wanted;
  const { deployer, administrator } = env.namedAccounts;
  const { salt, records } = contextOf(env);
  const made = {
    address,
    abi: abi as [],
    bytecode,
    argsData,
    metadata: "",
    contractName: name,
    sourceName,
    linkedData: { deployer: getAddress(deployer), administrator: getAddress(administrator), salt },
    ...(place === undefined ? {} : summaryOf(place)),
  };
  if (records !== undefined) writeRecord(join(records, env.name, `${name}.json`), made);
  await env.save(name, made);
}

function summaryOf({ transactionHash: hash, blockHash, blockNumber, transactionIndex }: Place): object {
  return { transaction: { hash }, receipt: { blockHash, blockNumber, transactionIndex } };
}
