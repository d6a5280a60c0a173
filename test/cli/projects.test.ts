import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { hexlify, randomBytes, Wallet } from "ethers";

import { openProject } from "../../src/escrow/agreement.js";
import { PAYROLL_STATUSES } from "../../src/escrow/status.js";
import { approved, fileOf, filed, funded, OBJECTION_TIME, type Site, site, wagesOf } from "../client/escrow/site.js";
import { schoolTerms, signedByAll, siteOffice } from "../client/escrow/world.js";
import { setOperator } from "../identity/persons.js";
import { word } from "../identity/world.js";
import { loadFixture, time } from "../world.js";
import { desk } from "./desk.js";

/** Parts of the token in a fen. */
const UNIT = 10n ** 16n;

describe("civitas project", () => {
  const { civitas, inProcess, folder, sent } = desk();
  let world: Site;
  let directory: string;
  let made = 0;
  /** An account without money: the company's and the contractor's operator, where `act` makes it that. */
  const wallet = Wallet.createRandom();
  const env = { CIVITAS_KEY: wallet.privateKey };

  beforeEach(async () => {
    world = await loadFixture(funded);
    directory = await world.directory.getAddress();
    sent();
  });

  const run = async (...args: string[]) => civitas(directory, ["project", ...args], env);
  const actFor = async ({ id, key }: Site["company"]) => setOperator(world, id, key, wallet.address, true);
  const table = (text: string) => {
    const path = join(folder, `wages-${++made}.csv`);
    writeFileSync(path, text);
    return path;
  };
  const file = async (csv: string, ...args: string[]) =>
    run(
      ...["payroll", "file", world.project, "--csv", csv, "--employer", `${world.seat}`],
      ...["--period", `${world.period}`, ...args],
    );
  const balances = async () =>
    Promise.all(world.crew.map(async ({ account }) => (await world.token.balanceOf(account)) / UNIT));
  const everyone = Array<bigint>(10).fill(650_000n);

  describe("list, statement, history, next", () => {
    it("lists the projects of a city, or of all", async () => {
      const all = await run("list", "--json");
      expect((JSON.parse(all.out) as { project: string }[]).map(({ project }) => project)).to.deep.equal([
        world.project,
      ]);
      const none = await run("list", "--city", "MA.156.43");
      expect(none.out, none.err).to.equal("No project was opened.");
      expect((await run("list", "--city", "MA.156.1301")).out).to.contain("1000000.00 CNY");
    });

    it("looks for projects and payrolls from the block that is named on", async () => {
      await filed(world);
      const after = `${(await world.contracts.provider.getBlockNumber()) + 1}`;
      expect((await run("list", "--from", after)).out).to.equal("No project was opened.");
      expect((await run("next", world.project, "--from", after)).out).not.to.contain("rows wait");
      expect((await run("next", world.project, "--from", "0")).out).to.contain("10 rows wait");
    });

    it("tells the books of a project, as a table, as CSV, and as JSON as of a block", async () => {
      const { out, err } = await run("statement", world.project);
      expect(out, err).to.match(/put in by funders +100000\.00/);
      expect((await run("statement", world.project, "--csv")).out).to.match(/^in,,put in by funders,100000\.00,CNY/m);
      const block = await world.contracts.provider.getBlockNumber();
      const before = await run("statement", world.project, "--json", "--block", `${block - 1}`);
      expect(JSON.parse(before.out)).to.have.nested.property("works.funded", "0");
    });

    it("names milestones as the document of the terms does, and takes that of no other project", async () => {
      const office = await loadFixture(siteOffice);
      const document = await schoolTerms(office);
      const opened = await openProject(office.contracts, office.stranger, await signedByAll(office, document));
      const of = await office.directory.getAddress();
      const terms = join(folder, "terms.json");
      const statement = async (project: string) => civitas(of, ["project", "statement", project, "--document", terms]);
      writeFileSync(terms, JSON.stringify(document));
      const told = await statement(opened.project);
      expect(told.out, told.err).to.contain(document.milestones[0]?.title);
      const other = await statement(word());
      expect(other.err).to.contain(`has the terms of the project ${opened.project}`);
      writeFileSync(terms, "{}");
      const none = await statement(opened.project);
      expect(none.err).to.contain("this terms document cannot be used");
      expect([told.status, other.status, none.status]).to.deep.equal([0, 1, 1]);
    });

    it("tells what became of it, newest first", async () => {
      const { out } = await run("history", world.project);
      expect(out.split("\n").at(0)).to.match(/Funded|Fed/);
      expect(out.split("\n").at(-1)).to.contain("ProjectOpened");
    });

    it("tells what is due, and what waits for approval or a push", async () => {
      expect((await run("next", world.project)).out).to.contain("Due next: the end of the project");
      await filed(world);
      expect((await run("next", world.project)).out).to.contain("10 rows wait for the payroll's approval");
      await time.increase(OBJECTION_TIME);
      const draft = (await world.payrolls.queryFilter(world.payrolls.filters.PayrollFiled()))[0]!;
      await world.payrolls.connect(world.contractor.operator).approve(draft.args.payroll, []);
      expect((await run("next", world.project)).out).to.contain("65000.00 CNY");
    });

    it("says in words that there is no such project", async () => {
      const { status, err } = await run("statement", word());
      expect(status).to.equal(1);
      expect(err).to.match(/^civitas: .*project/);
      expect((await run("statement", "0x12")).status).to.equal(2);
    });
  });

  describe("payroll", () => {
    it("files a company's CSV from an account without money: rehearsed, filed, and filed once", async () => {
      await actFor(world.company);
      const csv = table(fileOf(wagesOf(world)));
      const kept = join(folder, `rows-${made}.json`);
      const rehearsed = await file(csv, "--dry-run", "--out", kept);
      expect(rehearsed.out, rehearsed.err).to.contain("10 rows would be made");
      expect(sent()).to.equal(0);
      const done = await file(csv, "--out", kept);
      expect(done.out, done.err).to.contain("10 rows made in 1 transactions");
      const [{ id }] = JSON.parse(readFileSync(kept, "utf8")) as [{ id: string }];
      expect(PAYROLL_STATUSES[Number((await world.payrolls.payrollOf(id)).status)]).to.equal("Filed");
      const again = await file(csv, "--out", kept);
      expect(again.status, again.err).to.equal(0);
      expect(again.out).to.contain("10 were there before");
      expect(sent()).to.equal(1);
    });

    it("files a supplement to another payroll, under the number that is named", async () => {
      const first = await approved(world, { 1: "6500.00", 2: "6500.00" });
      await actFor(world.company);
      const csv = table(fileOf({ 1: "300.00" }));
      const alone = await file(csv);
      expect(alone.status, alone.out).to.equal(1);
      const done = await file(csv, "--predecessor", first.id, "--serial", "7", "--json");
      expect(done.status, done.err).to.equal(0);
      const { payrolls } = JSON.parse(done.out) as { payrolls: [{ id: string; header: object }] };
      expect(payrolls[0].header).to.include({ predecessor: first.id, serial: 7 });
      expect(PAYROLL_STATUSES[Number((await world.payrolls.payrollOf(payrolls[0].id)).status)]).to.equal("Filed");
      const taken = await file(table(fileOf({ 1: "400.00" })), "--predecessor", first.id, "--serial", "7");
      expect(taken.status, taken.out).to.equal(1);
      expect(taken.err).to.contain("7");
    });

    it("tells every bad row of 10,000, and sends nothing", async () => {
      await actFor(world.company);
      const rows = Array.from({ length: 10_000 }, (_, i) => `${i + 1},6500.00`);
      rows[4_711] = "4712,six thousand";
      const { status, err } = await file(table(["worker,amount", ...rows].join("\n")));
      expect(status).to.equal(1);
      expect(err).to.match(/^line 4713: .*six thousand/m);
      const unknown = rows.length - world.crew.length;
      expect(err.match(/^line [0-9]+: worker [0-9]+ is /gm)).to.have.length(unknown);
      expect(err).to.contain(`civitas: ${unknown} of 10000 rows cannot be done, so nothing was sent`);
      expect(sent()).to.equal(0);
    });

    it("says once, not for each row, who may not file", async () => {
      const { status, err } = await file(table(fileOf(wagesOf(world))));
      expect(status).to.equal(1);
      expect(err.split("\n")).to.have.length(2);
      expect(err).to.match(/^payroll 1 of [0-9]{6}: .*0x/);
    });

    it("approves, once it is time, and leaves out what is approved", async () => {
      await actFor(world.contractor);
      const { id } = await filed(world);
      const early = await run("payroll", "approve", id);
      expect(early.status).to.equal(1);
      await time.increase(OBJECTION_TIME);
      const done = await run("payroll", "approve", id);
      expect(done.out, done.err).to.contain("1 approvals made");
      expect((await run("payroll", "approve", id)).out).to.contain("1 were there before");
      expect(sent()).to.equal(1);
    });
  });

  describe("push", () => {
    it("rehearses, pays everyone once from an account without money, and tells so", async () => {
      await approved(world);
      const rehearsed = await run("push", world.project, "--dry-run");
      expect(rehearsed.out, rehearsed.err).to.match(/^10 rows would be paid, 65000\.00 CNY/);
      expect([await balances(), sent()]).to.deep.equal([Array<bigint>(10).fill(0n), 0]);
      const done = await run("push", world.project, "--per-call", "4");
      expect(done.status, done.err).to.equal(0);
      expect(done.out).to.contain("10 rows paid, 65000.00 CNY, in 3 transactions");
      expect((await run("push", world.project)).out).to.contain("0 rows paid");
      expect(await balances()).to.deep.equal(everyone);
    });

    /** What a rehearsal, or a push, tells of rows. */
    const told = ({ out }: { out: string }) => {
      const { paid, failed, waiting } = JSON.parse(out) as {
        paid: { worker: number; amount: string }[];
        failed: { worker: number }[];
        waiting: { waiting: object }[];
      };
      return {
        paid: paid.map(({ worker, amount }) => [worker, amount]),
        failed: failed.map(({ worker }) => worker),
        waiting: waiting.map((row) => row.waiting),
      };
    };

    it("rehearses what it would pay of money that is not set apart yet: the same is paid then", async () => {
      world = await loadFixture(site);
      await approved(world);
      expect((await run("push", world.project, "--dry-run")).out).to.match(
        /^0 rows would be paid, 0\.00 CNY, in 0 transactions; nothing was sent\n10 rows wait: money is missing for them$/,
      );
      await world.escrow.connect(world.owner.account).fund(world.project, 100_001n);
      const person = await run("push", world.project, "--dry-run", "--per-call", "4");
      expect(person.out, person.err).to.match(
        /^10 rows would be paid, 1000\.00 CNY, in 3 transactions, after 1 that would set money apart; nothing was sent\n10 rows wait: money is missing/,
      );
      const rehearsed = await run("push", world.project, "--dry-run", "--json");
      const [owed, before] = [(await world.wages.booksOf(world.project)).owed, await balances()];
      expect([sent(), owed, before]).to.deep.equal([0, 6_500_000n, Array<bigint>(10).fill(0n)]);
      const done = await run("push", world.project, "--per-call", "4", "--in-flight", "1", "--json");
      expect(done.status, done.err).to.equal(0);
      expect(told(done)).to.deep.equal(told(rehearsed));
      expect(await balances()).to.deep.equal(Array<bigint>(10).fill(10_000n));
      expect(sent()).to.equal(4);
    });

    it("rehearses which rows would not be paid, and why, and ends with 1", async () => {
      world = await loadFixture(site);
      await approved(world);
      await world.escrow.connect(world.owner.account).fund(world.project, 10_000_000n);
      for (const worker of [2, 7]) await world.token.setBlocked(world.crew[worker - 1]!.account, true);
      const rehearsed = await run("push", world.project, "--dry-run");
      expect(rehearsed.status).to.equal(1);
      expect(rehearsed.out).to.match(/^0x[0-9a-f]{64} +worker 2 +0x[0-9a-fA-F]{40} +the token refused/m);
      expect(rehearsed.out).to.match(/ +worker 7 /);
      expect(rehearsed.out).to.contain("8 rows would be paid, 52000.00 CNY").and.contain("2 rows could not be paid");
      const json = await run("push", world.project, "--dry-run", "--json");
      expect(sent()).to.equal(0);
      expect(told(await run("push", world.project, "--json"))).to.deep.equal(told(json));
    });

    it("looks for payrolls from the block that is named on", async () => {
      await approved(world);
      const block = await world.contracts.provider.getBlockNumber();
      const late = await run("push", world.project, "--from", `${block}`);
      expect(late.out, late.err).to.contain("0 rows paid");
      expect((await run("push", world.project, "--from", "0")).out).to.contain("10 rows paid");
    });

    it("does not pay a payroll of another project than was named", async () => {
      const { id } = await approved(world);
      const other = await run("push", word(), "--payroll", id);
      expect([other.status, sent()]).to.deep.equal([1, 0]);
      expect(other.err).to.contain(`is of the project ${world.project}`);
    });

    it("lists rows that failed, and ends with 1", async () => {
      const { id } = await approved(world);
      await world.token.setBlocked(world.crew[3]!.account, true);
      const { status, out } = await run("push", world.project, "--payroll", id);
      expect(status).to.equal(1);
      expect(out).to.match(/worker 4 .*the token refuses the account/);
      expect(out).to.contain("9 rows paid").and.to.contain("1 rows could not be paid");
    });

    it("goes on after SIGKILL, and pays nobody twice", async () => {
      await approved(world);
      const args = ["project", "push", world.project, "--per-call", "2"];
      const killed = await inProcess(directory, args, env, { killAfter: 3 });
      expect(killed.signal, killed.err).to.equal("SIGKILL");
      const before = (await balances()).filter((balance) => balance !== 0n).length;
      expect(before).to.be.greaterThan(0).and.lessThan(10);
      const { status, out, err } = await run("push", world.project, "--per-call", "2");
      expect(status, err).to.equal(0);
      expect(out).to.contain(`${10 - before} rows paid`);
      expect(await balances()).to.deep.equal(everyone);
    });

    it("says that a key is needed, and which payroll it does not know", async () => {
      const keyless = await civitas(directory, ["project", "push", world.project]);
      expect(keyless.err).to.contain("CIVITAS_KEYSTORE");
      const other = { CIVITAS_KEY: hexlify(randomBytes(32)) };
      const unknown = await civitas(directory, ["project", "push", world.project, "--payroll", word()], other);
      expect(unknown.err).to.contain("was filed");
      expect([keyless.status, unknown.status]).to.deep.equal([1, 1]);
    });
  });
});
