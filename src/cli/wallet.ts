/** The wallet of one-time keys with which a company holds its documents: its seed is a secret like a key, and kept like one. */
import { isHexString } from "ethers";

import { InvoiceWallet } from "../invoice/wallet.js";
import { CommandError } from "./fault.js";
import { openKeystore } from "./key.js";
import type { Terminal } from "./terminal.js";

export const WALLET_HELP =
  "keystore of the seed of the company's wallet; or CIVITAS_WALLET, or the seed in CIVITAS_WALLET_SEED";

/** @param file The keystore, if it was named. @throws CommandError if there is no seed, or it cannot be opened. */
export async function readWallet(terminal: Terminal, file: string | undefined): Promise<InvoiceWallet> {
  const { env } = terminal;
  const keystore = file ?? env["CIVITAS_WALLET"];
  if (keystore !== undefined) return InvoiceWallet.fromSeed(await openKeystore(terminal, keystore));
  const seed = env["CIVITAS_WALLET_SEED"];
  if (seed === undefined) {
    throw new CommandError(
      "who holds the document signs this, and there is no wallet: give the keystore of its seed with --wallet or CIVITAS_WALLET " +
        "(`civitas key new FILE` makes one), or the seed in CIVITAS_WALLET_SEED",
    );
  }
  if (!isHexString(seed, 32)) throw new CommandError("CIVITAS_WALLET_SEED is no seed: 64 hexadecimal digits after 0x");
  return InvoiceWallet.fromSeed(seed);
}
