import { expect } from "chai";
import type { CityRegistry } from "../../typechain/index.js";
import { encodeCityCode } from "../../src/index.js";
import { listings, parentOf, revisions, tableOf, timeOfRevision } from "../../scripts/gb2260.js";
import { CHINA_SCHEME, connection, ethers, loadFixture, NOBODY } from "../world.js";
import { deploySuite } from "../../rocketh/suite.js";

/** Acts a transaction carries at most: 200 allocations are some 30 M gas, and twice that under coverage; a block has 100 M. */
const CALLS = 200;
const GAS = 90_000_000;

describe("GB/T 2260, 1980 to 2019", () => {
  const fixture = () => deploySuite(connection, { salt: ethers.id("GB/T 2260") });

  it("replays all 72 revisions, and cityAt answers as the tables of each", async () => {
    const { registry } = await loadFixture(fixture);
    const all = listings();
    const times = revisions();
    await replay(registry, all, times);

    const codes = [...new Set(all.map(({ code }) => code))];
    expect(codes.length).to.equal(6576);
    const names = await nameHistory(registry);
    for (const { revision, count } of times) {
      const table = tableOf(all, revision);
      expect(table.size).to.equal(count);
      const moment = timeOfRevision(revision);
      const cities = await citiesAt(registry, codes, moment);
      const wrong = codes.filter((code, i) => nameAt(names.get(cities[i] ?? 0), moment) !== table.get(code));
      expect(wrong, revision).to.deep.equal([]);
    }
  }).timeout(600_000);
});

type Revisions = ReturnType<typeof revisions>;

/** Load every revision: names that changed, codes that went, codes that came. */
async function replay(registry: CityRegistry, all: ReturnType<typeof listings>, times: Revisions): Promise<void> {
  const encode = registry.interface.encodeFunctionData.bind(registry.interface);
  const start = timeOfRevision(times[0]?.revision ?? "");
  await registry.admitCountry(encodeCityCode("MA.156"), "中国", CHINA_SCHEME, NOBODY, start);
  const live = new Map([["MA.156", 1]]);
  const children = new Map<number, Set<string>>([[1, new Set()]]);
  const parents = new Map<string, string>();
  const put = (code: string, parent: string) => {
    parents.set(code, parent);
    childrenOf(parent).add(code);
  };
  const childrenOf = (code: string) => children.get(live.get(code) ?? 0) ?? new Set<string>();
  let next = 2;
  let before = new Map<string, string>();
  let calls: string[] = [];
  const send = async (call?: string) => {
    if (call !== undefined) calls.push(call);
    if (calls.length === 0 || (call !== undefined && calls.length < CALLS)) return;
    await registry.multicall(calls, { gasLimit: GAS });
    calls = [];
  };

  for (const { revision } of times) {
    const table = tableOf(all, revision);
    const time = timeOfRevision(revision);
    for (const [code, name] of table) {
      const old = before.get(code);
      if (old !== undefined && old !== name) await send(encode("renameAt", [time, live.get(code) ?? 0, name]));
    }
    const gone = [...before.keys()].filter((code) => !table.has(code));
    for (const code of gone.sort((a, b) => b.length - a.length)) {
      const left = [...childrenOf(code)];
      await send(encode("retireAt", [time, live.get(code) ?? 0, [], left.map((child) => live.get(child) ?? 0)]));
      const parent = parents.get(code) ?? "";
      childrenOf(parent).delete(code);
      live.delete(code);
      for (const child of left) put(child, parent);
    }
    const come = [...table.keys()].filter((code) => !before.has(code));
    for (const code of come.sort((a, b) => a.length - b.length)) {
      const parent = parentOf(code, (one) => live.has(one));
      const below = [...childrenOf(parent)].filter((child) => child.startsWith(code));
      const ids = below.map((child) => live.get(child) ?? 0);
      const name = table.get(code) ?? "";
      await send(encode("allocateAt", [time, live.get(parent) ?? 0, encodeCityCode(code), name, ids]));
      live.set(code, next);
      children.set(next, new Set());
      next++;
      for (const child of below) {
        childrenOf(parent).delete(child);
        put(child, code);
      }
      put(code, parent);
    }
    before = table;
  }
  await send();
}

/** The city at each code at one moment. Read as raw words, for ethers takes seconds over some thousand `bytes`. */
async function citiesAt(registry: CityRegistry, codes: readonly string[], time: number): Promise<number[]> {
  const word = (value: number) => value.toString(16).padStart(64, "0");
  const { selector } = registry.interface.getFunction("cityAt");
  const multicall = registry.interface.getFunction("multicall").selector;
  const to = await registry.getAddress();
  const cities: number[] = [];
  for (let i = 0; i < codes.length; i += 3300) {
    const part = codes.slice(i, i + 3300);
    const calls = part.map(
      (code) => word(68) + selector.slice(2) + encodeCityCode(code).slice(2) + word(time) + "0".repeat(56),
    );
    const offsets = part.map((_, index) => word(32 * part.length + index * 128));
    const data = multicall + word(32) + word(part.length) + offsets.join("") + calls.join("");
    const answer = (await connection.provider.request({
      method: "eth_call",
      params: [{ to, data }, "latest"],
    })) as string;
    const words = answer.slice(2 + 64 * (2 + part.length)); // of each answer its length, and the city
    for (let index = 0; index < part.length; index++) {
      cities.push(Number.parseInt(words.slice(index * 128 + 64, index * 128 + 128), 16));
    }
  }
  return cities;
}

/** Every city's names with the times they began, from the events. */
async function nameHistory(registry: CityRegistry): Promise<Map<number, { from: number; name: string }[]>> {
  const events = [
    ...(await registry.queryFilter(registry.filters.CityAllocated())),
    ...(await registry.queryFilter(registry.filters.CityRenamed())),
  ];
  const names = new Map<number, { from: number; name: string }[]>();
  for (const { args } of events) {
    const list = names.get(Number(args.city)) ?? [];
    list.push({ from: Number(args.from), name: args.name });
    names.set(Number(args.city), list);
  }
  for (const list of names.values()) list.sort((a, b) => a.from - b.from);
  return names;
}

function nameAt(names: { from: number; name: string }[] | undefined, time: number): string | undefined {
  return names?.filter(({ from }) => from <= time).at(-1)?.name;
}
