/** The deployment of the suite for tests: what the steps in deploy/ send, as `scripts/record-deployment.ts` has recorded it. */
import { concat, ContractFactory, getCreate2Address, Interface, keccak256, type Signer, ZeroHash } from "ethers";

import { abis } from "../abi.js";
import { mined } from "../common/mined.js";
import { BYTECODE } from "./bytecode.js";
import deployment from "./deployment.json" with { type: "json" };

type Name = keyof typeof abis;

/** A transaction of the deployment. */
export interface DeploymentAct {
  contract: Name;
  /** A function of the contract, or `deploy`. */
  act: string;
  /** Texts as they are; `@Name` is the address of a contract or an account, `@Name.block` the block a contract was deployed in. */
  args: string[];
}

/**
 * Deploy the suite, and hand it over.
 * @param deployer A new account.
 * @returns the address of the directory.
 */
export async function deploySuite(deployer: Signer, administrator: string): Promise<string> {
  const known = new Map([
    ["@deployer", await deployer.getAddress()],
    ["@administrator", administrator],
  ]);
  const factory = await new ContractFactory(abis.SuiteFactory, BYTECODE.SuiteFactory, deployer).deploy();
  await factory.waitForDeployment();
  const factoryAddress = await factory.getAddress();
  const factoryFace = new Interface(abis.SuiteFactory);
  for (const { contract, act, args } of deployment as DeploymentAct[]) {
    const face = new Interface(abis[contract]);
    const values = args.map((arg) => known.get(arg) ?? arg);
    if (contract === "SuiteFactory") continue;
    if (act === "deploy") {
      const initCode = concat([BYTECODE[contract], face.encodeDeploy(values)]);
      const deploy = factoryFace.encodeFunctionData("deploy", [ZeroHash, initCode]);
      const { blockNumber } = await mined(deployer.sendTransaction({ to: factoryAddress, data: deploy }));
      known.set(`@${contract}`, getCreate2Address(factoryAddress, ZeroHash, keccak256(initCode)));
      known.set(`@${contract}.block`, `${blockNumber}`);
    } else {
      const to = known.get(`@${contract}`) ?? null;
      await (await deployer.sendTransaction({ to, data: face.encodeFunctionData(act, values) })).wait();
    }
  }
  return known.get("@SuiteDirectory") ?? "";
}
