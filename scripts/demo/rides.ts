/**
 * A night's rides by the ten thousand: payments, and a ticket for each. Whoever knows the seed can make any of them again, without the
 * others; their ids are what src/invoice computes, in WebAssembly and in place. The story compares one with the client's own.
 */
import { setImmediate } from "node:timers/promises";

import { getBytes, hexlify, keccak256, TypedDataEncoder } from "ethers";

import type { HashPair } from "../../src/common/batch-tree.js";
import { fieldRoot, type OpenField } from "../../src/common/tree.js";
import {
  INVOICE_TYPES,
  type InvoiceDocument,
  domainAt,
  openInvoiceFields,
  PAYMENT_TYPES,
  paymentId,
  type PaymentRecord,
} from "../../src/invoice/index.js";
import { Digest, FieldRoots, Struct, WORD } from "../common/keccak.js";
import { streamOf } from "../common/stream.js";

const CHUNK = 2_000; // rides whose stream is in memory at once

/** A night: for each fare the ticket of a ride, from which those of all others are made. */
export interface Night {
  seed: string;
  count: number;
  /** Tickets as `buildInvoice` makes them, of a batch, one for each fare; their fields are in the same order. */
  fares: InvoiceDocument[];
  /** The number of the first ticket. */
  firstNumber: bigint;
  /** Keys of payers that are known: keccak-256 of the signer, by position. All others are strangers'. */
  payers: ReadonlyMap<number, string>;
}

/** The ids of a night, 32 bytes each, and its sums. */
export interface NightIds {
  payments: Uint8Array;
  invoices: Uint8Array;
  net: bigint;
  tax: bigint;
}

/** Bytes of the seed's stream for each ride: both references, the payer's key, a word that chooses the fare, a salt for each field. */
const SALTS = 4 * WORD;

function ridesOf({ seed, fares }: Night, first: number, count: number): { stream: Buffer; size: number } {
  const size = SALTS + WORD * (fares[0]?.fields.length ?? 0);
  return { stream: streamOf("rides", seed, size, first, count), size };
}

/** The ticket of a ride with all that opens it, as the metro keeps it. Its payment is in its evidence. */
export function rideAt(night: Night, position: number): InvoiceDocument {
  const { stream } = ridesOf(night, position, 1);
  const word = (n: number) => hexlify(stream.subarray(n * WORD, (n + 1) * WORD));
  const like = night.fares[stream.readUInt8(3 * WORD) % night.fares.length];
  const before = like?.evidence[0]?.payment;
  if (like === undefined || before === undefined) throw new Error("a night has fares, each with a payment");
  const payment: PaymentRecord = {
    ...{ ...before, transactionId: word(0), order: word(1), position },
    payer: night.payers.get(position) ?? word(2),
  };
  const number = `${night.firstNumber + BigInt(position)}`;
  const fields = openInvoiceFields(like).map((field, i) => ({
    ...{ name: field.name, salt: word(4 + i) },
    value: valueOf(field, like, number, payment.transactionId),
  }));
  const { content } = like.record;
  const draws = [{ payment: paymentId(like, payment), amount: payment.amount }];
  return {
    ...{ ...like, fields, evidence: [{ payment, path: [] }] },
    record: { ...like.record, position, content: { ...content, number, root: fieldRoot(fields), draws } },
  };
}

/** The two fields that differ from ride to ride. */
function valueOf({ name, value }: OpenField, like: InvoiceDocument, number: string, reference: string): string {
  if (name === "number") return JSON.stringify(number);
  return name === "payments[0]" ? value.replace(like.evidence[0]?.payment.transactionId ?? "", reference) : value;
}

/** The ids of all rides of a night. @param onProgress Is told how many are done. */
export async function writeNight(
  night: Night,
  keccak: HashPair,
  onProgress: (done: number) => void,
): Promise<NightIds> {
  const { count } = night;
  const payments = new Uint8Array(count * WORD);
  const invoices = new Uint8Array(count * WORD);
  const writers = night.fares.map((like) => new RideWriter(like, night, keccak));
  let [net, tax] = [0n, 0n];
  for (let first = 0; first < count; first += CHUNK) {
    const some = Math.min(CHUNK, count - first);
    const { stream, size } = ridesOf(night, first, some);
    for (let i = 0; i < some; i++) {
      const position = first + i;
      const writer = writers[stream.readUInt8(i * size + 3 * WORD) % writers.length];
      if (writer === undefined) throw new Error("a night has fares");
      const own = stream.subarray(i * size, (i + 1) * size);
      const payment = writer.payment(own, position).slice();
      payments.set(payment, position * WORD);
      invoices.set(writer.invoice(own, position, payment), position * WORD);
      net += writer.net;
      tax += writer.tax;
    }
    onProgress(first + some);
    await setImmediate(); // a connection to a node that closes meanwhile is seen to close
  }
  return { payments, invoices, net, tax };
}

