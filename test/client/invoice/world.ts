import { randomBytes } from "ethers";

import type { Contracts } from "../../../src/index.js";
import { dateOf } from "../../../src/common/time.js";
import type { AccountKey } from "../../../src/identity/key.js";
import { buildInvoice, type BuildOptions, type InvoiceSuite, invoiceSuite } from "../../../src/invoice/build.js";
import type { InvoiceDocument } from "../../../src/invoice/document.js";
import { issueInvoice } from "../../../src/invoice/issue.js";
import type { Invoice } from "../../../src/invoice/model.js";
import { type LedgerNetwork, ledgerNetwork, type SignOptions } from "../../../src/invoice/order.js";
import { attestPayment, newPayment, type PaymentDraft } from "../../../src/invoice/payment.js";
import type { PaymentRecord } from "../../../src/invoice/record.js";
import type { InvoiceDraft } from "../../../src/invoice/totals.js";
import { type BuyerRequest, InvoiceWallet } from "../../../src/invoice/wallet.js";
import { LATER, word } from "../../identity/world.js";
import { CNY, invoiceWorld, type InvoiceWorld, newNumber } from "../../invoice/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../../world.js";
import { ride, without } from "./samples.js";

/** The invoice world as a service sees it, and the wallets of a passenger and of the employer. */
export interface Counter extends InvoiceWorld {
  contracts: Contracts;
  suite: InvoiceSuite;
  network: LedgerNetwork;
  passenger: InvoiceWallet;
  employer: InvoiceWallet;
}

export async function counter(): Promise<Counter> {
  const world = await loadFixture(invoiceWorld);
  const provider = world.registry.runner!.provider!;
  const { chainId } = await provider.getNetwork();
  const contracts: Contracts = { ...world, provider, chainId, access: world.manager, cities: world.registry };
  return {
    ...world,
    contracts,
    suite: await invoiceSuite(contracts),
    network: await ledgerNetwork(contracts),
    passenger: InvoiceWallet.fromSeed(randomBytes(32)),
    employer: InvoiceWallet.fromSeed(randomBytes(32)),
  };
}

/** Whom the tests' documents are made out to. */
export const COMPANY = { name: "某某科技有限公司", taxNumber: "CN91440300708461136T" };

/** The day of the chain's clock. */
export async function today(): Promise<{ now: Date; day: string }> {
  const now = dateOf(await time.latest());
  return { now, day: now.toISOString().slice(0, 10) };
}

/** A payment of 6.00 yuan to the seller, a second ago; nothing in it repeats. */
export async function draftPayment(world: Counter, changes: Partial<PaymentDraft> = {}): Promise<PaymentRecord> {
  const { now } = await today();
  return newPayment({
    provider: world.provider.address,
    city: SHIJIAZHUANG,
    transactionId: word(),
    order: word(),
    payee: world.seller,
    currency: CNY,
    amount: 600n,
    paidAt: now,
    ...changes,
  });
}

/** The same, attested. */
export async function paid(world: Counter, changes: Partial<PaymentDraft> = {}): Promise<PaymentRecord> {
  const payment = await draftPayment(world, changes);
  await attestPayment(world.contracts, world.provider, payment);
  return payment;
}

/** A ride's invoice of today with a number of its own, its payments left to the builder. */
export async function rideModel(changes: Partial<InvoiceDraft> = {}): Promise<Invoice> {
  const invoice = ride({
    number: `${newNumber()}`,
    issueDate: (await today()).day,
    buyer: { name: "", address: { country: "CN" } },
    ...changes,
  });
  return without(invoice, "payments");
}

/** A document over payments, made out to the company. */
export async function built(
  world: Counter,
  payments: PaymentRecord[],
  { model, ...options }: { model?: Partial<InvoiceDraft> } & Partial<BuildOptions> = {},
): Promise<{ document: InvoiceDocument; buyer: BuyerRequest }> {
  const buyer = options.buyer ?? world.passenger.newBuyer(COMPANY.name, COMPANY.taxNumber);
  const gross = payments.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const { now } = await today();
  const document = buildInvoice(
    world.suite,
    await rideModel({
      lines: [
        {
          name: "地铁乘车",
          quantity: "1",
          unit: "C62",
          price: (Number(gross) / 100).toFixed(2),
          category: "S",
          rate: 300,
        },
      ],
      paid: gross,
      ...model,
    }),
    { seller: world.seller, payments: payments.map((payment) => ({ payment })), buyer, time: now, ...options },
  );
  return { document, buyer };
}

/** Such a document, issued over a payment of 6.00 yuan. */
export async function issuedRide(
  world: Counter,
  changes: Parameters<typeof built>[2] = {},
): Promise<{ document: InvoiceDocument; buyer: BuyerRequest; id: string; key: AccountKey }> {
  const { document, buyer } = await built(world, [await paid(world)], changes);
  const id = await issueInvoice(world.contracts, world.operator, document);
  return { document, buyer, id, key: world.passenger.holderKey(buyer.salt) };
}

/** What an order is signed with, when this is the holder's n-th act. */
export function after(changes: number): SignOptions {
  return { changes, deadline: dateOf(LATER) };
}
