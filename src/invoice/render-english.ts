/** An invoice in plain English, by the terms of EN 16931, on as many A4 sheets as it takes. What takes off is red and has a minus. */
import { currencyOf, findCurrency, formatAmount, formatRate } from "./amount.js";
import type { Address, Adjustment, Invoice, InvoiceLine, Party } from "./model.js";
import { columnsOf, GREY, LEFT, PAD, RIGHT, TOP, Writer } from "./render-flow.js";
import type { DrawnPages } from "./render-chinese.js";
import { stamp, STAMPS } from "./render-seal.js";
import { BLACK, fitted, LEADING, page, qrCode, RED, text, type TextStyle, wrap } from "./render-svg.js";
import type { InvoiceStatus } from "./status.js";
import { KIND_WORDS } from "./words.js";

const WIDTH = 210;
const HEIGHT = 297;
const INNER = RIGHT - LEFT;

/** Units of UN/ECE Recommendation 20 that readers know by another name. */
const UNITS: Readonly<Record<string, string>> = {
  ...{ C62: "pcs", H87: "pcs", EA: "pcs", XPP: "pcs", "1I": "", HUR: "h", DAY: "days", MON: "months", ANN: "years" },
  ...{ KGM: "kg", GRM: "g", TNE: "t", MTR: "m", KMT: "km", MTK: "m²", MTQ: "m³", LTR: "l", KWH: "kWh" },
};

const ITEMS = columnsOf([
  ...([
    ["No.", 11, "start"],
    ["Description", 66, "start"],
    ["Quantity", 21, "end"],
  ] as const),
  ...([
    ["Unit", 14, "start"],
    ["Price", 25, "end"],
    ["VAT", 15, "end"],
    ["Net amount", 28, "end"],
  ] as const),
]);
const VAT = columnsOf([
  ...([
    ["VAT category", 82, "start"],
    ["Rate", 26, "end"],
  ] as const),
  ...([
    ["Taxable amount", 36, "end"],
    ["VAT amount", 36, "end"],
  ] as const),
]);
const TOTALS_X = 130;

/** Draw an invoice. */
export function drawEnglish(invoice: Invoice, { qr, status }: { qr?: string; status?: InvoiceStatus }): DrawnPages {
  const isCredit = invoice.typeCode === "381";
  const ink: TextStyle = { color: isCredit ? RED : BLACK };
  const digits = findCurrency(invoice.currency)?.digits ?? 2;
  const show = (amount: bigint) => formatAmount(isCredit ? -amount : amount, digits);
  const writer = new Writer(ink);
  const code = qr === undefined ? undefined : qrCode(qr);

  writeHead(writer, invoice, isCredit, code?.size ?? 0);
  writeItems(writer, invoice, isCredit, show);
  writeTotals(writer, invoice, isCredit, show);
  writeRest(writer, invoice, show);

  const sheets = writer.sheets();
  const stamped = status === undefined ? undefined : STAMPS[status]?.english;
  const pages = sheets.map((strips, i) => {
    const body = strips.map(({ strip, top }) => strip.draw(top)).join("");
    const foot = text(RIGHT, 289, `${invoice.number} · page ${i + 1} of ${sheets.length}`, {
      ...{ size: 2.7, color: GREY, anchor: "end" },
    });
    const drawn =
      (i === 0 ? (code?.draw(RIGHT - code.size + 1.5, TOP - 4) ?? "") : "") +
      body +
      foot +
      (stamped === undefined ? "" : stamp(WIDTH / 2, 130, stamped));
    return page(WIDTH, HEIGHT, `Invoice ${invoice.number}, page ${i + 1} of ${sheets.length}`, drawn);
  });
  return { width: WIDTH, height: HEIGHT, pages };
}

// --------------------------------------------------------------------------------------------------------------------- parts

