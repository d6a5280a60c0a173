import { expect } from "chai";
import { ZeroHash } from "ethers";

import { issueUnder, roleOf, SCHEMA } from "../../src/index.js";
import { blockOf, CHINA, HEBEI, HUNAN, loadFixture, NOBODY, SHIJIAZHUANG } from "../world.js";
import { neighbours, SECOND_SUCCESSOR, SUCCESSOR } from "./claims.js";
import { Acceptance, identityWorld, RESIDENT, schemaTerms, termsOf, contentOf, YEAR } from "./world.js";

describe("SchemaRegistry", () => {
  const field = (i: number) => ({ name: `field ${i}`, valueType: "string" });

  describe("making a schema", () => {
    it("keeps what the chain needs, and tells all of it", async () => {
      const { claims, china } = await loadFixture(identityWorld);
      const terms = schemaTerms({
        name: "亲属关系",
        parties: 2,
        acceptance: Acceptance.Second,
        providerConsent: true,
        maxValidity: YEAR,
        fields: [field(1), { name: "born", valueType: "date" }],
      });
      const made = claims.connect(china).createSchema(terms);
      await expect(made)
        .to.emit(claims, "SchemaCreated")
        .withArgs(
          5n,
          CHINA,
          [
            CHINA,
            "亲属关系",
            2n,
            BigInt(Acceptance.Second),
            true,
            BigInt(YEAR),
            terms.content,
            [
              ["field 1", "string"],
              ["born", "date"],
            ],
          ],
          china.address,
        );
      expect(await claims.schemaCount()).to.equal(5n);
      expect(await claims.schemaOf(5)).to.deep.equal([
        CHINA,
        2n,
        BigInt(Acceptance.Second),
        true,
        false, // closed
        BigInt(YEAR),
        BigInt(await blockOf(made)),
        terms.content,
      ]);
      expect((await claims.schemaOf(6)).parties).to.equal(0n);
      expect((await claims.schemaOf(0)).parties).to.equal(0n);
    });

    it("gives the number that the call returns, one after the other, also from one account", async () => {
      const { claims, china } = await loadFixture(identityWorld);
      for (const number of [5n, 6n]) {
        expect(await claims.connect(china).createSchema.staticCall(schemaTerms())).to.equal(number);
        await claims.connect(china).createSchema(schemaTerms());
      }
    });

    it("wants a name, a content hash and 1 to 64 fields", async () => {
      const { claims, china } = await loadFixture(identityWorld);
      for (const wrong of [
        { name: "" },
        { content: ZeroHash },
        { fields: [] },
        { fields: Array.from({ length: 65 }, (_, i) => field(i)) },
      ]) {
        await expect(claims.connect(china).createSchema(schemaTerms(wrong))).to.be.revertedWithCustomError(
          claims,
          "SchemaIncomplete",
        );
      }
      await claims.connect(china).createSchema(schemaTerms({ fields: Array.from({ length: 64 }, (_, i) => field(i)) }));
    });

    it("wants one or two parties, and no second one's acceptance of one party", async () => {
      const { claims, china } = await loadFixture(identityWorld);
      for (const parties of [0, 1, 2, 3, 255]) {
        for (const acceptance of Object.values(Acceptance)) {
          const made = claims.connect(china).createSchema(schemaTerms({ parties, acceptance }));
          const asksSecond = acceptance === Acceptance.Second || acceptance === Acceptance.Both;
          if (parties === 2 || (parties === 1 && !asksSecond)) {
            await made;
          } else {
            await expect(made)
              .to.be.revertedWithCustomError(claims, "PartiesInvalid")
              .withArgs(parties, BigInt(acceptance));
          }
        }
      }
    });

    it("is refused to whom the city did not ask, in a suspended city and in a closed contract", async () => {
      const { claims, manager, registry, china, hebei, issuer, administrator } = await loadFixture(identityWorld);
      for (const by of [hebei, issuer, administrator]) {
        await expect(claims.connect(by).createSchema(schemaTerms()))
          .to.be.revertedWithCustomError(manager, "CityUnauthorized")
          .withArgs(by.address, CHINA, BigInt(SCHEMA));
      }
      await expect(claims.connect(china).createSchema(schemaTerms({ city: HEBEI }))) // an ancestor's is not its own
        .to.be.revertedWithCustomError(manager, "CityUnauthorized")
        .withArgs(china.address, HEBEI, BigInt(SCHEMA));
      await manager.setTargetClosed(claims, true);
      await expect(claims.connect(china).createSchema(schemaTerms())).to.be.revertedWithCustomError(
        manager,
        "ContractClosed",
      );
      await manager.setTargetClosed(claims, false);
      await registry.suspend(CHINA, 1);
      await expect(claims.connect(china).createSchema(schemaTerms())).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
    });
  });

  describe("retiring a schema", () => {
    it("closes it for new claims, once", async () => {
      const { claims, china, issuer } = await loadFixture(identityWorld);
      const before = await claims.schemaOf(RESIDENT);
      const retired = claims.connect(china).retireSchema(RESIDENT, []);
      await expect(retired).to.emit(claims, "SchemaRetired").withArgs(RESIDENT, china.address, before.changedIn);
      const after = await claims.schemaOf(RESIDENT);
      const [city, parties, acceptance, providerConsent, , maxValidity, , content] = before;
      expect(after).to.deep.equal([
        city,
        parties,
        acceptance,
        providerConsent,
        true,
        maxValidity,
        BigInt(await blockOf(retired)),
        content,
      ]);
      await expect(claims.connect(issuer).issue(await termsOf(), contentOf()))
        .to.be.revertedWithCustomError(claims, "SchemaClosed")
        .withArgs(RESIDENT);
      await expect(claims.connect(china).retireSchema(RESIDENT, []))
        .to.be.revertedWithCustomError(claims, "SchemaRetiredBefore")
        .withArgs(RESIDENT);
    });

    it("is refused of one that does not exist", async () => {
      const { claims, china } = await loadFixture(identityWorld);
      for (const schema of [0, 5]) {
        await expect(claims.connect(china).retireSchema(schema, []))
          .to.be.revertedWithCustomError(claims, "SchemaUnknown")
          .withArgs(schema);
      }
    });

    it("is refused to others: issuers, other cities, the ancestor of a city that can act", async () => {
      const { claims, manager, china, hunan, hebei, issuer, stranger } = await loadFixture(identityWorld);
      await manager.connect(hebei).grantRole(roleOf(HEBEI, SCHEMA), hebei, 0);
      await manager.connect(hunan).grantRole(roleOf(HUNAN, SCHEMA), hunan, 0);
      await claims.connect(hebei).createSchema(schemaTerms({ city: HEBEI }));
      for (const [by, schema, lineage, city] of [
        [issuer, RESIDENT, [], CHINA],
        [stranger, RESIDENT, [], CHINA],
        [hunan, RESIDENT, [HUNAN], CHINA],
        [china, 5n, [], HEBEI],
        [china, 5n, [CHINA], HEBEI],
        [hunan, 5n, [HUNAN], HEBEI],
      ] as const) {
        await expect(claims.connect(by).retireSchema(schema, [...lineage]))
          .to.be.revertedWithCustomError(claims, "NoStanding")
          .withArgs(by.address, city);
      }
    });

    it("needs the role alone: in a suspended city, and in a closed contract", async () => {
      const { claims, manager, registry, china } = await loadFixture(identityWorld);
      await manager.setTargetClosed(claims, true);
      await registry.suspend(CHINA, 1);
      await claims.connect(china).retireSchema(RESIDENT, []);
    });

    it("is open to the nearest active ancestor of a suspended city, and to the successors of a retired one", async () => {
      const { claims, manager, registry, china, hebei, shijiazhuang, baoding, retireInto } =
        await loadFixture(neighbours);
      await manager.connect(hebei).grantRole(roleOf(HEBEI, SCHEMA), hebei, 0);
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, SCHEMA), shijiazhuang, 0);
      await manager.connect(baoding).grantRole(roleOf(SECOND_SUCCESSOR, SCHEMA), baoding, 0);
      await claims.connect(hebei).createSchema(schemaTerms({ city: HEBEI }));
      await claims.connect(shijiazhuang).createSchema(schemaTerms({ city: SHIJIAZHUANG }));
      await retireInto(SHIJIAZHUANG, SUCCESSOR);
      await retireInto(SUCCESSOR, SECOND_SUCCESSOR);
      await expect(claims.connect(baoding).retireSchema(6, [SECOND_SUCCESSOR])).to.be.revertedWithCustomError(
        claims,
        "NoStanding",
      );
      await claims.connect(baoding).retireSchema(6, [SUCCESSOR, SECOND_SUCCESSOR]);
      await registry.connect(china).suspend(HEBEI, 1);
      await claims.connect(china).retireSchema(5, [CHINA]);
    });
  });

  it("entitles departments as roles, which can be listed", async () => {
    const { manager, issuer } = await loadFixture(identityWorld);
    const members = await manager.membersOf(roleOf(SHIJIAZHUANG, issueUnder(Number(RESIDENT))), 0, 10);
    expect(members.map(({ account }) => account)).to.deep.equal([issuer.address]);
  });

  it("has the manager it was made with, for ever", async () => {
    const { claims, manager, administrator } = await loadFixture(identityWorld);
    expect(await claims.manager()).to.equal(await manager.getAddress());
    await expect(claims.connect(administrator).setAuthority(NOBODY)).to.be.revertedWithCustomError(
      claims,
      "AuthorityIsFixed",
    );
  });
});
