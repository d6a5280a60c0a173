import { expect } from "chai";
import { hexlify, toUtf8Bytes } from "ethers";

import { newSalt } from "../../../src/common/commitment.js";
import { fieldRoot } from "../../../src/common/tree.js";
import { encodeInvoiceCode } from "../../../src/invoice/code-bytes.js";
import { newTitle, titleCommitment } from "../../../src/invoice/commitment.js";
import { fieldsOfInvoice } from "../../../src/invoice/field.js";
import { invoiceHolder } from "../../../src/invoice/holder.js";
import {
  formatInvoiceCode,
  invoiceNetwork,
  readInvoiceCode,
  signInvoiceCode,
  verifyInvoiceCode,
} from "../../../src/index.js";
import type { InvoiceStruct } from "../../../typechain/invoice/InvoiceRegistry.js";
import { newKey } from "../../identity/world.js";
import { anchoredNight } from "../../invoice/batches.js";
import { book, confirm, ledgerWorld, propose } from "../../invoice/holders.js";
import {
  attest,
  category,
  DocumentKind,
  invoiceOf,
  type InvoiceWorld,
  invoiceWorld,
  issue,
  lineOf,
  reversingOf,
  Scheme,
  submissionOf,
  termsOf,
} from "../../invoice/world.js";
import { loadFixture } from "../../world.js";
import { contractsOf, NETWORK, plainRecord, recordOf, VERIFY_AT } from "./codes.js";
import { ride } from "./samples.js";

