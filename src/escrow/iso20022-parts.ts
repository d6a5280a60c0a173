/** What messages of ISO 20022 share: parties, accounts and banks, read and written. */
import { leaf, type XmlElement } from "../common/xml.js";
import { element, type MessageCursor, optional, type Sequence } from "./iso20022-codec.js";

/** Somebody. */
export interface MessageParty {
  /** Up to 140 characters. */
  name?: string;
  /** The number of an organisation: `Id/OrgId/Othr/Id`, up to 35 characters. */
  organisation?: string;
}

/** An account at a bank. */
export interface BankAccount {
  /** An IBAN without blanks; or, with `scheme` "other", the bank's own number of up to 34 characters. */
  id: string;
  scheme: "IBAN" | "other";
  /** Letters of ISO 4217. */
  currency?: string;
}

/** A bank, as far as it is said. */
export interface BankAgent {
  /** ISO 9362. */
  bic?: string;
  /** Its number in a clearing system, such as the 12 digits of CNAPS. */
  clearingMember?: string;
}

const PARTY: Sequence = [
  ["Nm", "?"],
  ["PstlAdr", "?", "pass"],
  ["Id", "?"],
  ["CtryOfRes", "?", "pass"],
  ["CtctDtls", "?", "pass"],
];
const ORGANISATION: Sequence = [
  ["AnyBIC", "?", "pass"],
  ["LEI", "?", "pass"],
  ["Othr", "*"],
];
const OTHER: Sequence = [
  ["Id", "1"],
  ["SchmeNm", "?", "pass"],
  ["Issr", "?", "pass"],
];
const ACCOUNT: Sequence = [
  ["Id", "1"],
  ["Tp", "?", "pass"],
  ["Ccy", "?"],
  ["Nm", "?", "pass"],
  ["Prxy", "?", "pass"],
];
/** Of the account that a message is about. */
const OWN_ACCOUNT: Sequence = [...ACCOUNT, ["Ownr", "?"], ["Svcr", "?", "pass"]];
const AGENT: Sequence = [
  ["FinInstnId", "1"],
  ["BrnchId", "?", "pass"],
];
const INSTITUTION: Sequence = [
  ["BICFI", "?"],
  ["ClrSysMmbId", "?"],
  ["LEI", "?", "pass"],
  ["Nm", "?", "pass"],
  ["PstlAdr", "?", "pass"],
  ["Othr", "?", "pass"],
];
const MEMBER: Sequence = [
  ["ClrSysId", "?", "pass"],
  ["MmbId", "1"],
];

export function readParty(at: MessageCursor): MessageParty {
  const opened = at.open(PARTY);
  const name = opened.maybe("Nm")?.text(140);
  const organisation = opened.maybe("Id")?.choice(["OrgId", "PrvtId"]).OrgId;
  const [other] = organisation?.open(ORGANISATION).all("Othr") ?? [];
  const id = other?.open(OTHER).one("Id").text(35);
  return { ...(name === undefined ? {} : { name }), ...(id === undefined ? {} : { organisation: id }) };
}

export function writeParty(name: string, party: MessageParty): XmlElement {
  const { organisation } = party;
  const id =
    organisation === undefined ? undefined : element("Id", element("OrgId", element("Othr", leaf("Id", organisation))));
  return element(name, optional("Nm", party.name), id);
}

export function readAccount(at: MessageCursor): BankAccount {
  return readOwnAccount(at, ACCOUNT).account;
}

/** The account that a message is about, and its owner. */
export function readOwnAccount(
  at: MessageCursor,
  sequence: Sequence = OWN_ACCOUNT,
): { account: BankAccount; owner?: MessageParty } {
  const opened = at.open(sequence);
  const id = opened.one("Id").choice(["IBAN", "Othr"]);
  const currency = opened.maybe("Ccy")?.pattern(/^[A-Z]{3}$/, "a currency of three capital letters");
  const owner = opened.maybe("Ownr");
  const account: BankAccount =
    id.IBAN === undefined
      ? { id: id.Othr?.open(OTHER).one("Id").text(34) ?? "", scheme: "other" }
      : { id: readIban(id.IBAN), scheme: "IBAN" };
  return {
    account: { ...account, ...(currency === undefined ? {} : { currency }) },
    ...(owner === undefined ? {} : { owner: readParty(owner) }),
  };
}

export function writeAccount(name: string, account: BankAccount, owner?: MessageParty): XmlElement {
  const { id, scheme, currency } = account;
  return element(
    name,
    element("Id", scheme === "IBAN" ? leaf("IBAN", id) : element("Othr", leaf("Id", id))),
    optional("Ccy", currency),
    owner && writeParty("Ownr", owner),
  );
}

export function readAgent(at: MessageCursor): BankAgent {
  const institution = at.open(AGENT).one("FinInstnId").open(INSTITUTION);
  const bic = institution
    .maybe("BICFI")
    ?.pattern(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/, "a BIC of 8 or 11 characters");
  const clearingMember = institution.maybe("ClrSysMmbId")?.open(MEMBER).one("MmbId").text(35);
  return {
    ...(bic === undefined ? {} : { bic }),
    ...(clearingMember === undefined ? {} : { clearingMember }),
  };
}

/** Of a bank of which nothing is said, the message says so. */
export function writeAgent(name: string, { bic, clearingMember }: BankAgent): XmlElement {
  const silent = bic === undefined && clearingMember === undefined;
  return element(
    name,
    element(
      "FinInstnId",
      optional("BICFI", bic),
      clearingMember === undefined ? undefined : element("ClrSysMmbId", leaf("MmbId", clearingMember)),
      silent ? element("Othr", leaf("Id", "NOTPROVIDED")) : undefined,
    ),
  );
}

/** `RmtInf`: what a payment is for, in lines of up to 140 characters. */
export function readRemittance(at: MessageCursor | undefined): { remittance?: string[] } {
  const lines = at
    ?.open([
      ["Ustrd", "*"],
      ["Strd", "*", "pass"],
    ])
    .all("Ustrd")
    .map((line) => line.text(140));
  return lines === undefined || lines.length === 0 ? {} : { remittance: lines };
}

export function writeRemittance(lines: readonly string[] | undefined): XmlElement | undefined {
  if (lines === undefined || lines.length === 0) return undefined;
  return element(
    "RmtInf",
    lines.map((line) => leaf("Ustrd", line)),
  );
}

/** ISO 13616: two letters, two check digits by ISO 7064 mod 97-10, and the account. */
function readIban(at: MessageCursor): string {
  const iban = at.text(34);
  const isFormed = /^[A-Z]{2}[0-9]{2}[A-Za-z0-9]{1,30}$/.test(iban);
  const turned = `${iban.slice(4)}${iban.slice(0, 4)}`;
  if (!isFormed || BigInt(turned.replace(/[A-Za-z]/g, (letter) => `${parseInt(letter, 36)}`)) % 97n !== 1n) {
    at.fault(`${JSON.stringify(iban)} is no IBAN: check it for a typing error`);
  }
  return iban;
}
