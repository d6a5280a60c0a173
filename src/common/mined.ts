/** Waits until an act is in a block. What it is refused with, `decodeError` puts in words. */
export async function mined<Receipt>(sent: Promise<{ wait: () => Promise<Receipt | null> }>): Promise<Receipt> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("the act was sent, but is in no block yet; ask the node again");
  return receipt;
}
