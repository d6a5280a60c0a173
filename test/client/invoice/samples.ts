/** Invoices to test with: a plain valid one, one that has every term of the model, and random ones. */
import fc from "fast-check";

import { completeInvoice, type InvoiceDraft } from "../../../src/invoice/totals.js";
import type { DocumentAdjustment, Invoice } from "../../../src/invoice/model.js";

/** A metro ride that a phone paid. */
export const RIDE: InvoiceDraft = {
  prices: "inclusive",
  typeCode: "380",
  kind: "Transport",
  number: "24442000000000000123",
  numberScheme: "Digital",
  issueDate: "2024-05-06",
  currency: "CNY",
  seller: { name: "深圳市地铁集团有限公司", vatId: "CN91440300708437873H", address: { country: "CN" } },
  buyer: { name: "某某科技有限公司", vatId: "CN91440300708461136T", address: { country: "CN" } },
  payments: [{ provider: "WeChat Pay", reference: "4200001234202405061234567890", amount: 600n }],
  lines: [{ name: "地铁乘车", quantity: "1", unit: "C62", price: "6.00", category: "S", rate: 300 }],
};

/** A copy without some of its fields. */
export function without<T extends object, K extends keyof T>(whole: T, ...fields: K[]): Omit<T, K> {
  const kept = Object.entries(whole).filter(([name]) => !(fields as PropertyKey[]).includes(name));
  return Object.fromEntries(kept) as unknown as Omit<T, K>;
}

/** A change of an invoice, for the name of its test. */
export const shown = (change: (invoice: Invoice) => unknown): string =>
  String(change)
    .replace(/^\(?i\)?\s*=>\s*/, "")
    .slice(0, 80);

export const ride = (changes: Partial<InvoiceDraft> = {}): Invoice => completeInvoice({ ...RIDE, ...changes });

/** An invoice with every field of the model. */
export function everything(typeCode = "380"): Invoice {
  const address = (country: string) => ({
    street: "Main street 1",
    street2: "Postbox 123",
    line3: "Gate 15",
    city: "London",
    postCode: "GB 123 EW",
    region: "Södermalm",
    country,
  });
  const adjustment = { baseAmount: 10_000n, percentage: "2.5", reason: "Loyalty & more", amount: 250n };
  const party = (country: string) => ({
    name: `Official <${country}> "Ltd"`,
    tradingName: "Trading",
    ids: [{ id: "99887766", scheme: "0088" }, { id: "second" }],
    legalId: { id: "983294", scheme: "0183" },
    vatId: `${country}1232434`,
    electronicAddress: { id: "7300010000001", scheme: "0088" },
    address: address(country),
    contact: { name: "Lisa", phone: "+46 2343", email: "lj@example.com" },
  });
  return completeInvoice({
    prices: "exclusive",
    taxes: "line",
    typeCode,
    number: "F-2024/0001",
    kind: "VatOrdinary",
    numberScheme: "Own",
    issueDate: "2024-02-29",
    currency: "EUR",
    taxCurrency: "SEK",
    seller: { ...party("GB"), taxId: "local 7", legalForm: "Share capital 1" },
    buyer: party("SE"),
    payments: [
      { provider: "Bank: of #1", reference: "a:b/c d", amount: 1_000n },
      { provider: "卡", reference: "2", amount: 1n },
    ],
    precedingInvoices: [{ number: "F-1", issueDate: "2023-01-01" }, { number: "F-2" }],
    notes: [{ text: " leading & trailing " }, { subject: "AAI", text: "second\nline" }],
    buyerReference: "0150abc",
    object: { id: "DR35141", scheme: "ABT" },
    taxPointDate: "2024-02-28",
    dueDate: "2024-03-31",
    projectReference: "P1",
    contractReference: "C1",
    orderReference: "O1",
    salesOrderReference: "SO1",
    receivingReference: "R1",
    despatchReference: "D1",
    tenderReference: "T1",
    accountingReference: "4025:123:4343",
    paymentTerms: "30 days\n#SKONTO#",
    businessProcess: "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    specification: "urn:cen.eu:en16931:2017",
    payee: { name: "Factor", id: { id: "1", scheme: "0088" }, legalId: { id: "2", scheme: "0183" } },
    taxRepresentative: { name: "Representative", vatId: "DE123", address: address("DE") },
    delivery: {
      name: "Warehouse",
      location: { id: "73", scheme: "0088" },
      date: "2024-02-20",
      address: address("NO"),
    },
    period: { start: "2024-02-01", end: "2024-02-29" },
    paymentInstructions: [
      {
        means: "30",
        meansText: "Credit transfer",
        reference: "RF18",
        account: { id: "SE1212", name: "Account", bank: "BIC" },
      },
      { means: "48", card: { number: "1234", network: "VISA", holder: "Lisa" } },
      { means: "59", directDebit: { mandate: "M1", account: "SE99" } },
    ],
    supportingDocuments: [
      { id: "ts12345", description: "Specification", location: "https://example.com/?a=1&b=2" },
      { id: "x", attachment: { base64: "AAEC", mediaType: "text/csv", fileName: "hours.csv" } },
    ],
    allowances: [{ ...adjustment, reasonCode: "95", category: "S", rate: 2500 }],
    charges: [{ ...adjustment, reasonCode: "CG", category: "S", rate: 600 }],
    lines: [
      {
        id: "one",
        name: "item name",
        quantity: "10.5",
        unit: "C62",
        price: "410.12345",
        priceQuantity: "2",
        priceUnit: "C62",
        grossPrice: "450.12345",
        priceDiscount: "40",
        category: "S",
        rate: 2500,
        allowances: [{ ...adjustment, reasonCode: "95" }],
        charges: [{ ...adjustment, reasonCode: "CG" }],
        note: "a note ",
        object: { id: "meter 7", scheme: "AWV" },
        orderLineReference: "124",
        accountingReference: "Kost",
        period: { start: "2024-02-01", end: "2024-02-02" },
        description: "Description\nof item",
        sellerItemId: "97",
        buyerItemId: "b97",
        standardItemId: { id: "1234567890128", scheme: "0160" },
        classifications: [
          { code: "09348023", list: "SRV" },
          { code: "65434568", list: "STI", version: "19.05.01" },
        ],
        origin: "NO",
        attributes: [{ name: "colour", value: "black" }],
      },
      { name: "second", quantity: "-1", unit: "HUR", price: "10", category: "S", rate: 600 },
      { name: "third", quantity: "2", unit: "HUR", price: "0.005", category: "E", rate: 0 },
    ],
    exemptions: { E: { exemptionReason: "Article 132", exemptionCode: "VATEX-EU-132" } },
    rounding: -3n,
  });
}

