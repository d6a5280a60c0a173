import { join } from "node:path";

import { executeDeployScriptsFromFiles } from "@rocketh/node";
import type { NetworkConnection } from "hardhat/types/network";
import { setupLogger } from "named-logs-console";
import type { ExecutionParams } from "rocketh/types";

import type { Provider } from "./chain.js";
import { config, DEFAULTS, type RunOptions } from "./config.js";
import type { SuiteEnvironment } from "./deploy.js";
import { checkChainId, checkRecords, identify } from "./guard.js";

export interface Run extends Partial<RunOptions> {
  /** The steps to run, with those they depend on; all of them, if not given. */
  tags?: string[] | undefined;
  /** Sends the requests; the connection's own, if not given. */
  provider?: Provider | undefined;
}

/** Run the steps in deploy/ against a network, after making sure that it is the one the records are of. */
export async function runSteps(connection: NetworkConnection, run: Run = {}): Promise<SuiteEnvironment> {
  const { tags, provider = connection.provider, ...options } = run;
  const { records } = options;
  setupLogger(["rocketh", "@rocketh/node"], { enabled: false, level: 0 }); // the steps say what they do

  const chain = await identify(provider);
  checkChainId(connection, chain);
  if (records !== undefined) checkRecords(join(records, connection.networkName), chain);

  const info = {
    id: chain.id,
    name: connection.networkName,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [] } },
  };
  return (await executeDeployScriptsFromFiles(
    { ...config, ...(records === undefined ? {} : { deployments: records }), chains: { [chain.id]: { info } } },
    {
      provider: asChecked(provider, chain.genesis) as NonNullable<ExecutionParams["provider"]>,
      environment: connection.networkName,
      saveDeployments: false, // rocketh does not wait for a record to be written: the steps write it themselves
      askBeforeProceeding: false,
      ...(tags === undefined ? {} : { tags }),
      extra: { ...DEFAULTS, ...options, connection },
    },
  )) as unknown as SuiteEnvironment;
}

/** Rocketh asks for the genesis again, and empties the records if it differs: it gets the answer that was checked. */
function asChecked(provider: Provider, genesis: string): Provider {
  return {
    request: (request) =>
      request.method === "eth_getBlockByNumber" && request.params?.[0] === "earliest"
        ? Promise.resolve({ hash: genesis })
        : provider.request(request),
  };
}
