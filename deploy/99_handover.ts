import { contextOf, deployScript } from "../rocketh/deploy.js";
import { verify } from "../rocketh/verify.js";

/** The network passes to its administrator, and the deployer keeps nothing. Fails unless the chain shows that it is so. */
export default deployScript(
  async (env) => {
    const { deployer, administrator } = env.namedAccounts;
    const manager = env.contract("CityAccessManager");
    const ADMIN_ROLE = await manager.ADMIN_ROLE();
    const isAdmin = async (account: string) => (await manager.hasRole(ADMIN_ROLE, account)).isMember;

    if (await isAdmin(deployer)) {
      // The new one first: the network always has an administrator.
      if (!(await isAdmin(administrator))) {
        await env.transact(
          "appoint the administrator",
          await manager.grantRole.populateTransaction(ADMIN_ROLE, administrator, 0),
        );
      }
      await env.transact(
        "the deployer renounces",
        await manager.renounceRole.populateTransaction(ADMIN_ROLE, deployer),
      );
    }

    const { provider, log, salt } = contextOf(env);
    const directory = env.get("SuiteDirectory").address;
    const proofs = await verify(provider, { deployer, administrator, salt, directory });
    for (const proof of proofs) log(`verified: ${proof}`);
  },
  { tags: ["handover"], dependencies: ["directory"] },
);
