import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";
import ts from "typescript";

import { PUBLISHED } from "../../rocketh/contracts.js";
import { abis } from "../../src/index.js";
import { node, packed } from "../../scripts/pack/installed.js";

const IMPORTS = /(?:^\s*(?:import|export)\s[^;"']*from\s*|^\s*import\s*|\bimport\(\s*)["']([^"'\s]+)["']/gm;

interface Manifest {
  exports: Record<string, string | { types: string; default: string }>;
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

/** Generic types of TypeChain that each contract fills in: `any` stands where an argument of theirs may be left out. */
const TYPECHAIN = "dist/typechain/common.d.ts";

describe("what is in the package", function () {
  this.timeout(240_000);
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  let files: string[];

  before(() => {
    files = packed().files;
  });

  it("is the client, the ABIs, the schemas and the contracts, without what only tests use", () => {
    expect(files).to.include.members(["package.json", "README.md", "LICENSE", "CHANGELOG.md", "dist/src/index.js"]);
    for (const name of [...PUBLISHED, "SuiteDirectory"]) expect(files).to.include(`dist/abi/${name}.json`);
    expect(files).to.include("contracts/access/CityManaged.sol");
    const folders = new Set(files.map((file) => file.split("/").slice(0, 2).join("/")));
    const allowed =
      /^(README\.md|LICENSE|CHANGELOG\.md|package\.json|contracts\/[a-z]+|dist\/(abi|generated|src|typechain))$/;
    expect([...folders].filter((name) => !allowed.test(name))).to.deep.equal([]);
    expect(files.filter((file) => /^contracts\/(test|mocks)\/|\.(map|tsbuildinfo|t\.sol)$/.test(file))).to.deep.equal(
      [],
    );
  });

  it("has every file that package.json exports", () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === "string" ? [target] : [target.types, target.default],
    );
    for (const target of targets) {
      const pattern = new RegExp(`^${target.slice(2).replaceAll(".", "\\.").replace("*", "[^/]+")}$`);
      expect(
        files.some((file) => pattern.test(file)),
        target,
      ).to.equal(true);
    }
  });

  it("has the ABIs as the client has them", () => {
    for (const [name, abi] of Object.entries(abis)) {
      expect(JSON.parse(readFileSync(`dist/abi/${name}.json`, "utf8")), name).to.deep.equal(abi);
    }
  });

  it("runs no script where it is installed", () => {
    expect(Object.keys(manifest.scripts)).not.to.include.oneOf(["preinstall", "install", "postinstall"]);
  });

  it("says `any` nowhere in its types, but in TypeChain's own generic ones", () => {
    const found = globSync("dist/**/*.d.ts").filter((file) => saysAny(file, readFileSync(file, "utf8")));
    expect(found).to.deep.equal([TYPECHAIN]);
  });

  it("imports what its package.json names, and of Node only what the command line and a file of keys need", () => {
    const outside = new Set<string>();
    for (const file of globSync("dist/**/*.{js,d.ts}")) {
      for (const [, from = ""] of readFileSync(file, "utf8").matchAll(IMPORTS)) {
        if (from.startsWith("node:")) expect(file, from).to.match(/identity\/tag-file\.js$|\/cli\//);
        else if (!from.startsWith(".")) outside.add(/^(@[^/]+\/)?[^/]+/.exec(from)![0]);
      }
    }
    const { dependencies, peerDependencies } = manifest;
    expect(Object.keys({ ...dependencies, ...peerDependencies })).to.include.members([...outside]);
    expect([...outside]).to.include.members(["ethers", "qrcode", "did-resolver", "stdnum"]);
  });

  it("loads city codes and ABIs without anything else", async () => {
    const load = async (entry: string) => {
      const script = `
        import { registerHooks } from "node:module";
        const urls = [];
        registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
        await import("civitas/${entry}");
        console.log(JSON.stringify(urls.map((url) => url.split("/dist/")[1] ?? url)));`;
      return JSON.parse(await node(["--input-type=module", "-e", script], ".")) as string[];
    };
    const codes = ["code-fault", "code", "gbt2260", "scheme"].map((name) => `src/city/${name}.js`);
    expect(await load("city/code")).to.have.members(codes);
    const modules = Object.keys(abis).map((name) => `generated/abi-modules/${name}.js`);
    expect(await load("abi")).to.have.members(["src/abi.js", ...modules]);
  });
});

/** Whether a file of types says `any`, as a type and not in a comment. */
function saysAny(file: string, text: string): boolean {
  const visit = (at: ts.Node): boolean =>
    at.kind === ts.SyntaxKind.AnyKeyword || (ts.forEachChild(at, (child) => visit(child) || undefined) ?? false);
  return visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
}
