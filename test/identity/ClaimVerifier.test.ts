import { expect } from "chai";

import { holderCommitment, subjectCommitment } from "../../src/identity/commitment.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { goTo, Status } from "./claims.js";
import {
  changed,
  digestOf,
  type Held,
  issueTo,
  newPerson,
  OATH,
  present,
  presentationOf,
  Presented,
  presenting,
  presentHeld,
  type Sent,
  show,
  worthOf,
} from "./presentations.js";
import { contentOf, newKey, RESIDENT, termsOf, word } from "./world.js";

describe("ClaimVerifier", () => {
  /** A resident with a claim of five fields, one of three in a batch, and another person with a claim. */
  const resident = async () => {
    const world = await loadFixture(presenting);
    const person = await newPerson(world);
    const other = await newPerson(world);
    const held = await issueTo(world, [person], {
      values: { name: "王小明", born: "2001-02-03", city: "石家庄市", street: "中山路 1 号", sex: "1" },
    });
    const licence = await issueTo(world, [person], { serial: 1, values: { class: "C1", number: "", since: "2020" } });
    const theirs = await issueTo(world, [other]);
    return { ...world, person, other, held, licence, theirs };
  };
  type World = Awaited<ReturnType<typeof resident>>;

  const expectWorth = async (world: World, sent: Sent, status: bigint, index = 0n, claimStatus?: bigint) => {
    const found = await worthOf(world, sent);
    expect(found.slice(0, 2)).to.deep.equal([status, index]);
    if (claimStatus !== undefined) expect(found[2]).to.equal(claimStatus);
  };

  describe("a presentation", () => {
    it("of a claim, single or in a batch, or of both at once, is Valid", async () => {
      const world = await loadFixture(resident);
      const { person, held, licence } = world;
      await expectWorth(world, await presentHeld(world, held), Presented.Valid);
      await expectWorth(world, await presentHeld(world, licence), Presented.Valid);
      const both = await present(world, person, [
        { shown: await show(held, { names: ["born"] }), holder: held.parties[0]!.holder },
        { shown: await show(licence, { names: ["class"] }), holder: licence.parties[0]!.holder },
      ]);
      await expectWorth(world, both, Presented.Valid);
    });

    it("is signed as EIP-712 says, by the client as by the contract", async () => {
      const world = await loadFixture(resident);
      const { verifier, person, held, licence, claims, identities } = world;
      const presentation = await presentationOf(person);
      for (const shown of [
        [],
        [await show(held)],
        [await show(held, { names: [] }), await show(licence, { names: ["since", "class"] })],
      ]) {
        const digest = await digestOf(world, presentation, shown);
        expect(await verifier.presentationDigest(presentation, shown)).to.equal(digest);
      }
      expect(await verifier.claims()).to.equal(await claims.getAddress());
      expect(await verifier.identities()).to.equal(await identities.getAddress());
    });

    it("is Expired past its time, to the second", async () => {
      const world = await loadFixture(resident);
      const expires = (await time.latest()) + 100;
      const sent = await presentHeld(world, world.held, {}, { expires });
      await goTo(expires);
      await expectWorth(world, sent, Presented.Valid);
      await goTo(expires + 1);
      await expectWorth(world, sent, Presented.Expired, 0n, Status.Unknown);
    });

    it("of nothing is Empty", async () => {
      const world = await loadFixture(resident);
      await expectWorth(world, await present(world, world.person, []), Presented.Empty);
    });

    it("names the claim at fault by its index, the first of several", async () => {
      const world = await loadFixture(resident);
      const { person, held, licence, theirs } = world;
      const parts = await Promise.all(
        [held, licence, theirs].map(async (one) => ({ shown: await show(one), holder: one.parties[0]!.holder })),
      );
      await expectWorth(world, await present(world, person, parts), Presented.SubjectNotProven, 2n, Status.Active);
      await expectWorth(world, await present(world, person, parts.toReversed()), Presented.SubjectNotProven, 0n);
      const sent = await present(world, person, parts.slice(0, 2));
      sent.shown[1]!.signature = "0x";
      await expectWorth(world, sent, Presented.HolderSignatureInvalid, 1n);
    });

    it("finds faults in the order of its statuses", async () => {
      const world = await loadFixture(resident);
      const { held, claims, issuer, identities, registrar } = world;
      const sent = await presentHeld(world, held);
      const [shown] = sent.shown;
      const steps: [bigint, () => unknown][] = [
        [Presented.IdentitySignatureInvalid, () => (sent.signature = "0x")],
        [Presented.IdentityNotActive, () => identities.connect(registrar).suspend(held.parties[0]!.identity, 1, [])],
        [Presented.HolderSignatureInvalid, () => (shown!.signature = "0x")],
        [Presented.HolderNotProven, () => (shown!.own = { ...shown!.own, holderSalt: word() })],
        [Presented.SubjectNotProven, () => (shown!.own = { ...shown!.own, subjectSalt: word() })],
        [Presented.FieldsNotProven, () => (shown!.proofFlags = [...shown!.proofFlags, true])],
        [Presented.ClaimNotActive, () => claims.connect(issuer).revoke([held.id], 1, [])],
        [Presented.Expired, async () => goTo(Number(sent.presentation.expires) + 1)],
      ];
      await expectWorth(world, sent, Presented.Valid);
      for (const [status, spoil] of steps) {
        await spoil();
        await expectWorth(world, sent, status);
      }
    });
  });

  describe("of a claim that is not active", () => {
    it("says so, and its status", async () => {
      const world = await loadFixture(resident);
      const { claims, person, issuer, shijiazhuang } = world;
      const now = await time.latest();
      const act = claims.connect(issuer);
      const later = { validFrom: now + 86_400, validUntil: now + 2 * 86_400 };
      const soon = { validFrom: now - 100, validUntil: now + 1000 };
      const spoilt: [bigint, Parameters<typeof issueTo>[2], (held: Held) => Promise<unknown>][] = [
        [Status.NotYetValid, { terms: later }, () => Promise.resolve()],
        [Status.Suspended, {}, ({ id }) => act.suspend([id], 1, [])],
        [Status.Superseded, {}, async ({ id }) => act.supersede(id, await termsOf(), contentOf(), [])],
        [Status.Revoked, {}, ({ id }) => act.revoke([id], 1, [])],
        [Status.Expired, { terms: soon }, () => goTo(now + 1000)],
        [
          Status.Distrusted,
          {},
          async () => claims.connect(shijiazhuang).distrust(SHIJIAZHUANG, issuer, await time.latest(), []),
        ],
      ];
      for (const [status, made, spoil] of spoilt) {
        const held = await issueTo(world, [person], made);
        await spoil(held);
        await expectWorth(world, await presentHeld(world, held), Presented.ClaimNotActive, 0n, status);
      }
    });

    it("is Unknown where anything of it is changed, or the path is not its own", async () => {
      const world = await loadFixture(resident);
      const { held, licence } = world;
      for (const [one, changes] of [
        [held, { validUntil: 0 }],
        [held, { root: word() }],
        [licence, { position: 3 }],
      ] as const) {
        const twisted = { ...one, claim: { ...one.claim, ...changes } };
        const sent = await presentHeld(world, twisted);
        await expectWorth(world, sent, Presented.ClaimNotActive, 0n, Status.Unknown);
      }
      const pathless = changed(await presentHeld(world, licence), { path: [] });
      await expectWorth(world, pathless, Presented.ClaimNotActive, 0n, Status.Unknown);
    });
  });

  describe("of whom and by which key", () => {
    it("is about the identity that presents it, and nobody else", async () => {
      const world = await loadFixture(resident);
      const { person, other, held, theirs } = world;
      const key = held.parties[0]!.holder;
      const shown = await show(held);
      // The thief of a claim and its holder key presents it as their own, or in the name of its owner.
      await expectWorth(world, await present(world, other, [{ shown, holder: key }]), Presented.SubjectNotProven);
      const own = { ...shown.own, identity: other.identity };
      await expectWorth(
        world,
        await present(world, other, [{ shown: { ...shown, own }, holder: key }]),
        Presented.SubjectNotProven,
      );
      const named = await present(world, { ...person, key: other.key }, [{ shown, holder: key }]);
      await expectWorth(world, named, Presented.IdentitySignatureInvalid);
      for (const wrong of [
        { own: { ...shown.own, subjectSalt: word() } },
        { own: { ...shown.own, subjectSalt: theirs.parties[0]!.subjectSalt } },
        { party: 1 },
        { party: 255 },
        { other: { ...shown.other, identity: other.identity } }, // there is no other party
      ]) {
        const sent = await present(world, person, [{ shown: { ...shown, ...wrong }, holder: key }]);
        await expectWorth(world, sent, Presented.SubjectNotProven, 0n, Status.Active);
      }
    });

    it("is not about a second party's commitment, which is another word for the same person", async () => {
      const world = await loadFixture(resident);
      const { person, issuer, claims } = world;
      const salts = [word(), word()] as const;
      const holder = newKey();
      const terms = await termsOf(RESIDENT);
      const content = {
        root: word(),
        subject: subjectCommitment(1, salts[0], person.identity),
        holder: holderCommitment(1, salts[1], holder.signer),
      };
      await claims.connect(issuer).issue(terms, content);
      const claim = { issuer: issuer.address, serial: 0, position: 0, ...terms, ...content };
      const shown = await show(world.held, { names: [] });
      const own = {
        identity: person.identity,
        subjectSalt: salts[0],
        holder: holder.signer,
        holderSalt: salts[1],
        acceptance: "0x",
      };
      for (const party of [0, 1]) {
        const sent = await present(world, person, [{ shown: { ...shown, claim, own, party }, holder }]);
        await expectWorth(world, sent, Presented.SubjectNotProven);
      }
    });

    it("is by the claim's holder key: not another claim's, nor one with another salt", async () => {
      const world = await loadFixture(resident);
      const { person, held, licence } = world;
      const shown = await show(held);
      const { holder, holderSalt } = licence.parties[0]!;
      for (const [changes, key] of [
        [{ holder: holder.signer }, holder],
        [{ holder: holder.signer, holderSalt }, holder],
        [{ holderSalt: word() }, held.parties[0]!.holder],
        [{ holder: "0x" }, held.parties[0]!.holder],
        [{ holder: person.key.signer }, person.key],
      ] as const) {
        const own = { ...shown.own, ...changes };
        const sent = await present(world, person, [{ shown: { ...shown, own }, holder: key }]);
        await expectWorth(world, sent, Presented.HolderNotProven, 0n, Status.Active);
      }
    });

    it("is signed by the claim's holder key, whoever else signs", async () => {
      const world = await loadFixture(resident);
      const { person, held, licence } = world;
      const shown = await show(held);
      for (const key of [licence.parties[0]!.holder, person.key, newKey()]) {
        const sent = await present(world, person, [{ shown, holder: key }]);
        await expectWorth(world, sent, Presented.HolderSignatureInvalid);
      }
      const sent = await presentHeld(world, held);
      for (const signature of ["0x", word(), held.parties[0]!.holder.sign(held.id)]) {
        await expectWorth(world, changed(sent, { signature: await signature }), Presented.HolderSignatureInvalid);
      }
    });

    it("is for this verifier, purpose, challenge and time, and of these claims", async () => {
      const world = await loadFixture(resident);
      const { held, licence, person } = world;
      const sent = await presentHeld(world, held);
      for (const changes of [
        { verifier: "bank.example" },
        { purpose: "loan" },
        { challenge: word() },
        { expires: Number(sent.presentation.expires) + 1 },
      ]) {
        const twisted = { ...sent, presentation: { ...sent.presentation, ...changes } };
        await expectWorth(world, twisted, Presented.HolderSignatureInvalid);
        const digest = await digestOf(world, twisted.presentation, twisted.shown);
        // Not even where the holder key signs the other one too: the identity's key has not.
        const resigned = changed(twisted, { signature: await held.parties[0]!.holder.sign(digest) });
        await expectWorth(world, resigned, Presented.IdentitySignatureInvalid);
      }
      const both = await present(world, person, [
        { shown: await show(held), holder: held.parties[0]!.holder },
        { shown: await show(licence), holder: licence.parties[0]!.holder },
      ]);
      await expectWorth(world, { ...both, shown: both.shown.slice(0, 1) }, Presented.HolderSignatureInvalid);
      await expectWorth(world, { ...both, shown: both.shown.toReversed() }, Presented.HolderSignatureInvalid);
    });

    it("asks for the one party's acceptance where the schema does", async () => {
      const world = await loadFixture(resident);
      const { person, held } = world;
      const oath = await issueTo(world, [person], { schema: OATH });
      await expectWorth(world, await presentHeld(world, oath), Presented.Valid);
      await expectWorth(world, await presentHeld(world, oath, { accepts: false }), Presented.AcceptanceMissing);
      const sent = await presentHeld(world, oath);
      const own = { ...sent.shown[0]!.own, acceptance: await oath.parties[0]!.holder.sign(held.id) };
      await expectWorth(world, changed(sent, { own }), Presented.AcceptanceMissing); // of another claim
    });
  });
});
