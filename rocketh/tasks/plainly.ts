import { HardhatPluginError } from "hardhat/plugins";

/** What Hardhat says of variables, and what is meant. */
const MEANT: readonly [RegExp, string][] = [
  [
    /CIVITAS_ADMIN_KEY.* not found/s,
    "who shall administer the network? Set CIVITAS_ADMIN_ADDRESS; its key is not needed here",
  ],
  [
    /CIVITAS_DEPLOYER_KEY.* not found/s,
    "who deploys? Set CIVITAS_DEPLOYER_KEY: a key of its own, which needs no money",
  ],
  [/Invalid URL.*CIVITAS_RPC_URL/s, "CIVITAS_RPC_URL is one endpoint here: http://host:port"],
];

/** Make an error of ours, or of a variable of ours, one that Hardhat prints as a message, not as a bug with a stack (`--show-stack-traces` shows it). */
export async function plainly<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const meant = MEANT.find(([told]) => told.test(message))?.[1];
    if (meant !== undefined) throw new HardhatPluginError("suite-tasks", meant, error as Error);
    const isOurs =
      error instanceof Error && ["Error", "UsageError", "DirectoryError", "VerificationFailed"].includes(error.name);
    throw isOurs ? new HardhatPluginError("suite-tasks", error.message, error) : error;
  }
}
