/** Doing many things in parts, and batches that stream by. */
import { IdTree } from "../common/batch-tree.js";

/** How far a long act has come. */
export type InvoiceProgress = (done: number, total: number) => void;

/** What became of doing many. */
export interface ManyResult {
  done: number;
  /** They were done before. */
  skipped: number;
  /** Hashes of the transactions. */
  transactions: string[];
}

/** Ids of a batch as they come, in one row of memory. */
export class IdRow {
  #row = new Uint8Array(1024 * 32);
  count = 0;

  add(id: string): void {
    const at = 32 * this.count++;
    if (at === this.#row.length) {
      const larger = new Uint8Array(2 * at);
      larger.set(this.#row);
      this.#row = larger;
    }
    for (let i = 0; i < 32; i++) this.#row[at + i] = parseInt(id.slice(2 + 2 * i, 4 + 2 * i), 16);
  }

  tree(): IdTree {
    return IdTree.ofRow(this.#row.subarray(0, 32 * this.count));
  }
}

/** Does many in parts; each part says how many of it are new, and sends them. */
export async function inParts<Item>(
  items: readonly Item[],
  size: number,
  onProgress: InvoiceProgress | undefined,
  act: (part: readonly Item[]) => Promise<{ fresh: number; send: () => Promise<{ hash: string }> }>,
): Promise<ManyResult> {
  const result: ManyResult = { done: 0, skipped: 0, transactions: [] };
  for (let start = 0; start < items.length; start += size) {
    const part = items.slice(start, start + size);
    const { fresh, send } = await act(part);
    if (fresh !== 0) result.transactions.push((await send()).hash);
    result.done += fresh;
    result.skipped += part.length - fresh;
    onProgress?.(result.done + result.skipped, items.length);
  }
  return result;
}
