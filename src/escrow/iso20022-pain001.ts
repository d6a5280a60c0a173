/** pain.001.001.09, CustomerCreditTransferInitiationV09: what a customer orders a bank to pay. */
import { leaf, type XmlElement } from "../common/xml.js";
import { currencyOf, formatAmount, sum } from "../invoice/amount.js";
import {
  element,
  type MessageCursor,
  dateOrTimeElement,
  optional,
  type Opened,
  readMessage,
  type Sequence,
  SUM_DIGITS,
  writeMessage,
} from "./iso20022-codec.js";
import {
  type BankAccount,
  type BankAgent,
  type MessageParty,
  readAccount,
  readAgent,
  readParty,
  readRemittance,
  writeAccount,
  writeAgent,
  writeParty,
  writeRemittance,
} from "./iso20022-parts.js";

/** A payment that is ordered. */
export interface CreditTransfer {
  /** Up to 35 characters, for the bank alone. */
  instructionId?: string;
  /** Up to 35 characters, from end to end; no other payment of the debtor has it. */
  endToEndId: string;
  /** A UUID, version 4. */
  uetr?: string;
  /** Letters of ISO 4217. */
  currency: string;
  /** Minor units. */
  amount: bigint;
  creditor?: MessageParty;
  creditorAccount: BankAccount;
  creditorAgent?: BankAgent;
  /** Lines of up to 140 characters. */
  remittance?: string[];
}

/** Payments from one account. */
export interface PaymentInstruction {
  /** Up to 35 characters. */
  id: string;
  /** `2026-11-21`, or a time. */
  executionDate: string;
  debtor: MessageParty;
  debtorAccount: BankAccount;
  debtorAgent: BankAgent;
  transfers: CreditTransfer[];
}

/** What a customer orders. */
export interface CreditTransferInitiation {
  /** Up to 35 characters. */
  messageId: string;
  /** `2026-11-21T08:30:00Z` */
  createdAt: string;
  initiatingParty: MessageParty;
  instructions: PaymentInstruction[];
}

/** Which message is read and written. */
export const PAIN_001 = "pain.001.001.09";
const NOT_PROVIDED = "NOTPROVIDED";

const GROUP_HEADER: Sequence = [
  ["MsgId", "1"],
  ["CreDtTm", "1"],
  ["Authstn", "*", "pass"],
  ["NbOfTxs", "1"],
  ["CtrlSum", "?"],
  ["InitgPty", "1"],
  ["FwdgAgt", "?", "pass"],
  ["InitnSrc", "?", "pass"],
];
const INSTRUCTION: Sequence = [
  ["PmtInfId", "1"],
  ["PmtMtd", "1"],
  ["BtchBookg", "?", "pass"],
  ["NbOfTxs", "?"],
  ["CtrlSum", "?"],
  ["PmtTpInf", "?", "pass"],
  ["ReqdExctnDt", "1"],
  ["PoolgAdjstmntDt", "?", "refuse"],
  ["Dbtr", "1"],
  ["DbtrAcct", "1"],
  ["DbtrAgt", "1"],
  ["DbtrAgtAcct", "?", "refuse"],
  ["InstrForDbtrAgt", "?", "refuse"],
  ["UltmtDbtr", "?", "pass"],
  ["ChrgBr", "?", "pass"],
  ["ChrgsAcct", "?", "pass"],
  ["ChrgsAcctAgt", "?", "pass"],
  ["CdtTrfTxInf", "+"],
];
const TRANSFER: Sequence = [
  ["PmtId", "1"],
  ["PmtTpInf", "?", "pass"],
  ["Amt", "1"],
  ["XchgRateInf", "?", "refuse"],
  ["ChrgBr", "?", "pass"],
  ["ChqInstr", "?", "refuse"],
  ["UltmtDbtr", "?", "pass"],
  ["IntrmyAgt1", "?", "refuse"],
  ["IntrmyAgt1Acct", "?", "refuse"],
  ["IntrmyAgt2", "?", "refuse"],
  ["IntrmyAgt2Acct", "?", "refuse"],
  ["IntrmyAgt3", "?", "refuse"],
  ["IntrmyAgt3Acct", "?", "refuse"],
  ["CdtrAgt", "?"],
  ["CdtrAgtAcct", "?", "refuse"],
  ["Cdtr", "?"],
  ["CdtrAcct", "1"],
  ["UltmtCdtr", "?", "pass"],
  ["InstrForCdtrAgt", "*", "refuse"],
  ["InstrForDbtrAgt", "?", "refuse"],
  ["Purp", "?", "pass"],
  ["RgltryRptg", "*", "pass"],
  ["Tax", "?", "pass"],
  ["RltdRmtInf", "*", "pass"],
  ["RmtInf", "?"],
  ["SplmtryData", "*", "refuse"],
];
const PAYMENT_ID: Sequence = [
  ["InstrId", "?"],
  ["EndToEndId", "1"],
  ["UETR", "?"],
];
const UUID_4 = /^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$/;

