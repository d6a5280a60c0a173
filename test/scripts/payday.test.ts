import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { Interface, JsonRpcProvider } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import {
  accountsOf,
  type Options,
  paidIn,
  PaydayError,
  periodOf,
  planOf,
  rowsOf,
  serialOf,
  wagesOf,
} from "../../scripts/payday/plan.js";
import { type Outcome, runPayday } from "../../scripts/payday/run.js";
import { gasLines } from "../../scripts/payday/tell.js";
import { residentNumber } from "../../scripts/payday/worker.js";
import { checkResidentNumber } from "../../src/identity/number.js";

const OPTIONS: Options = { projects: 2, payments: 61, months: 3, call: 10, seed: "test" };
const DEFAULT: Options = { projects: 147, payments: 100_000, months: 4, call: 100, seed: "civitas" };
const PAID = new Interface([
  "event WagePaid(bytes32 indexed payroll, uint32 indexed worker, address indexed account, uint32 position, uint128 amount)",
]);

describe("npm run payday", () => {
  describe("its plan", () => {
    it("has exactly as many payments as asked, spread over the months", () => {
      for (const options of [DEFAULT, OPTIONS, { ...OPTIONS, payments: 2 }, { ...OPTIONS, payments: 5, months: 12 }]) {
        const plans = planOf(options);
        expect(plans).to.have.length(options.projects);
        let payments = 0;
        for (const plan of plans) {
          expect(paidIn(plan, 0)).to.equal(plan.workers);
          expect(plan.payments).to.be.at.least(plan.workers);
          for (let month = 0; month < options.months; month++) payments += paidIn(plan, month);
        }
        expect(payments).to.equal(options.payments);
      }
      expect(planOf(DEFAULT)[0]).to.deep.equal({ index: 0, payments: 680, workers: 170 });
      expect(planOf(DEFAULT)[146]).to.deep.equal({ index: 146, payments: 720, workers: 180 });
    });

    it("follows from the seed: workers, accounts, and a wage for each month", () => {
      const [first, second] = planOf({ ...OPTIONS, payments: 600 });
      if (first === undefined || second === undefined) throw new Error("there are two");
      const rows = rowsOf("test", first, 1);
      expect(rows).to.deep.equal(rowsOf("test", first, 1));
      expect(rows.map(({ worker }) => worker)).to.deep.equal(Array.from({ length: 100 }, (_, i) => i + 1));
      expect(rows).not.to.deep.equal(rowsOf("test", first, 2));
      expect(rows).not.to.deep.equal(rowsOf("another", first, 1));
      const accounts = [...accountsOf("test", first), ...accountsOf("test", second), ...accountsOf("another", first)];
      expect(new Set(accounts)).to.have.property("size", 300);
      const sums = [0, 1, 2].flatMap((month) => rowsOf("test", first, month).map(({ amount }) => amount));
      expect(wagesOf(OPTIONS, first)).to.equal(sums.reduce((sum, amount) => sum + amount, 0n));
      expect([periodOf(202_511, 0), periodOf(202_511, 1), periodOf(202_511, 12)]).to.deep.equal([
        202_512, 202_601, 202_612,
      ]);
      expect(serialOf("test", 1)).to.equal(serialOf("test", 0) + 1n);
      expect(serialOf("another", 0)).not.to.equal(serialOf("test", 0));
    });

    it("has resident numbers that can be some, each once", () => {
      const numbers = Array.from({ length: 3_000 }, (_, i) => residentNumber(i));
      expect(new Set(numbers)).to.have.property("size", 3_000);
      for (const number of numbers) expect(checkResidentNumber(number)).to.equal(number);
    });
  });

  describe("61 payments in two projects, in calls of 10", () => {
    let chain: NetworkConnection;
    let lines: string[];
    before(async () => {
      chain = await network.create("default");
    });
    beforeEach(() => {
      lines = [];
    });

    async function run(changes: Partial<Options> = {}, say = (line: string): unknown => lines.push(line)) {
      let done = 0;
      const options = { ...OPTIONS, ...changes };
      const outcome: Outcome = await runPayday(chain, options, { say, progress: (more) => (done += more) });
      const workers = outcome.plans.reduce((sum, plan) => sum + plan.workers, 0);
      expect(done).to.equal(workers + options.payments);
      return outcome;
    }
    const failure = async (running: Promise<unknown>) =>
      running.then(
        () => undefined,
        (error: unknown) => error as Error,
      );

    it("are interrupted, and go on where they were", async () => {
      const stop = new Error("stop");
      let enrolled = 0;
      const progress = (more: number) => {
        if ((enrolled += more) > 5) throw stop;
      };
      expect(await failure(runPayday(chain, OPTIONS, { say: () => undefined, progress }))).to.equal(stop);
      const interrupted = run({}, (line) => {
        lines.push(line);
        if (line.startsWith("month 2:")) throw stop;
      });
      expect(await failure(interrupted)).to.equal(stop);
      expect(lines[0]).to.match(/^2 projects, 21 workers enrolled, ([6-9]|1\d) of them before$/);
      const { phases, books } = await run();
      expect(phases.enrolling).to.include({ now: 0, before: 21 });
      expect(phases.filing).to.include({ now: 2, before: 4 });
      expect(phases.approving).to.include({ now: 2, before: 4 });
      expect(phases.paying).to.include({ now: 19, before: 42 });
      expect(books.first.payments).to.equal(21);
      expect(books.later.payments).to.equal(40);
      expect(lines).to.include("2 projects, 21 workers enrolled, 21 of them before");
      expect(lines.at(-1)).to.equal("month 3: 2 payrolls filed, 19 payments made");
      const again = await run();
      expect(again.phases.paying).to.include({ now: 0, before: 61 });
      expect(again.books).to.deep.equal(books);
    });

    it("cost what the receipts say", async () => {
      const { books, yardstick, phases } = await run({ seed: "fresh" });
      expect(phases.paying).to.include({ now: 61, before: 0 });
      expect(books.first).to.include({ calls: 3, payments: 21 });
      expect(books.firstFull).to.include({ calls: 2, payments: 20 });
      expect(books.later).to.include({ calls: 5, payments: 40 }); // 10, 10 and 1; then 10 and 9
      const each = (paid: { gas: bigint; payments: number }) => Number(paid.gas) / paid.payments;
      expect(each(books.first)).to.be.greaterThan(each(books.later) + 15_000);
      expect(yardstick.first).to.be.within(yardstick.later + 17_000, yardstick.later + 17_200);
    });

    it("are refused with sizes that they were not made with", async () => {
      const error = await failure(run({ seed: "fresh", payments: 60 }));
      expect(error).to.be.instanceOf(PaydayError);
      expect(error?.message)
        .to.match(/^the workers of project \d have other claims/)
        .and.contain("--seed");
    });
  });

  describe("its table", () => {
    const paid = (each: number) => ({ calls: 2, payments: 200, gas: BigInt(200 * each) });
    const yardstick = { transfers: 100, first: 50_000, later: 30_000, seconds: 1 };
    const lines = (first: number, later: number, call = 100) => {
      const [firsts, laters] = [paid(first), paid(later)];
      const books = { first: firsts, firstFull: firsts, later: laters, laterFull: laters, amount: 1n };
      return gasLines({ call }, { plans: planOf(OPTIONS), books, yardstick });
    };

    it("says which targets are met, to the gas", () => {
      expect(lines(55_000, 35_000).missed).to.deep.equal([]);
      expect(lines(55_001, 35_000).missed).to.deep.equal(["first payments"]);
      expect(lines(55_000, 35_001).missed).to.deep.equal(["later payments"]);
      expect(lines(55_001, 35_000).lines[3]).to.match(/ 55,001 +50,000 +1\.10 x +55,000 +missed$/);
    });

    it("has no targets for calls of other sizes", () => {
      expect(lines(70_000, 70_000, 10).missed).to.deep.equal([]);
      expect(lines(70_000, 70_000, 10).lines.join()).not.to.match(/met|missed/);
    });
  });

  describe("the command", () => {
    const children = new Set<ChildProcess>();
    afterEach(() => {
      for (const child of children) child.kill("SIGKILL");
      children.clear();
    });

    function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
      const child = spawn(process.execPath, ["--import", "tsx", "scripts/payday.ts", ...args], {
        env: { ...process.env, ...env },
      });
      children.add(child);
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      const ended = once(child, "close").then(([status]) => ({ status: status as number | null, output }));
      return { child, ended };
    }
    const command = async (...args: string[]) => start(args).ended;

    const SIZES = ["--projects", "1", "--payments", "220", "--months", "2"];
    let whole: ReturnType<typeof command> | undefined;
    /** The command of these sizes, not killed. */
    const wholeRun = async () => (whole ??= command(...SIZES));

    it("says what payments cost beside plain transfers and the targets, and how long each part took", async () => {
      const { status, output } = await wholeRun();
      expect(status, output).to.equal(0);
      expect(output).to.match(/^1 projects, 110 workers, 220 payments in calls of 100, on default; seed "civitas"$/m);
      expect(output).to.match(/^paid: [\d,]+ fen to 110 workers of 1 projects$/m);
      expect(output).to.match(/^ {2}first payments +2 +110 +[\d,]+ +5\d,\d{3} +0\.\d\d x$/m);
      expect(output).to.match(/^ {2}in calls of 100 +1 +100 +[34]\d,\d{3} +5\d,\d{3} +0\.\d\d x +55,000 +met$/m);
      expect(output).to.match(/^ {2}later payments +2 +110 +[\d,]+ +3\d,\d{3} +0\.\d\d x$/m);
      expect(output).to.match(/^ {2}in calls of 100 +1 +100 +2\d,\d{3} +3\d,\d{3} +0\.\d\d x +35,000 +met$/m);
      expect(output).to.match(/^ {2}enrolling +\d+\.\d s +110 +workers +[\d.]+$/m);
      expect(output).to.match(/^ {2}paying +\d+\.\d s +220 +payments +[\d.]+$/m);
      expect(output).to.match(/^payments are made \d+\.\d times as fast as plain transfers, one behind the other$/m);
      expect(output).to.match(/^peak memory: \d+ MiB$/m);
    });

    it("explains itself, and refuses options that make no sense", async () => {
      const help = await command("--help");
      expect(help.status).to.equal(0);
      expect(help.output).to.contain("--projects <n>");
      for (const [args, message] of [
        [["--projects", "many"], '--projects is a whole number from 1 to 10000; this is "many"'],
        [["--months", "13"], '--months is a whole number from 1 to 12; this is "13"'],
        [["--call", ""], '--call is a whole number from 1 to 500; this is ""'],
        [["--payments", "146"], "--payments are at least one for each project; 146 are too few for 147"],
        [["--network", "consortium"], 'synthetic wages do not belong on "consortium"'],
        [["--unknown"], "--unknown"],
      ] as const) {
        const { status, output } = await command(...args);
        expect(status, output).to.equal(2);
        expect(output).to.contain(message).and.contain("--help");
      }
    });

    it("is killed while it pays, and goes on with the same command; nobody is paid twice", async () => {
      const server = await network.createServer("node");
      const { address, port } = await server.listen();
      const url = `http://${address}:${port}`;
      const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, staticNetwork: true });
      const paid = async () => {
        const topics = [PAID.getEvent("WagePaid")?.topicHash ?? ""];
        return provider.getLogs({ topics, fromBlock: 0, toBlock: "latest" });
      };
      const args = [...SIZES, "--network", "localnode"];
      const env = { CIVITAS_NODE_URL: url };
      try {
        const killed = start(args, env);
        while ((await paid()).length === 0 && killed.child.exitCode === null) await sleep(10);
        killed.child.kill("SIGKILL");
        expect((await killed.ended).status).to.equal(null);
        const before = (await paid()).length;
        expect(before).to.be.within(1, 219);

        const { status, output } = await start(args, env).ended;
        expect(status, output).to.equal(0);
        expect(output).to.match(/^1 projects, 110 workers enrolled, 110 of them before$/m);
        expect(output).to.match(
          new RegExp(`^ {2}paying +\\d+\\.\\d s +${220 - before} +payments +${before} +[\\d.]+$`, "m"),
        );
        const rows = (await paid()).map((log) => String(PAID.parseLog(log)?.args.slice(0, 2)));
        expect(rows).to.have.length(220);
        expect(new Set(rows)).to.have.property("size", 220);
        const untouched = wagesIn((await wholeRun()).output);
        expect(wagesIn(output), "as of a run that was not killed").to.deep.equal(untouched).and.to.have.length(3);
      } finally {
        provider.destroy();
        await server.close();
      }
    });

    /** What the table says of wages: not of transfers, which are made anew. */
    function wagesIn(output: string): string[] {
      return output.match(/^(paid: .*| {2}(first|later) payments +[\d,]+ +[\d,]+ +[\d,]+)/gm) ?? [];
    }
  });
});
