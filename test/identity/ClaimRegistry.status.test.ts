import { expect } from "chai";

import { HEBEI, HUNAN, loadFixture, networkHelpers, NOBODY, SHIJIAZHUANG, time } from "../world.js";
import {
  anchored,
  type Claim,
  goTo,
  issued,
  neighbours,
  newBatch,
  newClaim,
  Status,
  SUCCESSOR,
  type Terms,
} from "./claims.js";
import { contentOf, termsOf, word } from "./world.js";

const HOUR = 3600;

/** A claim, single or in a batch, with the acts that change what it is worth. */
interface Subject {
  claim: Claim;
  status: () => Promise<bigint>;
  suspend: () => Promise<unknown>;
  reinstate: () => Promise<unknown>;
  revoke: () => Promise<unknown>;
  supersede: () => Promise<unknown>;
}

describe("ClaimRegistry: what a claim is worth now", () => {
  type World = Awaited<ReturnType<typeof neighbours>>;

  const single = async (world: World, terms: Partial<Terms> = {}): Promise<Subject> => {
    const { claim, id } = await issued(world, terms);
    const claims = world.claims.connect(world.issuer);
    return {
      claim,
      status: async () => (await claims.statusOf(claim, [])).status,
      suspend: () => claims.suspend([id], 1, []),
      reinstate: () => claims.reinstate([id], 1, []),
      revoke: () => claims.revoke([id], 1, []),
      supersede: async () => claims.supersede(id, await termsOf(), contentOf(), []),
    };
  };
  const inBatch = async (world: World, terms: Partial<Terms> = {}): Promise<Subject> => {
    const made = await anchored(world, 5, { terms });
    const claims = world.claims.connect(world.issuer);
    return {
      claim: made.claims[3]!,
      status: () => made.statusAt(3),
      suspend: () => claims.suspendAt(made.id, [3], 1, []),
      reinstate: () => claims.reinstateAt(made.id, [3], 1, []),
      revoke: () => claims.revokeAt(made.id, [3], 1, []),
      supersede: async () => claims.supersedeAt(made.id, 3, await termsOf(), contentOf(), []),
    };
  };
  /** The same claim, but what is suspended and revoked is its whole batch. */
  const withBatch = async (world: World, terms: Partial<Terms> = {}): Promise<Subject> => {
    const made = await anchored(world, 5, { terms, serial: 2 });
    const claims = world.claims.connect(world.issuer);
    return {
      claim: made.claims[3]!,
      status: () => made.statusAt(3),
      suspend: () => claims.suspend([made.id], 1, []),
      reinstate: () => claims.reinstate([made.id], 1, []),
      revoke: () => claims.revoke([made.id], 1, []),
      supersede: async () => claims.supersedeAt(made.id, 3, await termsOf(), contentOf(), []),
    };
  };

  for (const [kind, make] of [
    ["a single claim", single],
    ["a claim in a batch", inBatch],
    ["a claim suspended and revoked with its batch", withBatch],
  ] as const) {
    describe(`of ${kind}`, () => {
      it("is Unknown before it is issued", async () => {
        const { claims, ...world } = await loadFixture(neighbours);
        const fresh = await newClaim({ ...world, claims });
        expect((await claims.statusOf(fresh.claim, [])).status).to.equal(Status.Unknown);
        const batch = await newBatch({ ...world, claims }, 5);
        expect(await batch.statusAt(3)).to.equal(Status.Unknown);
      });

      it("is NotYetValid, Active from the first second on, and Expired from the last", async () => {
        const world = await loadFixture(neighbours);
        const now = await time.latest();
        const [validFrom, validUntil] = [now + HOUR, now + 2 * HOUR];
        const { status } = await make(world, { validFrom, validUntil });
        expect(await status()).to.equal(Status.NotYetValid);
        for (const [when, expected] of [
          [validFrom - 1, Status.NotYetValid],
          [validFrom, Status.Active],
          [validUntil - 1, Status.Active],
          [validUntil, Status.Expired],
        ] as const) {
          await goTo(when);
          expect(await status()).to.equal(expected);
        }
      });

      it("never expires without an end", async () => {
        const world = await loadFixture(neighbours);
        const { status } = await make(world, { validUntil: 0 });
        await goTo((await time.latest()) + 1000 * 365 * 24 * HOUR);
        expect(await status()).to.equal(Status.Active);
      });

      it("is Suspended and Active again, then Revoked for ever", async () => {
        const { status, suspend, reinstate, revoke } = await make(await loadFixture(neighbours));
        await suspend();
        expect(await status()).to.equal(Status.Suspended);
        await reinstate();
        expect(await status()).to.equal(Status.Active);
        await revoke();
        expect(await status()).to.equal(Status.Revoked);
      });

      it("is what weighs most: revoked, superseded, distrusted, expired, suspended, not yet valid", async () => {
        const world = await loadFixture(neighbours);
        const { claims, shijiazhuang, issuer } = world;
        const now = await time.latest();
        const [validFrom, validUntil] = [now + HOUR, now + 2 * HOUR];
        const { status, suspend, supersede, revoke } = await make(world, { validFrom, validUntil });
        expect(await status()).to.equal(Status.NotYetValid);
        await suspend();
        expect(await status()).to.equal(Status.Suspended);
        await goTo(validUntil);
        expect(await status()).to.equal(Status.Expired);
        await claims.connect(shijiazhuang).distrust(SHIJIAZHUANG, issuer, now, []);
        expect(await status()).to.equal(Status.Distrusted);
        const revoked = await undone(async () => {
          await revoke();
          return status();
        });
        expect(revoked).to.equal(Status.Revoked);
        await supersede();
        expect(await status()).to.equal(Status.Superseded);
      });

      it("is Distrusted where its issuer is, from a moment on: that of issuing counts, to the second", async () => {
        const world = await loadFixture(neighbours);
        const { claims, shijiazhuang, issuer } = world;
        const { status } = await make(world);
        const issuedAt = await time.latest();
        const distrust = async (since: number) =>
          claims.connect(shijiazhuang).distrust(SHIJIAZHUANG, issuer, since, []);
        await distrust(issuedAt + 1);
        expect(await status()).to.equal(Status.Active);
        await distrust(issuedAt);
        expect(await status()).to.equal(Status.Distrusted);
      });
    });
  }

  /** What an act would lead to; then all is as before. */
  async function undone<T>(act: () => Promise<T>): Promise<T> {
    const before = await networkHelpers.takeSnapshot();
    const result = await act();
    await before.restore();
    return result;
  }

  it("is Unknown of a claim that was issued, shown as of another place", async () => {
    const world = await loadFixture(neighbours);
    const { claim } = await issued(world);
    const batch = await anchored(world, 1);
    for (const change of [{ position: 1 }, { serial: 1 }, { serial: 1, position: 0 }, { validUntil: 0 }]) {
      expect((await world.claims.statusOf({ ...claim, ...change }, [])).status).to.equal(Status.Unknown);
    }
    expect((await world.claims.statusOf(claim, batch.tree.getProof(0))).status).to.equal(Status.Active);
    expect((await world.claims.statusOf(claim, [word()])).status).to.equal(Status.Active); // no path is asked of it
  });

  describe("distrust", () => {
    const trusted = async () => {
      const world = await loadFixture(neighbours);
      const first = await issued(world);
      const since = await time.latest(); // when it was issued
      await time.increase(10);
      const { shijiazhuang, issuer } = world;
      const distrust = async (from: number, by = shijiazhuang, lineage: bigint[] = [], city = SHIJIAZHUANG) =>
        world.claims.connect(by).distrust(city, issuer, from, lineage);
      const status = async ({ claim }: { claim: Claim }) => (await world.claims.statusOf(claim, [])).status;
      return { ...world, since, first, distrust, status };
    };

    it("names issuer, moment and controller, and can be read", async () => {
      const { claims, distrust, since, issuer, shijiazhuang } = await loadFixture(trusted);
      expect(await claims.distrustedSince(SHIJIAZHUANG, issuer)).to.equal(0n);
      await expect(distrust(since))
        .to.emit(claims, "IssuerDistrusted")
        .withArgs(SHIJIAZHUANG, issuer.address, since, shijiazhuang.address);
      expect(await claims.distrustedSince(SHIJIAZHUANG, issuer)).to.equal(since);
    });

    it("reaches what is issued later too, though the role was not taken; and never what came before", async () => {
      const world = await loadFixture(trusted);
      const { distrust, since, first, status } = world;
      await distrust(since + 1);
      expect(await status(first)).to.equal(Status.Active);
      expect(await status(await issued(world))).to.equal(Status.Distrusted);
      const batch = await anchored(world, 3);
      expect(await batch.statusAt(1)).to.equal(Status.Distrusted);
    });

    it("is of one issuer for one city", async () => {
      const world = await loadFixture(trusted);
      const { claims, distrust, since, first, status, hunan, hunanIssuer, issuer } = world;
      const theirs = await issued(world, { city: HUNAN }, hunanIssuer);
      await distrust(since);
      await world.claims.connect(hunan).distrust(HUNAN, issuer, 1, []);
      expect(await status(theirs)).to.equal(Status.Active);
      expect(await status(first)).to.equal(Status.Distrusted);
      expect(await claims.distrustedSince(HUNAN, hunanIssuer)).to.equal(0n);
      await world.claims.connect(hunan).distrust(HUNAN, NOBODY, 1, []);
    });

    it("can be moved to an earlier moment, never to a later one, nor taken back", async () => {
      const { claims, distrust, since, first, status } = await loadFixture(trusted);
      await distrust(since + 1);
      for (const wrong of [since + 1, since + 2, 0]) {
        await expect(distrust(wrong))
          .to.be.revertedWithCustomError(claims, "DistrustInvalid")
          .withArgs(wrong, since + 1);
      }
      await distrust(1);
      expect(await status(first)).to.equal(Status.Distrusted);
      for (const wrong of [0, 1, since + 1]) {
        await expect(distrust(wrong)).to.be.revertedWithCustomError(claims, "DistrustInvalid").withArgs(wrong, 1);
      }
    });

    it("is from a moment that has come: not the future, and not no moment at all", async () => {
      const { claims, distrust, shijiazhuang, issuer } = await loadFixture(trusted);
      await expect(distrust(0)).to.be.revertedWithCustomError(claims, "DistrustInvalid").withArgs(0, 0);
      const distrustAt = async (now: number, since: number) => {
        await time.setNextBlockTimestamp(now);
        return claims.connect(shijiazhuang).distrust(SHIJIAZHUANG, issuer, since, [], { gasLimit: 5_000_000 });
      };
      const now = (await time.latest()) + 100;
      await expect(distrustAt(now, now + 1))
        .to.be.revertedWithCustomError(claims, "DistrustInvalid")
        .withArgs(now + 1, 0);
      await distrustAt(now + 1, now + 1);
    });

    it("is the controller's: not an issuer's, another city's, or an ancestor's of a city that can act", async () => {
      const { claims, distrust, since, issuer, hunan, hebei, stranger, tangshan } = await loadFixture(trusted);
      for (const [by, lineage] of [
        [issuer, []],
        [stranger, []],
        [hunan, []],
        [hunan, [HUNAN]],
        [hebei, []],
        [hebei, [HEBEI]],
        [tangshan, [SUCCESSOR]],
      ] as const) {
        await expect(distrust(since, by, [...lineage]))
          .to.be.revertedWithCustomError(claims, "NoStanding")
          .withArgs(by.address, SHIJIAZHUANG);
      }
    });

    it("needs the role alone, and of a city that cannot act is its ancestor's or successor's too", async () => {
      const world = await loadFixture(trusted);
      const { claims, manager, distrust, since, hebei, tangshan, suspendCity, retireInto } = world;
      await suspendCity();
      await manager.setTargetClosed(claims, true);
      await distrust(since + 1);
      await distrust(since, hebei, [HEBEI]);
      await manager.setTargetClosed(claims, false);
      await retireInto(SHIJIAZHUANG, SUCCESSOR);
      await distrust(since - 1, tangshan, [SUCCESSOR]);
      expect(await claims.distrustedSince(SHIJIAZHUANG, world.issuer)).to.equal(since - 1);
    });
  });
});
