import { expect } from "chai";
import { AbiCoder, id as keccakOf, toBeHex, zeroPadValue } from "ethers";

import { issueUnder, roleOf, SCHEMA } from "../../src/index.js";
import { BATCH_KEY_TYPES } from "../../src/identity/typed-data.js";
import { blockOf, ethers, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import {
  anchored,
  type Claim,
  claimOf,
  entitle,
  idOf,
  issued,
  issueOrder,
  neighbours,
  newClaim,
  receiptOf,
  Standing,
  Status,
} from "./claims.js";
import { contentOf, identityWorld, LICENCE, RESIDENT, schemaTerms, TAX, termsOf, YEAR } from "./world.js";

const FOREVER = 2 ** 40 - 1;

describe("ClaimRegistry: issuing", () => {
  const capability = BigInt(issueUnder(Number(RESIDENT)));
  const role = roleOf(SHIJIAZHUANG, issueUnder(Number(RESIDENT)));

  /** The log of ClaimIssued as the ABI prescribes it, computed apart from the contract and its ABI file. */
  const issuedLog = (claim: Claim, id: string) => ({
    topics: [
      keccakOf("ClaimIssued(bytes32,uint64,address,uint40,uint40,bytes32,bytes32,bytes32)"),
      id,
      toBeHex((BigInt(claim.city) << 32n) | 0x8000_0000n | BigInt(claim.schema), 32),
      zeroPadValue(claim.issuer as string, 32).toLowerCase(),
    ],
    data: AbiCoder.defaultAbiCoder().encode(
      ["uint40", "uint40", "bytes32", "bytes32", "bytes32"],
      [claim.validFrom, claim.validUntil, claim.root, claim.subject, claim.holder],
    ),
  });
  const logsOf = async (sent: Parameters<typeof receiptOf>[0]) =>
    (await receiptOf(sent)).logs.map(({ topics, data }) => ({ topics: [...topics], data }));

  describe("one", () => {
    it("issues: the claim is active, its word is kept, and nothing else is known of it", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, issuer } = world;
      const { terms, content, claim, id } = await newClaim(world);
      expect(await claims.statusOf(claim, [])).to.deep.equal([Status.Unknown, id]);
      expect(await claims.connect(issuer).issue.staticCall(terms, content)).to.equal(id);
      const sent = claims.connect(issuer).issue(terms, content);
      await expect(sent)
        .to.emit(claims, "ClaimIssued")
        .withArgs(
          id,
          role,
          issuer.address,
          terms.validFrom,
          terms.validUntil,
          content.root,
          content.subject,
          content.holder,
        );
      expect(await claims.statusOf(claim, [])).to.deep.equal([Status.Active, id]);
      expect(await claims.stateOf(id)).to.deep.equal([
        true,
        Standing.Standing,
        SHIJIAZHUANG,
        RESIDENT,
        0n, // changes
        0n, // count
        BigInt(await timeOf(sent)),
        BigInt(await blockOf(sent)),
      ]);
      expect(await claims.rootOf(id)).to.equal(ethers.ZeroHash);
    });

    it("writes the event as its ABI says, each topic and each word of data, without an end of validity too", async () => {
      const world = await loadFixture(identityWorld);
      for (const changes of [{}, { validUntil: 0 }, { validFrom: 0, validUntil: FOREVER }, { schema: TAX }]) {
        const { terms, content, claim, id } = await newClaim(world, changes);
        expect(await logsOf(world.claims.connect(world.issuer).issue(terms, content))).to.deep.equal([
          issuedLog(claim, id),
        ]);
      }
    });

    it("refuses a claim that exists, also when it was suspended, revoked or superseded since", async () => {
      const world = await loadFixture(identityWorld);
      const { terms, content, id } = await issued(world);
      const claims = world.claims.connect(world.issuer);
      const refuses = async () => {
        await expect(claims.issue(terms, content)).to.be.revertedWithCustomError(claims, "ClaimExists").withArgs(id);
      };
      await refuses();
      await claims.suspend([id], 1, []);
      await refuses();
      await claims.revoke([id], 1, []);
      await refuses();
      const other = await issued(world);
      await claims.supersede(other.id, other.terms, contentOf(), []);
      await expect(claims.issue(other.terms, other.content)).to.be.revertedWithCustomError(claims, "ClaimExists");
    });

    it("makes another claim of any other issuer, city, schema, validity or content", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, issuer, shijiazhuang, officer } = world;
      await entitle(world, shijiazhuang, SHIJIAZHUANG, officer);
      await entitle(world, world.hunan, HUNAN, issuer);
      const { terms, content, id } = await issued(world);
      const ids = [id];
      for (const [by, otherTerms, otherContent] of [
        [officer, terms, content],
        [issuer, { ...terms, city: HUNAN }, content],
        [issuer, { ...terms, schema: TAX }, content],
        [issuer, { ...terms, validFrom: Number(terms.validFrom) + 1 }, content],
        [issuer, { ...terms, validUntil: Number(terms.validUntil) + 1 }, content],
        [issuer, terms, { ...content, root: contentOf().root }],
        [issuer, terms, { ...content, subject: contentOf().subject }],
        [issuer, terms, { ...content, holder: contentOf().holder }],
      ] as const) {
        await claims.connect(by).issue(otherTerms, otherContent);
        ids.push(await idOf(world, claimOf(by, otherTerms, otherContent)));
      }
      expect(new Set(ids).size).to.equal(9);
      for (const one of ids) expect((await claims.stateOf(one)).exists).to.equal(true);
    });
  });

  describe("ids", () => {
    it("of claims and batches are those of the client, and of this contract on this chain alone", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, manager, issuer } = world;
      const twin = await ethers.deployContract("ClaimRegistry", [manager]);
      for (const place of [{}, { serial: 7, position: 3 }]) {
        const claim = claimOf(issuer, await termsOf(), contentOf(), place);
        expect(await claims.idOf(claim)).to.equal(await idOf(world, claim));
        expect(await twin.idOf(claim)).to.not.equal(await idOf(world, claim));
      }
      const key = { issuer: issuer.address, serial: 7 };
      expect(await claims.batchOf(issuer, 7)).to.equal(await world.digest("claims", BATCH_KEY_TYPES, key));
      expect(await claims.batchOf(issuer, 8)).to.not.equal(await claims.batchOf(issuer, 7));
      expect(await claims.batchOf(world.officer, 7)).to.not.equal(await claims.batchOf(issuer, 7));
    });
  });

  describe("validity", () => {
    it("begins before it ends, and ends after now", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, issuer } = world;
      const issueAt = async (now: number, validFrom: number, validUntil: number) => {
        await time.setNextBlockTimestamp(now);
        const terms = { city: SHIJIAZHUANG, schema: RESIDENT, validFrom, validUntil };
        return claims.connect(issuer).issue(terms, contentOf(), { gasLimit: 5_000_000 }); // no estimate of another time
      };
      let now = await time.latest();
      for (const [from, until] of [
        [100, 100],
        [100, 99],
        [-100, -1],
        [-100, 0], // it has just ended
      ] as const) {
        now += 1000;
        await expect(issueAt(now, now + from, now + until))
          .to.be.revertedWithCustomError(claims, "ValidityInvalid")
          .withArgs(now + from, now + until, 0n);
        expect(await time.latest()).to.equal(now);
      }
      await issueAt(now + 1000, now + 1000, now + 1001);
    });

    it("is at most what the schema allows, and has an end where it asks for one", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, issuer } = world;
      const now = await time.latest();
      const issue = async (validFrom: number, validUntil: number) =>
        claims.connect(issuer).issue({ city: SHIJIAZHUANG, schema: LICENCE, validFrom, validUntil }, contentOf());
      for (const [from, until] of [
        [now, 0],
        [0, 0],
        [now, now + YEAR + 1],
        [0, now + YEAR],
        [now + YEAR, now + 1],
      ] as const) {
        await expect(issue(from, until))
          .to.be.revertedWithCustomError(claims, "ValidityInvalid")
          .withArgs(from, until, YEAR);
      }
      await issue(now, now + YEAR);
      await issue(now + YEAR, now + 2 * YEAR); // from later on
      await issue(now - YEAR + 1000, now + 1000); // of the past, and still good
    });

    it("may be without end, or as long as time, where the schema sets no limit", async () => {
      const world = await loadFixture(identityWorld);
      await issued(world, { validUntil: 0 });
      await issued(world, { validFrom: 0, validUntil: FOREVER });
    });
  });

  describe("who may", () => {
    const refusals = async (world: Awaited<ReturnType<typeof identityWorld>>, by = world.issuer, changes = {}) => {
      const { claims } = world;
      const terms = await termsOf(RESIDENT, changes);
      const batch = { city: terms.city, schema: terms.schema, serial: 1, count: 1, root: keccakOf("root") };
      return [
        () => claims.connect(by).issue(terms, contentOf()),
        () => claims.connect(by).issueMany(terms, [contentOf(), contentOf()]),
        () => claims.connect(by).anchor(batch),
      ];
    };

    it("not an account without the role: a stranger, the controller, another city's issuer, another schema's", async () => {
      const world = await loadFixture(identityWorld);
      const { manager, shijiazhuang, hunanIssuer, stranger, officer, administrator, registrar } = world;
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, issueUnder(Number(TAX))), officer, 0);
      for (const by of [stranger, shijiazhuang, hunanIssuer, officer, administrator, registrar]) {
        for (const refusal of await refusals(world, by)) {
          await expect(refusal())
            .to.be.revertedWithCustomError(manager, "CityUnauthorized")
            .withArgs(by.address, SHIJIAZHUANG, capability);
        }
      }
    });

    it("not for another city than one's own: a parent's or child's role is none", async () => {
      const world = await loadFixture(neighbours);
      for (const [by, city] of [
        [world.issuer, HEBEI],
        [world.hebeiIssuer, SHIJIAZHUANG],
        [world.issuer, 0n],
        [world.issuer, 99n],
      ] as const) {
        for (const refusal of await refusals(world, by, { city })) {
          await expect(refusal()).to.be.revertedWithCustomError(world.manager, "CityUnauthorized");
        }
      }
    });

    it("not an account whose role has a delay", async () => {
      const world = await loadFixture(identityWorld);
      const { manager, shijiazhuang, officer } = world;
      await manager.connect(shijiazhuang).grantRole(role, officer, 60);
      for (const refusal of await refusals(world, officer)) {
        await expect(refusal()).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      }
    });

    it("not in a suspended city, below a suspended one, or in a closed contract", async () => {
      const world = await loadFixture(identityWorld);
      const { manager, registry, claims, hebei, china } = world;
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      for (const refusal of await refusals(world)) {
        await expect(refusal())
          .to.be.revertedWithCustomError(manager, "CityNotActive")
          .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      }
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await registry.connect(china).suspend(HEBEI, 1);
      for (const refusal of await refusals(world)) {
        await expect(refusal()).to.be.revertedWithCustomError(manager, "CityNotActive").withArgs(SHIJIAZHUANG, HEBEI);
      }
      await registry.connect(china).reinstate(HEBEI);
      await manager.setTargetClosed(claims, true);
      for (const refusal of await refusals(world)) {
        await expect(refusal())
          .to.be.revertedWithCustomError(manager, "ContractClosed")
          .withArgs(await claims.getAddress());
      }
      await manager.setTargetClosed(claims, false);
      await issued(world);
    });

    it("not outside of the subtree of the schema's city; in it from the city itself down", async () => {
      const world = await loadFixture(neighbours);
      const { manager, claims, hunan, hebei, shijiazhuang, hunanIssuer, hebeiIssuer, issuer } = world;
      await manager.connect(hebei).grantRole(roleOf(HEBEI, SCHEMA), hebei, 0);
      await claims.connect(hebei).createSchema(schemaTerms({ city: HEBEI }));
      for (const [controller, city, account] of [
        [hunan, HUNAN, hunanIssuer],
        [hebei, HEBEI, hebeiIssuer],
        [shijiazhuang, SHIJIAZHUANG, issuer],
      ] as const) {
        await manager.connect(controller).grantRole(roleOf(city, issueUnder(5)), account, 0);
      }
      for (const refusal of await refusals(world, hunanIssuer, { city: HUNAN, schema: 5n })) {
        await expect(refusal()).to.be.revertedWithCustomError(manager, "CityNotBelow").withArgs(HUNAN, HEBEI);
      }
      await issued(world, { city: HEBEI, schema: 5n }, hebeiIssuer);
      await issued(world, { schema: 5n }, issuer);
    });

    it("not under a schema that does not exist, or was retired: what was issued stays, and can be ended", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, china, issuer } = world;
      for (const schema of [0n, 5n, 0xffff_ffffn]) {
        for (const refusal of await refusals(world, issuer, { schema })) {
          await expect(refusal()).to.be.revertedWithCustomError(claims, "SchemaUnknown").withArgs(schema);
        }
      }
      const old = await issued(world);
      const batch = await anchored(world, 3, { serial: 2 });
      await claims.connect(china).retireSchema(RESIDENT, []);
      for (const refusal of await refusals(world)) {
        await expect(refusal()).to.be.revertedWithCustomError(claims, "SchemaClosed").withArgs(RESIDENT);
      }
      expect((await claims.statusOf(old.claim, [])).status).to.equal(Status.Active);
      expect(await batch.statusAt(1)).to.equal(Status.Active);
      await claims.connect(issuer).suspend([old.id], 1, []);
      await claims.connect(issuer).reinstate([old.id], 1, []);
      await claims.connect(issuer).revoke([old.id, batch.id], 1, []);
      await expect(claims.connect(issuer).supersede(old.id, old.terms, contentOf(), [])).to.be.revertedWithCustomError(
        claims,
        "StandingInvalid",
      );
    });

    it("not an officer dismissed since; what was issued before stays", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, manager, shijiazhuang, issuer } = world;
      const { claim } = await issued(world);
      await manager.connect(shijiazhuang).revokeRole(role, issuer);
      for (const refusal of await refusals(world)) {
        await expect(refusal()).to.be.revertedWithCustomError(manager, "CityUnauthorized");
      }
      expect((await claims.statusOf(claim, [])).status).to.equal(Status.Active);
    });
  });

  describe("many", () => {
    it("issues all, each with the event of its own", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, issuer } = world;
      const terms = await termsOf();
      const contents = Array.from({ length: 50 }, () => contentOf());
      expect(await claims.connect(issuer).issueMany.staticCall(terms, contents)).to.equal(50n);
      const logs = await logsOf(claims.connect(issuer).issueMany(terms, contents));
      for (const [i, content] of contents.entries()) {
        const claim = claimOf(issuer, terms, content);
        const id = await idOf(world, claim);
        expect(logs[i]).to.deep.equal(issuedLog(claim, id));
        expect(await claims.statusOf(claim, [])).to.deep.equal([Status.Active, id]);
      }
      expect(logs).to.have.length(50);
    });

    it("skips those that exist, whatever became of them, and those named twice", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, issuer } = world;
      const terms = await termsOf();
      const [first, second, third] = [contentOf(), contentOf(), contentOf()];
      await claims.connect(issuer).issue(terms, first);
      const revoked = claimOf(issuer, terms, first);
      await claims.connect(issuer).revoke([await idOf(world, revoked)], 1, []);
      const contents = [first, second, second, third, first];
      expect(await claims.connect(issuer).issueMany.staticCall(terms, contents)).to.equal(2n);
      expect(await logsOf(claims.connect(issuer).issueMany(terms, contents))).to.deep.equal([
        issuedLog(claimOf(issuer, terms, second), await idOf(world, claimOf(issuer, terms, second))),
        issuedLog(claimOf(issuer, terms, third), await idOf(world, claimOf(issuer, terms, third))),
      ]);
      expect((await claims.statusOf(revoked, [])).status).to.equal(Status.Revoked);
      expect(await claims.connect(issuer).issueMany.staticCall(terms, contents)).to.equal(0n);
      expect(await logsOf(claims.connect(issuer).issueMany(terms, contents))).to.deep.equal([]);
    });

    it("refuses nothing at all, and a validity that is none", async () => {
      const world = await loadFixture(identityWorld);
      const { claims, issuer } = world;
      await expect(claims.connect(issuer).issueMany(await termsOf(), [])).to.be.revertedWithCustomError(
        claims,
        "Empty",
      );
      await expect(
        claims.connect(issuer).issueMany(await termsOf(LICENCE, { validUntil: 0 }), [contentOf()]),
      ).to.be.revertedWithCustomError(claims, "ValidityInvalid");
    });
  });

  it("writes the same event when claims are relayed, or take the place of others", async () => {
    const world = await loadFixture(identityWorld);
    const { claims, issuer, stranger } = world;
    const terms = await termsOf(RESIDENT, { validUntil: 0 });
    const contents = [contentOf(), contentOf(), contentOf()];
    const made = contents.map((content) => claimOf(issuer, terms, content));
    const ids = await Promise.all(made.map((claim) => idOf(world, claim)));
    const order = await issueOrder(world, issuer, issuer.address, ids);
    expect(await logsOf(claims.connect(stranger).relay(terms, contents, order))).to.deep.equal(
      made.map((claim, i) => issuedLog(claim, ids[i]!)),
    );
    const batch = await anchored(world, 2);
    for (const replace of [
      (content: (typeof contents)[0]) => claims.connect(issuer).supersede(ids[0]!, terms, content, []),
      (content: (typeof contents)[0]) => claims.connect(issuer).supersedeAt(batch.id, 1, terms, content, []),
    ]) {
      const content = contentOf();
      const claim = claimOf(issuer, terms, content);
      expect((await logsOf(replace(content)))[0]).to.deep.equal(issuedLog(claim, await idOf(world, claim)));
    }
  });
});
