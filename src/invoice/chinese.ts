/**
 * Invoices as a plain JSON of the Chinese fields: fully digital invoices, those of code and number, and fiscal bills. Each line states its
 * tax, the totals are the sums of the lines, and the amount is repeated in capital characters; reading checks all of it.
 */
import { shapeCheck } from "../common/shape.js";
import {
  currencyOf,
  findCurrency,
  formatAmount,
  formatRate,
  isDecimal,
  parseAmount,
  parseRate,
  sum,
  taxOn,
} from "./amount.js";
import { capitalAmount } from "./capitals.js";
import chineseSchema from "./chinese-invoice.schema.json" with { type: "json" };
import type { Invoice, InvoiceKind, InvoiceLine, NumberScheme, Party } from "./model.js";
import { joinNumber, numberFault, parseNumber } from "./number.js";
import { computeTotals } from "./totals.js";

/** The published JSON Schema of the form. */
export const CHINESE_INVOICE_SCHEMA: object = chineseSchema;

/** 购买方, 销售方 */
export interface ChineseParty {
  名称: string;
  "统一社会信用代码/纳税人识别号"?: string;
}

/** 项目 */
export interface ChineseLine {
  项目名称: string;
  规格型号?: string;
  单位?: string;
  数量?: string;
  单价?: string;
  金额: string;
  "税率/征收率": string;
  税额: string;
}

/** The form; chinese-invoice.schema.json says what each field is. */
export interface ChineseInvoice {
  类型: (typeof KINDS)[InvoiceKind];
  发票代码?: string;
  发票号码?: string;
  票据代码?: string;
  票据号码?: string;
  自编号码?: string;
  开票日期: string;
  币种?: string;
  红字?: boolean;
  对应蓝字发票?: { 号码: string; 开票日期?: string }[];
  购买方: ChineseParty;
  销售方: ChineseParty;
  项目: ChineseLine[];
  合计: { 金额: string; 税额: string };
  价税合计: { 大写?: string; 小写: string };
  免税依据?: string;
  备注?: string;
  开票人?: string;
  关联编号?: string;
  付款?: { 服务商: string; 流水号: string; 金额: string }[];
}

/** A form that is none, or an invoice that the form has no place for; `faults` says all that is wrong. */
export class ChineseInvoiceError extends Error {
  override readonly name = "ChineseInvoiceError";

  constructor(
    what: string,
    readonly faults: readonly string[],
  ) {
    super(`${what}: ${faults.join("; ")}`);
  }
}

const KINDS = {
  VatSpecial: "增值税专用发票",
  VatOrdinary: "增值税普通发票",
  Transport: "交通运输票",
  Scenic: "门票",
  Medical: "医疗收费票据",
  FiscalReceipt: "财政票据",
} as const satisfies Record<InvoiceKind, string>;

/** Rates in words, by category. */
const EXEMPT = { E: "免税", O: "不征税" } as const;
const TAX_NUMBER = "统一社会信用代码/纳税人识别号";
const COUNTRY = "CN";
/** UN/ECE codes of units that Chinese documents name; others are pieces, and keep their word as an attribute of the line. */
const PIECE = "C62";
/** UN/ECE: a fixed rate. It stands for a line without quantity. */
const NO_QUANTITY = "1I";
const UNIT = "单位";
const MODEL = "规格型号";

const shapeFaults = shapeCheck(chineseSchema, "发票");
const ONE_NUMBER = "发票 has not exactly one number: 发票号码, 票据号码 or 自编号码";

/**
 * The form of an invoice.
 * @throws ChineseInvoiceError for what the form has no place for: allowances and charges, categories other than S, Z, E and O, lines whose
 * own taxes do not sum to the breakdown.
 */
