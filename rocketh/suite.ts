import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { contractAt, type ContractName, type ContractOf } from "./contracts.js";
import { type Run, runSteps } from "./run.js";

/** The suite as tests, the demo and the benchmark use it. */
export interface DeployedSuite {
  factory: ContractOf<"SuiteFactory">;
  manager: ContractOf<"CityAccessManager">;
  registry: ContractOf<"CityRegistry">;
  resolver: ContractOf<"CityResolver">;
  p256: ContractOf<"P256Verifier">;
  identities: ContractOf<"IdentityRegistry">;
  claims: ContractOf<"ClaimRegistry">;
  verifier: ContractOf<"ClaimVerifier">;
  consents: ContractOf<"ConsentRegistry">;
  taxpayers: ContractOf<"TaxpayerRegistry">;
  payments: ContractOf<"PaymentRegistry">;
  invoices: ContractOf<"InvoiceRegistry">;
  ledger: ContractOf<"InvoiceLedger">;
  projects: ContractOf<"ProjectRegistry">;
  escrow: ContractOf<"FundEscrow">;
  workers: ContractOf<"WorkerRegistry">;
  payrolls: ContractOf<"PayrollRegistry">;
  wages: ContractOf<"WageAccount">;
  milestones: ContractOf<"MilestoneRegistry">;
  projectBooks: ContractOf<"ProjectBooks">;
  settlement: ContractOf<"SettlementToken">;
  directory: ContractOf<"SuiteDirectory">;
  /** Deployed everything, and has no power any more. */
  deployer: HardhatEthersSigner;
  /** Administers the network. The contracts above act in its name; `contract.connect(other)` for another's. */
  administrator: HardhatEthersSigner;
  /** The network's other accounts. */
  others: HardhatEthersSigner[];
}

/**
 * Deploy the suite through the steps in deploy/, or find it where it is already.
 * @param connection from Hardhat's `network.connect()`.
 * @param run with `{ salt }`, a suite apart from any other on the same chain.
 */
export async function deploySuite(connection: NetworkConnection, run: Run = {}): Promise<DeployedSuite> {
  const env = await runSteps(connection, run);
  const signers = await connection.ethers.getSigners();
  const { deployer, administrator } = env.namedAccounts;
  const signerOf = (address: string) => {
    const signer = signers.find((one) => one.address.toLowerCase() === address.toLowerCase());
    if (signer === undefined) throw new Error(`${address} is not among the network's accounts`);
    return signer;
  };
  const admin = signerOf(administrator);
  const at = <Name extends ContractName>(name: Name) => contractAt(name, env.get(name).address, admin);
  return {
    factory: at("SuiteFactory"),
    manager: at("CityAccessManager"),
    registry: at("CityRegistry"),
    resolver: at("CityResolver"),
    p256: at("P256Verifier"),
    identities: at("IdentityRegistry"),
    claims: at("ClaimRegistry"),
    verifier: at("ClaimVerifier"),
    consents: at("ConsentRegistry"),
    taxpayers: at("TaxpayerRegistry"),
    payments: at("PaymentRegistry"),
    invoices: at("InvoiceRegistry"),
    ledger: at("InvoiceLedger"),
    projects: at("ProjectRegistry"),
    escrow: at("FundEscrow"),
    workers: at("WorkerRegistry"),
    payrolls: at("PayrollRegistry"),
    wages: at("WageAccount"),
    milestones: at("MilestoneRegistry"),
    projectBooks: at("ProjectBooks"),
    settlement: at("SettlementToken"),
    directory: at("SuiteDirectory"),
    deployer: signerOf(deployer),
    administrator: admin,
    others: signers.filter((one) => one !== signerOf(deployer) && one !== admin),
  };
}
