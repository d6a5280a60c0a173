/**
 * Claim documents as W3C Verifiable Credentials (Data Model 2.0), to keep in wallets and pass through systems that know those, and back.
 *
 * What a generic verifier can check of such a credential: its form, its period of validity, and which DID names the issuer. What it
 * cannot: there is no embedded `proof` it knows. The issuer did not sign a text but put the claim's id on a chain, so that it is this
 * suite's registry that says whether the claim was issued, by whom, and whether it stands (`credentialStatus` says where to ask, `statusOf`
 * in issue.ts asks). Nor does having the credential make its holder: that takes a presentation, signed with the holder key (present).
 *
 * The credential carries the whole document with its salts, in `evidence`: whoever has it knows everything that is left open in it.
 */
import canonicalize from "canonicalize";
import { getAddress } from "ethers";

import { dateOf } from "../common/time.js";
import { identityDid } from "./did-syntax.js";
import { claimId, type ClaimDocument, DocumentError, openFields, parseDocument, valuesOf } from "./document.js";
import { leafOf } from "../common/tree.js";
import { shapeCheck } from "../common/shape.js";

const BASE = "urn:civitas:vocabulary:";
const json = (name: string) => ({ "@id": `${BASE}${name}`, "@type": "@json" });

/** What the terms of these credentials mean beside those of the data model. Values of type @json are taken as they are. */
export const CREDENTIAL_CONTEXT = [
  "https://www.w3.org/ns/credentials/v2",
  {
    CivitasClaimCredential: `${BASE}CivitasClaimCredential`,
    CivitasParty: `${BASE}CivitasParty`,
    CivitasRegistryStatus: `${BASE}CivitasRegistryStatus`,
    CivitasSchema: `${BASE}CivitasSchema`,
    CivitasClaimDocument: `${BASE}CivitasClaimDocument`,
    party: `${BASE}party`,
    fields: json("fields"),
    city: `${BASE}city`,
    chainId: `${BASE}chainId`,
    registry: `${BASE}registry`,
    claim: `${BASE}claim`,
    schema: `${BASE}schema`,
    document: json("document"),
  },
] as const;

/** One of whom the claim is about. */
export interface CredentialSubject {
  /** The identity's DID; left out where the document does not say who it is. */
  id?: string;
  type: "CivitasParty";
  party: number;
  /** What is claimed, by name: on the first party, also of a claim about two. */
  fields?: Record<string, string>;
}

/** A claim document as a credential; plain JSON-LD. */
export interface ClaimCredential {
  "@context": typeof CREDENTIAL_CONTEXT;
  /** `urn:civitas:claim:<chain>:<registry>:<claim>`. */
  id: string;
  type: ["VerifiableCredential", "CivitasClaimCredential"];
  /** The officer's account, as a did:pkh, and the number of the city that it acted for. */
  issuer: { id: string; city: number };
  /** ISO 8601. */
  validFrom: string;
  /** ISO 8601; left out for no end. */
  validUntil?: string;
  credentialSubject: CredentialSubject | CredentialSubject[];
  /** Ask `ClaimRegistry.statusOf` there. */
  credentialStatus: {
    id: string;
    type: "CivitasRegistryStatus";
    chainId: string;
    registry: string;
    claim: string;
  };
  credentialSchema: { id: string; type: "CivitasSchema"; schema: number };
  /** What proves the rest, once the registry has said that it knows the claim. */
  evidence: [{ type: ["CivitasClaimDocument"]; document: ClaimDocument }];
}

/** What the credential does not say itself, the verifier must know. */
export interface CredentialOptions {
  /** Address of the IdentityRegistry, which the DIDs of the parties name. */
  identities: string;
  /** Names of the fields to leave open; of the others only the leaves go out. All if left out. */
  disclose?: readonly string[];
}

/** A credential that cannot be taken; `faults` says all that is wrong. */
export class CredentialError extends Error {
  override readonly name = "CredentialError";

  constructor(readonly faults: readonly string[]) {
    super(`this credential cannot be taken: ${faults.join("; ")}`);
  }
}

/**
 * A claim document as a credential. Without `disclose`, importing it gives the very same document.
 * @throws RangeError for a field that the document does not have; DocumentError for a document that is not sound.
 */
export function exportCredential(
  document: ClaimDocument,
  { identities, disclose }: CredentialOptions,
): ClaimCredential {
  const shown = parseDocument(disclose === undefined ? document : withOnly(document, disclose));
  return credentialOf(shown, identities);
}

