/** The package as `npm pack` makes it, and how large it is. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";

/** What is kept in docs/package-size.json. Sizes in bytes. */
export interface PackageSize {
  files: number;
  /** Of the tarball. */
  packed: number;
  unpacked: number;
  /** Unpacked, by folder; what lies at the top by the file's name. */
  parts: Record<string, number>;
}

export interface Tarball {
  path: string;
  /** Paths in the package. */
  files: string[];
  size: PackageSize;
}

interface NpmPack {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/** Builds what is packed. */
export function buildClient(): void {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", "scripts/build-client.ts"], { stdio: "inherit" });
  if (status !== 0) throw new Error("the client does not compile, for the reasons above");
}

/** Packs what was built into a folder. */
export function pack(folder: string): Tarball {
  const args = ["pack", "--json", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", args, { encoding: "utf8" })) as NpmPack[];
  if (packed === undefined) throw new Error("npm packed nothing");
  const files = packed.files.map(({ path }) => path);
  return { path: join(folder, packed.filename), files, size: sizeOf(packed) };
}

/** How much a size may differ from the one on record. Compression differs with the machine, and README and CHANGELOG are in it. */
const TOLERANCE = 0.01;

/** In what a package is not as large as it was on record; nothing if it is. The number of files is compared exactly. */
export function differences(now: PackageSize, recorded: PackageSize): string[] {
  const faults: string[] = [];
  if (now.files !== recorded.files) faults.push(`the package has ${now.files} files, not ${recorded.files}`);
  for (const what of ["packed", "unpacked"] as const) {
    if (Math.abs(now[what] - recorded[what]) <= TOLERANCE * recorded[what]) continue;
    faults.push(`the package has ${now[what]} bytes ${what}, not about ${recorded[what]}`);
  }
  return faults;
}

function sizeOf({ size, unpackedSize, files }: NpmPack): PackageSize {
  const parts: Record<string, number> = {};
  for (const { path, size } of files) {
    const part = path.startsWith("dist/") ? path.split("/").slice(0, 2).join("/") : (path.split("/")[0] ?? path);
    parts[part] = (parts[part] ?? 0) + size;
  }
  return { files: files.length, packed: size, unpacked: unpackedSize, parts };
}
