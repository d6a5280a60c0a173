/**
 * Exact amounts: decimal texts at every border, whole minor units (`bigint`) within, floats nowhere. Rounding is half up on the absolute
 * value, as EN 16931 asks: 0.005 is 0.01 and -0.005 is -0.01.
 */
import { code as byCode, number as byNumber } from "currency-codes";

/** A number, rate or currency that cannot be used. */
export class AmountError extends Error {
  override readonly name = "AmountError";
}

/** A currency of ISO 4217. */
export interface Currency {
  /** `CNY` */
  code: string;
  /** 156, as the chain has it. */
  numeric: number;
  /** Digits of the minor unit: 2 for CNY, 0 for JPY. */
  digits: number;
}

/** An exact decimal: `digits` / 10^`scale`. */
export interface ExactDecimal {
  digits: bigint;
  scale: number;
}

const MAX_LENGTH = 64; // of a number that anyone writes on an invoice, with room
const BASIS = 10_000n; // basis points in a whole

/**
 * A currency by its letters or its number: "CNY", 156, "156", 156n.
 * @throws AmountError for what ISO 4217 does not have.
 */
export function currencyOf(currency: string | number | bigint): Currency {
  const found = findCurrency(currency);
  if (found === undefined) {
    throw new AmountError(`${currency} is no currency of ISO 4217; write three capital letters like CNY`);
  }
  return found;
}

/** Like `currencyOf`, but undefined for what is no currency. */
export function findCurrency(currency: string | number | bigint): Currency | undefined {
  const text = String(currency);
  let found;
  if (/^[A-Z]{3}$/.test(text)) found = byCode(text);
  else if (/^[0-9]{1,3}$/.test(text)) found = byNumber(text.padStart(3, "0"));
  return found && { code: found.code, numeric: Number(found.number), digits: found.digits };
}

/** Whether a text is a decimal number: `12`, `-3.50`, `.5`; no exponent, no separators of thousands. */
export function isDecimal(text: string): boolean {
  return text.length <= MAX_LENGTH && /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$/.test(text);
}

/**
 * A decimal text, exactly.
 * @throws AmountError for a text that is none.
 */
export function parseDecimal(text: string): ExactDecimal {
  if (!isDecimal(text)) {
    throw new AmountError(`${JSON.stringify(text.slice(0, MAX_LENGTH))} is no number like 12 or -3.50`);
  }
  const [whole = "", fraction = ""] = text.replace(/^[+-]/, "").split(".");
  const digits = BigInt(`${whole}${fraction}`);
  return { digits: text.startsWith("-") ? -digits : digits, scale: fraction.length };
}

/**
 * A decimal text as whole minor units: "198.00" of CNY is 19800n.
 * @param digits Of the minor unit.
 * @throws AmountError for a text that is no number, or that has a part of a minor unit.
 */
export function parseAmount(text: string, digits: number): bigint {
  const { digits: value, scale } = parseDecimal(text);
  if (scale <= digits) return value * 10n ** BigInt(digits - scale);
  const excess = 10n ** BigInt(scale - digits);
  if (value % excess !== 0n) throw new AmountError(`${text} has more than ${digits} digits after the point`);
  return value / excess;
}

/** Whole minor units as a decimal text with all digits of the minor unit: 19800n of CNY is "198.00". */
export function formatAmount(amount: bigint, digits: number): string {
  const text = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  return `${amount < 0n ? "-" : ""}${whole}${digits === 0 ? "" : `.${text.slice(-digits)}`}`;
}

/** numerator / denominator, to the nearest whole number, halves away from zero. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new AmountError("nothing can be divided by 0");
  const negative = numerator < 0n !== denominator < 0n;
  const [top, bottom] = [absolute(numerator), absolute(denominator)];
  const rounded = (2n * top + bottom) / (2n * bottom);
  return negative ? -rounded : rounded;
}

/** The tax on a net amount, rounded to the minor unit. */
export function taxOn(net: bigint, rate: number): bigint {
  return divideRounded(net * BigInt(rate), BASIS);
}

/** An amount with tax, taken apart: net = gross / (1 + rate), rounded; tax is the rest. */
export function splitGross(gross: bigint, rate: number): { net: bigint; tax: bigint } {
  const net = divideRounded(gross * BASIS, BASIS + BigInt(rate));
  return { net, tax: gross - net };
}

/** quantity x price / priceQuantity in minor units, rounded once. */
export function amountOf(quantity: string, price: string, digits: number, priceQuantity = "1"): bigint {
  const [count, each, per] = [parseDecimal(quantity), parseDecimal(price), parseDecimal(priceQuantity)];
  return divideRounded(
    count.digits * each.digits * 10n ** BigInt(per.scale + digits),
    per.digits * 10n ** BigInt(count.scale + each.scale),
  );
}

const PRICE_DIGITS = 13; // as Chinese documents have at most

/** The price of which `quantity` makes an amount, with at most 13 digits after the point; "0" if there is no quantity. */
export function priceOf(amount: bigint, quantity: string, digits: number, priceQuantity = "1"): string {
  const [count, per] = [parseDecimal(quantity), parseDecimal(priceQuantity)];
  if (count.digits === 0n) return "0";
  const price = divideRounded(
    amount * per.digits * 10n ** BigInt(count.scale + PRICE_DIGITS),
    count.digits * 10n ** BigInt(per.scale + digits),
  );
  return trimDecimal(formatAmount(price, PRICE_DIGITS));
}

/** A decimal text without zeros that say nothing: "6.50" is "6.5", "6.00" is "6". */
export function trimDecimal(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * A percentage as basis points: "6", "6.00" are 600; "1.5" is 150.
 * @throws AmountError for a text that is no number, negative, above 100 %, or finer than a basis point.
 */
export function parseRate(percent: string): number {
  const rate = parseAmount(percent, 2);
  if (rate < 0n || rate > BASIS) throw new AmountError(`a rate is between 0 and 100 %, not ${percent}`);
  return Number(rate);
}

/** Basis points as a percentage: 600 is "6", 150 is "1.5". */
export function formatRate(rate: number): string {
  return trimDecimal(formatAmount(BigInt(rate), 2));
}

export function absolute(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
