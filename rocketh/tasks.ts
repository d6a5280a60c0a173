import { overrideTask, task } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

const NO_COMPILE = { name: "noCompile", description: "Use what was built last" };

/** `hardhat deploy`, with what the plugin's own task leaves out: building first, and the guards. And `hardhat verify` and `hardhat export`. */
export const suiteTasks: HardhatPlugin = {
  id: "suite-tasks",
  dependencies: () => [import("hardhat-deploy")],
  tasks: [
    overrideTask("deploy")
      .addFlag(NO_COMPILE)
      .setAction(() => import("./tasks/deploy.js"))
      .build(),
    task("verify", "Prove from the chain alone that the suite is there and handed over; needs no keys")
      .addFlag(NO_COMPILE)
      .setAction(() => import("./tasks/verify.js"))
      .build(),
    task("export", "Write one JSON document of a deployment, read from the chain through its directory; needs no keys")
      .addOption({
        name: "directory",
        description: "Address of the SuiteDirectory; that of the records if left out",
        defaultValue: "",
      })
      .addOption({
        name: "out",
        description: "The file to write; deployments/NETWORK.json if left out",
        defaultValue: "",
      })
      .addFlag(NO_COMPILE)
      .setAction(() => import("./tasks/export.js"))
      .build(),
  ],
};
