/** `civitas key`: keystores of the keys that act. */
import { writeFileSync } from "node:fs";

import { Command } from "commander";
import { Wallet } from "ethers";

import { CommandError } from "./fault.js";
import { passwordOf, readKey } from "./key.js";
import type { Session } from "./session.js";

const LEAST = 8;

export function keyCommands(session: Session): Command {
  const group = new Command("key").description("make and read the keystores of the keys that act");
  group
    .command("new")
    .description("make a key, and keep it encrypted in a new file that only its owner can read")
    .argument("<file>")
    .action(async (file: string) => {
      const password = await passwordOf(session.terminal, `A password for ${file}: `);
      if (password.length < LEAST) throw new CommandError(`the password is too short: ${LEAST} characters at least`);
      const wallet = Wallet.createRandom();
      const keystore = await wallet.encrypt(password);
      try {
        writeFileSync(file, `${keystore}\n`, { mode: 0o600, flag: "wx" });
      } catch (cause) {
        throw new CommandError(`${file} cannot be made, and nothing was: ${(cause as Error).message}`, { cause });
      }
      session.tell({ address: wallet.address, file }, [`${file} keeps the key of ${wallet.address}`]);
    });
  group
    .command("address")
    .description("open the key that would act, and tell its address")
    .action(async () => {
      const { address } = await readKey(session.terminal, session.keystore, null);
      session.tell({ address }, [address]);
    });
  return group;
}
