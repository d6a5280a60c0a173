import { expect } from "chai";
import { getCreateAddress, ZeroAddress } from "ethers";

import { WORKER_ACCOUNT_TYPES } from "../../src/escrow/typed-data.js";
import { subjectCommitment, newSalt } from "../../src/identity/commitment.js";
import { BANKING, roleOf } from "../../src/index.js";
import { idOf } from "../identity/claims.js";
import { LATER, newKey, register, word } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { at } from "./milestones.js";
import {
  type Application,
  applicationOf,
  type ApplicationChanges,
  callingWallet,
  changeAccount,
  draftOf,
  enrol,
  enrolled,
  filed,
  send,
  type Site,
  site,
  someAddress,
} from "./wages.js";
import { DAY, DEPOSIT, newAccount, Seat, subcontract } from "./world.js";

describe("WageAccount: workers who move, or are paid elsewhere", () => {
  /** An application for the subcontractor. */
  async function application(world: Site, changes: ApplicationChanges = {}): Promise<Application> {
    const enrolment = { employer: world.seat, ...changes.enrolment };
    return applicationOf(world, world.project, { ...changes, enrolment });
  }

  /** The application is refused, as no employment of this company and key. */
  async function noEmployment(world: Site, refused: Application): Promise<void> {
    await expect(enrol(world, refused))
      .to.be.revertedWithCustomError(world.workers, "EmploymentInvalid")
      .withArgs(await idOf(world, refused.employment.claim));
  }

  describe("a worker who goes to another employer", () => {
    it("keeps number, key and tenure, and is paid where it says now", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands, labour } = world;
      const [{ worker, own, tag, account: left }] = hands;
      const { seat } = await subcontract(world, project);
      const { enrolledAt, key } = await workers.workerOf(project, worker);
      const moves = await applicationOf(world, project, { own, enrolment: { employer: seat, tag } });
      const { account } = moves.enrolment;
      await expect(enrol(world, moves))
        .to.emit(workers, "WorkerEnrolled")
        .withArgs(project, worker, seat, account, own.signer, tag, await idOf(world, moves.employment.claim), labour);
      expect(await workers.workerOf(project, worker)).to.deep.equal([account, seat, enrolledAt, 0, key]);
      expect(await workers.workerCount(project)).to.equal(4);
      expect(await workers.workerByAccount(project, left)).to.equal(0);
      expect(await workers.workerByAccount(project, account)).to.equal(worker);
      await enrolled(world, project, { enrolment: { account: left } });
    });

    it("may keep its account, and needs a claim of the new employer, and a holder key of its own", async () => {
      const world = await loadFixture(site);
      const { wages, workers, project, hands, foreman } = world;
      const [{ worker, own, tag, account, holder }] = hands;
      const toContractor = (changes: ApplicationChanges) =>
        applicationOf(world, project, { own, ...changes, enrolment: { tag, account, ...changes.enrolment } });
      await noEmployment(world, await toContractor({ employer: world.company.id }));
      await noEmployment(world, await toContractor({ holder }));
      await noEmployment(world, await toContractor({ holder: own }));
      await expect(
        enrol(world, await toContractor({ enrolment: { account: foreman.account } })),
      ).to.be.revertedWithCustomError(wages, "AccountInvalid");
      await enrol(world, await toContractor({}));
      expect((await workers.workerOf(project, worker)).employer).to.equal(Seat.Contractor);
      expect(await workers.workerByAccount(project, account)).to.equal(worker);
    });

    it("is filed for by the new employer from then on, once in a month", async () => {
      const world = await loadFixture(site);
      const { workers, payrolls, project, hands, contractor, month, before } = world;
      const [{ worker, own, tag }] = hands;
      await filed(world, { period: before });
      await enrol(world, await applicationOf(world, project, { own, enrolment: { tag } }));
      await expect(send(world, await draftOf(world, [[worker, 1n]])))
        .to.be.revertedWithCustomError(workers, "WorkerInvalid")
        .withArgs(project, worker);
      const byContractor = (period: number) => draftOf(world, [[worker, 1n]], { employer: Seat.Contractor, period });
      await expect(send(world, await byContractor(before), contractor.operator))
        .to.be.revertedWithCustomError(payrolls, "WorkerPaidTwice")
        .withArgs(project, worker, before);
      await send(world, await byContractor(month), contractor.operator);
    });
  });

  it("a worker whose identity was closed, and whose claim was revoked, stays payable", async () => {
    const world = await loadFixture(site);
    const { wages, payrolls, identities, claims, registrar, issuer, project, company, contractor } = world;
    const id = await register(world, newKey());
    const one = await application(world, { subject: subjectCommitment(0, newSalt(), id) });
    await enrol(world, one);
    await identities.connect(registrar).close(id, 1, []);
    await claims.connect(issuer).revoke([await idOf(world, one.employment.claim)], 1, []);
    const draft = await draftOf(world, [[5, 650_000n]]);
    const filedAt = await timeOf(send(world, draft, company.operator));
    await time.increaseTo(filedAt + 3 * DAY);
    await world.escrow.connect(world.owner.account).fund(project, 10_000_000n);
    await payrolls.connect(contractor.operator).approve(draft.id, []);
    await wages.pay(draft.id, [{ position: 0, worker: 5, amount: 650_000n, proof: [] }]);
    expect(await world.settlement.balanceOf(one.enrolment.account)).to.equal(650_000n);
    await changeAccount(world, { worker: 5, own: one.own }, someAddress());
  });

  describe("changeAccount", () => {
    it("is the worker's, whoever brings its order, and frees the old account", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands, seat } = world;
      const [hand, other] = hands;
      const { worker, account: left } = hand;
      const account = someAddress();
      await expect(changeAccount(world, hand, account))
        .to.emit(workers, "WorkerAccountChanged")
        .withArgs(project, worker, account);
      const { enrolledAt, key } = await workers.workerOf(project, worker);
      expect(await workers.workerOf(project, worker)).to.deep.equal([account, seat, enrolledAt, 1, key]);
      expect(await workers.workerByAccount(project, account)).to.equal(worker);
      expect(await workers.workerByAccount(project, left)).to.equal(0);
      await changeAccount(world, other, left);
      expect(await workers.workerByAccount(project, left)).to.equal(other.worker);
    });

    it("takes an order once, and until its deadline", async () => {
      const world = await loadFixture(site);
      const { wages, workers, project, hands, stranger } = world;
      const [{ worker, own, account: first }, other] = hands;
      const account = someAddress();
      const order = { project, worker, account, changes: 0, deadline: LATER };
      const signature = await world.sign(own, "workers", WORKER_ACCOUNT_TYPES, order);
      const bring = async () =>
        workers.connect(stranger).changeAccount(project, worker, account, LATER, own.signer, signature);
      await bring();
      await changeAccount(world, { worker, own }, first);
      await expect(bring()).to.be.revertedWithCustomError(workers, "SignatureInvalid").withArgs(own.signer);

      const deadline = (await time.latest()) + 1000;
      await at(deadline);
      await changeAccount(world, { worker, own }, someAddress(), { deadline });
      await at(deadline + 1);
      await expect(changeAccount(world, other, someAddress(), { deadline }))
        .to.be.revertedWithCustomError(wages, "OrderExpired")
        .withArgs(deadline);
    });

    it("is refused to other keys, and for who is no worker", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands } = world;
      const [{ worker, own, holder }, other] = hands;
      for (const key of [holder, other.own, newKey()]) {
        await expect(changeAccount(world, { worker, own: key }, someAddress()))
          .to.be.revertedWithCustomError(workers, "NotWorkerKey")
          .withArgs(project, worker);
      }
      const changed = changeAccount(world, { worker, own }, someAddress(), { changes: 1n });
      await expect(changed).to.be.revertedWithCustomError(workers, "SignatureInvalid").withArgs(own.signer);
      for (const nobody of [0, 5]) {
        await expect(changeAccount(world, { worker: nobody, own }, someAddress()))
          .to.be.revertedWithCustomError(workers, "WorkerInvalid")
          .withArgs(project, nobody);
      }
    });

    it("is bound by the same rules as enrolment", async () => {
      const world = await loadFixture(site);
      const { wages, escrow, project, hands, foreman, company, contractor } = world;
      const [hand, other] = hands;
      const companys = [company.account.address, company.operator.address];
      const contracts = [await wages.getAddress(), await escrow.getAddress(), ZeroAddress];
      for (const account of [hand.account, other.account, foreman.account, ...companys, ...contracts]) {
        await expect(changeAccount(world, hand, account))
          .to.be.revertedWithCustomError(wages, "AccountInvalid")
          .withArgs(project, account);
      }
      await expect(changeAccount(world, foreman, contractor.operator.address)).to.be.revertedWithCustomError(
        wages,
        "AccountInvalid",
      );
    });

    it("changes nothing from within the signature's check", async () => {
      const world = await loadFixture(site);
      const { workers, project, labour, stranger } = world;
      const deployer = await newAccount();
      const wallet = getCreateAddress({ from: deployer.address, nonce: 0 });
      const [stolen, account] = [someAddress(), someAddress()];
      const data = workers.interface.encodeFunctionData("changeAccount", [project, 5, stolen, LATER, wallet, "0x"]);
      await deployer.sendTransaction({ data: callingWallet(await workers.getAddress(), data) });
      const one = await applicationOf(world, project, { enrolment: { signer: wallet } });
      await enrol(world, { ...one, employment: { ...one.employment, ownSignature: "0x" } }, labour);
      expect((await workers.workerOf(project, 5)).changes).to.equal(0);
      // The wallet asks itself again and again until the gas ends, so no estimate exists.
      const gasLimit = 10_000_000;
      await workers.connect(stranger).changeAccount(project, 5, account, LATER, wallet, "0x", { gasLimit });
      const worker = await workers.workerOf(project, 5);
      expect([worker.account, worker.changes]).to.deep.equal([account, 1n]);
      expect(await workers.workerByAccount(project, stolen)).to.equal(0);
      // Outside of the check, the wallet's call does what it says.
      await stranger.sendTransaction({ to: wallet, gasLimit });
      expect((await workers.workerOf(project, 5)).account).to.equal(stolen);
    });
  });

  describe("attestGuarantee", () => {
    /** The bank has the capability in the city, too. */
    async function attesting(): Promise<Site> {
      const world = await loadFixture(site);
      await world.manager.connect(world.shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, BANKING), world.bank, 0);
      return world;
    }

    it("is a bank's of the city, and replaces the one before", async () => {
      const world = await loadFixture(attesting);
      const { wages, bank, project } = world;
      const until = (await time.latest()) + 30 * DAY;
      expect(await wages.guaranteeOf(project)).to.deep.equal([0, 0]);
      await expect(wages.connect(bank).attestGuarantee(project, DEPOSIT, until))
        .to.emit(wages, "GuaranteeAttested")
        .withArgs(project, DEPOSIT, until, bank);
      expect(await wages.guaranteeOf(project)).to.deep.equal([DEPOSIT, until]);
      await wages.connect(bank).attestGuarantee(project, 1, until + 1);
      expect(await wages.guaranteeOf(project)).to.deep.equal([1, until + 1]);
    });

    it("secures wages until its last second, with the deposit", async () => {
      const world = await loadFixture(attesting);
      const { wages, bank, contractor, project } = world;
      const until = (await time.latest()) + 30 * DAY;
      await wages.connect(bank).attestGuarantee(project, DEPOSIT - 1n, until);
      expect(await wages.isSecured(project)).to.equal(false);
      await wages.connect(contractor.account).payDeposit(project, 1);
      expect(await wages.isSecured(project)).to.equal(true);
      await time.increaseTo(until - 1);
      expect(await wages.isSecured(project)).to.equal(true);
      await time.increaseTo(until);
      expect(await wages.isSecured(project)).to.equal(false);
      await wages.connect(contractor.account).payDeposit(project, DEPOSIT - 1n);
      expect(await wages.isSecured(project)).to.equal(true);
    });

    it("is under the guard, and of a project there is", async () => {
      const world = await loadFixture(attesting);
      const { wages, bank, labour, project, manager, registry, hebei, projects } = world;
      await expect(wages.connect(labour).attestGuarantee(project, 1, LATER)).to.be.revertedWithCustomError(
        manager,
        "CityUnauthorized",
      );
      await expect(wages.connect(bank).attestGuarantee(word(), 1, LATER)).to.be.revertedWithCustomError(
        projects,
        "ProjectUnknown",
      );
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(wages.connect(bank).attestGuarantee(project, 1, LATER)).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
    });
  });
});
