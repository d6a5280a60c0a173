import { expect } from "chai";
import { id } from "ethers";

import { UsageError } from "../../scripts/common/command.js";
import { refuseKeys } from "../../scripts/common/secret.js";

const KEY = id("a key");
const WORDS = "test test test test test test test test test test test junk";

describe("a private key among what an operator types", () => {
  for (const [place, args, environment] of [
    ["an argument", [KEY], {}],
    ["an argument, without 0x", [KEY.slice(2)], {}],
    ["an argument, as words", [WORDS], {}],
    ["an option's name", [`--${KEY}`], {}],
    ["an option's value", [`--chain-id=${KEY}`], {}],
    ["one of several values", ["--url", `http://127.0.0.1:8545, ${KEY}`], {}],
    ["a variable", [], { CIVITAS_CHAIN_ID: KEY }],
    ["a variable, as words", [], { CIVITAS_ADMIN_ADDRESS: WORDS }],
  ] as const) {
    it(`is refused as ${place}, and not repeated`, () => {
      expect(() => {
        refuseKeys(args, environment);
      })
        .to.throw(UsageError)
        .with.property("message")
        .that.does.not.match(new RegExp(`${KEY.slice(2)}|junk`));
    });
  }

  it("is told with the name of its variable", () => {
    expect(() => {
      refuseKeys([], { CIVITAS_RECORDS: KEY });
    }).to.throw(UsageError, /^CIVITAS_RECORDS looks like a private key/);
  });

  it("is let pass in a variable that is for it, or that is not ours", () => {
    refuseKeys([], { CIVITAS_DEPLOYER_KEY: KEY, CIVITAS_FUZZ_SEED: KEY, CIVITAS_PASSWORD: KEY, OTHER: KEY });
  });

  it("is no account, no endpoint with a token in its path, and no option", () => {
    refuseKeys(["--url", `https://127.0.0.1/${KEY}`, "--json", KEY.slice(0, 42)], {});
  });
});
