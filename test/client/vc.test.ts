import { expect } from "chai";
import { getAddress } from "ethers";

import { connect } from "../../src/index.js";
import { dateOf } from "../../src/common/time.js";
import { type ClaimDocument, claimId, DocumentError, documentFaults, valuesOf } from "../../src/identity/document.js";
import { anchorBatch, statusOf } from "../../src/identity/issue.js";
import { prepareBatch } from "../../src/identity/prepare.js";
import { identityDid } from "../../src/identity/did-syntax.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { leafOf } from "../../src/common/tree.js";
import {
  CREDENTIAL_CONTEXT,
  CredentialError,
  type CredentialSubject,
  exportCredential,
  importCredential,
} from "../../src/identity/vc.js";
import { documentFor } from "../identity/documents.js";
import { identityWorld, MARRIAGE, newKey, word } from "../identity/world.js";
import { ethers, loadFixture, SHIJIAZHUANG } from "../world.js";
import { office, VALUES } from "./identity-world.js";

async function vcWorld() {
  const world = await loadFixture(identityWorld);
  const client = await connect({ directory: await world.directory.getAddress(), runner: ethers.provider });
  const identities = await client.identities.getAddress();
  const document = await documentFor(world, [newKey()]);
  return { ...world, client, document, options: { identities } };
}

/** What goes through a file or another wallet. */
const copied = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

const faultsOf = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof CredentialError) return error.faults;
    throw error;
  }
  return [];
};

