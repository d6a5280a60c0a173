import { expect } from "chai";
import { getCreateAddress, ZeroAddress } from "ethers";

import { WORKER_ACCOUNT_TYPES } from "../../src/escrow/typed-data.js";
import { subjectCommitment, newSalt } from "../../src/identity/commitment.js";
import { idOf } from "../identity/claims.js";
import { LATER, newKey, register } from "../identity/world.js";
import { loadFixture, time, timeOf } from "../world.js";
import { application, noEmployment } from "./application.js";
import { at } from "./milestones.js";
import {
  applicationOf,
  type ApplicationChanges,
  beginOf,
  callingWallet,
  changeAccount,
  draftOf,
  enrol,
  enrolled,
  filed,
  send,
  site,
  someAddress,
} from "./wages.js";
import { DAY, newAccount, Seat, subcontract } from "./world.js";

describe("WorkerRegistry: workers who move, or are paid elsewhere", () => {
  describe("a worker who goes to another employer", () => {
    it("keeps number, key and tenure, and is paid where it says now", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands, labour, month } = world;
      const [{ worker, own, tag, account: left }] = hands;
      const { seat } = await subcontract(world, project);
      const { enrolledAt, key } = await workers.workerOf(project, worker);
      const terms = { validFrom: beginOf(month) };
      const moves = await applicationOf(world, project, { own, terms, enrolment: { employer: seat, tag } });
      const { account } = moves.enrolment;
      const previousBlock = await workers.changedIn(project);
      await expect(enrol(world, moves))
        .to.emit(workers, "WorkerEnrolled")
        .withArgs(
          ...[project, worker, seat, account, own.signer, tag],
          ...[await idOf(world, moves.employment.claim), labour, previousBlock],
        );
      expect(await workers.workerOf(project, worker)).to.deep.equal([account, seat, month, enrolledAt, 1, key]);
      expect(await workers.workerCount(project)).to.equal(4);
      expect(await workers.workerByAccount(project, left)).to.equal(0);
      expect(await workers.workerByAccount(project, account)).to.equal(worker);
      await enrolled(world, project, { enrolment: { account: left } });
    });

    it("may keep its account, and needs a claim of the new employer, and a holder key of its own", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands, foreman } = world;
      const [{ worker, own, tag, account, holder }] = hands;
      const toContractor = (changes: ApplicationChanges) =>
        applicationOf(world, project, { own, ...changes, enrolment: { tag, account, ...changes.enrolment } });
      await noEmployment(world, await toContractor({ employer: world.company.id }));
      await noEmployment(world, await toContractor({ holder }));
      await noEmployment(world, await toContractor({ holder: own }));
      await expect(
        enrol(world, await toContractor({ enrolment: { account: foreman.account } })),
      ).to.be.revertedWithCustomError(workers, "AccountInvalid");
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

    it("is filed for by the former one for the months before, and in supplementary payrolls for those they share", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands, month, before } = world;
      const [{ worker, own, tag }, other] = hands;
      const terms = { validFrom: beginOf(month) };
      await enrol(world, await applicationOf(world, project, { own, terms, enrolment: { tag } }));
      await send(world, await draftOf(world, [[worker, 1n]], { period: before }));
      await expect(send(world, await draftOf(world, [[worker, 1n]])))
        .to.be.revertedWithCustomError(workers, "WorkerInvalid")
        .withArgs(project, worker);
      const first = await draftOf(world, [[other.worker, 1n]]);
      await send(world, first);
      await send(world, await draftOf(world, [[worker, 1n]], { predecessor: first.id }));
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
      const { since, enrolledAt, key } = await workers.workerOf(project, worker);
      const previousBlock = await workers.changedIn(project);
      await expect(changeAccount(world, hand, account))
        .to.emit(workers, "WorkerAccountChanged")
        .withArgs(project, worker, account, previousBlock);
      expect(await workers.workerOf(project, worker)).to.deep.equal([account, seat, since, enrolledAt, 1, key]);
      expect(await workers.workerByAccount(project, account)).to.equal(worker);
      expect(await workers.workerByAccount(project, left)).to.equal(0);
      await changeAccount(world, other, left);
      expect(await workers.workerByAccount(project, left)).to.equal(other.worker);
    });

    it("takes an order once", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands, stranger } = world;
      const [{ worker, own, account: first }] = hands;
      const account = someAddress();
      const order = { project, worker, account, changes: 0, deadline: LATER };
      const signature = await world.sign(own, "workers", WORKER_ACCOUNT_TYPES, order);
      const bring = async () =>
        workers.connect(stranger).changeAccount(project, worker, account, LATER, own.signer, signature);
      await bring();
      await changeAccount(world, { worker, own }, first);
      await expect(bring()).to.be.revertedWithCustomError(workers, "SignatureInvalid").withArgs(own.signer);
    });

    it("takes it until its deadline", async () => {
      const world = await loadFixture(site);
      const { workers, hands } = world;
      const [{ worker, own }, other] = hands;
      const deadline = (await time.latest()) + 1000;
      await at(deadline);
      await changeAccount(world, { worker, own }, someAddress(), { deadline });
      await at(deadline + 1);
      await expect(changeAccount(world, other, someAddress(), { deadline }))
        .to.be.revertedWithCustomError(workers, "OrderExpired")
        .withArgs(deadline);
    });

    it("takes no order from before the worker was enrolled again, whoever employs it then", async () => {
      const world = await loadFixture(site);
      const { workers, project, hands, seat } = world;
      for (const [employer, { worker, own, tag }] of [
        [Seat.Contractor, hands[0]],
        [seat, hands[1]],
      ] as const) {
        const { changes } = await workers.workerOf(project, worker);
        const again = await applicationOf(world, project, { own, enrolment: { employer, tag } });
        await enrol(world, again);
        expect((await workers.workerOf(project, worker)).changes).to.equal(changes + 1n);
        await expect(changeAccount(world, { worker, own }, someAddress(), { changes }))
          .to.be.revertedWithCustomError(workers, "SignatureInvalid")
          .withArgs(own.signer);
        expect((await workers.workerOf(project, worker)).account).to.equal(again.enrolment.account);
        await changeAccount(world, { worker, own }, someAddress());
      }
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
      const { workers, wages, escrow, project, hands, foreman, company, contractor } = world;
      const [hand, other] = hands;
      const companys = [company.account.address, company.operator.address];
      const contracts = [await wages.getAddress(), await escrow.getAddress(), ZeroAddress];
      for (const account of [hand.account, other.account, foreman.account, ...companys, ...contracts]) {
        await expect(changeAccount(world, hand, account))
          .to.be.revertedWithCustomError(workers, "AccountInvalid")
          .withArgs(project, account);
      }
      await expect(changeAccount(world, foreman, contractor.operator.address)).to.be.revertedWithCustomError(
        workers,
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
});
