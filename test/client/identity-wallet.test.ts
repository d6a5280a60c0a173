import { expect } from "chai";
import fc from "fast-check";
import { HDNodeWallet, hexlify, randomBytes } from "ethers";

import { dateOf } from "../../src/common/time.js";
import { newSalt } from "../../src/identity/commitment.js";
import {
  type ClaimDocument,
  claimId,
  documentFaults,
  DocumentError,
  parseDocument,
} from "../../src/identity/document.js";
import { eraseClaim, eraseFields } from "../../src/identity/erasure.js";
import { newChallenge } from "../../src/identity/presentation.js";
import { verifyPresentation } from "../../src/identity/presentation-check.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { sealText, unsealText, WalletFileError } from "../../src/identity/seal.js";
import { isErased, type OpenField } from "../../src/common/tree.js";
import { Wallet, WalletError } from "../../src/identity/wallet.js";
import { loadFixture, time } from "../world.js";
import {
  caught,
  copyOf,
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

const QUICK = { cost: 2 ** 10 };
const PASSWORD = "correct horse battery";
const DESK = { verifier: "派出所", purpose: "居住证" };
const later = () => Promise.resolve();

async function couple() {
  const world = await loadFixture(office);
  const [person, spouse] = [await newPerson(world, world.newPhone()), await newPerson(world)];
  const [wallet, ofSpouse] = [Wallet.create(), Wallet.create()];
  const requests = [wallet.request(person.identity), ofSpouse.request(spouse.identity)];
  const documents = await issued(world, "marriage", requests);
  return { world, person, spouse, wallet, ofSpouse, documents: documents as [ClaimDocument, ClaimDocument] };
}

const checked = async (world: Office, wallet: Wallet, { identity, key }: Person, claim: string, disclose: string[]) => {
  const challenge = newChallenge();
  const expires = dateOf((await time.latest()) + 600);
  const terms = { identity, identityKey: key, ...DESK, challenge, expires };
  const made = copyOf(await wallet.present(world.contracts, { claims: [{ claim, disclose }], ...terms }));
  return verifyPresentation(world.contracts, made, { ...DESK, challenge });
};

describe("the wallet", () => {
  it("comes back from its words", () => {
    const wallet = Wallet.create();
    const words = wallet.words();
    expect(words.split(" ")).to.have.length(24);
    const again = Wallet.fromWords(`  ${words.toUpperCase().replaceAll(" ", "\n ")} `);
    expect(again.words()).to.equal(words);
    expect(again.identityKey(3).signer).to.equal(wallet.identityKey(3).signer);
    expect(wallet.identityKey().signer).to.equal(
      HDNodeWallet.fromPhrase(words, "", "m/44'/60'/0'/0/0").address.toLowerCase(), // what other wallets make of these words
    );
    expect(() => Wallet.fromWords(`${words} abandon`)).to.throw(WalletError, "has 24 words; these are 25");
    expect(() => Wallet.fromWords(words.replace(/^\w+/, "civitas"))).to.throw(WalletError, "one is mistyped");
    const known = "abandon ".repeat(23);
    expect(Wallet.fromWords(`${known}art`).words()).to.equal(`${known}art`);
    expect(() => Wallet.fromWords(`art ${known}`)).to.throw(WalletError, "two changed places");
    expect(() => Wallet.fromSeed("0x12")).to.throw(WalletError, "32 bytes");
  });

  it("asks for each claim with a key of its own, never the same again", () => {
    const seed = hexlify(randomBytes(32));
    const wallet = Wallet.fromSeed(seed);
    const identity = randomWord();
    const requests = Array.from({ length: 20 }, () => wallet.request(identity));
    const fromOldBackup = Array.from({ length: 20 }, () => Wallet.fromSeed(seed).request(identity));
    for (const part of ["holder", "holderSalt", "subjectSalt"] as const) {
      expect(new Set([...requests, ...fromOldBackup].map((request) => request[part])).size).to.equal(40);
    }
  });

  it("has a worker's key for each project, by the seed and the project's id alone", () => {
    const seed = randomBytes(32);
    const project = randomWord();
    const key = Wallet.fromSeed(seed).workerKey(project);
    expect(Wallet.fromSeed(seed).workerKey(project.toUpperCase().replace("0X", "0x")).signer).to.equal(key.signer);
    expect(Wallet.create().workerKey(project).signer).not.to.equal(key.signer);
    for (const at of [2, 20, 40, 64]) {
      const other = `${project.slice(0, at)}${project[at] === "1" ? "2" : "1"}${project.slice(at + 1)}`;
      expect(Wallet.fromSeed(seed).workerKey(other).signer).not.to.equal(key.signer);
    }
  });

  it("keeps sound documents that were issued to it, and finds their keys", async () => {
    const { wallet, documents, world, person } = await couple();
    const id = wallet.add(copyOf(documents[0]), READY_SCHEMAS.marriage);
    expect(id).to.equal(claimId(documents[0]));
    expect(wallet.documents()).to.deep.equal([documents[0]]);
    expect(wallet.document(id)).to.deep.equal(documents[0]);
    expect(wallet.holderKey(id).signer).to.equal(documents[0].parties[0]!.holder.signer);
    wallet.document(id).fields.pop(); // a copy
    expect(wallet.document(id)).to.deep.equal(documents[0]);
    const [second] = await issued(world, "resident", [wallet.request(person.identity)]);
    expect(wallet.add(second)).to.equal(claimId(second!));
    wallet.remove(id);
    expect(wallet.documents()).to.deep.equal([second]);
  });

  it("keeps nothing when anything is wrong", async () => {
    const { wallet, documents, world, person, ofSpouse } = await couple();
    const good = documents[0];
    const refused = async (act: () => unknown, sentence: string) => {
      expect(await rejection(() => later().then(act))).to.include(sentence);
      expect(wallet.documents()).to.deep.equal([]);
    };
    const tampered = copyOf(good);
    (tampered.fields[0] as OpenField).value += "x";
    await refused(() => wallet.addAll([good, tampered]), "the fields are not those of the claim");
    await refused(() => wallet.addAll([good, copyOf(good)]), "is in the wallet already");
    await refused(() => wallet.add(documents[1]), "a key that is not of this wallet");
    await refused(() => ofSpouse.add(good), "a key that is not of this wallet");
    await refused(() => wallet.add(good, READY_SCHEMAS.resident), '"residentNumber" is missing');
    await refused(() => wallet.add({}), "the document lacks");
    const { holder, holderSalt } = newHolder().request;
    const [foreign] = await issued(world, "resident", [
      { identity: person.identity, holder: holder!, holderSalt: holderSalt! },
    ]);
    await refused(() => wallet.add(foreign), "a key that is not of this wallet");
    const nameless = wallet.request(person.identity);
    const [ofNobody] = await issued(world, "resident", [{ holder: nameless.holder, holderSalt: nameless.holderSalt }]);
    await refused(() => wallet.add(ofNobody), "does not say who its holder is");

    const request = wallet.request(person.identity);
    const [first] = await issued(world, "resident", [request]);
    const [second] = await issued(world, "driving-licence", [request]);
    await refused(() => wallet.addAll([first, second]), "ask for it again with a fresh request");
    wallet.add(first);
    expect(() => wallet.add(second)).to.throw(WalletError, "would tie the two together");
    expect(() => wallet.document(randomWord())).to.throw(WalletError, "has no document of the claim");
    for (const act of ["remove", "holderKey", "accept", "eraseClaim"] as const) {
      expect(() => wallet[act](randomWord()), act).to.throw(WalletError);
    }
  });

  it("accepts a claim, takes the other's acceptance, and presents it", async () => {
    const { wallet, ofSpouse, documents, world, person, spouse } = await couple();
    const id = wallet.add(documents[0]);
    ofSpouse.add(documents[1]);
    expect((await checked(world, wallet, person, id, [])).status).to.equal("AcceptanceMissing");
    const [mine, theirs] = [wallet.accept(id), ofSpouse.accept(id)];
    expect(await rejection(() => wallet.addAcceptance(world.contracts, id, mine))).to.include("not the other party's");
    await wallet.addAcceptance(world.contracts, id, theirs);
    await ofSpouse.addAcceptance(world.contracts, id, mine);
    const disclosed = { marriageDate: "2016-05-20" };
    expect((await checked(world, wallet, person, id, ["marriageDate"])).claims[0]!.fields).to.deep.equal(disclosed);
    expect((await checked(world, ofSpouse, spouse, id, ["marriageDate"])).claims[0]!.fields).to.deep.equal(disclosed);
    expect((await checked(world, wallet, spouse, id, [])).status).to.equal("SubjectNotProven");

    const [birth] = await issued(world, "birth", [wallet.request(person.identity), {}]);
    const kinship = wallet.add(birth);
    expect(await rejection(() => wallet.addAcceptance(world.contracts, kinship, mine))).to.include("key is not known");
  });

  it("takes nothing of a thief who has the wallet, but not the identity's key", async () => {
    const { world, person, wallet } = await couple();
    const [document] = await issued(world, "resident", [wallet.request(person.identity)]);
    const id = wallet.add(document);
    const file = await wallet.export(PASSWORD, QUICK);
    const stolen = await Wallet.restore(file, PASSWORD);
    const thief = { identity: person.identity, key: stolen.identityKey() };
    expect((await checked(world, stolen, thief, id, ["name"])).status).to.equal("IdentitySignatureInvalid");
    expect((await checked(world, wallet, person, id, ["name"])).status).to.equal("Valid");
  });
});

describe("the wallet's file", () => {
  it("brings everything back on a new phone, under any password", async () => {
    const { wallet, documents, world, person } = await couple();
    const id = wallet.add(documents[0]);
    wallet.accept(id);
    const [resident] = await issued(world, "resident", [wallet.request(person.identity)]);
    wallet.add(resident);
    for (const password of [PASSWORD, "密码密码密码密码", "a\u0301\u0302 long one"]) {
      const restored = await Wallet.restore(await wallet.export(password, QUICK), password);
      expect(restored.documents()).to.deep.equal(wallet.documents());
      expect(restored.words()).to.equal(wallet.words());
      expect((await checked(world, restored, person, claimId(resident!), ["name"])).status).to.equal("Valid");
    }
    const composed = await wallet.export("\u00e9 password", QUICK); // another keyboard, the same letters
    expect((await Wallet.restore(composed, "e\u0301 password")).words()).to.equal(wallet.words());
  });

  it("has nothing secret in it that is readable", async () => {
    const { wallet, documents } = await couple();
    const id = wallet.add(documents[0]);
    const file = await wallet.export(PASSWORD, QUICK);
    const bytes = Buffer.concat([
      Buffer.from(file),
      Buffer.from((JSON.parse(file) as { data: string }).data, "base64"),
    ]);
    const salts = documents[0].fields.map((field) => (field as OpenField).salt.slice(2));
    for (const secret of [...Object.values(VALUES.marriage), ...salts, wallet.words(), id.slice(2), PASSWORD]) {
      expect(bytes.includes(secret), secret).to.be.false;
    }
    for (const salt of salts) expect(bytes.includes(Buffer.from(salt, "hex")), salt).to.be.false;
    const again = JSON.parse(await wallet.export(PASSWORD, QUICK)) as { data: string; kdf: object };
    const first = JSON.parse(file) as { data: string; kdf: object };
    expect(again.kdf).to.not.deep.equal(first.kdf);
    expect(again.data).to.not.equal(first.data);
  });

  it("tells a wrong password from a damaged file", async () => {
    const file = await Wallet.create().export(PASSWORD, QUICK);
    const faultOf = async (text: string, password = PASSWORD) => {
      return (await caught(WalletFileError, () => Wallet.restore(text, password))).fault;
    };
    expect(await faultOf(file, `${PASSWORD}!`)).to.equal("WrongPassword");
    expect(await faultOf(file.slice(0, -9))).to.equal("Damaged");
    expect(await faultOf("")).to.equal("Damaged");
    expect(await faultOf("{}")).to.equal("Damaged");
    expect(await faultOf("null")).to.equal("Damaged");
    expect(await faultOf(file.replace('"version": 1', '"version": 2'))).to.equal("Unsupported");
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 127 }), async (at, by) => {
        const changed = file.slice(0, at) + String.fromCharCode(file.charCodeAt(at) ^ by) + file.slice(at + 1);
        if (canonical(changed) === canonical(file)) return; // white space
        expect(await faultOf(changed)).to.be.oneOf(["Damaged", "Unsupported"]);
      }),
      { numRuns: 200 },
    );
  });

  it("notices who changes it and mends the checksum", async () => {
    const { default: canonicalize } = await import("canonicalize");
    const { sha256, toUtf8Bytes } = await import("ethers");
    const file = JSON.parse(await sealText("secret", PASSWORD, QUICK)) as Record<string, unknown>;
    const faultOf = async (changes: object) => {
      const body: Record<string, unknown> = { ...file, ...changes };
      delete body["checksum"];
      const mended = JSON.stringify({ ...body, checksum: sha256(toUtf8Bytes(canonicalize(body)!)) });
      return (await caught(WalletFileError, () => unsealText(mended, PASSWORD))).fault;
    };
    const data = Buffer.from(file["data"] as string, "base64");
    data[0]! ^= 1;
    expect(await faultOf({ data: data.toString("base64") })).to.equal("Damaged");
    expect(await faultOf({ data: "AAAA" })).to.equal("Damaged");
    expect(await faultOf({ cipher: { name: "aes-256-gcm", iv: hexlify(randomBytes(12)) } })).to.equal("Damaged");
    expect(await faultOf({ kdf: { ...(file["kdf"] as object), n: 2 ** 11 } })).to.equal("WrongPassword");
    expect(await faultOf({ kdf: { ...(file["kdf"] as object), n: 2 ** 30 } })).to.equal("Damaged"); // would take all memory
    expect(await unsealText(JSON.stringify(file), PASSWORD)).to.equal("secret");
  });

  it("refuses a short password, and what is no wallet", async () => {
    expect(await rejection(() => Wallet.create().export("1234567"))).to.include("at least 8 characters");
    for (const content of ["{}", '{"type":"CivitasWalletContent","version":1,"entropy":"0x12","documents":[]}']) {
      const sealed = await sealText(content, PASSWORD, QUICK);
      expect((await caught(WalletFileError, () => Wallet.restore(sealed, PASSWORD))).fault).to.equal("Unsupported");
    }
    const seed = hexlify(randomBytes(32));
    const content = { type: "CivitasWalletContent", version: 1, entropy: seed, documents: [{}] };
    const sealed = await sealText(JSON.stringify(content), PASSWORD, QUICK);
    await caught(DocumentError, () => Wallet.restore(sealed, PASSWORD));
  });

  it("costs who guesses the password a second for each guess", async function () {
    const file = await Wallet.create().export(PASSWORD);
    expect((JSON.parse(file) as { kdf: object }).kdf).to.deep.include({ name: "scrypt", n: 131072, r: 8, p: 1 });
    expect((await Wallet.restore(file, PASSWORD)).documents()).to.deep.equal([]);
  });
});

