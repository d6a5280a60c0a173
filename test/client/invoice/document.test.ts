import { readFileSync } from "node:fs";

import { expect } from "chai";
import fc from "fast-check";

import { newSalt } from "../../../src/common/commitment.js";
import {
  discloseFields,
  documentBatchId,
  INVOICE_DOCUMENT_SCHEMA,
  type InvoiceDocument,
  InvoiceDocumentError,
  invoiceOfDocument,
  parseInvoiceDocument,
  partsOfInvoice,
} from "../../../src/invoice/document.js";
import { fieldsOfInvoice, invoiceOfFields, partsOfFields } from "../../../src/invoice/field.js";
import { INVOICE_KINDS, NUMBER_SCHEMES } from "../../../src/invoice/model.js";
import {
  categoryBytes,
  categoryText,
  invoiceKindNumber,
  invoiceKindOf,
  numberSchemeNumber,
  numberSchemeOf,
} from "../../../src/invoice/record.js";
import {
  BATCH_USES,
  INVOICE_STANDINGS,
  INVOICE_STATUSES,
  nameOf,
  PAYMENT_STATUSES,
  REVERSAL_SIDES,
} from "../../../src/invoice/status.js";
import { handedOn } from "../../../src/invoice/order.js";
import { loadFixture } from "../../world.js";
import { caught, copyOf } from "../identity-world.js";
import { everything, invoices } from "./samples.js";
import { built, counter, draftPayment } from "./world.js";

describe("fields of documents", () => {
  it("tell the whole model again", () => {
    const model = everything();
    const values = fieldsOfInvoice(model);
    expect(invoiceOfFields(copyOf(values), "EUR")).to.deep.equal(model);
    expect(values).to.include.keys("seller.name", "buyer.address", "lines[0]", "payments[1]", "notes[1]", "totals");
    expect(values["seller.name"]).to.equal(JSON.stringify(model.seller.name));
    fc.assert(
      fc.property(invoices, (invoice) => {
        expect(invoiceOfFields(fieldsOfInvoice(invoice), invoice.currency)).to.deep.equal(withoutUndefined(invoice));
      }),
      { numRuns: 50 },
    );
  });

  it("are no others than those of the model's names", () => {
    for (const name of ["__proto__", "lines", "lines[x]", "lines[01]", "buyer", "else[0]", "buyer.a b", ""]) {
      expect(() => partsOfFields({ [name]: '"x"' }, "CNY"), name).to.throw(Error, "no field");
    }
    expect(() => invoiceOfFields({ number: '"1"' }, "CNY")).to.throw(Error, 'does not tell its "typeCode"');
  });
});

/** A copy as JSON keeps it, amounts included. */
function withoutUndefined<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutUndefined) as Value;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([, one]) => one !== undefined && !(Array.isArray(one) && one.length === 0),
  );
  return Object.fromEntries(kept.map(([name, one]) => [name, withoutUndefined(one as unknown)])) as Value;
}

