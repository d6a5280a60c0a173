/**
 * Consents: the holder of a claim lets a department, or an account, use it. A consent document is plain JSON with what opens its scope
 * and purpose; the holder signs it with the claim's holder key, hands it to the grantee, and anyone sends it to the registry.
 */
import { getAddress, type Signer, type TypedDataDomain, TypedDataEncoder, ZeroAddress, ZeroHash } from "ethers";

import { mined } from "../common/mined.js";
import { secondsOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { newSalt, textCommitment } from "./commitment.js";
import { claimId, type ClaimDocument, type ClaimRecord, otherParty, ownParty } from "./document.js";
import type { PersonKey } from "./key.js";
import { shapeCheck } from "../common/shape.js";
import { CONSENT_STATUSES, type ConsentStatus } from "./status.js";
import { CONSENT_TYPES, domainAt, WITHDRAWAL_TYPES } from "./typed-data.js";

/** A text and what hides it: only both together open its commitment. */
export interface SaltedText {
  text: string;
  /** 32 random bytes, used once. */
  salt: string;
}

/** IConsentRegistry.Consent in JSON; its EIP-712 digest is the consent's id. */
export interface ConsentRecord {
  /** The claim's holder key (ERC-7913). */
  holder: string;
  /** Zero for any claim of the schema under this holder key. */
  claim: string;
  schema: number;
  /** City whose department must authorise too; 0 if none must. */
  provider: number;
  scope: string;
  purpose: string;
  /** 0 for an account. */
  granteeCity: number;
  granteeCapability: number;
  /** Zero for a department. */
  grantee: string;
  /** UTC seconds. */
  validFrom: number;
  /** UTC seconds. */
  validUntil: number;
  uses: number;
  /** Last moment to give it, UTC seconds. */
  deadline: number;
}

/** A consent with what opens it. For the holder and the grantee alone. */
export interface ConsentDocument {
  type: "CivitasConsent";
  version: 1;
  /** Decimal. */
  chainId: string;
  /** Address of the ConsentRegistry. */
  registry: string;
  consent: ConsentRecord;
  /** What may be used: names of fields, documents. */
  scope: SaltedText;
  /** What for. */
  purpose: SaltedText;
}

/** IConsentRegistry.UsedClaim in JSON: what the grantee needs of the claim, and nothing of its content. */
export interface UsedClaim {
  claim: ClaimRecord;
  path: string[];
  holderSalt: string;
  party: number;
  /** Commitment to the other party's holder key; zero for a claim about one. */
  otherHolder: string;
}

/** Whom a consent is for: whoever holds a capability of a city, or one account. */
export type Grantee = { city: bigint | number; capability: number } | { account: string };

/** What a holder agrees to. */
export interface ConsentTerms {
  grantee: Grantee;
  /** What may be used, in words. */
  scope: string;
  /** What for, in words. */
  purpose: string;
  /** Begin of the period. */
  from: Date;
  /** End of the period. */
  until: Date;
  /** How often it may be used. */
  uses: number;
  /** Last moment to give it. */
  deadline: Date;
  /** For any claim of this schema under this holder key, such as the next year's, and not for this claim alone. */
  wholeSchema?: boolean;
}

/** A consent that cannot be used, or is not what it says; `faults` says all that is wrong. */
export class ConsentError extends Error {
  override readonly name = "ConsentError";

  constructor(readonly faults: readonly string[]) {
    super(`this consent cannot be used: ${faults.join("; ")}`);
  }
}

const word = { type: "string", pattern: "^0x[0-9a-f]{64}$" };
const address = { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" };
const uint32 = { type: "integer", minimum: 0, maximum: 0xffff_ffff };
const uint40 = { type: "integer", minimum: 0, maximum: 0xff_ffff_ffff };
const closed = (properties: Record<string, object>) => ({
  type: "object",
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});
const saltedText = closed({ text: { type: "string", minLength: 1, maxLength: 10_000 }, salt: word });

/** The published JSON Schema (2020-12) of consent documents. */
export const CONSENT_DOCUMENT_SCHEMA: object = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:civitas:consent-document:1",
  title: "Consent document",
  ...closed({
    type: { const: "CivitasConsent" },
    version: { const: 1 },
    chainId: { type: "string", pattern: "^[1-9][0-9]{0,77}$" },
    registry: address,
    consent: closed({
      holder: { type: "string", pattern: "^0x([0-9a-f]{2}){20,}$", maxLength: 20_000 },
      claim: word,
      schema: uint32,
      provider: uint32,
      scope: word,
      purpose: word,
      granteeCity: uint32,
      granteeCapability: uint32,
      grantee: address,
      validFrom: uint40,
      validUntil: uint40,
      uses: { ...uint32, minimum: 1 },
      deadline: uint40,
    }),
    scope: saltedText,
    purpose: saltedText,
  }),
};

const shapeFaults = shapeCheck(CONSENT_DOCUMENT_SCHEMA, "the consent");

/** A text with a fresh salt. */
export function saltText(text: string): SaltedText {
  return { text, salt: newSalt() };
}

/** Whether a text and its salt are what a commitment on the chain stands for. */
export function opensText(commitment: string, { text, salt }: SaltedText): boolean {
  return textCommitment(salt, text) === commitment;
}

/**
 * A consent to use a claim, not signed yet. Where the claim's schema asks for it, its city must authorise too.
 * @param document The holder's document of the claim.
 * @throws ConsentError if the holder's key is not in the document.
 */
export async function newConsent(
  contracts: Pick<Contracts, "chainId" | "claims" | "consents">,
  document: ClaimDocument,
  terms: ConsentTerms,
): Promise<ConsentDocument> {
  const { signer } = ownParty(document).holder;
  if (signer === undefined) throw new ConsentError(["the document does not have its holder's key"]);
  const [scope, purpose] = [saltText(terms.scope), saltText(terms.purpose)];
  const { providerConsent } = await contracts.claims.schemaOf(document.claim.schema);
  const { grantee } = terms;
  const toRole = "city" in grantee;
  return {
    type: "CivitasConsent",
    version: 1,
    chainId: `${contracts.chainId}`,
    registry: await contracts.consents.getAddress(),
    consent: {
      holder: signer,
      claim: terms.wholeSchema === true ? ZeroHash : claimId(document),
      schema: document.claim.schema,
      provider: providerConsent ? document.claim.city : 0,
      scope: textCommitment(scope.salt, scope.text),
      purpose: textCommitment(purpose.salt, purpose.text),
      granteeCity: toRole ? Number(grantee.city) : 0,
      granteeCapability: toRole ? grantee.capability : 0,
      grantee: toRole ? ZeroAddress : getAddress(grantee.account),
      validFrom: Number(secondsOf(terms.from)),
      validUntil: Number(secondsOf(terms.until)),
      uses: terms.uses,
      deadline: Number(secondsOf(terms.deadline)),
    },
    scope,
    purpose,
  };
}

/** What the grantee needs of a claim to use a consent. It opens the commitment to the holder key, and to nothing else. */
export function usedClaim(document: ClaimDocument): UsedClaim {
  const { salt } = ownParty(document).holder;
  if (salt === undefined) throw new ConsentError(["the document does not open the commitment to its holder's key"]);
  return {
    claim: document.claim,
    path: document.path,
    holderSalt: salt,
    party: document.party,
    otherHolder: otherParty(document)?.holder.commitment ?? ZeroHash,
  };
}

/**
 * A consent document from JSON of any origin. Its shape is checked, and that scope and purpose are the ones the consent commits to;
 * whether it was given and stands, only the chain knows (`consentStatus`).
 * @throws ConsentError with all faults.
 */
export function parseConsent(json: unknown): ConsentDocument {
  const shape = shapeFaults(json);
  if (shape.length !== 0) throw new ConsentError(shape);
  const { consent, scope, purpose } = json as ConsentDocument;
  const faults: string[] = [];
  if (!opensText(consent.scope, scope)) faults.push("its scope is not the one that was signed");
  if (!opensText(consent.purpose, purpose)) faults.push("its purpose is not the one that was signed");
  if (faults.length !== 0) throw new ConsentError(faults);
  return structuredClone(json) as ConsentDocument;
}

/** The consent's id: its EIP-712 digest, equal to ConsentRegistry.idOf (tested equal). */
export function consentId(document: Pick<ConsentDocument, "chainId" | "registry" | "consent">): string {
  return TypedDataEncoder.hash(domain(document), CONSENT_TYPES, document.consent);
}

/** The holder's signature: I consent. */
export async function signConsent(document: ConsentDocument, key: PersonKey): Promise<string> {
  checkHolder(document, key);
  return key.sign(consentId(document));
}

/** The holder's signature: I consent no more. It has no deadline, and is good before the consent was ever given. */
export async function signWithdrawal(document: ConsentDocument, key: PersonKey): Promise<string> {
  checkHolder(document, key);
  return key.sign(TypedDataEncoder.hash(domain(document), WITHDRAWAL_TYPES, { consent: consentId(document) }));
}

/** Send a consent to the registry. By anyone. @returns its id. */
export async function giveConsent(
  contracts: Pick<Contracts, "chainId" | "consents">,
  relay: Signer,
  document: ConsentDocument,
  signature: string,
): Promise<string> {
  await checkRegistry(contracts, document);
  await mined(contracts.consents.connect(relay).give(document.consent, signature));
  return consentId(document);
}

/** Withdraw a consent, at once and for ever. By anyone with the holder's signature. */
export async function withdrawConsent(
  contracts: Pick<Contracts, "chainId" | "consents">,
  relay: Signer,
  document: ConsentDocument,
  signature: string,
): Promise<void> {
  await checkRegistry(contracts, document);
  await mined(contracts.consents.connect(relay).withdraw(document.consent, signature));
}

/**
 * Agree, as the department that issued the claim, to its use.
 * @param officer Holds (provider, issue under the schema).
 * @param lineage Numbers of cities: empty for the provider's own officer; see ICityAccessManager.hasStanding.
 */
export async function authorizeConsent(
  contracts: Pick<Contracts, "chainId" | "consents">,
  officer: Signer,
  document: Pick<ConsentDocument, "chainId" | "registry" | "consent">,
  lineage: readonly number[] = [],
): Promise<void> {
  await checkRegistry(contracts, document);
  await mined(contracts.consents.connect(officer).authorize(document.consent, [...lineage]));
}

/** Agree no more; otherwise like `authorizeConsent`. */
export async function withdrawAuthorization(
  contracts: Pick<Contracts, "chainId" | "consents">,
  officer: Signer,
  document: Pick<ConsentDocument, "chainId" | "registry" | "consent">,
  lineage: readonly number[] = [],
): Promise<void> {
  await checkRegistry(contracts, document);
  await mined(contracts.consents.connect(officer).withdrawAuthorization(document.consent, [...lineage]));
}

/**
 * Use a consent, and leave a receipt on the chain. It moves no data, and opens neither scope nor purpose nor file.
 * @param officer The grantee: the account, or one who holds the capability of the city.
 * @param used See `usedClaim`; the holder hands it over with the consent.
 * @param file What it is used for, such as a file number; kept with its salt by the department, it is what a receipt opens to.
 * @param purpose What it is used for, in the words of the consent; the document's own if left out.
 * @returns which use it was, from 1.
 */
export async function useConsent(
  contracts: Pick<Contracts, "chainId" | "consents">,
  officer: Signer,
  document: ConsentDocument,
  used: UsedClaim,
  file: SaltedText,
  purpose = document.purpose.text,
): Promise<number> {
  await checkRegistry(contracts, document);
  const { consents } = contracts;
  const receipt = await mined(
    consents
      .connect(officer)
      .use(
        document.consent,
        used,
        textCommitment(document.purpose.salt, purpose),
        textCommitment(file.salt, file.text),
      ),
  );
  for (const log of receipt.logs) {
    const event = consents.interface.parseLog(log);
    if (event?.name === "ConsentUsed") return Number(event.args["use"]);
  }
  throw new Error("the consent was used, but the receipt is missing; ask the node again");
}

/** Whether a consent may be used now. */
export async function consentStatus(
  contracts: Pick<Contracts, "chainId" | "consents">,
  document: Pick<ConsentDocument, "chainId" | "registry" | "consent">,
): Promise<ConsentStatus> {
  await checkRegistry(contracts, document);
  const { status } = await contracts.consents.statusOf(document.consent);
  const name = CONSENT_STATUSES[Number(status)];
  if (name === undefined) throw new Error(`the registry gave a status this client does not know: ${status}`);
  return name;
}

function domain({ chainId, registry }: Pick<ConsentDocument, "chainId" | "registry">): TypedDataDomain {
  return domainAt("consents", chainId, registry);
}

function checkHolder({ consent }: ConsentDocument, key: PersonKey): void {
  if (key.signer.toLowerCase() !== consent.holder.toLowerCase()) {
    throw new ConsentError(["the key is not the holder key of the claim; sign with that one"]);
  }
}

async function checkRegistry(
  { chainId, consents }: Pick<Contracts, "chainId" | "consents">,
  document: Pick<ConsentDocument, "chainId" | "registry">,
): Promise<void> {
  const here = await consents.getAddress();
  if (BigInt(document.chainId) === chainId && getAddress(document.registry.toLowerCase()) === here) return;
  throw new ConsentError([
    `it is for the registry ${document.registry} on chain ${document.chainId}, not for ${here} on chain ${chainId}`,
  ]);
}
