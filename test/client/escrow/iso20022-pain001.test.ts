import { expect } from "chai";

import { type CreditTransfer, Iso20022Error, readPain001, writePain001 } from "../../../src/escrow/iso20022.js";
import { faultsOf, FOREIGN, IBAN, initiationOf, replaced, transferOf } from "./messages.js";

const PAIN = "Document/CstmrCdtTrfInitn";

describe("pain.001.001.09", () => {
  it("of another hand is read, with any prefix; what changes nothing is passed over", () => {
    expect(readPain001(FOREIGN)).to.deep.equal({
      messageId: "CCTI-20261121-1",
      createdAt: "2026-11-21T09:15:00+08:00",
      initiatingParty: { name: "Treasury & Co." },
      instructions: [
        {
          id: "A",
          executionDate: "2026-11-21",
          debtor: { name: "Treasury", organisation: "11130100000000001X" },
          debtorAccount: { id: IBAN, scheme: "IBAN", currency: "CNY" },
          debtorAgent: { bic: "ICBKCNBJXXX" },
          transfers: [
            {
              instructionId: "1",
              endToEndId: "E2E-1",
              uetr: "eb6305c9-1f7f-49de-aed0-16487c27b42d",
              currency: "CNY",
              amount: 125_050n,
              creditor: { name: "河北建工集团" },
              creditorAccount: { id: "6222020402000000001", scheme: "other" },
              creditorAgent: { clearingMember: "102121000009" },
              remittance: ["Invoice 26131", "second line"],
            },
            {
              endToEndId: "E2E-2",
              currency: "CNY",
              amount: 100_000n,
              creditorAccount: { id: "6222020402000000002", scheme: "other" },
            },
          ],
        },
        {
          id: "B",
          executionDate: "2026-11-22T00:00:00.000+08:00",
          debtor: {},
          debtorAccount: { id: "0402021009300000001", scheme: "other" },
          debtorAgent: {},
          transfers: [
            {
              endToEndId: "E2E-3",
              currency: "JPY",
              amount: 1n,
              creditorAccount: { id: "6222020402000000003", scheme: "other" },
            },
          ],
        },
      ],
    });
  });

  it("that is written is read as it was, and has the namespace and the totals", () => {
    for (const initiation of [initiationOf(transferOf()), readPain001(FOREIGN)]) {
      const xml = writePain001(initiation);
      expect(xml).to.match(/^<\?xml version="1\.0" encoding="UTF-8"\?>/);
      expect(xml).to.include('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">');
      expect(readPain001(xml)).to.deep.equal(initiation);
    }
    const xml = writePain001(readPain001(FOREIGN));
    expect(xml).to.include("<NbOfTxs>3</NbOfTxs>").and.to.include("<CtrlSum>2251.50</CtrlSum>");
  });

  it("carries texts of any kind and amounts of any size", () => {
    const texts = ["<&>\"'", "💰".repeat(17), "a".repeat(35), "]]>", "行政 3/4"];
    const amounts = [1n, 10n ** 18n - 1n, 100n, 99n, 12_345_678_901n];
    const transfers = texts.map((text, i) =>
      transferOf({ endToEndId: text, amount: amounts[i] ?? 1n, creditor: { name: text }, remittance: [text, text] }),
    );
    const initiation = initiationOf(...transfers);
    expect(readPain001(writePain001(initiation))).to.deep.equal(initiation);
  });

  /** What is changed in the foreign message, and what is said of it. */
  const FAULTS: [what: string, old: string, by: string, where: string, message: string][] = [
    ["no number of transactions", "<p:NbOfTxs>3</p:NbOfTxs>", "", "/GrpHdr", "<NbOfTxs> is missing"],
    ["another number", "<p:NbOfTxs>3<", "<p:NbOfTxs>4<", "/GrpHdr/NbOfTxs", "says 4 transactions, but there are 3"],
    [
      "no number at all",
      "<p:NbOfTxs>3<",
      "<p:NbOfTxs>-3<",
      "/GrpHdr/NbOfTxs",
      '"-3" is not a number of up to 15 digits',
    ],
    ["another sum", "2251.5<", "2251.51<", "/GrpHdr/CtrlSum", "says 2251.51, but the amounts are 2251.50 in all"],
    [
      "another sum of a part",
      "2250.50<",
      "2250.5001<",
      "/PmtInf[1]/CtrlSum",
      "says 2250.5001, but the amounts are 2250.50",
    ],
    [
      "another number of a part",
      "<p:NbOfTxs>2<",
      "<p:NbOfTxs>1<",
      "/PmtInf[1]/NbOfTxs",
      "says 1 transactions, but there are 2",
    ],
    [
      "a part of a fen",
      ">1250.50<",
      ">1250.505<",
      "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt",
      "1250.505 has more than 2 digits",
    ],
    ["a part of a yen", '"JPY">1<', '"JPY">1.5<', "/PmtInf[2]/CdtTrfTxInf/Amt/InstdAmt", "1.5 has more than 0 digits"],
    ["nothing", ">1250.50<", ">0.00<", "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", "an amount is more than 0"],
    ["less than nothing", ">1250.50<", ">-1.00<", "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", '"-1.00" is no amount'],
    ["an exponent", ">1250.50<", ">1e3<", "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", '"1e3" is no amount'],
    [
      "too much",
      ">1250.50<",
      ">12345678901234567.89<",
      "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt",
      "more than 18 digits",
    ],
    ["no currency", ' Ccy="CNY">1250', ">1250", "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", 'the currency "" is none'],
    [
      "a wrong currency",
      '"CNY">1250',
      '"CNX">1250',
      "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt",
      'the currency "CNX" is none',
    ],
    [
      "an attribute too many",
      '"CNY">1250',
      '"CNY" X="1">1250',
      "/PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt",
      "the attribute X has no place",
    ],
    [
      "an equivalent amount",
      '<p:InstdAmt Ccy="CNY">1000</p:InstdAmt>',
      "<p:EqvtAmt/>",
      "/PmtInf[1]/CdtTrfTxInf[2]/Amt/EqvtAmt",
      "send <InstdAmt>",
    ],
    [
      "no amount",
      '<p:InstdAmt Ccy="CNY">1000</p:InstdAmt>',
      "",
      "/PmtInf[1]/CdtTrfTxInf[2]/Amt",
      "has one of <InstdAmt> or <EqvtAmt>, not 0",
    ],
    [
      "an identification twice",
      ">E2E-3<",
      ">E2E-1<",
      "/PmtInf[2]/CdtTrfTxInf/PmtId/EndToEndId",
      `"E2E-1" stands at ${PAIN}/PmtInf[1]/CdtTrfTxInf[1]/PmtId/EndToEndId already`,
    ],
    [
      "an identification that is none",
      ">E2E-3<",
      ">NOTPROVIDED<",
      "/PmtInf[2]/CdtTrfTxInf/PmtId/EndToEndId",
      "NOTPROVIDED identifies nothing",
    ],
    ["an instruction twice", "<p:PmtInfId>B<", "<p:PmtInfId>A<", "/PmtInf[2]/PmtInfId", '"A" stands at'],
    [
      "a long identification",
      ">E2E-3<",
      `>${"x".repeat(36)}<`,
      "/PmtInf[2]/CdtTrfTxInf/PmtId/EndToEndId",
      "has 36 characters; at most 35 are allowed",
    ],
    ["an empty identification", ">E2E-3<", "><", "/PmtInf[2]/CdtTrfTxInf/PmtId/EndToEndId", "is empty"],
    ["blanks", ">E2E-3<", "> E2E-3<", "/PmtInf[2]/CdtTrfTxInf/PmtId/EndToEndId", '" E2E-3" has blanks around it'],
    [
      "no identification",
      "<p:EndToEndId>E2E-3</p:EndToEndId>",
      "",
      "/PmtInf[2]/CdtTrfTxInf/PmtId",
      "<EndToEndId> is missing",
    ],
    ["a wrong UUID", "-49de-", "-59de-", "/PmtInf[1]/CdtTrfTxInf[1]/PmtId/UETR", "is not a UUID of version 4"],
    [
      "a typing error in an IBAN",
      "GB29NWBK60161331926819",
      "GB29NWBK60161331926818",
      "/PmtInf[1]/DbtrAcct/Id/IBAN",
      "is no IBAN",
    ],
    ["an IBAN that is none", "GB29NWBK60161331926819", "GB29 NWBK 6016", "/PmtInf[1]/DbtrAcct/Id/IBAN", "is no IBAN"],
    [
      "a long number of an account",
      ">6222020402000000003<",
      `>${"6".repeat(35)}<`,
      "/PmtInf[2]/CdtTrfTxInf/CdtrAcct/Id/Othr/Id",
      "at most 34 are allowed",
    ],
    [
      "no account",
      "<p:Id><p:Othr><p:Id>6222020402000000003</p:Id></p:Othr></p:Id>",
      "",
      "/PmtInf[2]/CdtTrfTxInf/CdtrAcct",
      "<Id> is missing",
    ],
    [
      "a wrong BIC",
      "ICBKCNBJXXX",
      "ICBKCNBJXX",
      "/PmtInf[1]/DbtrAgt/FinInstnId/BICFI",
      "is not a BIC of 8 or 11 characters",
    ],
    [
      "a wrong currency of an account",
      "<p:Ccy>CNY<",
      "<p:Ccy>yuan<",
      "/PmtInf[1]/DbtrAcct/Ccy",
      "is not a currency of three capital letters",
    ],
    ["a cheque", "<p:PmtMtd>TRF<", "<p:PmtMtd>CHK<", "/PmtInf[1]/PmtMtd", '"CHK" should be TRF'],
    [
      "a day that is none",
      ">2026-11-21</p:Dt>",
      ">2026-02-30</p:Dt>",
      "/PmtInf[1]/ReqdExctnDt/Dt",
      '"2026-02-30" is no date',
    ],
    ["an hour that is none", "2026-11-21T09:15:00", "2026-11-21T24:15:00", "/GrpHdr/CreDtTm", "is no time like"],
    [
      "two dates",
      "<p:Dt>2026-11-21</p:Dt>",
      "<p:Dt>2026-11-21</p:Dt><p:DtTm>2026-11-21T00:00:00</p:DtTm>",
      "/PmtInf[1]/ReqdExctnDt",
      "has one of <Dt> or <DtTm>, not 2",
    ],
    ["something unknown", "<p:ChrgBr>SLEV</p:ChrgBr>", "<p:Fee>1</p:Fee>", "/PmtInf[1]", "<Fee> has no place here"],
    [
      "another namespace",
      "<p:ChrgBr>SLEV</p:ChrgBr>",
      '<ChrgBr xmlns="urn:x">SLEV</ChrgBr>',
      "/PmtInf[1]",
      "<{urn:x}ChrgBr> has no place here",
    ],
    [
      "a wrong order",
      "<p:BtchBookg>true</p:BtchBookg>\n      <p:NbOfTxs>2</p:NbOfTxs>",
      "<p:NbOfTxs>2</p:NbOfTxs><p:BtchBookg>true</p:BtchBookg>",
      "/PmtInf[1]",
      "<BtchBookg> stands behind <NbOfTxs>",
    ],
    [
      "something twice",
      "<p:ChrgBr>SLEV</p:ChrgBr>",
      "<p:ChrgBr>SLEV</p:ChrgBr><p:ChrgBr>DEBT</p:ChrgBr>",
      "/PmtInf[1]",
      "<ChrgBr> stands 2 times",
    ],
    [
      "an exchange",
      '<p:Amt><p:InstdAmt Ccy="CNY">1000</p:InstdAmt></p:Amt>',
      '<p:Amt><p:InstdAmt Ccy="CNY">1000</p:InstdAmt></p:Amt><p:XchgRateInf/>',
      "/PmtInf[1]/CdtTrfTxInf[2]",
      "<XchgRateInf> is not carried out here",
    ],
    [
      "a text in place of elements",
      "<p:Dbtr/>",
      "<p:Dbtr>me</p:Dbtr>",
      "/PmtInf[2]/Dbtr",
      "has a text, but should have elements",
    ],
    [
      "elements in place of a text",
      "<p:PmtInfId>B<",
      "<p:PmtInfId><p:x/><",
      "/PmtInf[2]/PmtInfId",
      "has elements, but should have a text",
    ],
    ["a long name", "<p:Nm>Treasury<", `<p:Nm>${"x".repeat(141)}<`, "/PmtInf[1]/Dbtr/Nm", "at most 140 are allowed"],
    [
      "a long line",
      ">second line<",
      `>${"x".repeat(141)}<`,
      "/PmtInf[1]/CdtTrfTxInf[1]/RmtInf/Ustrd[2]",
      "at most 140 are allowed",
    ],
  ];
  for (const [what, old, by, where, message] of FAULTS) {
    it(`is refused with ${what}`, () => {
      const faults = faultsOf(() => readPain001(replaced(FOREIGN, old, by)));
      expect(
        faults.some((fault) => fault.startsWith(`${PAIN}${where}: `) && fault.includes(message)),
        faults.join("\n"),
      ).to.be.true;
    });
  }

  it("tells all its faults at once", () => {
    let xml = FOREIGN;
    for (const i of [0, 3, 6, 17, 25, 31]) {
      const [, old = "", by = ""] = FAULTS[i] ?? [];
      xml = replaced(xml, old, by);
    }
    const faults = faultsOf(() => readPain001(xml));
    expect(faults.length).to.be.at.least(6);
    for (const what of ["<NbOfTxs> is missing", "CtrlSum", "more than 2 digits", "stands at", "is no IBAN", "CHK"]) {
      expect(
        faults.some((fault) => fault.includes(what)),
        what,
      ).to.be.true;
    }
  });

  it("is refused if it is another message, no XML, or an attack", () => {
    const older = FOREIGN.replaceAll("pain.001.001.09", "pain.001.001.03");
    expect(faultsOf(() => readPain001(older))).to.deep.equal([
      "Document: this is no pain.001.001.09, but {urn:iso:std:iso:20022:tech:xsd:pain.001.001.03}Document; send pain.001.001.09",
    ]);
    expect(faultsOf(() => readPain001("money, please"))[0]).to.match(/^Document: this is no XML/);
    const bomb = FOREIGN.replace("?>", '?><!DOCTYPE x [<!ENTITY e "e">]>');
    expect(faultsOf(() => readPain001(bomb))[0]).to.include("document type definition");
    const empty = '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>';
    expect(faultsOf(() => readPain001(empty))[0]).to.equal("Document: <CstmrCdtTrfInitn> is missing");
  });

  it("is not written if it would be refused", () => {
    const refused = (transfer: Partial<CreditTransfer>, what: string) => {
      const faults = faultsOf(() =>
        writePain001(initiationOf(transferOf(), transferOf({ endToEndId: "2", ...transfer }))),
      );
      expect(faults.join(), what).to.include(what);
    };
    refused({ amount: 0n }, "an amount is more than 0");
    refused({ amount: -1n }, "is no amount");
    refused({ endToEndId: "INV-2026-0001" }, "already");
    refused({ endToEndId: "" }, "is empty");
    refused({ creditorAccount: { id: "GB00", scheme: "IBAN" } }, "is no IBAN");
    refused({ remittance: ["\u0000"] }, "XML cannot carry");
    expect(() => writePain001(initiationOf())).to.throw(Iso20022Error, "<CdtTrfTxInf> is missing");
  });
});
