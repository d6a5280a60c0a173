import { expect } from "chai";
import { ZeroHash } from "ethers";

import { BANKING, roleOf } from "../../src/index.js";
import { IWageRules__factory, WageRules__factory } from "../../typechain/index.js";
import { LATER } from "../identity/world.js";
import { ethers, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  applicationOf,
  changeAccount,
  declaredBy,
  draftOf,
  filed,
  objection,
  oppose,
  rule,
  send,
  site,
  type Site,
  someAddress,
} from "./wages.js";
import { DAY } from "./world.js";
import { booked, fund } from "./works.js";

describe("WageRules", () => {
  /** The contract called directly, not by WageAccount; the bank may attest in the city. */
  async function direct() {
    const world = await loadFixture(site);
    const { wages, administrator, manager, shijiazhuang, bank } = world;
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, BANKING), bank, 0);
    return { ...world, rules: WageRules__factory.connect(await wages.rules(), administrator) };
  }

  /** What WageAccount says of the project and of a payroll. */
  async function recordsOf({ wages, workers, payrolls, project, month }: Site, payroll: string): Promise<unknown[]> {
    return Promise.all([
      workers.workerCount(project),
      workers.workerOf(project, 1),
      workers.workerOf(project, 5),
      wages.guaranteeOf(project),
      workers.arrearsOf(project),
      payrolls.undecidedOf(project),
      payrolls.payrollOf(payroll),
      wages.rowOf(payroll, 0),
      payrolls.isFiled(project, month, 1),
      wages.booksOf(project),
    ]);
  }

  it("called by itself changes nothing of WageAccount, and knows nothing of it", async () => {
    const world = await loadFixture(direct);
    const { rules, project, labour, bank, company, contractor, hands, before } = world;
    const payroll = await filed(world);
    const { id, proven } = payroll;
    const known = await recordsOf(world, id);
    const refused = async (act: Promise<unknown>, error: string) =>
      expect(act).to.be.revertedWithCustomError(rules, error);

    const { enrolment, employment } = await applicationOf(world, project);
    await refused(rules.connect(labour).enrol(enrolment, employment, []), "SignatureInvalid");
    const [{ own }] = hands;
    await refused(rules.changeAccount(project, 1, someAddress(), LATER, own.signer, "0x"), "WorkerInvalid");
    const { header, rows } = await draftOf(world, [[1, 1n]]);
    await refused(rules.connect(company.operator).file(header, rows, []), "WorkerInvalid");
    await refused(rules.connect(contractor.operator).oppose(id, proven), "PayrollNotReady");
    const signature = await objection(world, own, id, 0);
    await refused(rules.object(id, proven[0], LATER, own.signer, signature), "PayrollNotReady");
    await refused(rules.connect(labour).rule(id, proven[0], 1, []), "PayrollNotReady");
    await refused(rules.admit(id, proven), "PayrollNotReady");
    await expect(rules.lapse(id)).to.be.revert(ethers);
    const signatures = await declaredBy(world, hands, before, 1n);
    await refused(rules.declareArrearsByWorkers(project, before, 1, LATER, signatures), "WorkerInvalid");
    await refused(rules.connect(labour).dismissArrears(project, []), "ArrearsNotReady");
    await refused(rules.endArrears(project), "ArrearsNotReady");
    // What officers say to it is heard by nobody.
    await rules.connect(bank).attestGuarantee(project, 1, LATER);
    await rules.connect(labour).declareArrears(project, before, 1, []);
    expect(await recordsOf(world, id)).to.deep.equal(known);
  });

  it("moves no money, and answers to the same manager and name", async () => {
    const { rules, wages, payrolls, manager } = await loadFixture(direct);
    expect(await rules.manager()).to.equal(await manager.getAddress());
    expect(await wages.manager()).to.equal(await rules.manager());
    const [of, own] = [await rules.eip712Domain(), await wages.eip712Domain()];
    expect([of.name, of.version, of.chainId]).to.deep.equal([own.name, own.version, own.chainId]);
    expect(await rules.MAX_ROWS()).to.equal(await payrolls.MAX_ROWS());
    expect(await rules.RULING_PERIOD()).to.equal(await payrolls.RULING_PERIOD());
  });

  it("has all that WageAccount has it do", async () => {
    const { wages, rules } = await loadFixture(direct);
    let count = 0;
    IWageRules__factory.createInterface().forEachFunction((one) => {
      ++count;
      expect(wages.interface.getFunction(one.name as "file").format()).to.equal(one.format());
      expect(rules.interface.getFunction(one.name as "file").format()).to.equal(one.format());
    });
    expect(count).to.equal(13);
  });

  it("keeps its records where WageAccount does", async () => {
    const world = await loadFixture(direct);
    const { rules, wages, project, bank, labour, before } = world;
    const until = (await time.latest()) + 100 * DAY;
    const contracts = [rules, wages].map((contract) => IWageRules__factory.connect(contract.target as string, bank));
    for (const contract of contracts) {
      await contract.attestGuarantee(project, 77, until);
      await contract.connect(labour).declareArrears(project, before, 1, []);
    }
    const { keccak256, AbiCoder, provider, toQuantity } = ethers;
    let found = 0;
    for (let base = 0; base < 20; ++base) {
      const ledger = BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [project, base])));
      const read = async (slot: bigint) =>
        Promise.all([rules, wages].map(async (contract) => provider.getStorage(contract, toQuantity(ledger + slot))));
      const [guarantee, arrears] = [await read(8n), await read(10n)];
      if (guarantee[1] === ZeroHash) continue;
      ++found;
      expect(guarantee[0]).to.equal(guarantee[1]);
      expect(BigInt(guarantee[0]!) % 2n ** 128n).to.equal(77n);
      expect(arrears[0]).to.equal(arrears[1]);
      expect(arrears[0]).not.to.equal(ZeroHash);
    }
    expect(found).to.equal(1);
  });

  it("reads what WageAccount wrote, and WageAccount what it wrote", async () => {
    const world = await loadFixture(direct);
    const { wages, payrolls, workers, project, contractor, labour, hands, month, seat } = world;
    await fund(world, project, 10_000_000n);
    const payroll = await filed(world);
    const { id, proven } = payroll;
    await oppose(world, payroll, [proven[0]]);
    await time.increaseTo(payroll.filedAt + 5 * DAY);
    await booked(world, payrolls.connect(contractor.operator).approve(id, [])); // status, books, queue and dues, by WageAccount
    await rule(world, payroll, proven[0], 40_000n); // on top of them, by WageRules
    await booked(world, wages.reserve(project, 4));
    await booked(world, wages.pay(id, proven));
    expect(await wages.queueLength(project)).to.deep.equal([2, 2]);
    const { paid, reserved, owed } = await wages.booksOf(project);
    expect([paid, reserved, owed]).to.deep.equal([540_000n, 0n, 0n]);
    await expect(rule(world, payroll, proven[0], 1n)).to.be.revertedWithCustomError(wages, "RowNotReady");
    await time.increase(30 * DAY);
    await workers.connect(labour).declareArrears(project, month, 1, []);
    expect((await workers.arrearsOf(project)).baseline).to.equal(540_000n);
    await changeAccount(world, hands[0], someAddress());
    await send(world, await draftOf(world, [[1, 1n]], { predecessor: id, employer: seat }));
    expect(await payrolls.undecidedOf(project)).to.equal(1);
  });
});