export function toChinese(invoice: Invoice): ChineseInvoice {
  const faults = misfits(invoice);
  const { kind, numberScheme = "Own", totals, currency, seller, notes = [], object } = invoice;
  if (kind === undefined || faults.length !== 0) {
    throw new ChineseInvoiceError("this invoice has no Chinese form", faults);
  }
  const { digits } = currencyOf(currency);
  const isRed = invoice.typeCode === "381";
  const show = (amount: bigint) => formatAmount(isRed ? -amount : amount, digits);
  const reason = invoice.breakdown.find(({ exemptionReason }) => exemptionReason !== undefined)?.exemptionReason;
  const note = notes[0]?.text;
  return {
    类型: KINDS[kind],
    ...numberFields(numberScheme, invoice.number),
    开票日期: invoice.issueDate,
    ...(currency === "CNY" ? {} : { 币种: currency }),
    ...(isRed ? { 红字: true } : {}),
    ...(invoice.precedingInvoices === undefined
      ? {}
      : {
          对应蓝字发票: invoice.precedingInvoices.map(({ number, issueDate }) => ({
            号码: number,
            ...(issueDate === undefined ? {} : { 开票日期: issueDate }),
          })),
        }),
    购买方: partyFields(invoice.buyer),
    销售方: partyFields(seller),
    项目: invoice.lines.map((line) => lineFields(line, isRed, show)),
    合计: { 金额: show(totals.net), 税额: show(totals.tax) },
    价税合计: {
      ...(currency === "CNY" ? { 大写: capitalAmount(isRed ? -totals.gross : totals.gross) } : {}),
      小写: show(totals.gross),
    },
    ...(reason === undefined ? {} : { 免税依据: reason }),
    ...(note === undefined ? {} : { 备注: note }),
    ...(seller.contact?.name === undefined ? {} : { 开票人: seller.contact.name }),
    ...(object === undefined ? {} : { 关联编号: object.id }),
    ...(invoice.payments === undefined
      ? {}
      : {
          付款: invoice.payments.map(({ provider, reference, amount }) => ({
            服务商: provider,
            流水号: reference,
            金额: formatAmount(amount, digits),
          })),
        }),
  };
}

/**
 * The invoice of a form, from JSON of any origin.
 * @throws ChineseInvoiceError with all faults: of shape, number, amounts, sums, and capital characters.
 */
export function fromChinese(json: unknown): Invoice {
  const misshapen = shapeFaults(json).map((fault) => (fault.endsWith("schema in oneOf") ? ONE_NUMBER : fault));
  if (misshapen.length !== 0) throw new ChineseInvoiceError("this is no Chinese invoice", misshapen);
  const faults: string[] = [];
  const form = json as ChineseInvoice;
  const currency = form.币种 ?? "CNY";
  const digits = findCurrency(currency)?.digits;
  if (digits === undefined) {
    throw new ChineseInvoiceError("this is no Chinese invoice", [`币种 ${currency} is no currency of ISO 4217`]);
  }
  const sign = form.红字 === true ? -1n : 1n;
  const read = (where: string, text: string): bigint => {
    try {
      return sign * parseAmount(text, digits);
    } catch (error) {
      faults.push(`${where}: ${error instanceof Error ? error.message : String(error)}`);
      return 0n;
    }
  };
  const { number, numberScheme } = numberOf(form, faults);
  const lines = form.项目.map((line, i) => lineOf(line, i, sign === -1n, read));
  const payments = form.付款?.map(({ 服务商, 流水号, 金额 }, i) => ({
    provider: 服务商,
    reference: 流水号,
    amount: sign * read(`付款[${i}].金额`, 金额),
  }));
  const paid = sum((payments ?? []).map(({ amount }) => amount));
  const { breakdown, totals } = computeTotals({ lines }, { paid });
  checkTotals(form, totals, digits, sign, read, faults);
  if (faults.length !== 0) throw new ChineseInvoiceError("this Chinese invoice does not add up", faults);
  const reason = form.免税依据;
  const kind = Object.entries(KINDS).find(([, name]) => name === form.类型)?.[0] as InvoiceKind;
  return {
    typeCode: form.红字 === true ? "381" : "380",
    number,
    issueDate: form.开票日期,
    currency,
    kind,
    numberScheme,
    seller: { ...partyOf(form.销售方), ...(form.开票人 === undefined ? {} : { contact: { name: form.开票人 } }) },
    buyer: partyOf(form.购买方),
    lines,
    breakdown: breakdown.map((row) =>
      reason !== undefined && Object.hasOwn(EXEMPT, row.category) ? { ...row, exemptionReason: reason } : row,
    ),
    totals,
    ...(form.对应蓝字发票 === undefined
      ? {}
      : {
          precedingInvoices: form.对应蓝字发票.map(({ 号码, 开票日期 }) => ({
            number: 号码,
            ...(开票日期 === undefined ? {} : { issueDate: 开票日期 }),
          })),
        }),
    ...(form.备注 === undefined ? {} : { notes: [{ text: form.备注 }] }),
    ...(form.关联编号 === undefined ? {} : { object: { id: form.关联编号 } }),
    ...(payments === undefined ? {} : { payments }),
  };
}