function writeHead(writer: Writer, invoice: Invoice, isCredit: boolean, codeSize: number): void {
  const { typeCode, kind, seller, buyer } = invoice;
  const title = isCredit ? "Credit note" : typeCode === "380" ? "Invoice" : `Invoice (type ${typeCode})`;
  const facts = factsOf(invoice);
  const labelled = facts.flatMap(([name, value]) =>
    wrap(value, INNER - 50 - codeSize).map((one, i) => [i === 0 ? name : "", one] as const),
  );
  writer.add(10, (top) => text(LEFT, top + 6, title, { ...writer.ink, size: 7, bold: true }));
  if (kind !== undefined) writer.line([[LEFT, KIND_WORDS[kind], { color: GREY }]]);
  for (const [name, value] of labelled)
    writer.line([
      [LEFT, name, { color: GREY }],
      [LEFT + 40, value, writer.ink],
    ]);
  writer.space(Math.max(4, codeSize + 2 - 10 - (labelled.length + (kind === undefined ? 0 : 1)) * LEADING));

  const half = INNER / 2;
  const columns = [partyOf(seller), partyOf(buyer)].map((lines) => lines.flatMap((one) => wrap(one, half - 8)));
  writer.line([
    [LEFT, "Seller", { color: GREY }],
    [LEFT + half, "Buyer", { color: GREY }],
  ]);
  for (let i = 0; i < Math.max(...columns.map(({ length }) => length)); i++) {
    const style = { ...writer.ink, bold: i === 0 };
    writer.line(columns.map((lines, side) => [LEFT + side * half, lines[i] ?? "", style] as const));
  }
  writer.space(6);
}

function factsOf(invoice: Invoice): [name: string, value: string][] {
  const { period, delivery, object, payee, taxRepresentative, precedingInvoices = [] } = invoice;
  const facts: [string, string | undefined][] = [
    ["Number", invoice.number],
    ["Date", invoice.issueDate],
    ["Due", invoice.dueDate],
    ["Currency", invoice.currency],
    ["Tax point", invoice.taxPointDate],
    ["Period", period && `${period.start ?? ""} to ${period.end ?? ""}`],
    ["Delivered", delivery && [delivery.date, delivery.name, ...addressOf(delivery.address)].filter(isText).join(", ")],
    ["Your reference", invoice.buyerReference],
    ["Order", invoice.orderReference],
    ["Sales order", invoice.salesOrderReference],
    ["Contract", invoice.contractReference],
    ["Project", invoice.projectReference],
    ["Concerns", object?.id],
    ["Payee", payee?.name],
    ["Tax representative", taxRepresentative && `${taxRepresentative.name}, ${taxRepresentative.vatId}`],
    ...precedingInvoices.map(({ number, issueDate }): [string, string] => [
      "Corrects",
      issueDate === undefined ? number : `${number} of ${issueDate}`,
    ]),
  ];
  return facts.filter((fact): fact is [string, string] => isText(fact[1]));
}

function partyOf(party: Party): string[] {
  const { name, tradingName, legalId, vatId, taxId, legalForm, electronicAddress, address, contact } = party;
  return [
    name,
    tradingName,
    ...addressOf(address),
    vatId && `VAT number ${vatId}`,
    taxId && `Tax number ${taxId}`,
    legalId && `Registered as ${legalId.id}`,
    legalForm,
    electronicAddress?.id,
    contact && [contact.name, contact.phone, contact.email].filter(isText).join(", "),
  ].filter(isText);
}

function addressOf(address: Address | undefined): string[] {
  if (address === undefined) return [];
  const { street, street2, line3, postCode, city, region, country } = address;
  return [street, street2, line3, [postCode, city].filter(isText).join(" "), region, country].filter(isText);
}

function writeItems(writer: Writer, invoice: Invoice, isCredit: boolean, show: (amount: bigint) => string): void {
  const { allowances = [], charges = [] } = invoice;
  writer.table(ITEMS, () => {
    invoice.lines.forEach((item, i) => {
      writer.row(ITEMS, [
        item.id === "" ? String(i + 1) : item.id,
        item.name,
        isCredit ? minus(item.quantity) : item.quantity,
        UNITS[item.unit] ?? item.unit,
        priceOf(item),
        item.rate === undefined ? item.category : `${formatRate(item.rate)} %`,
        show(item.net),
      ]);
      for (const one of detailsOf(item, show)) writer.row(ITEMS, ["", one]);
      writer.space(0.8);
    });
    for (const [adjustments, word, sign] of [
      [allowances, "Allowance", -1n],
      [charges, "Charge", 1n],
    ] as const) {
      for (const one of adjustments) {
        const rate = one.rate === undefined ? one.category : `${formatRate(one.rate)} %`;
        writer.row(ITEMS, ["", worded(word, one), "", "", "", rate, show(sign * one.amount)]);
      }
    }
  });
}

function priceOf({ price, priceQuantity }: InvoiceLine): string {
  return priceQuantity === undefined || priceQuantity === "1" ? price : `${price} / ${priceQuantity}`;
}

