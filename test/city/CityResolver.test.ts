import { expect } from "chai";

import { ADMIN, RESOLUTION, roleOf } from "../../src/index.js";
import { blockOf, CHINA, cities, code, ethers, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";

const KEY = ethers.encodeBytes32String("endpoint");
const OTHER = ethers.encodeBytes32String("public-key");
const VALUE = ethers.hexlify(ethers.toUtf8Bytes("https://sjz.example/"));

describe("CityResolver", () => {
  const withOfficer = async () => {
    const world = await loadFixture(cities);
    const { manager, shijiazhuang, officer } = world;
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, RESOLUTION), officer, 0);
    return { ...world, records: world.resolver.connect(officer) };
  };

  describe("resolution records", () => {
    it("are set, changed, deleted, and cleared all at once", async () => {
      const { records, officer } = await loadFixture(withOfficer);
      const first = records.setRecord(SHIJIAZHUANG, KEY, VALUE);
      await expect(first).to.emit(records, "RecordChanged").withArgs(SHIJIAZHUANG, KEY, 0, VALUE, officer.address, 0);
      await records.setRecord(SHIJIAZHUANG, OTHER, "0x01");
      expect(await records.recordOf(SHIJIAZHUANG, KEY)).to.equal(VALUE);
      await records.setRecord(SHIJIAZHUANG, KEY, "0x02");
      await records.setRecord(SHIJIAZHUANG, KEY, "0x");
      expect(await records.recordOf(SHIJIAZHUANG, KEY)).to.equal("0x");
      const before = (await records.recordsOf(SHIJIAZHUANG)).changedIn;
      const cleared = records.clearRecords(SHIJIAZHUANG);
      await expect(cleared).to.emit(records, "RecordsCleared").withArgs(SHIJIAZHUANG, 1, officer.address, before);
      expect(await records.recordOf(SHIJIAZHUANG, OTHER)).to.equal("0x");
      expect(await records.recordsOf(SHIJIAZHUANG)).to.deep.equal([1n, BigInt(await blockOf(cleared))]);
      await records.setRecord(SHIJIAZHUANG, KEY, VALUE);
      expect(await records.recordOf(SHIJIAZHUANG, KEY)).to.equal(VALUE);
    });

    it("are the resolution officers' alone: not the controller's, not the parent's, not another city's", async () => {
      const { resolver, manager, hebei, shijiazhuang, officer, records } = await loadFixture(withOfficer);
      for (const by of [hebei, shijiazhuang]) {
        await expect(resolver.connect(by).setRecord(SHIJIAZHUANG, KEY, VALUE)).to.be.revertedWithCustomError(
          manager,
          "CityUnauthorized",
        );
        await expect(resolver.connect(by).setRecord(SHIJIAZHUANG, KEY, "0x"))
          .to.be.revertedWithCustomError(resolver, "NotResolutionOfficer")
          .withArgs(by.address, SHIJIAZHUANG);
        await expect(resolver.connect(by).clearRecords(SHIJIAZHUANG)).to.be.revertedWithCustomError(
          resolver,
          "NotResolutionOfficer",
        );
      }
      await expect(records.setRecord(HEBEI, KEY, VALUE))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(officer.address, HEBEI, RESOLUTION);
    });

    it("are not set, but deleted and cleared, under a suspended city and in a closed contract", async () => {
      const { registry, resolver, manager, china, records } = await loadFixture(withOfficer);
      await records.setRecord(SHIJIAZHUANG, KEY, VALUE);
      await records.setRecord(SHIJIAZHUANG, OTHER, VALUE);
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(records.setRecord(SHIJIAZHUANG, KEY, "0x01"))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, HEBEI);
      await records.setRecord(SHIJIAZHUANG, KEY, "0x");
      await registry.connect(china).reinstate(HEBEI);
      await manager.setTargetClosed(resolver, true);
      await expect(records.setRecord(SHIJIAZHUANG, KEY, "0x01")).to.be.revertedWithCustomError(
        manager,
        "ContractClosed",
      );
      await records.clearRecords(SHIJIAZHUANG);
      expect(await records.recordOf(SHIJIAZHUANG, OTHER)).to.equal("0x");
    });

    it("follow the city through a new code, and stay readable when it is retired", async () => {
      const { registry, resolver, hebei, records } = await loadFixture(withOfficer);
      await records.setRecord(SHIJIAZHUANG, KEY, VALUE);
      await registry.connect(hebei).recode([SHIJIAZHUANG], [code("MA.156.1312")]);
      const { city } = await resolver.resolve("MA.156.1312", await time.latest());
      expect(await resolver.recordOf(city, KEY)).to.equal(VALUE);
      await registry.connect(hebei).retire(SHIJIAZHUANG, [], []);
      expect(await resolver.recordOf(SHIJIAZHUANG, KEY)).to.equal(VALUE);
    });
  });

  it("takes no signature of a controller with an execution delay, nor under a code nobody holds", async () => {
    const { resolver, manager, hebei, administrator, officer } = await loadFixture(cities);
    await manager.connect(hebei).grantRole(roleOf(SHIJIAZHUANG, ADMIN), officer, 86_400);
    const at = await time.latest();
    const domain = {
      name: "Civitas CityResolver",
      version: "1",
      chainId: (await ethers.provider.getNetwork()).chainId,
      verifyingContract: await resolver.getAddress(),
    };
    const types = {
      SignedCode: [
        { name: "code", type: "string" },
        { name: "city", type: "uint32" },
        { name: "time", type: "uint40" },
      ],
    };
    const statusOf = async (by: typeof officer, text: string, city: bigint) => {
      const signature = await by.signTypedData(domain, types, { code: text, city, time: at });
      return resolver.signedCodeStatus(text, city, at, by, signature);
    };
    expect(await statusOf(officer, "MA.156.1301", SHIJIAZHUANG)).to.equal(2n); // NotController
    expect(await statusOf(administrator, "MA.156.77", 0n)).to.equal(4n); // CodeNotOfCity
  });

  it("reads the codes of a city by page", async () => {
    const { registry, resolver, hebei } = await loadFixture(cities);
    for (const local of ["1312", "1313", "1314"]) {
      await registry.connect(hebei).recode([SHIJIAZHUANG], [code(`MA.156.${local}`)]);
    }
    const all = await resolver.codesOf(SHIJIAZHUANG, 0, 10);
    expect(all.map((period) => period.code)).to.deep.equal(
      ["1301", "1312", "1313", "1314"].map((local) => code(`MA.156.${local}`)),
    );
    expect(all.map(({ until }) => until)).to.deep.equal([...all.slice(1).map(({ from }) => from), 0n]);
    for (const [start, count] of [
      [0, 1],
      [0, 3],
      [1, 2],
      [2, 9],
      [3, 1],
      [4, 1],
      [0, 0],
    ] as const) {
      expect(await resolver.codesOf(SHIJIAZHUANG, start, count)).to.deep.equal(all.slice(start, start + count));
    }
    expect(await resolver.registry()).to.equal(await registry.getAddress());
    expect(await resolver.codesOf(CHINA, 0, 9)).to.have.length(1);
  });
});
