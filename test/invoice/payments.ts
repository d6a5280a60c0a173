/** What tests of payments share: who plays the InvoiceRegistry, batches with their trees, and a source that counts. */
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type ContractTransactionResponse, TypedDataEncoder, ZeroAddress, ZeroHash } from "ethers";

import { INVOICING, PAYMENT, roleOf } from "../../src/index.js";
import { domainOf, PAYMENT_BATCH_KEY_TYPES, PAYMENT_TYPES, REFUND_TYPES } from "../../src/invoice/typed-data.js";
import type { IPaymentRegistry, PaymentStruct } from "../../typechain/invoice/PaymentRegistry.js";
import type { IPaymentSource, PaymentSourceProbe } from "../../typechain/test/PaymentSourceProbe.js";
import { PaymentSourceProbe__factory } from "../../typechain/index.js";
import { word } from "../identity/world.js";
import { code, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { attest, CNY, invoiceWorld, type InvoiceWorld, paymentOf } from "./world.js";

type Signer = HardhatEthersSigner;
export type Payment = PaymentStruct;
export type Batch = IPaymentRegistry.PaymentBatchStruct;
export type Facts = IPaymentSource.PaymentFactsStruct;

export const Status = { Unknown: 0n, Reserved: 1n, Available: 2n, Exhausted: 3n, Withdrawn: 4n } as const;
export const Use = { Free: 0n, Singles: 1n, Batch: 2n } as const;
/** The largest amount. */
export const MAX = 2n ** 128n - 1n;
/** The city that can take over from Shijiazhuang. */
export const TANGSHAN = 5n;

export interface Payments extends InvoiceWorld {
  /** (network, INVOICING), as the InvoiceRegistry has it. */
  invoicing: Signer;
  /** (Shijiazhuang, INVOICING), which is good for nothing. */
  cityInvoicing: Signer;
  /** A second provider of Shijiazhuang. */
  rival: Signer;
  /** Controller of Tangshan. */
  tangshan: Signer;
  /** A provider of Shijiazhuang that is a contract, and says what it is told. */
  source: PaymentSourceProbe;
  /** Calls of the provider of Shijiazhuang, of the InvoiceRegistry, and of a stranger. */
  attesting: InvoiceWorld["payments"];
  taking: InvoiceWorld["payments"];
  asking: InvoiceWorld["payments"];
  /** The ids, as the client computes them. */
  idOf: (payment: Payment) => string;
  batchIdOf: (provider: Signer | string, serial: number) => string;
  refundLeafOf: (provider: string, serial: number, position: number, payment: string, refunded: bigint) => string;
  /** Hebei suspends Shijiazhuang. */
  suspendCity: () => Promise<unknown>;
}

export async function payments(): Promise<Payments> {
  const world = await loadFixture(invoiceWorld);
  const { manager, registry, administrator, hebei, shijiazhuang } = world;
  // Accounts with roles that mean nothing here.
  const { issuer: invoicing, hunanIssuer: cityInvoicing, officer: rival, hunanRegistrar: tangshan } = world;
  const source = await new PaymentSourceProbe__factory(administrator).deploy();
  await manager.connect(administrator).grantRole(roleOf(0, INVOICING), invoicing, 0);
  const granting = manager.connect(shijiazhuang);
  await granting.grantRole(roleOf(SHIJIAZHUANG, INVOICING), cityInvoicing, 0);
  await granting.grantRole(roleOf(SHIJIAZHUANG, PAYMENT), rival, 0);
  await granting.grantRole(roleOf(SHIJIAZHUANG, PAYMENT), source, 0);
  await registry
    .connect(hebei)
    .allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: tangshan }, []);
  const chainId = (await registry.runner!.provider!.getNetwork()).chainId;
  const domain = await domainOf({ payments: world.payments, chainId }, "payments");
  return {
    ...world,
    invoicing,
    cityInvoicing,
    rival,
    tangshan,
    source,
    attesting: world.payments.connect(world.provider),
    taking: world.payments.connect(invoicing),
    asking: world.payments.connect(world.stranger),
    idOf: (payment) => TypedDataEncoder.hash(domain, PAYMENT_TYPES, payment),
    batchIdOf: (provider, serial) =>
      TypedDataEncoder.hash(domain, PAYMENT_BATCH_KEY_TYPES, {
        provider: typeof provider === "string" ? provider : provider.address,
        serial,
      }),
    refundLeafOf: (provider, serial, position, payment, refunded) =>
      TypedDataEncoder.hash(domain, REFUND_TYPES, { provider, serial, position, payment, refunded }),
    suspendCity: async () => registry.connect(hebei).suspend(SHIJIAZHUANG, 1),
  };
}

/** Also with one payment of 6.00 yuan. */
export async function paid(): Promise<Payments & { payment: Payment; id: string; attestedIn: bigint }> {
  const world = await loadFixture(payments);
  const payment = await attest(world);
  const id = world.idOf(payment);
  return { ...world, payment, id, attestedIn: (await world.payments.stateOf(id)).changedIn };
}