/**
 * Reads a pain.001.001.09. Numbers of transactions and control sums are verified, and each end-to-end identification stands once.
 * @throws Iso20022Error with all that is wrong.
 */
export function readPain001(xml: string): CreditTransferInitiation {
  return readMessage(xml, PAIN_001, (document) => {
    const message = document
      .open([["CstmrCdtTrfInitn", "1"]])
      .one("CstmrCdtTrfInitn")
      .open([
        ["GrpHdr", "1"],
        ["PmtInf", "+"],
        ["SplmtryData", "*", "refuse"],
      ]);
    const header = message.one("GrpHdr").open(GROUP_HEADER);
    const known: Known = { endToEndIds: new Map(), instructions: new Map() };
    const initiation = {
      messageId: header.one("MsgId").text(35),
      createdAt: header.one("CreDtTm").dateTime(),
      initiatingParty: readParty(header.one("InitgPty")),
      instructions: message.all("PmtInf").map((at) => readInstruction(at, known)),
    };
    checkTotals(
      header,
      initiation.instructions.flatMap(({ transfers }) => transfers),
    );
    return initiation;
  });
}

/** Writes a pain.001.001.09. @throws Iso20022Error with all that is wrong with it. */
export function writePain001(initiation: CreditTransferInitiation): string {
  const { messageId, createdAt, initiatingParty, instructions } = initiation;
  const header = element(
    "GrpHdr",
    leaf("MsgId", messageId),
    leaf("CreDtTm", createdAt),
    totals(instructions.flatMap(({ transfers }) => transfers)),
    writeParty("InitgPty", initiatingParty),
  );
  const content = element("CstmrCdtTrfInitn", header, instructions.map(writeInstruction));
  return writeMessage(PAIN_001, content, readPain001);
}

/** Where each identification was found. */
interface Known {
  endToEndIds: Map<string, string>;
  instructions: Map<string, string>;
}

function readInstruction(at: MessageCursor, known: Known): PaymentInstruction {
  const opened = at.open(INSTRUCTION);
  opened.maybe("PmtMtd")?.code(["TRF"]);
  const instruction = {
    id: unique(opened.one("PmtInfId"), known.instructions),
    executionDate: opened.one("ReqdExctnDt").dateOrTime(),
    debtor: readParty(opened.one("Dbtr")),
    debtorAccount: readAccount(opened.one("DbtrAcct")),
    debtorAgent: readAgent(opened.one("DbtrAgt")),
    transfers: opened.all("CdtTrfTxInf").map((transfer) => readTransfer(transfer, known)),
  };
  checkTotals(opened, instruction.transfers);
  return instruction;
}

