import { expect } from "chai";
import { concat, hexlify, keccak256, toUtf8Bytes, ZeroHash } from "ethers";

import { fieldLeaf } from "../../src/identity/commitment.js";
import { ethers, loadFixture } from "../world.js";
import { Status } from "./claims.js";
import {
  changed,
  disclose,
  issueTo,
  newPerson,
  present,
  Presented,
  presenting,
  presentHeld,
  type Sent,
  show,
  worthOf,
} from "./presentations.js";
import { word } from "./world.js";

describe("ClaimVerifier: fields", () => {
  /** A resident with a claim of five fields, one of three in a batch, and another person with a claim. */
  const resident = async () => {
    const world = await loadFixture(presenting);
    const person = await newPerson(world);
    const other = await newPerson(world);
    const held = await issueTo(world, [person], {
      values: { name: "王小明", born: "2001-02-03", city: "石家庄市", street: "中山路 1 号", sex: "1" },
    });
    const licence = await issueTo(world, [person], { serial: 1, values: { class: "C1", number: "", since: "2020" } });
    const theirs = await issueTo(world, [other]);
    return { ...world, person, other, held, licence, theirs };
  };
  type World = Awaited<ReturnType<typeof resident>>;

  const expectWorth = async (world: World, sent: Sent, status: bigint, index = 0n, claimStatus?: bigint) => {
    const found = await worthOf(world, sent);
    expect(found.slice(0, 2)).to.deep.equal([status, index]);
    if (claimStatus !== undefined) expect(found[2]).to.equal(claimStatus);
  };

  it("proves any subset of them, with one multiproof", async () => {
    const world = await loadFixture(resident);
    const { held, licence, verifier } = world;
    for (const one of [held, licence]) {
      const names = one.fields.map(({ name }) => name);
      for (let subset = 0; subset < 2 ** names.length; subset++) {
        const chosen = names.filter((_, i) => (subset >> i) & 1);
        const { fields, proof, proofFlags } = disclose(one, chosen);
        expect(fields).to.have.length(chosen.length);
        expect(await verifier.isDisclosed(one.tree.root, fields, proof, proofFlags)).to.equal(subset !== 0);
        if (subset % 7 === 0) {
          await expectWorth(world, await presentHeld(world, one, { names: chosen }), Presented.Valid);
        }
      }
    }
  });

  it("proves the one field of a claim that has no other, without any proof", async () => {
    const world = await loadFixture(resident);
    const sole = await issueTo(world, [world.person], { values: { name: "王小明" } });
    const sent = await presentHeld(world, sole);
    expect(sent.shown[0]!.proof).to.deep.equal([]);
    await expectWorth(world, sent, Presented.Valid);
  });

  it("refuses another name, salt or value, and an order that is not the proof's", async () => {
    const world = await loadFixture(resident);
    const { held } = world;
    const { proof, proofFlags, fields } = disclose(held, ["name", "born", "street"]);
    const [first, ...rest] = fields;
    for (const wrong of [
      [{ ...first!, name: "Name" }, ...rest],
      [{ ...first!, name: "" }, ...rest],
      [{ ...first!, salt: word() }, ...rest],
      [{ ...first!, value: hexlify(toUtf8Bytes("别人")) }, ...rest],
      [{ ...first!, value: "0x" }, ...rest],
      [{ ...first!, name: rest[0]!.name, value: rest[0]!.value }, ...rest],
      [...rest, first!],
      rest,
      [first!, first!, ...rest],
      [first!, ...rest, first!],
    ]) {
      const shown = { ...(await show(held, { names: [] })), fields: wrong, proof, proofFlags };
      const sent = await present(world, world.person, [{ shown, holder: held.parties[0]!.holder }]);
      await expectWorth(world, sent, Presented.FieldsNotProven, 0n, Status.Active);
    }
  });

  it("refuses a field twice, even where the tree holds it twice", async () => {
    const world = await loadFixture(resident);
    const { verifier } = world;
    const fields = [
      { name: "income", salt: word(), value: "0x01" },
      { name: "income", salt: word(), value: "0x02" },
    ];
    const leaves = fields.map(({ name, salt }, i) => fieldLeaf(name, salt, String.fromCharCode(i + 1)));
    const root = keccak256(concat(BigInt(leaves[0]!) < BigInt(leaves[1]!) ? leaves : leaves.toReversed()));
    expect(await verifier.processMultiProof(leaves, [], [true])).to.equal(root);
    expect(await verifier.isDisclosed(root, fields, [], [true])).to.equal(false);
    expect(await verifier.isDisclosed(root, [fields[0]!], [leaves[1]!], [false])).to.equal(true);
  });

  it("refuses proofs with too few or too many parts, which lead nowhere", async () => {
    const world = await loadFixture(resident);
    const { held, verifier } = world;
    const { root } = held.tree;
    const { fields, proof, proofFlags } = disclose(held, ["name", "city"]);
    for (const [wrongProof, wrongFlags] of [
      [[], proofFlags],
      [proof, []],
      [proof.slice(1), proofFlags],
      [[...proof, word()], proofFlags],
      [proof, [...proofFlags, false]],
      [
        [...proof, word()],
        [...proofFlags, false],
      ], // well formed, to another root
      [proof, proofFlags.map((flag) => !flag)],
      [[], []],
    ] as const) {
      expect(await verifier.isDisclosed(root, fields, [...wrongProof], [...wrongFlags])).to.equal(false);
    }
    await expect(verifier.processMultiProof([word(), word()], [], [])).to.be.revert(ethers);
    await expect(verifier.processMultiProof([], [], [true])).to.be.revert(ethers);
  });

  it("refuses a node of the tree in place of a field", async () => {
    const world = await loadFixture(resident);
    const { held, verifier } = world;
    const { name, salt, value } = held.fields[0]!;
    const leaf = fieldLeaf(name, salt, value);
    const [sibling, ...inner] = held.tree.getProof(leaf) as [string, ...string[]];
    const pair = BigInt(leaf) < BigInt(sibling) ? concat([leaf, sibling]) : concat([sibling, leaf]);
    const flags = inner.map(() => false);
    expect(await verifier.processMultiProof([keccak256(pair)], inner, flags)).to.equal(held.tree.root);
    for (const disguise of [
      { name: "", salt: leaf, value: sibling },
      { name: "", salt: ZeroHash, value: pair },
      { name: "name", salt: keccak256(pair), value: "0x" },
    ]) {
      expect(await verifier.isDisclosed(held.tree.root, [disguise], inner, flags)).to.equal(false);
    }
    expect(await verifier.isDisclosed(held.tree.root, [], [held.tree.root], [])).to.equal(false);
  });

  it("needs none: then a proof beside it says nothing", async () => {
    const world = await loadFixture(resident);
    const bare = await presentHeld(world, world.held, { names: [] });
    await expectWorth(world, bare, Presented.Valid);
    await expectWorth(world, changed(bare, { proof: [word()], proofFlags: [true] }), Presented.Valid);
  });

  it("are part of what is signed: a desk cannot show more, fewer or others to the next one", async () => {
    const world = await loadFixture(resident);
    const { held } = world;
    const sent = await presentHeld(world, held, { names: ["born", "city"] });
    for (const names of [["born"], ["born", "city", "sex"], ["name", "city"], []]) {
      await expectWorth(world, changed(sent, disclose(held, names)), Presented.HolderSignatureInvalid);
    }
  });
});
