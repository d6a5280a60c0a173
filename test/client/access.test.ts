import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { ADMIN, can, issueUnder, RESOLUTION, roleOf } from "../../src/index.js";
import { dateOf } from "../../src/common/time.js";
import { collect, makeWorld, rejection, sharing } from "./world.js";

describe("who may do what, through the client", () => {
  const world = sharing(makeWorld);

  it("lists the members of a role by page", async () => {
    const { client, manager, accounts, ids, others } = world();
    const role = roleOf(ids.shijiazhuang, RESOLUTION);
    const officers = others.slice(5, 12);
    for (const officer of officers) await manager.connect(accounts.shijiazhuang).grantRole(role, officer, 0);
    for (const pageSize of [1, 3, 7, 100]) {
      const members = await collect(client.members(role, pageSize));
      expect(members.map(({ account }) => account).sort()).to.deep.equal(officers.map(({ address }) => address).sort());
    }
    const [first] = await collect(client.members(role));
    const [since] = await manager.getAccess(role, first!.account);
    expect(first).to.deep.include({ since: dateOf(since), delay: 0 });
    expect(await collect(client.members(roleOf(ids.dubai, RESOLUTION)))).to.deep.equal([]);
  });

  it("answers the guard's question with the reason", async () => {
    const { client, manager, registry, administrator, accounts, ids } = world();
    const { shijiazhuang, stranger, china } = accounts;
    const city = ids.shijiazhuang;
    expect(await client.can(shijiazhuang.address, city, ADMIN)).to.deep.equal({
      allowed: true,
      verdict: "Allowed",
      message: `${shijiazhuang.address} holds ADMIN of city ${city} and may use it now`,
    });
    expect(await client.can(stranger.address, city, RESOLUTION)).to.deep.include({
      allowed: false,
      verdict: "NotMember",
    });
    expect(await client.can(administrator.address, 0, ADMIN)).to.deep.include({
      allowed: true,
      message: `${administrator.address} holds ADMIN of the network and may use it now`,
    });

    await manager.connect(shijiazhuang).grantRole(roleOf(city, RESOLUTION), stranger, 60);
    const delayed = await client.can(stranger.address, city, RESOLUTION);
    expect(delayed).to.deep.include({ allowed: false, verdict: "Delayed" });
    expect(delayed.message).to.match(/with an execution delay/);

    await manager.setTargetClosed(registry, true);
    const closed = await client.can(shijiazhuang.address, city, ADMIN);
    expect(closed).to.deep.include({ allowed: false, verdict: "ContractClosed" });
    expect(closed.message).to.include(await registry.getAddress());
    const [manager_, resolver] = await Promise.all([manager.getAddress(), client.resolver.getAddress()]);
    expect((await client.can(shijiazhuang.address, city, ADMIN, resolver)).allowed).to.equal(true);
    await manager.connect(shijiazhuang).grantRole(roleOf(city, RESOLUTION), shijiazhuang, 0);
    expect((await client.can(shijiazhuang.address, city, RESOLUTION)).allowed, "the resolver is open").to.equal(true);
    expect((await client.can(shijiazhuang.address, city, issueUnder(1), manager_)).message).to.match(
      /issue under schema 1/,
    );
    await manager.setTargetClosed(registry, false);

    await registry.connect(china).suspend(ids.hebei, 1);
    expect(await client.can(shijiazhuang.address, city, ADMIN)).to.deep.include({ verdict: "CityInactive" });
  });

  it("never makes up an answer", async () => {
    const { client } = world();
    const strange = { cities: client.cities, resolver: client.resolver, access: { can: () => Promise.resolve(9n) } };
    expect(await rejection(() => can(strange as never, ZeroAddress, 1, ADMIN))).to.match(/does not know: 9/);
  });
});
