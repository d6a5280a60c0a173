import { expect } from "chai";
import { ZeroAddress } from "ethers";

import {
  type CityEvent,
  CityCodeError,
  CityUnknownError,
  encodeCityCode,
  history,
  HistoryIncompleteError,
} from "../../src/index.js";
import { dateOf, secondsOf, showTime } from "../../src/common/time.js";
import { collect, day, errorOf, makeWorld, rejection, sharing } from "./world.js";

const on = (date: string) => ({ at: dateOf(day(date)) });

describe("cities through the client", () => {
  const world = sharing(makeWorld);

  describe("resolve", () => {
    it("finds the city of a code, a printed code and an IDcode", async () => {
      const { client, ids } = world();
      for (const text of ["MA.156.1301", "ma.156.1301-fq", "MA.156.1301/73.10000000.6"]) {
        const city = await client.resolve(text);
        expect(city).to.deep.include({
          id: ids.shijiazhuang,
          code: "MA.156.1301",
          printed: "MA.156.1301-FQ",
          name: "石家庄市",
          until: null,
          status: "Active",
          active: true,
          path: [
            { id: ids.shijiazhuang, code: "MA.156.1301", name: "石家庄市" },
            { id: ids.hebei, code: "MA.156.13", name: "河北省" },
            { id: ids.china, code: "MA.156", name: "中国" },
          ],
        });
        const { codeFrom } = await client.cities.cityOf(ids.shijiazhuang);
        expect(secondsOf(city.from)).to.equal(codeFrom);
        expect(city.asOf.getTime()).to.be.at.least(city.from.getTime());
      }
    });

    it("tells who held a code at a past date, under which name and whom", async () => {
      const { client, ids } = world();
      const in1981 = await client.resolve("MA.156.4325", on("1981-01-01"));
      expect(in1981).to.deep.include({
        id: ids.loudi,
        code: "MA.156.4325",
        name: "涟源地区",
        from: dateOf(day("1980-12-31")),
        until: dateOf(day("1999-01-20")),
        asOf: dateOf(day("1981-01-01")),
        status: "Active",
      });
      expect((await client.resolve("MA.156.4325", on("1990-01-01"))).name).to.equal("娄底地区");
      expect((await client.resolve("MA.156.4325", on("1982-12-04"))).name).to.equal("娄底地区");
      expect((await client.resolve("MA.156.4325", on("1982-12-03"))).name).to.equal("涟源地区");
      for (const asOf of [undefined, on("1999-01-20"), on("2020-01-01")]) {
        expect(await client.resolve("MA.156.4313", asOf)).to.deep.include({
          id: ids.loudi,
          name: "娄底市",
          until: null,
        });
      }
      const before = await client.resolve("MA.156.5122", on("1990-01-01"));
      const after = await client.resolve("MA.156.5002");
      expect([before.id, after.id]).to.deep.equal([ids.wanxian, ids.wanxian]);
      expect(before.path.map(({ code, name }) => `${code} ${name}`)).to.deep.equal([
        "MA.156.5122 万县地区",
        "MA.156.51 四川省",
        "MA.156 中国",
      ]);
      expect(after.path.map(({ code, name }) => `${code} ${name}`)).to.deep.equal([
        "MA.156.5002 万县地区",
        "MA.156.50 重庆市",
        "MA.156 中国",
      ]);
    });

    it("counts a moment after the latest block as that block's", async () => {
      const { client } = world();
      const city = await client.resolve("MA.156.1301", { at: new Date("2999-01-01") });
      expect(city.asOf).to.deep.equal((await client.resolve("MA.156.1301")).asOf);
    });

    it("tells whether the city can act now", async () => {
      const { client, registry, accounts, ids } = world();
      await registry.connect(accounts.china).suspend(ids.hebei, 1);
      expect(await client.resolve("MA.156.13")).to.deep.include({ status: "Suspended", active: false });
      expect(await client.resolve("MA.156.1301")).to.deep.include({ status: "Active", active: false });
      await registry.connect(accounts.china).reinstate(ids.hebei);
      expect(await client.resolve("MA.156.1301")).to.deep.include({ status: "Active", active: true });
    });

    it("refuses a text that is no code, and says who held a code that nobody holds", async () => {
      const { client, ids } = world();
      expect(await rejection(() => client.resolve("MA.156.1310-FQ"))).to.match(
        /^MA\.156\.1310-FQ: the check characters/,
      );
      expect(await errorOf(() => client.resolve("MA.15"))).to.be.instanceOf(CityCodeError);
      expect(await rejection(() => client.resolve("MA.156.1302"))).to.match(
        /MA\.156\.1302 is well written, but was never/,
      );
      expect(await rejection(() => client.resolve("MA.156.4325"))).to.match(
        new RegExp(`nobody held MA.156.4325 on .*; city ${ids.loudi} held it from 1980-12-31 until 1999-01-20: ask`),
      );
      expect(await rejection(() => client.resolve("MA.156.1301", on("1990-01-01")))).to.match(
        /nobody held MA\.156\.1301 on 1990-01-01; city \d+ held it since/,
      );
      expect(await errorOf(() => client.resolve("MA.116"))).to.be.instanceOf(CityUnknownError);
      expect(await rejection(() => client.resolve("MA.156", { at: new Date("1960-01-01") }))).to.match(
        /not before 1970/,
      );
    });

    it("tells apart the holders of a code that was given again", async () => {
      const { client, registry, accounts, ids, connection } = world();
      const byHebei = registry.connect(accounts.hebei);
      const first = await client.resolve("MA.156.1301");
      await connection.networkHelpers.time.increase(100);
      await byHebei.retire(ids.shijiazhuang, [], []);
      expect(await rejection(() => client.resolve("MA.156.1301"))).to.match(/nobody held MA\.156\.1301/);
      await connection.networkHelpers.time.increase(100);
      await byHebei.allocate(ids.hebei, { code: CODE, name: "新石家庄市", controller: ZeroAddress }, []);
      const second = await client.resolve("MA.156.1301");
      expect(second).to.deep.include({ id: await registry.cityCount(), name: "新石家庄市" });
      const { retiredAt } = await client.cities.cityOf(ids.shijiazhuang);
      expect(await client.resolve("MA.156.1301", { at: dateOf(retiredAt - 1n) })).to.deep.include({
        id: ids.shijiazhuang,
        name: "石家庄市",
        status: "Retired",
        active: false,
        from: first.from,
        until: dateOf(retiredAt),
      });
      expect(await rejection(() => client.resolve("MA.156.1301", { at: dateOf(retiredAt) }))).to.match(
        new RegExp(`city ${ids.shijiazhuang} held it from .* until `),
      );
    });
  });

  describe("city", () => {
    it("describes a city by its number, a retired one by its last code", async () => {
      const { client, registry, accounts, ids } = world();
      expect(await client.city(ids.dubai)).to.deep.include({ code: "MA.784", name: "دبي", active: true });
      expect(await client.city(Number(ids.loudi), on("1990-01-01"))).to.deep.include({
        code: "MA.156.4325",
        name: "娄底地区",
      });
      await registry.connect(accounts.hebei).retire(ids.shijiazhuang, [], []);
      expect(await client.city(ids.shijiazhuang)).to.deep.include({
        code: "MA.156.1301",
        status: "Retired",
        active: false,
      });
      const { until } = await client.city(ids.shijiazhuang);
      expect(until).to.be.instanceOf(Date);
    });

    it("refuses a number never given, and a moment before the city", async () => {
      const { client, ids } = world();
      expect(await rejection(() => client.city(999))).to.match(/there is no city 999/);
      expect(await rejection(() => client.city(0))).to.match(/there is no city 0/);
      expect(await rejection(() => client.city(ids.chongqing, on("1990-01-01")))).to.match(
        new RegExp(`city ${ids.chongqing} had no code on 1990-01-01; its first one began 1997-06-18`),
      );
    });
  });

  describe("history", () => {
    it("tells the events of a city, newest first, decoded", async () => {
      const { client, ids, administrator } = world();
      const events = await collect(client.history(ids.loudi));
      const facts = events.map(({ block, logIndex, transaction, by, ...rest }) => {
        expect([block > 0, logIndex >= 0, transaction.length, by]).to.deep.equal([
          true,
          true,
          66,
          administrator.address,
        ]);
        return rest;
      });
      expect(facts).to.deep.equal([
        { type: "CityRenamed", name: "娄底市", from: dateOf(day("1999-01-20")) },
        { type: "CityMoved", parent: ids.hunan, code: "MA.156.4313", from: dateOf(day("1999-01-20")) },
        { type: "CityRenamed", name: "娄底地区", from: dateOf(day("1982-12-04")) },
        {
          type: "CityAllocated",
          parent: ids.hunan,
          code: "MA.156.4325",
          name: "涟源地区",
          controller: null,
          from: dateOf(day("1980-12-31")),
        },
      ]);
      expect((await collect(client.history(ids.china))).map(({ type }) => type)).to.deep.equal([
        "HistorySealed",
        "SchemeChanged", // in the same block as the next one
        "CityAllocated",
      ]);
    });

    it("tells each event once, where several cities and several events share blocks", async () => {
      const { client, registry, accounts, ids } = world();
      const city = ids.shijiazhuang;
      const byHebei = registry.connect(accounts.hebei);
      const call = registry.interface;
      const rename = (name: string) => call.encodeFunctionData("rename", [city, name]);
      const other = (number: string, name: string) =>
        call.encodeFunctionData("allocate", [
          ids.hebei,
          { code: encodeCityCode(`MA.156.${number}`), name, controller: accounts.stranger.address },
          [],
        ]);
      await byHebei.multicall([
        rename("一"),
        other("1302", "唐山市"),
        rename("二"),
        call.encodeFunctionData("suspend", [city, 7]),
        call.encodeFunctionData("reinstate", [city]),
        rename("三"),
      ]);
      await byHebei.offerMove(city, ids.china, 4_000_000_000);
      const tangshan = await registry.cityCount();
      const code = encodeCityCode("MA.156.1303");
      await byHebei.multicall([
        rename("四"),
        call.encodeFunctionData("recode", [[city], [code]]),
        call.encodeFunctionData("retire", [city, [tangshan], []]),
      ]);

      const events = await collect(client.history(city));
      const told = (event: CityEvent) => `${event.type} ${"name" in event ? event.name : ""}`.trim();
      expect(events.map(told)).to.deep.equal([
        "CityRetired",
        "CityMoved",
        "CityRenamed 四",
        "MoveOffered",
        "CityRenamed 三",
        "CityReinstated",
        "CitySuspended",
        "CityRenamed 二",
        "CityRenamed 一",
        "CityAllocated 石家庄市",
      ]);
      expect(events.find(({ type }) => type === "CitySuspended")).to.include({ reason: 7, by: accounts.hebei.address });
      expect(events.find(({ type }) => type === "MoveOffered")).to.deep.include({
        to: ids.china,
        deadline: dateOf(4e9),
      });
      expect(events[0]).to.deep.include({ successors: [tangshan] });
      const topic = `0x${city.toString(16).padStart(64, "0")}`;
      const all = await client.provider.getLogs({ address: registry, fromBlock: 0, topics: [null, topic] });
      const place = ({ blockNumber, index }: { blockNumber: number; index: number }) => `${blockNumber} ${index}`;
      expect(events.map(({ block, logIndex }) => `${block} ${logIndex}`).reverse()).to.deep.equal(all.map(place));

      expect(await collect(client.history(tangshan))).to.have.length(1);
      expect((await client.resolve("MA.156.1302")).name).to.equal("唐山市");
      // It held MA.156.1303 for no moment.
      expect(await client.city(city)).to.deep.include({ name: "四", code: "MA.156.1301", status: "Retired" });
      expect(await collect(client.history(999))).to.deep.equal([]);
    });

    it("never passes over what a node does not have", async () => {
      const { client, ids } = world();
      const pruned = { cities: client.cities, provider: { getLogs: () => Promise.resolve([]) } as never };
      expect(await errorOf(() => collect(history(pruned, ids.loudi)))).to.be.instanceOf(HistoryIncompleteError);
      expect(await rejection(() => collect(history(pruned, ids.loudi)))).to.match(/no complete list of the events/);
    });
  });

  describe("children and tree", () => {
    it("list the live children by page", async () => {
      const { client, ids } = world();
      for (const pageSize of [1, 2, 3, 100]) {
        const children = await collect(client.children(ids.china, pageSize));
        expect(children.map(({ code }) => code).sort()).to.deep.equal([
          "MA.156.13",
          "MA.156.43",
          "MA.156.50",
          "MA.156.51",
        ]);
        expect(children.find(({ id }) => id === ids.hebei)).to.deep.equal({
          id: ids.hebei,
          code: "MA.156.13",
          name: "河北省",
          status: "Active",
          children: 1,
        });
      }
      expect((await collect(client.children(0))).map(({ code }) => code)).to.deep.equal(["MA.156", "MA.784"]);
      expect(await collect(client.children(ids.dubai))).to.deep.equal([]);
    });

    it("list all descendants, each after its parent", async () => {
      const { client, ids } = world();
      const lines = (await collect(client.tree(0))).map(({ depth, code }) => `${" ".repeat(depth)}${code}`);
      expect(lines).to.have.length(9).and.include("   MA.156.1301");
      expect(lines.indexOf("   MA.156.1301")).to.equal(lines.indexOf("  MA.156.13") + 1);
      expect(await collect(client.tree(0, 1))).to.have.length(2);
      expect((await collect(client.tree(ids.hebei))).map(({ name, depth }) => `${name} ${depth}`)).to.deep.equal([
        "石家庄市 1",
      ]);
    });
  });

  it("writes times for people", () => {
    expect(showTime(0)).to.equal("1970-01-01");
    expect(showTime(86_399n)).to.equal("1970-01-01T23:59:59Z");
    expect(showTime(1n << 60n)).to.equal("second 1152921504606846976");
    expect(() => secondsOf(new Date(Number.NaN))).to.throw(RangeError);
    expect(secondsOf(new Date(1999))).to.equal(1n);
  });
});

const CODE = encodeCityCode("MA.156.1301");