describe("invoice documents", () => {
  it("are refused with everything that is wrong, in words", async () => {
    const world = await loadFixture(counter);
    const { document } = await built(world, [await draftPayment(world)], {
      model: { object: { id: "violation 7", scheme: "ABT" } },
    });
    expect(parseInvoiceDocument(copyOf(document))).to.deep.equal(document);
    const faults = async (change: (copy: InvoiceDocument) => unknown) => {
      const copy = copyOf(document);
      change(copy);
      return (await caught(InvoiceDocumentError, () => parseInvoiceDocument(copy))).faults.join("; ");
    };
    expect(await faults((d) => (d.record.content.root = newSalt()))).to.include("its root differs");
    expect(await faults((d) => (d.record.content.number = "26139999999999999998"))).to.include('the field "number"');
    expect(await faults((d) => (d.record.terms.kind = 2))).to.include('the field "kind"');
    expect(await faults((d) => (d.record.terms.currency = 840))).to.include('the field "currency"');
    expect(await faults((d) => (d.record.content.gross = "601"))).to.include('the field "totals.gross"');
    expect(await faults((d) => (d.record.reverses = newSalt()))).to.include('the field "typeCode"');
    expect(await faults((d) => (d.record.content.lines[0]!.items = 2))).to.include("tax rows are other ones");
    expect(await faults((d) => (d.title!.name = "某某")))
      .to.include('the field "buyer.name"')
      .and.include("not those of the buyer");
    expect(await faults((d) => (d.buyer!.salt = newSalt()))).to.include("key of the buyer does not open");
    expect(await faults((d) => (d.record.content.buyer = newSalt()))).to.include("made out to someone else");
    expect(await faults((d) => delete d.buyer)).to.include("who is missing");
    expect(await faults((d) => (d.object!.id = "violation 8"))).to.include("about something else");
    expect(await faults((d) => (d.evidence[0]!.payment.amount = "1")))
      .to.include("not those of the record")
      .and.include("more is taken");
    expect(await faults((d) => (d.evidence[0]!.payment.payee = newSalt()))).to.include("someone else than the seller");
    expect(await faults((d) => (d.evidence[0]!.payment.currency = 840))).to.include("another currency");
    expect(await faults((d) => d.evidence[0]!.path.push(newSalt()))).to.include("has a path");
    expect(await faults((d) => d.path.push(newSalt()))).to.include("no position and no path");
    expect(await faults((d) => d.fields.push({ ...d.fields[0]! }))).to.include("a field is there twice");
    expect(await faults((d) => ((d.fields[0] as { value: string }).value = "{"))).to.include("cannot be read");
    expect(await faults((d) => (d.registry = "0x52908400098527886E0F7030069857D2E4169Ee7"))).to.include(
      "capital letters",
    );
    expect(await faults((d) => ((d as { version: number }).version = 2))).to.include("version is not 1");
    expect(await faults((d) => delete (d as Partial<InvoiceDocument>).record)).to.include('lacks "record"');
  });

  it("show what is disclosed, and whether the buyer and payments are", async () => {
    const world = await loadFixture(counter);
    const { document } = await built(world, [await draftPayment(world)]);
    const shown = parseInvoiceDocument(
      copyOf(discloseFields(document, ["totals", "buyer.name"], { payments: true, title: true })),
    );
    expect(shown.evidence).to.have.length(1);
    expect(partsOfInvoice(shown)).to.have.keys("totals", "buyer");
    expect((await caught(InvoiceDocumentError, () => invoiceOfDocument(shown))).message).to.include("withheld");
    const less = parseInvoiceDocument(
      copyOf(discloseFields(handedOn(document, world.employer.newHolder()), ["lines"])),
    );
    expect(less).to.not.include.keys("title", "holder");
    expect(less.buyer).to.deep.equal({ commitment: document.buyer!.commitment });
    expect(documentBatchId(document)).to.be.undefined;
    expect(INVOICE_DOCUMENT_SCHEMA).to.have.property("$id", "urn:civitas:invoice-document:1");
  });
});

describe("numbers that both sides know of documents", () => {
  const membersOf = (file: string, name: string) => {
    const source = readFileSync(`contracts/invoice/${file}.sol`, "utf8");
    const [, members = ""] = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source) ?? [];
    return members.replace(/\/\/.*/g, "").match(/\w+/g);
  };

  it("enums", () => {
    expect(membersOf("IInvoiceLedger", "InvoiceStatus")).to.deep.equal([...INVOICE_STATUSES]);
    expect(membersOf("IInvoiceLedger", "Side")).to.deep.equal([...REVERSAL_SIDES]);
    expect(membersOf("IInvoiceRegistry", "InvoiceStanding")).to.deep.equal([...INVOICE_STANDINGS]);
    expect(membersOf("IPaymentRegistry", "PaymentStatus")).to.deep.equal([...PAYMENT_STATUSES]);
    expect(membersOf("IPaymentRegistry", "BatchUse")).to.deep.equal([...BATCH_USES]);
    expect(membersOf("InvoiceKind", "InvoiceKind")).to.deep.equal(["None", ...INVOICE_KINDS]);
    expect(membersOf("Invoice", "NumberScheme")).to.deep.equal([...NUMBER_SCHEMES]);
    expect(() => nameOf(BATCH_USES, 9)).to.throw(Error, "does not know");
  });

  it("kinds, schemes and categories", () => {
    for (const kind of INVOICE_KINDS) expect(invoiceKindOf(invoiceKindNumber(kind))).to.equal(kind);
    for (const scheme of NUMBER_SCHEMES) expect(numberSchemeOf(numberSchemeNumber(scheme))).to.equal(scheme);
    expect(() => invoiceKindOf(0)).to.throw(RangeError);
    expect(() => numberSchemeOf(4)).to.throw(RangeError);
    for (const [text, bytes] of [
      ["S", "0x5300"],
      ["AE", "0x4145"],
    ] as const) {
      expect(categoryBytes(text)).to.equal(bytes);
      expect(categoryText(bytes)).to.equal(text);
    }
  });
});
