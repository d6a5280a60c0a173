import { expect } from "chai";
import { ZeroHash } from "ethers";

import { TAX } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, timeOf } from "../world.js";
import {
  accept,
  agree,
  at,
  book,
  confirm,
  handOn,
  ledgerWorld,
  notReady,
  type Paper,
  paper,
  partOf,
  type Party,
  propose,
  proposedAt,
  refused,
  reject,
  reversalId,
  reverse,
  Side,
  Status,
  statusOf,
  unbook,
  WAIT,
} from "./holders.js";
import { BY_SELLER, CNY, newHolder, newNumber, reversingOf, Scheme } from "./world.js";

describe("InvoiceLedger: reversal", () => {
  const held = async () => {
    const world = await loadFixture(ledgerWorld);
    const of = await paper(world);
    return { ...world, of, whole: reversingOf(of.invoice) };
  };
  type Held = Awaited<ReturnType<typeof held>>;
  const confirmed = async () => {
    const world = await loadFixture(held);
    await confirm(world, world.of);
    return world;
  };
  const left = async ({ payments, taxpayers, seller, month }: Held, { payment }: Paper) => ({
    payment: (await payments.stateOf(await payments.idOf(payment))).left,
    used: (await taxpayers.quotaOf(seller, TAX, CNY, month)).used,
  });
  const mayAt = async ({ ledger, of }: Held) => {
    const { sellerMayAt, holderMayAt } = await ledger.reversalOf(of.id);
    return [Number(sellerMayAt), Number(holderMayAt)];
  };
  /** Refused a second before this moment, and done at it. */
  const waitsUntil = async (world: Held, by: Party, moment: number) => {
    const act = async () => propose(world, world.of, world.whole, by);
    await at(moment - 1);
    await refused(world, act(), "ReversalTooEarly", world.of.id, moment);
    await at(moment);
    await act();
  };

  describe("by the seller alone", () => {
    it("ends a document that is neither confirmed nor booked, and gives all back", async () => {
      const world = await loadFixture(held);
      const { ledger, invoices, operator, of, whole } = world;
      const document = await reversalId(world, of, whole);
      expect(await ledger.connect(operator).reverse.staticCall(of.invoice, whole)).to.equal(document);
      const sent = reverse(world, of, whole);
      await expect(sent)
        .to.emit(ledger, "ReversalConfirmed")
        .withArgs(of.id, document, true, 0n, operator.address, 0n)
        .and.to.emit(invoices, "InvoiceReversed");
      expect(await ledger.stateOf(of.id)).to.deep.equal([false, false, 1n, BigInt(await blockOf(sent))]);
      expect(await statusOf(world, of)).to.equal(Status.Reversed);
      expect(await left(world, of)).to.deep.equal({ payment: 600n, used: 0n });
      await notReady(world, reverse(world, of, reversingOf(of.invoice)), of, Status.Reversed);
    });

    it("takes a part as well, in as many steps as there is something left", async () => {
      const world = await loadFixture(held);
      const { ledger, of } = world;
      await reverse(world, of, partOf(of, 103n));
      expect(await statusOf(world, of)).to.equal(Status.Issued);
      expect(await left(world, of)).to.deep.equal({ payment: 103n, used: 483n });
      await expect(reverse(world, of, partOf(of, 498n))).to.be.revertedWithCustomError(
        world.invoices,
        "ReversalInvalid",
      );
      const last = reverse(world, of, partOf(of, 497n));
      await expect(last).to.emit(ledger, "ReversalConfirmed");
      expect(await statusOf(world, of)).to.equal(Status.Reversed);
      expect((await ledger.stateOf(of.id)).changes).to.equal(2n);
    });

    it("is refused once the document is confirmed, handed on or booked, though it be unbooked again", async () => {
      const world = await loadFixture(held);
      const { of, whole } = world;
      await book(world, of);
      await notReady(world, reverse(world, of, whole), of, Status.Booked);
      await unbook(world, of);
      await notReady(world, reverse(world, of, whole), of, Status.Confirmed);
      for (const act of [confirm, async (_: Held, one: Paper) => handOn(world, one, newHolder().commitment)]) {
        const kept = await paper(world);
        await act(world, kept);
        await notReady(world, reverse(world, kept, reversingOf(kept.invoice)), kept, Status.Confirmed);
      }
    });

    it("is refused while a reversal is open, whoever proposed it, and possible when it was taken back", async () => {
      const world = await loadFixture(held);
      const { of, whole, operator } = world;
      await propose(world, of, whole, of.holder);
      await refused(world, reverse(world, of, whole), "ReversalOpen", of.id);
      await reject(world, of);
      await propose(world, of, whole);
      await refused(world, reverse(world, of, whole), "ReversalOpen", of.id);
      await reject(world, of, operator);
      await reverse(world, of, whole);
    });
  });

  describe("by agreement", () => {
    it("is proposed by the seller and confirmed by the holder", async () => {
      const world = await loadFixture(confirmed);
      const { ledger, invoices, stranger, operator, of, whole } = world;
      const document = await reversalId(world, of, whole);
      let { changedIn } = await ledger.stateOf(of.id);
      const proposed = propose(world, of, whole);
      await expect(proposed).to.emit(ledger, "ReversalProposed");
      const { args } = (await ledger.queryFilter(ledger.filters.ReversalProposed(of.id)))[0]!;
      expect(args.slice(0, 3)).to.deep.equal([of.id, document, Side.Seller]);
      expect([args.content.number, args.content.root, args.content.gross]).to.deep.equal([
        whole.number,
        whole.root,
        600n,
      ]);
      expect(args.previousBlock).to.equal(changedIn);
      const when = BigInt(await timeOf(proposed));
      expect(await ledger.reversalOf(of.id)).to.deep.equal([document, when, Side.Seller, 0n, 0n, false, false]);
      expect(await statusOf(world, of)).to.equal(Status.ReversalProposed);

      ({ changedIn } = await ledger.stateOf(of.id));
      await expect(accept(world, of, whole))
        .to.emit(ledger, "ReversalConfirmed")
        .withArgs(of.id, document, true, 0n, stranger.address, changedIn);
      expect(await statusOf(world, of)).to.equal(Status.Reversed);
      expect((await invoices.stateOf(document)).reversing).to.equal(true);
      expect((await ledger.reversalOf(of.id)).document).to.equal(ZeroHash);
      expect(await left(world, of)).to.deep.equal({ payment: 600n, used: 0n });
      await notReady(world, propose(world, of, reversingOf(of.invoice)), of, Status.Reversed);
      await notReady(world, reject(world, of, operator), of, Status.Reversed);
    });

    it("is proposed by the holder and confirmed by the seller", async () => {
      const world = await loadFixture(confirmed);
      const { ledger, operator, of, whole } = world;
      const document = await reversalId(world, of, whole);
      const sent = propose(world, of, whole, of.holder);
      await expect(sent).to.emit(ledger, "ReversalProposed");
      expect((await ledger.reversalOf(of.id)).side).to.equal(Side.Holder);
      const block = await blockOf(sent);
      expect(await ledger.connect(operator).confirmReversal.staticCall(of.invoice, whole, BY_SELLER)).to.equal(
        document,
      );
      await expect(accept(world, of, whole, operator))
        .to.emit(ledger, "ReversalConfirmed")
        .withArgs(of.id, document, true, 0n, operator.address, block);
      expect(await statusOf(world, of)).to.equal(Status.Reversed);
    });

    it("is good at 72 hours, and not a second later", async () => {
      const world = await loadFixture(held);
      const { operator, of, whole } = world;
      const late = await paper(world);
      const reversing = reversingOf(late.invoice);
      await propose(world, of, whole);
      await propose(world, late, reversing, late.holder);
      await at((await proposedAt(world, of)) + WAIT);
      await accept(world, of, whole);
      await at((await proposedAt(world, late)) + WAIT + 1);
      await refused(world, accept(world, late, reversing, operator), "ReversalNotOpen", late.id);
      await refused(world, reject(world, late, operator), "ReversalNotOpen", late.id);
      expect(await statusOf(world, late)).to.equal(Status.Issued);
    });

    it("is not confirmed by who proposed it, nor over another document than the proposed one", async () => {
      const world = await loadFixture(confirmed);
      const { operator, of, whole } = world;
      await refused(world, accept(world, of, whole), "ReversalNotOpen", of.id);
      await propose(world, of, whole);
      await refused(world, propose(world, of, whole), "ReversalOpen", of.id);
      await refused(world, propose(world, of, reversingOf(of.invoice), of.holder), "ReversalOpen", of.id);
      await refused(world, accept(world, of, whole, operator), "OwnProposal", of.id);
      for (const change of [{ number: newNumber() }, { root: word() }, { time: Number(whole.time) - 1 }]) {
        await refused(world, accept(world, of, { ...whole, ...change }), "ReversalNotOpen", of.id);
      }
      await refused(world, accept(world, of, partOf(of, 103n)), "ReversalNotOpen", of.id);
      await accept(world, of, whole);
      const other = await paper(world);
      const reversing = reversingOf(other.invoice);
      await propose(world, other, reversing, other.holder);
      await refused(world, accept(world, other, reversing), "OwnProposal", other.id);
    });

    it("is proposed with a document that fits what is left", async () => {
      const world = await loadFixture(confirmed);
      const { invoices, of, whole } = world;
      await expect(propose(world, of, { ...whole, gross: 601 })).to.be.revertedWithCustomError(
        invoices,
        "ArithmeticInvalid",
      );
      await expect(propose(world, of, { ...whole, buyer: word() })).to.be.revertedWithCustomError(
        invoices,
        "InvoiceInvalid",
      );
      await agree(world, of, partOf(of, 206n));
      await expect(propose(world, of, whole)).to.be.revertedWithCustomError(invoices, "ReversalInvalid");
      await propose(world, of, partOf(of, 394n));
    });

    it("fails where the number of its document was taken meanwhile, and begins again with another", async () => {
      const world = await loadFixture(confirmed);
      const { taxpayers, operator, of, whole } = world;
      await propose(world, of, whole);
      await paper(world, { content: { number: whole.number } });
      await expect(accept(world, of, whole))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, whole.number);
      await reject(world, of, operator);
      const other = { ...whole, number: newNumber() };
      await propose(world, of, other, of.holder);
      await accept(world, of, other, operator);
    });
  });

  describe("of a booked document", () => {
    it("shows the tax of each part that is to be transferred out, to the whole", async () => {
      const world = await loadFixture(held);
      const { ledger, operator, of, month } = world;
      await book(world, of);
      let due = 0n;
      for (const gross of [206n, 103n, 291n]) {
        const part = partOf(of, gross);
        const tax = part.tax as bigint;
        await propose(world, of, part, of.holder);
        const { changedIn } = await ledger.stateOf(of.id);
        await expect(accept(world, of, part, operator))
          .to.emit(ledger, "ReversalConfirmed")
          .withArgs(of.id, await reversalId(world, of, part), gross === 291n, tax, operator.address, changedIn);
        due += tax;
        const booking = [SHIJIAZHUANG, BigInt(month), true];
        expect(await ledger.bookingOf(of.id)).to.deep.equal([booking, due]);
        const status = gross === 291n ? Status.ReversedAfterBooking : Status.Booked;
        expect(await statusOf(world, of)).to.equal(status);
      }
      expect(due).to.equal(of.invoice.content.tax);
    });

    it("that is not deductible, or only confirmed, transfers nothing", async () => {
      const world = await loadFixture(confirmed);
      const { ledger, of } = world;
      await agree(world, of, partOf(of, 103n));
      await book(world, of, { deductible: false });
      await agree(world, of, partOf(of, 206n));
      expect((await ledger.bookingOf(of.id)).transferOut).to.equal(0n);
      await agree(world, of, partOf(of, 291n));
      expect((await ledger.bookingOf(of.id)).transferOut).to.equal(0n);
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
      await notReady(world, unbook(world, of), of, Status.Reversed);
    });

    it("counts from the booking on: what was reversed before was never deducted", async () => {
      const world = await loadFixture(held);
      const { ledger, of } = world;
      await reverse(world, of, partOf(of, 103n));
      await book(world, of);
      await agree(world, of, partOf(of, 206n));
      expect((await ledger.bookingOf(of.id)).transferOut).to.equal(6n);
    });
  });

  describe("rejected or taken back", () => {
    it("is void at once; who proposed it waits 72 hours, the other does not", async () => {
      const world = await loadFixture(confirmed);
      const { ledger, operator, of, whole } = world;
      for (const [by, answering, side] of [
        [operator, of.holder, Side.Holder],
        [of.holder, operator, Side.Seller],
      ] as const) {
        const block = await blockOf(propose(world, of, whole, by));
        const sent = reject(world, of, answering);
        await expect(sent)
          .to.emit(ledger, "ReversalRejected")
          .withArgs(of.id, await reversalId(world, of, whole), side, block);
        const until = (await timeOf(sent)) + WAIT;
        expect(await mayAt(world)).to.deep.equal(by === operator ? [until, 0] : [(await mayAt(world))[0], until]);
        expect(await statusOf(world, of)).to.equal(Status.Confirmed);
        await refused(world, accept(world, of, whole, answering), "ReversalNotOpen", of.id);
        await refused(world, reject(world, of, answering), "ReversalNotOpen", of.id);
      }
      const [seller, holder] = (await mayAt(world)) as [number, number];
      await waitsUntil(world, operator, seller);
      await reject(world, of, operator);
      await waitsUntil(world, of.holder, holder);
      const { sellerLapsed, holderLapsed } = await ledger.reversalOf(of.id);
      expect([sellerLapsed, holderLapsed]).to.deep.equal([false, false]); // each was answered
    });

    it("by its own side says which side, and makes it wait as well", async () => {
      const world = await loadFixture(confirmed);
      const { ledger, operator, of, whole } = world;
      for (const [by, side] of [
        [operator, Side.Seller],
        [of.holder, Side.Holder],
      ] as const) {
        const block = await blockOf(propose(world, of, whole, by));
        const sent = reject(world, of, by);
        await expect(sent)
          .to.emit(ledger, "ReversalRejected")
          .withArgs(of.id, await reversalId(world, of, whole), side, block);
        const until = (await timeOf(sent)) + WAIT;
        await refused(world, propose(world, of, whole, by), "ReversalTooEarly", of.id, until);
      }
    });
  });

  describe("left unanswered", () => {
    it("makes who proposed it wait until 144 hours after it, to the second; the other side may propose", async () => {
      const world = await loadFixture(confirmed);
      const { ledger, operator, of, whole } = world;
      await propose(world, of, whole);
      const first = await proposedAt(world, of);
      await at(first + WAIT + 1);
      await refused(world, propose(world, of, whole), "ReversalTooEarly", of.id, first + 2 * WAIT);
      await propose(world, of, whole, of.holder);
      expect((await ledger.reversalOf(of.id)).sellerLapsed).to.equal(false); // the holder was heard of
      expect(await mayAt(world)).to.deep.equal([first + 2 * WAIT, 0]);
      await reject(world, of, operator);
      await waitsUntil(world, operator, first + 2 * WAIT);
      expect((await ledger.reversalOf(of.id)).holderLapsed).to.equal(false);
    });

    it("by the seller leaves the holder the same ways", async () => {
      const world = await loadFixture(confirmed);
      const { ledger, of, whole, operator } = world;
      await propose(world, of, whole, of.holder);
      const first = await proposedAt(world, of);
      await waitsUntil(world, of.holder, first + 2 * WAIT);
      const { sellerLapsed, holderLapsed, holderMayAt } = await ledger.reversalOf(of.id);
      expect([sellerLapsed, holderLapsed, holderMayAt]).to.deep.equal([false, true, BigInt(first + 2 * WAIT)]);
      await accept(world, of, whole, operator);
    });

    it("is not forgotten where the seller then reverses a part alone", async () => {
      const world = await loadFixture(held);
      const { of } = world;
      await propose(world, of, partOf(of, 497n));
      const first = await proposedAt(world, of);
      await at(first + WAIT + 1);
      await reverse(world, of, partOf(of, 103n));
      const part = partOf(of, 497n);
      await refused(world, propose(world, of, part), "ReversalTooEarly", of.id, first + 2 * WAIT);
      await at(first + 2 * WAIT);
      await propose(world, of, part);
    });

    it("again and again never keeps a holder from booking for longer than 72 hours", async () => {
      const world = await loadFixture(held);
      const { of, whole, operator } = world;
      for (let round = 0; round < 4; round++) {
        await propose(world, of, whole);
        const proposed = await proposedAt(world, of);
        const ends = round % 2 === 0 ? proposed + WAIT + 1 : await timeOf(reject(world, of, operator));
        const again = round % 2 === 0 ? proposed + 2 * WAIT : ends + WAIT;
        if (round % 2 === 0) await at(ends);
        await book(world, of); // as soon as it ended
        await unbook(world, of);
        await at(again - 1);
        await refused(world, propose(world, of, whole), "ReversalTooEarly", of.id, again);
        await at(again);
      }
      await propose(world, of, whole);
    });
  });
});
