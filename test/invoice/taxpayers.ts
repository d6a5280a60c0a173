/** What tests of taxpayers and of numbers share: bureaus, cities that take over, and who plays the InvoiceRegistry. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { ContractTransactionResponse } from "ethers";

import { INVOICING, roleOf, TAX } from "../../src/index.js";
import { CHINA, code, HEBEI, loadFixture, SHIJIAZHUANG } from "../world.js";
import { DocumentKind, invoiceWorld, type InvoiceWorld, Scheme, type Terms, termsOf } from "./world.js";

type Signer = HardhatEthersSigner;

/** The cities that can take over from Shijiazhuang, one after the other. */
export const TANGSHAN = 5n;
export const BAODING = 6n;

/** What a document of the seller is charged with. */
export interface Charge {
  terms?: Partial<Terms>;
  operator?: Signer;
  numbers?: bigint[];
  by?: Signer;
}

export interface Bureaus extends InvoiceWorld {
  /** (network, INVOICING), as the InvoiceRegistry has it. */
  invoicing: Signer;
  /** (Shijiazhuang, INVOICING), which is good for nothing. */
  cityInvoicing: Signer;
  /** (Hebei, TAX) and (China, TAX). */
  hebeiBureau: Signer;
  chinaBureau: Signer;
  /** Controller of Tangshan and Baoding, with TAX of both. */
  tangshan: Signer;
  /** An account that nobody named. */
  clerk: Signer;
  /** Charges the seller in yuan, through its operator, as the InvoiceRegistry does. */
  charge: (net: bigint, how?: Charge) => Promise<ContractTransactionResponse>;
  /** Hebei suspends Shijiazhuang. */
  suspendCity: () => Promise<unknown>;
  /** Hebei retires a city in favour of another. */
  retireInto: (city: bigint, successor: bigint) => Promise<unknown>;
}

export async function bureaus(): Promise<Bureaus> {
  const world = await loadFixture(invoiceWorld);
  const { manager, registry, taxpayers, administrator, china, hebei, shijiazhuang } = world;
  // Accounts with roles that mean nothing here.
  const { issuer: invoicing, hunanIssuer: cityInvoicing, hunanRegistrar: tangshan, officer: clerk } = world;
  const { hebeiRegistrar: hebeiBureau, chinaRegistrar: chinaBureau } = world;
  await manager.connect(administrator).grantRole(roleOf(0, INVOICING), invoicing, 0);
  await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, INVOICING), cityInvoicing, 0);
  await manager.connect(hebei).grantRole(roleOf(HEBEI, TAX), hebeiBureau, 0);
  await manager.connect(china).grantRole(roleOf(CHINA, TAX), chinaBureau, 0);
  const below = registry.connect(hebei);
  await below.allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: tangshan }, []);
  await below.allocate(HEBEI, { code: code("MA.156.1306"), name: "保定市", controller: tangshan }, []);
  for (const city of [TANGSHAN, BAODING]) await manager.connect(tangshan).grantRole(roleOf(city, TAX), tangshan, 0);
  return {
    ...world,
    invoicing,
    cityInvoicing,
    hebeiBureau,
    chinaBureau,
    tangshan,
    clerk,
    charge: async (net, { terms = {}, operator = world.operator, numbers = [], by = invoicing } = {}) =>
      taxpayers.connect(by).charge(ownTermsOf(world, terms), operator, net, numbers),
    suspendCity: async () => registry.connect(hebei).suspend(SHIJIAZHUANG, 1),
    retireInto: async (city, successor) => registry.connect(hebei).retire(city, [successor], []),
  };
}

/** Terms of ordinary invoices under the seller's own numbers. */
export function ownTermsOf(world: InvoiceWorld, changes: Partial<Terms> = {}): Terms {
  return termsOf(world, { kind: DocumentKind.VatOrdinary, scheme: Scheme.Own, ...changes });
}

/** The month of a moment by JavaScript's calendar, as YYYYMM. */
export function monthOf(timestamp: number, utcOffset: number): bigint {
  const clock = new Date((timestamp + utcOffset * 60) * 1000);
  return BigInt(clock.getUTCFullYear() * 100 + clock.getUTCMonth() + 1);
}

/** The first second of the month after that of a moment, by a clock. */
export function nextMonth(timestamp: number, utcOffset: number): number {
  const clock = new Date((timestamp + utcOffset * 60) * 1000);
  return Date.UTC(clock.getUTCFullYear(), clock.getUTCMonth() + 1, 1) / 1000 - utcOffset * 60;
}
