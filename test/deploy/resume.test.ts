import { readdirSync, rmSync, truncateSync } from "node:fs";

import { expect } from "chai";
import type { NetworkConnection } from "hardhat/types/network";

import type { Provider } from "../../rocketh/chain.js";
import { runSteps } from "../../rocketh/run.js";
import { deploySuite } from "../../rocketh/suite.js";
import {
  ACTS,
  addressesOf,
  contentOf,
  CONTRACTS,
  dying,
  failureOf,
  Killed,
  newChain,
  newFolder,
  nonceOf,
  nthOf,
  removeFolders,
} from "./support.js";

/** A run that was killed goes on from what the chain has, to the same end. (With SIGKILL after each transaction: commands.test.ts.) */
describe("deploy/, killed", () => {
  let transactions: number;
  let addresses: string[];

  before(async () => {
    const chain = await newChain();
    addresses = await addressesOn(chain);
    transactions = await nonceOf(chain);
    expect(transactions).to.equal(ACTS.length);
  });

  after(removeFolders);

  const cases = [
    { when: "before", lost: false, title: "before a transaction reaches the node" },
    { when: "after", lost: true, title: "after a transaction, and its records lost too" },
  ] as const;
  for (const { when, lost, title } of cases) {
    it(`${title}, at each in turn, goes on to the same end`, async () => {
      const chain = await newChain();
      const records = newFolder();
      for (const [i, act] of ACTS.entries()) {
        const nth = when === "before" && i > 0 ? 2 : 1; // what was held back is sent first
        const error = await failureOf(runSteps(chain, { records, provider: dying(chain.provider, nth, when) }));
        expect(
          causes(error).some((cause) => cause instanceof Killed),
          `${act}: ${error.message}`,
        ).to.equal(true);
        expect(await nonceOf(chain), act).to.equal(when === "after" ? i + 1 : i);
        if (lost) rmSync(records, { recursive: true });
      }
      expect(await addressesOn(chain, records)).to.deep.equal(addresses);
      expect(await nonceOf(chain), "transactions in all").to.equal(transactions);
      expect(Object.keys(contentOf(records))).to.have.length(CONTRACTS.length + 1); // and .chain
    }).timeout(600_000);
  }

  it("while a transaction is pending, waits for it and sends nothing twice", async () => {
    for (const act of ["deploy SuiteFactory", "bind CityRegistry", "deploy ClaimRegistry", "publish CityRegistry"]) {
      const k = nthOf(act);
      const chain = await newChain();
      const provider = pausedFrom(chain, k);
      const stuck = await failureOf(runSteps(chain, { provider, timeout: 100 }));
      expect(stuck.message).to.match(/transaction 0x[0-9a-f]{64} was sent, but not mined within 0\.1 s/);
      expect(stuck.message).to.contain("Run the same command again");

      const impatient = await failureOf(runSteps(chain, { timeout: 100 }));
      expect(impatient.message).to.contain("1 transactions that were not mined within 0.1 s");

      const completion = addressesOn(chain);
      await chain.provider.request({ method: "evm_setAutomine", params: [true] });
      await chain.provider.request({ method: "evm_mine" });
      expect(await completion).to.deep.equal(addresses);
      expect(await nonceOf(chain)).to.equal(transactions);
    }
  });

  it("while it wrote a record, writes it again", async () => {
    const chain = await newChain();
    const records = newFolder();
    await runSteps(chain, { records });
    const whole = contentOf(records);
    truncateSync(`${records}/default/CityRegistry.json`, 1000);
    truncateSync(`${records}/default/SuiteDirectory.json`, 0);
    await runSteps(chain, { records });
    expect(contentOf(records)).to.include(whole);
    expect(readdirSync(`${records}/default`).filter((file) => file.endsWith(".unreadable"))).to.have.length(2);
    expect(await nonceOf(chain)).to.equal(transactions);
  });
});

async function addressesOn(chain: NetworkConnection, records?: string): Promise<string[]> {
  return addressesOf(await deploySuite(chain, { records }));
}

/** The chain stops making blocks as the k-th transaction comes. */
function pausedFrom(chain: NetworkConnection, k: number): Provider {
  let nth = 0;
  return {
    async request(request): Promise<unknown> {
      if (request.method === "eth_sendTransaction" && ++nth === k) {
        await chain.provider.request({ method: "evm_setAutomine", params: [false] });
      }
      return chain.provider.request(request);
    },
  };
}

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}
