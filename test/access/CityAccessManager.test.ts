import { expect } from "chai";

import { ADMIN, RESOLUTION, roleOf } from "../../src/index.js";
import {
  CHINA,
  cities,
  code,
  connection,
  ethers,
  HEBEI,
  HUNAN,
  loadFixture,
  NETWORK_ROLE,
  NOBODY,
  SHIJIAZHUANG,
  time,
  timeOf,
} from "../world.js";
import { deploySuite } from "../../rocketh/suite.js";

const DAY = 86_400;
const Verdict = { Allowed: 0n, NotMember: 1n, Delayed: 2n, CityInactive: 3n, ContractClosed: 4n };

describe("CityAccessManager", () => {
  describe("role admins follow the tree", () => {
    it("computes them: (city, ADMIN) administers (city, *), (parent, ADMIN) administers (city, ADMIN)", async () => {
      const { manager } = await loadFixture(cities);
      expect(await manager.getRoleAdmin(roleOf(SHIJIAZHUANG, 7))).to.equal(roleOf(SHIJIAZHUANG, ADMIN));
      expect(await manager.getRoleAdmin(roleOf(SHIJIAZHUANG, ADMIN))).to.equal(roleOf(HEBEI, ADMIN));
      expect(await manager.getRoleAdmin(roleOf(CHINA, ADMIN))).to.equal(NETWORK_ROLE);
      expect(await manager.getRoleAdmin(roleOf(0, 7))).to.equal(NETWORK_ROLE);
      expect(await manager.getRoleAdmin(NETWORK_ROLE)).to.equal(NETWORK_ROLE);
    });

    it("refuses to set a role admin", async () => {
      const { manager } = await loadFixture(cities);
      await expect(manager.setRoleAdmin(roleOf(HEBEI, 7), NETWORK_ROLE))
        .to.be.revertedWithCustomError(manager, "RoleAdminIsComputed")
        .withArgs(roleOf(HEBEI, 7));
    });

    it("lets a controller appoint officers of its own city, and of no other", async () => {
      const { manager, hebei, shijiazhuang, officer } = await loadFixture(cities);
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, RESOLUTION), officer, 0);
      expect(await manager.holds(officer, SHIJIAZHUANG, RESOLUTION)).to.equal(true);
      for (const [granter, role] of [
        [hebei, roleOf(SHIJIAZHUANG, RESOLUTION)], // the parent: nothing is inherited downwards
        [hebei, roleOf(HUNAN, RESOLUTION)], // across cities
        [shijiazhuang, roleOf(SHIJIAZHUANG, ADMIN)], // its own controllers are the parent's to appoint
        [officer, roleOf(SHIJIAZHUANG, RESOLUTION)],
        [shijiazhuang, NETWORK_ROLE],
      ] as const) {
        await expect(manager.connect(granter).grantRole(role, officer, 0)).to.be.revertedWithCustomError(
          manager,
          "AccessManagerUnauthorizedAccount",
        );
      }
    });

    it("grants no role of a city that does not exist, of the public, or of a city that is not active", async () => {
      const { manager, registry, hebei, china, officer } = await loadFixture(cities);
      await expect(manager.grantRole(roleOf(99, ADMIN), officer, 0))
        .to.be.revertedWithCustomError(manager, "CityUnknown")
        .withArgs(99n);
      const everyone = roleOf(0xffffffffn, 0xffffffff);
      await expect(manager.grantRole(everyone, officer, 0)).to.be.revertedWithCustomError(
        manager,
        "AccessManagerUnauthorizedAccount",
      );
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(manager.connect(hebei).grantRole(roleOf(HEBEI, RESOLUTION), officer, 0))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(HEBEI, HEBEI);
      await expect(manager.connect(hebei).grantRole(roleOf(SHIJIAZHUANG, ADMIN), officer, 0))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, HEBEI);
    });

    it("refuses a controller for a city before it is allocated, so nobody waits for its number", async () => {
      const { manager, registry, hebei, stranger } = await loadFixture(cities);
      const next = (await registry.cityCount()) + 1n;
      await expect(manager.grantRole(roleOf(next, ADMIN), stranger, 0)).to.be.revertedWithCustomError(
        manager,
        "CityUnknown",
      );
      await registry
        .connect(hebei)
        .allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: NOBODY }, []);
      expect(await manager.memberCount(roleOf(next, ADMIN))).to.equal(0n);
    });
  });

  describe("members", () => {
    it("lists them by page, with those whose membership starts later", async () => {
      const { manager, shijiazhuang, others } = await loadFixture(cities);
      const role = roleOf(SHIJIAZHUANG, RESOLUTION);
      const officers = others.slice(0, 5);
      for (const officer of officers) await manager.connect(shijiazhuang).grantRole(role, officer, 0);
      expect(await manager.memberCount(role)).to.equal(5n);
      const seen = [
        ...(await manager.membersOf(role, 0, 2)),
        ...(await manager.membersOf(role, 2, 2)),
        ...(await manager.membersOf(role, 4, 2)),
      ];
      expect(seen.map(({ account }) => account)).to.have.members(officers.map(({ address }) => address));
      expect(await manager.membersOf(role, 5, 2)).to.deep.equal([]);
      await manager.connect(shijiazhuang).revokeRole(role, officers[1]!);
      await manager.connect(officers[2]).renounceRole(role, officers[2]!);
      expect((await manager.membersOf(role, 0, 10)).map(({ account }) => account)).to.have.members(
        [0, 3, 4].map((i) => officers[i]!.address),
      );
    });

    it("lets the nearest active ancestor dismiss the officers of a city that cannot act, and nobody else", async () => {
      const { manager, registry, china, hebei, hunan, shijiazhuang, officer, administrator, stranger } =
        await loadFixture(cities);
      const role = roleOf(SHIJIAZHUANG, RESOLUTION);
      await manager.connect(shijiazhuang).grantRole(role, officer, 0);
      const refused = async (...by: (typeof china)[]) => {
        for (const one of by) {
          await expect(manager.connect(one).revokeRole(role, officer))
            .to.be.revertedWithCustomError(manager, "AccessManagerUnauthorizedAccount")
            .withArgs(one.address, roleOf(SHIJIAZHUANG, ADMIN));
        }
      };
      await refused(hebei, china, hunan, administrator); // it can act by itself
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await refused(china, hunan, administrator, stranger);
      await expect(manager.connect(hebei).revokeRole(role, officer))
        .to.emit(manager, "RoleRevoked")
        .withArgs(role, officer.address);
      expect(await manager.holds(officer, SHIJIAZHUANG, RESOLUTION)).to.equal(false);
      expect(await manager.tenuresOf(role, officer, 0, 9)).to.have.length(1);
      expect(await manager.heldAt(role, officer, await time.latest())).to.equal(false);
      await manager.connect(shijiazhuang).revokeRole(role, officer); // its own controller still may; there is nobody left
      await registry.connect(china).suspend(HEBEI, 1);
      await manager.connect(china).revokeRole(roleOf(SHIJIAZHUANG, ADMIN), shijiazhuang); // up to its controller
      await registry.suspend(CHINA, 1);
      await manager.revokeRole(roleOf(HEBEI, ADMIN), hebei);
      for (const one of [shijiazhuang, hebei]) {
        expect(await manager.holds(one, one === hebei ? HEBEI : SHIJIAZHUANG, ADMIN)).to.equal(false);
      }
      await expect(manager.connect(stranger).revokeRole(roleOf(99, ADMIN), officer)).to.be.revertedWithCustomError(
        manager,
        "AccessManagerUnauthorizedAccount",
      );
    });

    it("keeps the network's last administrator", async () => {
      const { manager, administrator, stranger } = await loadFixture(cities);
      await expect(manager.renounceRole(NETWORK_ROLE, administrator))
        .to.be.revertedWithCustomError(manager, "LastNetworkAdministrator")
        .withArgs(administrator.address);
      await manager.grantRole(NETWORK_ROLE, stranger, 0);
      await manager.renounceRole(NETWORK_ROLE, administrator);
      expect(await manager.holds(administrator, 0, ADMIN)).to.equal(false);
    });

    it("does nothing when a role is revoked that was not held", async () => {
      const { manager, shijiazhuang, stranger } = await loadFixture(cities);
      const role = roleOf(SHIJIAZHUANG, RESOLUTION);
      await expect(manager.connect(shijiazhuang).revokeRole(role, stranger)).not.to.emit(manager, "RoleRevoked");
      expect(await manager.tenuresOf(role, stranger, 0, 9)).to.deep.equal([]);
    });

    it("remembers ended memberships: who held a role at a moment", async () => {
      const { manager, shijiazhuang, officer } = await loadFixture(cities);
      const role = roleOf(SHIJIAZHUANG, RESOLUTION);
      const grant = () => timeOf(manager.connect(shijiazhuang).grantRole(role, officer, 0));
      const revoke = () => timeOf(manager.connect(shijiazhuang).revokeRole(role, officer));
      const pass = () => time.increase(1000);
      const first = await grant();
      await pass();
      const firstEnd = await revoke();
      await pass();
      const second = await grant();
      await pass();
      const secondEnd = await revoke();
      await pass();
      const third = await grant();

      const held = (at: number) => manager.heldAt(role, officer, at);
      expect(await held(first - 1)).to.equal(false);
      expect(await held(first)).to.equal(true);
      expect(await held(firstEnd - 1)).to.equal(true);
      expect(await held(firstEnd)).to.equal(false);
      expect(await held(second - 1)).to.equal(false);
      expect(await held(second)).to.equal(true);
      expect(await held(secondEnd)).to.equal(false);
      expect(await held(third - 1)).to.equal(false);
      expect(await held(third)).to.equal(true);
      expect(await held(third + DAY)).to.equal(false); // the future is nobody's
      expect(await manager.tenuresOf(role, officer, 0, 1)).to.deep.equal([[BigInt(first), BigInt(firstEnd)]]);
      expect(await manager.tenuresOf(role, officer, 1, 9)).to.deep.equal([[BigInt(second), BigInt(secondEnd)]]);
    });

    it("remembers no membership that never began", async () => {
      const { manager, shijiazhuang, officer } = await loadFixture(cities);
      const role = roleOf(SHIJIAZHUANG, RESOLUTION);
      await manager.setGrantDelay(role, DAY);
      await time.increase(6 * DAY); // AccessManager's minimum setback
      await manager.connect(shijiazhuang).grantRole(role, officer, 0);
      expect(await manager.heldAt(role, officer, await time.latest())).to.equal(false);
      await manager.connect(shijiazhuang).revokeRole(role, officer);
      expect(await manager.tenuresOf(role, officer, 0, 9)).to.deep.equal([]);
    });
  });

  describe("the guard", () => {
    it("asks for membership without delay, an active path and an open contract, and says what is missing", async () => {
      const { manager, registry, china, hebei, shijiazhuang, officer, stranger } = await loadFixture(cities);
      const can = (who: { address: string }, city: bigint | number = SHIJIAZHUANG) =>
        manager.can(who.address, city, RESOLUTION, registry);
      const role = roleOf(SHIJIAZHUANG, RESOLUTION);
      await manager.connect(shijiazhuang).grantRole(role, officer, 0);
      expect(await can(officer)).to.equal(Verdict.Allowed);
      expect(await can(stranger)).to.equal(Verdict.NotMember);
      expect(await can(shijiazhuang)).to.equal(Verdict.NotMember); // ADMIN is not every capability
      expect(await can(officer, HEBEI)).to.equal(Verdict.NotMember);
      expect(await can(officer, 99)).to.equal(Verdict.NotMember);
      await manager.connect(shijiazhuang).grantRole(role, stranger, DAY);
      expect(await can(stranger)).to.equal(Verdict.Delayed);
      expect(await manager.holds(stranger, SHIJIAZHUANG, RESOLUTION)).to.equal(false);
      await manager.setTargetClosed(registry, true);
      expect(await can(officer)).to.equal(Verdict.ContractClosed);
      await manager.setTargetClosed(registry, false);
      for (const [by, city] of [
        [hebei, SHIJIAZHUANG],
        [china, HEBEI],
        [undefined, CHINA],
      ] as const) {
        const acting = by === undefined ? registry : registry.connect(by);
        await acting.suspend(city, 1);
        expect(await can(officer)).to.equal(Verdict.CityInactive);
        expect(await manager.isActive(SHIJIAZHUANG)).to.equal(false);
        expect(await manager.firstInactive(SHIJIAZHUANG)).to.equal(city);
        await acting.reinstate(city);
        expect(await can(officer)).to.equal(Verdict.Allowed);
      }
    });

    it("gives the public nothing, not even for the city that is never issued", async () => {
      const { manager, registry, stranger } = await loadFixture(cities);
      expect(await manager.holds(stranger, 0xffffffffn, 0xffffffff)).to.equal(false);
      expect(await manager.can(stranger, 0xffffffffn, 0xffffffff, registry)).to.equal(Verdict.NotMember);
      await expect(manager.connect(stranger).checkCan(stranger, 0xffffffffn, 0xffffffff)).to.be.revertedWithCustomError(
        manager,
        "CityUnauthorized",
      );
    });

    it("reverts where `can` refuses", async () => {
      const { manager, registry, hebei, officer } = await loadFixture(cities);
      await expect(manager.checkCan(officer, HEBEI, ADMIN))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(officer.address, HEBEI, ADMIN);
      await manager.checkCan(hebei, HEBEI, ADMIN);
      await manager.setTargetClosed(registry, true);
      await expect(
        registry.connect(hebei).allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: NOBODY }, []),
      )
        .to.be.revertedWithCustomError(manager, "ContractClosed")
        .withArgs(await registry.getAddress());
    });

    it("asks that a city lies below another, or is it, and for the same as ever before that", async () => {
      const { manager, registry, china, hebei, shijiazhuang, officer, stranger } = await loadFixture(cities);
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, RESOLUTION), officer, 0);
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, RESOLUTION), stranger, DAY);
      const check = (ancestor: bigint, account = officer, city = SHIJIAZHUANG) =>
        manager.connect(officer).checkCanBelow(account, city, RESOLUTION, ancestor);
      for (const ancestor of [SHIJIAZHUANG, HEBEI, CHINA, 0n]) await check(ancestor);
      for (const ancestor of [HUNAN, 99n]) {
        await expect(check(ancestor))
          .to.be.revertedWithCustomError(manager, "CityNotBelow")
          .withArgs(SHIJIAZHUANG, ancestor);
      }
      for (const [account, city] of [
        [stranger, SHIJIAZHUANG], // a member with a delay
        [shijiazhuang, SHIJIAZHUANG],
        [officer, HEBEI],
        [officer, 99n],
      ] as const) {
        await expect(check(0n, account, city))
          .to.be.revertedWithCustomError(manager, "CityUnauthorized")
          .withArgs(account.address, city, RESOLUTION);
      }
      await manager.setTargetClosed(officer, true);
      await expect(check(HEBEI)).to.be.revertedWithCustomError(manager, "ContractClosed").withArgs(officer.address);
      await expect(check(HUNAN)).to.be.revertedWithCustomError(manager, "CityNotBelow");
      await manager.setTargetClosed(officer, false);
      for (const [by, city] of [
        [hebei, SHIJIAZHUANG],
        [china, HEBEI],
        [undefined, CHINA],
      ] as const) {
        const acting = by === undefined ? registry : registry.connect(by);
        await acting.suspend(city, 1);
        for (const ancestor of [SHIJIAZHUANG, CHINA, HUNAN, 0n]) {
          await expect(check(ancestor))
            .to.be.revertedWithCustomError(manager, "CityNotActive")
            .withArgs(SHIJIAZHUANG, city);
        }
        await acting.reinstate(city);
      }
      await manager.grantRole(roleOf(0, RESOLUTION), officer, 0);
      await check(0n, officer, 0n);
      await expect(check(CHINA, officer, 0n), "the network lies below no country").to.be.revertedWithCustomError(
        manager,
        "CityNotBelow",
      );
    });

    it("knows the path of a city, and no path of a city that does not exist", async () => {
      const { manager } = await loadFixture(cities);
      expect(await manager.pathOf(SHIJIAZHUANG)).to.deep.equal([SHIJIAZHUANG, HEBEI, CHINA]);
      expect(await manager.pathOf(0)).to.deep.equal([]);
      expect(await manager.placeOf(0)).to.deep.equal([0n, true, true]);
      expect(await manager.placeOf(SHIJIAZHUANG)).to.deep.equal([HEBEI, true, true]);
      expect(await manager.placeOf(99)).to.deep.equal([0n, false, false]);
      expect(await manager.isActive(99)).to.equal(false);
      expect(await manager.isActive(0)).to.equal(true);
      expect(await manager.isAncestorOrSelf(HEBEI, SHIJIAZHUANG)).to.equal(true);
      expect(await manager.isAncestorOrSelf(0, SHIJIAZHUANG)).to.equal(true);
      expect(await manager.isAncestorOrSelf(HUNAN, SHIJIAZHUANG)).to.equal(false);
      expect(await manager.nearestActive(SHIJIAZHUANG)).to.equal(SHIJIAZHUANG);
      await expect(manager.pathOf(99)).to.be.revertedWithCustomError(manager, "CityUnknown");
      await expect(manager.firstInactive(99)).to.be.revertedWithCustomError(manager, "CityUnknown");
    });
  });

  describe("delays and guardians", () => {
    it("delays the network's own functions for an administrator with an execution delay", async () => {
      const { manager, registry, administrator, stranger } = await loadFixture(cities);
      await manager.grantRole(NETWORK_ROLE, stranger, DAY);
      const call = registry.interface.encodeFunctionData("admitCountry", [code("MA.784"), "الإمارات", 4, NOBODY, 0]);
      const target = await registry.getAddress();
      await expect(
        registry.connect(stranger).admitCountry(code("MA.784"), "الإمارات", 4, NOBODY, 0),
      ).to.be.revertedWithCustomError(manager, "AccessManagerNotScheduled");
      await manager.connect(stranger).schedule(target, call, 0);
      await expect(manager.connect(stranger).execute(target, call)).to.be.revertedWithCustomError(
        manager,
        "AccessManagerNotReady",
      );
      await time.increase(DAY);
      await expect(manager.connect(stranger).execute(target, call))
        .to.emit(manager, "CallExecuted")
        .withArgs(stranger.address, target, call.slice(0, 10));
      expect(await registry.cityAt(code("MA.784"), await time.latest())).to.equal(5n);

      // A scheduled act is cancelled by any administrator.
      const second = registry.interface.encodeFunctionData("admitCountry", [code("MA.116"), "Cambodia", 4, NOBODY, 0]);
      await manager.connect(stranger).schedule(target, second, 0);
      await manager.connect(administrator).cancel(stranger, target, second);
      await time.increase(DAY);
      await expect(manager.connect(stranger).execute(target, second)).to.be.revertedWithCustomError(
        manager,
        "AccessManagerNotScheduled",
      );
    });

    it("delays the granting of roles: by the granter's execution delay, and by the role's grant delay", async () => {
      const { manager, hebei, officer, others } = await loadFixture(cities);
      const role = roleOf(SHIJIAZHUANG, ADMIN);
      const slow = others[0]!;
      await manager
        .connect(await ethers.getSigner((await loadChina()).address))
        .grantRole(roleOf(HEBEI, ADMIN), slow, DAY);
      await expect(manager.connect(slow).grantRole(role, officer, 0)).to.be.revertedWithCustomError(
        manager,
        "AccessManagerNotScheduled",
      );
      const call = manager.interface.encodeFunctionData("grantRole", [role, officer.address, 0]);
      await manager.connect(slow).schedule(manager, call, 0);
      await time.increase(DAY);
      await manager.connect(slow).execute(manager, call);
      expect(await manager.holds(officer, SHIJIAZHUANG, ADMIN)).to.equal(true);

      await manager.setGrantDelay(role, DAY);
      await time.increase(6 * DAY);
      await manager.connect(hebei).grantRole(role, others[1]!, 0);
      expect(await manager.holds(others[1]!, SHIJIAZHUANG, ADMIN)).to.equal(false);
      await time.increase(DAY);
      expect(await manager.holds(others[1]!, SHIJIAZHUANG, ADMIN)).to.equal(true);

      async function loadChina() {
        const [member] = await manager.membersOf(roleOf(CHINA, ADMIN), 0, 1);
        return { address: member!.account };
      }
    });

    it("makes guardians of network roles only, and by the network only", async () => {
      const { manager, hebei, stranger } = await loadFixture(cities);
      const role = roleOf(HEBEI, RESOLUTION);
      await expect(manager.setRoleGuardian(role, roleOf(HEBEI, ADMIN)))
        .to.be.revertedWithCustomError(manager, "NotNetworkRole")
        .withArgs(roleOf(HEBEI, ADMIN));
      await expect(manager.connect(hebei).setRoleGuardian(role, roleOf(0, 9))).to.be.revertedWithCustomError(
        manager,
        "AccessManagerUnauthorizedAccount",
      );
      await manager.setRoleGuardian(role, roleOf(0, 9));
      expect(await manager.getRoleGuardian(role)).to.equal(roleOf(0, 9));
      await expect(manager.connect(stranger).setGrantDelay(role, 1)).to.be.revertedWithCustomError(
        manager,
        "AccessManagerUnauthorizedAccount",
      );
    });

    it("opens the network's functions to roles of the network only", async () => {
      const { manager, registry, stranger } = await loadFixture(cities);
      const { selector } = registry.interface.getFunction("admitCountry");
      await expect(
        manager.setTargetFunctionRole(registry, [selector], roleOf(HEBEI, ADMIN)),
      ).to.be.revertedWithCustomError(manager, "NotNetworkRole");
      await expect(manager.setTargetFunctionRole(registry, [selector], 2n ** 64n - 1n)).to.be.revertedWithCustomError(
        manager,
        "NotNetworkRole",
      );
      await manager.setTargetFunctionRole(registry, [selector], roleOf(0, 9));
      await manager.grantRole(roleOf(0, 9), stranger, 0);
      await registry.connect(stranger).admitCountry(code("MA.784"), "الإمارات", 4, NOBODY, 0);
    });
  });

  describe("controller hand-over", () => {
    const soon = async () => (await time.latest()) + DAY;

    it("takes two steps", async () => {
      const { manager, shijiazhuang, officer } = await loadFixture(cities);
      const deadline = await soon();
      await expect(manager.connect(shijiazhuang).offerController(SHIJIAZHUANG, officer, deadline))
        .to.emit(manager, "ControllerOffered")
        .withArgs(SHIJIAZHUANG, shijiazhuang.address, officer.address, deadline);
      expect((await manager.controllerOffer(SHIJIAZHUANG, shijiazhuang)).to).to.equal(officer.address);
      expect(await manager.holds(officer, SHIJIAZHUANG, ADMIN)).to.equal(false);
      await expect(manager.connect(officer).acceptController(SHIJIAZHUANG, shijiazhuang))
        .to.emit(manager, "ControllerChanged")
        .withArgs(SHIJIAZHUANG, shijiazhuang.address, officer.address);
      expect(await manager.holds(officer, SHIJIAZHUANG, ADMIN)).to.equal(true);
      expect(await manager.holds(shijiazhuang, SHIJIAZHUANG, ADMIN)).to.equal(false);
      await expect(manager.connect(officer).acceptController(SHIJIAZHUANG, shijiazhuang)).to.be.revertedWithCustomError(
        manager,
        "CityUnauthorized",
      ); // once
    });

    it("refuses a stale offer: of a controller dismissed since, even if appointed again", async () => {
      const { manager, hebei, shijiazhuang, officer } = await loadFixture(cities);
      const role = roleOf(SHIJIAZHUANG, ADMIN);
      await manager.connect(shijiazhuang).offerController(SHIJIAZHUANG, officer, await soon());
      await manager.connect(hebei).revokeRole(role, shijiazhuang);
      const accept = () => manager.connect(officer).acceptController(SHIJIAZHUANG, shijiazhuang);
      await expect(accept()).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      await manager.connect(hebei).grantRole(role, shijiazhuang, 0);
      expect((await manager.controllerOffer(SHIJIAZHUANG, shijiazhuang)).to).to.equal(NOBODY);
      await expect(accept())
        .to.be.revertedWithCustomError(manager, "OfferNotGood")
        .withArgs(SHIJIAZHUANG, shijiazhuang.address, officer.address);
    });

    it("refuses one that is withdrawn, past its deadline, another's, or of a city that is not active", async () => {
      const { manager, registry, hebei, shijiazhuang, officer, stranger } = await loadFixture(cities);
      const offer = async (deadline: number) =>
        manager.connect(shijiazhuang).offerController(SHIJIAZHUANG, officer, deadline);
      const accept = (by = officer) => manager.connect(by).acceptController(SHIJIAZHUANG, shijiazhuang);
      await offer(await soon());
      await expect(accept(stranger)).to.be.revertedWithCustomError(manager, "OfferNotGood");
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(accept()).to.be.revertedWithCustomError(manager, "CityNotActive");
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await expect(manager.connect(shijiazhuang).withdrawController(SHIJIAZHUANG)).to.emit(
        manager,
        "ControllerOfferWithdrawn",
      );
      await expect(accept()).to.be.revertedWithCustomError(manager, "OfferNotGood");
      await expect(manager.connect(shijiazhuang).withdrawController(SHIJIAZHUANG)).to.be.revertedWithCustomError(
        manager,
        "OfferNotGood",
      );
      await offer(await soon());
      await time.increase(2 * DAY);
      await expect(accept()).to.be.revertedWithCustomError(manager, "OfferNotGood");
    });

    it("is not for the network, whose administrators are granted and revoked with their delays", async () => {
      const { manager, stranger } = await loadFixture(cities);
      await expect(manager.offerController(0, stranger, await soon()))
        .to.be.revertedWithCustomError(manager, "CityUnknown")
        .withArgs(0n);
    });

    it("is offered by a controller only, to another account, with time to accept", async () => {
      const { manager, shijiazhuang, officer } = await loadFixture(cities);
      const offer = async (to: string, deadline: number, by = shijiazhuang) =>
        manager.connect(by).offerController(SHIJIAZHUANG, to, deadline);
      await expect(offer(officer.address, await soon(), officer)).to.be.revertedWithCustomError(
        manager,
        "CityUnauthorized",
      );
      for (const to of [NOBODY, shijiazhuang.address]) {
        await expect(offer(to, await soon()))
          .to.be.revertedWithCustomError(manager, "RecipientInvalid")
          .withArgs(to);
      }
      await expect(offer(officer.address, (await time.latest()) - 1)).to.be.revertedWithCustomError(
        manager,
        "DeadlinePassed",
      );
    });
  });

  describe("the tree is the registry's to write", () => {
    it("binds one registry, for ever", async () => {
      const { manager, registry, stranger } = await loadFixture(cities);
      await expect(manager.bindCityRegistry(stranger))
        .to.be.revertedWithCustomError(manager, "CityRegistryAlreadyBound")
        .withArgs(await registry.getAddress());
      await expect(manager.connect(stranger).place(HEBEI, CHINA, true))
        .to.be.revertedWithCustomError(manager, "NotCityRegistry")
        .withArgs(stranger.address);
      await expect(manager.appoint(HEBEI, stranger)).to.be.revertedWithCustomError(manager, "NotCityRegistry");
    });

    it("binds a contract, by the network's administrator", async () => {
      const [administrator, stranger] = await ethers.getSigners();
      const fresh = await ethers.deployContract("CityAccessManager", [administrator!.address]);
      await expect(fresh.getFunction("bindCityRegistry")(stranger!.address)).to.be.revertedWithCustomError(
        fresh,
        "NotAContract",
      );
      const { registry } = await deploySuite(connection);
      await expect(fresh.connect(stranger).getFunction("bindCityRegistry")(registry)).to.be.revertedWithCustomError(
        fresh,
        "AccessManagerUnauthorizedAccount",
      );
      await expect(fresh.getFunction("bindCityRegistry")(registry)).to.emit(fresh, "CityRegistryBound");
    });

    it("has a manager that no contract of the suite can be taken away from", async () => {
      const { manager, registry, resolver, directory, stranger } = await loadFixture(cities);
      for (const contract of [registry, resolver, directory]) {
        expect(await contract.authority()).to.equal(await manager.getAddress());
        await expect(manager.updateAuthority(contract, registry)).to.be.revertedWithCustomError(
          contract,
          "AuthorityIsFixed",
        );
        await expect(contract.connect(stranger).setAuthority(stranger)).to.be.revertedWithCustomError(
          contract,
          "AuthorityIsFixed",
        );
      }
    });
  });
});
