/** Persons, claims about them, and consents. Keys of a LocalTagService in a file, which need Node, are in ./tag-file.js. */
export * from "../common/batch-tree.js";
export * from "./commitment.js";
export * from "./consent.js";
export * from "./did.js";
export * from "./did-syntax.js";
export {
  batchIdOf,
  CLAIM_DOCUMENT_SCHEMA,
  type ClaimDocument,
  claimId,
  type ClaimRecord,
  DocumentError,
  documentFaults,
  type DocumentParty,
  otherParty,
  ownParty,
  parseDocument,
  valuesOf,
  withAcceptance,
} from "./document.js";
export * from "./erasure.js";
export * from "./form.js";
export * from "./history.js";
export * from "./identity.js";
export {
  anchorBatch,
  type ClaimHandle,
  isAnchored,
  issueClaims,
  type IssueOptions,
  type IssueResult,
  type Progress,
  statusOf as claimStatusOf,
} from "./issue.js";
export {
  type BatchRecord,
  type ClaimDraft,
  type ClaimRequest,
  IssueError,
  prepareBatch,
  prepareClaim,
  prepareClaims,
  type PreparedBatch,
  type PreparedClaim,
} from "./prepare.js";
export * from "./issue-order.js";
export * from "./key.js";
export * from "./number.js";
export * from "./order.js";
export {
  chainTime,
  type Expected,
  type Presence,
  type PresenceAnswer,
  presenceStatus,
  presenceStatusOnChain,
  type Refusal,
  type SignedPresence,
  signPresence,
  verifyPresence,
} from "./presence.js";
export * from "./presentation.js";
export * from "./presentation-check.js";
export * from "./reason.js";
export * from "./receipt.js";
export * from "./registrar.js";
export * from "./schema.js";
export * from "./schemas/index.js";
export { type SealOptions, WalletFileError, type WalletFileFault } from "./seal.js";
export * from "./standing.js";
export * from "./status.js";
export * from "./tag.js";
export * from "../common/tree.js";
export * from "./typed-data.js";
export * from "./vc.js";
export * from "./wallet.js";
