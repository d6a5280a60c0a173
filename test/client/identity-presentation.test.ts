import { expect } from "chai";
import fc from "fast-check";
import { randomBytes, ZeroHash } from "ethers";

import { dateOf } from "../../src/common/time.js";
import { newSalt } from "../../src/identity/commitment.js";
import { type ClaimDocument, claimId, DocumentError, withAcceptance } from "../../src/identity/document.js";
import { anchorBatch } from "../../src/identity/issue.js";
import { prepareBatch } from "../../src/identity/prepare.js";
import { AccountKey, type PersonKey } from "../../src/identity/key.js";
import {
  Challenges,
  type ClaimToPresent,
  newChallenge,
  present,
  type Presentation,
  presentationDigest,
  presentationFaults,
  type PresentRequest,
} from "../../src/identity/presentation.js";
import {
  presentationStatus,
  presentationStatusOnChain,
  verifyPresentation,
} from "../../src/identity/presentation-check.js";
import { revokeClaims, suspendClaims } from "../../src/identity/standing.js";
import { CLAIM_STATUSES, PRESENTATION_STATUSES } from "../../src/identity/status.js";
import { complete, propose } from "../identity/persons.js";
import { loadFixture, time } from "../world.js";
import {
  copyOf,
  draftOf,
  issued,
  newHolder,
  newPerson,
  office,
  type Office,
  type Person,
  randomWord,
  VALUES,
} from "./identity-world.js";
import { rejection } from "./world.js";

const DESK = { verifier: "深圳市出入境管理处", purpose: "护照申请" };

/** A resident who holds a resident claim, a licence in a batch, and a marriage with somebody. */
interface Holder {
  world: Office;
  person: Person;
  spouse: Person;
  resident: ClaimToPresent;
  licence: ClaimToPresent;
  marriage: ClaimToPresent;
  ofSpouse: ClaimToPresent;
}

async function holder(): Promise<Holder> {
  const world = await loadFixture(office);
  const { contracts, issuer } = world;
  const person = await newPerson(world, world.newPhone());
  const spouse = await newPerson(world);
  const [own, driver, first, second] = [person, person, person, spouse].map(({ identity }) => newHolder(identity));
  const [resident] = await issued(world, "resident", [own!.request]);
  const draft = await draftOf(world, "driving-licence", [driver!.request]);
  const others = await draftOf(world, "driving-licence", [newHolder(randomWord()).request]);
  const { batch, claims } = await prepareBatch(contracts, issuer.address, 1, [others, draft, others]);
  await anchorBatch(contracts, issuer, batch);
  const married = await issued(world, "marriage", [first!.request, second!.request]);
  const accept = (document: ClaimDocument) =>
    withAcceptance(
      withAcceptance(document, 0, first!.key.sign(claimId(document))),
      1,
      second!.key.sign(claimId(document)),
    );
  return {
    world,
    person,
    spouse,
    resident: { document: resident!, holderKey: own!.key, disclose: ["name", "birthDate"] },
    licence: { document: claims[1]!.documents[0]!, holderKey: driver!.key, disclose: ["classes"] },
    marriage: { document: accept(married[0]!), holderKey: first!.key, disclose: ["marriageDate"], showOther: true },
    ofSpouse: { document: accept(married[1]!), holderKey: second!.key, disclose: [], showOther: true },
  };
}

const requestOf = async (person: Person, claims: ClaimToPresent[], changes: Partial<PresentRequest> = {}) => ({
  claims,
  identity: person.identity,
  identityKey: person.key,
  ...DESK,
  challenge: newChallenge(),
  expires: dateOf((await time.latest()) + 600),
  ...changes,
});

/** The verdict on which this client and the contract agree. */
async function verdict(world: Office, made: Presentation) {
  const here = await presentationStatus(world.contracts, made);
  expect(here).to.deep.equal(await presentationStatusOnChain(world.contracts, made));
  return here;
}

