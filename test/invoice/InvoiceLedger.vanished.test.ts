import { expect } from "chai";
import { ZeroHash } from "ethers";

import { FISCAL, TAX } from "../../src/index.js";
import { recover } from "../identity/persons.js";
import { newKey } from "../identity/world.js";
import { HEBEI, HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import {
  accept,
  acceptByBureau,
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
  type Party,
  propose,
  proposedAt,
  refused,
  reject,
  reversalId,
  reverse,
  Status,
  statusOf,
  unbook,
  WAIT,
} from "./holders.js";
import { DocumentKind, nameOperator, newHolder, reversingOf, Scheme } from "./world.js";

describe("InvoiceLedger: when a party vanished, or cannot act", () => {
  /** A document that its holder has booked. */
  const booked = async () => {
    const world = await loadFixture(ledgerWorld);
    const of = await paper(world);
    await book(world, of);
    return { ...world, of, whole: reversingOf(of.invoice) };
  };
  type World = Awaited<ReturnType<typeof booked>>;

  /** A proposal of this side lapses, and it makes the next as soon as it may. */
  const proposeTwice = async (world: World, by: Party, of = world.of, reversing = world.whole) => {
    await propose(world, of, reversing, by);
    await at((await proposedAt(world, of)) + 2 * WAIT);
    await propose(world, of, reversing, by);
  };
  const bureauRefused = async (world: World, error: "NotLapsed" | "ReversalNotOpen", of = world.of) => {
    await refused(world, acceptByBureau(world, of, world.whole), error, of.id);
  };

  describe("the bureau", () => {
    it("confirms for a buyer who let the seller's earlier proposal lapse", async () => {
      const world = await loadFixture(booked);
      const { ledger, invoices, taxBureau, of, whole } = world;
      await propose(world, of, whole);
      await bureauRefused(world, "NotLapsed");
      await at((await proposedAt(world, of)) + WAIT + 1);
      await bureauRefused(world, "ReversalNotOpen");
      await at((await proposedAt(world, of)) + 2 * WAIT);
      await propose(world, of, whole);
      const { changedIn } = await ledger.stateOf(of.id);
      const document = await reversalId(world, of, whole);
      expect(await ledger.connect(taxBureau).confirmReversalByBureau.staticCall(of.invoice, whole, [])).to.equal(
        document,
      );
      const sent = acceptByBureau(world, of, whole);
      await expect(sent)
        .to.emit(ledger, "ReversalConfirmed")
        .withArgs(of.id, document, true, of.invoice.content.tax, taxBureau.address, changedIn);
      await expect(sent).to.emit(invoices, "InvoiceReversed");
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
      await notReady(world, reverse(world, of, reversingOf(of.invoice)), of, Status.Reversed);
      await notReady(world, acceptByBureau(world, of, whole), of, Status.Reversed);
    });

    it("confirms for a seller who let the holder's earlier proposal lapse", async () => {
      const world = await loadFixture(booked);
      const { of, whole } = world;
      await propose(world, of, whole, of.holder);
      await bureauRefused(world, "NotLapsed");
      await at((await proposedAt(world, of)) + 2 * WAIT);
      await propose(world, of, whole, of.holder);
      await acceptByBureau(world, of, whole);
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
    });

    it("does so until the proposal's last second", async () => {
      const world = await loadFixture(booked);
      const { of, whole } = world;
      const late = await paper(world);
      const reversing = reversingOf(late.invoice);
      await proposeTwice(world, world.operator);
      await at((await proposedAt(world, of)) + WAIT);
      await acceptByBureau(world, of, whole);
      await proposeTwice(world, world.operator, late, reversing);
      await at((await proposedAt(world, late)) + WAIT + 1);
      await refused(world, acceptByBureau(world, late, reversing), "ReversalNotOpen", late.id);
    });

    it("does not count one side's lapse for the other's proposals, nor one that was rejected", async () => {
      const world = await loadFixture(booked);
      const { operator, of, whole } = world;
      await propose(world, of, whole);
      await at((await proposedAt(world, of)) + WAIT + 1);
      await propose(world, of, whole, of.holder);
      await bureauRefused(world, "NotLapsed");
      await reject(world, of, operator);
      await at((await proposedAt(world, of)) + 2 * WAIT);
      await propose(world, of, whole, of.holder);
      await bureauRefused(world, "NotLapsed");
    });

    it("waits for a party that was heard of since", async () => {
      const world = await loadFixture(booked);
      const { ledger, operator } = world;
      const to = newHolder(ZeroHash);
      const lapsed = async (one: Paper) => {
        const { sellerLapsed, holderLapsed } = await ledger.reversalOf(one.id);
        return [sellerLapsed, holderLapsed];
      };
      const bySeller = [
        async (one: Paper) => reverse(world, one, partOf(one, 103n)),
        async (one: Paper) => propose(world, one, partOf(one, 103n)),
      ];
      const byHolder = [
        async (one: Paper) => confirm(world, one),
        async (one: Paper) => handOn(world, one, to.commitment),
        async (one: Paper) => book(world, one),
        async (one: Paper) => propose(world, one, partOf(one, 103n), one.holder),
      ];
      for (const [acts, silent, flags] of [
        [bySeller, undefined, [false, true]],
        [byHolder, operator, [true, false]],
      ] as const) {
        for (const act of acts) {
          const one = await paper(world);
          const by = silent ?? one.holder;
          await proposeTwice(world, by, one, partOf(one, 206n));
          expect(await lapsed(one)).to.deep.equal(flags);
          await reject(world, one, by); // taken back: nobody else was heard of
          expect(await lapsed(one)).to.deep.equal(flags);
          await act(one);
          expect(await lapsed(one)).to.deep.equal([false, false]);
        }
      }
    });

    it("waits for a party that rejects, or confirms a part", async () => {
      const world = await loadFixture(booked);
      const { ledger, of, whole, operator } = world;
      await proposeTwice(world, operator);
      await reject(world, of);
      await at((await proposedAt(world, of)) + 2 * WAIT);
      await propose(world, of, whole);
      await bureauRefused(world, "NotLapsed");
      await reject(world, of, operator);
      await at((await proposedAt(world, of)) + 2 * WAIT);
      await proposeTwice(world, operator);
      await unbook(world, of);
      await bureauRefused(world, "NotLapsed");
      await accept(world, of, whole);
      const partly = await paper(world);
      const part = partOf(partly, 103n);
      await proposeTwice(world, partly.holder, partly, part);
      await acceptByBureau(world, partly, part);
      expect((await ledger.reversalOf(partly.id)).holderLapsed).to.equal(false); // the next is proposed anew
    });

    it("confirms the very document that is proposed", async () => {
      const world = await loadFixture(booked);
      const { of, whole } = world;
      await proposeTwice(world, world.operator);
      const other = acceptByBureau(world, of, reversingOf(of.invoice));
      await refused(world, other, "ReversalNotOpen", of.id);
      await refused(world, acceptByBureau(world, of, partOf(of, 103n)), "ReversalNotOpen", of.id);
      await acceptByBureau(world, of, whole);
    });

    it("is the tax bureau of the city that admitted the seller, not that of the booking", async () => {
      const world = await loadFixture(booked);
      const { of, whole, financeBureau, hunanBureau, hebeiBureau, shijiazhuang, operator, stranger } = world;
      await proposeTwice(world, operator);
      for (const other of [financeBureau, hunanBureau, hebeiBureau, shijiazhuang, operator, stranger]) {
        const act = acceptByBureau(world, of, whole, other);
        await refused(world, act, "NoStanding", other.address, SHIJIAZHUANG);
      }
      await refused(
        world,
        acceptByBureau(world, of, whole, hebeiBureau, [HEBEI]),
        "NoStanding",
        hebeiBureau.address,
        SHIJIAZHUANG,
      );
    });

    it("is the finance bureau for documents of fiscal units", async () => {
      const world = await loadFixture(booked);
      const { taxBureau, financeBureau } = world;
      const terms = { kind: DocumentKind.Medical, scheme: Scheme.FiscalBill };
      const [first, second] = [13_010_001_0000000001n, 13_010_001_0000000002n];
      const bill: Paper = await paper(world, { terms, content: { number: first } });
      const reversing = reversingOf(bill.invoice, { number: second });
      await confirm(world, bill);
      await proposeTwice(world, bill.holder, bill, reversing);
      await refused(world, acceptByBureau(world, bill, reversing), "NoStanding", taxBureau.address, SHIJIAZHUANG);
      await acceptByBureau(world, bill, reversing, financeBureau);
      expect(await statusOf(world, bill)).to.equal(Status.Reversed);
    });

    it("is the nearest active ancestor's where the city cannot act, and its own all the same", async () => {
      const world = await loadFixture(booked);
      const { ledger, manager, registry, hebei, hebeiBureau, taxBureau, of, whole } = world;
      const other = await paper(world);
      const reversing = reversingOf(other.invoice);
      await propose(world, other, reversing);
      await proposeTwice(world, world.operator);
      await propose(world, other, reversing);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(ledger, true);
      await acceptByBureau(world, of, whole, hebeiBureau, [HEBEI]);
      await acceptByBureau(world, other, reversing, taxBureau);
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
      expect(await statusOf(world, other)).to.equal(Status.Reversed);
    });
  });

  describe("in a suspended city and closed contracts", () => {
    const closed = async () => {
      const world = await loadFixture(booked);
      const { ledger, invoices, payments, taxpayers, manager, registry, hebei } = world;
      const single = await paper(world);
      const ride = await anchoredRide(world, newHolder(), newKey());
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      for (const contract of [ledger, invoices, payments, taxpayers]) await manager.setTargetClosed(contract, true);
      return { ...world, single, ride };
    };

    it("the seller reverses alone, also what nobody has requested yet", async () => {
      const world = await loadFixture(closed);
      const { single, ride } = world;
      await reverse(world, single, reversingOf(single.invoice));
      expect(await statusOf(world, single)).to.equal(Status.Reversed);
      await materialise(world, ride, false);
      await reverse(world, ride, reversingOf(ride.invoice));
      expect(await statusOf(world, ride, ride.proof)).to.equal(Status.Reversed);
    });

    it("reversals are proposed, rejected and confirmed", async () => {
      const world = await loadFixture(closed);
      const { operator, of, whole } = world;
      await propose(world, of, whole, of.holder);
      await reject(world, of, operator);
      await propose(world, of, whole);
      await accept(world, of, whole);
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
    });

    it("a document is confirmed and unbooked, and neither handed on nor booked", async () => {
      const world = await loadFixture(closed);
      const { ledger, manager, of, single } = world;
      const closedFor = async (act: Promise<unknown>) =>
        expect(act).to.be.revertedWithCustomError(manager, "ContractClosed").withArgs(ledger);
      await unbook(world, of);
      await confirm(world, single);
      await closedFor(handOn(world, single, newHolder().commitment));
      await closedFor(handOn(world, of, newHolder().commitment));
      await expect(book(world, of)).to.be.revertedWithCustomError(manager, "CityNotActive");
      await closedFor(book(world, of, { city: HUNAN }));
    });
  });

  describe("a seller", () => {
    const operators = async (world: World) => {
      const { of, whole, operator, seller } = world;
      const [one, two] = [await paper(world), await paper(world)];
      const both = async (error?: "NotSeller") => {
        for (const act of [
          async () => reverse(world, one, reversingOf(one.invoice)),
          async () => propose(world, two, reversingOf(two.invoice)),
          async () => accept(world, of, whole, operator),
        ]) {
          if (error === undefined) await act();
          else await refused(world, act(), error, seller, operator.address);
        }
      };
      await propose(world, of, whole, of.holder);
      return both;
    };

    it("that was dismissed still reverses: its operators are known", async () => {
      const world = await loadFixture(booked);
      const { taxpayers, taxBureau, seller, of } = world;
      const act = await operators(world);
      await taxpayers.connect(taxBureau).dismiss(seller, TAX, 1, []);
      await act();
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
    });

    it("whose quota is frozen still reverses", async () => {
      const world = await loadFixture(booked);
      const { taxpayers, taxBureau, seller } = world;
      const act = await operators(world);
      await taxpayers.connect(taxBureau).freeze(seller, TAX, 1, []);
      await act();
    });

    it("acts through operators that the document's bureau names, and the person too", async () => {
      const world = await loadFixture(booked);
      const { taxpayers, taxBureau, financeBureau, operator, seller } = world;
      const act = await operators(world);
      await taxpayers.connect(financeBureau).dropOperator(seller, FISCAL, operator, []);
      await taxpayers.connect(taxBureau).dropOperator(seller, TAX, operator, []);
      await act("NotSeller");
      await taxpayers.connect(taxBureau).nameOperator(seller, TAX, operator, []);
      await act();
    });

    it("rejects through any operator of its own, though no bureau names it, so that none can silence it", async () => {
      const world = await loadFixture(booked);
      const { ledger, taxpayers, taxBureau, operator, seller, of, whole } = world;
      await propose(world, of, whole, of.holder);
      await taxpayers.connect(taxBureau).dropOperator(seller, TAX, operator, []);
      await expect(reject(world, of, operator)).to.emit(ledger, "ReversalRejected");
      await refused(world, propose(world, of, whole), "NotSeller", seller, operator.address);
    });

    it("whose identity is suspended cannot act; the holder and then the bureau can", async () => {
      const world = await loadFixture(booked);
      const { identities, registrar, operator, seller, of, whole } = world;
      const act = await operators(world);
      await identities.connect(registrar).suspend(seller, 1, []);
      await act("NotSeller");
      await refused(world, reject(world, of, operator), "NotSeller", seller, operator.address);
      await at((await proposedAt(world, of)) + 2 * WAIT);
      await propose(world, of, whole, of.holder);
      await acceptByBureau(world, of, whole);
      expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
    });

    it("whose key was recovered acts through operators that the new key names", async () => {
      const world = await loadFixture(booked);
      const { operator, seller, of, whole } = world;
      const key = newKey();
      await recover(world, seller, key);
      await refused(world, propose(world, of, whole), "NotSeller", seller, operator.address);
      await nameOperator(world, seller, key, operator);
      await propose(world, of, whole);
    });
  });

  it("a buyer whose proposal was confirmed in part still has the rest", async () => {
    const world = await loadFixture(booked);
    const { of, operator } = world;
    const part = partOf(of, 206n);
    await propose(world, of, part, of.holder);
    await accept(world, of, part, operator);
    await agree(world, of, partOf(of, 394n));
    expect(await statusOf(world, of)).to.equal(Status.ReversedAfterBooking);
  });
});
