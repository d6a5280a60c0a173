/** Loads of invoices: tickets of synthetic metro rides, issued one by one and in calls, and anchored by the batch. */
import type { NetworkConnection } from "hardhat/types/network";

import { IdTree } from "../../src/common/batch-tree.js";
import { mined } from "../../src/common/mined.js";
import { setOperator, signOperator } from "../../src/identity/order.js";
import { type Civitas, TAX } from "../../src/index.js";
import { documentId, type InvoiceDocument } from "../../src/invoice/document.js";
import { invoiceBatchId } from "../../src/invoice/record.js";
import { fastKeccak } from "../common/keccak.js";
import { Pool } from "../common/pool.js";
import { totalsOf } from "../day/batches.js";
import { documentOf } from "../day/document.js";
import { companyKey, type Metro, NEVER, openMetro } from "../day/metro.js";
import { FIRST_SINGLE, numberOf, serialOf } from "../day/ride.js";
import { submissionOf } from "../day/singles.js";
import { type Act, firstTopic, grouped, HEAVY, LIGHT, type Load } from "./load.js";
import type { Sender } from "./senders.js";

const SEED = "bench:network";
/** Payments that are attested in a call. */
const ATTESTED = 100;
const NO_ORDER = { operator: `0x${"0".repeat(40)}`, deadline: 0, signature: "0x" };

/** A metro whose operators are the senders. */
export interface Line extends Metro {
  senders: readonly Sender[];
  /** How many rides were invoiced by themselves so far: each is once. */
  rides: number;
}

export async function openLine(
  connection: NetworkConnection,
  civitas: Civitas,
  senders: readonly Sender[],
): Promise<Line> {
  const metro = await openMetro(connection, SEED);
  const { suite, frame, relayer, bureau } = metro;
  const { seller } = frame.terms;
  for (const { address } of senders) {
    await setOperator(civitas, relayer, await signOperator(civitas, seller, companyKey(SEED), address, true, NEVER));
    await mined(suite.taxpayers.connect(bureau).nameOperator(seller, TAX, address, []));
  }
  return { ...metro, senders, rides: 0 };
}

export async function invoicesOneByOne(line: Line, count: number): Promise<Load> {
  const { invoices } = line.suite;
  const acts = await actsOf(line, count, 1, ([submission]) =>
    invoices.interface.encodeFunctionData("issue", [line.frame.terms, submission as Submission]),
  );
  return { id: "invoices.one", what: "invoices one by one", ...issued(line), acts, ...LIGHT };
}

export async function invoicesInCalls(line: Line, calls: number, size: number): Promise<Load> {
  const { invoices } = line.suite;
  const acts = await actsOf(line, calls, size, (submissions) =>
    invoices.interface.encodeFunctionData("issueMany", [line.frame.terms, submissions, NO_ORDER]),
  );
  return { id: "invoices.call", what: `invoices in calls of ${size}`, ...issued(line), acts, ...HEAVY };
}

/** Batches of so many invoices; all ids and trees are computed here, and the payments are anchored on the chain of the past. */
export async function invoicesAnchored(line: Line, batches: number, size: number, threads: number): Promise<Load> {
  const { suite, frame, provider } = line;
  const { city, terms, registry } = frame;
  const { seller: payee, currency } = terms;
  const began = performance.now();
  const keccak = await fastKeccak();
  const pool = new Pool(new URL("../day/worker.ts", import.meta.url), frame, threads, 2);
  const acts: Act[] = [];
  try {
    for (let i = 0; i < batches; i++) {
      const batch = { serial: serialOf(SEED, i), position: 0, first: i * size, count: size };
      const [paid, documents] = await pool.ids(batch, () => undefined);
      if (paid === undefined || documents === undefined) throw new Error("the pool has no rows");
      const [paidRoot, root] = [IdTree.ofRow(paid, keccak).root, IdTree.ofRow(documents, keccak).root];
      const { net, tax } = totalsOf(frame, batch);
      const of = { serial: batch.serial, count: size };
      const payments = { ...of, city, payee, currency, total: net + tax, root: paidRoot };
      await mined(suite.payments.connect(provider).anchor(payments));
      const anchored = {
        ...{ ...of, terms, firstNumber: numberOf(SEED, batch.first), net, tax, root },
        payments: await suite.payments.batchOf(provider, batch.serial),
      };
      acts.push({
        sender: 0,
        data: suite.invoices.interface.encodeFunctionData("anchor", [anchored]),
        keys: [invoiceBatchId(frame, payee, `${batch.serial}`)],
      });
    }
  } finally {
    await pool.close();
  }
  return {
    id: "invoices.anchored",
    what: `invoices anchored, ${size.toLocaleString("en")} in a batch`,
    ...{ to: registry, topic: suite.invoices.getEvent("InvoicesAnchored").fragment.topicHash, keyOf: firstTopic },
    ...{ each: size, acts, ...LIGHT, computed: (performance.now() - began) / 1000 },
  };
}

function issued({ suite: { invoices }, frame }: Line) {
  const topic = invoices.getEvent("InvoiceIssued").fragment.topicHash;
  return { to: frame.registry, topic, keyOf: firstTopic, each: 1 };
}

type Submission = Awaited<ReturnType<typeof submissionOf>>;

/** So many acts of so many tickets each, the senders taking turns; their payments are attested on the chain of the past. */
async function actsOf(
  line: Line,
  count: number,
  size: number,
  encode: (submissions: Submission[]) => string,
): Promise<Act[]> {
  const { suite, frame, provider, senders } = line;
  const documents = Array.from({ length: count * size }, () =>
    documentOf(frame, { ride: FIRST_SINGLE + line.rides++, serial: 0, position: 0 }),
  );
  for (const group of grouped(documents, ATTESTED)) {
    const payments = group.flatMap(({ evidence }) => evidence.map(({ payment }) => payment));
    await mined(suite.payments.connect(provider).attestMany(payments));
  }
  const acts: Act[] = [];
  for (const [i, group] of grouped<InvoiceDocument>(documents, size).entries()) {
    const submissions = await Promise.all(group.map(async (document) => submissionOf(line, document)));
    acts.push({ sender: i % senders.length, data: encode(submissions), keys: group.map(documentId) });
  }
  return acts;
}
