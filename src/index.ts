/** The client of Civitas, for services to import: `connect` with the address of a network's directory, and ask. */
export * from "./abi.js";
export * from "./access/index.js";
export * from "./chain/index.js";
export * from "./city/index.js";
export * from "./client.js";
export type { Contracts } from "./contracts.js";
export * from "./directory/index.js";
export * from "./escrow/index.js";
export { CivitasError, type CivitasErrorName, type ContractErrorName, decodeError, revertDataOf } from "./errors.js";
export * from "./identity/index.js";
export * from "./invoice/index.js";
export type {
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
