/** Programs that are run to their end, and programs that go on when this one ends. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { type Command, NetworkError } from "./engine.js";

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
  throw new NetworkError(`${file} ${args[0] ?? ""} ended with status ${status}:\n${lastLines(said, LINES)}`);
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** Writes a process's number and what its command line has in it, and becomes the program: a pid file is there before it starts. */
const WRAPPER = 'umask 077 && printf "%s\\n%s\\n" "$$" "$2" > "$1" && shift 2 && exec "$@"';

/**
 * Starts a program that goes on by itself.
 * @param mark In its command line, and in no other program's.
 */
export async function start(
  { file, args, env }: Command,
  { log, pidFile, mark }: { log: string; pidFile: string; mark: string },
): Promise<void> {
  rmSync(pidFile, { force: true });
  const out = openSync(log, "a", 0o600);
  const child = spawn("sh", ["-c", WRAPPER, "sh", pidFile, mark, file, ...args], {
    detached: true,
    stdio: ["ignore", out, out],
    env: { ...process.env, ...env },
  });
  closeSync(out);
  child.unref();
  while (!isWritten(pidFile) && child.exitCode === null) await sleep(5);
}

function isWritten(pidFile: string): boolean {
  return existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n");
}

/** The process of a pid file, if it is still the one that wrote it, and not another that got its number later. */
export function pidIn(pidFile: string): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const [pid = "", mark = ""] = readFileSync(pidFile, "utf8").split("\n");
  return /^\d+$/.test(pid) && mark !== "" && commandOf(Number(pid)).includes(mark) ? Number(pid) : undefined;
}

/** Ends a process by a signal, and waits for its end; one that does not go is killed. @returns whether it ran. */
export async function endProcess(pidFile: string, signal: "SIGTERM" | "SIGKILL", patience = END_MS): Promise<boolean> {
  const pid = pidIn(pidFile);
  if (pid !== undefined) {
    process.kill(pid, signal);
    const until = Date.now() + patience;
    while (pidIn(pidFile) !== undefined) {
      if (Date.now() > until) process.kill(pid, "SIGKILL");
      await sleep(50);
    }
  }
  rmSync(pidFile, { force: true });
  return pid !== undefined;
}

/** Does something while no other process does, by a file with the process's number; that of a process that is gone counts for nothing. */
export async function alone<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const other = pidIn(file);
  if (other !== undefined) {
    throw new NetworkError(`process ${other} is at work on the networks of this folder; wait for its end, or end it`);
  }
  rmSync(file, { force: true });
  writeFileSync(file, `${process.pid}\n${commandOf(process.pid)}\n`, { mode: 0o600, flag: "wx" });
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** The command line of a process; empty if there is none. */
function commandOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch {
    return "";
  }
  const { error, stdout } = spawnSync("ps", ["-ww", "-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  if (error !== undefined)
    throw new NetworkError("the program ps is missing; install it (in Debian, the package procps)");
  return stdout.trim();
}
