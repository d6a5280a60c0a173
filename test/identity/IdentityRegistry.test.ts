import { expect } from "chai";
import { concat, keccak256, ZeroHash } from "ethers";

import { IDENTITY, roleOf } from "../../src/index.js";
import { guardianCommitment, newSalt } from "../../src/identity/commitment.js";
import { domainOf, IDENTITY_TYPES } from "../../src/identity/typed-data.js";
import type { IIdentityRegistry } from "../../typechain/identity/IdentityRegistry.js";
import { blockOf, CHINA, ethers, HEBEI, HUNAN, loadFixture, NOBODY, SHIJIAZHUANG, time } from "../world.js";
import { DAY, persons, Status, stateOf } from "./persons.js";
import { identityOf, Kind, LATER, newKey, register, word } from "./world.js";

type Identity = IIdentityRegistry.IdentityStruct;

describe("IdentityRegistry", () => {
  async function desk() {
    const world = await loadFixture(persons);
    const { identities, registrar } = world;
    /** What the key would sign; a test signs one thing and sends another. */
    const signFor = async (key: ReturnType<typeof newKey>, identity: Identity) =>
      world.sign(key, "identities", IDENTITY_TYPES, identity);
    const send = async (key: ReturnType<typeof newKey>, identity: Identity, by = registrar) =>
      identities.connect(by).register(identity, await signFor(key, identity));
    return { ...world, signFor, send };
  }

  describe("registering", () => {
    it("registers a resident whom a registrar knows and who signs; the id is what was signed", async () => {
      const world = await loadFixture(desk);
      const { identities, registrar, digest, send } = world;
      const key = newKey();
      const identity = identityOf(key);
      const id = await identities.idOf(identity);
      expect(id).to.equal(await digest("identities", IDENTITY_TYPES, identity));
      expect(await identities.statusOf(id)).to.equal(Status.Unknown);
      const sent = send(key, identity);
      await expect(sent)
        .to.emit(identities, "IdentityRegistered")
        .withArgs(id, SHIJIAZHUANG, Kind.Natural, key.signer, ZeroHash, 0, registrar.address);
      await expect(sent).not.to.emit(identities, "PublicCodeRegistered");
      expect(await identities.statusOf(id)).to.equal(Status.Active);
      expect((await identities.stateOf(id)).signerHash).to.equal(keccak256(key.signer));
      expect(await stateOf(world, id)).to.deep.equal({
        kind: 1n,
        suspended: false,
        closed: false,
        recovering: false,
        vetoed: false,
        city: SHIJIAZHUANG,
        tagVersion: 1n,
        changes: 0n,
        changedIn: BigInt(await blockOf(sent)),
        recoveries: 0n,
        guardianUntil: 0n,
      });
      expect(await identities.holderOf(1, identity.tags[0]!)).to.equal(id);
      expect(await identities.guardianOf(id)).to.equal(ZeroHash);
    });

    it("registers a phone's key, and a child with a guardian until a date", async () => {
      const world = await loadFixture(desk);
      const { identities, newPhone } = world;
      const phone = newPhone();
      const guardianUntil = (await time.latest()) + 5 * DAY;
      const guardian = guardianCommitment(newSalt(), world.id);
      const id = await register(world, phone, { guardian, guardianUntil });
      expect(await identities.guardianOf(id)).to.equal(guardian);
      expect((await stateOf(world, id)).guardianUntil).to.equal(guardianUntil);
      expect(await identities.statusOf(id)).to.equal(Status.Active);
    });

    it("does not let a registrar register anyone without their signature", async () => {
      const { identities, registrar, signFor } = await loadFixture(desk);
      const key = newKey();
      const identity = identityOf(key);
      for (const signature of ["0x", await signFor(newKey(), identity), `0x${"00".repeat(65)}`]) {
        await expect(identities.connect(registrar).register(identity, signature))
          .to.be.revertedWithCustomError(identities, "SignatureInvalid")
          .withArgs(key.signer);
      }
    });

    it("does not let a registrar register anything but what the person signed", async () => {
      const { identities, registrar, hunanRegistrar, signFor } = await loadFixture(desk);
      const key = newKey();
      const signed = identityOf(key, { kind: Kind.Legal });
      const signature = await signFor(key, signed);
      for (const [what, change] of Object.entries({
        city: { city: HUNAN },
        kind: { kind: Kind.Natural },
        tag: { tags: [word()] },
        code: { code: word() },
        deadline: { deadline: LATER + 1 },
        key: { signer: newKey().signer },
      } satisfies Record<string, Partial<Identity>>)) {
        const by = what === "city" ? hunanRegistrar : registrar;
        await expect(
          identities.connect(by).register({ ...signed, ...change }, signature),
          what,
        ).to.be.revertedWithCustomError(identities, "SignatureInvalid");
      }
      await identities.connect(registrar).register(signed, signature);
      const resident = identityOf(key);
      await expect(
        identities
          .connect(registrar)
          .register({ ...resident, guardian: word(), guardianUntil: LATER }, await signFor(key, resident)),
        "guardian",
      ).to.be.revertedWithCustomError(identities, "SignatureInvalid");
    });

    it("does not take what was signed for another chain, or for another contract", async () => {
      const { identities, claims, registrar } = await loadFixture(desk);
      const key = newKey();
      const identity = identityOf(key);
      const domain = await domainOf({ identities, chainId: 31337n }, "identities");
      for (const [what, change] of Object.entries({
        chain: { chainId: 1 },
        contract: { verifyingContract: await claims.getAddress() },
        name: { name: "Civitas ClaimRegistry" },
        version: { version: "2" },
      })) {
        const digest = ethers.TypedDataEncoder.hash({ ...domain, ...change }, IDENTITY_TYPES, identity);
        await expect(
          identities.connect(registrar).register(identity, key.sign(digest)),
          what,
        ).to.be.revertedWithCustomError(identities, "SignatureInvalid");
      }
    });

    it("takes a registration until its deadline, and once", async () => {
      const world = await loadFixture(desk);
      const { identities, registrar, send, signFor } = world;
      const key = newKey();
      const deadline = (await time.latest()) + 100;
      const late = identityOf(key, { deadline });
      const signature = await signFor(key, late);
      await time.setNextBlockTimestamp(deadline);
      await identities.connect(registrar).register(late, signature);
      const other = newKey();
      await expect(send(other, identityOf(other, { deadline })))
        .to.be.revertedWithCustomError(identities, "OrderExpired")
        .withArgs(deadline);
      const identity = identityOf(other);
      const id = await identities.idOf(identity);
      await send(other, identity);
      await expect(send(other, identity)).to.be.revertedWithCustomError(identities, "IdentityExists").withArgs(id);
      await identities.connect(registrar).close(id, 1, []);
      await expect(send(other, identity), "nor again once it is closed").to.be.revertedWithCustomError(
        identities,
        "IdentityExists",
      );
    });

    it("wants a key and a kind, and a guardian with an end in the future, or none", async () => {
      const { identities, send } = await loadFixture(desk);
      const key = newKey();
      const now = await time.latest();
      const refused = async (change: Partial<Identity>, error: string, ...args: unknown[]) =>
        expect(send(key, identityOf(key, change)), JSON.stringify(change))
          .to.be.revertedWithCustomError(identities, error)
          .withArgs(...args);
      await refused({ kind: Kind.None }, "KindInvalid");
      await expect(send(key, identityOf(key, { kind: 3 }))).to.be.revert(ethers);
      await refused({ signer: "0x" }, "SignerInvalid", "0x");
      const short = `0x${"11".repeat(19)}`;
      await refused({ signer: short }, "SignerInvalid", short);
      const guardian = word();
      await refused({ guardian }, "GuardianInvalid", guardian, 0);
      await refused({ guardianUntil: LATER }, "GuardianInvalid", ZeroHash, LATER);
      await refused({ kind: Kind.Legal, guardian, guardianUntil: LATER }, "GuardianInvalid", guardian, LATER);
      await refused({ guardian, guardianUntil: now }, "GuardianInvalid", guardian, now);
      const until = now + 100;
      await time.setNextBlockTimestamp(until);
      await refused({ guardian, guardianUntil: until }, "GuardianInvalid", guardian, until);
    });

    it("is for registrars of the city, without delay, while the city is active and the contract open", async () => {
      const world = await loadFixture(desk);
      const { identities, manager, registry, send, hebei, shijiazhuang, registrar, stranger, officer } = world;
      const key = newKey();
      const unauthorized = async (by: typeof registrar, city = SHIJIAZHUANG) =>
        expect(send(key, identityOf(key, { city }), by))
          .to.be.revertedWithCustomError(manager, "CityUnauthorized")
          .withArgs(by.address, city, IDENTITY);
      await unauthorized(stranger);
      await unauthorized(shijiazhuang); // its controller
      await unauthorized(registrar, HEBEI);
      await unauthorized(world.hebeiRegistrar); // nothing is inherited downwards
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, IDENTITY), officer, DAY);
      await unauthorized(officer); // a member with a delay
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(send(key, identityOf(key)))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await manager.setTargetClosed(identities, true);
      await expect(send(key, identityOf(key)))
        .to.be.revertedWithCustomError(manager, "ContractClosed")
        .withArgs(await identities.getAddress());
      await manager.setTargetClosed(identities, false);
      await send(key, identityOf(key));
    });

    it("is the network's too, for those of no city", async () => {
      const { identities, manager, send, officer, registrar } = await loadFixture(desk);
      const key = newKey();
      const identity = identityOf(key, { city: 0 });
      await expect(send(key, identity, registrar)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      await manager.grantRole(roleOf(0, IDENTITY), officer, 0);
      await send(key, identity, officer);
      await identities.connect(officer).suspend(await identities.idOf(identity), 1, []);
    });
  });

  describe("a registrar's suspension and closing", () => {
    it("suspends and reinstates, each once, with a reason code", async () => {
      const world = await loadFixture(desk);
      const { identities, registrar, id } = world;
      const { changedIn } = await stateOf(world, id);
      await expect(identities.connect(registrar).reinstate(id, 1, []))
        .to.be.revertedWithCustomError(identities, "IdentityNotReady")
        .withArgs(id, Status.Active);
      const suspended = identities.connect(registrar).suspend(id, 7, []);
      await expect(suspended).to.emit(identities, "IdentitySuspended").withArgs(id, 7, registrar.address, changedIn);
      expect(await identities.statusOf(id)).to.equal(Status.Suspended);
      await expect(identities.connect(registrar).suspend(id, 7, []))
        .to.be.revertedWithCustomError(identities, "IdentityNotReady")
        .withArgs(id, Status.Suspended);
      await expect(identities.connect(registrar).reinstate(id, 8, []))
        .to.emit(identities, "IdentityReinstated")
        .withArgs(id, 8, registrar.address, await blockOf(suspended));
      expect(await identities.statusOf(id)).to.equal(Status.Active);
      expect((await stateOf(world, id)).changes).to.equal(2n);
    });

    it("closes for ever", async () => {
      const world = await loadFixture(desk);
      const { identities, registrar, id, companyId } = world;
      await identities.connect(registrar).suspend(id, 1, []);
      const { changedIn } = await stateOf(world, id);
      await expect(identities.connect(registrar).close(id, 9, []))
        .to.emit(identities, "IdentityClosed")
        .withArgs(id, 9, registrar.address, changedIn);
      expect(await identities.statusOf(id)).to.equal(Status.Closed);
      await identities.connect(registrar).close(companyId, 9, []);
      for (const closed of [id, companyId]) {
        for (const act of ["suspend", "reinstate", "close"] as const) {
          await expect(identities.connect(registrar)[act](closed, 1, []), act)
            .to.be.revertedWithCustomError(identities, "IdentityNotReady")
            .withArgs(closed, Status.Closed);
        }
      }
      const unknown = word();
      for (const act of ["suspend", "reinstate", "close"] as const) {
        await expect(identities.connect(registrar)[act](unknown, 1, []), act)
          .to.be.revertedWithCustomError(identities, "IdentityUnknown")
          .withArgs(unknown);
      }
    });

    it("is not for strangers, registrars of other cities, of ancestors of an active city, or members with a delay", async () => {
      const world = await loadFixture(desk);
      const { identities, manager, shijiazhuang, officer, id, companyId, registrar } = world;
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, IDENTITY), officer, DAY);
      await identities.connect(registrar).suspend(companyId, 1, []);
      for (const [by, lineage] of [
        [world.stranger, []],
        [shijiazhuang, []],
        [officer, []],
        [world.hunanRegistrar, []],
        [world.hunanRegistrar, [HUNAN]],
        [world.hebeiRegistrar, []],
        [world.hebeiRegistrar, [HEBEI]], // Shijiazhuang can act by itself
        [world.chinaRegistrar, [CHINA]],
        [world.stranger, [SHIJIAZHUANG]],
      ] as const) {
        for (const [act, whom] of [
          ["suspend", id],
          ["close", id],
          ["reinstate", companyId],
        ] as const) {
          await expect(identities.connect(by)[act](whom, 1, [...lineage]))
            .to.be.revertedWithCustomError(identities, "NoStanding")
            .withArgs(by.address, SHIJIAZHUANG);
        }
      }
      await identities.connect(registrar).suspend(id, 1, [SHIJIAZHUANG]); // it is its own nearest active city
    });
  });

  it("says of whom it knows nothing that it knows nothing", async () => {
    const { identities, registrar, key } = await loadFixture(desk);
    const nobody = word();
    expect(await identities.statusOf(nobody)).to.equal(Status.Unknown);
    expect(await identities.isSignedBy(nobody, nobody, key.signer, await key.sign(nobody))).to.equal(false);
    expect(await identities.isOperator(nobody, registrar)).to.equal(false);
    expect(await identities.operatorsOf(nobody, 0, 9)).to.deep.equal([]);
    expect(await identities.operatorCount(nobody)).to.equal(0n);
    expect(await identities.recoveryOf(nobody)).to.deep.equal([ZeroHash, 0n, 0n, false, 0n]);
    expect(await identities.holderOf(1, nobody)).to.equal(ZeroHash);
    const empty = { signer: "0x", guardian: ZeroHash, guardianUntil: 0 };
    const signed = { signer: concat([NOBODY]), deadline: LATER, signature: "0x" };
    await expect(identities.completeRecovery(nobody, empty)).to.be.revertedWithCustomError(
      identities,
      "IdentityUnknown",
    );
    await expect(identities.vetoRecovery(nobody, signed)).to.be.revertedWithCustomError(identities, "IdentityUnknown");
    await expect(identities.renounceOperator(nobody)).to.be.revertedWithCustomError(identities, "IdentityUnknown");
  });
});
