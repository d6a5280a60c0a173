import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";

import { start } from "./child.js";
import { makeOffice, OFFICER, table } from "./claim-world.js";
import { accountOf, keyOf, shell } from "./world.js";

describe("civitas claim issue, cut off", () => {
  const at = shell(makeOffice);
  const file = (name: string) => join(at().folder, name);
  const issueArgs = (name: string) => [
    ...["claim", "issue", "--csv", file(`${name}.csv`), "--schema", `${at().world.schema}`, "--city", "MA.156.1301"],
    ...["--out", file(name), "--per-call", "1"],
  ];

  for (const mined of [true, false]) {
    const when = mined ? "were mined" : "still wait for a block";
    it(`issues each claim once after SIGKILL in the middle, where the first transactions ${when}`, async () => {
      const name = mined ? "mined" : "waiting";
      const { env, world, as } = at();
      const { provider, connection } = world;
      table(file(`${name}.csv`), 12);
      const before = (await world.issued()).length;
      const first = await provider.getTransactionCount(accountOf(OFFICER), "pending");

      await connection.provider.request({ method: "evm_setAutomine", params: [false] });
      const child = start(issueArgs(name), { ...env, CIVITAS_KEY: keyOf(OFFICER) });
      while ((await provider.getTransactionCount(accountOf(OFFICER), "pending")) < first + 5) await sleep(50);
      const closed = once(child.process, "close");
      child.process.kill("SIGKILL");
      await closed;
      expect((await child.ended).signal).to.equal("SIGKILL");
      const kept = readFileSync(file(`${name}/claims.json`), "utf8");
      await connection.provider.request({ method: "evm_setAutomine", params: [true] });
      if (mined) {
        await connection.networkHelpers.mine();
        expect((await world.issued()).length).to.be.within(before + 5, before + 11);
      }

      const told = await as(OFFICER, issueArgs(name));
      expect(told.status, told.err).to.equal(0);
      const issued = (await world.issued()).slice(before);
      expect(issued).to.have.length(12);
      expect(new Set(issued).size).to.equal(12);
      expect(readFileSync(file(`${name}/claims.json`), "utf8")).to.equal(kept);
      expect(readdirSync(file(`${name}/documents`))).to.have.length(12);
    });
  }

  for (const what of ["another claim", "a claim more"]) {
    it(`issues nothing of a kept run that was changed: ${what}`, async () => {
      const name = what.replaceAll(" ", "-");
      const { world, as } = at();
      table(file(`${name}.csv`), 2);
      const told = await as(OFFICER, issueArgs(name));
      expect(told.status, told.err).to.equal(0);
      // What a thief makes who can write the folder: sound documents, but not of the table.
      table(file(`${name}-theirs.csv`), 3);
      const theirs = await as(OFFICER, issueArgs(`${name}-theirs`));
      expect(theirs.status, theirs.err).to.equal(0);
      const [kept, made] = [name, `${name}-theirs`].map(
        (one) => JSON.parse(readFileSync(file(`${one}/claims.json`), "utf8")) as { claims: object[] },
      );
      const claims = what === "a claim more" ? [...kept!.claims, made!.claims[2]] : [made!.claims[0], kept!.claims[1]];
      writeFileSync(file(`${name}/claims.json`), JSON.stringify({ ...kept, claims }));
      const before = (await world.issued()).length;
      const again = await as(OFFICER, issueArgs(name));
      expect(again.status, again.out).to.equal(1);
      expect(again.err).to.match(
        /claims\.json was changed: its claim of line [24] is not what the table and the arguments say/,
      );
      expect((await world.issued()).length).to.equal(before);
    });
  }

  it("sends nothing if the disk is full, says so, and goes on when there is room", async () => {
    const { env, world, as } = at();
    table(file("full.csv"), 12);
    const before = (await world.issued()).length;
    const { ended } = start(issueArgs("full"), { ...env, CIVITAS_KEY: keyOf(OFFICER) }, 8);
    const { status, err } = await ended;
    expect(status, err).to.equal(1);
    expect(err).to.match(
      /civitas: .*full\/claims\.json cannot be written: EFBIG.*nothing was sent; mend that, then run the same again$/,
    );
    expect((await world.issued()).length).to.equal(before);
    expect(existsSync(file("full/claims.json"))).to.equal(false);
    expect(readdirSync(file("full"))).to.deep.equal([]);

    const told = await as(OFFICER, issueArgs("full"));
    expect(told.status, told.err).to.equal(0);
    expect((await world.issued()).length).to.equal(before + 12);
  });
});
