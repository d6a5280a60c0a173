import { expect } from "chai";
import { id as hashOf } from "ethers";
import fc from "fast-check";

import { IdTree } from "../../../src/common/batch-tree.js";
import {
  MAX_PAYROLL_ROWS,
  MAX_WAGE,
  type PayrollHeader,
  payrollId,
  type PayrollRow,
  PayrollTree,
  rowKey,
  rowLeaf,
} from "../../../src/escrow/rows.js";
import { wageNetwork } from "../../../src/escrow/payroll.js";
import { PayrollRegistry__factory } from "../../../typechain/index.js";
import { word } from "../../identity/world.js";
import { cities, loadFixture } from "../../world.js";

/** Rows as a payroll may have them, of random amounts up to the highest. */
function rowsOf(count: number, seed: number): PayrollRow[] {
  let worker = 0;
  const random = (n: number) => BigInt(hashOf(`${seed} ${n}`));
  return Array.from({ length: count }, (_, i) => {
    worker += 1 + Number(random(2 * i) % 7n);
    return { worker, amount: 1n + (random(2 * i + 1) % MAX_WAGE) };
  });
}

describe("rows of a payroll", () => {
  it("have the contract's root and sum, for 0 to 40 rows and some larger payrolls", async () => {
    const { payrolls } = await loadFixture(cities);
    expect(await payrolls.rootOf(word(), [])).to.deep.equal([0n, `0x${"0".repeat(64)}`]);
    const counts = [...Array.from({ length: 40 }, (_, i) => i + 1), 63, 64, 65, 127, 200, 255, 257, 499, 500];
    for (const count of counts) {
      const payroll = word();
      const rows = rowsOf(count, count);
      const tree = new PayrollTree(payroll, rows);
      expect(await payrolls.rootOf(payroll, rows), `${count} rows`).to.deep.equal([tree.total, tree.root]);
    }
  });

  it("are proven each, and none at another place, of another payroll or with another amount", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 130 }), fc.nat(), (count, seed) => {
        const payroll = hashOf(`payroll ${seed}`);
        const tree = new PayrollTree(payroll, rowsOf(count, seed));
        const position = seed % count;
        const row = tree.proven(position);
        const climb = (leaf: string) => row.proof.reduce((node, sibling) => IdTree.of([node, sibling]).root, leaf);
        expect(climb(rowLeaf(payroll, position, row))).to.equal(tree.root);
        expect(climb(rowLeaf(payroll, position + 1, row))).not.to.equal(tree.root);
        expect(climb(rowLeaf(hashOf("another"), position, row))).not.to.equal(tree.root);
        expect(climb(rowLeaf(payroll, position, { ...row, amount: row.amount + 1n }))).not.to.equal(tree.root);
        expect(climb(rowLeaf(payroll, position, { ...row, worker: row.worker + 1 }))).not.to.equal(tree.root);
      }),
      { numRuns: 100 },
    );
  });

  it("are of a payroll whose id, and of keys, that the contract computes alike", async () => {
    const { workers, payrolls, directory } = await loadFixture(cities);
    const { chainId } = await directory.runner!.provider!.getNetwork();
    const header: PayrollHeader = { project: word(), employer: 5, period: 202_611, serial: 3, predecessor: word() };
    const network = await wageNetwork({ chainId, workers, payrolls });
    const id = payrollId(network, header);
    expect(await payrolls.idOf(header)).to.equal(id);
    for (const change of [{ serial: 4 }, { employer: 4 }, { period: 202_612 }, { predecessor: word() }]) {
      expect(payrollId(network, { ...header, ...change })).not.to.equal(id);
    }
    expect(payrollId({ ...network, chainId: "1" }, header)).not.to.equal(id);
    expect(payrollId({ ...network, payrolls: network.workers }, header)).not.to.equal(id);
    expect(payrollId({ ...network, workers: network.payrolls }, header)).to.equal(id);
    for (const position of [0, 1, 499]) expect(await payrolls.rowKeyOf(id, position)).to.equal(rowKey(id, position));
  });

  it("have the contract's limits, and are refused where there are none", async () => {
    const { payrolls } = await loadFixture(cities);
    expect(await payrolls.MAX_ROWS()).to.equal(BigInt(MAX_PAYROLL_ROWS));
    expect(await payrolls.MAX_WAGE()).to.equal(MAX_WAGE);
    expect(() => new PayrollTree(word(), [])).to.throw(RangeError);
    expect(() => new PayrollTree(word(), rowsOf(3, 1)).proven(3)).to.throw(RangeError, /from 0 to 2; there is no 3/);
    expect(PayrollRegistry__factory.createInterface().getFunction("rootOf").stateMutability).to.equal("pure");
  });
});
