import { expect } from "chai";
import type { EventLog } from "ethers";

import { issueUnder, roleOf } from "../../src/index.js";
import { blockOf, HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import {
  anchored,
  claimOf,
  entitle,
  idOf,
  issued,
  neighbours,
  type NewClaim,
  newClaim,
  SECOND_SUCCESSOR,
  Standing,
  Status,
  SUCCESSOR,
} from "./claims.js";
import { contentOf, RESIDENT, TAX, termsOf, word } from "./world.js";

describe("ClaimRegistry: standing", () => {
  const role = roleOf(SHIJIAZHUANG, issueUnder(Number(RESIDENT)));
  const capability = BigInt(issueUnder(Number(RESIDENT)));

  /** Three claims of Shijiazhuang, and its neighbours. */
  const three = async () => {
    const world = await loadFixture(neighbours);
    const [first, second, third] = [await issued(world), await issued(world), await issued(world)];
    const claims = world.claims.connect(world.issuer);
    const statusOf = async ({ claim }: NewClaim) => (await claims.statusOf(claim, [])).status;
    const ids = [first.id, second.id, third.id];
    return { ...world, claims, first, second, third, ids, statusOf };
  };

  describe("suspending, reinstating and revoking", () => {
    it("change what a claim is worth, with the reason's code, the actor and the block of the previous event", async () => {
      const { claims, first, issuer, statusOf } = await loadFixture(three);
      let previousBlock = (await claims.stateOf(first.id)).changedIn;
      let changes = 0n;
      for (const [act, standing, reason, status] of [
        [claims.suspend, Standing.Suspended, 3, Status.Suspended],
        [claims.reinstate, Standing.Standing, 0, Status.Active],
        [claims.suspend, Standing.Suspended, 65_535, Status.Suspended],
        [claims.revoke, Standing.Revoked, 12, Status.Revoked],
      ] as const) {
        const sent = act([first.id], reason, []);
        await expect(sent)
          .to.emit(claims, "StandingChanged")
          .withArgs(first.id, standing, reason, issuer.address, previousBlock);
        previousBlock = BigInt(await blockOf(sent));
        const state = await claims.stateOf(first.id);
        expect([state.standing, state.changes, state.changedIn]).to.deep.equal([standing, ++changes, previousBlock]);
        expect(await statusOf(first)).to.equal(status);
      }
    });

    it("leave all else of the record as it was", async () => {
      const { claims, first, second } = await loadFixture(three);
      const before = await claims.stateOf(first.id);
      const other = await claims.stateOf(second.id);
      await claims.suspend([first.id], 1, []);
      const after = await claims.stateOf(first.id);
      expect([after.exists, after.city, after.schema, after.count, after.issuedAt]).to.deep.equal([
        before.exists,
        before.city,
        before.schema,
        before.count,
        before.issuedAt,
      ]);
      expect(await claims.stateOf(second.id)).to.deep.equal(other);
    });

    it("leave a chain of blocks, walked backwards from the record to its beginning", async () => {
      const { claims, first, ids } = await loadFixture(three);
      await claims.suspend(ids, 1, []);
      await claims.reinstate([first.id], 2, []);
      await claims.suspend(ids, 3, []);
      await claims.supersede(first.id, first.terms, contentOf(), []);
      const names: string[] = [];
      let block = Number((await claims.stateOf(first.id)).changedIn);
      while (block !== 0) {
        const events = (await claims.queryFilter("*" as never, block, block)) as unknown as EventLog[];
        const event = events.find((one) => one.topics[1] === first.id);
        if (event === undefined) throw new Error(`block ${block} says nothing of the claim`);
        names.push(event.eventName);
        block = event.eventName === "ClaimIssued" ? 0 : Number(event.args["previousBlock"]);
      }
      expect(names).to.deep.equal([
        "ClaimSuperseded",
        "StandingChanged",
        "StandingChanged",
        "StandingChanged",
        "ClaimIssued",
      ]);
    });

    it("refuse one that is not in a state for it", async () => {
      const { claims, first, second } = await loadFixture(three);
      const refuse = async (acts: readonly (typeof claims.suspend)[], id: string, standing: bigint) => {
        for (const act of acts) {
          await expect(act([id], 1, []))
            .to.be.revertedWithCustomError(claims, "StandingInvalid")
            .withArgs(id, standing);
        }
      };
      await refuse([claims.reinstate], first.id, Standing.Standing);
      await claims.suspend([first.id], 1, []);
      await refuse([claims.suspend], first.id, Standing.Suspended);
      await claims.revoke([first.id], 1, []);
      await refuse([claims.suspend, claims.reinstate, claims.revoke], first.id, Standing.Revoked);
      await claims.supersede(second.id, second.terms, contentOf(), []);
      await refuse([claims.suspend, claims.reinstate, claims.revoke], second.id, Standing.Superseded);
    });

    it("of many, skip those that are there already, and those named twice", async () => {
      const { claims, first, second, third, ids, issuer, statusOf } = await loadFixture(three);
      await claims.suspend([second.id], 1, []);
      const changedIn = (await claims.stateOf(second.id)).changedIn;
      const sent = claims.suspend([...ids, first.id], 5, []);
      await expect(sent)
        .to.emit(claims, "StandingChanged")
        .withArgs(first.id, Standing.Suspended, 5, issuer.address, (await claims.stateOf(first.id)).changedIn);
      expect((await (await sent).wait())?.logs).to.have.length(2);
      expect((await claims.stateOf(second.id)).changedIn).to.equal(changedIn);
      await claims.reinstate([first.id, second.id], 6, []);
      await claims.reinstate(ids, 6, []);
      await claims.revoke([third.id], 7, []);
      await claims.revoke(ids, 7, []);
      for (const one of [first, second, third]) expect(await statusOf(one)).to.equal(Status.Revoked);
      await claims.revoke(ids, 7, []); // all of them are: nothing to do, and nothing wrong
    });

    it("of many, pass over what is revoked or superseded for ever, so that one does not sink the rest", async () => {
      const { claims, first, second, third, ids, statusOf } = await loadFixture(three);
      const statuses = async () => Promise.all([first, second, third].map(statusOf));
      await claims.revoke([second.id], 1, []);
      await claims.supersede(third.id, third.terms, contentOf(), []);
      const ended = [Status.Revoked, Status.Superseded];
      for (const [act, status] of [
        [claims.reinstate, Status.Active],
        [claims.suspend, Status.Suspended],
        [claims.reinstate, Status.Active],
        [claims.revoke, Status.Revoked],
        [claims.reinstate, Status.Revoked],
      ] as const) {
        await act(ids, 1, []);
        expect(await statuses()).to.deep.equal([status, ...ended]);
      }
      expect((await claims.stateOf(second.id)).changes).to.equal(1n);
      expect((await claims.stateOf(third.id)).changes).to.equal(1n);
    });

    it("refuse nothing at all, and what nobody issued", async () => {
      const { claims, first } = await loadFixture(three);
      const unknown = word();
      for (const act of [claims.suspend, claims.reinstate, claims.revoke]) {
        await expect(act([], 1, [])).to.be.revertedWithCustomError(claims, "Empty");
        for (const records of [[unknown], [first.id, unknown]]) {
          await expect(act(records, 1, []))
            .to.be.revertedWithCustomError(claims, "ClaimUnknown")
            .withArgs(unknown);
        }
      }
    });

    it("refuse records of several cities or schemas, so that no right for one reaches another", async () => {
      const world = await loadFixture(three);
      const { claims, first, issuer, hunanIssuer } = world;
      const tax = await issued(world, { schema: TAX });
      const foreign = await issued(world, { city: HUNAN }, hunanIssuer);
      for (const act of [claims.suspend, claims.revoke]) {
        for (const other of [tax, foreign]) {
          await expect(act.staticCall([first.id, other.id], 1, []))
            .to.be.revertedWithCustomError(claims, "RecordsMixed")
            .withArgs(other.id);
        }
      }
      await expect(world.claims.connect(hunanIssuer).revoke([foreign.id, first.id], 1, []))
        .to.be.revertedWithCustomError(claims, "RecordsMixed")
        .withArgs(first.id);
      await entitle(world, world.hunan, HUNAN, issuer); // nor does it help to hold both
      await expect(claims.revoke([first.id, foreign.id], 1, [])).to.be.revertedWithCustomError(claims, "RecordsMixed");
    });
  });

  describe("who may", () => {
    it("the capability, held today: whoever issued it, dismissed since, may not; the successor in office may", async () => {
      const { claims, manager, first, issuer, officer, shijiazhuang, statusOf } = await loadFixture(three);
      await manager.connect(shijiazhuang).revokeRole(role, issuer);
      await manager.connect(shijiazhuang).grantRole(role, officer, 0);
      for (const act of [claims.suspend, claims.reinstate, claims.revoke]) {
        await expect(act([first.id], 1, []))
          .to.be.revertedWithCustomError(claims, "NoStanding")
          .withArgs(issuer.address, SHIJIAZHUANG);
      }
      await claims.connect(officer).revoke([first.id], 1, []);
      expect(await statusOf(first)).to.equal(Status.Revoked);
    });

    it("not strangers, other cities, other schemas, the controller, or the ancestor of a city that can act", async () => {
      const world = await loadFixture(three);
      const { claims, manager, first, stranger, hunanIssuer, shijiazhuang, hebeiIssuer, tangshanIssuer } = world;
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, issueUnder(Number(TAX))), stranger, 0);
      for (const [by, lineage] of [
        [stranger, []],
        [hunanIssuer, []],
        [hunanIssuer, [HUNAN]],
        [shijiazhuang, []],
        [hebeiIssuer, []],
        [hebeiIssuer, [2n]],
        [tangshanIssuer, [SUCCESSOR]],
      ] as const) {
        for (const act of [claims.connect(by).suspend, claims.connect(by).reinstate, claims.connect(by).revoke]) {
          await expect(act([first.id], 1, [...lineage]))
            .to.be.revertedWithCustomError(claims, "NoStanding")
            .withArgs(by.address, SHIJIAZHUANG);
        }
      }
    });

    it("in a suspended city: its claims stay active, its issuer issues nothing, suspends and revokes by role alone", async () => {
      const world = await loadFixture(three);
      const { claims, manager, first, second, suspendCity, statusOf } = world;
      await suspendCity();
      expect(await statusOf(first)).to.equal(Status.Active);
      const fresh = await newClaim(world);
      await expect(claims.issue(fresh.terms, fresh.content)).to.be.revertedWithCustomError(manager, "CityNotActive");
      await expect(claims.supersede(first.id, fresh.terms, fresh.content, [])).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
      await claims.suspend([first.id], 1, []);
      await expect(claims.reinstate([first.id], 1, []))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await claims.revoke([first.id, second.id], 1, []);
      expect(await statusOf(second)).to.equal(Status.Revoked);
    });

    it("in a suspended city: its nearest active ancestor too, which may also reinstate", async () => {
      const { claims, registry, china, first, second, hebeiIssuer, suspendCity, statusOf } = await loadFixture(three);
      await suspendCity();
      const ancestor = claims.connect(hebeiIssuer);
      await ancestor.suspend([first.id, second.id], 1, [2]);
      await ancestor.reinstate([first.id], 1, [2]);
      expect(await statusOf(first)).to.equal(Status.Active);
      await registry.connect(china).suspend(2, 1); // Hebei is the nearest active one no more
      await expect(ancestor.revoke([second.id], 1, [2]))
        .to.be.revertedWithCustomError(claims, "NoStanding")
        .withArgs(hebeiIssuer.address, SHIJIAZHUANG);
      await registry.connect(china).reinstate(2);
      await ancestor.revoke([second.id], 1, [2]);
      expect(await statusOf(second)).to.equal(Status.Revoked);
    });

    it("in a retired city: its successors, by their lineage, and nobody who skips one", async () => {
      const world = await loadFixture(three);
      const { claims, manager, registry, hebei, ids, tangshanIssuer, baodingIssuer, retireInto, statusOf } = world;
      await retireInto(SHIJIAZHUANG, SUCCESSOR);
      expect(await statusOf(world.first)).to.equal(Status.Active);
      await claims.connect(tangshanIssuer).suspend(ids, 1, [SUCCESSOR]);
      await retireInto(SUCCESSOR, SECOND_SUCCESSOR);
      const heir = claims.connect(baodingIssuer);
      await expect(heir.revoke(ids, 1, [SECOND_SUCCESSOR])).to.be.revertedWithCustomError(claims, "NoStanding");
      await expect(claims.connect(tangshanIssuer).reinstate(ids, 1, [SUCCESSOR])).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
      await heir.reinstate(ids, 1, [SUCCESSOR, SECOND_SUCCESSOR]);
      expect(await statusOf(world.second)).to.equal(Status.Active);
      await registry.connect(hebei).suspend(SECOND_SUCCESSOR, 1);
      await heir.revoke(ids, 1, [SUCCESSOR, SECOND_SUCCESSOR]);
      expect(await statusOf(world.third)).to.equal(Status.Revoked);
    });

    it("in a closed contract: ending asks nobody, reinstating asks the guard", async () => {
      const { claims, manager, first, second, statusOf } = await loadFixture(three);
      await manager.setTargetClosed(claims, true);
      await claims.suspend([first.id, second.id], 1, []);
      await expect(claims.reinstate([first.id], 1, [])).to.be.revertedWithCustomError(manager, "ContractClosed");
      await claims.revoke([first.id], 1, []);
      await expect(claims.supersede(second.id, second.terms, contentOf(), [])).to.be.revertedWithCustomError(
        manager,
        "ContractClosed",
      );
      await manager.setTargetClosed(claims, false);
      await claims.reinstate([second.id], 1, []);
      expect(await statusOf(second)).to.equal(Status.Active);
    });
  });

  describe("superseding", () => {
    it("renews or corrects in one act: the old one points to the new, for ever", async () => {
      const world = await loadFixture(three);
      const { claims, first, issuer, statusOf } = world;
      const terms = { ...first.terms, validUntil: Number(first.terms.validUntil) + 1000 };
      const content = contentOf();
      const renewed = claimOf(issuer, terms, content);
      const id = await idOf(world, renewed);
      const { changedIn } = await claims.stateOf(first.id);
      expect(await claims.supersede.staticCall(first.id, terms, content, [])).to.equal(id);
      await expect(claims.supersede(first.id, terms, content, []))
        .to.emit(claims, "ClaimSuperseded")
        .withArgs(first.id, id, issuer.address, changedIn)
        .and.to.emit(claims, "ClaimIssued");
      expect(await statusOf(first)).to.equal(Status.Superseded);
      expect((await claims.statusOf(renewed, [])).status).to.equal(Status.Active);
      expect((await claims.stateOf(first.id)).changes).to.equal(1n);
      expect((await claims.stateOf(id)).changes).to.equal(0n);
    });

    it("takes a suspended one, and refuses a revoked or superseded one", async () => {
      const { claims, first, second, third, statusOf } = await loadFixture(three);
      await claims.suspend([first.id], 1, []);
      await claims.supersede(first.id, first.terms, contentOf(), []);
      expect(await statusOf(first)).to.equal(Status.Superseded);
      await claims.revoke([second.id], 1, []);
      for (const [one, standing] of [
        [first, Standing.Superseded],
        [second, Standing.Revoked],
      ] as const) {
        await expect(claims.supersede(one.id, third.terms, contentOf(), []))
          .to.be.revertedWithCustomError(claims, "StandingInvalid")
          .withArgs(one.id, standing);
      }
    });

    it("refuses a claim that exists as the new one: itself, or one that was revoked", async () => {
      const { claims, first, second, statusOf } = await loadFixture(three);
      await claims.revoke([second.id], 1, []);
      for (const other of [first, second]) {
        await expect(claims.supersede(first.id, other.terms, other.content, []))
          .to.be.revertedWithCustomError(claims, "ClaimExists")
          .withArgs(other.id);
      }
      expect(await statusOf(first)).to.equal(Status.Active);
      expect(await statusOf(second)).to.equal(Status.Revoked);
    });

    it("refuses another schema, a whole batch, and what nobody issued", async () => {
      const world = await loadFixture(three);
      const { claims, first } = world;
      await expect(claims.supersede(first.id, await termsOf(TAX), contentOf(), []))
        .to.be.revertedWithCustomError(claims, "SchemaDiffers")
        .withArgs(RESIDENT, TAX);
      const batch = await anchored(world, 2);
      await expect(claims.supersede(batch.id, first.terms, contentOf(), []))
        .to.be.revertedWithCustomError(claims, "NotSingleClaim")
        .withArgs(batch.id);
      const unknown = word();
      await expect(claims.supersede(unknown, first.terms, contentOf(), []))
        .to.be.revertedWithCustomError(claims, "ClaimUnknown")
        .withArgs(unknown);
    });

    it("asks the guard for the new one, and standing for the old one", async () => {
      const world = await loadFixture(three);
      const { claims, manager, first, hunanIssuer, stranger, issuer } = world;
      await expect(claims.connect(stranger).supersede(first.id, first.terms, contentOf(), []))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(stranger.address, SHIJIAZHUANG, capability);
      for (const lineage of [[], [HUNAN]]) {
        const terms = await termsOf(RESIDENT, { city: HUNAN });
        await expect(claims.connect(hunanIssuer).supersede(first.id, terms, contentOf(), lineage))
          .to.be.revertedWithCustomError(claims, "NoStanding")
          .withArgs(hunanIssuer.address, SHIJIAZHUANG);
      }
      await expect(claims.supersede(first.id, first.terms, contentOf(), [HUNAN])) // a lineage that leads nowhere
        .to.be.revertedWithCustomError(claims, "NoStanding")
        .withArgs(issuer.address, SHIJIAZHUANG);
    });

    it("is open to the city that acts for the old one's: successor and nearest active ancestor", async () => {
      const world = await loadFixture(three);
      const { claims, first, second, hebeiIssuer, tangshanIssuer, retireInto, suspendCity, statusOf } = world;
      await suspendCity();
      const byHebei = await termsOf(RESIDENT, { city: 2n });
      await claims.connect(hebeiIssuer).supersede(first.id, byHebei, contentOf(), [2]);
      await retireInto(SHIJIAZHUANG, SUCCESSOR);
      const byHeir = await termsOf(RESIDENT, { city: SUCCESSOR });
      await expect(
        claims.connect(tangshanIssuer).supersede(second.id, byHeir, contentOf(), []),
      ).to.be.revertedWithCustomError(claims, "NoStanding");
      await claims.connect(tangshanIssuer).supersede(second.id, byHeir, contentOf(), [SUCCESSOR]);
      expect(await statusOf(first)).to.equal(Status.Superseded);
      expect(await statusOf(second)).to.equal(Status.Superseded);
    });
  });
});
