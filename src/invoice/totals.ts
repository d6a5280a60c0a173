/**
 * The totals engine: from lines, allowances and charges to the VAT breakdown and all totals, in whole minor units.
 *
 * With prices without VAT, each line's net is rounded and each row's tax is computed on the row. With prices that include VAT (Chinese
 * retail), each line's gross is taken apart, and a row's tax is the sum of its lines'; so that BR-CO-17 is met within one minor unit for
 * each line, and not always exactly. In a currency without minor unit (JPY) two such lines can be 1.00 off, more than the standard allows.
 */
import { amountOf, currencyOf, priceOf, splitGross, sum, taxOn } from "./amount.js";
import type { Adjustment, DocumentAdjustment, Invoice, InvoiceLine, Totals, VatBreakdown } from "./model.js";

/** A line before the sums are made. `price`, and allowances and charges, are with VAT if the draft's prices are. */
export type LineDraft = Omit<InvoiceLine, "id" | "net" | "tax"> & {
  /** Its place, counted from 1, if absent. */
  id?: string;
};

/** An invoice before the sums are made. */
export type InvoiceDraft = Omit<Invoice, "lines" | "breakdown" | "totals"> & {
  /** Whether prices, and amounts of allowances and charges, are without VAT or with it. */
  prices: "exclusive" | "inclusive";
  /** Whether tax is computed for each row of the breakdown, or for each line, as Chinese documents state it; with prices with VAT it always is. */
  taxes?: "row" | "line";
  lines: LineDraft[];
  /** BT-113; the sum of `payments` if absent. */
  paid?: bigint;
  /** BT-114; 0 if absent. */
  rounding?: bigint;
  /** Why a category has no VAT (BT-120, 121), by category. */
  exemptions?: Readonly<Record<string, Pick<VatBreakdown, "exemptionReason" | "exemptionCode">>>;
};

/** Lines, allowances and charges of one row of the breakdown: each counts with its sign. */
interface Item {
  category: string;
  rate: number | undefined;
  net: bigint;
  tax: bigint | undefined;
}

/** BT-131 of a line: quantity times price, rounded, less allowances, plus charges. */
export function lineNet(
  line: Pick<InvoiceLine, "quantity" | "price" | "priceQuantity" | "allowances" | "charges">,
  digits: number,
): bigint {
  return amountOf(line.quantity, line.price, digits, line.priceQuantity) + adjusted(line);
}

/** BG-23 of lines, allowances and charges, ascending by category and rate. */
export function computeBreakdown({
  lines,
  allowances = [],
  charges = [],
}: Pick<Invoice, "lines" | "allowances" | "charges">): VatBreakdown[] {
  const rows = new Map<string, Item[]>();
  const add = ({ category, rate, tax }: InvoiceLine | DocumentAdjustment, sign: bigint, net: bigint) => {
    const key = rowKey(category, rate);
    const row = rows.get(key) ?? [];
    row.push({ category, rate, net: sign * net, tax: tax === undefined ? undefined : sign * tax });
    rows.set(key, row);
  };
  for (const line of lines) add(line, 1n, line.net);
  for (const allowance of allowances) add(allowance, -1n, allowance.amount);
  for (const charge of charges) add(charge, 1n, charge.amount);
  return [...rows.values()].map(rowOf).sort(compareRows);
}

/** Whether two rows are of one category and rate; a missing rate is 0 and not the same as 0. */
export function rowKey(category: string, rate: number | undefined): string {
  return `${category} ${rate ?? ""}`;
}

/** The order of rows on chain: category in ASCII, then rate. */
export function compareRows(
  a: Pick<VatBreakdown, "category" | "rate">,
  b: Pick<VatBreakdown, "category" | "rate">,
): number {
  if (a.category !== b.category) return a.category < b.category ? -1 : 1;
  return (a.rate ?? 0) - (b.rate ?? 0);
}

/**
 * BG-22 and BG-23 of an invoice whose lines are known.
 * @param paid BT-113.
 * @param rounding BT-114.
 */
