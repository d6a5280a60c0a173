/** `civitas key`: keystores of the keys that act. */
import { existsSync } from "node:fs";

import { Command } from "commander";
import { Wallet } from "ethers";

import { CommandError } from "./fault.js";
import { passwordOf, readKey } from "./key.js";
import { exampleOf } from "./help.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";
import { writeWhole } from "./whole-file.js";

const LEAST = 8;

export function keyCommands(session: Session): Command {
  const group = new Command("key").description("make and read the keystores of the keys that act");
  group
    .command("new")
    .description("make a key, and keep it encrypted in a new file that only its owner can read")
    .argument("<file>", "the new keystore")
    .addHelpText("after", exampleOf("key new office.json"))
    .action(async (file: string) => {
      mustBeNoKey(file, "a file");
      const password = await passwordOf(session.terminal, `A password for ${file}: `);
      if ((await passwordOf(session.terminal, "The same again: ")) !== password)
        throw new CommandError("these are two passwords; nothing was made");
      if (password.length < LEAST) throw new CommandError(`the password is too short: ${LEAST} characters at least`);
      if (session.dryRun && !existsSync(file)) {
        session.tell({ file, dryRun: true }, [`${file} would keep a new key; nothing was made`]);
        return;
      }
      const wallet = Wallet.createRandom();
      const keystore = await wallet.encrypt(password);
      if (!writeWhole(file, `${keystore}\n`))
        throw new CommandError(`there is a file ${file} already; take another name`);
      session.tell({ address: wallet.address, file }, [`${file} keeps the key of ${wallet.address}`]);
    });
  group
    .command("address")
    .description("open the key that would act, and tell its address")
    .addHelpText("after", exampleOf("key address --keystore office.json"))
    .action(async () => {
      const { address } = await readKey(session.terminal, session.keystore, null);
      session.tell({ address }, [address]);
    });
  return group;
}
