/** Questions to a node over JSON-RPC, each asked once: nothing is repeated, and nothing waits longer than it is told to. */

const LATE_MS = 5_000;
/** No answer to these questions is nearly as long. */
const MOST_BYTES = 8_000_000;

/** The node answered that it will not, or cannot. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** No answer of JSON-RPC came; the message says what came instead. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
}

/**
 * Asks a node.
 * @param url May carry a user and a password.
 * @param patience In milliseconds.
 * @throws RefusedError for an answer that is an error; NoAnswerError for anything else than an answer.
 */
export async function ask(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  patience = LATE_MS,
): Promise<unknown> {
  const { href, authorization } = addressOf(url);
  const text = await fetch(href, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    signal: AbortSignal.timeout(patience),
  }).then(readText, (error: unknown) => Promise.reject(plain(error, patience)));
  let answer: { result?: unknown; error?: { message?: unknown } } | null;
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    throw new NoAnswerError(`answers ${method} with something that is not JSON`);
  }
  if (typeof answer?.error === "object") throw new RefusedError(String(answer.error.message));
  if (answer?.result === undefined) throw new NoAnswerError(`answers ${method} with something that is not JSON-RPC`);
  return answer.result;

  async function readText(response: Response): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MOST_BYTES) throw new NoAnswerError(`answers ${method} with more than ${MOST_BYTES / 1e6} MB`);
      }
    } catch (error) {
      throw error instanceof NoAnswerError ? error : plain(error, patience);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    if (!response.ok && !text.trimStart().startsWith("{")) throw new NoAnswerError(`answers HTTP ${response.status}`);
    return text;
  }
}

function addressOf(url: string): { href: string; authorization: Record<string, string> } {
  const address = new URL(url);
  const { username, password } = address;
  if (username === "" && password === "") return { href: url, authorization: {} };
  address.username = address.password = ""; // fetch refuses them
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  return { href: address.href, authorization: { authorization: `Basic ${credentials}` } };
}

function plain(error: unknown, patience: number): NoAnswerError {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") return new NoAnswerError(`does not answer within ${patience / 1000} s`);
  if (cause?.code === "ECONNREFUSED") return new NoAnswerError("nobody listens there");
  if (cause?.code === "ENOTFOUND") return new NoAnswerError("no machine has this name");
  return new NoAnswerError(`breaks off: ${cause?.code ?? cause?.message ?? message}`);
}
