import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative } from "node:path";
import { pathToFileURL } from "node:url";

import { expect } from "chai";
import { Contract, ContractFactory } from "ethers";
import { network } from "hardhat";
import ts from "typescript";

import { actIn, issueUnder, roleOf } from "../../src/index.js";
import { inspected, schoolBudget, siteOffice } from "../client/escrow/world.js";
import { makeWorld } from "../client/world.js";
import { mint, newCompany } from "../escrow/world.js";
import { CHINA, cities, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";

type Act = (...args: unknown[]) => Promise<unknown>;

/** The examples in a language on a page, of which there are so many. */
function examplesIn(page: string, language: string, count: number): string[] {
  const examples = [
    ...readFileSync(page, "utf8").matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm")),
  ];
  expect(examples.length, `examples in ${page}`).to.equal(count);
  return examples.map(([, example]) => example ?? "");
}

describe("the README", function () {
  this.timeout(120_000);
  const NODE = "http://127.0.0.1:8545";
  const DIRECTORY = "0x0000000000000000000000000000000000000000";

  it("resolves a city in ten lines, and asks for an invoice and for projects in few more, typed, which do what they say", async () => {
    const [example = "", invoice = "", projects = ""] = examplesIn("README.md", "ts", 3);
    expect(invoice.trim().split("\n").filter(Boolean).length).to.be.at.most(3);
    expect(projects.trim().split("\n").filter(Boolean).length).to.be.at.most(6);
    expect(example.trim().split("\n").filter(Boolean).length).to.be.at.most(10);
    for (const text of [NODE, DIRECTORY, `"civitas"`]) expect(example.split(text).length, text).to.equal(2);

    mkdirSync("cache", { recursive: true });
    const folder = mkdtempSync("cache/readme-");
    const server = await network.createServer("node", "127.0.0.1", 0);
    const { port } = await server.listen();
    const url = `http://127.0.0.1:${port}`;
    try {
      const world = await makeWorld(await network.create({ network: "localnode", override: { url } }));
      const client = posix.join(relative(folder, "."), "src/index.js"); // the package itself is tried in test/package
      const file = join(folder, "example.ts");
      const directory = await world.directory.getAddress();
      const filledIn = `${example}${invoice}${projects}`
        .replace(NODE, url)
        .replace(DIRECTORY, directory)
        .replaceAll(`"civitas"`, `"${client}"`);
      writeFileSync(file, filledIn);
      expect(faultsOf(file)).to.deep.equal([]);
      expect(await outputOf(file)).to.equal(
        `MA.156.1301 is 石家庄市, city ${world.ids.shijiazhuang}, active\nit was 娄底地区; its code is MA.156.4313-KU today\n` +
          "The number 26447000000000100001 was never used; do not accept a document that has it\n0 projects\n",
      );
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the page on the client in a service", function () {
  this.timeout(120_000);

  it("has examples that are typed", () => {
    const folder = mkdtempSync("cache/client-");
    try {
      const client = posix.join(relative(folder, "."), "src/index.js");
      const files = examplesIn("docs/client.md", "ts", 2).map((example, i) => {
        const file = join(folder, `example-${i}.ts`);
        writeFileSync(file, example.replaceAll(`"civitas"`, `"${client}"`));
        return file;
      });
      expect(faultsOf(...files)).to.deep.equal([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the pages on project money", function () {
  this.timeout(240_000);

  it("open, share, fund, dispute, settle, pay and tell a school in functions that are typed and do what they say", async () => {
    const folder = mkdtempSync("cache/pages-");
    const lines: string[] = [];
    try {
      const file = (page: string) => join(folder, `${page}.ts`);
      const client = posix.join(relative(folder, "."), "src/index.js");
      for (const page of ["project", "milestone", "escrow"]) {
        const [example = ""] = examplesIn(`docs/${page}.md`, "ts", 1);
        writeFileSync(file(page), example.replace(`"civitas"`, `"${client}"`));
      }
      expect(faultsOf(...["project", "milestone", "escrow"].map(file))).to.deep.equal([]);
      const load = async (page: string) =>
        (await import(pathToFileURL(file(page)).href)) as Record<string, (...args: unknown[]) => Promise<unknown>>;
      const [
        { openSchool, shareFoundation },
        { structure, settleStructure },
        { fundSchool, payContractor, tellBooks },
      ] = [await load("project"), await load("milestone"), await load("escrow")];
      const world = await loadFixture(siteOffice);
      const { contracts, stranger, owner, contractor, supervisor, arbiter, escrow } = world;
      await mint(world, owner.operator, 1_200_000_000n);
      await mint(world, contractor.operator, 36_000_000n);
      const keys = { owner: owner.key, contractor: contractor.key, supervisor: supervisor.key };
      const site = await schoolBudget(world);
      const project = (await openSchool!(contracts, stranger, site, keys)) as string;
      const company = await newCompany(world);
      const part = { id: company.id, account: company.account.address, key: company.key };
      expect(await shareFoundation!(contracts, stranger, project, part, contractor.key)).to.equal(4);
      await fundSchool!(contracts, project, owner.operator, contractor.operator);
      expect(await escrow.availableOf(project)).to.equal(960_000_000n);

      const [asContractor, asSupervisor] = [contractor, supervisor].map((one) =>
        actIn(contracts, one.operator, project),
      );
      const content = "0x".padEnd(66, "1");
      await asContractor!.request(0, { document: await inspected(world, project, 0), content });
      await asSupervisor!.approve(0);
      await time.increase(5 * 86_400 + 1);
      const log = console.log;
      console.log = (line: string) => lines.push(line);
      try {
        const payment = await payContractor!(contracts, project, stranger, 0);
        expect((await contracts.payments.stateOf(payment as string)).left).to.equal(174_600_000n);
        const by = {
          ...{ owner: owner.operator, contractor: contractor.operator, supervisor: supervisor.operator },
          arbiter: arbiter.operator,
        };
        await structure!(contracts, project, by, await inspected(world, project, 1));
        await time.increase(5 * 86_400 + 1);
        await settleStructure!(contracts, project, stranger);
        await tellBooks!(contracts, project);
      } finally {
        console.log = log;
      }
      const [paid, status, table, ...faults] = lines;
      expect([paid, status, ...faults]).to.deep.equal([`1746000.00 to ${contractor.account.address}`, "Settled"]);
      expect(table).to.match(/works: nobody has a claim on it +3300000\.00/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the page on architecture", () => {
  it("shows how a registry uses the guard: it compiles, and behaves as it says", async () => {
    const { manager, registry, china, hebei, shijiazhuang, officer, stranger } = await loadFixture(cities);
    const { abi, bytecode } = compile(
      "contracts/notice/NoticeRegistry.sol",
      examplesIn("docs/architecture.md", "solidity", 1)[0] ?? "",
    );
    const deployed = await new ContractFactory(abi, bytecode, stranger).deploy(manager);
    const notices = new Contract(await deployed.getAddress(), abi, stranger);
    const by = (who: typeof officer) => notices.connect(who) as unknown as Record<"post" | "hide" | "remove", Act>;
    const [first, second] = ["0x".padEnd(66, "1"), "0x".padEnd(66, "2")];

    const ISSUE = issueUnder(7);
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, ISSUE), officer, 0);
    await manager.connect(hebei).grantRole(roleOf(HEBEI, ISSUE), hebei, 0);
    await expect(by(stranger).post(SHIJIAZHUANG, first)).to.be.revertedWithCustomError(manager, "CityUnauthorized");
    await by(officer).post(SHIJIAZHUANG, first);
    await expect(by(officer).post(SHIJIAZHUANG, first)).to.be.revertedWithCustomError(notices, "NoticeKnown");
    await expect(by(hebei).remove(first, [HEBEI])).to.be.revertedWithCustomError(notices, "NoStanding");
    await expect(by(officer).hide(second)).to.be.revertedWithCustomError(notices, "NoticeUnknown");

    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await manager.setTargetClosed(notices, true);
    await expect(by(officer).post(SHIJIAZHUANG, second)).to.be.revertedWithCustomError(manager, "CityNotActive");
    await by(officer).hide(first);
    await expect(by(stranger).hide(first)).to.be.revertedWithCustomError(notices, "NoStanding");
    await expect(by(china).remove(first, [CHINA])).to.be.revertedWithCustomError(notices, "NoStanding");
    await by(hebei).remove(first, [HEBEI]);
  });
});

/** What the compiler has to say of TypeScript files, under the project's own settings. */
function faultsOf(...files: string[]): string[] {
  const { config } = ts.readConfigFile("tsconfig.json", (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: files }, ts.sys, ".");
  const program = ts.createProgram(files, options);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** What a process that runs the file prints. */
async function outputOf(file: string): Promise<string> {
  const child = spawn(process.execPath, ["--import", "tsx", file], { stdio: ["ignore", "pipe", "inherit"] });
  const output = child.stdout.setEncoding("utf8").toArray();
  const [status] = (await once(child, "close")) as [number | null];
  expect(status).to.equal(0);
  return (await output).join("");
}

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  contracts: Record<string, Record<string, { abi: []; evm: { bytecode: { object: string } } }>>;
}

/** Compile one source that imports the project's contracts. Warnings are errors. */
function compile(source: string, content: string): { abi: []; bytecode: string } {
  const solc = createRequire(import.meta.url)("solc") as {
    compile(input: string, options: { import: (path: string) => { contents: string } | { error: string } }): string;
  };
  const settings = { evmVersion: "berlin", outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } } };
  const read = (path: string) => {
    const file = existsSync(path) ? path : join("node_modules", path);
    return existsSync(file) ? { contents: readFileSync(file, "utf8") } : { error: `${path} is not there` };
  };
  const input = { language: "Solidity", sources: { [source]: { content } }, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as Output;
  expect((output.errors ?? []).map(({ formattedMessage }) => formattedMessage)).to.deep.equal([]);
  const [made] = Object.values(output.contracts[source] ?? {});
  expect(made, `a contract in ${dirname(source)}`).not.to.equal(undefined);
  return { abi: made!.abi, bytecode: made!.evm.bytecode.object };
}
