import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { advanceClock, makeClock, speedUpClock } from "../../scripts/network/clock.js";

/** The clock that validators share, as engines/clock.go reads it: nanoseconds to add, since when it runs faster, and how much. */
describe("a trial network's clock", () => {
  const folder = mkdtempSync(join(tmpdir(), "civitas-clock-"));
  const file = join(folder, "clock");
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const words = () => [0, 8, 16].map((at) => readFileSync(file).readBigInt64LE(at));

  it("shows the real time at first", () => {
    makeClock(file, 1);
    const [offset, , rate] = words();
    expect([offset, rate]).to.deep.equal([0n, 1n]);
  });

  it("is moved on by seconds, again and again", () => {
    makeClock(file, 1);
    advanceClock(file, 86_400);
    advanceClock(file, 1);
    expect(words()[0]).to.equal(86_401_000_000_000n);
  });

  it("runs faster from a moment on, and keeps what it was moved by", () => {
    makeClock(file, 1);
    advanceClock(file, 60);
    const before = BigInt(Date.now()) * 1_000_000n;
    speedUpClock(file, 10);
    const [offset, since, rate] = words();
    expect([offset, rate]).to.deep.equal([60_000_000_000n, 10n]);
    expect(since! >= before).to.equal(true);
  });
});
