/** What the EVM of a chain knows, asked by code that is run in a call as that of a new contract, which is not kept. */
import { RefusedError } from "../common/rpc.js";
import { type Answer, type Endpoint, get, judged } from "./answer.js";

const CODE_LIMIT = 24_576;
const GAS = "0x989680"; // 10,000,000: pays for a contract of that size
const COLD_READ = 2_100n;

/** Forks, oldest first: code that leaves a word where the fork is there, and else stops, or leaves too small a number. */
const FORKS = [
  { name: "Constantinople", code: "600160011b", least: 0n }, // SHL
  { name: "Istanbul", code: "46", least: 0n }, // CHAINID
  { name: "Berlin", code: "5a600054505a9003", least: COLD_READ }, // the gas that the first SLOAD of a slot takes
  { name: "London", code: "48", least: 0n }, // BASEFEE
  { name: "Shanghai", code: "5f", least: 0n }, // PUSH0
  { name: "Cancun", code: "60005c", least: 0n }, // TLOAD
] as const;
const NEEDED = 2;

/** Which forks the chain has. */
export async function evmAnswer(endpoint: Endpoint): Promise<Answer> {
  const what = "EVM";
  if ((await wordOf(endpoint, "602a")) !== 42n) {
    const change = "contracts need Istanbul: see to it in the genesis, since the node runs no code in eth_call";
    return { what, verdict: "warn", found: "cannot be asked", change };
  }
  const known = await Promise.all(
    FORKS.map(async ({ code, least }) => {
      const word = await wordOf(endpoint, code);
      return word !== undefined && word >= least;
    }),
  );
  const last = known.lastIndexOf(true);
  const missing = FORKS.filter((_, i) => i < last && known[i] === false).map(({ name }) => name);
  const found = `${FORKS[last]?.name ?? "older than Constantinople"}${missing.length === 0 ? "" : `, without ${missing.join(", ")}`}`;
  const isEnough = known.slice(0, NEEDED).every(Boolean);
  return judged(what, isEnough, found, "set the blocks of all forks up to Istanbul in the genesis; Berlin is better");
}

/** Whether a contract may be as large as EIP-170 allows. */
export async function codeSizeAnswer(endpoint: Endpoint): Promise<Answer> {
  const code = await run(endpoint, `61${CODE_LIMIT.toString(16)}6000f3`);
  const fits = code !== undefined && code.length === 2 + 2 * CODE_LIMIT;
  const found = fits ? `${CODE_LIMIT} bytes` : `less than ${CODE_LIMIT} bytes`;
  return judged("code size", fits, found, `allow ${CODE_LIMIT} bytes, as EIP-170 does`);
}

/** The chain id that contracts see; undefined where it cannot be asked. */
export async function chainIdOfEvm(endpoint: Endpoint): Promise<number | undefined> {
  const word = await wordOf(endpoint, "46");
  return word === undefined ? undefined : Number(word);
}

/** The time that contracts see; undefined where it cannot be asked. */
export async function timeOfEvm(endpoint: Endpoint): Promise<number | undefined> {
  const word = await wordOf(endpoint, "42");
  return word === undefined ? undefined : Number(word);
}

/** The word that code leaves; undefined where it stops in an error. */
async function wordOf(endpoint: Endpoint, code: string): Promise<bigint | undefined> {
  const word = await run(endpoint, `${code}60005260206000f3`);
  return word !== undefined && /^0x[0-9a-f]{64}$/i.test(word) ? BigInt(word) : undefined;
}

/** @throws NoAnswerError where no answer comes. */
async function run(endpoint: Endpoint, code: string): Promise<string | undefined> {
  try {
    const made = await get(endpoint, "eth_call", { data: `0x${code}`, gas: GAS, gasPrice: "0x0" }, "latest");
    return typeof made === "string" ? made : undefined;
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}
