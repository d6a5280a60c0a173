import { expect } from "chai";
import fc from "fast-check";

import {
  type AccountNotification,
  type BankAccount,
  Iso20022Error,
  type MessageParty,
  readCamt054,
  readPain001,
  writeCamt054,
  writePain001,
} from "../../../src/escrow/iso20022.js";
import { FOREIGN, IBAN, initiationOf, notificationOf } from "./messages.js";

/** A text as a message may have it, of up to so many characters. */
const text = (most: number) =>
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: most })
    .map((any) => any.replace(/\r/g, "").trim())
    .filter((any) => any !== "" && Array.from(any).length <= most && !/[\p{Cc}\ufffe\uffff]/u.test(any));

const account: fc.Arbitrary<BankAccount> = fc.oneof(
  fc.constant<BankAccount>({ id: IBAN, scheme: "IBAN" }),
  text(34).map((id): BankAccount => ({ id, scheme: "other" })),
);
const party: fc.Arbitrary<MessageParty> = fc
  .record({ name: text(140), organisation: text(35) }, { requiredKeys: [] })
  .map((any) => any);
const money = fc.record({
  currency: fc.constantFrom("CNY", "JPY", "KWD", "HKD"),
  amount: fc.bigInt(1n, 10n ** 13n),
});
const lines = fc.array(text(140), { minLength: 1, maxLength: 3 });

const transfers = fc
  .array(
    fc.record(
      {
        ...{ endToEndId: text(35), instructionId: text(35), uetr: fc.uuid({ version: 4 }) },
        ...{ money, creditor: party, creditorAccount: account, remittance: lines },
        creditorAgent: fc.constantFrom({}, { bic: "ICBKCNBJ" }, { bic: "ICBKCNBJ", clearingMember: "102121000009" }),
      },
      { requiredKeys: ["endToEndId", "money", "creditorAccount"] },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .filter((all) => new Set(all.map(({ endToEndId }) => endToEndId)).size === all.length)
  .map((all) => all.map(({ money: paid, ...transfer }) => ({ ...transfer, ...paid })));

const entries = fc.array(
  fc
    .record(
      {
        ...{ side: fc.constantFrom("credit", "debit"), money, endToEndId: text(35), reference: text(35) },
        ...{ debtor: party, debtorAccount: account, creditor: party, creditorAccount: account },
        ...{ remittance: lines, note: text(500) },
        bookedAt: fc.constantFrom("2026-11-21", "2024-02-29T23:59:59.5+08:00"),
        valueDate: fc.constantFrom("2026-11-21", "2026-11-21T00:00:00Z"),
      },
      { requiredKeys: ["side", "money", "bookedAt", "valueDate"] },
    )
    .map(({ money: booked, ...entry }) => ({ ...entry, ...booked })),
  { maxLength: 4 },
);

describe("random messages", () => {
  it("of orders are read as they were written", () => {
    fc.assert(
      fc.property(transfers, (all) => {
        const initiation = initiationOf(...all);
        expect(readPain001(writePain001(initiation))).to.deep.equal(initiation);
      }),
      { numRuns: 300 },
    );
  });

  it("of entries are read as they were written", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const [first] = notificationOf().notifications as [AccountNotification];
        const notification = { ...notificationOf(), notifications: [{ ...first, entries: all }] };
        expect(readCamt054(writeCamt054(notification))).to.deep.equal(notification);
      }),
      { numRuns: 300 },
    );
  });

  it("that were damaged are read, or refused with what is wrong; never anything else", () => {
    const messages = [FOREIGN, writeCamt054(notificationOf())];
    const damage = fc.record({
      which: fc.nat({ max: 1 }),
      at: fc.nat({ max: 5000 }),
      length: fc.nat({ max: 40 }),
      by: fc.constantFrom("", "<", ">", "&", '"', "x", "<Id/>", "</p:Id>", "\u0000", "9", "]]>", "é"),
    });
    let refused = 0;
    fc.assert(
      fc.property(damage, ({ which, at, length, by }) => {
        const message = messages[which] ?? "";
        const place = at % message.length;
        const damaged = message.slice(0, place) + by + message.slice(place + length);
        try {
          (which === 0 ? readPain001 : readCamt054)(damaged);
        } catch (error) {
          expect(error).to.be.instanceOf(Iso20022Error);
          expect((error as Iso20022Error).faults.length).to.be.at.least(1);
          refused++;
        }
      }),
      { numRuns: 1000 },
    );
    expect(refused).to.be.at.least(500);
  });
});
