import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { id } from "ethers";

import { UsageError } from "../../scripts/common/command.js";
import { NetworkError } from "../../scripts/network/engine.js";
import { pidIn } from "../../scripts/network/process.js";
import { endOf, failureOf, freePort, newTrial, nodeEngine, type Trial } from "./place.js";

describe("npm run network", () => {
  let made = 0;
  let broken = false;
  const one = nodeEngine("one", (folder) => {
    made++;
    if (broken) throw new NetworkError("cut off");
    writeFileSync(join(folder, "genesis.json"), "{}");
  });
  const two = nodeEngine("two");
  let trial: Trial;
  let port: string;
  async function begin(): Promise<void> {
    [made, broken] = [0, false];
    trial = newTrial([one, two]);
    port = String(await freePort());
  }

  const up = async (...args: string[]) => trial.type("up", "--validators", "2", "--port", port, ...args);
  const file = (...path: string[]) => join(trial.root, "one", ...path);
  const pidOf = (node: number) => pidIn(file(`node-${node}.pid`));
  async function failure(...args: string[]): Promise<Error> {
    return failureOf(trial.type(...args));
  }

  describe("up", () => {
    beforeEach(begin);
    afterEach(async () => {
      await trial.clear();
    });

    it("starts validators, waits for blocks, and tells where they are and what to type next", async () => {
      const said = await up("--chain-id", "77");
      expect(said).to.contain("2 validators of Engine one, chain 77: keys and genesis are made");
      expect(said).to.contain("none of them may fail: Engine one needs 3 validators to go on without one");
      for (const node of [0, 1]) {
        expect(said).to.match(
          new RegExp(
            `validator ${node}  http://127.0.0.1:${Number(port) + node}  process ${pidOf(node)}, block \\d+, 1 peers`,
          ),
        );
      }
      expect(said).to.contain(`export CIVITAS_RPC_URL=http://127.0.0.1:${port} CIVITAS_CHAIN_ID=77`);
      for (const command of ["preflight", "deploy", "verify"]) expect(said).to.contain(`npm run ${command} -- --`);
    });

    for (const [what, more] of [
      ["JSON-RPC", 1],
      ["peers", 101],
      ["control", 200],
    ] as const) {
      it(`refuses a port in use, of ${what}, before it makes anything`, async () => {
        const server = createServer().listen(Number(port) + more, "127.0.0.1");
        try {
          const error = await failureOf(up());
          expect(error).to.be.instanceOf(NetworkError);
          expect(error.message).to.contain(
            `port ${Number(port) + more}, which validator ${more % 100} needs, is in use`,
          );
          expect(existsSync(file())).to.equal(false);
        } finally {
          server.close();
        }
      });
    }

    it("makes anew what was cut off while it was made, and leaves no rest of it", async () => {
      mkdirSync(join(trial.root, "one.new-killed"));
      broken = true;
      expect((await failureOf(up())).message).to.equal("cut off");
      expect(existsSync(file())).to.equal(false);
      broken = false;
      await up();
      expect(readdirSync(trial.root).sort()).to.deep.equal(["one"]);
    });

    it("makes anew a folder without a description", async () => {
      mkdirSync(file());
      writeFileSync(file("rubbish"), "");
      expect(await up()).to.contain("was not made to its end: it is made anew");
      expect(existsSync(file("rubbish"))).to.equal(false);
    });

    it("says how to go on where the description is damaged", async () => {
      mkdirSync(file());
      writeFileSync(file("network.json"), '{"validators": 2');
      expect((await failureOf(up())).message).to.contain("down --purge --engine one");
      await trial.type("down", "--purge", "--engine", "one");
      expect(existsSync(file())).to.equal(false);
    });
  });

  describe("a network that was made", () => {
    before(async () => {
      await begin();
      await up();
    });
    after(async () => {
      await trial.clear();
    });

    it("is kept from others, with all that its validators write", () => {
      const names = readdirSync(trial.root, { recursive: true, encoding: "utf8" });
      expect(names.filter((name) => (statSync(join(trial.root, name)).mode & 0o077) !== 0)).to.deep.equal([]);
      expect(statSync(trial.root).mode & 0o777).to.equal(0o700);
      expect(existsSync(file("node-0", "data"))).to.equal(true);
    });

    it("has keys that nobody was told", () => {
      expect(trial.lines.join()).not.to.contain("secret");
    });

    it("keeps its chain and its processes when it is made again", async () => {
      const before = [pidOf(0), pidOf(1)];
      expect(await trial.type("up")).to.contain("2 validators of Engine one, chain 20261, as they were made before");
      expect([pidOf(0), pidOf(1)]).to.deep.equal(before);
      expect(made).to.equal(1);
    });

    it("does not become one of other settings", async () => {
      const error = await failure("up", "--validators", "4", "--period", "1");
      expect(error).to.be.instanceOf(UsageError);
      expect(error.message).to.contain("cannot become one with --validators 4 (it has 2); to delete it");
      expect(error.message).to.contain("npm run network -- down --purge --engine one");
    });

    it("has logs", async () => {
      expect(await trial.type("logs", "0")).to.equal("listening soon");
    });

    it("has no validator beyond its last", async () => {
      expect((await failure("logs", "2")).message).to.equal("there is no validator 2: the last is 1");
    });

    it("refuses what another process is doing just now", async () => {
      writeFileSync(join(trial.root, "lock"), readFileSync(file("node-0.pid")));
      expect((await failure("up")).message).to.match(new RegExp(`^process ${pidOf(0)} is at work`));
      rmSync(join(trial.root, "lock"));
    });

    it("loses a validator by kill, and gets it back by start", async () => {
      expect(await trial.type("kill", "1")).to.equal("validator 1 is killed");
      expect(await trial.type("kill", "1")).to.equal("validator 1 did not run");
      expect(await trial.type("status")).to.match(/validator 0 .* block \d+(.|\n)*validator 1 .* does not run/);
      expect(await trial.type("start", "1")).to.equal("validator 1 is started");
      expect(await trial.type("start", "1")).to.equal("validator 1 runs already");
    });

    it("shows in its status a validator that ended by itself", async () => {
      process.kill(pidOf(1)!, "SIGKILL");
      while (pidOf(1) !== undefined) await sleep(10);
      expect(await trial.type("status")).to.contain("ended by itself; see npm run network -- logs 1");
    });

    it("tells, when it is started again, which validator ended by itself, with its last lines", async () => {
      writeFileSync(file("node-1", "broken"), "");
      expect((await failure("up")).message).to.match(
        /^validator 1 ended by itself; its last lines:\n(.*\n)*the disk is on fire$/,
      );
      rmSync(file("node-1", "broken"));
    });

    it("starts what does not run, and leaves what runs", async () => {
      const pid = pidOf(0);
      await trial.type("up");
      expect(pidOf(0)).to.equal(pid);
      expect(pidOf(1)).to.be.a("number");
      expect(made).to.equal(1);
    });

    it("ends by down, and keeps its chain", async () => {
      const pid = pidOf(0)!;
      expect(await trial.type("down")).to.equal("Engine one: 2 validators are ended");
      await endOf(pid);
      expect(existsSync(file("node-0", "key"))).to.equal(true);
      expect(await trial.type("down")).to.equal("");
    });

    it("is the one that is meant, where another one does not run", async () => {
      await trial.type("up", "--engine", "two", "--validators", "1", "--port", port);
      expect((await failure("kill", "1")).message).to.equal("there is no validator 1: the last is 0");
      await trial.type("down");
      expect((await failure("kill", "1")).message).to.contain("name one by --engine");
    });

    it("is deleted by down --purge", async () => {
      expect(await trial.type("down", "--purge")).to.contain("Engine one: keys and chain are deleted");
      expect(readdirSync(trial.root)).to.deep.equal([]);
    });
  });

  for (const args of [[], ["kill"], ["up", "--chain-id"], ["status", "--engine"]]) {
    it(`refuses a private key after ${["network", ...args].join(" ")}, and does not show it`, () => {
      const key = id("a key");
      const typed = ["--import", "tsx", "scripts/network.ts", ...args, key];
      const { status, stdout, stderr } = spawnSync(process.execPath, typed, { encoding: "utf8" });
      expect(status, stderr).to.equal(2);
      expect(stderr).to.match(/looks like a private key/);
      expect(`${stdout}${stderr}`).not.to.contain(key.slice(2, 8));
    });
  }

  it("says how to make a network where there is none", async () => {
    await begin();
    expect((await failure("status")).message).to.equal("there is no network; make one: npm run network -- up");
    expect((await failure("kill", "0", "--engine", "two")).message).to.contain("npm run network -- up --engine two");
    expect(await trial.type("down")).to.equal("");
    await trial.clear();
  });
});
