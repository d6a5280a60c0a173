import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import fc from "fast-check";
import { concat, hexlify, keccak256, toUtf8Bytes, toUtf8String } from "ethers";

import { fieldLeaf, newSalt } from "../../src/identity/commitment.js";
import {
  batchIdOf,
  CLAIM_DOCUMENT_SCHEMA,
  type ClaimDocument,
  claimId,
  DocumentError,
  otherParty,
  ownParty,
  parseDocument,
  valuesOf,
} from "../../src/identity/document.js";
import {
  batchTree,
  fieldRoot,
  isDisclosed,
  isErased,
  isInBatch,
  leafOf,
  type OpenField,
  proveFields,
  textOf,
} from "../../src/common/tree.js";
import { loadFixture } from "../world.js";
import { caught, copyOf, draftOf, issued, newHolder, office, randomWord, VALUES } from "./identity-world.js";
import { prepareBatch } from "../../src/identity/prepare.js";

const fields = (count: number): OpenField[] =>
  Array.from({ length: count }, (_, i) => ({ name: `field${i}`, value: `value ${i}`, salt: newSalt() }));

/** A field set with names of any text, and some of the names. */
const someFields = fc
  .uniqueArray(fc.string({ unit: "grapheme", maxLength: 12 }), { minLength: 1, maxLength: 20 })
  .chain((names) =>
    fc.record({
      fields: fc.tuple(
        ...names.map((name) => fc.record({ name: fc.constant(name), value: fc.string({ unit: "grapheme" }) })),
      ),
      shown: fc.subarray(names, { minLength: 1 }),
      pick: fc.nat(),
    }),
  )
  .map(({ fields, shown, pick }) => ({ fields: fields.map((one) => ({ ...one, salt: newSalt() })), shown, pick }));

