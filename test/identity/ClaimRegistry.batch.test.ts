import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { keccak256, concat, ZeroHash } from "ethers";

import { issueUnder, roleOf } from "../../src/index.js";
import { blockOf, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { anchored, batchOver, type Claim, claimOf, entitle, neighbours, newBatch, Standing, Status } from "./claims.js";
import { contentOf, LICENCE, RESIDENT, TAX, termsOf, word, YEAR } from "./world.js";

describe("ClaimRegistry: batches", () => {
  const role = roleOf(SHIJIAZHUANG, issueUnder(Number(RESIDENT)));

  /** A batch of seven, anchored. */
  const seven = async () => {
    const world = await loadFixture(neighbours);
    const made = await anchored(world, 7);
    const claims = world.claims.connect(world.issuer);
    const statuses = async () => Promise.all(made.claims.map((_, position) => made.statusAt(position)));
    return { ...world, claims, made, statuses };
  };

  describe("anchoring", () => {
    it("makes all claims of the tree active, with one word and one root", async () => {
      const world = await loadFixture(neighbours);
      const { claims, issuer } = world;
      const made = await newBatch(world, 7);
      expect(await made.statusAt(3)).to.equal(Status.Unknown);
      expect(await claims.connect(issuer).anchor.staticCall(made.batch)).to.equal(made.id);
      const sent = claims.connect(issuer).anchor(made.batch);
      await expect(sent)
        .to.emit(claims, "BatchAnchored")
        .withArgs(made.id, role, issuer.address, 1n, 7n, made.tree.root);
      for (const [position, claim] of made.claims.entries()) {
        const proof = made.tree.getProof(position);
        expect(await claims.statusOf(claim, proof)).to.deep.equal([Status.Active, made.ids[position]]);
        expect((await claims.stateOf(made.ids[position]!)).exists).to.equal(false);
      }
      expect(await claims.stateOf(made.id)).to.deep.equal([
        true,
        Standing.Standing,
        SHIJIAZHUANG,
        RESIDENT,
        0n,
        7n,
        BigInt(await timeOf(sent)),
        BigInt(await blockOf(sent)),
      ]);
      expect(await claims.rootOf(made.id)).to.equal(made.tree.root);
    });

    it("uses a serial once, of one issuer: another's is another batch", async () => {
      const world = await loadFixture(seven);
      const { claims, made, issuer, officer, shijiazhuang } = world;
      const other = await newBatch(world, 3);
      for (const batch of [made.batch, other.batch]) {
        await expect(claims.anchor(batch))
          .to.be.revertedWithCustomError(claims, "SerialUsed")
          .withArgs(issuer.address, 1n);
      }
      await claims.revoke([made.id], 1, []);
      await expect(claims.anchor(other.batch)).to.be.revertedWithCustomError(claims, "SerialUsed");
      await entitle(world, shijiazhuang, SHIJIAZHUANG, officer);
      const theirs = await anchored(world, 3, { issuer: officer });
      expect(await theirs.statusAt(2)).to.equal(Status.Active);
      expect(await made.statusAt(2)).to.equal(Status.Revoked);
      const highest = await newBatch(world, 1);
      await claims.anchor({ ...highest.batch, serial: 2n ** 64n - 1n, count: 2n ** 32n - 1n });
    });

    it("wants a serial, a position and a root", async () => {
      const { claims, made } = await loadFixture(seven);
      for (const wrong of [{ serial: 0 }, { count: 0 }, { root: ZeroHash }]) {
        const batch = { ...made.batch, serial: 2, ...wrong };
        await expect(claims.anchor(batch))
          .to.be.revertedWithCustomError(claims, "BatchInvalid")
          .withArgs(batch.serial, batch.count, batch.root);
      }
    });
  });

  describe("proofs", () => {
    it("of a tree of one claim are empty; of any other an empty one is refused", async () => {
      const world = await loadFixture(seven);
      const { claims, made } = world;
      const single = await anchored(world, 1, { serial: 2 });
      expect(single.tree.root).to.equal(single.ids[0]);
      expect((await claims.statusOf(single.claims[0]!, [])).status).to.equal(Status.Active);
      expect((await claims.statusOf(single.claims[0]!, [word()])).status).to.equal(Status.Unknown);
      expect((await claims.statusOf(made.claims[0]!, [])).status).to.equal(Status.Unknown);
      expect((await claims.statusOf(made.claims[0]!, made.tree.getProof(1))).status).to.equal(Status.Unknown);
    });

    it("that stop at an inner node, or go through one, prove nothing: a claim is no node", async () => {
      const world = await loadFixture(seven);
      const { claims, made } = world;
      const leaf = made.ids[0]!;
      const [sibling, ...inner] = made.tree.getProof(0) as [string, ...string[]];
      const node = keccak256(BigInt(leaf) < BigInt(sibling) ? concat([leaf, sibling]) : concat([sibling, leaf]));
      expect(SimpleMerkleTree.verify(made.tree.root, node, inner)).to.equal(true); // the tree cannot tell it from a leaf
      // Whatever claim one writes down, its id is a digest of 66 bytes, and no node is.
      for (const disguise of [
        { root: leaf, subject: sibling },
        { subject: leaf, holder: sibling },
        { root: node, subject: node, holder: node },
      ]) {
        for (const proof of [inner, made.tree.getProof(0), []]) {
          const forged = { ...made.claims[0]!, ...disguise };
          expect((await claims.statusOf(forged, proof)).status).to.equal(Status.Unknown);
        }
      }
    });

    it("are of the very claim: whatever is changed in it is not in the batch", async () => {
      const world = await loadFixture(seven);
      const { claims, made, officer } = world;
      const claim = made.claims[2]!;
      const proof = made.tree.getProof(2);
      for (const change of [
        { root: word() },
        { subject: word() },
        { holder: word() },
        { validUntil: Number(claim.validUntil) + 1 },
        { validFrom: Number(claim.validFrom) - 1 },
        { position: 3 },
        { position: 7 },
        { position: 2 ** 32 - 1 },
        { serial: 2 },
        { serial: 0 },
        { issuer: officer.address },
        { city: HUNAN },
        { schema: TAX },
      ]) {
        expect((await claims.statusOf({ ...claim, ...change }, proof)).status).to.equal(Status.Unknown);
      }
      expect((await claims.statusOf(claim, proof)).status).to.equal(Status.Active);
    });
  });

  describe("what a corrupt issuer puts into the tree", () => {
    it("in the name of another issuer, city, schema, serial or position counts for nothing", async () => {
      const world = await loadFixture(neighbours);
      const { claims, issuer, officer, shijiazhuang } = world;
      await entitle(world, shijiazhuang, SHIJIAZHUANG, officer);
      await anchored(world, 7, { serial: 9, issuer: officer }); // the other has a batch of that serial too
      const terms = await termsOf();
      const honest = claimOf(issuer, terms, contentOf(), { serial: 9, position: 0 });
      const wrong: Partial<Claim>[] = [
        { issuer: officer.address },
        { city: HUNAN },
        { city: HEBEI },
        { schema: TAX },
        { serial: 8 },
        { serial: 0 }, // as if it were a single claim
        { position: 100 }, // beyond the count
        { position: 9 }, // the first one beyond
      ];
      const made = await batchOver(world, [
        honest,
        ...wrong.map((change, i) => ({ ...honest, position: i + 1, ...change })),
      ]);
      expect(made.batch.count).to.equal(9);
      await claims.connect(issuer).anchor(made.batch);
      expect(await made.statusAt(0)).to.equal(Status.Active);
      for (const i of wrong.keys()) expect(await made.statusAt(i + 1)).to.equal(Status.Unknown);
    });

    it("for longer than the schema allows, or ending before it begins, is unknown", async () => {
      const world = await loadFixture(neighbours);
      const now = await time.latest();
      const claims = await Promise.all(
        [
          [now - 10, now - 10 + YEAR],
          [now - 10, now - 9 + YEAR],
          [now - 10, 0],
          [now + 10, now + 10],
          [now + 10, now + 9],
        ].map(async ([validFrom, validUntil], position) =>
          claimOf(
            world.issuer,
            await termsOf(LICENCE, { validFrom: validFrom!, validUntil: validUntil! }),
            contentOf(),
            {
              serial: 1,
              position,
            },
          ),
        ),
      );
      const made = await batchOver(world, claims);
      await world.claims.connect(world.issuer).anchor(made.batch);
      expect(await made.statusAt(0)).to.equal(Status.Active);
      for (const position of [1, 2, 3, 4]) expect(await made.statusAt(position)).to.equal(Status.Unknown);
      const endless = await anchored(world, 2, { serial: 2, terms: { validUntil: 0 } });
      expect(await endless.statusAt(1)).to.equal(Status.Active);
    });

    it("at two places of the tree is one claim still: revoked at its position, it is revoked by every path", async () => {
      const world = await loadFixture(neighbours);
      const { claims, issuer } = world;
      const { claims: made, ids, batch, id } = await newBatch(world, 4);
      const tree = SimpleMerkleTree.of([ids[0]!, ids[1]!, ids[2]!, ids[1]!], { sortLeaves: false });
      await claims.connect(issuer).anchor({ ...batch, root: tree.root });
      await claims.connect(issuer).revokeAt(id, [1], 1, []);
      for (const place of [1, 3]) {
        expect((await claims.statusOf(made[1]!, tree.getProof(place))).status).to.equal(Status.Revoked);
        expect((await claims.statusOf({ ...made[1]!, position: 3 }, tree.getProof(place))).status).to.equal(
          Status.Unknown,
        );
      }
      expect((await claims.statusOf(made[2]!, tree.getProof(2))).status).to.equal(Status.Active);
    });

    it("a single claim of the same content is another claim", async () => {
      const world = await loadFixture(seven);
      const { claims, made } = world;
      const { city, schema, validFrom, validUntil, root, subject, holder } = made.claims[0]!;
      await claims.revokeAt(made.id, [0], 1, []);
      await claims.issue({ city, schema, validFrom, validUntil }, { root, subject, holder });
      expect(await made.statusAt(0)).to.equal(Status.Revoked);
    });
  });
});
