import { byPage } from "../common/page.js";
import { dateOf } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { capabilityName, NETWORK, RESOLUTION } from "./capability.js";

/** The answers of the guard, in the order of ICityAccessManager.Verdict (tested equal). */
export const VERDICTS = ["Allowed", "NotMember", "Delayed", "CityInactive", "ContractClosed"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A member of a role. */
export interface Member {
  account: string;
  /** When the membership begins to count; in the future while the role's grant delay runs. */
  since: Date;
  /** Execution delay in seconds. A member with one does not pass the guard. */
  delay: number;
}

/** What the guard says, and why. */
export interface Permission {
  allowed: boolean;
  verdict: Verdict;
  /** A sentence for a person: what the answer is, and what would change it. */
  message: string;
}

/** Who may do this here? The members of a role (`roleOf(city, capability)`) by page, in no particular order, at one block. */
export async function* members(
  { access, provider }: Pick<Contracts, "access" | "provider">,
  role: bigint,
  pageSize = 100,
): AsyncGenerator<Member, void, undefined> {
  const blockTag = await provider.getBlockNumber();
  const all = byPage((start, count) => access.membersOf(role, start, count, { blockTag }), pageSize);
  for await (const { account, since, delay } of all) yield { account, since: dateOf(since), delay: Number(delay) };
}

/**
 * The guard's question: may this account use this capability for this city, in this contract, now?
 * @param target The contract asked about; the resolver for RESOLUTION, else the city registry, if left out.
 */
export async function can(
  { access, cities, resolver }: Pick<Contracts, "access" | "cities" | "resolver">,
  account: string,
  city: bigint | number,
  capability: number,
  target?: string,
): Promise<Permission> {
  const contract = target ?? (await (capability === RESOLUTION ? resolver : cities).getAddress());
  const number = Number(await access.can(account, city, capability, contract));
  const verdict = VERDICTS[number];
  if (verdict === undefined) throw new Error(`the access manager gave an answer this client does not know: ${number}`);
  const role = `${capabilityName(capability)} of ${BigInt(city) === NETWORK ? "the network" : `city ${city}`}`;
  const messages: Record<Verdict, string> = {
    Allowed: `${account} holds ${role} and may use it now`,
    NotMember: `${account} does not hold ${role}, or not yet; its controller, or one of its parent, can grant it`,
    Delayed: `${account} holds ${role} with an execution delay, and the guard takes none; have it granted without`,
    CityInactive: `${account} holds ${role}, but the city or one above it is not active; it must be reinstated first`,
    ContractClosed: `${account} holds ${role}, but the network has closed the contract ${contract} for new acts`,
  };
  return { allowed: verdict === "Allowed", verdict, message: messages[verdict] };
}
