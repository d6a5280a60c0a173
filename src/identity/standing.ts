/** What a department does to claims it issued: suspend, reinstate, revoke, supersede, each by the claim's document or handle. */
import type { Signer } from "ethers";

import type { ClaimRegistry } from "../bindings.js";
import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { batchIdOf, claimId } from "./document.js";
import { checkNetwork, type ClaimHandle, contentOf, groupBy, termsOf } from "./issue.js";
import { IssueError } from "./prepare.js";
import { identityReasonCode, type IdentityReasonName } from "./reason.js";

export interface StandingOptions {
  /** A code, or its name; Unspecified if left out. */
  reason?: IdentityReasonName | number;
  /** For a city that cannot act: the cities by which another acts for it; see ICityAccessManager.hasStanding. */
  lineage?: readonly (bigint | number)[];
  /** Claims in one transaction; 200 if left out. */
  perTransaction?: number;
}

type Act = "suspend" | "reinstate" | "revoke";

/** Suspend claims, single or in batches. Of many, those suspended already are skipped. @returns Hashes of the transactions. */
export async function suspendClaims(
  contracts: Pick<Contracts, "chainId" | "claims">,
  officer: Signer,
  claims: readonly ClaimHandle[],
  options?: StandingOptions,
): Promise<string[]> {
  return change(contracts, officer, "suspend", claims, options);
}

/** End their suspension. @returns Hashes of the transactions. */
export async function reinstateClaims(
  contracts: Pick<Contracts, "chainId" | "claims">,
  officer: Signer,
  claims: readonly ClaimHandle[],
  options?: StandingOptions,
): Promise<string[]> {
  return change(contracts, officer, "reinstate", claims, options);
}

/** Revoke claims for ever. @returns Hashes of the transactions. */
export async function revokeClaims(
  contracts: Pick<Contracts, "chainId" | "claims">,
  officer: Signer,
  claims: readonly ClaimHandle[],
  options?: StandingOptions,
): Promise<string[]> {
  return change(contracts, officer, "revoke", claims, options);
}

/**
 * Issue a prepared claim in place of another: a renewal, a correction, a fresh key after recovery.
 * @returns The hash of the transaction.
 */
export async function supersedeClaim(
  contracts: Pick<Contracts, "chainId" | "claims">,
  officer: Signer,
  claim: ClaimHandle,
  successor: ClaimHandle,
  { lineage = [] }: Pick<StandingOptions, "lineage"> = {},
): Promise<string> {
  await checkNetwork(contracts, claim);
  await checkNetwork(contracts, successor);
  const issuer = await officer.getAddress();
  if (successor.claim.issuer !== issuer || successor.claim.serial !== "0") {
    throw new IssueError(`the successor is a single claim, prepared for the issuer ${issuer}`);
  }
  const registry = contracts.claims.connect(officer);
  const [terms, content] = [termsOf(successor.claim), contentOf(successor)];
  const batch = batchIdOf(claim);
  const { hash } = await mined(
    batch === undefined
      ? registry.supersede(claimId(claim), terms, content, [...lineage])
      : registry.supersedeAt(batch, claim.claim.position, terms, content, [...lineage]),
  );
  return hash;
}

/**
 * Distrust whatever an issuer issued for a city from a moment on, for ever.
 * @param controller Of the city.
 * @param since Not in the future, and earlier than any moment before.
 * @returns The hash of the transaction.
 */
export async function distrustIssuer(
  { claims }: Pick<Contracts, "claims">,
  controller: Signer,
  city: bigint | number,
  issuer: string,
  since: Date,
  { lineage = [] }: Pick<StandingOptions, "lineage"> = {},
): Promise<string> {
  const { hash } = await mined(claims.connect(controller).distrust(city, issuer, secondsOf(since), [...lineage]));
  return hash;
}

async function change(
  contracts: Pick<Contracts, "chainId" | "claims">,
  officer: Signer,
  act: Act,
  claims: readonly ClaimHandle[],
  { reason = "Unspecified", lineage = [], perTransaction = 200 }: StandingOptions = {},
): Promise<string[]> {
  for (const claim of claims) await checkNetwork(contracts, claim);
  const registry = contracts.claims.connect(officer);
  const code = identityReasonCode(reason);
  const transactions: string[] = [];
  const groups = groupBy(claims, (handle) => {
    const { city, schema } = handle.claim;
    return batchIdOf(handle) ?? `${city} ${schema}`;
  });
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += perTransaction) {
      const chunk = group.slice(start, start + perTransaction);
      const { hash } = await mined(send(registry, act, chunk, code, [...lineage]));
      transactions.push(hash);
    }
  }
  return transactions;
}

/** Claims of one batch, or single ones of one city and schema. */
async function send(
  registry: ClaimRegistry,
  act: Act,
  claims: readonly ClaimHandle[],
  reason: number,
  lineage: (bigint | number)[],
) {
  const [first] = claims;
  const batch = first === undefined ? undefined : batchIdOf(first);
  if (batch === undefined) return registry[act](claims.map(claimId), reason, lineage);
  const positions = claims.map(({ claim }) => claim.position);
  return registry[`${act}At`](batch, positions, reason, lineage);
}
