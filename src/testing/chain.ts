/** The chain that a test town is on: Hardhat's in process, or one that is given. */
import { BrowserProvider, type Eip1193Provider, type Provider, Wallet } from "ethers";

import { FreeWallet } from "../chain/free-wallet.js";

/** As hardhat.config.ts has it: the EVM that the contracts are compiled for. */
const IN_PROCESS = {
  type: "edr-simulated",
  chainType: "l1",
  chainId: 31337,
  hardfork: "berlin",
  blockGasLimit: 100_000_000,
} as const;

export interface TestChain {
  provider: BrowserProvider;
  close: () => Promise<void>;
}

/**
 * @param given A chain on which gas is free; one in process, of Hardhat, if left out.
 * @throws Error if there is no Hardhat.
 */
export async function openChain(given?: Eip1193Provider): Promise<TestChain> {
  const { eip1193, end } = given === undefined ? await inProcess() : { eip1193: given, end: () => Promise.resolve() };
  const provider = new BrowserProvider(eip1193, undefined, { cacheTimeout: -1, pollingInterval: 100 });
  return {
    provider,
    close: async () => {
      provider.destroy();
      await end();
    },
  };
}

async function inProcess(): Promise<{ eip1193: Eip1193Provider; end: () => Promise<void> }> {
  const { createHardhatRuntimeEnvironment } = await import("hardhat/hre").catch((cause: unknown) => {
    throw new Error(
      "the chain in process is Hardhat's, which does not load: `npm install --save-dev hardhat`, or give a provider",
      { cause },
    );
  });
  const { network } = await createHardhatRuntimeEnvironment({ networks: { town: IN_PROCESS } });
  const connection = await network.create("town");
  return {
    eip1193: {
      request: ({ method, params }) => connection.provider.request({ method, params: (params ?? []) as unknown[] }),
    },
    end: () => connection.close(),
  };
}

/** An account that holds nothing, and needs nothing: gas is free, as on a consortium chain. */
export function newAccount(provider: Provider): FreeWallet {
  return new FreeWallet(Wallet.createRandom().privateKey, provider);
}
