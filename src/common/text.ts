import { getBytes, hexlify } from "ethers";

/**
 * A short text as the contracts' `bytes32`: left-aligned ASCII, zeros behind it.
 * @param what Names the text in the error's message: "a name in the directory".
 * @throws RangeError unless it has 1 to 32 characters of ASCII, without blanks.
 */
export function encodeText(text: string, what: string): string {
  if (!/^[\x21-\x7e]{1,32}$/.test(text)) {
    throw new RangeError(`${what} has 1 to 32 characters of ASCII; this is ${text}`);
  }
  return hexlify(new TextEncoder().encode(text)).padEnd(66, "0");
}

/** The text that the contracts keep as `bytes32`. */
export function decodeText(word: string): string {
  return new TextDecoder().decode(getBytes(word)).replace(/\0+$/, "");
}
