import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { AMENDMENT_TYPES, SUBCONTRACT_TYPES, TERMS_TYPES } from "../../src/escrow/typed-data.js";
import { LABOUR, roleOf } from "../../src/index.js";
import { ProjectRegistry__factory, VaultProbe__factory } from "../../typechain/index.js";
import { word, YEAR } from "../identity/world.js";
import { blockOf, CHINA, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { LIMIT, milestonesOf, opening, worksAlone } from "./opening.js";
import {
  amendmentOf,
  BUDGET,
  DAY,
  DEPOSIT,
  EMPLOYMENT,
  escrowWorld,
  EVIDENCE,
  newAccount,
  openProject,
  ProjectStatus,
  recordOf,
  Seat,
  signTerms,
  subcontractOf,
  type TermsChanges,
  termsOf,
  WAGE_SHARE,
  WORKS,
} from "./world.js";

describe("ProjectRegistry", () => {
  describe("what it is", () => {
    it("belongs to the suite, and says its limits", async () => {
      const { projects, manager, identities, escrow, wages, milestones } = await loadFixture(escrowWorld);
      expect(await projects.manager()).to.equal(manager);
      expect(await projects.identities()).to.equal(identities);
      expect(await projects.escrow()).to.equal(escrow);
      expect(await projects.wages()).to.equal(wages);
      expect(await projects.milestones()).to.equal(milestones);
      expect(await projects.MAX_MILESTONES()).to.equal(64);
      expect(await projects.MAX_SUBCONTRACTORS()).to.equal(64);
      expect(await projects.MIN_PERIOD()).to.equal(DAY);
      expect(await projects.MAX_PERIOD()).to.equal(180 * DAY);
      expect(await projects.MAX_DURATION()).to.equal(20 * YEAR);
      expect(await projects.MAX_RETENTION()).to.equal(30 * YEAR);
      expect(await projects.ACCOUNT_WAIT()).to.equal(7 * DAY);
      expect(await projects.REPLACEMENT_WAIT()).to.equal(30 * DAY);
    });

    it("makes EIP-712 digests of what is signed the ids, whatever it says", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects, digest, owner } = world;
      for (const changes of [
        {},
        { milestones: [], funders: [] },
        { funders: [owner.account.address, ZeroAddress], periods: { silenceApproves: false, invoicing: 1 } },
        { milestones: milestonesOf(1n), city: 0, deadline: 2n ** 40n - 1n, content: ZeroHash },
      ]) {
        const terms = await termsOf(world, changes);
        expect(await projects.idOf(terms)).to.equal(await digest("projects", TERMS_TYPES, { ...terms }));
      }
      const { project } = await openProject(world);
      const change = { index: 7, amount: 5, content: word() };
      for (const milestones of [[], [change], [change, { index: 9, amount: 0, content: word() }]]) {
        const amendment = await amendmentOf(world, project, { milestones, arbiter: word() });
        expect(await projects.digestOf(amendment)).to.equal(
          await digest("projects", AMENDMENT_TYPES, { ...amendment }),
        );
      }
      for (const shares of [
        [],
        [{ milestone: 1, share: 2 }],
        [1, 2, 3].map((milestone) => ({ milestone, share: 9 })),
      ]) {
        const order = subcontractOf(project, owner, { shares });
        expect(await projects.digestOfSubcontract(order)).to.equal(
          await digest("projects", SUBCONTRACT_TYPES, { ...order }),
        );
      }
    });
  });

  describe("is bound to those who keep the money", () => {
    async function unbound() {
      const world = await loadFixture(escrowWorld);
      const { administrator, manager, identities } = world;
      const projects = await new ProjectRegistry__factory(administrator).deploy(manager, identities);
      const probe = await new VaultProbe__factory(administrator).deploy(projects);
      return { ...world, projects, probe };
    }

    it("once, by the network", async () => {
      const { projects, probe, administrator, shijiazhuang } = await loadFixture(unbound);
      await expect(projects.connect(shijiazhuang).bindEscrow(probe, probe, probe))
        .to.be.revertedWithCustomError(projects, "AccessManagedUnauthorized")
        .withArgs(shijiazhuang);
      await expect(projects.bindEscrow(probe, probe, probe))
        .to.emit(projects, "EscrowBound")
        .withArgs(probe, probe, probe, administrator);
      await expect(projects.bindEscrow(probe, probe, probe))
        .to.be.revertedWithCustomError(projects, "EscrowAlreadyBound")
        .withArgs(probe);
    });

    it("if all three are contracts that belong to it", async () => {
      const { projects, probe, escrow, stranger } = await loadFixture(unbound);
      for (const foreign of [escrow, stranger]) {
        for (const three of [
          [foreign, probe, probe],
          [probe, foreign, probe],
          [probe, probe, foreign],
        ] as const) {
          await expect(projects.bindEscrow(...three)).to.be.revertedWithCustomError(projects, "EscrowNotBound");
        }
      }
    });

    it("before anything is opened", async () => {
      const world = await loadFixture(unbound);
      await expect(opening(world, {})).to.be.revertedWithCustomError(world.projects, "EscrowNotBound");
    });
  });

  describe("opens a project", () => {
    it("that owner, contractor and supervisor signed; anyone may send it", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects, stranger, settlement } = world;
      const terms = await termsOf(world);
      const id = await projects.idOf(terms);
      const signatures = await signTerms(world, terms);
      expect(await projects.connect(stranger).open.staticCall(terms, signatures)).to.equal(id);
      const opened = projects.connect(stranger).open(terms, signatures);
      await expect(opened).to.emit(projects, "ProjectOpened");
      const [event] = await projects.queryFilter(projects.filters.ProjectOpened(id, SHIJIAZHUANG, settlement));
      expect(event?.args.by).to.equal(stranger);
      expect(event?.args.terms.content).to.equal(terms.content);
      expect(event?.args.terms.milestones.map(({ amount }) => amount)).to.deep.equal(
        terms.milestones.map(({ amount }) => amount),
      );
      const { money, periods } = terms;
      expect(await recordOf(world, id)).to.deep.equal({
        city: SHIJIAZHUANG,
        status: ProjectStatus.Open,
        wageShare: WAGE_SHARE,
        retention: 300n,
        defaultSplit: 5_000n,
        currency: 156n,
        seats: 4n,
        milestones: 3n,
        payday: 15n,
        silenceApproves: true,
        limited: false,
        employment: EMPLOYMENT,
        evidence: EVIDENCE,
        token: await settlement.getAddress(),
        changes: 0n,
        changedIn: BigInt(await blockOf(opened)),
        unit: 1n,
        budget: BUDGET,
        wageDeposit: DEPOSIT,
        works: WORKS,
        answer: BigInt(7 * DAY),
        contest: BigInt(5 * DAY),
        ruling: BigInt(30 * DAY),
        invoicing: 0n,
        retentionUntil: BigInt(periods.retentionUntil),
        endsAt: BigInt(periods.endsAt),
        endedAt: 0n,
        strayTo: money.strayTo,
      });
    });

    it("whose parties sit in their order, each acting through its operators", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects, owner, contractor, supervisor, arbiter, stranger } = world;
      const { project } = await openProject(world);
      for (const [seat, company] of [owner, contractor, supervisor, arbiter].entries()) {
        const account = seat === Seat.Contractor ? company.account.address : ZeroAddress;
        expect(await projects.seatOf(project, seat)).to.deep.equal([company.id, account]);
        expect(await projects.seatOfParty(project, company.id)).to.deep.equal([true, BigInt(seat)]);
        expect(await projects.isActing(project, seat, company.operator)).to.equal(true);
        expect(await projects.isActing(project, seat, stranger)).to.equal(false);
      }
      expect(await projects.seatOfParty(project, world.seller)).to.deep.equal([false, 0n]);
      expect(await projects.isActing(project, Seat.Owner, contractor.operator)).to.equal(false);
      expect(await projects.isActing(project, 4, contractor.operator)).to.equal(false);
    });

    it("whose milestones are read one by one", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects } = world;
      const { project, terms } = await openProject(world);
      for (const [place, { amount }] of terms.milestones.entries()) {
        expect(await projects.milestoneOf(project, place)).to.equal(amount);
        expect(await projects.sharesOf(project, place)).to.deep.equal([[], []]);
      }
      await expect(projects.milestoneOf(project, 3))
        .to.be.revertedWithCustomError(projects, "MilestoneNotPlanned")
        .withArgs(project, 3);
    });

    it("that anyone may fund, or only those the terms list", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects, stranger, owner } = world;
      const { project: free } = await openProject(world);
      expect(await projects.mayFund(free, stranger)).to.equal(true);
      const { project: limited } = await openProject(world, {
        funders: [owner.account.address, world.officer.address],
      });
      expect((await projects.projectOf(limited)).limited).to.equal(true);
      expect(await projects.mayFund(limited, stranger)).to.equal(false);
      expect(await projects.mayFund(limited, owner.account)).to.equal(true);
      expect(await projects.mayFund(limited, world.officer)).to.equal(true);
      expect(await projects.mayFund(word(), stranger)).to.equal(false);
    });

    it("which is unknown before", async () => {
      const { projects } = await loadFixture(escrowWorld);
      const unknown = word();
      await expect(projects.projectOf(unknown))
        .to.be.revertedWithCustomError(projects, "ProjectUnknown")
        .withArgs(unknown);
      await expect(projects.seatOf(unknown, 0))
        .to.be.revertedWithCustomError(projects, "SeatInvalid")
        .withArgs(unknown, 0);
    });

    it("at every limit of sums and periods", async () => {
      const world = await loadFixture(escrowWorld);
      const now = await time.latest();
      for (const changes of [
        worksAlone(1n),
        worksAlone(LIMIT - 1n),
        { money: { unit: LIMIT - 1n, retention: 10_000, defaultSplit: 10_000, wageDeposit: BUDGET } },
        { periods: { answer: DAY, contest: DAY, ruling: DAY, invoicing: DAY, payday: 1 } },
        {
          periods: {
            ...{ answer: 180 * DAY, contest: 180 * DAY, ruling: 180 * DAY, invoicing: 180 * DAY, payday: 31 },
            ...{ endsAt: now + 20 * YEAR, retentionUntil: now + 30 * YEAR },
          },
        },
        { funders: await Promise.all(Array.from({ length: 64 }, async () => (await newAccount()).address)) },
        { milestones: milestonesOf(...Array.from({ length: 64 }, () => WORKS / 64n)) },
      ] satisfies TermsChanges[]) {
        await opening(world, changes);
      }
    });

    it("whose works are the budget less the wages, rounded towards wages", async () => {
      const world = await loadFixture(escrowWorld);
      const money = { budget: 1_001n, wageShare: 1n, wageDeposit: 0n };
      await opening(world, { money, milestones: milestonesOf(1_000n) });
      await expect(opening(world, { money, milestones: milestonesOf(1_001n) }))
        .to.be.revertedWithCustomError(world.projects, "MilestonesInvalid")
        .withArgs(1_001, 1_000);
    });
  });

  describe("has floors", () => {
    it("that the labour office sets, under the guard", async () => {
      const { projects, manager, registry, labour, court, hebei } = await loadFixture(escrowWorld);
      await expect(projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: 10_000, wageDeposit: 150 }))
        .to.emit(projects, "FloorsSet")
        .withArgs(SHIJIAZHUANG, 10_000, 150, labour);
      expect(await projects.floorsOf(SHIJIAZHUANG)).to.deep.equal([10_000n, 150n]);
      for (const floors of [
        { wageShare: 10_001, wageDeposit: 0 },
        { wageShare: 0, wageDeposit: 10_001 },
      ]) {
        await expect(projects.connect(labour).setFloors(SHIJIAZHUANG, floors))
          .to.be.revertedWithCustomError(projects, "ShareInvalid")
          .withArgs(10_001);
      }
      for (const [by, city] of [
        [court, SHIJIAZHUANG],
        [labour, HEBEI],
      ] as const) {
        await expect(projects.connect(by).setFloors(city, { wageShare: 0, wageDeposit: 0 }))
          .to.be.revertedWithCustomError(manager, "CityUnauthorized")
          .withArgs(by, city, LABOUR);
      }
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(
        projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: 0, wageDeposit: 0 }),
      ).to.be.revertedWithCustomError(manager, "CityNotActive");
    });

    it("which are the highest of a city and all above it, the network included", async () => {
      const { projects, manager, china, hebei, administrator, labour } = await loadFixture(escrowWorld);
      await manager.connect(china).grantRole(roleOf(CHINA, LABOUR), china, 0);
      await manager.connect(hebei).grantRole(roleOf(HEBEI, LABOUR), hebei, 0);
      await manager.grantRole(roleOf(0, LABOUR), administrator, 0);
      await projects.connect(china).setFloors(CHINA, { wageShare: 1_000, wageDeposit: 300 });
      await projects.connect(hebei).setFloors(HEBEI, { wageShare: 1_500, wageDeposit: 50 });
      await projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: 1_200, wageDeposit: 100 });
      expect(await projects.floorsOf(SHIJIAZHUANG)).to.deep.equal([1_500n, 300n]);
      expect(await projects.floorsOf(HUNAN)).to.deep.equal([1_000n, 300n]);
      await projects.setFloors(0, { wageShare: 1_100, wageDeposit: 400 });
      expect(await projects.floorsOf(SHIJIAZHUANG)).to.deep.equal([1_500n, 400n]);
      expect(await projects.floorsOf(HUNAN)).to.deep.equal([1_100n, 400n]);
      expect(await projects.floorsOf(0)).to.deep.equal([1_100n, 400n]);
    });

    it("below which nothing is opened", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects, labour } = world;
      await projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: WAGE_SHARE, wageDeposit: 200 });
      await opening(world, {});
      await projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: WAGE_SHARE + 1n, wageDeposit: 200 });
      await expect(opening(world, {}))
        .to.be.revertedWithCustomError(projects, "BelowFloor")
        .withArgs(WAGE_SHARE + 1n, 200);
      await projects.connect(labour).setFloors(SHIJIAZHUANG, { wageShare: 0, wageDeposit: 200 });
      await expect(opening(world, { money: { wageDeposit: DEPOSIT - 1n } }))
        .to.be.revertedWithCustomError(projects, "BelowFloor")
        .withArgs(0, 200);
      // 2 % of 10.01 yuan are 0.2002 yuan: 21 fen.
      const money = { budget: 1_001n, wageShare: 0n };
      const milestones = milestonesOf(1_001n);
      await expect(opening(world, { money: { ...money, wageDeposit: 20n }, milestones })).to.be.revertedWithCustomError(
        projects,
        "BelowFloor",
      );
      await opening(world, { money: { ...money, wageDeposit: 21n }, milestones });
    });
  });
});
