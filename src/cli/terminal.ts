/** Where a command reads from and tells what it does. Answers go to standard output, everything else to standard error. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  out(line: string): void;
  err(line: string): void;
  /** Whether a person sits in front of it: a bar moves there, and a password can be asked for. */
  interactive: boolean;
  /** Asks for something that is not shown. */
  askSecret(question: string): Promise<string>;
}

/** That of this process. */
export function processTerminal(): Terminal {
  return {
    env: process.env,
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    askSecret,
  };
}

async function askSecret(question: string): Promise<string> {
  process.stderr.write(question);
  const nothing = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: nothing, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
