/** The ABIs of the suite's contracts, typed to the last literal (`as const`), as TypeChain generated them from the compiled contracts. */
import {
  CityAccessManager__factory,
  CityRegistry__factory,
  CityResolver__factory,
  ClaimRegistry__factory,
  ClaimVerifier__factory,
  ConsentRegistry__factory,
  FundEscrow__factory,
  IdentityRegistry__factory,
  InvoiceLedger__factory,
  InvoiceRegistry__factory,
  MilestoneRegistry__factory,
  P256Verifier__factory,
  PaymentRegistry__factory,
  PayrollRegistry__factory,
  ProjectBooks__factory,
  ProjectRegistry__factory,
  SettlementToken__factory,
  SuiteDirectory__factory,
  SuiteFactory__factory,
  TaxpayerRegistry__factory,
  WageAccount__factory,
  WorkerRegistry__factory,
} from "./bindings.js";

export const cityAccessManagerAbi = CityAccessManager__factory.abi;
export const cityRegistryAbi = CityRegistry__factory.abi;
export const cityResolverAbi = CityResolver__factory.abi;
export const p256VerifierAbi = P256Verifier__factory.abi;
export const identityRegistryAbi = IdentityRegistry__factory.abi;
export const claimRegistryAbi = ClaimRegistry__factory.abi;
export const claimVerifierAbi = ClaimVerifier__factory.abi;
export const consentRegistryAbi = ConsentRegistry__factory.abi;
export const taxpayerRegistryAbi = TaxpayerRegistry__factory.abi;
export const paymentRegistryAbi = PaymentRegistry__factory.abi;
export const invoiceRegistryAbi = InvoiceRegistry__factory.abi;
export const invoiceLedgerAbi = InvoiceLedger__factory.abi;
export const projectRegistryAbi = ProjectRegistry__factory.abi;
export const fundEscrowAbi = FundEscrow__factory.abi;
export const workerRegistryAbi = WorkerRegistry__factory.abi;
export const payrollRegistryAbi = PayrollRegistry__factory.abi;
export const wageAccountAbi = WageAccount__factory.abi;
export const milestoneRegistryAbi = MilestoneRegistry__factory.abi;
export const projectBooksAbi = ProjectBooks__factory.abi;
export const settlementTokenAbi = SettlementToken__factory.abi;
export const suiteDirectoryAbi = SuiteDirectory__factory.abi;
export const suiteFactoryAbi = SuiteFactory__factory.abi;

/** All of them by the contract's name. */
export const abis = {
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
} as const;
