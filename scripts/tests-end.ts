// The end of a test run. Hardhat waits until nothing keeps its process, for ever if a test left a server or a process behind: this plugin
// says what is left, and ends the run as failed.
import type { HardhatPlugin } from "hardhat/types/plugins";

const PATIENCE_MS = 60_000;

export const testsEnd: HardhatPlugin = {
  id: "tests-end",
  hookHandlers: {
    test: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            onTestRunDone: async (context, runner, next) => {
              await next(context, runner);
              if (runner !== "mocha") return; // the last of them
              setTimeout(() => {
                const left = process.getActiveResourcesInfo().join(", ");
                console.error(`the tests are done, and something that one of them left open keeps the run: ${left}`);
                process.exit(1);
              }, PATIENCE_MS).unref();
            },
          }),
      }),
  },
};
