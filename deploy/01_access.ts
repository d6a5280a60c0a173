import { deployScript } from "../rocketh/deploy.js";

/** The factory, and who may act for which city. Until the hand-over the deployer administers the network. */
export default deployScript(
  async (env) => {
    const { deployer, administrator } = env.namedAccounts;
    if (deployer.toLowerCase() === administrator.toLowerCase()) {
      throw new Error(`the deployer and the administrator must be two accounts, but both are ${deployer}`);
    }
    await env.deployFactory();
    await env.deployContract("CityAccessManager", [deployer]);
  },
  { tags: ["access"] },
);
