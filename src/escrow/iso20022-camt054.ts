/** camt.054.001.08, BankToCustomerDebitCreditNotificationV08: what a bank booked on an account. */
import { leaf, type XmlElement } from "../common/xml.js";
import { currencyOf, formatAmount } from "../invoice/amount.js";
import {
  dateOrTimeElement,
  element,
  type MessageCursor,
  optional,
  readMessage,
  type Sequence,
  writeMessage,
} from "./iso20022-codec.js";
import {
  type BankAccount,
  type MessageParty,
  readAccount,
  readOwnAccount,
  readParty,
  readRemittance,
  writeAccount,
  writeParty,
  writeRemittance,
} from "./iso20022-parts.js";

/** An entry that was booked, of one payment. */
export interface BookedEntry {
  /** The bank's number of the entry, up to 35 characters. */
  reference?: string;
  /** Money came to the account, or left it. */
  side: "credit" | "debit";
  /** Letters of ISO 4217. */
  currency: string;
  /** Minor units. */
  amount: bigint;
  /** `2026-11-21`, or a time. */
  bookedAt: string;
  valueDate: string;
  /** Up to 35 characters, as the payment was ordered; left out if the bank does not know it. */
  endToEndId?: string;
  debtor?: MessageParty;
  debtorAccount?: BankAccount;
  creditor?: MessageParty;
  creditorAccount?: BankAccount;
  /** Lines of up to 140 characters. */
  remittance?: string[];
  /** In words, up to 500 characters. */
  note?: string;
}

/** What was booked on one account. */
export interface AccountNotification {
  /** Up to 35 characters. */
  id: string;
  account: BankAccount;
  owner?: MessageParty;
  entries: BookedEntry[];
}

/** What a bank tells. */
export interface DebitCreditNotification {
  /** Up to 35 characters. */
  messageId: string;
  /** `2026-11-21T08:30:00Z` */
  createdAt: string;
  notifications: AccountNotification[];
}

/** Which message is read and written. */
export const CAMT_054 = "camt.054.001.08";

const SIDES = { credit: "CRDT", debit: "DBIT" } as const;
const NOT_PROVIDED = "NOTPROVIDED";
/** Domain, family and sub-family of the transaction, external codes of ISO 20022: a credit transfer received, or issued. */
const CODES = { credit: ["PMNT", "RCDT", "OTHR"], debit: ["PMNT", "ICDT", "OTHR"] } as const;

