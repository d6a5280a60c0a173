import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { LATER, word } from "../identity/world.js";
import { blockOf, loadFixture, time } from "../world.js";
import {
  applicationOf,
  changeAccount,
  declaredBy,
  enrol,
  enrolled,
  draftOf,
  send,
  site,
  type Site,
  someAddress,
} from "./wages.js";
import { fund } from "./works.js";
import { DAY, openProject } from "./world.js";

interface Entry {
  block: number;
  name: string;
}

/** The events of a project, last first, found as a reader finds them: by block, from the last one back. */
async function historyOf({ workers }: Site, project: string): Promise<Entry[]> {
  const found: Entry[] = [];
  let block = Number(await workers.changedIn(project));
  while (block !== 0) {
    const logs = await workers.runner!.provider!.getLogs({
      ...{ address: await workers.getAddress(), fromBlock: block, toBlock: block },
      topics: [null, project],
    });
    expect(logs).to.have.length(1);
    const event = workers.interface.parseLog(logs[0]!)!;
    found.push({ block, name: event.name });
    block = Number(event.args["previousBlock"]);
  }
  return found;
}

describe("WorkerRegistry: a project's history", () => {
  it("leads from its last event through every other, and through no other project's", async () => {
    const world = await loadFixture(site);
    const { workers, payrolls, project, hands, labour, contractor, before, month } = world;
    const expected = await historyOf(world, project);
    expect(expected.map(({ name }) => name)).to.deep.equal(Array<string>(4).fill("WorkerEnrolled"));
    const { project: other } = await openProject(world);
    const did = async (name: string, sent: Promise<ContractTransactionResponse>) => {
      expected.unshift({ block: await blockOf(sent), name });
      await enrolled(world, other);
    };
    const office = workers.connect(labour);
    const [{ own, tag }, second] = hands;
    await did("WorkerEnrolled", enrol(world, await applicationOf(world, project)));
    await did("WorkerEnrolled", enrol(world, await applicationOf(world, project, { own, enrolment: { tag } })));
    await did("WorkerAccountChanged", changeAccount(world, second, someAddress()));
    await did("ArrearsDeclared", office.declareArrears(project, before, 1, []));
    await did("ArrearsEnded", office.dismissArrears(project, []));
    await time.increase(30 * DAY);
    const signatures = await declaredBy(world, hands, month, 1n);
    await did("ArrearsDeclared", workers.declareArrearsByWorkers(project, month, 1, LATER, signatures));
    await fund(world, project, 10_000_000n);
    const payroll = await draftOf(world, [[second.worker, 1n]]);
    await send(world, payroll);
    await time.increase(3 * DAY);
    await payrolls.connect(contractor.operator).approve(payroll.id, []);
    await did("ArrearsEnded", workers.endArrears(project));
    expect(await historyOf(world, project)).to.deep.equal(expected);
    expect(await historyOf(world, other)).to.have.length(7);
  });

  it("has not begun where nothing happened", async () => {
    const { workers } = await loadFixture(site);
    expect(await workers.changedIn(word())).to.equal(0);
  });
});
