import { expect } from "chai";
import { TypedDataEncoder, ZeroAddress, ZeroHash } from "ethers";

import { IDENTITY, roleOf } from "../../src/index.js";
import { holderCommitment } from "../../src/identity/commitment.js";
import { CONSENT_TYPES, domainOf } from "../../src/identity/typed-data.js";
import { blockOf, CHINA, ethers, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  anchorFor,
  ClaimStatus,
  type Consent,
  consentOf,
  consentWorld,
  FILE,
  issueTo,
  issueToTwo,
  Status,
} from "./consent-world.js";
import { contentOf, MARRIAGE, newKey, RESIDENT, TAX, termsOf, word } from "./world.js";

const SUSPENDED_BY = 1;

describe("ConsentRegistry", () => {
  describe("giving", () => {
    it("records what the holder key signed, relayed by anyone, under the digest of the consent", async () => {
      const { consents, claims, consent, key, give, status, digest } = await loadFixture(consentWorld);
      const id = await digest("consents", CONSENT_TYPES, consent);
      expect(await consents.idOf(consent)).to.equal(id);
      expect(await status(consent)).to.equal(Status.Unknown);
      const given = give(key, consent);
      await expect(given).to.emit(consents, "ConsentGiven").withArgs(id, HUNAN, ZeroAddress, Object.values(consent));
      const { status: now, id: same } = await consents.statusOf(consent);
      expect([now, same]).to.deep.equal([Status.Active, id]);
      expect(Array.from(await consents.stateOf(id))).to.deep.equal([
        true,
        false,
        false,
        0n,
        BigInt(await blockOf(given)),
      ]);
      expect(await consents.claims()).to.equal(await claims.getAddress());
    });

    it("takes a phone's key", async () => {
      const world = await loadFixture(consentWorld);
      const phone = world.newPhone();
      const held = await issueTo(world, phone);
      const consent = consentOf(phone, held);
      await world.give(phone, consent);
      await world.use(consent, held);
      expect(await world.status(consent)).to.equal(Status.Exhausted);
    });

    it("binds every member of the consent", async () => {
      const { consents, key, held, consent, digest } = await loadFixture(consentWorld);
      const others: Partial<Consent>[] = [
        { holder: newKey().signer },
        { claim: word() },
        { schema: TAX },
        { provider: HUNAN },
        { scope: word() },
        { purpose: word() },
        { granteeCity: CHINA },
        { granteeCapability: 9 },
        { grantee: key.signer },
        { validFrom: 5 },
        { validUntil: 5 },
        { uses: 5 },
        { deadline: 5 },
      ];
      expect(others.length).to.equal(Object.keys(consent).length);
      const ids = new Set([await consents.idOf(consent)]);
      for (const changes of others) {
        const other = { ...consentOf(key, held), ...consent, ...changes };
        const id = await consents.idOf(other);
        expect(id).to.equal(await digest("consents", CONSENT_TYPES, other));
        ids.add(id);
      }
      expect(ids.size).to.equal(1 + others.length);
    });

    it("refuses terms without one grantee, a period or a use", async () => {
      const { consents, key, held, give, desk } = await loadFixture(consentWorld);
      for (const changes of [
        { granteeCity: 0 },
        { grantee: desk.address },
        { uses: 0 },
        { validFrom: 7, validUntil: 7 },
      ]) {
        await expect(give(key, consentOf(key, held, changes))).to.be.revertedWithCustomError(
          consents,
          "ConsentInvalid",
        );
      }
    });

    it("refuses it a second time, and after its deadline, but not in its last second", async () => {
      const { consents, key, held, consent, give } = await loadFixture(consentWorld);
      await give(key, consent);
      await expect(give(key, consent))
        .to.be.revertedWithCustomError(consents, "ConsentKnown")
        .withArgs(await consents.idOf(consent));

      const deadline = (await time.latest()) + 100;
      const late = consentOf(key, held, { deadline });
      await time.setNextBlockTimestamp(deadline + 1);
      await expect(give(key, late)).to.be.revertedWithCustomError(consents, "OrderExpired").withArgs(deadline);
      const next = deadline + 50;
      const just = consentOf(key, held, { deadline: next });
      await time.setNextBlockTimestamp(next);
      await give(key, just);
    });

    it("refuses a signature of another key, of another thing, for another chain or another contract", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, manager, claims, consent, key, signConsent, signWithdrawal } = world;
      const domain = await domainOf({ ...world, chainId: 31337n }, "consents");
      const second = await ethers.deployContract("ConsentRegistry", [
        await manager.getAddress(),
        await claims.getAddress(),
      ]);
      const elsewhere = { ...domain, verifyingContract: await second.getAddress() };
      const digestIn = (where: typeof domain) => TypedDataEncoder.hash(where, CONSENT_TYPES, consent);
      const good = await signConsent(key, consent);
      expect(good).to.equal(key.sign(digestIn(domain)));
      for (const signature of [
        await signConsent(newKey(), consent),
        await signConsent(key, { ...consent, uses: 2 }),
        await signWithdrawal(key, consent),
        await key.sign(digestIn({ ...domain, chainId: 1n })),
        await key.sign(digestIn(elsewhere)),
        `${good}00`,
        "0x",
      ]) {
        await expect(consents.give(consent, signature))
          .to.be.revertedWithCustomError(consents, "SignatureInvalid")
          .withArgs(consent.holder);
      }
      await expect(second.getFunction("give")(consent, good)).to.be.revertedWithCustomError(second, "SignatureInvalid");
      await consents.give(consent, good);
    });

    it("refuses a holder key that has consented for another claim or schema", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, key, held, consent, give } = world;
      await give(key, consent);
      await give(key, consentOf(key, held)); // another consent for the same claim
      const schemaWide = consentOf(key, held, { claim: ZeroHash });
      for (const other of [consentOf(key, await issueTo(world, key)), schemaWide]) {
        await expect(give(key, other))
          .to.be.revertedWithCustomError(consents, "HolderKeyReused")
          .withArgs(consent.holder);
      }

      const wide = newKey();
      await give(wide, { ...schemaWide, holder: wide.signer });
      await give(wide, { ...schemaWide, holder: wide.signer, uses: 9 });
      for (const changes of [{ schema: TAX }, { claim: held.id }]) {
        await expect(give(wide, { ...schemaWide, holder: wide.signer, ...changes })).to.be.revertedWithCustomError(
          consents,
          "HolderKeyReused",
        );
      }
    });

    it("refuses it in a closed contract", async () => {
      const { consents, manager, key, consent, give } = await loadFixture(consentWorld);
      await manager.setTargetClosed(consents, true);
      await expect(give(key, consent)).to.be.revertedWithCustomError(manager, "ContractClosed");
    });
  });

  describe("using", () => {
    it("leaves receipts that chain, until it is used up", async () => {
      const { consents, desk, key, held, give, use, status } = await loadFixture(consentWorld);
      const consent = consentOf(key, held, { uses: 2 });
      const id = await consents.idOf(consent);
      const given = await blockOf(give(key, consent));
      expect(await consents.connect(desk).use.staticCall(consent, held, consent.purpose, FILE)).to.equal(1n);
      const first = use(consent, held);
      await expect(first).to.emit(consents, "ConsentUsed").withArgs(id, desk.address, 1, held.id, FILE, given);
      const second = use(consent, held);
      await expect(second)
        .to.emit(consents, "ConsentUsed")
        .withArgs(id, desk.address, 2, held.id, FILE, await blockOf(first));
      expect(await status(consent)).to.equal(Status.Exhausted);
      await expect(use(consent, held))
        .to.be.revertedWithCustomError(consents, "ConsentNotReady")
        .withArgs(id, Status.Exhausted);
      const receipts = await consents.queryFilter(consents.filters.ConsentUsed(id));
      expect(receipts.map(({ args }) => args.use)).to.deep.equal([1n, 2n]);
      const state = await consents.stateOf(id);
      expect([state.used, state.changedIn]).to.deep.equal([2n, BigInt(await blockOf(second))]);
    });

    it("is the role's, under the guard", async () => {
      const { consents, manager, registry, desk, china, hunan, stranger, key, held, consent, give, use } =
        await loadFixture(consentWorld);
      await give(key, consent);
      for (const by of [stranger, hunan, china]) {
        await expect(use(consent, held, by)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      }
      await registry.connect(china).suspend(HUNAN, SUSPENDED_BY);
      await expect(use(consent, held)).to.be.revertedWithCustomError(manager, "CityNotActive");
      await registry.connect(china).reinstate(HUNAN);
      await manager.setTargetClosed(consents, true);
      await expect(use(consent, held)).to.be.revertedWithCustomError(manager, "ContractClosed");
      await manager.setTargetClosed(consents, false);
      await manager.connect(hunan).revokeRole(roleOf(HUNAN, IDENTITY), desk);
      await expect(use(consent, held)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
    });

    it("is the account's alone, while the contract is open", async () => {
      const { consents, manager, desk, officer, key, held, give, use } = await loadFixture(consentWorld);
      const consent = consentOf(key, held, { granteeCity: 0, granteeCapability: 0, grantee: officer.address, uses: 2 });
      await expect(give(key, consent))
        .to.emit(consents, "ConsentGiven")
        .withArgs(await consents.idOf(consent), 0, officer.address, Object.values(consent));
      await expect(use(consent, held, desk))
        .to.be.revertedWithCustomError(consents, "NotGrantee")
        .withArgs(desk.address);
      await use(consent, held, officer);
      await manager.setTargetClosed(consents, true);
      await expect(use(consent, held, officer)).to.be.revertedWithCustomError(manager, "ContractClosed");
    });

    it("is refused before and after the period, to the second", async () => {
      const { consents, key, held, give, use, status } = await loadFixture(consentWorld);
      const now = await time.latest();
      const consent = consentOf(key, held, { validFrom: now + 100, validUntil: now + 200, uses: 9 });
      const id = await consents.idOf(consent);
      await give(key, consent);
      const refused = async (at: number, why: bigint) => {
        await time.setNextBlockTimestamp(at);
        await expect(use(consent, held)).to.be.revertedWithCustomError(consents, "ConsentNotReady").withArgs(id, why);
      };
      await refused(now + 99, Status.NotYetValid);
      await time.setNextBlockTimestamp(now + 100);
      await use(consent, held);
      await time.setNextBlockTimestamp(now + 199);
      await use(consent, held);
      await refused(now + 200, Status.Expired);
      await time.increaseTo(now + 200);
      expect(await status(consent)).to.equal(Status.Expired);
    });

    it("is refused if it was never given, or is for another purpose", async () => {
      const { consents, desk, key, held, consent, give, use } = await loadFixture(consentWorld);
      const id = await consents.idOf(consent);
      await expect(use(consent, held))
        .to.be.revertedWithCustomError(consents, "ConsentNotReady")
        .withArgs(id, Status.Unknown);
      await give(key, consent);
      const purpose = word();
      await expect(consents.connect(desk).use(consent, held, purpose, FILE))
        .to.be.revertedWithCustomError(consents, "PurposeDiffers")
        .withArgs(id, purpose);
    });

    it("is refused with another claim, schema, holder salt, holder key or party", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, key, held, consent, give, use } = world;
      await give(key, consent);
      const differs = async (of: Consent, used: typeof held) =>
        expect(use(of, used))
          .to.be.revertedWithCustomError(consents, "ClaimDiffers")
          .withArgs(await consents.idOf(of), used.id);
      await differs(consent, await issueTo(world, key));
      await differs(consent, { ...held, holderSalt: word() });
      await differs(consent, { ...held, party: 1 });

      const wide = newKey();
      const consentForAll = consentOf(wide, held, { claim: ZeroHash });
      await give(wide, consentForAll);
      await differs(consentForAll, held); // of another holder key
      await differs(consentForAll, await issueTo(world, wide, TAX));

      const misnamed = newKey();
      const own = await issueTo(world, misnamed);
      const wrongSchema = consentOf(misnamed, own, { schema: 4n });
      await give(misnamed, wrongSchema);
      await differs(wrongSchema, own);
      await use(consent, held);
      await use(consentForAll, await issueTo(world, wide));
    });

    it("is refused with a claim that is not active", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, claims, issuer, shijiazhuang, key, held, give, use } = world;
      const consent = consentOf(key, held, { uses: 9 });
      await give(key, consent);
      const refused = async (status: bigint, id = held.id) =>
        expect(use(consent, held)).to.be.revertedWithCustomError(consents, "ClaimNotActive").withArgs(id, status);
      await claims.connect(issuer).suspend([held.id], 1, []);
      await refused(ClaimStatus.Suspended);
      await claims.connect(issuer).reinstate([held.id], 1, []);
      await use(consent, held);
      await claims.connect(issuer).revoke([held.id], 1, []);
      await refused(ClaimStatus.Revoked);

      const unknown = { ...held, claim: { ...held.claim, root: word() } };
      await expect(use(consent, unknown))
        .to.be.revertedWithCustomError(consents, "ClaimNotActive")
        .withArgs(await claims.idOf(unknown.claim), ClaimStatus.Unknown);

      const short = newKey();
      const now = await time.latest();
      const ending = await issueTo(world, short, RESIDENT, { validFrom: now, validUntil: now + 50 });
      const ofEnding = consentOf(short, ending);
      await give(short, ofEnding);
      await time.setNextBlockTimestamp(now + 50);
      await expect(use(ofEnding, ending))
        .to.be.revertedWithCustomError(consents, "ClaimNotActive")
        .withArgs(ending.id, ClaimStatus.Expired);

      const good = newKey();
      const doubted = await issueTo(world, good);
      const ofDoubted = consentOf(good, doubted);
      await give(good, ofDoubted);
      await claims.connect(shijiazhuang).distrust(SHIJIAZHUANG, issuer, now, []);
      await expect(use(ofDoubted, doubted))
        .to.be.revertedWithCustomError(consents, "ClaimNotActive")
        .withArgs(doubted.id, ClaimStatus.Distrusted);
    });

    it("gains a thief nothing: the old phone's holder key opens no claim after it was superseded", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, claims, issuer, desk, key: old, held, give, use } = world;
      const before = consentOf(old, held, { uses: 9 });
      await give(old, before);
      await use(before, held);

      const fresh = newKey();
      const salt = word();
      const content = contentOf({ holder: holderCommitment(0, salt, fresh.signer) });
      const terms = await termsOf();
      const id = await claims.connect(issuer).supersede.staticCall(held.id, terms, content, []);
      await claims.connect(issuer).supersede(held.id, terms, content, []);
      const successor = { ...held, id, claim: { ...held.claim, ...terms, ...content }, holderSalt: salt };

      const stolen = consentOf(old, held, { grantee: desk.address, granteeCity: 0, granteeCapability: 0 });
      await give(old, stolen); // the chain cannot know whose consent it is, but
      for (const consent of [before, stolen]) {
        await expect(use(consent, held))
          .to.be.revertedWithCustomError(consents, "ClaimNotActive")
          .withArgs(held.id, ClaimStatus.Superseded);
        await expect(use(consent, successor)).to.be.revertedWithCustomError(consents, "ClaimDiffers");
      }
      await expect(give(old, consentOf(old, successor))).to.be.revertedWithCustomError(consents, "HolderKeyReused");
      const renewed = consentOf(fresh, successor);
      await give(fresh, renewed);
      await use(renewed, successor);
    });

    it("works from both sides of a claim about two", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, give, use } = world;
      const keys = [newKey(), newKey()] as const;
      const sides = await issueToTwo(world, ...keys, MARRIAGE);
      for (const side of [0, 1] as const) {
        const consent = consentOf(keys[side], sides[side], { uses: 2 });
        await give(keys[side], consent);
        await use(consent, sides[side]);
        for (const changes of [
          { party: 1 - side },
          { otherHolder: word() },
          { holderSalt: sides[1 - side]!.holderSalt },
        ]) {
          await expect(use(consent, { ...sides[side], ...changes })).to.be.revertedWithCustomError(
            consents,
            "ClaimDiffers",
          );
        }
        await expect(use(consent, sides[1 - side]!)).to.be.revertedWithCustomError(consents, "ClaimDiffers");
      }
    });

    it("works with an anchored claim, at its own place alone", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, claims, issuer, give, use } = world;
      const keys = [newKey(), newKey()] as const;
      const [one, other] = await anchorFor(world, ...keys);
      const consent = consentOf(keys[0], one, { uses: 9 });
      await give(keys[0], consent);
      await use(consent, one);
      await expect(use(consent, { ...one, path: [] })).to.be.revertedWithCustomError(consents, "ClaimNotActive");
      await expect(use(consent, other)).to.be.revertedWithCustomError(consents, "ClaimDiffers");
      const batch = await claims.batchOf(issuer, 1);
      await claims.connect(issuer).revokeAt(batch, [0], 1, []);
      await expect(use(consent, one))
        .to.be.revertedWithCustomError(consents, "ClaimNotActive")
        .withArgs(one.id, ClaimStatus.Revoked);
    });
  });
});
