// The TypeScript tests against a `hardhat node` process over JSON-RPC. Arguments go to `hardhat test mocha`, e.g. `-- --grep suspend`.
// The node gets a free port, and is ended however this ends.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const START_MS = 60_000;
const END_MS = 5_000;
const LOG_LINES = 200; // the node tells every request: its last lines are kept, and printed if it dies

const children = new Set<ChildProcess>();
let ending = false;
for (const [signal, status] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => void end(status));
}

try {
  await end(await main());
} catch (error) {
  console.error(`test:node: ${error instanceof Error ? error.message : String(error)}`);
  await end(1);
}

async function main(): Promise<number> {
  const node = startNode();
  const url = await node.url;
  console.log(`test:node: hardhat node answers at ${url}`);

  const tests = start(["test", "mocha", "--network", "localnode", ...process.argv.slice(2)], "inherit", {
    CIVITAS_NODE_URL: url,
  });
  return await Promise.race([exitOf(tests), node.died]);
}

interface HardhatNode {
  /** Where it answers. */
  url: Promise<string>;
  /** Rejected, after its log was printed, if it ends by itself. */
  died: Promise<never>;
}

function startNode(): HardhatNode {
  const node = start(["node", "--hostname", "127.0.0.1", "--port", "0"], "pipe");
  let log: string[] = [""];
  const listening = new Promise<string>((resolve) => {
    const read = (chunk: string) => {
      const [first = "", ...rest] = chunk.split("\n");
      log = [...log.slice(0, -1), (log.at(-1) ?? "") + first, ...rest].slice(-LOG_LINES);
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(log.join("\n"));
      if (found) resolve(found[0]);
    };
    node.stdout?.setEncoding("utf8").on("data", read);
    node.stderr?.setEncoding("utf8").on("data", read);
  });
  const died = exitOf(node).then((status): Promise<never> => {
    if (ending) return new Promise(() => undefined); // as it should
    console.error(log.join("\n"));
    throw new Error(`hardhat node ended by itself with status ${status}; above are its last lines`);
  });
  const late = new AbortController();
  const answers = listening.then(answering).finally(() => {
    late.abort();
  });
  const tooLate = sleep(START_MS, undefined, late).then((): never => {
    console.error(log.join("\n"));
    throw new Error(`hardhat node did not answer within ${START_MS / 1000} s; above is what it said`);
  });
  tooLate.catch(() => undefined); // put off, when the node answers
  return { url: Promise.race([answers, died, tooLate]), died };
}

/** The URL, as soon as a node answers there. */
async function answering(url: string): Promise<string> {
  for (;;) {
    try {
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
      const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
      if ("result" in ((await response.json()) as object)) return url;
    } catch {
      // not yet
    }
    await sleep(100);
  }
}

function start(args: string[], stdio: "inherit" | "pipe", variables: Record<string, string> = {}): ChildProcess {
  const child = spawn("hardhat", args, {
    stdio: ["ignore", stdio, stdio],
    env: { ...process.env, ...variables },
  });
  children.add(child);
  return child;
}

async function exitOf(child: ChildProcess): Promise<number> {
  const [status] = (await once(child, "close")) as [number | null];
  children.delete(child);
  return status ?? 1;
}

/** End what was started, and then this, with the first status given. What does not end when asked to is killed. */
async function end(status: number): Promise<void> {
  if (ending) return;
  ending = true;
  const running = [...children];
  for (const child of running) child.kill("SIGTERM");
  const all = Promise.all(running.map((child) => once(child, "close")));
  await Promise.race([all, sleep(END_MS)]);
  for (const child of running) child.kill("SIGKILL");
  process.exit(status);
}
