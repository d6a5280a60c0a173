import { expect } from "chai";

import { encodeCityCode } from "../../src/index.js";
import { performAll } from "../../src/cli/batch.js";
import { CommandError } from "../../src/cli/fault.js";
import { Session } from "../../src/cli/session.js";
import { errorOf, makeWorld } from "../client/world.js";
import { keyOf, shell } from "./world.js";

const HEBEI = 3;

describe("acts of one file", () => {
  const at = shell(makeWorld);

  it("tell how far they came, where one is refused though its rehearsal was not", async () => {
    const { world, env } = at();
    const session = new Session({
      env: { ...env, CIVITAS_KEY: keyOf(HEBEI) },
      ...{ out: () => undefined, err: () => undefined, interactive: false, askSecret: () => Promise.resolve("") },
    });
    const { cities } = await session.civitas();
    const allocation = { code: encodeCityCode("MA.156.1302"), name: "唐山市", controller: `0x${"00".repeat(20)}` };
    const request = await cities.allocate.populateTransaction(world.ids.hebei, allocation, []);
    const parts = [2, 3].map((line) => ({ lines: [line], what: "allocate MA.156.1302", request })); // each could be done, not both
    const error = await errorOf(() => performAll(session, parts, 0));
    await session.close();
    expect(error).to.be.instanceOf(CommandError);
    expect(error.message).to.match(/^[01] of 2 rows are done\. .*run the same again: what is done is left out$/);
    expect((await world.client.resolve("MA.156.1302")).name).to.equal("唐山市");
  });
});
