/** What became of a consent, read from the chain alone: for its holder, and for auditors who know its id. */
import type { consentRegistryAbi } from "../abi.js";
import { type EventPlace, walk } from "../common/history.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import type { ConsentRecord } from "./consent.js";

/** What each event of a consent tells. `by` is an account; what the holder signed has none, for anyone may have relayed it. */
interface Facts {
  ConsentGiven: { terms: ConsentRecord };
  ConsentWithdrawn: object;
  ConsentAuthorized: { provider: number; by: string };
  AuthorizationWithdrawn: { provider: number; by: string };
  ConsentUsed: { by: string; use: number; claim: string; file: string };
}

type AbiEvent = Extract<(typeof consentRegistryAbi)[number], { type: "event" }>;
/** The events of a consent: those whose first argument is one. */
export type ConsentEventName = Extract<AbiEvent, { inputs: readonly [{ name: "consent" }, ...unknown[]] }>["name"];

/** An event in the life of a consent, decoded. */
export type ConsentEvent = {
  [Name in ConsentEventName]: { type: Name } & EventPlace & Facts[Name];
}[ConsentEventName];

/** Receipt of a use. */
export interface ConsentReceipt extends EventPlace {
  /** Which use it was, from 1. */
  use: number;
  /** The account that used it. */
  by: string;
  /** The claim that was used. */
  claim: string;
  /** Commitment to the file it was used for: the department opens it, and `opensText` checks that. */
  file: string;
  /** When. */
  at: Date;
}

/** An event's arguments by name, as ethers decodes them. */
interface Args {
  terms: Record<keyof ConsentRecord, string | bigint>;
  provider: bigint;
  use: bigint;
  claim: string;
  file: string;
  by: string;
}

const providing = ({ provider, by }: Args) => ({ provider: Number(provider), by });

/** The compiler holds this table complete. */
const FACTS: { readonly [Name in ConsentEventName]: (args: Args) => Facts[Name] } = {
  ConsentGiven: ({ terms }) => ({ terms: recordOf(terms) }),
  ConsentWithdrawn: () => ({}),
  ConsentAuthorized: providing,
  AuthorizationWithdrawn: providing,
  ConsentUsed: ({ by, use, claim, file }) => ({ by, use: Number(use), claim, file }),
};

/**
 * The events of a consent, newest first, each once; see `walk` in ../common/history.ts.
 * @param consent Its id.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* consentHistory(
  { consents, provider }: Pick<Contracts, "consents" | "provider">,
  consent: string,
): AsyncGenerator<ConsentEvent, void, undefined> {
  yield* walk(
    {
      provider,
      contract: consents,
      events: Object.keys(FACTS),
      record: consent,
      from: Number((await consents.stateOf(consent)).changedIn),
      what: `the consent ${consent}`,
    },
    (name, args, place) => {
      const type = name as ConsentEventName;
      return { type, ...place, ...FACTS[type](args as unknown as Args) } as ConsentEvent;
    },
  );
}

/**
 * The receipts of a consent's uses, newest first.
 * @param consent Its id.
 * @throws HistoryIncompleteError if the node has pruned logs.
 */
export async function* consentReceipts(
  contracts: Pick<Contracts, "consents" | "provider">,
  consent: string,
): AsyncGenerator<ConsentReceipt, void, undefined> {
  for await (const event of consentHistory(contracts, consent)) {
    if (event.type !== "ConsentUsed") continue;
    const { use, by, claim, file, block, logIndex, transaction } = event;
    const mined = await contracts.provider.getBlock(block);
    if (mined === null) throw new Error(`the node does not have block ${block}; ask another one`);
    yield { use, by, claim, file, at: dateOf(mined.timestamp), block, logIndex, transaction };
  }
}

/** The terms of a consent as JSON has them: numbers, where the chain's fit into one. */
function recordOf(terms: Args["terms"]): ConsentRecord {
  const text = (name: keyof ConsentRecord) => String(terms[name]);
  const number = (name: keyof ConsentRecord) => Number(terms[name]);
  return {
    holder: text("holder"),
    claim: text("claim"),
    schema: number("schema"),
    provider: number("provider"),
    scope: text("scope"),
    purpose: text("purpose"),
    granteeCity: number("granteeCity"),
    granteeCapability: number("granteeCapability"),
    grantee: text("grantee"),
    validFrom: number("validFrom"),
    validUntil: number("validUntil"),
    uses: number("uses"),
    deadline: number("deadline"),
  };
}
