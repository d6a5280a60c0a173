import { overrideTask, task } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

const NO_COMPILE = { name: "noCompile", description: "Use what was built last" };

/** `hardhat deploy`, with what the plugin's own task leaves out: building first, and the guards. And `hardhat verify`. */
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
  ],
};
