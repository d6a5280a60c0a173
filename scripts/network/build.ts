/** Engines are built from their pinned Go modules, once: what was built from the same files is not built again. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { type Engine, NetworkError } from "./engine.js";
import { makeWhole } from "./folder.js";
import { run } from "./process.js";

const MODULES = join(import.meta.dirname, "engines");
const CLOCK = join(MODULES, "clock.go");
const NOW = /func Now\(\) Time \{\n\tsec, nsec, mono := \w+\(\)\n/;
const [MAJOR, MINOR] = [1, 22];
const GET_GO = `install Go ${MAJOR}.${MINOR} or newer (https://go.dev/dl), open a new terminal, and type the same again`;

/**
 * Builds an engine's programs, if they are not there.
 * @param withClock With a `time.Now` that reads a trial clock: see clock.ts.
 * @returns the folder that they are in.
 * @throws NetworkError where Go is missing or too old, or fails.
 */
export async function built(
  engine: Engine,
  root: string,
  say: (line: string) => void,
  withClock = false,
): Promise<string> {
  const module = join(MODULES, engine.name);
  const programs = Object.entries(engine.programs);
  const folder = resolve(root, "bin", `${engine.name}-${programs.length === 0 ? "" : versionOf(module, withClock)}`);
  if (programs.every(([name]) => existsSync(join(folder, name)))) return folder;
  await checkGo();
  say(`building ${engine.title} from its Go module: some minutes, once`);
  await makeWhole(folder, async (draft) => {
    const overlay = withClock && programs.length !== 0 ? [`-overlay=${await overlayIn(draft)}`] : [];
    for (const [name, source] of programs) {
      const ldflags = engine.ldflags === undefined ? [] : [`-ldflags=${engine.ldflags}`];
      const env = { GOFLAGS: "-buildvcs=false -mod=readonly" };
      await run(
        { file: "go", args: ["build", ...overlay, ...ldflags, "-o", join(draft, name), source] },
        { cwd: module, env },
      );
    }
  });
  return folder;
}

/** Go's standard library, with one line more in `time.Now`. */
async function overlayIn(draft: string): Promise<string> {
  const goRoot = (await run({ file: "go", args: ["env", "GOROOT"] })).trim();
  const time = join(goRoot, "src", "time", "time.go");
  const source = readFileSync(time, "utf8");
  const clocked = source.replace(NOW, "$&\tsec, nsec = onTrialClock(sec, nsec)\n");
  if (clocked === source) {
    throw new NetworkError("the clock does not fit into this version of Go; leave --clock out, or take Go 1.26");
  }
  const [ours, overlay] = [join(draft, "time.go"), join(draft, "overlay.json")];
  writeFileSync(ours, clocked);
  const replace = { [time]: ours, [join(goRoot, "src", "time", "trial_clock.go")]: CLOCK };
  writeFileSync(overlay, JSON.stringify({ Replace: replace }));
  return overlay;
}

function versionOf(module: string, withClock: boolean): string {
  const hash = createHash("sha256");
  if (withClock) hash.update(readFileSync(CLOCK));
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
