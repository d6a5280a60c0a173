import { expect } from "chai";
import { ZeroHash } from "ethers";

import { roleOf, TAX } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, CHINA, code, HEBEI, HUNAN, loadFixture, NOBODY, SHIJIAZHUANG, time } from "../world.js";
import {
  accept,
  agree,
  anchoredRide,
  at,
  book,
  confirm,
  handOn,
  ledgerWorld,
  materialise,
  notReady,
  type Paper,
  paper,
  partOf,
  propose,
  proposedAt,
  refused,
  reversalId,
  reverse,
  startOf,
  Status,
  statusOf,
  unbook,
  WAIT,
} from "./holders.js";
import { attest, invoiceOf, newHolder, reversingOf, submissionOf, termsOf } from "./world.js";

describe("InvoiceLedger: booking", () => {
  const SUCCESSOR = 5n; // the next city that is allocated
  const REASON = 77;

  /** A document whose holder has booked nothing yet. */
  const held = async () => {
    const world = await loadFixture(ledgerWorld);
    const unbookByBureau = async (of: Paper, by = world.taxBureau, lineage: bigint[] = []) =>
      world.ledger.connect(by).unbookByBureau(of.id, REASON, lineage);
    return { ...world, of: await paper(world), unbookByBureau };
  };
  /** It is booked in Shijiazhuang for the present month, deductible. */
  const booked = async () => {
    const world = await loadFixture(held);
    await book(world, world.of);
    return world;
  };

  describe("a document", () => {
    it("is the holder's: names bureau, period and whether it is deductible", async () => {
      const world = await loadFixture(held);
      const { ledger, of, month } = world;
      const sent = book(world, of);
      await expect(sent).to.emit(ledger, "InvoiceBooked").withArgs(of.id, SHIJIAZHUANG, month, true, 0n);
      expect(await ledger.stateOf(of.id)).to.deep.equal([true, true, 1n, BigInt(await blockOf(sent))]);
      expect(await ledger.bookingOf(of.id)).to.deep.equal([[SHIJIAZHUANG, BigInt(month), true], 0n]);
      expect(await statusOf(world, of)).to.equal(Status.Booked);
    });

    it("may be booked as not deductible, after it was confirmed, with the bureau of another city", async () => {
      const world = await loadFixture(held);
      const { ledger, of, month } = world;
      const block = await blockOf(confirm(world, of));
      await expect(book(world, of, { city: HUNAN, deductible: false }))
        .to.emit(ledger, "InvoiceBooked")
        .withArgs(of.id, HUNAN, month, false, block);
      expect((await ledger.stateOf(of.id)).confirmed).to.equal(true);
      expect(await ledger.bookingOf(of.id)).to.deep.equal([[HUNAN, BigInt(month), false], 0n]);
    });

    it("is booked for the month of its issue, or a later one, as long as that is open", async () => {
      const world = await loadFixture(held);
      const { ledger, of, month, lastMonth, nextMonth } = world;
      await refused(world, book(world, of, { period: lastMonth }), "PeriodBeforeIssue", of.id, lastMonth);
      await time.increaseTo(startOf(nextMonth));
      const later = await paper(world);
      await refused(world, book(world, later, { period: month }), "PeriodBeforeIssue", later.id, month);
      await book(world, of, { period: month });
      await unbook(world, of);
      await book(world, of, { period: nextMonth });
      expect((await ledger.bookingOf(of.id)).booking.period).to.equal(BigInt(nextMonth));
    });

    it("is booked once, by whoever and for whatever period", async () => {
      const world = await loadFixture(booked);
      const { of } = world;
      await notReady(world, book(world, of), of, Status.Booked);
      await notReady(world, book(world, of, { city: HUNAN, deductible: false }), of, Status.Booked);
    });

    it("is booked for a month that has begun by the bureau's clock, to the second", async () => {
      const world = await loadFixture(held);
      const { taxpayers, of, month, nextMonth } = world;
      for (const period of [0, 13, 202_600, 202_613, 16_777_215, month + 100]) {
        await expect(book(world, of, { period }), String(period))
          .to.be.revertedWithCustomError(taxpayers, "PeriodInvalid")
          .withArgs(SHIJIAZHUANG, period);
      }
      await at(startOf(nextMonth) - 1);
      await expect(book(world, of, { period: nextMonth }))
        .to.be.revertedWithCustomError(taxpayers, "PeriodInvalid")
        .withArgs(SHIJIAZHUANG, nextMonth);
      await at(startOf(nextMonth));
      await book(world, of, { period: nextMonth });
      expect(await time.latest()).to.equal(startOf(nextMonth));
    });

    it("is not booked for a period that its bureau has closed, though another's may be open", async () => {
      const world = await loadFixture(held);
      const { taxpayers, taxBureau, of, month, lastMonth, nextMonth } = world;
      const other = await paper(world);
      await time.increaseTo(startOf(nextMonth));
      await taxpayers.connect(taxBureau).closePeriods(SHIJIAZHUANG, month, []);
      for (const period of [month, lastMonth]) {
        await expect(book(world, of, { period }))
          .to.be.revertedWithCustomError(taxpayers, "PeriodClosed")
          .withArgs(SHIJIAZHUANG, period);
      }
      await book(world, of, { period: nextMonth });
      await book(world, other, { city: HUNAN, period: month });
    });

    it("is booked with a bureau that was opened, in a city that exists and may act", async () => {
      const world = await loadFixture(held);
      const { taxpayers, manager, registry, hebei, of } = world;
      for (const city of [0n, HEBEI]) {
        await expect(book(world, of, { city }))
          .to.be.revertedWithCustomError(taxpayers, "BureauNotReady")
          .withArgs(city);
      }
      await expect(book(world, of, { city: 99n }))
        .to.be.revertedWithCustomError(manager, "CityUnknown")
        .withArgs(99n);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await expect(book(world, of))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
      await book(world, of, { city: HUNAN }); // who issued it cannot act; who books it can
    });

    it("is not booked below a suspended city, nor in a closed contract", async () => {
      const world = await loadFixture(held);
      const { ledger, manager, registry, china, of } = world;
      await registry.connect(china).suspend(HEBEI, 1);
      await expect(book(world, of))
        .to.be.revertedWithCustomError(manager, "CityNotActive")
        .withArgs(SHIJIAZHUANG, HEBEI);
      await registry.connect(china).reinstate(HEBEI);
      await manager.setTargetClosed(ledger, true);
      await expect(book(world, of)).to.be.revertedWithCustomError(manager, "ContractClosed").withArgs(ledger);
      await manager.setTargetClosed(ledger, false);
      await book(world, of);
    });

    it("waits while a reversal is open, to its last second", async () => {
      const world = await loadFixture(held);
      const { of } = world;
      await propose(world, of, reversingOf(of.invoice));
      const end = (await proposedAt(world, of)) + WAIT;
      await refused(world, book(world, of), "ReversalOpen", of.id);
      await at(end);
      await refused(world, book(world, of), "ReversalOpen", of.id);
      expect(await statusOf(world, of)).to.equal(Status.ReversalProposed);
      await at(end + 1);
      await book(world, of);
      expect(await statusOf(world, of)).to.equal(Status.Booked);
    });

    it("is not booked while a payment is withdrawn, until as much of it is reversed", async () => {
      const world = await loadFixture(held);
      const { payments, provider } = world;
      const [first, second] = [await attest(world), await attest(world)];
      const holder = newHolder();
      const terms = termsOf(world);
      const submission = await submissionOf(world, [first, second], { buyer: holder.commitment });
      await world.invoices.connect(world.operator).issue(terms, submission);
      const invoice = invoiceOf(terms, submission.content);
      const of: Paper = { invoice, id: await world.invoices.idOf(invoice), holder, payment: second };
      await payments.connect(provider).refund([{ payment: second, proof: [], refunded: 206 }], []);
      await notReady(world, book(world, of), of, Status.PaymentWithdrawn);
      const draws = [{ payment: await payments.idOf(second), amount: 206 }];
      await reverse(world, of, { ...partOf(of, 206n), draws });
      await book(world, of);
      await payments.connect(provider).refund([{ payment: second, proof: [], refunded: 207 }], []);
      expect(await statusOf(world, of)).to.equal(Status.PaymentWithdrawn); // refunded after it was booked
      await unbook(world, of);
      await notReady(world, book(world, of), of, Status.PaymentWithdrawn);
    });

    it("that is reversed, reverses another, or was never issued cannot be booked, confirmed or handed on", async () => {
      const world = await loadFixture(held);
      const { of } = world;
      const reversing = reversingOf(of.invoice);
      await agree(world, of, reversing);
      const document = { ...of, invoice: invoiceOf(of.invoice.terms, reversing, { reverses: of.id }) };
      document.id = await reversalId(world, of, reversing);
      const altered = { ...of, invoice: invoiceOf(of.invoice.terms, { ...of.invoice.content, root: word() }) };
      altered.id = await world.invoices.idOf(altered.invoice);
      const to = newHolder().commitment;
      for (const act of [
        async (one: Paper) => book(world, one),
        async (one: Paper) => confirm(world, one),
        async (one: Paper) => handOn(world, one, to),
        async (one: Paper) => unbook(world, one),
      ]) {
        await notReady(world, act(of), of, Status.Reversed);
        await notReady(world, act(document), document, Status.Reversing);
        await refused(world, act(altered), "InvoiceUnknown", altered.id);
      }
    });

    it("of a batch is booked by whom the payer named, or the seller where there is no payer's key", async () => {
      const world = await loadFixture(held);
      const { ledger } = world;
      const phone = world.newPhone();
      const ride = await anchoredRide(world, newHolder(), phone);
      await refused(world, book(world, ride), "InvoiceUnknown", ride.id);
      await materialise(world, ride, false);
      for (const act of [book, confirm]) await refused(world, act(world, ride), "NotRequested", ride.id);
      await refused(world, handOn(world, ride, word()), "NotRequested", ride.id);
      await materialise(world, ride);
      await handOn(world, ride, ride.holder.commitment);
      await book(world, ride);
      const bill = await anchoredRide(world, newHolder());
      await materialise(world, bill);
      const insurer = newHolder(ZeroHash);
      await handOn(world, bill, insurer.commitment);
      await refused(world, book(world, bill), "NotHolder", bill.id);
      await book(world, bill, {}, insurer);
      expect(await ledger.holderOf(bill.invoice)).to.equal(insurer.commitment);
    });
  });

  describe("unbooking by the holder", () => {
    it("undoes the booking, with a reason, and leaves the document confirmed", async () => {
      const world = await loadFixture(booked);
      const { ledger, of, month } = world;
      const { changedIn } = await ledger.stateOf(of.id);
      const sent = unbook(world, of, REASON);
      await expect(sent)
        .to.emit(ledger, "InvoiceUnbooked")
        .withArgs(of.id, SHIJIAZHUANG, month, REASON, NOBODY, changedIn);
      expect(await ledger.stateOf(of.id)).to.deep.equal([true, false, 2n, BigInt(await blockOf(sent))]);
      expect(await ledger.bookingOf(of.id)).to.deep.equal([[0n, 0n, false], 0n]);
      expect(await statusOf(world, of)).to.equal(Status.Confirmed);
      await book(world, of, { deductible: false });
      await unbook(world, of);
      await refused(world, unbook(world, of), "NotBooked", of.id);
    });

    it("is possible until the period is closed; then it is the bureau's", async () => {
      const world = await loadFixture(booked);
      const { ledger, taxpayers, taxBureau, of, month, nextMonth, unbookByBureau } = world;
      const early = await paper(world);
      await time.increaseTo(startOf(nextMonth));
      await book(world, early, { period: month });
      await unbook(world, early);
      await book(world, early, { period: nextMonth });
      await taxpayers.connect(taxBureau).closePeriods(SHIJIAZHUANG, month, []);
      await refused(world, unbook(world, of), "BookingClosed", of.id, month);
      await unbook(world, early); // the period after is open
      const { changedIn } = await ledger.stateOf(of.id);
      await expect(unbookByBureau(of))
        .to.emit(ledger, "InvoiceUnbooked")
        .withArgs(of.id, SHIJIAZHUANG, month, REASON, taxBureau.address, changedIn);
      await expect(book(world, of, { period: month }))
        .to.be.revertedWithCustomError(taxpayers, "PeriodClosed")
        .withArgs(SHIJIAZHUANG, month);
      await book(world, of, { period: nextMonth });
      expect((await ledger.bookingOf(of.id)).booking.period).to.equal(BigInt(nextMonth));
    });

    it("is not stopped by a closed contract, a suspended city, an open reversal or a withdrawn payment", async () => {
      const world = await loadFixture(booked);
      const { ledger, manager, registry, hebei, payments, provider, of } = world;
      await propose(world, of, reversingOf(of.invoice));
      await payments.connect(provider).refund([{ payment: of.payment, proof: [], refunded: 600 }], []);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(ledger, true);
      await unbook(world, of);
      expect((await ledger.stateOf(of.id)).booked).to.equal(false);
    });

    it("forgets the tax that was to be transferred out, which is not deducted any more", async () => {
      const world = await loadFixture(booked);
      const { ledger, of } = world;
      const part = partOf(of, 103n);
      await agree(world, of, part);
      expect((await ledger.bookingOf(of.id)).transferOut).to.equal(3n);
      await unbook(world, of);
      await book(world, of);
      expect((await ledger.bookingOf(of.id)).transferOut).to.equal(0n);
    });
  });

  describe("unbooking by the bureau", () => {
    it("is that of the tax bureau where the document is booked", async () => {
      const world = await loadFixture(held);
      const { ledger, of, taxBureau, financeBureau, hunanBureau, hebeiBureau, shijiazhuang, operator } = world;
      const { month, stranger, unbookByBureau } = world;
      await confirm(world, of);
      await book(world, of, { city: HUNAN });
      for (const other of [taxBureau, financeBureau, hebeiBureau, shijiazhuang, operator, stranger]) {
        await refused(world, unbookByBureau(of, other), "NoStanding", other.address, HUNAN);
      }
      const { changedIn } = await ledger.stateOf(of.id);
      await expect(unbookByBureau(of, hunanBureau))
        .to.emit(ledger, "InvoiceUnbooked")
        .withArgs(of.id, HUNAN, month, REASON, hunanBureau.address, changedIn);
      expect(await statusOf(world, of)).to.equal(Status.Confirmed);
      expect(await ledger.bookingOf(of.id)).to.deep.equal([[0n, 0n, false], 0n]);
    });

    it("is refused for what is not booked, was never issued, or is wholly reversed", async () => {
      const world = await loadFixture(booked);
      const { ledger, of, taxBureau, unbookByBureau } = world;
      const other = await paper(world);
      await refused(world, unbookByBureau(other), "NotBooked", other.id);
      const nothing = word();
      await refused(world, unbookByBureau({ ...other, id: nothing }), "NotBooked", nothing);
      await agree(world, of);
      await refused(world, unbookByBureau(of, taxBureau), "NotBooked", of.id);
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
      expect((await ledger.bookingOf(of.id)).transferOut).to.equal(of.invoice.content.tax);
    });

    it("needs the role alone: in a suspended city and a closed contract, and while a reversal is open", async () => {
      const world = await loadFixture(booked);
      const { ledger, manager, registry, hebei, of, unbookByBureau } = world;
      const part = partOf(of, 103n);
      await propose(world, of, part);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(ledger, true);
      await unbookByBureau(of);
      await accept(world, of, part); // it was proposed while the document was booked: nothing is transferred out now
      expect((await ledger.bookingOf(of.id)).transferOut).to.equal(0n);
    });

    it("is the nearest active ancestor's where the city cannot act, and its own again afterwards", async () => {
      const world = await loadFixture(booked);
      const { manager, registry, china, hebei, of, hebeiBureau, unbookByBureau } = world;
      await manager.connect(china).grantRole(roleOf(CHINA, TAX), china, 0);
      const hebeiRefused = async () => {
        const act = unbookByBureau(of, hebeiBureau, [HEBEI]);
        await refused(world, act, "NoStanding", hebeiBureau.address, SHIJIAZHUANG);
      };
      await hebeiRefused();
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await refused(world, unbookByBureau(of, china, [CHINA]), "NoStanding", china.address, SHIJIAZHUANG);
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await hebeiRefused();
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await unbookByBureau(of, hebeiBureau, [HEBEI]);
      expect((await world.ledger.stateOf(of.id)).booked).to.equal(false);
    });

    it("is the successor's where the city has retired", async () => {
      const world = await loadFixture(booked);
      const { ledger, manager, registry, hebei, officer, stranger, of, month, unbookByBureau } = world;
      await registry
        .connect(hebei)
        .allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: officer }, []);
      await manager.connect(officer).grantRole(roleOf(SUCCESSOR, TAX), stranger, 0);
      await registry.connect(hebei).retire(SHIJIAZHUANG, [SUCCESSOR], []);
      await refused(world, unbookByBureau(of, stranger), "NoStanding", stranger.address, SHIJIAZHUANG);
      const { changedIn } = await ledger.stateOf(of.id);
      await expect(unbookByBureau(of, stranger, [SUCCESSOR]))
        .to.emit(ledger, "InvoiceUnbooked")
        .withArgs(of.id, SHIJIAZHUANG, month, REASON, stranger.address, changedIn);
    });
  });
});
