/** The command in a process of its own, as its `bin` runs it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

import type { Told } from "./world.js";

export interface Child {
  process: ChildProcess;
  ended: Promise<Told & { signal: NodeJS.Signals | null }>;
}

/**
 * Starts `civitas ARGS` with this environment alone.
 * @param largest No file can grow larger, as on a full disk: in KiB.
 */
export function start(args: readonly string[], env: Record<string, string>, largest?: number): Child {
  const command = [process.execPath, "--import", "tsx", "src/cli/main.ts", ...args];
  const limited = ["bash", "-c", 'ulimit -f "$0" && exec "$@"', `${largest}`, ...command];
  const [file = "", ...rest] = largest === undefined ? command : limited;
  const child = spawn(file, rest, {
    env: { ...env, PATH: process.env["PATH"], TSX_DISABLE_CACHE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = [child.stdout, child.stderr].map((stream) => stream.setEncoding("utf8").toArray());
  const ended = once(child, "close").then(async ([status, signal]) => ({
    status: (status as number | null) ?? -1,
    signal: signal as NodeJS.Signals | null,
    out: ((await out) ?? []).join("").trimEnd(),
    err: ((await err) ?? []).join("").trimEnd(),
  }));
  return { process: child, ended };
}
