import { encodeBytes32String } from "ethers";

import { PUBLISHED } from "../rocketh/contracts.js";
import { deployScript } from "../rocketh/deploy.js";

/** The one address through which a client finds and checks all the others. */
export default deployScript(
  async (env) => {
    const directory = await env.deployContract("SuiteDirectory", [env.get("CityAccessManager").address]);

    for (const contract of PUBLISHED) {
      const name = encodeBytes32String(contract);
      const { address } = env.get(contract);
      const { location } = await directory.entryOf(name, await directory.versionCount(name));
      if (location === address) continue;
      await env.transact(
        `publish ${contract}`,
        await directory.publish.populateTransaction(name, address, env.startBlockOf(contract)),
      );
    }
  },
  { tags: ["directory"], dependencies: ["city", "identity", "invoice", "escrow"] },
);
