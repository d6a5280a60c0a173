import { readFileSync } from "node:fs";

import { expect } from "chai";
import { encodeBytes32String, getCreateAddress, id, Interface, type ParamType, ZeroAddress, ZeroHash } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { BINDINGS, type ContractName, PUBLISHED } from "../../rocketh/contracts.js";
import { runSteps } from "../../rocketh/run.js";
import { type DeployedSuite, deploySuite } from "../../rocketh/suite.js";
import {
  ACTS,
  addressesOf,
  contentOf,
  CONTRACTS,
  failureOf,
  newChain,
  newFolder,
  nonceOf,
  recordOf,
  removeFolders,
  watch,
} from "./support.js";

const TRANSACTIONS = ACTS.length;
/** The factory makes these. */
const MADE = CONTRACTS.filter((name) => name !== "SuiteFactory");

describe("deploy/", () => {
  let chain: NetworkConnection;
  let suite: DeployedSuite;
  const records = newFolder();

  before(async () => {
    chain = await newChain();
    suite = await deploySuite(chain, { records });
  });

  after(removeFolders);

  async function addressesByName(): Promise<Record<ContractName, string>> {
    const addresses = await addressesOf(suite);
    return Object.fromEntries(CONTRACTS.map((name, i) => [name, addresses[i]!])) as Record<ContractName, string>;
  }

  describe("the first run", () => {
    it("leaves a suite that is bound together", async () => {
      const { manager, registry, resolver, identities, claims, verifier, consents, directory } = suite;
      const [managerAddress, claimsAddress] = [await manager.getAddress(), await claims.getAddress()];
      expect(await manager.cityRegistry()).to.equal(await registry.getAddress());
      for (const managed of [registry, resolver, identities, claims, consents, directory]) {
        expect(await managed.manager()).to.equal(managerAddress);
      }
      expect(await resolver.registry()).to.equal(await registry.getAddress());
      const { projects, escrow, workers, payrolls, wages, milestones, projectBooks } = suite;
      for (const vault of [escrow, workers, payrolls, wages, milestones, projectBooks]) {
        expect(await vault.projects()).to.equal(await projects.getAddress());
      }
      expect(await projects.escrow()).to.equal(await escrow.getAddress());
      expect(await projects.wages()).to.equal(await wages.getAddress());
      expect(await projects.milestones()).to.equal(await milestones.getAddress());
      expect(await wages.payrolls()).to.equal(await payrolls.getAddress());
      expect(await wages.workers()).to.equal(await workers.getAddress());
      expect(await payrolls.workers()).to.equal(await workers.getAddress());
      expect(await milestones.directory()).to.equal(await directory.getAddress());
      expect(await suite.settlement.name()).to.equal("Settlement Yuan");
      expect(await verifier.claims()).to.equal(claimsAddress);
      expect(await verifier.identities()).to.equal(await identities.getAddress());
      expect(await consents.claims()).to.equal(claimsAddress);
    });

    it("publishes every contract from the block of its deployment", async () => {
      expect(await suite.directory.names(0, 100)).to.deep.equal(PUBLISHED.map(encodeBytes32String));
      const addresses = await addressesByName();
      for (const name of PUBLISHED) {
        const [event] = await suite.factory.queryFilter(suite.factory.filters.Deployed(addresses[name]));
        const entry = await suite.directory.entryOf(encodeBytes32String(name), 1);
        expect(entry.location).to.equal(addresses[name]);
        expect(entry.startBlock).to.equal(event!.blockNumber);
        expect(entry.status).to.equal(1n);
      }
    });

    it("records address, code, arguments and block of every contract", async () => {
      const addresses = await addressesByName();
      for (const name of MADE) {
        const record = recordOf(records, name);
        const [event] = await suite.factory.queryFilter(suite.factory.filters.Deployed(addresses[name]));
        expect(record).to.include({ address: addresses[name], contractName: name });
        expect(record).to.include.all.keys("abi", "bytecode", "argsData", "transaction");
        expect(Number(record.receipt?.blockNumber)).to.equal(event!.blockNumber);
      }
      expect(recordOf(records, "SuiteFactory").address).to.equal(addresses.SuiteFactory);
      expect(Object.keys(contentOf(records))).to.have.length(CONTRACTS.length + 1); // and .chain
    });

    it(`takes ${TRANSACTIONS} transactions, all of the deployer's`, async () => {
      expect(await nonceOf(chain)).to.equal(TRANSACTIONS);
      expect(await suite.administrator.getNonce()).to.equal(0);
    });

    it("takes as many as docs/deployment.md says", () => {
      const page = readFileSync("docs/deployment.md", "utf8");
      expect(page).to.contain(`it completes: ${TRANSACTIONS} transactions in all`);
      expect(page).to.contain(`1. all ${NUMBERS[CONTRACTS.length]} contracts are at`);
      expect(page).to.contain(`with an entry for each of the ${NUMBERS[PUBLISHED.length]} before it`);
    });
  });

  describe("the second run", () => {
    it("sends nothing and changes no record", async () => {
      const before = contentOf(records);
      const provider = watch(chain.provider);
      await runSteps(chain, { records, provider });
      expect(provider.sent).to.equal(0);
      expect(contentOf(records)).to.deep.equal(before);
    });

    it("sends nothing on a machine without the records, and makes the same ones again", async () => {
      const elsewhere = newFolder();
      const provider = watch(chain.provider);
      await runSteps(chain, { records: elsewhere, provider });
      expect(provider.sent).to.equal(0);
      expect(addressesAndBlocks(elsewhere)).to.deep.equal(addressesAndBlocks(records));
    });

    it("finds the suite without any records, as tests do", async () => {
      const again = await deploySuite(chain);
      expect(await again.directory.getAddress()).to.equal(await suite.directory.getAddress());
      expect(await nonceOf(chain)).to.equal(TRANSACTIONS);
    });
  });

  it("puts the same suite at the same addresses on another chain", async () => {
    const other = await deploySuite(await newChain());
    expect(await addressesOf(other)).to.deep.equal(await addressesOf(suite));
  });

  it("finds the factory behind other transactions of the deployer's", async () => {
    const busy = await newChain();
    const [deployer, other] = await busy.ethers.getSigners();
    for (let i = 0; i < 55; i++) await deployer!.sendTransaction({ to: other! }); // more than are asked for at once
    const first = await deploySuite(busy);
    expect(await first.factory.getAddress()).to.equal(getCreateAddress({ from: deployer!.address, nonce: 55 }));
    const again = await deploySuite(busy);
    expect(await again.factory.getAddress()).to.equal(await first.factory.getAddress());
    expect(await nonceOf(busy)).to.equal(55 + TRANSACTIONS);
  });

  it("deploys a suite apart under another salt, with the same factory", async () => {
    const shared = await newChain();
    const one = await deploySuite(shared);
    const two = await deploySuite(shared, { salt: id("two") });
    expect(await two.factory.getAddress()).to.equal(await one.factory.getAddress());
    expect(await addressesOf(two)).not.to.include.any.members((await addressesOf(one)).slice(1));
    expect(await nonceOf(shared)).to.equal(2 * TRANSACTIONS - 1);
  });

  it("runs the steps asked for, after those they depend on", async () => {
    const partly = await newChain();
    const env = await runSteps(partly, { tags: ["city"] });
    expect(Object.keys(env.deployments)).to.deep.equal([
      "SuiteFactory",
      "CityAccessManager",
      "CityRegistry",
      "CityResolver",
    ]);
  });

  it("says what it does", async () => {
    const lines: string[] = [];
    await runSteps(await newChain(), { log: (line) => lines.push(line) });
    const verified = lines.filter((line) => line.startsWith("verified: "));
    const acts = lines.filter((line) => !verified.includes(line));
    expect(acts.map((line) => line.replace(/: 0x[0-9a-f]{64}, block \d+$/, ""))).to.deep.equal(ACTS);
    expect(acts[0]).to.match(/^deploy SuiteFactory: 0x[0-9a-f]{64}, block 1$/);
    expect(verified).to.include(`verified: the deployer ${suite.deployer.address} holds no role`);
  });

  it("refuses one account for both, before it sends anything", async () => {
    const [one] = await chain.ethers.getSigners();
    const provider = watch({
      request: (request) =>
        request.method === "eth_accounts"
          ? Promise.resolve([one!.address, one!.address])
          : chain.provider.request(request),
    });
    expect((await failureOf(runSteps(chain, { provider }))).message).to.contain("must be two accounts");
    expect(provider.sent).to.equal(0);
  });

  describe("the deployer, after the hand-over", () => {
    it("holds no role", async () => {
      const { manager, deployer, administrator } = suite;
      expect((await manager.hasRole(0, deployer)).isMember).to.equal(false);
      expect(await manager.memberCount(0)).to.equal(1n);
      expect((await manager.membersOf(0, 0, 10))[0]!.account).to.equal(administrator.address);
    });

    it("is refused every function of the network's own", async () => {
      const { manager, registry, directory, deployer } = suite;
      const target = await registry.getAddress();
      const byManager = manager.connect(deployer);
      for (const act of [
        () => byManager.grantRole.staticCall(0, deployer, 0),
        () => byManager.bindCityRegistry.staticCall(target),
        () => byManager.setTargetClosed.staticCall(target, true),
        () => byManager.setTargetFunctionRole.staticCall(target, ["0x00000000"], 0),
        () => byManager.setRoleGuardian.staticCall(0, 0),
        () => byManager.setGrantDelay.staticCall(0, 0),
        () => byManager.setTargetAdminDelay.staticCall(target, 0),
        () => byManager.updateAuthority.staticCall(target, deployer),
        () => byManager.labelRole.staticCall(1, "mine"),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(manager, "AccessManagerUnauthorizedAccount");
      }
      for (const act of [
        () => registry.connect(deployer).admitCountry.staticCall(ZeroHash, "Mine", 0, deployer, 0),
        () => directory.connect(deployer).publish.staticCall(encodeBytes32String("Mine"), target, 0),
        () => directory.connect(deployer).setStatus.staticCall(encodeBytes32String("CityRegistry"), 1, 3),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(directory, "AccessManagedUnauthorized");
      }
    });

    it("gets from every function of the suite what a stranger gets", async () => {
      const { deployer, others } = suite;
      let functions = 0;
      for (const name of MADE) {
        const abi = new Interface(BINDINGS[name].abi);
        const to = recordOf(records, name).address;
        for (const fragment of abi.fragments) {
          if (fragment.type !== "function" || !("stateMutability" in fragment)) continue;
          if (fragment.stateMutability !== "nonpayable") continue;
          functions++;
          const data = abi.encodeFunctionData(fragment.format(), fragment.inputs.map(zeroOf));
          const answerTo = async (from: string) => {
            const answer = await chain.ethers.provider.call({ from, to, data }).catch((error: unknown) => error);
            const text = typeof answer === "string" ? answer : ((answer as { data?: string }).data ?? String(answer));
            return text.toLowerCase().replaceAll(from.slice(2).toLowerCase(), "<caller>");
          };
          expect(await answerTo(deployer.address), fragment.format()).to.equal(await answerTo(others[0]!.address));
        }
      }
      expect(functions).to.be.greaterThan(70);
    });
  });
});

const NUMBERS = [
  "none",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
  "twenty",
  "twenty-one",
  "twenty-two",
];

function addressesAndBlocks(folder: string) {
  return CONTRACTS.map((name) => ({
    name,
    address: recordOf(folder, name).address,
    block: name === "SuiteFactory" ? undefined : recordOf(folder, name).receipt?.blockNumber,
  }));
}

function zeroOf(type: ParamType): unknown {
  if (type.isArray()) return Array.from({ length: Math.max(type.arrayLength, 0) }, () => zeroOf(type.arrayChildren));
  if (type.baseType === "tuple") return type.components!.map(zeroOf);
  if (type.type === "address") return ZeroAddress;
  if (type.type === "bool") return false;
  if (type.type === "string") return "";
  if (type.type === "bytes") return "0x";
  if (type.type.startsWith("bytes")) return `0x${"00".repeat(Number(type.type.slice(5)))}`;
  return 0;
}
