import { isAddress } from "ethers";
import type { HttpNetworkConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { isKey } from "../../src/cli/secret.js";
import { plainly } from "./plainly.js";

interface Arguments {
  tags?: string;
  saveDeployments?: string;
  noCompile?: boolean;
}

/** The accounts of the network `consortium`, in their order in hardhat.config.ts. */
const KEYS = ["CIVITAS_DEPLOYER_KEY", "CIVITAS_ADMIN_KEY"];

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
  if (connection.networkConfig.type === "http") await checkKeys(connection.networkConfig);
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

/** Of a key that is none, Hardhat would say no more than that there is no account. */
async function checkKeys({ accounts }: HttpNetworkConfig): Promise<void> {
  if (!Array.isArray(accounts)) return;
  for (const [i, account] of accounts.entries()) {
    const text = await account.getHexString();
    if (isKey(text)) continue;
    const found = isAddress(text) ? ", and is an address" : "";
    throw new Error(`${KEYS[i] ?? "an account"} must be a private key of 32 bytes${found}`);
  }
}
