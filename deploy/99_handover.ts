import { contextOf, deployScript } from "../rocketh/deploy.js";
import { verify, verifyBeforeHandover } from "../rocketh/verify.js";

/** The network passes to its administrator, and the deployer keeps nothing. Fails unless the chain shows that it is so. */
export default deployScript(
  async (env) => {
    const { deployer, administrator } = env.namedAccounts;
    const { provider, log, salt } = contextOf(env);
    const expected = { deployer, administrator, salt, directory: env.get("SuiteDirectory").address };

    const manager = env.contract("CityAccessManager");
    const ADMIN_ROLE = await manager.ADMIN_ROLE();
    const isAdmin = async (account: string) => (await manager.hasRole(ADMIN_ROLE, account)).isMember;

    if (await isAdmin(deployer)) {
      await verifyBeforeHandover(provider, expected); // what is wrong can be mended until here
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
    for (const proof of await verify(provider, expected)) log(`verified: ${proof}`);
  },
  { tags: ["handover"], dependencies: ["directory"] },
);
