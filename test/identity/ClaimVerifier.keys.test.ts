import { expect } from "chai";

import { guardianCommitment, newSalt } from "../../src/identity/commitment.js";
import type { PersonKey } from "../../src/identity/key.js";
import { ethers, loadFixture, time } from "../world.js";
import { goTo } from "./claims.js";
import { complete, propose, recover, rotate } from "./persons.js";
import {
  changed,
  digestOf,
  issueTo,
  newPerson,
  present,
  presentHeld,
  Presented,
  presenting,
  type Sent,
  show,
  worthOf,
} from "./presentations.js";
import { newKey, word } from "./world.js";

describe("ClaimVerifier: keys", () => {
  const resident = async () => {
    const world = await loadFixture(presenting);
    const person = await newPerson(world);
    const held = await issueTo(world, [person]);
    const { holder } = held.parties[0]!;
    const presentBy = async (key: PersonKey) =>
      present(world, { ...person, key }, [{ shown: await show(held), holder }], { expires: 4e9 });
    return { ...world, person, held, presentBy };
  };

  const expectWorth = async (world: Awaited<ReturnType<typeof resident>>, sent: Sent, status: bigint) => {
    expect((await worthOf(world, sent))[0]).to.equal(status);
  };

  it("the identity's current key signs: another's does not, nor the claim's holder key", async () => {
    const world = await loadFixture(resident);
    const { person, held, presentBy } = world;
    const sent = await presentBy(person.key);
    await expectWorth(world, sent, Presented.Valid);
    for (const key of [newKey(), held.parties[0]!.holder]) {
      await expectWorth(world, await presentBy(key), Presented.IdentitySignatureInvalid);
      await expectWorth(world, { ...sent, signer: key.signer }, Presented.IdentitySignatureInvalid);
    }
    for (const signature of ["0x", word(), sent.shown[0]!.signature as string]) {
      await expectWorth(world, { ...sent, signature }, Presented.IdentitySignatureInvalid);
    }
  });

  it("a rotated key signs no more, not even what was signed before; the new one does", async () => {
    const world = await loadFixture(resident);
    const { person, presentBy } = world;
    const before = await presentBy(person.key);
    const next = world.newPhone();
    await rotate(world, person.identity, person.key, next);
    await expectWorth(world, before, Presented.IdentitySignatureInvalid);
    await expectWorth(world, await presentBy(person.key), Presented.IdentitySignatureInvalid);
    await expectWorth(world, await presentBy(next), Presented.Valid);
  });

  it("the thief with the old phone is refused from the moment that recovery is proposed, and for ever", async () => {
    const world = await loadFixture(resident);
    const { person, presentBy } = world;
    const stolen = await presentBy(person.key); // with the holder key of the claim, which the thief has too
    const next = newKey();
    await propose(world, person.identity, next);
    await expectWorth(world, stolen, Presented.IdentityNotActive);
    await expectWorth(world, await presentBy(next), Presented.IdentityNotActive); // neither counts while it is undecided
    await complete(world, person.identity, next);
    await expectWorth(world, stolen, Presented.IdentitySignatureInvalid);
    await expectWorth(world, await presentBy(person.key), Presented.IdentitySignatureInvalid);
    await expectWorth(world, await presentBy(next), Presented.Valid);
    await recover(world, person.identity, person.key); // and back, where it was found
    await expectWorth(world, stolen, Presented.Valid);
  });

  it("an identity that is suspended, closed or not registered presents nothing", async () => {
    const world = await loadFixture(resident);
    const { identities, registrar, person, presentBy, held } = world;
    const sent = await presentBy(person.key);
    await identities.connect(registrar).suspend(person.identity, 1, []);
    await expectWorth(world, sent, Presented.IdentityNotActive);
    await identities.connect(registrar).reinstate(person.identity, 1, []);
    await expectWorth(world, sent, Presented.Valid);
    await identities.connect(registrar).close(person.identity, 1, []);
    await expectWorth(world, sent, Presented.IdentityNotActive);
    const nobody = { identity: word(), key: newKey() };
    const invented = await issueTo(world, [nobody]);
    await expectWorth(world, await presentHeld(world, invented), Presented.IdentityNotActive);
    expect(held.parties).to.have.length(1);
  });

  it("a phone's P-256 key signs as identity key and as holder key", async () => {
    const world = await loadFixture(resident);
    const phone = world.newPhone();
    const person = await newPerson(world, phone);
    const holder = world.newPhone();
    const held = await issueTo(world, [person], { holders: [holder] });
    const sent = await presentHeld(world, held);
    await expectWorth(world, sent, Presented.Valid);
    await expectWorth(world, changed(sent, { signature: sent.signature }), Presented.HolderSignatureInvalid);
    await expectWorth(world, { ...sent, signature: word() + word().slice(2) }, Presented.IdentitySignatureInvalid);
    const digest = await digestOf(world, sent.presentation, sent.shown);
    await expectWorth(world, { ...sent, signature: world.newPhone().sign(digest) }, Presented.IdentitySignatureInvalid);
    expect(await world.identities.isSignedBy(person.identity, digest, phone.signer, phone.sign(digest))).to.equal(true);
  });

  it("an organisation's wallet signs as holder, as ERC-1271 tells", async () => {
    const world = await loadFixture(resident);
    const owner = newKey();
    const wallet = await (await ethers.deployContract("ControllerWallet", [owner.signer])).getAddress();
    const held = await issueTo(world, [world.person], {
      holders: [{ signer: wallet, sign: (digest) => owner.sign(digest) }],
    });
    const sent = await presentHeld(world, held);
    await expectWorth(world, sent, Presented.Valid);
    const digest = await digestOf(world, sent.presentation, sent.shown);
    await expectWorth(world, changed(sent, { signature: newKey().sign(digest) }), Presented.HolderSignatureInvalid);
  });

  it("a minor's claim is presented with the key that the guardian holds, to the second of the guardianship's end", async () => {
    const world = await loadFixture(resident);
    const guardian = world.person;
    const until = (await time.latest()) + 100_000;
    const minor = await newPerson(world, newKey(), {
      guardian: guardianCommitment(newSalt(), guardian.identity),
      guardianUntil: until,
    });
    const birth = await issueTo(world, [minor]);
    const sent = await presentHeld(world, birth, {}, { expires: until + 10 });
    await expectWorth(world, sent, Presented.Valid);
    // The guardian's own key is not the minor's.
    const { holder } = birth.parties[0]!;
    const shown = await show(birth);
    const byGuardian = await present(world, { ...minor, key: guardian.key }, [{ shown, holder }]);
    await expectWorth(world, byGuardian, Presented.IdentitySignatureInvalid);
    await goTo(until - 1);
    await expectWorth(world, sent, Presented.Valid);
    await goTo(until);
    await expectWorth(world, sent, Presented.IdentitySignatureInvalid);
    // Of age, the person is recovered to a key of their own, and the claim is theirs still.
    const own = newKey();
    await recover(world, minor.identity, own);
    const grown = await present(world, { ...minor, key: own }, [{ shown, holder }]);
    await expectWorth(world, grown, Presented.Valid);
  });
});
