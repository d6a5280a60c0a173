import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { id } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import type { Provider } from "../../rocketh/chain.js";
import { identify } from "../../rocketh/guard.js";
import { runSteps } from "../../rocketh/run.js";
import { contentOf, copyOf, failureOf, newChain, newFolder, removeFolders, watch } from "./support.js";

describe("before deployment", () => {
  let chain: NetworkConnection;
  let records: string;

  before(async () => {
    chain = await newChain();
    records = newFolder();
    await runSteps(chain, { records });
  });

  after(removeFolders);

  /** Runs, expects a refusal, and that neither the chain nor the records were touched. */
  async function refusal(connection: NetworkConnection, folder: string, run = {}): Promise<string> {
    const before = contentOf(folder);
    const provider = watch(connection.provider);
    const error = await failureOf(runSteps(connection, { records: folder, provider, ...run }));
    expect(provider.sent).to.equal(0);
    expect(contentOf(folder)).to.deep.equal(before);
    return error.message;
  }

  describe("the chain", () => {
    it("must have the id that the network is configured with", async () => {
      const wrong = await newChain({ chainId: 4242 });
      const message = await refusal(named(wrong, "consortium", 1337), newFolder());
      expect(message).to.equal('network "consortium" should be chain 1337, but the node answers for chain 4242');
    });

    it("must have the id that its name is known for", async () => {
      const message = await refusal(named(chain, "polygon", undefined), newFolder());
      expect(message).to.equal('network "polygon" should be chain 137, but the node answers for chain 31337');
    });

    it("may have any id where none is expected", async () => {
      const any = await newChain({ chainId: 4242 });
      await runSteps(named(any, "consortium", undefined), { records: newFolder() });
    });

    it("must know its genesis block", async () => {
      const pruned: Provider = {
        request: (request) =>
          request.method === "eth_getBlockByNumber" ? Promise.resolve(null) : chain.provider.request(request),
      };
      expect((await failureOf(identify(pruned))).message).to.equal(
        "the node of chain 31337 does not know its genesis block",
      );
    });
  });

  describe("the records", () => {
    it("must be of the same genesis, even under the same chain id", async () => {
      const other = await newChain({ initialDate: "2001-01-01T00:00:00Z" });
      expect((await identify(other.provider)).id).to.equal((await identify(chain.provider)).id);
      const message = await refusal(other, records);
      expect(message).to.contain(`with genesis ${(await identify(chain.provider)).genesis}`);
      expect(message).to.contain(`with genesis ${(await identify(other.provider)).genesis}. Nothing was touched.`);
    });

    it("must be of the same chain id", async () => {
      const message = await refusal(await newChain({ chainId: 4242 }), records);
      expect(message).to.contain("are of chain 31337");
      expect(message).to.contain("answers for chain 4242");
    });

    it("must say which chain they are of", async () => {
      const { genesis } = await identify(chain.provider);
      const anotherId = JSON.stringify({ chainId: "4242", genesisHash: genesis });
      for (const mark of [undefined, "", "{}", '{"chainId":"31337"}', anotherId]) {
        const folder = copyOf(records);
        rmSync(join(folder, "default", ".chain"));
        if (mark !== undefined) writeFileSync(join(folder, "default", ".chain"), mark);
        expect(await refusal(chain, folder)).to.contain("Nothing was touched.");
      }
    });

    it("survive a node that is swapped after the check", async () => {
      const before = contentOf(records);
      const swapped: Provider = {
        request: (request) =>
          request.method === "eth_getBlockByNumber" && request.params?.[0] === "earliest"
            ? Promise.resolve({ hash: id("another genesis") })
            : chain.provider.request(request),
      };
      await runSteps(chain, { records, provider: swapped });
      expect(contentOf(records)).to.deep.equal(before);
    });

    it("must be of the same deployer, sources and salt", async () => {
      const message = await refusal(chain, records, { salt: id("another") });
      expect(message).to.match(/^CityAccessManager is at 0x[0-9a-fA-F]{40} by the records of default, but 0x/);
      expect(message).to.contain("Nothing was sent.");

      const [, second] = await chain.ethers.getSigners();
      const byAnother: Provider = {
        request: (request) =>
          request.method === "eth_accounts"
            ? Promise.resolve([second!.address, id("somebody").slice(0, 42)])
            : chain.provider.request(request),
      };
      const provider = watch(byAnother);
      expect((await failureOf(runSteps(chain, { records, provider }))).message).to.match(
        /^SuiteFactory is at 0x[0-9a-fA-F]{40} by the records of default, but nowhere by the sources/,
      );
      expect(provider.sent).to.equal(0);
    });

    it("may be an empty folder", async () => {
      const folder = newFolder();
      mkdirSync(join(folder, "default"));
      await runSteps(chain, { records: folder });
      const marks = [folder, records].map((one) => contentOf(one)["default/.chain"]);
      expect(marks[0]).to.equal(marks[1]);
    });
  });
});

/** The same chain under a network of another name and configuration. */
function named(connection: NetworkConnection, networkName: string, chainId: number | undefined): NetworkConnection {
  const { provider, networkConfig, ethers } = connection;
  const config = { ...networkConfig, chainId } as NetworkConnection["networkConfig"];
  return { networkName, networkConfig: config, provider, ethers } as NetworkConnection;
}
