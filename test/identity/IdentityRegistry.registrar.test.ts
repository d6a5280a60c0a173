import { expect } from "chai";

import { IDENTITY, roleOf } from "../../src/index.js";
import { MOVE_TYPES } from "../../src/identity/typed-data.js";
import { ControllerWallet__factory } from "../../typechain/index.js";
import { CHINA, code, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import { complete, DAY, move, notReady, persons, present, propose, rotate, stateOf, Status } from "./persons.js";
import { LATER, newKey, register, word } from "./world.js";

const TANGSHAN = 5n;
const BAODING = 6n;

/** Tangshan and Baoding below Hebei, each with a registrar. */
async function cityWorld() {
  const world = await loadFixture(persons);
  const { registry, manager, hebei, others } = world;
  const [tangshan, baoding, tangshanRegistrar, baodingRegistrar] = others as [
    (typeof others)[0],
    (typeof others)[0],
    (typeof others)[0],
    (typeof others)[0],
  ];
  await registry.connect(hebei).allocateMany(HEBEI, [
    { code: code("MA.156.1302"), name: "唐山市", controller: tangshan },
    { code: code("MA.156.1306"), name: "保定市", controller: baoding },
  ]);
  await manager.connect(tangshan).grantRole(roleOf(TANGSHAN, IDENTITY), tangshanRegistrar, 0);
  await manager.connect(baoding).grantRole(roleOf(BAODING, IDENTITY), baodingRegistrar, 0);
  return { ...world, tangshanRegistrar, baodingRegistrar };
}

describe("IdentityRegistry: cities that cannot act", () => {
  it("a suspended city widens nothing, but ends and restricts by the role alone", async () => {
    const world = await loadFixture(cityWorld);
    const { identities, manager, registry, registrar, hebei, id, key, companyId } = world;
    await identities.connect(registrar).suspend(companyId, 1, []);
    await identities.beginTagVersion();
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    for (const act of [
      async () => register(world, newKey(), { tags: [word(), word()] }),
      async () => identities.connect(registrar).addTag(id, word(), []),
      async () => identities.connect(registrar).reinstate(companyId, 1, []),
      async () => propose(world, id, newKey()),
    ]) {
      await expect(act()).to.be.revertedWithCustomError(manager, "CityNotActive").withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
    }
    expect(await present(world, id, key), "its residents are who they are").to.equal(0n);
    await rotate(world, id, key, newKey());
    await identities.connect(registrar).suspend(id, 1, []);
    await identities.connect(registrar).close(id, 1, []);
    expect(await identities.statusOf(id)).to.equal(Status.Closed);
  });

  it("so does one in a closed contract", async () => {
    const world = await loadFixture(cityWorld);
    const { identities, manager, registrar, id, key, companyId } = world;
    await identities.connect(registrar).suspend(companyId, 1, []);
    await identities.beginTagVersion();
    await manager.setTargetClosed(identities, true);
    for (const act of [
      async () => register(world, newKey(), { tags: [word(), word()] }),
      async () => identities.connect(registrar).addTag(id, word(), []),
      async () => identities.connect(registrar).reinstate(companyId, 1, []),
      async () => propose(world, id, newKey()),
      async () => move(world, id, key, HUNAN),
    ]) {
      await expect(act())
        .to.be.revertedWithCustomError(manager, "ContractClosed")
        .withArgs(await identities.getAddress());
    }
    await rotate(world, id, key, newKey());
    await identities.connect(registrar).suspend(id, 1, []);
    await identities.connect(registrar).close(id, 1, []);
    await identities.connect(registrar).close(companyId, 1, []);
  });

  it("the nearest active ancestor acts for it, and no other, nor for long", async () => {
    const world = await loadFixture(cityWorld);
    const { identities, registry, hebei, china, hebeiRegistrar, chinaRegistrar, hunanRegistrar, id, companyId } = world;
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    for (const [by, lineage] of [
      [hebeiRegistrar, []], // it says for which city it acts
      [chinaRegistrar, [CHINA]], // Hebei is nearer
      [hunanRegistrar, [HUNAN]],
      [hunanRegistrar, [HEBEI]],
      [hebeiRegistrar, [HEBEI, HEBEI]],
    ] as const) {
      await expect(identities.connect(by).suspend(id, 1, [...lineage]))
        .to.be.revertedWithCustomError(identities, "NoStanding")
        .withArgs(by.address, SHIJIAZHUANG);
    }
    await identities.connect(hebeiRegistrar).suspend(id, 1, [HEBEI]);
    await identities.connect(hebeiRegistrar).reinstate(id, 1, [HEBEI]);
    await registry.connect(china).suspend(HEBEI, 1);
    await expect(identities.connect(hebeiRegistrar).suspend(id, 1, [HEBEI])).to.be.revertedWithCustomError(
      identities,
      "NoStanding",
    );
    await identities.connect(chinaRegistrar).close(companyId, 1, [CHINA]);
    await registry.connect(china).reinstate(HEBEI);
    await registry.connect(hebei).reinstate(SHIJIAZHUANG);
    await expect(identities.connect(hebeiRegistrar).suspend(id, 1, [HEBEI])).to.be.revertedWithCustomError(
      identities,
      "NoStanding",
    );
  });

  it("the network acts where the whole country is suspended", async () => {
    const world = await loadFixture(cityWorld);
    const { identities, manager, registry, officer, id } = world;
    await manager.grantRole(roleOf(0, IDENTITY), officer, 0);
    await expect(identities.connect(officer).suspend(id, 1, [0])).to.be.revertedWithCustomError(
      identities,
      "NoStanding",
    );
    await registry.suspend(CHINA, 1);
    await identities.connect(officer).suspend(id, 1, [0]);
    await identities.connect(officer).reinstate(id, 1, [0]);
    await propose(world, id, world.newPhone(), officer, [0n]);
    expect((await identities.recoveryOf(id)).acting).to.equal(0n);
  });

  it("a retired city's people are its successors', by lineage, or its nearest active ancestor's", async () => {
    const world = await loadFixture(cityWorld);
    const { identities, manager, registry, hebei, id, companyId, key } = world;
    const { registrar, hebeiRegistrar, tangshanRegistrar, baodingRegistrar } = world;
    await registry.connect(hebei).retire(SHIJIAZHUANG, [TANGSHAN], []);
    await expect(identities.connect(tangshanRegistrar).suspend(id, 1, [])).to.be.revertedWithCustomError(
      identities,
      "NoStanding",
    );
    await identities.connect(tangshanRegistrar).suspend(id, 1, [TANGSHAN]);
    await expect(identities.connect(registrar).reinstate(id, 1, [])).to.be.revertedWithCustomError(
      manager,
      "CityNotActive",
    );
    await identities.connect(hebeiRegistrar).reinstate(id, 1, [HEBEI]);
    await registry.connect(hebei).retire(TANGSHAN, [BAODING], []);
    for (const lineage of [[BAODING], [BAODING, TANGSHAN], [TANGSHAN, TANGSHAN, BAODING]]) {
      await expect(identities.connect(baodingRegistrar).suspend(id, 1, lineage)).to.be.revertedWithCustomError(
        identities,
        "NoStanding",
      );
    }
    await identities.connect(baodingRegistrar).suspend(id, 1, [TANGSHAN, BAODING]);
    await expect(
      identities.connect(tangshanRegistrar).reinstate(id, 1, [TANGSHAN]),
      "a successor that is retired itself",
    )
      .to.be.revertedWithCustomError(manager, "CityNotActive")
      .withArgs(TANGSHAN, TANGSHAN);
    await identities.connect(baodingRegistrar).reinstate(id, 1, [TANGSHAN, BAODING]);
    await identities.connect(registrar).close(companyId, 1, []); // its own, by the role alone, as long as they hold it
    const next = newKey();
    await propose(world, id, next, baodingRegistrar, [TANGSHAN, BAODING]);
    expect((await identities.recoveryOf(id)).acting).to.equal(BAODING);
    await complete(world, id, next);
    await move(world, id, next, BAODING, { by: baodingRegistrar, officer: tangshanRegistrar, lineage: [TANGSHAN] });
    expect((await stateOf(world, id)).city).to.equal(BAODING);
    expect(await present(world, id, key)).to.equal(3n);
  });
});

describe("IdentityRegistry: moving", () => {
  it("takes the person, a registrar of the city left, and one of the city entered", async () => {
    const world = await loadFixture(persons);
    const { identities, registrar, hunanRegistrar, id, key } = world;
    const { changedIn } = await stateOf(world, id);
    await expect(move(world, id, key, HUNAN))
      .to.emit(identities, "IdentityMoved")
      .withArgs(id, SHIJIAZHUANG, HUNAN, registrar.address, hunanRegistrar.address, changedIn);
    expect(await stateOf(world, id)).to.deep.include({ city: HUNAN, changes: 1n });
    await expect(identities.connect(registrar).suspend(id, 1, [])).to.be.revertedWithCustomError(
      identities,
      "NoStanding",
    );
    await identities.connect(hunanRegistrar).suspend(id, 1, []);
  });

  it("is entered under the guard, into another city", async () => {
    const world = await loadFixture(persons);
    const { identities, manager, registry, china, id, key, registrar, hunanRegistrar, stranger } = world;
    await expect(move(world, id, key, SHIJIAZHUANG, { by: registrar }))
      .to.be.revertedWithCustomError(identities, "CityUnchanged")
      .withArgs(SHIJIAZHUANG);
    for (const by of [registrar, stranger]) {
      await expect(move(world, id, key, HUNAN, { by }))
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(by.address, HUNAN, IDENTITY);
    }
    await registry.connect(china).suspend(HUNAN, 1);
    await expect(move(world, id, key, HUNAN)).to.be.revertedWithCustomError(manager, "CityNotActive");
    await registry.connect(china).reinstate(HUNAN);
    await identities.connect(registrar).suspend(id, 1, []);
    await notReady(world, move(world, id, key, HUNAN, { by: hunanRegistrar }), id, Status.Suspended);
  });

  it("is no registrar's alone, nor two registrars': the person signs, for this city and this time", async () => {
    const world = await loadFixture(persons);
    const { identities, id, key, company } = world;
    await expect(move(world, id, company, HUNAN)).to.be.revertedWithCustomError(identities, "NotCurrentSigner");
    const posing = { signer: key.signer, sign: (digest: string) => newKey().sign(digest) };
    await expect(move(world, id, posing, HUNAN)).to.be.revertedWithCustomError(identities, "SignatureInvalid");
    await expect(move(world, id, key, HUNAN, { deadline: 5 })).to.be.revertedWithCustomError(
      identities,
      "OrderExpired",
    );
    await expect(move(world, id, key, HUNAN, { changes: 1n })).to.be.revertedWithCustomError(
      identities,
      "SignatureInvalid",
    );
  });

  it("needs a release by a registrar of the city left, for this city: no dismissed one, none of another city", async () => {
    const world = await loadFixture(persons);
    const { identities, manager, shijiazhuang, id, key, registrar, officer } = world;
    const refused = async (
      twist: NonNullable<Parameters<typeof move>[4]>,
      by: { address: string } = twist.officer ?? registrar,
    ) =>
      expect(move(world, id, key, HUNAN, twist))
        .to.be.revertedWithCustomError(identities, "ReleaseInvalid")
        .withArgs(by.address, SHIJIAZHUANG);
    await refused({ officer: world.stranger });
    await refused({ officer: world.hunanRegistrar }); // both sides by the same hand
    await refused({ officer: world.hebeiRegistrar, lineage: [HEBEI] });
    await refused({ releasedTo: CHINA });
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, IDENTITY), officer, DAY);
    await refused({ officer }); // with a delay
    await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, IDENTITY), officer);
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, IDENTITY), officer, 0);
    const order = { identity: id, to: HUNAN, changes: 0, deadline: LATER };
    const release = {
      officer,
      signature: await world.sign(officer, "identities", MOVE_TYPES, order),
      lineage: [],
    };
    await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, IDENTITY), officer);
    const signed = {
      signer: key.signer,
      deadline: LATER,
      signature: await world.sign(key, "identities", MOVE_TYPES, order),
    };
    const send = (as = release) => identities.connect(world.hunanRegistrar).move(id, HUNAN, signed, as);
    await expect(send(), "dismissed since")
      .to.be.revertedWithCustomError(identities, "ReleaseInvalid")
      .withArgs(officer.address, SHIJIAZHUANG);
    await expect(send({ ...release, officer: registrar }), "another's signature").to.be.revertedWithCustomError(
      identities,
      "ReleaseInvalid",
    );
    await expect(send({ ...release, officer: registrar, signature: "0x" })).to.be.revertedWithCustomError(
      identities,
      "ReleaseInvalid",
    );
    await move(world, id, key, HUNAN);
  });

  it("is released by the ancestor that acts for a suspended city, and by an officer whose account is a contract", async () => {
    const world = await loadFixture(persons);
    const { identities, manager, registry, hebei, shijiazhuang, hebeiRegistrar, hunanRegistrar, id, companyId } = world;
    const { key, company, registrar, administrator } = world;
    const wallet = await new ControllerWallet__factory(administrator).deploy(registrar);
    const officer = await wallet.getAddress();
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, IDENTITY), officer, 0);
    const order = { identity: companyId, to: HUNAN, changes: 0, deadline: LATER };
    const signature = await world.sign(company, "identities", MOVE_TYPES, order);
    await identities
      .connect(hunanRegistrar)
      .move(
        companyId,
        HUNAN,
        { signer: company.signer, deadline: LATER, signature },
        { officer, signature: await world.sign(registrar, "identities", MOVE_TYPES, order), lineage: [] },
      );
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await move(world, id, key, HUNAN, { officer: hebeiRegistrar, lineage: [HEBEI] });
    for (const one of [id, companyId]) expect((await stateOf(world, one)).city).to.equal(HUNAN);
  });
});
