import { expect } from "chai";
import { encodeBytes32String, id, ZeroHash } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { PUBLISHED } from "../../rocketh/contracts.js";
import { INVOICING, PAYMENT, REVERSING, roleOf } from "../../src/index.js";
import { type DeployedSuite, deploySuite } from "../../rocketh/suite.js";
import { type Expected, verify, VerificationFailed, verifyBeforeHandover } from "../../rocketh/verify.js";
import { addressesOf, CONTRACTS, failureOf, newChain, watch } from "./support.js";

const REGISTRY = encodeBytes32String("CityRegistry");
/** The code of each contract, the four bindings, the directory, its entries, the administrator, the deployer, three duties, the functions, and that all are open. */
const PROOFS = CONTRACTS.length + 4 + 1 + PUBLISHED.length + 7;

/** Whatever is not as it should be is found, from the chain alone. */
describe("verification", () => {
  let chain: NetworkConnection;
  let suite: DeployedSuite;
  let expected: Expected;
  let untouched: string;

  before(async () => {
    chain = await newChain();
    suite = await deploySuite(chain);
    const { deployer, administrator, directory } = suite;
    expected = {
      deployer: deployer.address,
      administrator: administrator.address,
      salt: ZeroHash,
      directory: await directory.getAddress(),
    };
  });

  beforeEach(async () => {
    untouched = (await chain.provider.request({ method: "evm_snapshot" })) as string;
  });

  afterEach(async () => {
    await chain.provider.request({ method: "evm_revert", params: [untouched] });
  });

  async function faults(changes: Partial<Expected> = {}): Promise<string[]> {
    const error = await failureOf(verify(chain.provider, { ...expected, ...changes }));
    if (!(error instanceof VerificationFailed)) throw error;
    return error.faults;
  }

  it("proves a whole suite, sending nothing and asking for no account", async () => {
    const methods = new Set<string>();
    const provider = watch({
      request: (request) => {
        methods.add(request.method);
        return chain.provider.request(request);
      },
    });
    const proofs = await verify(provider, expected);
    expect(provider.sent).to.equal(0);
    expect([...methods]).not.to.include.members(["eth_accounts", "eth_requestAccounts"]);
    expect(proofs).to.have.length(PROOFS);
    expect(proofs).to.include(`${expected.administrator} administers the network, and nobody else`);
  });

  it("takes addresses in lower case, and no directory", async () => {
    const { deployer, administrator, salt } = expected;
    await verify(chain.provider, {
      deployer: deployer.toLowerCase(),
      administrator: administrator.toLowerCase(),
      salt,
    });
  });

  it("finds another deployer, another salt, another directory", async () => {
    const stranger = suite.others[0]!.address;
    expect(await faults({ deployer: stranger })).to.deep.equal([
      `${stranger} has deployed no SuiteFactory on this chain`,
    ]);
    const missing = await faults({ salt: id("another") });
    expect(missing).to.have.length(CONTRACTS.length - 1); // all but the factory
    for (const fault of missing) expect(fault).to.match(/^\w+: no code at 0x[0-9a-fA-F]{40}$/);
    expect(await faults({ directory: stranger })).to.deep.equal([
      `the directory on record is ${stranger}, not ${expected.directory!}`,
    ]);
  });

  it("finds other code", async () => {
    const addresses = await addressesOf(suite);
    for (const [i, name] of CONTRACTS.entries()) {
      if (name === "SuiteFactory") continue; // it is found by its code
      const address = addresses[i]!;
      const code = await chain.ethers.provider.getCode(address);
      await chain.provider.request({ method: "hardhat_setCode", params: [address, "0x6001"] });
      expect(await faults()).to.deep.equal([`${name}: other code than was compiled at ${address}`]);
      await chain.provider.request({ method: "hardhat_setCode", params: [address, code] });
    }
  });

  it("finds code whose immutables differ from the published ones", async () => {
    const address = await suite.registry.getAddress();
    const code = await chain.ethers.provider.getCode(address);
    const manager = (await suite.manager.getAddress()).slice(2).toLowerCase();
    const forged = code.replaceAll(manager, suite.deployer.address.slice(2).toLowerCase());
    expect(forged).not.to.equal(code);
    await chain.provider.request({ method: "hardhat_setCode", params: [address, forged] });
    const [fault, ...others] = await faults();
    expect(fault).to.match(/^the directory's entry of CityRegistry has code hash 0x\w{64}, not 0x\w{64}$/);
    expect(others).to.deep.equal([]);
  });

  it("finds a manager that is bound to another registry", async () => {
    await overwrite(suite.manager, suite.registry);
    expect(await faults()).to.deep.equal([
      `the manager is bound to ${suite.deployer.address}, not to ${await suite.registry.getAddress()}`,
    ]);
  });

  it("finds projects that are bound to others than our vaults and decisions", async () => {
    const bound = { FundEscrow: suite.escrow, WageAccount: suite.wages, MilestoneRegistry: suite.milestones };
    for (const contract of Object.values(bound)) await overwrite(suite.projects, contract);
    const wanted = Object.entries(bound).map(async ([name, contract]) => {
      const address = await contract.getAddress();
      return `ProjectRegistry is bound to ${suite.deployer.address}, not to ${name} at ${address}`;
    });
    expect(await faults()).to.deep.equal(await Promise.all(wanted));
  });

  it("finds entries that lead elsewhere, were withdrawn, or have other names", async () => {
    const { directory, factory } = suite;
    await directory.setStatus(REGISTRY, 1, 3);
    expect(await faults()).to.deep.equal(["the directory's entry of CityRegistry has status 3, not 1"]);

    await directory.publish(REGISTRY, factory, 0);
    await directory.publish(encodeBytes32String("Mine"), factory, 0);
    const [name, entry] = await faults();
    expect(name).to.equal("the directory has an entry of unknown name Mine");
    expect(entry).to.contain("the directory's entry of CityRegistry is version 2, not 1 and leads to ");
    expect(entry).to.match(/ and has code hash 0x\w{64}, not 0x\w{64} and starts at block 0, not 3$/);
  });

  it("finds a second administrator, another one, and one that acts with a delay", async () => {
    const { manager, administrator, others } = suite;
    const second = others[0]!.address;
    await manager.grantRole(0, second, 0);
    expect(await faults()).to.deep.equal([
      `the network should be administered by ${administrator.address} alone, but is by ${administrator.address}, ${second}`,
    ]);
    await manager.renounceRole(0, administrator);
    expect(await faults()).to.deep.equal([
      `the network should be administered by ${administrator.address} alone, but is by ${second}`,
    ]);
    expect(await verify(chain.provider, { ...expected, administrator: second })).to.have.length(PROOFS);

    await manager.connect(others[0]).grantRole(0, second, 60);
    expect(await faults({ administrator: second })).to.deep.equal([
      `the administrator ${second} acts with a delay of 60 s`,
    ]);
  });

  it("finds a deployer that holds a role, even one that is yet to begin", async () => {
    const { manager, deployer } = suite;
    await manager.setGrantDelay(9, 30 * 86_400);
    await chain.networkHelpers.time.increase(6 * 86_400);
    await manager.grantRole(9, deployer, 0);
    expect((await manager.hasRole(9, deployer)).isMember).to.equal(false);
    expect(await faults()).to.deep.equal([`the deployer ${deployer.address} still holds role 9`]);
    await manager.revokeRole(9, deployer);
    await verify(chain.provider, expected);
  });

  it("finds another that charges quotas or states payments, or one of ours that may not", async () => {
    const { manager, invoices, ledger, escrow, settlement, others } = suite;
    const second = others[0]!.address;
    await manager.grantRole(roleOf(0, INVOICING), second, 0);
    await manager.revokeRole(roleOf(0, REVERSING), ledger);
    await manager.grantRole(roleOf(0, PAYMENT), second, 0);
    const [ours, token] = [await escrow.getAddress(), await settlement.getAddress()];
    const payments = "FundEscrow and SettlementToken alone should be able to state payments in every city, but it is ";
    expect(await faults()).to.deep.equal([
      `InvoiceRegistry alone should be able to charge quotas and take payments, but it is ${await invoices.getAddress()}, ${second}`,
      "InvoiceLedger alone should be able to have documents reversed, but it is nobody",
      `${payments}${ours}, ${token}, ${second}`,
    ]);
    await manager.revokeRole(roleOf(0, PAYMENT), escrow);
    expect((await faults()).at(-1)).to.equal(`${payments}${second}, ${token}`); // as many, but not the same
  });

  it("finds functions of the network's own that answer to others", async () => {
    const { manager, registry } = suite;
    const { selector } = registry.interface.getFunction("admitCountry");
    await manager.setTargetFunctionRole(registry, [selector], 7);
    expect(await faults()).to.deep.equal([
      `functions of the network's own answer to others: ${selector} of ${await registry.getAddress()} to role 7`,
    ]);
    await manager.setTargetFunctionRole(registry, [selector], 0);
    await verify(chain.provider, expected);
  });

  it("finds contracts that are closed for new acts", async () => {
    const { manager, registry, directory } = suite;
    expect(await verify(chain.provider, expected)).to.include("no contract is closed for new acts");
    for (const contract of [registry, directory]) await manager.setTargetClosed(contract, true);
    const closed = [
      "CityRegistry is closed for new acts by the network's administrator",
      "SuiteDirectory is closed for new acts by the network's administrator",
    ];
    expect(await faults()).to.deep.equal(closed);
    const before = await failureOf(verifyBeforeHandover(chain.provider, expected));
    expect(before).to.have.property("faults").that.deep.equals(closed);
  });

  it("before the hand-over, leaves out who administers", async () => {
    const { manager, others } = suite;
    await manager.grantRole(0, others[0]!, 0);
    await verifyBeforeHandover(chain.provider, expected);
    await suite.directory.setStatus(REGISTRY, 1, 3);
    expect((await failureOf(verifyBeforeHandover(chain.provider, expected))).message).to.equal(
      "The deployment is not what it should be:\n  - the directory's entry of CityRegistry has status 3, not 1",
    );
  });

  it("works with nodes that give logs for a few blocks only", async () => {
    await chain.networkHelpers.mine(12_000);
    let pieces = 0;
    const limited = {
      request: (request: { method: string; params?: unknown[] }) => {
        const [filter] = (request.params ?? []) as { fromBlock: string; toBlock: string }[];
        if (request.method === "eth_getLogs" && Number(filter!.toBlock) - Number(filter!.fromBlock) >= 5_000) {
          return Promise.reject(new Error("query exceeds max block range 5000"));
        }
        if (request.method === "eth_getLogs") pieces++;
        return chain.provider.request(request);
      },
    };
    expect(await verify(limited, expected)).to.have.length(PROOFS);
    expect(pieces).to.be.greaterThan(10);
  });

  /** Put the deployer's address where a contract keeps that of another one. */
  async function overwrite(holder: Located, held: Located): Promise<void> {
    const address = await holder.getAddress();
    const wanted = (await held.getAddress()).slice(2).toLowerCase();
    for (let i = 0; i < 20; i++) {
      const slot = `0x${i.toString(16)}`;
      const word = await chain.ethers.provider.getStorage(address, slot);
      if (!word.endsWith(wanted)) continue;
      const forged = word.replace(wanted, suite.deployer.address.slice(2).toLowerCase());
      await chain.provider.request({ method: "hardhat_setStorageAt", params: [address, slot, forged] });
      return;
    }
    throw new Error("it keeps no such address");
  }
});

interface Located {
  getAddress(): Promise<string>;
}
