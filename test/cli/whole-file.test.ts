import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { writeWhole } from "../../src/cli/whole-file.js";

describe("a file that is written whole", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "civitas-whole-"))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("goes into nothing that somebody else has laid in its way", () => {
    const [file, theirs] = [join(folder, "key.json"), join(folder, "theirs")];
    writeFileSync(theirs, "");
    symlinkSync(theirs, `${file}.${process.pid}.new`);
    expect(writeWhole(file, "secret")).to.equal(true);
    expect(readFileSync(theirs, "utf8")).to.equal("");
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });

  it("leaves one that is there as it is, and nothing beside it", () => {
    const file = join(folder, "key.json");
    expect([writeWhole(file, "first"), writeWhole(file, "second")]).to.deep.equal([true, false]);
    expect([readFileSync(file, "utf8"), readdirSync(folder)]).to.deep.equal(["first", ["key.json"]]);
  });
});
