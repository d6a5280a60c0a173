/**
 * The rules of EN 16931 by their names, all errors at once. Sums and code lists are here; what a document must have is in
 * ./rules-content.js, and what each VAT category asks is in ./rules-vat.js. Codes of schemes and units are not looked up.
 */
import { absolute, divideRounded, findCurrency, formatAmount, sum, taxOn } from "./amount.js";
import type { Invoice, VatBreakdown } from "./model.js";
import { codeErrors, contentErrors } from "./rules-content.js";
import { vatErrors } from "./rules-vat.js";
import { isTaxExact, itemsOf } from "./tax-lines.js";

/** A rule that an invoice breaks. */
export interface RuleError {
  /** `BR-CO-15` */
  rule: string;
  /** Field of the model and business term: `totals.gross (BT-112)`. */
  where: string;
  /** What is wrong and what to do, in plain words. */
  message: string;
}

/**
 * How exactly a tax must be net times rate (BR-CO-17): "standard" within less than 1.00, as the official validation does; "peppol" within
 * 0.02; "chain" within one minor unit for each item of the row, at most 100, as the contract does.
 */
export type Tolerance = "standard" | "peppol" | "chain";

/** An invoice breaks rules; `errors` has them all. */
export class InvoiceRuleError extends Error {
  override readonly name = "InvoiceRuleError";

  constructor(
    what: string,
    readonly errors: readonly RuleError[],
  ) {
    super(`${what}: ${errors.map(({ rule, where, message }) => `[${rule}] ${where}: ${message}`).join("; ")}`);
  }
}

/** All rules that an invoice breaks; none if it is as EN 16931 wants it. */
export function validateInvoice(invoice: Invoice, tolerance: Tolerance = "standard"): RuleError[] {
  return [
    ...contentErrors(invoice),
    ...codeErrors(invoice),
    ...sumErrors(invoice),
    ...taxErrors(invoice, tolerance),
    ...vatErrors(invoice),
  ];
}

/** @throws InvoiceRuleError if `validateInvoice` finds anything. */
export function assertInvoice(invoice: Invoice, tolerance: Tolerance = "standard"): void {
  const errors = validateInvoice(invoice, tolerance);
  if (errors.length !== 0) throw new InvoiceRuleError(`the invoice ${invoice.number} breaks rules`, errors);
}

/** BR-CO-10 to 16, 18, and BR-53. */
function sumErrors({ lines, allowances = [], charges = [], breakdown, totals, currency, taxCurrency }: Invoice) {
  const errors: RuleError[] = [];
  const show = (amount: bigint) => formatAmount(amount, digitsOf(currency));
  const equal = (rule: string, where: string, is: bigint, expected: bigint, how: string) => {
    if (is !== expected)
      errors.push({ rule, where, message: `is ${show(is)}, but ${how} ${show(expected)}; correct it` });
  };
  const amounts = (list: readonly { amount: bigint }[]) => sum(list.map(({ amount }) => amount));
  equal("BR-CO-10", "totals.lines (BT-106)", totals.lines, sum(lines.map(({ net }) => net)), "the lines sum to");
  equal("BR-CO-11", "totals.allowances (BT-107)", totals.allowances, amounts(allowances), "the allowances sum to");
  equal("BR-CO-12", "totals.charges (BT-108)", totals.charges, amounts(charges), "the charges sum to");
  const net = totals.lines - totals.allowances + totals.charges;
  equal("BR-CO-13", "totals.net (BT-109)", totals.net, net, "lines less allowances plus charges are");
  const tax = sum(breakdown.map((row) => row.tax));
  equal("BR-CO-14", "totals.tax (BT-110)", totals.tax, tax, "the breakdown's taxes sum to");
  equal("BR-CO-15", "totals.gross (BT-112)", totals.gross, totals.net + totals.tax, "net plus tax is");
  const due = totals.gross - totals.paid + totals.rounding;
  equal("BR-CO-16", "totals.due (BT-115)", totals.due, due, "gross less paid plus rounding is");
  if (breakdown.length === 0) {
    errors.push({ rule: "BR-CO-18", where: "breakdown (BG-23)", message: "is empty; add a row for each VAT rate" });
  }
  if (taxCurrency !== undefined && taxCurrency !== currency && totals.taxInTaxCurrency === undefined) {
    const message = `is missing; state the VAT in ${taxCurrency} too, or leave the tax currency out`;
    errors.push({ rule: "BR-53", where: "totals.taxInTaxCurrency (BT-111)", message });
  }
  return errors;
}

/** BR-CO-17 of each row. */
function taxErrors(invoice: Invoice, tolerance: Tolerance): RuleError[] {
  const digits = digitsOf(invoice.currency);
  return invoice.breakdown.flatMap((row, i) => {
    if (withinTolerance(row, tolerance, digits, itemsOf(invoice, row))) return [];
    const expected = formatAmount(taxOn(row.net, row.rate ?? 0), digits);
    return {
      rule: "BR-CO-17",
      where: `breakdown[${i}].tax (BT-117)`,
      message: `is ${formatAmount(row.tax, digits)}, but net times rate is ${expected}; compute it again`,
    };
  });
}

function withinTolerance(
  { net, tax, rate = 0 }: VatBreakdown,
  tolerance: Tolerance,
  digits: number,
  items: number,
): boolean {
  switch (tolerance) {
    case "standard": {
      // the official check rounds net times rate to hundredths, whatever the currency's minor unit is
      const unit = 10n ** BigInt(digits);
      const expected = divideRounded(net * BigInt(rate), unit * 100n);
      return absolute(tax * 100n - expected * unit) < unit * 100n;
    }
    case "peppol":
      return absolute(tax - taxOn(net, rate)) * 50n <= 10n ** BigInt(digits);
    case "chain":
      return isTaxExact(net, tax, rate, items);
  }
}

/** Digits of the minor unit, 2 for a currency that is none (of which BR-CL-04 tells). */
function digitsOf(currency: string): number {
  return findCurrency(currency)?.digits ?? 2;
}
