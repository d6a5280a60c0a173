/** Whether a chain can carry the suite. */
import { type Answer, type Endpoint, get, messageOf } from "./answer.js";
import { blockAnswers } from "./blocks.js";
import { compareEndpoints } from "./endpoints.js";
import { codeSizeAnswer, evmAnswer } from "./evm.js";
import { finalityAnswers } from "./finality.js";
import { blockGasAnswer, priceAnswer, sizeAnswer } from "./pool.js";

const PATIENCE_MS = 5_000;
const WAIT_MS = 20_000;

export interface Options {
  /** The chain id that the chain must have. */
  chainId?: number | undefined;
  /** How long an answer is waited for, in milliseconds. */
  patience?: number;
  /** How long a block is waited for, in milliseconds. */
  wait?: number;
}

/** Asks endpoints of one chain. What fails is an answer, too. */
export async function probe(
  urls: readonly string[],
  { chainId: expected, patience = PATIENCE_MS, wait = WAIT_MS }: Options = {},
): Promise<Answer[]> {
  const endpoints = urls.map((url) => ({ url, patience }));
  const { answers, first } = await compareEndpoints(endpoints, expected);
  if (first === undefined) return answers;
  const { endpoint, chainId, genesis, head, client } = first;
  const one = async (what: string, ask: Promise<Answer>) => [await ask.catch((error: unknown) => failed(what, error))];
  const many = async (what: string, ask: Promise<Answer[]>) => ask.catch((error: unknown) => [failed(what, error)]);
  const rest = await Promise.all([
    one("EVM", evmAnswer(endpoint)),
    one("gas price", priceAnswer(endpoint, chainId, head)),
    one("code size", codeSizeAnswer(endpoint)),
    one("transaction size", sizeAnswer(endpoint, chainId)),
    many("blocks", blockAnswers(endpoint, head, wait)),
    many("finality", finalityAnswers(endpoint, head, client)),
    one("eth_feeHistory", feeHistoryAnswer(endpoint)),
  ]);
  const chain: Answer = { what: "chain", verdict: "ok", found: `${chainId}, genesis ${genesis}` };
  return [...answers, chain, blockGasAnswer(head), ...rest.flat(), ...computationAnswers(client)];
}

function failed(what: string, error: unknown): Answer {
  return { what, verdict: "no", found: messageOf(error), change: "mend the node, or take another endpoint" };
}

/** A limit of Kaia's that no question shows. */
function computationAnswers(client: string): Answer[] {
  if (!/^(klaytn|kaia)/i.test(client)) return [];
  const found = "at most 100 M a transaction: four checks of phone keys (P-256) in one call";
  return [{ what: "computation cost", verdict: "warn", found, change: "keep calls with such signatures small" }];
}

async function feeHistoryAnswer(endpoint: Endpoint): Promise<Answer> {
  const what = "eth_feeHistory";
  return get(endpoint, "eth_feeHistory", "0x1", "latest", []).then(
    () => ({ what, verdict: "ok", found: "there" }),
    () => ({ what, verdict: "ok", found: "not there; the deployment does without" }),
  );
}
