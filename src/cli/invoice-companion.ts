/** What belongs to a UBL file and is not in it: who buys, with which key, what was paid, and what payers have signed. */
import { shapeCheck } from "../common/shape.js";
import type { DrawnPayment } from "../invoice/build.js";
import type { SignedRequests } from "../invoice/issue.js";
import type { PaymentRecord } from "../invoice/record.js";
import type { BuyerRequest } from "../invoice/wallet.js";
import { readJson } from "./arguments.js";
import { CommandError } from "./fault.js";

/** A buyer's file, as `civitas invoice request` writes it; payments and requests may be added. */
export interface Companion {
  buyer: BuyerRequest;
  /** Left out where the UBL names single payments, which are found on the chain. */
  payments?: DrawnPayment[];
  /** Of payments with a payer's key, by the payment's id. */
  requests?: SignedRequests;
}

export const WORD = { type: "string", pattern: "^0x[0-9a-fA-F]{64}$" };
export const BYTES = { type: "string", pattern: "^0x([0-9a-fA-F]{2})*$" };
const ADDRESS = { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" };
const AMOUNT = { type: "string", pattern: "^[0-9]{1,39}$" };
const COUNT = { type: "integer", minimum: 0 };

/** These properties, and no others. */
export function strict(properties: Record<string, object>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

const PAYMENT = strict({
  ...{ provider: ADDRESS, city: COUNT, transactionId: WORD, order: WORD, payee: WORD, payer: WORD },
  ...{ currency: COUNT, amount: AMOUNT, paidAt: COUNT, serial: AMOUNT, position: COUNT },
});
const BUYER = strict({
  ...{ signer: BYTES, salt: WORD },
  title: strict({ name: { type: "string", minLength: 1 }, taxNumber: { type: "string" }, salt: WORD }, ["taxNumber"]),
});
const COMPANION = strict(
  {
    buyer: BUYER,
    payments: {
      type: "array",
      items: strict({ payment: PAYMENT, path: { type: "array", items: WORD }, amount: AMOUNT }, ["path", "amount"]),
    },
    requests: {
      type: "object",
      additionalProperties: strict({ signer: BYTES, deadline: COUNT, signature: BYTES }),
    },
  },
  ["payments", "requests"],
);

const faultsOf = shapeCheck(COMPANION, "the buyer's file");

interface CompanionJson extends Omit<Companion, "payments"> {
  payments?: { payment: PaymentRecord; path?: string[]; amount?: string }[];
}

/** @throws CommandError with all that is wrong with the file. */
export function readCompanion(file: string): Companion {
  const json = readJson(file, "the buyer's file");
  const faults = faultsOf(json);
  if (faults.length !== 0) throw new CommandError(`${file} is no buyer's file: ${faults.join("; ")}`);
  const { payments, ...rest } = json as CompanionJson;
  if (payments === undefined) return rest;
  return {
    ...rest,
    payments: payments.map(({ amount, ...drawn }) => ({
      ...drawn,
      ...(amount === undefined ? {} : { amount: BigInt(amount) }),
    })),
  };
}