describe("presentations", () => {
  const all = async (changes: Partial<PresentRequest> = {}) => {
    const one = await holder();
    const { world, person, resident, licence, marriage } = one;
    const request = await requestOf(person, [resident, licence, marriage], changes);
    const made = copyOf(await present(world.contracts, request));
    return { ...one, request, made };
  };

  it("prove what they disclose and no more, here and by the contract", async () => {
    const { world, person, spouse, made, request } = await all();
    expect(await verdict(world, made)).to.deep.equal({ status: "Valid", index: 0, claimStatus: "Active" });
    const answer = await verifyPresentation(world.contracts, made, { ...DESK, challenge: request.challenge });
    expect(answer).to.deep.include({ status: "Valid", faults: [], identity: person.identity });
    const { name, birthDate } = VALUES.resident;
    expect(answer.claims.map(({ fields }) => fields)).to.deep.equal([
      { name, birthDate },
      { classes: "C1" },
      { marriageDate: "2016-05-20" },
    ]);
    expect(answer.claims.map(({ schema }) => schema)).to.deep.equal([
      world.schemas.resident,
      world.schemas["driving-licence"],
      world.schemas.marriage,
    ]);
    expect(answer.claims.map(({ claimId }) => claimId)).to.deep.equal(
      request.claims.map(({ document }) => claimId(document)),
    );
    expect(answer.claims[0]).to.not.have.property("relation");
    expect(answer.claims[2]!.relation).to.deep.equal({ first: person.identity, second: spouse.identity, shown: true });
    const text = JSON.stringify(made);
    expect(text).to.not.include(Buffer.from(VALUES.resident["residentNumber"]!).toString("hex"));
    for (const field of request.claims[0]!.document.fields) {
      expect(text.includes((field as { salt: string }).salt)).to.equal(
        request.claims[0]!.disclose.includes((field as { name: string }).name),
      );
    }
  });

  it("have the digest that the contract computes", async () => {
    const { world, made } = await all();
    const { presentation, shown } = made;
    expect(await presentationDigest(world.contracts, presentation, shown)).to.equal(
      await world.verifier.presentationDigest(presentation, shown),
    );
  });

  it("show a relation from either side, and the other one only if told to", async () => {
    const { world, person, spouse, ofSpouse, marriage } = await holder();
    const relationOf = async (who: Person, claim: ClaimToPresent) => {
      const made = copyOf(await present(world.contracts, await requestOf(who, [claim])));
      expect((await verdict(world, made)).status).to.equal("Valid");
      const expected = { ...DESK, challenge: made.presentation.challenge };
      return { made, relation: (await verifyPresentation(world.contracts, made, expected)).claims[0]!.relation };
    };
    const both = { first: person.identity, second: spouse.identity, shown: true };
    expect((await relationOf(person, marriage)).relation).to.deep.equal(both);
    expect((await relationOf(spouse, ofSpouse)).relation).to.deep.equal(both);
    const { document, holderKey, disclose } = marriage;
    const { made, relation } = await relationOf(person, { document, holderKey, disclose });
    expect(relation).to.deep.equal({ first: person.identity, second: undefined, shown: false });
    expect(JSON.stringify(made)).to.not.include(spouse.identity);
    const quiet = await relationOf(spouse, { ...ofSpouse, showOther: false });
    expect(quiet.relation).to.deep.equal({ first: undefined, second: spouse.identity, shown: false });
  });

  it("of a claim that nobody accepted show no key of the other", async () => {
    const { world, person } = await holder();
    const [child, mother] = [newHolder(person.identity), newHolder(randomWord())];
    const [document] = await issued(world, "birth", [child.request, mother.request]);
    const claim = { document: document!, holderKey: child.key, disclose: ["relation"], showOther: true };
    const made = await present(world.contracts, await requestOf(person, [claim]));
    expect((await verdict(world, made)).status).to.equal("Valid");
    expect(JSON.stringify(made)).to.not.include(mother.key.signer.slice(2));
  });

  describe("are refused alike by client and contract", () => {
    type Change = (made: Presentation, one: Holder) => unknown;
    const word = randomWord();
    const cases: Record<string, [Change, string, index?: number]> = {
      "no claim": [(made) => (made.shown = []), "Empty"],
      "a claim that was never issued": [(made) => (made.shown[0]!.claim.validUntil += 1), "ClaimNotActive"],
      "a claim without its path": [(made) => (made.shown[1]!.path = []), "ClaimNotActive", 1],
      "another value": [(made) => (made.shown[0]!.fields[0]!.value += "61"), "FieldsNotProven"],
      "another salt": [(made) => (made.shown[0]!.fields[0]!.salt = word), "FieldsNotProven"],
      "another name": [(made) => (made.shown[0]!.fields[0]!.name += "x"), "FieldsNotProven"],
      "a field twice": [(made) => made.shown[0]!.fields.push(made.shown[0]!.fields[0]!), "FieldsNotProven"],
      "a field without proof": [(made) => (made.shown[0]!.proof = []), "FieldsNotProven"],
      "a longer proof": [(made) => made.shown[0]!.proof.push(word), "FieldsNotProven"],
      "other flags": [(made) => made.shown[0]!.proofFlags.push(true), "FieldsNotProven"],
      "a third party": [(made) => (made.shown[0]!.party = 2), "SubjectNotProven"],
      "a second party of one": [(made) => (made.shown[0]!.party = 1), "SubjectNotProven"],
      "the other side of a relation": [(made) => (made.shown[2]!.party = 1), "SubjectNotProven", 2],
      "somebody else's claim": [(made) => (made.shown[0]!.own.identity = word), "SubjectNotProven"],
      "another subject's salt": [(made) => (made.shown[0]!.own.subjectSalt = word), "SubjectNotProven"],
      "another one of a claim about one": [(made) => (made.shown[0]!.other.identity = word), "SubjectNotProven"],
      "another spouse": [(made) => (made.shown[2]!.other.identity = word), "SubjectNotProven", 2],
      "another spouse's commitment": [(made) => (made.shown[2]!.otherSubject = word), "SubjectNotProven", 2],
      "another holder's salt": [(made) => (made.shown[0]!.own.holderSalt = word), "HolderNotProven"],
      "another holder key": [
        (made) => (made.shown[0]!.own.holder = new AccountKey(randomBytes(32)).signer),
        "HolderNotProven",
      ],
      "another spouse's key": [
        (made) => (made.shown[2]!.other.holder = new AccountKey(randomBytes(32)).signer),
        "HolderNotProven",
        2,
      ],
      "another commitment to the spouse's key": [(made) => (made.shown[2]!.otherHolder = word), "HolderNotProven", 2],
      "no acceptance of one's own": [(made) => (made.shown[2]!.own.acceptance = "0x"), "AcceptanceMissing", 2],
      "no acceptance of the other's": [(made) => (made.shown[2]!.other.acceptance = "0x"), "AcceptanceMissing", 2],
      "the other's key left out": [(made) => (made.shown[2]!.other.holder = "0x"), "AcceptanceMissing", 2],
      "an acceptance in place of another": [
        (made) => (made.shown[2]!.other.acceptance = made.shown[2]!.own.acceptance),
        "AcceptanceMissing",
        2,
      ],
      "no signature of a holder": [(made) => (made.shown[1]!.signature = "0x"), "HolderSignatureInvalid", 1],
      "a holder's signature under another claim": [
        (made) => (made.shown[1]!.signature = made.shown[0]!.signature),
        "HolderSignatureInvalid",
        1,
      ],
      "another verifier": [(made) => (made.presentation.verifier += "x"), "HolderSignatureInvalid"],
      "another purpose": [(made) => (made.presentation.purpose = ""), "HolderSignatureInvalid"],
      "another challenge": [(made) => (made.presentation.challenge = word), "HolderSignatureInvalid"],
      "another end": [(made) => (made.presentation.expires += 1), "HolderSignatureInvalid"],
      "one claim left out": [(made) => made.shown.pop(), "HolderSignatureInvalid"],
      "the claims in another order": [(made) => made.shown.reverse(), "HolderSignatureInvalid"],
      "a field hidden after signing": [
        (made) => Object.assign(made.shown[0]!, { fields: [], proof: [], proofFlags: [] }),
        "HolderSignatureInvalid",
      ],
      "no signature of the identity": [(made) => (made.signature = "0x"), "IdentitySignatureInvalid"],
      "another identity's key": [(made, { spouse }) => (made.signer = spouse.key.signer), "IdentitySignatureInvalid"],
      "a signer of a few bytes": [(made) => (made.signer = "0x1234"), "IdentitySignatureInvalid"],
    };
    for (const [what, [change, status, index = 0]] of Object.entries(cases)) {
      it(what, async () => {
        const one = await all();
        change(one.made, one);
        expect(presentationFaults(one.made)).to.deep.equal([]);
        const found = await verdict(one.world, one.made);
        expect([found.status, found.index]).to.deep.equal([status, index]);
        if (what === "a claim that was never issued") return;
        const { verifier, purpose, challenge } = one.made.presentation;
        const answer = await verifyPresentation(one.world.contracts, one.made, { verifier, purpose, challenge });
        expect(answer.status).to.equal(status);
        expect(answer.message).to.equal(answer.faults[0]);
        expect(answer.claims).to.deep.equal([]);
        expect(answer).to.not.have.property("identity");
      });
    }

    it("a claim of a batch that is signed for as another one", async () => {
      const { world, person, resident, licence } = await holder();
      const shown = async (change: (document: ClaimDocument) => unknown) => {
        const document = copyOf(licence.document);
        change(document);
        const made = await present(world.contracts, await requestOf(person, [{ ...licence, document }]));
        return (await verdict(world, made)).status;
      };
      expect(await shown(() => 0)).to.equal("Valid");
      expect(await shown((one) => (one.claim.position = 0))).to.equal("ClaimNotActive");
      expect(await shown((one) => (one.claim.position = 3))).to.equal("ClaimNotActive");
      expect(await shown((one) => (one.claim.serial = "0"))).to.equal("ClaimNotActive");
      expect(await shown((one) => (one.claim.serial = "2"))).to.equal("ClaimNotActive");
      expect(await shown((one) => (one.claim.validUntil += 1))).to.equal("ClaimNotActive");
      const fields = [...resident.document.fields, ...licence.document.fields.slice(3)];
      expect(await shown((one) => (one.fields = fields))).to.equal("FieldsNotProven");
    });

    it("one who counts as a third party", async () => {
      const { world, spouse, ofSpouse } = await holder();
      const made = copyOf(await present(world.contracts, await requestOf(spouse, [ofSpouse])));
      made.shown[0]!.party = 2; // all else is the second party's, and proven
      expect((await verdict(world, made)).status).to.equal("SubjectNotProven");
    });

    it("what the thief of a phone shows, from the proposal to recover on and for ever; not the owner's with the new key", async () => {
      const { world, person, made, request } = await all();
      const newKey = world.newPhone();
      await propose(world, person.identity, newKey);
      expect(await verdict(world, made)).to.deep.equal({
        status: "IdentityNotActive",
        index: 0,
        claimStatus: "Active",
      });
      await complete(world, person.identity, newKey);
      const expires = dateOf((await time.latest()) + 600);
      const shown = async (identityKey: PersonKey) =>
        (await verdict(world, await present(world.contracts, { ...request, identityKey, expires }))).status;
      expect(await shown(newKey)).to.equal("Valid");
      expect(await shown(person.key)).to.equal("IdentitySignatureInvalid");
    });

    it("after its time, to the second", async () => {
      const { world, made } = await all();
      await time.increaseTo(made.presentation.expires);
      expect((await verdict(world, made)).status).to.equal("Valid");
      await time.increaseTo(made.presentation.expires + 1);
      expect((await verdict(world, made)).status).to.equal("Expired");
    });

    it("of a claim that is not active any more, with its status", async () => {
      const { world, made, resident, licence } = await all();
      await suspendClaims(world.contracts, world.issuer, [licence.document]);
      expect(await verdict(world, made)).to.deep.equal({
        status: "ClaimNotActive",
        index: 1,
        claimStatus: "Suspended",
      });
      await revokeClaims(world.contracts, world.issuer, [resident.document]);
      expect(await verdict(world, made)).to.deep.equal({ status: "ClaimNotActive", index: 0, claimStatus: "Revoked" });
      const { verifier, purpose, challenge } = made.presentation;
      const answer = await verifyPresentation(world.contracts, made, { verifier, purpose, challenge });
      expect(answer.faults).to.have.length(2); // all at once
      expect(answer.faults[0]).to.match(/^claim 1 \(schema \d+\) was revoked$/);
      expect(answer.faults[1]).to.match(/^claim 2 \(schema \d+\) is suspended/);
      await time.increase(3600 * 24 * 61);
      const expired = await present(world.contracts, await requestOf(await newPerson(world), [licence]));
      expect(await verdict(world, expired)).to.deep.include({ claimStatus: "Expired" });
    });

    it("of an identity that is not active, or whose key was replaced", async () => {
      const { world, person, made } = await all();
      await world.identities.connect(world.registrar).suspend(person.identity, 0, []);
      expect(await verdict(world, made)).to.deep.equal({
        status: "IdentityNotActive",
        index: 0,
        claimStatus: "Active",
      });
      await world.identities.connect(world.registrar).reinstate(person.identity, 0, []);
      expect((await verdict(world, made)).status).to.equal("Valid");
      await world.identities.connect(world.registrar).close(person.identity, 0, []);
      expect((await verdict(world, made)).status).to.equal("IdentityNotActive");
    });

    it("whatever is changed in them", async () => {
      const one = await all();
      const { world, made } = one;
      const paths = leavesOf(made);
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(fc.nat(paths.length - 1), fc.nat(), async (at, by) => {
          const changed = copyOf(made);
          alter(changed, paths[at]!, by);
          if (presentationFaults(changed).length !== 0) return;
          if (changed.chainId !== made.chainId || changed.contract !== made.contract) return;
          seen.add((await verdict(world, changed)).status);
        }),
        { numRuns: 150 },
      );
      expect([...seen]).to.include.members(["ClaimNotActive", "FieldsNotProven", "HolderSignatureInvalid"]);
    });
  });

  describe("at the desk", () => {
    it("are for this verifier, purpose and challenge, and a challenge is good once", async () => {
      const challenges = new Challenges();
      const { world, made } = await all({ challenge: challenges.issue() });
      const check = (changes: object) =>
        verifyPresentation(world.contracts, made, { ...DESK, challenge: challenges, ...changes });
      expect(await check({ verifier: "x" })).to.deep.include({ status: "NotForThis", claims: [] });
      expect((await check({ purpose: "x" })).message).to.include('not "x"');
      expect((await check({ challenge: newChallenge() })).message).to.include("fresh challenge");
      expect((await check({})).status).to.equal("Valid");
      expect((await check({})).status).to.equal("NotForThis"); // replayed
    });

    it("are refused from another network, or in another shape", async () => {
      const { world, made, request } = await all();
      const check = (json: unknown) =>
        verifyPresentation(world.contracts, json, { ...DESK, challenge: request.challenge });
      expect((await check({ ...made, chainId: "1" })).status).to.equal("OtherNetwork");
      expect((await check({ ...made, contract: world.issuer.address })).status).to.equal("OtherNetwork");
      for (const json of [
        null,
        1,
        "x",
        [],
        {},
        { ...made, more: 1 },
        { ...made, shown: [{}] },
        { ...made, signer: "x" },
      ]) {
        expect((await check(json)).status).to.equal("Unreadable");
      }
      const changed = (change: (made: Presentation) => unknown) => {
        const copy = copyOf(made);
        change(copy);
        return check(copy);
      };
      expect((await changed((one) => (one.presentation.verifier = "\ud800"))).faults).to.deep.equal([
        "a text in it is no Unicode",
      ]);
      expect((await changed((one) => (one.shown[1]!.claim.serial = `${1n << 64n}`))).faults).to.deep.equal([
        "a serial is too large",
      ]);
      const mistyped = (one: Presentation) =>
        (one.shown[1]!.claim.issuer = `0x${one.shown[1]!.claim.issuer.slice(2)
          .toLowerCase()
          .replace(/[a-f]/, (letter) => letter.toUpperCase())}`);
      expect((await changed(mistyped)).faults).to.deep.equal(["an issuer's address is mistyped"]);
    });

    it("forget challenges after their time", () => {
      let now = 0;
      const challenges = new Challenges(60, () => now);
      const [first, second] = [challenges.issue(), challenges.issue()];
      expect(first)
        .to.match(/^0x[0-9a-f]{64}$/)
        .and.not.equal(second);
      now = 59_999;
      expect(challenges.use(first)).to.be.true;
      expect(challenges.use(first)).to.be.false;
      now = 60_000;
      expect(challenges.use(second)).to.be.false;
      challenges.issue();
      now = 200_000;
      challenges.issue(); // sweeps
      expect(challenges.use(newChallenge())).to.be.false;
    });
  });

  it("cannot be made of what a document does not open", async () => {
    const { world, person, marriage, resident } = await holder();
    const refused = async (claim: ClaimToPresent) =>
      rejection(async () => present(world.contracts, await requestOf(person, [claim])));
    expect(await refused({ ...resident, disclose: ["colour"] })).to.include('no field "colour"');
    const blind = copyOf(marriage);
    blind.document.parties[1]!.subject = { commitment: blind.document.parties[1]!.subject.commitment };
    expect(await refused(blind)).to.include("who the other one is");
    blind.document.parties[0]!.subject = { commitment: blind.document.parties[0]!.subject.commitment };
    expect(await refused({ ...blind, showOther: false })).to.include("whose it is");
    expect(await refused({ ...resident, document: { ...resident.document, chainId: "1" } })).to.include(
      "belongs to the registry",
    );
    expect(new DocumentError(["x"]).message).to.equal("this claim document cannot be used: x");
  });

  it("have the contract's names of statuses", async () => {
    const { readFile } = await import("node:fs/promises");
    for (const [file, name, names] of [
      ["IClaimVerifier", "PresentationStatus", PRESENTATION_STATUSES],
      ["IClaimRegistry", "ClaimStatus", CLAIM_STATUSES],
    ] as const) {
      const source = await readFile(`contracts/identity/${file}.sol`, "utf8");
      const [, members = ""] = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source) ?? [];
      expect(members.split(",").map((member) => member.trim())).to.deep.equal(names);
    }
    expect(newSalt()).to.not.equal(ZeroHash);
  });
});

