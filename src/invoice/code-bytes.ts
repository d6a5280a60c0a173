/**
 * The bytes of a code on an invoice: the record of the document and what proves it, as short as it gets. Nothing that follows from the
 * rest is written: the totals are the sums of the lines. Numbers are LEB128 (7 bits a byte, the lowest first), words 32 bytes.
 *
 * In this order: chain, registry (20 bytes), kind x 16 + scheme, FLAGS, seller, currency; of a batch serial and position; what it
 * reverses; number, time, buyer, object, root; lines; draws; of a batch the path; signature (64 bytes). A count is before each list.
 */
import { concat, dataLength, getAddress, getBytes, hexlify, Signature, ZeroHash } from "ethers";

import { sum } from "./amount.js";
import { VAT_CATEGORIES } from "./model.js";
import {
  categoryBytes,
  categoryText,
  type DrawRecord,
  invoiceKindOf,
  type InvoiceNetwork,
  type InvoiceRecord,
  numberSchemeOf,
  type TaxLineRecord,
} from "./record.js";

/** What a code says: where the document is, its record, and what proves it. No salt, and nothing of what salts hide. */
export interface InvoiceCode extends InvoiceNetwork {
  record: InvoiceRecord;
  /** Of a document of a batch, the path from its id to the batch's root; else empty. */
  path: string[];
  /** A seller's operator signed InvoiceCode(bytes32 invoice) in the InvoiceRegistry's domain: 65 bytes, hex. */
  signature: string;
}

/** A code that cannot be made or read. */
export class InvoiceCodeError extends Error {
  override readonly name = "InvoiceCodeError";
}

const FLAGS = { batch: 1, reverses: 2, buyer: 4, object: 8 };
const KNOWN_FLAGS = 15;

const WORD = 32;
const SIGNATURE = 64;
/** Half of the order of secp256k1. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
// What the contracts have room for.
const MAX_LINES = 16;
const MAX_DRAWS = 64;
const MAX_PATH = 20; // a million documents

/**
 * The bytes of a code.
 * @throws InvoiceCodeError for what the chain would refuse: totals that are not the sums, numbers out of bounds.
 */
export function encodeInvoiceCode(code: InvoiceCode): Uint8Array {
  const { terms, serial, position, reverses, content } = code.record;
  const isBatch = BigInt(serial) !== 0n;
  if (!addsUp(code.record)) throw new InvoiceCodeError("the totals of the record are not the sums of its parts");
  if (!isBatch && (position !== 0 || code.path.length !== 0)) {
    throw new InvoiceCodeError("a document without a batch has no position and no path");
  }
  const flags =
    (isBatch ? FLAGS.batch : 0) +
    (isZero(reverses) ? 0 : FLAGS.reverses) +
    (isZero(content.buyer) ? 0 : FLAGS.buyer) +
    (isZero(content.invoicedObject) ? 0 : FLAGS.object);
  const bytes = concat([
    number(code.chainId, 64),
    getAddress(code.registry.toLowerCase()),
    Uint8Array.of(terms.kind * 16 + terms.scheme, flags),
    word(terms.seller),
    number(terms.currency, 16),
    ...(isBatch ? [number(serial, 64), number(position, 32)] : []),
    ...[reverses].filter(isSet).map(word),
    number(content.number, 256),
    number(content.time, 40),
    ...[content.buyer, content.invoicedObject].filter(isSet).map(word),
    word(content.root),
    ...list(content.lines, MAX_LINES, lineBytes),
    ...list(content.draws, MAX_DRAWS, drawBytes),
    ...(isBatch ? list(code.path, MAX_PATH, word) : []),
    parseSignature(code.signature).compactSerialized,
  ]);
  return getBytes(bytes);
}

/**
 * What the bytes of a code say. Nothing is checked but their form, which is the only one that `encodeInvoiceCode` writes.
 * @throws InvoiceCodeError
 */
