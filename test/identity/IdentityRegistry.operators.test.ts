import { expect } from "chai";

import { loadFixture, SHIJIAZHUANG } from "../world.js";
import { notReady, persons, type PersonsWorld, propose, rotate, setOperator, stateOf, Status } from "./persons.js";
import { Kind, newKey, register, word } from "./world.js";

describe("IdentityRegistry: operators", () => {
  const list = async ({ identities }: PersonsWorld, id: string, start = 0, count = 9) => [
    ...(await identities.operatorsOf(id, start, count)),
  ];

  it("act for a legal person that names them by its key, until it names them no more", async () => {
    const world = await loadFixture(persons);
    const { identities, companyId, company, officer } = world;
    const { changedIn } = await stateOf(world, companyId);
    expect(await identities.isOperator(companyId, officer)).to.equal(false);
    await expect(setOperator(world, companyId, company, officer.address, true))
      .to.emit(identities, "OperatorAuthorized")
      .withArgs(companyId, officer.address, changedIn);
    expect(await identities.isOperator(companyId, officer)).to.equal(true);
    await expect(setOperator(world, companyId, company, officer.address, true))
      .to.be.revertedWithCustomError(identities, "OperatorUnchanged")
      .withArgs(companyId, officer.address);
    const named = (await stateOf(world, companyId)).changedIn;
    await expect(setOperator(world, companyId, company, officer.address, false))
      .to.emit(identities, "OperatorRevoked")
      .withArgs(companyId, officer.address, named);
    expect(await identities.isOperator(companyId, officer)).to.equal(false);
    await expect(setOperator(world, companyId, company, officer.address, false))
      .to.be.revertedWithCustomError(identities, "OperatorUnchanged")
      .withArgs(companyId, officer.address);
    expect((await stateOf(world, companyId)).changes).to.equal(2n);
  });

  it("are none of natural persons, nor of those who do not sign", async () => {
    const world = await loadFixture(persons);
    const { identities, id, key, companyId, company, officer } = world;
    await expect(setOperator(world, id, key, officer.address, true)).to.be.revertedWithCustomError(
      identities,
      "NotLegalPerson",
    );
    await expect(setOperator(world, companyId, key, officer.address, true)).to.be.revertedWithCustomError(
      identities,
      "NotCurrentSigner",
    );
    const posing = { signer: company.signer, sign: (digest: string) => key.sign(digest) };
    await expect(setOperator(world, companyId, posing, officer.address, true)).to.be.revertedWithCustomError(
      identities,
      "SignatureInvalid",
    );
  });

  it("are listed by page", async () => {
    const world = await loadFixture(persons);
    const { identities, companyId, company, others } = world;
    const named = others.slice(0, 5).map(({ address }) => address);
    for (const address of named) await setOperator(world, companyId, company, address, true);
    expect(await identities.operatorCount(companyId)).to.equal(5n);
    const pages = [
      ...(await list(world, companyId, 0, 2)),
      ...(await list(world, companyId, 2, 2)),
      ...(await list(world, companyId, 4, 2)),
    ];
    expect(pages).to.have.members(named);
    expect(await list(world, companyId, 5, 2)).to.deep.equal([]);
    await setOperator(world, companyId, company, named[1]!, false);
    expect(await list(world, companyId)).to.have.members([0, 2, 3, 4].map((i) => named[i]));
  });

  it("renounce, even of a suspended identity; others cannot", async () => {
    const world = await loadFixture(persons);
    const { identities, registrar, companyId, company, officer, stranger } = world;
    await setOperator(world, companyId, company, officer.address, true);
    await expect(identities.connect(stranger).renounceOperator(companyId))
      .to.be.revertedWithCustomError(identities, "OperatorUnchanged")
      .withArgs(companyId, stranger.address);
    await identities.connect(registrar).suspend(companyId, 1, []);
    const { changedIn } = await stateOf(world, companyId);
    await expect(identities.connect(officer).renounceOperator(companyId))
      .to.emit(identities, "OperatorRevoked")
      .withArgs(companyId, officer.address, changedIn);
    expect(await list(world, companyId)).to.deep.equal([]);
  });

  it("act while the legal person is active, and stay through a rotation", async () => {
    const world = await loadFixture(persons);
    const { identities, registrar, companyId, company, officer } = world;
    await setOperator(world, companyId, company, officer.address, true);
    const next = world.newPhone();
    await rotate(world, companyId, company, next);
    expect(await identities.isOperator(companyId, officer)).to.equal(true);
    await identities.connect(registrar).suspend(companyId, 1, []);
    expect(await identities.isOperator(companyId, officer)).to.equal(false);
    await notReady(world, setOperator(world, companyId, next, registrar.address, true), companyId, Status.Suspended);
    await identities.connect(registrar).reinstate(companyId, 1, []);
    expect(await identities.isOperator(companyId, officer)).to.equal(true);
    await identities.connect(registrar).close(companyId, 1, []);
    expect(await identities.isOperator(companyId, officer)).to.equal(false);
  });

  it("are revoked by the key whatever the state of the legal person: suspended, recovering or closed", async () => {
    const world = await loadFixture(persons);
    const { identities, registrar, companyId, company, others } = world;
    const named = others.slice(0, 3).map(({ address }) => address);
    for (const address of named) await setOperator(world, companyId, company, address, true);
    await identities.connect(registrar).suspend(companyId, 1, []);
    await setOperator(world, companyId, company, named[0]!, false);
    await propose(world, companyId, newKey());
    await setOperator(world, companyId, company, named[1]!, false);
    await identities.connect(registrar).withdrawRecovery(companyId, []);
    await identities.connect(registrar).close(companyId, 1, []);
    await setOperator(world, companyId, company, named[2]!, false);
    expect(await list(world, companyId)).to.deep.equal([]);
    await notReady(world, setOperator(world, companyId, company, named[2]!, true), companyId, Status.Closed);
    await expect(setOperator(world, word(), company, named[2]!, false)).to.be.revertedWithCustomError(
      identities,
      "IdentityUnknown",
    );
  });

  it("are named while the city may act and the contract is open, and revoked then too", async () => {
    const world = await loadFixture(persons);
    const { identities, manager, registry, hebei, companyId, company, officer, stranger } = world;
    await setOperator(world, companyId, company, officer.address, true);
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await expect(setOperator(world, companyId, company, stranger.address, true))
      .to.be.revertedWithCustomError(manager, "CityNotActive")
      .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
    await registry.connect(hebei).reinstate(SHIJIAZHUANG);
    await manager.setTargetClosed(identities, true);
    await expect(setOperator(world, companyId, company, stranger.address, true))
      .to.be.revertedWithCustomError(manager, "ContractClosed")
      .withArgs(await identities.getAddress());
    await setOperator(world, companyId, company, officer.address, false);
    expect(await identities.isOperator(companyId, officer)).to.equal(false);
  });

  it("of a department are a legal person's like any other's", async () => {
    const world = await loadFixture(persons);
    const department = world.newPhone();
    const id = await register(world, department, { kind: Kind.Legal });
    await setOperator(world, id, department, world.officer.address, true);
    expect(await list(world, id)).to.deep.equal([world.officer.address]);
  });
});
