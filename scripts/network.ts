// Validators of a real BFT engine on this machine, on the loopback: to try the suite as a consortium runs it.
//   npm run network -- up                     four validators of Kaia
//   npm run network -- kill 2
//   npm run network -- --help
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { endAfter, UsageError, wholeNumber } from "./common/command.js";
import { built, NetworkError } from "./network/build.js";
import { type Engine, type EngineName, ENGINES } from "./network/engine.js";
import { logOf, makeFolder, type Network, networkOf, removeFolder } from "./network/folder.js";
import { clique } from "./network/clique.js";
import { edge } from "./network/edge.js";
import { kaia } from "./network/kaia.js";
import { endNode, isFree, startNode, stateOf, urlOf, waitForBlocks } from "./network/nodes.js";

const HELP = `Starts validators of a real engine on this machine, each an own process that listens on 127.0.0.1 only.

  npm run network -- up [options]      make the network, if there is none, and start its validators
  npm run network -- status            what each validator does
  npm run network -- logs <n>          the last lines of a validator's log
  npm run network -- kill <n>          end a validator at once (SIGKILL)
  npm run network -- start <n>         start it again
  npm run network -- down [--purge]    end all validators; --purge deletes keys and chain, too

  --engine <name>      kaia (Istanbul BFT), edge (Polygon Edge, IBFT 2.0) or clique (geth, proof of authority) (kaia)
  --validators <n>     how many, from 1 to 10 (4)
  --period <seconds>   from block to block (1)
  --port <n>           of the first validator's JSON-RPC; the others' follow (18545)
  --chain-id <n>       (20261)

Needs Go 1.22 or newer, which builds the engine once. Keys are made here, in .network/, which nobody else can read and git ignores.

Exit codes: 0 done, 1 something failed, 2 the options make no sense.`;
const LINES = 40;

const ENGINE: Partial<Record<EngineName, Engine>> = { kaia, edge, clique };

interface Given {
  command: string;
  node: number | undefined;
  engine: Engine;
  purge: boolean;
  wanted: { validators: number; period: number; port: number; chainId: number };
}

function read(): Given | undefined {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: text,
      validators: text,
      period: text,
      port: text,
      "chain-id": text,
      purge: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const [command, which, ...more] = positionals;
  if (values.help === true || command === undefined) return undefined;
  if (!["up", "status", "logs", "kill", "start", "down"].includes(command)) {
    throw new UsageError(`"${command}" is no command; see --help`);
  }
  const takesNode = ["logs", "kill", "start"].includes(command);
  if (more.length !== 0 || (which === undefined) === takesNode) {
    throw new UsageError(takesNode ? `${command} takes a validator's number` : `${command} takes no number`);
  }
  const name = values.engine ?? "kaia";
  const engine = ENGINES.includes(name as EngineName) ? ENGINE[name as EngineName] : undefined;
  if (engine === undefined) throw new UsageError(`--engine is one of ${ENGINES.join(", ")}; this is "${name}"`);
  const number = (
    option: "validators" | "period" | "port" | "chain-id",
    otherwise: number,
    least: number,
    most: number,
  ) => wholeNumber(option, values[option], { otherwise, least, most });
  const wanted = {
    validators: number("validators", 4, 1, 10),
    period: number("period", 1, 1, 60),
    port: number("port", 18_545, 1024, 65_000),
    chainId: number("chain-id", 20_261, 1, 2 ** 31),
  };
  const node = takesNode ? wholeNumber("validator", which, { otherwise: 0, least: 0, most: 9 }) : undefined;
  return { command, node, engine, purge: values.purge === true, wanted };
}

async function up(engine: Engine, { validators, period, port, chainId }: Given["wanted"]): Promise<void> {
  const binaries = await built(engine, console.log);
  let network = networkOf(engine.name);
  if (network === undefined) {
    const rpcPorts = Array.from({ length: validators }, (_, node) => port + node);
    const peerPorts = rpcPorts.map((one) => one + 100);
    for (const one of [...rpcPorts, ...peerPorts]) {
      if (!(await isFree(one))) throw new NetworkError(`port ${one} is in use; give another --port`);
    }
    network = { engine: engine.name, chainId, period, rpcPorts, peerPorts };
    const draft = network;
    await makeFolder(draft, async (folder) => engine.prepare(draft, folder, binaries));
    console.log(`${validators} validators of ${engine.title}, chain ${chainId}: keys and genesis are made`);
  } else {
    console.log(
      `${network.rpcPorts.length} validators of ${engine.title}, chain ${network.chainId}, as they were made before`,
    );
  }
  for (const node of network.rpcPorts.keys()) await startNode(engine, network, node, binaries);
  console.log(`block ${await waitForBlocks(network)}`);
  await tell(network);
  const url = urlOf(network, 0);
  console.log(
    `\nNext:\n  CIVITAS_RPC_URL=${url} CIVITAS_CHAIN_ID=${network.chainId} npm run deploy -- --network consortium`,
  );
}

async function tell(network: Network): Promise<void> {
  for (const node of network.rpcPorts.keys()) {
    const { url, pid, block, peers } = await stateOf(network, node);
    const doing = pid === undefined ? "is down" : `process ${pid}, block ${block ?? "?"}, ${peers ?? "?"} peers`;
    console.log(`  validator ${node}  ${url}  ${doing}`);
  }
}

async function main(): Promise<void> {
  const given = read();
  if (given === undefined) {
    console.log(HELP);
    return;
  }
  const { command, engine, purge, wanted } = given;
  if (command === "up") return up(engine, wanted);
  const network = networkOf(engine.name);
  if (network === undefined) {
    throw new NetworkError(
      `there is no network of ${engine.title}; make one: npm run network -- up --engine ${engine.name}`,
    );
  }
  const node = given.node ?? 0;
  if (node >= network.rpcPorts.length) {
    throw new UsageError(`validators are 0 to ${network.rpcPorts.length - 1}; there is no ${node}`);
  }
  switch (command) {
    case "status":
      return tell(network);
    case "logs":
      console.log(readFileSync(logOf(engine.name, node), "utf8").split("\n").slice(-LINES).join("\n"));
      return;
    case "kill":
      console.log(
        (await endNode(network, node, "SIGKILL")) ? `validator ${node} is killed` : `validator ${node} was down`,
      );
      return;
    case "start": {
      const started = await startNode(engine, network, node, await built(engine, console.log));
      console.log(started ? `validator ${node} is started` : `validator ${node} runs already`);
      return;
    }
    default:
      for (const one of network.rpcPorts.keys()) await endNode(network, one, "SIGTERM");
      if (purge) removeFolder(engine.name);
      console.log(purge ? "all validators are ended; keys and chain are deleted" : "all validators are ended");
  }
}

await endAfter("network", main);
