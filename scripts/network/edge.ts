/** Polygon Edge: IBFT 2.0, one block final at a time. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import type { Engine } from "./engine.js";
import { type Network, nodeFolder } from "./folder.js";
import { run } from "./process.js";

const BLOCK_GAS = "100000000";

export const edge: Engine = {
  name: "edge",
  title: "Polygon Edge (IBFT 2.0)",
  least: 4,
  packages: ["github.com/0xPolygon/polygon-edge"],

  async prepare({ chainId, period, rpcPorts, peerPorts }: Network, folder: string, binaries: string): Promise<void> {
    const file = join(binaries, basename(edge.packages[0] ?? ""));
    const bootnodes: string[] = [];
    for (const node of rpcPorts.keys()) {
      const data = join(folder, `node-${node}`);
      const made = await run({ file, args: ["secrets", "init", "--insecure", "--data-dir", data, "--json"] });
      const [{ node_id: id }] = JSON.parse(made) as [{ node_id: string }];
      bootnodes.push("--bootnode", `/ip4/127.0.0.1/tcp/${peerPorts[node]}/p2p/${id}`);
    }
    const genesisFile = join(folder, "genesis.json");
    const args = ["genesis", "--dir", genesisFile, "--consensus", "ibft", "--ibft-validator-type", "ecdsa"];
    const validators = ["--validators-path", folder, "--validators-prefix", "node-", "--chain-id", String(chainId)];
    const blocks = ["--block-time", `${period}s`, "--block-gas-limit", BLOCK_GAS];
    await run({ file, args: [...args, ...validators, ...blocks, ...bootnodes] });
    const genesis = JSON.parse(readFileSync(genesisFile, "utf8")) as { params: { forks: Record<string, unknown> } };
    delete genesis.params.forks["londonfix"]; // London needs a contract that burns fees
    delete genesis.params.forks["london"];
    writeFileSync(genesisFile, JSON.stringify(genesis), { mode: 0o600 });
  },

  command({ rpcPorts, peerPorts }: Network, node: number, binaries: string) {
    const here = (port = 0) => `127.0.0.1:${port}`;
    const grpc = (rpcPorts[node] ?? 0) + 200;
    return {
      file: join(binaries, basename(edge.packages[0] ?? "")),
      args: [
        ...[
          "server",
          "--data-dir",
          nodeFolder("edge", node),
          "--chain",
          join(nodeFolder("edge", node), "..", "genesis.json"),
        ],
        ...["--grpc-address", here(grpc), "--libp2p", here(peerPorts[node]), "--jsonrpc", here(rpcPorts[node])],
        ...["--seal", "--price-limit", "0"],
      ],
    };
  },
};
