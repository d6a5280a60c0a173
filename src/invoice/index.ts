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
export * from "./batch.js";
export { buildInvoice, type BuildOptions, type DrawnPayment, invoiceSuite, type InvoiceSuite } from "./build.js";
export * from "./capitals.js";
export * from "./chinese.js";
export * from "./commitment.js";
export * from "./deliver.js";
export {
  discloseFields,
  documentBatchId,
  documentId,
  type DocumentHolder,
  INVOICE_DOCUMENT_SCHEMA,
  type InvoiceDocument,
  InvoiceDocumentError,
  invoiceDocumentFaults,
  invoiceOfDocument,
  openInvoiceFields,
  parseInvoiceDocument,
  partsOfInvoice,
  type PaymentProof,
} from "./document.js";
export * from "./export.js";
export * from "./field.js";
export { findByNumber, type FoundInvoice, recordOfInvoice } from "./find.js";
export * from "./history.js";
export * from "./holder.js";
export {
  evidenceOf,
  type InvoiceIssueOrder,
  InvoiceIssueError,
  type InvoiceSubmission,
  issueInvoice,
  issueInvoices,
  type PaymentEvidence,
  relayInvoiceIssueOrder,
  type SignedRequest,
  type SignedRequests,
  signInvoiceIssueOrder,
  signInvoiceRequest,
  submissionOf,
} from "./issue.js";
export type { InvoiceProgress, ManyResult } from "./many.js";
export * from "./model.js";
export * from "./number.js";
export * from "./order.js";
export * from "./payment.js";
export * from "./qr.js";
export * from "./qr-check.js";
export type { QrImage } from "./qr-image.js";
export * from "./reason.js";
export * from "./record.js";
export * from "./reversal.js";
export * from "./render.js";
export * from "./rules.js";
export * from "./seller.js";
export {
  BATCH_USES,
  type BatchUse,
  INVOICE_STANDINGS,
  INVOICE_STATUSES,
  type InvoiceStanding,
  type InvoiceStatus,
  PAYMENT_STATUSES,
  type PaymentStatus,
  REVERSAL_SIDES,
  type ReversalSide,
} from "./status.js";
export * from "./tax-lines.js";
export * from "./taxpayer.js";
export {
  completeInvoice,
  computeBreakdown,
  computeTotals,
  type InvoiceDraft,
  type LineDraft,
  lineNet,
} from "./totals.js";
export * from "./typed-data.js";
export * from "./ubl.js";
export * from "./verify.js";
export * from "./wallet.js";
export { XmlError } from "./xml.js";
