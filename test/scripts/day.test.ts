import { spawn } from "node:child_process";

import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { fastKeccak } from "../../scripts/common/keccak.js";
import { DayError, type Options } from "../../scripts/day/cost.js";
import { documentOf } from "../../scripts/day/document.js";
import { type Frame, writeIds } from "../../scripts/day/ids.js";
import { FIRST_SINGLE, numberOf, payerKey, payerPoints, rideOf, serialOf } from "../../scripts/day/ride.js";
import { type Outcome, runDay } from "../../scripts/day/run.js";
import { documentId, parseInvoiceDocument } from "../../src/invoice/document.js";
import { parseNumber } from "../../src/invoice/number.js";
import { paymentId } from "../../src/invoice/record.js";

const OPTIONS: Options = { anchored: 400, batch: 200, single: 100, call: 20, prove: 2, seed: "test", threads: 2 };
const FRAME: Frame = {
  seed: "test",
  chainId: "31337",
  registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  payments: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  provider: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  city: 77,
  terms: { seller: keccak256("0x01"), kind: 3, scheme: 0, currency: 156 },
};

describe("npm run day", () => {
  describe("a synthetic ride", () => {
    it("has a ticket that the client accepts, in a batch and as a single one", () => {
      for (const place of [
        { ride: 77, serial: 9, position: 77 },
        { ride: FIRST_SINGLE + 3, serial: 0, position: 0 },
      ]) {
        const document = documentOf(FRAME, place);
        expect(parseInvoiceDocument(JSON.parse(JSON.stringify(document)))).to.deep.equal(document);
        expect(documentOf(FRAME, place)).to.deep.equal(document);
        expect(documentOf({ ...FRAME, seed: "another" }, place)).not.to.deep.equal(document);
      }
    });

    it("differs from every other, also in its salts and keys", () => {
      const seen = new Set<string>();
      for (let ride = 0; ride < 50; ride++) {
        const { record, fields, evidence } = documentOf(FRAME, { ride, serial: 1, position: ride });
        const [{ payment } = { payment: undefined }] = evidence;
        const salts = fields.map((field) => ("salt" in field ? field.salt : ""));
        const { transactionId = "", order = "", payer = "" } = payment ?? {};
        for (const secret of [record.content.number, transactionId, order, payer, ...salts]) {
          expect(seen).not.to.include(secret);
          seen.add(secret);
        }
      }
    });

    it("has a number and a serial of its seed alone", () => {
      expect(parseNumber("Digital", `${numberOf("test", FIRST_SINGLE)}`)).to.include({ year: "25", bureau: "13" });
      expect(rideOf("test", numberOf("test", 4711))).to.equal(4711);
      expect(rideOf("another", numberOf("test", 4711))).not.to.be.within(0, 99_999_999);
      expect(serialOf("test", 1)).to.equal(serialOf("test", 0) + 1);
      expect(serialOf("another", 0)).not.to.equal(serialOf("test", 0));
    });

    it("has a payer, whose key is found again", () => {
      const [, , third] = [...payerPoints("test", 1_000, 3)];
      const address = keccak256(third ?? "0x").slice(-40);
      expect(payerKey("test", 1_002).signer).to.equal(`0x${address}`);
    });

    it("gets the ids that the client computes, in whatever span it is", async () => {
      const span = { serial: 3, position: 40, first: 123_456, count: 1_203 }; // beyond one piece of the stream
      const [payments, documents] = [new Uint8Array(span.count * 32), new Uint8Array(span.count * 32)];
      let told = 0;
      writeIds(FRAME, span, [payments, documents], await fastKeccak(), (done) => (told = done));
      expect(told).to.equal(span.count);
      for (const i of [0, 1, 255, 999, 1_000, 1_202]) {
        const document = documentOf(FRAME, { ride: span.first + i, serial: 3, position: span.position + i });
        const idIn = (row: Uint8Array) => hexlify(row.subarray(32 * i, 32 * i + 32));
        expect(idIn(documents), `${i}`).to.equal(documentId(document));
        expect(
          document.evidence.map(({ payment }) => paymentId(FRAME, payment)),
          `${i}`,
        ).to.deep.equal([idIn(payments)]);
      }
    });
  });

  describe("400 invoices in two batches, and 100 in calls of 20", () => {
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
      const outcome: Outcome = await runDay(chain, options, { say, progress: (more) => (done += more) });
      expect(done).to.equal(options.anchored + options.single);
      return outcome;
    }
    const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
    const failure = async (running: Promise<unknown>) =>
      running.then(
        () => undefined,
        (error: unknown) => error as Error,
      );

    it("are interrupted, and go on where they were", async () => {
      const stop = new Error("stop");
      let batches = 0;
      const interrupted = run({}, (line) => {
        if (line.includes(", anchored: ") && ++batches === 2) throw stop;
      });
      expect(await failure(interrupted)).to.equal(stop);
      const first = await run({ anchored: 400, single: 30 });
      expect(first.anchored).to.deep.include({ skipped: 400 });
      expect(first.single.documents).to.include({ transactions: 2, records: 30 });
      const { anchored, single } = await run();
      expect(anchored.documents).to.include({ transactions: 0, records: 0 });
      expect(single.skipped).to.equal(30);
      expect(single.documents.records).to.be.within(70, 90);
      lines = [];
      expect((await run()).single).to.deep.include({ skipped: 100 });
      expect(count(/was anchored before: skipped$/)).to.equal(2);
    });

    it("cost what the chain says, and are all there", async () => {
      const { anchored, single } = await run({ seed: "fresh" });
      expect(anchored.payments).to.include({ transactions: 2, records: 400 });
      expect(anchored.documents).to.include({ transactions: 2, records: 400 });
      expect(single.payments).to.include({ transactions: 5, records: 100 });
      expect(single.documents).to.include({ transactions: 5, records: 100 });
      expect(
        count(
          /^batch \d+: 200 invoices, root 0x[0-9a-f]{64}, anchored: payments [\d,]+ gas, documents [\d,]+ gas, \d+\.\d\d for each$/,
        ),
      ).to.equal(2);
      expect(count(/forged at the next position: refused \(InvoiceUnknown\)$/)).to.equal(2);
      expect(count(/: Anchored, Issued, Confirmed, Booked; [4-8] hashes to its root$/)).to.equal(4);
      expect(count(/^numbers: 400 reserved by batches, each once, without a gap$/)).to.equal(1);
      expect(count(/^numbers: 100 used by single documents, each once$/)).to.equal(1);
      expect(count(/^single documents: 100 Issued$/)).to.equal(1);
      expect(
        count(/^sums in fen: net [\d,]+, as much as the quota used; with tax [\d,]+, as much as was paid$/),
      ).to.equal(1);
    });

    it("are refused under sizes that they were not made with", async () => {
      const error = await failure(run({ seed: "fresh", batch: 100 }));
      expect(error).to.be.instanceOf(DayError);
      expect(error?.message)
        .to.match(/^batch \d+ of payments is anchored with another root/)
        .and.contain("--seed");
    });

    it("are continued by a day that is longer", async () => {
      await run({ seed: "short", anchored: 20, batch: 20, single: 5, prove: 0 });
      const longer = await run({ seed: "short", anchored: 40, batch: 20, single: 7, prove: 0 });
      expect(longer.anchored).to.deep.include({ skipped: 20 });
      expect(lines.at(-2)).to.equal("single documents: 7 Issued");
    });
  });

  describe("the command", () => {
    async function command(...args: string[]): Promise<{ status: number | null; output: string }> {
      const child = spawn(process.execPath, ["--import", "tsx", "scripts/day.ts", ...args]);
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
      return { status, output };
    }

    it("says what each way cost, beside the targets, and how long it took", async () => {
      const sizes = ["--anchored", "60", "--batch", "40", "--single", "20", "--call", "10", "--prove", "1"];
      const { status, output } = await command(...sizes);
      expect(status, output).to.equal(0);
      expect(output).to.match(/^60 invoices in batches of 40 and 20 in calls of 10, on default; seed "civitas"$/m);
      expect(output).to.match(/^anchored in batches of 40: 60 invoices, 0 were there already$/m);
      expect(output).to.match(/^ {2}documents: 2 transactions, [\d,]+ gas, [\d,.]+ for each \(target: 5 of 50,000\)$/m);
      expect(output).to.match(/^one by one in calls of 10: 20 invoices, 0 were there already$/m);
      expect(output).to.match(/^ {2}payments: 2 transactions, [\d,]+ gas, [\d,]+ for each$/m);
      expect(output).to.match(/^ {2}documents: 2 transactions, [\d,]+ gas, [\d,]+ for each \(target: 82,000 of 50\)$/m);
      expect(output.match(/^ {2}\d+\.\d s, [\d,]+ invoices per second; peak memory \d+ MiB$/gm)).to.have.length(2);
      expect(output).to.match(/^time: \d+\.\d s with \d+ threads, \d+\.\d s of it booking, \d+\.\d s reading back$/m);
      expect(output.match(/: Anchored, Issued, Confirmed, Booked;/g)).to.have.length(2);
    });

    it("explains itself, and refuses options that make no sense", async () => {
      const help = await command("--help");
      expect(help.status).to.equal(0);
      expect(help.output).to.contain("--anchored <n>");
      for (const [args, message] of [
        [["--anchored", "many"], '--anchored is a whole number from 1 to 50000000; this is "many"'],
        [["--batch", "0"], '--batch is a whole number from 1 to 1000000; this is "0"'],
        [["--call", ""], '--call is a whole number from 1 to 500; this is ""'],
        [["--network", "consortium"], 'synthetic invoices do not belong on "consortium"'],
        [["--unknown"], "--unknown"],
      ] as const) {
        const { status, output } = await command(...args);
        expect(status, output).to.equal(2);
        expect(output).to.contain(message).and.contain("--help");
      }
    });
  });
});
