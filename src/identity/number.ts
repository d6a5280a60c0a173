/**
 * The numbers by which the state knows persons: resident numbers (GB 11643-1999) and Unified Social Credit Codes (GB 32100-2015).
 * They are checked where the officer types them. A resident number goes from there to the tag service and nowhere else: no message of
 * this module shows one.
 */
import { validate as validateResident } from "stdnum/lib/cjs/cn/ric.js";

/** A number that cannot be used; natural persons' numbers are masked in the message. */
export class NumberError extends Error {
  override readonly name = "NumberError";
}

/** A code in its normal form, and what is odd about it. */
export interface CheckedCode {
  /** Capital letters, no blanks. */
  code: string;
  /** Why it may be mistyped, in words; null if nothing speaks against it. */
  warning: string | null;
}

/** In the order of their values 0 to 30: digits and capital letters without I, O, S, V and Z. */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CODE_BODY = 17;

/** A number without blanks and dashes, in capital letters and ASCII digits: 11010519491231002x is 11010519491231002X. */
export function normalizeNumber(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\s\p{Cf}-]/gu, "")
    .toUpperCase();
}

/** A number that may be shown in a message or a log: the first and the last character, stars between. */
export function maskNumber(number: string): string {
  const shown = number.length < 6 ? 0 : 1;
  return number.slice(0, shown) + "*".repeat(number.length - 2 * shown) + number.slice(number.length - shown);
}

/**
 * A resident number of GB 11643: 6 digits of area, 8 of the birth date, 3 in sequence, and a check character (ISO 7064 MOD 11-2).
 * @returns its normal form.
 * @throws NumberError for a number that is none, masked. The old numbers of 15 digits are none: they are out of use since 2013.
 */
export function checkResidentNumber(text: string): string {
  const number = normalizeNumber(text);
  const refuse = (why: string) => new NumberError(`the resident number ${maskNumber(number)} ${why}`);
  if (number.length !== 18) throw refuse(`has ${number.length} characters; it has 18`);
  if (!/^[0-9]{17}[0-9X]$/.test(number)) throw refuse("has a character that is neither a digit nor a last X");
  const { isValid, error } = validateResident(number);
  if (isValid) return number;
  throw refuse(
    error.name === "InvalidComponent"
      ? "has no birth date of the past in its places 7 to 14"
      : "has another check character than it should; a digit was mistyped",
  );
}

/**
 * A Unified Social Credit Code of GB 32100: who registered, what kind, 6 digits of area, 9 characters of the organisation, and a check
 * character. Codes in real use fail the check, so that this is a warning: whoever knows better goes on.
 * @throws NumberError for a text that cannot be such a code: another length, or a character that the standard does not use.
 */
export function checkSocialCreditCode(text: string): CheckedCode {
  const code = normalizeNumber(text);
  if (code.length !== CODE_BODY + 1) {
    throw new NumberError(`the social credit code ${code} has ${code.length} characters; it has 18`);
  }
  const odd = /[^0-9A-HJ-NPQRTUWXY]/u.exec(code)?.[0];
  if (odd !== undefined) {
    throw new NumberError(`the social credit code ${code} has the character ${odd}, which these codes do not use`);
  }
  const expected = checkCharacter(code.slice(0, CODE_BODY));
  if (code.endsWith(expected)) return { code, warning: null };
  const warning = `the social credit code ${code} ends with ${code.slice(-1)} where its check character is ${expected}; compare it with the licence`;
  return { code, warning };
}

/** Weights are the powers of 3 modulo 31. */
function checkCharacter(body: string): string {
  let sum = 0;
  let weight = 1;
  for (const character of body) {
    sum += ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31);
}
