import type { EndpointState } from "./endpoint.js";

/** How one endpoint stands, for operators. */
export interface EndpointStatus {
  /** Host and port. */
  name: string;
  state: EndpointState;
  /** Its last known block; null before it told one. */
  head: number | null;
  /** For how long its head has not moved while it was asked, in milliseconds. */
  stillForMs: number;
  /** Why it is passed over; null if it is not. */
  reason: string | null;
}

/** No endpoint could answer. The message tells of each one why. */
export class EndpointsError extends Error {
  override readonly name = "EndpointsError";

  constructor(
    message: string,
    readonly endpoints: readonly EndpointStatus[],
  ) {
    super(message);
  }
}
