import { expect } from "chai";
import { ZeroHash } from "ethers";

import type { PartyIndex } from "../../src/identity/commitment.js";
import { loadFixture } from "../world.js";
import {
  ADOPTION,
  changed,
  type Held,
  issueTo,
  KINSHIP,
  newPerson,
  present,
  presentHeld,
  Presented,
  presenting,
  type Sent,
  show,
  type Showing,
  TENANCY,
  worthOf,
} from "./presentations.js";
import { MARRIAGE, newKey, word } from "./world.js";

const PARTIES: PartyIndex[] = [0, 1];

describe("ClaimVerifier: claims about two", () => {
  /** A mother and her child, a third person, and the claim that the two are kin, single and in a batch. */
  const family = async () => {
    const world = await loadFixture(presenting);
    const [mother, child, third] = [await newPerson(world), await newPerson(world), await newPerson(world)];
    const kinship = await issueTo(world, [mother, child], { schema: KINSHIP });
    const anchoredKinship = await issueTo(world, [mother, child], { schema: KINSHIP, serial: 1 });
    return { ...world, mother, child, third, kinship, anchoredKinship };
  };
  type World = Awaited<ReturnType<typeof family>>;

  const expectWorth = async (world: World, sent: Sent, status: bigint, because = "") => {
    expect((await worthOf(world, sent))[0], because).to.equal(status);
  };

  it("are presented by either party, with and without showing the other one, or its key", async () => {
    const world = await loadFixture(family);
    for (const held of [world.kinship, world.anchoredKinship]) {
      for (const party of PARTIES) {
        for (const other of [
          {},
          { identity: true },
          { holder: true },
          { identity: true, holder: true },
          { identity: true, holder: true, accepts: true },
        ]) {
          await expectWorth(world, await presentHeld(world, held, { party, other }), Presented.Valid);
        }
      }
    }
  });

  it("prove the relation in one call: my mother is my mother", async () => {
    const world = await loadFixture(family);
    const { kinship, mother, third } = world;
    const sent = await presentHeld(world, kinship, { party: 1, other: { identity: true } });
    expect(sent.shown[0]!.other.identity).to.equal(mother.identity);
    await expectWorth(world, sent, Presented.Valid);
    for (const wrong of [
      { identity: third.identity },
      { subjectSalt: word() },
      { identity: kinship.parties[1]!.identity, subjectSalt: kinship.parties[1]!.subjectSalt }, // one's own twice
    ]) {
      const other = { ...sent.shown[0]!.other, ...wrong };
      await expectWorth(world, changed(sent, { other }), Presented.SubjectNotProven);
    }
  });

  it("are nobody's who is no party, nor a party's on the other side", async () => {
    const world = await loadFixture(family);
    const { kinship, mother, child, third } = world;
    for (const party of PARTIES) {
      const shown = await show(kinship, { party });
      const { holder } = kinship.parties[party]!;
      const own = { ...shown.own, identity: third.identity };
      await expectWorth(
        world,
        await present(world, third, [{ shown: { ...shown, own }, holder }]),
        Presented.SubjectNotProven,
      );
      const flipped = await present(world, party === 0 ? mother : child, [
        { shown: { ...shown, party: 1 - party }, holder },
      ]);
      await expectWorth(world, flipped, Presented.SubjectNotProven);
      const beyond = await present(world, party === 0 ? mother : child, [{ shown: { ...shown, party: 2 }, holder }]);
      await expectWorth(world, beyond, Presented.SubjectNotProven);
    }
  });

  it("are not presented by a party that shows the other's identity as its own", async () => {
    const world = await loadFixture(family);
    const { kinship, mother, child } = world;
    // The child knows all of the mother's salts and her holder's address, and shows her side as its own.
    const theirs = await show(kinship, { party: 0 });
    const childsKey = kinship.parties[1]!.holder;
    const asChild = await present(world, child, [{ shown: theirs, holder: childsKey }]);
    await expectWorth(world, asChild, Presented.SubjectNotProven);
    const inHerName = await present(world, { ...mother, key: child.key }, [{ shown: theirs, holder: childsKey }]);
    await expectWorth(world, inHerName, Presented.HolderSignatureInvalid);
    const ownHolder = { ...theirs.own, holder: childsKey.signer, holderSalt: kinship.parties[1]!.holderSalt };
    const mixed = await present(world, { ...mother, key: child.key }, [
      { shown: { ...theirs, own: ownHolder }, holder: childsKey },
    ]);
    await expectWorth(world, mixed, Presented.HolderNotProven);
    // Even with her phone's holder keys: the identity's key is missing.
    const withPhone = await present(world, { ...mother, key: child.key }, [
      { shown: theirs, holder: kinship.parties[0]!.holder },
    ]);
    await expectWorth(world, withPhone, Presented.IdentitySignatureInvalid);
  });

  it("have both commitments in their order, for subject and holder alike", async () => {
    const world = await loadFixture(family);
    const { kinship } = world;
    for (const party of PARTIES) {
      const sent = await presentHeld(world, kinship, { party, other: { identity: true, holder: true } });
      const [shown] = sent.shown;
      for (const [changes, status] of [
        [{ otherSubject: word() }, Presented.SubjectNotProven],
        [{ otherSubject: ZeroHash }, Presented.SubjectNotProven],
        [{ otherHolder: word() }, Presented.HolderNotProven],
        [{ otherHolder: ZeroHash }, Presented.HolderNotProven],
        [{ own: { ...shown!.own, subjectSalt: word() } }, Presented.SubjectNotProven],
        [{ own: { ...shown!.own, holderSalt: word() } }, Presented.HolderNotProven],
        [{ own: { ...shown!.own, holder: newKey().signer } }, Presented.HolderNotProven],
        [{ other: { ...shown!.other, holder: newKey().signer } }, Presented.HolderNotProven],
        [{ other: { ...shown!.other, holderSalt: word() } }, Presented.HolderNotProven],
        [{ other: { ...shown!.other, holder: shown!.own.holder } }, Presented.HolderNotProven],
      ] as const) {
        await expectWorth(world, changed(sent, changes), status, JSON.stringify(Object.keys(changes)));
      }
    }
  });

  it("may be about one person on both sides, if an issuer states so: each side is proven by itself", async () => {
    const world = await loadFixture(family);
    const self = await issueTo(world, [world.mother, world.mother], { schema: KINSHIP });
    for (const party of PARTIES) {
      await expectWorth(world, await presentHeld(world, self, { party, other: { identity: true } }), Presented.Valid);
    }
  });

  describe("under an acceptance rule", () => {
    const rules = async () => {
      const world = await loadFixture(family);
      const { mother, child } = world;
      const claimUnder = async (schema: bigint) => issueTo(world, [mother, child], { schema });
      const claims: [string, Held, [asksFirst: boolean, asksSecond: boolean]][] = [
        ["None", world.kinship, [false, false]],
        ["First", await claimUnder(ADOPTION), [true, false]],
        ["Second", await claimUnder(TENANCY), [false, true]],
        ["Both", await claimUnder(MARRIAGE), [true, true]],
      ];
      return { ...world, claims: world.claims, ruled: claims };
    };

    it("need the signatures that it asks for, from either side, and no others", async () => {
      const world = await loadFixture(rules);
      for (const [name, held, asks] of world.ruled) {
        for (const party of PARTIES) {
          for (const accepts of [false, true]) {
            for (const other of [false, true]) {
              const showing: Showing = { party, accepts, other: { holder: true, accepts: other } };
              const fits = (accepts || !asks[party]) && (other || !asks[1 - party]);
              await expectWorth(
                world,
                await presentHeld(world, held, showing),
                fits ? Presented.Valid : Presented.AcceptanceMissing,
                `${name}: party ${party}, ${accepts}, ${other}`,
              );
            }
          }
        }
      }
    });

    it("need the other party's key shown to check its signature, but not who it is", async () => {
      const world = await loadFixture(rules);
      const [, held] = world.ruled[3]!;
      for (const party of PARTIES) {
        const hidden = await presentHeld(world, held, { party, other: { accepts: true } });
        await expectWorth(world, hidden, Presented.AcceptanceMissing);
        const keyOnly = await presentHeld(world, held, { party, other: { holder: true, accepts: true } });
        await expectWorth(world, keyOnly, Presented.Valid);
      }
    });

    it("take signatures of the parties' holder keys over this claim, and nothing else", async () => {
      const world = await loadFixture(rules);
      const { kinship } = world;
      const [, held] = world.ruled[3]!;
      const [mine, theirs] = held.parties as [Held["parties"][0], Held["parties"][0]];
      const sent = await presentHeld(world, held, { other: { holder: true, accepts: true } });
      const [shown] = sent.shown;
      const wrongs = [
        await mine.holder.sign(kinship.id), // of another claim
        await theirs.holder.sign(kinship.id),
        await mine.key.sign(held.id), // the identity's key is not the holder's
        await theirs.key.sign(held.id),
        newKey().sign(held.id),
        "0x",
      ];
      for (const acceptance of [...wrongs, shown!.other.acceptance]) {
        await expectWorth(world, changed(sent, { own: { ...shown!.own, acceptance } }), Presented.AcceptanceMissing);
      }
      for (const acceptance of [...wrongs, shown!.own.acceptance]) {
        await expectWorth(
          world,
          changed(sent, { other: { ...shown!.other, acceptance } }),
          Presented.AcceptanceMissing,
        );
      }
    });

    it("is not met by a key that the other party never had", async () => {
      const world = await loadFixture(rules);
      const [, held] = world.ruled[3]!;
      const forger = newKey();
      const sent = await presentHeld(world, held, { other: { identity: true } });
      const [shown] = sent.shown;
      const other = { ...shown!.other, holder: forger.signer, acceptance: forger.sign(held.id) };
      await expectWorth(world, changed(sent, { other }), Presented.HolderNotProven);
      const own = { ...shown!.own, holder: forger.signer, acceptance: forger.sign(held.id) };
      await expectWorth(world, changed(sent, { own }), Presented.HolderNotProven);
    });
  });
});
