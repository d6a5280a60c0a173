import { expect } from "chai";
import { ZeroHash } from "ethers";

import { IDENTITY, roleOf } from "../../src/index.js";
import type { PersonKey } from "../../src/identity/key.js";
import { CHINA, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import {
  complete,
  controlOf,
  DAY,
  present,
  notReady,
  proposalOf,
  propose,
  rotate,
  setOperator,
  stateOf,
  theft,
  vetoed,
  Status,
  veto,
} from "./persons.js";
import { newKey, register, word } from "./world.js";

const Presence = { Valid: 0n, IdentityNotActive: 2n, SignatureInvalid: 3n } as const;
const WAIT = 7 * DAY;
const FINAL_WAIT = 30 * DAY;
const VETO_PERIOD = 90 * DAY;

describe("IdentityRegistry: stopping a recovery", () => {
  describe("veto", () => {
    it("is the present key's, once: whom a corrupt registrar would replace stays", async () => {
      const world = await loadFixture(theft);
      const { identities, victim, thief: owner, next: corrupt } = world;
      await notReady(world, veto(world, victim, owner), victim, Status.Active);
      await propose(world, victim, corrupt);
      await expect(veto(world, victim, corrupt))
        .to.be.revertedWithCustomError(identities, "NotCurrentSigner")
        .withArgs(victim, corrupt.signer);
      const posing: PersonKey = { signer: owner.signer, sign: (digest) => corrupt.sign(digest) };
      await expect(veto(world, victim, posing)).to.be.revertedWithCustomError(identities, "SignatureInvalid");
      await expect(veto(world, victim, owner, { changes: 0n })).to.be.revertedWithCustomError(
        identities,
        "SignatureInvalid",
      );
      await expect(veto(world, victim, owner, { deadline: 5 })).to.be.revertedWithCustomError(
        identities,
        "OrderExpired",
      );
      const { changedIn } = await stateOf(world, victim);
      await expect(veto(world, victim, owner))
        .to.emit(identities, "RecoveryVetoed")
        .withArgs(victim, changedIn);
      expect(await stateOf(world, victim)).to.deep.include({ vetoed: true, recovering: false, recoveries: 0n });
      const until = BigInt((await time.latest()) + VETO_PERIOD);
      expect(await identities.recoveryOf(victim)).to.deep.equal([ZeroHash, 0n, until, false, 1n]);
      expect(await present(world, victim, owner)).to.equal(Presence.Valid);
      await notReady(world, identities.completeRecovery(victim, controlOf(corrupt)), victim, Status.Active);
    });

    it("comes until the recovery is completed, even after it is due", async () => {
      const world = await loadFixture(theft);
      await propose(world, world.victim, world.next);
      await time.increase(WAIT + DAY);
      await veto(world, world.victim, world.thief);
      expect((await stateOf(world, world.victim)).vetoed).to.equal(true);
    });

    it("leaves it to a registrar of an ancestor, who names exactly one, and acts under the guard", async () => {
      const world = await loadFixture(vetoed);
      const { identities, manager, registry, registrar, hebeiRegistrar, victim, next, china } = world;
      for (const [by, lineage] of [
        [registrar, []],
        [registrar, [SHIJIAZHUANG]],
        [hebeiRegistrar, []],
        [world.hunanRegistrar, [HUNAN]],
        [world.chinaRegistrar, [HEBEI, CHINA]],
      ] as const) {
        await expect(propose(world, victim, next, by, [...lineage]))
          .to.be.revertedWithCustomError(identities, "AncestorRequired")
          .withArgs(SHIJIAZHUANG);
      }
      await expect(propose(world, victim, next, registrar, [HEBEI]))
        .to.be.revertedWithCustomError(identities, "AncestorRequired")
        .withArgs(SHIJIAZHUANG);
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(propose(world, victim, next, hebeiRegistrar, [HEBEI]))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(HEBEI, HEBEI);
      await propose(world, victim, next, world.chinaRegistrar, [CHINA]);
      expect((await identities.recoveryOf(victim)).acting).to.equal(CHINA);
    });

    it("cannot be repeated for ever: the ancestor's recovery waits longer, and no veto stands against it", async () => {
      const world = await loadFixture(vetoed);
      const { identities, hebeiRegistrar, victim, next, thief } = world;
      const dueAt = (await timeOf(propose(world, victim, next, hebeiRegistrar, [HEBEI]))) + FINAL_WAIT;
      const recovery = await identities.recoveryOf(victim);
      expect([recovery.acting, recovery.dueAt, recovery.isFinal]).to.deep.equal([HEBEI, BigInt(dueAt), true]);
      await expect(veto(world, victim, thief))
        .to.be.revertedWithCustomError(identities, "RecoveryFinal")
        .withArgs(victim);
      await time.setNextBlockTimestamp(dueAt - 1);
      await expect(identities.completeRecovery(victim, controlOf(next))).to.be.revertedWithCustomError(
        identities,
        "RecoveryNotDue",
      );
      await complete(world, victim, next);
      expect(await stateOf(world, victim)).to.deep.include({ vetoed: false, recoveries: 1n });
      await propose(world, victim, newKey()); // the next one is the city's to propose, and the new key's to veto
      await veto(world, victim, next);
    });

    it("does not help a thief who rotates between the veto and the ancestor's proposal", async () => {
      const world = await loadFixture(vetoed);
      const { identities, hebeiRegistrar, victim, next, thief } = world;
      const other = newKey();
      await rotate(world, victim, thief, other);
      expect((await stateOf(world, victim)).vetoed).to.equal(true);
      await expect(propose(world, victim, next)).to.be.revertedWithCustomError(identities, "AncestorRequired");
      await propose(world, victim, next, hebeiRegistrar, [HEBEI]);
      for (const key of [thief, other])
        await expect(veto(world, victim, key)).to.be.revertedWithCustomError(identities, "RecoveryFinal");
      await complete(world, victim, next);
      expect(await present(world, victim, next)).to.equal(Presence.Valid);
    });

    it("does not help a thief who rotates ahead of each proposal, or has the identity suspended and reinstated", async () => {
      const world = await loadFixture(theft);
      const { identities, registrar, victim, next, thief } = world;
      const agreed = await proposalOf(world, victim, next);
      await rotate(world, victim, thief, thief); // to itself
      await identities.connect(registrar).suspend(victim, 1, []);
      await identities.connect(registrar).reinstate(victim, 1, []);
      await identities.connect(registrar).proposeRecovery(victim, agreed, []);
      await complete(world, victim, next);
      expect(await present(world, victim, next)).to.equal(Presence.Valid);
    });
  });

  describe("while a veto counts", () => {
    it("a corrupt registrar does not get rid of it, by suspending, reinstating or adding tags", async () => {
      const world = await loadFixture(theft);
      const { identities, registrar, victim, next: corrupt, thief: owner } = world;
      await propose(world, victim, corrupt);
      const { changes } = await identities.recoveryOf(victim);
      await identities.beginTagVersion();
      await identities.connect(registrar).suspend(victim, 1, []);
      await identities.connect(registrar).addTag(victim, word(), []);
      await identities.connect(registrar).reinstate(victim, 1, []);
      expect((await stateOf(world, victim)).changes).to.equal(changes + 3n);
      await veto(world, victim, owner, { changes });
    });

    it("nor does an operator, by renouncing", async () => {
      const world = await loadFixture(theft);
      const { identities, officer, victim, next: corrupt, thief: owner } = world;
      await setOperator(world, victim, owner, officer.address, true);
      await propose(world, victim, corrupt);
      const { changes } = await identities.recoveryOf(victim);
      await identities.connect(officer).renounceOperator(victim);
      await veto(world, victim, owner, { changes });
    });

    it("a veto of an earlier proposal is none of a later one", async () => {
      const world = await loadFixture(theft);
      const { identities, registrar, victim, next, thief: owner } = world;
      await propose(world, victim, next);
      const { changes } = await identities.recoveryOf(victim);
      await identities.connect(registrar).withdrawRecovery(victim, []);
      await propose(world, victim, next);
      await expect(veto(world, victim, owner, { changes })).to.be.revertedWithCustomError(
        identities,
        "SignatureInvalid",
      );
      await veto(world, victim, owner);
    });

    it("only an ancestor closes the identity, by the role alone: a corrupt registrar does not, to register another", async () => {
      const world = await loadFixture(vetoed);
      const { identities, registry, china, registrar, hebeiRegistrar, victim } = world;
      for (const [by, lineage] of [
        [registrar, []],
        [registrar, [SHIJIAZHUANG]],
        [registrar, [HEBEI]],
        [world.hunanRegistrar, [HUNAN]],
        [world.chinaRegistrar, [HEBEI]],
        [world.chinaRegistrar, [HEBEI, CHINA]],
      ] as const) {
        await expect(identities.connect(by).close(victim, 1, [...lineage]))
          .to.be.revertedWithCustomError(identities, "AncestorRequired")
          .withArgs(SHIJIAZHUANG);
      }
      await registry.connect(china).suspend(HEBEI, 1);
      await identities.connect(hebeiRegistrar).close(victim, 1, [HEBEI]);
    });

    it("which is ninety days; then the city proposes and closes as before, and the key may veto again", async () => {
      const world = await loadFixture(vetoed);
      const { identities, registrar, victim, next, thief: owner } = world;
      expect(await identities.VETO_PERIOD()).to.equal(VETO_PERIOD);
      const { dueAt } = await identities.recoveryOf(victim);
      const proposal = await proposalOf(world, victim, next);
      await time.setNextBlockTimestamp(dueAt - 1n);
      await expect(identities.connect(registrar).proposeRecovery(victim, proposal, []))
        .to.be.revertedWithCustomError(identities, "AncestorRequired")
        .withArgs(SHIJIAZHUANG);
      await time.setNextBlockTimestamp(dueAt);
      await identities.connect(registrar).proposeRecovery(victim, proposal, []);
      expect((await identities.recoveryOf(victim)).isFinal).to.equal(false);
      expect((await stateOf(world, victim)).vetoed).to.equal(false);
      await veto(world, victim, owner);
      await expect(identities.connect(registrar).close(victim, 1, [])).to.be.revertedWithCustomError(
        identities,
        "AncestorRequired",
      );
      await time.increase(VETO_PERIOD);
      await identities.connect(registrar).close(victim, 1, []);
    });

    it("the network is its own ancestor", async () => {
      const world = await loadFixture(theft);
      const { identities, manager, officer } = world;
      await manager.grantRole(roleOf(0, IDENTITY), officer, 0);
      const [owner, next] = [newKey(), newKey()];
      const id = await register(world, owner, { city: 0 }, officer);
      await propose(world, id, next, officer);
      await veto(world, id, owner);
      await expect(propose(world, id, next, officer))
        .to.be.revertedWithCustomError(identities, "AncestorRequired")
        .withArgs(0);
      await propose(world, id, next, officer, [0n]);
      expect((await identities.recoveryOf(id)).isFinal).to.equal(true);
    });
  });

  describe("withdrawal", () => {
    it("is for registrars of the city that proposed; the present key stays, and keeps its veto", async () => {
      const world = await loadFixture(theft);
      const { identities, registrar, victim, next, thief: owner } = world;
      await notReady(world, identities.connect(registrar).withdrawRecovery(victim, []), victim, Status.Active);
      await propose(world, victim, next);
      for (const by of [world.stranger, world.hebeiRegistrar, world.hunanRegistrar]) {
        await expect(identities.connect(by).withdrawRecovery(victim, []))
          .to.be.revertedWithCustomError(identities, "NoStanding")
          .withArgs(by.address, SHIJIAZHUANG);
      }
      const { changedIn } = await stateOf(world, victim);
      await expect(identities.connect(registrar).withdrawRecovery(victim, []))
        .to.emit(identities, "RecoveryWithdrawn")
        .withArgs(victim, registrar.address, changedIn);
      expect(await present(world, victim, owner)).to.equal(Presence.Valid);
      await propose(world, victim, next);
      await veto(world, victim, owner);
    });

    it("by an ancestor that thinks better of it gives the veto back", async () => {
      const world = await loadFixture(vetoed);
      const { identities, registrar, hebeiRegistrar, victim, next, thief: owner } = world;
      await propose(world, victim, next, hebeiRegistrar, [HEBEI]);
      await expect(identities.connect(registrar).withdrawRecovery(victim, []), "the city whose proposal was vetoed")
        .to.be.revertedWithCustomError(identities, "NoStanding")
        .withArgs(registrar.address, HEBEI);
      await identities.connect(hebeiRegistrar).withdrawRecovery(victim, []);
      expect(await stateOf(world, victim)).to.deep.include({ vetoed: false, recovering: false });
      await propose(world, victim, next);
      await veto(world, victim, owner);
    });
  });
});
