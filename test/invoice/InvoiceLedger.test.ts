import { expect } from "chai";
import { type EventLog, ZeroHash } from "ethers";

import { invoiceHolder } from "../../src/invoice/holder.js";
import type { InvoiceStruct } from "../../typechain/invoice/InvoiceRegistry.js";
import { newKey, word } from "../identity/world.js";
import { blockOf, HEBEI, loadFixture, SHIJIAZHUANG, timeOf } from "../world.js";
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
  paper,
  partOf,
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
import { invoiceOf, newHolder, reversingOf } from "./world.js";

describe("InvoiceLedger", () => {
  /** A document, and whom it may be handed to. */
  const held = async () => {
    const world = await loadFixture(ledgerWorld);
    return { ...world, of: await paper(world), employer: newHolder(ZeroHash), insurer: newHolder(ZeroHash) };
  };

  it("names the registry it serves, and how long a reversal can be confirmed", async () => {
    const { ledger, invoices } = await loadFixture(held);
    expect(await ledger.invoices()).to.equal(await invoices.getAddress());
    expect(await ledger.REVERSAL_PERIOD()).to.equal(BigInt(WAIT));
  });

  describe("confirming", () => {
    it("is the holder's, says so, and is counted", async () => {
      const world = await loadFixture(held);
      const { ledger, of } = world;
      const sent = confirm(world, of);
      await expect(sent).to.emit(ledger, "InvoiceConfirmed").withArgs(of.id, 0n);
      expect(await ledger.stateOf(of.id)).to.deep.equal([true, false, 1n, BigInt(await blockOf(sent))]);
      expect(await statusOf(world, of)).to.equal(Status.Confirmed);
      expect(await ledger.holderOf(of.invoice)).to.equal(of.holder.commitment);
    });

    it("happens once, whoever holds the document later", async () => {
      const world = await loadFixture(held);
      const { of, employer } = world;
      await confirm(world, of);
      await notReady(world, confirm(world, of), of, Status.Confirmed);
      await handOn(world, of, employer.commitment);
      await notReady(world, confirm(world, of, employer), of, Status.Confirmed);
      expect(await statusOf(world, of)).to.equal(Status.Confirmed);
    });

    it("is possible while a reversal is open, and needless once the document is booked", async () => {
      const world = await loadFixture(held);
      const { ledger, of } = world;
      await book(world, of);
      await notReady(world, confirm(world, of), of, Status.Confirmed);
      const other = await paper(world);
      await propose(world, other, reversingOf(other.invoice));
      await confirm(world, other);
      expect(await statusOf(world, other)).to.equal(Status.ReversalProposed);
      expect((await ledger.stateOf(other.id)).confirmed).to.equal(true);
    });

    it("asks neither for an open contract nor for an active city: it restricts the seller", async () => {
      const world = await loadFixture(held);
      const { ledger, manager, registry, hebei, of } = world;
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(ledger, true);
      await confirm(world, of);
      expect(await statusOf(world, of)).to.equal(Status.Confirmed);
    });
  });

  describe("handing on", () => {
    it("moves the document down a chain of holders, each of whom alone acts in their time", async () => {
      const world = await loadFixture(held);
      const { ledger, of, employer, insurer } = world;
      let previousBlock = 0;
      let before = of.holder;
      for (const [i, next] of [employer, insurer, newHolder(ZeroHash)].entries()) {
        const sent = handOn(world, of, next.commitment, before);
        await expect(sent).to.emit(ledger, "InvoiceHandedOn").withArgs(of.id, next.commitment, previousBlock);
        previousBlock = await blockOf(sent);
        expect(await ledger.holderOf(of.invoice)).to.equal(next.commitment);
        expect(await ledger.stateOf(of.id)).to.deep.equal([true, false, BigInt(i + 1), BigInt(previousBlock)]);
        await refused(world, book(world, of, {}, before), "NotHolder", of.id);
        before = next;
      }
      expect(await statusOf(world, of)).to.equal(Status.Confirmed);
      await book(world, of, {}, before);
      expect(await statusOf(world, of)).to.equal(Status.Booked);
    });

    it("gives a document back to who had it, under the buyer's title", async () => {
      const world = await loadFixture(held);
      const { of, employer } = world;
      await handOn(world, of, employer.commitment);
      await handOn(world, of, of.holder.commitment, employer);
      await refused(world, book(world, of, {}, employer), "NotHolder", of.id);
      await book(world, of);
    });

    it("is refused to nobody, so that no document is without a holder", async () => {
      const world = await loadFixture(held);
      const { ledger, of } = world;
      await refused(world, handOn(world, of, ZeroHash), "NotHolder", of.id);
      expect(await ledger.holderOf(of.invoice)).to.equal(of.holder.commitment);
    });

    it("is refused while the document is booked, and is possible again when it is not", async () => {
      const world = await loadFixture(held);
      const { of, employer } = world;
      await book(world, of);
      await notReady(world, handOn(world, of, employer.commitment), of, Status.Booked);
      await unbook(world, of);
      await handOn(world, of, employer.commitment);
    });

    it("is refused while a reversal is open, to its last second", async () => {
      const world = await loadFixture(held);
      const { of, employer } = world;
      await propose(world, of, reversingOf(of.invoice));
      const end = (await proposedAt(world, of)) + WAIT;
      await refused(world, handOn(world, of, employer.commitment), "ReversalOpen", of.id);
      await at(end);
      await refused(world, handOn(world, of, employer.commitment), "ReversalOpen", of.id);
      await at(end + 1);
      await handOn(world, of, employer.commitment);
    });

    it("takes proposals of earlier holders with it: the new one waits, and answers", async () => {
      const world = await loadFixture(held);
      const { of, employer, operator } = world;
      await confirm(world, of);
      const reversing = reversingOf(of.invoice);
      await propose(world, of, reversing, of.holder);
      const sent = reject(world, of, operator);
      const mayAt = (await timeOf(sent)) + WAIT;
      await handOn(world, of, employer.commitment);
      await refused(world, propose(world, of, reversing, employer), "ReversalTooEarly", of.id, mayAt);
      await propose(world, of, reversing);
      await refused(world, accept(world, of, reversing), "NotHolder", of.id);
      await accept(world, of, reversing, employer);
    });

    it("asks for an open contract, and not for an active city", async () => {
      const world = await loadFixture(held);
      const { ledger, manager, registry, china, of, employer } = world;
      await registry.connect(china).suspend(HEBEI, 1);
      await manager.setTargetClosed(ledger, true);
      await expect(handOn(world, of, employer.commitment))
        .to.be.revertedWithCustomError(manager, "ContractClosed")
        .withArgs(ledger);
      await manager.setTargetClosed(ledger, false);
      await handOn(world, of, employer.commitment);
    });
  });

  describe("reading", () => {
    it("of what nothing happened to gives nothing, and the buyer as who holds it", async () => {
      const { ledger, of } = await loadFixture(held);
      expect(await ledger.stateOf(of.id)).to.deep.equal([false, false, 0n, 0n]);
      expect(await ledger.bookingOf(of.id)).to.deep.equal([[0n, 0n, false], 0n]);
      expect(await ledger.reversalOf(of.id)).to.deep.equal([ZeroHash, 0n, 0n, 0n, 0n, false, false]);
      expect(await ledger.holderOf(of.invoice)).to.equal(of.holder.commitment);
    });

    it("computes the same commitment and the same id as the client and the registry", async () => {
      const world = await loadFixture(held);
      const { ledger, of } = world;
      const { key, salt, title, commitment } = of.holder;
      expect(commitment).to.equal(invoiceHolder(salt, key.signer, title)); // and the contract takes it: see above
      expect(await ledger.statusOf(of.invoice, [])).to.deep.equal([Status.Issued, of.id]);
    });

    it("answers for every state of a single document", async () => {
      const world = await loadFixture(held);
      const { payments, provider, of } = world;
      const is = async (status: bigint, one = of) => {
        expect(await statusOf(world, one)).to.equal(status);
      };
      const unknown: InvoiceStruct = { ...of.invoice, content: { ...of.invoice.content, root: word() } };
      expect((await world.ledger.statusOf(unknown, [])).status).to.equal(Status.Unknown);
      await is(Status.Issued);
      await confirm(world, of);
      await is(Status.Confirmed);
      await book(world, of);
      await is(Status.Booked);
      const part = partOf(of, 103n);
      await propose(world, of, part);
      await is(Status.ReversalProposed);
      await accept(world, of, part);
      await is(Status.Booked);
      const document = invoiceOf(of.invoice.terms, part, { reverses: of.id });
      expect(await world.ledger.statusOf(document, [])).to.deep.equal([
        Status.Reversing,
        await reversalId(world, of, part),
      ]);
      await payments.connect(provider).refund([{ payment: of.payment, proof: [], refunded: 200 }], []);
      await is(Status.PaymentWithdrawn);
      const rest = partOf(of, 497n);
      await propose(world, of, rest);
      await is(Status.PaymentWithdrawn); // the graver
      await accept(world, of, rest);
      await is(Status.ReversedAfterBooking);
      const other = await paper(world);
      await reverse(world, other, reversingOf(other.invoice));
      await is(Status.Reversed, other);
      const unbooked = await paper(world);
      await book(world, unbooked);
      await unbook(world, unbooked);
      await agree(world, unbooked);
      await is(Status.Reversed, unbooked);
    });

    it("answers for every state of a document of a batch", async () => {
      const world = await loadFixture(held);
      const { ledger, payments, provider } = world;
      const ride = await anchoredRide(world, newHolder());
      expect(await ledger.statusOf(ride.invoice, ride.proof)).to.deep.equal([Status.Anchored, ride.id]);
      expect(await statusOf(world, ride)).to.equal(Status.Unknown); // without its proof
      const forged = { ...ride, invoice: { ...ride.invoice, position: 1 } };
      expect(await statusOf(world, forged, ride.proof)).to.equal(Status.Unknown);
      await refused(world, confirm(world, ride), "InvoiceUnknown", ride.id);
      await materialise(world, ride);
      expect(await statusOf(world, ride, ride.proof)).to.equal(Status.Issued);
      expect(await statusOf(world, ride)).to.equal(Status.Issued); // its state needs no proof
      await confirm(world, ride);
      await book(world, ride);
      expect(await statusOf(world, ride, ride.proof)).to.equal(Status.Booked);
      await agree(world, ride);
      expect(await statusOf(world, ride, ride.proof)).to.equal(Status.ReversedAfterBooking);

      const refunded = await anchoredRide(world, newHolder());
      const refund = { payment: refunded.payment, proof: refunded.evidence.proof, refunded: 1 };
      await payments.connect(provider).refund([refund], []);
      expect(await statusOf(world, refunded, refunded.proof)).to.equal(Status.PaymentWithdrawn);
    });

    it("goes back from event to event, by the blocks that they name", async () => {
      const world = await loadFixture(held);
      const { ledger, of, employer, operator } = world;
      await confirm(world, of);
      await handOn(world, of, employer.commitment);
      await book(world, of, {}, employer);
      await unbook(world, of, 1, employer);
      await propose(world, of, partOf(of, 103n), employer);
      await reject(world, of, operator);
      await propose(world, of, partOf(of, 206n));
      await reject(world, of, operator); // taken back
      await book(world, of, {}, employer);
      const whole = reversingOf(of.invoice);
      await at((await timeOf(book(world, await paper(world)))) + WAIT); // any act, for its time
      await propose(world, of, whole, employer);
      await accept(world, of, whole, operator);
      const names: string[] = [];
      const state = await ledger.stateOf(of.id);
      expect(state.changes).to.equal(11n);
      let block = Number(state.changedIn);
      while (block !== 0) {
        const events = (await ledger.queryFilter("*" as never, block, block)) as unknown as EventLog[];
        const event = events.find((one) => one.topics[1] === of.id);
        if (event === undefined) throw new Error(`block ${block} says nothing of the document`);
        names.push(event.eventName);
        block = Number(event.args["previousBlock"]);
      }
      expect(names.reverse()).to.deep.equal([
        "InvoiceConfirmed",
        "InvoiceHandedOn",
        "InvoiceBooked",
        "InvoiceUnbooked",
        "ReversalProposed",
        "ReversalRejected",
        "ReversalProposed",
        "ReversalRejected",
        "InvoiceBooked",
        "ReversalProposed",
        "ReversalConfirmed",
      ]);
      expect((await ledger.reversalOf(of.id)).side).to.equal(Side.Holder);
    });

    it("of a batch tells no holder until the payer, or the seller, has named one", async () => {
      const world = await loadFixture(held);
      const { ledger } = world;
      const payer = newKey();
      const ride = await anchoredRide(world, newHolder(), payer);
      expect(await ledger.holderOf(ride.invoice)).to.equal(ZeroHash);
      await materialise(world, ride, false);
      expect(await ledger.holderOf(ride.invoice)).to.equal(ZeroHash);
      await materialise(world, ride);
      expect(await ledger.holderOf(ride.invoice)).to.equal(ride.holder.commitment);
    });
  });
});
