import { expect } from "chai";

import { UsageError } from "../../scripts/common/command.js";
import { DEFAULTS, differing, readOptions } from "../../scripts/network/options.js";
import { nodeEngine } from "./place.js";

describe("options of npm run network", () => {
  const engines = [nodeEngine("one"), nodeEngine("two")];
  const read = (...args: string[]) => readOptions(args, engines);

  it("ask for help, or leave the command out", () => {
    expect(read()).to.equal(undefined);
    expect(read("up", "--help")).to.equal(undefined);
  });

  it("hold what was typed, and nothing else", () => {
    expect(read("up", "--validators", "7", "--chain-id", "99")).to.deep.equal({
      ...{ command: "up", node: undefined, engine: undefined, purge: false },
      settings: { validators: 7, chainId: 99 },
    });
    expect(read("kill", "2", "--engine", "two")).to.deep.equal({
      ...{ command: "kill", node: 2, engine: engines[1], purge: false, settings: {} },
    });
    expect(read("down", "--purge")).to.include({ command: "down", purge: true });
  });

  for (const [args, message] of [
    [["on"], '"on" is no command: up, status, logs, kill, start, down'],
    [["kill"], "kill which validator? Give its number, from 0"],
    [["kill", "x"], '--validator is a whole number from 0 to 9; this is "x"'],
    [["up", "2"], 'up does not take "2"'],
    [["kill", "2", "3"], 'kill does not take "3"'],
    [["up", "--engine", "besu"], '--engine is one of one, two; this is "besu"'],
    [["up", "--validators", "0"], '--validators is a whole number from 1 to 10; this is "0"'],
    [["up", "--port", "80"], '--port is a whole number from 1024 to 65235; this is "80"'],
    [["up", "--chain-id", "31337"], "--chain-id 31337 is the chain id of test chains: give another"],
    [["status", "--period", "2"], "--period belongs to up, which makes the network"],
    [["up", "--purge"], "--purge belongs to down"],
  ] as const) {
    it(`refuse ${args.join(" ")}`, () => {
      expect(() => read(...args))
        .to.throw(UsageError)
        .with.property("message", message);
    });
  }

  it("differ from a network's settings, or not", () => {
    expect(differing(DEFAULTS, { validators: 4 })).to.deep.equal([]);
    expect(differing(DEFAULTS, { validators: 7, chainId: 5, period: 1 })).to.deep.equal([
      "--validators 7 (it has 4)",
      "--chain-id 5 (it has 20261)",
    ]);
  });
});
