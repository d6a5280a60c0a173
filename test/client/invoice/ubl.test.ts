import { expect } from "chai";
import fc from "fast-check";

import { fromUbl, toUbl, UblError } from "../../../src/invoice/ubl.js";
import { XmlError } from "../../../src/invoice/xml.js";
import { everything, invoices, ride, without } from "./samples.js";

const faultsOf = (xml: string) => {
  try {
    fromUbl(xml);
  } catch (error) {
    if (error instanceof UblError) return error.faults.map(({ rule, where }) => `${rule} ${where}`);
    throw error;
  }
  return [];
};

describe("invoices as UBL", () => {
  it("come back with every field", () => {
    for (const typeCode of ["380", "381"]) {
      const invoice = everything(typeCode);
      invoice.totals.taxInTaxCurrency = 612_345n;
      const xml = toUbl(invoice);
      const { warnings, invoice: read } = fromUbl(xml);
      expect(warnings).to.deep.equal([]);
      expect(read).to.deep.equal(invoice);
      expect(toUbl(read)).to.equal(xml);
      expect(xml).to.match(typeCode === "380" ? /<\/Invoice>\n$/ : /<\/CreditNote>\n$/);
    }
  });

  it("come back, whatever the figures", () => {
    fc.assert(
      fc.property(invoices, fc.constantFrom("380", "381"), (random, typeCode) => {
        const empty = (["allowances", "charges"] as const).filter((list) => random[list]?.length === 0);
        const invoice = { ...without(random, ...empty), typeCode, specification: "urn:cen.eu:en16931:2017" };
        const { invoice: read, warnings } = fromUbl(toUbl(invoice));
        expect(warnings).to.deep.equal([]);
        expect(read).to.deep.equal(invoice);
      }),
      { numRuns: 60 },
    );
  });

  it("come back with any text that XML can carry", () => {
    const text = fc
      .string({ unit: "binary", minLength: 1 })
      .filter((one) => one.isWellFormed() && !/[\r\ufffe\uffff]/.test(one));
    fc.assert(
      fc.property(text, (note) => {
        const invoice = ride({ notes: [{ text: note }] });
        const odd = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(note); // eslint-disable-line no-control-regex
        if (odd) expect(() => toUbl(invoice)).to.throw(XmlError, "cannot carry");
        else if (!/^#[A-Z]{3}#/.test(note))
          expect(fromUbl(toUbl(invoice)).invoice.notes).to.deep.equal([{ text: note }]);
      }),
      { numRuns: 300 },
    );
  });

  it("stand in the order of the UBL schema", () => {
    const names = [...toUbl(everything()).matchAll(/^ {2}<(c[ab]c:\w+)/gm)].map(([, name]) => name);
    expect([...new Set(names)]).to.deep.equal([
      ..."cbc:CustomizationID cbc:ProfileID cbc:ID cbc:IssueDate cbc:DueDate cbc:InvoiceTypeCode cbc:Note".split(" "),
      ..."cbc:TaxPointDate cbc:DocumentCurrencyCode cbc:TaxCurrencyCode cbc:AccountingCost cbc:BuyerReference".split(
        " ",
      ),
      ..."cac:InvoicePeriod cac:OrderReference cac:BillingReference cac:DespatchDocumentReference".split(" "),
      ..."cac:ReceiptDocumentReference cac:OriginatorDocumentReference cac:ContractDocumentReference".split(" "),
      ..."cac:AdditionalDocumentReference cac:ProjectReference cac:AccountingSupplierParty".split(" "),
      ..."cac:AccountingCustomerParty cac:PayeeParty cac:TaxRepresentativeParty cac:Delivery cac:PaymentMeans".split(
        " ",
      ),
      ..."cac:PaymentTerms cac:AllowanceCharge cac:TaxTotal cac:LegalMonetaryTotal cac:InvoiceLine".split(" "),
    ]);
    const credit = [...toUbl(everything("381")).matchAll(/^ {2}<(c[ab]c:\w+)/gm)].map(([, name]) => name);
    expect(credit.indexOf("cbc:TaxPointDate")).to.be.below(credit.indexOf("cbc:CreditNoteTypeCode"));
    expect(credit.indexOf("cac:OriginatorDocumentReference")).to.be.above(
      credit.lastIndexOf("cac:AdditionalDocumentReference"),
    );
  });

  it("keep amounts, prices and quantities exactly, beyond what a float has", () => {
    const invoice = ride({ prices: "exclusive", payments: [] });
    invoice.totals.gross = 9007199254740993123456789n;
    invoice.lines[0]!.price = "0.10000000000000000001";
    invoice.lines[0]!.quantity = "001.50";
    invoice.number = "00012345678901234567";
    const { invoice: read } = fromUbl(toUbl(invoice));
    expect(read.totals.gross).to.equal(9007199254740993123456789n);
    expect(read.lines[0]).to.deep.include({ price: "0.10000000000000000001", quantity: "001.50" });
    expect(read.number).to.equal("00012345678901234567");
  });

  it("have a credit note's due date where it can stand", () => {
    const { invoice } = fromUbl(toUbl(ride({ typeCode: "381", dueDate: "2024-06-01" })));
    expect(invoice).to.deep.include({ dueDate: "2024-06-01", paymentInstructions: [{ means: "1" }] });
  });

  it("are read with any prefixes, blanks, comments and character references", () => {
    const xml = toUbl(ride())
      .replace(/cbc:/g, "b:")
      .replace("xmlns:cbc", "xmlns:b")
      .replace(/<(\/?)Invoice/g, "<$1u:Invoice")
      .replace('xmlns="', 'xmlns:u="')
      .replace("<b:InvoiceTypeCode>380", "<!-- a --><b:InvoiceTypeCode>\n  380 ")
      .replace("地铁乘车", "&#22320;&#x94C1;<![CDATA[乘车]]>");
    expect(fromUbl(xml)).to.deep.equal(fromUbl(toUbl(ride())));
  });

  it("tell of everything that is left out", () => {
    const xml = toUbl(everything())
      .replace("<cbc:IssueDate>", "<cbc:UUID>u-1</cbc:UUID><cbc:IssueDate>")
      .replace("<cac:Price>", "<cac:Delivery><cbc:ID>9</cbc:ID></cac:Delivery><cac:Price>")
      .replace("<cbc:InvoiceTypeCode>", '<cbc:InvoiceTypeCode listID="UNCL1001">')
      .replace("<cbc:BuyerReference>", '<x xmlns="urn:other">1</x><cbc:BuyerReference>')
      .replace("</cac:PaymentTerms>", "</cac:PaymentTerms><cac:PaymentTerms><cbc:Note>2</cbc:Note></cac:PaymentTerms>");
    const { warnings, invoice } = fromUbl(xml);
    expect(warnings).to.deep.equal([
      'Invoice/cbc:InvoiceTypeCode/@listID "UNCL1001" is no part of the model and was left out',
      "Invoice/cac:InvoiceLine[1]/cac:Delivery is no part of the model and was left out",
      'Invoice/cbc:UUID "u-1" is no part of the model and was left out',
      'Invoice/{urn:other}x "1" is no part of the model and was left out',
      "Invoice/cac:PaymentTerms is no part of the model and was left out",
    ]);
    expect(invoice).to.deep.equal(fromUbl(toUbl(everything())).invoice);
  });

  it("tell all that cannot be read at once, by the rules' names", () => {
    const xml = toUbl(everything())
      .replace(/(<cbc:PayableAmount[^>]*>)[^<]*/, "$112.345")
      .replace(/(<cbc:TaxInclusiveAmount[^>]*>)[^<]*/, "$11,234.00")
      .replace(/<cbc:TaxExclusiveAmount.*/, "")
      .replace(/(<cbc:LineExtensionAmount) currencyID="EUR"/, '$1 currencyID="USD"')
      .replace(/(<cbc:InvoicedQuantity[^>]*>)10.5/, "$1ten")
      .replace(/(<cbc:Percent>)25/, "$125.125")
      .replace(
        "<cbc:ID>VAT</cbc:ID>\n            </cac:TaxScheme>\n          </cac:ClassifiedTaxCategory>",
        "<cbc:ID>GST</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory>",
      );
    expect(faultsOf(xml)).to.have.members([
      "BR-DEC-18 Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
      "XML Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
      "BR-13 Invoice/cac:LegalMonetaryTotal",
      "BR-CL-03 Invoice/cac:LegalMonetaryTotal/cbc:LineExtensionAmount",
      "XML Invoice/cac:InvoiceLine[1]/cbc:InvoicedQuantity",
      "XML Invoice/cac:AllowanceCharge[1]/cac:TaxCategory/cbc:Percent",
    ]);
    expect(faultsOf(toUbl(ride()).replace(/(<cbc:PriceAmount) currencyID="CNY"/, "$1"))).to.deep.equal([
      "XML Invoice/cac:InvoiceLine/cac:Price/cbc:PriceAmount",
    ]);
    expect(faultsOf(toUbl(ride()).replace("urn:civitas:kind:Transport", "urn:civitas:kind:None"))).to.deep.equal([
      "XML urn:civitas:kind:None",
    ]);
    expect(faultsOf(toUbl(ride()).replace("urn:civitas:payment:", "urn:civitas:payment:%zz"))).to.have.length(1);
    expect(faultsOf(toUbl(ride()).replace("6.00 CNY", "6.001 CNY"))).to.have.length(1);
  });

  it("leave it to the rules to name what a document lacks", () => {
    const ns = "urn:oasis:names:specification:ubl:schema:xsd:";
    const xml = `<Invoice xmlns="${ns}Invoice-2" xmlns:cac="${ns}CommonAggregateComponents-2"><cac:PayeeParty/><cac:TaxRepresentativeParty/></Invoice>`;
    const { invoice } = fromUbl(xml);
    expect(invoice).to.deep.include({ number: "", specification: "", lines: [], breakdown: [], payee: { name: "" } });
  });
});

describe("XML that is refused", () => {
  const invoice = toUbl(ride());
  const refused = (xml: string, why: string) => expect(() => fromUbl(xml), why).to.throw(XmlError, why);

  it("with a document type: a billion laughs", () => {
    const laughs = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("");
    const bomb = invoice
      .replace("?>", `?><!DOCTYPE Invoice [<!ENTITY l0 "lol">${laughs}]>`)
      .replace("24442000000000000123", "&l9;");
    refused(bomb, "document type");
  });

  it("with a document type: an external entity", () => {
    const external = '?><!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    refused(invoice.replace("?>", external).replace("24442000000000000123", "&x;"), "document type");
    refused(invoice.replace("?>", '?><!doctype Invoice SYSTEM "http://example.com/x.dtd">'), "document type");
  });

  it("with entities that nobody declared", () => {
    refused(invoice.replace("24442000000000000123", "&x;"), "no known entity");
    refused(invoice.replace("24442000000000000123", "&nbsp;"), "no known entity");
    refused(invoice.replace("24442000000000000123", "a & b"), "no XML");
  });

  it("that is none, or no invoice", () => {
    refused("", "no XML");
    refused("{}", "no XML");
    refused(invoice.slice(0, -20), "no XML");
    refused(`${invoice}<a/>`, "XML");
    refused("<Order/>", "is a {}Order");
    refused('<Invoice xmlns="urn:other"/>', "is a {urn:other}Invoice");
    refused("<a>".repeat(500) + "</a>".repeat(500), "nested");
    refused(invoice.replace("<cac:Party>", "text<cac:Party>"), "has text beside its elements");
    refused(invoice.replace("cbc:IssueDate>", "__proto__>").replace("/cbc:IssueDate", "/__proto__"), "XML");
  });
});
