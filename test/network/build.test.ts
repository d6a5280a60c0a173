import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { built } from "../../scripts/network/build.js";
import { clique } from "../../scripts/network/clique.js";
import { edge } from "../../scripts/network/edge.js";
import { type Engine, NetworkError } from "../../scripts/network/engine.js";
import { kaia } from "../../scripts/network/kaia.js";
import { failureOf } from "./place.js";

/** Says a version, and writes a file where the option -o wants one, unless it is told to fail. */
const GO = `#!/bin/sh
echo "$@" >> "$FAKE_GO/calls"
[ "$1" = version ] && echo "go version go$(cat "$FAKE_GO/version") plan9/mips" && exit 0
[ -e "$FAKE_GO/broken" ] && echo "no space left on device" && exit 2
while [ "$1" != -o ]; do shift; done
echo program > "$2"
`;

describe("building an engine", () => {
  let folder: string;
  let root: string;
  const path = process.env["PATH"];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "civitas-build-"));
    root = join(folder, "networks");
    mkdirSync(join(folder, "path"));
    writeFileSync(join(folder, "path", "go"), GO);
    chmodSync(join(folder, "path", "go"), 0o755);
    writeFileSync(join(folder, "version"), "1.26.8");
    process.env["PATH"] = `${join(folder, "path")}:/usr/bin:/bin`;
    process.env["FAKE_GO"] = folder;
  });
  afterEach(() => {
    process.env["PATH"] = path;
    delete process.env["FAKE_GO"];
    rmSync(folder, { recursive: true });
  });
  const build = async (engine: Engine) => built(engine, root, () => undefined);
  const calls = () =>
    readFileSync(join(folder, "calls"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("build"));

  it("says how to get Go, where it is missing", async () => {
    process.env["PATH"] = folder;
    const error = await failureOf(build(kaia));
    expect(error).to.be.instanceOf(NetworkError);
    expect(error.message).to.equal(
      "Go is not on the path, and the engines are built with it: install Go 1.22 or newer (https://go.dev/dl), open a new terminal, and type the same again",
    );
  });

  it("says how to get a newer Go", async () => {
    writeFileSync(join(folder, "version"), "1.19.2");
    expect((await failureOf(build(kaia))).message).to.match(/^this is Go 1\.19, .* install Go 1\.22 or newer/);
  });

  it("happens once", async () => {
    const first = await build(kaia);
    expect(readdirSync(first).sort()).to.deep.equal(["homi", "kaia"]);
    expect(calls()).to.have.length(2);
    expect(await build(kaia)).to.equal(first);
    expect(calls()).to.have.length(2);
  });

  it("needs no Go, where it happened", async () => {
    const first = await build(edge);
    process.env["PATH"] = folder;
    expect(await build(edge)).to.equal(first);
  });

  it("leaves nothing that could be taken for a program, where it fails", async () => {
    writeFileSync(join(folder, "broken"), "");
    expect((await failureOf(build(clique))).message).to.match(
      /^go build ended with status 2:\nno space left on device$/,
    );
    rmSync(join(folder, "broken"));
    const made = await build(clique);
    expect(readdirSync(join(root, "bin"))).to.deep.equal([made.split("/").at(-1)]);
  });

  for (const engine of [kaia, edge, clique]) {
    it(`of ${engine.name} takes a version of its module that does not change`, () => {
      const module = join("scripts/network/engines", engine.name);
      expect(readFileSync(join(module, "go.mod"), "utf8")).to.match(/ v\d+\.\d+\.\d+/);
      expect(existsSync(join(module, "go.sum"))).to.equal(true);
    });
  }
});
