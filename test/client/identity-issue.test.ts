import { expect } from "chai";

import { type ClaimDocument, claimId, parseDocument } from "../../src/identity/document.js";
import { anchorBatch, issueClaims, statusOf } from "../../src/identity/issue.js";
import { IssueError, prepareBatch, prepareClaim, prepareClaims } from "../../src/identity/prepare.js";
import { relayAnchorOrder, relayIssueOrder, signAnchorOrder, signIssueOrder } from "../../src/identity/issue-order.js";
import { identityReasonCode, identityReasonName, IDENTITY_REASONS } from "../../src/identity/reason.js";
import { SchemaError } from "../../src/identity/schema.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import {
  distrustIssuer,
  reinstateClaims,
  revokeClaims,
  supersedeClaim,
  suspendClaims,
} from "../../src/identity/standing.js";
import { dateOf } from "../../src/common/time.js";
import { CHINA, ethers, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { LATER } from "../identity/world.js";
import { caught, copyOf, draftOf, issued, newHolder, office, type Office, randomWord } from "./identity-world.js";
import { rejection } from "./world.js";

const prepared = async (world: Office, count: number) => {
  const drafts = await Promise.all(
    Array.from({ length: count }, async () => draftOf(world, "resident", [newHolder().request])),
  );
  return (await prepareClaims(world.contracts, world.issuer.address, drafts)).map(({ documents }) => documents[0]!);
};
const batchOf = async (world: Office, serial: number, count: number) => {
  const draft = await draftOf(world, "resident", []);
  const drafts = Array.from({ length: count }, () => ({ ...draft, parties: [newHolder().request] }));
  return prepareBatch(world.contracts, world.issuer.address, serial, drafts);
};

describe("issuing claims", () => {
  it("gives sound documents, one for each party, and the claim is active once it is issued", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    const draft = await draftOf(world, "birth", [newHolder(randomWord()).request, { identity: randomWord() }]);
    const { id, documents } = await prepareClaim(contracts, issuer.address, draft);
    for (const document of documents) {
      expect(parseDocument(copyOf(document))).to.deep.equal(document);
      expect(claimId(document)).to.equal(id);
      expect(await statusOf(contracts, document)).to.equal("Unknown");
    }
    expect(documents.map(({ party }) => party)).to.deep.equal([0, 1]);
    expect(documents[1]!.parties[1]!.holder).to.have.all.keys("commitment"); // the mother has no key, and nobody ever will
    const { transactions, ...counts } = await issueClaims(contracts, issuer, [documents[0]!]);
    expect(counts).to.deep.equal({ issued: 1, skipped: 0 });
    expect(transactions).to.have.length(1);
    for (const document of documents) expect(await statusOf(contracts, document)).to.equal("Active");
    const again = await prepareClaim(contracts, issuer.address, draft);
    expect(again.id).to.not.equal(id); // salts are fresh each time
    expect(again.documents[0]!.parties[1]!.subject.commitment).to.not.equal(
      documents[0]!.parties[1]!.subject.commitment,
    );
  });

  it("refuses what is no claim of the schema, with everything that is wrong", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    const draft = await draftOf(world, "driving-licence", [], {
      values: { name: "王小明", birthDate: "1990-02-30", licenceNumber: "1", classes: "e\u0301", colour: "red" },
      validUntil: null,
    });
    const error = await caught(SchemaError, () => prepareClaim(contracts, issuer.address, draft));
    expect(error.faults).to.deep.equal([
      '"birthDate": "1990-02-30" is not a day like 2024-02-29',
      '"classes": "e\u0301" is not a text in Unicode normal form C',
      '"firstIssued" is missing',
      '"colour" is no field of driving-licence',
      "it is about holder, not 0",
      "it has no end; claims of this schema are valid for 3653 days at most",
    ]);
    const good = await draftOf(world, "driving-licence", [newHolder().request]);
    const refused = async (changes: Partial<typeof good>, sentence: string) => {
      expect(await rejection(() => prepareClaim(contracts, issuer.address, { ...good, ...changes }))).to.include(
        sentence,
      );
    };
    await refused({ validUntil: good.validFrom }, "its validity ends before it begins");
    await refused({ validUntil: new Date(good.validFrom.getTime() + 315619201_000) }, "it is valid for longer");
    await refused({ schema: world.schemas.tenancy }, 'has another definition than "driving-licence"');
    await refused({ schema: 99 }, "there is no schema 99");
    await refused({ parties: [{ holder: issuer.address, holderSalt: "0x12" }] }, "a salt has 32 bytes");
    const nothing = {
      ...READY_SCHEMAS.resident,
      fields: READY_SCHEMAS.resident.fields.map((one) => ({ ...one, optional: true })),
    };
    await refused({ definition: nothing, values: {} }, "this is not the schema on the chain");
  });

  it("issues many in parts, tells how far it is, and when run again skips what is there", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    const documents = await prepared(world, 7);
    await issueClaims(contracts, issuer, documents.slice(2, 4));
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => seen.push(done, total);
    const result = await issueClaims(contracts, issuer, documents, { perTransaction: 3, onProgress });
    expect(result).to.deep.include({ issued: 5, skipped: 2 });
    expect(result.transactions).to.have.length(3);
    expect(seen).to.deep.equal([3, 7, 6, 7, 7, 7]);
    for (const document of documents) expect(await statusOf(contracts, document)).to.equal("Active");
    expect(await issueClaims(contracts, issuer, documents)).to.deep.equal({ issued: 0, skipped: 7, transactions: [] });
  });

  it("sends claims of different terms in calls of their own", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    const later = await draftOf(world, "resident", [newHolder().request], { validUntil: null });
    const other = await prepareClaim(contracts, issuer.address, later);
    const documents = [...(await prepared(world, 2)), other.documents[0]!];
    const { transactions } = await issueClaims(contracts, issuer, documents);
    expect(transactions).to.have.length(2);
    for (const document of documents) expect(await statusOf(contracts, document)).to.equal("Active");
  });

  it("refuses claims of another issuer, of a batch and of another network", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer, hunanIssuer } = world;
    const [document] = (await prepared(world, 1)) as [ClaimDocument];
    expect(await rejection(() => issueClaims(contracts, hunanIssuer, [document]))).to.include(
      "was prepared for the issuer",
    );
    const { claims } = await batchOf(world, 1, 1);
    expect(await rejection(() => issueClaims(contracts, issuer, [claims[0]!.documents[0]!]))).to.include(
      "are anchored",
    );
    for (const elsewhere of [
      { ...document, chainId: "1" },
      { ...document, registry: issuer.address },
    ]) {
      expect((await caught(IssueError, () => statusOf(contracts, elsewhere))).message).to.include("not to");
    }
    expect(await statusOf(contracts, { ...document, registry: document.registry.toLowerCase() })).to.equal("Unknown");
  });
});

