import { expect } from "chai";
import type { NetworkConnection } from "hardhat/types/network";

import type { Answer } from "../../scripts/preflight/answer.js";
import { probe } from "../../scripts/preflight/probe.js";
import { listen, newChain, serve, type TestNode, type Twist } from "./node.js";

const WAIT = { patience: 500, wait: 50 };

describe("endpoints that are asked before the suite is deployed", () => {
  const open: TestNode[] = [];
  const chains: NetworkConnection[] = [];
  let chain: NetworkConnection;
  let well: TestNode;
  before(async () => {
    chain = await newChain();
    await chain.provider.request({ method: "hardhat_mine", params: ["0x14"] });
    well = await serve(chain);
  });
  after(async () => {
    await well.close();
    await chain.close();
  });
  afterEach(async () => {
    for (const node of open.splice(0)) await node.close();
    for (const other of chains.splice(0)) await other.close();
  });

  /** The answers about the endpoints alone: of one that is well, and of another. */
  async function beside(node: Promise<TestNode>, chainId?: number): Promise<Answer[]> {
    const { url, close } = await node;
    open.push({ url, close });
    return (await probe([well.url, url], { ...WAIT, chainId })).slice(0, 2);
  }
  async function otherChain(chainId = 4242): Promise<NetworkConnection> {
    const other = await newChain({ chainId });
    chains.push(other);
    return other;
  }

  it("agree, where they are of one chain", async () => {
    const [first, second] = await beside(serve(chain));
    expect(first).to.include({ verdict: "ok", what: well.url });
    expect(second?.verdict).to.equal("ok");
    expect(second?.found).to.match(/^block 20, .*, agrees$/);
  });

  for (const [what, answer, found] of [
    ["hangs", () => new Promise(() => undefined), "does not answer within 0.5 s"],
    ["knows no method", () => new Error("method not found"), "method not found"],
    ["has no number for its chain", () => "garbage", "answers eth_chainId with something that is no number"],
    ["has an object for a number", () => ({}), "answers eth_chainId with something that is no number"],
    [
      "has no blocks",
      ({ method }: { method: string }) => (method === "eth_chainId" ? "0x1092" : null),
      "does not know its newest block, or its genesis",
    ],
    [
      "has blocks without a hash",
      ({ method }: { method: string }) => (method === "eth_chainId" ? "0x1092" : { number: "0x1" }),
      "answers eth_getBlockByNumber with a block without a hash",
    ],
  ] as const) {
    it(`are refused alone, where one ${what}`, async () => {
      const [first, second] = await beside(listen(answer));
      expect(first?.verdict).to.equal("ok");
      expect(second).to.include({ verdict: "no", found, change: "mend the node, or leave this endpoint out" });
    });
  }

  for (const [what, write, found] of [
    [
      "a page of HTML",
      (end: (status: number, body: string) => void) => {
        end(200, "<html>hello</html>");
      },
      "answers eth_chainId with something that is not JSON",
    ],
    [
      "a page of an error",
      (end: (status: number, body: string) => void) => {
        end(502, "<html>bad gateway</html>");
      },
      "answers HTTP 502",
    ],
    [
      "JSON of something else",
      (end: (status: number, body: string) => void) => {
        end(200, '{"hello":1}');
      },
      "answers eth_chainId with something that is not JSON-RPC",
    ],
    [
      "null",
      (end: (status: number, body: string) => void) => {
        end(200, "null");
      },
      "answers eth_chainId with something that is not JSON-RPC",
    ],
    [
      "more than anybody reads",
      (end: (status: number, body: string) => void) => {
        end(200, "x".repeat(9_000_000));
      },
      "answers eth_chainId with more than 8 MB",
    ],
  ] as const) {
    it(`are refused alone, where one answers with ${what}`, async () => {
      const twist: Twist = (_, response) => {
        write((status, body) => response.writeHead(status).end(body));
        return "";
      };
      const [first, second] = await beside(serve(chain, twist));
      expect(first?.verdict).to.equal("ok");
      expect(second).to.include({ verdict: "no", found });
    });
  }

  it("are refused, where one breaks off in the middle of an answer", async () => {
    const twist: Twist = (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{");
      setTimeout(() => response.destroy(), 10);
      return "";
    };
    const [, second] = await beside(serve(chain, twist));
    expect(second?.verdict).to.equal("no");
    expect(second?.found).to.match(/^breaks off: /);
  });

  it("are refused, where nobody listens", async () => {
    const gone = await serve(chain);
    await gone.close();
    const [answer] = await probe([gone.url], WAIT);
    expect(answer).to.include({ verdict: "no", found: "nobody listens there" });
  });

  it("are refused, where one lies about its chain id", async () => {
    const twist: Twist = ({ method }) => (method === "eth_chainId" ? "0x1092" : undefined);
    const [, second] = await beside(serve(await otherChain(99), twist));
    expect(second).to.include({ verdict: "no", found: "says it is of chain 4242, and runs contracts as chain 99" });
  });

  it("are refused, where one is of another chain", async () => {
    const [, second] = await beside(serve(await otherChain(99)));
    expect(second).to.include({ verdict: "no", found: "of chain 99, and 4242 is wanted" });
  });

  it("are refused, where one has another genesis under the same chain id", async () => {
    const twist: Twist = async ({ method, params }) =>
      method === "eth_getBlockByNumber" && params[0] === "0x0"
        ? { ...((await chain.provider.request({ method, params })) as object), hash: `0x${"ab".repeat(32)}` }
        : undefined;
    const [, second] = await beside(serve(chain, twist));
    expect(second?.verdict).to.equal("no");
    expect(second?.found).to.equal(`of the same chain id, but with another genesis, 0x${"ab".repeat(32)}`);
  });

  it("are all refused, where none is of the chain that is wanted", async () => {
    const answers = await beside(serve(chain), 5);
    expect(answers.map(({ verdict, found }) => `${verdict} ${found}`)).to.deep.equal(
      Array(2).fill("no of chain 4242, and 5 is wanted"),
    );
  });

  it("are asked for the rest at the first that is of the wanted chain", async () => {
    const other = await serve(await otherChain(99));
    open.push(other);
    const answers = await probe([other.url, well.url], { ...WAIT, chainId: 4242 });
    expect(answers.slice(0, 2).map(({ verdict }) => verdict)).to.deep.equal(["no", "ok"]);
    expect(answers.find(({ what }) => what === "chain")?.found).to.match(/^4242, /);
  });

  /** Its newest block is an older one. */
  const behind =
    (number: string): Twist =>
    ({ method, params }) =>
      method === "eth_getBlockByNumber" && params[0] === "latest"
        ? chain.provider.request({ method, params: [number, false] })
        : undefined;

  it("are refused, where one lags behind", async () => {
    const [, second] = await beside(serve(chain, behind("0x2")));
    expect(second?.verdict).to.equal("no");
    expect(second?.found).to.match(/^18 blocks behind the furthest/);
  });

  it("are refused, where the first lags behind", async () => {
    const late = await serve(chain, behind("0x2"));
    open.push(late);
    const [first, second] = await probe([late.url, well.url], WAIT);
    expect(first?.found).to.match(/^18 blocks behind the furthest/);
    expect(second?.verdict).to.equal("ok");
  });

  it("may be some blocks apart", async () => {
    const [, second] = await beside(serve(chain, behind("0x10")));
    expect(second?.verdict).to.equal("ok");
  });

  it("are refused, where one is still syncing", async () => {
    const twist: Twist = ({ method }) => (method === "eth_syncing" ? { currentBlock: "0x1" } : undefined);
    const [, second] = await beside(serve(chain, twist));
    expect(second?.found).to.match(/still syncing$/);
    expect(second?.verdict).to.equal("no");
  });

  /** Other blocks from a number on. */
  const split =
    (from: number): Twist =>
    async ({ method, params }) => {
      if (method !== "eth_getBlockByNumber") return undefined;
      const block = (await chain.provider.request({ method, params })) as { number: string };
      return Number(block.number) < from ? block : { ...block, hash: `0x${"cd".repeat(32)}` };
    };

  it("are refused, where the chain has split", async () => {
    const [, second] = await beside(serve(chain, split(3)));
    expect(second).to.include({ verdict: "no", change: "the chain has split: see to the validators" });
  });

  it("are to be asked again, where the newest blocks alone differ", async () => {
    const [, second] = await beside(serve(chain, split(18)));
    expect(second?.verdict).to.equal("warn");
  });

  it("are named without what may be secret in their addresses", async () => {
    let authorization: string | undefined;
    const node = await serve(chain, (_, response) => {
      authorization = response.req.headers.authorization;
      return undefined;
    });
    open.push(node);
    const url = node.url.replace("http://", "http://user:secret@");
    const answers = await probe([`${url}/token?key=hidden`, `${url}/other`], WAIT);
    expect(answers.slice(0, 2).map(({ what }) => what)).to.deep.equal([`${node.url} (1)`, `${node.url} (2)`]);
    expect(authorization).to.equal(`Basic ${Buffer.from("user:secret").toString("base64")}`);
    expect(JSON.stringify(answers)).not.to.match(/secret|hidden|token/);
  });
});
