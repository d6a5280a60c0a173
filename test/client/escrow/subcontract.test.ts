import { expect } from "chai";

import { AgreementError, registerSubcontract } from "../../../src/escrow/agreement.js";
import { draftSubcontract } from "../../../src/escrow/change.js";
import { loadFixture } from "../../world.js";
import { DAY, school } from "./school.js";
import { signedBy } from "./world.js";

describe("a subcontract of a company that has a part in the project", () => {
  it("is refused in a sentence, and is not taken for the one that is registered", async () => {
    const world = await loadFixture(school);
    const { contracts, network, project, company, contractor, stranger, now } = world;
    const draft = draftSubcontract(network, {
      ...{ project, subcontractor: company.id, account: company.account.address, title: "土方分包（二）" },
      shares: [{ milestone: 1, share: "50" }],
      deadline: new Date(now.getTime() + 30 * DAY * 1000),
    });
    const signed = await signedBy(draft, { contractor, subcontractor: company });
    const nonce = await stranger.getNonce();
    const refusal = await registerSubcontract(contracts, stranger, signed).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(AgreementError);
    expect((refusal as AgreementError).message).to.contain("the subcontractor has seat 4 under another agreement");
    expect(await stranger.getNonce()).to.equal(nonce);
  });
});
