/** States of identities, claims and consents, each list in the order of its Solidity enum (tested equal). */

/** What kind of person an identity is of: IIdentityRegistry.Kind. */
export const KINDS = ["None", "Natural", "Legal"] as const;
export type Kind = (typeof KINDS)[number];

/** What an identity is worth now: IIdentityRegistry.IdentityStatus. */
export const IDENTITY_STATUSES = ["Unknown", "Active", "Suspended", "Recovering", "Closed"] as const;
export type IdentityStatus = (typeof IDENTITY_STATUSES)[number];

/** What a signature of presence is worth: IIdentityRegistry.PresenceStatus. */
export const PRESENCE_STATUSES = ["Valid", "Expired", "IdentityNotActive", "SignatureInvalid"] as const;
export type PresenceStatus = (typeof PRESENCE_STATUSES)[number];

/** Whose acceptance a claim needs: ISchemaRegistry.Acceptance. */
export const ACCEPTANCES = ["None", "First", "Second", "Both"] as const;
export type Acceptance = (typeof ACCEPTANCES)[number];

/** What a claim is worth now: IClaimRegistry.ClaimStatus. */
export const CLAIM_STATUSES = [
  "Unknown",
  "NotYetValid",
  "Active",
  "Suspended",
  "Expired",
  "Superseded",
  "Revoked",
  "Distrusted",
] as const;
export type ClaimStatus = (typeof CLAIM_STATUSES)[number];

/** What was done to a claim or a batch, apart from the passing of time: IClaimRegistry.Standing. */
export const STANDINGS = ["Standing", "Suspended", "Superseded", "Revoked"] as const;
export type Standing = (typeof STANDINGS)[number];

/** Whether a consent may be used now: IConsentRegistry.ConsentStatus. */
export const CONSENT_STATUSES = [
  "Unknown",
  "NotYetValid",
  "Active",
  "AwaitingProvider",
  "Expired",
  "Exhausted",
  "Withdrawn",
] as const;
export type ConsentStatus = (typeof CONSENT_STATUSES)[number];

/** What a presentation is worth: IClaimVerifier.PresentationStatus. */
export const PRESENTATION_STATUSES = [
  "Valid",
  "Expired",
  "Empty",
  "ClaimNotActive",
  "FieldsNotProven",
  "SubjectNotProven",
  "HolderNotProven",
  "AcceptanceMissing",
  "HolderSignatureInvalid",
  "IdentityNotActive",
  "IdentitySignatureInvalid",
] as const;
export type PresentationStatus = (typeof PRESENTATION_STATUSES)[number];
