/** geth with Clique: proof of authority, whose blocks can be reorganised. */
import { createECDH } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { encryptKeystoreJsonSync, Wallet } from "ethers";

import type { Engine } from "./engine.js";
import { type Network, nodeFolder, portsOf } from "./folder.js";
import { run } from "./process.js";

const BLOCK_GAS = 100_000_000;
const NO_PASSWORD = "";
const FORKS = ["homestead", "eip150", "eip155", "eip158", "byzantium", "constantinople", "petersburg", "istanbul"];

export const clique: Engine = {
  name: "clique",
  title: "geth (Clique)",
  least: 3,
  programs: { geth: "github.com/ethereum/go-ethereum/cmd/geth" },
  ldflags: "-checklinkname=0",

  async prepare(network: Network, folder: string, binaries: string): Promise<void> {
    const { validators, chainId, period } = network;
    const nodes = Array.from({ length: validators }, (_, node) => {
      const key = createECDH("secp256k1"); // by which peers know the node
      key.generateKeys();
      const id = key.getPublicKey("hex").slice(2);
      const peer = `enode://${id}@127.0.0.1:${portsOf(network, node).peers}?discport=0`;
      return { signer: Wallet.createRandom(), nodeKey: key.getPrivateKey("hex").padStart(64, "0"), peer };
    });
    const signers = nodes.map(({ signer }) => signer.address.slice(2).toLowerCase()).sort();
    const genesis = {
      config: {
        chainId,
        ...Object.fromEntries([...FORKS, "berlin", "london"].map((fork) => [`${fork}Block`, 0])),
        clique: { period, epoch: 30_000 },
      },
      difficulty: "1",
      gasLimit: `0x${BLOCK_GAS.toString(16)}`,
      baseFeePerGas: "0x0",
      extraData: `0x${"0".repeat(64)}${signers.join("")}${"0".repeat(130)}`,
      alloc: {},
    };
    const write = (file: string, text: string) => {
      writeFileSync(join(folder, file), text, { mode: 0o600 });
    };
    write("genesis.json", JSON.stringify(genesis));
    for (const [node, { signer, nodeKey }] of nodes.entries()) {
      const data = `node-${node}`;
      mkdirSync(join(folder, data, "keystore"), { recursive: true, mode: 0o700 });
      const { address, privateKey } = signer;
      const keystore = encryptKeystoreJsonSync({ address, privateKey }, NO_PASSWORD, { scrypt: { N: 1024 } });
      write(join(data, "keystore", "signer.json"), keystore);
      write(join(data, "password"), NO_PASSWORD);
      write(join(data, "address"), address);
      write(join(data, "nodekey"), nodeKey);
      const others = nodes.filter((_, other) => other !== node).map(({ peer }) => `"${peer}"`);
      const listen = `ListenAddr = "127.0.0.1:${portsOf(network, node).peers}"`; // --port would listen on all addresses
      write(join(data, "config.toml"), `[Node.P2P]\n${listen}\nStaticNodes = [${others.join(", ")}]\n`);
      const args = ["--datadir", join(folder, data), "init", join(folder, "genesis.json")];
      await run({ file: join(binaries, "geth"), args });
    }
  },

  command(network: Network, node: number, binaries: string) {
    const data = nodeFolder(network, node);
    const { rpc, control } = portsOf(network, node);
    const address = readFileSync(join(data, "address"), "utf8");
    return {
      file: join(binaries, "geth"),
      args: [
        ...["--datadir", data, "--config", join(data, "config.toml"), "--networkid", String(network.chainId)],
        ...["--nodekey", join(data, "nodekey"), "--nat", "none", "--nodiscover", "--ipcdisable"],
        ...["--syncmode", "full", "--gcmode", "archive"],
        ...["--authrpc.addr", "127.0.0.1", "--authrpc.port", String(control)],
        ...["--http", "--http.addr", "127.0.0.1", "--http.port", String(rpc)],
        ...["--http.api", "eth,net,web3,txpool,clique"],
        ...["--mine", "--miner.etherbase", address, "--miner.gasprice", "0", "--miner.gaslimit", String(BLOCK_GAS)],
        ...["--unlock", address, "--password", join(data, "password"), "--allow-insecure-unlock"],
        ...["--txpool.pricelimit", "0"],
      ],
    };
  },
};
