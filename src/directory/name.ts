import { getBytes, hexlify } from "ethers";

/**
 * A contract's name as the directory keeps it: 32 bytes of left-aligned ASCII.
 * @throws RangeError unless it has 1 to 32 characters of ASCII.
 */
export function encodeName(name: string): string {
  if (!/^[\x21-\x7e]{1,32}$/.test(name)) {
    throw new RangeError(`a name in the directory has 1 to 32 characters of ASCII; this is ${name}`);
  }
  return hexlify(new TextEncoder().encode(name)).padEnd(66, "0");
}

/** The text of a name that the directory keeps. */
export function decodeName(word: string): string {
  return new TextDecoder().decode(getBytes(word)).replace(/\0+$/, "");
}