const GROUP_HEADER: Sequence = [
  ["MsgId", "1"],
  ["CreDtTm", "1"],
  ["MsgRcpt", "?", "pass"],
  ["MsgPgntn", "?", "refuse"],
  ["OrgnlBizQry", "?", "pass"],
  ["AddtlInf", "?", "pass"],
];
const NOTIFICATION: Sequence = [
  ["Id", "1"],
  ["NtfctnPgntn", "?", "refuse"],
  ["ElctrncSeqNb", "?", "pass"],
  ["RptgSeq", "?", "pass"],
  ["LglSeqNb", "?", "pass"],
  ["CreDtTm", "?", "pass"],
  ["FrToDt", "?", "pass"],
  ["CpyDplctInd", "?", "refuse"],
  ["RptgSrc", "?", "pass"],
  ["Acct", "1"],
  ["RltdAcct", "?", "pass"],
  ["Intrst", "*", "pass"],
  ["TxsSummry", "?", "pass"],
  ["Ntry", "*"],
  ["AddtlNtfctnInf", "?", "pass"],
];
const ENTRY: Sequence = [
  ["NtryRef", "?"],
  ["Amt", "1"],
  ["CdtDbtInd", "1"],
  ["RvslInd", "?", "refuse"],
  ["Sts", "1"],
  ["BookgDt", "1"],
  ["ValDt", "1"],
  ["AcctSvcrRef", "?", "pass"],
  ["Avlbty", "*", "pass"],
  ["BkTxCd", "1", "pass"],
  ["ComssnWvrInd", "?", "pass"],
  ["AddtlInfInd", "?", "pass"],
  ["AmtDtls", "?", "pass"],
  ["Chrgs", "?", "pass"],
  ["TechInptChanl", "?", "pass"],
  ["Intrst", "?", "pass"],
  ["CardTx", "?", "pass"],
  ["NtryDtls", "1"],
  ["AddtlNtryInf", "?"],
];
const TRANSACTION: Sequence = [
  ["Refs", "?"],
  ["Amt", "1"],
  ["CdtDbtInd", "1"],
  ["AmtDtls", "?", "pass"],
  ["Avlbty", "*", "pass"],
  ["BkTxCd", "?", "pass"],
  ["Chrgs", "?", "pass"],
  ["Intrst", "?", "pass"],
  ["RltdPties", "?"],
  ["RltdAgts", "?", "pass"],
  ["LclInstrm", "?", "pass"],
  ["Purp", "?", "pass"],
  ["RltdRmtInf", "*", "pass"],
  ["RmtInf", "?"],
  ["RltdDts", "?", "pass"],
  ["RltdPric", "?", "pass"],
  ["RltdQties", "*", "pass"],
  ["FinInstrmId", "?", "pass"],
  ["Tax", "?", "pass"],
  ["RtrInf", "?", "refuse"],
  ["CorpActn", "?", "pass"],
  ["SfkpgAcct", "?", "pass"],
  ["CshDpst", "*", "pass"],
  ["CardTx", "?", "pass"],
  ["AddtlTxInf", "?", "pass"],
  ["SplmtryData", "*", "pass"],
];
const REFERENCES: Sequence = [
  ["MsgId", "?", "pass"],
  ["AcctSvcrRef", "?", "pass"],
  ["PmtInfId", "?", "pass"],
  ["InstrId", "?", "pass"],
  ["EndToEndId", "?"],
  ["UETR", "?", "pass"],
  ["TxId", "?", "pass"],
  ["MndtId", "?", "pass"],
  ["ChqNb", "?", "pass"],
  ["ClrSysRef", "?", "pass"],
  ["AcctOwnrTxId", "?", "pass"],
  ["AcctSvcrTxId", "?", "pass"],
  ["MktInfrstrctrTxId", "?", "pass"],
  ["PrcgId", "?", "pass"],
  ["Prtry", "*", "pass"],
];
const PARTIES: Sequence = [
  ["InitgPty", "?", "pass"],
  ["Dbtr", "?"],
  ["DbtrAcct", "?"],
  ["UltmtDbtr", "?", "pass"],
  ["Cdtr", "?"],
  ["CdtrAcct", "?"],
  ["UltmtCdtr", "?", "pass"],
  ["TradgPty", "?", "pass"],
  ["Prtry", "*", "pass"],
];

/**
 * Reads a camt.054.001.08 of booked entries with one payment each.
 * @throws Iso20022Error with all that is wrong.
 */
export function readCamt054(xml: string): DebitCreditNotification {
  return readMessage(xml, CAMT_054, (document) => {
    const message = document
      .open([["BkToCstmrDbtCdtNtfctn", "1"]])
      .one("BkToCstmrDbtCdtNtfctn")
      .open([
        ["GrpHdr", "1"],
        ["Ntfctn", "+"],
        ["SplmtryData", "*", "refuse"],
      ]);
    const header = message.one("GrpHdr").open(GROUP_HEADER);
    return {
      messageId: header.one("MsgId").text(35),
      createdAt: header.one("CreDtTm").dateTime(),
      notifications: message.all("Ntfctn").map(readNotification),
    };
  });
}

/** Writes a camt.054.001.08. @throws Iso20022Error with all that is wrong with it. */
export function writeCamt054({ messageId, createdAt, notifications }: DebitCreditNotification): string {
  const header = element("GrpHdr", leaf("MsgId", messageId), leaf("CreDtTm", createdAt));
  const all = notifications.map(({ id, account, owner, entries }) =>
    element(
      "Ntfctn",
      leaf("Id", id),
      leaf("CreDtTm", createdAt),
      writeAccount("Acct", account, owner),
      entries.map(writeEntry),
    ),
  );
  return writeMessage(CAMT_054, element("BkToCstmrDbtCdtNtfctn", header, all), readCamt054);
}

