/** TypeChain's types of the contracts a client uses, and the typed contracts. Each from its own file: the rest, test contracts among them, stays out. */
import { Contract, type ContractRunner } from "ethers";

import { abis } from "./abi.js";
import type { CityAccessManager } from "../typechain/access/CityAccessManager.js";
import type { CityRegistry } from "../typechain/city/CityRegistry.js";
import type { CityResolver } from "../typechain/city/CityResolver.js";
import type { P256Verifier } from "../typechain/common/P256Verifier.js";
import type { ClaimRegistry } from "../typechain/identity/ClaimRegistry.js";
import type { ClaimVerifier } from "../typechain/identity/ClaimVerifier.js";
import type { ConsentRegistry } from "../typechain/identity/ConsentRegistry.js";
import type { IdentityRegistry } from "../typechain/identity/IdentityRegistry.js";
import type { InvoiceLedger } from "../typechain/invoice/InvoiceLedger.js";
import type { InvoiceRegistry } from "../typechain/invoice/InvoiceRegistry.js";
import type { PaymentRegistry } from "../typechain/invoice/PaymentRegistry.js";
import type { TaxpayerRegistry } from "../typechain/invoice/TaxpayerRegistry.js";
import type { FundEscrow } from "../typechain/escrow/FundEscrow.js";
import type { MilestoneRegistry } from "../typechain/escrow/MilestoneRegistry.js";
import type { PayrollRegistry } from "../typechain/escrow/PayrollRegistry.js";
import type { ProjectBooks } from "../typechain/escrow/ProjectBooks.js";
import type { ProjectRegistry } from "../typechain/escrow/ProjectRegistry.js";
import type { SettlementToken } from "../typechain/escrow/SettlementToken.js";
import type { WageAccount } from "../typechain/escrow/WageAccount.js";
import type { WorkerRegistry } from "../typechain/escrow/WorkerRegistry.js";
import type { SuiteDirectory } from "../typechain/directory/SuiteDirectory.js";

export type {
  CityAccessManager,
  CityRegistry,
  CityResolver,
  P256Verifier,
  ClaimRegistry,
  ClaimVerifier,
  ConsentRegistry,
  IdentityRegistry,
  InvoiceLedger,
  InvoiceRegistry,
  PaymentRegistry,
  TaxpayerRegistry,
  FundEscrow,
  MilestoneRegistry,
  PayrollRegistry,
  ProjectBooks,
  ProjectRegistry,
  SettlementToken,
  WageAccount,
  WorkerRegistry,
  SuiteDirectory,
};

/** The type of each contract by its name. */
export interface ContractTypes {
  CityAccessManager: CityAccessManager;
  CityRegistry: CityRegistry;
  CityResolver: CityResolver;
  P256Verifier: P256Verifier;
  ClaimRegistry: ClaimRegistry;
  ClaimVerifier: ClaimVerifier;
  ConsentRegistry: ConsentRegistry;
  IdentityRegistry: IdentityRegistry;
  InvoiceLedger: InvoiceLedger;
  InvoiceRegistry: InvoiceRegistry;
  PaymentRegistry: PaymentRegistry;
  TaxpayerRegistry: TaxpayerRegistry;
  FundEscrow: FundEscrow;
  MilestoneRegistry: MilestoneRegistry;
  PayrollRegistry: PayrollRegistry;
  ProjectBooks: ProjectBooks;
  ProjectRegistry: ProjectRegistry;
  SettlementToken: SettlementToken;
  WageAccount: WageAccount;
  WorkerRegistry: WorkerRegistry;
  SuiteDirectory: SuiteDirectory;
}

/** The typed contract at an address. Whether it is one is not asked. */
export function contractAt<Name extends keyof ContractTypes>(
  name: Name,
  address: string,
  runner: ContractRunner,
): ContractTypes[Name] {
  return new Contract(address, abis[name], runner) as unknown as ContractTypes[Name];
}

export type { TypedContractEvent } from "../typechain/common.js";
