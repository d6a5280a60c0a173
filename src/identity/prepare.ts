/** Prepares claims and batches: values and parties are checked against a schema, and documents and ids are made of them. */
import { dataLength, getAddress } from "ethers";

import { secondsOf, showDuration } from "../common/time.js";
import { batchTree, fieldRoot, type OpenField } from "../common/tree.js";
import type { Contracts } from "../contracts.js";
import { holderCommitment, newSalt, type PartyIndex, subjectCommitment } from "./commitment.js";
import { claimId, type ClaimDocument, combined, type DocumentParty } from "./document.js";
import { contentHash, SchemaError, type SchemaDefinition, schemaDifferences, valueFaults } from "./schema.js";

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

/** The claims of one network only, or a mistake in how they are used. */
export class IssueError extends Error {
  override readonly name = "IssueError";
}

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
  const longest = definition.maxValidity;
  if (longest !== 0 && until === 0)
    faults.push(`it has no end; claims of this schema are valid for ${showDuration(longest)} at most`);
  else if (longest !== 0 && until - from > longest) faults.push(`it is valid for longer than ${showDuration(longest)}`);
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
