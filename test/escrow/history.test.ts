import { expect } from "chai";
import type { BaseContract } from "ethers";

import { loadFixture } from "../world.js";
import { type WholeLife, wholeLife } from "./whole-life.js";

/** A contract whose events of a project lead from one to the one before. */
interface Chained extends BaseContract {
  changedIn(project: string): Promise<bigint>;
}

interface Told {
  name: string;
  block: number;
  previousBlock: number;
}

describe("FundEscrow, WageAccount, WorkerRegistry and MilestoneRegistry: what became of a project", () => {
  const contracts = ({ escrow, wages, workers, milestones }: WholeLife): [string, Chained][] => [
    ["FundEscrow", escrow],
    ["WageAccount", wages],
    ["WorkerRegistry", workers],
    ["MilestoneRegistry", milestones],
  ];

  /** Names of the events that are of a project, and name the block of the one before. */
  function namesOf(contract: BaseContract): string[] {
    const names: string[] = [];
    contract.interface.forEachEvent(({ name, inputs }) => {
      if (inputs[0]?.name === "project" && inputs.at(-1)?.name === "previousBlock") names.push(name);
    });
    return names;
  }

  /** All of them of a project that are on the chain, oldest first. */
  async function toldOf(contract: BaseContract, project: string): Promise<Told[]> {
    const address = await contract.getAddress();
    const topics = [namesOf(contract).map((name) => contract.interface.getEvent(name)!.topicHash), project];
    const logs = await contract.runner!.provider!.getLogs({ address, topics, fromBlock: 0 });
    return logs.map((log) => {
      const { name, args } = contract.interface.parseLog(log)!;
      return { name, block: log.blockNumber, previousBlock: Number(args["previousBlock"]) };
    });
  }

  it("is told by each event with the block of the one before, and by changedIn with that of the last", async () => {
    const world = await loadFixture(wholeLife);
    for (const [name, contract] of contracts(world)) {
      for (const project of world.lived) {
        let before = 0;
        for (const event of await toldOf(contract, project)) {
          expect(event.previousBlock, `${name}.${event.name} in ${event.block}`).to.equal(before);
          before = event.block;
        }
        expect(await contract.changedIn(project), name).to.equal(before);
      }
    }
  });

  it("is all that there is an event for: nothing of it was left out here", async () => {
    const world = await loadFixture(wholeLife);
    for (const [name, contract] of contracts(world)) {
      const told = new Set<string>();
      for (const project of world.lived) for (const event of await toldOf(contract, project)) told.add(event.name);
      expect([...told].sort(), name).to.deep.equal(namesOf(contract).sort());
    }
  });

  it("has wages that were fed by themselves, and a payout that was wholly withheld", async () => {
    const world = await loadFixture(wholeLife);
    const { escrow, wages, lived, fedIn, withheldIn } = world;
    const inBlock = async (contract: BaseContract, block: number) =>
      (await toldOf(contract, lived[0])).filter((event) => event.block === block).map(({ name }) => name);
    expect(await inBlock(escrow, fedIn)).to.deep.equal(["WageShareSplitOff"]);
    expect(await inBlock(wages, fedIn)).to.deep.equal(["WagesFed"]);
    expect(await inBlock(escrow, withheldIn)).to.deep.equal(["Withheld"]);
    expect(await inBlock(wages, withheldIn)).to.deep.equal(["WagesFed"]);
  });
});
