import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { advanceClock, clockTime, makeClock, speedUpClock } from "../../scripts/network/clock.js";

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

  it("tells what it shows, in seconds", () => {
    makeClock(file, 1);
    const real = Math.floor(Date.now() / 1000);
    expect(clockTime(file)).to.be.within(real, real + 10);
    advanceClock(file, 86_400);
    expect(clockTime(file)).to.be.within(real + 86_400, real + 86_410);
    speedUpClock(file, 1_000_000);
    const later = clockTime(file) + 1_000;
    const until = Date.now() + 10; // ten milliseconds are 10,000 seconds
    while (Date.now() < until) continue;
    expect(clockTime(file)).to.be.at.least(later);
  });
});
