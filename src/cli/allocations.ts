/**
 * Many cities of one CSV file. Parents follow from the codes, and may be in the same file: then they are allocated first, wave by wave. All
 * rows are checked before anything is sent; a city that is there with the same name is left out, so a run that was cut off is started again.
 */
import { toUtf8Bytes, ZeroAddress } from "ethers";

import { summary } from "../city/city.js";
import { encodeCityCode, parseCityCode } from "../city/code.js";
import type { Civitas } from "../client.js";
import { addressOf } from "./arguments.js";
import { type BatchResult, type Part, parseRows, performAll, readRows } from "./batch.js";
import { codesAbove, holderOf, schemeOfCountry } from "./city-parent.js";
import { type RowFault, RowsError } from "./fault.js";
import { withBar } from "./progress.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";

/** A row of the file. */
interface Wanted {
  line: number;
  code: string;
  country: string;
  name: string;
  /** Zero for nobody. */
  controller: string;
}

/** A row with its place in the tree. */
interface Placed extends Wanted {
  /** The city that holds the code already. */
  city: bigint | undefined;
  /** The code of its parent: in the file, or on the chain. */
  above: string;
  /** The parent's number; undefined if the file makes it. */
  parent: bigint | undefined;
  /** 0 where the parent is on the chain, one more than the parent's where the file makes it. */
  wave: number;
}

const NAME_BYTES = 128;
/** Of one city with a controller, in a call of many. */
const GAS_OF_CITY = 300_000n;
const MOST_IN_CALL = 100;
const READ_AT_ONCE = 200;

/** Allocates what a file says. @throws RowsError with all its faults; then nothing was sent. */
export async function allocateFile(session: Session, file: string): Promise<void> {
  const civitas = await session.civitas();
  const rows = parseFile(file);
  const me = await (await session.signer()).getAddress();
  const placed = await place(session, civitas, rows, me);
  const fresh = placed.filter(({ city }) => city === undefined);
  const before = placed.length - fresh.length;
  const waves = Math.max(0, ...fresh.map(({ wave }) => wave + 1));
  const all: BatchResult = { done: 0, before, transactions: [], gas: 0n, dryRun: session.dryRun };
  let later = 0;
  for (let wave = 0; wave < waves; wave++) {
    const rowsOfWave = fresh.filter((row) => row.wave === wave);
    if (session.dryRun && wave > 0) {
      later += rowsOfWave.length; // their parents are not there to be asked
      continue;
    }
    const so = all.done === 0 ? undefined : `after ${all.done} cities were allocated`;
    const result = await performAll(session, await partsOf(civitas, rowsOfWave), before, { so });
    all.done += result.done;
    all.gas += result.gas;
    all.transactions.push(...result.transactions);
  }
  session.tell({ ...all, done: all.done + later, checkedOnly: later }, [lineOf(all, later)]);
}

function lineOf({ done, before, transactions, gas, dryRun }: BatchResult, later: number): string {
  const cost = `${gas.toLocaleString("en")} gas`;
  const rest = before === 0 ? "" : `; ${before} were there before`;
  if (!dryRun) return `${done} cities allocated in ${transactions.length} transactions, ${cost}${rest}`;
  const below =
    later === 0 ? "" : `; ${later} more below cities that are not there yet, which only the file was checked for`;
  return `${done} cities would be allocated, ${cost}${below}${rest}; nothing was sent`;
}

function parseFile(file: string): Wanted[] {
  const first = new Map<string, number>();
  return parseRows(readRows(file, ["code", "name"], ["controller"]), (fields, line) => {
    const { name = "", controller = "" } = fields;
    mustBeNoKey(name, "a name");
    const { code, country, local } = parseCityCode(mustBeNoKey(fields["code"] ?? "", "a code"));
    if (local === null) throw new Error(`${code} is a country; the network admits it, it is not allocated`);
    const length = toUtf8Bytes(name).length;
    if (length < 1 || length > NAME_BYTES)
      throw new Error(`a name has 1 to ${NAME_BYTES} bytes; this one has ${length}`);
    const other = first.get(code);
    if (other !== undefined) throw new Error(`${code} is in line ${other} already`);
    first.set(code, line);
    return { line, code, country, name, controller: controller === "" ? ZeroAddress : addressOf(controller) };
  });
}

