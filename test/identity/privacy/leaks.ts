/** Searches a chain for personal data, and for what links two records of one person. */
import { createHash } from "node:crypto";

import { AbiCoder, type Interface, keccak256, type ParamType, recoverAddress, type Result } from "ethers";

import type { Piece } from "./evidence.js";

/** Something that must not be on the chain. */
export interface Planted {
  /** What it is, for the report. */
  what: string;
  text: string;
}

export interface Leak {
  what: string;
  /** In which form it was found. */
  form: string;
  where: string;
}

const SHORTEST = 6; // bytes: shorter ones are found anywhere by chance
const PREFIXES = [
  "",
  "0x",
  "id:",
  "ID:",
  "name:",
  "tag:",
  "CN:",
  "CN-",
  "urn:id:",
  "did:",
  "civitas:",
  "MA.156",
  "156",
  "1:",
  "salt",
];
const SUFFIXES = ["", "\n", "\0", ":1", "1"];
const TRUNCATED = [20, 16, 8]; // bytes of a hash that somebody may have kept

/** Every form in which a text could be written, by name; hex without 0x. */
export function* formsOf(text: string): Generator<[string, string]> {
  for (const variant of new Set([text, text.toUpperCase(), text.toLowerCase(), text.replace(/[\s.-]/g, "")])) {
    const plain = Buffer.from(variant, "utf8");
    yield ["UTF-8", plain.toString("hex")];
    yield ["UTF-16LE", Buffer.from(variant, "utf16le").toString("hex")];
    yield ["UTF-16BE", Buffer.from(variant, "utf16le").swap16().toString("hex")];
    yield ["reversed", Buffer.from([...plain].reverse()).toString("hex")];
    for (const encoding of ["hex", "base64", "base64url"] as const) {
      yield [`${encoding} text`, Buffer.from(plain.toString(encoding).replace(/=+$/, "")).toString("hex")];
    }
    // inside of a longer base64 text, at any of the three alignments
    for (const shift of [1, 2]) {
      const inner = Buffer.concat([Buffer.alloc(shift), plain])
        .toString("base64")
        .replace(/=+$/, "");
      yield [`base64 text, shifted by ${shift}`, Buffer.from(inner.slice(shift + 1, -1)).toString("hex")];
    }
    if (/^\d+$/.test(variant)) {
      const hex = BigInt(variant).toString(16);
      yield ["integer", hex.length % 2 === 0 ? hex : `0${hex}`];
      yield ["digits, two a byte", variant.length % 2 === 0 ? variant : `0${variant}`];
    }
    if (/^\d{4}-\d\d-\d\d$/.test(variant)) {
      // as a time, in UTC and in China's; in eight bytes, since the zeros before it stand in every word
      for (const hours of [0, 8]) {
        const seconds = Date.parse(`${variant}T00:00:00Z`) / 1000 - hours * 3600;
        if (seconds > 0) yield ["UTC seconds", seconds.toString(16).padStart(16, "0")];
      }
    }
    for (const prefix of PREFIXES) {
      for (const suffix of SUFFIXES) yield* hashesOf(Buffer.from(prefix + variant + suffix, "utf8"), prefix, suffix);
    }
    const coder = AbiCoder.defaultAbiCoder();
    yield* hashesOf(Buffer.from(coder.encode(["string"], [variant]).slice(2), "hex"), "abi.encode(", ")");
    if (plain.length <= 32) {
      yield* hashesOf(Buffer.concat([plain, Buffer.alloc(32 - plain.length)]), "bytes32(", ")");
      yield* hashesOf(Buffer.concat([Buffer.alloc(32 - plain.length), plain]), "padded(", ")");
    }
  }
}

/** The usual hashes of bytes, hashes of those, and their beginnings. */
function* hashesOf(bytes: Buffer, prefix: string, suffix: string): Generator<[string, string]> {
  const name = (hash: string) => `${hash} of ${JSON.stringify(prefix)} + text + ${JSON.stringify(suffix)}`;
  for (const [hash, digest] of digestsOf(bytes)) {
    yield [name(hash), digest.toString("hex")];
    for (const length of TRUNCATED) {
      if (length < digest.length) yield [name(`${hash}, ${length} bytes of it`), digest.toString("hex", 0, length)];
    }
    for (const [again, twice] of digestsOf(digest)) yield [name(`${again} of ${hash}`), twice.toString("hex")];
  }
}

function digestsOf(bytes: Buffer): [string, Buffer][] {
  return [
    ["keccak-256", Buffer.from(keccak256(bytes).slice(2), "hex")],
    ["sha-256", createHash("sha256").update(bytes).digest()],
    ["sha3-256", createHash("sha3-256").update(bytes).digest()],
  ];
}

/** Find planted texts in a chain, in any form; each form once. */
export function search(pieces: readonly Piece[], planted: readonly Planted[]): Leak[] {
  const haystack = new Haystack(pieces);
  const leaks: Leak[] = [];
  for (const { what, text } of planted) {
    const seen = new Set<string>();
    for (const [form, needle] of formsOf(text)) {
      if (needle.length < SHORTEST * 2 || seen.has(needle)) continue;
      seen.add(needle);
      const where = haystack.find(needle);
      if (where !== undefined) leaks.push({ what, form, where });
    }
  }
  return leaks;
}

/** All pieces as one text, with an index of the four bytes that begin anywhere in it: most needles are ruled out at once. */
class Haystack {
  static readonly #BITS = 27;
  readonly #text: string;
  readonly #starts: number[] = [];
  readonly #index = new Uint8Array(2 ** (Haystack.#BITS - 3));

