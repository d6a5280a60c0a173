/** The terms of a project as plain JSON: what owner, contractor and supervisor sign, with the texts behind its hashes. */
import canonicalize from "canonicalize";
import { isAddress } from "ethers";

import { textCommitment } from "../common/commitment.js";
import { shapeCheck } from "../common/shape.js";
import { secondsOf, showTime } from "../common/time.js";
import type { Contracts } from "../contracts.js";
import { findCurrency, formatAmount, formatRate, sum } from "../invoice/amount.js";
import documentSchema from "./terms-document.schema.json" with { type: "json" };
import { digestIn, domainAt, TERMS_TYPES } from "./typed-data.js";

/** The published JSON Schema (2020-12) of terms documents. */
export const TERMS_DOCUMENT_SCHEMA: object = documentSchema;

/** Where projects are. */
export interface ProjectNetwork {
  /** Decimal. */
  chainId: string;
  /** Address of the ProjectRegistry. */
  registry: string;
}

/** Parties of Project.sol. */
export interface ProjectParties {
  owner: string;
  contractor: string;
  supervisor: string;
  arbiter: string;
  contractorAccount: string;
}

/** Money of Project.sol, in JSON: sums in minor units, decimal; shares in basis points. */
export interface ProjectMoney {
  token: string;
  /** Smallest parts of the token in a minor unit, decimal. */
  unit: string;
  /** ISO 4217 numeric. */
  currency: number;
  budget: string;
  wageShare: number;
  wageDeposit: string;
  retention: number;
  defaultSplit: number;
  strayTo: string;
}

/** Periods of Project.sol: seconds, and UTC seconds. */
export interface ProjectPeriods {
  answer: number;
  contest: number;
  ruling: number;
  invoicing: number;
  retentionUntil: number;
  endsAt: number;
  payday: number;
  silenceApproves: boolean;
  /** Numbers of schemas. */
  employment: number;
  evidence: number;
}

/** Terms of Project.sol, in JSON. */
export interface ProjectTerms {
  /** Number of the city. */
  city: number;
  parties: ProjectParties;
  money: ProjectMoney;
  periods: ProjectPeriods;
  /** Amounts in minor units, decimal. */
  milestones: { amount: string; content: string }[];
  funders: string[];
  content: string;
  /** UTC seconds. */
  deadline: number;
}

/** What opens a salted hash of a text. The text itself is never on the chain. */
export interface TextOpening {
  title: string;
  /** The whole text, or what tells it apart: a file's hash, a number in an archive. */
  text?: string;
  /** 32 random bytes. */
  salt: string;
}

/** The terms of a project, with all that opens them: what the parties sign and keep. */
export interface TermsDocument extends ProjectNetwork {
  type: "CivitasTerms";
  version: 1;
  /** The project's id: the EIP-712 digest of the terms. */
  id: string;
  terms: ProjectTerms;
  /** Opens `terms.content`. */
  contract: TextOpening;
  /** Open the milestones' contents, in their order. */
  milestones: TextOpening[];
}

/** Terms, a budget or an agreement are not what they must be; `faults` says all that is wrong, each in a sentence. */
export class TermsError extends Error {
  override readonly name = "TermsError";

  constructor(
    what: string,
    readonly faults: readonly string[],
  ) {
    super(`${what}: ${faults.join("; ")}`);
  }
}

/** Limits of ProjectRegistry (tested equal); periods in seconds. */
export const PROJECT_LIMITS = {
  milestones: 64,
  funders: 64,
  subcontractors: 64,
  shares: 8,
  minPeriod: 86_400,
  maxPeriod: 180 * 86_400,
  duration: 20 * 365 * 86_400,
  retention: 30 * 365 * 86_400,
} as const;

const WHOLE = 10_000;
/** Budget and unit are below 2^96. */
const SUM_LIMIT = 1n << 96n;
const PARTIES = ["owner", "contractor", "supervisor", "arbiter"] as const;
const shapeFaults = shapeCheck(TERMS_DOCUMENT_SCHEMA, "the document");