const object = { type: "object" };
const shapeFaults = shapeCheck(
  {
    type: "object",
    required: ["@context", "id", "type", "issuer", "validFrom", "credentialSubject", "evidence"],
    properties: {
      "@context": { type: "array", minItems: 2 },
      type: { type: "array", allOf: [{ contains: { const: "CivitasClaimCredential" } }] },
      issuer: object,
      evidence: {
        type: "array",
        minItems: 1,
        maxItems: 1,
        items: { type: "object", required: ["document"], properties: { document: object } },
      },
    },
  },
  "the credential",
);

/**
 * The claim document in a credential of `exportCredential`. Everything that the credential says of the claim must be what the document
 * says; what others have added to it (a `name`, a `proof` of the transport) is left behind.
 * @param identities Address of the IdentityRegistry of this network.
 * @throws CredentialError with all faults. Whether the claim was issued and stands, only the chain knows.
 */
export function importCredential(json: unknown, { identities }: Pick<CredentialOptions, "identities">): ClaimDocument {
  const shape = shapeFaults(json);
  if (shape.length !== 0) throw new CredentialError(shape);
  const credential = json as ClaimCredential;
  const document = documentIn(credential);
  const wanted: Record<string, unknown> = { ...credentialOf(document, identities) };
  const given: Record<string, unknown> = { ...credential };
  const faults = [...new Set([...Object.keys(wanted), "validUntil"])]
    .filter((key) => canonicalize(given[key]) !== canonicalize(wanted[key]))
    .map((key) => `its ${key} is not what the document in it says`);
  if (faults.length !== 0) throw new CredentialError(faults);
  return document;
}

function documentIn({ evidence: [{ document }] }: ClaimCredential): ClaimDocument {
  try {
    return parseDocument(document);
  } catch (error) {
    if (error instanceof DocumentError) throw new CredentialError(error.faults);
    throw error;
  }
}

function credentialOf(document: ClaimDocument, identities: string): ClaimCredential {
  const { chainId, claim } = document;
  const registry = getAddress(document.registry.toLowerCase());
  const place = `${chainId}:${registry.slice(2).toLowerCase()}`;
  const id = claimId(document);
  const urn = `urn:civitas:claim:${place}:${id.slice(2)}`;
  const subjects = document.parties.map(({ subject }, party): CredentialSubject => {
    const who = subject.identity === undefined ? {} : { id: identityDid(chainId, identities, subject.identity) };
    return { ...who, type: "CivitasParty", party, ...(party === 0 ? { fields: valuesOf(document) } : {}) };
  });
  const [only] = subjects;
  return {
    "@context": CREDENTIAL_CONTEXT,
    id: urn,
    type: ["VerifiableCredential", "CivitasClaimCredential"],
    issuer: {
      id: `did:pkh:eip155:${chainId}:${getAddress(claim.issuer.toLowerCase())}`,
      city: claim.city,
    },
    validFrom: isoTime(claim.validFrom),
    ...(claim.validUntil === 0 ? {} : { validUntil: isoTime(claim.validUntil) }),
    credentialSubject: only !== undefined && subjects.length === 1 ? only : subjects,
    credentialStatus: {
      id: `${urn}#status`,
      type: "CivitasRegistryStatus",
      chainId,
      registry,
      claim: id,
    },
    credentialSchema: {
      id: `urn:civitas:schema:${place}:${claim.schema}`,
      type: "CivitasSchema",
      schema: claim.schema,
    },
    evidence: [{ type: ["CivitasClaimDocument"], document }],
  };
}

/** The document with the leaves alone of all but some fields. */
function withOnly(document: ClaimDocument, names: readonly string[]): ClaimDocument {
  const open = new Set(openFields(document).map(({ name }) => name));
  for (const name of names) {
    if (!open.has(name)) throw new RangeError(`the claim has no field "${name}", or it was erased`);
  }
  const fields = document.fields.map((field) =>
    "name" in field && names.includes(field.name) ? field : { leaf: leafOf(field) },
  );
  return { ...document, fields };
}

/** UTC seconds as XML Schema writes times: years beyond 9999 without a sign. */
function isoTime(seconds: number): string {
  return dateOf(seconds).toISOString().replace(".000Z", "Z").replace(/^\+0*/, "");
}
