// Writes the ABI of each contract of the suite as a module that imports nothing: `export const cityRegistryAbi = [...] as const`.
// src/abi.ts gathers them. Beside it the bytecode, which src/testing/ deploys. Part of each build, so that they are never older than the artifacts.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { HardhatPlugin } from "hardhat/types/plugins";

export const ABI_MODULES = "generated/abi-modules";
const BYTECODE_MODULES = "generated/bytecode";

interface Artifact {
  contractName: string;
  sourceName: string;
  abi: { type: string }[];
  bytecode: string;
}

export const abiModules: HardhatPlugin = {
  id: "abi-modules",
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            processArtifactsAfterSuccessfulBuild: (context, artifactPaths) => {
              const [abis, bytecodes] = [ABI_MODULES, BYTECODE_MODULES].map((folder) => {
                const path = join(context.config.paths.root, folder);
                mkdirSync(path, { recursive: true });
                return path;
              }) as [string, string];
              for (const path of artifactPaths) {
                const artifact = JSON.parse(readFileSync(path, "utf8")) as Artifact;
                if (!isOfSuite(artifact)) continue;
                const { contractName, bytecode } = artifact;
                writeIfNew(join(abis, `${contractName}.ts`), moduleOf(artifact));
                writeIfNew(join(bytecodes, `${contractName}.ts`), `export const bytecode: string = "${bytecode}";\n`);
              }
              return Promise.resolve();
            },
          }),
      }),
  },
};

/** What can be deployed and called; not what only tests deploy, and not what every contract has built in. */
function isOfSuite({ sourceName, abi, bytecode }: Artifact): boolean {
  const isOurs = sourceName.startsWith("contracts/") && !/^contracts\/(test|mocks)\//.test(sourceName);
  return isOurs && bytecode !== "0x" && abi.some(({ type }) => type === "function");
}

function moduleOf({ contractName, abi }: Artifact): string {
  const name = contractName.charAt(0).toLowerCase() + contractName.slice(1);
  return `export const ${name}Abi = ${abiText(abi)} as const;\n`;
}

/** An ABI as JSON, a line for each entry. */
export function abiText(abi: readonly object[]): string {
  return `[\n${abi.map((entry) => `  ${JSON.stringify(entry)}`).join(",\n")}\n]`;
}

function writeIfNew(path: string, content: string): void {
  if (!existsSync(path) || readFileSync(path, "utf8") !== content) writeFileSync(path, content);
}
