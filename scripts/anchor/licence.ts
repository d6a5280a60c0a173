/** Synthetic driving licences: whoever knows the seed can make any of them again, at any place, without the others. */
import { hexlify } from "ethers";

import type { OpenField } from "../../src/common/tree.js";
import type { SchemaDefinition } from "../../src/identity/schema.js";
import { streamOf } from "../common/stream.js";

const DAY = 86_400;
const FIRST_DAY = Date.parse("2024-01-01T00:00:00Z") / 1000;
const DAYS = 700; // licences of about two years
const VALID_DAYS = 3_652; // ten years

/** What is claimed. */
export const LICENCE_SCHEMA: SchemaDefinition = {
  type: "CivitasSchema",
  version: 1,
  name: "synthetic-licence",
  title: "Synthetic driving licence",
  description: "For measuring: nobody holds it.",
  parties: [{ role: "holder", description: "Nobody." }],
  acceptance: "None",
  providerConsent: false,
  maxValidity: VALID_DAYS * DAY,
  fields: [
    { name: "name", valueType: "string", description: "Full name." },
    { name: "licenceNumber", valueType: "string", description: "Number of the licence." },
    { name: "classes", valueType: "string", description: "Classes of vehicles." },
    { name: "firstIssued", valueType: "date", description: "Day of the first issue." },
  ],
};

export const FIELDS = LICENCE_SCHEMA.fields.map(({ name }) => name);

/** Bytes of the seed's stream for each licence: six salts and an identity of 32, an account of 20, 12 that choose the values. */
export const STREAM = 256;
export const SALTS = 0; // of the fields, 32 bytes each
export const SUBJECT_SALT = 128;
export const HOLDER_SALT = 160;
export const IDENTITY = 192;
export const ACCOUNT = 224;
const CHOICE = 244;

const SURNAMES = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林"];
const GIVEN = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明"];
const CLASSES = ["C1", "C1", "C1", "C1", "C2", "C2", "B1", "B2", "A1", "A2", "C1D", "C1E", "D", "E", "C5", "C6"];

/** The values of the licence whose stream begins at an offset, in the order of FIELDS. */
export function valuesAt(
  stream: Buffer,
  offset: number,
): [name: string, number: string, classes: string, issued: string] {
  const choice = (index: number, from: readonly string[]) =>
    from[stream.readUInt8(offset + CHOICE + index) % from.length] ?? "";
  const number = 100_000_000_000 + (stream.readUIntBE(offset + CHOICE + 4, 6) % 900_000_000_000);
  const issued = new Date((validityAt(stream, offset).from - stream.readUInt8(offset + CHOICE + 3) * DAY) * 1000);
  return [
    choice(0, SURNAMES) + choice(1, GIVEN),
    String(number),
    choice(2, CLASSES),
    issued.toISOString().slice(0, 10),
  ];
}

/** Its validity, UTC seconds. */
export function validityAt(stream: Buffer, offset: number): { from: number; until: number } {
  const from = FIRST_DAY + (stream.readUInt16BE(offset + CHOICE + 10) % DAYS) * DAY;
  return { from, until: from + VALID_DAYS * DAY };
}

/** A licence with all that opens it. */
export interface Licence {
  fields: OpenField[];
  validFrom: number;
  validUntil: number;
  identity: string;
  subjectSalt: string;
  /** The holder's account. */
  holder: string;
  holderSalt: string;
}

/** One licence of the seed, by its number from 0. */
export function licence(seed: string, number: number): Licence {
  const stream = streamOf("anchor", seed, STREAM, number, 1);
  const part = (offset: number, length = 32) => hexlify(stream.subarray(offset, offset + length));
  const values = valuesAt(stream, 0);
  const { from, until } = validityAt(stream, 0);
  return {
    fields: FIELDS.map((name, i) => ({ name, value: values[i] ?? "", salt: part(SALTS + 32 * i) })),
    validFrom: from,
    validUntil: until,
    identity: part(IDENTITY),
    subjectSalt: part(SUBJECT_SALT),
    holder: part(ACCOUNT, 20),
    holderSalt: part(HOLDER_SALT),
  };
}
