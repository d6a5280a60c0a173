import { expect } from "chai";

import { tableOf } from "../../scripts/preflight/report.js";

describe("the table of preflight", () => {
  it("shows what a node says of itself, and lets it write no line of its own", () => {
    const found = "block 7, geth\n\u001b[2Jok  chain  all is well";
    expect(tableOf([{ verdict: "no", what: "http://127.0.0.1:1", found }])).to.equal(
      "no  http://127.0.0.1:1  block 7, geth\\u000a\\u001b[2Jok  chain  all is well",
    );
  });
});
