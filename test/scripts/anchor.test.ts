import { spawn } from "node:child_process";

import { expect } from "chai";
import { hexlify } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { type Frame, writeIds } from "../../scripts/anchor/ids.js";
import { licence, LICENCE_SCHEMA } from "../../scripts/anchor/licence.js";
import { AnchorError, anchorLicences, claimOf, type Options } from "../../scripts/anchor/run.js";
import { fastKeccak } from "../../scripts/common/keccak.js";
import { claimId } from "../../src/identity/document.js";
import { parseSchema, valueFaults } from "../../src/identity/schema.js";

const OPTIONS: Options = { claims: 20_000, batch: 10_000, prove: 5, seed: "test", serial: 1, threads: 2 };
const FRAME: Frame = {
  seed: "test",
  chainId: "31337",
  registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  issuer: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  city: 77,
  schema: 5,
};

describe("npm run anchor", () => {
  describe("a synthetic licence", () => {
    it("fits its schema, and differs from every other", () => {
      parseSchema(LICENCE_SCHEMA);
      const seen = new Set<string>();
      for (let number = 0; number < 200; number++) {
        const { fields, validFrom, validUntil, holder, identity, subjectSalt, holderSalt } = licence("test", number);
        const values = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
        expect(valueFaults(LICENCE_SCHEMA, values)).to.deep.equal([]);
        expect(validUntil - validFrom).to.equal(LICENCE_SCHEMA.maxValidity);
        for (const secret of [holder, identity, subjectSalt, holderSalt, ...fields.map(({ salt }) => salt)]) {
          expect(seen).not.to.include(secret);
          seen.add(secret);
        }
      }
    });

    it("follows from seed and number alone", () => {
      expect(licence("test", 6_999_999)).to.deep.equal(licence("test", 6_999_999));
      expect(licence("test", 1)).not.to.deep.equal(licence("another", 1));
    });

    it("gets the id that the client computes, in whatever span it is", async () => {
      const keccak = await fastKeccak();
      const span = { serial: 3, position: 40, first: 123_456, count: 2_003 }; // beyond one piece of the stream
      const out = new Uint8Array(span.count * 32);
      let told = 0;
      writeIds(FRAME, span, [out], keccak, (done) => (told = done));
      expect(told).to.equal(span.count);
      for (const i of [0, 1, 255, 1_999, 2_000, 2_002]) {
        const claim = claimOf(FRAME, { serial: 3, position: span.position + i }, licence("test", span.first + i));
        expect(hexlify(out.subarray(32 * i, 32 * i + 32)), `${i}`).to.equal(claimId({ ...FRAME, claim }));
      }
    });
  });

  describe("20,000 claims in two batches", () => {
    let chain: NetworkConnection;
    let lines: string[];
    before(async () => {
      chain = await network.create("default");
    });
    beforeEach(() => {
      lines = [];
    });

    async function run(changes: Partial<Options> = {}) {
      let done = 0;
      const options = { ...OPTIONS, ...changes };
      const outcome = await anchorLicences(chain, options, {
        say: (line) => lines.push(line),
        progress: (more) => (done += more),
      });
      expect(done).to.equal(options.claims);
      return outcome;
    }
    const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;

    it("are anchored and proven; a changed one is unknown, a revoked one revoked", async () => {
      const outcome = await run();
      expect(outcome).to.include({ anchored: 2, skipped: 0, claims: 20_000 });
      expect(Number(outcome.gas) / outcome.claims).to.be.lessThan(20);
      expect(count(/^batch [12]: 10,000 claims, root 0x[0-9a-f]{64}, anchored for [\d,]+ gas$/)).to.equal(2);
      expect(count(/^claim \d+ \(batch [12], position \d+\): Active, by a path of \d+$/)).to.equal(5);
      expect(count(/^claim \d+ with other classes of vehicles: Unknown$/)).to.equal(1);
      expect(count(/^claim \d+ at the next position: Unknown$/)).to.equal(1);
      expect(count(/^claim \d+, revoked for [\d,]+ gas: Revoked$/)).to.equal(1);
    });

    it("are skipped by a second run, which proves others", async () => {
      expect(await run()).to.include({ anchored: 0, skipped: 2, claims: 0, gas: 0n });
      expect(count(/was anchored before: skipped$/)).to.equal(2);
      expect(count(/, by a path of \d+$/)).to.equal(5);
    });

    it("are continued by a run for more", async () => {
      expect(await run({ claims: 20_050, prove: 0 })).to.include({ anchored: 1, skipped: 2, claims: 50 });
      expect(count(/^claim/)).to.equal(0);
    });

    it("tell a revoked claim apart in a later run", async () => {
      await run({ serial: 50, claims: 3, batch: 2, prove: 3 });
      lines = [];
      await run({ serial: 50, claims: 3, batch: 2, prove: 3 });
      expect(count(/\): Revoked, by a path of/)).to.equal(1);
      expect(count(/\): Active, by a path of/)).to.equal(2);
    });

    it("are refused under a serial that has other claims, until another is named", async () => {
      for (const changes of [{ seed: "another" }, { batch: 5_000 }]) {
        const error = await run({ ...changes, prove: 0 }).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(error).to.be.instanceOf(AnchorError);
        expect((error as Error).message).to.match(/^batch 1 of 0x\w{40} is anchored with another root, 0x\w{64}/);
        expect((error as Error).message).to.contain("--serial");
      }
      expect(await run({ seed: "another", serial: 70, prove: 1 })).to.include({ anchored: 2 });
    });
  });

  describe("the command", () => {
    async function command(...args: string[]): Promise<{ status: number | null; output: string }> {
      const child = spawn(process.execPath, ["--import", "tsx", "scripts/anchor.ts", ...args]);
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
      const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
      return { status, output };
    }

    it("says how long it took, how much memory, and what it cost", async () => {
      const { status, output } = await command("--claims", "300", "--batch", "100", "--prove", "3", "--threads", "1");
      expect(status, output).to.equal(0);
      expect(output).to.match(/^300 claims in batches of 100, on default; seed "civitas"$/m);
      expect(output).to.match(/^anchored 3 batches, skipped 0, in \d+\.\d s; proven in \d+\.\d s$/m);
      expect(output).to.match(/^time: \d+\.\d s with 1 threads, \d+\.\d s of processors' work$/m);
      expect(output).to.match(/^peak memory: \d+ MiB$/m);
      expect(output).to.match(/^gas: [\d,]+ in all, \d+\.\d{4} per claim$/m);
      expect(output.match(/: Active, by a path of \d$/gm)).to.have.length(3);
    });

    it("explains itself, and refuses options that make no sense", async () => {
      const help = await command("--help");
      expect(help.status).to.equal(0);
      expect(help.output).to.contain("--claims <n>");
      for (const [args, message] of [
        [["--claims", "many"], '--claims is a whole number from 1 to 1000000000000; this is "many"'],
        [["--batch", "0"], '--batch is a whole number from 1 to 4294967295; this is "0"'],
        [["--prove", ""], '--prove is a whole number from 0 to 100000; this is ""'],
        [["--network", "consortium"], 'synthetic claims do not belong on "consortium"'],
        [["--unknown"], "--unknown"],
      ] as const) {
        const { status, output } = await command(...args);
        expect(status, output).to.equal(2);
        expect(output).to.contain(message).and.contain("--help");
      }
    });
  });
});
