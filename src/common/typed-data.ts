/** EIP-712: types written as in Solidity, the domains of the suite's contracts, and digests. */
import { concat, getAddress, keccak256, type TypedDataDomain, TypedDataEncoder, type TypedDataField } from "ethers";

import type { Contracts } from "../contracts.js";

/** The types of a message, as ethers takes them. */
export type Types = Record<string, TypedDataField[]>;

/** From `"bytes32 identity,uint40 deadline"` to what ethers takes. */
export function members(text: string): TypedDataField[] {
  return text.split(",").map((member) => {
    const [type = "", name = ""] = member.split(" ");
    return { type, name };
  });
}

/** The contracts whose domains things are signed for. */
export type SigningContract =
  | "identities"
  | "claims"
  | "verifier"
  | "consents"
  | "payments"
  | "invoices"
  | "ledger"
  | "projects"
  | "workers"
  | "payrolls";

const NAMES: Record<SigningContract, string> = {
  identities: "Civitas IdentityRegistry",
  claims: "Civitas ClaimRegistry",
  verifier: "Civitas ClaimVerifier",
  consents: "Civitas ConsentRegistry",
  payments: "Civitas PaymentRegistry",
  invoices: "Civitas InvoiceRegistry",
  ledger: "Civitas InvoiceLedger",
  projects: "Civitas ProjectRegistry",
  workers: "Civitas WorkerRegistry",
  payrolls: "Civitas PayrollRegistry",
};

// A night's batch is fifty thousand digests of a few types in one domain.
const domains = new Map<string, TypedDataDomain>();
const separators = new WeakMap<TypedDataDomain, string>();
const encoders = new WeakMap<Types, TypedDataEncoder>();

/** The EIP-712 domain of a contract: what is signed for it is good on no other chain and in no other contract. */
export async function domainOf<Name extends SigningContract>(
  contracts: Pick<Contracts, "chainId" | Name> & Partial<Pick<Contracts, SigningContract>>,
  contract: Name,
): Promise<TypedDataDomain> {
  return domainAt(contract, contracts.chainId, await contracts[contract].getAddress());
}

/** The same of a contract that a document names. */
export function domainAt(contract: SigningContract, chainId: bigint | string, address: string): TypedDataDomain {
  const key = `${contract} ${chainId} ${address}`;
  let domain = domains.get(key);
  if (domain === undefined) {
    const verifyingContract = getAddress(address.toLowerCase());
    domain = Object.freeze({ name: NAMES[contract], version: "1", chainId: BigInt(chainId), verifyingContract });
    domains.set(key, domain);
  }
  return domain;
}

/** The EIP-712 digest of what is signed for a contract. */
export async function digestOf<Name extends SigningContract>(
  contracts: Pick<Contracts, "chainId" | Name> & Partial<Pick<Contracts, SigningContract>>,
  contract: Name,
  types: Types,
  value: object,
): Promise<string> {
  return digestIn(await domainOf(contracts, contract), types, value);
}

/** The EIP-712 digest of what is signed in a domain. */
export function digestIn(domain: TypedDataDomain, types: Types, value: object): string {
  let encoder = encoders.get(types);
  if (encoder === undefined) encoders.set(types, (encoder = TypedDataEncoder.from(types)));
  let separator = separators.get(domain);
  if (separator === undefined) separators.set(domain, (separator = TypedDataEncoder.hashDomain(domain)));
  return keccak256(concat(["0x1901", separator, encoder.hash(value)]));
}
