import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { type InvoiceDocument, invoiceOfDocument, parseInvoiceDocument } from "../../src/invoice/document.js";
import { issuedRide } from "../client/invoice/world.js";
import { newNumber } from "../invoice/world.js";
import { loadFixture, time } from "../world.js";
import { desk } from "./desk.js";
import { holding, type Holding } from "./invoice-world.js";

/** The other side has so long to answer, and who was not answered waits as long. */
const HOURS_72 = 72 * 3_600;

describe("civitas invoice reverse, answer-reversal", () => {
  const { civitas, folder, sent } = desk();
  let world: Holding;
  let held: string;
  let kept: string;
  let made = 0;
  let company: Holding["as"]["company"];
  let operator: Holding["as"]["seller"];

  beforeEach(async () => {
    world = await loadFixture(holding);
    ({ company, seller: operator } = world.as);
    held = fileOf(world.held);
    kept = join(folder, `reversed-${made}.json`);
    sent();
  });

  const fileOf = (document: InvoiceDocument) => {
    const file = join(folder, `${++made}.json`);
    writeFileSync(file, JSON.stringify(document));
    return file;
  };
  const run = async (env: Record<string, string>, ...args: string[]) =>
    civitas(world.directoryAddress, ["invoice", ...args], env);
  const statusOf = async (file: string) => {
    const { out } = await run({}, "verify", file, "--json");
    return (JSON.parse(out) as { status: string }).status;
  };

  it("reverses alone what nobody has confirmed, and keeps the reversing document", async () => {
    const { document } = await issuedRide(world);
    const file = fileOf(document);
    const args = ["reverse", file, "--number", `${newNumber()}`, "--out", kept];
    const rehearsed = await run(operator, ...args, "--dry-run");
    expect(rehearsed.status, rehearsed.err).to.equal(0);
    expect([existsSync(kept), sent()]).to.deep.equal([false, 0]);
    const done = await run(operator, ...args);
    expect(done.status, done.err).to.equal(0);
    expect([await statusOf(file), await statusOf(kept)]).to.deep.equal(["Reversed", "Reversing"]);
    const again = await run(operator, ...args);
    expect(again.out).to.contain("before; nothing was sent");
    expect(sent()).to.equal(1);
  });

  it("proposes to reverse what its holder has, who confirms", async () => {
    await run(company, "book", held, "--city", "MA.156.1301");
    const args = ["reverse", held, "--number", `${newNumber()}`, "--out", kept];
    const proposed = await run(operator, ...args);
    expect(proposed.out, proposed.err).to.contain("propose to reverse");
    expect(await statusOf(held)).to.equal("ReversalProposed");
    const text = readFileSync(kept, "utf8");
    expect((await run(operator, ...args)).out).to.contain("was proposed before");
    expect(readFileSync(kept, "utf8")).to.equal(text);
    const answered = await run(company, "answer-reversal", held, kept, "--as", "holder");
    expect(answered.status, answered.err).to.equal(0);
    expect(await statusOf(held)).to.equal("ReversedAfterBooking");
  });

  it("proposes as the holder, and the seller rejects", async () => {
    const args = ["reverse", held, "--number", `${newNumber()}`, "--out", kept, "--as-holder"];
    const proposed = await run(company, ...args);
    expect(proposed.status, proposed.err).to.equal(0);
    expect(await statusOf(held)).to.equal("ReversalProposed");
    const answered = await run(operator, "answer-reversal", held, kept, "--as", "seller", "--reject");
    expect(answered.status, answered.err).to.equal(0);
    expect(await statusOf(held)).to.equal("Confirmed");
  });

  describe("reverse --line", () => {
    /** A ride of 2.00 yuan, and two at 2.00. */
    const LINES = [
      { name: "地铁乘车", quantity: "1", unit: "C62", price: "2.00", category: "S", rate: 300 },
      { name: "公交乘车", quantity: "2", unit: "C62", price: "2.00", category: "S", rate: 300 },
    ] as const;
    const issued = async () => fileOf((await issuedRide(world, { model: { lines: [...LINES] } })).document);
    const reverse = async (file: string, out: string, ...args: string[]) =>
      run(operator, "reverse", file, "--number", `${newNumber()}`, "--out", out, ...args);
    const takenBack = (file: string) => {
      const { lines, totals, notes } = invoiceOfDocument(parseInvoiceDocument(JSON.parse(readFileSync(file, "utf8"))));
      return { lines: lines.map(({ name, quantity }) => `${quantity} ${name}`), gross: totals.gross, notes };
    };

    it("takes back a line, and a part of another, with a note for people", async () => {
      const file = await issued();
      const done = await reverse(file, kept, "--line", "1", "--line", "2=1", "--note", "one ride too many");
      expect(done.status, done.err).to.equal(0);
      const { notes, ...taken } = takenBack(kept);
      expect(taken).to.deep.equal({ lines: ["1 地铁乘车", "1 公交乘车"], gross: 400n });
      expect(notes).to.deep.equal([{ text: "one ride too many" }]);
      expect([await statusOf(file), await statusOf(kept)]).to.deep.equal(["Issued", "Reversing"]);
    });

    it("takes back what is left afterwards, and no more", async () => {
      const file = await issued();
      expect((await reverse(file, kept, "--line", "2=1")).status).to.equal(0);
      const rest = join(folder, `rest-${made}.json`);
      const done = await reverse(file, rest);
      expect(done.status, done.err).to.equal(0);
      expect(takenBack(rest).gross).to.equal(400n);
      expect(await statusOf(file)).to.equal("Reversed");
      const more = await reverse(file, join(folder, `more-${made}.json`), "--line", "1");
      expect(more.status).to.equal(1);
      expect(more.err).to.match(/^civitas: .*less left than is taken back/);
    });

    it("refuses a line that is none of the document's, and a part that is none, and keeps nothing", async () => {
      const file = await issued();
      const unknown = await reverse(file, kept, "--line", "3");
      expect(unknown.err).to.contain("line 3: is none of the document");
      const part = await reverse(file, kept, "--line", "2=3");
      expect(part.err).to.contain("has a quantity of 2; 3 is no part of it");
      const typed = await reverse(file, kept, "--line", "=1");
      expect(typed.err).to.contain('this is "=1"');
      expect([unknown.status, part.status, typed.status]).to.deep.equal([1, 1, 2]);
      expect([existsSync(kept), sent()]).to.deep.equal([false, 0]);
    });

    it("does not take a file that keeps other lines, or another note, for what was asked", async () => {
      const file = await issued();
      const args = ["reverse", file, "--number", `${newNumber()}`, "--out", kept];
      expect((await run(operator, ...args, "--line", "2=1")).status).to.equal(0);
      expect((await run(operator, ...args, "--line", "2=1.0")).out).to.contain("before; nothing was sent");
      for (const others of [["--line", "1"], ["--line", "2"], [], ["--line", "2=1", "--note", "why"]]) {
        const told = await run(operator, ...args, ...others);
        expect(told.status, told.out).to.equal(1);
        expect(told.err).to.match(/keeps a reversing document with (other lines|another note).*take another file/);
      }
    });

    it("takes a file that keeps all that was left, when it is run again", async () => {
      const file = await issued();
      expect((await reverse(file, kept, "--line", "1")).status).to.equal(0);
      const args = ["reverse", file, "--number", `${newNumber()}`, "--out", join(folder, `rest-${made}.json`)];
      expect((await run(operator, ...args)).status).to.equal(0);
      const again = await run(operator, ...args);
      expect(again.out, again.err).to.contain("before; nothing was sent");
    });
  });

  describe("answer-reversal --as bureau", () => {
    const propose = async (out: string) => run(operator, "reverse", held, "--number", `${newNumber()}`, "--out", out);
    const answer = async (env: Record<string, string>, out: string, ...args: string[]) =>
      run(env, "answer-reversal", held, out, "--as", "bureau", ...args);

    it("confirms for a holder that let an earlier proposal lapse: rehearsed first", async () => {
      expect((await propose(kept)).status).to.equal(0);
      await time.increase(2 * HOURS_72 + 1);
      const second = join(folder, `second-${made}.json`);
      const proposed = await propose(second);
      expect(proposed.status, proposed.err).to.equal(0);
      sent();
      const rehearsed = await answer(world.as.officer, second, "--dry-run");
      expect(rehearsed.out, rehearsed.err).to.contain("would be done");
      expect([await statusOf(held), sent()]).to.deep.equal(["ReversalProposed", 0]);
      const done = await answer(world.as.officer, second);
      expect(done.status, done.err).to.equal(0);
      expect([await statusOf(held), await statusOf(second)]).to.deep.equal(["Reversed", "Reversing"]);
    });

    it("is refused before a proposal has lapsed, to others, and with --reject", async () => {
      expect((await propose(kept)).status).to.equal(0);
      const early = await answer(world.as.officer, kept);
      expect(early.err).to.match(/^civitas: .*lapse/);
      const stranger = await answer(operator, kept);
      expect(stranger.err).to.match(/^civitas: .*0x/);
      const rejected = await answer(world.as.officer, kept, "--reject");
      expect(rejected.err).to.contain("a bureau confirms a reversal, and cannot reject one");
      expect([early.status, stranger.status, rejected.status]).to.deep.equal([1, 1, 2]);
      expect(await statusOf(held)).to.equal("ReversalProposed");
    });
  });
});
