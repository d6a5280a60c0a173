import { expect } from "chai";
import type { BaseContract } from "ethers";

import { type ProjectEvent, projectHistory } from "../../../src/escrow/history.js";
import type { Contracts } from "../../../src/index.js";
import { wholeLife, type WholeLife } from "../../escrow/whole-life.js";
import { word } from "../../identity/world.js";
import { loadFixture } from "../../world.js";
import { collect } from "../world.js";

interface Lived extends WholeLife {
  contracts: Contracts;
}

describe("the history of a project", () => {
  async function lived(): Promise<Lived> {
    const world = await loadFixture(wholeLife);
    const provider = world.registry.runner!.provider!;
    const { chainId } = await provider.getNetwork();
    return {
      ...world,
      contracts: { ...world, provider, chainId, access: world.manager, cities: world.registry },
    };
  }

  /** Where the logs of a contract are that are of a project, but for those of single payrolls. */
  async function logsOf({ contracts }: Lived, contract: BaseContract, project: string): Promise<string[]> {
    const address = await contract.getAddress();
    const logs = await contracts.provider.getLogs({ address, topics: [null, project], fromBlock: 0 });
    return logs.map((log) => {
      const name = contract.interface.parseLog(log)?.name ?? "none";
      return `${String(log.blockNumber).padStart(8, "0")} ${String(log.index).padStart(4, "0")} ${name}`;
    });
  }

  const placeOf = ({ block, logIndex, type }: ProjectEvent) =>
    `${String(block).padStart(8, "0")} ${String(logIndex).padStart(4, "0")} ${type}`;

  it("is every event of the five contracts, newest first, each once", async () => {
    const world = await loadFixture(lived);
    const { contracts } = world;
    const five = [contracts.projects, contracts.escrow, contracts.milestones, contracts.workers, contracts.wages];
    for (const project of world.lived) {
      const logs: string[] = [];
      for (const contract of five) logs.push(...(await logsOf(world, contract, project)));
      const told = (await collect(projectHistory(contracts, project))).map(placeOf);
      expect(told).to.deep.equal(logs.sort().reverse());
    }
  });

  it("is also of workers, of wages that were fed, and of a payout that was wholly withheld", async () => {
    const world = await loadFixture(lived);
    const { contracts, fedIn, withheldIn } = world;
    const events = await collect(projectHistory(contracts, world.lived[0]));
    const types = events.map(({ type }) => type);
    expect(types).to.include.members(["WorkerEnrolled", "WorkerAccountChanged", "ArrearsDeclared", "ArrearsEnded"]);
    const inBlock = (number: number) => events.filter(({ block }) => block === number).map(({ type }) => type);
    expect(inBlock(fedIn)).to.deep.equal(["WagesFed", "WageShareSplitOff"]);
    expect(inBlock(withheldIn)).to.deep.equal(["WagesFed", "Withheld"]);
    expect(events.at(-1)?.type).to.equal("ProjectOpened");
  });

  it("says how many rows a call paid, and how much", async () => {
    const world = await loadFixture(lived);
    const events = await collect(projectHistory(world.contracts, world.lived[0]));
    const paid = events.filter(({ type }) => type === "WagesPaid");
    expect(paid.map(({ args }) => [args["count"], args["amount"]])).to.deep.equal([[1n, 300_000n]]);
  });

  it("is of no project that there is none of", async () => {
    const { contracts } = await loadFixture(lived);
    const refusal = await collect(projectHistory(contracts, word())).catch((error: unknown) => error);
    expect(contracts.projects.interface.parseError((refusal as { data: string }).data)?.name).to.equal(
      "ProjectUnknown",
    );
  });
});
