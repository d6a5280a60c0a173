import { expect } from "chai";
import { encodeBytes32String, ZeroHash } from "ethers";

import { IDENTITY_TYPES } from "../../src/identity/typed-data.js";
import type { IIdentityRegistry } from "../../typechain/identity/IdentityRegistry.js";
import { HUNAN, loadFixture } from "../world.js";
import { persons, propose, Status, stateOf } from "./persons.js";
import { identityOf, Kind, newKey, register, word } from "./world.js";

type Identity = IIdentityRegistry.IdentityStruct;

describe("IdentityRegistry: who is registered already", () => {
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

  describe("tags", () => {
    it("give one tag to one open identity in the whole network; closing frees it", async () => {
      const world = await loadFixture(desk);
      const { identities, registrar, hunanRegistrar } = world;
      const tag = word();
      const first = await register(world, newKey(), { tags: [tag] });
      const again = async () => register(world, newKey(), { tags: [tag], city: HUNAN }, hunanRegistrar);
      const taken = async () =>
        expect(again()).to.be.revertedWithCustomError(identities, "TagTaken").withArgs(1, tag, first);
      await taken();
      await identities.connect(registrar).suspend(first, 1, []);
      await taken();
      await propose(world, first, newKey());
      await taken();
      await identities.connect(registrar).withdrawRecovery(first, []);
      await identities.connect(registrar).close(first, 1, []);
      const second = await again();
      expect(await identities.holderOf(1, tag)).to.equal(second);
    });

    it("are presented under all living versions of the tag key, and nothing else", async () => {
      const world = await loadFixture(desk);
      const { identities, send } = world;
      const refused = async (change: Partial<Identity>, first: number, last: number) => {
        const key = newKey();
        await expect(send(key, identityOf(key, change)), JSON.stringify(change))
          .to.be.revertedWithCustomError(identities, "TagsInvalid")
          .withArgs(first, last);
      };
      for (const change of [{ tags: [] }, { tags: [word(), word()] }, { tags: [ZeroHash] }, { tagVersion: 0 }]) {
        await refused(change, 1, 1);
      }
      await refused({ tagVersion: 2 }, 1, 1);
      await identities.beginTagVersion();
      for (const change of [{}, { tags: [word()], tagVersion: 2 }, { tags: [word(), ZeroHash] }, { tagVersion: 2 }]) {
        await refused(change, 1, 2);
      }
      const tags = [word(), word()];
      const id = await register(world, newKey(), { tags });
      expect((await stateOf(world, id)).tagVersion).to.equal(2n);
      expect(await identities.holderOf(1, tags[0]!)).to.equal(id);
      expect(await identities.holderOf(2, tags[1]!)).to.equal(id);
    });

    it("let nobody in twice while two versions of the tag key live", async () => {
      const world = await loadFixture(desk);
      const { identities } = world;
      const [old, renewed] = [word(), word()];
      const id = await register(world, newKey(), { tags: [old] });
      await identities.beginTagVersion();
      await expect(register(world, newKey(), { tags: [old, renewed] }), "known under the old version alone")
        .to.be.revertedWithCustomError(identities, "TagTaken")
        .withArgs(1, old, id);
      const tags = [word(), word()];
      const other = await register(world, newKey(), { tags });
      await expect(register(world, newKey(), { tags: [word(), tags[1]!] }), "known under the new one")
        .to.be.revertedWithCustomError(identities, "TagTaken")
        .withArgs(2, tags[1], other);
      await expect(register(world, newKey(), { tags: [tags[0]!, word()] })).to.be.revertedWithCustomError(
        identities,
        "TagTaken",
      );
    });

    it("are added under the newest version by the city's registrar, before the older one is retired", async () => {
      const world = await loadFixture(desk);
      const { identities, registrar, hunanRegistrar, id } = world;
      const add = (tag: string, to = id, by = registrar) => identities.connect(by).addTag(to, tag, []);
      await expect(add(word())).to.be.revertedWithCustomError(identities, "TagVersionHeld").withArgs(id, 1);
      await identities.beginTagVersion();
      await expect(add(word(), word()), "nobody's").to.be.revertedWithCustomError(identities, "IdentityUnknown");
      await expect(add(word(), id, hunanRegistrar)).to.be.revertedWithCustomError(identities, "NoStanding");
      await expect(add(ZeroHash)).to.be.revertedWithCustomError(identities, "TagsInvalid").withArgs(1, 2);
      const { changedIn, changes } = await stateOf(world, id);
      const tag = word();
      await expect(add(tag)).to.emit(identities, "TagAdded").withArgs(id, 2, tag, registrar.address, changedIn);
      expect(await stateOf(world, id)).to.deep.include({ tagVersion: 2n, changes: changes + 1n });
      await expect(add(word())).to.be.revertedWithCustomError(identities, "TagVersionHeld").withArgs(id, 2);
      await expect(add(tag, world.companyId))
        .to.be.revertedWithCustomError(identities, "TagTaken")
        .withArgs(2, tag, id);
      await identities.retireTagVersion();
      await expect(register(world, newKey(), { tagVersion: 2, tags: [tag] }))
        .to.be.revertedWithCustomError(identities, "TagTaken")
        .withArgs(2, tag, id);
      await register(world, newKey(), { tagVersion: 2 });
      await identities.connect(registrar).close(world.companyId, 1, []);
      await expect(add(word(), world.companyId))
        .to.be.revertedWithCustomError(identities, "IdentityNotReady")
        .withArgs(world.companyId, Status.Closed);
    });

    it("have versions that the network begins and retires, two at most and one at least", async () => {
      const { identities, registrar, stranger, china } = await loadFixture(desk);
      for (const by of [registrar, stranger, china]) {
        for (const act of ["beginTagVersion", "retireTagVersion"] as const) {
          await expect(identities.connect(by)[act]())
            .to.be.revertedWithCustomError(identities, "AccessManagedUnauthorized")
            .withArgs(by.address);
        }
      }
      expect(await identities.tagVersions()).to.deep.equal([1n, 1n]);
      await expect(identities.retireTagVersion())
        .to.be.revertedWithCustomError(identities, "TagVersionsInvalid")
        .withArgs(2, 1);
      await expect(identities.beginTagVersion()).to.emit(identities, "TagVersionsChanged").withArgs(1, 2);
      await expect(identities.beginTagVersion())
        .to.be.revertedWithCustomError(identities, "TagVersionsInvalid")
        .withArgs(1, 3);
      await expect(identities.retireTagVersion()).to.emit(identities, "TagVersionsChanged").withArgs(2, 2);
      expect(await identities.tagVersions()).to.deep.equal([2n, 2n]);
    });
  });

  describe("public codes", () => {
    const code = encodeBytes32String("91350100M000100Y43");

    it("are unique among open legal persons, whatever their tags", async () => {
      const world = await loadFixture(desk);
      const { identities, send, registrar } = world;
      const key = newKey();
      const identity = identityOf(key, { kind: Kind.Legal, code });
      const id = await identities.idOf(identity);
      await expect(send(key, identity)).to.emit(identities, "PublicCodeRegistered").withArgs(id, code);
      expect(await identities.holderOf(0, code)).to.equal(id);
      await expect(register(world, newKey(), { kind: Kind.Legal, code }))
        .to.be.revertedWithCustomError(identities, "TagTaken")
        .withArgs(0, code, id);
      await identities.connect(registrar).close(id, 1, []);
      const next = await register(world, newKey(), { kind: Kind.Legal, code });
      expect(await identities.holderOf(0, code)).to.equal(next);
    });

    it("are no tags, and tags are no codes", async () => {
      const world = await loadFixture(desk);
      const [tag, other] = [word(), word()];
      await register(world, newKey(), { kind: Kind.Legal, tags: [tag], code: other });
      await register(world, newKey(), { kind: Kind.Legal, tags: [other], code: tag });
    });

    it("are none of natural persons, whose numbers stay off the chain", async () => {
      const { identities, send } = await loadFixture(desk);
      const key = newKey();
      await expect(send(key, identityOf(key, { code }))).to.be.revertedWithCustomError(identities, "NotLegalPerson");
    });
  });
});