describe("orders signed off line", () => {
  it("are relayed by anyone, also with one claim issued before", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer, stranger } = world;
    const offline = ethers.Wallet.createRandom(); // no chain behind it
    const documents = await prepared(world, 3);
    await issueClaims(contracts, issuer, documents.slice(0, 1));
    const order = copyOf(await signIssueOrder(issuer, documents, dateOf(LATER)));
    await relayIssueOrder(contracts, stranger, order);
    for (const document of documents) expect(await statusOf(contracts, document)).to.equal("Active");
    const forged = await signIssueOrder(offline, await prepared(world, 2), dateOf(LATER));
    await expect(relayIssueOrder(contracts, stranger, forged)).to.be.revertedWithCustomError(
      world.claims,
      "OrderInvalid",
    );
  });

  it("are of claims that go together", async () => {
    const world = await loadFixture(office);
    const { issuer } = world;
    const documents = await prepared(world, 2);
    const other = copyOf(documents[1]!);
    other.claim.validUntil += 1;
    for (const claims of [[documents[0]!, other], (await batchOf(world, 1, 1)).claims[0]!.documents]) {
      expect(await rejection(() => signIssueOrder(issuer, claims, dateOf(LATER)))).to.include(
        "single ones of one issuer",
      );
    }
    expect(await rejection(() => signIssueOrder(issuer, [], dateOf(LATER)))).to.include("at least one claim");
  });

  it("anchor batches", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer, stranger } = world;
    const { batch, claims } = await batchOf(world, 3, 5);
    const order = copyOf(await signAnchorOrder(issuer, batch, dateOf(LATER)));
    expect(await relayAnchorOrder(contracts, stranger, order)).to.be.a("string");
    expect(await relayAnchorOrder(contracts, stranger, order)).to.be.undefined;
    for (const { documents } of claims) expect(await statusOf(contracts, documents[0]!)).to.equal("Active");
  });
});

