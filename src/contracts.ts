import type { Provider } from "ethers";

import type {
  CityAccessManager,
  CityRegistry,
  CityResolver,
  ClaimRegistry,
  ClaimVerifier,
  ConsentRegistry,
  FundEscrow,
  IdentityRegistry,
  InvoiceLedger,
  InvoiceRegistry,
  MilestoneRegistry,
  P256Verifier,
  PaymentRegistry,
  PayrollRegistry,
  ProjectBooks,
  ProjectRegistry,
  SettlementToken,
  SuiteDirectory,
  TaxpayerRegistry,
  WageAccount,
  WorkerRegistry,
} from "./bindings.js";

/** The suite's contracts, typed by TypeChain, and the chain they are on. What `connect` returns has all of it. */
export interface Contracts {
  readonly provider: Provider;
  readonly chainId: bigint;
  /** Where all others are. */
  readonly directory: SuiteDirectory;
  /** Who may act for which city. */
  readonly access: CityAccessManager;
  /** Which cities exist, under which code, since when. */
  readonly cities: CityRegistry;
  /** From a text to a city, and what the city says of itself. */
  readonly resolver: CityResolver;
  /** Verifies signatures of phone keys (ERC-7913). */
  readonly p256: P256Verifier;
  /** Residents and legal persons, one identity each. */
  readonly identities: IdentityRegistry;
  /** Claims about persons, and their schemas. */
  readonly claims: ClaimRegistry;
  /** What a presentation of claims proves. */
  readonly verifier: ClaimVerifier;
  /** Consents to use what a claim says, and receipts of uses. */
  readonly consents: ConsentRegistry;
  /** Who may issue documents, under which numbers, and how much in a month. */
  readonly taxpayers: TaxpayerRegistry;
  /** Payments, and what is left of each to be invoiced. */
  readonly payments: PaymentRegistry;
  /** Invoices and receipts. */
  readonly invoices: InvoiceRegistry;
  /** Who holds a document, who booked it, and how it is reversed. */
  readonly ledger: InvoiceLedger;
  /** What is agreed on each project, and who sits where. */
  readonly projects: ProjectRegistry;
  /** Works money of projects. */
  readonly escrow: FundEscrow;
  /** Who works in a project, and where they are paid. */
  readonly workers: WorkerRegistry;
  /** Payrolls of projects: what is owed to whom. */
  readonly payrolls: PayrollRegistry;
  /** Wages of projects: what is there, and what was paid. */
  readonly wages: WageAccount;
  /** Milestones and defects: what is requested, approved, disputed and ruled. */
  readonly milestones: MilestoneRegistry;
  /** The books of a project in one view. */
  readonly projectBooks: ProjectBooks;
  /** A deposit token of the network's banks, for networks that have no money of their own. */
  readonly settlement: SettlementToken;
}
