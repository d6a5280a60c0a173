/** The transaction that an act of the client would send, for `perform` to send or to rehearse. */
import {
  AbstractSigner,
  type Signer,
  type TransactionRequest,
  type TransactionResponse,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";

import { performAndTell } from "./act.js";
import { decodeError } from "../errors.js";
import { CommandError, type NamedFault, RowsError } from "./fault.js";
import { withBar } from "./progress.js";
import type { Session } from "./session.js";

/**
 * Runs an act up to the transaction that it would send.
 * @param act Sends one transaction, or none.
 * @returns the transaction; undefined where the act had nothing to send.
 * @throws what the act refuses before it sends.
 */
export async function captured(
  session: Session,
  act: (by: Signer) => Promise<unknown>,
): Promise<TransactionRequest | undefined> {
  const capturing = new CapturingSigner(await session.signer());
  try {
    await act(capturing);
    return undefined;
  } catch (error) {
    if (error instanceof Captured) return error.request;
    throw error;
  }
}

/**
 * An act of the client that is all that a command does: sent, or rehearsed with --dry-run.
 * @param what In words, as an order.
 */
export async function actAndTell(session: Session, what: string, act: (by: Signer) => Promise<unknown>): Promise<void> {
  const request = await captured(session, act);
  if (request === undefined) throw new CommandError(`nothing had to be done to ${what}`);
  await performAndTell(session, what, request);
}

const AT_ONCE = 8;

/**
 * Rehearses acts, each alone, so that what is refused is told of the one that it is in.
 * @param what They are many of: "invoices".
 * @throws RowsError with all that is refused.
 */
export async function rehearseEach(
  session: Session,
  acts: readonly { of: string; act: (by: Signer) => Promise<unknown> }[],
  what: string,
): Promise<void> {
  const signer = await session.signer();
  const faults: NamedFault[] = [];
  await withBar(session, acts.length, `${what} rehearsed`, async (progress) => {
    for (let start = 0; start < acts.length; start += AT_ONCE) {
      await Promise.all(
        acts.slice(start, start + AT_ONCE).map(async ({ of, act }) => {
          try {
            const request = await captured(session, act);
            if (request !== undefined) await signer.estimateGas(request);
          } catch (error) {
            faults.push({ of, fault: decodeError(error).message });
          }
          progress(1);
        }),
      );
    }
  });
  if (faults.length !== 0) throw new RowsError(faults, acts.length, "so nothing was sent", what);
}

class Captured extends Error {
  constructor(readonly request: TransactionRequest) {
    super("an act sends a transaction, which is not sent from here");
  }
}

/** Signs as another signer does, and sends nothing. */
class CapturingSigner extends AbstractSigner {
  constructor(private readonly signer: Signer) {
    super(signer.provider);
  }

  override sendTransaction(request: TransactionRequest): Promise<TransactionResponse> {
    return Promise.reject(new Captured(request));
  }

  override connect(): Signer {
    return this;
  }

  override async getAddress(): Promise<string> {
    return this.signer.getAddress();
  }

  override async signTransaction(request: TransactionRequest): Promise<string> {
    return this.signer.signTransaction(request);
  }

  override async signMessage(message: string | Uint8Array): Promise<string> {
    return this.signer.signMessage(message);
  }

  override async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string> {
    return this.signer.signTypedData(domain, types, value);
  }
}
