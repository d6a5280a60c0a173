import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect } from "chai";
import { type Eip1193Provider, ZeroHash } from "ethers";

import { recordDeployment } from "../../rocketh/record.js";
import { verify } from "../../rocketh/verify.js";
import { PUBLISHED } from "../../rocketh/contracts.js";
import {
  ADMIN,
  claimStatusOf,
  findIdentity,
  IDENTITY,
  identityById,
  issueUnder,
  PAYMENT,
  quotaAnswer,
  roleOf,
  TAX,
  taxpayerAnswer,
} from "../../src/index.js";
import { chainTime } from "../../src/identity/presence.js";
import deployment from "../../src/testing/deployment.json" with { type: "json" };
import { openTestTown, type TestTown } from "../../src/testing/index.js";
import { newChain } from "../deploy/support.js";
import { rejection } from "./world.js";

describe("civitas/testing", () => {
  let chain: Awaited<ReturnType<typeof newChain>>;
  let town: TestTown;

  before(async () => {
    chain = await newChain();
    town = await openTestTown({ provider: chain.provider as unknown as Eip1193Provider });
  });
  after(async () => {
    await town.close();
    await chain.close();
  });

  /** Who deployed a town: whose transaction made the first block of the directory's network. */
  async function deployerOf({ civitas }: TestTown): Promise<string> {
    const { provider, access } = civitas;
    const logs = await provider.getLogs({ address: await access.getAddress(), fromBlock: 0 });
    return (await provider.getTransaction(logs[0]!.transactionHash))!.from;
  }

  it("deploys what the steps in deploy/ deploy: the same transactions, in the same order", async () => {
    const acts = await recordDeployment(await newChain());
    expect(deployment, "run `npx hardhat run scripts/record-deployment.ts`").to.deep.equal(acts);
  });

  it("passes the verification of deployments: code, bindings, directory, roles, and a deployer without power", async () => {
    const expected = {
      deployer: await deployerOf(town),
      administrator: await town.people.administrator.getAddress(),
      salt: ZeroHash,
      directory: town.directory,
    };
    const proofs = await verify(chain.provider, expected);
    expect(proofs).to.have.length.greaterThan(PUBLISHED.length * 2);
  });

  it("has cities, each with a controller", async () => {
    const { civitas, cities, people } = town;
    const city = await civitas.resolve("MA.156.1301");
    expect(city.path.map(({ name }) => name)).to.deep.equal(["石家庄市", "河北省", "中国"]);
    expect(city.id).to.equal(cities.shijiazhuang);
    expect((await civitas.resolve("MA.156.4301")).id).to.equal(cities.changsha);
    for (const [name, id] of Object.entries(cities) as [keyof typeof cities, bigint][]) {
      expect((await civitas.can(await people[name].getAddress(), id, ADMIN)).allowed, name).to.equal(true);
    }
  });

  it("has officers with roles, and a stranger without", async () => {
    const { civitas, cities, people, schemas } = town;
    for (const [officer, capability] of [
      ["registrar", IDENTITY],
      ["issuer", issueUnder(schemas.resident)],
      ["taxBureau", TAX],
      ["paymentProvider", PAYMENT],
    ] as const) {
      const may = async (name: "stranger" | typeof officer) =>
        (await civitas.access.hasRole(roleOf(cities.shijiazhuang, capability), people[name])).isMember;
      expect([await may(officer), await may("stranger")], officer).to.deep.equal([true, false]);
    }
  });

  it("has a resident, whose claim is good", async () => {
    const { civitas, people, tagService } = town;
    const { identity, claim, wallet } = people.resident;
    const person = { kind: "Natural", number: "130102199002280017" } as const;
    expect(await findIdentity(civitas, tagService, person)).to.equal(identity);
    expect((await identityById(civitas, identity)).status).to.equal("Active");
    expect(await claimStatusOf(civitas, wallet.document(claim))).to.equal("Active");
  });

  it("has a taxpayer with a quota, and an operator who issues for it", async () => {
    const { civitas, people } = town;
    const admission = { person: people.taxpayer.identity, bureau: "tax" } as const;
    expect((await taxpayerAnswer(civitas, admission)).admitted).to.equal(true);
    expect((await quotaAnswer(civitas, admission, "CNY")).left).to.equal(100_000_000n);
  });

  it("lets its people act, without money", async () => {
    const { civitas, cities, people } = town;
    await (await civitas.cities.connect(people.hunan).rename(cities.changsha, "星城")).wait();
    expect((await civitas.city(cities.changsha)).name).to.equal("星城");
    expect(await civitas.provider.getBalance(people.hunan)).to.equal(0n);
  });

  it("lets time pass", async () => {
    const before = await chainTime(town.civitas);
    await town.advance(86_400);
    expect(await chainTime(town.civitas)).to.be.at.least(before + 86_400);
  });

  it("is apart from another town on the same chain", async () => {
    const other = await openTestTown({ provider: chain.provider as unknown as Eip1193Provider });
    expect(other.directory).not.to.equal(town.directory);
    await (await other.civitas.cities.connect(other.people.hebei).rename(other.cities.shijiazhuang, "石门")).wait();
    expect((await town.civitas.city(town.cities.shijiazhuang)).name).to.equal("石家庄市");
    await other.close();
  });

  it("makes a chain of its own where none is given, of the EVM that the contracts are compiled for", async () => {
    const own = await openTestTown();
    expect((await own.civitas.resolve("MA.156.1301")).name).to.equal("石家庄市");
    expect((await own.civitas.provider.getBlock("latest"))!.gasLimit).to.equal(100_000_000n);
    expect((await own.civitas.provider.getBlock("latest"))!.baseFeePerGas, "Berlin has none").to.equal(null);
    await own.close();
    expect(await rejection(() => own.civitas.provider.getBlockNumber())).to.match(/destroyed/);
  });

  it("says what is missing where there is no Hardhat", async () => {
    const script = `
      import { registerHooks } from "node:module";
      registerHooks({
        resolve: (name, context, next) => {
          if (name.startsWith("hardhat/")) throw new Error("Cannot find package 'hardhat'");
          return next(name, context);
        },
      });
      const { openTestTown } = await import("./src/testing/index.ts");
      await openTestTown().catch(({ message }) => console.log(message));`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      script,
    ]);
    expect(stdout).to.match(/`npm install --save-dev hardhat`, or give a provider/);
  });

  it("says so where time does not pass at will", async () => {
    const real: Eip1193Provider = {
      request: ({ method, params }) =>
        method.startsWith("evm_")
          ? Promise.reject(new Error(`the method ${method} does not exist`))
          : chain.provider.request({ method, params: params as unknown[] }),
    };
    const other = await openTestTown({ provider: real });
    expect(await rejection(() => other.advance(1))).to.match(/keeps its own time/);
    await other.close();
  });
});
