/** What became of a document or a payment, read from the chain alone, without an indexer. */
import type { invoiceLedgerAbi, invoiceRegistryAbi, paymentRegistryAbi } from "../abi.js";
import { type EventPlace, walk } from "../common/history.js";
import type { Contracts } from "../contracts.js";
import type { BookingRecord } from "./order.js";
import { invoiceReasonName } from "./reason.js";
import { nameOf, REVERSAL_SIDES, type ReversalSide } from "./status.js";

/**
 * What each event of a document tells. `by` is an account; what a person signed has none, for anyone may have relayed it, and who is null was
 * the holder.
 */
interface InvoiceFacts {
  InvoiceIssued: { seller: string; city: number; by: string };
  InvoiceMaterialised: { batch: string; position: number };
  InvoiceRequested: { buyer: string };
  InvoiceReversed: { document: string; whole: boolean };
  InvoiceConfirmed: object;
  InvoiceHandedOn: { holder: string };
  InvoiceBooked: BookingRecord;
  InvoiceUnbooked: { city: number; period: number; reason: string; by: string | null };
  ReversalProposed: { document: string; side: ReversalSide };
  ReversalConfirmed: { document: string; whole: boolean; transferOut: bigint; by: string };
  ReversalRejected: { document: string; by: ReversalSide };
}

/** What each event of a payment tells; amounts in minor units. */
interface PaymentFacts {
  PaymentAttested: { payee: string; amount: bigint; by: string };
  PaymentMaterialised: { batch: string; amount: bigint };
  PaymentTaken: { amount: bigint; left: bigint };
  PaymentGivenBack: { amount: bigint; left: bigint };
  PaymentRefunded: { refunded: bigint; left: bigint; by: string };
}

type AbiEvent<Abi extends readonly unknown[]> = Extract<Abi[number], { type: "event" }>;
type NamedAfter<Event, First extends string> =
  Extract<Event, { inputs: readonly [{ name: First }, ...unknown[]] }> extends { name: infer Name extends string }
    ? Name
    : never;

/** The events of a document: those whose first argument is one, in the registry and in the ledger. */
export type InvoiceEventName =
  NamedAfter<AbiEvent<typeof invoiceRegistryAbi>, "invoice"> | NamedAfter<AbiEvent<typeof invoiceLedgerAbi>, "invoice">;
/** The events of a payment: those whose first argument is one. */
export type PaymentEventName = NamedAfter<AbiEvent<typeof paymentRegistryAbi>, "payment">;

/** An event in the life of a document, decoded. */
export type InvoiceEvent = {
  [Name in InvoiceEventName]: { type: Name } & EventPlace & InvoiceFacts[Name];
}[InvoiceEventName];
/** An event in the life of a payment, decoded. */
export type PaymentEvent = {
  [Name in PaymentEventName]: { type: Name } & EventPlace & PaymentFacts[Name];
}[PaymentEventName];

/** An event's arguments by name, as ethers decodes them. */
interface Args {
  seller: string;
  city: bigint;
  period: bigint;
  deductible: boolean;
  reason: bigint;
  batch: string;
  position: bigint;
  buyer: string;
  holder: string;
  document: string;
  whole: boolean;
  transferOut: bigint;
  side: bigint;
  by: string;
  payee: string;
  terms: { amount: bigint };
  amount: bigint;
  refunded: bigint;
  left: bigint;
}

const NOBODY = `0x${"0".repeat(40)}`;
const booking = ({ city, period }: Args) => ({ city: Number(city), period: Number(period) });

type Table<Facts> = { readonly [Name in keyof Facts]: (args: Args) => Facts[Name] };

