import { AbiCoder, getAddress, Interface } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type { DeploymentAct } from "../src/testing/deployment.js";
import type { Call } from "./chain.js";
import { BINDINGS, type ContractName } from "./contracts.js";
import { runSteps } from "./run.js";

/**
 * What the steps in deploy/ send, in their order, with names in the place of addresses: what `civitas/testing` sends again, on any chain and
 * for any accounts.
 * @param connection To a new chain, on which the steps are run.
 */
export async function recordDeployment({ provider, ...connection }: NetworkConnection): Promise<DeploymentAct[]> {
  const sent: Call[] = [];
  const env = await runSteps(
    { provider, ...connection },
    {
      provider: {
        request: ({ method, params = [] }) => {
          if (method === "eth_sendTransaction") sent.push(params[0] as Call);
          return provider.request({ method, params });
        },
      },
    },
  );
  const names = new Map<string, string>();
  for (const name of Object.keys(BINDINGS)) names.set(getAddress(env.get(name).address), `@${name}`);
  for (const [name, address] of Object.entries(env.namedAccounts)) names.set(getAddress(address), `@${name}`);
  return sent.map((call) => actOf(call, names));
}

function actOf({ to, data = "0x" }: Call, names: ReadonlyMap<string, string>): DeploymentAct {
  const target = names.get(getAddress(to ?? "0x".padEnd(42, "0")))?.slice(1) as ContractName | undefined;
  if (target === undefined) return { contract: "SuiteFactory", act: "deploy", args: [] };
  const abi = new Interface(BINDINGS[target].abi);
  const call = abi.parseTransaction({ data });
  if (call === null) throw new Error(`${target} has no function of the data ${data.slice(0, 10)}`);
  if (target === "SuiteFactory") return deploymentOf(String(call.args["initCode"]), names);
  const args = call.args.map((value: unknown) => symbolOf(value, names));
  if (call.name === "publish") args[2] = `${args[1] ?? ""}.block`;
  return { contract: target, act: call.name, args };
}

function deploymentOf(initCode: string, names: ReadonlyMap<string, string>): DeploymentAct {
  const [name, { abi, bytecode }] =
    Object.entries(BINDINGS).find(([, binding]) => initCode.startsWith(binding.bytecode)) ?? unknown(initCode);
  const { inputs } = new Interface(abi).deploy;
  const decoded = AbiCoder.defaultAbiCoder().decode(inputs, `0x${initCode.slice(bytecode.length)}`);
  return {
    contract: name as ContractName,
    act: "deploy",
    args: decoded.map((value: unknown) => symbolOf(value, names)),
  };
}

function symbolOf(value: unknown, names: ReadonlyMap<string, string>): string {
  return names.get(String(value)) ?? String(value);
}

function unknown(initCode: string): never {
  throw new Error(`no contract of the suite begins with ${initCode.slice(0, 40)}`);
}
