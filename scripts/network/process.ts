/** Programs that are run to their end, and validators that go on when this one ends. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import type { Command } from "./engine.js";

const LINES = 30;
const END_MS = 10_000;

/** Runs a program to its end. @returns what it printed. @throws with its last lines if it fails. */
export async function run(
  { file, args }: Command,
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    said += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [status] = (await once(child, "close")) as [number | null];
  if (status === 0) return printed;
  throw new Error(
    `${file} ${args[0] ?? ""} ended with status ${status}:\n${said.split("\n").slice(-LINES).join("\n")}`,
  );
}

/** Starts a program that goes on by itself; its process id goes to a file. */
export function startDetached({ file, args }: Command, log: string, pidFile: string): number {
  const out = openSync(log, "a", 0o600);
  const child = spawn(file, args, { detached: true, stdio: ["ignore", out, out] });
  closeSync(out);
  child.unref();
  if (child.pid === undefined) throw new Error(`${file} could not be started`);
  writeFileSync(pidFile, `${child.pid} ${startOf(child.pid) ?? ""}\n`, { mode: 0o600 });
  return child.pid;
}

/** The process of a file, if it is still the one that was started. */
export function pidIn(pidFile: string): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const [pid = "", start = ""] = readFileSync(pidFile, "utf8").trim().split(" ");
  return start !== "" && startOf(Number(pid)) === start ? Number(pid) : undefined;
}

/** Ends a process by a signal, and waits for its end; one that does not go is killed. */
export async function endProcess(pidFile: string, signal: "SIGTERM" | "SIGKILL"): Promise<boolean> {
  const pid = pidIn(pidFile);
  if (pid !== undefined) {
    process.kill(pid, signal);
    const until = Date.now() + END_MS;
    while (pidIn(pidFile) !== undefined && Date.now() < until) await sleep(50);
    if (pidIn(pidFile) !== undefined) process.kill(pid, "SIGKILL");
  }
  rmSync(pidFile, { force: true });
  return pid !== undefined;
}

/** When a process began; tells it from another one that got its number later. */
function startOf(pid: number): string | undefined {
  const { status, stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  return status === 0 ? stdout.trim().replaceAll(/\s+/g, "_") : undefined;
}
