/** A network of validators whose chain begins with contracts. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Engine } from "../network/engine.js";
import { makeNetwork, type Network } from "../network/folder.js";
import { kaia } from "../network/kaia.js";
import { run } from "../network/process.js";
import type { Alloc } from "./past.js";

/** Engines that this was seen to work with. */
export const ENGINES: readonly Engine[] = [kaia];

/** Makes keys, a genesis with the contracts in it, and data folders. */
export async function makeWith(engine: Engine, network: Network, binaries: string, alloc: Alloc): Promise<void> {
  await makeNetwork(network, async (draft) => {
    await engine.prepare(network, draft, binaries);
    const file = join(draft, "genesis.json");
    const genesis = JSON.parse(readFileSync(file, "utf8")) as { alloc: object };
    genesis.alloc = { ...genesis.alloc, ...alloc };
    writeFileSync(file, JSON.stringify(genesis), { mode: 0o600 });
    for (let node = 0; node < network.validators; node++) {
      const data = join(draft, `node-${node}`);
      rmSync(join(data, "klay"), { recursive: true }); // it was begun with the genesis as it was
      await run({ file: join(binaries, "kaia"), args: ["--datadir", data, "init", file] });
    }
  });
}
