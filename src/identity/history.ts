import { ZeroHash } from "ethers";

import type { identityRegistryAbi } from "../abi.js";
import { type EventPlace, walk } from "../common/history.js";
import { decodeText } from "../common/text.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { type Kind, KINDS } from "./status.js";

/** Who signs for an identity. */
export interface Control {
  /** The key, as in ERC-7913. Hex. */
  signer: string;
  /** Commitment to the guardian who holds the key; null without one. */
  guardian: string | null;
  /** First moment at which the guardianship, and with it the key, is worth nothing; null without a guardian. */
  guardianUntil: Date | null;
}

/** What each event of an identity tells. `by` is an account; what a person signed has none, for anyone may have relayed it. */
interface Facts {
  IdentityRegistered: { city: number; kind: Kind; by: string } & Control;
  PublicCodeRegistered: { code: string };
  TagAdded: { version: number; tag: string; by: string };
  KeyRotated: { signer: string };
  RecoveryProposed: { acting: number; control: Control; evidence: string; dueAt: Date; by: string };
  RecoveryVetoed: object;
  RecoveryWithdrawn: { by: string };
  Recovered: { control: Control };
  IdentitySuspended: { reason: number; by: string };
  IdentityReinstated: { reason: number; by: string };
  IdentityClosed: { reason: number; by: string };
  IdentityMoved: { from: number; to: number; releasedBy: string; by: string };
  OperatorAuthorized: { operator: string };
  OperatorRevoked: { operator: string };
}

type AbiEvent = Extract<(typeof identityRegistryAbi)[number], { type: "event" }>;
/** The events of an identity: those whose first argument is one. */
export type IdentityEventName = Extract<AbiEvent, { inputs: readonly [{ name: "identity" }, ...unknown[]] }>["name"];

/** An event in the life of an identity, decoded. */
export type IdentityEvent = {
  [Name in IdentityEventName]: { type: Name } & EventPlace & Facts[Name];
}[IdentityEventName];

/** Control as the contract has it. */
interface RawControl {
  signer: string;
  guardian: string;
  guardianUntil: bigint;
}

/** An event's arguments by name, as ethers decodes them. */
interface Args extends RawControl {
  city: bigint;
  kind: bigint;
  code: string;
  version: bigint;
  tag: string;
  acting: bigint;
  control: RawControl;
  evidence: string;
  dueAt: bigint;
  reason: bigint;
  from: bigint;
  to: bigint;
  releasedBy: string;
  operator: string;
  by: string;
}

const controlling = ({ signer, guardian, guardianUntil }: RawControl): Control => ({
  signer,
  guardian: guardian === ZeroHash ? null : guardian,
  guardianUntil: guardianUntil === 0n ? null : dateOf(guardianUntil),
});
const judging = ({ reason, by }: Args) => ({ reason: Number(reason), by });
const operating = ({ operator }: Args) => ({ operator });

/** The compiler holds this table complete. */
const FACTS: { readonly [Name in IdentityEventName]: (args: Args) => Facts[Name] } = {
  IdentityRegistered: (args) => ({
    city: Number(args.city),
    kind: KINDS[Number(args.kind)] ?? "None",
    ...controlling(args),
    by: args.by,
  }),
  PublicCodeRegistered: ({ code }) => ({ code: decodeText(code) }),
  TagAdded: ({ version, tag, by }) => ({ version: Number(version), tag, by }),
  KeyRotated: ({ signer }) => ({ signer }),
  RecoveryProposed: ({ acting, control, evidence, dueAt, by }) => ({
    acting: Number(acting),
    control: controlling(control),
    evidence,
    dueAt: dateOf(dueAt),
    by,
  }),
  RecoveryVetoed: () => ({}),
  RecoveryWithdrawn: ({ by }) => ({ by }),
  Recovered: ({ control }) => ({ control: controlling(control) }),
  IdentitySuspended: judging,
  IdentityReinstated: judging,
  IdentityClosed: judging,
  IdentityMoved: ({ from, to, releasedBy, by }) => ({ from: Number(from), to: Number(to), releasedBy, by }),
  OperatorAuthorized: operating,
  OperatorRevoked: operating,
};

/**
 * The events of an identity, newest first, each once, read from the chain alone; see `walk` in ../common/history.ts.
 * @param identity Its id.
 * @param from A block with an event of the identity to begin with; the last one if left out.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* identityHistory(
  { identities, provider }: Pick<Contracts, "identities" | "provider">,
  identity: string,
  from?: number,
): AsyncGenerator<IdentityEvent, void, undefined> {
  yield* walk(
    {
      provider,
      contract: identities,
      events: Object.keys(FACTS),
      record: identity,
      from: from ?? Number((await identities.stateOf(identity)).state.changedIn),
      what: `the identity ${identity}`,
    },
    (name, args, place) => {
      const type = name as IdentityEventName;
      return { type, ...place, ...FACTS[type](args as unknown as Args) } as IdentityEvent;
    },
  );
}
