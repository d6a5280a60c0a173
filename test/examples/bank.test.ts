import { expect } from "chai";
import { getAddress } from "ethers";

import { approved, funded } from "../client/escrow/site.js";
import { loadFixture } from "../world.js";
import { word } from "../identity/world.js";
import { serve, type Served } from "../served.js";
import { folderFor, keyFileIn, run, settingsOf } from "./process.js";

describe("examples/bank.ts", function () {
  this.timeout(1_200_000); // on validators, where each act waits for a block
  const folder = folderFor("bank");
  let node: Served;
  before(async () => {
    node = await serve();
  });
  after(() => {
    node.close();
  });

  it("pays every worker of what is approved and covered, once, and names who could not be paid", async () => {
    const world = await loadFixture(funded);
    const { contracts, project, crew, token, directory } = world;
    const { total } = await approved(world);
    const { address, settings } = keyFileIn(folder);
    const env = { ...settingsOf(node), CIVITAS_DIRECTORY: await directory.getAddress(), ...settings };
    const blocked = crew[4]!;
    await token.setBlocked(blocked.account, true);

    const first = await run("bank", [project], env);
    expect(first.complaint).to.equal("");
    const paid = crew.filter((one) => one !== blocked);
    expect(first.lines.slice(0, 9)).to.have.members(
      paid.map(({ worker, account }) => `worker ${worker}: 6500.0 to ${getAddress(account)}`),
    );
    expect(first.lines[9]).to.equal(
      `worker ${blocked.worker}: not paid, the token refuses the account ${getAddress(blocked.account)}`,
    );
    expect(first.lines[10]).to.match(new RegExp(`^${project}: 58500\\.0 in \\d+ calls; 0 rows wait$`));
    expect(first.status).to.equal(1);
    expect((await world.wages.booksOf(project)).paid).to.equal(total - 650_000n);

    await token.setBlocked(blocked.account, false);
    const second = await run("bank", [project], env);
    expect(second.lines).to.deep.equal([
      `worker ${blocked.worker}: 6500.0 to ${getAddress(blocked.account)}`,
      `${project}: 6500.0 in 1 calls; 0 rows wait`,
    ]);
    expect(second.status).to.equal(0);
    expect((await world.wages.booksOf(project)).paid).to.equal(total);

    const sent = await contracts.provider.getTransactionCount(address);
    const third = await run("bank", [project], env);
    expect(third.lines).to.deep.equal([`${project}: 0.0 in 0 calls; 0 rows wait`]);
    expect(await contracts.provider.getTransactionCount(address)).to.equal(sent);
  });

  it("says so of a project that nobody has opened", async () => {
    const world = await loadFixture(funded);
    const { settings } = keyFileIn(folder);
    const env = { ...settingsOf(node), CIVITAS_DIRECTORY: await world.directory.getAddress(), ...settings };
    const nothing = word();
    const { lines, status } = await run("bank", [nothing], env);
    expect(lines[0]).to.match(new RegExp(`^${nothing}: .*project`));
    expect(status).to.equal(1);
  });
});
