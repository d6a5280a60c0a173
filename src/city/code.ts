/**
 * City codes without a chain: parse, check, print and encode them. The same algorithm, with the same faults in the same order, as
 * contracts/city/CityCode.sol; tests hold both equal. Nothing here needs another package.
 */
import { CityCodeError, type CityCodeFault } from "./code-fault.js";

export { CITY_CODE_FAULTS, CityCodeError, type CityCodeFault } from "./code-fault.js";
export { codeOfGbt2260, gbt2260Of } from "./gbt2260.js";
export { lengthsOf, schemeOf } from "./scheme.js";

/** A city code as it was read from a text. */
export interface CityCode {
  /** The city's code: `MA.156.1301`. */
  code: string;
  /** The code for print and typing, with its check characters: `MA.156.1301-FQ`. */
  printed: string;
  /** The whole IDcode: the code, and what follows it: `MA.156.1003.1629/73.10000000.6`. */
  idcode: string;
  /** The country's code: `MA.156`. */
  country: string;
  /** The local part, the third node: `1301`; null for a country. */
  local: string | null;
  /** The fourth node: `1629`; null if there is none. */
  extra: string | null;
  /** The object category of an IDcode, 3 nodes: `73.10000000.6`; null for the code of a city alone. */
  category: string | null;
  /** The custom part of an IDcode; null if there is none. */
  custom: string | null;
}

const MAX_LENGTH = 26;
const MAX_NODES = 4;
const COUNTRY_LENGTH = 6;
const WORD = 32; // bytes
const MODULUS = 1271;

const DOT = 0x2e;
const SLASH = 0x2f;
const HYPHEN = 0x2d;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * The code in a text of one of three shapes, letters in either case: a code (`MA.156.1301`), a printed code with its check characters
 * (`MA.156.1301-FQ`), or a full IDcode root/category/custom (`MA.156.1003.1629/73.10000000.6`).
 * @throws CityCodeError
 */
export function parseCityCode(text: string): CityCode {
  const input = new TextEncoder().encode(text);
  const must = mustIn(text);
  let end = 0;
  while (end < input.length && input[end] !== SLASH && input[end] !== HYPHEN) {
    const character = upper(at(input, end));
    must(character === DOT || valueOf(character) < 36, "Character", end);
    must(end < MAX_LENGTH, "TooLong", end);
    ++end;
  }
  const code = text.slice(0, end).toUpperCase(); // all ASCII: as many characters as bytes
  validate(input.slice(0, end).map(upper), text);
  if (input[end] === HYPHEN) mustHaveCheckCharacters(input, end + 1, code, text);
  if (input[end] === SLASH) mustBeObject(input, end + 1, text);

  const [, , local = null, extra = null] = code.split(".");
  const [, category = null, custom = null] = text.toUpperCase().split("/");
  return {
    code,
    printed: `${code}-${checkCharacters(code)}`,
    idcode: [code, category, custom].filter((part) => part !== null).join("/"),
    country: code.slice(0, COUNTRY_LENGTH),
    local,
    extra,
    category,
    custom,
  };
}

/**
 * The two check characters of a code: ISO/IEC 7064 MOD 1271-36 over its digits and capital letters, the dots left out.
 * @throws CityCodeError for any other character. Whether it is a city code is not asked.
 */
export function checkCharacters(code: string): string {
  let remainder = 0;
  for (const [position, character] of new TextEncoder().encode(code).entries()) {
    if (character === DOT) continue;
    const value = valueOf(character);
    mustIn(code)(value < 36, "Character", position);
    remainder = (remainder * 36 + value) % MODULUS;
  }
  const check = MODULUS + 1 - ((remainder * 36 * 36) % MODULUS);
  return ALPHABET.charAt(Math.floor(check / 36)) + ALPHABET.charAt(check % 36);
}

/**
 * The code in a text for print and typing, with its check characters: `MA.156.1301-FQ`.
 * @param text In any shape that `parseCityCode` reads; of an IDcode, the root is printed.
 * @throws CityCodeError
 */
export function formatCityCode(text: string): string {
  return parseCityCode(text).printed;
}

/**
 * The code in a text as the contracts' `CityCode`: 32 bytes of left-aligned ASCII, in hexadecimal.
 * @param text In any shape that `parseCityCode` reads; of an IDcode, the root is encoded.
 * @throws CityCodeError
 */
