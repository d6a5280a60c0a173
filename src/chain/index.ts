/** What a service needs of a chain: several endpoints, acts that arrive, signing elsewhere, reads as of a block. */
export type { EndpointState } from "./endpoint.js";
export { endpoints, Endpoints, EndpointsError, type EndpointsOptions, type EndpointStatus } from "./endpoints.js";
export { isRefusal, Lane, LaneError, type LaneOptions } from "./lane.js";
export type { Sent } from "./sent.js";
export { mined } from "../common/mined.js";
export { AsOfError, providerAsOf } from "./as-of.js";
export { type Cursor, ReorganisationError, watch, type WatchedEvent, type WatchOptions } from "./watch.js";
