/** The ids of rides' payments and tickets: what src/invoice computes, in WebAssembly and in place (tested equal). */
import { getBytes, TypedDataEncoder } from "ethers";

import type { HashPair } from "../../src/common/batch-tree.js";
import { fieldsOfInvoice } from "../../src/invoice/field.js";
import { categoryBytes, type TermsRecord } from "../../src/invoice/record.js";
import { INVOICE_TYPES, domainAt, PAYMENT_TYPES } from "../../src/invoice/typed-data.js";
import { Digest, FieldRoots, Struct, WORD } from "../common/keccak.js";
import type { Span } from "../common/thread.js";
import {
  fareAt,
  FIELD_NAMES,
  numberOf,
  ORDER,
  payerPoints,
  RATE,
  RIDE,
  ridesOf,
  SALTS,
  ticketAt,
  TRANSACTION,
} from "./ride.js";

/** What the rides of a day share. */
export interface Frame {
  seed: string;
  /** Decimal. */
  chainId: string;
  /** Address of the InvoiceRegistry. */
  registry: string;
  /** Address of the PaymentRegistry. */
  payments: string;
  /** The provider's account. */
  provider: string;
  city: number;
  terms: TermsRecord;
}

const CHUNK = 1_000; // rides whose stream and keys are in memory at once

/**
 * Write the ids of a span.
 * @param out Two rows: ids of payments, and of documents.
 * @param onChunk is told how many are done.
 */
export function writeIds(
  frame: Frame,
  span: Span,
  [payments, documents]: readonly Uint8Array[],
  keccak: HashPair,
  onChunk: (done: number) => void,
): void {
  const writer = new RideWriter(frame, span.serial, keccak);
  for (let done = 0; done < span.count;) {
    const count = Math.min(CHUNK, span.count - done);
    const first = span.first + done;
    const stream = ridesOf(frame.seed, first, count);
    let i = 0;
    for (const payer of payerPoints(frame.seed, first, count)) {
      const position = span.position + done + i;
      const payment = writer.paymentId(stream, i * RIDE, position, payer).slice();
      payments?.set(payment, (done + i) * WORD);
      documents?.set(writer.documentId(stream, i * RIDE, position, first + i, payment), (done + i) * WORD);
      i++;
    }
    done += count;
    onChunk(done);
  }
}

/** Structs encoded in place: only what differs from ride to ride is written again. */
class RideWriter {
  readonly #seed: string;
  readonly #keccak: HashPair;
  readonly #roots: FieldRoots;
  readonly #paid: Digest;
  readonly #issued: Digest;
  readonly #payment = structOf(PAYMENT_TYPES, "Payment", 11);
  readonly #line = structOf(INVOICE_TYPES, "TaxLine", 5);
  readonly #draw = structOf(INVOICE_TYPES, "Draw", 2);
  readonly #content = structOf(INVOICE_TYPES, "Content", 10);
  readonly #invoice = structOf(INVOICE_TYPES, "Invoice", 5);

  constructor({ seed, chainId, registry, payments, provider, city, terms }: Frame, serial: number, keccak: HashPair) {
    this.#seed = seed;
    this.#keccak = keccak;
    this.#roots = new FieldRoots(FIELD_NAMES, keccak);
    const digestOf = (contract: "payments" | "invoices", address: string) =>
      new Digest(TypedDataEncoder.hashDomain(domainAt(contract, chainId, address)), keccak);
    this.#paid = digestOf("payments", payments);
    this.#issued = digestOf("invoices", registry);
    this.#payment.setBytes(0, getBytes(provider));
    this.#payment.setNumber(1, city);
    this.#payment.setBytes(4, getBytes(terms.seller));
    this.#payment.setNumber(6, terms.currency);
    this.#payment.setNumber(9, serial);
    this.#line.setBytes(0, getBytes(categoryBytes("S").padEnd(2 + 2 * WORD, "0")));
    this.#line.setNumber(1, RATE);
    this.#line.setNumber(2, 1);
    const shared = new TypedDataEncoder({ Terms: INVOICE_TYPES["Terms"] ?? [] });
    this.#invoice.setBytes(0, getBytes(shared.hashStruct("Terms", terms)));
    this.#invoice.setNumber(1, serial);
  }

  /** @param payer The payer's public key, 64 bytes. */
  paymentId(stream: Buffer, offset: number, position: number, payer: Uint8Array): Uint8Array {
    const { gross, paidAt } = fareAt(stream, offset);
    const word = (from: number) => stream.subarray(offset + from, offset + from + WORD);
    this.#payment.setBytes(2, word(TRANSACTION));
    this.#payment.setBytes(3, word(ORDER));
    this.#payment.setBytes(5, this.#keccak(this.#keccak(payer).slice(12)));
    this.#payment.setNumber(7, gross);
    this.#payment.setNumber(8, paidAt);
    this.#payment.setNumber(10, position);
    return this.#paid.of(this.#payment);
  }

  /** @param payment The payment's id. */
  documentId(stream: Buffer, offset: number, position: number, ride: number, payment: Uint8Array): Uint8Array {
    const { gross, net, paidAt } = fareAt(stream, offset);
    this.#line.setNumber(3, net);
    this.#line.setNumber(4, gross - net);
    this.#draw.setBytes(0, payment);
    this.#draw.setNumber(1, gross);
    const values = Object.values(fieldsOfInvoice(ticketAt(this.#seed, ride, stream, offset)));
    const salts = stream.subarray(offset + SALTS, offset + SALTS + FIELD_NAMES.length * WORD);
    this.#content.setNumber(0, numberOf(this.#seed, ride));
    this.#content.setNumber(1, paidAt);
    this.#content.setBytes(4, this.#roots.of(values, salts));
    this.#content.setNumber(5, net);
    this.#content.setNumber(6, gross - net);
    this.#content.setNumber(7, gross);
    this.#content.setBytes(8, this.#onlyOne(this.#line));
    this.#content.setBytes(9, this.#onlyOne(this.#draw));
    this.#invoice.setNumber(2, position);
    this.#invoice.setBytes(4, this.#keccak(this.#content.bytes));
    return this.#issued.of(this.#invoice);
  }

  /** The hash of an array of one struct. */
  #onlyOne({ bytes }: Struct): Uint8Array {
    return this.#keccak(this.#keccak(bytes).slice());
  }
}

function structOf(types: Record<string, { name: string; type: string }[]>, name: string, members: number): Struct {
  return new Struct(TypedDataEncoder.from(types).encodeType(name), members);
}
