import { readFile } from "node:fs/promises";

import { expect } from "chai";
import { keccak256, randomBytes, ZeroHash } from "ethers";

import { dateOf } from "../../src/common/time.js";
import { guardianCommitment, newSalt } from "../../src/identity/commitment.js";
import { AccountKey, type PersonKey } from "../../src/identity/key.js";
import {
  controlOf,
  presenceStatus,
  presenceStatusOnChain,
  type SignedPresence,
  signPresence,
  verifyPresence,
} from "../../src/identity/presence.js";
import { Challenges, newChallenge } from "../../src/identity/presentation.js";
import { PRESENCE_STATUSES } from "../../src/identity/status.js";
import { ControllerWallet__factory } from "../../typechain/index.js";
import { loadFixture, time } from "../world.js";
import { register } from "../identity/world.js";
import { copyOf, newPerson, office, type Office, type Person, randomWord } from "./identity-world.js";

const DESK = { verifier: "did:web:szcrj.example", purpose: "排号" };

const signed = async (world: Office, { identity, key }: Person, changes = {}): Promise<SignedPresence> => {
  const expires = dateOf((await time.latest()) + 300);
  return copyOf(
    await signPresence(world.contracts, key, { identity, ...DESK, challenge: newChallenge(), expires, ...changes }),
  );
};
const verdict = async (world: Office, presence: SignedPresence) => {
  const here = await presenceStatus(world.contracts, presence);
  expect(await presenceStatusOnChain(world.contracts, presence)).to.equal(here);
  return here;
};

describe("presence", () => {
  it("is shown by a phone, an account and a contract", async () => {
    const world = await loadFixture(office);
    const owner = new AccountKey(randomBytes(32));
    const wallet = await new ControllerWallet__factory(world.stranger).deploy(owner.signer);
    const contract: PersonKey = { signer: await wallet.getAddress(), sign: (digest) => owner.sign(digest) };
    for (const key of [world.newPhone(), owner, contract]) {
      const person = await newPerson(world, key);
      const presence = await signed(world, person);
      expect(await verdict(world, presence)).to.equal("Valid");
      const expected = { ...DESK, challenge: presence.presence.challenge };
      expect(await verifyPresence(world.contracts, presence, expected)).to.deep.equal({
        status: "Valid",
        message: "the person is present: the identity's current key signed it",
        identity: person.identity,
      });
    }
  });

  it("is worth nothing when anything in it is changed", async () => {
    const world = await loadFixture(office);
    const [person, other] = [await newPerson(world), await newPerson(world)];
    const good = await signed(world, person);
    const changed = async (change: (one: SignedPresence) => unknown) => {
      const copy = copyOf(good);
      change(copy);
      return verdict(world, copy);
    };
    expect(await changed((one) => (one.presence.verifier += "x"))).to.equal("SignatureInvalid");
    expect(await changed((one) => (one.presence.purpose += "x"))).to.equal("SignatureInvalid");
    expect(await changed((one) => (one.presence.challenge = randomWord()))).to.equal("SignatureInvalid");
    expect(await changed((one) => (one.presence.expires += 1))).to.equal("SignatureInvalid");
    expect(await changed((one) => (one.presence.identity = other.identity))).to.equal("SignatureInvalid");
    expect(await changed((one) => (one.presence.identity = randomWord()))).to.equal("IdentityNotActive");
    expect(await changed((one) => (one.signer = other.key.signer))).to.equal("SignatureInvalid");
    expect(await changed((one) => (one.signature = "0x"))).to.equal("SignatureInvalid");
    expect(await changed((one) => (one.presence.expires = 1))).to.equal("Expired");
    await time.increaseTo(good.presence.expires + 1);
    expect(await verdict(world, good)).to.equal("Expired");
  });

  it("follows the identity: suspended, recovering, closed, and a guardian whose time is over", async () => {
    const world = await loadFixture(office);
    const person = await newPerson(world);
    const until = (await time.latest()) + 1000;
    const guarded: Person = {
      key: person.key,
      identity: await register(world, person.key, {
        guardian: guardianCommitment(newSalt(), person.identity),
        guardianUntil: until,
      }),
    };
    const far = { expires: dateOf(until + 10_000) };
    const ofWard = await signed(world, guarded, far);
    expect(await verdict(world, ofWard)).to.equal("Valid");
    await time.increaseTo(until - 1);
    expect(await verdict(world, ofWard)).to.equal("Valid");
    await time.increaseTo(until);
    expect(await verdict(world, ofWard)).to.equal("SignatureInvalid");

    const presence = await signed(world, person, far);
    const { identities, registrar } = world;
    await identities.connect(registrar).suspend(person.identity, 0, []);
    expect(await verdict(world, presence)).to.equal("IdentityNotActive");
    await identities.connect(registrar).reinstate(person.identity, 0, []);
    expect(await verdict(world, presence)).to.equal("Valid");
    await identities.connect(registrar).close(person.identity, 0, []);
    expect(await verdict(world, presence)).to.equal("IdentityNotActive");
    expect(await controlOf(world.contracts, randomWord())).to.deep.equal({
      active: false,
      kind: "None",
      signerHash: ZeroHash,
      current: false,
    });
    const { kind, signerHash } = await controlOf(world.contracts, guarded.identity);
    expect([kind, signerHash]).to.deep.equal(["Natural", keccak256(guarded.key.signer)]);
  });

  it("is checked at the desk for this occasion, and once", async () => {
    const world = await loadFixture(office);
    const person = await newPerson(world);
    const challenges = new Challenges();
    const presence = await signed(world, person, { challenge: challenges.issue() });
    const check = async (json: unknown, changes = {}) =>
      verifyPresence(world.contracts, json, { ...DESK, challenge: challenges, ...changes });
    expect((await check({})).status).to.equal("Unreadable");
    expect((await check({ ...presence, signature: 1 })).message).to.equal(
      "this is no presence: signature is not of type string",
    );
    expect((await check({ ...presence, chainId: "1" })).status).to.equal("OtherNetwork");
    expect((await check(presence, { verifier: "x" })).status).to.equal("NotForThis");
    expect((await check(presence, { purpose: "x" })).status).to.equal("NotForThis");
    expect((await check(presence)).status).to.equal("Valid");
    expect((await check(presence)).status).to.equal("NotForThis");
    const forged = await signed(world, { ...person, key: new AccountKey(randomBytes(32)) });
    const answer = await check(forged, { challenge: forged.presence.challenge });
    expect(answer.status).to.equal("SignatureInvalid");
    expect(answer).to.not.have.property("identity");
  });

  it("has the contract's names of statuses", async () => {
    const source = await readFile("contracts/identity/IIdentityRegistry.sol", "utf8");
    const [, members = ""] = /enum PresenceStatus \{([^}]*)\}/.exec(source) ?? [];
    expect(members.split(",").map((member) => member.trim())).to.deep.equal(PRESENCE_STATUSES);
  });
});
