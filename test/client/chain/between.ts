/** What is between a client and its node: passes all on, but for what a test has it refuse. */
import type { Provider } from "ethers";

import { type Provider as Node, readerOf } from "../../../rocketh/chain.js";

interface Asked {
  method: string;
  params: unknown[];
}

export class Between {
  /** What was asked, and answered or refused. */
  readonly asked: Asked[] = [];
  /** Answers in the node's place; undefined leaves it to the node. */
  instead: (asked: Asked) => unknown = () => undefined;
  readonly provider: Provider;

  constructor(node: Node) {
    this.provider = readerOf({
      request: async ({ method, params = [] }) => {
        if (method === "eth_chainId") return node.request({ method }); // ethers asks once, for itself
        this.asked.push({ method, params });
        const answer: unknown = await this.instead({ method, params });
        return answer === undefined ? node.request({ method, params }) : answer;
      },
    });
  }

  /** The ranges of blocks that logs were asked for, [from, to]. */
  get ranges(): [number, number][] {
    return this.asked.filter(({ method }) => method === "eth_getLogs").map(rangeOf);
  }
}

/** The blocks that an eth_getLogs asks for. */
export function rangeOf({ params }: Asked): [number, number] {
  const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
  return [Number(fromBlock), Number(toBlock)];
}

/** What a node says, as JSON-RPC has it. */
export function nodeError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}
