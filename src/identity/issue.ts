/** What an issuing department does with prepared claims: issue them one by one, many or by the batch, and say later what they are worth. */
import { getAddress, type Signer } from "ethers";

import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { claimId, type ClaimDocument } from "./document.js";
import { type BatchRecord, IssueError } from "./prepare.js";
import { CLAIM_STATUSES, type ClaimStatus } from "./status.js";

/** What tells a claim apart; the record without what opens it, which a department may keep for later acts. */
export type ClaimHandle = Pick<ClaimDocument, "chainId" | "registry" | "claim">;

/** How far a long act has come. */
export type Progress = (done: number, total: number) => void;

export interface IssueOptions {
  onProgress?: Progress;
  /** Claims in one transaction; as many as half a block and the pool's limit of 128 kB take, if left out. */
  perTransaction?: number;
}

/** What became of issuing many. */
export interface IssueResult {
  issued: number;
  /** They were issued before. */
  skipped: number;
  /** Hashes of the transactions. */
  transactions: string[];
}

/** A transaction has at most 128 kB in most pools; a content has 96 bytes. */
const MAX_CONTENTS = 1300;
const GAS_OF_CLAIM = 40_000n;

/**
 * Issue prepared claims, as many in one transaction as it takes. Run it again after a failure: what was issued is skipped.
 * @param officer The issuer of all of them.
 * @throws IssueError for claims of another network or issuer, or in a batch.
 */
export async function issueClaims(
  contracts: Pick<Contracts, "chainId" | "claims" | "provider">,
  officer: Signer,
  claims: readonly ClaimHandle[],
  options: IssueOptions = {},
): Promise<IssueResult> {
  const issuer = await officer.getAddress();
  for (const handle of claims) {
    await checkNetwork(contracts, handle);
    if (handle.claim.serial !== "0") throw new IssueError("claims of a batch are anchored, not issued");
    if (getAddress(handle.claim.issuer) !== issuer) {
      throw new IssueError(`the claim was prepared for the issuer ${handle.claim.issuer}, not ${issuer}`);
    }
  }
  const registry = contracts.claims.connect(officer);
  const result: IssueResult = { issued: 0, skipped: 0, transactions: [] };
  for await (const { terms, fresh, skipped } of issueCalls(contracts, claims, options.perTransaction)) {
    if (fresh.length !== 0) {
      const { hash } = await mined(registry.issueMany(terms, fresh.map(contentOf)));
      result.transactions.push(hash);
    }
    result.issued += fresh.length;
    result.skipped += skipped;
    options.onProgress?.(result.issued + result.skipped, claims.length);
  }
  return result;
}

/** Claims that go into one call, all of one city, schema and validity. */
export interface IssueCall<Handle extends ClaimHandle> {
  terms: ReturnType<typeof termsOf>;
  /** Those that were not issued before. */
  fresh: Handle[];
  /** How many were. */
  skipped: number;
}

/**
 * The calls that issue prepared claims, single ones of one issuer. Each is looked up when it is asked for.
 * @param perTransaction Claims in one call; as many as half a block and the pool's limit of 128 kB take, if left out.
 */
export async function* issueCalls<Handle extends ClaimHandle>(
  contracts: Pick<Contracts, "claims" | "provider">,
  claims: readonly Handle[],
  perTransaction?: number,
): AsyncGenerator<IssueCall<Handle>, void, undefined> {
  const most = perTransaction ?? (await claimsInBlock(contracts));
  for (const group of groupBy(claims, ({ claim }) => termsKey(claim)).values()) {
    for (let start = 0; start < group.length; start += most) {
      const chunk = group.slice(start, start + most);
      const states = await Promise.all(chunk.map((handle) => contracts.claims.stateOf(claimId(handle))));
      const fresh = chunk.filter((_, i) => states[i]?.exists === false);
      const [first] = chunk;
      if (first !== undefined) yield { terms: termsOf(first.claim), fresh, skipped: chunk.length - fresh.length };
    }
  }
}

/**
 * Anchor a prepared batch. Run it again after a failure: one that is anchored already stays as it is.
 * @returns The hash of the transaction; undefined if it was anchored before.
 * @throws IssueError if the serial was used for another batch.
 */
export async function anchorBatch(
  contracts: Pick<Contracts, "chainId" | "claims">,
  officer: Signer,
  batch: BatchRecord,
): Promise<string | undefined> {
  await checkNetwork(contracts, batch);
  const id = await contracts.claims.batchOf(batch.issuer, batch.serial);
  if (await isAnchored(contracts, id, batch)) return undefined;
  const { hash } = await mined(contracts.claims.connect(officer).anchor(batch));
  return hash;
}

/** Whether this very batch is anchored. */
export async function isAnchored(
  { claims }: Pick<Contracts, "claims">,
  id: string,
  { root, serial, count, city, schema }: BatchRecord,
): Promise<boolean> {
  const [found, state] = await Promise.all([claims.rootOf(id), claims.stateOf(id)]);
  if (!state.exists) return false;
  if (
    found !== root ||
    Number(state.count) !== count ||
    Number(state.city) !== city ||
    Number(state.schema) !== schema
  ) {
    throw new IssueError(
      `the serial ${serial} was used for another batch; take a fresh one and prepare the batch again`,
    );
  }
  return true;
}

/**
 * What a claim is worth now, single or in a batch, asked of the chain.
 * @throws IssueError for a claim of another network.
 */
export async function statusOf(
  contracts: Pick<Contracts, "chainId" | "claims">,
  document: ClaimHandle & Pick<ClaimDocument, "path">,
): Promise<ClaimStatus> {
  await checkNetwork(contracts, document);
  const { status } = await contracts.claims.statusOf(document.claim, document.path);
  return claimStatus(status);
}

/** The name of a status that a contract gave. */
export function claimStatus(status: bigint | number): ClaimStatus {
  const name = CLAIM_STATUSES[Number(status)];
  if (name === undefined) throw new Error(`the registry gave a status this client does not know: ${status}`);
  return name;
}

/** @throws IssueError for what belongs to another network. */
export async function checkNetwork(
  { chainId, claims }: Pick<Contracts, "chainId" | "claims">,
  of: Pick<ClaimDocument, "chainId" | "registry">,
): Promise<void> {
  const registry = await claims.getAddress();
  if (of.chainId !== `${chainId}` || of.registry.toLowerCase() !== registry.toLowerCase()) {
    throw new IssueError(
      `this belongs to the registry ${of.registry} on chain ${of.chainId}, not to ${registry} on chain ${chainId}`,
    );
  }
}

/** IClaimRegistry.Terms of a claim. */
export function termsOf({ city, schema, validFrom, validUntil }: ClaimDocument["claim"]): {
  city: number;
  schema: number;
  validFrom: number;
  validUntil: number;
} {
  return { city, schema, validFrom, validUntil };
}

/** IClaimRegistry.Content of a claim. */
export function contentOf({ claim }: ClaimHandle): { root: string; subject: string; holder: string } {
  const { root, subject, holder } = claim;
  return { root, subject, holder };
}

/** Claims of one key go into one call together. */
export function termsKey({ city, schema, validFrom, validUntil }: ClaimDocument["claim"]): string {
  return [city, schema, validFrom, validUntil].join(" ");
}

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

async function claimsInBlock({ provider }: Pick<Contracts, "provider">): Promise<number> {
  const block = await provider.getBlock("latest");
  const fit = Number((block?.gasLimit ?? 0n) / 2n / GAS_OF_CLAIM);
  return Math.max(1, Math.min(MAX_CONTENTS, fit));
}
