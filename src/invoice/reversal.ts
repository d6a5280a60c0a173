/** Documents that reverse others, wholly or in part: built so that what is taken off and what is left both add up. */
import type { Contracts } from "../contracts.js";
import { absolute, currencyOf, divideRounded, formatAmount, parseDecimal, sum, trimDecimal } from "./amount.js";
import { assemble, type PreparedDraw, ruleErrors, withBuyer } from "./build.js";
import { documentId, type InvoiceDocument, InvoiceDocumentError, invoiceOfDocument } from "./document.js";
import type { Invoice, InvoiceLine, VatBreakdown } from "./model.js";
import { categoryText, type TaxLineRecord } from "./record.js";
import { InvoiceRuleError } from "./rules.js";
import { isTaxExact, itemsOf } from "./tax-lines.js";
import { computeTotals, rowKey } from "./totals.js";

/** What of a document is not reversed yet, in minor units. */
export interface LeftOfInvoice {
  /** By the record's tax rows. */
  lines: { net: bigint; tax: bigint }[];
  /** By the record's draws. */
  draws: bigint[];
}

/** A line that is taken back. */
export interface ReversedLine {
  /** BT-126 of the document's line. */
  id: string;
  /** How much of the line's quantity; all of it if left out. */
  quantity?: string;
}

/** How a document is reversed. */
export interface ReversalOptions {
  /** Number of the reversing document, in the scheme of the other. */
  number: string;
  /** When; not after the chain's own time. */
  time: Date;
  /** Its day, `2024-05-06`; the UTC day of `time` if left out. */
  issueDate?: string;
  /** The lines that are taken back; all that is left if left out. */
  lines?: readonly ReversedLine[];
  /** What earlier reversals left: `leftOfInvoice`; all of it if left out. */
  left?: LeftOfInvoice;
  /** Why, for people (BT-22). */
  note?: string;
}

/** What is left of a document that is on the chain. */
export async function leftOfInvoice(
  { invoices }: Pick<Contracts, "invoices">,
  document: Pick<InvoiceDocument, "chainId" | "registry" | "record">,
): Promise<LeftOfInvoice> {
  const id = documentId(document);
  const { lines, draws } = document.record.content;
  const [reversed, given] = await Promise.all([
    Promise.all(lines.map((_, i) => invoices.reversedOf(id, i))),
    Promise.all(draws.map(({ payment }) => invoices.givenBackOf(id, payment))),
  ]);
  return {
    lines: lines.map(({ net, tax }, i) => ({
      net: BigInt(net) - (reversed[i]?.net ?? 0n),
      tax: BigInt(tax) - (reversed[i]?.tax ?? 0n),
    })),
    draws: draws.map(({ amount }, i) => BigInt(amount) - (given[i] ?? 0n)),
  };
}

/**
 * The document that reverses another, ready to be proposed or carried out. It gives back to the payments from the first on. Needs no chain.
 * @throws InvoiceRuleError by the rules' names: CHAIN-LEFT for more than is left, BR-CO-17 where no tax fits both halves;
 * InvoiceDocumentError if fields of the document are withheld.
 */
export function buildReversal(document: InvoiceDocument, options: ReversalOptions): InvoiceDocument {
  const original = invoiceOfDocument(document);
  const { record } = document;
  const { content } = record;
  const left = options.left ?? {
    lines: content.lines.map(({ net, tax }) => ({ net: BigInt(net), tax: BigInt(tax) })),
    draws: content.draws.map(({ amount }) => BigInt(amount)),
  };
  const untouched = content.lines.every(({ net, tax }, i) => {
    const rest = left.lines[i];
    return rest !== undefined && BigInt(net) === rest.net && BigInt(tax) === rest.tax;
  });
  const parts = (() => {
    if (options.lines !== undefined) return takeLines(original, options.lines, content.lines, left);
    return untouched ? undefined : theRest(original, content.lines, left);
  })();
  const draws = giveBack(document, parts?.totals.gross ?? original.totals.gross, left);
  const model = creditNote(original, parts, draws, options);
  const errors = ruleErrors(model, record.content.buyer === ZERO);
  if (errors.length !== 0) throw new InvoiceRuleError(`the reversal ${options.number} cannot be issued`, errors);
  const { buyer } = content;
  const reversing = assemble(document, model, record.terms.seller, {
    ...{ time: options.time, draws, buyer, reverses: documentId(document) },
  });
  return withBuyer(reversing, document.buyer, document.title);
}

