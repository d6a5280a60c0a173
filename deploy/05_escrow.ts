import { SETTLEMENT } from "../rocketh/contracts.js";
import { deployScript } from "../rocketh/deploy.js";
import { PAYMENT, roleOf } from "../src/access/capability.js";

/** Projects, their works money and wages, what is decided on their milestones, and a token where there is no other money. */
export default deployScript(
  async (env) => {
    const manager = env.contract("CityAccessManager");
    const managerAddress = await manager.getAddress();
    const identities = env.get("IdentityRegistry").address;
    const projects = await env.deployContract("ProjectRegistry", [managerAddress, identities]);
    const projectsAddress = await projects.getAddress();

    const escrow = await env.deployContract("FundEscrow", [managerAddress, projectsAddress]);
    const claims = env.get("ClaimRegistry").address;
    const workers = await env.deployContract("WorkerRegistry", [managerAddress, projectsAddress, claims]);
    const payrolls = await env.deployContract("PayrollRegistry", [
      managerAddress,
      projectsAddress,
      await workers.getAddress(),
    ]);
    const wages = await env.deployContract("WageAccount", [
      managerAddress,
      projectsAddress,
      await payrolls.getAddress(),
    ]);
    const directory = await env.deployContract("SuiteDirectory", [managerAddress]);
    const milestones = await env.deployContract("MilestoneRegistry", [
      projectsAddress,
      env.get("ClaimVerifier").address,
      await directory.getAddress(),
    ]);
    const vaults = [await escrow.getAddress(), await wages.getAddress(), await milestones.getAddress()] as const;
    if ((await projects.escrow()) !== vaults[0]) {
      await env.transact("bind ProjectRegistry", await projects.bindEscrow.populateTransaction(...vaults));
    }
    await env.deployContract("ProjectBooks", [projectsAddress]);
    const settlement = await env.deployContract("SettlementToken", [managerAddress, identities, ...SETTLEMENT]);

    // Of the network, so that a registry of payments need not ask which city a payment is of.
    const role = roleOf(0, PAYMENT);
    for (const [name, source] of [
      ["FundEscrow", vaults[0]],
      ["SettlementToken", await settlement.getAddress()],
    ] as const) {
      if ((await manager.hasRole(role, source)).isMember) continue;
      await env.transact(
        `let ${name} state its payments`,
        await manager.grantRole.populateTransaction(role, source, 0),
      );
    }
  },
  { tags: ["escrow"], dependencies: ["invoice"] },
);
