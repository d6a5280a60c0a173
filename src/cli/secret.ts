/** Keys that were typed where none belongs. A shell keeps what is typed, and others see the arguments of a process. */
import { Mnemonic, SigningKey } from "ethers";

import { UsageError } from "./fault.js";

const KEY = /\b(?:0x)?[0-9a-fA-F]{64}\b/g;

/** Whether a text is a private key, or the words of one. So may be an id: ask only where none is expected. */
export function isKey(text: string): boolean {
  if (/^(?:0x)?[0-9a-fA-F]{64}$/.test(text)) return isInRange(`0x${text.slice(-64)}`);
  return Mnemonic.isValidMnemonic(text.trim());
}

/**
 * Refuses a private key in the place of something else, without repeating it.
 * @param what What belongs there: "an account".
 * @throws UsageError
 */
export function mustBeNoKey(text: string, what: string): string {
  if (!isKey(text)) return text;
  throw new UsageError(
    `this looks like a private key where ${what} belongs. A key is never typed: keep it in a keystore file or in CIVITAS_KEY, and replace this one, which others may have seen`,
  );
}

/** Takes out of a text what was typed and might be a key. */
export function hiding(args: readonly string[]): (text: string) => string {
  const typed = args.flatMap((arg) => [
    ...(arg.match(KEY) ?? []),
    ...(Mnemonic.isValidMnemonic(arg.trim()) ? [arg] : []),
  ]);
  return (text) => typed.reduce((shown, one) => shown.replaceAll(one, "(hidden)"), text);
}

function isInRange(key: string): boolean {
  try {
    new SigningKey(key);
    return true;
  } catch {
    return false;
  }
}
