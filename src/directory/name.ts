import { decodeText, encodeText } from "../common/text.js";

/**
 * A contract's name as the directory keeps it: 32 bytes of left-aligned ASCII.
 * @throws RangeError unless it has 1 to 32 characters of ASCII.
 */
export function encodeName(name: string): string {
  return encodeText(name, "a name in the directory");
}

/** The text of a name that the directory keeps. */
export function decodeName(word: string): string {
  return decodeText(word);
}
