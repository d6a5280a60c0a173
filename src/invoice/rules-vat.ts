/** What EN 16931 asks in each VAT category: the families BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-IG and BR-IP. */
import { sum } from "./amount.js";
import type { DocumentAdjustment, Invoice, InvoiceLine, VatBreakdown } from "./model.js";
import type { RuleError } from "./rules.js";
import { rowKey } from "./totals.js";

interface Family {
  /** As in the rules' names. */
  name: string;
  /** What a rate must be. */
  rate: "positive" | "zero" | "any" | "absent";
  /** Whether the breakdown must or must not say why there is no VAT. */
  reason: "must" | "never";
  /** Which numbers the parties must show, in words; undefined if nothing is missing. */
  identification: (invoice: Invoice) => string | undefined;
}

const sellerOrTax = ({ seller, taxRepresentative }: Invoice) =>
  (seller.vatId ?? seller.taxId ?? taxRepresentative?.vatId)
    ? undefined
    : "the seller's VAT number (BT-31), tax number (BT-32) or representative's VAT number (BT-63)";
const sellerVat = ({ seller, taxRepresentative }: Invoice) =>
  (seller.vatId ?? taxRepresentative?.vatId)
    ? undefined
    : "the seller's VAT number (BT-31) or the representative's (BT-63)";
const reverseCharge = (invoice: Invoice) =>
  sellerOrTax(invoice) ??
  ((invoice.buyer.vatId ?? invoice.buyer.legalId) ? undefined : "the buyer's VAT number (BT-48) or legal id (BT-47)");
const withinUnion = (invoice: Invoice) =>
  sellerVat(invoice) ?? (invoice.buyer.vatId === undefined ? "the buyer's VAT number (BT-48)" : undefined);

const FAMILIES: Readonly<Record<string, Family>> = {
  S: { name: "S", rate: "positive", reason: "never", identification: sellerOrTax },
  Z: { name: "Z", rate: "zero", reason: "never", identification: sellerOrTax },
  E: { name: "E", rate: "zero", reason: "must", identification: sellerOrTax },
  AE: { name: "AE", rate: "zero", reason: "must", identification: reverseCharge },
  K: { name: "IC", rate: "zero", reason: "must", identification: withinUnion },
  G: { name: "G", rate: "zero", reason: "must", identification: sellerVat },
  O: { name: "O", rate: "absent", reason: "must", identification: () => undefined },
  L: { name: "IG", rate: "any", reason: "never", identification: sellerOrTax },
  M: { name: "IP", rate: "any", reason: "never", identification: sellerOrTax },
};

/** A line, allowance or charge, with the numbers of the rules about it. */
interface Part {
  where: string;
  terms: { category: string; rate: string };
  /** -02, -03, -04: what identifies the parties; -05, -06, -07: the rate. */
  rules: { identification: string; rate: string };
  sign: bigint;
  amount: bigint;
  item: InvoiceLine | DocumentAdjustment;
}

/** All errors of the families. */
export function vatErrors(invoice: Invoice): RuleError[] {
  const parts = partsOf(invoice);
  const errors = parts.flatMap((part) => partErrors(invoice, part));
  for (const [category, family] of Object.entries(FAMILIES)) {
    errors.push(...breakdownErrors(invoice, parts, category, family));
  }
  return [...errors, ...outsideErrors(invoice, parts), ...unionErrors(invoice)];
}

function partsOf({ lines, allowances = [], charges = [] }: Invoice): Part[] {
  return [
    ...lines.map((item, i) => ({
      where: `lines[${i}]`,
      terms: { category: "BT-151", rate: "BT-152" },
      rules: { identification: "02", rate: "05" },
      sign: 1n,
      amount: item.net,
      item,
    })),
    ...allowances.map((item, i) => ({
      where: `allowances[${i}]`,
      terms: { category: "BT-95", rate: "BT-96" },
      rules: { identification: "03", rate: "06" },
      sign: -1n,
      amount: item.amount,
      item,
    })),
    ...charges.map((item, i) => ({
      where: `charges[${i}]`,
      terms: { category: "BT-102", rate: "BT-103" },
      rules: { identification: "04", rate: "07" },
      sign: 1n,
      amount: item.amount,
      item,
    })),
  ];
}

function partErrors(invoice: Invoice, { where, terms, rules, item }: Part): RuleError[] {
  const family = familyOf(item.category);
  if (family === undefined) return []; // BR-CL-17 and 18 tell
  const errors: RuleError[] = [];
  const missing = family.identification(invoice);
  if (missing !== undefined) {
    errors.push({
      rule: `BR-${family.name}-${rules.identification}`,
      where: `${where}.category (${terms.category})`,
      message: `the category ${item.category} needs ${missing}; add it`,
    });
  }
  const rate = rateFault(family, item.rate);
  if (rate !== undefined) {
    errors.push({ rule: `BR-${family.name}-${rules.rate}`, where: `${where}.rate (${terms.rate})`, message: rate });
  }
  return errors;
}

function rateFault({ rate: expected }: Family, rate: number | undefined): string | undefined {
  if (expected === "absent") return rate === undefined ? undefined : "must be left out in category O";
  if (rate === undefined) return "is missing; state the rate in basis points";
  if (expected === "positive" && rate <= 0)
    return "must be more than 0 in category S; without tax it is another category";
  if (expected === "zero" && rate !== 0) return "must be 0 in this category";
  return rate < 0 ? "must not be negative" : undefined;
}