  constructor(readonly pieces: readonly Piece[]) {
    const parts: string[] = [];
    let length = 0;
    for (const { data } of pieces) {
      this.#starts.push(length);
      const part = `${data.slice(2).toLowerCase()}|`; // what stands between two pieces is in no needle
      parts.push(part);
      length += part.length;
      const bytes = Buffer.from(data.slice(2), "hex");
      for (let i = 0; i + 4 <= bytes.length; i++) this.#mark(bytes.readUInt32BE(i));
    }
    this.#text = parts.join("");
  }

  /** Where a needle of six bytes or more stands, or undefined. */
  find(needle: string): string | undefined {
    const bytes = Buffer.from(needle.slice(0, needle.length & ~1), "hex");
    if (!this.#isMarked(bytes.readUInt32BE(0)) || !this.#isMarked(bytes.readUInt32BE(2))) return undefined;
    const offset = this.#text.indexOf(needle);
    if (offset < 0) return undefined;
    const after = this.#starts.findIndex((start) => start > offset);
    return this.pieces[(after < 0 ? this.#starts.length : after) - 1]?.where;
  }

  #mark(window: number): void {
    const bit = window >>> (32 - Haystack.#BITS);
    this.#index[bit >>> 3] = (this.#index[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }

  #isMarked(window: number): boolean {
    const bit = window >>> (32 - Haystack.#BITS);
    return ((this.#index[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  }
}

/** A word that stands with several records, and where. */
export interface Link {
  word: string;
  where: string[];
}

/**
 * Words of 16 random bytes and more that stand in acts on records which no event joins. Whoever holds the chain links what shares such a
 * word. Signers are recovered, so that a key counts where only its signature stands.
 * @param isPublic What is meant to be seen with many records: accounts of offices, contracts, topics, schemas.
 */
export function links(
  pieces: readonly Piece[],
  contracts: ReadonlyMap<string, Interface>,
  isPublic: (word: string) => boolean,
): Link[] {
  const group = groupsOf(pieces, contracts, isPublic);
  const places = new Map<string, Map<string, string>>();
  for (const { data, where, transaction, contract } of pieces) {
    const abi = contracts.get(contract);
    if (abi === undefined || transaction === undefined) continue;
    const words = wordsOf(data);
    if (where.startsWith("calldata")) words.push(...signersIn(abi, data, pieces, transaction));
    for (const word of words) {
      if (isPublic(word)) continue;
      const known = places.get(word) ?? new Map<string, string>();
      known.set(group(transaction), where);
      places.set(word, known);
    }
  }
  return [...places]
    .filter(([, groups]) => groups.size > 1)
    .map(([word, groups]) => ({ word, where: [...groups.values()] }));
}

/** Which acts belong together openly: those whose events name the same record, or a record beside another (a successor, a consent's claim). */
function groupsOf(
  pieces: readonly Piece[],
  contracts: ReadonlyMap<string, Interface>,
  isPublic: (word: string) => boolean,
): (transaction: number) => string {
  const events = pieces.filter(({ where, contract }) => where.startsWith("event") && contracts.has(contract));
  const topics = events.map(({ data }) => data.slice(2 + 64, 2 + 128)); // the one after the event's own
  const records = new Set(topics.filter((topic) => !isPublic(topic))); // a seller joins nothing
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    const above = parent.get(name) ?? name;
    return above === name ? name : rootOf(above);
  };
  for (const { data, transaction } of events) {
    for (const word of wordsOf(data).filter((one) => records.has(one))) {
      parent.set(rootOf(word), rootOf(`transaction ${transaction}`));
    }
  }
  return (transaction) => rootOf(`transaction ${transaction}`);
}

/** The words of ABI-encoded data that look random: hashes, ids, salts, keys, and addresses. */
export function wordsOf(data: string): string[] {
  const hex = data.slice(2).toLowerCase();
  const body = hex.length % 64 === 8 ? hex.slice(8) : hex;
  const words: string[] = [];
  for (let i = 0; i + 64 <= body.length; i += 64) {
    const word = body.slice(i, i + 64);
    // An address stands at the end of a word as a value, and at its beginning as bytes.
    if (/^0{24}/.test(word)) words.push(word.slice(24));
    else if (/0{24}$/.test(word)) words.push(word.slice(0, 40));
    else words.push(word);
  }
  return words.filter((word) => isRandom(word));
}

/** Sixteen bytes of which none, or hardly any, is zero. */
function isRandom(word: string): boolean {
  const bytes = word.match(/../g) ?? [];
  return bytes.length >= 20 && bytes.filter((byte) => byte !== "00").length >= 16;
}

/** Accounts whose signatures are in the calldata, over a digest that the transaction's events name. */
function signersIn(abi: Interface, data: string, pieces: readonly Piece[], transaction: number): string[] {
  const call = abi.parseTransaction({ data });
  if (call === null) return [];
  const signatures = [...bytesIn(call.fragment.inputs, call.args)].filter((bytes) => bytes.length === 2 + 65 * 2);
  const digests = pieces
    .filter((piece) => piece.transaction === transaction && piece.where.startsWith("event"))
    .flatMap((piece) => wordsOf(piece.data))
    .filter((word) => word.length === 64);
  return signatures.flatMap((signature) =>
    digests.map((digest) => recoverAddress(`0x${digest}`, signature).slice(2).toLowerCase()),
  );
}

function* bytesIn(inputs: readonly ParamType[], values: Result): Generator<string> {
  for (const [i, input] of inputs.entries()) {
    const value: unknown = values[i];
    if (input.baseType === "bytes") yield value as string;
    else if (input.baseType === "tuple") yield* bytesIn(input.components ?? [], value as Result);
    else if (input.baseType === "array" && input.arrayChildren) {
      const children = value as Result;
      yield* bytesIn(
        Array.from(children, () => input.arrayChildren as ParamType),
        children,
      );
    }
  }
}
