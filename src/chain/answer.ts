/** What a JSON-RPC endpoint may answer: what is garbage, what is an answer, and what another endpoint may know better. */
import { isHexString } from "ethers";

/** The error of a JSON-RPC response. */
export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

export type Answer = { result: unknown } | { error: RpcError };

/** An endpoint that cannot be used now, or, if `forGood`, never. The message says why and goes after the endpoint's name. */
export class Unusable extends Error {
  override readonly name = "Unusable";

  constructor(
    message: string,
    readonly forGood = false,
  ) {
    super(message);
  }
}

/**
 * The answer in the body of a response.
 * @throws Unusable for what is no JSON-RPC response to this request, or has a result of another shape than the method's.
 */
export function parseAnswer(body: string, id: number, method: string): Answer {
  const garbage = new Unusable(`answers ${method} with garbage`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw garbage;
  }
  if (!isRecord(parsed) || parsed["id"] !== id) throw garbage;
  const { error, result } = parsed;
  if (error !== undefined && error !== null) {
    if (!isRecord(error) || typeof error["message"] !== "string") throw garbage;
    const code = typeof error["code"] === "number" ? error["code"] : 0;
    return { error: { code, message: error["message"], data: error["data"] } };
  }
  if (!("result" in parsed) || !hasShape(method, result)) throw garbage;
  return { result };
}

/** Errors that tell of the endpoint, not of what was asked: another one may have the state, the method, the room or the time. */
const OF_THE_ENDPOINT =
  /pool is full|header not found|unknown block|block .*not found|missing trie node|state .*not available|pruned|method .*not (found|available|supported|exist)|limit exceeded|too many requests|rate limit|timed? ?out|syncing|unauthori[sz]ed/i;

/** Whether another endpoint may answer what this one does not. A revert, and what is wrong with a transaction, all endpoints tell alike. */
export function mayBeKnownElsewhere({ code, message, data }: RpcError): boolean {
  if (isHexString(data) && data !== "0x") return false;
  return code === -32601 || code === -32005 || OF_THE_ENDPOINT.test(message);
}

/** The highest block that a result tells of; undefined if it tells of none. */
export function blockIn(method: string, params: unknown, result: unknown): number | undefined {
  switch (method) {
    case "eth_blockNumber":
      return numberOf(result);
    case "eth_getBlockByNumber":
    case "eth_getBlockByHash":
      if (Array.isArray(params) && params[0] === "pending") return undefined;
      return isRecord(result) ? numberOf(result["number"]) : undefined;
    case "eth_getTransactionReceipt":
    case "eth_getTransactionByHash":
      return isRecord(result) ? numberOf(result["blockNumber"]) : undefined;
    case "eth_getLogs": {
      const last: unknown = Array.isArray(result) ? result.at(-1) : undefined;
      return isRecord(last) ? numberOf(last["blockNumber"]) : undefined;
    }
    default:
      return undefined;
  }
}

const QUANTITIES = new Set([
  "eth_blockNumber",
  "eth_chainId",
  "eth_estimateGas",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getTransactionCount",
]);
const BYTES = new Set(["eth_call", "eth_getCode", "eth_getStorageAt"]);
const RECORDS = new Set([
  "eth_getBlockByHash",
  "eth_getBlockByNumber",
  "eth_getTransactionByHash",
  "eth_getTransactionReceipt",
]);

/** Methods that are not named here may answer anything. */
function hasShape(method: string, result: unknown): boolean {
  if (QUANTITIES.has(method)) {
    if (!isHexString(result) || result.length === 2) return false;
    return method !== "eth_blockNumber" || isBlockNumber(result);
  }
  if (BYTES.has(method)) return isHexString(result) && result.length % 2 === 0;
  if (RECORDS.has(method))
    return (
      result === null ||
      (isRecord(result) &&
        ("hash" in result || "transactionHash" in result) &&
        isBlockNumber(result["number"]) &&
        isBlockNumber(result["blockNumber"]))
    );
  if (method === "eth_getLogs") {
    const isLog = (log: unknown) => isRecord(log) && Array.isArray(log["topics"]) && isBlockNumber(log["blockNumber"]);
    return Array.isArray(result) && result.every(isLog);
  }
  if (method === "eth_sendRawTransaction") return isHexString(result, 32);
  return true;
}

/** Whether it asks for the head itself, so that an older block in the answer shows that the endpoint is behind. */
export function asksForHead(method: string, params: unknown): boolean {
  if (method === "eth_blockNumber") return true;
  return method === "eth_getBlockByNumber" && Array.isArray(params) && params[0] === "latest";
}

function numberOf(value: unknown): number | undefined {
  return isHexString(value) ? Number(value) : undefined;
}

/** A number of a block, where there is one. */
function isBlockNumber(value: unknown): boolean {
  return value === undefined || value === null || Number.isSafeInteger(numberOf(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
