import { expect } from "chai";
import { getAddress, keccak256, ZeroHash } from "ethers";

import { connect, decodeError, HistoryIncompleteError } from "../../src/index.js";
import { textCommitment } from "../../src/identity/commitment.js";
import { type IdentityEventName, identityHistory } from "../../src/identity/history.js";
import {
  addTag,
  currentSigner,
  findIdentity,
  identityByCode,
  identityById,
  IdentityError,
  identityId,
  isGuardian,
  newGuardianship,
  operatorsOf,
  type Person,
  prepareRegistration,
  registerIdentity,
  signRegistration,
} from "../../src/identity/identity.js";
import type { PersonKey } from "../../src/identity/key.js";
import {
  completeRecovery,
  moveIdentity,
  proposeRecovery,
  renounceOperator,
  rotateKey,
  setOperator,
  signMove,
  signOperator,
  signRecovery,
  signRelease,
  signRotation,
  signVeto,
  vetoRecovery,
  withdrawRecovery,
} from "../../src/identity/order.js";
import { closeIdentity, reinstateIdentity, suspendIdentity } from "../../src/identity/registrar.js";
import { LocalTagService, newTagKey } from "../../src/identity/tag.js";
import { identityWorld, newKey, word } from "../identity/world.js";
import { ethers, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { collect, errorOf, rejection } from "./world.js";

const RESIDENT_NUMBER = "11010519491231002X";
const CODE = "91350100M000100Y43";
const DOUBTFUL = "91350211M0000XUF46";
const FAR = new Date(4_000_000_000_000);
const DAYS = 24 * 3600;

async function clientWorld() {
  const world = await loadFixture(identityWorld);
  const client = await connect({ directory: await world.directory.getAddress(), runner: ethers.provider });
  const tagService = new LocalTagService([newTagKey(1), newTagKey(2)]);
  const enrol = async (key: PersonKey, changes: Partial<Person> = {}, by = world.registrar) => {
    const person: Person = {
      kind: "Natural",
      city: SHIJIAZHUANG,
      number: RESIDENT_NUMBER,
      signer: key.signer,
      deadline: FAR,
      ...changes,
    };
    const { registration } = await prepareRegistration(client, tagService, person);
    return registerIdentity(client, by, registration, await signRegistration(client, registration, key));
  };
  return { ...world, client, tagService, enrol };
}

/** A legal person, unless told otherwise. */
const LEGAL = { kind: "Legal", number: CODE } as const;

describe("identities, through the client", () => {
  const types = async (world: Awaited<ReturnType<typeof clientWorld>>, id: string): Promise<IdentityEventName[]> =>
    (await collect(identityHistory(world.client, id))).map(({ type }) => type);
  const refusal = async (act: () => Promise<unknown>) => decodeError(await errorOf(act)).name;

  describe("registering", () => {
    it("a resident with a phone's key: tags from the service, the person's signature, no number anywhere", async () => {
      const { client, tagService, enrol, newPhone, registrar } = await clientWorld();
      const phone = newPhone();
      const person = { kind: "Natural", number: RESIDENT_NUMBER } as const;
      expect(await findIdentity(client, tagService, person)).to.equal(null);
      const id = await enrol(phone, { number: " 110105 1949 1231 002x" });
      expect(await identityById(client, id)).to.deep.equal({
        id,
        kind: "Natural",
        status: "Active",
        city: Number(SHIJIAZHUANG),
        changes: 0,
        recoveries: 0,
        contestedUntil: null,
        tagVersion: 1,
        guardian: null,
        guardianUntil: null,
        signerHash: keccak256(phone.signer),
        recovery: null,
        changedIn: await ethers.provider.getBlockNumber(),
      });
      expect(await currentSigner(client, id)).to.equal(phone.signer);
      expect(await findIdentity(client, tagService, person)).to.equal(id);
      expect(await findIdentity(client, tagService, { ...person, number: "110105194912310038" })).to.equal(null);
      const [event] = await collect(identityHistory(client, id));
      expect(event).to.deep.include({
        type: "IdentityRegistered",
        city: Number(SHIJIAZHUANG),
        kind: "Natural",
        signer: phone.signer,
        guardian: null,
        guardianUntil: null,
        by: registrar.address,
      });
      const { data } = (await ethers.provider.getTransaction(event!.transaction))!;
      expect(data).not.to.include(Buffer.from(RESIDENT_NUMBER).toString("hex"));
      expect(await refusal(() => enrol(newPhone()))).to.equal("TagTaken");
    });

    it("a legal person, with its code for all to read", async () => {
      const world = await clientWorld();
      const { client, enrol, tagService } = world;
      const id = await enrol(newKey(), { ...LEGAL, publicCode: true });
      expect(await identityByCode(client, CODE.toLowerCase())).to.equal(id);
      expect(await findIdentity(client, tagService, LEGAL)).to.equal(id);
      const [code, registered] = await collect(identityHistory(client, id));
      expect(code).to.deep.include({ type: "PublicCodeRegistered", code: CODE });
      expect(registered).to.deep.include({ type: "IdentityRegistered", kind: "Legal" });
      await closeIdentity(client, world.registrar, id, "Dissolved");
      expect(await identityByCode(client, CODE)).to.equal(null);
      expect(await findIdentity(client, tagService, LEGAL)).to.equal(null);
    });

    it("a legal person whose code is not public, and one whose code fails the check", async () => {
      const { client, tagService, enrol, registrar } = await clientWorld();
      const id = await enrol(newKey(), LEGAL);
      expect(await identityByCode(client, CODE)).to.equal(null);
      expect((await identityById(client, id)).kind).to.equal("Legal");

      const key = newKey();
      const person: Person = {
        ...LEGAL,
        number: DOUBTFUL,
        city: SHIJIAZHUANG,
        signer: key.signer,
        deadline: FAR,
        publicCode: true,
      };
      const error = await errorOf(() => prepareRegistration(client, tagService, person));
      expect(error).to.be.instanceOf(IdentityError);
      expect(error.message).to.match(
        /check character is \w; compare it with the licence; if it is right, set override/,
      );
      const { registration, warnings } = await prepareRegistration(client, tagService, { ...person, override: true });
      expect(warnings).to.have.length(1);
      const doubtful = await registerIdentity(
        client,
        registrar,
        registration,
        await signRegistration(client, registration, key),
      );
      expect(await identityByCode(client, DOUBTFUL)).to.equal(doubtful);
    });

    it("refuses what cannot be, and shows no resident number", async () => {
      const { client, tagService, enrol } = await clientWorld();
      const key = newKey();
      const wrong = await rejection(() => enrol(key, { number: "110105194912310021" }));
      expect(wrong).to.match(/1\*{16}1 has another check character/);
      expect(await rejection(() => enrol(key, { publicCode: true }))).to.match(/never public/);
      const person: Person = {
        kind: "Natural",
        city: SHIJIAZHUANG,
        number: RESIDENT_NUMBER,
        signer: key.signer,
        deadline: FAR,
      };
      const { registration } = await prepareRegistration(client, tagService, person);
      expect(await rejection(() => signRegistration(client, registration, newKey()))).to.match(/not the key/);
      const newer = new LocalTagService([newTagKey(2)]);
      expect(await rejection(() => prepareRegistration(client, newer, person))).to.match(/no key of version 1/);
      expect(await rejection(() => identityById(client, word()))).to.match(/no identity 0x\w{64} is registered/);
      expect(await rejection(() => currentSigner(client, word()))).to.match(/no identity/);
      expect(await collect(identityHistory(client, word()))).to.deep.equal([]);
    });

    it("under both versions of the tag key while two live, and adds the newer tag to those who have none", async () => {
      const { client, tagService, enrol, identities, registrar } = await clientWorld();
      const early = await enrol(newKey());
      await identities.beginTagVersion();
      const late = await enrol(newKey(), LEGAL);
      expect([
        (await identityById(client, early)).tagVersion,
        (await identityById(client, late)).tagVersion,
      ]).to.deep.equal([1, 2]);
      const person = { kind: "Natural", number: RESIDENT_NUMBER } as const;
      await addTag(client, registrar, tagService, early, person);
      expect((await identityById(client, early)).tagVersion).to.equal(2);
      await identities.retireTagVersion();
      expect(await findIdentity(client, tagService, person)).to.equal(early);
      expect((await collect(identityHistory(client, early)))[0]).to.deep.include({ type: "TagAdded", version: 2 });
    });

    it("a child with a guardian, who can show that they are", async () => {
      const { client, enrol } = await clientWorld();
      const mother = await enrol(newKey(), { number: "110105198001010024" });
      const until = new Date((await time.latest()) * 1000 + 3650 * DAYS * 1000);
      const guardian = newGuardianship(mother, until);
      const child = await enrol(newKey(), { guardian });
      expect((await identityById(client, child)).guardianUntil).to.deep.equal(until);
      expect(await isGuardian(client, child, guardian)).to.equal(true);
      expect(await isGuardian(client, child, { ...guardian, guardian: child })).to.equal(false);
      expect(await isGuardian(client, child, newGuardianship(mother, until))).to.equal(false);
      expect(await isGuardian(client, mother, guardian)).to.equal(false);
      await time.increaseTo(until.getTime() / 1000 - 1);
      expect(await isGuardian(client, child, guardian)).to.equal(true);
      await time.increaseTo(until.getTime() / 1000);
      expect(await isGuardian(client, child, guardian)).to.equal(false);
    });
  });

  describe("the key", () => {
    it("is replaced by orders that anyone relays, once", async () => {
      const { client, enrol, newPhone, stranger } = await clientWorld();
      const [old, phone] = [newKey(), newPhone()];
      const id = await enrol(old);
      const order = await signRotation(client, id, { old, new: phone }, FAR);
      const relayed = JSON.parse(JSON.stringify(order)) as typeof order;
      await rotateKey(client, stranger, relayed);
      expect(await currentSigner(client, id)).to.equal(phone.signer);
      expect(await identityById(client, id)).to.deep.include({ changes: 1, signerHash: keccak256(phone.signer) });
      expect(await refusal(() => rotateKey(client, stranger, order))).to.equal("NotCurrentSigner");
      const { provider } = client;
      const [registered] = (await collect(identityHistory(client, id))).slice(-1);
      const getLogs = async (filter: object) =>
        provider.getLogs({ ...filter, fromBlock: registered!.block, toBlock: registered!.block });
      const forgetful = { getLogs, getBlock: provider.getBlock.bind(provider) } as never;
      expect(await rejection(() => currentSigner({ identities: client.identities, provider: forgetful }, id))).to.match(
        /no event of the identity .* has its key; ask another node/,
      );
      const back = await signRotation(client, id, { old: phone, new: old }, FAR);
      await rotateKey(client, stranger, back);
      expect(await refusal(() => rotateKey(client, stranger, order)), "its count has passed").to.equal(
        "SignatureInvalid",
      );
    });

    it("is recovered after the wait, with what the chain knows of the proposal", async () => {
      const world = await clientWorld();
      const { client, enrol, registrar, stranger, newPhone } = world;
      const [lost, phone] = [newPhone(), newPhone()];
      const mother = await enrol(newKey(), { number: "110105198001010024" });
      const id = await enrol(lost);
      expect(await rejection(() => completeRecovery(client, stranger, id))).to.match(/nothing to complete/);
      const guardian = newGuardianship(mother, FAR);
      const order = await signRecovery(client, id, phone, FAR, guardian);
      await proposeRecovery(client, registrar, order, textCommitment(word(), "the person came, with two witnesses"));
      const { status, recovery } = await identityById(client, id);
      expect(status).to.equal("Recovering");
      expect(recovery).to.deep.include({ acting: Number(SHIJIAZHUANG), isFinal: false });
      expect(await currentSigner(client, id), "not yet").to.equal(lost.signer);
      expect(await refusal(() => completeRecovery(client, stranger, id))).to.equal("RecoveryNotDue");
      await time.increaseTo(recovery!.dueAt.getTime() / 1000);
      await completeRecovery(client, stranger, id);
      expect(await currentSigner(client, id)).to.equal(phone.signer);
      expect(await identityById(client, id)).to.deep.include({ status: "Active", recoveries: 1, recovery: null });
      expect(await isGuardian(client, id, guardian)).to.equal(true);
      expect(await types(world, id)).to.deep.equal(["Recovered", "RecoveryProposed", "IdentityRegistered"]);
    });

    it("vetoes once; then an ancestor proposes, and may withdraw", async () => {
      const world = await clientWorld();
      const { client, enrol, registrar, hebeiRegistrar, stranger, newPhone } = world;
      const phone = newPhone();
      const id = await enrol(phone);
      const propose = async (by = registrar, lineage: number[] = []) =>
        proposeRecovery(client, by, await signRecovery(client, id, newKey(), FAR), word(), lineage);
      await propose();
      await suspendIdentity(client, registrar, id, "UnderReview");
      await vetoRecovery(client, stranger, await signVeto(client, id, phone, FAR));
      await reinstateIdentity(client, registrar, id, "Settled");
      const { contestedUntil, ...contested } = await identityById(client, id);
      expect(contested).to.deep.include({ status: "Active", recovery: null });
      expect(contestedUntil!.getTime() / 1000).to.be.closeTo((await time.latest()) + 90 * DAYS, 5);
      expect(await refusal(() => propose())).to.equal("AncestorRequired");
      expect(await refusal(() => closeIdentity(client, registrar, id, "Died"))).to.equal("AncestorRequired");
      await propose(hebeiRegistrar, [Number(HEBEI)]);
      expect((await identityById(client, id)).recovery).to.deep.include({ acting: Number(HEBEI), isFinal: true });
      const veto = await signVeto(client, id, phone, FAR);
      expect(await refusal(() => vetoRecovery(client, stranger, veto))).to.equal("RecoveryFinal");
      await withdrawRecovery(client, hebeiRegistrar, id);
      expect(await identityById(client, id)).to.deep.include({
        status: "Active",
        contestedUntil: null,
        recoveries: 0,
      });
      await propose();
      await withdrawRecovery(client, registrar, id);
      expect(await types(world, id)).to.deep.equal([
        "RecoveryWithdrawn",
        "RecoveryProposed",
        "RecoveryWithdrawn",
        "RecoveryProposed",
        "IdentityReinstated",
        "RecoveryVetoed",
        "IdentitySuspended",
        "RecoveryProposed",
        "IdentityRegistered",
      ]);
      expect(await rejection(() => signVeto(client, id, phone, FAR))).to.match(/nothing to veto/);
    });

    it("can be proposed by the city again when the veto has lost its force", async () => {
      const { client, enrol, registrar, stranger } = await clientWorld();
      const key = newKey();
      const id = await enrol(key);
      const propose = async () =>
        proposeRecovery(client, registrar, await signRecovery(client, id, newKey(), FAR), word());
      await propose();
      await vetoRecovery(client, stranger, await signVeto(client, id, key, FAR));
      const { contestedUntil } = await identityById(client, id);
      await time.increaseTo(contestedUntil!.getTime() / 1000);
      expect((await identityById(client, id)).contestedUntil).to.equal(null);
      await propose();
      expect((await identityById(client, id)).recovery).to.deep.include({ isFinal: false });
    });
  });

  it("are suspended, reinstated and closed, with a reason by name or number", async () => {
    const { client, enrol, registrar, stranger } = await clientWorld();
    const id = await enrol(newKey());
    const status = async () => (await identityById(client, id)).status;
    expect(await refusal(() => suspendIdentity(client, stranger, id, "CourtOrder"))).to.equal("NoStanding");
    await suspendIdentity(client, registrar, id, "CourtOrder");
    expect(await status()).to.equal("Suspended");
    await reinstateIdentity(client, registrar, id, 777);
    expect(await status()).to.equal("Active");
    await closeIdentity(client, registrar, id, "Died");
    expect(await status()).to.equal("Closed");
    const events = await collect(identityHistory(client, id));
    expect(events.map((event) => [event.type, "reason" in event ? event.reason : null])).to.deep.equal([
      ["IdentityClosed", 10],
      ["IdentityReinstated", 777],
      ["IdentitySuspended", 1],
      ["IdentityRegistered", null],
    ]);
  });

  it("move with the person's order and the release of the present city", async () => {
    const { client, enrol, registrar, hunanRegistrar, stranger } = await clientWorld();
    const key = newKey();
    const id = await enrol(key);
    const order = await signMove(client, id, key, HUNAN, FAR);
    const bogus = await signRelease(client, stranger, order);
    expect(await refusal(() => moveIdentity(client, hunanRegistrar, order, bogus))).to.equal("ReleaseInvalid");
    await moveIdentity(client, hunanRegistrar, order, await signRelease(client, registrar, order));
    expect((await identityById(client, id)).city).to.equal(Number(HUNAN));
    expect((await collect(identityHistory(client, id)))[0]).to.deep.include({
      type: "IdentityMoved",
      from: Number(SHIJIAZHUANG),
      to: Number(HUNAN),
      releasedBy: registrar.address,
      by: hunanRegistrar.address,
    });
  });

  it("name operators, list them by page, and operators renounce", async () => {
    const { client, enrol, stranger } = await clientWorld();
    const key = newKey();
    const id = await enrol(key, LEGAL);
    const named = [stranger, ...Array.from({ length: 4 }, () => ({ address: getAddress(newKey().signer) }))];
    const order = async (operator: string, authorized: boolean) =>
      setOperator(client, stranger, await signOperator(client, id, key, operator, authorized, FAR));
    for (const { address } of named) await order(address, true);
    for (const pageSize of [1, 2, 5, 100]) {
      expect((await collect(operatorsOf(client, id, pageSize))).sort()).to.deep.equal(
        named.map(({ address }) => address).sort(),
      );
    }
    const [second, first, ...left] = named;
    await order(first!.address, false);
    await renounceOperator(client, stranger, id);
    expect((await collect(operatorsOf(client, id))).sort()).to.deep.equal(left.map(({ address }) => address).sort());
    const [renounced, revoked] = await collect(identityHistory(client, id));
    expect(renounced).to.deep.include({ type: "OperatorRevoked", operator: second!.address });
    expect(revoked).to.deep.include({ type: "OperatorRevoked", operator: first!.address });
  });

  it("tell their whole history, several events of one block too, and say when a node has lost some", async () => {
    const world = await clientWorld();
    const { client, enrol, registrar, identities } = world;
    const id = await enrol(newKey());
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      const acts = [
        await identities.connect(registrar).suspend(id, 1, [], { gasLimit: 200_000 }),
        await identities.connect(registrar).reinstate(id, 7, [], { gasLimit: 200_000 }),
      ];
      await ethers.provider.send("evm_mine", []);
      for (const act of acts) await act.wait();
    } finally {
      await ethers.provider.send("evm_setAutomine", [true]);
    }
    const events = await collect(identityHistory(client, id));
    expect(events.map(({ type }) => type)).to.deep.equal([
      "IdentityReinstated",
      "IdentitySuspended",
      "IdentityRegistered",
    ]);
    expect(events[0]!.block).to.equal(events[1]!.block);
    expect(await collect(identityHistory(client, id, events[2]!.block))).to.deep.equal([events[2]]);

    const pruned = { identities: client.identities, provider: { getLogs: () => Promise.resolve([]) } } as never;
    expect(await errorOf(() => collect(identityHistory(pruned, id)))).to.be.instanceOf(HistoryIncompleteError);
  });

  it("have the id that the registry computes", async () => {
    const { client, tagService } = await clientWorld();
    const { registration } = await prepareRegistration(client, tagService, {
      ...LEGAL,
      city: SHIJIAZHUANG,
      signer: newKey().signer,
      deadline: FAR,
      guardian: newGuardianship(word(), FAR),
      publicCode: true,
    });
    expect(await identityId(client, registration)).to.equal(await client.identities.idOf(registration));
    expect(registration.code).not.to.equal(ZeroHash);
  });
});
