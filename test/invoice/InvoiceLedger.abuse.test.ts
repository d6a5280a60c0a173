import { expect } from "chai";
import { getAddress, ZeroHash } from "ethers";

import type { PersonKey } from "../../src/identity/key.js";
import {
  BOOK_ORDER_TYPES,
  CONFIRM_ORDER_TYPES,
  HAND_ON_ORDER_TYPES,
  REVERSAL_ANSWER_TYPES,
  UNBOOK_ORDER_TYPES,
} from "../../src/invoice/typed-data.js";
import { ControllerWallet__factory, OddSigner__factory } from "../../typechain/index.js";
import { newKey, word } from "../identity/world.js";
import { ethers, HUNAN, loadFixture, NOBODY, time } from "../world.js";
import {
  accept,
  at,
  book,
  bookingOf,
  confirm,
  handOn,
  ledgerWorld,
  type LedgerWorld,
  notReady,
  type Paper,
  paper,
  paperOf,
  partOf,
  propose,
  refused,
  reject,
  reverse,
  signed,
  startOf,
  Status,
  statusOf,
  type Twist,
  unbook,
} from "./holders.js";
import { admitSeller, BY_SELLER, type Holder, invoiceOf, newHolder, reversingOf, submissionOf } from "./world.js";

type Run = (holder: Holder, twist?: Twist) => Promise<unknown>;

/** Each act of a holder, and what makes it possible. */
const ACTS: [name: string, prepare: (world: LedgerWorld, of: Paper) => Promise<Run>][] = [
  ["confirm", (world, of) => Promise.resolve(async (holder, twist) => confirm(world, of, holder, twist))],
  [
    "hand on",
    (world, of) => {
      const { commitment } = newHolder(ZeroHash);
      return Promise.resolve(async (holder, twist) => handOn(world, of, commitment, holder, twist));
    },
  ],
  ["book", (world, of) => Promise.resolve(async (holder, twist) => book(world, of, {}, holder, twist))],
  [
    "unbook",
    async (world, of) => {
      await book(world, of);
      return async (holder, twist) => unbook(world, of, 1, holder, twist);
    },
  ],
  [
    "propose a reversal",
    (world, of) => {
      const reversing = reversingOf(of.invoice);
      return Promise.resolve(async (holder, twist) => propose(world, of, reversing, holder, twist));
    },
  ],
  [
    "confirm a reversal",
    async (world, of) => {
      const reversing = reversingOf(of.invoice);
      await propose(world, of, reversing);
      return async (holder, twist) => accept(world, of, reversing, holder, twist);
    },
  ],
  [
    "reject a reversal",
    async (world, of) => {
      await propose(world, of, reversingOf(of.invoice));
      return async (holder, twist) => reject(world, of, holder, twist);
    },
  ],
];

