import { HardhatPluginError } from "hardhat/plugins";

/** Make an error of ours one that Hardhat prints as a message, not as a bug with a stack (`--show-stack-traces` shows it). */
export async function plainly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOurs = error instanceof Error && ["Error", "DirectoryError", "VerificationFailed"].includes(error.name);
    throw isOurs ? new HardhatPluginError("suite-tasks", error.message, error) : error;
  }
}
