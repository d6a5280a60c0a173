/** Why a transaction was not taken, as nodes and ethers put it. */
import { isError } from "ethers";

import { EndpointsError } from "./endpoints-error.js";

/** Whether a node refused a transaction because it has it, in its pool or in a block. */
export function isAlreadyKnown(error: unknown): boolean {
  return /already known|known transaction|already imported|already in (the )?(pool|mempool|txpool)|same hash/i.test(
    messageOf(error),
  );
}

export function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : String(error);
}

export function isNonceTooLow(error: unknown): boolean {
  return isError(error, "NONCE_EXPIRED") || /nonce.*(too low|already been used)/i.test(messageOf(error));
}

export function isNonceTooHigh(error: unknown): boolean {
  return /nonce.*(too high|too far|too distant)/i.test(messageOf(error));
}

/** Whether another transaction waits under its nonce. */
export function isUnderpriced(error: unknown): boolean {
  return isError(error, "REPLACEMENT_UNDERPRICED") || /replacement.*(underpriced|too low)/i.test(messageOf(error));
}

/** Whether no node has judged it. */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof EndpointsError) return true;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^(SERVER_ERROR|TIMEOUT|NETWORK_ERROR|BAD_DATA|CANCELLED|E[A-Z]+)$/.test(code);
}

export function isUnsupported(error: unknown): boolean {
  return isError(error, "UNSUPPORTED_OPERATION") || /not (implemented|supported|available)/i.test(messageOf(error));
}
