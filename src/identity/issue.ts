/** What an issuing department does: prepare claims, issue them one by one, many or by the batch, and say later what they are worth. */
import { dataLength, getAddress, type Signer } from "ethers";

import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { holderCommitment, newSalt, type PartyIndex, subjectCommitment } from "./commitment.js";
import { claimId, type ClaimDocument, combined, type DocumentParty } from "./document.js";
import { contentHash, SchemaError, type SchemaDefinition, schemaDifferences, valueFaults } from "./schema.js";
import { CLAIM_STATUSES, type ClaimStatus } from "./status.js";
import { batchTree, fieldRoot, type OpenField } from "../common/tree.js";

/**
 * What a party gives the office before a claim is issued to it; a wallet makes it. Salts that are left out are drawn here. Where the
 * identity or the key is left out, nobody will ever open that commitment: a mother who died is not there to sign.
 */
export interface ClaimRequest {
  /** Id of the party's identity. */
  identity?: string;
  subjectSalt?: string;
  /** The key that will sign for this claim alone, as in ERC-7913. */
  holder?: string;
  holderSalt?: string;
}

/** What shall be claimed. */
export interface ClaimDraft {
  definition: SchemaDefinition;
  /** The schema's number on the chain. */
  schema: bigint | number;
  /** The city for which it is issued. */
  city: bigint | number;
  values: Readonly<Record<string, string>>;
  /** One, or two in the order of the definition's roles. */
  parties: readonly ClaimRequest[];
  validFrom: Date;
  /** null for no end, where the schema allows. */
  validUntil: Date | null;
}

/** A claim that is ready to be issued: its id, and a document for each party, its own. */
export interface PreparedClaim {
  id: string;
  documents: ClaimDocument[];
}

/** A batch that is ready to be anchored. */
export interface PreparedBatch {
  batch: BatchRecord;
  /** By position. */
  claims: PreparedClaim[];
}

/** IClaimRegistry.Batch, of one issuer and network, in JSON. */
export interface BatchRecord {
  chainId: string;
  registry: string;
  issuer: string;
  city: number;
  schema: number;
  /** Decimal, from 1; each used once. */
  serial: string;
  count: number;
  root: string;
}

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

/** The claims of one network only, or a mistake in how they are used. */
export class IssueError extends Error {
  override readonly name = "IssueError";
}

/** A transaction has at most 128 kB in most pools; a content has 96 bytes. */
const MAX_CONTENTS = 1300;
const GAS_OF_CLAIM = 40_000n;

/**
 * A claim by an issuer, with fresh salts: values and parties are checked against the definition, and the definition against the chain.
 * @param issuer Account of the officer who will issue it, or sign the order.
 * @throws SchemaError with all that is wrong with the values, or with the differences to the schema on the chain.
 */
export async function prepareClaim(
  contracts: Pick<Contracts, "chainId" | "claims">,
  issuer: string,
  draft: ClaimDraft,
): Promise<PreparedClaim> {
  const [prepared] = await prepareClaims(contracts, issuer, [draft]);
  if (prepared === undefined) throw new IssueError("nothing was prepared");
  return prepared;
}

/** The same for many. */
export async function prepareClaims(
  contracts: Pick<Contracts, "chainId" | "claims">,
  issuer: string,
  drafts: readonly ClaimDraft[],
): Promise<PreparedClaim[]> {
  await checkSchemas(contracts, drafts);
  const registry = await contracts.claims.getAddress();
  return drafts.map((draft) => prepare({ chainId: `${contracts.chainId}`, registry }, issuer, draft, "0", 0));
}

/**
 * A batch of claims of one city and schema, in the memory of this process.
 * @param serial The issuer's number for it, from 1, never used before.
 */