/** The registry of projects of a connection. */
export async function projectNetwork({
  chainId,
  projects,
}: Pick<Contracts, "chainId" | "projects">): Promise<ProjectNetwork> {
  return { chainId: `${chainId}`, registry: await projects.getAddress() };
}

/** A project's id: the EIP-712 digest of its terms, equal to ProjectRegistry.idOf (tested equal). */
export function projectId({ chainId, registry }: ProjectNetwork, terms: ProjectTerms): string {
  return digestIn(domainAt("projects", chainId, registry), TERMS_TYPES, terms);
}

/** The salted hash of a text: of the canonical JSON of title and text. */
export function textHash({ title, text, salt }: TextOpening): string {
  return textCommitment(salt, canonicalize({ title, ...(text === undefined ? {} : { text }) }) ?? "");
}

/** How a budget divides: wages are rounded up, as the contract does; milestones come to what is left. Minor units. */
export function divideBudget(budget: bigint, wageShare: number): { wages: bigint; works: bigint } {
  const wages = (budget * BigInt(wageShare) + BigInt(WHOLE) - 1n) / BigInt(WHOLE);
  return { wages, works: budget - wages };
}

/**
 * A terms document from JSON of any origin. Its shape and all that can be computed is checked: that the texts are those of the hashes, and
 * the id that of the terms; whether it was opened, only the chain knows.
 * @throws TermsError with all faults.
 */
export function parseTermsDocument(json: unknown): TermsDocument {
  const shape = shapeFaults(json);
  if (shape.length !== 0) throw new TermsError("this terms document cannot be used", shape);
  const document = structuredClone(json) as TermsDocument;
  const faults = [...documentFaults(document), ...termsFaults(document.terms)];
  if (faults.length !== 0) throw new TermsError("this terms document cannot be used", faults);
  return document;
}

function documentFaults(document: TermsDocument): string[] {
  const { registry, terms, contract, milestones, id } = document;
  const faults: string[] = [];
  const { contractorAccount } = terms.parties;
  const addresses = { registry, contractorAccount, token: terms.money.token, strayTo: terms.money.strayTo };
  const all = [...Object.entries(addresses), ...terms.funders.map((funder, i) => [`funders[${i}]`, funder] as const)];
  for (const [what, address] of all) {
    if (!isAddress(address)) faults.push(`the address ${what} is mistyped: its capital letters do not fit`);
  }
  if (faults.length === 0 && projectId(document, terms) !== id) {
    faults.push("its id is not that of its terms: something was changed after it was drafted");
  }
  if (textHash(contract) !== terms.content) faults.push("the contract's text is not that of the terms");
  if (milestones.length !== terms.milestones.length) faults.push("there is not one text for each milestone");
  terms.milestones.forEach(({ content }, i) => {
    const opening = milestones[i];
    if (opening !== undefined && textHash(opening) !== content) {
      faults.push(`the text of milestone ${i} is not that of the terms`);
    }
  });
  return faults;
}

/**
 * What ProjectRegistry would refuse about terms, as far as it needs no chain; each in a sentence that says what to do.
 * @param now To judge times by; these are not judged if left out.
 */
export function termsFaults(terms: ProjectTerms, now?: Date): string[] {
  return [
    ...partyFaults(terms.parties),
    ...moneyFaults(terms.money),
    ...periodFaults(terms.periods),
    ...(now === undefined ? [] : timeFaults(terms, now)),
    ...milestoneFaults(terms),
    ...(terms.funders.length > PROJECT_LIMITS.funders
      ? [`${terms.funders.length} funders are listed; list at most ${PROJECT_LIMITS.funders}, or none for anyone`]
      : []),
  ];
}

