import { expect } from "chai";
import type { EdrNetworkConfigOverride } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";

import type { Answer } from "../../scripts/preflight/answer.js";
import { probe } from "../../scripts/preflight/probe.js";
import { newChain, refused, serve, type TestNode, type Twist } from "./node.js";

const WAIT = { patience: 2_000, wait: 50 };
const ISTANBUL = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";

describe("what a chain is asked before the suite is put on it", () => {
  const open: TestNode[] = [];
  let chain: NetworkConnection;
  before(async () => {
    chain = await newChain();
  });
  afterEach(async () => {
    for (const node of open.splice(0)) await node.close();
  });
  after(async () => {
    await chain.close();
  });

  /** From here on, another chain is asked. */
  async function takeChain(override: EdrNetworkConfigOverride = {}): Promise<void> {
    await chain.close();
    chain = await newChain(override);
  }

  /** The answer to one question, of a node with answers of its own. */
  async function asked(what: string, twist?: Twist, options: { wait?: number } = {}): Promise<Answer | undefined> {
    const node = await serve(chain, twist);
    open.push(node);
    const answers = await probe([node.url], { ...WAIT, ...options });
    return answers.find((answer) => answer.what === what);
  }
  /** Other fields in the answers to `eth_getBlockByNumber`. */
  const blocks =
    (change: (number: string) => object): Twist =>
    async ({ method, params }) => {
      if (method !== "eth_getBlockByNumber") return undefined;
      const block = (await chain.provider.request({ method, params })) as { number: string };
      return { ...block, ...change(block.number) };
    };
  const says =
    (name: string, result: unknown): Twist =>
    ({ method }) =>
      method === name ? result : undefined;

  it("is well answered by a chain of Berlin with free gas", async () => {
    const node = await serve(chain);
    open.push(node);
    const answers = await probe([node.url], { ...WAIT, chainId: 4242 });
    expect(answers.filter(({ verdict }) => verdict === "no")).to.deep.equal([]);
    expect(answers.map(({ what }) => what)).to.deep.equal([
      ...[node.url, "chain", "block gas limit", "EVM", "gas price", "code size", "transaction size"],
      ...["blocks", "clock", "finality", "eth_feeHistory"],
    ]);
  });

  it("changes nothing: no transaction is in the pool, and no block came", async () => {
    await asked("chain");
    expect(await chain.provider.request({ method: "eth_blockNumber" })).to.equal("0x0");
    const [pending, method]: [unknown, string] = [["pending", false], "eth_getBlockByNumber"];
    expect(await chain.provider.request({ method, params: pending as unknown[] }))
      .to.have.property("transactions")
      .with.length(0);
  });

  describe("EVM", () => {
    for (const hardfork of ["istanbul", "berlin", "london", "shanghai", "cancun"]) {
      it(`is found to be ${hardfork}`, async () => {
        await takeChain({ hardfork });
        const { verdict, found } = (await asked("EVM"))!;
        expect(`${verdict} ${found.toLowerCase()}`).to.equal(`ok ${hardfork}`);
      });
    }

    it("older than Istanbul is refused", async () => {
      await takeChain({ hardfork: "petersburg" });
      expect(await asked("EVM")).to.include({ verdict: "no", found: "Constantinople" });
    });

    it("without a fork in between is told so", async () => {
      await takeChain({ hardfork: "cancun" });
      const twist: Twist = ({ method, params }) =>
        method === "eth_call" && (params[0] as { data: string }).data.startsWith("0x5f6")
          ? refused("invalid")
          : undefined;
      expect(await asked("EVM", twist)).to.include({ verdict: "ok", found: "Cancun, without Shanghai" });
    });

    it("that cannot be asked is a thing to know", async () => {
      expect(await asked("EVM", says("eth_call", refused("no")))).to.include({
        verdict: "warn",
        found: "cannot be asked",
      });
    });
  });

  describe("gas price", () => {
    before(async () => {
      await takeChain();
    });

    it("of a base fee is refused", async () => {
      const answer = await asked(
        "gas price",
        blocks(() => ({ baseFeePerGas: "0x7" })),
      );
      expect(answer).to.include({ verdict: "no", found: "the base fee is 7 wei" });
    });

    for (const message of [
      "transaction underpriced",
      "insufficient funds for gas * price + value",
      "invalid unit price",
    ]) {
      it(`is refused where the pool says "${message}"`, async () => {
        const answer = await asked("gas price", says("eth_sendRawTransaction", refused(message)));
        expect(answer).to.include({ verdict: "no", found: `0 is refused: ${message}` });
      });
    }

    it("is refused where an unfunded account's gas cannot be estimated", async () => {
      const answer = await asked("gas price", says("eth_estimateGas", refused("sender has nothing")));
      expect(answer).to.include({ verdict: "no", found: "0 is refused: sender has nothing" });
    });

    it("is a thing to know where the pool does not tell", async () => {
      const twist: Twist = ({ method }) =>
        method === "eth_sendRawTransaction" ? refused("hm") : method === "eth_gasPrice" ? "0x9" : undefined;
      expect(await asked("gas price", twist)).to.include({ verdict: "warn" });
    });
  });

  it("refuses blocks of little gas", async () => {
    const answer = await asked(
      "block gas limit",
      blocks(() => ({ gasLimit: "0x7a1200" })),
    );
    expect(answer).to.include({ verdict: "no", found: "8000000" });
  });

  it("refuses contracts of less than 24,576 bytes", async () => {
    const twist: Twist = ({ method, params }) =>
      method === "eth_call" && (params[0] as { data: string }).data === "0x6160006000f3"
        ? refused("max code size exceeded")
        : undefined;
    expect(await asked("code size", twist)).to.include({ verdict: "no", found: "less than 24576 bytes" });
  });

  it("refuses a pool for small transactions", async () => {
    const twist: Twist = ({ method, params }) =>
      method === "eth_sendRawTransaction" && (params[0] as string).length > 64_000
        ? refused("oversized data")
        : undefined;
    expect(await asked("transaction size", twist)).to.include({ verdict: "no", found: "oversized data" });
  });

  it("refuses a door that lets no large requests through", async () => {
    const twist: Twist = ({ method, params }, response) => {
      if (method !== "eth_sendRawTransaction" || (params[0] as string).length < 64_000) return undefined;
      response.writeHead(413).end("Request Entity Too Large");
      return "";
    };
    expect(await asked("transaction size", twist)).to.include({ verdict: "no", found: "answers HTTP 413" });
  });

  describe("blocks", () => {
    it("that come are told with their rhythm", async () => {
      await chain.provider.request({ method: "hardhat_mine", params: ["0x8", "0x3"] });
      const mining = setInterval(() => void chain.provider.request({ method: "evm_mine" }), 20);
      try {
        const answer = await asked("blocks", undefined, { wait: 20_000 });
        expect(answer?.verdict).to.equal("ok");
        expect(answer?.found).to.match(/^they come, one in [\d.]+ s lately$/);
      } finally {
        clearInterval(mining);
      }
    });

    it("that do not come are a thing to know, where blocks are made for transactions alone", async () => {
      await takeChain();
      expect(await asked("blocks")).to.include({ verdict: "warn" });
    });

    it("that stand still are refused, where empty ones were made", async () => {
      await chain.provider.request({ method: "hardhat_mine", params: ["0x8"] });
      const answer = await asked(
        "blocks",
        blocks((number) => ({ timestamp: `0x${(1_600_000_000 + Number(number)).toString(16)}` })),
      );
      expect(answer?.verdict).to.equal("no");
      expect(answer?.change).to.contain("the chain stands still");
    });
  });

  describe("clock", () => {
    const seconds = (more: number) => `0x${Math.floor(Date.now() / 1000 + more).toString(16)}`;

    it("ahead of this machine is refused", async () => {
      const answer = await asked(
        "clock",
        blocks(() => ({ timestamp: seconds(100) })),
      );
      expect(answer?.verdict).to.equal("no");
      expect(answer?.found).to.match(/^\d+ s ahead of this machine$/);
    });

    it("behind this machine is refused, by a block that just came", async () => {
      let number = 1_000;
      const twist: Twist = (request, response) =>
        request.method === "eth_blockNumber"
          ? `0x${(++number).toString(16)}`
          : request.method === "eth_getBlockByNumber" && Number(request.params[0]) > 0
            ? chain.provider
                .request({ method: "eth_getBlockByNumber", params: ["latest", false] })
                .then((block) => ({ ...(block as object), timestamp: seconds(-100) }))
            : blocks(() => ({ timestamp: seconds(-100) }))(request, response);
      const answer = await asked("clock", twist);
      expect(answer?.verdict).to.equal("no");
      expect(answer?.found).to.match(/^\d+ s behind this machine$/);
    });

    it("that counts milliseconds is refused", async () => {
      const answer = await asked(
        "clock",
        blocks(() => ({ timestamp: seconds(1000 * (Date.now() / 1000)) })),
      );
      expect(answer).to.include({ verdict: "no", found: "it counts milliseconds" });
    });
  });

  describe("finality", () => {
    const four = Array.from({ length: 4 }, (_, i) => `0x${String(i).repeat(40)}`);

    for (const [name, method] of [
      ["QBFT", "qbft_getValidatorsByBlockNumber"],
      ["IBFT 2.0", "ibft_getValidatorsByBlockNumber"],
      ["Istanbul BFT", "istanbul_getValidators"],
    ] as const) {
      it(`of ${name} is at once`, async () => {
        const answer = await asked("finality", says(method, four));
        expect(answer).to.include({ verdict: "ok", found: `${name}; a block is final at once: 1 confirmation` });
      });
    }

    it("goes with how many may fail", async () => {
      const method = "qbft_getValidatorsByBlockNumber";
      expect(await asked("validators", says(method, four))).to.include({
        verdict: "ok",
        found: "4, of which 1 may fail",
      });
      expect(await asked("validators", says(method, four.slice(1)))).to.include({ verdict: "warn" });
    });

    it("of Clique comes when more than half of the signers have built upon a block", async () => {
      const answer = await asked("finality", says("clique_getSigners", [...four, `0x${"5".repeat(40)}`]));
      expect(answer?.verdict).to.equal("warn");
      expect(answer?.found).to.contain("5 signers").and.contain("can be reorganised");
      expect(answer?.change).to.match(/^wait for 3 confirmations/);
    });

    it("of Raft is at once, if nobody lies", async () => {
      expect(await asked("finality", says("raft_role", "minter"))).to.include({ verdict: "warn" });
    });

    it("is known by the blocks of IBFT and QBFT, where no method tells", async () => {
      const answer = await asked(
        "finality",
        blocks(() => ({ mixHash: ISTANBUL })),
      );
      expect(answer?.found).to.match(/^IBFT or QBFT, by its blocks/);
    });

    it("is known of FISCO BCOS by its name", async () => {
      const answer = await asked("finality", says("web3_clientVersion", "FISCO-BCOS-Web3RPC/3.12.0-Release"));
      expect(answer?.found).to.match(/^PBFT/);
    });

    it("is told by the tag, where there is one", async () => {
      await chain.provider.request({ method: "hardhat_mine", params: ["0x8"] });
      const twist: Twist = ({ method, params }) =>
        method === "eth_getBlockByNumber" && params[0] === "finalized"
          ? chain.provider.request({ method, params: ["0x2", false] })
          : undefined;
      const answer = await asked("finality", twist);
      expect(answer?.found).to.match(/^block 2 is final by the node's word, [1-9]\d* behind the newest$/);
    });

    it("that is not known asks for many confirmations", async () => {
      const twist: Twist = ({ method, params }) =>
        method === "eth_getBlockByNumber" && params[0] === "finalized" ? refused("no such tag") : undefined;
      expect(await asked("finality", twist)).to.include({ verdict: "warn", found: "the consensus is not known" });
    });
  });

  it("knows the limit of Kaia that no question shows", async () => {
    const answer = await asked("computation cost", says("web3_clientVersion", "Klaytn/v1.0.3/linux-amd64"));
    expect(answer?.verdict).to.equal("warn");
  });

  it("takes a node without eth_feeHistory", async () => {
    const answer = await asked("eth_feeHistory", says("eth_feeHistory", refused("no such method")));
    expect(answer).to.include({ verdict: "ok", found: "not there; the deployment does without" });
  });
});
