import { expect } from "chai";

import { TAX } from "../../src/index.js";
import { setOperator } from "../identity/persons.js";
import { newKey } from "../identity/world.js";
import { ControllerWallet__factory, OddSigner__factory } from "../../typechain/index.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { leftOf, type Order, orderOf, Standing, standingOf, submissionsOf, usedQuota } from "./batches.js";
import { attest, CNY, invoiceOf, invoiceWorld, type InvoiceWorld, NO_ORDER, Scheme, submissionOf } from "./world.js";

describe("InvoiceRegistry: many documents", () => {
  const NET = 583n; // of 6.00 yuan at 3 %

  /** Ten documents that can be issued. */
  const ten = async () => {
    const world = await loadFixture(invoiceWorld);
    const made = await submissionsOf(world, 10);
    const operator = world.operator.address;
    const relayed = world.invoices.connect(world.stranger);
    return { ...world, ...made, world, invoices: world.invoices.connect(world.operator), relayed, by: operator };
  };
  const standings = async (world: InvoiceWorld, { terms, submissions }: Awaited<ReturnType<typeof submissionsOf>>) =>
    Promise.all(submissions.map(async ({ content }) => standingOf(world, invoiceOf(terms, content))));

  /** Both sides name a contract as operator. */
  const walletOf = async (world: InvoiceWorld, wallet: string) => {
    await setOperator(world, world.seller, world.sellerKey, wallet, true);
    await world.taxpayers.connect(world.taxBureau).nameOperator(world.seller, TAX, wallet, []);
  };

  describe("by the operator", () => {
    it("are issued in one call, and charged together", async () => {
      const made = await loadFixture(ten);
      const { world, invoices, terms, submissions, ids, operator } = made;
      expect(await invoices.issueMany.staticCall(terms, submissions, NO_ORDER)).to.equal(10n);
      const sent = invoices.issueMany(terms, submissions, NO_ORDER);
      for (const id of ids) {
        await expect(sent)
          .to.emit(invoices, "InvoiceIssued")
          .withArgs(
            id,
            world.seller,
            SHIJIAZHUANG,
            () => true,
            () => true,
            operator.address,
          );
      }
      expect(await standings(world, made)).to.deep.equal(Array(10).fill(Standing.Issued));
      expect(await usedQuota(world)).to.equal(10n * NET);
      expect(await leftOf(world, submissions[9]!.evidence[0]!.payment)).to.equal(0n);
    });

    it("are refused all together, if one of them is", async () => {
      const { world, invoices, terms, submissions, taxpayers, stranger } = await loadFixture(ten);
      const broken = [...submissions];
      broken[7] = { ...broken[7]!, content: { ...broken[7]!.content, gross: 601 } };
      await expect(invoices.issueMany(terms, broken, NO_ORDER)).to.be.revertedWithCustomError(
        invoices,
        "ArithmeticInvalid",
      );
      expect(await usedQuota(world)).to.equal(0n);
      await expect(invoices.connect(stranger).issueMany(terms, submissions, NO_ORDER))
        .to.be.revertedWithCustomError(taxpayers, "NotIssuingOperator")
        .withArgs(world.seller, stranger.address);
      await expect(invoices.issueMany(terms, [], NO_ORDER)).to.be.revertedWithCustomError(invoices, "Empty");
    });

    it("skip what is known, and charge what is new alone; the one document of a call is refused if it is known", async () => {
      const made = await loadFixture(ten);
      const { world, invoices, terms, submissions, ids } = made;
      await invoices.issue(terms, submissions[4]!);
      expect(await invoices.issueMany.staticCall(terms, submissions, NO_ORDER)).to.equal(9n);
      await invoices.issueMany(terms, submissions, NO_ORDER);
      expect(await usedQuota(world)).to.equal(10n * NET);
      expect(await standings(world, made)).to.deep.equal(Array(10).fill(Standing.Issued));
      expect(await invoices.issueMany.staticCall(terms, submissions, NO_ORDER)).to.equal(0n);
      await expect(invoices.issueMany(terms, submissions, NO_ORDER)).to.not.emit(invoices, "InvoiceIssued");
      expect(await usedQuota(world)).to.equal(10n * NET);
      await expect(invoices.issueMany(terms, [submissions[4]!], NO_ORDER))
        .to.be.revertedWithCustomError(invoices, "InvoiceExists")
        .withArgs(ids[4]);
    });

    it("are not one document twice, nor one number twice, nor one payment twice", async () => {
      const { world, invoices, terms, submissions, taxpayers, payments } = await loadFixture(ten);
      const [first, second] = [submissions[0]!, submissions[1]!];
      await expect(invoices.issueMany(terms, [first, second, first], NO_ORDER))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, first.content.number);
      const sameNumber = { ...second, content: { ...second.content, number: first.content.number } };
      await expect(invoices.issueMany(terms, [first, sameNumber], NO_ORDER))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, first.content.number);
      const samePayment = await submissionOf(world, [first.evidence[0]!.payment]);
      await expect(invoices.issueMany(terms, [first, samePayment], NO_ORDER)).to.be.revertedWithCustomError(
        payments,
        "PaymentExceeded",
      );
      expect(await usedQuota(world)).to.equal(0n);
    });

    it("end where the quota ends, all together", async () => {
      const { world, invoices, terms, submissions, taxpayers, taxBureau, seller } = await loadFixture(ten);
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, 10n * NET - 1n, []);
      await expect(invoices.issueMany(terms, submissions, NO_ORDER))
        .to.be.revertedWithCustomError(taxpayers, "QuotaExceeded")
        .withArgs(10n * NET - 1n, 0n, 10n * NET);
      await taxpayers.connect(taxBureau).setQuota(seller, TAX, CNY, 10n * NET, []);
      await invoices.issue(terms, submissions[3]!); // what is known is not charged again
      await invoices.issueMany(terms, submissions, NO_ORDER);
      expect(await usedQuota(world)).to.equal(10n * NET);
    });
  });

  describe("by the operator's order", () => {
    it("are relayed by anyone, in the operator's name", async () => {
      const made = await loadFixture(ten);
      const { world, relayed, terms, submissions, ids, operator, by } = made;
      const order = await orderOf(world, operator, by, ids);
      await expect(relayed.issueMany(terms, submissions, order))
        .to.emit(relayed, "InvoiceIssued")
        .withArgs(
          ids[0],
          world.seller,
          SHIJIAZHUANG,
          () => true,
          () => true,
          by,
        );
      expect(await standings(world, made)).to.deep.equal(Array(10).fill(Standing.Issued));
    });

    it("are the very list that was signed, by the one who is said to have signed", async () => {
      const { world, relayed, terms, submissions, ids, operator, by, stranger } = await loadFixture(ten);
      const order = await orderOf(world, operator, by, ids);
      const refused = async (list: typeof submissions, altered: Order) =>
        expect(relayed.issueMany(terms, list, altered))
          .to.be.revertedWithCustomError(relayed, "OrderInvalid")
          .withArgs(altered.operator);
      await refused(submissions.slice(1), order);
      await refused([...submissions].reverse(), order);
      await refused([...submissions.slice(0, 9), await submissionOf(world, [await attest(world)])], order);
      await refused(submissions, { ...order, deadline: Number(order.deadline) + 1 });
      await refused(submissions, { ...order, operator: stranger.address });
      await refused(submissions, { ...order, signature: "0x00" });
      await refused(submissions, await orderOf(world, newKey(), by, ids));
      const dearer = { ...submissions[0]!.content, buyer: ids[0]! };
      await refused([{ ...submissions[0]!, content: dearer }, ...submissions.slice(1)], order);
      const other = await orderOf(world, stranger, stranger.address, ids);
      await expect(relayed.issueMany(terms, submissions, other))
        .to.be.revertedWithCustomError(world.taxpayers, "NotIssuingOperator")
        .withArgs(world.seller, stranger.address);
      await expect(relayed.issueMany({ ...terms, kind: 1 }, submissions, order)).to.be.revertedWithCustomError(
        relayed,
        "OrderInvalid",
      );
      await relayed.issueMany(terms, submissions, order);
    });

    it("are issued until the deadline, that second included", async () => {
      const { world, relayed, terms, submissions, ids, operator, by } = await loadFixture(ten);
      const deadline = (await time.latest()) + 100;
      const order = await orderOf(world, operator, by, ids, deadline);
      await time.increaseTo(deadline + 1);
      await expect(relayed.issueMany(terms, submissions, order))
        .to.be.revertedWithCustomError(relayed, "OrderExpired")
        .withArgs(deadline);
      const later = await orderOf(world, operator, by, ids, deadline + 50);
      await time.setNextBlockTimestamp(deadline + 50);
      await relayed.issueMany(terms, submissions, later);
    });

    it("a second time issue nothing", async () => {
      const { world, relayed, terms, submissions, ids, operator, by } = await loadFixture(ten);
      const order = await orderOf(world, operator, by, ids);
      await relayed.issueMany(terms, submissions, order);
      await expect(relayed.issueMany(terms, submissions, order)).to.not.emit(relayed, "InvoiceIssued");
      const one = await orderOf(world, operator, by, [ids[0]!]);
      await expect(relayed.issueMany(terms, [submissions[0]!], one))
        .to.be.revertedWithCustomError(relayed, "InvoiceExists")
        .withArgs(ids[0]);
      expect(await usedQuota(world)).to.equal(10n * NET);
    });

    it("of a company's wallet are good if it says so (ERC-1271)", async () => {
      const { world, relayed, terms, submissions, ids, administrator, stranger } = await loadFixture(ten);
      const owner = newKey();
      const wallet = await (await new ControllerWallet__factory(administrator).deploy(owner.signer)).getAddress();
      const order = await orderOf(world, owner, wallet, ids);
      await expect(relayed.issueMany(terms, submissions, order)).to.be.revertedWithCustomError(
        world.taxpayers,
        "NotIssuingOperator",
      );
      await walletOf(world, wallet);
      const theirs = await orderOf(world, stranger, wallet, ids);
      await expect(relayed.issueMany(terms, submissions, theirs))
        .to.be.revertedWithCustomError(relayed, "OrderInvalid")
        .withArgs(wallet);
      await relayed.issueMany(terms, submissions, order);
      const odd = await (await new OddSigner__factory(administrator).deploy(0, "0x1626ba7e")).getAddress();
      await walletOf(world, odd); // answers too short
      const more = await submissionsOf(world, 2);
      await expect(relayed.issueMany(terms, more.submissions, await orderOf(world, owner, odd, more.ids)))
        .to.be.revertedWithCustomError(relayed, "OrderInvalid")
        .withArgs(odd);
    });
  });

  it("are not sunk by a front-runner who relays one of fifty first", async () => {
    const world = await loadFixture(invoiceWorld);
    const { operator, invoices, stranger, officer } = world;
    const made = await submissionsOf(world, 50);
    const { terms, submissions, ids } = made;
    const all = await orderOf(world, operator, operator.address, ids);
    const one = await orderOf(world, operator, operator.address, [ids[20]!]); // it was ordered by itself before
    await invoices.connect(officer).issueMany(terms, [submissions[20]!], one);
    expect(await invoices.connect(stranger).issueMany.staticCall(terms, submissions, all)).to.equal(49n);
    await invoices.connect(stranger).issueMany(terms, submissions, all);
    expect(await standings(world, made)).to.deep.equal(Array(50).fill(Standing.Issued));
    expect(await usedQuota(world)).to.equal(50n * NET);
  });
});
