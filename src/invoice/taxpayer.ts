/**
 * What bureaus do: they admit sellers with kinds of documents and monthly quotas, name who issues for them, and close their books. The tax
 * bureau, (city, TAX), is for taxpayers; the finance bureau, (city, FISCAL), for fiscal units such as hospitals and police.
 */
import type { Signer } from "ethers";

import { FISCAL, TAX } from "../access/capability.js";
import { mined } from "../common/mined.js";
import { byPage } from "../common/page.js";
import type { Contracts } from "../contracts.js";
import { currencyOf } from "./amount.js";
import { INVOICE_KINDS, type InvoiceKind, type NumberScheme } from "./model.js";
import { invoiceReasonCode, type InvoiceReasonName } from "./reason.js";
import { invoiceKindNumber, numberSchemeNumber } from "./record.js";

/** Which bureau of a city. */
export type BureauName = "tax" | "finance";

/** A seller before a bureau: who it is, which bureau, and the officer who acts. */
export interface Admission {
  /** The seller's identity, a legal person's. */
  person: string;
  bureau: BureauName;
}

/** An admission as the chain has it. */
export interface TaxpayerAnswer {
  admitted: boolean;
  frozen: boolean;
  /** Number of the bureau's city; 0 if there never was an admission. */
  city: number;
  kinds: InvoiceKind[];
  /** The bureau's clock, minutes from UTC. */
  utcOffset: number;
  changes: number;
}

/** A month's quota, net amounts in minor units. */
export interface QuotaAnswer {
  limit: bigint;
  used: bigint;
  /** What may still be issued; 0 if more is used than the limit since it was lowered. */
  left: bigint;
}

type Acting = Pick<Contracts, "taxpayers">;
type Reason = InvoiceReasonName | number;
type Lineage = readonly number[];

/** Capability of a bureau. */
export function bureauCapability(bureau: BureauName): number {
  return bureau === "tax" ? TAX : FISCAL;
}

/** The bureau that admits who issues documents of a kind. */
export function bureauOfKind(kind: InvoiceKind): BureauName {
  return kind === "Medical" || kind === "FiscalReceipt" ? "finance" : "tax";
}

/** Kinds as the chain has them: bit n is the kind of number n. */
export function kindSet(kinds: readonly InvoiceKind[]): number {
  return kinds.reduce((set, kind) => set | (1 << invoiceKindNumber(kind)), 0);
}

/** Kinds of a set. */
export function kindsOfSet(set: bigint | number): InvoiceKind[] {
  return INVOICE_KINDS.filter((kind) => (Number(set) & (1 << invoiceKindNumber(kind))) !== 0);
}

/** Open a city's bureaus, once. @param utcOffset Of their clock, minutes from UTC: 480 in China. */
export async function openBureau(
  { taxpayers }: Acting,
  officer: Signer,
  city: bigint | number,
  bureau: BureauName,
  utcOffset: number,
): Promise<void> {
  await mined(taxpayers.connect(officer).openBureau(city, bureauCapability(bureau), utcOffset));
}

/** Close the tax periods up to a month that has ended. @param through As 202611. */
export async function closePeriods(
  { taxpayers }: Acting,
  officer: Signer,
  city: bigint | number,
  through: number,
  lineage: Lineage = [],
): Promise<void> {
  await mined(taxpayers.connect(officer).closePeriods(city, through, [...lineage]));
}

/** Admit a seller for kinds of documents. Without a quota it issues nothing yet. */
export async function admitTaxpayer(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  city: bigint | number,
  kinds: readonly InvoiceKind[],
): Promise<void> {
  await mined(taxpayers.connect(officer).admit(person, bureauCapability(bureau), city, kindSet(kinds)));
}

/** End an admission. */
export async function dismissTaxpayer(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  reason: Reason,
  lineage: Lineage = [],
): Promise<void> {
  const code = invoiceReasonCode(reason);
  await mined(taxpayers.connect(officer).dismiss(person, bureauCapability(bureau), code, [...lineage]));
}

