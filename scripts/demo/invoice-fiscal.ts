/** Receipts of the state: a traffic fine that names its violation to the driver alone, and a hospital bill for the insurer. */
import {
  discloseFields,
  handedOn,
  documentId,
  InvoiceWallet,
  objectCommitment,
  openInvoiceFields,
  partsOfInvoice,
  signHandOn,
  verifyInvoice,
} from "../../src/invoice/index.js";
import type { Sellers } from "./invoice.js";
import { chapter, tell, tryTo } from "./stage.js";
import { book, CUSTOMERS, deliver, pay, sell, send, signing, type Trade, yuan } from "./trade.js";

export async function fiscalStory(trade: Trade, { police, hospital }: Sellers): Promise<void> {
  const { civitas } = trade.stage;

  chapter(`${CUSTOMERS.driver} pays a fine of 200.00 yuan; the traffic police issue the fiscal receipt.`);
  const driver = InvoiceWallet.create();
  const fined = await pay(trade, police, driver, 20_000n);
  const receipt = await sell(trade, police, [fined], driver.newBuyer(CUSTOMERS.driver), driver, {
    lines: [{ name: "交通违法罚款", quantity: "1", unit: "C62", price: "200.00", category: "O" }],
    exemption: { category: "O", reason: "罚没收入，不征增值税" },
    object: { id: CUSTOMERS.violation },
    notes: [{ text: `${CUSTOMERS.plate} ${CUSTOMERS.offence}` }],
  });
  const { number, invoicedObject } = receipt.record.content;
  tell(
    `Bill code ${number.slice(0, 8)}, number ${number.slice(8)}. The chain says it is about ${invoicedObject.slice(0, 18)}…`,
  );
  const opened = receipt.object !== undefined && objectCommitment(receipt.object) === invoicedObject;
  tell(
    `The driver's document ${opened ? "opens that" : "does not open that"}: violation ${receipt.object?.id}, no other.`,
  );
  tell(`${(await verifyInvoice(civitas, receipt)).message}.`);

  chapter(`${CUSTOMERS.patient} pays a hospital bill of 386.50 yuan, and hands it to the insurer.`);
  const patient = InvoiceWallet.create();
  const treated = await pay(trade, hospital, patient, 38_650n);
  const bill = await sell(trade, hospital, [treated], patient.newBuyer(CUSTOMERS.patient), patient, {
    lines: [
      { name: CUSTOMERS.treatment, quantity: "1", unit: "C62", price: "380.00", category: "E", rate: 0 },
      { name: "挂号费", quantity: "1", unit: "C62", price: "6.50", category: "E", rate: 0 },
    ],
    exemption: { category: "E", reason: "医疗机构提供的医疗服务免征增值税" },
    object: { id: CUSTOMERS.hospitalNumber },
    notes: [{ text: CUSTOMERS.diagnosis }],
  });
  const [insurer, secondInsurer] = [InvoiceWallet.create(), InvoiceWallet.create()];
  const next = insurer.newHolder();
  const order = await signHandOn(trade.network, bill, patient.keyFor(bill), next, await signing(trade, bill));
  await send(trade, order);
  trade.secrets.holders.push({ signer: next.signer, invoice: documentId(bill) });
  const shown = discloseFields(bill, ["number", "lines", "totals", "buyer.name"], { payments: true });
  const claim = await deliver(handedOn(shown, next), insurer);
  const { lines, buyer } = partsOfInvoice(claim);
  const items = lines?.map(({ name }) => name).join(", ");
  tell(
    `The insurer sees ${openInvoiceFields(claim).length} of ${claim.fields.length} fields: ${items}, for ${buyer?.name}.`,
  );
  tell("Diagnosis and case number are withheld: hashes stand in their place, and the rest is proven without them.");
  const answer = await verifyInvoice(civitas, claim);
  const isOwn = "isHolder" in answer && answer.isHolder;
  tell(`Is the bill sound, and the insurer's? ${answer.status}, ${isOwn ? "yes" : "no"}.`);
  await book(trade, claim, insurer, false);
  tell(`It pays ${yuan(bill.record.content.gross)} yuan, and books the bill as not deductible.`);
  await tryTo("The patient hands the same bill to a second insurer", async () => {
    const other = secondInsurer.newHolder();
    await send(trade, await signHandOn(trade.network, bill, patient.keyFor(bill), other, await signing(trade, bill)));
  });
}
