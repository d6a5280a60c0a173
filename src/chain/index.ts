/** What a service needs of a chain: several endpoints, acts that arrive, signing elsewhere, reads as of a block. */
export type { EndpointState } from "./endpoint.js";
export { endpoints, Endpoints, type EndpointsOptions } from "./endpoints.js";
export { EndpointsError, type EndpointStatus } from "./endpoints-error.js";
export { isRefusal, Lane, LaneError, type LaneOptions } from "./lane.js";
export type { Sent } from "./sent.js";
export { mined } from "../common/mined.js";
export { AsOfError, providerAsOf } from "./as-of.js";
export { type Cursor, ReorganisationError, watch, type WatchedEvent, type WatchOptions } from "./watch.js";
export { checkDraft, draft, signDraft, submitDraft, type TransactionDraft } from "./draft.js";
export { type DraftArgument, type DraftCall, DraftError } from "./draft-call.js";
export {
  type DigestSigner,
  ExternalSigner,
  ExternalSignerError,
  type ForeignSignature,
  signatureOf,
} from "./external-signer.js";
export { type HistoryEvents, historyOf, type HistoryRecord, type RecordKind } from "./history.js";
export { FreeWallet } from "./free-wallet.js";