/** Set the kinds of documents. */
export async function setTaxpayerKinds(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  kinds: readonly InvoiceKind[],
  lineage: Lineage = [],
): Promise<void> {
  await mined(taxpayers.connect(officer).setKinds(person, bureauCapability(bureau), kindSet(kinds), [...lineage]));
}

/**
 * Set the monthly quota.
 * @param currency Letters or number of ISO 4217.
 * @param limit Net amount, minor units.
 */
export async function setQuota(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  currency: string | number,
  limit: bigint,
  lineage: Lineage = [],
): Promise<void> {
  const { numeric } = currencyOf(currency);
  const capability = bureauCapability(bureau);
  await mined(taxpayers.connect(officer).setQuota(person, capability, numeric, limit, [...lineage]));
}

/** Freeze all quotas: nothing more is issued. */
export async function freezeTaxpayer(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  reason: Reason,
  lineage: Lineage = [],
): Promise<void> {
  const code = invoiceReasonCode(reason);
  await mined(taxpayers.connect(officer).freeze(person, bureauCapability(bureau), code, [...lineage]));
}

/** Let the quotas count again. */
export async function unfreezeTaxpayer(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  reason: Reason,
  lineage: Lineage = [],
): Promise<void> {
  const code = invoiceReasonCode(reason);
  await mined(taxpayers.connect(officer).unfreeze(person, bureauCapability(bureau), code, [...lineage]));
}

/** Name an account that may issue, while it is the legal person's own operator too (`signOperator`). */
export async function nameIssuingOperator(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  operator: string,
  lineage: Lineage = [],
): Promise<void> {
  await mined(taxpayers.connect(officer).nameOperator(person, bureauCapability(bureau), operator, [...lineage]));
}

/** The account issues no more. */
export async function dropIssuingOperator(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  operator: string,
  lineage: Lineage = [],
): Promise<void> {
  await mined(taxpayers.connect(officer).dropOperator(person, bureauCapability(bureau), operator, [...lineage]));
}

/** Allot a page of 100,000 numbers to a seller. @param page The number divided by 100,000. */
export async function allotNumbers(
  { taxpayers }: Acting,
  officer: Signer,
  { person, bureau }: Admission,
  scheme: NumberScheme,
  page: bigint,
): Promise<void> {
  const by = taxpayers.connect(officer);
  await mined(by.allotNumbers(numberSchemeNumber(scheme), page, person, bureauCapability(bureau)));
}

/** The admission of a seller. */
export async function taxpayerAnswer({ taxpayers }: Acting, { person, bureau }: Admission): Promise<TaxpayerAnswer> {
  const { admitted, frozen, city, kinds, utcOffset, changes } = await taxpayers.taxpayerOf(
    person,
    bureauCapability(bureau),
  );
  return {
    admitted,
    frozen,
    city: Number(city),
    kinds: kindsOfSet(kinds),
    utcOffset: Number(utcOffset),
    changes: Number(changes),
  };
}

/** A month's quota. @param period As 202611; the bureau's present month if left out. */
export async function quotaAnswer(
  { taxpayers }: Acting,
  { person, bureau }: Admission,
  currency: string | number,
  period?: number,
): Promise<QuotaAnswer> {
  const capability = bureauCapability(bureau);
  const month = period ?? (await taxpayers.currentPeriod((await taxpayers.taxpayerOf(person, capability)).city));
  const { limit, used } = await taxpayers.quotaOf(person, capability, currencyOf(currency).numeric, month);
  return { limit, used, left: limit > used ? limit - used : 0n };
}

/** The accounts that the bureau names, page by page. Each acts while it is the legal person's operator too. */
export function issuingOperators(
  { taxpayers }: Acting,
  { person, bureau }: Admission,
  pageSize?: number,
): AsyncGenerator<string, void, undefined> {
  const capability = bureauCapability(bureau);
  return byPage(async (start, count) => taxpayers.operatorsOf(person, capability, start, count), pageSize);
}