const ZERO = `0x${"0".repeat(64)}`;

type Parts = Pick<Invoice, "lines" | "breakdown" | "totals">;

function creditNote(
  original: Invoice,
  parts: Parts | undefined,
  draws: readonly PreparedDraw[],
  { number, time, issueDate = time.toISOString().slice(0, 10), note }: ReversalOptions,
): Invoice {
  const { allowances, charges, dueDate, precedingInvoices, payments, ...rest } = original;
  const whole = { lines: original.lines, ...given({ allowances, charges }) };
  return {
    ...rest,
    ...(parts ?? whole),
    ...given({ dueDate: parts === undefined ? dueDate : undefined }),
    payments: draws.map(({ payment, amount }, i) => ({
      provider: payments?.[i]?.provider ?? payment.provider,
      reference: payments?.[i]?.reference ?? payment.transactionId,
      amount,
    })),
    typeCode: "381",
    number,
    issueDate,
    precedingInvoices: [...(precedingInvoices ?? []), { number: original.number, issueDate: original.issueDate }],
    notes: [...(original.notes ?? []), ...(note === undefined ? [] : [{ text: note }])],
  };
}

/** Chosen lines, with the tax of each row moved as little as it takes for both halves to be within the tolerance. */
function takeLines(
  original: Invoice,
  wanted: readonly ReversedLine[],
  rows: readonly TaxLineRecord[],
  left: LeftOfInvoice,
): Parts {
  const lines = wanted.map(({ id, quantity }) => {
    const line = original.lines.find((one) => one.id === id);
    if (line === undefined) throw refused("CHAIN-LINE", `line ${id}`, "is none of the document; take its BT-126");
    return quantity === undefined ? line : shareOf(line, quantity);
  });
  if (new Set(wanted.map(({ id }) => id)).size !== wanted.length) {
    throw refused("CHAIN-LINE", "lines", "has a line twice; put the quantities together");
  }
  return fitted(original, lines, rows, left);
}

/** All that is left, as one line for each row; or as many as the row's rounding needs. */
function theRest(original: Invoice, rows: readonly TaxLineRecord[], left: LeftOfInvoice): Parts {
  const lines = rows.flatMap((row, i): InvoiceLine[] => {
    const { net, tax } = left.lines[i] ?? { net: 0n, tax: 0n };
    if (net === 0n && tax === 0n) return [];
    const category = categoryText(row.category);
    const { rate } = original.breakdown.find((one) => one.category === category && (one.rate ?? 0) === row.rate) ?? {};
    let count = 1;
    while (count < row.items && !isTaxExact(net, tax, row.rate, count)) count++;
    return Array.from({ length: count }, (_, n) => ({
      id: `${i + 1}.${n + 1}`,
      name: `rest of ${original.number}`,
      quantity: "1",
      unit: "C62",
      ...amountsOf(partOf(net, n, count), original.currency),
      tax: partOf(tax, n, count),
      category,
      ...given({ rate }),
    }));
  });
  if (lines.length === 0) throw refused("CHAIN-LEFT", "lines", "are all reversed already; nothing is left");
  return fitted(original, lines, rows, left);
}

function fitted(original: Invoice, lines: InvoiceLine[], rows: readonly TaxLineRecord[], left: LeftOfInvoice): Parts {
  const breakdown = computeTotals({ lines }).breakdown.map((row) => {
    const { exemptionReason, exemptionCode } =
      original.breakdown.find((one) => rowKey(one.category, one.rate) === rowKey(row.category, row.rate)) ?? {};
    return { ...row, ...given({ exemptionReason, exemptionCode }) };
  });
  const fittedLines = [...lines];
  const taken = breakdown.map((row): VatBreakdown => {
    const index = rows.findIndex(
      ({ category, rate }) => categoryText(category) === row.category && rate === (row.rate ?? 0),
    );
    const tax = taxFor(row, itemsOf({ lines }, row), rows[index], left.lines[index]);
    if (tax === row.tax) return row;
    const last = fittedLines.findLastIndex(
      (line) => rowKey(line.category, line.rate) === rowKey(row.category, row.rate),
    );
    const line = fittedLines[last];
    if (line?.tax !== undefined) fittedLines[last] = { ...line, tax: line.tax + tax - row.tax };
    return { ...row, tax };
  });
  const net = sum(taken.map((row) => row.net));
  const tax = sum(taken.map((row) => row.tax));
  const gross = net + tax;
  return {
    lines: fittedLines,
    breakdown: taken,
    totals: { lines: net, allowances: 0n, charges: 0n, net, tax, gross, paid: gross, rounding: 0n, due: 0n },
  };
}

