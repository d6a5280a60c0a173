/** What of an invoice goes on chain: its tax rows, and what the chain would refuse. */
import { absolute, sum } from "./amount.js";
import { type Invoice, VAT_CATEGORIES, type VatBreakdown } from "./model.js";
import { numberFault } from "./number.js";
import type { RuleError } from "./rules.js";
import { compareRows, rowKey } from "./totals.js";

/** One row of the breakdown, as the contract takes it. */
export interface TaxLine {
  /** ASCII: "S", "AE". */
  category: string;
  /** Basis points. */
  rate: number;
  /** Lines, allowances and charges of the row; each may bring a rounding of its own. */
  items: number;
  /** Minor units. */
  net: bigint;
  /** Minor units. */
  tax: bigint;
}

// What the contract has room for.
const MAX_AMOUNT = 2n ** 128n - 1n;
const MAX_ROWS = 16;
const MAX_PAYMENTS = 64;
const MAX_ITEMS = 2 ** 16 - 1;

/** Categories that bear no tax, and how their family of rules is called. */
const UNTAXED: Readonly<Record<string, string>> = { Z: "Z", E: "E", AE: "AE", K: "IC", G: "G", O: "O" };

/** How many lines, allowances and charges a row of the breakdown is made of. */
export function itemsOf(
  { lines, allowances = [], charges = [] }: Pick<Invoice, "lines" | "allowances" | "charges">,
  { category, rate }: Pick<VatBreakdown, "category" | "rate">,
): number {
  const key = rowKey(category, rate);
  return [...lines, ...allowances, ...charges].filter((item) => rowKey(item.category, item.rate) === key).length;
}

/** The contract's BR-CO-17: |tax - net x rate| is at most one minor unit for each item, at most 100 and at most net; of nothing there is no tax. */
export function isTaxExact(net: bigint, tax: bigint, rate: number, items: number): boolean {
  if (net === 0n) return tax === 0n;
  return absolute(tax * 10_000n - net * BigInt(rate)) <= least(BigInt(Math.min(items, 100)), absolute(net)) * 10_000n;
}

/** The rows for the chain, ascending by category and rate. */
export function taxLines(invoice: Pick<Invoice, "lines" | "allowances" | "charges" | "breakdown">): TaxLine[] {
  return invoice.breakdown
    .map((row) => ({
      category: row.category,
      rate: row.rate ?? 0,
      items: itemsOf(invoice, row),
      net: row.net,
      tax: row.tax,
    }))
    .sort(compareRows);
}

/**
 * Why the chain would refuse an invoice, or cannot carry it; none if it can be issued. Rules that the contract names have their names, what
 * only the chain asks for is called CHAIN-.
 */
export function chainErrors(invoice: Invoice): RuleError[] {
  const errors: RuleError[] = [];
  const fault = (rule: string, where: string, message: string) => errors.push({ rule, where, message });
  const { totals, payments = [], numberScheme = "Own" } = invoice;

  if (invoice.typeCode !== "380" && invoice.typeCode !== "381") {
    fault("CHAIN-TYPE", "typeCode (BT-3)", "the chain knows 380 (invoice) and 381 (credit note) only");
  }
  if (invoice.kind === undefined) fault("CHAIN-KIND", "kind", "is missing; say what the document is, e.g. VatOrdinary");
  const number = numberFault(numberScheme, invoice.number);
  if (number !== undefined) fault("CHAIN-NUMBER", "number (BT-1)", number);

  const rows = taxLines(invoice);
  if (rows.length === 0) fault("BR-CO-18", "breakdown (BG-23)", "is empty; add a row for each VAT rate");
  if (rows.length > MAX_ROWS) {
    fault(
      "BR-CO-18",
      "breakdown (BG-23)",
      `has ${rows.length} rows, and the chain takes ${MAX_ROWS}; make two invoices of it`,
    );
  }
  rows.forEach((row, i) => {
    errors.push(...rowErrors(row, i, rows[i - 1]));
  });

  if (sum(rows.map(({ net }) => net)) !== totals.net) {
    fault("BR-CO-13", "totals.net (BT-109)", "is not the sum of the breakdown's net amounts; correct it");
  }
  if (sum(rows.map(({ tax }) => tax)) !== totals.tax) {
    fault("BR-CO-14", "totals.tax (BT-110)", "is not the sum of the breakdown's taxes; correct it");
  }
  if (totals.gross !== totals.net + totals.tax) {
    fault("BR-CO-15", "totals.gross (BT-112)", "is not net plus tax; correct it");
  }
  if (totals.gross <= 0n) fault("BR-CO-15", "totals.gross (BT-112)", "must be more than 0; the type says which way");
  if (totals.gross > MAX_AMOUNT) fault("CHAIN-SIZE", "totals.gross (BT-112)", "is more than the chain has room for");

  if (payments.length > MAX_PAYMENTS) {
    const message = `there are ${payments.length}, and the chain takes ${MAX_PAYMENTS}; make two invoices of it`;
    fault("BR-CO-16", "payments", message);
  }
  payments.forEach(({ amount }, i) => {
    if (amount <= 0n) fault("BR-CO-16", `payments[${i}].amount`, "must be more than 0; leave the payment out");
  });
  if (sum(payments.map(({ amount }) => amount)) !== totals.gross) {
    fault("BR-CO-16", "payments", "what is taken from the payments is not the gross amount (BT-112); make them equal");
  }
  return errors;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function rowErrors({ category, rate, items, net, tax }: TaxLine, i: number, before: TaxLine | undefined): RuleError[] {
  const errors: RuleError[] = [];
  const fault = (rule: string, field: string, message: string) => {
    errors.push({ rule, where: `taxLines[${i}].${field} (${category} ${rate})`, message });
  };
  if (!(VAT_CATEGORIES as readonly string[]).includes(category)) {
    fault("BR-CL-18", "category", `is none of ${VAT_CATEGORIES.join(", ")}`);
  }
  const family = Object.hasOwn(UNTAXED, category) ? UNTAXED[category] : undefined;
  if (category === "S" && rate <= 0)
    fault("BR-S-05", "rate", "must be more than 0; without tax the category is another");
  if (family !== undefined && rate !== 0) fault(`BR-${family}-05`, "rate", "must be 0 in this category");
  if (family !== undefined && tax !== 0n) fault(`BR-${family}-09`, "tax", "must be 0 in this category");
  if (before?.category === category && before.rate === rate) {
    fault("BR-S-08", "rate", "is there twice for this category; put the rows together");
  }
  if (items === 0)
    fault("CHAIN-ITEMS", "items", "no line has this category and rate; remove the row or correct the lines");
  if (items > MAX_ITEMS) fault("CHAIN-SIZE", "items", `are more than ${MAX_ITEMS}; make two invoices of it`);
  if (rate > 10_000) fault("BR-CO-17", "rate", "is more than 100 %");
  if (!isTaxExact(net, tax, rate, items)) {
    fault(
      "BR-CO-17",
      "tax",
      "is further from net times rate than one minor unit for each line, at most 100 and at most net",
    );
  }
  if (net < 0n)
    fault("CHAIN-NEGATIVE", "net", "is negative, which the chain cannot carry; a reversal is a credit note");
  if (tax < 0n)
    fault("CHAIN-NEGATIVE", "tax", "is negative, which the chain cannot carry; a reversal is a credit note");
  return errors;
}
