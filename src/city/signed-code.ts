import { getAddress, getBytes, hexlify, type Signer, type TypedDataDomain } from "ethers";

import type { CityResolver } from "../bindings.js";
import { decodeBase32, encodeBase32 } from "../common/base32.js";
import { dateOf, secondsOf, showTime } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { type City, cityById } from "./city.js";
import { CityCodeError, parseCityCode } from "./code.js";

/**
 * A signed code: the tamper-proof form of a city code, for QR. Check characters stop typing errors, signatures stop forgers.
 *
 * As text: `CIV1:chain:code:city:time:signer:signature`. Chain, city and time (UTC seconds) are decimal, signer and signature Base32
 * (RFC 4648, unpadded); so it has only characters that a QR code holds in 5.5 bits, and none that a URL would have to escape. An
 * account's signed code has about 175 characters, a QR code of 45 x 45 modules. An operator's address may stand before it:
 * `https://verify.example/#CIV1:…` opens that page, and what follows `#` never leaves the reader's device.
 */
export interface SignedCode {
  /** The chain on which it is to be checked. */
  chainId: bigint;
  /** A city code or a full IDcode, as it was signed. */
  code: string;
  /** The number of the city. */
  city: bigint;
  /** When it was signed. */
  time: Date;
  /** The city's controller who signed: an account, or an ERC-1271 contract. */
  signer: string;
  /** What the signer's contract accepts; of an account 65 bytes. */
  signature: string;
}

/** What a signed code is worth, in the order of ICityResolver.SignedCodeStatus (tested equal). */
export const SIGNED_CODE_STATUSES = [
  "Valid",
  "FormerController",
  "NotController",
  "SignatureInvalid",
  "CodeNotOfCity",
  "InFuture",
] as const;
export type SignedCodeStatus = (typeof SIGNED_CODE_STATUSES)[number];

/** What became of checking a text: the contract's answer, or why there is none. */
export interface SignedCodeAnswer {
  status: SignedCodeStatus | "Unreadable" | "OtherNetwork";
  /** A sentence for the person who scanned it. */
  message: string;
  /** What the text says, as far as it can be read. Believe it only if the status is Valid. */
  signed?: SignedCode;
  /** The city today, if the status is Valid or FormerController. */
  city?: City;
}

/** A text is no signed code, or one cannot be made. */
export class SignedCodeError extends Error {
  override readonly name = "SignedCodeError";
}

/** The EIP-712 types of a signed code, as in CityResolver (tested equal). */
export const SIGNED_CODE_TYPES = {
  SignedCode: [
    { name: "code", type: "string" },
    { name: "city", type: "uint32" },
    { name: "time", type: "uint40" },
  ],
};

/** The EIP-712 domain of a CityResolver. */
export function resolverDomain(chainId: bigint, resolver: string): TypedDataDomain {
  return { name: "Civitas CityResolver", version: "1", chainId, verifyingContract: resolver };
}

const HEAD = "CIV1";

/**
 * Sign a city's code, or the IDcode of one of its objects, and have the contract check the result.
 * @param signer Whose key signs.
 * @param text In any shape that `parseCityCode` reads.
 * @param options.controller The controller it is signed for, where that is an ERC-1271 contract; else the signer itself.
 * @param options.at When it is said to be signed; the latest block's time if left out.
 * @throws CityCodeError, or SignedCodeError if the contract would not call the result valid.
 */
export async function signCode(
  contracts: Contracts,
  signer: Signer,
  text: string,
  options: { controller?: string; at?: Date } = {},
): Promise<SignedCode> {
  const { resolver, provider, chainId } = contracts;
  const code = parseCityCode(text).idcode;
  const time = options.at === undefined ? (await provider.getBlock("latest"))?.timestamp : secondsOf(options.at);
  if (time === undefined) throw new SignedCodeError("the node has no blocks yet; try again when it is synchronised");
  const { city } = await resolver.resolve(code, time);
  const domain = resolverDomain(chainId, await resolver.getAddress());
  const signature = await signer.signTypedData(domain, SIGNED_CODE_TYPES, { code, city, time });
  const controller = getAddress(options.controller ?? (await signer.getAddress()));
  const signed = { chainId, code, city, time: dateOf(time), signer: controller, signature };

  const status = await statusIn(resolver, signed);
  if (status !== "Valid") throw new SignedCodeError(`this would be worthless: ${sentence(status, signed)}`);
  return signed;
}

/**
 * A signed code as text, to be drawn as QR.
 * @param verifyAt A web address that explains the code to whoever scans it with a plain camera, e.g. `https://verify.example/`.
 * @throws SignedCodeError for an address that is none, or that has a `#` already.
 */
