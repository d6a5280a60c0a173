import { createRequire } from "node:module";

import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatKeystore from "@nomicfoundation/hardhat-keystore";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatTypechain from "@nomicfoundation/hardhat-typechain";
import { configVariable, defineConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerOutputError } from "hardhat/types/solidity";
import hardhatDeploy from "hardhat-deploy";

import { consortiumRpc } from "./rocketh/rpc.js";
import { plainly } from "./rocketh/tasks/plainly.js";
import { suiteTasks } from "./rocketh/tasks.js";
import { abiModules } from "./scripts/abi-modules.js";
import { branchCoverage } from "./scripts/branch-coverage.js";
import { refuseKeys } from "./scripts/common/secret.js";
import { trialNetwork } from "./scripts/network/trial.js";
import { testsEnd } from "./scripts/tests-end.js";

// First of all: Hardhat repeats what it does not understand, and asks nodes for what it does.
await plainly(() => {
  refuseKeys(process.argv.slice(2), process.env);
});

/** The compiler of the npm package `solc`: the lock file pins it, nothing is downloaded. */
const compiler = {
  version: "0.8.30",
  path: createRequire(import.meta.url).resolve("solc/soljson.js"),
  settings: {
    evmVersion: "berlin", // the oldest EVM among today's consortium chains
    metadata: { bytecodeHash: "none" }, // code, and so its CREATE2 address, does not depend on comments
    optimizer: { enabled: true, runs: 2000 },
  },
};

/** For contracts that would exceed 24,576 bytes (EIP-170) otherwise. */
const smaller = { ...compiler, settings: { ...compiler.settings, optimizer: { enabled: true, runs: 50 } } };
const smallest = { ...compiler, settings: { ...compiler.settings, optimizer: { enabled: true, runs: 1 } } };
const overrides = {
  "contracts/city/CityRegistry.sol": smaller,
  "contracts/invoice/InvoiceRegistry.sol": smaller,
  "contracts/escrow/FundEscrow.sol": smallest,
  "contracts/escrow/ProjectRegistry.sol": smallest,
};
const solidity = { compilers: [compiler], overrides };

/** Compiler warnings are errors, so that a build with a warning is never cached as a success. */
const warningsAreErrors: HardhatPlugin = {
  id: "warnings-are-errors",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            invokeSolc: async (context, solc, input, config, next) => {
              const output = await next(context, solc, input, config);
              if (context.globalOptions.coverage) return output; // instrumented code is larger and has warnings of its own
              const errors = (output.errors ?? []).filter((error) => !SIZE_LIMITS.includes(codeOf(error)));
              output.errors = errors;
              for (const error of errors) {
                if (error.severity !== "warning" || !isOurs(error)) continue;
                error.severity = "error";
                error.type = "WarningAsError"; // Hardhat lets an error of type "Warning" pass
              }
              return output;
            },
          }),
      }),
  },
};

/** Polygon Edge estimates as if in the block before: an act that follows another one there costs more than it says. */
const GAS_MULTIPLIER = 1.2;

/** Warnings of sizes beyond the limit, also of what only tests compile: `npm run size` checks what is deployed. */
const SIZE_LIMITS = ["5574", "3860"];

function codeOf(error: CompilerOutputError & { errorCode?: string }): string {
  return error.errorCode ?? "";
}

/** Dependencies are not ours to mend. */
function isOurs(error: CompilerOutputError & { sourceLocation?: { file: string } }): boolean {
  const file = error.sourceLocation?.file;
  return file === undefined || file.startsWith("project/");
}

/** Both in-process networks run the EVM the contracts are compiled for; later ones have a P-256 precompile. */
const inProcess = {
  type: "edr-simulated",
  chainType: "l1",
  chainId: 31337,
  hardfork: "berlin",
  blockGasLimit: 100_000_000,
} as const;

export default defineConfig({
  plugins: [
    hardhatEthers,
    hardhatTypechain,
    hardhatMocha,
    hardhatEthersChaiMatchers,
    hardhatNetworkHelpers,
    hardhatKeystore,
    hardhatDeploy,
    consortiumRpc,
    suiteTasks,
    abiModules,
    warningsAreErrors,
    branchCoverage,
    testsEnd,
    trialNetwork,
  ],

  solidity: {
    profiles: { default: solidity, production: solidity },
    splitTestsCompilation: true, // artifacts/ holds contracts alone, and a changed test leaves them as they are
  },
  paths: { tests: { mocha: "test", solidity: "test" } },
  coverage: { skipFiles: ["contracts/test/**", "contracts/mocks/**"] },
  typechain: { outDir: "typechain" },
  generateTypedArtifacts: { destinations: [{ mode: "typescript", folder: "generated" }] },

  networks: {
    default: inProcess,
    node: inProcess,

    // A `hardhat node` process, with its well-known accounts.
    localnode: {
      type: "http",
      chainType: "l1",
      url: process.env["CIVITAS_NODE_URL"] ?? "http://127.0.0.1:8545",
    },

    // Validators on this machine, as `npm run network` starts them, with the accounts of a `hardhat node`.
    trial: {
      type: "http",
      chainType: "l1",
      url: process.env["CIVITAS_NODE_URL"] ?? "http://127.0.0.1:18545",
      accounts: { mnemonic: "test test test test test test test test test test test junk", count: 60 },
      gasPrice: 0n,
      gasMultiplier: GAS_MULTIPLIER,
    },

    // Any JSON-RPC network. Variables come from the environment or from `npx hardhat keystore set NAME`,
    // and are read when the network is used, not before.
    consortium: {
      type: "http",
      chainType: "l1",
      url: configVariable("CIVITAS_RPC_URL"),
      accounts: [
        configVariable("CIVITAS_DEPLOYER_KEY"),
        ...(process.env["CIVITAS_ADMIN_ADDRESS"] ? [] : [configVariable("CIVITAS_ADMIN_KEY")]), // it signs nothing here
      ],
      ...(process.env["CIVITAS_CHAIN_ID"] ? { chainId: Number(process.env["CIVITAS_CHAIN_ID"]) } : {}),
      gasPrice: 0n, // free gas: transactions go out as type 0, and an unfunded account may send them
      gasMultiplier: GAS_MULTIPLIER,
    },
  },

  test: {
    solidity: {
      // The same seed each time, so that a failure is seen again; `npm run fuzz` takes another one.
      fuzz: {
        runs: Number(process.env["CIVITAS_FUZZ_RUNS"] ?? 256),
        seed: process.env["CIVITAS_FUZZ_SEED"] ?? "0x636976697461730000000000000000000000000000000000000000000000002a",
      },
      invariant: {
        runs: Number(process.env["CIVITAS_INVARIANT_RUNS"] ?? 32),
        depth: Number(process.env["CIVITAS_INVARIANT_DEPTH"] ?? 64),
        failOnRevert: true,
      },
    },
    mocha: { timeout: 120_000 },
  },
});
