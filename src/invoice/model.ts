/**
 * The semantic model of an invoice, after EN 16931-1:2017: each field names its business term (BT) or group (BG) there.
 *
 * Amounts are whole numbers of the currency's minor unit (fen, cents) as `bigint`; the sign of a credit note is its type, not its amounts.
 * Rates are whole basis points: 600 is 6 %. Quantities, prices and percentages have more digits than amounts and are decimal texts.
 * A required text that a document lacks is "", so that the rules can name it. Days are `2024-02-29`.
 */

/** A number as it is written: `12`, `-3.50`. */
export type Decimal = string;

/** What the network's documents are. In the order of the contract's enum, which has None in front. */
export const INVOICE_KINDS = ["VatSpecial", "VatOrdinary", "Transport", "Scenic", "Medical", "FiscalReceipt"] as const;
export type InvoiceKind = (typeof INVOICE_KINDS)[number];

/** Who gives out the numbers, and how long they are: see ./number.js. In the order of the contract's enum. */
export const NUMBER_SCHEMES = ["Digital", "CodeAndNumber", "FiscalBill", "Own"] as const;
export type NumberScheme = (typeof NUMBER_SCHEMES)[number];

/** Categories of VAT (UNCL5305): standard, zero, exempt, reverse charge, within the EU, export, outside of VAT, Canary Islands, Ceuta and Melilla. */
export const VAT_CATEGORIES = ["S", "Z", "E", "AE", "K", "G", "O", "L", "M"] as const;
export type VatCategory = (typeof VAT_CATEGORIES)[number];

/** What a thing is called in some scheme. */
export interface Identifier {
  id: string;
  /** Of ISO 6523 ICD, EAS or UNTDID 1153, by where it stands. */
  scheme?: string;
}

export interface Address {
  /** BT-35, 50, 64, 75 */
  street?: string;
  /** BT-36, 51, 65, 76 */
  street2?: string;
  /** BT-162, 163, 164, 165 */
  line3?: string;
  /** BT-37, 52, 66, 77 */
  city?: string;
  /** BT-38, 53, 67, 78 */
  postCode?: string;
  /** BT-39, 54, 68, 79: province or state. */
  region?: string;
  /** BT-40, 55, 69, 80: two letters of ISO 3166-1. */
  country: string;
}

/** BG-6, BG-9 */
export interface Contact {
  /** BT-41, 56 */
  name?: string;
  /** BT-42, 57 */
  phone?: string;
  /** BT-43, 58 */
  email?: string;
}

/** Seller (BG-4) or buyer (BG-7). */
export interface Party {
  /** BT-27, 44: the registered name. */
  name: string;
  /** BT-28, 45 */
  tradingName?: string;
  /** BT-29, 46 */
  ids?: Identifier[];
  /** BT-30, 47: in a register of companies. */
  legalId?: Identifier;
  /** BT-31, 48: starts with the country: `CN91440300708461136T` is a Chinese taxpayer's. */
  vatId?: string;
  /** BT-32: a seller's other tax number. */
  taxId?: string;
  /** BT-33: a seller's legal form, capital and the like. */
  legalForm?: string;
  /** BT-34, 49 */
  electronicAddress?: Identifier;
  /** BG-5, BG-8 */
  address?: Address;
  /** BG-6, BG-9 */
  contact?: Contact;
}

/** BG-10: who is paid, if not the seller. */
export interface Payee {
  /** BT-59 */
  name: string;
  /** BT-60 */
  id?: Identifier;
  /** BT-61 */
  legalId?: Identifier;
}

/** BG-11: the seller's tax representative. */
export interface TaxRepresentative {
  /** BT-62 */
  name: string;
  /** BT-63 */
  vatId: string;
  /** BG-12 */
  address?: Address;
}

/** BG-14, BG-26 */
export interface Period {
  /** BT-73, 134 */
  start?: string;
  /** BT-74, 135 */
  end?: string;
}

/** BG-13 */
export interface Delivery {
  /** BT-70 */
  name?: string;
  /** BT-71 */
  location?: Identifier;
  /** BT-72 */
  date?: string;
  /** BG-15 */
  address?: Address;
}