/** Why an invoice has no Chinese form. */
function misfits(invoice: Invoice): string[] {
  const faults: string[] = [];
  const { kind, numberScheme = "Own", number, allowances = [], charges = [], notes = [], breakdown, lines } = invoice;
  if (kind === undefined) faults.push("its kind is missing");
  const fault = numberFault(numberScheme, number);
  if (fault !== undefined) faults.push(fault);
  if (invoice.typeCode !== "380" && invoice.typeCode !== "381")
    faults.push(`type ${invoice.typeCode} is neither blue nor red`);
  if (allowances.length + charges.length !== 0) faults.push("allowances and charges are lines of their own there");
  if (lines.some((line) => line.allowances !== undefined || line.charges !== undefined)) {
    faults.push("a line's allowances and charges are lines of their own there");
  }
  if (notes.length > 1) faults.push("it has more than one note");
  for (const { category } of breakdown) {
    if (!["S", "Z", "E", "O"].includes(category)) faults.push(`VAT category ${category} has no word there`);
  }
  const reasons = new Set(breakdown.map((row) => row.exemptionReason).filter((reason) => reason !== undefined));
  if (reasons.size > 1) faults.push("it has more than one reason of exemption");
  for (const row of breakdown) {
    const own = lines.filter(({ category, rate }) => category === row.category && rate === row.rate);
    if (sum(own.map(taxOfLine)) !== row.tax) {
      faults.push(`the lines' taxes do not sum to the tax of ${row.category} ${row.rate ?? ""}; state each line's tax`);
    }
  }
  return faults;
}

function taxOfLine({ tax, net, rate = 0 }: InvoiceLine): bigint {
  return tax ?? taxOn(net, rate);
}

function numberFields(scheme: NumberScheme, text: string): Partial<ChineseInvoice> {
  const number = parseNumber(scheme, text);
  switch (number.scheme) {
    case "Digital":
      return { 发票号码: text };
    case "CodeAndNumber":
      return { 发票代码: number.code, 发票号码: number.number };
    case "FiscalBill":
      return { 票据代码: number.code, 票据号码: number.number };
    case "Own":
      return { 自编号码: text };
  }
}

function numberOf(form: ChineseInvoice, faults: string[]): { number: string; numberScheme: NumberScheme } {
  const { 发票代码: code, 发票号码: number = "", 票据代码: billCode, 票据号码: billNumber, 自编号码: own } = form;
  try {
    if (own !== undefined) return { number: parseNumber("Own", own).text, numberScheme: "Own" };
    if (billCode !== undefined && billNumber !== undefined) {
      return { number: joinNumber("FiscalBill", billCode, billNumber).text, numberScheme: "FiscalBill" };
    }
    if (code !== undefined) {
      return { number: joinNumber("CodeAndNumber", code, number).text, numberScheme: "CodeAndNumber" };
    }
    return { number: parseNumber("Digital", number).text, numberScheme: "Digital" };
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
    return { number, numberScheme: "Digital" };
  }
}