export function formatSignedCode(signed: SignedCode, verifyAt?: string): string {
  const payload = [
    HEAD,
    signed.chainId,
    signed.code,
    signed.city,
    secondsOf(signed.time),
    encodeBase32(getBytes(signed.signer)),
    encodeBase32(getBytes(signed.signature)),
  ].join(":");
  if (verifyAt === undefined) return payload;
  if (!URL.canParse(verifyAt) || !/^https?:\/\/[^#]+$/i.test(verifyAt)) {
    throw new SignedCodeError(`${verifyAt} is no address to verify at; it begins with https:// and has no #`);
  }
  return `${verifyAt}#${payload}`;
}

/**
 * What a signed code says. Nothing is checked but its form.
 * @param text As scanned, with or without an address before it, letters in either case.
 * @throws SignedCodeError
 */
export function parseSignedCode(text: string): SignedCode {
  const payload = text.trim().slice(text.trim().indexOf("#") + 1);
  const fields = /^CIV1:([0-9]{1,20}):([0-9A-Z./-]+):([0-9]{1,10}):([0-9]{1,13}):([A-Z2-7]{32}):([A-Z2-7]+)$/i.exec(
    payload,
  );
  if (fields === null) throw unreadable(/^CIV1:/i.test(payload) ? "damaged or incomplete" : "none");
  const [, chainId = "", code = "", city = "", time = "", signer = "", signature = ""] = fields.map((field) =>
    field.toUpperCase(),
  );
  const [signerBytes, signatureBytes] = [decodeBase32(signer), decodeBase32(signature)];
  const number = BigInt(city);
  const seconds = BigInt(time);
  if (signerBytes === undefined || signatureBytes === undefined || number >> 32n !== 0n || seconds >> 40n !== 0n) {
    throw unreadable("damaged or incomplete");
  }
  try {
    parseCityCode(code);
  } catch (error) {
    if (error instanceof CityCodeError) throw unreadable("damaged or forged", error);
    throw error;
  }
  return {
    chainId: BigInt(chainId),
    code,
    city: number,
    time: dateOf(seconds),
    signer: getAddress(hexlify(signerBytes)),
    signature: hexlify(signatureBytes),
  };
}

/**
 * What a signed code is worth, asked of the chain. Nothing in the text is believed that the chain does not confirm.
 * @param former Resolvers that the current one has superseded: codes signed for them stay good.
 */
export async function verifySignedCode(
  contracts: Contracts,
  text: string,
  former: readonly CityResolver[] = [],
): Promise<SignedCodeAnswer> {
  let signed: SignedCode;
  try {
    signed = parseSignedCode(text);
  } catch (error) {
    if (error instanceof SignedCodeError) return { status: "Unreadable", message: error.message };
    throw error;
  }
  if (signed.chainId !== contracts.chainId) {
    const message = `this code says it belongs to chain ${signed.chainId}; it cannot be checked here, on chain ${contracts.chainId}`;
    return { status: "OtherNetwork", message, signed };
  }
  let status: SignedCodeStatus = "SignatureInvalid";
  for (const resolver of [contracts.resolver, ...former]) {
    status = await statusIn(resolver, signed);
    if (status !== "SignatureInvalid") break;
  }
  if (status !== "Valid" && status !== "FormerController") return { status, message: sentence(status, signed), signed };
  const [then, city] = await Promise.all([
    cityById(contracts, signed.city, { at: signed.time }),
    cityById(contracts, signed.city),
  ]);
  return { status, message: sentence(status, signed, then) + changesSince(then, city), signed, city };
}

async function statusIn(resolver: CityResolver, signed: SignedCode): Promise<SignedCodeStatus> {
  const { code, city, time, signer, signature } = signed;
  const number = Number(await resolver.signedCodeStatus(code, city, secondsOf(time), signer, signature));
  const status = SIGNED_CODE_STATUSES[number];
  if (status === undefined) throw new Error(`the resolver gave an answer this client does not know: ${number}`);
  return status;
}

function sentence(status: SignedCodeStatus, { code, city, time, signer }: SignedCode, then?: City): string {
  const on = showTime(secondsOf(time));
  const genuine = `${code} was signed for ${then?.name ?? `city ${city}`} on ${on} by ${signer}`;
  switch (status) {
    case "Valid":
      return `genuine: ${genuine}, a controller of the city then and now`;
    case "FormerController":
      return `genuine, unless its key was lost since: ${genuine}, a controller of the city then, but not any more`;
    case "NotController":
      return `not genuine: ${signer} was no controller of city ${city} on ${on}, or may act for it only with a delay; do not trust this code`;
    case "SignatureInvalid":
      return `forged or changed: the signature is not one of ${signer} under ${code}; do not trust this code`;
    case "CodeNotOfCity":
      return `not genuine: city ${city} did not hold the code of ${code} on ${on}; do not trust this code`;
    case "InFuture":
      return `not genuine yet: it is dated ${on}, which has not come; do not trust this code`;
  }
}

function changesSince(then: City, now: City): string {
  let changes = "";
  if (now.code !== then.code) changes += `; its code is ${now.printed} today`;
  if (now.name !== then.name) changes += `; its name is ${now.name} today`;
  if (now.status === "Retired") changes += "; the city exists no more";
  else if (!now.active) changes += "; the city, or one above it, is suspended today";
  return changes;
}

function unreadable(what: string, cause?: unknown): SignedCodeError {
  const message =
    what === "none"
      ? "this is no signed code of a city, which begins with CIV1; scan the code on the plate again"
      : `this signed code is ${what}; scan it again, and do not trust it`;
  return new SignedCodeError(message, { cause });
}