/** BG-16: how it is to be paid. */
export interface PaymentInstructions {
  /** BT-81: UNTDID 4461; 30 is a credit transfer. */
  means: string;
  /** BT-82 */
  meansText?: string;
  /** BT-83: what the payer writes on it. */
  reference?: string;
  /** BG-17: BT-84, 85, 86. Several accounts are several instructions. */
  account?: { id: string; name?: string; bank?: string };
  /** BG-18: BT-87 (last digits), 88. */
  card?: { number: string; network?: string; holder?: string };
  /** BG-19: BT-89 and 91. BT-90 is one of the seller's or payee's ids, with the scheme SEPA. */
  directDebit?: { mandate?: string; account?: string };
}

/** An allowance (BG-20, BG-27) or a charge (BG-21, BG-28). */
export interface Adjustment {
  /** BT-92, 99, 136, 141: positive, whether it lowers or raises. */
  amount: bigint;
  /** BT-93, 100, 137, 142: what the percentage is of. */
  baseAmount?: bigint;
  /** BT-94, 101, 138, 143 */
  percentage?: Decimal;
  /** BT-97, 104, 139, 144 */
  reason?: string;
  /** BT-98, 105, 140, 145: UNTDID 5189 for allowances, 7161 for charges. */
  reasonCode?: string;
}

/** An allowance or charge on the whole document, which says its VAT. */
export interface DocumentAdjustment extends Adjustment {
  /** BT-95, 102 */
  category: string;
  /** BT-96, 103: basis points; absent for O. */
  rate?: number;
  /** VAT of `amount`, where it was taken out of a price with VAT; as in a line. */
  tax?: bigint;
}

/** BG-25 */
export interface InvoiceLine {
  /** BT-126 */
  id: string;
  /** BT-153: what was sold. */
  name: string;
  /** BT-129 */
  quantity: Decimal;
  /** BT-130: UN/ECE Recommendation 20 or 21; C62 is one piece. */
  unit: string;
  /** BT-146: of one `priceQuantity`, without VAT. */
  price: Decimal;
  /** BT-131: quantity times price, less allowances, plus charges, rounded; without VAT. */
  net: bigint;
  /** BT-151: one of VAT_CATEGORIES. */
  category: string;
  /** BT-152: basis points; absent for O. */
  rate?: number;
  /**
   * VAT of this line, for documents that state it: Chinese ones do, and where prices include VAT the breakdown is the sum of these.
   * EN 16931 has no term for it.
   */
  tax?: bigint;
  /** BG-27 */
  allowances?: Adjustment[];
  /** BG-28 */
  charges?: Adjustment[];
  /** BT-147, 148: price before the discount, and the discount. */
  grossPrice?: Decimal;
  priceDiscount?: Decimal;
  /** BT-149: how many units the price is of; 1 if absent. */
  priceQuantity?: Decimal;
  /** BT-150 */
  priceUnit?: string;
  /** BT-127 */
  note?: string;
  /** BT-128 */
  object?: Identifier;
  /** BT-132 */
  orderLineReference?: string;
  /** BT-133 */
  accountingReference?: string;
  /** BG-26 */
  period?: Period;
  /** BT-154 */
  description?: string;
  /** BT-155 */
  sellerItemId?: string;
  /** BT-156 */
  buyerItemId?: string;
  /** BT-157 */
  standardItemId?: Identifier;
  /** BT-158 */
  classifications?: { code: string; list: string; version?: string }[];
  /** BT-159 */
  origin?: string;
  /** BG-32: BT-160, 161. */
  attributes?: { name: string; value: string }[];
}

/** BG-23: one row for each category and rate. */
export interface VatBreakdown {
  /** BT-118 */
  category: string;
  /** BT-119: basis points; absent for O. */
  rate?: number;
  /** BT-116: what is taxed, without the tax. */
  net: bigint;
  /** BT-117 */
  tax: bigint;
  /** BT-120 */
  exemptionReason?: string;
  /** BT-121: VATEX code. */
  exemptionCode?: string;
}

