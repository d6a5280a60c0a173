import { deployScript } from "../rocketh/deploy.js";
import { INVOICING, REVERSING, roleOf } from "../src/access/capability.js";

/** Taxpayers, payments, and the documents bound to them. */
export default deployScript(
  async (env) => {
    const manager = env.contract("CityAccessManager");
    const managerAddress = await manager.getAddress();
    const identities = env.get("IdentityRegistry").address;
    const grant = async (capability: number, holder: string, what: string) => {
      const role = roleOf(0, capability);
      if ((await manager.hasRole(role, holder)).isMember) return;
      await env.transact(what, await manager.grantRole.populateTransaction(role, holder, 0));
    };

    const taxpayers = await (await env.deployContract("TaxpayerRegistry", [managerAddress, identities])).getAddress();
    const payments = await (await env.deployContract("PaymentRegistry", [managerAddress, identities])).getAddress();
    const registry = await env.deployContract("InvoiceRegistry", [managerAddress, taxpayers, payments]);
    const invoices = await registry.getAddress();
    await grant(INVOICING, invoices, "let InvoiceRegistry charge and take");

    const ledger = await env.deployContract("InvoiceLedger", [managerAddress, invoices]);
    await grant(REVERSING, await ledger.getAddress(), "let InvoiceLedger reverse");
  },
  { tags: ["invoice"], dependencies: ["identity"] },
);
