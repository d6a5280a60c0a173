/** The key that acts: from an encrypted keystore file (Web3 Secret Storage, version 3), or from the environment. Never from an argument. */
import { type Provider, Wallet } from "ethers";

import { FreeWallet } from "../chain/free-wallet.js";
import { readText } from "./arguments.js";
import { CommandError } from "./fault.js";
import { mustBeNoKey } from "./secret.js";
import type { Terminal } from "./terminal.js";

const WHERE =
  "give a keystore file with --keystore or CIVITAS_KEYSTORE (`civitas key new FILE` makes one), or a private key in CIVITAS_KEY";

/**
 * @param file The keystore, if it was named.
 * @throws CommandError if there is no key, or the password is wrong.
 */
export async function readKey(
  terminal: Terminal,
  file: string | undefined,
  provider: Provider | null,
): Promise<Wallet> {
  const { env } = terminal;
  const keystore = file ?? env["CIVITAS_KEYSTORE"];
  const key = env["CIVITAS_KEY"];
  if (keystore === undefined) {
    if (key === undefined) throw new CommandError(`this is signed, and there is no key: ${WHERE}`);
    try {
      return new FreeWallet(key, provider);
    } catch {
      throw new CommandError("CIVITAS_KEY is no private key: 64 hexadecimal digits after 0x");
    }
  }
  return new FreeWallet(await openKeystore(terminal, keystore), provider);
}

/** The secret that a keystore keeps: 32 bytes. @throws CommandError if the password is wrong, or the file is no keystore. */
export async function openKeystore(terminal: Terminal, file: string): Promise<string> {
  const json = readText(mustBeNoKey(file, "a keystore file"), "the keystore");
  const password = await passwordOf(terminal, `Password of ${file}: `);
  try {
    return (await Wallet.fromEncryptedJson(json, password)).privateKey;
  } catch (cause) {
    const reason = /password/i.test(String(cause)) ? "the password is wrong" : "it is no keystore of version 3";
    throw new CommandError(`${file} cannot be opened: ${reason}`, { cause });
  }
}

/** From CIVITAS_PASSWORD_FILE, CIVITAS_PASSWORD, or who sits there. */
export async function passwordOf(terminal: Terminal, question: string): Promise<string> {
  const { env, interactive } = terminal;
  const file = env["CIVITAS_PASSWORD_FILE"];
  if (file !== undefined) return readText(file, "the password file").replace(/\r?\n$/, "");
  const password = env["CIVITAS_PASSWORD"];
  if (password !== undefined) return password;
  if (interactive) return terminal.askSecret(question);
  throw new CommandError(
    "there is no password: set CIVITAS_PASSWORD_FILE or CIVITAS_PASSWORD, or type it at a terminal",
  );
}
