/** Engines are built from their Go modules, once: what was built from the same module file is not built again. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import type { Engine } from "./engine.js";
import { ROOT } from "./folder.js";
import { run } from "./process.js";

/** Something that the person who runs it can mend. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
}

const NO_GO =
  "Go is not on the path, and the engines are built with it; install Go 1.22 or newer (https://go.dev/dl), open a new terminal, and type the same";

/** Builds the engine's commands, if they are not there. @returns the folder that they are in. */
export async function built(engine: Engine, say: (line: string) => void): Promise<string> {
  const module = join("scripts/network/engines", engine.name);
  const version = createHash("sha256")
    .update(readFileSync(join(module, "go.sum")))
    .digest("hex")
    .slice(0, 12);
  const folder = resolve(ROOT, "bin", `${engine.name}-${version}`);
  if (engine.packages.every((one) => existsSync(join(folder, basename(one))))) return folder;
  await run({ file: "go", args: ["version"] }).catch(() => {
    throw new NetworkError(NO_GO);
  });
  say(`building ${engine.title}: some minutes, once`);
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  const args = ["build", ...(engine.ldflags === undefined ? [] : [`-ldflags=${engine.ldflags}`]), "-o", `${draft}/`];
  await run(
    { file: "go", args: [...args, ...engine.packages] },
    { cwd: module, env: { GOFLAGS: "-buildvcs=false -mod=mod" } },
  );
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  return folder;
}
