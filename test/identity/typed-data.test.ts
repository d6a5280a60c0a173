import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";
import { concat, hexlify, randomBytes, toUtf8Bytes, TypedDataEncoder } from "ethers";
import fc from "fast-check";

import * as commitment from "../../src/identity/commitment.js";
import * as typedData from "../../src/identity/typed-data.js";
import { CommitmentsProbe__factory } from "../../typechain/index.js";
import { loadFixture } from "../world.js";
import { identityOf, identityWorld, Kind, newKey, word } from "./world.js";

/** Every type that a contract of this folder hashes, by name: `Rotation` -> `Rotation(bytes32 identity,...)`. */
const inContracts = new Map<string, string>();
for (const file of globSync("contracts/identity/*.sol")) {
  const source = readFileSync(file, "utf8").replace(/"\s+"/g, ""); // long types stand in several literals
  for (const [, type = ""] of source.matchAll(/keccak256\(\s*"([^"]+)"\s*\)/g)) {
    inContracts.set(type.slice(0, type.indexOf("(")), type);
  }
}

describe("what is signed", () => {
  const types = Object.entries(typedData).filter(([name]) => name.endsWith("_TYPES")) as [
    string,
    Record<string, { type: string; name: string }[]>,
  ][];

  it("has the same types in the client and in the contracts, none more and none less", () => {
    const inClient = new Map<string, string>();
    for (const [, type] of types) {
      const encoder = TypedDataEncoder.from(type);
      for (const name of Object.keys(type)) inClient.set(name, encoder.encodeType(name));
    }
    const commitments = ["Field", "Subject", "Holder", "Pair", "Guardian"]; // hashed, never signed
    expect([...inClient.keys()]).to.have.members([...inContracts.keys()].filter((name) => !commitments.includes(name)));
    for (const [name, type] of inClient) expect(type).to.equal(inContracts.get(name), name);
  });

  it("has a domain in each contract: name, version, chain, address", async () => {
    const world = await loadFixture(identityWorld);
    const { chainId } = await world.identities.runner!.provider!.getNetwork();
    for (const contract of ["identities", "claims", "verifier", "consents"] as const) {
      const domain = await typedData.domainOf({ ...world, chainId }, contract);
      const { name, version, verifyingContract, fields, salt, extensions } = await world[contract].eip712Domain();
      expect(domain, contract).to.deep.equal({ name, version, chainId, verifyingContract });
      expect([fields, BigInt(salt), [...extensions]]).to.deep.equal(["0x0f", 0n, []]);
    }
  });

  it("makes a registration's digest its id, whatever it says", async () => {
    const { identities, digest } = await loadFixture(identityWorld);
    for (const changes of [
      {},
      { kind: Kind.Legal, code: word(), tags: [] },
      { tags: [word(), word(), word()], tagVersion: 7, guardian: word(), guardianUntil: 2n ** 40n - 1n },
      { signer: "0x", deadline: 0, city: 0 },
      { signer: hexlify(randomBytes(84)) },
    ]) {
      const identity = identityOf(newKey(), changes);
      expect(await identities.idOf(identity)).to.equal(await digest("identities", typedData.IDENTITY_TYPES, identity));
    }
  });
});

describe("commitments", () => {
  const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hexlify(bytes));
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  const party = fc.constantFrom(0 as const, 1 as const);
  const bytes = fc.uint8Array({ maxLength: 100 }).map((some) => hexlify(some));

  async function probes() {
    const world = await loadFixture(identityWorld);
    return { probe: await new CommitmentsProbe__factory(world.administrator).deploy() };
  }

  it("are the same in the client and in the contracts", async () => {
    const { probe } = await loadFixture(probes);
    await fc.assert(
      fc.asyncProperty(
        bytes32,
        bytes32,
        text,
        text,
        party,
        bytes,
        async (salt, identity, name, value, which, signer) => {
          expect(commitment.fieldLeaf(name, salt, value)).to.equal(await probe.field(name, salt, toUtf8Bytes(value)));
          expect(commitment.subjectCommitment(which, salt, identity)).to.equal(
            await probe.subject(which, salt, identity),
          );
          expect(commitment.holderCommitment(which, salt, signer)).to.equal(await probe.holder(which, salt, signer));
          expect(commitment.pairCommitment(salt, identity)).to.equal(await probe.pair(salt, identity));
          expect(commitment.guardianCommitment(salt, identity)).to.equal(await probe.guardian(salt, identity));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("differ by kind, party, salt and content: none passes for another", () => {
    const [salt, other] = [commitment.newSalt(), word()];
    const all = [
      commitment.subjectCommitment(0, salt, other),
      commitment.subjectCommitment(1, salt, other),
      commitment.subjectCommitment(0, other, salt),
      commitment.holderCommitment(0, salt, other),
      commitment.holderCommitment(1, salt, other),
      commitment.pairCommitment(salt, other),
      commitment.pairCommitment(other, salt),
      commitment.guardianCommitment(salt, other),
      commitment.textCommitment(salt, other),
      commitment.fieldLeaf("name", salt, other),
      commitment.fieldLeaf("other", salt, other),
      commitment.fieldLeaf("name", salt, concat([other])),
    ];
    expect(new Set(all).size).to.equal(all.length - 1); // the last two fields are one
    expect(commitment.newSalt()).to.match(/^0x[0-9a-f]{64}$/);
    expect(commitment.newSalt()).not.to.equal(commitment.newSalt());
  });
});
