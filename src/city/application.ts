import type { TypedDataDomain } from "ethers";

/** The EIP-712 types of an application for a city code, as in CityRegistry (tested equal). Its digest is the application's id. */
export const APPLICATION_TYPES = {
  CityApplication: [
    { name: "parent", type: "uint32" },
    { name: "code", type: "bytes32" },
    { name: "name", type: "string" },
    { name: "applicant", type: "address" },
    { name: "salt", type: "bytes32" },
  ],
};

/** The EIP-712 domain of a CityRegistry. */
export function registryDomain(chainId: bigint, registry: string): TypedDataDomain {
  return { name: "Civitas CityRegistry", version: "1", chainId, verifyingContract: registry };
}