/** Paths to every string, number, flag and list in a value. */
function leavesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return [path, ...value.flatMap((one, i) => leavesOf(one, [...path, i]))];
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, one]) => leavesOf(one, [...path, name]));
  }
  return [path];
}

/** Changes what is at the path: a digit, a number by one, a flag; drops or repeats a member of a list. */
function alter(root: unknown, path: (string | number)[], by: number): void {
  const name = path.at(-1)!;
  const parent = path
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>(
      (one, step) => one[step] as Record<string | number, unknown>,
      root as Record<string | number, unknown>,
    );
  const value = parent[name];
  if (typeof value === "boolean") parent[name] = !value;
  else if (typeof value === "number") parent[name] = by % 2 === 0 ? value + 1 : Math.max(0, value - 1);
  else if (Array.isArray(value)) {
    if (by % 2 === 0 || value.length === 0) value.pop();
    else value.push(value[by % value.length]);
  } else if (typeof value === "string" && /^0x[0-9a-f]+$/.test(value)) {
    const at = 2 + (by % (value.length - 2));
    parent[name] = value.slice(0, at) + ((parseInt(value[at]!, 16) + 1) % 16).toString(16) + value.slice(at + 1);
  } else if (typeof value === "string") parent[name] = by % 2 === 0 ? `${value}1` : "";
}
