import { expect } from "chai";

import { type DebitCreditNotification, readCamt054, writeCamt054 } from "../../../src/escrow/iso20022.js";
import { faultsOf, FOREIGN, IBAN, notificationOf, replaced } from "./messages.js";

const CAMT = "Document/BkToCstmrDbtCdtNtfctn";

describe("camt.054.001.08", () => {
  it("that is written is read as it was, and has the namespace", () => {
    const notification = notificationOf();
    const xml = writeCamt054(notification);
    expect(xml).to.include('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08">');
    expect(readCamt054(xml)).to.deep.equal(notification);
    const quiet: DebitCreditNotification = {
      ...notification,
      notifications: [{ id: "1", account: { id: IBAN, scheme: "IBAN" }, entries: [] }],
    };
    expect(readCamt054(writeCamt054(quiet))).to.deep.equal(quiet);
  });

  it("has for each entry what the schema asks for, in its order", () => {
    const [first = ""] = /<Ntry>[\s\S]*?<\/Ntry>/.exec(writeCamt054(notificationOf())) ?? [];
    const names = [...first.matchAll(/^ {8}<(\w+)/gm)].map(([, name]) => name);
    expect(names).to.deep.equal([
      ...["NtryRef", "Amt", "CdtDbtInd", "Sts", "BookgDt", "ValDt", "BkTxCd", "NtryDtls", "AddtlNtryInf"],
    ]);
  });

  const FAULTS: [what: string, old: string, by: string, where: string, message: string][] = [
    ["an entry that is not booked", ">BOOK<", ">PDNG<", "/Ntfctn/Ntry[1]/Sts/Cd", '"PDNG" should be BOOK'],
    ["a side that is none", ">DBIT<", ">OUT<", "/Ntfctn/Ntry[2]/CdtDbtInd", '"OUT" should be CRDT or DBIT'],
    [
      "no date",
      "<BookgDt>\n          <Dt>2026-11-21</Dt>\n        </BookgDt>",
      "",
      "/Ntfctn/Ntry[2]",
      "<BookgDt> is missing",
    ],
    [
      "another amount of the payment",
      '<Amt Ccy="CNY">0.01</Amt>',
      '<Amt Ccy="CNY">0.02</Amt>',
      "/Ntfctn/Ntry[2]/NtryDtls/TxDtls",
      "is of the entry's amount",
    ],
    ["a reversal", "<Sts>", "<RvslInd>true</RvslInd><Sts>", "/Ntfctn/Ntry[1]", "<RvslInd> is not carried out here"],
    [
      "no account",
      "<Othr>\n            <Id>0402021009300000009</Id>\n          </Othr>",
      "",
      "/Ntfctn/Acct/Id",
      "has one of <IBAN> or <Othr>, not 0",
    ],
  ];
  for (const [what, old, by, where, message] of FAULTS) {
    it(`is refused with ${what}`, () => {
      const faults = faultsOf(() => readCamt054(replaced(writeCamt054(notificationOf()), old, by)));
      expect(
        faults.some((fault) => fault.startsWith(`${CAMT}${where}: `) && fault.includes(message)),
        faults.join("\n"),
      ).to.be.true;
    });
  }

  it("is refused with a payment on the other side, and if it is another message", () => {
    const xml = writeCamt054(notificationOf());
    const at = xml.lastIndexOf("DBIT");
    const turned = `${xml.slice(0, at)}CRDT${xml.slice(at + 4)}`;
    expect(faultsOf(() => readCamt054(turned))).to.deep.equal([
      `${CAMT}/Ntfctn/Ntry[2]/NtryDtls/TxDtls: its one payment is on the entry's side`,
    ]);
    expect(faultsOf(() => readCamt054(FOREIGN))[0]).to.include("this is no camt.054.001.08");
  });

  it("is not written if it would be refused", () => {
    const notification = notificationOf();
    const [one] = notification.notifications;
    const [entry] = one?.entries ?? [];
    if (one === undefined || entry === undefined) throw new Error("there is an entry");
    const changed = { ...notification, notifications: [{ ...one, entries: [{ ...entry, note: "x".repeat(501) }] }] };
    expect(faultsOf(() => writeCamt054(changed)).join()).to.include("at most 500 are allowed");
  });
});
