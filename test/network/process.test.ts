import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { NetworkError } from "../../scripts/network/engine.js";
import { alone, endProcess, pidIn, run, start } from "../../scripts/network/process.js";
import { endOf, failureOf } from "./place.js";

const WAITS = "setInterval(() => undefined, 1000)";

describe("processes of validators", () => {
  let folder: string;
  let pidFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "civitas-process-"));
    pidFile = join(folder, "node.pid");
  });
  afterEach(async () => {
    await endProcess(pidFile, "SIGKILL");
    rmSync(folder, { recursive: true });
  });

  /** Starts Node with a script and the folder's name on its command line. */
  const launch = async (script: string) =>
    start(
      { file: process.execPath, args: ["-e", script, folder] },
      { log: join(folder, "log"), pidFile, mark: folder },
    );

  /** Until a log has a text. */
  async function said(text: string): Promise<void> {
    while (!readFileSync(join(folder, "log"), "utf8").includes(text)) await sleep(10);
  }

  it("are found by their pid file", async () => {
    await launch(`console.log(process.pid); ${WAITS}`);
    const pid = pidIn(pidFile);
    await said(`${pid}\n`);
  });

  it("write a pid file and a log that are for nobody else", async () => {
    await launch(WAITS);
    for (const file of [pidFile, join(folder, "log")]) expect(statSync(file).mode & 0o777, file).to.equal(0o600);
  });

  it("are none where another process has the number of one that is gone", () => {
    writeFileSync(pidFile, `${process.pid}\n${folder}\n`);
    expect(pidIn(pidFile)).to.equal(undefined);
  });

  it("are none where the pid file is of a process that is gone, cut short, or not there", async () => {
    const gone = spawn(process.execPath, ["-e", "", folder]);
    await once(gone, "close");
    writeFileSync(pidFile, `${gone.pid}\n${folder}\n`);
    expect(pidIn(pidFile)).to.equal(undefined);
    writeFileSync(pidFile, `${process.pid}`);
    expect(pidIn(pidFile)).to.equal(undefined);
    rmSync(pidFile);
    expect(pidIn(pidFile)).to.equal(undefined);
  });

  it("cannot be known where there is no program ps, which is said", () => {
    writeFileSync(pidFile, `${process.pid}\n${folder}\n`);
    const path = process.env["PATH"];
    process.env["PATH"] = folder;
    try {
      expect(() => pidIn(pidFile)).to.throw(NetworkError, "the program ps is missing");
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("end, and their pid file goes", async () => {
    await launch(WAITS);
    expect(await endProcess(pidFile, "SIGTERM")).to.equal(true);
    expect(existsSync(pidFile)).to.equal(false);
    expect(await endProcess(pidFile, "SIGTERM")).to.equal(false);
  });

  it("are killed where they do not end when they are asked to", async () => {
    await launch(`process.on("SIGTERM", () => undefined); console.log("deaf"); ${WAITS}`);
    await said("deaf");
    const pid = pidIn(pidFile)!;
    expect(await endProcess(pidFile, "SIGTERM", 50)).to.equal(true);
    await endOf(pid);
  });

  it("leave a pid file where they ended by themselves, which finds nobody", async () => {
    await launch("console.log('no disk'); process.exit(1)");
    while (pidIn(pidFile) !== undefined) await sleep(10);
    expect(existsSync(pidFile)).to.equal(true);
    expect(readFileSync(join(folder, "log"), "utf8")).to.equal("no disk\n");
  });
});

describe("a program that is run to its end", () => {
  it("gives what it printed", async () => {
    expect(await run({ file: "sh", args: ["-c", "echo one; echo two >&2"] })).to.equal("one\n");
  });

  it("fails with its status and its last lines", async () => {
    const error = await failureOf(run({ file: "sh", args: ["-c", "seq 100; echo the end >&2; exit 7"] }));
    expect(error).to.be.instanceOf(NetworkError);
    expect(error.message).to.match(/^sh -c ended with status 7:\n/);
    expect(error.message).to.contain("the end").and.not.contain("\n10\n");
  });
});

describe("work that is done alone", () => {
  const file = join(tmpdir(), `civitas-alone-${process.pid}`);
  afterEach(() => {
    rmSync(file, { force: true });
  });

  it("refuses a second, and names the first", async () => {
    const error = await alone(file, async () => failureOf(alone(file, () => Promise.resolve())));
    expect(error.message).to.match(new RegExp(`^process ${process.pid} is at work`));
  });

  it("is over when it fails", async () => {
    await failureOf(alone(file, () => Promise.reject(new Error("no"))));
    expect(await alone(file, () => Promise.resolve("done"))).to.equal("done");
  });

  it("is not hindered by one that was killed", async () => {
    writeFileSync(file, `${process.pid}\nanother command line\n`);
    expect(await alone(file, () => Promise.resolve("done"))).to.equal("done");
  });
});