/** The compiler holds these tables complete. */
const REGISTRY: Table<Pick<InvoiceFacts, NamedAfter<AbiEvent<typeof invoiceRegistryAbi>, "invoice">>> = {
  InvoiceIssued: ({ seller, city, by }) => ({ seller, city: Number(city), by }),
  InvoiceMaterialised: ({ batch, position }) => ({ batch, position: Number(position) }),
  InvoiceRequested: ({ buyer }) => ({ buyer }),
  InvoiceReversed: ({ document, whole }) => ({ document, whole }),
};
const LEDGER: Table<Pick<InvoiceFacts, NamedAfter<AbiEvent<typeof invoiceLedgerAbi>, "invoice">>> = {
  InvoiceConfirmed: () => ({}),
  InvoiceHandedOn: ({ holder }) => ({ holder }),
  InvoiceBooked: (args) => ({ ...booking(args), deductible: args.deductible }),
  InvoiceUnbooked: (args) => ({
    ...booking(args),
    reason: invoiceReasonName(args.reason),
    by: args.by === NOBODY ? null : args.by,
  }),
  ReversalProposed: ({ document, side }) => ({ document, side: nameOf(REVERSAL_SIDES, side) }),
  ReversalConfirmed: ({ document, whole, transferOut, by }) => ({ document, whole, transferOut, by }),
  ReversalRejected: ({ document, by }) => ({ document, by: nameOf(REVERSAL_SIDES, Number(by)) }),
};
const PAYMENTS: Table<PaymentFacts> = {
  PaymentAttested: ({ payee, terms, by }) => ({ payee, amount: terms.amount, by }),
  PaymentMaterialised: ({ batch, terms }) => ({ batch, amount: terms.amount }),
  PaymentTaken: ({ amount, left }) => ({ amount, left }),
  PaymentGivenBack: ({ amount, left }) => ({ amount, left }),
  PaymentRefunded: ({ refunded, left, by }) => ({ refunded, left, by }),
};

/**
 * The events of a document in the registry and in the ledger, newest first, each once; see `walk` in ../common/history.ts. One of a batch has
 * events once it has a state.
 * @param invoice Its id.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* invoiceHistory(
  { invoices, ledger, provider }: Pick<Contracts, "invoices" | "ledger" | "provider">,
  invoice: string,
): AsyncGenerator<InvoiceEvent, void, undefined> {
  const [registered, booked] = await Promise.all([invoices.stateOf(invoice), ledger.stateOf(invoice)]);
  const what = `the document ${invoice}`;
  const walks = [
    walk(
      {
        provider,
        contract: invoices,
        events: Object.keys(REGISTRY),
        record: invoice,
        from: Number(registered.changedIn),
        what,
      },
      (...of) => decoded(REGISTRY, ...of) as InvoiceEvent,
    ),
    walk(
      {
        provider,
        contract: ledger,
        events: Object.keys(LEDGER),
        record: invoice,
        from: Number(booked.changedIn),
        what,
      },
      (...of) => decoded(LEDGER, ...of) as InvoiceEvent,
    ),
  ] as const;
  const heads = await Promise.all(walks.map(async (one) => one.next()));
  for (;;) {
    const [ofRegistry, ofLedger] = heads.map((head) => (head.done === true ? undefined : head.value));
    const next = ofLedger === undefined || (ofRegistry !== undefined && isAfter(ofRegistry, ofLedger)) ? 0 : 1;
    const event = next === 0 ? ofRegistry : ofLedger;
    if (event === undefined) return;
    yield event;
    heads[next] = await walks[next].next();
  }
}

/**
 * The events of a payment, newest first, each once. One of a batch has events once it was used.
 * @param payment Its id.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* paymentHistory(
  { payments, provider }: Pick<Contracts, "payments" | "provider">,
  payment: string,
): AsyncGenerator<PaymentEvent, void, undefined> {
  const { changedIn } = await payments.stateOf(payment);
  yield* walk(
    {
      ...{ provider, contract: payments, events: Object.keys(PAYMENTS), record: payment },
      ...{ from: Number(changedIn), what: `the payment ${payment}` },
    },
    (...of) => decoded(PAYMENTS, ...of) as PaymentEvent,
  );
}

function isAfter(a: EventPlace, b: EventPlace): boolean {
  return a.block === b.block ? a.logIndex > b.logIndex : a.block > b.block;
}

function decoded(
  table: Readonly<Record<string, (args: Args) => object>>,
  type: string,
  args: Record<string, unknown>,
  place: EventPlace,
): object {
  return { type, ...place, ...table[type]?.(args as unknown as Args) };
}
