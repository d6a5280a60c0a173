import { expect } from "chai";

import { INVOICE_STATUSES } from "../../../src/invoice/status.js";
import { documentId, parseInvoiceDocument } from "../../../src/invoice/document.js";
import { invoiceOfDocument } from "../../../src/invoice/document.js";
import {
  handedOn,
  sendHolderOrder,
  signBook,
  signConfirm,
  signHandOn,
  signReversalAnswer,
  signReversalProposal,
  signUnbook,
} from "../../../src/invoice/order.js";
import { buildReversal } from "../../../src/invoice/reversal.js";
import { confirmReversalBySeller, proposeReversalBySeller, reverseInvoice } from "../../../src/invoice/seller.js";
import { newNumber } from "../../invoice/world.js";
import { loadFixture, SHIJIAZHUANG } from "../../world.js";
import { copyOf } from "../identity-world.js";
import { after, counter, issuedRide, today } from "./world.js";

const period = async () => {
  const { day } = await today();
  return Number(day.slice(0, 4)) * 100 + Number(day.slice(5, 7));
};

describe("what holders do", () => {
  it("confirm, hand on, book, unbook and book again", async () => {
    const world = await loadFixture(counter);
    const { contracts, network } = world;
    const outsider = world.hunanProvider; // anyone relays
    const { document, id, key } = await issuedRide(world);
    const status = async () =>
      INVOICE_STATUSES[Number((await contracts.ledger.statusOf(document.record, document.path)).status)];
    expect(documentId(document)).to.equal(id);
    expect(await contracts.invoices.idOf(document.record)).to.equal(id);
    expect(await status()).to.equal("Issued");
    expect(parseInvoiceDocument(copyOf(document))).to.deep.equal(document);
    expect(invoiceOfDocument(document).buyer.name).to.equal("某某科技有限公司");

    const send = async (order: Parameters<typeof sendHolderOrder>[2]) =>
      sendHolderOrder(contracts, outsider, copyOf(order));
    await send(await signConfirm(network, document, key, after(0)));
    expect(await status()).to.equal("Confirmed");
    const to = world.employer.newHolder();
    await send(await signHandOn(network, document, key, to, after(1)));
    const held = handedOn(document, to);
    expect(parseInvoiceDocument(copyOf(held))).to.deep.equal(held);
    const booking = { city: Number(SHIJIAZHUANG), period: await period(), deductible: true };
    const book = await signBook(network, held, world.employer.keyFor(held), booking, after(2));
    await send(book);
    expect(await status()).to.equal("Booked");
    await send(await signUnbook(network, held, world.employer.keyFor(held), "WrongBooking", after(3)));
    expect(await status()).to.equal("Confirmed");
    await expect(sendHolderOrder(contracts, outsider, book)).to.be.revertedWithCustomError(
      contracts.ledger,
      "SignatureInvalid",
    );
    await send(await signBook(network, held, world.employer.keyFor(held), booking, after(4)));

    const reversing = buildReversal(held, { number: `${newNumber()}`, time: (await today()).now });
    await proposeReversalBySeller(contracts, world.operator, held, reversing);
    const answer = await signReversalAnswer(network, held, world.employer.keyFor(held), reversing, true, after(6));
    expect(await send(answer)).to.equal(documentId(reversing));
    expect(await status()).to.equal("ReversedAfterBooking");
    expect(parseInvoiceDocument(copyOf(reversing))).to.deep.equal(reversing);
  });

  it("propose reversals, which the seller confirms", async () => {
    const world = await loadFixture(counter);
    const { contracts, network, operator } = world;
    const outsider = world.hunanProvider; // anyone relays
    const { document, key } = await issuedRide(world);
    const reversing = buildReversal(document, { number: `${newNumber()}`, time: (await today()).now });
    const proposal = await signReversalProposal(network, document, key, reversing, after(0));
    await sendHolderOrder(contracts, outsider, proposal);
    await confirmReversalBySeller(contracts, operator, document, reversing);
    expect((await contracts.ledger.statusOf(document.record, [])).status).to.equal(8n);
  });

  it("leave to the seller what they never confirmed", async () => {
    const world = await loadFixture(counter);
    const { document } = await issuedRide(world);
    const reversing = buildReversal(document, { number: `${newNumber()}`, time: (await today()).now });
    await reverseInvoice(world.contracts, world.operator, document, reversing);
    expect((await world.contracts.ledger.statusOf(document.record, [])).status).to.equal(8n);
  });
});
