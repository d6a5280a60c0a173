import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { plainly } from "./plainly.js";
import { connectWithoutKeys, recordOf } from "./reading.js";

interface Arguments {
  directory?: string;
  out?: string;
  noCompile?: boolean;
}

/** Build, then write what the directory leads to. */
export default function exportTask(args: Arguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  return plainly(async () => {
    if (!args.noCompile) await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
    await exportNetwork(args, hre);
  });
}

async function exportNetwork({ directory = "", out = "" }: Arguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  const { addressOf, config } = await import("../config.js");
  const { checkChainId, identify } = await import("../guard.js");
  const { connect, deploymentOf } = await import("../../src/index.js"); // needs what the build writes

  const typed = directory === "" ? undefined : addressOf("--directory", directory);
  const connection = await connectWithoutKeys(hre);
  const { provider, networkName, ethers } = connection;
  checkChainId(connection, await identify(provider));
  const folder = join(config.deployments, networkName);
  const address = typed ?? recordOf(folder, "SuiteDirectory")?.address;
  if (address === undefined) {
    throw new Error(`${folder} has no record of the directory: say its address with --directory`);
  }

  const deployment = await deploymentOf(await connect({ directory: address, runner: ethers.provider }));
  const path = out || `${folder}.json`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(deployment, null, 2)}\n`);
  const { chainId, contracts } = deployment;
  console.log(`${path} tells the deployment on chain ${chainId}: ${contracts.length} contracts behind ${address}`);
}
