/** What became of a record of any kind, read from the chain alone, without an indexer: one way to ask for all of them. */
import type { BaseContract } from "ethers";
import { toBeHex, zeroPadValue } from "ethers";

import { type CityEvent, history } from "../city/history.js";
import type { PublishedName } from "../client.js";
import type { EventName, RegistryEvent } from "../common/event.js";
import { walk } from "../common/history.js";
import type { Contracts } from "../contracts.js";
import { type ProjectEvent, projectHistory } from "../escrow/history.js";
import { type IdentityEvent, identityHistory } from "../identity/history.js";
import { type ConsentEvent, consentHistory } from "../identity/receipt.js";
import { type InvoiceEvent, invoiceHistory, type PaymentEvent, paymentHistory } from "../invoice/history.js";
import { bureauCapability, type BureauName } from "../invoice/taxpayer.js";

/** What names a record of each kind; ids are hexadecimal. */
interface Keys {
  city: { id: bigint | number };
  /** An application for a city. */
  application: { id: string };
  /** The resolution records of a city. */
  records: { city: bigint | number };
  identity: { id: string };
  schema: { id: bigint | number };
  /** A claim, or a batch of claims with what was said of positions in it. */
  claim: { id: string };
  consent: { id: string };
  /** A person before a bureau. */
  taxpayer: { person: string; bureau: BureauName };
  payment: { id: string };
  paymentBatch: { id: string };
  /** A document, in InvoiceRegistry and InvoiceLedger. */
  invoice: { id: string };
  /** A project, in all contracts but PayrollRegistry. */
  project: { id: string };
  /** A worker of a project. */
  worker: { project: string; worker: bigint | number };
  payroll: { id: string };
  /** A redemption of the SettlementToken. */
  redemption: { id: bigint | number };
}

const APPLICATION = [
  "ApplicationSubmitted",
  "ApplicationApproved",
  "ApplicationRejected",
  "ApplicationWithdrawn",
] as const;
const RECORDS = ["RecordChanged", "RecordsCleared"] as const;
const SCHEMA = ["SchemaCreated", "SchemaRetired"] as const;
const CLAIM = [
  ...(["ClaimIssued", "BatchAnchored", "StandingChanged", "ClaimSuperseded"] as const),
  ...(["PositionStandingChanged", "PositionSuperseded"] as const),
] as const;
const TAXPAYER = [
  ...([
    "TaxpayerAdmitted",
    "TaxpayerDismissed",
    "KindsChanged",
    "QuotaChanged",
    "QuotaFrozen",
    "QuotaUnfrozen",
  ] as const),
  ...(["OperatorNamed", "OperatorDropped"] as const),
] as const;
const PAYMENT_BATCH = ["PaymentsAnchored", "PaymentsReserved", "PaymentsReleased"] as const;
const WORKER = ["WorkerEnrolled", "WorkerAccountChanged"] as const;
/** All that WorkerRegistry tells of a project; one leads to the other. */
const WORKERS = [...WORKER, "ArrearsDeclared", "ArrearsEnded"] as const;
const PAYROLL = ["PayrollFiled", "RowSetAside", "RowAdmitted", "PayrollApproved", "PayrollLapsed"] as const;
const REDEMPTION = ["RedemptionRequested", "RedemptionPaid", "RedemptionReturned", "RedemptionWithdrawn"] as const;

/** What is told of a record of each kind. */
export interface HistoryEvents {
  city: CityEvent;
  application: RegistryEvent<"CityRegistry", (typeof APPLICATION)[number]>;
  records: RegistryEvent<"CityResolver", (typeof RECORDS)[number]>;
  identity: IdentityEvent;
  schema: RegistryEvent<"ClaimRegistry", (typeof SCHEMA)[number]>;
  claim: RegistryEvent<"ClaimRegistry", (typeof CLAIM)[number]>;
  consent: ConsentEvent;
  taxpayer: RegistryEvent<"TaxpayerRegistry", (typeof TAXPAYER)[number]>;
  payment: PaymentEvent;
  paymentBatch: RegistryEvent<"PaymentRegistry", (typeof PAYMENT_BATCH)[number]>;
  invoice: InvoiceEvent;
  project: ProjectEvent;
  worker: RegistryEvent<"WorkerRegistry", (typeof WORKER)[number]>;
  payroll: RegistryEvent<"PayrollRegistry", (typeof PAYROLL)[number]>;
  redemption: RegistryEvent<"SettlementToken", (typeof REDEMPTION)[number]>;
}