function detailsOf(item: InvoiceLine, show: (amount: bigint) => string): string[] {
  return [
    item.description,
    ...(item.attributes ?? []).map(({ name, value }) => `${name}: ${value}`),
    item.period && `${item.period.start ?? ""} to ${item.period.end ?? ""}`,
    ...(item.allowances ?? []).map((one) => `${worded("Allowance", one)}: ${show(-one.amount)}`),
    ...(item.charges ?? []).map((one) => `${worded("Charge", one)}: ${show(one.amount)}`),
    item.note,
  ].filter(isText);
}

function worded(word: string, { reason, percentage }: Adjustment): string {
  const share = percentage === undefined ? "" : ` of ${percentage} %`;
  return `${word}${share}${reason === undefined ? "" : `: ${reason}`}`;
}

function writeTotals(writer: Writer, invoice: Invoice, isCredit: boolean, show: (amount: bigint) => string): void {
  const { totals, currency, taxCurrency, breakdown } = invoice;
  const rows: [string, string, boolean][] = [];
  const total = (name: string, amount: bigint, isAlways: boolean, isBold = false) => {
    if (isAlways || amount !== 0n) rows.push([name, `${show(amount)} ${currency}`, isBold]);
  };
  total("Sum of lines", totals.lines, totals.lines !== totals.net);
  total("Allowances", -totals.allowances, false);
  total("Charges", totals.charges, false);
  total("Total without VAT", totals.net, true);
  total("VAT", totals.tax, true);
  if (totals.taxInTaxCurrency !== undefined && taxCurrency !== undefined) {
    const { digits } = currencyOf(taxCurrency);
    const amount = isCredit ? -totals.taxInTaxCurrency : totals.taxInTaxCurrency;
    rows.push(["VAT in accounting currency", `${formatAmount(amount, digits)} ${taxCurrency}`, false]);
  }
  total("Total with VAT", totals.gross, true, true);
  total("Paid", -totals.paid, false);
  total("Rounding", totals.rounding, false);
  total("Due", totals.due, true, true);
  writer.space(2);
  const height = LEADING + 0.5;
  const draw = ([name, amount, bold]: (typeof rows)[number], top: number) => {
    const style = { ...writer.ink, bold };
    return (
      text(TOTALS_X, top + 3.3, name, style) + fitted(RIGHT - PAD, top + 3.3, 38, amount, { ...style, anchor: "end" })
    );
  };
  writer.add(rows.length * height, (top) => rows.map((row, i) => draw(row, top + i * height)).join("")); // on one sheet
  writer.space(5);
  writer.table(VAT, () => {
    for (const { category, rate, net, tax, exemptionReason, exemptionCode } of breakdown) {
      const reason = [exemptionReason, exemptionCode].filter(isText).join(", ");
      const percent = rate === undefined ? "" : `${formatRate(rate)} %`;
      writer.row(VAT, [reason === "" ? category : `${category}: ${reason}`, percent, show(net), show(tax)]);
    }
  });
}

function writeRest(writer: Writer, invoice: Invoice, show: (amount: bigint) => string): void {
  const { paymentTerms, paymentInstructions = [], payments = [], notes = [] } = invoice;
  const paragraphs: [string, (string | undefined)[]][] = [
    [
      invoice.typeCode === "381" ? "Given back to" : "Paid with",
      payments.map((one) => `${one.provider}, ${one.reference}: ${show(one.amount)} ${invoice.currency}`),
    ],
    [
      "How to pay",
      paymentInstructions.map(({ means, meansText = `means ${means}`, reference, account, card, directDebit }) =>
        [
          meansText,
          ...[account?.name, account?.id, account?.bank],
          card && `${card.network ?? "card"} ${card.number}`,
          directDebit && `mandate ${directDebit.mandate ?? ""}`,
          reference && `reference ${reference}`,
        ]
          .filter(isText)
          .join(", "),
      ),
    ],
    ["Terms", [paymentTerms]],
    ["Notes", notes.map((note) => note.text)],
  ];
  for (const [title, contents] of paragraphs) {
    const lines = contents.filter(isText).flatMap((one) => wrap(one, INNER - 40));
    if (lines.length !== 0) writer.space(4);
    lines.forEach((one, i) => {
      writer.line([
        [LEFT, i === 0 ? title : "", { color: GREY }],
        [LEFT + 40, one, writer.ink],
      ]);
    });
  }
}

function minus(quantity: string): string {
  return quantity.startsWith("-") ? quantity.slice(1) : `-${quantity}`;
}

function isText(content: string | undefined): content is string {
  return content !== undefined && content !== "";
}
