/** The bytecode of what the suite's deployment creates, as it was compiled: only tests need it. */
import type { abis } from "../abi.js";
import { bytecode as cityAccessManager } from "../../generated/bytecode/CityAccessManager.js";
import { bytecode as cityRegistry } from "../../generated/bytecode/CityRegistry.js";
import { bytecode as cityResolver } from "../../generated/bytecode/CityResolver.js";
import { bytecode as claimRegistry } from "../../generated/bytecode/ClaimRegistry.js";
import { bytecode as claimVerifier } from "../../generated/bytecode/ClaimVerifier.js";
import { bytecode as consentRegistry } from "../../generated/bytecode/ConsentRegistry.js";
import { bytecode as fundEscrow } from "../../generated/bytecode/FundEscrow.js";
import { bytecode as identityRegistry } from "../../generated/bytecode/IdentityRegistry.js";
import { bytecode as invoiceLedger } from "../../generated/bytecode/InvoiceLedger.js";
import { bytecode as invoiceRegistry } from "../../generated/bytecode/InvoiceRegistry.js";
import { bytecode as milestoneRegistry } from "../../generated/bytecode/MilestoneRegistry.js";
import { bytecode as p256Verifier } from "../../generated/bytecode/P256Verifier.js";
import { bytecode as paymentRegistry } from "../../generated/bytecode/PaymentRegistry.js";
import { bytecode as payrollRegistry } from "../../generated/bytecode/PayrollRegistry.js";
import { bytecode as projectBooks } from "../../generated/bytecode/ProjectBooks.js";
import { bytecode as projectRegistry } from "../../generated/bytecode/ProjectRegistry.js";
import { bytecode as settlementToken } from "../../generated/bytecode/SettlementToken.js";
import { bytecode as suiteDirectory } from "../../generated/bytecode/SuiteDirectory.js";
import { bytecode as suiteFactory } from "../../generated/bytecode/SuiteFactory.js";
import { bytecode as taxpayerRegistry } from "../../generated/bytecode/TaxpayerRegistry.js";
import { bytecode as wageAccount } from "../../generated/bytecode/WageAccount.js";
import { bytecode as workerRegistry } from "../../generated/bytecode/WorkerRegistry.js";

export const BYTECODE: Readonly<Record<keyof typeof abis, string>> = {
  CityAccessManager: cityAccessManager,
  CityRegistry: cityRegistry,
  CityResolver: cityResolver,
  ClaimRegistry: claimRegistry,
  ClaimVerifier: claimVerifier,
  ConsentRegistry: consentRegistry,
  FundEscrow: fundEscrow,
  IdentityRegistry: identityRegistry,
  InvoiceLedger: invoiceLedger,
  InvoiceRegistry: invoiceRegistry,
  MilestoneRegistry: milestoneRegistry,
  P256Verifier: p256Verifier,
  PaymentRegistry: paymentRegistry,
  PayrollRegistry: payrollRegistry,
  ProjectBooks: projectBooks,
  ProjectRegistry: projectRegistry,
  SettlementToken: settlementToken,
  SuiteDirectory: suiteDirectory,
  SuiteFactory: suiteFactory,
  TaxpayerRegistry: taxpayerRegistry,
  WageAccount: wageAccount,
  WorkerRegistry: workerRegistry,
};