function partyFaults(parties: ProjectParties): string[] {
  return PARTIES.flatMap((second, i) =>
    PARTIES.slice(0, i)
      .filter((first) => parties[first] === parties[second])
      .map((first) => `${first} and ${second} are the same; each seat needs a legal person of its own`),
  );
}

function moneyFaults({ unit, currency, budget, wageShare, wageDeposit, retention, defaultSplit }: ProjectMoney) {
  const faults: string[] = [];
  const check = (sound: boolean, fault: string) => {
    if (!sound) faults.push(fault);
  };
  check(findCurrency(currency) !== undefined, `${currency} is no currency of ISO 4217; 156 is the yuan`);
  check(BigInt(unit) > 0n && BigInt(unit) < SUM_LIMIT, "the unit is not between 1 and 2^96; check the token's digits");
  check(BigInt(budget) > 0n, "the budget is nothing; state the whole price");
  check(BigInt(budget) < SUM_LIMIT, "the budget is above what the registry can hold");
  check(BigInt(wageDeposit) <= BigInt(budget), "the wage deposit is above the budget; lower it");
  for (const [what, share] of Object.entries({ wageShare, retention, defaultSplit })) {
    check(share <= WHOLE, `${what} is ${formatRate(share)} %; it is at most 100 %`);
  }
  return faults;
}

function periodFaults({ answer, contest, ruling, invoicing, payday }: ProjectPeriods): string[] {
  const { minPeriod, maxPeriod } = PROJECT_LIMITS;
  const faults = Object.entries({ answer, contest, ruling, invoicing })
    .filter(([what, period]) => !(what === "invoicing" && period === 0))
    .filter(([, period]) => period < minPeriod || period > maxPeriod)
    .map(([what]) => `the period "${what}" is not between 1 and 180 days`);
  if (payday < 1 || payday > 31) faults.push(`wages are due 1 to 31 days after a month's end, not ${payday}`);
  return faults;
}

function timeFaults({ periods, deadline }: ProjectTerms, now: Date): string[] {
  const start = Number(secondsOf(now));
  const faults: string[] = [];
  const within = (what: string, at: number, longest: number) => {
    if (at <= start) faults.push(`${what} is ${showTime(at)}, which is over; take a later time`);
    else if (at > start + longest)
      faults.push(`${what} is ${showTime(at)}, which is too far away; take an earlier time`);
  };
  within("the end of the project", periods.endsAt, PROJECT_LIMITS.duration);
  within("the date of the retention", periods.retentionUntil, PROJECT_LIMITS.retention);
  within("the last moment to open the project", deadline, Infinity);
  return faults;
}

function milestoneFaults({ milestones, money }: ProjectTerms): string[] {
  const faults: string[] = [];
  const most = PROJECT_LIMITS.milestones;
  if (milestones.length === 0 || milestones.length > most) {
    faults.push(`there are ${milestones.length} milestones; plan 1 to ${most}`);
  }
  milestones.forEach(({ amount }, i) => {
    if (BigInt(amount) === 0n) faults.push(`milestone ${i} is worth nothing; state an amount, or leave it out`);
  });
  const total = sum(milestones.map(({ amount }) => BigInt(amount)));
  const fault = sumFault(total, BigInt(money.budget), money.wageShare, findCurrency(money.currency)?.digits ?? 2);
  return fault === undefined ? faults : [...faults, fault];
}

/** What is wrong with the milestones' sum, with the difference; undefined if it is what the budget leaves after wages. */
export function sumFault(total: bigint, budget: bigint, wageShare: number, digits: number): string | undefined {
  const { wages, works } = divideBudget(budget, wageShare);
  if (total === works) return undefined;
  const show = (amount: bigint) => formatAmount(amount, digits);
  const [difference, verb] = total < works ? [works - total, "add"] : [total - works, "take off"];
  return (
    `the milestones come to ${show(total)}, but a budget of ${show(budget)} leaves ${show(works)} after wages of ` +
    `${show(wages)} (${formatRate(wageShare)} %); ${verb} ${show(difference)}`
  );
}
