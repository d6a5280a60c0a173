import { expect } from "chai";
import { TypedDataEncoder, ZeroAddress, ZeroHash } from "ethers";

import { domainAt, ENROLMENT_TYPES } from "../../src/escrow/typed-data.js";
import { newSalt } from "../../src/identity/commitment.js";
import { LABOUR, roleOf } from "../../src/index.js";
import { WorkerRegistry__factory } from "../../typechain/index.js";
import { batchOver, claimOf, idOf, Status } from "../identity/claims.js";
import { LATER, MARRIAGE, newKey, RESIDENT, word } from "../identity/world.js";
import { ethers, HEBEI, loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { application, noEmployment } from "./application.js";
import { at } from "./milestones.js";
import { type Application, applicationOf, beginOf, enrol, type Site, site, someAddress } from "./wages.js";
import { DAY, EMPLOYMENT, openProject, Seat, terminate } from "./world.js";

describe("WorkerRegistry", () => {
  async function badAccount(world: Site, account: string, employer = world.seat): Promise<void> {
    await expect(enrol(world, await application(world, { enrolment: { account, employer } })))
      .to.be.revertedWithCustomError(world.workers, "AccountInvalid")
      .withArgs(world.project, account);
  }

  describe("enrol", () => {
    it("registers who works for whom, with which key, and where it is paid", async () => {
      const world = await loadFixture(site);
      const { workers, project, seat, labour, month } = world;
      expect(await workers.workerCount(project)).to.equal(4);
      const { enrolment, employment } = await application(world, { terms: { validFrom: beginOf(month) } });
      const { account, signer, tag } = enrolment;
      const previousBlock = await workers.changedIn(project);
      const by = workers.connect(labour);
      expect(await by.enrol.staticCall(enrolment, employment, [])).to.equal(5);
      const sent = by.enrol(enrolment, employment, []);
      const claim = await idOf(world, employment.claim);
      await expect(sent)
        .to.emit(workers, "WorkerEnrolled")
        .withArgs(project, 5, seat, account, signer, tag, claim, labour, previousBlock);
      const enrolledAt = await timeOf(sent);
      expect(await workers.workerOf(project, 5)).to.deep.equal([
        account,
        seat,
        month,
        enrolledAt,
        0,
        ethers.keccak256(signer),
      ]);
      expect(await workers.workerCount(project)).to.equal(5);
      expect(await workers.workerByTag(project, tag)).to.equal(5);
      expect(await workers.workerByAccount(project, account)).to.equal(5);
      expect(await workers.workerByTag(project, word())).to.equal(0);
      expect(await workers.workerByAccount(project, labour)).to.equal(0);
      expect(await workers.workerOf(project, 6)).to.deep.equal([ZeroAddress, 0, 0, 0, 0, ZeroHash]);
    });

    it("takes the digest of the enrolment, and knows the registries it asks", async () => {
      const world = await loadFixture(site);
      const { workers, projects, claims } = world;
      const { enrolment } = await application(world);
      expect(await workers.digestOf(enrolment)).to.equal(
        await world.digest("workers", ENROLMENT_TYPES, { ...enrolment }),
      );
      expect(await workers.projects()).to.equal(await projects.getAddress());
      expect(await workers.claims()).to.equal(await claims.getAddress());
    });

    it("takes the worker as the claim's second party too, and claims of a batch, and phones' keys", async () => {
      const world = await loadFixture(site);
      await enrol(world, await application(world, { party: 1 }));
      await enrol(world, await application(world, { own: world.newPhone(), holder: world.newPhone() }));
      const one = await application(world, { issued: false });
      const { city, schema, validFrom, validUntil, root, subject, holder } = one.employment.claim;
      const terms = { city, schema, validFrom, validUntil };
      const others = [0, 2].map((position) =>
        claimOf(world.issuer, terms, { root: word(), subject: word(), holder: word() }, { serial: 1, position }),
      );
      const own = claimOf(world.issuer, terms, { root, subject, holder }, { serial: 1, position: 1 });
      const batch = await batchOver(world, [others[0]!, own, others[1]!]);
      await world.claims.connect(world.issuer).anchor(batch.batch);
      const employment = { ...one.employment, claim: own, path: batch.tree.getProof(1) };
      await expect(enrol(world, { ...one, employment: { ...employment, path: [] } })).to.be.revertedWithCustomError(
        world.workers,
        "ClaimNotActive",
      );
      await enrol(world, { ...one, employment });
      expect(await world.workers.workerCount(world.project)).to.equal(7);
    });

    it("is the labour office's alone", async () => {
      const world = await loadFixture(site);
      const { workers, stranger, contractor, company, bank } = world;
      const one = await application(world);
      for (const by of [stranger, contractor.operator, company.operator, bank]) {
        await expect(enrol(world, one, by))
          .to.be.revertedWithCustomError(workers, "NoStanding")
          .withArgs(by, SHIJIAZHUANG);
      }
    });

    it("goes on in a suspended city, by its office or its ancestor's, and where the contract is closed", async () => {
      const world = await loadFixture(site);
      const { workers, manager, registry, hebei, officer, administrator } = world;
      await manager.connect(hebei).grantRole(roleOf(HEBEI, LABOUR), officer, 0);
      const [first, second] = [await application(world), await application(world)];
      const standsIn = async (lineage: bigint[]) =>
        workers.connect(officer).enrol(second.enrolment, second.employment, lineage);
      await expect(standsIn([HEBEI])).to.be.revertedWithCustomError(workers, "NoStanding");
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.connect(administrator).setTargetClosed(workers, true);
      await enrol(world, first);
      await expect(standsIn([])).to.be.revertedWithCustomError(workers, "NoStanding");
      await standsIn([HEBEI]);
    });

    it("is of a project there is, and ends with the order's deadline", async () => {
      const world = await loadFixture(site);
      const { workers, projects, labour } = world;
      const one = await application(world);
      const project = word();
      await expect(workers.connect(labour).enrol({ ...one.enrolment, project }, one.employment, []))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(project);
      const deadline = (await time.latest()) + 1000;
      const [first, second] = [
        await application(world, { enrolment: { deadline } }),
        await application(world, { enrolment: { deadline } }),
      ];
      await at(deadline);
      await enrol(world, first);
      await at(deadline + 1);
      await expect(enrol(world, second)).to.be.revertedWithCustomError(workers, "OrderExpired").withArgs(deadline);
    });

    it("goes on until thirty days after the project's end, to the second", async () => {
      const world = await loadFixture(site);
      const { workers, projects, project } = world;
      await terminate(world, project);
      const until = Number((await projects.projectOf(project)).endedAt) + 30 * DAY;
      const [first, second] = [await application(world), await application(world)];
      await at(until);
      await enrol(world, first);
      await at(until + 1);
      await expect(enrol(world, second)).to.be.revertedWithCustomError(workers, "ProjectNotReady").withArgs(project, 3);
    });

    it("is for a company that employs: the contractor, or a subcontractor", async () => {
      const world = await loadFixture(site);
      const { workers, project, seat } = world;
      await enrol(world, await application(world, { enrolment: { employer: Seat.Contractor } }));
      for (const employer of [Seat.Owner, Seat.Supervisor, Seat.Arbiter, seat + 1, 65_535]) {
        const one = await application(world, { enrolment: { employer }, employer: world.company.id });
        await expect(enrol(world, one))
          .to.be.revertedWithCustomError(workers, "NotEmployer")
          .withArgs(project, employer);
      }
    });

    it("never enrols a person twice: not under another key, nor without a tag", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands } = world;
      const [{ tag }] = hands;
      await expect(enrol(world, await application(world, { enrolment: { tag } })))
        .to.be.revertedWithCustomError(workers, "TagEnrolled")
        .withArgs(project, tag, 1);
      await expect(enrol(world, await application(world, { enrolment: { tag: ZeroHash } })))
        .to.be.revertedWithCustomError(workers, "TagEnrolled")
        .withArgs(project, ZeroHash, 0);
      const { project: other } = await openProject(world);
      await enrol(world, await applicationOf(world, other, { enrolment: { tag } }));
    });

    it("pays nobody to the account of another worker, of the employer, of its operators, or of the contracts", async () => {
      const world = await loadFixture(site);
      const { wages, escrow, company, contractor, hands, foreman } = world;
      const companys = [company.account.address, company.operator.address];
      const contracts = [await wages.getAddress(), await escrow.getAddress(), ZeroAddress];
      for (const account of [hands[1].account, foreman.account, ...companys, ...contracts]) {
        await badAccount(world, account);
      }
      for (const { address } of [contractor.account, contractor.operator]) {
        await badAccount(world, address, Seat.Contractor);
      }
    });

    it("needs a claim that is active now", async () => {
      const world = await loadFixture(site);
      const { workers, claims, issuer } = world;
      const now = await time.latest();
      const suspended = await application(world);
      await claims.connect(issuer).suspend([await idOf(world, suspended.employment.claim)], 1, []);
      for (const [one, status] of [
        [suspended, Status.Suspended],
        [await application(world, { issued: false }), Status.Unknown],
        [await application(world, { terms: { validFrom: now + DAY } }), Status.NotYetValid],
      ] as const) {
        await expect(enrol(world, one))
          .to.be.revertedWithCustomError(workers, "ClaimNotActive")
          .withArgs(await idOf(world, one.employment.claim), status);
      }
      const short = await application(world, { terms: { validUntil: (await time.latest()) + DAY } });
      await time.increase(DAY);
      await expect(enrol(world, short)).to.be.revertedWithCustomError(workers, "ClaimNotActive");
    });

    it("needs a claim of the project's schema, about this employer and the key that signs", async () => {
      const world = await loadFixture(site);
      const { contractor, seat } = world;
      const usual = await application(world);
      const changed = (employment: Partial<Application["employment"]>) => ({
        ...usual,
        employment: { ...usual.employment, ...employment },
      });
      for (const one of [
        await application(world, { terms: { schema: MARRIAGE } }),
        await application(world, { employer: contractor.id }),
        changed({ party: 1 }),
        changed({ party: 2 }),
        changed({ party: 255 }),
        changed({ subject: word() }),
        changed({ employerSalt: newSalt() }),
        changed({ holder: newKey().signer }),
        changed({ holderSalt: newSalt() }),
        changed({ employerHolder: word() }),
      ]) {
        await noEmployment(world, one);
      }
      const { project } = await openProject(world, { periods: { employment: RESIDENT } });
      const single = await applicationOf(world, project, { terms: { schema: RESIDENT } });
      await expect(enrol(world, single)).to.be.revertedWithCustomError(world.workers, "EmploymentInvalid");
      expect(EMPLOYMENT).not.to.equal(RESIDENT);
      await enrol(world, usual);
      expect((await world.workers.workerOf(world.project, 5)).employer).to.equal(seat);
    });

    it("needs both signatures, over this enrolment", async () => {
      const world = await loadFixture(site);
      const { workers } = world;
      const one = await application(world);
      const { enrolment, employment, own, holder } = one;
      const refused = async (changes: Partial<Application["employment"]>, signer: string, order = enrolment) => {
        await expect(enrol(world, { ...one, enrolment: order, employment: { ...employment, ...changes } }))
          .to.be.revertedWithCustomError(workers, "SignatureInvalid")
          .withArgs(signer);
      };
      await refused({ signature: employment.ownSignature }, holder.signer);
      await refused({ ownSignature: employment.signature }, own.signer);
      await refused({ signature: "0x" }, holder.signer);
      await refused({ ownSignature: "0x" }, own.signer);
      for (const changed of [
        { account: someAddress() },
        { tag: word() },
        { deadline: LATER + 1 },
        { signer: newKey().signer },
      ]) {
        await refused({}, holder.signer, { ...enrolment, ...changed });
      }
      await enrol(world, one);
    });

    it("takes nothing that was signed for another project, chain or contract", async () => {
      const world = await loadFixture(site);
      const { payrolls, workers, administrator, manager, projects, claims } = world;
      const { chainId } = await ethers.provider.getNetwork();
      const { project } = await openProject(world);
      const elsewhere = await applicationOf(world, project);
      await expect(enrol(world, { ...elsewhere, enrolment: { ...elsewhere.enrolment, project: world.project } }))
        .to.be.revertedWithCustomError(workers, "SignatureInvalid")
        .withArgs(elsewhere.holder.signer);

      const twin = await new WorkerRegistry__factory(administrator).deploy(manager, projects, claims);
      const one = await application(world);
      for (const [chain, address] of [
        [1n, await workers.getAddress()],
        [chainId, await payrolls.getAddress()],
        [chainId, await twin.getAddress()],
      ] as const) {
        const domain = domainAt("workers", chain, address);
        const digest = TypedDataEncoder.hash(domain, ENROLMENT_TYPES, one.enrolment);
        const employment = {
          ...one.employment,
          signature: await one.holder.sign(digest),
          ownSignature: await one.own.sign(digest),
        };
        await expect(enrol(world, { ...one, employment })).to.be.revertedWithCustomError(workers, "SignatureInvalid");
      }
      await enrol(world, one);
    });

    it("lets no key sign for two workers, and no claim enrol twice", async () => {
      const world = await loadFixture(site);
      const { hands } = world;
      const [{ own, holder }] = hands;
      await noEmployment(world, await application(world, { own }));
      await noEmployment(world, await application(world, { holder }));
      await noEmployment(world, await application(world, { own: holder }));
      await noEmployment(world, await application(world, { holder: own }));
      const both = newKey();
      await noEmployment(world, await application(world, { own: both, holder: both }));

      const first = await application(world);
      await enrol(world, first);
      const key = newKey();
      const enrolment = { ...first.enrolment, signer: key.signer, account: someAddress(), tag: word() };
      const order = { ...enrolment };
      const employment = {
        ...first.employment,
        signature: await world.sign(first.holder, "workers", ENROLMENT_TYPES, order),
        ownSignature: await world.sign(key, "workers", ENROLMENT_TYPES, order),
      };
      await noEmployment(world, { ...first, enrolment, employment });
      expect(await world.workers.workerCount(world.project)).to.equal(5);
    });

    it("cannot be repeated", async () => {
      const world = await loadFixture(site);
      const one = await application(world);
      await enrol(world, one);
      await noEmployment(world, one);
    });
  });
});
