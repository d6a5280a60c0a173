/** Messages that tests change. */
import { readFileSync } from "node:fs";

import { expect } from "chai";

import {
  type CreditTransfer,
  type CreditTransferInitiation,
  type DebitCreditNotification,
  Iso20022Error,
} from "../../../src/escrow/iso20022.js";

/** A pain.001.001.09 of another hand: prefixes, elements that are passed over, two instructions. */
export const FOREIGN = readFileSync(new URL("./pain001.xml", import.meta.url), "utf8");

/** An IBAN of the standard's own examples. */
export const IBAN = "GB29NWBK60161331926819";

export function transferOf(changes: Partial<CreditTransfer> = {}): CreditTransfer {
  return {
    endToEndId: "INV-2026-0001",
    currency: "CNY",
    amount: 125_000n,
    creditor: { name: "河北建工集团" },
    creditorAccount: { id: "6222020402000000001", scheme: "other" },
    ...changes,
  };
}

/** Orders of one debtor. */
export function initiationOf(...transfers: CreditTransfer[]): CreditTransferInitiation {
  return {
    messageId: "MSG-1",
    createdAt: "2026-11-21T08:30:00Z",
    initiatingParty: { name: "石家庄市教育局", organisation: "11130100000000001X" },
    instructions: [
      {
        id: "PAY-1",
        executionDate: "2026-11-21",
        debtor: { name: "石家庄市教育局" },
        debtorAccount: { id: "0402021009300000001", scheme: "other", currency: "CNY" },
        debtorAgent: { clearingMember: "102121000009" },
        transfers,
      },
    ],
  };
}

export function notificationOf(): DebitCreditNotification {
  return {
    messageId: "NTF-1",
    createdAt: "2026-11-21T18:00:00Z",
    notifications: [
      {
        id: "NTF-1-1",
        account: { id: "0402021009300000009", scheme: "other", currency: "CNY" },
        owner: { name: "石家庄银行" },
        entries: [
          {
            reference: "17-3",
            side: "credit",
            currency: "CNY",
            amount: 125_000n,
            bookedAt: "2026-11-21T09:00:01Z",
            valueDate: "2026-11-21",
            endToEndId: "INV-2026-0001",
            debtor: { name: "石家庄市教育局" },
            debtorAccount: { id: "0402021009300000001", scheme: "other" },
            creditor: { name: "河北建工集团" },
            creditorAccount: { id: IBAN, scheme: "IBAN" },
            remittance: ["first line", "second & last"],
            note: "as ordered",
          },
          { side: "debit", currency: "CNY", amount: 1n, bookedAt: "2026-11-21", valueDate: "2026-11-22" },
        ],
      },
    ],
  };
}

/** The faults of a message that is refused: `path: what`. */
export function faultsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    expect(error).to.be.instanceOf(Iso20022Error);
    return (error as Iso20022Error).faults.map(({ where, message }) => `${where}: ${message}`);
  }
  return [];
}

/** A text with one thing in place of another, which is there. */
export function replaced(text: string, old: string, by: string): string {
  expect(text).to.include(old);
  return text.replace(old, by);
}
