import { deployScript } from "../rocketh/deploy.js";

/** The cities, their place in the tree of the manager, and their resolution records. */
export default deployScript(
  async (env) => {
    const manager = env.contract("CityAccessManager");
    const managerAddress = await manager.getAddress();
    const registry = await env.deployContract("CityRegistry", [managerAddress]);
    const registryAddress = await registry.getAddress();

    if ((await manager.cityRegistry()) !== registryAddress) {
      await env.transact("bind CityRegistry", await manager.bindCityRegistry.populateTransaction(registryAddress));
    }
    await env.deployContract("CityResolver", [managerAddress, registryAddress]);
  },
  { tags: ["city"], dependencies: ["access"] },
);
