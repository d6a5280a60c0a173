import { once } from "node:events";
import { createInterface } from "node:readline";

import { expect } from "chai";

import { dateOf } from "../../src/common/time.js";
import { present } from "../../src/identity/presentation.js";
import { issued, newHolder, newPerson, office } from "../client/identity-world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { serve, type Served } from "../served.js";
import { settingsOf, start } from "./process.js";

const DESK = { CIVITAS_VERIFIER: "深圳市出入境管理处", CIVITAS_PURPOSE: "护照申请" };

interface Asked {
  verifier: string;
  purpose: string;
  challenge: string;
}

describe("examples/desk.ts", function () {
  this.timeout(1_200_000); // on validators, where each act waits for a block
  let node: Served;
  before(async () => {
    node = await serve();
  });
  after(() => {
    node.close();
  });

  it("accepts what it asked for, and nothing shown twice, of another schema, or unreadable", async () => {
    const world = await loadFixture(office);
    const { contracts, schemas, directory } = world;
    const { identity, key } = await newPerson(world);
    const [own, driver] = [newHolder(identity), newHolder(identity)];
    const [resident] = await issued(world, "resident", [own.request]);
    const [licence] = await issued(world, "driving-licence", [driver.request]);
    const claims = {
      resident: { document: resident!, holderKey: own.key, disclose: ["name"] },
      licence: { document: licence!, holderKey: driver.key, disclose: ["classes"] },
    };

    const desk = start("desk", [], {
      ...{ ...settingsOf(node), CIVITAS_DIRECTORY: await directory.getAddress(), ...DESK },
      ...{ CIVITAS_SCHEMA: `${schemas.resident}`, CIVITAS_CITY: `${SHIJIAZHUANG}` },
    });
    const complaint = desk.stderr.setEncoding("utf8").toArray();
    const lines = createInterface({ input: desk.stdout })[Symbol.asyncIterator]();
    const next = async () => {
      const { value, done } = (await lines.next()) as { value?: string; done?: boolean };
      if (done || value === undefined) throw new Error(`the desk ended: ${(await complaint).join("")}`);
      return value;
    };
    const asked = async () => JSON.parse(await next()) as Asked;
    const hand = (what: unknown) => desk.stdin.write(`${typeof what === "string" ? what : JSON.stringify(what)}\n`);
    const expires = dateOf((await time.latest()) + 600);
    const answerTo = (request: Asked, of: keyof typeof claims) =>
      present(contracts, { claims: [claims[of]], identity, identityKey: key, ...request, expires });

    const request = await asked();
    expect([request.verifier, request.purpose]).to.deep.equal(Object.values(DESK));
    const shown = await answerTo(request, "resident");
    hand(shown);
    expect(await next()).to.equal(`accepted: name 王小明; identity ${identity}`);
    const challenges = [request.challenge, (await asked()).challenge];
    hand(shown);
    expect(await next()).to.match(/^refused: /);
    const third = await asked();
    hand(await answerTo(third, "licence"));
    expect(await next()).to.equal(`refused: nothing of schema ${schemas.resident} by city ${SHIJIAZHUANG} is shown`);
    challenges.push(third.challenge, (await asked()).challenge);
    hand("hello");
    expect(await next()).to.match(/^refused: this is no presentation/);
    expect(new Set(challenges).size).to.equal(4);

    desk.stdin.end();
    const [status] = (await once(desk, "close")) as [number | null];
    expect([status, (await complaint).join("")]).to.deep.equal([0, ""]);
    expect([...node.asked]).not.to.include.oneOf(["eth_sendRawTransaction", "eth_sendTransaction"]);
  });
});