export function encodeCityCode(text: string): string {
  const bytes = [...new TextEncoder().encode(parseCityCode(text).code)];
  return `0x${bytes.map((byte) => byte.toString(16)).join("")}`.padEnd(2 + 2 * WORD, "0");
}

/**
 * The code that the contracts' `CityCode` holds.
 * @param word 32 bytes in hexadecimal. The zero word, the contracts' "no code", is the fault Empty.
 * @throws CityCodeError for a word that is no canonical code, RangeError for anything but 32 bytes.
 */
export function decodeCityCode(word: string): string {
  if (!/^0x[0-9a-fA-F]{64}$/.test(word))
    throw new RangeError(`a city code has 32 bytes in hexadecimal; this is ${word}`);
  const bytes = Uint8Array.from({ length: WORD }, (_, i) => Number.parseInt(word.slice(2 + 2 * i, 4 + 2 * i), 16));
  const text = String.fromCharCode(...bytes).replace(/\0+$/, "");
  validate(bytes, text);
  return text;
}

/** CityCodes.validate: the bytes are a canonical code, and zeros behind it. */
function validate(code: Uint8Array, text: string): void {
  const must = mustIn(text);
  let nodes = 1;
  let nodeStart = 0;
  let length = 0;
  for (; length < WORD && at(code, length) !== 0; ++length) {
    const character = at(code, length);
    if (character === DOT) {
      must(length !== nodeStart, "EmptyNode", length);
      must(nodes < MAX_NODES, "TooManyNodes", length);
      nodeStart = length + 1;
      ++nodes;
    } else {
      must(valueOf(character) < 36, "Character", length);
    }
  }
  must(length !== 0, "Empty", 0);
  must(length <= MAX_LENGTH, "TooLong", MAX_LENGTH);
  must(
    code.slice(length).every((byte) => byte === 0),
    "Padding",
    length,
  );
  must(length !== nodeStart, "EmptyNode", length);
  const issuer = String.fromCharCode(at(code, 0), at(code, 1));
  must(issuer === "MA" && (length === 2 || at(code, 2) === DOT), "Issuer", 0);
  for (let i = 3; i < COUNTRY_LENGTH; ++i) must(isDigit(at(code, i)), "Country", i);
  must(length === COUNTRY_LENGTH || at(code, COUNTRY_LENGTH) === DOT, "Country", COUNTRY_LENGTH);
}

function mustHaveCheckCharacters(input: Uint8Array, start: number, code: string, text: string): void {
  const given = String.fromCharCode(upper(at(input, start)), upper(at(input, start + 1)));
  mustIn(text)(input.length === start + 2 && given === checkCharacters(code), "CheckCharacters", start);
}

/** CityCodes._checkObject: `category` or `category/custom`, where the category has 3 nodes and custom one or more. */
function mustBeObject(input: Uint8Array, start: number, text: string): void {
  const must = mustIn(text);
  let nodes = 1;
  let nodeStart = start;
  let custom = false;
  for (let i = start; i < input.length; ++i) {
    const character = upper(at(input, i));
    if (character === DOT || character === SLASH) {
      must(i !== nodeStart, "EmptyNode", i);
      nodeStart = i + 1;
      if (character === DOT) {
        ++nodes;
      } else {
        must(!custom, "Character", i);
        must(nodes === 3, "Category", i);
        custom = true;
      }
    } else {
      must(valueOf(character) < 36, "Character", i);
    }
  }
  must(input.length !== nodeStart, "EmptyNode", input.length);
  must(custom || nodes === 3, "Category", input.length);
}

function mustIn(text: string): (condition: boolean, fault: CityCodeFault, position: number) => void {
  return (condition, fault, position) => {
    if (!condition) throw new CityCodeError(fault, position, text);
  };
}

/** The byte at a position, 0 behind the end. */
function at(bytes: Uint8Array, position: number): number {
  return bytes[position] ?? 0;
}

function isDigit(character: number): boolean {
  return character >= 0x30 && character <= 0x39;
}

function upper(character: number): number {
  return character >= 0x61 && character <= 0x7a ? character - 0x20 : character;
}

/** 0 to 35 for 0-9 and A-Z, 36 for anything else. */
function valueOf(character: number): number {
  if (isDigit(character)) return character - 0x30;
  return character >= 0x41 && character <= 0x5a ? character - 0x37 : 36;
}