describe("erasure", () => {
  const AT = new Date("2026-07-01T00:00:00Z");

  it("of fields leaves the others to be disclosed", async () => {
    const world = await loadFixture(office);
    const person = await newPerson(world);
    const wallet = Wallet.create();
    const [document] = await issued(world, "resident", [wallet.request(person.identity)]);
    const id = wallet.add(document);
    const erased = ["residentNumber", "address"];
    const receipt = wallet.eraseFields(id, erased, AT);
    expect(receipt).to.deep.include({
      claim: id,
      extent: "Fields",
      erasedAt: "2026-07-01T00:00:00.000Z",
      commitments: [],
    });
    expect(receipt.fields.map(({ name }) => name)).to.deep.equal(erased);
    const left = wallet.document(id);
    expect(documentFaults(left)).to.deep.equal([]);
    expect(left.fields.filter(isErased).map(({ leaf }) => leaf)).to.deep.equal(receipt.fields.map(({ leaf }) => leaf));
    const answer = await checked(world, wallet, person, id, ["name", "since"]);
    expect(answer.claims[0]!.fields).to.deep.equal({ name: "王小明", since: "2001-09-01" });
    expect(await rejection(() => checked(world, wallet, person, id, ["address"]))).to.include("or it was erased");
    expect(() => wallet.eraseFields(id, ["address"])).to.throw(RangeError, "was erased before");

    const restored = await Wallet.restore(await wallet.export(PASSWORD, QUICK), PASSWORD);
    expect(restored.documents()).to.deep.equal(wallet.documents());
    const kept = JSON.stringify([restored.documents(), receipt]);
    for (const field of document!.fields as OpenField[]) {
      if (!erased.includes(field.name)) continue;
      for (const secret of [field.value, field.salt]) expect(kept).to.not.include(secret);
    }
  });

  it("of a claim leaves nothing that opens anything", async () => {
    const world = await loadFixture(office);
    const [person, mother] = [await newPerson(world), randomWord()];
    const wallet = Wallet.create();
    const [document] = await issued(world, "birth", [
      wallet.request(person.identity),
      { identity: mother, subjectSalt: newSalt() },
    ]);
    const { document: left } = eraseClaim(document!, AT);
    expect(parseDocument(copyOf(left))).to.deep.equal(left); // still the claim
    expect(claimId(left)).to.equal(claimId(document!));
    const id = wallet.add(document);
    const receipt = wallet.eraseClaim(id, AT);
    expect(wallet.documents()).to.deep.equal([]);
    expect(receipt.fields.map(({ name }) => name)).to.deep.equal(Object.keys(VALUES.birth));
    expect(receipt.commitments).to.have.length(4);
    const kept = JSON.stringify([left, receipt]);
    const opening = (document!.fields as OpenField[]).flatMap(({ value, salt }) => [value, salt]);
    for (const { subject, holder } of document!.parties)
      opening.push(...[subject.identity, subject.salt, holder.salt, holder.signer].filter((one) => one !== undefined));
    expect(opening).to.have.length(2 * 6 + 6);
    for (const secret of opening) expect(kept).to.not.include(secret);
    expect(() => wallet.add(left)).to.throw(WalletError, "does not say who its holder is");
  });

  it("of some fields and then of the rest leaves every leaf", async () => {
    const world = await loadFixture(office);
    const [document] = await issued(world, "tenancy", [
      newHolder(randomWord()).request,
      newHolder(randomWord()).request,
    ]);
    const once = eraseFields(document!, ["currency"]);
    const twice = eraseClaim(once.document);
    expect(once.receipt.fields).to.have.length(1);
    expect(twice.receipt.fields).to.have.length(3);
    expect(twice.document.fields.every(isErased)).to.be.true;
    expect(documentFaults(twice.document)).to.deep.equal([]);
    expect(document!.fields.some(isErased)).to.be.false; // what was given is as it was
  });
});

function canonical(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
