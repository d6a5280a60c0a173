import { expect } from "chai";
import { ZeroHash } from "ethers";

import { domainAt, PAYROLL_TYPES } from "../../src/escrow/typed-data.js";
import { MAX_WAGE, PayrollTree } from "../../src/escrow/rows.js";
import { word } from "../identity/world.js";
import { blockOf, ethers, loadFixture, timeOf } from "../world.js";
import { draftOf, filed, oppose, PayrollStatus, send, site, type Site, supplemented } from "./wages.js";
import { partyOf } from "./works.js";
import { openProject, Seat, subcontract } from "./world.js";

describe("PayrollRegistry: payrolls", () => {
  describe("file", () => {
    it("keeps header, sum and root of all rows", async () => {
      const world = await loadFixture(site);
      const { payrolls, project, seat, company, hands, month } = world;
      const draft = await draftOf(world, [
        [1, 100n],
        [3, 5n],
      ]);
      const { id, header, rows } = draft;
      expect(id).to.equal(await world.digest("payrolls", PAYROLL_TYPES, { ...header }));
      const tree = new PayrollTree(id, [
        { worker: 1, amount: 100n },
        { worker: 3, amount: 5n },
      ]);
      expect(await payrolls.rootOf(id, rows)).to.deep.equal([105n, tree.root]);
      expect(await payrolls.connect(company.operator).file.staticCall(header, rows, [])).to.equal(id);
      const sent = send(world, draft);
      const list = rows.map(({ worker, amount }) => [worker, amount]);
      await expect(sent)
        .to.emit(payrolls, "PayrollFiled")
        .withArgs(id, project, seat, Object.values(header), 105n, tree.root, list, company.operator, 0);
      const { Filed } = PayrollStatus;
      const [filedAt, block] = [await timeOf(sent), await blockOf(sent)];
      expect(await payrolls.payrollOf(id)).to.deep.equal([
        project,
        Filed,
        seat,
        month,
        false,
        false,
        2,
        0,
        filedAt,
        block,
        105,
        0,
        tree.root,
      ]);
      expect(await payrolls.undecidedOf(project)).to.equal(1);
      for (const { worker } of hands) expect(await payrolls.isFiled(project, month, worker)).to.equal(worker !== 2);
      expect(await payrolls.isFiled(project, world.before, 1)).to.equal(false);
    });

    it("has a tree over any number of rows, and none over none", async () => {
      const { payrolls } = await loadFixture(site);
      const payroll = word();
      expect(await payrolls.rootOf(payroll, [])).to.deep.equal([0n, ZeroHash]);
      for (const count of [1, 2, 3, 4, 5, 7, 8, 33]) {
        const rows = Array.from({ length: count }, (_, i) => ({ worker: i + 1, amount: BigInt(i) * 7n + 1n }));
        const tree = new PayrollTree(payroll, rows);
        expect(await payrolls.rootOf(payroll, rows)).to.deep.equal([tree.total, tree.root]);
      }
    });

    it("is the employer's: of nobody else's workers", async () => {
      const world = await loadFixture(site);
      const { payrolls, workers, project, stranger, contractor, owner, company, foreman } = world;
      const other = await subcontract(world, project);
      const draft = await draftOf(world, [[1, 1n]]);
      for (const by of [stranger, contractor.operator, owner.operator, other.company.operator, company.account]) {
        await expect(send(world, draft, by))
          .to.be.revertedWithCustomError(payrolls, "NotAuthorized")
          .withArgs(draft.id, by);
      }
      for (const [worker, by, employer] of [
        [1, other.company, other.seat],
        [1, contractor, Seat.Contractor],
        [foreman.worker, company, world.seat],
        [99, company, world.seat],
      ] as const) {
        await expect(send(world, await draftOf(world, [[worker, 1n]], { employer }), by.operator))
          .to.be.revertedWithCustomError(workers, "WorkerInvalid")
          .withArgs(project, worker);
      }
      await send(
        world,
        await draftOf(world, [[foreman.worker, 1n]], { employer: Seat.Contractor }),
        contractor.operator,
      );
    });

    it("is for a company that employs, in a project there is", async () => {
      const world = await loadFixture(site);
      const { workers, payrolls, projects, project, owner } = world;
      for (const employer of [Seat.Owner, Seat.Supervisor, Seat.Arbiter] as const) {
        const { operator } = partyOf(world, employer);
        for (const worker of [1, 99]) {
          await expect(send(world, await draftOf(world, [[worker, 1n]], { employer }), operator))
            .to.be.revertedWithCustomError(workers, "WorkerInvalid")
            .withArgs(project, worker);
        }
      }
      const none = await draftOf(world, [[1, 1n]], { employer: world.seat + 1 });
      await expect(send(world, none, owner.operator))
        .to.be.revertedWithCustomError(payrolls, "NotAuthorized")
        .withArgs(none.id, owner.operator);
      await expect(send(world, await draftOf(world, [[1, 1n]], { project: word() }))).to.be.revertedWithCustomError(
        projects,
        "ProjectUnknown",
      );
      const { project: other } = await openProject(world);
      const elsewhere = await draftOf(world, [[1, 1n]], { project: other, employer: Seat.Contractor });
      await expect(send(world, elsewhere, world.contractor.operator))
        .to.be.revertedWithCustomError(workers, "WorkerInvalid")
        .withArgs(other, 1);
    });

    it("is not repeated; another chain or contract gives it another id", async () => {
      const world = await loadFixture(site);
      const { payrolls } = world;
      const first = await filed(world);
      await expect(send(world, first)).to.be.revertedWithCustomError(payrolls, "PayrollExists").withArgs(first.id);
      const { chainId } = await ethers.provider.getNetwork();
      const here = ethers.TypedDataEncoder.hash(
        domainAt("payrolls", chainId, await payrolls.getAddress()),
        PAYROLL_TYPES,
        first.header,
      );
      expect(here).to.equal(first.id);
      expect(await payrolls.idOf({ ...first.header, serial: 4_000_000_000 })).not.to.equal(first.id);
    });

    it("has a row at least and 500 at most, workers ascending, none of nothing or too much", async () => {
      const world = await loadFixture(site);
      const { payrolls, workers } = world;
      const many = Array.from({ length: 501 }, (_, i) => [i + 1, 1n] as const);
      const refused = [
        [[], 0],
        [many, 501],
        [[[0, 1n]], 0],
        [[[1, 0n]], 0],
        [[[1, MAX_WAGE + 1n]], 0],
        [
          [
            [1, 1n],
            [1, 1n],
          ],
          1,
        ],
        [
          [
            [1, 1n],
            [3, 1n],
            [2, 1n],
          ],
          2,
        ],
      ] as const;
      for (const [rows, position] of refused) {
        await expect(send(world, await draftOf(world, rows)))
          .to.be.revertedWithCustomError(payrolls, "RowsInvalid")
          .withArgs(position);
      }
      await expect(send(world, await draftOf(world, many.slice(0, 500)))) // as many as there may be, but not workers
        .to.be.revertedWithCustomError(workers, "WorkerInvalid");
      await send(world, await draftOf(world, [[1, MAX_WAGE]]));
    });

    it("has no worker in two payrolls of a month, whoever files", async () => {
      const world = await loadFixture(site);
      const { payrolls, project, month, before, labour } = world;
      await send(world, await draftOf(world, [[2, 1n]]));
      for (const rows of [
        [[2, 1n]],
        [
          [1, 1n],
          [2, 5n],
          [3, 1n],
        ],
      ] as const) {
        await expect(send(world, await draftOf(world, rows)))
          .to.be.revertedWithCustomError(payrolls, "WorkerPaidTwice")
          .withArgs(project, 2, month);
      }
      await filed(world, { period: before }, labour);
      await expect(send(world, await draftOf(world, [[2, 1n]], { period: before })))
        .to.be.revertedWithCustomError(payrolls, "WorkerPaidTwice")
        .withArgs(project, 2, before);
    });

    it("counts workers by 256", async () => {
      const world = await loadFixture(site);
      const { workers, payrolls, project, seat, month } = world;
      // As if 600 were enrolled: three words, of the second one worker.
      const known = await workers.workerOf(project, 1);
      await fakeWorkers(world, [255, 256, 511, 512, 600]);
      expect(await workers.workerOf(project, 600)).to.deep.equal(known);
      const rows = [1, 255, 256, 512, 600].map((worker) => [worker, 1n] as const);
      await send(world, await draftOf(world, rows, { employer: seat }));
      for (const [worker] of rows) expect(await payrolls.isFiled(project, month, worker)).to.equal(true);
      for (const worker of [0, 2, 254, 257, 511, 513, 599, 601]) {
        expect(await payrolls.isFiled(project, month, worker)).to.equal(false);
      }
      await send(world, await draftOf(world, [[511, 1n]]));
      for (const rest of [
        [[511, 1n]],
        [
          [3, 1n],
          [600, 1n],
        ],
      ] as const) {
        await expect(send(world, await draftOf(world, rest))).to.be.revertedWithCustomError(
          payrolls,
          "WorkerPaidTwice",
        );
      }
    });
  });

  describe("PayrollFiled", () => {
    it("names the block of the project's payroll filed before, whoever filed it", async () => {
      const world = await loadFixture(site);
      const { payrolls, project, labour, before } = world;
      expect(await payrolls.filedIn(project)).to.equal(0);
      const drafts = [
        [await draftOf(world, [[1, 1n]]), world.company.operator],
        [await draftOf(world, [[world.foreman.worker, 1n]], { employer: Seat.Contractor }), world.contractor.operator],
        [await draftOf(world, [[2, 1n]], { period: before }), labour],
      ] as const;
      let previous = 0;
      for (const [draft, by] of drafts) {
        const sent = await send(world, draft, by);
        const [event] = await payrolls.queryFilter(payrolls.filters.PayrollFiled(draft.id));
        expect(event!.args.previousBlock).to.equal(previous);
        previous = sent.blockNumber!;
        expect(await payrolls.filedIn(project)).to.equal(previous);
      }
    });

    it("is chained for each project alone, and by filing alone", async () => {
      const world = await loadFixture(site);
      const { payrolls, project } = world;
      const first = await filed(world);
      const block = await payrolls.filedIn(project);
      await oppose(world, first, [first.proven[0]]);
      expect(await payrolls.filedIn(project)).to.equal(block);
      const { project: other } = await openProject(world);
      expect(await payrolls.filedIn(other)).to.equal(0);
    });
  });

  describe("a supplementary payroll", () => {
    it("names one of the same project and month, and has workers again", async () => {
      const world = await loadFixture(site);
      const { payrolls, project } = world;
      const first = await filed(world);
      const second = await supplemented(world, first);
      const third = await supplemented(world, second);
      expect((await payrolls.payrollOf(first.id)).supplementary).to.equal(false);
      expect((await payrolls.payrollOf(third.id)).supplementary).to.equal(true);
      expect(await payrolls.undecidedOf(project)).to.equal(3);
    });

    it("names none of another month, of another project, or that was never filed", async () => {
      const world = await loadFixture(site);
      const { payrolls, contractor } = world;
      const first = await filed(world);
      const { project: other } = await openProject(world);
      const unknown = word();
      for (const [changes, by] of [
        [{ predecessor: unknown }, world.company],
        [{ predecessor: first.id, period: world.before }, world.company],
        [{ predecessor: first.id, project: other, employer: Seat.Contractor }, contractor],
      ] as const) {
        await expect(send(world, await draftOf(world, [[1, 1n]], changes), by.operator))
          .to.be.revertedWithCustomError(payrolls, "PredecessorInvalid")
          .withArgs(changes.predecessor);
      }
    });

    it("may name one of another employer of the project", async () => {
      const world = await loadFixture(site);
      const { payrolls, contractor, foreman } = world;
      const { id: predecessor } = await filed(world);
      const draft = await draftOf(world, [[foreman.worker, 1n]], { employer: Seat.Contractor, predecessor });
      await send(world, draft, contractor.operator);
      expect((await payrolls.payrollOf(draft.id)).supplementary).to.equal(true);
    });

    it("leaves the month open to who was in none", async () => {
      const world = await loadFixture(site);
      const { payrolls, project, month } = world;
      const first = await draftOf(world, [[1, 1n]]);
      await send(world, first);
      await send(world, await draftOf(world, [[2, 1n]], { predecessor: first.id }));
      expect(await payrolls.isFiled(project, month, 2)).to.equal(false);
      await send(world, await draftOf(world, [[2, 1n]]));
    });
  });

  /** Writes worker 1 under other numbers, as if so many more were enrolled. */
  async function fakeWorkers({ workers, project }: Site, numbers: number[]): Promise<void> {
    const address = await workers.getAddress();
    const coder = ethers.AbiCoder.defaultAbiCoder();
    const slotOf = (base: number, worker: number) => {
      const ofProject = ethers.keccak256(coder.encode(["bytes32", "uint256"], [project, base]));
      return BigInt(ethers.keccak256(coder.encode(["uint32", "bytes32"], [worker, ofProject])));
    };
    const read = async (slot: bigint) => ethers.provider.getStorage(address, slot);
    for (let base = 0; base < 20; ++base) {
      if ((await read(slotOf(base, 1) + 1n)) !== (await workers.workerOf(project, 1)).key) continue;
      const words = [await read(slotOf(base, 1)), await read(slotOf(base, 1) + 1n)];
      for (const number of numbers) {
        for (const [i, value] of words.entries()) {
          const slot = ethers.toQuantity(slotOf(base, number) + BigInt(i));
          await ethers.provider.send("hardhat_setStorageAt", [address, slot, value]);
        }
      }
      return;
    }
    throw new Error("no worker found in storage");
  }
});