/** Structs of one fare, encoded in place: only what differs from ride to ride is written again. */
class RideWriter {
  readonly net: bigint;
  readonly tax: bigint;
  readonly #fields: OpenField[];
  readonly #roots: FieldRoots;
  readonly #payment: Struct;
  readonly #draw: Struct;
  readonly #content: Struct;
  readonly #invoice: Struct;
  readonly #paymentDigest: Digest;
  readonly #invoiceDigest: Digest;

  constructor(
    private readonly like: InvoiceDocument,
    private readonly night: Night,
    private readonly keccak: HashPair,
  ) {
    const { record, chainId, registry, payments } = like;
    const { terms, content } = record;
    const { time, net, tax, gross } = content;
    const of = like.evidence[0]?.payment;
    const [line] = content.lines;
    if (of === undefined || line === undefined) throw new Error("a ride has a payment and a tax line");
    [this.net, this.tax] = [BigInt(net), BigInt(tax)];
    this.#fields = openInvoiceFields(like);
    const names = this.#fields.map(({ name }) => name);
    this.#roots = new FieldRoots(names, keccak);
    const types = TypedDataEncoder.from(INVOICE_TYPES);
    this.#payment = structOf(TypedDataEncoder.from(PAYMENT_TYPES).encodeType("Payment"), [
      ...[of.provider, of.city, 0, 0, of.payee, 0, of.currency, of.amount, of.paidAt, of.serial, 0],
    ]);
    this.#draw = structOf(types.encodeType("Draw"), [0, of.amount]);
    const lines = keccak256(types.hashStruct("TaxLine", line));
    this.#content = structOf(types.encodeType("Content"), [0, time, 0, 0, 0, net, tax, gross, lines, 0]);
    const hashed = types.hashStruct("Terms", terms);
    this.#invoice = structOf(types.encodeType("Invoice"), [hashed, record.serial, 0, 0, 0]);
    const digest = (contract: "payments" | "invoices", address: string) =>
      new Digest(TypedDataEncoder.hashDomain(domainAt(contract, chainId, address)), keccak);
    this.#paymentDigest = digest("payments", payments);
    this.#invoiceDigest = digest("invoices", registry);
  }

  /** The id of a payment. It is overwritten by the next hash. */
  payment(stream: Buffer, position: number): Uint8Array {
    const payer = this.night.payers.get(position);
    this.#payment.setBytes(2, stream.subarray(0, WORD));
    this.#payment.setBytes(3, stream.subarray(WORD, 2 * WORD));
    this.#payment.setBytes(5, payer === undefined ? stream.subarray(2 * WORD, 3 * WORD) : getBytes(payer));
    this.#payment.setNumber(10, position);
    return this.#paymentDigest.of(this.#payment);
  }

  /** The id of its ticket. It is overwritten by the next hash. */
  invoice(stream: Buffer, position: number, payment: Uint8Array): Uint8Array {
    const number = this.night.firstNumber + BigInt(position);
    const reference = hexlify(stream.subarray(0, WORD));
    const values = this.#fields.map((field) => valueOf(field, this.like, `${number}`, reference));
    this.#draw.setBytes(0, payment);
    this.#content.setNumber(0, number);
    this.#content.setBytes(4, this.#roots.of(values, stream.subarray(SALTS)));
    this.#content.setBytes(9, this.keccak(this.keccak(this.#draw.bytes)));
    this.#invoice.setNumber(2, position);
    this.#invoice.setBytes(4, this.keccak(this.#content.bytes));
    return this.#invoiceDigest.of(this.#invoice);
  }
}

/** @param members Numbers, decimal texts, or hexadecimal of up to 32 bytes. */
function structOf(type: string, members: (number | string)[]): Struct {
  const struct = new Struct(type, members.length);
  members.forEach((member, i) => {
    if (typeof member === "string" && member.startsWith("0x")) struct.setBytes(i, getBytes(member));
    else struct.setNumber(i, BigInt(member));
  });
  return struct;
}
