import { expect } from "chai";

import { deploy } from "../client/world.js";
import { shell } from "./world.js";

interface Answer {
  faults: string[];
  entries: { name: string; fault: string | null }[];
}

describe("civitas suite", () => {
  const at = shell(deploy);

  it("lists every version, with its address and whether its code is what was published", async () => {
    const told = await at().civitas(["suite", "list"]);
    expect(told.status, told.err).to.equal(0);
    const registry = await at().world.registry.getAddress();
    expect(told.out).to.match(
      new RegExp(`^CityRegistry +1 {2}${registry} {2}Current +from block \\d+ +code as published$`, "m"),
    );
  });

  it("finds a contract whose code is another", async () => {
    const { civitas, world } = at();
    expect((await civitas(["suite", "check"])).status).to.equal(0);
    const { networkHelpers } = world.connection;
    const address = await world.registry.getAddress();
    const code = await world.provider.getCode(address);
    await networkHelpers.setCode(address, "0x00");
    const told = await civitas(["suite", "check", "--json"]);
    await networkHelpers.setCode(address, code);
    expect(told.status).to.equal(1);
    const { faults, entries } = JSON.parse(told.out) as Answer;
    expect(faults).to.have.length(1);
    expect(faults[0]).to.contain("CityRegistry version 1");
    expect(entries.filter(({ fault }) => fault !== null).map(({ name }) => name)).to.deep.equal(["CityRegistry"]);
  });
});