/** A payment as an event has it. */
export function tupleOf(payment: Payment): unknown[] {
  return [
    payment.provider,
    BigInt(payment.city),
    payment.transactionId,
    payment.order,
    payment.payee,
    payment.payer,
    BigInt(payment.currency),
    BigInt(payment.amount),
    BigInt(payment.paidAt),
    BigInt(payment.serial),
    BigInt(payment.position),
  ];
}

/** What is said of a payment: status and what is left. */
export async function worthOf(world: Payments, payment: Payment, proof: string[] = []): Promise<[bigint, bigint]> {
  const { status, id, left } = await world.payments.statusOf(payment, proof);
  if (id !== world.idOf(payment)) throw new Error("the id is another");
  return [status, left];
}

/** Payments of one batch. */
export interface NewBatch {
  payments: Payment[];
  ids: string[];
  batch: Batch;
  id: string;
  proofOf: (position: number) => string[];
}

interface BatchChanges {
  serial?: number;
  provider?: Signer;
  /** Of each payment. */
  each?: Partial<Payment>;
  /** Of single ones, by position. */
  only?: Record<number, Partial<Payment>>;
  /** Of the batch. */
  terms?: Partial<Batch>;
}

/** Payments of 6.00, 6.01, 6.02 ... yuan with their tree, not anchored yet. */
export async function newBatch(
  world: Payments,
  length: number,
  { serial = 1, provider = world.provider, each = {}, only = {}, terms = {} }: BatchChanges = {},
): Promise<NewBatch> {
  const made: Payment[] = [];
  for (let position = 0; position < length; ++position) {
    const place = { provider: provider.address, amount: 600 + position, serial, position };
    made.push(await paymentOf(world, { ...place, ...each, ...only[position] }));
  }
  const ids = made.map((payment) => world.idOf(payment));
  const tree = SimpleMerkleTree.of(ids);
  const batch: Batch = {
    city: SHIJIAZHUANG,
    serial,
    count: length,
    payee: world.seller,
    currency: CNY,
    total: made.reduce((sum, { amount }) => sum + BigInt(amount), 0n),
    root: tree.root,
    ...terms,
  };
  const proofOf = (position: number) => tree.getProof(position);
  return { payments: made, ids, batch, id: world.batchIdOf(provider, serial), proofOf };
}

/** A batch that its provider has anchored. */
export async function anchored(world: Payments, length: number, changes: BatchChanges = {}): Promise<NewBatch> {
  const made = await newBatch(world, length, changes);
  await world.payments.connect(changes.provider ?? world.provider).anchor(made.batch);
  return made;
}

/** A batch of documents reserves the payments, as the InvoiceRegistry has them reserved. */
export async function reserve(world: Payments, made: NewBatch): Promise<void> {
  const { payee, currency, count, total } = made.batch;
  await world.taking.reserve(made.id, payee, currency, count, total);
}

/** A batch of five, anchored, with what is done to the payment at a position. */
export interface Five extends Payments {
  made: NewBatch;
  use: () => Promise<bigint>;
  worthAt: (position: number) => Promise<[bigint, bigint]>;
  take: (position: number, amount: bigint | number, proof?: string[]) => Promise<ContractTransactionResponse>;
  takeReserved: (position: number, proof?: string[]) => Promise<ContractTransactionResponse>;
  refund: (position: number, refunded: number) => Promise<ContractTransactionResponse>;
}

export async function five(): Promise<Five> {
  const world = await loadFixture(payments);
  const { attesting, taking } = world;
  const made = await anchored(world, 5);
  const { payments: all, proofOf } = made;
  return {
    ...world,
    made,
    use: async () => (await taking.batchStateOf(made.id)).use,
    worthAt: async (position) => worthOf(world, all[position]!, proofOf(position)),
    take: async (position, amount, proof = proofOf(position)) => taking.take(all[position]!, proof, amount),
    takeReserved: async (position, proof = proofOf(position)) => taking.takeReserved(made.id, all[position]!, proof),
    refund: async (position, refunded) =>
      attesting.refund([{ payment: all[position]!, proof: proofOf(position), refunded }], []),
  };
}

/** A payment of 6.00 yuan to the seller, as a source states it, from an account that is not the seller's. */
export async function factsOf(world: Payments, changes: Partial<Facts> = {}): Promise<Facts> {
  return {
    payee: world.seller,
    from: world.stranger.address,
    order: word(),
    payer: ZeroHash,
    currency: CNY,
    amount: 600,
    refunded: 0,
    paidAt: (await time.latest()) - 3600,
    ...changes,
  };
}

/** What a source states of a payment that was not made. */
export const NO_FACTS: Facts = {
  payee: ZeroHash,
  from: ZeroAddress,
  order: ZeroHash,
  payer: ZeroHash,
  currency: 0,
  amount: 0,
  refunded: 0,
  paidAt: 0,
};
