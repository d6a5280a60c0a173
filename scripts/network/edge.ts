/** Polygon Edge: IBFT 2.0, one block final at a time. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Engine } from "./engine.js";
import { type Network, nodeFolder, portsOf } from "./folder.js";
import { run } from "./process.js";

const PROGRAM = "polygon-edge";
const BLOCK_GAS = "100000000";

export const edge: Engine = {
  name: "edge",
  title: "Polygon Edge (IBFT 2.0)",
  least: 4,
  programs: { [PROGRAM]: "github.com/0xPolygon/polygon-edge" },

  async prepare(network: Network, folder: string, binaries: string): Promise<void> {
    const { validators, chainId, period } = network;
    const file = join(binaries, PROGRAM);
    const bootnodes: string[] = [];
    for (let node = 0; node < validators; node++) {
      const data = join(folder, `node-${node}`);
      const made = await run({ file, args: ["secrets", "init", "--insecure", "--data-dir", data, "--json"] });
      const [{ node_id: id }] = JSON.parse(made) as [{ node_id: string }];
      bootnodes.push("--bootnode", `/ip4/127.0.0.1/tcp/${portsOf(network, node).peers}/p2p/${id}`);
    }
    const genesisFile = join(folder, "genesis.json");
    const args = ["genesis", "--dir", genesisFile, "--consensus", "ibft", "--ibft-validator-type", "ecdsa"];
    const prefixes = ["--validators-path", folder, "--validators-prefix", "node-", "--chain-id", String(chainId)];
    const blocks = ["--block-time", `${period}s`, "--block-gas-limit", BLOCK_GAS];
    await run({ file, args: [...args, ...prefixes, ...blocks, ...bootnodes] });
    const genesis = JSON.parse(readFileSync(genesisFile, "utf8")) as { params: { forks: Record<string, unknown> } };
    delete genesis.params.forks["londonfix"]; // London needs a contract that burns fees
    delete genesis.params.forks["london"];
    writeFileSync(genesisFile, JSON.stringify(genesis), { mode: 0o600 });
  },

  command(network: Network, node: number, binaries: string) {
    const { rpc, peers, control } = portsOf(network, node);
    const here = (port: number) => `127.0.0.1:${port}`;
    return {
      file: join(binaries, PROGRAM),
      args: [
        ...["server", "--data-dir", nodeFolder(network, node), "--chain", join(network.folder, "genesis.json")],
        ...["--grpc-address", here(control), "--libp2p", here(peers), "--jsonrpc", here(rpc)],
        ...["--seal", "--price-limit", "0"],
        ...["--json-rpc-batch-request-limit", "100"], // as many as ethers sends at once; 20, if left out
        ...["--json-rpc-block-range-limit", "0"], // events of any number of blocks in one answer; of 1,000, if left out
      ],
    };
  },
};
