/** What a scanned code of a document is worth, asked of the chain. */
import { showTime } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { type Currency, findCurrency, formatAmount } from "./amount.js";
import { capitalAmount } from "./capitals.js";
import type { InvoiceKind } from "./model.js";
import { formatNumber, InvoiceNumberError } from "./number.js";
import { InvoiceCodeError, readInvoiceCode, type ReadInvoiceCode } from "./qr.js";
import { invoiceKindOf, numberSchemeOf } from "./record.js";
import { INVOICE_STATUSES, type InvoiceStatus, nameOf } from "./status.js";
import { KIND_WORDS, STATUS_WORDS } from "./words.js";
import { bureauCapability, bureauOfKind } from "./taxpayer.js";

/** Amounts with their currency: "6.00 CNY". */
export interface AmountsInWords {
  net: string;
  tax: string;
  gross: string;
}

/** What a record says, for people. */
export interface CodedInvoice extends AmountsInWords {
  kind: InvoiceKind;
  /** As it is written, with its leading zeros. */
  number: string;
  /** UTC, `2024-05-06T08:30:00Z`. */
  time: string;
  /** The seller's identity. */
  seller: string;
  /** The gross total in capital characters, of yuan. */
  capitals?: string;
}

/** What became of checking a text: the ledger's answer, or why there is none. */
export interface InvoiceCodeAnswer {
  status: InvoiceStatus | "Unreadable" | "OtherNetwork";
  /** A sentence for the person who scanned it. */
  message: string;
  /** Whether an operator that the seller has now signed the code. One that was dismissed since signed for the seller then. */
  signedBySeller: boolean;
  /** What the code says. Do not believe it if the status is OtherNetwork or Unknown. */
  code?: ReadInvoiceCode;
  /** The same in words. */
  invoice?: CodedInvoice;
  /** What is left of a document that was reversed in part or wholly. */
  left?: AmountsInWords;
}

type Asked = Pick<Contracts, "chainId" | "invoices" | "ledger" | "taxpayers">;

/**
 * What a scanned code is worth now. Nothing in the text is believed that the chain does not confirm.
 * @param text As scanned; it need not be a code.
 */
export async function verifyInvoiceCode(contracts: Asked, text: string): Promise<InvoiceCodeAnswer> {
  let code: ReadInvoiceCode;
  let invoice: CodedInvoice;
  try {
    code = readInvoiceCode(text);
    invoice = inWords(code);
  } catch (error) {
    if (!(error instanceof InvoiceCodeError)) throw error;
    return { status: "Unreadable", message: error.message, signedBySeller: false };
  }
  const { chainId, registry, record, path, signer } = code;
  if (chainId !== `${contracts.chainId}` || registry !== (await contracts.invoices.getAddress())) {
    const message = `this code says it belongs to chain ${chainId} and the registry ${registry}; it cannot be checked here`;
    return { status: "OtherNetwork", message, signedBySeller: false, code, invoice };
  }
  const bureau = bureauCapability(bureauOfKind(invoice.kind));
  const [[number], signedBySeller, left] = await Promise.all([
    contracts.ledger.statusOf(record, path),
    contracts.taxpayers.isOperator(record.terms.seller, bureau, signer),
    leftOf(contracts, code),
  ]);
  const status = nameOf(INVOICE_STATUSES, number);
  const message = `${sentence(status, invoice, left)}. ${aboutSigner(status, signedBySeller, signer)}`;
  return { status, message, signedBySeller, code, invoice, ...(left === undefined ? {} : { left }) };
}

/** What a code says, in words. Of kind and currency only those that exist can be said. */
function inWords({ record: { terms, content } }: ReadInvoiceCode): CodedInvoice {
  const currency = findCurrency(terms.currency);
  if (currency === undefined) throw new InvoiceCodeError(`this code has a currency that nobody has: ${terms.currency}`);
  const net = BigInt(content.net);
  const tax = BigInt(content.tax);
  return {
    kind: invoiceKindOf(terms.kind),
    number: written(terms.scheme, content.number),
    time: showTime(content.time),
    seller: terms.seller,
    ...amountsInWords(net, tax, currency),
    ...(currency.code === "CNY" && net + tax < CAPITALS_END ? { capitals: capitalAmount(net + tax) } : {}),
  };
}

/** Where capital characters have no common reading any more, in fen. */
const CAPITALS_END = 10n ** 18n;

function written(scheme: number, number: string): string {
  try {
    return formatNumber(numberSchemeOf(scheme), BigInt(number));
  } catch (error) {
    if (error instanceof InvoiceNumberError) {
      throw new InvoiceCodeError(`this code has a number that no document has: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function amountsInWords(net: bigint, tax: bigint, { code, digits }: Currency): AmountsInWords {
  const show = (amount: bigint) => `${formatAmount(amount, digits)} ${code}`;
  return { net: show(net), tax: show(tax), gross: show(net + tax) };
}

/** What is left of a document after reversals; undefined if there were none. */
async function leftOf(
  { invoices }: Pick<Contracts, "invoices">,
  { id, record: { terms, content } }: ReadInvoiceCode,
): Promise<AmountsInWords | undefined> {
  const reversed = await Promise.all(content.lines.map((_, line) => invoices.reversedOf(id, line)));
  const currency = findCurrency(terms.currency);
  if (currency === undefined || reversed.every(({ net, tax }) => net === 0n && tax === 0n)) return undefined;
  const left = (whole: string, part: "net" | "tax") =>
    reversed.reduce((rest, taken) => rest - taken[part], BigInt(whole));
  return amountsInWords(left(content.net, "net"), left(content.tax, "tax"), currency);
}

function sentence(
  status: InvoiceStatus,
  { kind, number, gross, net, tax }: CodedInvoice,
  left?: AmountsInWords,
): string {
  const part =
    left === undefined || status.startsWith("Reversed") ? "" : `; reversed in part, ${left.gross} of it are left`;
  return `The ${KIND_WORDS[kind]} ${number} over ${gross} (${net} and ${tax} of tax) ${STATUS_WORDS[status]}${part}`;
}

function aboutSigner(status: InvoiceStatus, signedBySeller: boolean, signer: string): string {
  if (signedBySeller) return "An operator of the seller signed this code";
  const refusal = `This code is not signed by an operator that the seller has today, but by ${signer}`;
  return status === "Unknown"
    ? refusal
    : `${refusal}: it may be an earlier operator's, or somebody's who copied the record`;
}
