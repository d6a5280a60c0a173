/** Whether a block that is there stays there, by the chain's consensus, and how many may fail. */
import { type Answer, type Block, type Endpoint, get, getBlock } from "./answer.js";

/** The mix hash of blocks of IBFT, IBFT 2.0 and QBFT: "practical byzantine fault tolerance", the end of it. */
const ISTANBUL = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";
const UNKNOWN_DEPTH = 12;
const FINAL = "a block is final at once: 1 confirmation";

/** Consensus engines by what they alone answer: a method that lists their validators. */
const BY_METHOD = [
  { name: "QBFT", method: "qbft_getValidatorsByBlockNumber" }, // Besu
  { name: "IBFT 2.0", method: "ibft_getValidatorsByBlockNumber" }, // Besu
  { name: "Istanbul BFT", method: "istanbul_getValidators" }, // GoQuorum (QBFT, too), Kaia
  { name: "Clique", method: "clique_getSigners" }, // geth, Besu
] as const;

export async function finalityAnswers(endpoint: Endpoint, head: Block, client: string): Promise<Answer[]> {
  for (const { name, method } of BY_METHOD) {
    const validators = await get(endpoint, method, "latest").catch(() => undefined);
    if (!Array.isArray(validators) || validators.length === 0) continue;
    return name === "Clique" ? [clique(validators.length)] : [final(name), failing(validators.length)];
  }
  if (await get(endpoint, "raft_role").then(isText, () => false)) {
    return [{ ...final("Raft"), verdict: "warn", change: "Raft bears crashes, and not a validator that lies" }];
  }
  if (/^FISCO-BCOS/i.test(client)) return [final("PBFT (FISCO BCOS)")];
  if (head.mixHash?.toLowerCase() === ISTANBUL) return [final("IBFT or QBFT, by its blocks")];
  return [await byTag(endpoint, head)];
}

function final(name: string): Answer {
  return { what: "finality", verdict: "ok", found: `${name}; ${FINAL}` };
}

/** A byzantine network of n bears (n - 1) / 3 that fail or lie. */
function failing(validators: number): Answer {
  const what = "validators";
  const most = Math.floor((validators - 1) / 3);
  const found = `${validators}, of which ${most} may fail`;
  return most > 0
    ? { what, verdict: "ok", found }
    : { what, verdict: "warn", found, change: "four validators at least, at four members" };
}

/** A block that more than half of the signers have built upon is not left any more. */
function clique(signers: number): Answer {
  const depth = Math.floor(signers / 2) + 1;
  return {
    what: "finality",
    verdict: "warn",
    found: `Clique with ${signers} signers: the newest blocks can be reorganised`,
    change: `wait for ${depth} confirmations before a record counts, or take an engine that is final at once (QBFT)`,
  };
}

async function byTag(endpoint: Endpoint, head: Block): Promise<Answer> {
  const what = "finality";
  const block = await getBlock(endpoint, "finalized").catch(() => undefined);
  if (block !== undefined && block.number > 0) {
    const behind = Math.max(0, head.number - block.number);
    const found = `block ${block.number} is final by the node's word, ${behind} behind the newest`;
    return { what, verdict: "ok", found };
  }
  const change = `ask who runs it; until then, wait for ${UNKNOWN_DEPTH} confirmations before a record counts`;
  return { what, verdict: "warn", found: "the consensus is not known", change };
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
