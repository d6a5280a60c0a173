/** What an invoice must have (BR-01 to BR-65), and what its codes may be (BR-CL). */
import { findCurrency, isDecimal, parseDecimal } from "./amount.js";
import {
  ALLOWANCE_REASONS,
  COUNTRIES,
  CREDIT_NOTE_TYPES,
  INVOICE_TYPES,
  PAYMENT_MEANS,
  TAX_POINT_CODES,
  VAT_PREFIXES,
} from "./code-lists.js";
import { type Address, type Adjustment, type Invoice, type InvoiceLine, type Period, VAT_CATEGORIES } from "./model.js";
import type { RuleError } from "./rules.js";

/** Collects errors. */
class Errors {
  readonly list: RuleError[] = [];

  add(rule: string, where: string, message: string): void {
    this.list.push({ rule, where, message });
  }

  /** A text that must be there. */
  need(rule: string, where: string, text: string | undefined): void {
    if (text === undefined || text.trim() === "") this.add(rule, where, "is missing; add it");
  }

  /** A code that, if it is there, must be of its list. */
  code(rule: string, where: string, code: string | undefined, list: ReadonlySet<string>, what: string): void {
    if (code !== undefined && code !== "" && !list.has(code)) this.add(rule, where, `${code} is no ${what}`);
  }
}

/** Errors of what must be there. */
export function contentErrors(invoice: Invoice): RuleError[] {
  const errors = new Errors();
  headErrors(errors, invoice);
  partyErrors(errors, invoice);
  paymentErrors(errors, invoice);
  if (invoice.lines.length === 0) errors.add("BR-16", "lines (BG-25)", "there are none; add a line for what was sold");
  invoice.lines.forEach((line, i) => {
    lineErrors(errors, line, `lines[${i}]`);
  });
  (invoice.allowances ?? []).forEach((allowance, i) => {
    const where = `allowances[${i}]`;
    errors.need("BR-32", `${where}.category (BT-95)`, allowance.category);
    reasonErrors(errors, allowance, ["BR-33", "BR-CO-21"], `${where}.reason (BT-97)`);
  });
  (invoice.charges ?? []).forEach((charge, i) => {
    const where = `charges[${i}]`;
    errors.need("BR-37", `${where}.category (BT-102)`, charge.category);
    reasonErrors(errors, charge, ["BR-38", "BR-CO-22"], `${where}.reason (BT-104)`);
  });
  invoice.breakdown.forEach(({ category, rate }, i) => {
    errors.need("BR-47", `breakdown[${i}].category (BT-118)`, category);
    if (rate === undefined && category !== "O") {
      errors.add("BR-48", `breakdown[${i}].rate (BT-119)`, "is missing; only category O has none");
    }
  });
  return errors.list;
}

function headErrors(errors: Errors, invoice: Invoice): void {
  if (invoice.specification !== undefined) errors.need("BR-01", "specification (BT-24)", invoice.specification);
  errors.need("BR-02", "number (BT-1)", invoice.number);
  errors.need("BR-03", "issueDate (BT-2)", invoice.issueDate);
  errors.need("BR-04", "typeCode (BT-3)", invoice.typeCode);
  errors.need("BR-05", "currency (BT-5)", invoice.currency);
  periodErrors(errors, invoice.period, ["BR-29", "BR-CO-19"], "period (BG-14)");
  if (invoice.taxPointDate !== undefined && invoice.taxPointCode !== undefined) {
    errors.add("BR-CO-03", "taxPointDate (BT-7)", "is there beside its code (BT-8); leave one of them out");
  }
  (invoice.precedingInvoices ?? []).forEach(({ number }, i) => {
    errors.need("BR-55", `precedingInvoices[${i}].number (BT-25)`, number);
  });
  (invoice.supportingDocuments ?? []).forEach(({ id }, i) => {
    errors.need("BR-52", `supportingDocuments[${i}].id (BT-122)`, id);
  });
  const days = [
    ["issueDate (BT-2)", invoice.issueDate],
    ["dueDate (BT-9)", invoice.dueDate],
    ["taxPointDate (BT-7)", invoice.taxPointDate],
    ["delivery.date (BT-72)", invoice.delivery?.date],
  ] as const;
  for (const [where, day] of days) {
    if (day !== undefined && day !== "" && !isDay(day))
      errors.add("PEPPOL-EN16931-F001", where, `${day} is no day like 2024-02-29`);
  }
}

