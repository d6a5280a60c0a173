/** The ABIs of the suite's contracts, typed to the last literal (`as const`). Nothing else is loaded with them: no ethers. */
import { cityAccessManagerAbi } from "../generated/abi-modules/CityAccessManager.js";
import { cityRegistryAbi } from "../generated/abi-modules/CityRegistry.js";
import { cityResolverAbi } from "../generated/abi-modules/CityResolver.js";
import { claimRegistryAbi } from "../generated/abi-modules/ClaimRegistry.js";
import { claimVerifierAbi } from "../generated/abi-modules/ClaimVerifier.js";
import { consentRegistryAbi } from "../generated/abi-modules/ConsentRegistry.js";
import { fundEscrowAbi } from "../generated/abi-modules/FundEscrow.js";
import { identityRegistryAbi } from "../generated/abi-modules/IdentityRegistry.js";
import { invoiceLedgerAbi } from "../generated/abi-modules/InvoiceLedger.js";
import { invoiceRegistryAbi } from "../generated/abi-modules/InvoiceRegistry.js";
import { milestoneRegistryAbi } from "../generated/abi-modules/MilestoneRegistry.js";
import { p256VerifierAbi } from "../generated/abi-modules/P256Verifier.js";
import { paymentRegistryAbi } from "../generated/abi-modules/PaymentRegistry.js";
import { payrollRegistryAbi } from "../generated/abi-modules/PayrollRegistry.js";
import { projectBooksAbi } from "../generated/abi-modules/ProjectBooks.js";
import { projectRegistryAbi } from "../generated/abi-modules/ProjectRegistry.js";
import { settlementTokenAbi } from "../generated/abi-modules/SettlementToken.js";
import { suiteDirectoryAbi } from "../generated/abi-modules/SuiteDirectory.js";
import { suiteFactoryAbi } from "../generated/abi-modules/SuiteFactory.js";
import { taxpayerRegistryAbi } from "../generated/abi-modules/TaxpayerRegistry.js";
import { wageAccountAbi } from "../generated/abi-modules/WageAccount.js";
import { workerRegistryAbi } from "../generated/abi-modules/WorkerRegistry.js";

export {
  cityAccessManagerAbi,
  cityRegistryAbi,
  cityResolverAbi,
  claimRegistryAbi,
  claimVerifierAbi,
  consentRegistryAbi,
  fundEscrowAbi,
  identityRegistryAbi,
  invoiceLedgerAbi,
  invoiceRegistryAbi,
  milestoneRegistryAbi,
  p256VerifierAbi,
  paymentRegistryAbi,
  payrollRegistryAbi,
  projectBooksAbi,
  projectRegistryAbi,
  settlementTokenAbi,
  suiteDirectoryAbi,
  suiteFactoryAbi,
  taxpayerRegistryAbi,
  wageAccountAbi,
  workerRegistryAbi,
};

/** All of them by the contract's name. (The type is written out so that it is not printed twice in the declarations.) */
export const abis: {
  readonly CityAccessManager: typeof cityAccessManagerAbi;
  readonly CityRegistry: typeof cityRegistryAbi;
  readonly CityResolver: typeof cityResolverAbi;
  readonly P256Verifier: typeof p256VerifierAbi;
  readonly IdentityRegistry: typeof identityRegistryAbi;
  readonly ClaimRegistry: typeof claimRegistryAbi;
  readonly ClaimVerifier: typeof claimVerifierAbi;
  readonly ConsentRegistry: typeof consentRegistryAbi;
  readonly TaxpayerRegistry: typeof taxpayerRegistryAbi;
  readonly PaymentRegistry: typeof paymentRegistryAbi;
  readonly InvoiceRegistry: typeof invoiceRegistryAbi;
  readonly InvoiceLedger: typeof invoiceLedgerAbi;
  readonly ProjectRegistry: typeof projectRegistryAbi;
  readonly FundEscrow: typeof fundEscrowAbi;
  readonly WorkerRegistry: typeof workerRegistryAbi;
  readonly PayrollRegistry: typeof payrollRegistryAbi;
  readonly WageAccount: typeof wageAccountAbi;
  readonly MilestoneRegistry: typeof milestoneRegistryAbi;
  readonly ProjectBooks: typeof projectBooksAbi;
  readonly SettlementToken: typeof settlementTokenAbi;
  readonly SuiteDirectory: typeof suiteDirectoryAbi;
  readonly SuiteFactory: typeof suiteFactoryAbi;
} = {
  CityAccessManager: cityAccessManagerAbi,
  CityRegistry: cityRegistryAbi,
  CityResolver: cityResolverAbi,
  P256Verifier: p256VerifierAbi,
  IdentityRegistry: identityRegistryAbi,
  ClaimRegistry: claimRegistryAbi,
  ClaimVerifier: claimVerifierAbi,
  ConsentRegistry: consentRegistryAbi,
  TaxpayerRegistry: taxpayerRegistryAbi,
  PaymentRegistry: paymentRegistryAbi,
  InvoiceRegistry: invoiceRegistryAbi,
  InvoiceLedger: invoiceLedgerAbi,
  ProjectRegistry: projectRegistryAbi,
  FundEscrow: fundEscrowAbi,
  WorkerRegistry: workerRegistryAbi,
  PayrollRegistry: payrollRegistryAbi,
  WageAccount: wageAccountAbi,
  MilestoneRegistry: milestoneRegistryAbi,
  ProjectBooks: projectBooksAbi,
  SettlementToken: settlementTokenAbi,
  SuiteDirectory: suiteDirectoryAbi,
  SuiteFactory: suiteFactoryAbi,
};

type AbiError = Extract<(typeof abis)[keyof typeof abis][number], { type: "error" }>;

/**
 * All custom errors of the suite, those of several contracts once. A contract passes on the errors of those it calls, so any of them may
 * come from anywhere: decode with this, not with the ABI of the contract that was called.
 */
export const errorsAbi: readonly AbiError[] = uniqueErrors();

function uniqueErrors(): AbiError[] {
  const errors = Object.values(abis).flatMap((abi) => abi.filter((entry) => entry.type === "error"));
  return [...new Map(errors.map((entry) => [JSON.stringify(entry), entry])).values()];
}
