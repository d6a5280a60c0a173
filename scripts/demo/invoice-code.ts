/** What a document looks like outside of the chain: a code that any phone reads, a page, XML, and the Chinese form. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  formatInvoiceCode,
  type InvoiceDocument,
  invoiceOfDocument,
  readInvoiceCode,
  signInvoiceCode,
  toChinese,
  toUbl,
  verifyInvoiceCode,
} from "../../src/index.js";
import { renderInvoice } from "../../src/invoice/render.js";
import { chapter, tell } from "./stage.js";
import type { Seller, Trade } from "./trade.js";

const VERIFY_AT = "https://verify.example/";

/** @param out A folder to write the invoice to, as a page. */
export async function codeStory(trade: Trade, metro: Seller, ride: InvoiceDocument, out?: string): Promise<void> {
  const { civitas } = trade.stage;
  chapter("The ride's invoice carries a code that any phone reads, and an auditor can check.");
  const code = await signInvoiceCode(trade.suite, metro.operator, ride);
  const text = formatInvoiceCode(code, VERIFY_AT);
  tell(`${text.slice(0, 64)}… (${text.length} characters; what follows # is sent to no server)`);
  const { record } = readInvoiceCode(text);
  tell(`Read back: number ${record.content.number}; no name, no route, no salt.`);
  tell(`${(await verifyInvoiceCode(civitas, text)).message}.`);
  const changed = formatInvoiceCode(
    { ...code, record: { ...record, content: { ...record.content, time: 1 } } },
    VERIFY_AT,
  );
  tell(`With another time on it: ${(await verifyInvoiceCode(civitas, changed)).message}.`);

  const invoice = invoiceOfDocument(ride);
  const xml = toUbl(invoice).split("\n");
  const line = xml.find((one) => one.includes("TaxInclusiveAmount")) ?? xml.at(-1) ?? "";
  tell(`In UBL 2.1, for programs of other countries: ${line.trim().slice(0, 90)}`);
  const { 类型, 价税合计 } = toChinese(invoice);
  tell(`In its Chinese form: ${JSON.stringify({ 类型, 价税合计 })}`);
  const { html, layout } = renderInvoice(invoice, { qr: text, status: "Booked" });
  if (out === undefined) {
    tell(
      `As a page (${layout}, ${Math.round(html.length / 1024)} kB) to print: CIVITAS_OUT=folder npm start writes it there.`,
    );
    return;
  }
  mkdirSync(out, { recursive: true });
  const file = join(out, "invoice.html");
  writeFileSync(file, html);
  tell(`As a page to print: ${file}`);
}
