import { expect } from "chai";
import { keccak256, ZeroHash } from "ethers";

import { IDENTITY, roleOf } from "../../src/index.js";
import { blockOf, CHINA, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import {
  complete,
  controlOf,
  DAY,
  move,
  present,
  notReady,
  proposalOf,
  propose,
  recover,
  rotate,
  setOperator,
  stateOf,
  theft,
  Status,
  veto,
} from "./persons.js";
import { LATER, newKey, register, word } from "./world.js";

const Presence = { Valid: 0n, IdentityNotActive: 2n, SignatureInvalid: 3n } as const;
const WAIT = 7 * DAY;
const FINAL_WAIT = 30 * DAY;

describe("IdentityRegistry: recovery", () => {
  it("is proposed by the registrar, with the new key's signature, and completed by anyone after a week", async () => {
    const world = await loadFixture(theft);
    const { identities, registrar, victim, next, thief, stranger } = world;
    const { changedIn } = await stateOf(world, victim);
    const proposal = await proposalOf(world, victim, next);
    const proposed = identities.connect(registrar).proposeRecovery(victim, proposal, []);
    const dueAt = (await timeOf(proposed)) + WAIT;
    const control = [next.signer, ZeroHash, 0n];
    await expect(proposed)
      .to.emit(identities, "RecoveryProposed")
      .withArgs(victim, SHIJIAZHUANG, control, proposal.evidence, dueAt, registrar.address, changedIn);
    expect(await identities.RECOVERY_WAIT()).to.equal(WAIT);
    expect(await identities.FINAL_RECOVERY_WAIT()).to.equal(FINAL_WAIT);
    const recovery = await identities.recoveryOf(victim);
    expect([recovery.acting, recovery.dueAt, recovery.isFinal]).to.deep.equal([SHIJIAZHUANG, BigInt(dueAt), false]);
    expect(recovery.changes).to.equal(1n);
    expect(await identities.statusOf(victim)).to.equal(Status.Recovering);
    await time.setNextBlockTimestamp(dueAt - 1);
    await expect(identities.connect(stranger).completeRecovery(victim, controlOf(next)))
      .to.be.revertedWithCustomError(identities, "RecoveryNotDue")
      .withArgs(victim, dueAt);
    await time.setNextBlockTimestamp(dueAt);
    await expect(identities.connect(stranger).completeRecovery(victim, controlOf(next)))
      .to.emit(identities, "Recovered")
      .withArgs(victim, control, await blockOf(proposed));
    expect((await identities.stateOf(victim)).signerHash).to.equal(keccak256(next.signer));
    expect(await stateOf(world, victim)).to.deep.include({ recoveries: 1n, recovering: false, changes: 2n });
    expect(await identities.recoveryOf(victim)).to.deep.equal([ZeroHash, 0n, 0n, false, 1n]);
    expect(await present(world, victim, next)).to.equal(Presence.Valid);
    expect(await present(world, victim, thief)).to.equal(Presence.SignatureInvalid);
  });

  it("binds the new key to nothing it did not sign", async () => {
    const world = await loadFixture(theft);
    const { identities, registrar, victim, next, id } = world;
    const refused = async (changes: object, error = "SignatureInvalid", whom = victim) => {
      const proposal = { ...(await proposalOf(world, victim, next)), ...changes };
      await expect(
        identities.connect(registrar).proposeRecovery(whom, proposal, []),
        JSON.stringify(changes),
      ).to.be.revertedWithCustomError(identities, error);
    };
    await refused({ control: controlOf(newKey()) });
    await refused({ deadline: LATER + 1 });
    await refused({ signature: "0x" });
    await refused({}, "SignatureInvalid", id);
    await refused({ deadline: 5 }, "OrderExpired");
    await refused({ control: controlOf(next, { signer: "0x1234" }) }, "SignerInvalid");
    await refused({}, "IdentityUnknown", word());
    const proposal = await proposalOf(world, id, next);
    const control = controlOf(next, { guardian: word(), guardianUntil: LATER });
    await expect(
      identities.connect(registrar).proposeRecovery(id, { ...proposal, control }, []),
      "a guardian",
    ).to.be.revertedWithCustomError(identities, "SignatureInvalid");
    const used = await proposalOf(world, victim, next);
    await identities.connect(registrar).proposeRecovery(victim, used, []);
    await identities.connect(registrar).withdrawRecovery(victim, []);
    await expect(
      identities.connect(registrar).proposeRecovery(victim, used, []),
      "agreed to once",
    ).to.be.revertedWithCustomError(identities, "SignatureInvalid");
  });

  it("is proposed by none but a registrar of the city, under the guard", async () => {
    const world = await loadFixture(theft);
    const { identities, manager, victim, next, officer, shijiazhuang } = world;
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, IDENTITY), officer, DAY);
    for (const [by, lineage] of [
      [world.stranger, []],
      [officer, []], // with a delay
      [world.hunanRegistrar, []],
      [world.hebeiRegistrar, [HEBEI]], // Shijiazhuang can act, and nobody has vetoed
    ] as const) {
      await expect(propose(world, victim, next, by, [...lineage]))
        .to.be.revertedWithCustomError(identities, "NoStanding")
        .withArgs(by.address, SHIJIAZHUANG);
    }
    await manager.setTargetClosed(identities, true);
    await expect(propose(world, victim, next)).to.be.revertedWithCustomError(manager, "ContractClosed");
  });

  it("suspends the present key: it signs nothing but its veto", async () => {
    const world = await loadFixture(theft);
    const { identities, registrar, hunanRegistrar, victim, next, thief, officer } = world;
    await setOperator(world, victim, thief, officer.address, true);
    await propose(world, victim, next);
    await notReady(world, rotate(world, victim, thief, newKey()), victim, Status.Recovering);
    await notReady(world, move(world, victim, thief, HUNAN, { by: hunanRegistrar }), victim, Status.Recovering);
    await notReady(world, setOperator(world, victim, thief, registrar.address, true), victim, Status.Recovering);
    await notReady(world, identities.connect(registrar).close(victim, 1, []), victim, Status.Recovering);
    expect(await present(world, victim, thief)).to.equal(Presence.IdentityNotActive);
    expect(await present(world, victim, next)).to.equal(Presence.IdentityNotActive);
    expect(await identities.isOperator(victim, officer)).to.equal(false);
    expect(await identities.operatorsOf(victim, 0, 9)).to.deep.equal([officer.address]);
    await veto(world, victim, thief);
    expect(await identities.isOperator(victim, officer)).to.equal(true);
  });

  it("leaves a registrar's suspension as it is", async () => {
    const world = await loadFixture(theft);
    const { identities, registrar, victim, next } = world;
    await identities.connect(registrar).suspend(victim, 1, []);
    await propose(world, victim, next);
    expect(await identities.statusOf(victim)).to.equal(Status.Recovering);
    await notReady(world, identities.connect(registrar).suspend(victim, 1, []), victim, Status.Recovering);
    await complete(world, victim, next);
    expect(await identities.statusOf(victim)).to.equal(Status.Suspended);
    await identities.connect(registrar).reinstate(victim, 1, []);
    await propose(world, victim, world.key);
    await notReady(world, identities.connect(registrar).reinstate(victim, 1, []), victim, Status.Recovering);
    await identities.connect(registrar).suspend(victim, 1, []); // meanwhile too
    await veto(world, victim, next);
    expect(await identities.statusOf(victim)).to.equal(Status.Suspended);
  });

  describe("races", () => {
    it("lets one proposal stand at a time", async () => {
      const world = await loadFixture(theft);
      const { identities, victim, next } = world;
      await propose(world, victim, next);
      await notReady(world, propose(world, victim, newKey()), victim, Status.Recovering);
      await expect(complete(world, victim, newKey()))
        .to.be.revertedWithCustomError(identities, "RecoveryDiffers")
        .withArgs(victim);
      await expect(
        identities.completeRecovery(victim, controlOf(next, { guardian: word(), guardianUntil: LATER })),
      ).to.be.revertedWithCustomError(identities, "RecoveryDiffers");
      await complete(world, victim, next);
    });

    it("completes once", async () => {
      const world = await loadFixture(theft);
      const { identities, victim, next } = world;
      await recover(world, victim, next);
      await notReady(world, identities.completeRecovery(victim, controlOf(next)), victim, Status.Active);
    });

    it("ends with closing: nothing is proposed, vetoed, withdrawn or completed after it", async () => {
      const world = await loadFixture(theft);
      const { identities, registrar, victim, next, thief } = world;
      await identities.connect(registrar).close(victim, 1, []);
      await notReady(world, propose(world, victim, next), victim, Status.Closed);
      await notReady(world, veto(world, victim, thief), victim, Status.Closed);
      await notReady(world, identities.connect(registrar).withdrawRecovery(victim, []), victim, Status.Closed);
      await notReady(world, identities.completeRecovery(victim, controlOf(next)), victim, Status.Closed);
    });

    it("takes no agreement twice: what was vetoed or withdrawn is signed anew", async () => {
      const world = await loadFixture(theft);
      const { identities, registrar, hebeiRegistrar, victim, next, thief } = world;
      const agreed = await proposalOf(world, victim, next);
      const again = (by = registrar, lineage: bigint[] = []) =>
        expect(identities.connect(by).proposeRecovery(victim, agreed, lineage)).to.be.revertedWithCustomError(
          identities,
          "SignatureInvalid",
        );
      await identities.connect(registrar).proposeRecovery(victim, agreed, []);
      await identities.connect(registrar).withdrawRecovery(victim, []);
      await again();
      await propose(world, victim, next);
      await veto(world, victim, thief);
      await again(hebeiRegistrar, [HEBEI]);
    });
  });

  describe("the city that proposed", () => {
    it("must be able to act when it is completed: not while it is suspended, nor in a closed contract", async () => {
      const world = await loadFixture(theft);
      const { identities, manager, registry, hebei, victim, next } = world;
      await propose(world, victim, next);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(complete(world, victim, next))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await manager.setTargetClosed(identities, true);
      await expect(identities.completeRecovery(victim, controlOf(next))).to.be.revertedWithCustomError(
        manager,
        "ContractClosed",
      );
      await manager.setTargetClosed(identities, false);
      await identities.completeRecovery(victim, controlOf(next));
    });

    it("is stopped by veto and withdrawal even where it is suspended and the contract closed", async () => {
      const world = await loadFixture(theft);
      const { identities, manager, registry, hebei, hebeiRegistrar, registrar, victim, next, thief: owner } = world;
      await propose(world, victim, next);
      await propose(world, world.id, world.newPhone());
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(identities, true);
      await veto(world, victim, owner);
      await expect(identities.connect(hebeiRegistrar).withdrawRecovery(world.id, [])).to.be.revertedWithCustomError(
        identities,
        "NoStanding",
      );
      await identities.connect(hebeiRegistrar).withdrawRecovery(world.id, [HEBEI]); // it acts for the suspended city
      await expect(identities.connect(registrar).withdrawRecovery(world.id, [])).to.be.revertedWithCustomError(
        identities,
        "IdentityNotReady",
      );
    });

    it("is the nearest active ancestor while the identity's own city cannot act", async () => {
      const world = await loadFixture(theft);
      const { identities, registry, manager, hebei, hebeiRegistrar, victim, next } = world;
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(propose(world, victim, next))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await propose(world, victim, next, hebeiRegistrar, [HEBEI]);
      expect((await identities.recoveryOf(victim)).acting).to.equal(HEBEI);
      expect((await identities.recoveryOf(victim)).isFinal).to.equal(false);
      await complete(world, victim, next);
      expect((await stateOf(world, victim)).city).to.equal(SHIJIAZHUANG);
    });

    it("may be the network, for a country, after a veto", async () => {
      const world = await loadFixture(theft);
      const { identities, manager, chinaRegistrar, officer } = world;
      const [owner, next] = [newKey(), newKey()];
      const id = await register(world, owner, { city: CHINA }, chinaRegistrar);
      await propose(world, id, next, chinaRegistrar);
      await veto(world, id, owner);
      await manager.grantRole(roleOf(0, IDENTITY), officer, 0);
      await propose(world, id, next, officer, [0n]);
      expect((await identities.recoveryOf(id)).acting).to.equal(0n);
      await complete(world, id, next);
      expect(await present(world, id, next)).to.equal(Presence.Valid);
    });
  });

  it("leaves the thief with every key of the old phone nothing: no rotation, veto, move, presence, and no operator of theirs", async () => {
    const world = await loadFixture(theft);
    const { identities, registrar, hunanRegistrar, victim, next, thief, officer, stranger } = world;
    await setOperator(world, victim, thief, officer.address, true);
    await setOperator(world, victim, thief, stranger.address, true);
    await recover(world, victim, next);
    const refused = async (act: Promise<unknown>, what: string) =>
      expect(act, what).to.be.revertedWithCustomError(identities, "NotCurrentSigner").withArgs(victim, thief.signer);
    await refused(rotate(world, victim, thief, newKey()), "rotate");
    await refused(move(world, victim, thief, HUNAN, { by: hunanRegistrar }), "move");
    await refused(setOperator(world, victim, thief, registrar.address, true), "name an operator");
    expect(await present(world, victim, thief)).to.equal(Presence.SignatureInvalid);
    expect(await identities.isSignedBy(victim, ZeroHash, thief.signer, await thief.sign(ZeroHash))).to.equal(false);
    for (const operator of [officer, stranger]) expect(await identities.isOperator(victim, operator)).to.equal(false);
    expect(await identities.operatorCount(victim)).to.equal(0n);
    expect(await identities.operatorsOf(victim, 0, 9)).to.deep.equal([]);
    await expect(identities.connect(officer).renounceOperator(victim)).to.be.revertedWithCustomError(
      identities,
      "OperatorUnchanged",
    );
    await setOperator(world, victim, next, officer.address, true);
    expect(await identities.operatorsOf(victim, 0, 9)).to.deep.equal([officer.address]);
    await propose(world, victim, world.newPhone());
    await refused(veto(world, victim, thief), "veto");
    await veto(world, victim, next);
  });
});