describe("trees of fields", () => {
  it("prove any of the fields, and the chain agrees", async () => {
    const { verifier } = await loadFixture(office);
    await fc.assert(
      fc.asyncProperty(someFields, async ({ fields, shown, pick }) => {
        const root = fieldRoot(fields);
        const proven = proveFields(fields, shown);
        const both = async (of: string, { fields, proof, proofFlags }: typeof proven) => {
          const here = isDisclosed(of, { fields, proof, proofFlags });
          expect(await verifier.isDisclosed(of, fields, proof, proofFlags)).to.equal(here);
          return here;
        };
        expect(await both(root, proven)).to.be.true;
        expect(proven.fields.map(({ name }) => name).sort()).to.deep.equal([...shown].sort());
        for (const { name, value } of proven.fields) {
          expect(textOf(value)).to.equal(fields.find((one) => one.name === name)!.value);
        }

        const at = pick % shown.length;
        const altered = (change: Partial<OpenField>) => {
          const copy = copyOf(proven);
          copy.fields[at] = { ...copy.fields[at]!, ...change };
          return copy;
        };
        const { name, value } = proven.fields[at]!;
        const falsified = [
          altered({ value: `${value}00` }),
          altered({ salt: randomWord() }),
          altered({ name: `${name}x` }),
          { ...proven, fields: [] },
          { ...proven, fields: [...proven.fields, proven.fields[at]!] },
          { ...proven, proof: [...proven.proof, randomWord()] },
          { ...proven, proofFlags: [...proven.proofFlags, true] },
          { ...proven, proofFlags: proven.proofFlags.map((flag) => !flag), proof: [randomWord()] },
        ];
        for (const one of falsified) expect(await both(root, one)).to.be.false;
        expect(await both(randomWord(), proven)).to.be.false;
        const others = fields.map((one) => ({ ...one, salt: newSalt() }));
        expect(await both(fieldRoot(others), proven)).to.be.false; // another claim with the same values
        const foreign = { ...proveFields(others, shown), fields: proven.fields };
        const accepted = await both(root, foreign); // where all fields are shown, there is nothing of the other tree in it
        if (foreign.proof.length !== 0) expect(accepted).to.be.false;
      }),
      { numRuns: 25 },
    );
  });

  it("have the root of OpenZeppelin's tree", () => {
    for (const count of [1, 2, 3, 5, 8, 17, 64]) {
      const some = fields(count);
      expect(fieldRoot(some)).to.equal(SimpleMerkleTree.of(some.map(leafOf)).root);
    }
    expect(() => fieldRoot([{ leaf: "0x12" }])).to.throw(RangeError, "32 bytes");
  });

  it("have one field or more", async () => {
    const { verifier } = await loadFixture(office);
    const [only] = fields(1) as [OpenField];
    const root = fieldRoot([only]);
    expect(root).to.equal(leafOf(only));
    const proven = proveFields([only], [only.name]);
    expect(proven).to.deep.include({ proof: [], proofFlags: [] });
    expect(isDisclosed(root, proven)).to.be.true;
    expect(await verifier.isDisclosed(root, proven.fields, [], [])).to.be.true;
    expect(() => fieldRoot([])).to.throw(RangeError, "at least one field");
  });

  it("refuse nothing as a proof of nothing, as the chain does", async () => {
    const { verifier } = await loadFixture(office);
    const root = fieldRoot(fields(3));
    for (const proof of [[], [root]]) {
      expect(isDisclosed(root, { fields: [], proof, proofFlags: [] })).to.be.false;
      expect(await verifier.isDisclosed(root, [], proof, [])).to.be.false;
    }
    expect(proveFields(fields(3), [])).to.deep.equal({ fields: [], proof: [], proofFlags: [] });
  });

  it("show no name twice, even if an issuer put two values under it, as the chain", async () => {
    const { verifier } = await loadFixture(office);
    const [first, second] = fields(2) as [OpenField, OpenField];
    const shown = [first, second].map(({ salt, value }, i) => ({
      name: "name",
      salt,
      value: hexlify(toUtf8Bytes(`${value}${i}`)),
    }));
    const leaves = shown.map(({ name, salt, value }) => fieldLeaf(name, salt, toUtf8String(value)));
    const root = keccak256(concat([...leaves].sort()));
    const proof = { proof: [], proofFlags: [true] };
    expect(await verifier.processMultiProof(leaves, [], [true])).to.equal(root); // the proof leads there
    expect(isDisclosed(root, { fields: shown, ...proof })).to.be.false;
    expect(await verifier.isDisclosed(root, shown, [], [true])).to.be.false;
    const one = { fields: shown.slice(0, 1), proof: leaves.slice(1), proofFlags: [false] };
    expect(isDisclosed(root, one)).to.be.true;
    expect(await verifier.isDisclosed(root, one.fields, one.proof, one.proofFlags)).to.be.true;
  });

  it("let no node pass for a field: leaves are hashed twice", async () => {
    const { verifier } = await loadFixture(office);
    const four = fields(4);
    const leaves = four.map(leafOf).sort();
    const node = (a: string, b: string) => keccak256(concat([a, b].sort()));
    const [left, right] = [node(leaves[3]!, leaves[2]!), node(leaves[1]!, leaves[0]!)];
    expect(node(left, right)).to.equal(fieldRoot(four)); // the tree is what we think it is
    // Were leaves hashed once, a field whose pre-image is the two children would be the node.
    const forged = { name: left, salt: right, value: "0x" };
    for (const proof of [[right], [left], [left, right]]) {
      const flags = proof.map(() => false);
      expect(isDisclosed(fieldRoot(four), { fields: [forged], proof, proofFlags: flags })).to.be.false;
      expect(await verifier.isDisclosed(fieldRoot(four), [forged], proof, flags)).to.be.false;
    }
  });

  it("say which field cannot be shown", () => {
    const three = fields(3);
    expect(() => proveFields(three, ["field9"])).to.throw(RangeError, 'no field "field9"');
    expect(() => proveFields(three, ["field1", "field1"])).to.throw(RangeError, "disclosed once");
    const erased = three.map((field, i) => (i === 1 ? { leaf: leafOf(field) } : field));
    expect(isErased(erased[1]!)).to.be.true;
    expect(fieldRoot(erased)).to.equal(fieldRoot(three));
    expect(isDisclosed(fieldRoot(three), proveFields(erased, ["field0", "field2"]))).to.be.true;
    expect(() => proveFields(erased, ["field1"])).to.throw(RangeError, "or it was erased");
  });

  it("take values that are no text for what they are", () => {
    const salt = newSalt();
    const root = fieldLeaf("scan", salt, Uint8Array.of(255));
    expect(isDisclosed(root, { fields: [{ name: "scan", salt, value: "0xff" }], proof: [], proofFlags: [] })).to.be
      .true;
    expect(textOf("0xff")).to.be.undefined;
    expect(isDisclosed(root, { fields: [{ name: "scan", salt, value: "what" }], proof: [], proofFlags: [] })).to.be
      .false;
  });
});

