import { secp256k1 } from "@noble/curves/secp256k1.js";
import { expect } from "chai";
import { concat, getBytes, hexlify, id as keccakOf, Signature } from "ethers";

import { issueUnder, roleOf } from "../../src/index.js";
import { domainOf, ISSUE_ORDER_TYPES } from "../../src/identity/typed-data.js";
import { ethers, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  anchored,
  anchorOrder,
  claimOf,
  type Content,
  entitle,
  idOf,
  issueOrder,
  newBatch,
  type Order,
  Status,
  type Terms,
} from "./claims.js";
import { contentOf, identityWorld, newKey, RESIDENT, schemaTerms, TAX, termsOf, word } from "./world.js";

const ORDER = secp256k1.Point.Fn.ORDER;

/** The other signature that the same curve point makes. */
function malleated(signature: string): string {
  const { r, s, v } = Signature.from(signature);
  return concat([r, `0x${(ORDER - BigInt(s)).toString(16).padStart(64, "0")}`, v === 27 ? "0x1c" : "0x1b"]);
}

describe("ClaimRegistry: orders", () => {
  const role = roleOf(SHIJIAZHUANG, issueUnder(Number(RESIDENT)));

  /** An order of three claims by the issuer, who signs off line. */
  const ordered = async () => {
    const world = await loadFixture(identityWorld);
    const terms = await termsOf();
    const contents: Content[] = [contentOf(), contentOf(), contentOf()];
    const made = contents.map((content) => claimOf(world.issuer, terms, content));
    const ids = await Promise.all(made.map((claim) => idOf(world, claim)));
    const order = await issueOrder(world, world.issuer, world.issuer.address, ids);
    const claims = world.claims.connect(world.stranger); // whoever relays
    const statuses = async () => Promise.all(made.map(async (claim) => (await claims.statusOf(claim, [])).status));
    const refusesOrder = async (by: Order, over = contents, under: Terms = terms) => {
      await expect(claims.relay(under, over, by))
        .to.be.revertedWithCustomError(claims, "OrderInvalid")
        .withArgs(by.issuer);
    };
    return { ...world, claims, terms, contents, made, ids, order, statuses, refusesOrder };
  };

  describe("to issue", () => {
    it("are relayed by anyone, and issue all of their claims in the officer's name", async () => {
      const { claims, terms, contents, order, statuses, ids, issuer } = await loadFixture(ordered);
      expect(await claims.relay.staticCall(terms, contents, order)).to.equal(3n);
      const sent = claims.relay(terms, contents, order);
      for (const [i, { root, subject, holder }] of contents.entries()) {
        await expect(sent)
          .to.emit(claims, "ClaimIssued")
          .withArgs(ids[i], role, issuer.address, terms.validFrom, terms.validUntil, root, subject, holder);
      }
      expect(await statuses()).to.deep.equal([Status.Active, Status.Active, Status.Active]);
    });

    it("issue the rest where one was relayed or issued already, and nothing a second time", async () => {
      const { claims, terms, contents, order, statuses, issuer } = await loadFixture(ordered);
      await claims.connect(issuer).issue(terms, contents[1]!);
      expect(await claims.relay.staticCall(terms, contents, order)).to.equal(2n);
      await claims.relay(terms, contents, order);
      expect(await statuses()).to.deep.equal([Status.Active, Status.Active, Status.Active]);
      expect(await claims.relay.staticCall(terms, contents, order)).to.equal(0n);
      await expect(claims.relay(terms, contents, order)).not.to.emit(claims, "ClaimIssued");
    });

    it("of one claim are refused where it exists", async () => {
      const world = await loadFixture(ordered);
      const { claims, terms, contents, ids, issuer } = world;
      const one = await issueOrder(world, issuer, issuer.address, [ids[0]!]);
      await claims.relay(terms, [contents[0]!], one);
      await expect(claims.relay(terms, [contents[0]!], one))
        .to.be.revertedWithCustomError(claims, "ClaimExists")
        .withArgs(ids[0]);
    });

    it("are of these claims in this order, all of them", async () => {
      const { terms, contents, order, refusesOrder } = await loadFixture(ordered);
      const [first, second, third] = contents as [Content, Content, Content];
      await refusesOrder(order, [first, second]);
      await refusesOrder(order, [second, first, third]);
      await refusesOrder(order, [first, second, third, contentOf()]);
      await refusesOrder(order, [first, second, { ...third, holder: word() }]);
      await refusesOrder(order, contents, { ...terms, city: SHIJIAZHUANG, schema: TAX });
      await refusesOrder(order, contents, { ...terms, validUntil: Number(terms.validUntil) + 1 });
    });

    it("of nothing are refused", async () => {
      const world = await loadFixture(ordered);
      const { claims, terms, issuer } = world;
      const nothing = await issueOrder(world, issuer, issuer.address, []);
      await expect(claims.relay(terms, [], nothing)).to.be.revertedWithCustomError(claims, "Empty");
    });

    it("are good until their deadline, which is signed", async () => {
      const world = await loadFixture(ordered);
      const { claims, terms, contents, ids, issuer, refusesOrder } = world;
      const deadline = (await time.latest()) + 1000;
      const order = await issueOrder(world, issuer, issuer.address, ids, deadline);
      await refusesOrder({ ...order, deadline: deadline + 1 });
      await time.setNextBlockTimestamp(deadline + 1);
      await expect(claims.relay(terms, contents, order, { gasLimit: 5_000_000 }))
        .to.be.revertedWithCustomError(claims, "OrderExpired")
        .withArgs(deadline);
      const last = await issueOrder(world, issuer, issuer.address, ids, deadline + 10);
      await time.setNextBlockTimestamp(deadline + 10);
      await claims.relay(terms, contents, last, { gasLimit: 5_000_000 });
      expect(await time.latest()).to.equal(deadline + 10);
    });

    it("are not those of another chain, or of another contract of the same name", async () => {
      const world = await loadFixture(ordered);
      const { claims, manager, terms, contents, ids, order, issuer, refusesOrder } = world;
      const { chainId } = await ethers.provider.getNetwork();
      const value = { claims: ids, deadline: order.deadline };
      const elsewhere = await domainOf({ ...world, chainId: chainId + 1n }, "claims");
      await refusesOrder({ ...order, signature: await issuer.signTypedData(elsewhere, ISSUE_ORDER_TYPES, value) });
      const verifier = await domainOf({ ...world, chainId }, "consents");
      await refusesOrder({ ...order, signature: await issuer.signTypedData(verifier, ISSUE_ORDER_TYPES, value) });

      const twin = await ethers.deployContract("ClaimRegistry", [manager]);
      await twin.connect(world.china).getFunction("createSchema")(schemaTerms());
      await expect(twin.getFunction("relay")(terms, contents, order)).to.be.revertedWithCustomError(
        claims,
        "OrderInvalid",
      );
      await claims.relay(terms, contents, order);
    });

    it("are the issuer's: not another officer's, nor a signature over anything else", async () => {
      const world = await loadFixture(ordered);
      const { order, ids, officer, shijiazhuang, issuer, refusesOrder, contents, terms } = world;
      await entitle(world, shijiazhuang, SHIJIAZHUANG, officer);
      await refusesOrder(await issueOrder(world, officer, issuer.address, ids));
      await refusesOrder({ ...order, issuer: officer.address });
      await refusesOrder({ ...order, signature: "0x" });
      await refusesOrder({ ...order, signature: word() });
      await refusesOrder({ ...order, signature: `${order.signature as string}00` });
      await refusesOrder({ ...order, signature: await issuer.signMessage(getBytes(ids[0]!)) });
      // An order for a batch is none for claims, whatever its numbers.
      const batch = { city: SHIJIAZHUANG, schema: RESIDENT, serial: 1, count: 1, root: ids[0]! };
      await refusesOrder(await anchorOrder(world, issuer, issuer.address, batch), contents, terms);
    });

    it("of nobody are refused", async () => {
      const { claims, manager, terms, contents, order } = await loadFixture(ordered);
      await expect(
        claims.relay(terms, contents, { ...order, issuer: ethers.ZeroAddress }),
      ).to.be.revertedWithCustomError(manager, "CityUnauthorized");
    });

    it("ask the guard about the officer now: one dismissed since, or whose role went to another account", async () => {
      const world = await loadFixture(ordered);
      const { claims, manager, terms, contents, order, ids, issuer, officer, shijiazhuang, refusesOrder } = world;
      await manager.connect(shijiazhuang).revokeRole(role, issuer);
      await expect(claims.relay(terms, contents, order))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(issuer.address, SHIJIAZHUANG, issueUnder(Number(RESIDENT)));
      await manager.connect(shijiazhuang).grantRole(role, officer, 0); // the officer's new account
      await refusesOrder({ ...order, issuer: officer.address });
      await refusesOrder(await issueOrder(world, issuer, officer.address, ids));
      // What the new account signs are claims of its own.
      const own = contents.map((content) => claimOf(officer, terms, content));
      const ownIds = await Promise.all(own.map((claim) => idOf(world, claim)));
      await claims.relay(terms, contents, await issueOrder(world, officer, officer.address, ownIds));
      expect(await world.statuses()).to.deep.equal([Status.Unknown, Status.Unknown, Status.Unknown]);
      expect((await claims.statusOf(own[0]!, [])).status).to.equal(Status.Active);
    });

    it("are good of an issuer entitled later than the claims were signed", async () => {
      const world = await loadFixture(ordered);
      const { claims, manager, terms, contents, officer, shijiazhuang } = world;
      const ids = await Promise.all(contents.map((content) => idOf(world, claimOf(officer, terms, content))));
      const order = await issueOrder(world, officer, officer.address, ids);
      await expect(claims.relay(terms, contents, order)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      await manager.connect(shijiazhuang).grantRole(role, officer, 0);
      await claims.relay(terms, contents, order);
      expect((await claims.stateOf(ids[0]!)).issuedAt).to.equal(BigInt(await time.latest()));
    });

    it("are refused for a suspended city, in a closed contract, and for another city", async () => {
      const world = await loadFixture(ordered);
      const { claims, manager, registry, hebei, terms, contents, order } = world;
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(claims.relay(terms, contents, order)).to.be.revertedWithCustomError(manager, "CityNotActive");
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await manager.setTargetClosed(claims, true);
      await expect(claims.relay(terms, contents, order)).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(claims, false);
      await expect(claims.relay({ ...terms, city: HUNAN }, contents, order)).to.be.revertedWithCustomError(
        manager,
        "CityUnauthorized",
      );
    });
  });

  describe("and their signatures", () => {
    it("malleated, are refused: nothing is issued with one, and nothing revived", async () => {
      const world = await loadFixture(ordered);
      const { claims, terms, contents, order, ids, issuer, statuses, refusesOrder } = world;
      const twisted = { ...order, signature: malleated(order.signature as string) };
      const digest = await world.digest("claims", ISSUE_ORDER_TYPES, { claims: ids, deadline: order.deadline });
      expect(recovers(digest, twisted.signature)).to.equal(issuer.address); // to the curve it is as good as the other
      await refusesOrder(twisted);
      await claims.relay(terms, contents, order);
      await claims.connect(issuer).revoke(ids, 7, []);
      await refusesOrder(twisted);
      const { r, yParityAndS } = Signature.from(order.signature as string);
      await refusesOrder({ ...order, signature: concat([r, yParityAndS]) }); // ERC-2098
      expect(await statuses()).to.deep.equal([Status.Revoked, Status.Revoked, Status.Revoked]);
    });

    it("a second true one over the same claims issues nothing again and revives nothing: a decoy", async () => {
      const world = await loadFixture(ordered);
      const { claims, manager, terms, contents, shijiazhuang } = world;
      const secret = getBytes(word());
      const key = new ethers.Wallet(hexlify(secret));
      await manager.connect(shijiazhuang).grantRole(role, key, 0);
      const made = contents.map((content) => claimOf(key.address, terms, content));
      const ids = await Promise.all(made.map((claim) => idOf(world, claim)));
      const orderOf = async (claimIds: string[], deadline: number) => {
        const digest = await world.digest("claims", ISSUE_ORDER_TYPES, { claims: claimIds, deadline });
        const raw = secp256k1.sign(getBytes(digest), secret, {
          prehash: false,
          lowS: true,
          extraEntropy: true,
          format: "recovered",
        });
        const signature = concat([raw.slice(1), raw[0] === 0 ? "0x1b" : "0x1c"]);
        return { issuer: key.address, deadline, signature };
      };
      const [first, decoy] = [await orderOf(ids, 4e9), await orderOf(ids, 4e9)];
      expect(first.signature).to.not.equal(decoy.signature);
      await claims.relay(terms, contents, first);
      expect(await claims.relay.staticCall(terms, contents, decoy)).to.equal(0n);
      await manager.connect(shijiazhuang).grantRole(role, world.officer, 0);
      await claims.connect(world.officer).revoke(ids, 1, []);
      const later = await orderOf(ids, 4e9 + 1); // and another order over them
      for (const order of [first, decoy, later]) {
        await claims.relay(terms, contents, order);
        for (const claim of made) expect((await claims.statusOf(claim, [])).status).to.equal(Status.Revoked);
      }
      await expect(claims.relay(terms, [contents[0]!], await orderOf([ids[0]!], 4e9))).to.be.revertedWithCustomError(
        claims,
        "ClaimExists",
      );
    });

    it("may be those of an ERC-1271 contract, as long as that accepts them", async () => {
      const world = await loadFixture(ordered);
      const { claims, terms, contents, shijiazhuang, officer, issuer, refusesOrder } = world;
      const wallet = await (await ethers.deployContract("ControllerWallet", [officer])).getAddress();
      await entitle(world, shijiazhuang, SHIJIAZHUANG, wallet);
      const made = contents.map((content) => claimOf(wallet, terms, content));
      const ids = await Promise.all(made.map((claim) => idOf(world, claim)));
      const order = await issueOrder(world, officer, wallet, ids);
      await refusesOrder(await issueOrder(world, issuer, wallet, ids));
      await refusesOrder({ ...order, signature: malleated(order.signature as string) });
      await claims.relay(terms, contents, order);
      expect((await claims.statusOf(made[0]!, [])).status).to.equal(Status.Active);
      const { batch } = await newBatch(world, 2);
      await expect(
        claims.relayAnchor(batch, { ...(await anchorOrder(world, officer, officer.address, batch)), issuer: wallet }),
      ).to.be.revertedWithCustomError(claims, "OrderInvalid"); // the owner's own order is not the wallet's
      await claims.relayAnchor(batch, await anchorOrder(world, officer, wallet, batch));
      expect((await claims.stateOf(await claims.batchOf(wallet, 1))).exists).to.equal(true);
    });
  });

  describe("to anchor", () => {
    it("are relayed by anyone, once", async () => {
      const world = await loadFixture(ordered);
      const { claims, issuer } = world;
      const made = await newBatch(world, 5);
      const order = await anchorOrder(world, issuer, issuer.address, made.batch);
      expect(await claims.relayAnchor.staticCall(made.batch, order)).to.equal(made.id);
      await expect(claims.relayAnchor(made.batch, order))
        .to.emit(claims, "BatchAnchored")
        .withArgs(made.id, role, issuer.address, 1n, 5n, made.tree.root);
      expect(await made.statusAt(4)).to.equal(Status.Active);
      await expect(claims.relayAnchor(made.batch, order))
        .to.be.revertedWithCustomError(claims, "SerialUsed")
        .withArgs(issuer.address, 1n);
      await claims.connect(issuer).revoke([made.id], 1, []);
      await expect(claims.relayAnchor(made.batch, order)).to.be.revertedWithCustomError(claims, "SerialUsed");
      expect(await made.statusAt(4)).to.equal(Status.Revoked);
    });

    it("are of this batch: each member is signed", async () => {
      const world = await loadFixture(ordered);
      const { claims, issuer, officer, shijiazhuang, hunan } = world;
      await entitle(world, shijiazhuang, SHIJIAZHUANG, officer);
      await entitle(world, hunan, HUNAN, issuer);
      const { batch } = await newBatch(world, 2);
      const order = await anchorOrder(world, issuer, issuer.address, batch);
      for (const change of [
        { city: HUNAN },
        { schema: TAX },
        { serial: 2 },
        { count: 3 },
        { root: keccakOf("another") },
      ]) {
        await expect(claims.relayAnchor({ ...batch, ...change }, order))
          .to.be.revertedWithCustomError(claims, "OrderInvalid")
          .withArgs(issuer.address);
      }
      for (const other of [
        { ...order, issuer: officer.address },
        { ...order, deadline: Number(order.deadline) + 1 },
        { ...order, signature: malleated(order.signature as string) },
        await anchorOrder(world, newKey(), issuer.address, batch),
        await issueOrder(world, issuer, issuer.address, [batch.root as string]),
      ]) {
        await expect(claims.relayAnchor(batch, other)).to.be.revertedWithCustomError(claims, "OrderInvalid");
      }
    });

    it("are refused after their deadline, of a dismissed officer, and of a serial the officer used", async () => {
      const world = await loadFixture(ordered);
      const { claims, manager, issuer, shijiazhuang } = world;
      const { batch } = await newBatch(world, 2);
      const late = await anchorOrder(world, issuer, issuer.address, batch, await time.latest());
      await expect(claims.relayAnchor(batch, late))
        .to.be.revertedWithCustomError(claims, "OrderExpired")
        .withArgs(late.deadline);
      await anchored(world, 3); // under serial 1, by the officer's own hand
      const order = await anchorOrder(world, issuer, issuer.address, batch);
      await expect(claims.relayAnchor(batch, order)).to.be.revertedWithCustomError(claims, "SerialUsed");
      const second = (await newBatch(world, 2, { serial: 2 })).batch;
      const good = await anchorOrder(world, issuer, issuer.address, second);
      await manager.connect(shijiazhuang).revokeRole(role, issuer);
      await expect(claims.relayAnchor(second, good)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
    });
  });
});

function recovers(digest: string, signature: string): string {
  const bytes = getBytes(signature);
  const recovered = secp256k1.recoverPublicKey(
    new Uint8Array([bytes[64] === 27 ? 0 : 1, ...bytes.slice(0, 64)]),
    getBytes(digest),
    { prehash: false },
  );
  return ethers.computeAddress(hexlify(recovered));
}
