import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { concat, getBytes, id, keccak256 } from "ethers";

import { IdTree } from "../../src/common/batch-tree.js";
import { identityWorld, RESIDENT, SCHEMAS, termsOf, word } from "../identity/world.js";
import { loadFixture } from "../world.js";

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => id(`claim ${i}`));
const hash = (left: string, right: string) => keccak256(left < right ? concat([left, right]) : concat([right, left]));

describe("the tree of a batch", () => {
  it("proves every claim, at its place, as OpenZeppelin verifies it, for any number of claims", () => {
    for (const count of [...Array.from({ length: 20 }, (_, i) => i + 1), 31, 32, 33, 100, 1023, 1025]) {
      const ids = idsOf(count);
      const tree = IdTree.of(ids);
      expect(tree.count).to.equal(count);
      for (const [position, one] of ids.entries()) {
        if (count > 100 && position % 97 !== 0 && position !== count - 1) continue;
        expect(tree.id(position)).to.equal(one);
        const proof = tree.proof(position);
        expect(SimpleMerkleTree.verify(tree.root, one, proof), `${position} of ${count}`).to.equal(true);
        expect(SimpleMerkleTree.verify(tree.root, id("another"), proof)).to.equal(false);
        if (count > 1) expect(SimpleMerkleTree.verify(tree.root, ids[(position + 1) % count]!, proof)).to.equal(false);
      }
    }
  });

  it("is the plain tree: pairs by order, a last node alone goes up", () => {
    const [a, b, c, d, e] = idsOf(5) as [string, string, string, string, string];
    expect(IdTree.of([a]).root).to.equal(a);
    expect(IdTree.of([a]).proof(0)).to.deep.equal([]);
    expect(IdTree.of([a, b, c]).root).to.equal(hash(hash(a, b), c));
    const tree = IdTree.of([a, b, c, d, e]);
    expect(tree.root).to.equal(hash(hash(hash(a, b), hash(c, d)), e));
    expect(tree.proof(2)).to.deep.equal([d, hash(a, b), e]);
    expect(tree.proof(4)).to.deep.equal([hash(hash(a, b), hash(c, d))]);
  });

  it("is the same from hex, from bytes, from a row, and with another keccak", () => {
    const ids = idsOf(2500); // more than it makes room for at first
    const { root } = IdTree.of(ids);
    expect(IdTree.of(ids.map((one) => getBytes(one))).root).to.equal(root);
    const row = getBytes(concat(ids));
    expect(IdTree.ofRow(row).root).to.equal(root);
    const shared = new Uint8Array(32);
    const reusing = (pair: Uint8Array) => {
      shared.set(getBytes(keccak256(pair)));
      return shared;
    };
    expect(IdTree.ofRow(row, reusing).root).to.equal(root);
  });

  it("depends on the order of the claims", () => {
    const ids = idsOf(5);
    expect(IdTree.of(ids.toReversed()).root).not.to.equal(IdTree.of(ids).root);
  });

  it("refuses what is no batch, no id, or no position", () => {
    expect(() => IdTree.of([])).to.throw(RangeError, "at least one record");
    expect(() => IdTree.ofRow(new Uint8Array())).to.throw(RangeError, "at least one record");
    expect(() => IdTree.of(["0x1234"])).to.throw(RangeError, "an id has 32 bytes; this has 2");
    expect(() => IdTree.ofRow(new Uint8Array(33))).to.throw(RangeError, "these are 33 bytes");
    const tree = IdTree.of(idsOf(3));
    for (const position of [-1, 3, 0.5, NaN]) {
      const message = `the batch has positions from 0 to 2; there is no ${position}`;
      expect(() => tree.proof(position)).to.throw(RangeError, message);
      expect(() => tree.id(position)).to.throw(RangeError, message);
    }
  });

  it("proves to the registry, which finds each claim in its batch, and none at another's place", async () => {
    const { claims, issuer } = await loadFixture(identityWorld);
    expect(SCHEMAS).to.include(RESIDENT);
    const terms = await termsOf();
    const make = (position: number) => ({
      ...{ issuer: issuer.address, ...terms, serial: 9, position },
      ...{ root: word(), subject: word(), holder: word() },
    });
    const batch = Array.from({ length: 11 }, (_, position) => make(position));
    const tree = IdTree.of(await Promise.all(batch.map((claim) => claims.idOf(claim))));
    const { city, schema } = terms;
    await claims.connect(issuer).anchor({ city, schema, serial: 9, count: 11, root: tree.root });
    for (const [position, claim] of batch.entries()) {
      expect((await claims.statusOf(claim, tree.proof(position))).status).to.equal(2n); // Active
      expect(
        (await claims.statusOf({ ...claim, position: (position + 1) % 11 }, tree.proof(position))).status,
      ).to.equal(0n);
      expect((await claims.statusOf(claim, tree.proof((position + 1) % 11))).status).to.equal(0n);
    }
  });
});
