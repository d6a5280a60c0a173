import { readFileSync } from "node:fs";

import { expect } from "chai";
import { keccak256 } from "ethers";

import { PUBLISHED } from "../../rocketh/contracts.js";
import { shapeCheck } from "../../src/common/shape.js";
import { abis, connect, deploymentOf, encodeName } from "../../src/index.js";
import { CityResolver__factory } from "../../typechain/index.js";
import { deploy, type Deployed, rejection, sharing } from "./world.js";

const RESOLVER = encodeName("CityResolver");
const faultsOf = shapeCheck(
  JSON.parse(readFileSync("src/directory/deployment.schema.json", "utf8")) as object,
  "the deployment",
);
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the document of a deployment", () => {
  const deployed = sharing(deploy);
  let suite: Deployed;
  beforeEach(() => {
    suite = deployed();
  });

  const again = async () => connect({ directory: await suite.directory.getAddress(), runner: suite.provider });

  it("tells the chain, the directory and every contract, with the ABI to call it", async () => {
    const { client, provider, directory } = suite;
    const deployment = await deploymentOf(client);
    expect(deployment.chainId).to.equal(31337);
    expect(deployment.genesisHash).to.equal((await provider.getBlock(0))?.hash);
    expect(deployment.directory).to.deep.equal({
      address: await directory.getAddress(),
      codeHash: keccak256(await provider.getCode(directory)),
      abi: abis.SuiteDirectory,
    });
    expect(deployment.contracts.map(({ name }) => name)).to.deep.equal(PUBLISHED);
    for (const [i, { abi, ...entry }] of deployment.contracts.entries()) {
      expect(entry).to.deep.equal(client.entries[i]);
      expect(abi).to.equal(abis[entry.name as keyof typeof abis]);
    }
  });

  it("has the shape that its schema says", async () => {
    const document = asJson(await deploymentOf(suite.client)) as { contracts: object[] };
    expect(faultsOf(document)).to.deep.equal([]);
    document.contracts[3] = { ...document.contracts[3], address: "0x12", status: "None" };
    expect(faultsOf(document)).to.have.members([
      "contracts[3].address is not written as it must be (^0x[0-9a-fA-F]{40}$)",
      'contracts[3].status is none of ["Current","Superseded","Withdrawn"]',
    ]);
  });

  it("has older versions too, and contracts that this package does not know, without an ABI", async () => {
    const { administrator, manager, registry, directory, resolver } = suite;
    await directory.publish(RESOLVER, await new CityResolver__factory(administrator).deploy(manager, registry), 0);
    await directory.publish(encodeName("NoticeRegistry"), resolver, 0);
    const { contracts } = await deploymentOf(await again());
    const told = contracts.map(({ name, version, status, abi }) => [name, version, status, abi !== undefined]);
    expect(told).to.deep.include.members([
      ["CityResolver", 1, "Superseded", true],
      ["CityResolver", 2, "Current", true],
      ["NoticeRegistry", 1, "Current", false],
    ]);
    expect(told).to.have.length(PUBLISHED.length + 2);
  });

  it("is not written if a version that may still be read has other code, and a withdrawn one may have any", async () => {
    const { administrator, manager, registry, directory, resolver, connection } = suite;
    await directory.publish(RESOLVER, await new CityResolver__factory(administrator).deploy(manager, registry), 0);
    await connection.networkHelpers.setCode(await resolver.getAddress(), "0x6001");
    expect(await rejection(async () => deploymentOf(await again()))).to.match(/the code of CityResolver version 1 at/);
    await directory.setStatus(RESOLVER, 1, 3);
    const { contracts } = await deploymentOf(await again());
    expect(contracts.find(({ name }) => name === "CityResolver")?.status).to.equal("Withdrawn");
  });
});
