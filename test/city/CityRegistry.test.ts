import { expect } from "chai";

import { ADMIN, RESOLUTION, roleOf, schemeOf } from "../../src/index.js";
import {
  blockOf,
  CHINA,
  cities,
  code,
  ethers,
  HEBEI,
  HUNAN,
  loadFixture,
  NOBODY,
  SHIJIAZHUANG,
  time,
  timeOf,
} from "../world.js";

const DAY = 86_400;
const Status = { None: 0n, Loading: 1n, Active: 2n, Suspended: 3n, Retired: 4n };
const SALT = ethers.ZeroHash;
const FOREVER = 2n ** 40n - 1n;

const child = (text: string, name = text, controller = NOBODY) => ({ code: code(text), name, controller });

describe("CityRegistry", () => {
  const applied = async () => {
    const world = await loadFixture(cities);
    const application = {
      parent: HEBEI,
      code: code("MA.156.1302"),
      name: "唐山市",
      applicant: world.stranger.address,
      salt: SALT,
    };
    await world.registry.connect(world.stranger).submit(application);
    return { ...world, application, id: await world.registry.applicationId(application) };
  };

  describe("applications", () => {
    it("are submitted and approved: the city is allocated, the applicant is its controller", async () => {
      const { registry, manager, hebei, stranger, application, id } = await loadFixture(applied);
      const [status, submittedIn] = await registry.applicationOf(id);
      expect(status).to.equal(1n);
      await expect(registry.connect(hebei).approve(application))
        .to.emit(registry, "CityAllocated")
        .withArgs(5n, HEBEI, application.code, "唐山市", stranger.address, (await time.latest()) + 1, hebei.address)
        .and.to.emit(registry, "ApplicationApproved")
        .withArgs(id, 5n, hebei.address, submittedIn);
      expect(await manager.holds(stranger, 5, ADMIN)).to.equal(true);
      expect((await registry.applicationOf(id)).status).to.equal(2n);
      expect((await registry.cityOf(5)).status).to.equal(Status.Active);
    });

    it("have their EIP-712 digest as id", async () => {
      const { registry, application, id } = await loadFixture(applied);
      const { chainId } = await ethers.provider.getNetwork();
      const domain = {
        name: "Civitas CityRegistry",
        version: "1",
        chainId,
        verifyingContract: await registry.getAddress(),
      };
      const types = {
        CityApplication: [
          { name: "parent", type: "uint32" },
          { name: "code", type: "bytes32" },
          { name: "name", type: "string" },
          { name: "applicant", type: "address" },
          { name: "salt", type: "bytes32" },
        ],
      };
      expect(id).to.equal(ethers.TypedDataEncoder.hash(domain, types, application));
    });

    it("are rejected with a reason, and then dead: another salt makes another application", async () => {
      const { registry, hebei, stranger, application, id } = await loadFixture(applied);
      const [, submittedIn] = await registry.applicationOf(id);
      await expect(registry.connect(hebei).reject(application, 3))
        .to.emit(registry, "ApplicationRejected")
        .withArgs(id, 3, hebei.address, submittedIn);
      await expect(registry.connect(hebei).approve(application))
        .to.be.revertedWithCustomError(registry, "ApplicationNotOpen")
        .withArgs(id, 3n);
      await expect(registry.connect(stranger).submit(application))
        .to.be.revertedWithCustomError(registry, "ApplicationKnown")
        .withArgs(id);
      await registry.connect(stranger).submit({ ...application, salt: ethers.id("again") });
    });

    it("are withdrawn by the applicant alone, even under a suspended parent", async () => {
      const { registry, china, stranger, hebei, application, id } = await loadFixture(applied);
      await expect(registry.connect(hebei).withdraw(application))
        .to.be.revertedWithCustomError(registry, "NotApplicant")
        .withArgs(hebei.address, stranger.address);
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(registry.connect(stranger).withdraw(application)).to.emit(registry, "ApplicationWithdrawn");
      expect((await registry.applicationOf(id)).status).to.equal(4n);
      await expect(registry.connect(stranger).withdraw(application)).to.be.revertedWithCustomError(
        registry,
        "ApplicationNotOpen",
      );
    });

    it("are refused at once when they could never be approved, or are made for another", async () => {
      const { registry, manager, china, hebei, stranger, application } = await loadFixture(applied);
      const submit = (change: object) => registry.connect(stranger).submit({ ...application, ...change });
      await expect(submit({ applicant: hebei.address })).to.be.revertedWithCustomError(registry, "NotApplicant");
      await expect(submit({ code: code("MA.156.4302") })).to.be.revertedWithCustomError(registry, "CodeNotBelow");
      await expect(submit({ code: code("MA.156.13") })).to.be.revertedWithCustomError(registry, "CodeNotBelow"); // its own
      await expect(submit({ name: "" })).to.be.revertedWithCustomError(registry, "NameLengthInvalid");
      await expect(submit({ parent: 99 })).to.be.revertedWithCustomError(manager, "CityUnknown");
      await expect(submit({ parent: 0, code: code("MA.784") })).to.be.revertedWithCustomError(registry, "NotCountry");
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(submit({ salt: ethers.id("2") })).to.be.revertedWithCustomError(manager, "CityNotActive");
      await registry.connect(china).reinstate(HEBEI);
      await manager.setTargetClosed(registry, true);
      await expect(submit({ salt: ethers.id("2") })).to.be.revertedWithCustomError(manager, "ContractClosed");
    });

    it("are decided by the parent: not by another city, not by its child, not by the applicant", async () => {
      const { registry, manager, china, hunan, shijiazhuang, stranger, application } = await loadFixture(applied);
      for (const by of [china, hunan, shijiazhuang, stranger]) {
        await expect(registry.connect(by).approve(application)).to.be.revertedWithCustomError(
          manager,
          "CityUnauthorized",
        );
        await expect(registry.connect(by).reject(application, 1)).to.be.revertedWithCustomError(registry, "NoStanding");
      }
    });

    it("may be rejected by the nearest active ancestor when the parent cannot act", async () => {
      const { registry, china, application } = await loadFixture(applied);
      await registry.connect(china).suspend(HEBEI, 1);
      await registry.connect(china).reject(application, 1);
    });
  });

  describe("allocating", () => {
    it("gives numbers in order, and tells all in one event", async () => {
      const { registry, hebei, officer } = await loadFixture(cities);
      const allocate = registry.connect(hebei).allocate(HEBEI, child("MA.156.1302", "唐山市", officer.address), []);
      await expect(allocate).to.emit(registry, "CityAllocated");
      const city = await registry.cityOf(5);
      const block = BigInt(await blockOf(allocate));
      expect([...city]).to.deep.equal([
        code("MA.156.1302"),
        HEBEI,
        Status.Active,
        BigInt(await timeOf(allocate)), // codeFrom
        0n, // retiredAt
        block, // changedIn
        block, // namedIn
        1n, // changes
        0n, // children
      ]);
      expect((await registry.cityOf(99)).status).to.equal(Status.None);
    });

    it("allocates many, and skips those it allocated before", async () => {
      const { registry, hebei } = await loadFixture(cities);
      const some = ["MA.156.1301", "MA.156.1302", "MA.156.1303"].map((text) => child(text));
      const before = await registry.connect(hebei).allocateMany.staticCall(HEBEI, some);
      expect(before).to.deep.equal([0n, 5n, 6n]);
      await registry.connect(hebei).allocateMany(HEBEI, some);
      expect(await registry.connect(hebei).allocateMany.staticCall(HEBEI, some)).to.deep.equal([0n, 0n, 0n]);
      expect(await registry.childrenOf(HEBEI, 0, 10)).to.deep.equal([4n, 5n, 6n]);
      await expect(registry.connect(hebei).allocateMany(HEBEI, [child("MA.156.43")])).to.be.revertedWithCustomError(
        registry,
        "CodeTaken", // by another parent's child: that one is not skipped
      );
      expect(await registry.childrenOf(HEBEI, 1, 1)).to.deep.equal([5n]);
      expect(await registry.childrenOf(HEBEI, 3, 1)).to.deep.equal([]);
    });

    it("takes any country's codes: Dubai, Phnom Penh, Toronto", async () => {
      const { registry, resolver, others } = await loadFixture(cities);
      const [emirates, cambodia, canada, ontario] = others as [(typeof others)[0], ...typeof others];
      const admit = (text: string, name: string, lengths: number[], controller: { address: string }) =>
        registry.admitCountry(code(text), name, schemeOf(lengths), controller.address, 0);
      await admit("MA.784", "United Arab Emirates", [2], emirates);
      await admit("MA.116", "Cambodia", [2, 4], cambodia!);
      await admit("MA.124", "Canada", [2, 4, 7], canada!);
      await registry.connect(emirates).allocate(5, child("MA.784.DU", "Dubai"), []);
      await registry.connect(cambodia).allocate(6, child("MA.116.12", "Phnom Penh"), []);
      await registry.connect(canada).allocate(7, child("MA.124.35", "Ontario", ontario!.address), []);
      await registry.connect(ontario).allocate(10, child("MA.124.3520005", "Toronto"), []);
      const now = await time.latest();
      for (const [text, city] of [
        ["MA.784.DU", 8n],
        ["MA.116.12", 9n],
        ["MA.124.3520005", 11n],
      ] as const) {
        expect((await resolver.resolve(await resolver.format(code(text)), now)).city).to.equal(city);
      }
    });

    it("keeps to the scheme, the parent's code and one node at most", async () => {
      const { registry, china, hebei, shijiazhuang, officer } = await loadFixture(cities);
      const allocate = (by: typeof hebei, parent: bigint, text: string) =>
        registry.connect(by).allocate(parent, child(text, text, officer.address), []);
      const refused = async (by: typeof hebei, parent: bigint, text: string, error: string) => {
        await expect(allocate(by, parent, text), text).to.be.revertedWithCustomError(registry, error);
      };
      await refused(hebei, HEBEI, "MA.156.4301", "CodeNotBelow"); // outside its prefix, and under Hunan's
      await refused(hebei, HEBEI, "MA.156.15", "CodeNotBelow");
      await refused(hebei, HEBEI, "MA.156.13", "CodeTaken");
      await refused(hebei, HEBEI, "MA.156", "CodeTaken");
      await refused(hebei, HEBEI, "MA.157", "CodeNotBelow");
      await refused(hebei, HEBEI, "MA.784.13", "CodeNotBelow");
      await refused(hebei, HEBEI, "MA.156.130", "CodeLengthNotInScheme");
      await refused(hebei, HEBEI, "MA.156.13010101", "CodeLengthNotInScheme");
      await refused(china, CHINA, "MA.156.1", "CodeLengthNotInScheme"); // would capture MA.156.13
      await refused(china, CHINA, "MA.156.14.XA", "CodeNotBelow"); // two nodes at once
      await refused(hebei, HEBEI, "MA.156.1301.XA", "CodeNotBelow"); // belongs below Shijiazhuang
      await refused(hebei, HEBEI, "MA.156.130102", "CodeBelongsBelow"); // around a live prefecture
      await refused(china, CHINA, "MA.156.1302", "CodeBelongsBelow");
      await refused(china, CHINA, "MA.156.430102", "CodeBelongsBelow");
      await refused(hebei, HEBEI, "MA.156.1301", "CodeTaken");
      await refused(china, CHINA, "MA.156.43", "CodeTaken");
      await allocate(hebei, HEBEI, "MA.156.13.XA"); // Xiong'an spans counties: one node more
      await refused(officer, 5n, "MA.156.13.XAB", "CodeNotBelow"); // a whole node is not lengthened
      await allocate(shijiazhuang, SHIJIAZHUANG, "MA.156.130102");
      await allocate(officer, 6n, "MA.156.130102.7");
    });

    it("refuses codes that are not canonical", async () => {
      const { registry, hebei } = await loadFixture(cities);
      const raw = (text: string) => ethers.zeroPadBytes(ethers.toUtf8Bytes(text), 32);
      const bad = [
        ["MA.156.13ab", 0, 1n, 9n], // lower case
        ["MA.156..1301", 0, 2n, 7n], // an empty node
        ["MA.156.1301.", 0, 2n, 12n],
        ["MA.156.13012345678901234567", 0, 4n, 26n], // 27 characters
        ["MB.156.1301", 0, 5n, 0n],
        ["MA.15A.1301", 0, 6n, 5n],
        ["MA.1561.301", 0, 6n, 6n],
        ["MA", 0, 6n, 3n],
        ["M", 0, 5n, 0n],
        ["MAX", 0, 5n, 0n],
        ["", 0, 0n, 0n],
        ["MA.156.1.2.3", 0, 3n, 10n],
        ["MA.156.13-FQ", 0, 1n, 9n],
      ] as const;
      for (const [text, , fault, position] of bad) {
        await expect(
          registry.connect(hebei).allocate(HEBEI, { code: raw(text), name: "x", controller: NOBODY }, []),
          text,
        )
          .to.be.revertedWithCustomError(registry, "CityCodeInvalid")
          .withArgs(fault, position);
      }
      const padded = `${code("MA.156.1302").slice(0, -2)}41`;
      await expect(registry.connect(hebei).allocate(HEBEI, { code: padded, name: "x", controller: NOBODY }, []))
        .to.be.revertedWithCustomError(registry, "CityCodeInvalid")
        .withArgs(9n, 11n);
      const full = ethers.hexlify(ethers.toUtf8Bytes("MA.156.1234567890123456789012345".padEnd(32, "6")));
      await expect(registry.connect(hebei).allocate(HEBEI, { code: full, name: "x", controller: NOBODY }, []))
        .to.be.revertedWithCustomError(registry, "CityCodeInvalid")
        .withArgs(4n, 26n);
    });

    it("takes names of 1 to 128 bytes", async () => {
      const { registry, hebei } = await loadFixture(cities);
      for (const name of ["", "城".repeat(43)]) {
        await expect(registry.connect(hebei).allocate(HEBEI, child("MA.156.1302", name), []))
          .to.be.revertedWithCustomError(registry, "NameLengthInvalid")
          .withArgs(ethers.toUtf8Bytes(name).length);
      }
      await registry.connect(hebei).allocate(HEBEI, child("MA.156.1302", "c".repeat(128)), []);
    });

    it("creates nothing below a suspended or retired city, or for anyone but its controller", async () => {
      const { registry, manager, china, hebei, hunan, officer } = await loadFixture(cities);
      const allocate = (by: typeof hebei) => registry.connect(by).allocate(HEBEI, child("MA.156.1302"), []);
      for (const by of [china, hunan, officer]) {
        await expect(allocate(by)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      }
      await expect(registry.connect(china).allocateMany(HEBEI, [])).to.be.revertedWithCustomError(
        manager,
        "CityUnauthorized",
      );
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(allocate(hebei)).to.be.revertedWithCustomError(manager, "CityNotActive").withArgs(HEBEI, HEBEI);
      await registry.connect(china).retire(HEBEI, [], [SHIJIAZHUANG]);
      await expect(allocate(hebei)).to.be.revertedWithCustomError(manager, "CityNotActive");
      await expect(registry.connect(china).allocate(CHINA, child("MA.156.1302"), [])).not.to.be.revertedWithCustomError(
        registry,
        "CodeBelongsBelow",
      ); // nobody holds MA.156.13 any more
    });

    it("inserts a city above others only with all of them as its children", async () => {
      const { registry, hunan, china, officer } = await loadFixture(cities);
      const allocate = (text: string, children: bigint[]) =>
        registry.connect(hunan).allocate(HUNAN, child(text, text, officer.address), children);
      await allocate("MA.156.430101", []);
      await allocate("MA.156.430102", []);
      await allocate("MA.156.430201", []);
      await expect(allocate("MA.156.4301", []))
        .to.be.revertedWithCustomError(registry, "CodeAboveLiveCities")
        .withArgs(code("MA.156.4301"), 2n);
      await expect(allocate("MA.156.4301", [5n])).to.be.revertedWithCustomError(registry, "CodeAboveLiveCities");
      await expect(allocate("MA.156.4301", [5n, 6n, 7n])).to.be.revertedWithCustomError(registry, "CodeNotBelow");
      await expect(allocate("MA.156.4301", [5n, 5n])).to.be.revertedWithCustomError(registry, "NotChild");
      await expect(allocate("MA.156.4301", [5n, SHIJIAZHUANG])).to.be.revertedWithCustomError(registry, "NotChild");
      await expect(allocate("MA.156.4301", [5n, 99n])).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
      await expect(allocate("MA.156.4301", [5n, 6n]))
        .to.emit(registry, "CityMoved")
        .withArgs(6n, 8n, code("MA.156.430102"), (await time.latest()) + 1, hunan.address, (v: bigint) => v > 0n);
      expect(await registry.childrenOf(8, 0, 10)).to.have.members([5n, 6n]);
      expect(await registry.childrenOf(HUNAN, 0, 10)).to.have.members([7n, 8n]);
      await registry.connect(china).suspend(HUNAN, 1);
      expect((await registry.holdingOf(code("MA.156.4301"))).skippedBy).to.equal(0n);
      expect((await registry.holdingOf(code("MA.156.4302"))).skippedBy).to.equal(1n);
    });
  });

  describe("countries", () => {
    it("are admitted by the network alone, with a scheme of 1 to 5 lengths", async () => {
      const { registry, china } = await loadFixture(cities);
      const admit = (text: string, scheme: number) => registry.admitCountry(code(text), "x", scheme, NOBODY, 0);
      await expect(
        registry.connect(china).admitCountry(code("MA.784"), "x", 4, NOBODY, 0),
      ).to.be.revertedWithCustomError(registry, "AccessManagedUnauthorized");
      for (const scheme of [0, 1, 5, 1 << 20, 0b1111110]) {
        await expect(admit("MA.784", scheme)).to.be.revertedWithCustomError(registry, "SchemeInvalid").withArgs(scheme);
      }
      await expect(admit("MA.784.DU", 4)).to.be.revertedWithCustomError(registry, "NotCountryCode");
      await expect(admit("MA.156", 4)).to.be.revertedWithCustomError(registry, "CodeTaken");
      await expect(registry.allocate(0, child("MA.784"), [])).to.be.revertedWithCustomError(registry, "NotCountry");
      await expect(admit("MA.784", 0b111110)).to.emit(registry, "SchemeChanged");
    });

    it("change their scheme only while nothing lies below", async () => {
      const { registry, china } = await loadFixture(cities);
      await expect(registry.setScheme(CHINA, 4))
        .to.be.revertedWithCustomError(registry, "SchemeInUse")
        .withArgs(CHINA, 2n);
      await expect(registry.setScheme(HEBEI, 4)).to.be.revertedWithCustomError(registry, "NotCountry");
      await expect(registry.connect(china).setScheme(CHINA, 4)).to.be.revertedWithCustomError(
        registry,
        "AccessManagedUnauthorized",
      );
      await registry.admitCountry(code("MA.784"), "x", 4, NOBODY, 0);
      await expect(registry.setScheme(5, 0)).to.be.revertedWithCustomError(registry, "SchemeInvalid");
      await registry.setScheme(5, 8);
      expect((await registry.schemeOf(5)).lengths).to.equal(8n);
      await registry.retire(5, [], []);
      await expect(registry.setScheme(5, 4)).to.be.revertedWithCustomError(registry, "NotCountry");
    });

    it("are suspended, reinstated and re-coded by the network; no city becomes a country", async () => {
      const { registry, manager, administrator, china, hebei } = await loadFixture(cities);
      await registry.suspend(CHINA, 1);
      await expect(registry.connect(hebei).allocate(HEBEI, child("MA.156.1302"), []))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(HEBEI, CHINA);
      await registry.reinstate(CHINA);
      await expect(registry.recode([CHINA, HEBEI, HUNAN], ["MA.157", "MA.157.13", "MA.157.43"].map(code)))
        .to.be.revertedWithCustomError(registry, "ChildrenLeft")
        .withArgs(HEBEI, 1n);
      await registry.recode(
        [CHINA, HEBEI, HUNAN, SHIJIAZHUANG],
        ["MA.157", "MA.157.13", "MA.157.43", "MA.157.1301"].map(code),
      );
      expect(await registry.cityAt(code("MA.157.1301"), FOREVER)).to.equal(SHIJIAZHUANG);
      await registry.connect(china).allocate(CHINA, child("MA.157.21"), []);
      await expect(
        registry.connect(administrator).move(0, 0, [SHIJIAZHUANG], [code("MA.156")]),
      ).to.be.revertedWithCustomError(registry, "NotCountry");
    });
  });

  describe("suspending and renaming", () => {
    it("suspends and reinstates, one step each", async () => {
      const { registry, china, hebei } = await loadFixture(cities);
      const { changedIn } = await registry.cityOf(HEBEI);
      await expect(registry.connect(china).suspend(HEBEI, 7))
        .to.emit(registry, "CitySuspended")
        .withArgs(HEBEI, 7, china.address, changedIn);
      await expect(registry.connect(china).suspend(HEBEI, 7))
        .to.be.revertedWithCustomError(registry, "CityStatusInvalid")
        .withArgs(HEBEI, Status.Suspended);
      await expect(registry.connect(hebei).reinstate(HEBEI)).to.be.revert(ethers);
      await expect(registry.connect(china).reinstate(HEBEI)).to.emit(registry, "CityReinstated");
      await expect(registry.connect(china).reinstate(HEBEI)).to.be.revertedWithCustomError(
        registry,
        "CityStatusInvalid",
      );
    });

    it("suspends with the role alone: by a suspended parent, or the nearest active ancestor, in a closed contract", async () => {
      const { registry, manager, china, hebei, hunan } = await loadFixture(cities);
      await expect(registry.connect(china).suspend(SHIJIAZHUANG, 1))
        .to.be.revertedWithCustomError(registry, "NoStanding")
        .withArgs(china.address, HEBEI); // Hebei can act itself
      await registry.connect(china).suspend(HEBEI, 1);
      await manager.setTargetClosed(registry, true);
      await expect(registry.connect(hunan).suspend(SHIJIAZHUANG, 1)).to.be.revertedWithCustomError(
        registry,
        "NoStanding",
      );
      await registry.connect(china).suspend(SHIJIAZHUANG, 1);
      await expect(registry.connect(hebei).reinstate(SHIJIAZHUANG)).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
      await manager.setTargetClosed(registry, false);
      await registry.connect(china).reinstate(HEBEI);
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await registry.connect(china).suspend(HEBEI, 1);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await registry.suspend(CHINA, 1); // two on the path: the network is the nearest active one
      await registry.retire(SHIJIAZHUANG, [], []);
    });

    it("renames; the number stays", async () => {
      const { registry, manager, hebei, shijiazhuang } = await loadFixture(cities);
      const { changedIn } = await registry.cityOf(SHIJIAZHUANG);
      const rename = registry.connect(hebei).rename(SHIJIAZHUANG, "石门市");
      await expect(rename)
        .to.emit(registry, "CityRenamed")
        .withArgs(SHIJIAZHUANG, "石门市", await timeOf(rename), hebei.address, changedIn);
      expect((await registry.cityOf(SHIJIAZHUANG)).namedIn).to.equal(await blockOf(rename));
      await expect(registry.connect(shijiazhuang).rename(SHIJIAZHUANG, "x")).to.be.revertedWithCustomError(
        manager,
        "CityUnauthorized",
      );
      await expect(registry.connect(hebei).rename(SHIJIAZHUANG, "")).to.be.revertedWithCustomError(
        registry,
        "NameLengthInvalid",
      );
      await registry.connect(hebei).retire(SHIJIAZHUANG, [], []);
      await expect(registry.connect(hebei).rename(SHIJIAZHUANG, "x")).to.be.revertedWithCustomError(
        registry,
        "CityStatusInvalid",
      );
    });
  });

  describe("re-coding and moving", () => {
    const withCounty = async () => {
      const world = await loadFixture(cities);
      await world.registry.connect(world.shijiazhuang).allocate(SHIJIAZHUANG, child("MA.156.130102", "长安区"), []);
      return { ...world, county: 5n };
    };

    it("re-codes a city with all below it; codes and cities stay each other's inverse at every moment", async () => {
      const { registry, resolver, hebei, county } = await loadFixture(withCounty);
      const before = await time.latest();
      await time.increase(1000);
      const recode = registry
        .connect(hebei)
        .recode([SHIJIAZHUANG, county], [code("MA.156.1312"), code("MA.156.131202")]);
      const at = await timeOf(recode);
      for (const [moment, city, district] of [
        [before, "MA.156.1301", "MA.156.130102"],
        [at - 1, "MA.156.1301", "MA.156.130102"],
        [at, "MA.156.1312", "MA.156.131202"],
        [at + DAY, "MA.156.1312", "MA.156.131202"],
      ] as const) {
        expect(await registry.codeAt(SHIJIAZHUANG, moment)).to.equal(code(city));
        expect(await registry.codeAt(county, moment)).to.equal(code(district));
        expect(await registry.cityAt(code(city), moment)).to.equal(SHIJIAZHUANG);
        expect(await registry.cityAt(code(district), moment)).to.equal(county);
      }
      expect(await registry.cityAt(code("MA.156.1301"), at)).to.equal(0n);
      expect(await registry.cityAt(code("MA.156.1312"), at - 1)).to.equal(0n);
      expect(await registry.codeAt(county, 0)).to.equal(ethers.ZeroHash);
      const { codeFrom } = await registry.cityOf(county);
      expect(codeFrom).to.equal(at);
      const [first] = await resolver.codesOf(county, 0, 1);
      expect(await resolver.codesOf(county, 0, 10)).to.deep.equal([
        [code("MA.156.130102"), first!.from, BigInt(at)],
        [code("MA.156.131202"), BigInt(at), 0n],
      ]);
    });

    it("gives a withdrawn code to another city later, and remembers both", async () => {
      const { registry, resolver, hebei, county } = await loadFixture(withCounty);
      const first = (await registry.cityOf(SHIJIAZHUANG)).codeFrom;
      await registry.connect(hebei).recode([SHIJIAZHUANG, county], [code("MA.156.1312"), code("MA.156.131202")]);
      const left = (await registry.cityOf(SHIJIAZHUANG)).codeFrom;
      await time.increase(1000);
      const again = BigInt(await timeOf(registry.connect(hebei).allocate(HEBEI, child("MA.156.1301", "another"), [])));
      const at = (moment: bigint) => registry.cityAt(code("MA.156.1301"), moment);
      expect(await Promise.all([first - 1n, first, left - 1n, left, again - 1n, again, FOREVER].map(at))).to.deep.equal(
        [0n, SHIJIAZHUANG, SHIJIAZHUANG, 0n, 0n, 6n, 6n],
      );
      const expected = [
        [SHIJIAZHUANG, first, left],
        [6n, again, 0n],
      ];
      expect(await resolver.holdersOf(code("MA.156.1301"), 0, 10)).to.deep.equal(expected);
      expect(await resolver.holdersOf(code("MA.156.1301"), 1, 1)).to.deep.equal(expected.slice(1));
      expect(await resolver.holdersOf(code("MA.156.1399"), 0, 10)).to.deep.equal([]);
      expect(await resolver.codesOf(99, 0, 10)).to.deep.equal([]);
    });

    it("names every city below, parents first, each with a new code", async () => {
      const { registry, hebei, county } = await loadFixture(withCounty);
      const recode = (list: bigint[], texts: string[]) => registry.connect(hebei).recode(list, texts.map(code));
      await expect(recode([], [])).to.be.revertedWithCustomError(registry, "NothingToDo");
      await expect(recode([SHIJIAZHUANG], ["MA.156.1312"]))
        .to.be.revertedWithCustomError(registry, "ChildrenLeft")
        .withArgs(SHIJIAZHUANG, 1n);
      await expect(recode([SHIJIAZHUANG, county], ["MA.156.1312"])).to.be.revertedWithCustomError(
        registry,
        "LengthsDiffer",
      );
      await expect(recode([SHIJIAZHUANG, county], ["MA.156.1301", "MA.156.130103"])).to.be.revertedWithCustomError(
        registry,
        "CodeUnchanged",
      );
      await expect(
        recode([SHIJIAZHUANG, county, county], ["MA.156.1312", "MA.156.131201", "MA.156.131202"]),
      ).to.be.revertedWithCustomError(registry, "NotChild");
      await expect(recode([SHIJIAZHUANG, county], ["MA.156.1312", "MA.156.130102"])).to.be.revert(ethers);
      await expect(recode([SHIJIAZHUANG, county], ["MA.156.4301", "MA.156.430102"])).to.be.revertedWithCustomError(
        registry,
        "CodeNotBelow",
      );
    });

    it("is for the parent: not for the city itself, nor its ancestors, nor while the parent is suspended", async () => {
      const { registry, manager, china, hebei, shijiazhuang, county } = await loadFixture(withCounty);
      const recode = (by: typeof hebei) =>
        registry.connect(by).recode([SHIJIAZHUANG, county], [code("MA.156.1312"), code("MA.156.131202")]);
      for (const by of [china, shijiazhuang]) {
        await expect(recode(by)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      }
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(recode(hebei)).to.be.revertedWithCustomError(manager, "CityNotActive");
    });

    it("moves by the common ancestor", async () => {
      const { registry, manager, china, hebei, hunan, county } = await loadFixture(withCounty);
      const codes = [code("MA.156.4301"), code("MA.156.430102")];
      const move = (by: typeof hebei, authority: bigint) =>
        registry.connect(by).move(authority, HUNAN, [SHIJIAZHUANG, county], codes);
      await expect(move(hebei, HEBEI)).to.be.revertedWithCustomError(registry, "MoveNotAgreed");
      await expect(move(hunan, HUNAN))
        .to.be.revertedWithCustomError(registry, "MoveNotAgreed")
        .withArgs(SHIJIAZHUANG, HUNAN, HUNAN);
      await expect(move(hunan, CHINA)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      await expect(registry.connect(china).move(CHINA, HUNAN, [], [])).to.be.revertedWithCustomError(
        registry,
        "NothingToDo",
      );
      await registry.connect(china).suspend(HUNAN, 1);
      await expect(move(china, CHINA)).to.be.revertedWithCustomError(manager, "CityNotActive").withArgs(HUNAN, HUNAN);
      await registry.connect(china).reinstate(HUNAN);
      await expect(move(china, CHINA)).to.emit(registry, "CityMoved");
      expect(await manager.pathOf(county)).to.deep.equal([county, SHIJIAZHUANG, HUNAN, CHINA]);
      expect(await registry.childrenOf(HEBEI, 0, 10)).to.deep.equal([]);
      expect(await manager.getRoleAdmin(roleOf(SHIJIAZHUANG, ADMIN))).to.equal(roleOf(HUNAN, ADMIN));
    });

    it("moves by both parents: one offers, the other takes, while nothing happened to the city", async () => {
      const { registry, manager, hebei, hunan, county } = await loadFixture(withCounty);
      const deadline = (await time.latest()) + DAY;
      const offer = (by = hebei, to = HUNAN, until = deadline) =>
        registry.connect(by).offerMove(SHIJIAZHUANG, to, until);
      const take = () =>
        registry
          .connect(hunan)
          .move(HUNAN, HUNAN, [SHIJIAZHUANG, county], [code("MA.156.4301"), code("MA.156.430102")]);
      await expect(offer(hunan)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      await expect(offer(hebei, HUNAN, 1)).to.be.revertedWithCustomError(registry, "DeadlinePassed");
      await offer(hebei, CHINA);
      await expect(take()).to.be.revertedWithCustomError(registry, "MoveNotAgreed");
      await expect(offer()).to.emit(registry, "MoveOffered");
      await registry.connect(hebei).rename(SHIJIAZHUANG, "新石市"); // the offer was for the city as it was
      await expect(take()).to.be.revertedWithCustomError(registry, "MoveNotAgreed");
      await offer();
      await time.increase(2 * DAY);
      await expect(take()).to.be.revertedWithCustomError(registry, "MoveNotAgreed");
      await offer(hebei, HUNAN, deadline + 5 * DAY);
      await take();
      await registry.connect(hunan).retire(SHIJIAZHUANG, [], [county]);
      await expect(
        registry.connect(hunan).offerMove(SHIJIAZHUANG, HEBEI, deadline + 9 * DAY),
      ).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
    });

    it("takes no city along that does not lie below: not another's, not another country's", async () => {
      const { registry, china, hebei, hunan, county } = await loadFixture(withCounty);
      const mine = [SHIJIAZHUANG, county];
      const codes = [code("MA.156.1312"), code("MA.156.131202")];
      await registry.connect(hunan).allocate(HUNAN, child("MA.156.4301"), []);
      await registry.admitCountry(code("MA.784"), "Emirates", 4, NOBODY, 0);
      for (const [foreign, text] of [
        [6n, "MA.156.4302"],
        [7n, "MA.785"],
        [HEBEI, "MA.156.14"],
      ] as const) {
        await expect(registry.connect(hebei).recode([...mine, foreign], [...codes, code(text)]))
          .to.be.revertedWithCustomError(registry, "NotChild")
          .withArgs(foreign, SHIJIAZHUANG);
        await expect(
          registry.connect(china).move(CHINA, HEBEI, [...mine, foreign], [...codes, code(text)]),
        ).to.be.revertedWithCustomError(registry, "NotChild");
      }
    });

    it("offers nothing that outlives its parent's suspension, and takes an offer back without the guard", async () => {
      const { registry, manager, china, hebei, hunan, county } = await loadFixture(withCounty);
      const deadline = (await time.latest()) + 365 * DAY;
      const take = () =>
        registry
          .connect(hunan)
          .move(HUNAN, HUNAN, [SHIJIAZHUANG, county], [code("MA.156.4301"), code("MA.156.430102")]);
      await registry.connect(hebei).offerMove(SHIJIAZHUANG, HUNAN, deadline);
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(take()).to.be.revertedWithCustomError(manager, "CityNotActive").withArgs(HEBEI, HEBEI);
      await expect(registry.connect(hunan).withdrawMove(SHIJIAZHUANG)).to.be.revertedWithCustomError(
        registry,
        "NoStanding",
      );
      await expect(registry.connect(china).withdrawMove(SHIJIAZHUANG)).to.emit(registry, "MoveWithdrawn");
      for (const nothing of [
        () => registry.connect(china).withdrawMove(SHIJIAZHUANG),
        () => registry.withdrawMove(99),
      ]) {
        await expect(nothing()).to.be.revertedWithCustomError(registry, "NothingToDo");
      }
      await registry.connect(china).reinstate(HEBEI);
      await expect(take()).to.be.revertedWithCustomError(registry, "MoveNotAgreed");
    });

    it("never puts a city below itself, nor a child before its parent", async () => {
      const { registry, manager, china, shijiazhuang, officer, county } = await loadFixture(withCounty);
      await expect(
        registry
          .connect(china)
          .move(CHINA, county, [SHIJIAZHUANG, county], [code("MA.156.130102.1"), code("MA.156.13")]),
      ).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
      await manager.connect(shijiazhuang).grantRole(roleOf(county, ADMIN), officer, 0);
      await registry.connect(officer).allocate(county, child("MA.156.130102.7"), []);
      const taken = ["MA.156.130102", "MA.156.430102.7", "MA.156.430102"]; // the first takes its child's old code
      await expect(
        registry.connect(china).move(CHINA, HEBEI, [SHIJIAZHUANG, 6n, county], taken.map(code)),
      ).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
      const texts = ["MA.156.4301", "MA.156.430102.7", "MA.156.430102"];
      await expect(
        registry.connect(china).move(CHINA, HUNAN, [SHIJIAZHUANG, 6n, county], texts.map(code)),
      ).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
      await expect(
        registry.connect(china).move(CHINA, HUNAN, [99n], [code("MA.156.430102")]),
      ).to.be.revertedWithCustomError(registry, "MoveNotAgreed");
    });
  });

  describe("retiring", () => {
    it("merges: predecessors and successors, both ways", async () => {
      const { registry, hebei } = await loadFixture(cities);
      await registry.connect(hebei).allocateMany(
        HEBEI,
        ["MA.156.1302", "MA.156.1303"].map((text) => child(text)),
      );
      const { changedIn } = await registry.cityOf(5);
      const retire = registry.connect(hebei).retire(5, [SHIJIAZHUANG], []);
      await expect(retire)
        .to.emit(registry, "CityRetired")
        .withArgs(5n, [SHIJIAZHUANG], await timeOf(retire), hebei.address, changedIn);
      await registry.connect(hebei).retire(6, [SHIJIAZHUANG], []);
      expect(await registry.successorsOf(5, 0, 10)).to.deep.equal([SHIJIAZHUANG]);
      expect(await registry.predecessorsOf(SHIJIAZHUANG, 0, 10)).to.deep.equal([5n, 6n]);
      expect(await registry.predecessorsOf(SHIJIAZHUANG, 1, 10)).to.deep.equal([6n]);
      const at = BigInt(await timeOf(retire));
      expect(await registry.codeAt(5, at - 1n)).to.equal(code("MA.156.1302"));
      expect(await registry.codeAt(5, at)).to.equal(ethers.ZeroHash);
      expect(await registry.cityAt(code("MA.156.1302"), at)).to.equal(0n);
      const city = await registry.cityOf(5);
      expect([city.status, city.retiredAt, city.parent]).to.deep.equal([Status.Retired, at, HEBEI]);
    });

    it("splits into live cities named in order", async () => {
      const { registry, hebei } = await loadFixture(cities);
      await registry.connect(hebei).allocateMany(
        HEBEI,
        ["MA.156.1302", "MA.156.1303"].map((text) => child(text)),
      );
      const retire = (successors: bigint[]) => registry.connect(hebei).retire(SHIJIAZHUANG, successors, []);
      for (const [list, bad] of [
        [[6n, 5n], 5n],
        [[5n, 5n], 5n],
        [[0n], 0n],
        [[SHIJIAZHUANG], SHIJIAZHUANG],
        [[HUNAN], HUNAN], // another's city is not made to take over
        [[99n], 99n],
      ] as const) {
        await expect(retire([...list]))
          .to.be.revertedWithCustomError(registry, "SuccessorInvalid")
          .withArgs(bad);
      }
      await retire([5n, 6n]);
      await expect(retire([])).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
    });

    it("leaves no child behind: they were moved, or all pass to the parent with their codes", async () => {
      const { registry, china, hebei, shijiazhuang } = await loadFixture(cities);
      await registry.connect(shijiazhuang).allocateMany(
        SHIJIAZHUANG,
        ["MA.156.130102", "MA.156.130104"].map((text) => child(text)),
      );
      const retire = (children: bigint[]) => registry.connect(hebei).retire(SHIJIAZHUANG, [], children);
      await expect(retire([])).to.be.revertedWithCustomError(registry, "ChildrenLeft").withArgs(SHIJIAZHUANG, 2n);
      await expect(retire([5n]))
        .to.be.revertedWithCustomError(registry, "ChildrenLeft")
        .withArgs(SHIJIAZHUANG, 1n);
      await expect(retire([5n, 5n])).to.be.revertedWithCustomError(registry, "NotChild");
      await expect(retire([5n, HUNAN])).to.be.revertedWithCustomError(registry, "NotChild");
      await retire([5n, 6n]);
      expect(await registry.childrenOf(HEBEI, 0, 10)).to.have.members([5n, 6n]);
      expect(await registry.cityAt(code("MA.156.130102"), FOREVER)).to.equal(5n);
      expect((await registry.holdingOf(code("MA.156.1301"))).skippedBy).to.equal(2n);
      // Only the one that takes them all comes between.
      await registry.connect(hebei).allocate(HEBEI, child("MA.156.1301", "石家庄市"), [5n, 6n]);
      await registry.connect(china).suspend(HEBEI, 1);
    });

    it("cannot pass on a child whose code belongs to the retired city alone", async () => {
      const { registry, hebei, shijiazhuang } = await loadFixture(cities);
      await registry.connect(shijiazhuang).allocate(SHIJIAZHUANG, child("MA.156.1301.XA"), []);
      await expect(registry.connect(hebei).retire(SHIJIAZHUANG, [], [5n])).to.be.revertedWithCustomError(
        registry,
        "CodeNotBelow",
      );
    });

    it("names successors under the guard only: whoever is suspended, or in a closed contract, abolishes", async () => {
      const { registry, manager, china, hebei } = await loadFixture(cities);
      await registry.connect(hebei).allocateMany(
        HEBEI,
        ["MA.156.1302", "MA.156.1303"].map((text) => child(text)),
      );
      await registry.connect(hebei).retire(6, [], []);
      const retire = (by = hebei, successors = [5n]) => registry.connect(by).retire(SHIJIAZHUANG, successors, []);
      await expect(retire(hebei, [6n]))
        .to.be.revertedWithCustomError(registry, "CityStatusInvalid")
        .withArgs(6n, Status.Retired);
      await manager.setTargetClosed(registry, true);
      await expect(retire()).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(registry, false);
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(retire()).to.be.revertedWithCustomError(manager, "CityNotActive");
      await retire(china); // the nearest active ancestor
    });

    it("is for the parent or its nearest active ancestor", async () => {
      const { registry, china, hebei, hunan, shijiazhuang } = await loadFixture(cities);
      for (const by of [china, hunan, shijiazhuang]) {
        await expect(registry.connect(by).retire(SHIJIAZHUANG, [], [])).to.be.revertedWithCustomError(
          registry,
          "NoStanding",
        );
      }
      await registry.connect(china).suspend(HEBEI, 1);
      await registry.connect(hebei).retire(SHIJIAZHUANG, [], []);
    });
  });

  describe("standing", () => {
    it("is the role's own, whatever the state of the city", async () => {
      const { registry, manager, china, shijiazhuang, hebei, officer } = await loadFixture(cities);
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, RESOLUTION), officer, 0);
      const stands = () => manager.hasStanding(officer, SHIJIAZHUANG, RESOLUTION, []);
      expect(await stands()).to.equal(true);
      await registry.connect(china).suspend(HEBEI, 1);
      expect(await stands()).to.equal(true);
      await registry.connect(hebei).retire(SHIJIAZHUANG, [], []);
      expect(await stands()).to.equal(true);
      expect(await manager.hasStanding(hebei, SHIJIAZHUANG, RESOLUTION, [])).to.equal(false);
    });

    it("passes to the nearest active ancestor of a city that cannot act, and to no other", async () => {
      const { registry, manager, china, hebei, administrator } = await loadFixture(cities);
      const stands = (who: { address: string }, acting: bigint) =>
        manager.hasStanding(who.address, SHIJIAZHUANG, ADMIN, [acting]);
      expect(await stands(hebei, HEBEI)).to.equal(false);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      expect(await stands(hebei, HEBEI)).to.equal(true);
      expect(await stands(china, CHINA)).to.equal(false);
      expect(await stands(hebei, CHINA)).to.equal(false);
      await registry.connect(china).suspend(HEBEI, 1);
      expect(await stands(hebei, HEBEI)).to.equal(false);
      expect(await stands(china, CHINA)).to.equal(true);
      await registry.suspend(CHINA, 1);
      expect(await stands(administrator, 0n)).to.equal(true);
    });

    it("passes along a line of successors", async () => {
      const { registry, manager, hebei, officer, stranger, hunan } = await loadFixture(cities);
      await registry
        .connect(hebei)
        .allocateMany(HEBEI, [
          child("MA.156.1302", "b", stranger.address),
          child("MA.156.1303", "c", officer.address),
          child("MA.156.1304"),
        ]);
      await registry.connect(hebei).retire(SHIJIAZHUANG, [5n, 7n], []);
      const stands = (who: { address: string }, lineage: bigint[]) =>
        manager.hasStanding(who.address, SHIJIAZHUANG, ADMIN, lineage);
      expect(await stands(stranger, [5n])).to.equal(true);
      expect(await stands(officer, [6n])).to.equal(false);
      expect(await stands(hunan, [5n])).to.equal(false);
      await registry.connect(hebei).retire(5, [6n], []);
      expect(await stands(officer, [5n, 6n])).to.equal(true);
      expect(await stands(officer, [7n, 6n])).to.equal(false);
      expect(await stands(officer, [6n])).to.equal(false);
    });
  });

  describe("history", () => {
    const AT = 344_476_800; // 1980-12-01
    const YEAR = 31_536_000;
    const loading = async () => {
      const world = await loadFixture(cities);
      await world.registry.admitCountry(code("MA.784"), "Emirates", 4, NOBODY, AT);
      return { ...world, emirates: 5n };
    };

    it("is loaded with past dates by the network, once, in order, and then sealed", async () => {
      const { registry, manager, emirates, stranger } = await loadFixture(loading);
      expect((await registry.cityOf(emirates)).status).to.equal(Status.Loading);
      await registry.allocateAt(AT, emirates, code("MA.784.DU"), "Dubai", []);
      await registry.renameAt(AT + YEAR, 6, "Dubayy");
      await registry.moveAt(AT + 2 * YEAR, emirates, [6], [code("MA.784.DX")]);
      await registry.allocateAt(AT + 2 * YEAR, emirates, code("MA.784.AZ"), "Abu Dhabi", []);
      await registry.retireAt(AT + 3 * YEAR, 7, [6], []);
      expect(await registry.successorsOf(7, 0, 9)).to.deep.equal([6n]);
      expect(await registry.schemeOf(emirates)).to.deep.equal([4n, BigInt(AT + 3 * YEAR)]);
      const tomorrow = (await time.latest()) + DAY;
      for (const late of [
        () => registry.allocateAt(AT + 3 * YEAR - 1, emirates, code("MA.784.SH"), "Sharjah", []),
        () => registry.renameAt(tomorrow, 6, "x"),
      ]) {
        await expect(late()).to.be.revertedWithCustomError(registry, "HistoryOutOfOrder");
      }
      // Nothing live happens below it meanwhile, not even by the network.
      await expect(manager.grantRole(roleOf(emirates, ADMIN), stranger, 0)).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
      await expect(registry.reinstate(emirates)).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
      await expect(registry.sealHistory(emirates)).to.emit(registry, "HistorySealed");
      await expect(registry.sealHistory(emirates)).to.be.revertedWithCustomError(registry, "CityStatusInvalid");
      for (const sealed of [
        () => registry.allocateAt(AT + 4 * YEAR, emirates, code("MA.784.SH"), "Sharjah", []),
        () => registry.renameAt(AT + 4 * YEAR, 6, "x"),
        () => registry.moveAt(AT + 4 * YEAR, emirates, [6], [code("MA.784.SH")]),
        () => registry.retireAt(AT + 4 * YEAR, 6, [], []),
      ]) {
        await expect(sealed()).to.be.revertedWithCustomError(registry, "HistorySealedAlready").withArgs(emirates);
      }
      await manager.grantRole(roleOf(emirates, ADMIN), stranger, 0);
      await registry.connect(stranger).allocate(emirates, child("MA.784.AZ"), []);
      expect(await registry.cityAt(code("MA.784.AZ"), AT + 2 * YEAR)).to.equal(7n);
      expect(await registry.cityAt(code("MA.784.AZ"), AT + 3 * YEAR)).to.equal(0n);
      expect(await registry.cityAt(code("MA.784.AZ"), FOREVER)).to.equal(8n);
      expect(await registry.codeAt(6, AT + 2 * YEAR - 1)).to.equal(code("MA.784.DU"));
      expect(await registry.codeAt(6, AT + 2 * YEAR)).to.equal(code("MA.784.DX"));
    });

    it("begins in the past, and has no controller before it is sealed", async () => {
      const { registry, manager, stranger } = await loadFixture(loading);
      await expect(
        registry.admitCountry(code("MA.116"), "x", 4, NOBODY, (await time.latest()) + DAY),
      ).to.be.revertedWithCustomError(registry, "HistoryOutOfOrder");
      await expect(registry.admitCountry(code("MA.116"), "x", 4, stranger, AT)).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
    });

    it("is the network's to load, within one country, and never overlaps", async () => {
      const { registry, china, emirates } = await loadFixture(loading);
      const acts = registry.connect(china);
      for (const act of [
        () => acts.allocateAt(AT, emirates, code("MA.784.DU"), "Dubai", []),
        () => acts.renameAt(AT, emirates, "x"),
        () => acts.moveAt(AT, emirates, [emirates], [code("MA.785")]),
        () => acts.retireAt(AT, emirates, [], []),
        () => acts.sealHistory(emirates),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(registry, "AccessManagedUnauthorized");
      }
      await registry.allocateAt(AT, emirates, code("MA.784.DU"), "Dubai", []);
      await expect(registry.moveAt(AT, CHINA, [6], [code("MA.156.21")])).to.be.revertedWithCustomError(
        registry,
        "NotInCountry",
      );
      await expect(registry.moveAt(AT, CHINA, [], [])).to.be.revertedWithCustomError(registry, "NothingToDo");
      await expect(registry.moveAt(AT, emirates, [6], [])).to.be.revertedWithCustomError(registry, "LengthsDiffer");
      // Nor does a live country's city come along.
      await expect(
        registry.moveAt(AT, emirates, [6, SHIJIAZHUANG], [code("MA.784.DX"), code("MA.156.1399")]),
      ).to.be.revertedWithCustomError(registry, "NotChild");
      await expect(registry.retireAt(AT, 6, [SHIJIAZHUANG], [])).to.be.revertedWithCustomError(
        registry,
        "SuccessorInvalid",
      );
      await expect(registry.allocateAt(AT, CHINA, code("MA.156.21"), "x", [])).to.be.revertedWithCustomError(
        registry,
        "HistorySealedAlready",
      );
      // A live act of the network ends a code now; history cannot give it away earlier.
      await registry.retire(6, [], []);
      await expect(
        registry.allocateAt(AT + YEAR, emirates, code("MA.784.DU"), "Dubai", []),
      ).to.be.revertedWithCustomError(registry, "CodePeriodsOverlap");
    });

    it("keeps no interval of no length", async () => {
      const { registry, resolver, emirates } = await loadFixture(loading);
      const YE = AT + YEAR;
      await registry.allocateAt(YE, emirates, code("MA.784.DU"), "Dubai", []);
      await registry.moveAt(YE, emirates, [6], [code("MA.784.DX")]);
      await registry.allocateAt(YE, emirates, code("MA.784.DU"), "Another", []);
      expect(await registry.cityAt(code("MA.784.DU"), YE)).to.equal(7n);
      expect(await registry.codeAt(6, YE)).to.equal(code("MA.784.DX"));
      expect(await resolver.codesOf(6, 0, 10)).to.deep.equal([[code("MA.784.DX"), BigInt(YE), 0n]]);
      expect(await resolver.holdersOf(code("MA.784.DU"), 0, 10)).to.deep.equal([[7n, BigInt(YE), 0n]]);
      await registry.retireAt(YE, 7, [], []);
      expect(await registry.cityAt(code("MA.784.DU"), YE)).to.equal(0n);
      expect(await registry.codeAt(7, YE)).to.equal(ethers.ZeroHash);
      expect(await resolver.holdersOf(code("MA.784.DU"), 0, 10)).to.deep.equal([]);
      expect(await resolver.codesOf(7, 0, 10)).to.deep.equal([]);
    });

    it("takes many acts in one call", async () => {
      const { registry, emirates } = await loadFixture(loading);
      const act = (time: number, text: string) =>
        registry.interface.encodeFunctionData("allocateAt", [time, emirates, code(text), text, []]);
      await registry.multicall([act(AT, "MA.784.DU"), act(AT + 1, "MA.784.AZ")]);
      expect(await registry.childrenOf(emirates, 0, 10)).to.deep.equal([6n, 7n]);
    });
  });

  it("links each event of a city to the one before", async () => {
    const { registry, hebei } = await loadFixture(cities);
    const blocks = [(await registry.cityOf(SHIJIAZHUANG)).changedIn];
    await registry.connect(hebei).rename(SHIJIAZHUANG, "a");
    blocks.push((await registry.cityOf(SHIJIAZHUANG)).changedIn);
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    const events = await registry.queryFilter(registry.filters.CitySuspended(SHIJIAZHUANG));
    const renamed = await registry.queryFilter(registry.filters.CityRenamed(SHIJIAZHUANG));
    expect(renamed[0]!.args.previousBlock).to.equal(blocks[0]);
    expect(events[0]!.args.previousBlock).to.equal(blocks[1]);
    expect((await registry.cityOf(SHIJIAZHUANG)).changes).to.equal(3n);
  });
});