function partyErrors(errors: Errors, { seller, buyer, payee, taxRepresentative, delivery }: Invoice): void {
  errors.need("BR-06", "seller.name (BT-27)", seller.name);
  errors.need("BR-07", "buyer.name (BT-44)", buyer.name);
  addressErrors(errors, seller.address, ["BR-08", "BR-09"], "seller.address (BG-5)");
  addressErrors(errors, buyer.address, ["BR-10", "BR-11"], "buyer.address (BG-8)");
  if (payee !== undefined) errors.need("BR-17", "payee.name (BT-59)", payee.name);
  if (taxRepresentative !== undefined) {
    errors.need("BR-18", "taxRepresentative.name (BT-62)", taxRepresentative.name);
    addressErrors(errors, taxRepresentative.address, ["BR-19", "BR-20"], "taxRepresentative.address (BG-12)");
    errors.need("BR-56", "taxRepresentative.vatId (BT-63)", taxRepresentative.vatId);
  }
  if (delivery?.address !== undefined) {
    errors.need("BR-57", "delivery.address.country (BT-80)", delivery.address.country);
  }
  if (seller.electronicAddress !== undefined) {
    errors.need("BR-62", "seller.electronicAddress.scheme (BT-34)", seller.electronicAddress.scheme);
  }
  if (buyer.electronicAddress !== undefined) {
    errors.need("BR-63", "buyer.electronicAddress.scheme (BT-49)", buyer.electronicAddress.scheme);
  }
  const numbers = [
    ["seller.vatId (BT-31)", seller.vatId],
    ["buyer.vatId (BT-48)", buyer.vatId],
    ["taxRepresentative.vatId (BT-63)", taxRepresentative?.vatId],
  ] as const;
  for (const [where, vatId] of numbers) {
    if (vatId !== undefined && vatId !== "" && !VAT_PREFIXES.has(vatId.slice(0, 2))) {
      errors.add("BR-CO-09", where, `${vatId} does not start with a country; put its two letters in front`);
    }
  }
  if ((seller.vatId ?? seller.legalId ?? seller.taxId ?? seller.ids?.[0]) === undefined) {
    errors.add("BR-CO-26", "seller (BG-4)", "shows no number (BT-29, 30 or 31) by which the buyer knows it; add one");
  }
}

function paymentErrors(errors: Errors, { paymentInstructions = [], totals, dueDate, paymentTerms }: Invoice): void {
  paymentInstructions.forEach(({ means, account, card }, i) => {
    const where = `paymentInstructions[${i}]`;
    errors.need("BR-49", `${where}.means (BT-81)`, means);
    if (account !== undefined) errors.need("BR-50", `${where}.account.id (BT-84)`, account.id);
    if ((means === "30" || means === "58") && account === undefined) {
      errors.add("BR-61", `${where}.account (BT-84)`, "is missing; a credit transfer needs the account");
    }
    if (card !== undefined && (card.number === "" || card.number.length > 10)) {
      errors.add("BR-51", `${where}.card.number (BT-87)`, "shows too much; give the last 4 to 6 digits only");
    }
  });
  if (totals.due > 0n && dueDate === undefined && (paymentTerms ?? "") === "") {
    errors.add("BR-CO-25", "dueDate (BT-9)", "is missing; what is still due needs a day or terms (BT-20)");
  }
}

function lineErrors(errors: Errors, line: InvoiceLine, where: string): void {
  errors.need("BR-21", `${where}.id (BT-126)`, line.id);
  numberErrors(errors, "BR-22", `${where}.quantity (BT-129)`, line.quantity);
  errors.need("BR-23", `${where}.unit (BT-130)`, line.unit);
  errors.need("BR-25", `${where}.name (BT-153)`, line.name);
  numberErrors(errors, "BR-26", `${where}.price (BT-146)`, line.price);
  if (isNegative(line.price)) errors.add("BR-27", `${where}.price (BT-146)`, "is negative; make the quantity negative");
  if (line.grossPrice !== undefined && isNegative(line.grossPrice)) {
    errors.add("BR-28", `${where}.grossPrice (BT-148)`, "is negative; make the quantity negative");
  }
  periodErrors(errors, line.period, ["BR-30", "BR-CO-20"], `${where}.period (BG-26)`);
  errors.need("BR-CO-04", `${where}.category (BT-151)`, line.category);
  (line.allowances ?? []).forEach((allowance, i) => {
    reasonErrors(errors, allowance, ["BR-42", "BR-CO-23"], `${where}.allowances[${i}].reason (BT-139)`);
  });
  (line.charges ?? []).forEach((charge, i) => {
    reasonErrors(errors, charge, ["BR-44", "BR-CO-24"], `${where}.charges[${i}].reason (BT-144)`);
  });
  (line.attributes ?? []).forEach(({ name, value }, i) => {
    if (name === "" || value === "") errors.add("BR-54", `${where}.attributes[${i}]`, "needs a name and a value");
  });
  if (line.standardItemId !== undefined) {
    errors.need("BR-64", `${where}.standardItemId.scheme (BT-157)`, line.standardItemId.scheme);
  }
  (line.classifications ?? []).forEach(({ list }, i) => {
    errors.need("BR-65", `${where}.classifications[${i}].list (BT-158)`, list);
  });
}

