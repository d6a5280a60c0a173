import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { network } from "hardhat";

import { formatSignedCode } from "../../src/index.js";
import { makeWorld } from "./world.js";

const TSC = join(process.cwd(), "node_modules/typescript/bin/tsc");

const IMPORTS = /(?:^\s*(?:import|export)\s[^;"']*from\s*|^\s*import\s*|\bimport\(\s*)["']([^"'\s]+)["']/gm;

const SERVICE = `
import { type City, type CivitasError, connect, decodeError } from "civitas";
import { ADMIN, roleOf } from "civitas/access";
import { history } from "civitas/city";
import { formatCityCode } from "civitas/city/code";
import { DirectoryError } from "civitas/directory";
import { seatInWords } from "civitas/escrow";
import budget from "civitas/escrow/budget.schema.json" with { type: "json" };
import terms from "civitas/escrow/terms-document.schema.json" with { type: "json" };
import { AccountKey, claimId, findIdentity, getResolver, parseDocument, READY_SCHEMAS } from "civitas/identity";
import schema from "civitas/identity/claim-document.schema.json" with { type: "json" };
import { createTagFile, openTagFile } from "civitas/identity/tag-file";
import { JsonRpcProvider } from "ethers";

const [directory, url, signed] = process.argv.slice(2) as [string, string, string];
const client = await connect({ directory, runner: new JsonRpcProvider(url) });
const city: City = await client.resolve(formatCityCode("ma.156.1301"));
const names: string[] = city.path.map(({ name }) => name);
const controllers: string[] = [];
for await (const { account } of client.members(roleOf(city.id, ADMIN))) controllers.push(account);
const events: string[] = [];
for await (const { type } of history(client, city.id)) events.push(type);
const wrong: CivitasError = await client.cities.suspend.staticCall(city.id, 1n).then(() => { throw new Error(); }, decodeError);
const missing = await client.version("CityResolver", 9).catch((error: unknown) => error instanceof DirectoryError);
const { status } = await client.verifySignedCode(signed);
await createTagFile("tags.json");
const person = { kind: "Natural", number: "11010519491231002X" } as const;
const identity: string | null = await findIdentity(client, await openTagFile("tags.json"), person);
const { didResolutionMetadata } = await getResolver(client).civitas("did:civitas:0", { did: "", didUrl: "", method: "", id: "" }, { resolve: () => { throw new Error(); } }, {});
const identities = [
  identity,
  didResolutionMetadata.error,
  new AccountKey(new Uint8Array(32).fill(1)).signer,
  READY_SCHEMAS.resident.name,
  schema.title,
  typeof claimId,
  typeof parseDocument,
  seatInWords(1),
  typeof budget,
  typeof terms,
];
console.log(JSON.stringify({ printed: city.printed, names, controllers, events, wrong: wrong.name, missing, status, identities }));
client.provider.destroy();
`;

describe("the package", function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "civitas-service-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  before(async () => {
    expect(await run([TSC, "-p", "tsconfig.build.json"], process.cwd())).to.equal("");
    mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
    symlinkSync(process.cwd(), join(folder, "node_modules/civitas"));
    for (const name of ["ethers", "@types/node"]) {
      symlinkSync(join(process.cwd(), "node_modules", name), join(folder, "node_modules", name));
    }
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "service.ts"), SERVICE);
  });

  it("is typed, and works in a Node without Hardhat, against a node over HTTP", async () => {
    const options = [
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--types",
      "node",
      "--resolveJsonModule",
    ];
    expect(await run([TSC, ...options, "service.ts"], folder)).to.equal("");

    const server = await network.createServer("node", "127.0.0.1", 0);
    const { port } = await server.listen();
    const url = `http://127.0.0.1:${port}`;
    try {
      const world = await makeWorld(await network.create({ network: "localnode", override: { url } }));
      const { accounts, client } = world;
      const signed = formatSignedCode(await client.signCode(accounts.shijiazhuang, "MA.156.1301"));
      const output = await run(["service.js", await world.directory.getAddress(), url, signed], folder);
      expect(JSON.parse(output)).to.deep.equal({
        printed: "MA.156.1301-FQ",
        names: ["石家庄市", "河北省", "中国"],
        controllers: [accounts.shijiazhuang.address],
        events: ["CityAllocated"],
        wrong: "NoStanding",
        missing: true,
        status: "Valid",
        identities: [
          null,
          "invalidDid",
          "0x1a642f0e3c3af545e7acbd38b07251b3990914f1",
          "resident",
          "Claim document",
          "function",
          "function",
          "the contractor",
          "object",
          "object",
        ],
      });
    } finally {
      await server.close();
    }
  });

  it("imports what its package.json names, of Node only a file of keys, and city codes nothing at all", async () => {
    const outside = new Set<string>();
    for (const file of globSync("dist/**/*.{js,d.ts}")) {
      for (const [, from = ""] of readFileSync(file, "utf8").matchAll(IMPORTS)) {
        if (from.startsWith("node:")) expect(file, from).to.match(/identity\/tag-file\.js$|\/cli\//);
        else if (!from.startsWith(".")) outside.add(/^(@[^/]+\/)?[^/]+/.exec(from)![0]);
      }
    }
    const { dependencies, peerDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
      "dependencies" | "peerDependencies",
      Record<string, string>
    >;
    expect(Object.keys({ ...dependencies, ...peerDependencies })).to.include.members([...outside]);
    expect([...outside]).to.include.members(["ethers", "qrcode", "did-resolver", "stdnum"]);

    const loaded = `
      import { registerHooks } from "node:module";
      const urls = [];
      registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
      const { parseCityCode } = await import("civitas/city/code");
      console.log(JSON.stringify([parseCityCode("MA.156.1301-FQ").code, ...urls.map((url) => url.split("/dist/")[1] ?? url)]));`;
    const [code, ...files] = JSON.parse(await run(["--input-type=module", "-e", loaded], folder)) as string[];
    expect(code).to.equal("MA.156.1301");
    expect(files.sort()).to.deep.equal(
      ["code-fault", "code", "gbt2260", "scheme"].map((name) => `src/city/${name}.js`),
    );
  });
});

/** What a Node of its own prints. Fails with its complaint. */
async function run(args: string[], cwd: string): Promise<string> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const [output, complaint] = [child.stdout, child.stderr].map((stream) => stream.setEncoding("utf8").toArray());
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) {
    throw new Error(
      `node ${args.join(" ")} ended with ${status}: ${(await complaint)?.join("")}${(await output)?.join("")}`,
    );
  }
  return ((await output) ?? []).join("");
}