const CHOICES = [
  { category: "S", rate: 1300 },
  { category: "S", rate: 900 },
  { category: "S", rate: 600 },
  { category: "S", rate: 300 },
  { category: "S", rate: 150 },
  { category: "Z", rate: 0 },
  { category: "E", rate: 0 },
  { category: "L", rate: 700 },
  { category: "M", rate: 0 },
] as const;

const decimals = (whole: number, digits: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: whole }), fc.integer({ min: 0, max: digits }), fc.nat(10 ** digits - 1))
    .map(([head, length, tail]) =>
      length === 0 ? String(head) : `${head}.${String(tail).padStart(digits, "0").slice(0, length)}`,
    );

const choice = fc.constantFrom(...CHOICES);
const line = fc.record({
  name: fc.constantFrom("乘车", "门票", "a & <b>"),
  quantity: decimals(50, 4),
  unit: fc.constantFrom("C62", "KWH"),
  price: decimals(10_000, 6),
  choice,
});

/** Random drafts that come to more than nothing, with allowances and charges, and payments that sum to the gross amount. */
export const invoices: fc.Arbitrary<Invoice> = fc
  .record({
    prices: fc.constantFrom("exclusive" as const, "inclusive" as const),
    taxes: fc.constantFrom("row" as const, "line" as const),
    currency: fc.constantFrom("CNY", "EUR", "JPY", "KWD"),
    lines: fc.array(line, { minLength: 1, maxLength: 12 }),
    adjusted: fc.array(fc.record({ isCharge: fc.boolean(), share: fc.integer({ min: 1, max: 9 }), of: fc.nat(11) }), {
      maxLength: 3,
    }),
  })
  .map(({ prices, taxes, currency, lines, adjusted }) => {
    const draft: InvoiceDraft = {
      ...RIDE,
      prices,
      taxes,
      currency,
      payments: [],
      exemptions: { E: { exemptionReason: "免税" } },
      lines: lines.map(({ choice: vat, ...rest }) => ({ ...rest, ...vat })),
    };
    const sums = completeInvoice(draft);
    const part = (wanted: boolean): DocumentAdjustment[] =>
      adjusted
        .filter(({ isCharge }) => isCharge === wanted)
        .map(({ share, of }) => {
          const whole = sums.lines[of % sums.lines.length]!;
          return {
            amount: (whole.net * BigInt(share)) / 100n,
            reason: "因故",
            category: whole.category,
            ...(whole.rate === undefined ? {} : { rate: whole.rate }),
          };
        });
    const gross = completeInvoice({ ...draft, allowances: part(false), charges: part(true) });
    const payments = [{ provider: "p", reference: "r", amount: gross.totals.gross }];
    return completeInvoice({ ...draft, allowances: part(false), charges: part(true), payments });
  })
  .filter(({ totals }) => totals.gross > 0n);