export type RecordKind = keyof HistoryEvents;
/** A record: its kind, and what names it. */
export type HistoryRecord<Kind extends RecordKind = RecordKind> = { [Of in Kind]: { kind: Of } & Keys[Of] }[Kind];

type Events<Kind extends RecordKind> = AsyncGenerator<HistoryEvents[Kind], void, undefined>;

/**
 * The events of a record, newest first, each once: one `eth_getLogs` of a single block for each block with events; see `walk` in
 * ../common/history.ts. Roles, the directory, batches of invoices and paid orders of the SettlementToken have no such chain of events: see `watch`.
 * @throws HistoryIncompleteError if the node has pruned logs; what the contract refuses an unknown record with, where it does.
 */
export function historyOf<Kind extends RecordKind>(
  contracts: Contracts,
  record: HistoryRecord<Kind>,
): AsyncGenerator<HistoryEvents[Kind], void, undefined> {
  return HISTORIES[record.kind](contracts, record);
}

const HISTORIES: { readonly [Kind in RecordKind]: (on: Contracts, record: HistoryRecord<Kind>) => Events<Kind> } = {
  city: (on, { id }) => history(on, id),
  identity: (on, { id }) => identityHistory(on, id),
  consent: (on, { id }) => consentHistory(on, id),
  payment: (on, { id }) => paymentHistory(on, id),
  invoice: (on, { id }) => invoiceHistory(on, id),
  project: (on, { id }) => projectHistory(on, id),
  application: async function* (on, { id }) {
    const { changedIn } = await on.cities.applicationOf(id);
    yield* told(on, "CityRegistry", on.cities, APPLICATION, id, changedIn);
  },
  records: async function* (on, { city }) {
    const { changedIn } = await on.resolver.recordsOf(city);
    yield* told(on, "CityResolver", on.resolver, RECORDS, wordOf(city), changedIn);
  },
  schema: async function* (on, { id }) {
    const { changedIn } = await on.claims.schemaOf(id);
    yield* told(on, "ClaimRegistry", on.claims, SCHEMA, wordOf(id), changedIn);
  },
  claim: async function* (on, { id }) {
    const { changedIn } = await on.claims.stateOf(id);
    yield* told(on, "ClaimRegistry", on.claims, CLAIM, id, changedIn);
  },
  taxpayer: async function* (on, { person, bureau }) {
    const capability = bureauCapability(bureau);
    const { changedIn } = await on.taxpayers.taxpayerOf(person, capability);
    const record = [person, wordOf(capability)];
    yield* told(on, "TaxpayerRegistry", on.taxpayers, TAXPAYER, record, changedIn);
  },
  paymentBatch: async function* (on, { id }) {
    const { changedIn } = await on.payments.batchStateOf(id);
    yield* told(on, "PaymentRegistry", on.payments, PAYMENT_BATCH, id, changedIn);
  },
  worker: async function* (on, { project, worker }) {
    const changedIn = await on.workers.changedIn(project);
    for await (const event of told(on, "WorkerRegistry", on.workers, WORKERS, project, changedIn)) {
      if ("worker" in event.args && event.args.worker === BigInt(worker)) yield event as HistoryEvents["worker"];
    }
  },
  payroll: async function* (on, { id }) {
    const { changedIn } = await on.payrolls.payrollOf(id);
    for await (const event of told(on, "PayrollRegistry", on.payrolls, PAYROLL, id, changedIn)) {
      yield event;
      if (event.type === "PayrollFiled") return; // it leads to the project's payroll before
    }
  },
  redemption: async function* (on, { id }) {
    const { changedIn } = await on.settlement.redemptionOf(id);
    yield* told(on, "SettlementToken", on.settlement, REDEMPTION, wordOf(id), changedIn);
  },
};

/** The events as the contract has them. @param record Its id, and what else of it is indexed. */
function told<Contract extends PublishedName, Name extends EventName<Contract>>(
  { provider }: Contracts,
  name: Contract,
  contract: BaseContract,
  events: readonly Name[],
  record: string | readonly string[],
  changedIn: bigint,
): AsyncGenerator<RegistryEvent<Contract, Name>, void, undefined> {
  const what = `${name}'s record ${[record].flat().join(", ")}`;
  return walk(
    { provider, contract, events, record, from: Number(changedIn), what },
    (type, args, place) => ({ contract: name, type, args, ...place }) as unknown as RegistryEvent<Contract, Name>,
  );
}

function wordOf(number: bigint | number): string {
  return zeroPadValue(toBeHex(number), 32);
}
