/** Electronic invoices: the model, its arithmetic and rules, and its forms in XML and JSON. */
export {
  AmountError,
  amountOf,
  type Currency,
  currencyOf,
  divideRounded,
  findCurrency,
  formatAmount,
  formatRate,
  isDecimal,
  parseAmount,
  parseRate,
  priceOf,
  splitGross,
  taxOn,
} from "./amount.js";
export * from "./capitals.js";
export * from "./chinese.js";
export * from "./model.js";
export * from "./number.js";
export * from "./rules.js";
export * from "./tax-lines.js";
export {
  completeInvoice,
  computeBreakdown,
  computeTotals,
  type InvoiceDraft,
  type LineDraft,
  lineNet,
} from "./totals.js";
export * from "./ubl.js";
export { XmlError } from "./xml.js";