/** Finds each row's parent and holder, and says of all rows at once what stands against them. */
async function place(session: Session, civitas: Civitas, rows: readonly Wanted[], me: string): Promise<Placed[]> {
  const schemes = new Map<string, number[]>();
  for (const country of new Set(rows.map((row) => row.country))) {
    schemes.set(country, await schemeOfCountry(civitas, country));
  }
  const byCode = new Map(rows.map((row) => [row.code, row]));
  const known = new Map<string, Promise<bigint | undefined>>();
  const holder = async (code: string) => {
    const asked = known.get(code) ?? holderOf(civitas, code);
    known.set(code, asked);
    return asked;
  };
  const faults: RowFault[] = [];
  const placed = new Map<string, Placed>();
  await withBar(session, rows.length, "rows checked", async (progress) => {
    const ordered = rows.toSorted((a, b) => a.code.length - b.code.length); // parents before their children
    for (let start = 0; start < ordered.length; start += READ_AT_ONCE) {
      const some = ordered.slice(start, start + READ_AT_ONCE);
      const found = await Promise.all(
        some.map(async (row) => placeOne(civitas, row, schemes.get(row.country) ?? [], byCode, holder)),
      );
      for (const { row, fault } of found) {
        if (fault !== undefined) faults.push({ line: row.line, fault });
        else placed.set(row.code, row);
      }
      progress(some.length);
    }
  });
  for (const row of placed.values()) {
    const parent = placed.get(row.above);
    if (parent === undefined || parent.city !== undefined) {
      if (byCode.has(row.above) && parent === undefined)
        faults.push({ line: row.line, fault: "its parent cannot be allocated" });
      continue;
    }
    row.wave = parent.wave + 1;
    if (row.city === undefined && parent.controller !== me) {
      const whose = parent.controller === ZeroAddress ? "nobody" : parent.controller;
      const fault = `its parent ${row.above} (line ${parent.line}) will be controlled by ${whose}, and only its controller can allocate below it: let ${me} control it and hand it over later, or leave this row to them`;
      faults.push({ line: row.line, fault });
    }
  }
  faults.sort((a, b) => a.line - b.line);
  if (faults.length > 0) throw new RowsError(faults, rows.length);
  return [...placed.values()];
}

async function placeOne(
  civitas: Civitas,
  wanted: Wanted,
  scheme: readonly number[],
  byCode: ReadonlyMap<string, Wanted>,
  holder: (code: string) => Promise<bigint | undefined>,
): Promise<{ row: Placed; fault?: string }> {
  const { code, name } = wanted;
  const city = await holder(code);
  const row: Placed = { ...wanted, city, above: "", parent: undefined, wave: 0 };
  if (city !== undefined) {
    const { name: present } = await summary(civitas, city);
    if (present === name) return { row };
    return { row, fault: `${code} is held by city #${city}, ${present}; rename it, or take another code` };
  }
  const local = code.split(".")[2] ?? "";
  if (code.split(".").length === 3 && !scheme.includes(local.length)) {
    return { row, fault: `${local} has ${local.length} characters; its country's codes have ${scheme.join(", ")}` };
  }
  for (const above of codesAbove(code, scheme)) {
    const parent = await holder(above);
    if (parent !== undefined || byCode.has(above)) return { row: { ...row, above, parent } };
  }
  return { row, fault: `nobody holds a code above ${code}, nor is one in the file` };
}

/** One call for the rows of each parent, in groups that fit a block. */
async function partsOf(civitas: Civitas, rows: readonly Placed[]): Promise<Part[]> {
  const block = await civitas.provider.getBlock("latest");
  const fit = Number((block?.gasLimit ?? 0n) / 2n / GAS_OF_CITY);
  const size = Math.max(1, Math.min(MOST_IN_CALL, fit));
  const parts: Part[] = [];
  for (const [above, group] of Map.groupBy(rows, (row) => row.above)) {
    const parent = group[0]?.parent ?? (await holderOf(civitas, above));
    for (let start = 0; start < group.length && parent !== undefined; start += size) {
      const some = group.slice(start, start + size);
      const allocations = some.map(({ code, name, controller }) => ({ code: encodeCityCode(code), name, controller }));
      const request = await civitas.cities.allocateMany.populateTransaction(parent, allocations);
      parts.push({ lines: some.map(({ line }) => line), what: `allocate ${some.length} below ${above}`, request });
    }
  }
  return parts;
}
