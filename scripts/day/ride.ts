/** Synthetic metro rides of one day: whoever knows the seed can make any of them again, without the others. */
import { createHash } from "node:crypto";

import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hexlify } from "ethers";

import { formatAmount } from "../../src/invoice/amount.js";
import { fieldsOfInvoice } from "../../src/invoice/field.js";
import type { Invoice } from "../../src/invoice/model.js";
import { AccountKey } from "../../src/identity/key.js";
import { streamOf } from "../common/stream.js";

/** The day, as its documents say it; it has passed on any chain that this runs on. */
const DAY = "2025-11-20";
const FIRST_TRAIN = Date.parse(`${DAY}T05:00:00+08:00`) / 1000;
const OPEN = 18 * 3600;
const FARES = [200, 300, 400, 500, 600, 700, 900];
const STATIONS = ["North Gate", "Old Town", "River Park", "University", "Hospital", "Exhibition", "Harbour", "Airport"];
/** Basis points; the tax is in the price. */
export const RATE = 300;

/** Rides below it are anchored, the others are invoiced one by one. No page of numbers has both. */
export const FIRST_SINGLE = 50_000_000;
/** Each seed has a hundred million numbers of its own, of 10^7 such series. */
const SERIES = 100_000_000n;
const NUMBERS = 25_131_000_000_000_000_000n; // of 2025, of the bureau 13, by the channel 1

const WORD = 32;
const FIELDS = 10;
/** Bytes of the seed's stream for each ride: a salt for each field, two identifications, and 32 that choose. */
export const RIDE = (FIELDS + 3) * WORD;
export const SALTS = 0;
export const TRANSACTION = FIELDS * WORD;
export const ORDER = TRANSACTION + WORD;
const CHOICE = ORDER + WORD;

/** Amounts in fen, and when it was paid. */
export interface Fare {
  gross: number;
  net: number;
  /** UTC seconds. */
  paidAt: number;
}

/** The stream of `count` rides from the `first` on. */
export function ridesOf(seed: string, first: number, count: number): Buffer {
  return streamOf("day", seed, RIDE, first, count);
}

/** Half up, as the contract's own tests have it; the tax is the rest. */
export function fareAt(stream: Buffer, offset: number): Fare {
  const gross = FARES[stream.readUInt8(offset + CHOICE) % FARES.length] ?? 0;
  const net = Math.floor((gross * 20_000 + 10_000 + RATE) / (20_000 + 2 * RATE));
  return { gross, net, paidAt: FIRST_TRAIN + (stream.readUInt32BE(offset + CHOICE + 4) % OPEN) };
}

/** The model of the ride's ticket, whose buyer is nobody yet. */
export function ticketAt(seed: string, ride: number, stream: Buffer, offset: number): Invoice {
  const { gross, net } = fareAt(stream, offset);
  const station = (index: number) => STATIONS[stream.readUInt8(offset + CHOICE + index) % STATIONS.length] ?? "";
  const amounts = { net: BigInt(net), tax: BigInt(gross - net) };
  const rate = { category: "S", rate: RATE };
  return {
    typeCode: "380",
    number: `${numberOf(seed, ride)}`,
    issueDate: DAY,
    currency: "CNY",
    seller: { name: "Synthetic Metro" },
    buyer: { name: "" },
    lines: [
      {
        ...{ id: "1", name: `Metro, ${station(8)} to ${station(9)}`, quantity: "1", unit: "C62" },
        ...{ price: formatAmount(amounts.net, 2), ...amounts, ...rate },
      },
    ],
    breakdown: [{ ...rate, ...amounts }],
    totals: {
      ...{ lines: amounts.net, allowances: 0n, charges: 0n, ...amounts },
      ...{ gross: BigInt(gross), paid: BigInt(gross), rounding: 0n, due: 0n },
    },
    kind: "Transport",
    numberScheme: "Digital",
  };
}

/** Names of the fields of every ticket, in the order of their salts. */
export const FIELD_NAMES = Object.keys(fieldsOfInvoice(ticketAt("", 0, Buffer.alloc(RIDE), 0)));
if (FIELD_NAMES.length !== FIELDS) throw new Error(`a ticket has ${FIELD_NAMES.length} fields, and ${FIELDS} salts`);

/** The number of a ride's document, as the chain has it. */
export function numberOf(seed: string, ride: number): bigint {
  return NUMBERS + seriesOf(seed) * SERIES + BigInt(ride);
}

/** The ride that has a number; of another seed, it is below zero or too large. */
export function rideOf(seed: string, number: bigint): number {
  return Number(number - numberOf(seed, 0));
}

/** The serial of a batch, by its place in the day: no two seeds have the same. */
export function serialOf(seed: string, batch: number): number {
  return Number(seriesOf(seed)) * 1_000_000 + batch + 1;
}

function seriesOf(seed: string): bigint {
  return BigInt(createHash("sha256").update(`civitas day series ${seed}`).digest().readUInt32BE() % 10_000_000);
}

/** 32 bytes of the seed for a use. Hex. */
export function secretOf(seed: string, use: string): string {
  return hexlify(createHash("sha256").update(`civitas day secret ${seed} ${use}`).digest());
}

// ---------------------------------------------------------------------------------------------------------- payers' keys

const { Point } = secp256k1;

/** The payer's one-time key of a ride. */
export function payerKey(seed: string, ride: number): AccountKey {
  return new AccountKey(`0x${secretKey(seed, ride).toString(16).padStart(64, "0")}`);
}

/**
 * The public keys of the payers of `count` rides, 64 bytes each. Keys of neighbours follow one another, as adding is a hundred times
 * faster than multiplying; keys of real payers have nothing in common.
 */
export function* payerPoints(seed: string, first: number, count: number): Generator<Uint8Array> {
  let point = Point.BASE.multiply(secretKey(seed, first));
  const points = [point];
  while (points.length < count) points.push((point = point.add(Point.BASE)));
  for (const affine of normalizeZ(Point, points)) yield affine.toBytes(false).subarray(1);
}

function secretKey(seed: string, ride: number): bigint {
  return (BigInt(secretOf(seed, "payers")) + BigInt(ride)) % Point.Fn.ORDER;
}
