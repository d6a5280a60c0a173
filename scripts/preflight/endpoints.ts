/** Whether endpoints answer, are of one chain, and are at its head. */
import { type Answer, type Block, type Endpoint, get, getBlock, getNumber, messageOf } from "./answer.js";
import { chainIdOfEvm } from "./evm.js";

/** A node may be so many blocks behind the furthest. */
const BEHIND = 5;
/** Deeper than any reorganisation of a chain that is well. */
const DEEP = 12;

/** An endpoint that answered, and which chain it is of. */
export interface Known {
  endpoint: Endpoint;
  client: string;
  chainId: number;
  genesis: string;
  head: Block;
}

/** What is known of a chain that was decided on. */
export interface Compared {
  /** A row for each endpoint, in their order. */
  answers: Answer[];
  /** The first endpoint that may stand for all; undefined if there is none. */
  first: Known | undefined;
}

/** @param expected The chain id that all should have; else that of the first that answers. */
export async function compareEndpoints(endpoints: readonly Endpoint[], expected?: number): Promise<Compared> {
  const found = await Promise.all(endpoints.map(async (endpoint) => identify(endpoint).catch(faultOf)));
  const known = found.filter((one) => typeof one !== "string");
  const first = known.find(({ chainId }) => expected === undefined || chainId === expected);
  const furthest = Math.max(0, ...known.filter((one) => isSame(one, first)).map(({ head }) => head.number));
  const answers = endpoints.map(async (endpoint, i): Promise<Answer> => {
    const what = nameOf(endpoint, endpoints);
    const one = found[i];
    if (one === undefined || typeof one === "string") {
      return { what, verdict: "no", found: one ?? "", change: "mend the node, or leave this endpoint out" };
    }
    if (first === undefined || !isSame(one, first)) return { what, ...foreign(one, first, expected) };
    const rest = await compare(one, first, furthest).catch((error: unknown) => ({
      ...{ verdict: "no" as const, found: messageOf(error) },
      change: "mend the node, or leave this endpoint out",
    }));
    return { what, ...rest };
  });
  return { answers: await Promise.all(answers), first };
}

/** @throws NoAnswerError or RefusedError where it does not answer as a node does; Error where it lies. */
async function identify(endpoint: Endpoint): Promise<Known> {
  const chainId = Number(await getNumber(endpoint, "eth_chainId"));
  const head = await getBlock(endpoint, "latest");
  const genesis = await getBlock(endpoint, 0);
  if (head === undefined || genesis === undefined) throw new Error("does not know its newest block, or its genesis");
  const run = await chainIdOfEvm(endpoint);
  if (run !== undefined && run !== chainId) {
    throw new Error(`says it is of chain ${chainId}, and runs contracts as chain ${run}`);
  }
  const client = await get(endpoint, "web3_clientVersion").then(String, () => "client unknown");
  return { endpoint, client: client.slice(0, 40), chainId, genesis: genesis.hash, head };
}

function faultOf(error: unknown): string {
  return messageOf(error);
}

function isSame(one: Known, other: Known | undefined): boolean {
  return one.chainId === other?.chainId && one.genesis === other.genesis;
}

function foreign(one: Known, first: Known | undefined, expected: number | undefined): Omit<Answer, "what"> {
  const change = "it is of another chain: leave this endpoint out";
  if (first === undefined || one.chainId !== first.chainId) {
    const wanted = first?.chainId ?? expected;
    return { verdict: "no", found: `of chain ${one.chainId}, and ${wanted} is wanted`, change };
  }
  return { verdict: "no", found: `of the same chain id, but with another genesis, ${one.genesis}`, change };
}

async function compare(one: Known, first: Known, furthest: number): Promise<Omit<Answer, "what">> {
  const { endpoint, client, head } = one;
  const syncing = await get(endpoint, "eth_syncing").catch(() => false);
  const found = `block ${head.number}, ${client}`;
  if (furthest - head.number > BEHIND) {
    return {
      verdict: "no",
      found: `${furthest - head.number} blocks behind the furthest, ${client}`,
      change: "wait until it has caught up, or see to its peers",
    };
  }
  if (syncing !== false)
    return { verdict: "no", found: `${found}, still syncing`, change: "wait until it has caught up" };
  if (one === first) return { verdict: "ok", found };
  const depths = [Math.min(head.number, first.head.number), Math.min(head.number, first.head.number) - DEEP];
  const [atHead, deep] = await Promise.all(depths.map(async (number) => haveSame(one, first, Math.max(0, number))));
  if (atHead === true) return { verdict: "ok", found: `${found}, agrees` };
  if (deep === true) {
    return {
      verdict: "warn",
      found: `${found}, has other newest blocks`,
      change: "blocks are being reorganised: ask again",
    };
  }
  return { verdict: "no", found: `${found}, has other blocks`, change: "the chain has split: see to the validators" };
}

async function haveSame(one: Known, other: Known, number: number): Promise<boolean> {
  const [here, there] = await Promise.all([getBlock(one.endpoint, number), getBlock(other.endpoint, number)]);
  return here !== undefined && here.hash === there?.hash;
}

/** Without what may be a secret in it: user, password, path and query. */
export function nameOf({ url }: Endpoint, all: readonly Endpoint[]): string {
  const { origin } = new URL(url);
  const same = all.filter((other) => new URL(other.url).origin === origin);
  return same.length === 1 ? origin : `${origin} (${all.findIndex((other) => other.url === url) + 1})`;
}
