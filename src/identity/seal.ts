/** A text under a password: scrypt (RFC 7914) and AES-256-GCM, as one JSON file that says how it was made. */
import canonicalize from "canonicalize";
import {
  decodeBase64,
  encodeBase64,
  getBytes,
  hexlify,
  randomBytes,
  scrypt,
  sha256,
  toUtf8Bytes,
  toUtf8String,
} from "ethers";

import { shapeCheck } from "../common/shape.js";

/** What is wrong with an encrypted file. */
export type WalletFileFault = "Damaged" | "WrongPassword" | "Unsupported";

/** An encrypted file cannot be opened. */
export class WalletFileError extends Error {
  override readonly name = "WalletFileError";

  constructor(
    /** `Damaged`: not as it was written. `WrongPassword`: as it was written, but not with this password. */
    readonly fault: WalletFileFault,
    message: string,
  ) {
    super(message);
  }
}

export interface SealOptions {
  /** Cost of guessing a password: scrypt's N, a power of two; 2^17 if left out, which takes about a second and 128 MB. */
  cost?: number;
}

/** The file. Everything in it but `data` is readable, and nothing of that is secret. */
interface SealedFile {
  type: "CivitasWallet";
  version: 1;
  kdf: { name: "scrypt"; n: number; r: number; p: number; salt: string };
  cipher: { name: "aes-256-gcm"; iv: string };
  /** Derived from the password beside the key: tells a wrong password. */
  check: string;
  /** The encrypted text and its tag, Base64. */
  data: string;
  /** SHA-256 of all the rest: tells a damaged file. */
  checksum: string;
}

const COST = 2 ** 17;
const MAX_COST = 2 ** 22;
const [BLOCK_SIZE, PARALLEL] = [8, 1];
const [KEY_LENGTH, CHECK_LENGTH] = [32, 16];
const MIN_PASSWORD = 8;

const hex = (bytes: number) => ({ type: "string", pattern: `^0x[0-9a-f]{${2 * bytes}}$` });
const fileFaults = shapeCheck(
  {
    type: "object",
    required: ["type", "version", "kdf", "cipher", "check", "data", "checksum"],
    additionalProperties: false,
    properties: {
      type: { const: "CivitasWallet" },
      version: { const: 1 },
      kdf: {
        type: "object",
        required: ["name", "n", "r", "p", "salt"],
        additionalProperties: false,
        properties: {
          name: { const: "scrypt" },
          n: { type: "integer", minimum: 2, maximum: MAX_COST },
          r: { const: BLOCK_SIZE },
          p: { const: PARALLEL },
          salt: hex(32),
        },
      },
      cipher: {
        type: "object",
        required: ["name", "iv"],
        additionalProperties: false,
        properties: { name: { const: "aes-256-gcm" }, iv: hex(12) },
      },
      check: hex(CHECK_LENGTH),
      data: { type: "string", pattern: "^[A-Za-z0-9+/]+={0,2}$" },
      checksum: hex(32),
    },
  },
  "the file",
);

/** @throws RangeError for a password of fewer than 8 characters. */
export async function sealText(text: string, password: string, { cost = COST }: SealOptions = {}): Promise<string> {
  if (password.length < MIN_PASSWORD) throw new RangeError(`a password has at least ${MIN_PASSWORD} characters`);
  const kdf = { name: "scrypt", n: cost, r: BLOCK_SIZE, p: PARALLEL, salt: hexlify(randomBytes(32)) } as const;
  const cipher = { name: "aes-256-gcm", iv: hexlify(randomBytes(12)) } as const;
  const { key, check } = await derive(password, kdf);
  const head = { type: "CivitasWallet", version: 1, kdf, cipher, check } as const;
  const data = await crypto.subtle.encrypt(gcm(head), key, new TextEncoder().encode(text));
  const body = { ...head, data: encodeBase64(new Uint8Array(data)) };
  const file: SealedFile = { ...body, checksum: checksumOf(body) };
  return JSON.stringify(file, null, 2);
}

/** @throws WalletFileError */
export async function unsealText(file: string, password: string): Promise<string> {
  const { checksum, ...body } = parse(file);
  if (checksumOf(body) !== checksum) throw damaged("its checksum differs");
  const { data, ...head } = body;
  const { key, check } = await derive(password, head.kdf);
  if (check !== head.check) throw new WalletFileError("WrongPassword", "this is not the password of this file");
  try {
    return toUtf8String(
      new Uint8Array(await crypto.subtle.decrypt(gcm(head), key, Uint8Array.from(decodeBase64(data)))),
    );
  } catch {
    throw damaged("someone changed it, and its checksum too");
  }
}

function parse(file: string): SealedFile {
  let json: unknown;
  try {
    json = JSON.parse(file);
  } catch {
    throw damaged("it is no JSON");
  }
  const { type, version } = (json ?? {}) as Partial<Record<keyof SealedFile, unknown>>;
  if (type === "CivitasWallet" && typeof version === "number" && version > 1) {
    throw new WalletFileError("Unsupported", `this wallet file is of version ${version}; a newer client can read it`);
  }
  const faults = fileFaults(json);
  if (faults.length !== 0) throw damaged(faults.join("; "));
  return json as SealedFile;
}

async function derive(password: string, { n, r, p, salt }: SealedFile["kdf"]) {
  const secret = toUtf8Bytes(password.normalize("NFKC"));
  const derived = getBytes(await scrypt(secret, salt, n, r, p, KEY_LENGTH + CHECK_LENGTH));
  const raw = derived.slice(0, KEY_LENGTH);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, check: hexlify(derived.slice(KEY_LENGTH)) };
}

/** The head of the file is authenticated with the text. */
function gcm(head: Omit<SealedFile, "data" | "checksum">) {
  return {
    name: "AES-GCM",
    iv: Uint8Array.from(getBytes(head.cipher.iv)),
    additionalData: new TextEncoder().encode(canonicalize(head)),
  };
}

function checksumOf(body: Omit<SealedFile, "checksum">): string {
  return sha256(new TextEncoder().encode(canonicalize(body)));
}

function damaged(how: string): WalletFileError {
  return new WalletFileError(
    "Damaged",
    `this wallet file is damaged or no wallet file: ${how}; take another copy of it`,
  );
}
