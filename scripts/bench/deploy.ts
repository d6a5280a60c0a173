import type { ContractName } from "../../rocketh/contracts.js";
import { connection, loadFixture, meter, suite } from "./world.js";

/** Every transaction of the steps in deploy/: those that deploy a contract each, and the sum of all. */
export async function measureDeployment(): Promise<void> {
  const deployed = await loadFixture(suite);
  const { factory } = deployed;
  const contracts: Record<ContractName, { getAddress(): Promise<string> }> = {
    SuiteFactory: factory,
    CityAccessManager: deployed.manager,
    CityRegistry: deployed.registry,
    CityResolver: deployed.resolver,
    P256Verifier: deployed.p256,
    IdentityRegistry: deployed.identities,
    ClaimRegistry: deployed.claims,
    ClaimVerifier: deployed.verifier,
    ConsentRegistry: deployed.consents,
    TaxpayerRegistry: deployed.taxpayers,
    PaymentRegistry: deployed.payments,
    InvoiceRegistry: deployed.invoices,
    InvoiceLedger: deployed.ledger,
    ProjectRegistry: deployed.projects,
    FundEscrow: deployed.escrow,
    WorkerRegistry: deployed.workers,
    PayrollRegistry: deployed.payrolls,
    WageAccount: deployed.wages,
    MilestoneRegistry: deployed.milestones,
    ProjectBooks: deployed.projectBooks,
    SettlementToken: deployed.settlement,
    SuiteDirectory: deployed.directory,
  };
  const names = new Map<string, string>();
  for (const [name, contract] of Object.entries(contracts)) names.set(await contract.getAddress(), name);

  const { provider } = connection.ethers;
  let sum = 0;
  for (let number = 1; number <= (await provider.getBlockNumber()); number++) {
    const block = await provider.getBlock(number);
    for (const hash of block?.transactions ?? []) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt === null) throw new Error(`no receipt of ${hash}`);
      const gas = Number(receipt.gasUsed);
      sum += gas;
      const [event] = receipt.logs.map((log) => factory.interface.parseLog(log)).filter((event) => event !== null);
      const name = names.get(receipt.contractAddress ?? (event?.args["deployed"] as string | undefined) ?? "");
      if (name !== undefined) meter.add(`deploy.${name}`, "the transaction that deploys it", gas, null);
    }
  }
  meter.add("deploy.suite", "all transactions of `npm run deploy`, up to the hand-over", sum, null);
}
