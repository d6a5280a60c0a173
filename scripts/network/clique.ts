/** geth with Clique: proof of authority, whose blocks can be reorganised. */
import { createECDH } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { encryptKeystoreJsonSync, Wallet } from "ethers";

import type { Engine } from "./engine.js";
import { type Network, nodeFolder } from "./folder.js";
import { run } from "./process.js";

const BLOCK_GAS = 100_000_000;
const NO_PASSWORD = "";

export const clique: Engine = {
  name: "clique",
  title: "geth (Clique)",
  least: 3,
  packages: ["github.com/ethereum/go-ethereum/cmd/geth"],
  ldflags: "-checklinkname=0",

  async prepare({ chainId, period, rpcPorts, peerPorts }: Network, folder: string, binaries: string): Promise<void> {
    const signers = rpcPorts.map(() => Wallet.createRandom());
    const sorted = signers.map(({ address }) => address.slice(2).toLowerCase()).sort();
    const forks = ["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul"];
    const genesis = {
      config: {
        chainId,
        ...Object.fromEntries([...forks, "berlin", "london"].map((fork) => [`${fork}Block`, 0])),
        clique: { period, epoch: 30_000 },
      },
      difficulty: "1",
      gasLimit: `0x${BLOCK_GAS.toString(16)}`,
      baseFeePerGas: "0x0",
      extraData: `0x${"0".repeat(64)}${sorted.join("")}${"0".repeat(130)}`,
      alloc: {},
    };
    const genesisFile = join(folder, "genesis.json");
    writeFileSync(genesisFile, JSON.stringify(genesis), { mode: 0o600 });
    const keys = rpcPorts.map(() => {
      const key = createECDH("secp256k1");
      key.generateKeys();
      return key;
    });
    const peers = keys.map((key, node) => {
      const id = key.getPublicKey("hex").slice(2);
      return `enode://${id}@127.0.0.1:${peerPorts[node]}?discport=0`;
    });
    for (const [node, signer] of signers.entries()) {
      const data = join(folder, `node-${node}`);
      mkdirSync(join(data, "keystore"), { recursive: true, mode: 0o700 });
      writeFileSync(join(data, "password"), NO_PASSWORD, { mode: 0o600 });
      writeFileSync(join(data, "address"), signer.address, { mode: 0o600 });
      writeFileSync(join(data, "nodekey"), keys[node]?.getPrivateKey("hex").padStart(64, "0") ?? "", { mode: 0o600 });
      const keystore = encryptKeystoreJsonSync(
        { address: signer.address, privateKey: signer.privateKey },
        NO_PASSWORD,
        { scrypt: { N: 1024 } },
      );
      writeFileSync(join(data, "keystore", "signer.json"), keystore, { mode: 0o600 });
      const others = peers.filter((_, other) => other !== node).map((peer) => `"${peer}"`);
      writeFileSync(join(data, "config.toml"), `[Node.P2P]\nStaticNodes = [${others.join(", ")}]\n`, { mode: 0o600 });
      await run({ file: join(binaries, "geth"), args: ["--datadir", data, "init", genesisFile] });
    }
  },

  command(network: Network, node: number, binaries: string) {
    const data = nodeFolder("clique", node);
    const address = addressIn(data);
    return {
      file: join(binaries, "geth"),
      args: [
        ...["--datadir", data, "--config", join(data, "config.toml"), "--networkid", String(network.chainId)],
        ...["--nodekey", join(data, "nodekey"), "--port", String(network.peerPorts[node]), "--nat", "none"],
        ...["--nodiscover", "--syncmode", "full", "--gcmode", "archive", "--ipcdisable", "--authrpc.port", "0"],
        ...["--http", "--http.addr", "127.0.0.1", "--http.port", String(network.rpcPorts[node])],
        ...["--http.api", "eth,net,web3,txpool,clique"],
        ...["--mine", "--miner.etherbase", address, "--miner.gasprice", "0", "--miner.gaslimit", String(BLOCK_GAS)],
        ...["--unlock", address, "--password", join(data, "password"), "--allow-insecure-unlock"],
        ...["--txpool.pricelimit", "0"],
      ],
    };
  },
};

function addressIn(data: string): string {
  return readFileSync(join(data, "address"), "utf8");
}
