import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { plainly } from "./plainly.js";

interface Arguments {
  tags?: string;
  saveDeployments?: string;
  noCompile?: boolean;
}

/** Build, then run the steps. In-process networks end with the command, so nothing of them is recorded unless asked for. */
export default function deployTask(args: Arguments, hre: HardhatRuntimeEnvironment): Promise<void> {
  return plainly(() => deploy(args, hre));
}

async function deploy(
  { tags = "", saveDeployments = "", noCompile = false }: Arguments,
  hre: HardhatRuntimeEnvironment,
): Promise<void> {
  if (!noCompile) await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
  const { config } = await import("../config.js");
  const { runSteps } = await import("../run.js"); // needs what the build writes

  const connection = await hre.network.create();
  const save = saveDeployments === "" ? connection.networkConfig.type === "http" : saveDeployments === "true";
  const env = await runSteps(connection, {
    records: save ? config.deployments : undefined,
    tags: tags === "" ? undefined : tags.split(","),
    log: console.log,
  });
  const directory = env.getOrNull("SuiteDirectory");
  if (directory)
    console.log(`\nThe suite on ${connection.networkName} is found through its directory: ${directory.address}`);
}
