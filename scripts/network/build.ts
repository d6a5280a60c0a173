/** Engines are built from their pinned Go modules, once: what was built from the same files is not built again. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { type Engine, NetworkError } from "./engine.js";
import { makeWhole } from "./folder.js";
import { run } from "./process.js";

const MODULES = join(import.meta.dirname, "engines");
const [MAJOR, MINOR] = [1, 22];
const GET_GO = `install Go ${MAJOR}.${MINOR} or newer (https://go.dev/dl), open a new terminal, and type the same again`;

/**
 * Builds an engine's programs, if they are not there.
 * @returns the folder that they are in.
 * @throws NetworkError where Go is missing or too old, or fails.
 */
export async function built(engine: Engine, root: string, say: (line: string) => void): Promise<string> {
  const module = join(MODULES, engine.name);
  const programs = Object.entries(engine.programs);
  const folder = resolve(root, "bin", `${engine.name}-${programs.length === 0 ? "" : versionOf(module)}`);
  if (programs.every(([name]) => existsSync(join(folder, name)))) return folder;
  await checkGo();
  say(`building ${engine.title} from its Go module: some minutes, once`);
  await makeWhole(folder, async (draft) => {
    for (const [name, source] of programs) {
      const ldflags = engine.ldflags === undefined ? [] : [`-ldflags=${engine.ldflags}`];
      const env = { GOFLAGS: "-buildvcs=false -mod=readonly" };
      await run({ file: "go", args: ["build", ...ldflags, "-o", join(draft, name), source] }, { cwd: module, env });
    }
  });
  return folder;
}

function versionOf(module: string): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(module).sort()) hash.update(`${file}\n`).update(readFileSync(join(module, file)));
  return hash.digest("hex").slice(0, 12);
}

async function checkGo(): Promise<void> {
  const said = await run({ file: "go", args: ["version"] }).catch(() => undefined);
  if (said === undefined) {
    throw new NetworkError(`Go is not on the path, and the engines are built with it: ${GET_GO}`);
  }
  const [, major, minor] = (/go(\d+)\.(\d+)/.exec(said) ?? []).map(Number);
  if (major === undefined || minor === undefined) return; // one that was built by hand
  if (major < MAJOR || (major === MAJOR && minor < MINOR)) {
    throw new NetworkError(`this is Go ${major}.${minor}, and the engines need a newer one: ${GET_GO}`);
  }
}