describe("batches", () => {
  it("are anchored once, and their claims answer as single ones do", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    for (const [serial, count] of [
      [1, 1],
      [2, 6],
    ] as const) {
      const { batch, claims } = await batchOf(world, serial, count);
      const [first] = claims[0]!.documents as [ClaimDocument];
      expect(await statusOf(contracts, first)).to.equal("Unknown");
      expect(await anchorBatch(contracts, issuer, batch)).to.be.a("string");
      expect(await anchorBatch(contracts, issuer, batch)).to.be.undefined;
      for (const { documents } of claims) {
        expect(parseDocument(copyOf(documents[0]))).to.deep.equal(documents[0]);
        expect(await statusOf(contracts, documents[0]!)).to.equal("Active");
      }
      expect(await statusOf(contracts, { ...first, path: [randomWord()] })).to.equal("Unknown");
    }
    const { batch } = await batchOf(world, 2, 6);
    expect(await rejection(() => anchorBatch(contracts, issuer, batch))).to.include(
      "the serial 2 was used for another batch",
    );
  });

  it("are of one city and schema, with a serial", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    const draft = await draftOf(world, "resident", [newHolder().request]);
    const refused = (drafts: (typeof draft)[], serial = 1) =>
      rejection(() => prepareBatch(contracts, issuer.address, serial, drafts));
    expect(await refused([])).to.include("at least one claim");
    expect(await refused([draft, { ...draft, city: HUNAN }])).to.include("one city and one schema");
    expect(await refused([draft], 0)).to.include("a number from 1");
  });
});

describe("what is done to claims later", () => {
  it("is told by their documents, single and in batches alike", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    const single = await prepared(world, 2);
    await issueClaims(contracts, issuer, single);
    const { batch, claims } = await batchOf(world, 1, 3);
    await anchorBatch(contracts, issuer, batch);
    const anchored = claims.map(({ documents }) => documents[0]!);
    const statuses = () => Promise.all([...single, ...anchored].map((one) => statusOf(contracts, one)));
    const some = [single[0]!, anchored[0]!, anchored[2]!];

    expect(await suspendClaims(contracts, issuer, some, { reason: "UnderReview" })).to.have.length(2);
    expect(await statuses()).to.deep.equal(["Suspended", "Active", "Suspended", "Active", "Suspended"]);
    const event = (await world.claims.queryFilter(world.claims.filters.StandingChanged())).at(-1)!;
    expect(identityReasonName(event.args.reason)).to.equal("UnderReview");
    await reinstateClaims(contracts, issuer, some, { reason: 7, perTransaction: 1 });
    expect(await statuses()).to.deep.equal(Array(5).fill("Active"));
    await revokeClaims(contracts, issuer, some, { reason: "Withdrawn" });
    expect(await statuses()).to.deep.equal(["Revoked", "Active", "Revoked", "Active", "Revoked"]);
    const handle = (({ chainId, registry, claim }) => ({ chainId, registry, claim }))(single[1]!); // the department kept no more
    await revokeClaims(contracts, issuer, [handle]);
    expect(await statusOf(contracts, single[1]!)).to.equal("Revoked");

    const ancestor = rejection(() => revokeClaims(contracts, world.china, [anchored[1]!], { lineage: [CHINA] }));
    expect(await ancestor).to.include("revert");
  });

  it("supersedes one by another in one act", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer } = world;
    const [old] = await issued(world, "resident", [newHolder().request]);
    const [fresh, second, third] = (await prepared(world, 3)) as [ClaimDocument, ClaimDocument, ClaimDocument];
    await supersedeClaim(contracts, issuer, old!, fresh);
    expect(await statusOf(contracts, old!)).to.equal("Superseded");
    expect(await statusOf(contracts, fresh)).to.equal("Active");

    const { batch, claims } = await batchOf(world, 1, 2);
    await anchorBatch(contracts, issuer, batch);
    await supersedeClaim(contracts, issuer, claims[1]!.documents[0]!, second);
    expect(await statusOf(contracts, claims[1]!.documents[0]!)).to.equal("Superseded");
    expect(await statusOf(contracts, claims[0]!.documents[0]!)).to.equal("Active");
    expect(await statusOf(contracts, second)).to.equal("Active");
    expect(await rejection(() => supersedeClaim(contracts, world.hunanIssuer, fresh, third))).to.include(
      "prepared for the issuer",
    );
  });

  it("distrusts an issuer from a moment on", async () => {
    const world = await loadFixture(office);
    const { contracts, issuer, shijiazhuang } = world;
    const [before] = await issued(world, "resident", [newHolder().request]);
    await time.increase(1000);
    const since = await time.latest();
    const [after] = await issued(world, "resident", [newHolder().request]);
    await distrustIssuer(contracts, shijiazhuang, SHIJIAZHUANG, issuer.address, dateOf(since));
    expect(await statusOf(contracts, before!)).to.equal("Active");
    expect(await statusOf(contracts, after!)).to.equal("Distrusted");
  });
});

describe("reasons", () => {
  it("are codes with names, each once", () => {
    expect(identityReasonName(IDENTITY_REASONS.Fraud)).to.equal("Fraud");
    expect(identityReasonName(99n)).to.equal("reason 99");
    expect(identityReasonCode("Fraud")).to.equal(5);
    expect(identityReasonCode(99)).to.equal(99);
    const codes = Object.values(IDENTITY_REASONS);
    expect(new Set(codes).size).to.equal(codes.length);
  });
});