export function computeTotals(
  parts: Pick<Invoice, "lines" | "allowances" | "charges">,
  { paid = 0n, rounding = 0n }: { paid?: bigint; rounding?: bigint } = {},
): { breakdown: VatBreakdown[]; totals: Totals } {
  const breakdown = computeBreakdown(parts);
  const lines = sum(parts.lines.map(({ net }) => net));
  const allowances = sum((parts.allowances ?? []).map(({ amount }) => amount));
  const charges = sum((parts.charges ?? []).map(({ amount }) => amount));
  const net = lines - allowances + charges;
  const tax = sum(breakdown.map((row) => row.tax));
  const gross = net + tax;
  const due = gross - paid + rounding;
  return { breakdown, totals: { lines, allowances, charges, net, tax, gross, paid, rounding, due } };
}

/**
 * A draft with all its sums.
 * @throws AmountError for a currency, quantity or price that is none; RangeError for a gross price or discount among prices with VAT.
 */
export function completeInvoice(draft: InvoiceDraft): Invoice {
  const { prices, taxes = "row", lines: drafts, paid, rounding = 0n, exemptions = {}, ...rest } = draft;
  const { digits } = currencyOf(draft.currency);
  const lines = drafts.map((line, i) => {
    const numbered = { ...line, id: line.id ?? String(i + 1) };
    if (prices === "inclusive") return lineWithoutTax(numbered, digits);
    const net = lineNet(line, digits);
    return { ...numbered, net, ...(taxes === "line" ? { tax: taxOn(net, line.rate ?? 0) } : {}) };
  });
  const parts: Pick<Invoice, "lines" | "allowances" | "charges"> = { lines };
  for (const kind of ["allowances", "charges"] as const) {
    const given = draft[kind];
    if (given === undefined) continue;
    if (prices === "inclusive") parts[kind] = given.map(adjustmentWithoutTax);
    else if (taxes === "line") parts[kind] = given.map((one) => ({ ...one, tax: taxOn(one.amount, one.rate ?? 0) }));
    else parts[kind] = given;
  }
  const already = paid ?? sum((draft.payments ?? []).map(({ amount }) => amount));
  const { breakdown, totals } = computeTotals(parts, { paid: already, rounding });
  return {
    ...rest,
    ...parts,
    breakdown: breakdown.map((row) => ({ ...row, ...exemptions[row.category] })),
    totals,
  };
}

function rowOf(items: readonly Item[]): VatBreakdown {
  const { category = "", rate } = items[0] ?? {};
  const net = sum(items.map((item) => item.net));
  const taxes = items.map(({ tax }) => tax).filter((tax) => tax !== undefined);
  const stated = taxes.length === items.length; // each line says its tax: the row is their sum
  const tax = stated ? sum(taxes) : taxOn(net, rate ?? 0);
  return { category, ...(rate === undefined ? {} : { rate }), net, tax };
}

/** A line whose price, allowances and charges are with VAT. */
function lineWithoutTax(line: LineDraft & { id: string }, digits: number): InvoiceLine {
  const { rate = 0, quantity, priceQuantity } = line;
  if (line.grossPrice !== undefined || line.priceDiscount !== undefined) {
    throw new RangeError("a price before discount is without VAT; leave it out where prices include VAT");
  }
  const { net, tax } = splitGross(lineNet(line, digits), rate);
  const parts: Pick<InvoiceLine, "allowances" | "charges"> = {};
  for (const kind of ["allowances", "charges"] as const) {
    const given = line[kind];
    if (given !== undefined) parts[kind] = given.map((one) => withoutTax(one, rate));
  }
  const price = priceOf(net - adjusted(parts), quantity, digits, priceQuantity);
  return { ...line, ...parts, price, net, tax };
}

function adjustmentWithoutTax(given: DocumentAdjustment): DocumentAdjustment {
  const { tax } = splitGross(given.amount, given.rate ?? 0);
  return { ...withoutTax(given, given.rate ?? 0), tax };
}

function withoutTax<T extends Adjustment>(given: T, rate: number): T {
  const { amount, baseAmount } = given;
  const base = baseAmount === undefined ? {} : { baseAmount: splitGross(baseAmount, rate).net };
  return { ...given, amount: splitGross(amount, rate).net, ...base };
}

/** What a line's allowances and charges change. */
function adjusted({ allowances = [], charges = [] }: Pick<InvoiceLine, "allowances" | "charges">): bigint {
  return sum(charges.map(({ amount }) => amount)) - sum(allowances.map(({ amount }) => amount));
}
