/** HTTP that can be given up: ethers' own leaves a request that was cancelled open for ever, and takes a response of any size. */
import type { FetchCancelSignal, FetchRequest, GetUrlResponse } from "ethers";

/** No answer of a node is that large; one that grows beyond is given up. */
export const MOST_BYTES = 128 * 1024 * 1024;

/** For `FetchRequest.getUrlFunc`. It goes where it is sent, and nowhere else: a request may carry a key. */
export async function getUrl(request: FetchRequest, signal?: FetchCancelSignal): Promise<GetUrlResponse> {
  const control = new AbortController();
  signal?.addListener(() => {
    control.abort();
  });
  const { url, method, body } = request;
  const headers = Object.entries(request.headers).filter(([name]) => name !== "content-length"); // it is fetch's to say
  const { href, authorization } = withoutUser(url);
  try {
    const response = await fetch(href, {
      ...{ method, body, redirect: "manual", signal: control.signal },
      headers: { ...authorization, ...Object.fromEntries(headers) },
    });
    const { status, type } = response;
    if (type === "opaqueredirect" || (status > 299 && status < 400)) throw new Error("it leads elsewhere");
    return {
      statusCode: status,
      statusMessage: response.statusText,
      headers: Object.fromEntries(response.headers),
      body: await bytesOf(response),
    };
  } catch (error) {
    control.abort();
    throw error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  }
}

async function bytesOf({ body }: Response): Promise<Uint8Array | null> {
  if (body === null) return null;
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > MOST_BYTES) throw new Error(`its answer is longer than ${MOST_BYTES} bytes`);
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** `fetch` takes no name and password in an address. */
function withoutUser(url: string): { href: string; authorization: Record<string, string> } {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { href: url, authorization: {} };
  parsed.username = parsed.password = "";
  const user = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { href: parsed.href, authorization: { authorization: `Basic ${btoa(String.fromCharCode(...user))}` } };
}
