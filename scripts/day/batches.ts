/** The batch path: rides by the ten thousand, their payments and their tickets each under one root. */
import { IdTree } from "../../src/common/batch-tree.js";
import { choose } from "../common/choose.js";
import { grouped, type Listener } from "../common/command.js";
import { fastKeccak } from "../common/keccak.js";
import { Pool } from "../common/pool.js";
import { DayError, type Options, type Path, spend } from "./cost.js";
import type { Place } from "./document.js";
import type { Frame } from "./ids.js";
import type { Metro } from "./metro.js";
import { fareAt, numberOf, RIDE, ridesOf, serialOf } from "./ride.js";

/** A ride whose ticket shall be requested, with its paths. */
export interface Sample extends Place {
  /** The first of its batch: a forged one is tried beside it. */
  isFirst: boolean;
  /** How many are in its batch. */
  count: number;
  /** Of the ticket. */
  id: string;
  paths: { invoice: string[]; payment: string[] };
}

export interface Batch {
  serial: number;
  /** The ride at position 0. */
  first: number;
  count: number;
}

const CHUNK = 10_000; // rides whose stream is in memory at once

/**
 * Anchor what is not anchored yet.
 * @throws DayError where a serial was used for something else.
 */
export async function anchorDay(metro: Metro, options: Options, listener: Listener, path: Path): Promise<Sample[]> {
  const keccak = await fastKeccak();
  const samples: Sample[] = [];
  const pool = new Pool(new URL("./worker.ts", import.meta.url), metro.frame, options.threads, 2);
  const idsOf = (batch: Batch) =>
    pool.ids({ ...batch, position: 0 }, (more) => {
      listener.progress(more);
    });
  try {
    const batches = batchesOf(options);
    let next = batches[0] === undefined ? undefined : idsOf(batches[0]);
    for (const [i, batch] of batches.entries()) {
      const [paid, issued] = (await next) ?? [];
      if (paid === undefined || issued === undefined) break;
      const following = batches[i + 1];
      next = following === undefined ? undefined : idsOf(following); // while this one's trees are built
      next?.catch(() => undefined); // it is awaited above, unless this batch fails first
      const [payments, invoices] = [IdTree.ofRow(paid, keccak), IdTree.ofRow(issued, keccak)];
      await anchorBatch(metro, batch, payments.root, invoices.root, listener, path);
      for (const [n, position] of choose(options.prove, batch.count).entries()) {
        const place = { serial: batch.serial, position, ride: batch.first + position };
        const paths = { invoice: invoices.proof(position), payment: payments.proof(position) };
        samples.push({ ...place, isFirst: n === 0, count: batch.count, id: invoices.id(position), paths });
      }
    }
  } finally {
    await pool.close();
  }
  return samples;
}

function batchesOf({ seed, anchored, batch }: Options): Batch[] {
  return Array.from({ length: Math.ceil(anchored / batch) }, (_, i) => ({
    serial: serialOf(seed, i),
    first: i * batch,
    count: Math.min(batch, anchored - i * batch),
  }));
}

async function anchorBatch(
  { suite, frame, provider, operator }: Metro,
  batch: Batch,
  paymentRoot: string,
  root: string,
  listener: Listener,
  path: Path,
): Promise<void> {
  const { payments, invoices } = suite;
  const { serial, count, first } = batch;
  const { city, terms, seed } = frame;
  const { net, tax } = totalsOf(frame, batch);
  const paid = await payments.batchOf(provider, serial);
  const before = { payments: path.payments.gas, documents: path.documents.gas };

  const knownPayments = (await payments.batchStateOf(paid)).root;
  checkRoot("payments", batch, knownPayments, paymentRoot);
  if (BigInt(knownPayments) === 0n) {
    const { seller: payee, currency } = terms;
    const anchored = { city, serial, count, payee, currency, total: net + tax, root: paymentRoot };
    await spend(path.payments, count, payments.connect(provider).anchor(anchored));
  }
  const known = (await invoices.batchStateOf(await invoices.batchOf(terms.seller, serial))).root;
  checkRoot("documents", batch, known, root);
  if (BigInt(known) === 0n) {
    const numbered = { firstNumber: numberOf(seed, first), net, tax, payments: paid, root };
    await spend(path.documents, count, invoices.connect(operator).anchor({ terms, serial, count, ...numbered }));
  }
  const gas = { payments: path.payments.gas - before.payments, documents: path.documents.gas - before.documents };
  const what = `batch ${serial}: ${grouped(count)} invoices, root ${root}`;
  if (gas.payments + gas.documents === 0n) {
    path.skipped += count;
    listener.say(`${what}, was anchored before: skipped`);
    return;
  }
  const each = (Number(gas.documents) / count).toFixed(2);
  listener.say(
    `${what}, anchored: payments ${grouped(gas.payments)} gas, documents ${grouped(gas.documents)} gas, ${each} for each`,
  );
}

function checkRoot(what: string, { serial }: Batch, known: string, root: string): void {
  if (BigInt(known) === 0n || known === root) return;
  throw new DayError(
    `batch ${serial} of ${what} is anchored with another root, ${known}: it has others. ` +
      "Run with the sizes it was made with, or take another --seed.",
  );
}

/** Sums of a batch, in fen. */
export function totalsOf({ seed }: Frame, { first, count }: Batch): { net: bigint; tax: bigint } {
  let [net, tax] = [0, 0];
  for (let done = 0; done < count; done += CHUNK) {
    const rides = Math.min(CHUNK, count - done);
    const stream = ridesOf(seed, first + done, rides);
    for (let i = 0; i < rides; i++) {
      const fare = fareAt(stream, i * RIDE);
      net += fare.net;
      tax += fare.gross - fare.net;
    }
  }
  return { net: BigInt(net), tax: BigInt(tax) };
}