describe("claims as W3C Verifiable Credentials", () => {
  it("say in the data model's words what the claim says, and come back as they were", async () => {
    const { client, document, options, issuer } = await vcWorld();
    const credential = exportCredential(document, options);
    const [id, registry] = [claimId(document), await client.claims.getAddress()];
    const place = `${client.chainId}:${registry.slice(2).toLowerCase()}`;
    const { evidence, ...rest } = credential;
    expect(rest).to.deep.equal({
      "@context": CREDENTIAL_CONTEXT,
      id: `urn:civitas:claim:${place}:${id.slice(2)}`,
      type: ["VerifiableCredential", "CivitasClaimCredential"],
      issuer: { id: `did:pkh:eip155:${client.chainId}:${issuer.address}`, city: Number(SHIJIAZHUANG) },
      validFrom: dateOf(document.claim.validFrom).toISOString().replace(".000", ""),
      validUntil: dateOf(document.claim.validUntil).toISOString().replace(".000", ""),
      credentialSubject: {
        id: identityDid(client.chainId, options.identities, document.parties[0]!.subject.identity!),
        type: "CivitasParty",
        party: 0,
        fields: valuesOf(document),
      },
      credentialStatus: {
        id: `urn:civitas:claim:${place}:${id.slice(2)}#status`,
        type: "CivitasRegistryStatus",
        chainId: String(client.chainId),
        registry,
        claim: id,
      },
      credentialSchema: { id: `urn:civitas:schema:${place}:1`, type: "CivitasSchema", schema: 1 },
    });
    expect(credential["@context"][0]).to.equal("https://www.w3.org/ns/credentials/v2");
    expect(evidence).to.have.length(1);

    const back = importCredential(copied(credential), options);
    expect(back).to.deep.equal(document);
    expect(await statusOf(client, back)).to.equal("Active");
  });

  it("of two parties, without end, and of parties that are not told", async () => {
    const world = await vcWorld();
    const { options, client } = world;
    const two = await documentFor(world, [newKey(), newKey()], MARRIAGE);
    const credential = exportCredential(two, options);
    expect(credential.credentialSubject).to.deep.equal(
      two.parties.map(({ subject }, party) => ({
        id: identityDid(client.chainId, options.identities, subject.identity!),
        type: "CivitasParty",
        party,
        ...(party === 0 ? { fields: valuesOf(two) } : {}),
      })),
    );
    expect(importCredential(copied(credential), options)).to.deep.equal(two);

    const untold = copied(two);
    const { commitment } = untold.parties[1]!.subject;
    untold.parties[1]!.subject = { commitment };
    untold.claim.validUntil = 0;
    const open = exportCredential(untold, options);
    expect(open).not.to.have.property("validUntil");
    expect((open.credentialSubject as object[])[1]).to.deep.equal({ type: "CivitasParty", party: 1 });
    expect(importCredential(copied(open), options)).to.deep.equal(untold);
  });

  it("of a batch, with its path", async () => {
    const { contracts, issuer, schemas } = await loadFixture(office);
    const drafts = ["甲", "乙", "丙"].map((name) => ({
      definition: READY_SCHEMAS.resident,
      schema: schemas.resident,
      city: SHIJIAZHUANG,
      values: { ...VALUES.resident, name },
      parties: [{ identity: word(), holder: newKey().signer }],
      validFrom: dateOf(1_700_000_000),
      validUntil: dateOf(4_000_000_000),
    }));
    const { batch, claims } = await prepareBatch(contracts, issuer.address, 7, drafts);
    await anchorBatch(contracts, issuer, batch);
    const options = { identities: await contracts.identities.getAddress() };
    for (const { documents } of claims) {
      const [document] = documents;
      const back = importCredential(copied(exportCredential(document!, options)), options);
      expect(back).to.deep.equal(document);
      expect(back.path).not.to.deep.equal([]);
      expect(await statusOf(contracts, back)).to.equal("Active");
    }
  });

  it("leave out fields, of which only the leaves go out", async () => {
    const { document, options, client } = await vcWorld();
    const credential = exportCredential(document, { ...options, disclose: ["birthDate"] });
    expect(credential.credentialSubject).to.have.deep.property("fields", { birthDate: "1949-12-31" });
    const text = JSON.stringify(credential);
    for (const field of document.fields) {
      if (!("name" in field) || field.name === "birthDate") continue;
      expect(text).to.include(leafOf(field));
      expect(text).not.to.include(JSON.stringify(field.value)).and.not.include(field.salt);
    }
    const back = importCredential(copied(credential), options);
    expect(documentFaults(back)).to.deep.equal([]);
    expect(claimId(back)).to.equal(claimId(document));
    expect(await statusOf(client, back)).to.equal("Active");
    expect(exportCredential(document, { ...options, disclose: [] }).credentialSubject).to.have.deep.property(
      "fields",
      {},
    );
    expect(() => exportCredential(document, { ...options, disclose: ["age"] })).to.throw(RangeError, /no field "age"/);
  });

  it("are refused where they say other things than the document in them", async () => {
    const { document, options } = await vcWorld();
    const credential = exportCredential(document, options);
    const { issuer, credentialStatus, credentialSchema } = credential;
    const subject = credential.credentialSubject as CredentialSubject;
    const other = word();
    const changed: [string, object][] = [
      ["id", { id: "urn:civitas:claim:1" }],
      ["issuer", { issuer: { ...issuer, id: `did:pkh:eip155:1:${getAddress(other.slice(0, 42))}` } }],
      ["issuer", { issuer: { ...issuer, city: 1 } }],
      ["validFrom", { validFrom: "2001-01-01T00:00:00Z" }],
      ["validUntil", { validUntil: "2101-01-01T00:00:00Z" }],
      ["validUntil", { validUntil: undefined }],
      ["credentialStatus", { credentialStatus: undefined }],
      ["credentialStatus", { credentialStatus: { ...credentialStatus, claim: other } }],
      ["credentialSchema", { credentialSchema: { ...credentialSchema, schema: 2 } }],
      ["credentialSubject", { credentialSubject: { ...subject, fields: { name: "李四" } } }],
      ["credentialSubject", { credentialSubject: { ...subject, id: "did:example:thief" } }],
      ["@context", { "@context": ["https://www.w3.org/ns/credentials/v2", { fields: "https://example.org/other" }] }],
      ["type", { type: ["VerifiableCredential", "CivitasClaimCredential", "Other"] }],
    ];
    for (const [key, change] of changed) {
      const faults = faultsOf(() => importCredential(copied({ ...credential, ...change }), options));
      expect(faults, key).to.deep.equal([`its ${key} is not what the document in it says`]);
    }
    const elsewhere = { identities: other.slice(0, 42) };
    expect(faultsOf(() => importCredential(credential, elsewhere))).to.match(/its credentialSubject is not/);

    const endless = exportCredential(withClaim(document, { validUntil: 0 }), options);
    expect(faultsOf(() => importCredential({ ...endless, validUntil: "2101-01-01T00:00:00Z" }, options))).to.deep.equal(
      ["its validUntil is not what the document in it says"],
    );
  });

  it("are refused where the document is not sound, or there is none", async () => {
    const { document, options } = await vcWorld();
    const credential = exportCredential(document, options);
    const forged = copied(document);
    Object.assign(forged.fields[0]!, { value: "李四" });
    expect(() => exportCredential(forged, options)).to.throw(DocumentError, /its root differs/);
    const evidence = [{ type: ["CivitasClaimDocument"], document: forged }];
    expect(faultsOf(() => importCredential({ ...credential, evidence }, options))).to.match(/its root differs/);
    for (const [json, message] of [
      [null, /not of type object/],
      [{ ...credential, evidence: [] }, /evidence/],
      [{ ...credential, evidence: [{}] }, /lacks "document"/],
      [{ ...credential, type: ["VerifiableCredential"] }, /type/],
      [{ ...credential, credentialSubject: undefined }, /lacks "credentialSubject"/],
    ] as const) {
      expect(faultsOf(() => importCredential(copied(json), options)).join()).to.match(message);
    }
  });

  it("leave behind what others have added", async () => {
    const { document, options } = await vcWorld();
    const added = { ...exportCredential(document, options), name: "Residence", proof: { type: "DataIntegrityProof" } };
    expect(importCredential(copied(added), options)).to.deep.equal(document);
  });
});

function withClaim(document: ClaimDocument, changes: Partial<ClaimDocument["claim"]>): ClaimDocument {
  return { ...document, claim: { ...document.claim, ...changes } };
}
