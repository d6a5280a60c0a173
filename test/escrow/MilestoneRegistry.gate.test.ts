import { expect } from "chai";
import { encodeBytes32String, ZeroHash } from "ethers";

import { INVOICING, roleOf } from "../../src/index.js";
import { PaymentRegistry__factory } from "../../typechain/index.js";
import type { PaymentStruct } from "../../typechain/invoice/PaymentRegistry.js";
import { CNY, contentOf, invoiceOf, NO_REQUEST, reversingOf, submissionOf, termsOf } from "../invoice/world.js";
import { loadFixture, SHIJIAZHUANG, time, timeOf } from "../world.js";
import { at } from "./milestones.js";
import { lastMonth } from "./payroll.js";
import { DAY, DEPOSIT, openProject } from "./world.js";
import {
  approve,
  booked,
  CONTEST,
  earn,
  evidenceOf,
  FIRST,
  fund,
  funded,
  payOut,
  request,
  settle,
  type Works,
  works,
  newProject,
} from "./works.js";

describe("MilestoneRegistry: what a request waits for", () => {
  describe("the deposit", () => {
    /** Funded, without a deposit. */
    async function unsecured() {
      const world = await loadFixture(works);
      const { project } = await openProject(world);
      await fund(world, project, 100_000_000n);
      return { ...world, project };
    }

    it("wholly paid", async () => {
      const { project, ...world } = await loadFixture(unsecured);
      const { milestones, wages, contractor } = world;
      const pay = async (amount: bigint) =>
        booked(world, wages.connect(contractor.account).payDeposit(project, amount));
      await expect(request(world, project)).to.be.revertedWithCustomError(milestones, "DepositShort").withArgs(project);
      await pay(DEPOSIT - 1n);
      await expect(request(world, project)).to.be.revertedWithCustomError(milestones, "DepositShort");
      await pay(1n);
      await request(world, project);
    });

    it("or guaranteed by a bank, as long as that lasts", async () => {
      const { project, ...world } = await loadFixture(unsecured);
      const { milestones, wages, bank, manager, shijiazhuang } = world;
      await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, 11), bank, 0);
      const until = (await time.latest()) + 30 * DAY;
      await wages.connect(bank).attestGuarantee(project, DEPOSIT, until);
      const [first, second] = [await evidenceOf(world, project), await evidenceOf(world, project, 1)];
      await at(until - 1);
      await request(world, project, 0, first);
      await at(until);
      await expect(request(world, project, 1, second)).to.be.revertedWithCustomError(milestones, "DepositShort");
    });
  });

  describe("wages", () => {
    it("in arrears stop requests and settlements, and nothing else", async () => {
      const world = await loadFixture(funded);
      const { milestones, workers, labour, project } = world;
      await request(world, project);
      const from = (await timeOf(approve(world, project))) + CONTEST + 1;
      await workers.connect(labour).declareArrears(project, await lastMonth(), 1, []);
      await expect(request(world, project, 1))
        .to.be.revertedWithCustomError(milestones, "WagesInArrears")
        .withArgs(project);
      await time.increaseTo(from);
      await expect(settle(world, project)).to.be.revertedWithCustomError(milestones, "WagesInArrears");
      await workers.connect(labour).dismissArrears(project, []);
      await settle(world, project);
      await request(world, project, 1);
    });

    it("stop them no longer than arrears last", async () => {
      const world = await loadFixture(funded);
      const { milestones, workers, labour, project } = world;
      await request(world, project);
      await approve(world, project);
      await workers.connect(labour).declareArrears(project, await lastMonth(), 1, []);
      const { until } = await workers.arrearsOf(project);
      await at(Number(until));
      await expect(settle(world, project)).to.be.revertedWithCustomError(milestones, "WagesInArrears");
      await at(Number(until) + 1);
      await settle(world, project);
    });
  });

  describe("the invoice over the contractor's last payment", () => {
    const INVOICING_TIME = 10 * DAY;

    /** The seller is the contractor, was paid the first milestone, and the terms ask for the invoice. */
    async function paid() {
      const base = await loadFixture(works);
      const { seller, sellerKey, operator, escrow, administrator } = base;
      const contractor = { id: seller, key: sellerKey, operator, account: base.contractor.account };
      const world: Works = { ...base, contractor };
      const project = await newProject(world, { periods: { invoicing: INVOICING_TIME } });
      await earn(world, project);
      const paidAt = await timeOf(payOut(world, project));
      const transactionId = await escrow.transactionIdOf(project, 0);
      const payment: PaymentStruct = {
        provider: await escrow.getAddress(),
        city: 0,
        transactionId,
        order: transactionId,
        payee: seller,
        payer: ZeroHash,
        currency: CNY,
        amount: (FIRST * 97n) / 100n,
        paidAt,
        serial: 0,
        position: 0,
      };
      const count = async (payments = world.payments) =>
        payments.connect(world.stranger).count(escrow, payment.city, transactionId);
      /** Publishes another PaymentRegistry: the account that takes from payments there, and the registry. */
      const successor = async () => {
        const next = await new PaymentRegistry__factory(administrator).deploy(world.manager, world.identities);
        await world.directory.publish(encodeBytes32String("PaymentRegistry"), next, 1);
        await world.manager.connect(administrator).grantRole(roleOf(0, INVOICING), world.stranger, 0);
        return next;
      };
      return { ...world, project, payment, until: paidAt + INVOICING_TIME, count, successor };
    }

    type Paid = Awaited<ReturnType<typeof paid>>;

    /** The second milestone cannot be requested with this version of PaymentRegistry. */
    async function waits(world: Paid, version = 1): Promise<void> {
      const { milestones, project, until } = world;
      await expect(ask(world, version))
        .to.be.revertedWithCustomError(milestones, "NotInvoiced")
        .withArgs(project, until);
    }

    async function ask(world: Paid, paymentsVersion = 1): Promise<unknown> {
      const evidence = await evidenceOf(world, world.project, 1);
      return request(world, world.project, 1, { ...evidence, paymentsVersion });
    }

    it("is not asked where the terms do not ask for it, or nothing was paid", async () => {
      const world = await loadFixture(funded);
      await earn(world, world.project);
      await payOut(world, world.project);
      await request(world, world.project, 1);
      const other = await newProject(world, { periods: { invoicing: DAY } });
      await earn(world, other);
      await request(world, other, 1);
    });

    it("is issued, over the whole payment", async () => {
      const world = await loadFixture(paid);
      const { payments, invoices, operator, payment, count } = world;
      await waits(world); // nobody counted the payment
      await count();
      await waits(world); // it is not invoiced
      const id = await payments.idOf(payment);
      const part = {
        content: await contentOf(world, [{ payment: id, amount: 29_099_999n }]),
        evidence: [{ payment, proof: [], request: NO_REQUEST }],
      };
      await invoices.connect(operator).issue(termsOf(world), part);
      await waits(world); // a fen of it is not
      const rest = { content: await contentOf(world, [{ payment: id, amount: 1n }]), evidence: part.evidence };
      const terms = termsOf(world);
      await invoices.connect(operator).issue(terms, rest);
      await ask(world);
    });

    it("in one document; if it is reversed, it is waited for again", async () => {
      const world = await loadFixture(paid);
      const { invoices, ledger, operator, payment, count } = world;
      await count();
      const [terms, submission] = [termsOf(world), await submissionOf(world, [payment])];
      await invoices.connect(operator).issue(terms, submission);
      const invoice = invoiceOf(terms, submission.content);
      await ledger.connect(operator).reverse(invoice, reversingOf(invoice));
      await waits(world);
    });

    it("is known to the version of PaymentRegistry that the request names", async () => {
      const world = await loadFixture(paid);
      const { invoices, operator, payment, count, successor, stranger } = world;
      for (const version of [0, 2, 99]) await waits(world, version);
      const next = await successor();
      await waits(world, 2);
      await count(next);
      await waits(world, 2);
      await next.connect(stranger).take(payment, [], payment.amount);
      await waits(world, 1);
      await ask(world, 2);

      const old = await loadFixture(paid);
      await count();
      await invoices.connect(operator).issue(termsOf(old), await submissionOf(old, [payment]));
      await successor();
      await waits(old, 2);
      await ask(old, 1);
    });

    it("is waited for until its time is over, to the second", async () => {
      const world = await loadFixture(paid);
      const { milestones, project, until } = world;
      const evidence = await evidenceOf(world, project, 1);
      await at(until);
      await expect(request(world, project, 1, evidence))
        .to.be.revertedWithCustomError(milestones, "NotInvoiced")
        .withArgs(project, until);
      await at(until + 1);
      await request(world, project, 1, evidence);
    });

    it("is never over more than was paid", async () => {
      const world = await loadFixture(paid);
      const { payments, invoices, operator, payment, count } = world;
      await count();
      const id = await payments.idOf(payment);
      const content = await contentOf(world, [{ payment: id, amount: BigInt(payment.amount) + 1n }]);
      const evidence = [{ payment, proof: [], request: NO_REQUEST }];
      await expect(
        invoices.connect(operator).issue(termsOf(world), { content, evidence }),
      ).to.be.revertedWithCustomError(payments, "PaymentExceeded");
      expect((await payments.stateOf(id)).left).to.equal(payment.amount);
    });
  });
});
