/** Kaia: Istanbul BFT, one block final at a time. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Engine } from "./engine.js";
import { type Network, nodeFolder, portsOf } from "./folder.js";
import { run } from "./process.js";

const FORKS = ["istanbulCompatibleBlock", "londonCompatibleBlock", "ethTxTypeCompatibleBlock"];
/** What homi adds of later forks: from Magma on, gas has a least price. */
const LATER = /CompatibleBlock$|^kip\d|^randao/;
const NOBODY = `0x${"0".repeat(40)}`;

export const kaia: Engine = {
  name: "kaia",
  title: "Kaia (Istanbul BFT)",
  least: 4,
  programs: { kaia: ".", homi: "github.com/kaiachain/kaia/cmd/homi" },
  ldflags: "-checklinkname=0",

  async prepare(network: Network, folder: string, binaries: string): Promise<void> {
    const { validators, chainId } = network;
    const made = join(folder, "homi");
    const args = ["setup", "--gen-type", "local", "--cn-num", String(validators), "--chainID", String(chainId)];
    await run({ file: join(binaries, "homi"), args: [...args, "--unitPrice", "0", "--output", made] });

    const genesis = JSON.parse(readFileSync(join(made, "scripts", "genesis.json"), "utf8")) as Genesis;
    const config = Object.entries(genesis.config).filter(([name]) => !LATER.test(name));
    genesis.config = { ...Object.fromEntries(config), ...Object.fromEntries(FORKS.map((fork) => [fork, 0])) };
    const genesisFile = join(folder, "genesis.json");
    writeFileSync(genesisFile, JSON.stringify(genesis), { mode: 0o600 });

    const peers = JSON.parse(readFileSync(join(made, "scripts", "static-nodes.json"), "utf8")) as string[];
    const here = peers.map((peer, node) => peer.replace(/@[^?]+/, `@127.0.0.1:${portsOf(network, node).peers}`));
    for (let node = 0; node < validators; node++) {
      const data = join(folder, `node-${node}`);
      mkdirSync(data, { mode: 0o700 });
      copyFileSync(join(made, "keys", `nodekey${node + 1}`), join(data, "nodekey"));
      await run({ file: join(binaries, "kaia"), args: ["--datadir", data, "init", genesisFile] });
      writeFileSync(join(data, "static-nodes.json"), JSON.stringify(here), { mode: 0o600 });
    }
    rmSync(made, { recursive: true });
  },

  command(network: Network, node: number, binaries: string) {
    const data = nodeFolder(network, node);
    const { rpc, peers } = portsOf(network, node);
    return {
      file: join(binaries, "kaia"),
      args: [
        ...["--datadir", data, "--networkid", String(network.chainId), "--nodekey", join(data, "nodekey")],
        ...["--listen", `127.0.0.1:${peers}`, "--nat", "none", "--nodiscover", "--multichannel=false", "--ipcdisable"],
        ...["--rpc", "--rpcaddr", "127.0.0.1", "--rpcport", String(rpc)],
        ...["--rpcapi", "eth,net,web3,klay,istanbul,txpool", "--rewardbase", NOBODY],
        ...["--block-generation-interval", String(network.period), "--ntp.disable"],
        ...["--gcmode", "archive"], // without it, a young node that was killed does not start again
        ...["--txpool.exec-slots.all", "100000", "--txpool.exec-slots.account", "10000"],
      ],
    };
  },
};

interface Genesis {
  config: Record<string, unknown>;
}
