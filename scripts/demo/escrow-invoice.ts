/** Payment meets invoice: what the contractor was paid is counted, invoiced up to its amount, and the next milestone can be requested. */
import { dateOf } from "../../src/common/time.js";
import type { WorksPayment } from "../../src/escrow/index.js";
import { chainTime } from "../../src/identity/presence.js";
import { PAYMENT, roleOf, TAX } from "../../src/index.js";
import {
  admitTaxpayer,
  allotNumbers,
  buildInvoice,
  completeInvoice,
  countPayment,
  formatAmount,
  invoiceSuite,
  InvoiceWallet,
  issueInvoice,
  nameIssuingOperator,
  newPayment,
  openBureau,
  paymentAnswer,
  setQuota,
  verifyInvoice,
} from "../../src/invoice/index.js";
import { money, officeOf, PAPERS, SHIJIAZHUANG, type Site } from "./escrow-site.js";
import { FREE, newAccount, tell } from "./stage.js";

const CHINA_TIME = 480; // minutes from UTC
const PAGE = 100_000n;
/** 10,000,000.00 yuan a month, without tax. */
const QUOTA = 1_000_000_000n;
const PLACE = { country: "CN" };
const CODE = "91130100MA0BU1LD1M";

/** The tax bureau of Shijiazhuang admits the contractor. @returns the numbers of its invoices, one after the other. */
export async function openTaxBureau({ stage, city, companies }: Site): Promise<() => string> {
  const { civitas, suite } = stage;
  const [controller, bureau] = [officeOf(stage, SHIJIAZHUANG), newAccount(stage)];
  const grant = async (capability: number, to: string) =>
    suite.manager.connect(controller).grantRole(roleOf(city, capability), to, 0, FREE);
  await grant(TAX, await bureau.getAddress());
  await grant(PAYMENT, await civitas.escrow.getAddress());
  const admission = { person: companies.contractor.id, bureau: "tax" as const };
  await openBureau(civitas, bureau, city, "tax", CHINA_TIME);
  await admitTaxpayer(civitas, bureau, admission, city, ["VatSpecial"]);
  await nameIssuingOperator(civitas, bureau, admission, await companies.contractor.operator.getAddress());
  await setQuota(civitas, bureau, admission, "CNY", QUOTA);
  const year = new Date((await chainTime(civitas)) * 1000).getUTCFullYear() % 100;
  const first = BigInt(`${year}137000000000100000`);
  await allotNumbers(civitas, bureau, admission, "Digital", first / PAGE);
  let last = first;
  return () => `${(last += 1n)}`;
}

/** Counts a payment of the escrow's in PaymentRegistry, and invoices all of it to the education office. */
export async function invoicePayment(site: Site, paid: WorksPayment, number: string, line: string): Promise<void> {
  const { stage, city, offices, companies } = site;
  const { civitas } = stage;
  const source = await civitas.escrow.getAddress();
  await countPayment(civitas, offices.passerBy, source, city, paid.transactionId);
  const { order, payee, currency, amount, paidAt } = await civitas.escrow.paymentOf(paid.transactionId);
  const payment = newPayment({
    ...{ provider: source, city, transactionId: paid.transactionId, order, payee },
    ...{ currency: Number(currency), amount, paidAt: dateOf(paidAt) },
  });
  const wallet = InvoiceWallet.create();
  const time = new Date((await chainTime(civitas)) * 1000);
  const model = completeInvoice({
    ...{ typeCode: "380", number, currency: "CNY", kind: "VatSpecial", numberScheme: "Digital", prices: "inclusive" },
    ...{ issueDate: time.toISOString().slice(0, 10), paid: amount, buyer: { name: "", address: PLACE } },
    seller: { name: PAPERS.contractor, vatId: `CN${CODE}`, address: PLACE },
    lines: [{ name: line, quantity: "1", unit: "C62", price: formatAmount(amount, 2), category: "S", rate: 900 }],
  });
  const document = buildInvoice(await invoiceSuite(civitas), model, {
    ...{ seller: companies.contractor.id, payments: [{ payment }] },
    buyer: wallet.newBuyer(PAPERS.educationOffice),
    time,
  });
  await issueInvoice(civitas, companies.contractor.operator, document);
  const { left } = await paymentAnswer(civitas, { payment, path: [] });
  const { status } = await verifyInvoice(civitas, document);
  tell(`Invoice ${number} over ${money(amount)}: ${status}. Of the payment ${money(left)} are left to be invoiced.`);
}