/** The tax nearest to the row's own that leaves both halves within the tolerance. */
function taxFor(
  row: VatBreakdown,
  items: number,
  whole: TaxLineRecord | undefined,
  left: { net: bigint; tax: bigint } | undefined,
): bigint {
  const where = `the rate ${row.category} ${row.rate ?? 0}`;
  if (whole === undefined || left === undefined || row.net > left.net || row.net < 0n) {
    throw refused("CHAIN-LEFT", where, "has less left than is taken back; take back less");
  }
  const fits = (tax: bigint) =>
    tax >= 0n &&
    tax <= left.tax &&
    isTaxExact(row.net, tax, whole.rate, items) &&
    isTaxExact(left.net - row.net, left.tax - tax, whole.rate, whole.items);
  for (let step = 0n; step <= 200n; step++) {
    if (fits(row.tax - step)) return row.tax - step;
    if (fits(row.tax + step)) return row.tax + step;
  }
  throw refused("BR-CO-17", where, "has no tax that fits what is taken back and what is left; take back other lines");
}

/** To each payment what was taken from it, from the first on. */
function giveBack({ record, evidence }: InvoiceDocument, gross: bigint, left: LeftOfInvoice): PreparedDraw[] {
  let rest = gross;
  const draws = record.content.draws.flatMap(({ payment: id }, i): PreparedDraw[] => {
    const known = left.draws[i] ?? 0n;
    const amount = known < rest ? known : rest;
    const proof = evidence[i];
    if (proof === undefined) throw new InvoiceDocumentError(["its payments are withheld; ask for the whole document"]);
    rest -= amount;
    return amount === 0n ? [] : [{ id, amount, ...proof }];
  });
  if (rest !== 0n) throw refused("CHAIN-LEFT", "the payments", "have less left than is taken back; take back less");
  return draws;
}

/** A part of a line by its quantity. */
function shareOf(line: InvoiceLine, quantity: string): InvoiceLine {
  const [part, whole] = [parseDecimal(quantity), parseDecimal(line.quantity)];
  const top = part.digits * 10n ** BigInt(whole.scale);
  const bottom = whole.digits * 10n ** BigInt(part.scale);
  if (bottom === 0n || top === 0n || top < 0n !== bottom < 0n || absolute(top) > absolute(bottom)) {
    throw refused("CHAIN-LINE", `line ${line.id}`, `has a quantity of ${line.quantity}; ${quantity} is no part of it`);
  }
  const share = (amount: bigint) => divideRounded(amount * top, bottom);
  const { allowances, charges, tax, ...rest } = line;
  const adjusted = (list: InvoiceLine["charges"]) =>
    list?.map(({ baseAmount, ...one }) => ({
      ...{ ...one, amount: share(one.amount) },
      ...given({ baseAmount: baseAmount === undefined ? undefined : share(baseAmount) }),
    }));
  return {
    ...rest,
    quantity: trimDecimal(quantity),
    net: share(line.net),
    ...given({
      tax: tax === undefined ? undefined : share(tax),
      allowances: adjusted(allowances),
      charges: adjusted(charges),
    }),
  };
}

function amountsOf(net: bigint, currency: string): Pick<InvoiceLine, "net" | "price"> {
  return { net, price: trimDecimal(formatAmount(net, currencyOf(currency).digits)) };
}

/** The n-th of `count` parts of an amount: equal ones, and what is over in the last. */
function partOf(amount: bigint, n: number, count: number): bigint {
  const each = amount / BigInt(count);
  return n === count - 1 ? amount - each * BigInt(count - 1) : each;
}

function refused(rule: string, where: string, message: string): InvoiceRuleError {
  return new InvoiceRuleError("the document cannot be reversed like this", [{ rule, where, message }]);
}

/** Without what is undefined. */
function given<T extends object>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as never;
}