export async function prepareBatch(
  contracts: Pick<Contracts, "chainId" | "claims">,
  issuer: string,
  serial: bigint | number,
  drafts: readonly ClaimDraft[],
): Promise<PreparedBatch> {
  const [first] = drafts;
  if (first === undefined) throw new IssueError("a batch has at least one claim");
  if (
    drafts.some(({ city, schema }) => Number(city) !== Number(first.city) || Number(schema) !== Number(first.schema))
  ) {
    throw new IssueError("the claims of a batch are of one city and one schema; make a batch for each");
  }
  if (BigInt(serial) <= 0n) throw new IssueError("the serial of a batch is a number from 1");
  await checkSchemas(contracts, drafts);
  const registry = await contracts.claims.getAddress();
  const network = { chainId: `${contracts.chainId}`, registry };
  const claims = drafts.map((draft, position) => prepare(network, issuer, draft, `${serial}`, position));
  const { root, paths } = batchTree(claims.map(({ id }) => id));
  claims.forEach(({ documents }, position) => {
    for (const document of documents) document.path = paths[position] ?? [];
  });
  const { city, schema } = first;
  const of = { city: Number(city), schema: Number(schema), serial: `${serial}`, count: claims.length, root };
  return { batch: { ...network, issuer: getAddress(issuer), ...of }, claims };
}

async function checkSchemas(contracts: Pick<Contracts, "claims">, drafts: readonly ClaimDraft[]): Promise<void> {
  const checked = new Set<string>();
  for (const { schema, definition } of drafts) {
    const key = `${schema} ${contentHash(definition)}`;
    if (checked.has(key)) continue;
    checked.add(key);
    const differences = await schemaDifferences(contracts, Number(schema), definition);
    if (differences.length !== 0) throw new SchemaError("this is not the schema on the chain", differences);
  }
}

function prepare(
  network: { chainId: string; registry: string },
  issuer: string,
  draft: ClaimDraft,
  serial: string,
  position: number,
): PreparedClaim {
  const { definition, values, city, schema } = draft;
  const validFrom = Number(secondsOf(draft.validFrom));
  const validUntil = draft.validUntil === null ? 0 : Number(secondsOf(draft.validUntil));
  const faults = draftFaults(draft);
  if (faults.length !== 0) throw new SchemaError(`this is no claim of "${definition.name}"`, faults);
  const fields: OpenField[] = definition.fields.flatMap(({ name }) => {
    const value = values[name];
    return value === undefined ? [] : [{ name, value, salt: newSalt() }];
  });
  const parties = draft.parties.map((request, index) => openParty(request, index as PartyIndex));
  const claim = {
    issuer: getAddress(issuer),
    city: Number(city),
    schema: Number(schema),
    serial,
    position,
    validFrom,
    validUntil,
    root: fieldRoot(fields),
    subject: combined(parties.map(({ subject }) => subject.commitment)) ?? "",
    holder: combined(parties.map(({ holder }) => holder.commitment)) ?? "",
  };
  const document = {
    type: "CivitasClaim",
    version: 1,
    ...network,
    claim,
    path: [],
    schemaName: definition.name,
  } as const;
  const documents = parties.map((_, party) =>
    structuredClone<ClaimDocument>({ ...document, path: [], fields, parties, party: party as PartyIndex }),
  );
  return { id: claimId({ ...network, claim }), documents };
}

/** All that is wrong with what shall be claimed, as its definition has it, each in a sentence; none if it can be prepared. */
export function draftFaults({ definition, values, parties, validFrom, validUntil }: ClaimDraft): string[] {
  const from = Number(secondsOf(validFrom));
  const until = validUntil === null ? 0 : Number(secondsOf(validUntil));
  const faults = valueFaults(definition, values);
  if (parties.length !== definition.parties.length) {
    faults.push(`it is about ${definition.parties.map(({ role }) => role).join(" and ")}, not ${parties.length}`);
  }
  if (until !== 0 && until <= from) faults.push("its validity ends before it begins");
  if (definition.maxValidity !== 0 && (until === 0 || until - from > definition.maxValidity)) {
    faults.push(`it is valid for longer than ${definition.maxValidity} seconds`);
  }
  if (faults.length === 0 && !definition.fields.some(({ name }) => values[name] !== undefined)) {
    faults.push("it says nothing");
  }
  return faults;
}

function openParty(request: ClaimRequest, party: PartyIndex): DocumentParty {
  const { identity, holder, subjectSalt = newSalt(), holderSalt = newSalt() } = request;
  if (dataLength(subjectSalt) !== 32 || dataLength(holderSalt) !== 32) throw new IssueError("a salt has 32 bytes");
  return {
    subject:
      identity === undefined
        ? { commitment: newSalt() }
        : { commitment: subjectCommitment(party, subjectSalt, identity), identity, salt: subjectSalt },
    holder:
      holder === undefined
        ? { commitment: newSalt() }
        : { commitment: holderCommitment(party, holderSalt, holder), signer: holder, salt: holderSalt },
  };
}

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
