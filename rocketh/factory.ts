import { artifacts } from "hardhat";
import { concat, getCreate2Address, getCreateAddress, Interface, keccak256, zeroPadValue } from "ethers";

import { logsOf, type Place, type Provider } from "./chain.js";
import { BINDINGS, type ContractName } from "./contracts.js";

/** A contract as the compiler made it, with its arguments: where it belongs follows from this alone. */
export interface Plan {
  name: ContractName;
  sourceName: string;
  abi: readonly object[];
  bytecode: `0x${string}`;
  argsData: `0x${string}`;
  initCode: string;
  /** Whether this is the contract's runtime code, whatever its immutables hold. */
  matches(code: string): boolean;
}

export async function plan(name: ContractName, args: readonly unknown[]): Promise<Plan> {
  const artifact = await artifacts.readArtifact(name);
  const argsData = new Interface(artifact.abi).encodeDeploy(args) as `0x${string}`;
  const immutables = Object.values(artifact.immutableReferences ?? {}).flat();
  const masked = (code: string) => {
    const bytes = Buffer.from(code.slice(2), "hex");
    for (const { start, length } of immutables) bytes.fill(0, start, start + length);
    return bytes;
  };
  const expected = masked(artifact.deployedBytecode);
  return {
    name,
    sourceName: artifact.sourceName,
    abi: artifact.abi as object[],
    bytecode: artifact.bytecode as `0x${string}`,
    argsData,
    initCode: concat([artifact.bytecode, argsData]),
    matches: (code) => code.length === artifact.deployedBytecode.length && masked(code).equals(expected),
  };
}

/** Where the factory puts a contract (CREATE2). */
export function addressOf(factory: string, salt: string, { initCode }: Plan): `0x${string}` {
  return getCreate2Address(factory, salt, keccak256(initCode)) as `0x${string}`;
}

export async function codeAt(provider: Provider, address: string): Promise<string> {
  return (await provider.request({ method: "eth_getCode", params: [address, "latest"] })) as string;
}

/** Look for the deployer's factory where its transactions could have put it (CREATE), so that no record is needed. */
export async function findFactory(
  provider: Provider,
  deployer: string,
  nonce: number,
): Promise<`0x${string}` | undefined> {
  const wanted = await plan("SuiteFactory", []);
  const AT_ONCE = 50;
  for (let first = 0; first < nonce; first += AT_ONCE) {
    const addresses = Array.from({ length: Math.min(AT_ONCE, nonce - first) }, (_, i) =>
      getCreateAddress({ from: deployer, nonce: first + i }),
    );
    const codes = await Promise.all(addresses.map((address) => codeAt(provider, address)));
    const found = addresses.find((_, i) => wanted.matches(codes[i] ?? "0x"));
    if (found !== undefined) return found as `0x${string}`;
  }
  return undefined;
}

/** Where the factory's event says that a contract was deployed. */
export async function findDeployment(provider: Provider, factory: string, address: string): Promise<Place> {
  const event = BINDINGS.SuiteFactory.createInterface().getEvent("Deployed").topicHash;
  const [log] = await logsOf(provider, factory, [event, zeroPadValue(address, 32)]);
  if (log === undefined) throw new Error(`${address} has code, but ${factory} has no event of deploying it`);
  return log;
}