/** -01: rows that are there or not; -08: their base; -09: their tax; -10: reasons of exemption. */
function breakdownErrors(invoice: Invoice, parts: readonly Part[], category: string, family: Family): RuleError[] {
  const errors: RuleError[] = [];
  const { name } = family;
  const rows = [...invoice.breakdown.entries()].filter(([, row]) => row.category === category);
  const used = parts.filter(({ item }) => item.category === category);
  const perRate = family.rate === "positive" || family.rate === "any";

  if (used.length !== 0 && (perRate ? rows.length === 0 : rows.length !== 1)) {
    const message = perRate ? `has no row of category ${category}` : `needs one row of category ${category}`;
    errors.push({ rule: `BR-${name}-01`, where: "breakdown (BG-23)", message: `${message}; compute it again` });
  }
  if (used.length === 0 && rows.length !== 0 && !perRate) {
    const message = `has a row of category ${category}, which no line has; remove it`;
    errors.push({ rule: `BR-${name}-01`, where: "breakdown (BG-23)", message });
  }
  if (perRate) {
    const keys = new Set(rows.map(([, { rate }]) => rowKey(category, rate)));
    for (const { item, where } of used) {
      if (keys.has(rowKey(category, item.rate)) || rows.length === 0) continue;
      const message = `the breakdown has no row of ${category} at this rate; compute it again`;
      errors.push({ rule: `BR-${name}-08`, where: `${where}.rate`, message });
    }
    if (keys.size !== rows.length) {
      const message = `has a rate of category ${category} twice; put the rows together`;
      errors.push({ rule: `BR-${name}-08`, where: "breakdown (BG-23)", message });
    }
  }
  for (const [i, row] of rows) errors.push(...rowErrors(family, used, perRate, i, row));
  return errors;
}

function rowErrors(family: Family, used: readonly Part[], perRate: boolean, i: number, row: VatBreakdown): RuleError[] {
  const errors: RuleError[] = [];
  const fault = (number: string, field: string, message: string) => {
    errors.push({ rule: `BR-${family.name}-${number}`, where: `breakdown[${i}].${field}`, message });
  };
  const own = perRate ? used.filter(({ item }) => item.rate === row.rate) : used;
  if (row.net !== sum(own.map(({ sign, amount }) => sign * amount))) {
    fault("08", "net (BT-116)", "is not the sum of the lines, less allowances, plus charges of this rate; correct it");
  }
  if (!perRate && row.tax !== 0n) fault("09", "tax (BT-117)", "must be 0 in this category");
  const hasReason = (row.exemptionReason ?? row.exemptionCode ?? "") !== "";
  if (family.reason === "must" && !hasReason) {
    fault("10", "exemptionReason (BT-120)", "is missing; say in words or by code why there is no VAT");
  }
  if (family.reason === "never" && hasReason) {
    fault("10", "exemptionReason (BT-120)", "does not belong to this category; remove it");
  }
  return errors;
}

/** BR-O-02 to 04 (no VAT numbers), BR-O-11 to 14 (nothing else beside it). */
function outsideErrors(invoice: Invoice, parts: readonly Part[]): RuleError[] {
  const errors: RuleError[] = [];
  const { seller, buyer, taxRepresentative, breakdown } = invoice;
  if (seller.vatId !== undefined || buyer.vatId !== undefined || taxRepresentative !== undefined) {
    for (const { where, rules, item } of parts) {
      if (item.category !== "O") continue;
      const message = "outside of VAT (O) neither seller nor buyer shows a VAT number (BT-31, 48, 63); remove them";
      errors.push({ rule: `BR-O-${rules.identification}`, where: `${where}.category`, message });
    }
  }
  if (!breakdown.some(({ category }) => category === "O")) return errors;
  const message = "beside category O there is no other; make two invoices of it";
  if (breakdown.length > 1) errors.push({ rule: "BR-O-11", where: "breakdown (BG-23)", message });
  const number = { "02": "12", "03": "13", "04": "14" } as Record<string, string>;
  for (const { where, rules, item } of parts) {
    if (item.category === "O") continue;
    errors.push({ rule: `BR-O-${number[rules.identification] ?? "12"}`, where: `${where}.category`, message });
  }
  return errors;
}

/** BR-IC-11 and 12: a delivery within the EU says when and where to. */
function unionErrors({ breakdown, delivery, period }: Invoice): RuleError[] {
  if (!breakdown.some(({ category }) => category === "K")) return [];
  const errors: RuleError[] = [];
  if (delivery?.date === undefined && period === undefined) {
    const message = "is missing; category K needs the day of delivery or the period (BG-14)";
    errors.push({ rule: "BR-IC-11", where: "delivery.date (BT-72)", message });
  }
  if (delivery?.address === undefined) {
    const message = "is missing; category K needs the country of delivery";
    errors.push({ rule: "BR-IC-12", where: "delivery.address.country (BT-80)", message });
  }
  return errors;
}

function familyOf(category: string): Family | undefined {
  return Object.hasOwn(FAMILIES, category) ? FAMILIES[category] : undefined;
}
