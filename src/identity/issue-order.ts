/** Orders of an issuer who signs off line, in an office without the chain: whoever has one may relay it. */
import { type Signer, type TypedDataDomain } from "ethers";

import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { claimId } from "./document.js";
import { checkNetwork, type ClaimHandle, contentOf, isAnchored, termsKey, termsOf } from "./issue.js";
import { type BatchRecord, IssueError } from "./prepare.js";
import { ANCHOR_ORDER_TYPES, domainAt, ISSUE_ORDER_TYPES } from "./typed-data.js";

/** Claims that an issuer has signed, as JSON. It opens nothing: the documents stay with the office and the holders. */
export interface IssueOrder {
  type: "CivitasIssueOrder";
  version: 1;
  chainId: string;
  registry: string;
  terms: ReturnType<typeof termsOf>;
  contents: ReturnType<typeof contentOf>[];
  order: SignedOrder;
}

/** A batch that an issuer has signed, as JSON. */
export interface AnchorOrder {
  type: "CivitasAnchorOrder";
  version: 1;
  batch: BatchRecord;
  order: SignedOrder;
}

/** IClaimRegistry.Order. */
export interface SignedOrder {
  issuer: string;
  /** Last moment to relay it, UTC seconds. */
  deadline: number;
  signature: string;
}

/**
 * Sign an order to issue prepared claims of one city, schema and validity. Needs no chain.
 * @param officer The issuer's key; for an issuer that is an ERC-1271 contract, a key it accepts.
 * @throws IssueError for none, or claims that do not go together.
 */
export async function signIssueOrder(
  officer: Signer,
  claims: readonly ClaimHandle[],
  deadline: Date,
): Promise<IssueOrder> {
  const [first] = claims;
  if (first === undefined) throw new IssueError("an order has at least one claim");
  const keyOf = ({ chainId, registry, claim }: ClaimHandle) =>
    [chainId, registry, claim.issuer, claim.serial, termsKey(claim)].join(" ").toLowerCase();
  if (claims.some((handle) => keyOf(handle) !== keyOf(first)) || first.claim.serial !== "0") {
    throw new IssueError("the claims of an order are single ones of one issuer, city, schema and validity");
  }
  const { chainId, registry } = first;
  const signed = { claims: claims.map(claimId), deadline: Number(secondsOf(deadline)) };
  const signature = await officer.signTypedData(registryDomain(first), ISSUE_ORDER_TYPES, signed);
  const order = { issuer: first.claim.issuer, deadline: signed.deadline, signature };
  const contents = claims.map(contentOf);
  return { type: "CivitasIssueOrder", version: 1, chainId, registry, terms: termsOf(first.claim), contents, order };
}

/**
 * Issue what an issuer has signed. Of many, those issued before are skipped.
 * @returns The hash of the transaction.
 */
export async function relayIssueOrder(
  contracts: Pick<Contracts, "chainId" | "claims">,
  relayer: Signer,
  issueOrder: IssueOrder,
): Promise<string> {
  await checkNetwork(contracts, issueOrder);
  const { terms, contents, order } = issueOrder;
  const { hash } = await mined(contracts.claims.connect(relayer).relay(terms, contents, order));
  return hash;
}

/** Sign an order to anchor a prepared batch. Needs no chain. */
export async function signAnchorOrder(officer: Signer, batch: BatchRecord, deadline: Date): Promise<AnchorOrder> {
  const { city, schema, serial, count, root, issuer } = batch;
  const signed = { issuer, city, schema, serial, count, root, deadline: Number(secondsOf(deadline)) };
  const signature = await officer.signTypedData(registryDomain(batch), ANCHOR_ORDER_TYPES, signed);
  return { type: "CivitasAnchorOrder", version: 1, batch, order: { issuer, deadline: signed.deadline, signature } };
}

/**
 * Anchor what an issuer has signed.
 * @returns The hash of the transaction; undefined if the batch was anchored before.
 * @throws IssueError if the serial was used for another batch.
 */
export async function relayAnchorOrder(
  contracts: Pick<Contracts, "chainId" | "claims">,
  relayer: Signer,
  { batch, order }: AnchorOrder,
): Promise<string | undefined> {
  await checkNetwork(contracts, batch);
  const id = await contracts.claims.batchOf(order.issuer, batch.serial);
  if (await isAnchored(contracts, id, batch)) return undefined;
  const { hash } = await mined(contracts.claims.connect(relayer).relayAnchor(batch, order));
  return hash;
}

function registryDomain({ chainId, registry }: { chainId: string; registry: string }): TypedDataDomain {
  return domainAt("claims", chainId, registry);
}
