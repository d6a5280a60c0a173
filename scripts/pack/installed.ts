/** The package as others get it: packed, and installed with npm in a project of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { buildClient, pack, type Tarball } from "./tarball.js";

let built = false;
let tarball: Tarball | undefined;
let folder: string | undefined;

/** The client, built once for all tests: what "civitas" means in examples/. */
export function build(): void {
  if (!built) buildClient();
  built = true;
}

/** The tarball of it. */
export function packed(): Tarball {
  build();
  tarball ??= pack(newFolder("tarball"));
  return tarball;
}

/** A folder that `removeFolders` removes. */
export function newFolder(name: string): string {
  folder ??= mkdtempSync(join(tmpdir(), "civitas-package-"));
  const made = join(folder, name);
  mkdirSync(made);
  return made;
}

export function removeFolders(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true });
  [folder, tarball] = [undefined, undefined];
}

/** An empty project in which the package is installed beside one library (and the types of Node), and the consumer that is named after the library. */
export async function projectWith(library: "ethers" | "viem"): Promise<string> {
  const { path } = packed();
  const project = newFolder(`with-${library}`);
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const wanted = [path, ...[library, "@types/node"].map((name) => `${name}@${devDependencies[name]}`)];
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", ...wanted], project);
  copyFileSync(`scripts/pack/consumers/${library}.ts`, join(project, "consumer.ts"));
  return project;
}

/** The packages in a project, also those that others brought. */
export function packagesIn(project: string): string[] {
  const folders = globSync("node_modules/**/package.json", { cwd: project });
  const names = folders.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? "");
  return [...new Set(names.filter(Boolean))];
}

/** The two ways in which TypeScript resolves what a package exports, and what tsc says of the consumer under each: nothing, if it is right. */
export async function complaintsOf(project: string): Promise<string[]> {
  const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--target", "es2023", "--lib", "es2023,dom"];
  const ways = [
    ["--module", "nodenext"],
    ["--module", "preserve", "--moduleResolution", "bundler"],
  ];
  const tsc = resolve("node_modules/typescript/bin/tsc");
  return Promise.all(ways.map((way) => node([tsc, ...strict, ...way, "consumer.ts"], project)));
}

/** What a Node prints that runs in a folder. Fails with its complaint. */
export function node(args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return run(process.execPath, args, cwd, env);
}

async function run(program: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const [output, complaint] = [child.stdout, child.stderr].map((stream) => stream.setEncoding("utf8").toArray());
  const [status] = (await once(child, "close")) as [number | null];
  const [said = "", wrong = ""] = [(await output)?.join(""), (await complaint)?.join("")];
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${wrong}${said}`);
  return said;
}
