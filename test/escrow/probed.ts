import { TypedDataEncoder } from "ethers";

import { domainAt } from "../../src/escrow/typed-data.js";
import { ProjectRegistry__factory, type VaultProbe, VaultProbe__factory } from "../../typechain/index.js";
import { ethers, loadFixture } from "../world.js";
import { escrowWorld, type EscrowWorld } from "./world.js";

/** A ProjectRegistry whose escrow and milestones answer as a test says. What is signed in this world is signed for it. */
export interface ProbedWorld extends EscrowWorld {
  probe: VaultProbe;
}

export async function probedWorld(): Promise<ProbedWorld> {
  const world = await loadFixture(escrowWorld);
  const { administrator, manager, identities } = world;
  const projects = await new ProjectRegistry__factory(administrator).deploy(manager, identities);
  const probe = await new VaultProbe__factory(administrator).deploy(projects);
  await projects.bindEscrow(probe, probe, probe);
  const { chainId } = await ethers.provider.getNetwork();
  const domain = domainAt("projects", chainId, await projects.getAddress());
  return {
    ...world,
    projects,
    probe,
    sign: async (key, contract, types, value) => {
      if (contract !== "projects") return world.sign(key, contract, types, value);
      if ("signTypedData" in key) return key.signTypedData(domain, types, value);
      return key.sign(TypedDataEncoder.hash(domain, types, value));
    },
    digest: async (contract, types, value) =>
      contract === "projects"
        ? Promise.resolve(TypedDataEncoder.hash(domain, types, value))
        : world.digest(contract, types, value),
  };
}
