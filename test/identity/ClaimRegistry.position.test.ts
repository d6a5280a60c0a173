import { expect } from "chai";

import { blockOf, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import { anchored, claimOf, idOf, issued, neighbours, Standing, Status, SUCCESSOR } from "./claims.js";
import { contentOf, RESIDENT, TAX, termsOf, word } from "./world.js";

describe("ClaimRegistry: standing in a batch", () => {
  /** A batch of seven, anchored. */
  const seven = async () => {
    const world = await loadFixture(neighbours);
    const made = await anchored(world, 7);
    const claims = world.claims.connect(world.issuer);
    const statuses = async () => Promise.all(made.claims.map((_, position) => made.statusAt(position)));
    return { ...world, claims, made, statuses };
  };

  describe("by position", () => {
    it("changes what one claim is worth, with reason, actor and the block of the batch's previous event", async () => {
      const { claims, made, issuer, statuses } = await loadFixture(seven);
      let previousBlock = (await claims.stateOf(made.id)).changedIn;
      let changes = 0n;
      const active = Array.from({ length: 7 }, (): bigint => Status.Active);
      for (const [act, position, standing, reason, status] of [
        [claims.suspendAt, 2, Standing.Suspended, 3, Status.Suspended],
        [claims.revokeAt, 5, Standing.Revoked, 9, Status.Revoked],
        [claims.reinstateAt, 2, Standing.Standing, 65_535, Status.Active],
        [claims.revokeAt, 0, Standing.Revoked, 0, Status.Revoked],
      ] as const) {
        const sent = act(made.id, [position], reason, []);
        await expect(sent)
          .to.emit(claims, "PositionStandingChanged")
          .withArgs(made.id, position, standing, reason, issuer.address, previousBlock);
        previousBlock = BigInt(await blockOf(sent));
        const state = await claims.stateOf(made.id);
        expect([state.standing, state.changes, state.changedIn, state.count]).to.deep.equal([
          Standing.Standing,
          ++changes,
          previousBlock,
          7n,
        ]);
        active[position] = status;
        expect(await statuses()).to.deep.equal(active);
        expect(await claims.standingAt(made.id, position)).to.equal(standing);
      }
    });

    it("of several, chains them within the block, and skips those that are there already", async () => {
      const { claims, made, issuer } = await loadFixture(seven);
      await claims.suspendAt(made.id, [3], 1, []);
      const previous = (await claims.stateOf(made.id)).changedIn;
      const sent = claims.suspendAt(made.id, [1, 3, 6, 1], 4, []);
      const block = await blockOf(sent);
      const args = [Standing.Suspended, 4, issuer.address] as const;
      await expect(sent)
        .to.emit(claims, "PositionStandingChanged")
        .withArgs(made.id, 1, ...args, previous)
        .and.to.emit(claims, "PositionStandingChanged")
        .withArgs(made.id, 6, ...args, block);
      expect((await (await sent).wait())?.logs).to.have.length(2);
      expect((await claims.stateOf(made.id)).changes).to.equal(3n);
    });

    it("refuses a position at or beyond the count, of a single claim too, nothing at all and what nobody anchored", async () => {
      const world = await loadFixture(seven);
      const { claims, made } = world;
      const { id } = await issued(world);
      const unknown = await claims.batchOf(world.officer, 1);
      for (const act of [claims.suspendAt, claims.reinstateAt, claims.revokeAt]) {
        for (const [record, position] of [
          [made.id, 7],
          [made.id, 2 ** 32 - 1],
          [id, 0],
        ] as const) {
          await expect(act(record, [position], 1, []))
            .to.be.revertedWithCustomError(claims, "PositionInvalid")
            .withArgs(record, position);
        }
        await expect(act(made.id, [], 1, [])).to.be.revertedWithCustomError(claims, "Empty");
        await expect(act(unknown, [0], 1, []))
          .to.be.revertedWithCustomError(claims, "ClaimUnknown")
          .withArgs(unknown);
      }
    });

    it("refuses one that is not in a state for it", async () => {
      const { claims, made, statuses } = await loadFixture(seven);
      const refuse = async (acts: readonly (typeof claims.suspendAt)[], position: number, standing: bigint) => {
        for (const act of acts) {
          await expect(act(made.id, [position], 1, []))
            .to.be.revertedWithCustomError(claims, "StandingInvalid")
            .withArgs(made.id, standing);
        }
      };
      await refuse([claims.reinstateAt], 0, Standing.Standing);
      await claims.suspendAt(made.id, [0], 1, []);
      await refuse([claims.suspendAt], 0, Standing.Suspended);
      await claims.revokeAt(made.id, [0], 1, []);
      await refuse([claims.suspendAt, claims.reinstateAt, claims.revokeAt], 0, Standing.Revoked);
      await claims.supersedeAt(made.id, 1, await termsOf(), contentOf(), []);
      await refuse([claims.suspendAt, claims.reinstateAt, claims.revokeAt], 1, Standing.Superseded);
      // Of several, they are passed over: one does not sink the rest.
      await claims.suspendAt(made.id, [0, 1, 2], 1, []);
      await claims.reinstateAt(made.id, [0, 1, 3, 2], 1, []);
      await claims.revokeAt(made.id, [0, 1, 2], 1, []);
      const { Revoked, Superseded, Active } = Status;
      expect((await statuses()).slice(0, 4)).to.deep.equal([Revoked, Superseded, Revoked, Active]);
      expect((await claims.stateOf(made.id)).changes).to.equal(6n);
    });

    it("keeps neighbours as they are, over two words of 128 positions", async () => {
      const world = await loadFixture(neighbours);
      const claims = world.claims.connect(world.issuer);
      const made = await anchored(world, 131);
      const model = Array.from({ length: 131 }, (): bigint => Standing.Standing);
      const change = async (positions: number[], to: keyof typeof Standing) => {
        if (to === "Suspended") await claims.suspendAt(made.id, positions, 1, []);
        if (to === "Revoked") await claims.revokeAt(made.id, positions, 1, []);
        if (to === "Standing") await claims.reinstateAt(made.id, positions, 1, []);
        if (to === "Superseded") {
          for (const one of positions) await claims.supersedeAt(made.id, one, await termsOf(), contentOf(), []);
        }
        for (const position of positions) model[position] = Standing[to];
        const standings = model.map((_, position) => claims.standingAt(made.id, position));
        expect(await Promise.all(standings)).to.deep.equal(model);
      };
      await change([0, 126, 127, 128, 129, 130], "Suspended");
      await change([127, 128], "Revoked");
      await change([126, 129], "Standing");
      await change([1, 129], "Superseded");
      await change([2, 3, 125, 130], "Revoked");
      await change([0], "Standing");
      expect(await claims.standingAt(made.id, 131)).to.equal(Standing.Standing);
      expect(await claims.standingAt(made.id, 256)).to.equal(Standing.Standing);
      for (const [position, status] of [
        [127, Status.Revoked],
        [128, Status.Revoked],
        [126, Status.Active],
        [129, Status.Superseded],
      ] as const) {
        expect(await made.statusAt(position)).to.equal(status);
      }
    });

    it("a revoked one stays so, proven at another position, by another path, or under another serial", async () => {
      const world = await loadFixture(seven);
      const { claims, made } = world;
      await claims.revokeAt(made.id, [2], 1, []);
      const revoked = made.claims[2]!;
      for (const [position] of made.claims.entries()) {
        for (const path of made.claims.keys()) {
          const status = await made.statusAt(path, { ...revoked, position });
          expect(status).to.equal(position === 2 && path === 2 ? Status.Revoked : Status.Unknown);
        }
      }
      // The issuer may anchor the same tree again under a new serial: its claims name the old one.
      await claims.anchor({ ...made.batch, serial: 2 });
      expect(await made.statusAt(2)).to.equal(Status.Revoked);
      expect(await made.statusAt(2, { ...revoked, serial: 2 })).to.equal(Status.Unknown);
    });
  });

  describe("as a whole", () => {
    it("is suspended, reinstated and revoked like a claim, and all of its claims with it", async () => {
      const { claims, made, issuer, statuses } = await loadFixture(seven);
      const all = (status: bigint) => Array.from({ length: 7 }, () => status);
      const { changedIn } = await claims.stateOf(made.id);
      await expect(claims.suspend([made.id], 5, []))
        .to.emit(claims, "StandingChanged")
        .withArgs(made.id, Standing.Suspended, 5, issuer.address, changedIn);
      expect(await statuses()).to.deep.equal(all(Status.Suspended));
      await claims.reinstate([made.id], 5, []);
      expect(await statuses()).to.deep.equal(all(Status.Active));
      await claims.revoke([made.id], 5, []);
      expect(await statuses()).to.deep.equal(all(Status.Revoked));
    });

    it("counts beside its positions: of the two, the graver", async () => {
      const { claims, made, statuses } = await loadFixture(seven);
      await claims.suspendAt(made.id, [1], 1, []);
      await claims.revokeAt(made.id, [2], 1, []);
      await claims.supersedeAt(made.id, 3, await termsOf(), contentOf(), []);
      const { Active, Suspended, Superseded, Revoked } = Status;
      const own = [Active, Suspended, Revoked, Superseded, Active, Active, Active];
      expect(await statuses()).to.deep.equal(own);
      await claims.suspend([made.id], 1, []);
      await claims.revokeAt(made.id, [4], 1, []);
      expect(await statuses()).to.deep.equal([
        Suspended,
        Suspended,
        Revoked,
        Superseded,
        Revoked,
        Suspended,
        Suspended,
      ]);
      await claims.reinstateAt(made.id, [1], 1, []); // it stays suspended with its batch
      expect(await made.statusAt(1)).to.equal(Suspended);
      await claims.suspendAt(made.id, [1], 1, []);
      await claims.reinstate([made.id], 1, []);
      expect(await statuses()).to.deep.equal([Active, Suspended, Revoked, Superseded, Revoked, Active, Active]);
    });

    it("revoked, is revoked for all: reinstating a position revives nothing, and none takes another's place", async () => {
      const { claims, made, statuses } = await loadFixture(seven);
      await claims.suspendAt(made.id, [1], 1, []);
      await claims.revoke([made.id], 1, []);
      await claims.reinstateAt(made.id, [1], 1, []);
      expect(await statuses()).to.deep.equal(Array.from({ length: 7 }, () => Status.Revoked));
      await expect(claims.supersedeAt(made.id, 0, await termsOf(), contentOf(), []))
        .to.be.revertedWithCustomError(claims, "StandingInvalid")
        .withArgs(made.id, Standing.Revoked);
      await expect(claims.reinstate([made.id], 1, [])).to.be.revertedWithCustomError(claims, "StandingInvalid");
    });
  });

  describe("superseding a position", () => {
    it("renews or corrects in one act: the event points from the old one to the new", async () => {
      const world = await loadFixture(seven);
      const { claims, made, issuer, statuses } = world;
      await claims.suspendAt(made.id, [4], 1, []);
      await claims.suspend([made.id], 1, []); // a suspension is no obstacle
      const { changedIn } = await claims.stateOf(made.id);
      const [terms, content] = [await termsOf(), contentOf()];
      const renewed = claimOf(issuer, terms, content);
      const id = await idOf(world, renewed);
      expect(await claims.supersedeAt.staticCall(made.id, 4, terms, content, [])).to.equal(id);
      await expect(claims.supersedeAt(made.id, 4, terms, content, []))
        .to.emit(claims, "PositionSuperseded")
        .withArgs(made.id, 4, id, issuer.address, changedIn)
        .and.to.emit(claims, "ClaimIssued");
      expect((await claims.statusOf(renewed, [])).status).to.equal(Status.Active);
      await claims.reinstate([made.id], 1, []);
      const { Active, Superseded } = Status;
      expect(await statuses()).to.deep.equal([Active, Active, Active, Active, Superseded, Active, Active]);
      expect((await claims.stateOf(made.id)).changes).to.equal(4n);
    });

    it("is refused of what is revoked or superseded, is not there, is of another schema, or exists", async () => {
      const world = await loadFixture(seven);
      const { claims, made } = world;
      const terms = await termsOf();
      const single = await issued(world);
      await claims.revokeAt(made.id, [0], 1, []);
      await claims.supersedeAt(made.id, 1, terms, contentOf(), []);
      for (const [position, standing] of [
        [0, Standing.Revoked],
        [1, Standing.Superseded],
      ] as const) {
        await expect(claims.supersedeAt(made.id, position, terms, contentOf(), []))
          .to.be.revertedWithCustomError(claims, "StandingInvalid")
          .withArgs(made.id, standing);
      }
      for (const [record, position] of [
        [made.id, 7],
        [single.id, 0],
      ] as const) {
        await expect(claims.supersedeAt(record, position, terms, contentOf(), []))
          .to.be.revertedWithCustomError(claims, "PositionInvalid")
          .withArgs(record, position);
      }
      const unknown = word();
      await expect(claims.supersedeAt(unknown, 0, terms, contentOf(), []))
        .to.be.revertedWithCustomError(claims, "ClaimUnknown")
        .withArgs(unknown);
      await expect(claims.supersedeAt(made.id, 2, await termsOf(TAX), contentOf(), []))
        .to.be.revertedWithCustomError(claims, "SchemaDiffers")
        .withArgs(RESIDENT, TAX);
      await expect(claims.supersedeAt(made.id, 2, single.terms, single.content, []))
        .to.be.revertedWithCustomError(claims, "ClaimExists")
        .withArgs(single.id);
      expect(await made.statusAt(2)).to.equal(Status.Active);
    });

    it("and all else by position, is open to whoever acts for the city, and to no one else", async () => {
      const world = await loadFixture(seven);
      const { claims, made, hunanIssuer, hebeiIssuer, tangshanIssuer, suspendCity, retireInto, manager } = world;
      for (const lineage of [[], [HUNAN]]) {
        const by = claims.connect(hunanIssuer);
        const terms = await termsOf(RESIDENT, { city: HUNAN });
        for (const act of [
          () => by.suspendAt(made.id, [0], 1, lineage),
          () => by.reinstateAt(made.id, [0], 1, lineage),
          () => by.revokeAt(made.id, [0], 1, lineage),
          () => by.supersedeAt(made.id, 0, terms, contentOf(), lineage),
        ]) {
          await expect(act())
            .to.be.revertedWithCustomError(claims, "NoStanding")
            .withArgs(hunanIssuer.address, SHIJIAZHUANG);
        }
      }
      await suspendCity();
      await claims.suspendAt(made.id, [0, 1, 2], 1, []); // the role alone
      await expect(claims.reinstateAt(made.id, [0], 1, [])).to.be.revertedWithCustomError(manager, "CityNotActive");
      await claims.connect(hebeiIssuer).reinstateAt(made.id, [0], 1, [HEBEI]);
      const byHebei = await termsOf(RESIDENT, { city: HEBEI });
      await claims.connect(hebeiIssuer).supersedeAt(made.id, 1, byHebei, contentOf(), [HEBEI]);
      await retireInto(SHIJIAZHUANG, SUCCESSOR);
      const byHeir = await termsOf(RESIDENT, { city: SUCCESSOR });
      await claims.connect(tangshanIssuer).supersedeAt(made.id, 2, byHeir, contentOf(), [SUCCESSOR]);
      await claims.connect(tangshanIssuer).revokeAt(made.id, [3], 1, [SUCCESSOR]);
      expect(await Promise.all([0, 1, 2, 3].map((position) => made.statusAt(position)))).to.deep.equal([
        Status.Active,
        Status.Superseded,
        Status.Superseded,
        Status.Revoked,
      ]);
    });
  });
});
