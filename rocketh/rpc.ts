import type { NetworkHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { JsonRpcRequest, JsonRpcResponse } from "hardhat/types/providers";

/**
 * Mends habits that consortium nodes do not bear. rocketh reads without a block tag, which Besu requires, and gives up where
 * `eth_feeHistory` is missing (GoQuorum, FISCO BCOS, any EVM before London) unless the error has the words it looks for. Hardhat
 * asks for the node's accounts before it reads without keys, and Polygon Edge does not know that question: it has none.
 */
export const consortiumRpc: HardhatPlugin = {
  id: "consortium-rpc",
  hookHandlers: { network: () => Promise.resolve({ default: () => Promise.resolve(hooks) }) },
};

const hooks: Partial<NetworkHooks> = {
  onRequest: (context, connection, request, next) => mend(request, (mended) => next(context, connection, mended)),
};

/** Send a request the way that every node understands. */
export async function mend(
  request: JsonRpcRequest,
  send: (request: JsonRpcRequest) => Promise<JsonRpcResponse>,
): Promise<JsonRpcResponse> {
  switch (request.method) {
    case "eth_call":
      return Array.isArray(request.params) && request.params.length === 1
        ? await send({ ...request, params: [...(request.params as unknown[]), "latest"] })
        : await send(request);
    case "eth_feeHistory": {
      const response = await send(request).catch(() => undefined);
      if (response !== undefined && "result" in response) return response;
      return { jsonrpc: "2.0", id: request.id, error: { code: -32601, message: "unknown method eth_feeHistory" } };
    }
    case "eth_accounts": {
      const response = await send(request).catch(() => undefined);
      return response !== undefined && "result" in response ? response : { jsonrpc: "2.0", id: request.id, result: [] };
    }
    default:
      return await send(request);
  }
}
