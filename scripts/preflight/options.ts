/** What was typed after `npm run preflight --`, and what the environment adds. */
import { parseArgs } from "node:util";

import { UsageError, wholeNumber } from "../common/command.js";
import type { Options } from "./probe.js";

export interface Target extends Options {
  urls: string[];
  json: boolean;
}

/**
 * @returns undefined where help is asked for.
 * @throws UsageError, or what `parseArgs` throws, where it makes no sense.
 */
export async function readTarget(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Target | undefined> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: "string", multiple: true },
      network: { type: "string" },
      "chain-id": { type: "string" },
      wait: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return undefined;
  if (values.url !== undefined && values.network !== undefined)
    throw new UsageError("give --url or --network, not both");
  const network = values.network === undefined ? undefined : await urlsOfNetwork(values.network);
  const given = values.url ?? network ?? environment["CIVITAS_RPC_URL"];
  if (given === undefined) throw new UsageError("which chain? Give --network, or --url, or CIVITAS_RPC_URL");
  const urls = [given].flat().flatMap((text) => text.split(",").map((url) => url.trim()));
  for (const url of urls) if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw new UsageError(notUrl(url));

  const expected = values["chain-id"] ?? (environment["CIVITAS_CHAIN_ID"] || undefined);
  const chainId =
    expected === undefined
      ? undefined
      : wholeNumber("chain-id", expected, { otherwise: 1, least: 1, most: 2 ** 53 - 1 });
  const wait = 1000 * wholeNumber("wait", values.wait, { otherwise: 20, least: 1, most: 600 });
  return { urls: [...new Set(urls)], chainId, wait, json: values.json === true };
}

/** Not the text itself, which may have a password in it. */
function notUrl(url: string): string {
  return `an endpoint begins with http:// or https://, and this does not: "${url.slice(0, 8)}..."`;
}

/** Of a network in hardhat.config.ts. Its variable may have several, with commas between, of which `deploy` takes one alone. */
async function urlsOfNetwork(name: string): Promise<string> {
  const { default: hre } = await import("hardhat");
  const network = hre.config.networks[name];
  if (network === undefined) throw new UsageError(`hardhat.config.ts has no network "${name}"`);
  if (network.type !== "http") throw new UsageError(`"${name}" runs in this process, and needs no preflight`);
  return network.url.get().catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  });
}
