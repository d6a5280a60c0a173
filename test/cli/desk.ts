/**
 * The chain of the contracts' tests behind JSON-RPC, for commands as they are typed: in this process, or in one of their own that can be
 * killed. Fixtures of `test/world.ts` stand on it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { serve, type Served } from "../served.js";
import { type Child, start } from "./child.js";
import { runWith, type Told } from "./world.js";

type Env = Record<string, string>;

export interface Desk {
  /** Of files that go when the tests end. */
  folder: string;
  /** Runs `civitas ARGS`. @param directory The world's. */
  civitas: (directory: string, args: readonly string[], env?: Env) => Promise<Told>;
  /** The same in a process of its own, which gets SIGKILL once it has sent so many transactions. */
  inProcess: (directory: string, args: readonly string[], env: Env, options?: ProcessOptions) => Child["ended"];
  /** How many transactions commands have sent since this was last asked. */
  sent: () => number;
}

export interface ProcessOptions {
  killAfter?: number;
  /** No file can grow larger, as on a full disk: in KiB. */
  largest?: number;
}

/** One for all tests of a `describe`. */
export function desk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), "civitas-desk-"));
  let server: Served | undefined;
  let sent = 0;
  let onSent: () => boolean = () => true;

  before(async () => {
    server = await serve(() => {
      sent++;
      return onSent();
    });
  });
  after(() => {
    server?.close();
    rmSync(folder, { recursive: true });
  });

  const networkOf = (directory: string): Env => ({ CIVITAS_RPC_URL: server?.url ?? "", CIVITAS_DIRECTORY: directory });
  return {
    folder,
    civitas: async (directory, args, env = {}) => runWith(args, { ...networkOf(directory), ...env }),
    inProcess: async (directory, args, env, { killAfter = Number.POSITIVE_INFINITY, largest } = {}) => {
      const child = start(args, { ...networkOf(directory), ...env }, largest);
      let left = killAfter;
      onSent = () => {
        if (--left > 0) return true;
        child.process.kill("SIGKILL");
        return false;
      };
      try {
        return await child.ended;
      } finally {
        onSent = () => true;
      }
    },
    sent: () => {
      const [told] = [sent, (sent = 0)];
      return told;
    },
  };
}
