/** What a service needs of a chain: several endpoints, acts that arrive, signing elsewhere, reads as of a block. */
export type { EndpointState } from "./endpoint.js";
export { endpoints, Endpoints, EndpointsError, type EndpointsOptions, type EndpointStatus } from "./endpoints.js";