function readTransfer(at: MessageCursor, known: Known): CreditTransfer {
  const opened = at.open(TRANSFER);
  const id = opened.one("PmtId").open(PAYMENT_ID);
  const instructionId = id.maybe("InstrId")?.text(35);
  const uetr = id.maybe("UETR")?.pattern(UUID_4, "a UUID of version 4 in small letters");
  const { InstdAmt: amount, EqvtAmt: equivalent } = opened.one("Amt").choice(["InstdAmt", "EqvtAmt"]);
  equivalent?.fault("an equivalent in another currency is not paid here; send <InstdAmt>");
  const [creditor, agent] = [opened.maybe("Cdtr"), opened.maybe("CdtrAgt")];
  return {
    ...(instructionId === undefined ? {} : { instructionId }),
    endToEndId: unique(id.one("EndToEndId"), known.endToEndIds),
    ...(uetr === undefined ? {} : { uetr }),
    ...(amount?.money() ?? { currency: "", amount: 0n }),
    ...(creditor === undefined ? {} : { creditor: readParty(creditor) }),
    creditorAccount: readAccount(opened.one("CdtrAcct")),
    ...(agent === undefined ? {} : { creditorAgent: readAgent(agent) }),
    ...readRemittance(opened.maybe("RmtInf")),
  };
}

/** An identification that stands nowhere else in the message. */
function unique(at: MessageCursor, known: Map<string, string>): string {
  const text = at.text(35);
  const first = known.get(text);
  if (text === NOT_PROVIDED) at.fault(`${NOT_PROVIDED} identifies nothing; give each payment a number of its own`);
  else if (first !== undefined && text !== "") at.fault(`${JSON.stringify(text)} stands at ${first} already`);
  known.set(text, first ?? at.path);
  return text;
}

/** The sum of the amounts, whatever their currencies, in units of 10^-5. */
function sumOf(transfers: readonly CreditTransfer[]): bigint {
  return sum(
    transfers
      .filter(({ currency }) => currency !== "")
      .map(({ currency, amount }) => amount * 10n ** BigInt(SUM_DIGITS - currencyOf(currency).digits)),
  );
}

function checkTotals(opened: Opened, transfers: readonly CreditTransfer[]): void {
  const [count, control] = [opened.maybe("NbOfTxs"), opened.maybe("CtrlSum")];
  const said = count?.count();
  if (said !== undefined && said !== transfers.length) {
    count?.fault(`says ${said} transactions, but there are ${transfers.length}`);
  }
  const total = control?.sum();
  if (total !== undefined && total !== sumOf(transfers)) {
    control?.fault(`says ${shown(total)}, but the amounts are ${shown(sumOf(transfers))} in all`);
  }
}

function totals(transfers: readonly CreditTransfer[]): XmlElement[] {
  return [leaf("NbOfTxs", `${transfers.length}`), leaf("CtrlSum", shown(sumOf(transfers)))];
}

function shown(total: bigint): string {
  return formatAmount(total, SUM_DIGITS).replace(/(\.\d\d\d*?)0+$/, "$1");
}

function writeInstruction(instruction: PaymentInstruction): XmlElement {
  const { id, executionDate, debtor, debtorAccount, debtorAgent, transfers } = instruction;
  return element(
    "PmtInf",
    leaf("PmtInfId", id),
    leaf("PmtMtd", "TRF"),
    totals(transfers),
    dateOrTimeElement("ReqdExctnDt", executionDate),
    writeParty("Dbtr", debtor),
    writeAccount("DbtrAcct", debtorAccount),
    writeAgent("DbtrAgt", debtorAgent),
    transfers.map(writeTransfer),
  );
}

function writeTransfer(transfer: CreditTransfer): XmlElement {
  const { instructionId, endToEndId, uetr, currency, amount, creditor, creditorAccount, creditorAgent } = transfer;
  return element(
    "CdtTrfTxInf",
    element("PmtId", optional("InstrId", instructionId), leaf("EndToEndId", endToEndId), optional("UETR", uetr)),
    element("Amt", leaf("InstdAmt", formatAmount(amount, currencyOf(currency).digits), { Ccy: currency })),
    creditorAgent && writeAgent("CdtrAgt", creditorAgent),
    creditor && writeParty("Cdtr", creditor),
    writeAccount("CdtrAcct", creditorAccount),
    writeRemittance(transfer.remittance),
  );
}
