import { existsSync } from "node:fs";
import { join } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

import { plainly } from "./plainly.js";
import { connectWithoutKeys, recordOf } from "./reading.js";

/** Build, then verify. Who deployed and who administers is told by variables, or by the records. */
export default function verifyTask(args: { noCompile?: boolean }, hre: HardhatRuntimeEnvironment): Promise<void> {
  return plainly(async () => {
    if (!args.noCompile) await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
    await verifyNetwork(hre);
  });
}

async function verifyNetwork(hre: HardhatRuntimeEnvironment): Promise<void> {
  const { addressIn, config, DEFAULTS } = await import("../config.js");
  const { checkChainId, checkRecords, identify } = await import("../guard.js");
  const { verify } = await import("../verify.js"); // needs what the build writes

  const typed = { deployer: addressIn("CIVITAS_DEPLOYER_ADDRESS"), administrator: addressIn("CIVITAS_ADMIN_ADDRESS") };
  const connection = await connectWithoutKeys(hre);
  const { provider, networkName } = connection;
  const chain = await identify(provider);
  checkChainId(connection, chain);

  const folder = join(config.deployments, networkName);
  if (existsSync(folder)) checkRecords(folder, chain);
  const manager = recordOf(folder, "CityAccessManager");
  const known = (manager?.linkedData ?? {}) as { deployer?: string; administrator?: string; salt?: string };
  const deployer = typed.deployer ?? known.deployer;
  const administrator = typed.administrator ?? known.administrator;
  if (deployer === undefined || administrator === undefined) {
    throw new Error(
      `${folder} has no records: set CIVITAS_DEPLOYER_ADDRESS and CIVITAS_ADMIN_ADDRESS to say who deployed, and who should administer`,
    );
  }

  const proofs = await verify(provider, {
    deployer,
    administrator,
    salt: known.salt ?? DEFAULTS.salt,
    directory: recordOf(folder, "SuiteDirectory")?.address,
  });
  for (const proof of proofs) console.log(`verified: ${proof}`);
  console.log(`All ${proofs.length} hold.`);
}