export function decodeInvoiceCode(bytes: Uint8Array): InvoiceCode {
  const reader = new Reader(bytes);
  const chainId = `${reader.number(64)}`;
  const registry = getAddress(hexlify(reader.bytes(20)));
  const [shape, flags] = [reader.byte(), reader.byte()];
  const [kind, scheme] = [shape >> 4, shape & 15];
  try {
    invoiceKindOf(kind);
    numberSchemeOf(scheme);
  } catch (cause) {
    throw new InvoiceCodeError("it is of a kind that this client does not know", { cause });
  }
  if (flags > KNOWN_FLAGS) throw new InvoiceCodeError("it has parts that this client does not know");
  const has = (flag: number) => (flags & flag) !== 0;
  const optional = (flag: number) => (has(flag) ? reader.word() : ZeroHash);

  const terms = { seller: reader.word(), kind, scheme, currency: Number(reader.number(16)) };
  const [serial, position] = has(FLAGS.batch) ? [reader.number(64), reader.number(32)] : [0n, 0n];
  const reverses = optional(FLAGS.reverses);
  const [numbered, time] = [reader.number(256), reader.number(40)];
  const [buyer, invoicedObject] = [optional(FLAGS.buyer), optional(FLAGS.object)];
  const root = reader.word();
  const lines = reader.list(MAX_LINES, () => readLine(reader));
  const draws = reader.list(MAX_DRAWS, () => ({ payment: reader.word(), amount: `${reader.number(128)}` }));
  const path = has(FLAGS.batch) ? reader.list(MAX_PATH, () => reader.word()) : [];
  const signature = parseSignature(hexlify(reader.bytes(SIGNATURE))).serialized;
  reader.end();

  const [net, tax] = [sum(lines.map((line) => BigInt(line.net))), sum(lines.map((line) => BigInt(line.tax)))];
  const totals = { net: `${net}`, tax: `${tax}`, gross: `${net + tax}` };
  const content = { number: `${numbered}`, time: Number(time), buyer, invoicedObject, root, ...totals, lines, draws };
  const record = { terms, serial: `${serial}`, position: Number(position), reverses, content };
  const code = { chainId, registry, record, path, signature };
  if (hexlify(encodeInvoiceCode(code)) !== hexlify(bytes))
    throw new InvoiceCodeError("its bytes are not in their form");
  return code;
}

/** Whether totals that are not written follow from what is. */
function addsUp({ content: { net, tax, gross, lines, draws } }: InvoiceRecord): boolean {
  return (
    sum(lines.map((line) => BigInt(line.net))) === BigInt(net) &&
    sum(lines.map((line) => BigInt(line.tax))) === BigInt(tax) &&
    BigInt(net) + BigInt(tax) === BigInt(gross) &&
    sum(draws.map(({ amount }) => BigInt(amount))) === BigInt(gross)
  );
}

// ----------------------------------------------------------------------------------------------------------------- writing

const isZero = (bytes: string) => BigInt(bytes) === 0n;
const isSet = (bytes: string) => !isZero(bytes);

function number(value: bigint | number | string, bits: number): Uint8Array {
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(bits) !== 0n) throw new InvoiceCodeError(`${value} is no number of ${bits} bits`);
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

function word(bytes: string): string {
  if (dataLength(bytes) !== WORD) throw new InvoiceCodeError(`${bytes} has not ${WORD} bytes`);
  return bytes;
}

function list<T>(items: T[], max: number, write: (item: T) => string | Uint8Array): (string | Uint8Array)[] {
  if (items.length > max) throw new InvoiceCodeError(`there is room for ${max} of what are ${items.length}`);
  return [number(items.length, 8), ...items.map(write)];
}

function lineBytes({ category, rate, items, net, tax }: TaxLineRecord): string {
  const index = (VAT_CATEGORIES as readonly string[]).indexOf(categoryText(category));
  if (index === -1) throw new InvoiceCodeError(`${category} is no category of VAT`);
  return concat([Uint8Array.of(index), number(rate, 16), number(items, 16), number(net, 128), number(tax, 128)]);
}

function drawBytes({ payment, amount }: DrawRecord): string {
  return concat([word(payment), number(amount, 128)]);
}

/** One form alone is good, as on chain: s in the lower half of the order. It is written as EIP-2098 has it. */
function parseSignature(signature: string): Signature {
  try {
    const parsed = Signature.from(signature);
    if (BigInt(parsed.s) <= HALF_ORDER) return parsed;
  } catch (cause) {
    throw new InvoiceCodeError("its signature is none of an account with a key", { cause });
  }
  throw new InvoiceCodeError("its signature is not in its only form");
}

// ----------------------------------------------------------------------------------------------------------------- reading

function readLine(reader: Reader): TaxLineRecord {
  const category = VAT_CATEGORIES[reader.byte()];
  if (category === undefined) throw new InvoiceCodeError("it has a category of VAT that this client does not know");
  const [rate, items] = [Number(reader.number(16)), Number(reader.number(16))];
  return { category: categoryBytes(category), rate, items, net: `${reader.number(128)}`, tax: `${reader.number(128)}` };
}

/** Reads bytes from the front. Each method throws where they end too early. */
class Reader {
  #at = 0;

  constructor(private readonly source: Uint8Array) {}

  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.source.length) throw new InvoiceCodeError("it ends too early");
    const bytes = this.source.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  byte(): number {
    return this.bytes(1)[0] ?? 0;
  }

  word(): string {
    return hexlify(this.bytes(WORD));
  }

  number(bits: number): bigint {
    let value = 0n;
    for (let shift = 0n; shift < bits; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte > 0x7f) continue;
      if (value >> BigInt(bits) !== 0n) break;
      return value;
    }
    throw new InvoiceCodeError(`it has a number of more than ${bits} bits`);
  }

  list<T>(max: number, read: () => T): T[] {
    const length = Number(this.number(8));
    if (length > max) throw new InvoiceCodeError(`it has ${length} of what there are at most ${max}`);
    return Array.from({ length }, read);
  }

  end(): void {
    const left = this.source.length - this.#at;
    if (left !== 0) throw new InvoiceCodeError(`${left} bytes follow its end`);
  }
}