/** BG-22. What a document leaves out is 0. */
export interface Totals {
  /** BT-106: sum of the lines. */
  lines: bigint;
  /** BT-107: sum of the document's allowances. */
  allowances: bigint;
  /** BT-108: sum of the document's charges. */
  charges: bigint;
  /** BT-109 = 106 - 107 + 108: without VAT. */
  net: bigint;
  /** BT-110 */
  tax: bigint;
  /** BT-111: BT-110 in the tax currency (BT-6), in its minor unit. */
  taxInTaxCurrency?: bigint;
  /** BT-112 = 109 + 110: with VAT. */
  gross: bigint;
  /** BT-113 */
  paid: bigint;
  /** BT-114 */
  rounding: bigint;
  /** BT-115 = 112 - 113 + 114 */
  due: bigint;
}

/** BG-24 */
export interface SupportingDocument {
  /** BT-122 */
  id: string;
  /** BT-123 */
  description?: string;
  /** BT-124 */
  location?: string;
  /** BT-125: base64, its media type and file name. */
  attachment?: { base64: string; mediaType: string; fileName: string };
}

/** How much of an attested payment an invoice takes. Not in EN 16931, which has only their sum (BT-113). */
export interface InvoicePayment {
  /** Who attested it. */
  provider: string;
  /** What the provider calls it; unique there. */
  reference: string;
  amount: bigint;
}

export interface Invoice {
  /** BT-3, UNTDID 1001: 380 is an invoice, 381 a credit note. The chain knows these two. */
  typeCode: string;
  /** BT-1 */
  number: string;
  /** BT-2 */
  issueDate: string;
  /** BT-5: three letters of ISO 4217; digits of its minor unit and its number are `currencyOf` of ./amount.js. */
  currency: string;
  /** BT-6: currency of accounting for VAT. */
  taxCurrency?: string;
  /** BG-4 */
  seller: Party;
  /** BG-7 */
  buyer: Party;
  /** BG-25 */
  lines: InvoiceLine[];
  /** BG-20 */
  allowances?: DocumentAdjustment[];
  /** BG-21 */
  charges?: DocumentAdjustment[];
  /** BG-23 */
  breakdown: VatBreakdown[];
  /** BG-22 */
  totals: Totals;

  /** What the network calls the document; documents from elsewhere have none. */
  kind?: InvoiceKind;
  /** Of `number`; the seller's own if absent. */
  numberScheme?: NumberScheme;
  /** The payments it takes from; their sum is BT-113 where it was paid before. */
  payments?: InvoicePayment[];

  /** BG-3: what this reverses or corrects; BT-25, 26. */
  precedingInvoices?: { number: string; issueDate?: string }[];
  /** BG-1: BT-21 (UNTDID 4451), 22. */
  notes?: { subject?: string; text: string }[];
  /** BT-10 */
  buyerReference?: string;
  /** BT-18: what the invoice is for: a meter, a violation. */
  object?: Identifier;
  /** BT-7 */
  taxPointDate?: string;
  /** BT-8 */
  taxPointCode?: string;
  /** BT-9 */
  dueDate?: string;
  /** BT-11 */
  projectReference?: string;
  /** BT-12 */
  contractReference?: string;
  /** BT-13 */
  orderReference?: string;
  /** BT-14 */
  salesOrderReference?: string;
  /** BT-15 */
  receivingReference?: string;
  /** BT-16 */
  despatchReference?: string;
  /** BT-17 */
  tenderReference?: string;
  /** BT-19 */
  accountingReference?: string;
  /** BT-20 */
  paymentTerms?: string;
  /** BT-23 */
  businessProcess?: string;
  /** BT-24: which rules it follows; EN 16931 if absent. */
  specification?: string;
  /** BG-10 */
  payee?: Payee;
  /** BG-11 */
  taxRepresentative?: TaxRepresentative;
  /** BG-13, BG-15 */
  delivery?: Delivery;
  /** BG-14 */
  period?: Period;
  /** BG-16 */
  paymentInstructions?: PaymentInstructions[];
  /** BG-24 */
  supportingDocuments?: SupportingDocument[];
}
