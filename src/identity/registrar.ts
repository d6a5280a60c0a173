/** What registrars do to identities of their city, alone: they suspend, reinstate and close. Registering is in identity.ts. */
import type { Signer } from "ethers";

import { mined } from "../common/mined.js";
import type { Contracts } from "../contracts.js";
import { identityReasonCode, type IdentityReasonName } from "./reason.js";

type Acting = Pick<Contracts, "identities">;

/**
 * Suspend an identity.
 * @param officer Holds (the identity's city, IDENTITY).
 * @param reason A name of IDENTITY_REASONS, or a number of one's own.
 * @param lineage Numbers of cities, where another city acts for the identity's; see ICityAccessManager.hasStanding.
 */
export async function suspendIdentity(
  { identities }: Acting,
  officer: Signer,
  identity: string,
  reason: IdentityReasonName | number,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(identities.connect(officer).suspend(identity, identityReasonCode(reason), [...lineage]));
}

/** End a suspension. Under the guard; otherwise like `suspendIdentity`. */
export async function reinstateIdentity(
  { identities }: Acting,
  officer: Signer,
  identity: string,
  reason: IdentityReasonName | number,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(identities.connect(officer).reinstate(identity, identityReasonCode(reason), [...lineage]));
}

/**
 * Close an identity for ever; the person may be registered anew. Not during a recovery; while a veto
 * counts, by a registrar of an ancestor, the one entry of the lineage; otherwise like `suspendIdentity`.
 */
export async function closeIdentity(
  { identities }: Acting,
  officer: Signer,
  identity: string,
  reason: IdentityReasonName | number,
  lineage: readonly number[] = [],
): Promise<void> {
  await mined(identities.connect(officer).close(identity, identityReasonCode(reason), [...lineage]));
}