describe("the code of an invoice, asked of the chain", () => {
  /** The code that a world's operator prints on a document. */
  async function printed(world: InvoiceWorld, invoice: InvoiceStruct, path: string[] = [], signer = world.operator) {
    const network = await invoiceNetwork(await contractsOf(world));
    return formatInvoiceCode(await signInvoiceCode(network, signer, { record: recordOf(invoice), path }), VERIFY_AT);
  }

  it("stands while the document does, and carries no salt and no name", async () => {
    const world = await loadFixture(ledgerWorld);
    const contracts = await contractsOf(world);
    const of = await issue(world, { payment: { amount: 600 } });
    const text = await printed(world, of.invoice);
    const { id } = readInvoiceCode(text);
    expect(id).to.equal(of.id);
    expect(id).to.equal(await world.invoices.idOf(of.invoice));

    const bytes = hexlify(encodeInvoiceCode(readInvoiceCode(text)));
    for (const secret of [of.holder.salt, of.holder.key.signer, of.holder.title]) {
      expect(bytes).not.to.contain(secret.slice(2));
    }
    expect(bytes).to.contain(of.holder.commitment.slice(2));

    const issued = await verifyInvoiceCode(contracts, text);
    expect(issued).to.deep.include({ status: "Issued", signedBySeller: true });
    expect(issued.message).to.match(
      /^The transport ticket 26\d{18} over 6\.00 CNY \(5\.83 CNY and 0\.17 CNY of tax\) is genuine: .*\. An operator of the seller signed this code$/,
    );
    expect(issued.invoice).to.deep.include({
      kind: "Transport",
      number: `${BigInt(of.invoice.content.number)}`,
      seller: world.seller,
      ...{ net: "5.83 CNY", tax: "0.17 CNY", gross: "6.00 CNY", capitals: "陆圆整" },
    });
    expect(issued).not.to.have.property("left");

    await confirm(world, of);
    expect((await verifyInvoiceCode(contracts, text)).status).to.equal("Confirmed");
    await book(world, of);
    expect((await verifyInvoiceCode(contracts, text)).status).to.equal("Booked");
    await propose(world, of, reversingOf(of.invoice));
    expect((await verifyInvoiceCode(contracts, text)).status).to.equal("ReversalProposed");
  });

  it("has nothing of the content of a document but its root", async () => {
    const model = ride();
    const fields = Object.entries(fieldsOfInvoice(model)).map(([name, value]) => ({ name, value, salt: newSalt() }));
    const title = newTitle(model.buyer.name, model.buyer.vatId);
    const [key, salt] = [newKey(), newSalt()];
    const buyer = invoiceHolder(salt, key.signer, titleCommitment(title));
    const record = plainRecord(1);
    const content = { ...record.content, root: fieldRoot(fields), buyer };
    const code = await signInvoiceCode(NETWORK, newKey(), { record: { ...record, content } });
    const bytes = hexlify(encodeInvoiceCode(code));
    const text = decodeURIComponent(formatInvoiceCode(code, VERIFY_AT));
    const read = JSON.stringify(readInvoiceCode(text));
    for (const found of [content.root, buyer]) {
      expect(bytes).to.contain(found.slice(2));
      expect(read).to.contain(found);
    }
    const hidden = [salt, title.salt, key.signer, titleCommitment(title), ...fields.map((field) => field.salt)];
    for (const secret of hidden) {
      expect(bytes).not.to.contain(secret.slice(2));
      expect(read).not.to.contain(secret.slice(2));
    }
    const words = [model.buyer.name, model.buyer.vatId!, model.seller.name, "地铁乘车"];
    for (const one of [...words, ...fields.map(({ value }) => value).filter(({ length }) => length > 5)]) {
      expect(bytes).not.to.contain(hexlify(toUtf8Bytes(one)).slice(2));
      expect(read).not.to.contain(one);
      expect(text).not.to.contain(one);
    }
  });

  it("says what is left of a document that is reversed in part, and which document takes it off", async () => {
    const world = await loadFixture(invoiceWorld);
    const contracts = await contractsOf(world);
    const { invoice, id } = await issue(world, { payment: { amount: 10_300 } });
    const half = lineOf(5150n);
    const reversing = reversingOf(invoice, {
      ...{ lines: [half], net: half.net, tax: half.tax, gross: 5150 },
      draws: [{ payment: invoice.content.draws[0]!.payment, amount: 5150 }],
    });
    await world.ledger.connect(world.operator).reverse(invoice, reversing);
    const part = await verifyInvoiceCode(contracts, await printed(world, invoice));
    expect(part).to.deep.include({
      status: "Issued",
      left: { net: "50.00 CNY", tax: "1.50 CNY", gross: "51.50 CNY" },
    });
    expect(part.message).to.contain("reversed in part, 51.50 CNY of it are left");
    const red = await verifyInvoiceCode(
      contracts,
      await printed(world, invoiceOf(invoice.terms, reversing, { reverses: id })),
    );
    expect(red.status).to.equal("Reversing");

    await world.ledger
      .connect(world.operator)
      .reverse(invoice, { ...reversing, number: BigInt(reversing.number) + 7n });
    const whole = await verifyInvoiceCode(contracts, await printed(world, invoice));
    expect(whole).to.deep.include({
      status: "Reversed",
      left: { net: "0.00 CNY", tax: "0.00 CNY", gross: "0.00 CNY" },
    });
    expect(whole.message).to.contain("worth nothing").and.not.to.contain("are left");
  });

  it("proves a document of a batch by its path alone", async () => {
    const world = await loadFixture(invoiceWorld);
    const contracts = await contractsOf(world);
    const night = await anchoredNight(world, 5);
    const text = await printed(world, night.invoices[3]!, night.proofAt(3));
    expect(await verifyInvoiceCode(contracts, text)).to.deep.include({ status: "Anchored", signedBySeller: true });
    for (const [invoice, path] of [
      [night.invoices[3]!, night.proofAt(2)],
      [night.invoices[3]!, []],
      [{ ...night.invoices[3]!, position: 2 }, night.proofAt(3)],
    ] as const) {
      const answer = await verifyInvoiceCode(contracts, await printed(world, invoice, [...path]));
      expect(answer.status).to.equal("Unknown");
      expect(answer.message).to.contain("was never issued, or not with these amounts; do not accept it");
    }
  });

  it("tells an amount that was raised, and a signer that is not the seller's", async () => {
    const world = await loadFixture(invoiceWorld);
    const contracts = await contractsOf(world);
    const { invoice } = await issue(world);
    const line = lineOf(60_000n);
    const raised = {
      ...invoice,
      content: {
        ...invoice.content,
        ...{ lines: [line], net: line.net, tax: line.tax, gross: 60_000 },
        draws: [{ ...invoice.content.draws[0]!, amount: 60_000 }],
      },
    };
    const forged = await verifyInvoiceCode(contracts, await printed(world, raised));
    expect(forged.status).to.equal("Unknown");
    const copied = await verifyInvoiceCode(contracts, await printed(world, invoice, [], world.stranger));
    expect(copied).to.deep.include({ status: "Issued", signedBySeller: false });
    expect(copied.message).to.contain(`but by ${world.stranger.address}: it may be an earlier operator's`);

    const text = await printed(world, invoice);
    expect((await verifyInvoiceCode(contracts, text)).signedBySeller).to.equal(true);
    await world.taxpayers.connect(world.taxBureau).dropOperator(world.seller, 4, world.operator, []);
    expect(await verifyInvoiceCode(contracts, text)).to.deep.include({ status: "Issued", signedBySeller: false });
  });

  it("asks the finance bureau about receipts of fiscal units", async () => {
    const world = await loadFixture(invoiceWorld);
    const contracts = await contractsOf(world);
    const terms = termsOf(world, { kind: DocumentKind.FiscalReceipt, scheme: Scheme.FiscalBill });
    const payment = await attest(world, { amount: 20_000 });
    const exempt = lineOf(20_000n, { category: category("O"), rate: 0, net: 20_000, tax: 0 });
    const totals = { lines: [exempt], net: 20_000, tax: 0, gross: 20_000 };
    const submission = await submissionOf(world, [payment], { number: 13_060_124_000_000_7001n, ...totals });
    await world.invoices.connect(world.operator).issue(terms, submission);
    await world.taxpayers.connect(world.taxBureau).dropOperator(world.seller, 4, world.operator, []);
    const answer = await verifyInvoiceCode(contracts, await printed(world, invoiceOf(terms, submission.content)));
    expect(answer).to.deep.include({ status: "Issued", signedBySeller: true });
    expect(answer.message).to.contain("The fiscal receipt 130601240000007001 over 200.00 CNY");
  });

  it("does not ask about what is unreadable, impossible or of another network", async () => {
    const world = await loadFixture(invoiceWorld);
    const contracts = await contractsOf(world);
    const network = await invoiceNetwork(contracts);
    const unreadable = await verifyInvoiceCode(contracts, "https://verify.example/");
    expect(unreadable).to.deep.equal({
      status: "Unreadable",
      signedBySeller: false,
      message: "this is no code of an invoice, which begins with INV1; scan the code on the document again",
    });
    const record = plainRecord(1);
    for (const other of [{ ...network, chainId: "1" }, NETWORK]) {
      const text = formatInvoiceCode(await signInvoiceCode(other, newKey(), { record }), VERIFY_AT);
      const answer = await verifyInvoiceCode(contracts, text);
      expect(answer).to.deep.include({ status: "OtherNetwork", signedBySeller: false });
      expect(answer.message).to.contain(`chain ${other.chainId} and the registry ${other.registry}`);
    }
    const { terms, content } = record;
    for (const [changes, why] of [
      [{ terms: { ...terms, currency: 1 } }, "a currency that nobody has: 1"],
      [{ content: { ...content, number: "0" } }, "a number that no document has"],
    ] as const) {
      const code = await signInvoiceCode(network, newKey(), { record: { ...record, ...changes } });
      const answer = await verifyInvoiceCode(contracts, formatInvoiceCode(code, VERIFY_AT));
      expect(answer.status).to.equal("Unreadable");
      expect(answer.message).to.contain(why);
    }
  });
});