function partyFields({ name, vatId }: Party): ChineseParty {
  const number = vatId?.replace(/^CN/, "");
  return { 名称: name, ...(number === undefined ? {} : { [TAX_NUMBER]: number }) };
}

/** Chinese documents show no address; the country is known. */
function partyOf(party: ChineseParty): Party {
  const number = party[TAX_NUMBER];
  return {
    name: party.名称,
    ...(number === undefined ? {} : { vatId: `${COUNTRY}${number}` }),
    address: { country: COUNTRY },
  };
}

function lineFields(line: InvoiceLine, isRed: boolean, show: (amount: bigint) => string): ChineseLine {
  const attribute = (wanted: string) => line.attributes?.find(({ name }) => name === wanted)?.value;
  const [model, unit] = [attribute(MODEL), attribute(UNIT)];
  return {
    项目名称: line.name,
    ...(model === undefined ? {} : { 规格型号: model }),
    ...(unit === undefined ? {} : { 单位: unit }),
    ...(line.unit === NO_QUANTITY ? {} : { 数量: isRed ? turned(line.quantity) : line.quantity, 单价: line.price }),
    金额: show(line.net),
    "税率/征收率": Object.hasOwn(EXEMPT, line.category)
      ? EXEMPT[line.category as keyof typeof EXEMPT]
      : `${formatRate(line.rate ?? 0)}%`,
    税额: show(taxOfLine(line)),
  };
}

function lineOf(
  line: ChineseLine,
  i: number,
  isRed: boolean,
  read: (where: string, text: string) => bigint,
): InvoiceLine {
  const { 数量: count, 单价: price, 规格型号: model, 单位: unit } = line;
  const net = read(`项目[${i}].金额`, line.金额);
  const tax = read(`项目[${i}].税额`, line.税额);
  const attributes = [
    ...(model === undefined ? [] : [{ name: MODEL, value: model }]),
    ...(unit === undefined ? [] : [{ name: UNIT, value: unit }]),
  ];
  const amount = line.金额.replace(/^-/, "");
  return {
    id: String(i + 1),
    name: line.项目名称,
    ...(count === undefined || price === undefined
      ? { quantity: net < 0n ? "-1" : "1", unit: NO_QUANTITY, price: amount }
      : { quantity: isRed ? turned(count) : count, unit: PIECE, price }),
    net,
    tax,
    ...rateOf(line["税率/征收率"]),
    ...(attributes.length === 0 ? {} : { attributes }),
  };
}

/** A quantity with the other sign. */
function turned(quantity: string): string {
  return quantity.startsWith("-") ? quantity.slice(1) : `-${quantity}`;
}

function rateOf(text: string): Pick<InvoiceLine, "category" | "rate"> {
  if (text === EXEMPT.O) return { category: "O" };
  if (text === EXEMPT.E) return { category: "E", rate: 0 };
  const rate = parseRate(text.slice(0, -1));
  return { category: rate === 0 ? "Z" : "S", rate };
}

function checkTotals(
  form: ChineseInvoice,
  { net, tax, gross }: Invoice["totals"],
  digits: number,
  sign: bigint,
  read: (where: string, text: string) => bigint,
  faults: string[],
): void {
  for (const [where, text, expected] of [
    ["合计.金额", form.合计.金额, net],
    ["合计.税额", form.合计.税额, tax],
    ["价税合计.小写", form.价税合计.小写, gross],
  ] as const) {
    if (isDecimal(text) && read(where, text) !== expected) {
      faults.push(`${where} is ${text}, but the lines make ${formatAmount(sign * expected, digits)}`);
    }
  }
  const capitals = form.价税合计.大写;
  if (capitals !== undefined && (form.币种 ?? "CNY") === "CNY") {
    const expected = capitalAmount(sign * gross);
    if (capitals.replace("元", "圆") !== expected) {
      faults.push(`价税合计.大写 is ${capitals}, but ${formatAmount(sign * gross, 2)} is ${expected}`);
    }
  }
}
