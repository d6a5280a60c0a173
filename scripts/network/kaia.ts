/** Kaia: Istanbul BFT, one block final at a time. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Engine } from "./engine.js";
import { type Network, nodeFolder } from "./folder.js";
import { run } from "./process.js";

const FORKS = ["istanbulCompatibleBlock", "londonCompatibleBlock", "ethTxTypeCompatibleBlock"];
/** What homi adds of later forks: from Magma on, gas has a least price. */
const LATER = /CompatibleBlock$|^kip\d|^randao/;

export const kaia: Engine = {
  name: "kaia",
  title: "Kaia (Istanbul BFT)",
  least: 4,
  packages: ["github.com/kaiachain/kaia/cmd/kcn", "github.com/kaiachain/kaia/cmd/homi"],
  ldflags: "-checklinkname=0",

  async prepare({ chainId, rpcPorts, peerPorts }: Network, folder: string, binaries: string): Promise<void> {
    const made = join(folder, "homi");
    const count = String(rpcPorts.length);
    const args = ["setup", "--gen-type", "local", "--cn-num", count, "--chainID", String(chainId), "--unitPrice", "0"];
    await run({ file: join(binaries, "homi"), args: [...args, "--output", made] });

    const genesis = JSON.parse(readFileSync(join(made, "scripts", "genesis.json"), "utf8")) as Genesis;
    const config = Object.entries(genesis.config).filter(([name]) => !LATER.test(name));
    genesis.config = { ...Object.fromEntries(config), ...Object.fromEntries(FORKS.map((fork) => [fork, 0])) };
    const genesisFile = join(folder, "genesis.json");
    writeFileSync(genesisFile, JSON.stringify(genesis), { mode: 0o600 });

    const peers = JSON.parse(readFileSync(join(made, "scripts", "static-nodes.json"), "utf8")) as string[];
    const here = peers.map((peer, node) => peer.replace(/@[^?]+/, `@127.0.0.1:${peerPorts[node]}`));
    for (const node of rpcPorts.keys()) {
      const data = join(folder, `node-${node}`);
      mkdirSync(data, { mode: 0o700 });
      copyFileSync(join(made, "keys", `nodekey${node + 1}`), join(data, "nodekey"));
      await run({ file: join(binaries, "kcn"), args: ["--datadir", data, "init", genesisFile] });
      writeFileSync(join(data, "static-nodes.json"), JSON.stringify(here), { mode: 0o600 });
    }
    rmSync(made, { recursive: true });
  },

  command({ chainId, rpcPorts, peerPorts }: Network, node: number, binaries: string) {
    const data = nodeFolder("kaia", node);
    return {
      file: join(binaries, "kcn"),
      args: [
        ...["--datadir", data, "--networkid", String(chainId), "--nodekey", join(data, "nodekey")],
        ...["--port", String(peerPorts[node]), "--nat", "none", "--nodiscover", "--multichannel=false"],
        ...["--rpc", "--rpcaddr", "127.0.0.1", "--rpcport", String(rpcPorts[node])],
        ...["--rpcapi", "eth,net,web3,klay,istanbul,txpool", "--rewardbase", `0x${"0".repeat(40)}`],
        // a young node that was killed does not start again without its archive
        ...["--ntp.disable", "--gcmode", "archive"],
        ...["--txpool.exec-slots.all", "100000", "--txpool.exec-slots.account", "10000"],
      ],
    };
  },
};

interface Genesis {
  config: Record<string, unknown>;
}