function readNotification(at: MessageCursor): AccountNotification {
  const opened = at.open(NOTIFICATION);
  return {
    id: opened.one("Id").text(35),
    ...readOwnAccount(opened.one("Acct")),
    entries: opened.all("Ntry").map(readEntry),
  };
}

function readEntry(at: MessageCursor): BookedEntry {
  const opened = at.open(ENTRY);
  opened.one("Sts").choice(["Cd", "Prtry"]).Cd?.code(["BOOK"]);
  const money = opened.one("Amt").money();
  const side = sideOf(opened.one("CdtDbtInd"));
  const reference = opened.maybe("NtryRef")?.text(35);
  const note = opened.maybe("AddtlNtryInf")?.text(500);
  const details = opened.one("NtryDtls").open([
    ["Btch", "?", "pass"],
    ["TxDtls", "1"],
  ]);
  return {
    ...(reference === undefined ? {} : { reference }),
    side,
    ...money,
    bookedAt: opened.one("BookgDt").dateOrTime(),
    valueDate: opened.one("ValDt").dateOrTime(),
    ...readTransaction(details.one("TxDtls"), side, money),
    ...(note === undefined ? {} : { note }),
  };
}

function readTransaction(
  at: MessageCursor,
  side: BookedEntry["side"],
  money: { currency: string; amount: bigint },
): Partial<BookedEntry> {
  const opened = at.open(TRANSACTION);
  const own = opened.one("Amt").money();
  if (own.amount !== money.amount || own.currency !== money.currency) {
    at.fault("its one payment is of the entry's amount and currency");
  }
  if (sideOf(opened.one("CdtDbtInd")) !== side) at.fault("its one payment is on the entry's side");
  const endToEndId = opened.maybe("Refs")?.open(REFERENCES).maybe("EndToEndId")?.text(35);
  const parties = opened.maybe("RltdPties")?.open(PARTIES);
  const known: Partial<BookedEntry> = readRemittance(opened.maybe("RmtInf"));
  if (endToEndId !== undefined && endToEndId !== NOT_PROVIDED) known.endToEndId = endToEndId;
  for (const [name, field] of [
    ["Dbtr", "debtor"],
    ["Cdtr", "creditor"],
  ] as const) {
    const party = parties?.maybe(name)?.choice(["Pty", "Agt"]).Pty;
    const account = parties?.maybe(`${name}Acct`);
    if (party !== undefined) known[field] = readParty(party);
    if (account !== undefined) known[`${field}Account`] = readAccount(account);
  }
  return known;
}

function sideOf(at: MessageCursor): BookedEntry["side"] {
  return at.code(Object.values(SIDES)) === SIDES.credit ? "credit" : "debit";
}

function writeEntry(entry: BookedEntry): XmlElement {
  const { side, currency, amount, debtor, debtorAccount, creditor, creditorAccount } = entry;
  const money = leaf("Amt", formatAmount(amount, currencyOf(currency).digits), { Ccy: currency });
  const [domain, family, kind] = CODES[side];
  const parties = element(
    "RltdPties",
    debtor && element("Dbtr", writeParty("Pty", debtor)),
    debtorAccount && writeAccount("DbtrAcct", debtorAccount),
    creditor && element("Cdtr", writeParty("Pty", creditor)),
    creditorAccount && writeAccount("CdtrAcct", creditorAccount),
  );
  const transaction = element(
    "TxDtls",
    element("Refs", leaf("EndToEndId", entry.endToEndId ?? NOT_PROVIDED)),
    money,
    leaf("CdtDbtInd", SIDES[side]),
    parties.children.length === 0 ? undefined : parties,
    writeRemittance(entry.remittance),
  );
  return element(
    "Ntry",
    optional("NtryRef", entry.reference),
    money,
    leaf("CdtDbtInd", SIDES[side]),
    element("Sts", leaf("Cd", "BOOK")),
    dateOrTimeElement("BookgDt", entry.bookedAt),
    dateOrTimeElement("ValDt", entry.valueDate),
    element(
      "BkTxCd",
      element("Domn", leaf("Cd", domain), element("Fmly", leaf("Cd", family), leaf("SubFmlyCd", kind))),
    ),
    element("NtryDtls", transaction),
    optional("AddtlNtryInf", entry.note),
  );
}
