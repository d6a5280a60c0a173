import { deployScript } from "../rocketh/deploy.js";

/** Residents and legal persons, claims about them, what a presentation proves, and consents. */
export default deployScript(
  async (env) => {
    const manager = env.get("CityAccessManager").address;
    await env.deployContract("P256Verifier", []);
    const identities = await env.deployContract("IdentityRegistry", [manager]);
    const claims = await env.deployContract("ClaimRegistry", [manager]);
    await env.deployContract("ClaimVerifier", [await claims.getAddress(), await identities.getAddress()]);
    await env.deployContract("ConsentRegistry", [manager, await claims.getAddress()]);
  },
  { tags: ["identity"], dependencies: ["city"] },
);
