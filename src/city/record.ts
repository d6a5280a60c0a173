/** Keys of the resolution records that cities keep in CityResolver. The contract takes any key; these have an agreed meaning. */
import { decodeText, encodeText } from "../common/text.js";

/** The keys in use, as listed in docs/city.md. */
export const RECORD_KEYS = {
  /** Where the city's services begin: a URL in UTF-8. */
  endpoint: "endpoint",
  /** What documents for the city are encrypted to: an X.509 SubjectPublicKeyInfo in DER. */
  publicKey: "public-key",
  /** What the city publishes at its endpoint: a multihash. Of SHA-256 it is 0x1220 and the 32 bytes of the hash. */
  contentHash: "content-hash",
} as const;

/**
 * A record's key as CityResolver takes it: 32 bytes of left-aligned ASCII.
 * @param key One of `RECORD_KEYS`, or one's own.
 * @throws RangeError unless it has 1 to 32 characters of ASCII.
 */
export function encodeKey(key: string): string {
  return encodeText(key, "the key of a record");
}

/** The text of a key that CityResolver has in its events. */
export function decodeKey(word: string): string {
  return decodeText(word);
}