describe("InvoiceLedger: abuse", () => {
  /** A wallet contract, and the key of its owner. */
  const walletOf = async ({ administrator }: LedgerWorld): Promise<PersonKey> => {
    const owner = newKey();
    const wallet = await new ControllerWallet__factory(administrator).deploy(owner.signer);
    return { signer: await wallet.getAddress(), sign: (digest) => owner.sign(digest) };
  };

  for (const [name, prepare] of ACTS) {
    describe(`to ${name}`, () => {
      /** The act is possible for the holder of a document. */
      const ready = async (holder = newHolder()) => {
        const world = await loadFixture(ledgerWorld);
        const of = await paperOf(world, holder);
        const run = await prepare(world, of);
        const forged = async (act: Promise<unknown>, signer = holder.key.signer) =>
          refused(world, act, "SignatureInvalid", signer);
        return { ...world, of, run, holder, forged };
      };

      it("an account, a phone and a wallet sign, and anyone relays", async () => {
        const world = await loadFixture(ledgerWorld);
        for (const key of [newKey(), world.newPhone(), await walletOf(world)]) {
          const of = await paperOf(world, newHolder(word(), key));
          const run = await prepare(world, of);
          const { changes } = await world.ledger.stateOf(of.id);
          await refused(world, run(of.holder, { key: newKey() }), "SignatureInvalid", key.signer.toLowerCase());
          await run(of.holder);
          expect((await world.ledger.stateOf(of.id)).changes).to.equal(changes + 1n);
        }
      });

      it("a stranger cannot, nor who copied the document with its salts, but has no key", async () => {
        const world = await ready();
        const { run, holder, of, forged, seller, stranger } = world;
        const thief = newKey();
        await refused(world, run(newHolder()), "NotHolder", of.id);
        await refused(world, run({ ...holder, key: thief }), "NotHolder", of.id); // with the right salt and title
        await forged(run(holder, { key: thief }));
        await forged(run(holder, { held: { signature: "0x" } }));
        await refused(world, run(holder, { held: { salt: word() } }), "NotHolder", of.id);
        await refused(world, run(holder, { held: { title: word() } }), "NotHolder", of.id);
        await refused(world, run(holder, { held: { title: ZeroHash } }), "NotHolder", of.id);
        const unsigned = run(holder, { held: { signer: "0x" } });
        if (name.includes("reversal")) await refused(world, unsigned, "NotSeller", seller, stranger.address);
        else await refused(world, unsigned, "NotHolder", of.id);
        await run(holder);
      });

      it("who handed the document on cannot, and the new holder can", async () => {
        const world = await loadFixture(ledgerWorld);
        const of = await paper(world);
        const next = newHolder(ZeroHash);
        await handOn(world, of, next.commitment);
        // Whoever hands a document on has confirmed it.
        if (name === "confirm") return notReady(world, confirm(world, of, next), of, Status.Confirmed);
        const run = await prepare(world, { ...of, holder: next });
        await refused(world, run(of.holder), "NotHolder", of.id);
        await refused(world, run(next, { key: of.holder.key }), "SignatureInvalid", next.key.signer);
        await run(next);
      });

      it("no order is good for another count of changes, so none is good twice", async () => {
        const { ledger, run, holder, of, forged } = await ready();
        const { changes } = await ledger.stateOf(of.id);
        for (const other of [changes + 1n, changes === 0n ? 7n : changes - 1n]) {
          await forged(run(holder, { changes: other }));
        }
        await run(holder);
        expect((await ledger.stateOf(of.id)).changes).to.equal(changes + 1n);
        await expect(run(holder, { changes })).to.be.revert(ethers);
      });

      it("no order is good for another document, chain or contract", async () => {
        const { invoices, run, holder, forged } = await ready();
        const { chainId } = await ethers.provider.getNetwork();
        await forged(run(holder, { invoice: word() }));
        await forged(run(holder, { domain: { chainId: chainId + 1n } }));
        await forged(run(holder, { domain: { verifyingContract: await invoices.getAddress() } }));
        await forged(run(holder, { domain: { name: "Civitas InvoiceRegistry" } }));
        await forged(run(holder, { domain: { version: "2" } }));
        await run(holder, { domain: {} });
      });

      it("an order is good until its deadline, to the second, which is signed", async () => {
        const world = await ready();
        const { run, holder, forged } = world;
        const deadline = (await time.latest()) + 1000;
        await forged(run(holder, { deadline, held: { deadline: deadline + 1 } }));
        await at(deadline + 1);
        await refused(world, run(holder, { deadline }), "OrderExpired", deadline);
        await at(deadline + 10);
        await run(holder, { deadline: deadline + 10 });
        expect(await time.latest()).to.equal(deadline + 10);
      });
    });
  }

  describe("of signers", () => {
    const Manner = { Returns: 0, Reverts: 1, Writes: 2, Burns: 3 };

    it("that answer oddly, none has signed", async () => {
      const world = await loadFixture(ledgerWorld);
      const magic = "0x1626ba7e".padEnd(66, "0");
      for (const [manner, answer] of [
        [Manner.Returns, "0x"],
        [Manner.Returns, "0x1626ba7e"],
        [Manner.Returns, "0x".padEnd(66, "f")],
        [Manner.Reverts, magic],
        [Manner.Writes, magic],
        [Manner.Burns, magic],
      ] as const) {
        const odd = await new OddSigner__factory(world.administrator).deploy(manner, answer);
        const key = { signer: (await odd.getAddress()).toLowerCase(), sign: () => word() };
        const of = await paperOf(world, newHolder(word(), key));
        await refused(world, confirm(world, of), "SignatureInvalid", key.signer);
      }
    });

    it("that are no signers at all, none has signed: nobody, half an address, nothing", async () => {
      const world = await loadFixture(ledgerWorld);
      for (const signer of [NOBODY, "0x1234", "0x"]) {
        const of = await paperOf(world, newHolder(word(), { signer, sign: () => "0x" }));
        await refused(world, confirm(world, of), "SignatureInvalid", signer);
      }
    });
  });

  describe("of orders", () => {
    const held = async () => {
      const world = await loadFixture(ledgerWorld);
      return { ...world, of: await paper(world) };
    };

    it("each names all that it does", async () => {
      const world = await loadFixture(held);
      const { of, ledger, month, nextMonth } = world;
      await time.increaseTo(startOf(nextMonth));
      const forged = async (act: Promise<unknown>) => refused(world, act, "SignatureInvalid", of.holder.key.signer);
      const by = ledger.connect(world.stranger);
      const order = await signed(world, of, of.holder, HAND_ON_ORDER_TYPES, { holder: word() });
      await forged(by.handOn(of.invoice, newHolder().commitment, order));
      const booking = await bookingOf();
      const toBook = await signed(world, of, of.holder, BOOK_ORDER_TYPES, { ...booking });
      for (const change of [{ city: HUNAN }, { period: month }, { deductible: false }]) {
        await forged(by.book(of.invoice, { ...booking, ...change }, toBook));
      }
      await by.book(of.invoice, booking, toBook);
      await forged(by.unbook(of.invoice, 2, await signed(world, of, of.holder, UNBOOK_ORDER_TYPES, { reason: 3 })));
    });

    it("that reject are none that confirm, and neither is for another proposal", async () => {
      const world = await loadFixture(held);
      const { of, ledger, operator } = world;
      const forged = async (act: Promise<unknown>) => refused(world, act, "SignatureInvalid", of.holder.key.signer);
      const reversing = reversingOf(of.invoice);
      await propose(world, of, reversing);
      const { document } = await ledger.reversalOf(of.id);
      const answer = async (confirmed: boolean) =>
        signed(world, of, of.holder, REVERSAL_ANSWER_TYPES, { reversing: document, confirmed });
      const [yes, no] = [await answer(true), await answer(false)];
      await forged(ledger.confirmReversal(of.invoice, reversing, no));
      await forged(ledger.rejectReversal(of.invoice, yes));
      await reject(world, of, operator);
      const other = reversingOf(of.invoice);
      await propose(world, of, other, of.holder);
      await reject(world, of);
      await refused(world, ledger.confirmReversal(of.invoice, reversing, yes), "ReversalNotOpen", of.id);
    });

    it("to book is not good again after the document was unbooked, nor one to unbook after it was booked", async () => {
      const world = await loadFixture(held);
      const { of, ledger } = world;
      const booking = await bookingOf();
      const first = await signed(world, of, of.holder, BOOK_ORDER_TYPES, { ...booking });
      await ledger.book(of.invoice, booking, first);
      const undo = await signed(world, of, of.holder, UNBOOK_ORDER_TYPES, { reason: 1 });
      await ledger.unbook(of.invoice, 1, undo);
      await refused(world, ledger.book(of.invoice, booking, first), "SignatureInvalid", of.holder.key.signer);
      await book(world, of);
      await refused(world, ledger.unbook(of.invoice, 1, undo), "SignatureInvalid", of.holder.key.signer);
    });

    it("are void where the document changed under the holder's hand", async () => {
      const world = await loadFixture(held);
      const { of, ledger } = world;
      const order = await signed(world, of, of.holder, CONFIRM_ORDER_TYPES, {});
      await reverse(world, of, partOf(of, 103n)); // the seller is quicker
      await refused(world, ledger.confirm(of.invoice, order), "SignatureInvalid", of.holder.key.signer);
    });

    it("are not good in another ledger of the same registry, which cannot reverse either", async () => {
      const world = await loadFixture(held);
      const { of, ledger, manager, invoices, operator } = world;
      const twin = await ethers.deployContract("InvoiceLedger", [manager, invoices]);
      const order = await signed(world, of, of.holder, CONFIRM_ORDER_TYPES, {});
      await expect(twin.getFunction("confirm")(of.invoice, order)).to.be.revertedWithCustomError(
        ledger,
        "SignatureInvalid",
      );
      const act = twin.connect(operator).getFunction("reverse")(of.invoice, reversingOf(of.invoice));
      await expect(act).to.be.revertedWithCustomError(invoices, "NoStanding").withArgs(twin, 0n);
      await ledger.confirm(of.invoice, order);
    });
  });

  describe("of documents", () => {
    const held = async () => {
      const world = await loadFixture(ledgerWorld);
      return { ...world, of: await paper(world) };
    };

    it("a copy that says more, or less, is unknown", async () => {
      const world = await loadFixture(held);
      const { of, ledger, invoices, operator } = world;
      const { content, terms } = of.invoice;
      for (const invoice of [
        { ...of.invoice, content: { ...content, net: 1 } },
        { ...of.invoice, content: { ...content, buyer: newHolder().commitment } },
        { ...of.invoice, content: { ...content, draws: [] } },
        { ...of.invoice, terms: { ...terms, kind: 1 } },
        { ...of.invoice, serial: 1 },
        { ...of.invoice, position: 1 },
        { ...of.invoice, reverses: of.id },
      ]) {
        const copy = { ...of, invoice, id: await invoices.idOf(invoice) };
        for (const act of [
          async () => confirm(world, copy),
          async () => reverse(world, copy, reversingOf(invoice)),
          async () => propose(world, copy, reversingOf(invoice)),
          async () => reject(world, copy, operator),
          async () => ledger.confirmReversalByBureau(invoice, reversingOf(invoice), []),
        ]) {
          await refused(world, act(), "InvoiceUnknown", copy.id);
        }
      }
    });

    it("one that was wholly reversed is of no use; its payment's next document is", async () => {
      const world = await loadFixture(held);
      const { of, invoices, operator } = world;
      await reverse(world, of, reversingOf(of.invoice));
      const holder = newHolder();
      const submission = await submissionOf(world, [of.payment], { buyer: holder.commitment });
      await invoices.connect(operator).issue(of.invoice.terms, submission);
      const invoice = invoiceOf(of.invoice.terms, submission.content);
      const next: Paper = { ...of, invoice, id: await invoices.idOf(invoice), holder };
      await notReady(world, book(world, of), of, Status.Reversed);
      await refused(world, book(world, next, {}, of.holder), "NotHolder", next.id);
      await book(world, next);
      expect(await statusOf(world, next)).to.equal(Status.Booked);
    });
  });

  it("of sellers: no stranger acts for one, nor another seller's operator, nor the holder, nor a bureau", async () => {
    const world = await loadFixture(ledgerWorld);
    const { ledger, seller, stranger, taxBureau, provider, shijiazhuang, officer } = world;
    await admitSeller(world, officer);
    const [of, open] = [await paper(world), await paper(world)];
    const [whole, opened] = [reversingOf(of.invoice), reversingOf(open.invoice)];
    await propose(world, open, opened, open.holder);
    for (const other of [stranger, taxBureau, provider, shijiazhuang, officer]) {
      const by = ledger.connect(other);
      for (const act of [
        async () => by.reverse(of.invoice, whole),
        async () => by.proposeReversal(of.invoice, whole, BY_SELLER),
        async () => by.confirmReversal(open.invoice, opened, BY_SELLER),
        async () => by.rejectReversal(open.invoice, BY_SELLER),
      ]) {
        await refused(world, act(), "NotSeller", seller, getAddress(other.address));
      }
    }
    await accept(world, open, opened, world.operator);
    expect(await statusOf(world, of)).to.equal(Status.Issued);
  });
});
