import { expect } from "chai";
import { concat, dataSlice, keccak256, Signature, toBeHex, ZeroHash } from "ethers";

import { P256Key, type PersonKey } from "../../src/identity/key.js";
import { guardianCommitment, newSalt } from "../../src/identity/commitment.js";
import { domainOf, PRESENCE_TYPES, ROTATION_TYPES, VETO_TYPES } from "../../src/identity/typed-data.js";
import type { IIdentityRegistry } from "../../typechain/identity/IdentityRegistry.js";
import { ControllerWallet__factory } from "../../typechain/index.js";
import { ethers, HUNAN, loadFixture, time } from "../world.js";
import {
  complete,
  controlOf,
  DAY,
  move,
  persons,
  present,
  presenceOf,
  proposalOf,
  propose,
  recover,
  rotate,
  stateOf,
  Status,
  veto,
} from "./persons.js";
import { LATER, newKey, register, word } from "./world.js";

const Presence = { Valid: 0n, Expired: 1n, IdentityNotActive: 2n, SignatureInvalid: 3n } as const;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

describe("IdentityRegistry: the key", () => {
  describe("rotation", () => {
    it("takes the signatures of the old and the new key, and anyone to relay them", async () => {
      const world = await loadFixture(persons);
      const { identities, id, key, newPhone } = world;
      const phone = newPhone();
      const { changedIn } = await stateOf(world, id);
      await expect(rotate(world, id, key, phone))
        .to.emit(identities, "KeyRotated")
        .withArgs(id, phone.signer, changedIn);
      expect((await identities.stateOf(id)).signerHash).to.equal(keccak256(phone.signer));
      expect(await present(world, id, phone)).to.equal(Presence.Valid);
      expect(await present(world, id, key)).to.equal(Presence.SignatureInvalid);
      await rotate(world, id, phone, newKey());
    });

    it("serves a contract as key (ERC-1271)", async () => {
      const world = await loadFixture(persons);
      const { id, key, administrator } = world;
      const owner = newKey();
      const wallet = await new ControllerWallet__factory(administrator).deploy(owner.signer);
      const member: PersonKey = {
        signer: (await wallet.getAddress()).toLowerCase(),
        sign: (digest) => owner.sign(digest),
      };
      await rotate(world, id, key, member);
      expect(await present(world, id, member)).to.equal(Presence.Valid);
      expect(await present(world, id, owner)).to.equal(Presence.SignatureInvalid);
    });

    it("does not take another's signature for the old key or the new", async () => {
      const world = await loadFixture(persons);
      const { identities, id, key, company } = world;
      const next = newKey();
      const posing = (as: PersonKey): PersonKey => ({ signer: as.signer, sign: (digest) => newKey().sign(digest) });
      await expect(rotate(world, id, posing(key), next))
        .to.be.revertedWithCustomError(identities, "SignatureInvalid")
        .withArgs(key.signer);
      await expect(rotate(world, id, key, posing(next)))
        .to.be.revertedWithCustomError(identities, "SignatureInvalid")
        .withArgs(next.signer);
      await expect(rotate(world, id, company, next))
        .to.be.revertedWithCustomError(identities, "NotCurrentSigner")
        .withArgs(id, company.signer);
      const short = { signer: dataSlice(next.signer, 0, 19), sign: (digest: string) => next.sign(digest) };
      await expect(rotate(world, id, key, short))
        .to.be.revertedWithCustomError(identities, "SignerInvalid")
        .withArgs(short.signer);
      const unknown = word();
      await expect(rotate(world, unknown, key, next))
        .to.be.revertedWithCustomError(identities, "IdentityUnknown")
        .withArgs(unknown);
    });

    it("leaves a guardianship as it is", async () => {
      const world = await loadFixture(persons);
      const [key, next] = [newKey(), newKey()];
      const guardian = guardianCommitment(newSalt(), world.id);
      const id = await register(world, key, { guardian, guardianUntil: LATER });
      await rotate(world, id, key, next);
      expect(await world.identities.guardianOf(id)).to.equal(guardian);
      expect((await stateOf(world, id)).guardianUntil).to.equal(LATER);
    });

    it("needs an active identity", async () => {
      const world = await loadFixture(persons);
      const { identities, registrar, id, key } = world;
      await identities.connect(registrar).suspend(id, 1, []);
      await expect(rotate(world, id, key, newKey()))
        .to.be.revertedWithCustomError(identities, "IdentityNotReady")
        .withArgs(id, Status.Suspended);
      await identities.connect(registrar).close(id, 1, []);
      await expect(rotate(world, id, key, newKey()))
        .to.be.revertedWithCustomError(identities, "IdentityNotReady")
        .withArgs(id, Status.Closed);
    });
  });

  describe("an order", () => {
    /** A rotation of the resident, signed by both keys, as the thief of an envelope holds it. */
    async function envelope() {
      const world = await loadFixture(persons);
      const next = newKey();
      const order = { identity: world.id, newSigner: next.signer, changes: 0, deadline: LATER };
      const signatures = async (twist: Record<string, unknown> = {}, domain: Record<string, unknown> = {}) => {
        const mine = await domainOf({ ...world, chainId: 31337n }, "identities");
        const digest = ethers.TypedDataEncoder.hash({ ...mine, ...domain }, ROTATION_TYPES, { ...order, ...twist });
        return { old: world.key.sign(digest) as string, new: next.sign(digest) };
      };
      const send = (from: { old: string; new: string }, deadline = LATER) =>
        world.identities
          .connect(world.stranger)
          .rotate(world.id, next.signer, from.new, { signer: world.key.signer, deadline, signature: from.old });
      return { ...world, next, signatures, send };
    }

    it("works once", async () => {
      const world = await loadFixture(envelope);
      const { identities, signatures, send, id, next, key } = world;
      const signed = await signatures();
      await send(signed);
      await expect(send(signed), "the old key is the current one no more").to.be.revertedWithCustomError(
        identities,
        "NotCurrentSigner",
      );
      await rotate(world, id, next, key);
      await expect(send(signed), "nor does it work when the old key is back")
        .to.be.revertedWithCustomError(identities, "SignatureInvalid")
        .withArgs(key.signer);
    });

    it("is worth nothing after any change of the identity: the count of changes is signed", async () => {
      const { identities, signatures, send, id, registrar } = await loadFixture(envelope);
      const signed = await signatures();
      await identities.connect(registrar).suspend(id, 1, []);
      await identities.connect(registrar).reinstate(id, 1, []);
      await expect(send(signed)).to.be.revertedWithCustomError(identities, "SignatureInvalid");
      await expect(send(await signatures({ changes: 3 }))).to.be.revertedWithCustomError(
        identities,
        "SignatureInvalid",
      );
      await send(await signatures({ changes: 2 }));
    });

    it("is worth nothing after a rotation: the thief of the old phone relays in vain", async () => {
      const world = await loadFixture(envelope);
      const { identities, signatures, send, id, key } = world;
      const signed = await signatures();
      await rotate(world, id, key, newKey());
      await expect(send(signed)).to.be.revertedWithCustomError(identities, "NotCurrentSigner");
    });

    it("is good on no other chain and in no other contract, for no other identity and no other act", async () => {
      const { identities, claims, signatures, send, companyId } = await loadFixture(envelope);
      for (const [what, signed] of Object.entries({
        chain: await signatures({}, { chainId: 1 }),
        contract: await signatures({}, { verifyingContract: await claims.getAddress() }),
        identity: await signatures({ identity: companyId }),
        key: await signatures({ newSigner: newKey().signer }),
      })) {
        await expect(send(signed), what).to.be.revertedWithCustomError(identities, "SignatureInvalid");
      }
    });

    it("is relayed until its deadline, which is signed", async () => {
      const { identities, signatures, send } = await loadFixture(envelope);
      const deadline = (await time.latest()) + 100;
      const signed = await signatures({ deadline });
      await expect(send(signed, LATER), "prolonged").to.be.revertedWithCustomError(identities, "SignatureInvalid");
      await time.increaseTo(deadline);
      await expect(send(signed, deadline)).to.be.revertedWithCustomError(identities, "OrderExpired").withArgs(deadline);
      const later = deadline + 100;
      const good = await signatures({ deadline: later });
      await time.setNextBlockTimestamp(later);
      await send(good, later);
    });

    it("has one form: malleated signatures are refused, of accounts and of phones", async () => {
      const world = await loadFixture(envelope);
      const { identities, signatures, send, id, next } = world;
      const signed = await signatures();
      const { r, s, v } = Signature.from(signed.old);
      const old = concat([r, toBeHex(SECP256K1_ORDER - BigInt(s), 32), toBeHex(v === 27 ? 28 : 27)]);
      await expect(send({ ...signed, old })).to.be.revertedWithCustomError(identities, "SignatureInvalid");
      await send(signed);
      const phone = world.newPhone();
      const malleating: PersonKey = {
        signer: phone.signer,
        sign: (digest) => {
          const signature = phone.sign(digest);
          const high = P256_ORDER - BigInt(dataSlice(signature, 32));
          return concat([dataSlice(signature, 0, 32), toBeHex(high, 32)]);
        },
      };
      await expect(rotate(world, id, next, malleating))
        .to.be.revertedWithCustomError(identities, "SignatureInvalid")
        .withArgs(phone.signer);
      await rotate(world, id, next, phone);
    });

    it("is refused of keys of a wrong length", async () => {
      const world = await loadFixture(persons);
      const { identities, id, key, newPhone } = world;
      const phone = newPhone();
      for (const signer of [dataSlice(phone.signer, 0, 83), concat([phone.signer, "0x00"])]) {
        const wrong: PersonKey = { signer, sign: (digest) => phone.sign(digest) };
        await expect(rotate(world, id, key, wrong))
          .to.be.revertedWithCustomError(identities, "SignatureInvalid")
          .withArgs(signer);
      }
    });
  });

  describe("a guardian", () => {
    async function child() {
      const world = await loadFixture(persons);
      const guardianKey = newKey(); // one that the guardian holds for this child alone
      const guardianUntil = (await time.latest()) + 30 * DAY;
      const childId = await register(world, guardianKey, {
        guardian: guardianCommitment(newSalt(), world.id),
        guardianUntil,
      });
      return { ...world, guardianKey, guardianUntil, childId };
    }

    it("signs until the date, and not at it", async () => {
      const world = await loadFixture(child);
      const { childId, guardianKey, guardianUntil } = world;
      const last = await presenceOf(childId, { expires: LATER });
      const signature = await world.sign(guardianKey, "identities", PRESENCE_TYPES, last);
      const worth = () => world.identities.presenceStatus(last, guardianKey.signer, signature);
      await time.increaseTo(guardianUntil - 1);
      expect(await worth()).to.equal(Presence.Valid);
      await time.increaseTo(guardianUntil);
      expect(await worth()).to.equal(Presence.SignatureInvalid);
    });

    it("past the date gives no order: no rotation, no move, no veto, no presence", async () => {
      const world = await loadFixture(child);
      const { identities, childId, guardianKey, guardianUntil } = world;
      await time.increaseTo(guardianUntil);
      const refused = async (act: Promise<unknown>) =>
        expect(act).to.be.revertedWithCustomError(identities, "NotCurrentSigner").withArgs(childId, guardianKey.signer);
      await refused(rotate(world, childId, guardianKey, newKey()));
      await refused(move(world, childId, guardianKey, HUNAN));
      expect(await present(world, childId, guardianKey)).to.equal(Presence.SignatureInvalid);
      expect(await identities.isSignedBy(childId, ZeroHash, guardianKey.signer, guardianKey.sign(ZeroHash))).to.equal(
        false,
      );
      await propose(world, childId, newKey());
      await refused(veto(world, childId, guardianKey));
    });

    it("past the date gives way to the grown child's own key, by recovery", async () => {
      const world = await loadFixture(child);
      const { identities, childId, guardianKey, guardianUntil, newPhone } = world;
      await time.increaseTo(guardianUntil + 1);
      const phone = newPhone();
      await recover(world, childId, phone);
      expect(await identities.guardianOf(childId)).to.equal(ZeroHash);
      expect((await stateOf(world, childId)).guardianUntil).to.equal(0n);
      expect(await present(world, childId, phone)).to.equal(Presence.Valid);
      expect(await present(world, childId, guardianKey)).to.equal(Presence.SignatureInvalid);
    });

    it("is set for a person who lost the use of their key, by recovery, with proof and an end", async () => {
      const world = await loadFixture(child);
      const { identities, registrar, id, guardianKey } = world;
      const guardian = word();
      const guardianUntil = (await time.latest()) + 400 * DAY;
      const soon = (await time.latest()) + 7 * DAY;
      const next = newKey();
      for (const [control, args] of [
        [{ guardian }, [guardian, 0]],
        [{ guardianUntil }, [ZeroHash, guardianUntil]],
        [{ guardian, guardianUntil: 5 }, [guardian, 5]],
        [{ guardian, guardianUntil: soon }, [guardian, soon]], // over before the recovery is due
      ] as const) {
        await expect(identities.connect(registrar).proposeRecovery(id, await proposalOf(world, id, next, control), []))
          .to.be.revertedWithCustomError(identities, "GuardianInvalid")
          .withArgs(...args);
      }
      const proposal = await proposalOf(world, id, next, { guardian, guardianUntil });
      await identities.connect(registrar).proposeRecovery(id, proposal, []);
      await expect(complete(world, id, next), "without the guardian").to.be.revertedWithCustomError(
        identities,
        "RecoveryDiffers",
      );
      await identities.completeRecovery(id, controlOf(next, { guardian, guardianUntil }));
      expect(await identities.guardianOf(id)).to.equal(guardian);
      expect((await stateOf(world, id)).guardianUntil).to.equal(guardianUntil);
      await time.increaseTo(guardianUntil);
      expect(await present(world, id, next)).to.equal(Presence.SignatureInvalid);
      expect(await present(world, world.childId, guardianKey)).to.equal(Presence.SignatureInvalid);
    });
  });

  describe("presence", () => {
    it("is proven by the current key of an active identity, until it expires, to whoever asks, without a transaction", async () => {
      const world = await loadFixture(persons);
      const { identities, id, key, newPhone, registrar } = world;
      const phone = newPhone();
      await rotate(world, id, key, phone);
      const presence = await presenceOf(id);
      const signature = await world.sign(phone, "identities", PRESENCE_TYPES, presence);
      const worth = (changes: Partial<IIdentityRegistry.PresenceStruct> = {}, signer = phone.signer, by = signature) =>
        identities.presenceStatus({ ...presence, ...changes }, signer, by);
      expect(await worth()).to.equal(Presence.Valid);
      for (const [what, change] of Object.entries({
        "another verifier": { verifier: "Exit desk of Zhuhai" },
        "another purpose": { purpose: "to open an account" },
        "another challenge": { challenge: word() },
        "another time": { expires: LATER },
        "another identity": { identity: world.companyId },
      })) {
        expect(await worth(change), what).to.equal(Presence.SignatureInvalid);
      }
      expect(await worth({}, key.signer)).to.equal(Presence.SignatureInvalid);
      expect(await worth({}, phone.signer, "0x")).to.equal(Presence.SignatureInvalid);
      expect(await worth({ identity: word() })).to.equal(Presence.IdentityNotActive);
      await identities.connect(registrar).suspend(id, 1, []);
      expect(await worth()).to.equal(Presence.IdentityNotActive);
      await identities.connect(registrar).reinstate(id, 1, []);
      expect(await worth()).to.equal(Presence.Valid);
      await time.increaseTo(presence.expires);
      expect(await worth()).to.equal(Presence.Valid);
      await time.increaseTo(Number(presence.expires) + 1);
      expect(await worth()).to.equal(Presence.Expired);
      await identities.connect(registrar).close(id, 1, []);
      expect(await worth({ expires: LATER })).to.equal(Presence.IdentityNotActive);
    });

    it("is no order, and an order is no presence", async () => {
      const world = await loadFixture(persons);
      const { identities, id, key, stranger } = world;
      const presence = await presenceOf(id);
      const signature = await world.sign(key, "identities", PRESENCE_TYPES, presence);
      await propose(world, id, newKey());
      await expect(
        identities.connect(stranger).vetoRecovery(id, { signer: key.signer, deadline: LATER, signature }),
      ).to.be.revertedWithCustomError(identities, "SignatureInvalid");
      const order = { identity: id, changes: 1, deadline: LATER };
      const signed = await world.sign(key, "identities", VETO_TYPES, order);
      await veto(world, id, key);
      expect(await identities.presenceStatus(presence, key.signer, signed)).to.equal(Presence.SignatureInvalid);
    });
  });

  it("signs digests of other contracts: what isSignedBy answers", async () => {
    const world = await loadFixture(persons);
    const { identities, id, key, registrar } = world;
    const digest = word();
    const asked = (signer = key.signer, signature = key.sign(digest) as string) =>
      identities.isSignedBy(id, digest, signer, signature);
    expect(await asked()).to.equal(true);
    expect(await asked(newKey().signer)).to.equal(false);
    expect(await asked(key.signer, newKey().sign(digest))).to.equal(false);
    await identities.connect(registrar).suspend(id, 1, []);
    expect(await asked()).to.equal(false);
  });

  it("of a phone is 84 bytes: the verifier, and the point", async () => {
    const { p256, newPhone } = await loadFixture(persons);
    const phone = newPhone();
    expect(phone).to.be.instanceOf(P256Key);
    expect(phone.signer).to.match(/^0x[0-9a-f]{168}$/);
    expect(dataSlice(phone.signer, 0, 20)).to.equal((await p256.getAddress()).toLowerCase());
  });
});
