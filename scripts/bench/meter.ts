import type { BaseContract, TransactionReceipt, TransactionResponse } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { FloorProbe__factory, GasProbe__factory } from "../../typechain/index.js";

/** One line of the table, as docs/bench.json has it, but for `what`. */
export interface Row {
  /** domain.act.size */
  id: string;
  /** What exactly was measured. */
  what: string;
  gas: number;
  /** The least it could cost, where that can be said. */
  floor: number | null;
  /** What others pay for the same. */
  peers: Record<string, number>;
}

/** What the least is that an act must leave behind: one word and this event. */
export interface Traces {
  emits: [contract: BaseContract, event: string];
  /** Whether its word is new (22,100 gas), or changes (5,000). */
  creates: boolean;
  /** How many records it is about. */
  records?: number;
  /** Whether they are under one word and one event, and not each under its own. */
  together?: boolean;
}

/** Measures, and keeps the rows. */
export class Meter {
  readonly rows: Row[] = [];

  constructor(readonly connection: NetworkConnection) {}

  /** The gas of a transaction, per record. */
  async act(id: string, what: string, sent: Promise<TransactionResponse>, traces: Traces): Promise<number> {
    const receipt = await receiptOf(sent);
    const records = traces.records ?? 1;
    const floor = await this.#floorOf(receipt, traces, traces.together === true ? 1 : records);
    return this.add(id, what, perRecord(receipt.gasUsed, records), perRecord(floor, records));
  }

  /** The gas that a view adds to the transaction of a contract that asks it. */
  async view(id: string, what: string, target: BaseContract, name: string, args: readonly unknown[]): Promise<number> {
    return this.add(id, what, await this.gasOfView(target, name, args), null);
  }

  async gasOfView(target: BaseContract, name: string, args: readonly unknown[]): Promise<number> {
    const probe = await new GasProbe__factory(await this.connection.ethers.provider.getSigner(0)).deploy();
    return Number(await probe.gasOf(target, target.interface.encodeFunctionData(name, args)));
  }

  /** What the same costs with a peer, per record: all the transactions that it takes there, one after the other. */
  async peer(
    id: string,
    name: string,
    records: number,
    ...sends: (() => Promise<TransactionResponse>)[]
  ): Promise<void> {
    let gas = 0n;
    for (const send of sends) gas += (await receiptOf(send())).gasUsed;
    this.addPeer(id, name, perRecord(gas, records));
  }

  addPeer(id: string, name: string, gas: number): void {
    this.row(id).peers[name] = gas;
  }

  row(id: string): Row {
    const row = this.rows.find((row) => row.id === id);
    if (row === undefined) throw new Error(`${id} is not measured`);
    return row;
  }

  add(id: string, what: string, gas: number, floor: number | null): number {
    this.rows.push({ id, what, gas, floor, peers: {} });
    return gas;
  }

  /** The same transaction, sent to a contract that does no more than leave these traces. */
  async #floorOf(receipt: TransactionReceipt, traces: Traces, records: number): Promise<bigint> {
    const { emits, creates } = traces;
    const [contract, event] = emits;
    const topic = contract.interface.getEvent(event)?.topicHash;
    const log = receipt.logs.find(({ topics }) => topics[0] === topic);
    const transaction = await receipt.getTransaction();
    if (log === undefined) throw new Error(`the act did not emit ${event}`);

    const sender = await this.connection.ethers.getSigner(receipt.from);
    const dataLength = (log.data.length - 2) / 2;
    const probe = await new FloorProbe__factory(sender).deploy(log.topics.length, dataLength, records, creates);
    const sent = sender.sendTransaction({ to: await probe.getAddress(), data: transaction.data });
    return (await receiptOf(sent)).gasUsed;
  }
}

async function receiptOf(sent: Promise<TransactionResponse>): Promise<TransactionReceipt> {
  const receipt = await (await sent).wait();
  if (receipt?.status !== 1) throw new Error("the transaction was not mined, or reverted");
  return receipt;
}

/** Rounded up: to gas, and below ten to hundredths. */
function perRecord(gas: bigint, records: number): number {
  const each = Number(gas) / records;
  return each < 10 ? Math.ceil(100 * each) / 100 : Math.ceil(each);
}
