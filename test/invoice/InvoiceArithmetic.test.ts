import { expect } from "chai";
import fc from "fast-check";

import { currencyOf } from "../../src/invoice/amount.js";
import type { Invoice, VatBreakdown } from "../../src/invoice/model.js";
import { chainErrors, isTaxExact, taxLines } from "../../src/invoice/tax-lines.js";
import { completeInvoice } from "../../src/invoice/totals.js";
import { fromUbl } from "../../src/invoice/ubl.js";
import { InvoiceArithmeticProbe__factory } from "../../typechain/index.js";
import { examples, faultyExamples } from "../client/invoice/examples.js";
import { invoices, RIDE } from "../client/invoice/samples.js";
import { word } from "../identity/world.js";
import { cities, loadFixture } from "../world.js";
import { rule, ruleName } from "./batches.js";
import { category, type Content, type TaxLine } from "./world.js";

const MAX = 2n ** 128n - 1n;

describe("InvoiceArithmetic", () => {
  async function probes() {
    const { administrator } = await loadFixture(cities);
    return { probe: await new InvoiceArithmeticProbe__factory(administrator).deploy() };
  }

  const line = (code: string, rate: number, items: number, net: bigint, tax: bigint): TaxLine => ({
    category: category(code),
    rate,
    items,
    net,
    tax,
  });
  const STANDARD = line("S", 600, 1, 10_000n, 600n);

  /** A document of these lines, with its sums; `amounts` is what it takes from payments, the gross total if absent. */
  function contentOf(lines: TaxLine[], changes: Partial<Content> = {}, amounts?: bigint[]): Content {
    const [net, tax] = (["net", "tax"] as const).map((name) => lines.reduce((sum, one) => sum + BigInt(one[name]), 0n));
    const gross = BigInt(changes.gross ?? net! + tax!);
    return {
      number: 1,
      time: 1,
      buyer: word(),
      invoicedObject: word(),
      root: word(),
      net: net!,
      tax: tax!,
      gross,
      lines,
      draws: (amounts ?? [gross]).map((amount) => ({ payment: word(), amount })),
      ...changes,
    };
  }

  const GOOD: [string, number] = ["", 0];
  const NO_RULE = rule("");

  /** The contract's answer: the rule's name and the index; or "". */
  async function fault(content: Content): Promise<[string, number]> {
    const { probe } = await loadFixture(probes);
    const [name, index] = await probe.faultOf(content);
    return name === NO_RULE ? GOOD : [ruleName(name), Number(index)];
  }

  describe("of the whole", () => {
    it("finds nothing in what adds up", async () => {
      expect(await fault(contentOf([STANDARD]))).to.deep.equal(GOOD);
      expect(rule("BR-CO-17")).to.equal("0x42522d434f2d31370000000000000000");
    });

    it("wants 1 to 16 rows (BR-CO-18)", async () => {
      const rows = (count: number) =>
        Array.from({ length: count }, (_, i) => line("S", i + 1, 1, 10_000n, BigInt(i + 1)));
      expect(await fault(contentOf([], { gross: 1 }))).to.deep.equal(["BR-CO-18", 0]);
      expect(await fault(contentOf(rows(16)))).to.deep.equal(GOOD);
      expect(await fault(contentOf(rows(17)))).to.deep.equal(["BR-CO-18", 17]);
    });

    it("wants the rows' sums: net (BR-CO-13), tax (BR-CO-14), and both (BR-CO-15)", async () => {
      for (const by of [-1n, 1n]) {
        const wrong = async (changes: Partial<Content>) => fault(contentOf([STANDARD], changes));
        expect(await wrong({ net: 10_000n + by, gross: 10_600n + by })).to.deep.equal(["BR-CO-13", 0]);
        expect(await wrong({ tax: 600n + by, gross: 10_600n + by })).to.deep.equal(["BR-CO-14", 0]);
        expect(await wrong({ gross: 10_600n + by })).to.deep.equal(["BR-CO-15", 0]);
      }
    });

    it("wants a total above 0 (BR-CO-15)", async () => {
      expect(await fault(contentOf([line("Z", 0, 1, 0n, 0n)], {}, []))).to.deep.equal(["BR-CO-15", 0]);
      expect(await fault(contentOf([line("Z", 0, 1, 1n, 0n)]))).to.deep.equal(GOOD);
    });

    it("wants payments that sum to it, at most 64, none of nothing (BR-CO-16)", async () => {
      const over = async (amounts: bigint[]) => fault(contentOf([STANDARD], {}, amounts));
      const each = (count: number) => [...Array<bigint>(count - 1).fill(100n), 10_600n - 100n * BigInt(count - 1)];
      for (const bad of [[], [10_599n], [10_601n], [10_600n, 0n], [10_600n, 1n], [5_000n, 5_000n], each(65)]) {
        expect(await over(bad), String(bad.length)).to.deep.equal(["BR-CO-16", 0]);
      }
      for (const good of [[10_600n], [1n, 10_599n], each(64)]) expect(await over(good)).to.deep.equal(GOOD);
    });

    it("does not overflow: sums are of more than 128 bits", async () => {
      const most = line("E", 0, 1, MAX, 0n);
      expect(await fault(contentOf([most]))).to.deep.equal(GOOD);
      const two = [most, line("Z", 0, 1, MAX, 0n)];
      expect(await fault(contentOf(two, { net: MAX - 1n, gross: MAX - 1n }))).to.deep.equal(["BR-CO-13", 0]);
      expect(await fault(contentOf(two, { net: MAX, gross: MAX }))).to.deep.equal(["BR-CO-13", 0]);
      const wrapped = contentOf([line("L", 10_000, 1, 2n ** 127n, 2n ** 127n)], { gross: 0 }, []); // 2^128 in all
      expect(await fault(wrapped)).to.deep.equal(["BR-CO-15", 0]);
      const highest = line("S", 10_000, 1, MAX / 2n, MAX / 2n);
      expect(await fault(contentOf([highest]))).to.deep.equal(GOOD);
      const draws = [MAX, MAX, 10_602n]; // their sum is 10_600 modulo 2^128
      expect(await fault(contentOf([STANDARD], {}, draws))).to.deep.equal(["BR-CO-16", 0]);
    });
  });

  describe("of a row", () => {
    it("knows the categories of the standard, each with its rules, and no other (BR-CL-18)", async () => {
      for (const code of ["S", "L", "M"]) {
        expect(await fault(contentOf([line(code, 700, 1, 10_000n, 700n)])), code).to.deep.equal(GOOD);
      }
      for (const [code, family] of Object.entries({ Z: "Z", E: "E", AE: "AE", K: "IC", G: "G", O: "O" })) {
        expect(await fault(contentOf([line(code, 0, 1, 10_000n, 0n)])), code).to.deep.equal(GOOD);
        expect(await fault(contentOf([line(code, 1, 1, 10_000n, 0n)])), code).to.deep.equal([`BR-${family}-05`, 0]);
        expect(await fault(contentOf([line(code, 0, 1, 10_000n, 1n)])), code).to.deep.equal([`BR-${family}-09`, 0]);
      }
      expect(await fault(contentOf([line("S", 0, 1, 10_000n, 0n)]))).to.deep.equal(["BR-S-05", 0]);
      for (const code of ["A", "B", "s", "SS", "EA", "IC", "IG", " S"]) {
        expect(await fault(contentOf([line(code, 600, 1, 10_000n, 600n)])), code).to.deep.equal(["BR-CL-18", 0]);
      }
      for (const code of ["0x0053", "0x5320", "0xffff"]) {
        const odd = { ...STANDARD, category: code };
        expect(await fault(contentOf([odd])), code).to.deep.equal(["BR-CL-18", 0]);
      }
    });

    it("follows another in order of category and rate, once (BR-S-08)", async () => {
      const [e, s3, s6, z] = [line("E", 0, 1, 5n, 0n), line("S", 300, 1, 100n, 3n), STANDARD, line("Z", 0, 1, 5n, 0n)];
      const ae = line("AE", 0, 1, 5n, 0n);
      expect(await fault(contentOf([ae, e, s3, s6, z]))).to.deep.equal(GOOD);
      expect(await fault(contentOf([s6, s3]))).to.deep.equal(["BR-S-08", 1]);
      expect(await fault(contentOf([s3, s3]))).to.deep.equal(["BR-S-08", 1]);
      expect(await fault(contentOf([ae, e, z, s3]))).to.deep.equal(["BR-S-08", 3]);
      expect(await fault(contentOf([e, ae]))).to.deep.equal(["BR-S-08", 1]);
      expect(await fault(contentOf([{ ...e, category: "0x0000" }]))).to.deep.equal(["BR-S-08", 0]);
    });

    it("names the first row at fault", async () => {
      const bad = line("S", 1300, 1, 10_000n, 1_299n - 1n);
      const rows = [line("E", 0, 1, 1n, 0n), STANDARD, bad, line("Z", 5, 1, 1n, 0n)];
      expect(await fault(contentOf(rows))).to.deep.equal(["BR-CO-17", 2]);
    });

    it("has a tax within one minor unit for each item, at most 100 (BR-CO-17)", async () => {
      const edges: [items: number, net: bigint, rate: number, least: bigint, most: bigint][] = [
        [0, 10_000n, 600, 600n, 600n],
        [1, 10_000n, 600, 599n, 601n],
        [1, 583n, 300, 17n, 18n], // 17.49
        [1, 18_679n, 600, 1_120n, 1_121n], // 1120.74: the first invoice on a chain
        [1, 19_223n, 300, 576n, 577n], // 576.69
        [2, 333n, 1300, 42n, 45n], // 43.29
        [1, 50n, 100, 0n, 1n], // 0.5
        [1, 1n, 1, 0n, 1n],
        [99, 1_000_000n, 900, 89_901n, 90_099n],
        [100, 1_000_000n, 900, 89_900n, 90_100n],
        [101, 1_000_000n, 900, 89_900n, 90_100n],
        [65_535, 1_000_000n, 900, 89_900n, 90_100n],
        [1, 1n, 10_000, 0n, 2n],
        [100, 5n, 600, 0n, 5n], // 0.3, and no more off than the net amount
        [3, 2n, 10_000, 0n, 4n],
      ];
      for (const [items, net, rate, least, most] of edges) {
        for (const [tax, good] of [
          [least - 1n, false],
          [least, true],
          [most, true],
          [most + 1n, false],
        ] as const) {
          if (tax < 0n) continue;
          const name = `${net} at ${rate}, ${items} items, tax ${tax}`;
          expect(await fault(contentOf([line("S", rate, items, net, tax)])), name).to.deep.equal(
            good ? GOOD : ["BR-CO-17", 0],
          );
          expect(isTaxExact(net, tax, rate, items), `the client of ${name}`).to.equal(good);
        }
      }
    });

    it("has a rate of 100 % at most (BR-CO-17)", async () => {
      for (const code of ["S", "L", "M", "Z", "AE"]) {
        expect(await fault(contentOf([line(code, 10_001, 100, 10_000n, 10_001n)])), code).to.deep.equal([
          "BR-CO-17",
          0,
        ]);
      }
      expect(await fault(contentOf([line("S", 10_000, 100, 10_000n, 10_000n)]))).to.deep.equal(GOOD);
    });

    it("of nothing has no tax (BR-CO-17)", async () => {
      expect(await fault(contentOf([line("S", 600, 9, 0n, 0n), line("Z", 0, 1, 1n, 0n)]))).to.deep.equal(GOOD);
      expect(await fault(contentOf([line("S", 600, 9, 0n, 1n)]))).to.deep.equal(["BR-CO-17", 0]);
    });
  });

  // ------------------------------------------------------------------------------------------------- the client's answer

  /** What of an invoice goes on chain. */
  function onChain(invoice: Invoice): Content {
    const { totals, payments = [] } = invoice;
    return {
      ...contentOf(
        taxLines(invoice).map(({ category: code, ...rest }) => ({ category: category(code), ...rest })),
        { net: totals.net, tax: totals.tax, gross: totals.gross },
        payments.map(({ amount }) => amount),
      ),
    };
  }

  /** Whether the contract's types can say it. */
  function fits(invoice: Invoice): boolean {
    const { net, tax, gross } = invoice.totals;
    const amounts = [...invoice.breakdown.flatMap((row) => [row.net, row.tax]), net, tax, gross];
    const draws = (invoice.payments ?? []).map(({ amount }) => amount);
    const codes = invoice.breakdown.every((row) => /^[A-Z]{1,2}$/.test(row.category));
    return codes && [...amounts, ...draws].every((amount) => amount >= 0n && amount <= MAX);
  }

  /** The client's rules that the contract has too: the CHAIN- ones are about what its types can say. */
  const rulesOf = (invoice: Invoice) =>
    new Set(
      chainErrors(invoice)
        .map(({ rule: name }) => name)
        .filter((name) => !name.startsWith("CHAIN-")),
    );

  /** Both find nothing; or both refuse, and the contract's rule, the first it meets, is one of the client's. */
  async function agree(invoice: Invoice): Promise<string> {
    const [name] = await fault(onChain(invoice));
    const rules = rulesOf(invoice);
    if (name === "") expect([...rules]).to.deep.equal([]);
    else expect([...rules]).to.include(name);
    return name;
  }

  describe("and the client", () => {
    it("find nothing in random invoices that add up", async () => {
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(invoices.filter(fits), async (invoice) => {
          expect(await agree(invoice)).to.equal("");
          expect(chainErrors(invoice)).to.deep.equal([]);
          compared++;
        }),
        { numRuns: 300, seed: 20_261_121 },
      );
      expect(compared).to.equal(300);
    });

    it("refuse the same of those that were broken, by the same rule", async () => {
      const row =
        (change: (row: VatBreakdown, by: bigint) => Partial<VatBreakdown>) => (invoice: Invoice, by: bigint) => {
          const index = Number(by < 0n ? -by : by) % invoice.breakdown.length;
          Object.assign(invoice.breakdown[index]!, change(invoice.breakdown[index]!, by));
        };
      const breaks: ((invoice: Invoice, by: bigint) => unknown)[] = [
        ({ totals }, by) => (totals.net += by),
        ({ totals }, by) => (totals.tax += by),
        ({ totals }, by) => (totals.gross += by),
        ({ totals }) => Object.assign(totals, { net: 0n, tax: 0n, gross: 0n }),
        (invoice, by) => (invoice.payments = [{ provider: "p", reference: "r", amount: invoice.totals.gross + by }]),
        (invoice) => invoice.payments!.push({ provider: "p", reference: "0", amount: 0n }),
        (invoice) => (invoice.payments = Array(65).fill(invoice.payments![0]) as NonNullable<Invoice["payments"]>),
        (invoice) => (invoice.breakdown = []),
        (invoice) => invoice.breakdown.push({ ...invoice.breakdown[0]! }),
        row(({ tax }, by) => ({ tax: tax + by })),
        row(({ net }, by) => ({ net: net + by })),
        row(({ net }) => ({ net: 0n, tax: net })),
        row(({ category: code }) => ({ category: code === "S" ? "E" : "S" })),
        row(() => ({ category: "B" })),
        row(() => ({ category: "AE" })),
        row(({ rate = 0 }) => ({ rate: rate === 0 ? 600 : 0 })),
        row(({ rate = 0 }) => ({ rate: rate + 1 })),
        row(({ net }) => ({ rate: 10_001, tax: net })),
      ];
      const met = new Map<string, number>();
      const amount = fc.constantFrom(1n, -1n, 2n, -2n, 100n, -101n, 10_000n);
      await fc.assert(
        fc.asyncProperty(
          invoices,
          fc.array(fc.constantFrom(...breaks), { minLength: 1, maxLength: 2 }),
          amount,
          async (random, changes, by) => {
            const invoice = structuredClone(random);
            for (const change of changes) if (invoice.breakdown.length !== 0) change(invoice, by);
            fc.pre(fits(invoice));
            const name = await agree(invoice);
            met.set(name, (met.get(name) ?? 0) + 1);
          },
        ),
        { numRuns: 400, seed: 20_261_121 },
      );
      expect([...met.keys()]).to.include.members([
        ...["", "BR-CL-18", "BR-S-05", "BR-S-08", "BR-E-05", "BR-E-09", "BR-AE-05"],
        ...["BR-CO-13", "BR-CO-14", "BR-CO-15", "BR-CO-16", "BR-CO-17", "BR-CO-18"],
      ]);
    });

    it("put rows in one order", async () => {
      const codes = ["Z", "M", "AE", "S", "O", "E", "L", "K", "G"];
      const lines = codes.map((code) => ({
        name: code,
        quantity: "1",
        unit: "C62",
        price: "1",
        category: code,
        rate: ["S", "L", "M"].includes(code) ? 700 : 0,
      }));
      const draft = { ...RIDE, prices: "exclusive" as const, lines, payments: [] };
      const { totals } = completeInvoice(draft);
      const payments = [{ provider: "p", reference: "r", amount: totals.gross }];
      expect(await agree(completeInvoice({ ...draft, payments }))).to.equal("");
    });
  });

  describe("and documents that others wrote", () => {
    /** As it is issued: with a kind, and payments of its gross total. */
    const issued = (xml: string): Invoice => {
      const { invoice } = fromUbl(xml);
      const payments = [{ provider: "bank", reference: "1", amount: invoice.totals.gross }];
      return { ...invoice, kind: "VatOrdinary", payments };
    };

    for (const { source, xml } of examples()) {
      it(`${source}: as it stands on chain, row by row`, async () => {
        const invoice = issued(xml);
        expect(await agree(invoice)).to.equal("");
        expect(chainErrors(invoice)).to.deep.equal([]);
        expect(currencyOf(invoice.currency).digits).to.equal(2);
        const content = onChain(invoice);
        expect(content.lines.map(({ net, tax, rate }) => [net, tax, rate])).to.deep.equal(
          invoice.breakdown.map(({ net, tax, rate }) => [net, tax, rate]),
        );
        expect(content.gross).to.equal(invoice.totals.gross);
      });
    }

    /** What the contract says of each; "" where the record does not show it, so that the client alone refuses it. */
    const saidOf: Record<string, string> = {
      "BR-02": "",
      "BR-CL-04": "",
      "BR-CO-10,BR-CO-13": "", // the sum of the lines (BT-106) is not on chain
      "BR-CO-14": "BR-CO-14",
      "BR-CO-15": "BR-CO-15",
      "BR-CO-16": "", // what is due (BT-115) is not on chain
      "BR-CO-17,BR-CO-14": "BR-CO-17",
      "BR-S-08": "BR-CO-17", // the row's net amount was changed
      "BR-S-05": "", // the rate of a line was changed, not that of the row
    };
    for (const { name, xml, breaks } of faultyExamples()) {
      it(`${name}: ${saidOf[String(breaks)] === "" ? "not on chain" : "refused by both for the same"}`, async () => {
        expect(await agree(issued(xml))).to.equal(saidOf[String(breaks)]);
      });
    }
  });
});