/** Errors of codes. */
export function codeErrors(invoice: Invoice): RuleError[] {
  const errors = new Errors();
  const { typeCode, currency, taxCurrency, seller, buyer, taxRepresentative, delivery } = invoice;
  if (!INVOICE_TYPES.has(typeCode)) {
    errors.code(
      "BR-CL-01",
      "typeCode (BT-3)",
      typeCode,
      CREDIT_NOTE_TYPES,
      "type of UNTDID 1001 for invoices; 380 is one",
    );
  }
  for (const [rule, where, code] of [
    ["BR-CL-04", "currency (BT-5)", currency],
    ["BR-CL-05", "taxCurrency (BT-6)", taxCurrency],
  ] as const) {
    if (code !== undefined && code !== "" && (findCurrency(code) === undefined || !/^[A-Z]/.test(code))) {
      errors.add(rule, where, `${code} is no currency of ISO 4217; write three capital letters like CNY`);
    }
  }
  errors.code("BR-CL-06", "taxPointCode (BT-8)", invoice.taxPointCode, TAX_POINT_CODES, "code for BT-8 (3, 35, 432)");
  const addresses = { seller, buyer, taxRepresentative, delivery };
  for (const [name, holder] of Object.entries(addresses)) {
    errors.code("BR-CL-14", `${name}.address.country`, holder?.address?.country, COUNTRIES, "country of ISO 3166-1");
  }
  (invoice.paymentInstructions ?? []).forEach(({ means }, i) => {
    errors.code("BR-CL-16", `paymentInstructions[${i}].means (BT-81)`, means, PAYMENT_MEANS, "code of UNTDID 4461");
  });
  const categories: ReadonlySet<string> = new Set(VAT_CATEGORIES);
  const lists = { allowances: invoice.allowances, charges: invoice.charges, breakdown: invoice.breakdown };
  for (const [name, list = []] of Object.entries(lists)) {
    list.forEach(({ category }, i) => {
      errors.code(
        "BR-CL-17",
        `${name}[${i}].category`,
        category,
        categories,
        `category (${VAT_CATEGORIES.join(", ")})`,
      );
    });
  }
  const allowanceReason = ({ reasonCode }: Adjustment, where: string) => {
    errors.code("BR-CL-19", where, reasonCode, ALLOWANCE_REASONS, "reason for an allowance of UNTDID 5189");
  };
  (invoice.allowances ?? []).forEach((one, i) => {
    allowanceReason(one, `allowances[${i}].reasonCode (BT-98)`);
  });
  invoice.lines.forEach(({ category, origin, allowances = [] }, i) => {
    const where = `lines[${i}]`;
    errors.code("BR-CL-15", `${where}.origin (BT-159)`, origin, COUNTRIES, "country of ISO 3166-1");
    errors.code("BR-CL-18", `${where}.category`, category, categories, `category (${VAT_CATEGORIES.join(", ")})`);
    allowances.forEach((one, j) => {
      allowanceReason(one, `${where}.allowances[${j}].reasonCode (BT-140)`);
    });
  });
  return errors.list;
}

function addressErrors(errors: Errors, address: Address | undefined, rules: readonly [string, string], where: string) {
  if (address === undefined) errors.add(rules[0], where, "is missing; add at least the country");
  else errors.need(rules[1], `${where}.country`, address.country);
}

function periodErrors(errors: Errors, period: Period | undefined, rules: readonly [string, string], where: string) {
  if (period === undefined) return;
  const { start = "", end = "" } = period;
  if (start === "" && end === "") errors.add(rules[1], where, "has neither start nor end; add one or remove it");
  else if (start !== "" && end !== "" && end < start) errors.add(rules[0], where, `ends on ${end}, before it starts`);
}

function reasonErrors(errors: Errors, { reason = "", reasonCode = "" }: Adjustment, rules: string[], where: string) {
  if (reason !== "" || reasonCode !== "") return;
  for (const rule of rules) errors.add(rule, where, "is missing; give a reason or its code");
}

function numberErrors(errors: Errors, rule: string, where: string, text: string): void {
  if (text.trim() === "") errors.add(rule, where, "is missing; add it");
  else if (!isDecimal(text)) errors.add(rule, where, `${JSON.stringify(text)} is no number like 12 or -3.50`);
}

function isNegative(text: string): boolean {
  return isDecimal(text) && parseDecimal(text).digits < 0n;
}

function isDay(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
