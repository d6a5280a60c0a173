import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { network } from "hardhat";

import { formatSignedCode } from "../../src/index.js";
import { makeWorld, type World } from "../client/world.js";
import { complaintsOf, node, packagesIn, projectWith, removeFolders } from "../../scripts/pack/installed.js";

describe("the package, installed in an empty project", function () {
  this.timeout(240_000);
  let projects: Record<"ethers" | "viem", string>;
  let server: Awaited<ReturnType<typeof network.createServer>>;
  let world: World;
  let url: string;

  before(async () => {
    const [ethers, viem] = await Promise.all([projectWith("ethers"), projectWith("viem")]);
    projects = { ethers, viem };
    server = await network.createServer("node", "127.0.0.1", 0);
    const { port } = await server.listen();
    url = `http://127.0.0.1:${port}`;
    world = await makeWorld(await network.create({ network: "localnode", override: { url } }));
  });

  after(async () => {
    await server.close();
    removeFolders();
  });

  it("brings no Hardhat, no TypeScript, and no ethers where there is only viem", () => {
    const ours = /^(hardhat|@nomicfoundation\/|rocketh|@rocketh\/|typechain|typescript|tsx|mocha|solc)/;
    for (const project of Object.values(projects)) {
      expect(packagesIn(project).filter((name) => ours.test(name))).to.deep.equal([]);
    }
    expect(packagesIn(projects.ethers)).to.include.members(["civitas", "ethers"]).and.not.include("viem");
    expect(packagesIn(projects.viem)).to.include.members(["civitas", "viem"]).and.not.include("ethers");
  });

  it("compiles strictly with ethers, libraries checked too, as Node and as bundlers resolve", async () => {
    expect(await complaintsOf(projects.ethers)).to.deep.equal(["", ""]);
  });

  it("compiles strictly with viem, libraries checked too, as Node and as bundlers resolve", async () => {
    expect(await complaintsOf(projects.viem)).to.deep.equal(["", ""]);
  });

  it("works with ethers against a node: contracts, events, errors in words", async () => {
    const { accounts, client, directory } = world;
    const signed = formatSignedCode(await client.signCode(accounts.shijiazhuang, "MA.156.1301"));
    const output = await node(["consumer.ts", url, await directory.getAddress(), signed], projects.ethers);
    expect(JSON.parse(output)).to.deep.equal({
      printed: "MA.156.1301-FQ",
      count: Number(await client.cities.cityCount()),
      path: ["石家庄市", "河北省", "中国"],
      controllers: [accounts.shijiazhuang.address],
      events: ["CityAllocated"],
      names: ["石家庄市"],
      wrong: "NoStanding",
      missing: true,
      status: "Valid",
      message: "The number 26447000000000100001 was never used; do not accept a document that has it",
      identity: null,
      did: "invalidDid",
      signer: "0x1a642f0e3c3af545e7acbd38b07251b3990914f1",
      schema: "resident",
      functions: ["function", "function"],
      seat: "the contractor",
      selector: client.cities.interface.getFunction("cityCount").selector,
      errors: true,
    });
  });

  it("works with viem against a node: contracts, events, errors by name", async () => {
    const { client, directory, ids } = world;
    const output = await node(["consumer.ts", url, await directory.getAddress(), `${ids.shijiazhuang}`], projects.viem);
    expect(JSON.parse(output)).to.deep.equal({
      version: 1,
      same: true,
      word: encodeBytes32String("MA.156.1301"),
      count: Number(await client.cities.cityCount()),
      allocated: ["石家庄市"],
      refusal: "NoStanding",
      faulty: Number(ids.hebei), // its parent, who alone may suspend it
    });
  });

  it("has its schemas and ABIs as JSON for whoever asks by name", async () => {
    const names = [
      "civitas/abi/CityRegistry.json",
      "civitas/directory/deployment.schema.json",
      "civitas/identity/schemas/resident.json",
      "civitas/escrow/terms-document.schema.json",
    ];
    const script = `
      const load = async (name) => (await import(name, { with: { type: "json" } })).default;
      const all = await Promise.all(${JSON.stringify(names)}.map(load));
      console.log(JSON.stringify(all.map((json) => json.title ?? json.name ?? json.length)));`;
    const told = JSON.parse(await node(["--input-type=module", "-e", script], projects.viem)) as unknown;
    const { fragments } = world.client.cities.interface;
    expect(told).to.deep.equal([fragments.length, "Deployment of the suite", "Resident", "Terms document"]);
  });
});
