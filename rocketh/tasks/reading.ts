/** What tasks that only read have in common. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { NetworkConfigOverride } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";

const WITHOUT_KEYS: NetworkConfigOverride = { accounts: "remote" };

/** A connection that asks for no key, even where the network is configured with some. */
export function connectWithoutKeys(hre: HardhatRuntimeEnvironment): Promise<NetworkConnection> {
  const isRemote = hre.config.networks[hre.globalOptions.network]?.type === "http";
  return hre.network.create(isRemote ? { override: WITHOUT_KEYS } : {});
}

/** What a deployment recorded of a contract; undefined without a record. */
export function recordOf(folder: string, name: string): { address: string; linkedData?: unknown } | undefined {
  const path = join(folder, `${name}.json`);
  return existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as { address: string; linkedData?: unknown })
    : undefined;
}
