import { expect } from "chai";

import { visible, visibleLines } from "../../src/common/visible.js";

describe("text that is shown", () => {
  it("has nothing in it that a terminal acts on", () => {
    expect(visible("石家庄\u001b[2J\u009b1m\r\n\u202eevil\u2066\u2028")).to.equal(
      "石家庄\\u001b[2J\\u009b1m\\u000d\\u000a\\u202eevil\\u2066\\u2028",
    );
    expect(visibleLines("one\ntwo\u0007")).to.equal("one\ntwo\\u0007");
  });

  it("is as it was where it is plain, in every script", () => {
    for (const plain of ["Genève", "الرباط", "बेंगलुरु", "👩‍🚀", "  two  blanks"]) expect(visible(plain)).to.equal(plain);
  });
});
