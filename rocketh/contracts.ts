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
} from "../typechain/index.js";

/** Every contract the steps deploy, in their order, with its TypeChain binding. */
export const BINDINGS = {
  SuiteFactory: SuiteFactory__factory,
  CityAccessManager: CityAccessManager__factory,
  CityRegistry: CityRegistry__factory,
  CityResolver: CityResolver__factory,
  P256Verifier: P256Verifier__factory,
  IdentityRegistry: IdentityRegistry__factory,
  ClaimRegistry: ClaimRegistry__factory,
  ClaimVerifier: ClaimVerifier__factory,
  ConsentRegistry: ConsentRegistry__factory,
  TaxpayerRegistry: TaxpayerRegistry__factory,
  PaymentRegistry: PaymentRegistry__factory,
  InvoiceRegistry: InvoiceRegistry__factory,
  InvoiceLedger: InvoiceLedger__factory,
  ProjectRegistry: ProjectRegistry__factory,
  FundEscrow: FundEscrow__factory,
  WorkerRegistry: WorkerRegistry__factory,
  PayrollRegistry: PayrollRegistry__factory,
  WageAccount: WageAccount__factory,
  SuiteDirectory: SuiteDirectory__factory,
  MilestoneRegistry: MilestoneRegistry__factory,
  ProjectBooks: ProjectBooks__factory,
  SettlementToken: SettlementToken__factory,
} as const;

export type ContractName = keyof typeof BINDINGS;
export type ContractOf<Name extends ContractName> = ReturnType<(typeof BINDINGS)[Name]["connect"]>;

/** The contracts that are found through the directory, in the order of their publication. */
export const PUBLISHED = [
  "CityAccessManager",
  "CityRegistry",
  "CityResolver",
  "P256Verifier",
  "IdentityRegistry",
  "ClaimRegistry",
  "ClaimVerifier",
  "ConsentRegistry",
  "TaxpayerRegistry",
  "PaymentRegistry",
  "InvoiceRegistry",
  "InvoiceLedger",
  "ProjectRegistry",
  "FundEscrow",
  "WorkerRegistry",
  "PayrollRegistry",
  "WageAccount",
  "MilestoneRegistry",
  "ProjectBooks",
  "SettlementToken",
] as const satisfies ContractName[];

/** What the SettlementToken is: of the network (city 0), its name and symbol, and its currency (ISO 4217 numeric). */
export const SETTLEMENT = [0, "Settlement Yuan", "SCNY", 156] as const;

/** The typed contract at an address. */
export function contractAt<Name extends ContractName>(
  name: Name,
  address: string,
  runner?: Parameters<(typeof BINDINGS)[Name]["connect"]>[1],
): ContractOf<Name> {
  return BINDINGS[name].connect(address, runner) as ContractOf<Name>;
}