describe("trees of batches", () => {
  it("have a path for each claim, of one claim or many", () => {
    for (const count of [1, 2, 3, 7, 64]) {
      const claims = Array.from({ length: count }, randomWord);
      const { root, paths } = batchTree(claims);
      claims.forEach((claim, i) => {
        expect(isInBatch(root, claim, paths[i]!)).to.be.true;
        expect(isInBatch(root, randomWord(), paths[i]!)).to.be.false;
        expect(isInBatch(root, claim, [...paths[i]!, randomWord()])).to.be.false;
      });
      expect(isInBatch(root, claims[0]!, ["0x12"])).to.be.false;
    }
    expect(() => batchTree([])).to.throw(RangeError, "at least one");
    const twice = randomWord();
    expect(() => batchTree([twice, twice])).to.throw(RangeError, "each record once");
  });
});

describe("claim documents", () => {
  const two = async () => {
    const world = await loadFixture(office);
    const [child, parent] = [newHolder(randomWord()), newHolder(randomWord())];
    const documents = await issued(world, "birth", [child.request, parent.request]);
    return { world, documents: documents as [ClaimDocument, ClaimDocument], child, parent };
  };

  it("have the id that the registry gives", async () => {
    const { world, documents } = await two();
    const id = await world.claims.idOf(documents[0].claim);
    expect(documents.map(claimId)).to.deep.equal([id, id]);
    expect(documents.map(batchIdOf)).to.deep.equal([undefined, undefined]);

    const draft = await draftOf(world, "resident", [newHolder().request]);
    const { claims } = await prepareBatch(world.contracts, world.issuer.address, 7, [draft, draft]);
    const document = claims[1]!.documents[0]!;
    expect(claimId(document)).to.equal(await world.claims.idOf(document.claim));
    expect(batchIdOf(document)).to.equal(await world.claims.batchOf(world.issuer, 7));
  });

  it("come back from JSON as they were, and say what they hold", async () => {
    const { documents, child, parent } = await two();
    for (const document of documents) expect(parseDocument(copyOf(document))).to.deep.equal(document);
    expect(valuesOf(documents[0])).to.deep.equal(VALUES.birth);
    expect(ownParty(documents[0]).holder.signer).to.equal(child.key.signer);
    expect(otherParty(documents[0])?.holder.signer).to.equal(parent.key.signer);
    expect(ownParty(documents[1]).holder.signer).to.equal(parent.key.signer);
    const alone = copyOf(documents[0]);
    alone.parties.pop();
    expect(otherParty(alone)).to.be.undefined;
    expect(() => ownParty({ ...alone, party: 1 })).to.throw(DocumentError, "none of its parties");
  });

  it("are refused with everything that is wrong, in words", async () => {
    const { documents } = await two();
    const refused = async (change: (document: ClaimDocument) => void, ...faults: string[]) => {
      const document = copyOf(documents[0]);
      change(document);
      expect((await caught(DocumentError, () => parseDocument(document))).faults).to.deep.equal(faults);
    };
    const field = (document: ClaimDocument) => document.fields[0] as OpenField;
    const root = "the fields are not those of the claim: its root differs";
    await refused((one) => (field(one).value += "x"), root);
    await refused((one) => (field(one).salt = randomWord()), root);
    await refused((one) => (field(one).name += "x"), root);
    await refused((one) => one.fields.push(field(one)), "a field is there twice", root);
    await refused((one) => (one.fields[0] = { leaf: randomWord() }), root);
    await refused((one) => (field(one).value = "\ud800"), root);
    await refused((one) => (one.claim.position = 1), "a single claim has no position and no path");
    await refused((one) => one.path.push(randomWord()), "a single claim has no position and no path");
    await refused((one) => (one.claim.serial = `${1n << 64n}`), "the serial is too large");
    await refused((one) => (one.claim.subject = randomWord()), "the claim is about others");
    await refused((one) => (one.claim.holder = randomWord()), "the claim has other holder keys");
    await refused(
      (one) => (one.parties[1]!.subject.identity = randomWord()),
      "what is said of who party 1 is does not open the commitment",
    );
    await refused(
      (one) => (one.parties[0]!.holder.salt = randomWord()),
      "what is said of the key of party 0 does not open the commitment",
    );
    await refused(
      (one) => one.parties.reverse(),
      ...[0, 1].flatMap((party) => [
        `what is said of who party ${party} is does not open the commitment`,
        `what is said of the key of party ${party} does not open the commitment`,
      ]),
      "the claim is about others",
      "the claim has other holder keys",
    );
    await refused(
      (one) => {
        one.parties.pop();
        one.party = 1;
      },
      "the holder of the document is none of its parties",
      "the claim is about others",
      "the claim has other holder keys",
    );
  });

  it("are refused when their shape is wrong, in words", async () => {
    const { documents } = await two();
    const faultsOf = async (change: (document: Record<string, unknown> & ClaimDocument) => void) => {
      const document = copyOf(documents[0]) as Record<string, unknown> & ClaimDocument;
      change(document);
      return (await caught(DocumentError, () => parseDocument(document))).faults;
    };
    expect(await faultsOf((one) => delete (one as Partial<ClaimDocument>).path)).to.deep.equal([
      'the document lacks "path"',
    ]);
    expect(await faultsOf((one) => (one["more"] = 1))).to.deep.equal([
      'the document has "more", which does not belong there',
    ]);
    expect(await faultsOf((one) => (one.version = 2 as 1))).to.deep.equal(["version is not 1"]);
    expect(await faultsOf((one) => (one.party = 2 as 1))).to.deep.equal(["party is none of [0,1]"]);
    expect(await faultsOf((one) => (one.claim.city = "4" as never))).to.deep.equal([
      "claim.city is not of type integer",
    ]);
    expect(await faultsOf((one) => (one.claim.city = 2 ** 32))).to.deep.equal(["claim.city must be <= 4294967295"]);
    expect(await faultsOf((one) => (one.claim.root = "0x12"))).to.deep.equal([
      "claim.root is not written as it must be (^0x[0-9a-f]{64}$)",
    ]);
    expect(await faultsOf((one) => ((one.fields[2] as Partial<OpenField>).salt = undefined as never))).to.deep.equal([
      'fields[2] lacks "salt"',
    ]);
    expect(
      await faultsOf((one) => ((one.fields[0] as unknown as Record<string, string>)["leaf"] = randomWord())),
    ).to.have.length(3);
    expect(await faultsOf((one) => delete one.parties[1]!.subject.salt)).to.deep.equal([
      'parties[1].subject lacks "salt"',
    ]);
    for (const other of [null, 1, "x", [], {}]) expect(() => parseDocument(other)).to.throw(DocumentError);
    expect(CLAIM_DOCUMENT_SCHEMA).to.deep.include({ $schema: "https://json-schema.org/draft/2020-12/schema" });
  });
});
