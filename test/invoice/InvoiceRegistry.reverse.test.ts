import { expect } from "chai";
import { ZeroHash } from "ethers";

import { REVERSING, roleOf, TAX } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  anchoredNight,
  type Invoice,
  idOf,
  leftOf,
  reversingWorld,
  rule,
  Standing,
  standingOf,
  usedQuota,
} from "./batches.js";
import {
  attest,
  category,
  CNY,
  type Content,
  invoiceOf,
  issue,
  newNumber,
  reversingOf,
  Scheme,
  submissionOf,
  type TaxLine,
  termsOf,
} from "./world.js";

describe("InvoiceRegistry: reversing", () => {
  const line = (code: string, rate: number, items: number, net: number, tax: number): TaxLine => ({
    category: category(code),
    rate,
    items,
    net,
    tax,
  });
  const LINES = [line("E", 0, 1, 1_000, 0), line("S", 600, 2, 2_000, 120), line("S", 1300, 3, 6_000, 780)];

  const SIZE = 4_950;

  /** A document of three rates over two payments of 49.50 yuan each. */
  const ready = async () => {
    const world = await loadFixture(reversingWorld);
    const payments = [await attest(world, { amount: SIZE }), await attest(world, { amount: SIZE })];
    const terms = termsOf(world);
    const submission = await submissionOf(world, payments, { lines: LINES, net: 9_000, tax: 900 });
    await world.invoices.connect(world.operator).issue(terms, submission);
    const invoice = invoiceOf(terms, submission.content);
    const id = await idOf(world, invoice);
    const invoices = world.invoices.connect(world.reverser);
    const draws = submission.content.draws;
    /** A reversing document of these lines and draws. */
    const taking = (lines: TaxLine[], drawn: [number, number][], changes: Partial<Content> = {}) => {
      const net = lines.reduce((sum, one) => sum + Number(one.net), 0);
      const tax = lines.reduce((sum, one) => sum + Number(one.tax), 0);
      const returned = drawn.map(([index, amount]) => ({ payment: draws[index]!.payment, amount }));
      return reversingOf(invoice, { lines, net, tax, gross: net + tax, draws: returned, ...changes });
    };
    const reverse = async (reversing: Content, of: Invoice = invoice) =>
      invoices.reverse(of, reversing, world.stranger);
    return {
      ...world,
      world,
      invoices,
      invoice,
      id,
      taking,

      reverse,
      payments: world.payments,
      drawn: payments,
    };
  };
  type Ready = Awaited<ReturnType<typeof ready>>;

  const reversingId = async ({ world, invoice, id }: Ready, reversing: Content) =>
    idOf(world, invoiceOf(invoice.terms, reversing, { reverses: id }));

  /** The act, and the question before it, are refused alike. */
  const refused = async (
    { invoices, invoice, reverse }: Ready,
    reversing: Content,
    error: string,
    ...args: unknown[]
  ) => {
    await expect(reverse(reversing))
      .to.be.revertedWithCustomError(invoices, error)
      .withArgs(...args);
    await expect(invoices.checkReversal(invoice, reversing))
      .to.be.revertedWithCustomError(invoices, error)
      .withArgs(...args);
  };

  describe("the whole", () => {
    it("gives everything back, by a document of its own that points back", async () => {
      const made = await loadFixture(ready);
      const { world, invoices, invoice, id, reverse, drawn, stranger } = made;
      const issuedIn = (await invoices.stateOf(id)).changedIn;
      const reversing = reversingOf(invoice);
      const document = await reversingId(made, reversing);
      expect(await invoices.checkReversal(invoice, reversing)).to.equal(document);
      expect(await invoices.reverse.staticCall(invoice, reversing, stranger)).to.deep.equal([document, true]);
      const sent = reverse(reversing);
      await expect(sent).to.emit(invoices, "InvoiceReversed").withArgs(id, document, true, issuedIn);
      const block = await blockOf(sent);
      const [event] = await invoices.queryFilter(invoices.filters.InvoiceIssued(document), block, block);
      const { args } = event!;
      expect([args.seller, args.city, args.by]).to.deep.equal([world.seller, SHIJIAZHUANG, stranger.address]);
      expect(await idOf(world, invoiceOf(args.terms, args.content, { reverses: id }))).to.equal(document);
      for (const payment of drawn) {
        const paid = await world.payments.idOf(payment);
        await expect(sent)
          .to.emit(world.payments, "PaymentGivenBack")
          .withArgs(paid, payment.amount, payment.amount, () => true);
        expect(await leftOf(world, payment)).to.equal(BigInt(payment.amount));
        expect(await invoices.givenBackOf(id, paid)).to.equal(payment.amount);
      }
      expect(await usedQuota(world)).to.equal(0n);
      for (const [index, { net, tax }] of LINES.entries()) {
        expect(await invoices.reversedOf(id, index)).to.deep.equal([BigInt(net), BigInt(tax)]);
      }
      const [state, its] = [await invoices.stateOf(id), await invoices.stateOf(document)];
      expect([state.reversed, state.reversing, state.changedIn]).to.deep.equal([true, false, BigInt(block)]);
      expect([its.reversed, its.reversing, its.period]).to.deep.equal([false, true, state.period]);
      expect(await standingOf(world, invoice)).to.equal(Standing.Reversed);
      const record = invoiceOf(invoice.terms, reversing, { reverses: id });
      expect(await invoices.standingOf(record, [])).to.deep.equal([Standing.Reversing, document]);
      expect(await world.taxpayers.isUsed(Scheme.Digital, world.seller, reversing.number)).to.equal(true);
    });

    it("is for holders of (network, REVERSING), with the role alone", async () => {
      const made = await loadFixture(ready);
      const { invoices, invoice, operator, taxBureau, administrator, manager, registry, hebei, reverse, reverser } =
        made;
      for (const by of [operator, taxBureau, administrator]) {
        await expect(invoices.connect(by).reverse(invoice, reversingOf(invoice), by))
          .to.be.revertedWithCustomError(invoices, "NoStanding")
          .withArgs(by.address, 0n);
      }
      await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
      await manager.setTargetClosed(invoices, true);
      await reverse(reversingOf(invoice));
      await manager.revokeRole(roleOf(0, REVERSING), reverser);
      await expect(reverse(reversingOf(invoice))).to.be.revertedWithCustomError(invoices, "NoStanding");
    });

    it("is once, and a reversing document is not reversed", async () => {
      const made = await loadFixture(ready);
      const { world, invoices, invoice, id, reverse } = made;
      const reversing = reversingOf(invoice);
      await reverse(reversing);
      for (const again of [reversing, reversingOf(invoice)]) {
        await refused(made, again, "InvoiceReversedBefore", id);
      }
      const record = invoiceOf(invoice.terms, reversing, { reverses: id });
      await expect(reverse(reversingOf(record), record))
        .to.be.revertedWithCustomError(invoices, "InvoiceReversedBefore")
        .withArgs(await idOf(world, record));
      const unknown = { ...invoice, content: { ...invoice.content, root: word() } };
      await expect(reverse(reversingOf(unknown), unknown))
        .to.be.revertedWithCustomError(invoices, "InvoiceUnknown")
        .withArgs(await idOf(world, unknown));
    });

    it("gives the quota back to the month of issue, not to the month of the reversal", async () => {
      const { world, invoice, reverse, taxpayers } = await loadFixture(ready);
      const issuedIn = await taxpayers.currentPeriod(SHIJIAZHUANG);
      await time.increase(32 * 86_400);
      await issue(world);
      expect([await usedQuota(world, TAX, issuedIn), await usedQuota(world)]).to.deep.equal([9_000n, 583n]);
      await reverse(reversingOf(invoice));
      expect([await usedQuota(world, TAX, issuedIn), await usedQuota(world)]).to.deep.equal([0n, 583n]);
    });

    it("of a document of a batch gives back its ride, and to the month of the batch", async () => {
      const { world, reverse, taxpayers, invoices } = await loadFixture(ready);
      const night = await anchoredNight(world, 3);
      const issuedIn = await taxpayers.currentPeriod(SHIJIAZHUANG);
      const before = await usedQuota(world);
      const record = night.invoices[1]!;
      await expect(reverse(reversingOf(record), record)).to.be.revertedWithCustomError(invoices, "InvoiceUnknown");
      await invoices.materialise(record, night.proofAt(1), await night.evidenceAt(1), ZeroHash);
      await time.increase(32 * 86_400);
      await reverse(reversingOf(record), record);
      expect(await usedQuota(world, TAX, issuedIn)).to.equal(before - 583n);
      expect(await leftOf(world, night.payments[1]!)).to.equal(600n);
      expect(await standingOf(world, record, night.proofAt(1))).to.equal(Standing.Reversed);
      const left = await invoices.batchStateOf(night.invoiceBatchId);
      expect(left.net).to.equal(2n * 583n); // for the documents that are yet to materialise
    });

    it("of a withdrawn document lets the seller invoice what is left of the payment", async () => {
      const { world, invoice, reverse, drawn, provider, payments, operator, invoices } = await loadFixture(ready);
      await payments.connect(provider).refund([{ payment: drawn[0]!, proof: [], refunded: 1_500 }], []);
      expect(await standingOf(world, invoice)).to.equal(Standing.PaymentWithdrawn);
      await reverse(reversingOf(invoice));
      expect(await standingOf(world, invoice)).to.equal(Standing.Reversed);
      expect(await leftOf(world, drawn[0]!)).to.equal(3_450n);
      const whole = await submissionOf(world, [drawn[0]!]);
      await expect(invoices.connect(operator).issue(termsOf(world), whole)).to.be.revertedWithCustomError(
        payments,
        "PaymentExceeded",
      );
    });
  });

  describe("a part", () => {
    it("takes off its lines and gives back to its payments, until nothing is left", async () => {
      const made = await loadFixture(ready);
      const { world, invoices, invoice, id, taking, reverse, stranger } = made;
      const first = taking([line("S", 1300, 1, 2_000, 260)], [[1, 2_260]]);
      const document = await reversingId(made, first);
      expect(await invoices.reverse.staticCall(invoice, first, stranger)).to.deep.equal([document, false]);
      await expect(reverse(first))
        .to.emit(invoices, "InvoiceReversed")
        .withArgs(id, document, false, () => true);
      expect(await standingOf(world, invoice)).to.equal(Standing.Issued);
      expect(await invoices.reversedOf(id, 2)).to.deep.equal([2_000n, 260n]);
      expect(await invoices.reversedOf(id, 0)).to.deep.equal([0n, 0n]);
      expect(await usedQuota(world)).to.equal(7_000n);
      const second = taking(
        [line("E", 0, 1, 1_000, 0), line("S", 1300, 3, 4_000, 520)],
        [
          [0, SIZE],
          [1, 5_520 - SIZE],
        ],
      );
      await reverse(second);
      expect(await standingOf(world, invoice)).to.equal(Standing.Issued);
      const rest = taking([line("S", 600, 2, 2_000, 120)], [[1, 2_120]]);
      expect((await invoices.reverse.staticCall(invoice, rest, stranger)).whole).to.equal(true);
      await reverse(rest);
      expect(await standingOf(world, invoice)).to.equal(Standing.Reversed);
      expect(await usedQuota(world)).to.equal(0n);
      for (const { payment } of invoice.content.draws) {
        expect(await invoices.givenBackOf(id, payment)).to.equal(SIZE);
      }
    });

    it("is never more than is left of a line, in net, tax or items, however many parts came before", async () => {
      const made = await loadFixture(ready);
      const { id, taking, reverse } = made;
      await refused(made, taking([line("E", 0, 1, 1_001, 0)], [[0, 1_001]]), "ReversalInvalid", id, 0);
      await refused(made, taking([line("S", 600, 3, 100, 6)], [[0, 106]]), "ReversalInvalid", id, 0);
      for (let part = 0; part < 20; part++) {
        await reverse(taking([line("E", 0, 1, 49, 0)], [[0, 49]]));
      }
      const over = [line("E", 0, 1, 21, 0), line("S", 600, 1, 100, 6)];
      await refused(made, taking(over, [[0, 127]]), "ReversalInvalid", id, 0);
      await refused(made, taking([line("S", 600, 2, 1_990, 121)], [[0, 2_111]]), "ReversalInvalid", id, 0);
      await reverse(taking([line("E", 0, 1, 20, 0)], [[0, 20]]));
      const nothing = [line("E", 0, 1, 1, 0), line("S", 600, 1, 100, 6)];
      await refused(made, taking(nothing, [[0, 107]]), "ReversalInvalid", id, 0);
    });

    it("leaves what adds up: not the tax without the net, nor the net without the tax, in one step or in many", async () => {
      const made = await loadFixture(ready);
      const { invoices, invoice, id, taking, reverse } = made;
      const taxAlone = taking([line("S", 1300, 3, 0, 780)], [[0, 780]]);
      await refused(made, taxAlone, "ArithmeticInvalid", rule("BR-CO-17"), 0);
      const netAlone = taking([line("S", 1300, 3, 1_000, 0)], [[0, 1_000]]);
      await refused(made, netAlone, "ArithmeticInvalid", rule("BR-CO-17"), 0);
      // 23 of net have a tax of 2.99, which three items may leave out: each part adds up by itself, but not what is left after two
      const small = () => taking([line("S", 1300, 3, 23, 0)], [[0, 23]]);
      await reverse(small());
      await refused(made, small(), "ReversalInvalid", id, 0);
      const tooMuchTax = () => taking([line("S", 600, 2, 50, 5)], [[0, 55]]); // 3.00 and two items
      await reverse(tooMuchTax());
      await refused(made, tooMuchTax(), "ReversalInvalid", id, 0);
      const split = (tax: number): [number, number][] => [
        [0, 1_977 + tax],
        [1, 4_000],
      ];
      const allNet = taking([line("S", 1300, 3, 5_977, 779)], split(779)); // would leave 0 of net and 1 of tax
      await refused(made, allNet, "ReversalInvalid", id, 0);
      await invoices.checkReversal(invoice, taking([line("S", 1300, 3, 5_977, 780)], split(780)));
    });

    it("names lines that the document has", async () => {
      const made = await loadFixture(ready);
      const { id, taking } = made;
      const [e, s6] = [line("E", 0, 1, 100, 0), line("S", 600, 1, 100, 6)];
      await refused(made, taking([line("S", 300, 1, 100, 3)], [[0, 103]]), "ReversalInvalid", id, 0);
      await refused(made, taking([e, line("S", 900, 1, 100, 9)], [[0, 209]]), "ReversalInvalid", id, 1);
      await refused(made, taking([e, s6, line("Z", 0, 1, 100, 0)], [[0, 306]]), "ReversalInvalid", id, 2);
      await refused(made, taking([s6, e], [[0, 206]]), "ArithmeticInvalid", rule("BR-S-08"), 1);
    });

    it("gives back to payments of the document, in their order, no more than was taken from each", async () => {
      const made = await loadFixture(ready);
      const { world, id, taking, reverse, drawn } = made;
      const lines = [line("S", 1300, 1, 2_000, 260)];
      const elsewhere = [{ payment: word(), amount: 2_260 }];
      await refused(made, taking(lines, [], { draws: elsewhere }), "DrawInvalid", id, 0);
      const other = await issue(world);
      const theirs = [{ payment: await world.payments.idOf(other.payment), amount: 2_260 }];
      await refused(made, taking(lines, [], { draws: theirs }), "DrawInvalid", id, 0);
      await refused(
        made,
        taking(lines, [
          [1, 1_000],
          [0, 1_260],
        ]),
        "DrawInvalid",
        id,
        1,
      );
      await refused(
        made,
        taking(lines, [
          [0, 1_000],
          [0, 1_260],
        ]),
        "DrawInvalid",
        id,
        1,
      );
      await refused(made, taking(lines, [[0, 2_259]]), "ArithmeticInvalid", rule("BR-CO-16"), 0);
      await refused(
        made,
        taking(lines, [
          [0, 2_260],
          [1, 0],
        ]),
        "ArithmeticInvalid",
        rule("BR-CO-16"),
        0,
      );
      const most = [line("S", 1300, 3, 6_000, 780)];
      await refused(
        made,
        taking(most, [
          [0, SIZE + 1],
          [1, 6_779 - SIZE],
        ]),
        "DrawInvalid",
        id,
        0,
      );
      await reverse(taking(lines, [[0, 2_260]]));
      const left = SIZE - 2_260;
      const more = [line("S", 1300, 2, 4_000, 520)];
      await refused(
        made,
        taking(more, [
          [0, left + 1],
          [1, 4_519 - left],
        ]),
        "DrawInvalid",
        id,
        0,
      );
      await reverse(
        taking(more, [
          [0, left],
          [1, 4_520 - left],
        ]),
      );
      expect((await leftOf(world, drawn[0]!)) + (await leftOf(world, drawn[1]!))).to.equal(6_780n);
    });

    it("has the buyer of the document, a root, a time that has come, and a number that nobody used", async () => {
      const made = await loadFixture(ready);
      const { invoice, reverse, taxpayers } = made;
      for (const wrong of [
        { buyer: word() },
        { buyer: ZeroHash },
        { root: ZeroHash },
        { time: (await time.latest()) + 1_000_000 },
      ]) {
        const reversing = reversingOf(invoice, wrong);
        await refused(made, reversing, "InvoiceInvalid", await reversingId(made, reversing));
      }
      await expect(reverse(reversingOf(invoice, { number: invoice.content.number })))
        .to.be.revertedWithCustomError(taxpayers, "NumberUsed")
        .withArgs(Scheme.Digital, invoice.content.number);
      await reverse(reversingOf(invoice, { number: newNumber() }));
    });

    it("may be the same part twice, under two numbers", async () => {
      const { world, reverse, taking, taxpayers, invoices, id } = await loadFixture(ready);
      const part = taking([line("E", 0, 1, 400, 0)], [[0, 400]]);
      await reverse(part);
      await expect(reverse(part)).to.be.revertedWithCustomError(taxpayers, "NumberUsed");
      await reverse({ ...part, number: newNumber() });
      expect(await invoices.reversedOf(id, 0)).to.deep.equal([800n, 0n]);
      expect(
        (await taxpayers.quotaOf(world.seller, TAX, CNY, await taxpayers.currentPeriod(SHIJIAZHUANG))).used,
      ).to.equal(8_200n);
    });
  });
});
