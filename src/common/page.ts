/** Reads a list of the chain to its end, page by page. */
export async function* byPage<Item>(
  read: (start: number, count: number) => Promise<readonly Item[]>,
  pageSize = 100,
): AsyncGenerator<Item, void, undefined> {
  for (let start = 0; ; start += pageSize) {
    const page = await read(start, pageSize);
    yield* page;
    if (page.length < pageSize) return;
  }
}
