import { existsSync } from "node:fs";

import { expect } from "chai";
import { getCreateAddress, toQuantity } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { type Receipt, settle, waitForReceipt } from "../../rocketh/chain.js";
import { PUBLISHED } from "../../rocketh/contracts.js";
import { runSteps } from "../../rocketh/run.js";
import {
  CONTRACTS,
  dying,
  failureOf,
  newChain,
  newFolder,
  nonceOf,
  nthOf,
  removeFolders,
  type Transaction,
  watch,
} from "./support.js";

const BINDING = nthOf("bind CityRegistry");

/** The k-th transaction is changed on its way. */
function tampering(chain: NetworkConnection, k: number, change: (transaction: Transaction) => Transaction) {
  return watch(chain.provider, (nth, transaction, send) => send(nth === k ? change(transaction) : transaction));
}

/** Enough to be taken into a block, not enough to leave code. */
function withTooLittleGas(transaction: Transaction): Transaction {
  const bytes = (transaction.data?.length ?? 2) / 2 - 1;
  return { ...transaction, gas: toQuantity(100_000 + 16 * bytes) };
}

describe("a deployment that goes wrong", () => {
  after(removeFolders);

  const faults = [
    {
      title: "reverts",
      change: withTooLittleGas,
      message: (name: string) => new RegExp(`^deploy ${name}: transaction 0x[0-9a-f]{64} reverted in block `),
    },
    {
      title: "leaves nothing",
      change: ({ from }: Transaction) => ({ from, to: from }),
      message: (name: string) => new RegExp(`^${name}: there is no code at 0x[0-9a-fA-F]{40} after its deployment`),
    },
  ];
  for (const { title, change, message } of faults) {
    it(`is not recorded when it ${title}, and done by the next run: each contract in turn`, async () => {
      const chain = await newChain({ throwOnTransactionFailures: false }); // as most nodes do
      const records = newFolder();
      for (const [failed, name] of CONTRACTS.entries()) {
        const before = await nonceOf(chain); // what was done, and what failed
        const nth = nthOf(`deploy ${name}`) + failed - before;
        const error = await failureOf(runSteps(chain, { records, provider: tampering(chain, nth, change) }));
        expect(error.message).to.match(message(name));
        expect(await nonceOf(chain)).to.equal(before + nth);
        expect(existsSync(`${records}/default/${name}.json`), name).to.equal(false);
      }
      await runSteps(chain, { records });
      for (const name of CONTRACTS) expect(existsSync(`${records}/default/${name}.json`), name).to.equal(true);
    }).timeout(600_000);
  }

  it("is not recorded when other code is there", async () => {
    const chain = await newChain();
    const records = newFolder();
    const [deployer] = await chain.ethers.getSigners();
    const address = getCreateAddress({ from: deployer!.address, nonce: 0 });
    const provider = watch(chain.provider, async (nth, transaction, send) => {
      const hash = await send(transaction);
      if (nth === 1) await chain.provider.request({ method: "hardhat_setCode", params: [address, "0x6001"] });
      return hash;
    });
    const error = await failureOf(runSteps(chain, { records, provider }));
    expect(error.message).to.equal(`SuiteFactory: the code at ${address} is not what was compiled`);
    expect(existsSync(`${records}/default/SuiteFactory.json`)).to.equal(false);
  });

  it("tells the contract's own reason", async () => {
    const elsewhere = "0x5FbDB2315678afecb367f032d93F642f64180aa3"; // the factory, bound in the registry's place
    for (const throwOnTransactionFailures of [true, false]) {
      const chain = await newChain({ throwOnTransactionFailures });
      const provider = watch(chain.provider, async (nth, transaction, send) => {
        if (nth !== BINDING) return send(transaction);
        const { nonce: taken, ...again } = transaction;
        expect(taken).to.equal(toQuantity(BINDING - 1));
        await send({ ...transaction, data: (transaction.data ?? "").slice(0, -40) + elsewhere.slice(2) });
        return send({ ...again, gas: "0x7a120" }); // not estimated, so that it is sent
      });
      const error = await failureOf(runSteps(chain, { provider }));
      expect(error.message).to.match(
        throwOnTransactionFailures
          ? /^bind CityRegistry: the transaction was refused: /
          : /^bind CityRegistry: transaction 0x[0-9a-f]{64} reverted in block 5: /,
      );
      expect(error.message).to.match(new RegExp(`: CityRegistryAlreadyBound\\(${elsewhere}\\)$`));
    }
  });

  it("is found before the deployer gives its power away", async () => {
    const chain = await newChain();
    const first = nthOf(`publish ${PUBLISHED[0]}`);
    await failureOf(runSteps(chain, { provider: dying(chain.provider, first, "before") }));
    for (const name of PUBLISHED) {
      const unpublished = await chain.networkHelpers.takeSnapshot();
      const nth = nthOf(`publish ${name}`) - first + 1;
      const provider = tampering(chain, nth, ({ from }) => ({ from, to: from })); // nothing is published
      const error = await failureOf(runSteps(chain, { provider }));
      expect(error.message).to.contain(`the directory's entry of ${name} is missing`);
      if (name === PUBLISHED.at(-1))
        await runSteps(chain); // the deployer still can
      else await unpublished.restore();
    }
  });
});

describe("waiting for a transaction", () => {
  const receipt = { blockHash: "0xb10c", status: "0x1" } as unknown as Receipt;

  it("ends with a clear error", async () => {
    const never = { request: () => Promise.resolve(null) };
    const began = Date.now();
    const error = await failureOf(waitForReceipt(never, "0xabc", "deploy X", 150));
    expect(Date.now() - began).to.be.lessThan(1000);
    expect(error.message).to.equal(
      "deploy X: transaction 0xabc was sent, but not mined within 0.15 s. Run the same command again: it goes on from what the chain has.",
    );
  });

  it("outlives a node that fails for a while", async () => {
    let asked = 0;
    const shaky = {
      request: () => (++asked < 3 ? Promise.reject(new Error("bad gateway")) : Promise.resolve(receipt)),
    };
    expect(await waitForReceipt(shaky, "0xabc", "deploy X", 1000)).to.equal(receipt);
  });

  it("tells what the node said, if it failed to the end", async () => {
    const broken = { request: () => Promise.reject(new Error("bad gateway")) };
    const error = await failureOf(waitForReceipt(broken, "0xabc", "deploy X", 50));
    expect(error.message).to.match(/The node's last error: bad gateway$/);
  });

  it("waits for a receipt to be in a block", async () => {
    const answers = [null, { status: "0x1", blockHash: null }, receipt];
    const node = { request: () => Promise.resolve(answers.shift()) };
    expect(await waitForReceipt(node, "0xabc", "deploy X", 1000)).to.equal(receipt);
  });

  it("gives the nonce when nothing is pending", async () => {
    const pending = ["0x5", "0x7", "0x7", "0x7"]; // mined, pending; mined, pending
    expect(await settle({ request: () => Promise.resolve(pending.shift()) }, "0xd", 1000)).to.equal(7);
  });
});
