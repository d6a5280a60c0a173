/** Anchors licences batch by batch, and proves some of them; what the command does between its arguments and its last line. */
import { performance } from "node:perf_hooks";

import type { NetworkConnection } from "hardhat/types/network";

import { IdTree } from "../../src/common/batch-tree.js";
import { holderCommitment, subjectCommitment } from "../../src/identity/commitment.js";
import { claimId, type ClaimRecord } from "../../src/identity/document.js";
import { CLAIM_STATUSES, type ClaimStatus, STANDINGS } from "../../src/identity/status.js";
import { fieldRoot } from "../../src/common/tree.js";
import type { Listener } from "../common/command.js";
import { fastKeccak } from "../common/keccak.js";
import { Pool } from "../common/pool.js";
import { choose } from "../common/choose.js";
import type { Frame } from "./ids.js";
import { type Licence, licence } from "./licence.js";
import { type Office, openOffice } from "./office.js";

export interface Options {
  /** How many claims, in all. */
  claims: number;
  /** How many in a batch; the last may have fewer. */
  batch: number;
  /** How many to prove. */
  prove: number;
  seed: string;
  /** The issuer's number of the first batch. */
  serial: number;
  threads: number;
}

export interface Outcome {
  anchored: number;
  /** Batches that were there already. */
  skipped: number;
  gas: bigint;
  /** Claims in the batches anchored now. */
  claims: number;
  seconds: { anchoring: number; proving: number };
}

/** Something that the person who runs it can mend. */
export class AnchorError extends Error {
  override readonly name = "AnchorError";
}

/** A claim that shall be proven, with its path. */
interface Sample {
  number: number;
  serial: number;
  position: number;
  id: string;
  path: string[];
}

const KEY_COMPROMISED = 1; // a reason, as docs/identity.md lists them

/**
 * Anchor what is not anchored yet, then prove.
 * @throws AnchorError where a serial was used for something else, or a proof fails.
 */
export async function anchorLicences(
  connection: NetworkConnection,
  options: Options,
  listener: Listener,
): Promise<Outcome> {
  const office = await openOffice(connection);
  const { issuer, chainId, registry, city, schema } = office;
  const frame: Frame = { seed: options.seed, chainId, registry, issuer: issuer.address, city, schema };
  const began = performance.now();
  const outcome: Outcome = { anchored: 0, skipped: 0, gas: 0n, claims: 0, seconds: { anchoring: 0, proving: 0 } };
  const samples = await anchorBatches(office, frame, options, listener, outcome);
  const between = performance.now();
  await proveSamples(office, frame, samples, listener);
  const ended = performance.now();
  outcome.seconds = { anchoring: (between - began) / 1000, proving: (ended - between) / 1000 };
  return outcome;
}

// ----------------------------------------------------------------------------------------------------------------- anchoring

async function anchorBatches(
  office: Office,
  frame: Frame,
  options: Options,
  listener: Listener,
  outcome: Outcome,
): Promise<Sample[]> {
  const keccak = await fastKeccak();
  const chosen = choose(options.prove, options.claims);
  const samples: Sample[] = [];
  const pool = new Pool(new URL("./worker.ts", import.meta.url), frame, options.threads);
  const idsOf = (batch: Batch) =>
    pool.ids({ ...batch, position: 0 }, (more) => {
      listener.progress(more);
    });
  try {
    const batches = batchesOf(options);
    let next = batches[0] === undefined ? undefined : idsOf(batches[0]);
    for (const [i, batch] of batches.entries()) {
      const [ids] = (await next) ?? [];
      if (ids === undefined) break;
      const following = batches[i + 1];
      next = following === undefined ? undefined : idsOf(following); // while this one's tree is built
      next?.catch(() => undefined); // it is awaited above, unless this batch fails first
      const tree = IdTree.ofRow(ids, keccak);
      await anchorBatch(office, batch, tree.root, listener, outcome);
      for (const number of chosen.filter((n) => n >= batch.first && n < batch.first + batch.count)) {
        const position = number - batch.first;
        samples.push({ number, serial: batch.serial, position, id: tree.id(position), path: tree.proof(position) });
      }
    }
  } finally {
    await pool.close();
  }
  return samples;
}

interface Batch {
  serial: number;
  /** The licence at position 0. */
  first: number;
  count: number;
}

function batchesOf({ claims, batch, serial }: Options): Batch[] {
  return Array.from({ length: Math.ceil(claims / batch) }, (_, i) => ({
    serial: serial + i,
    first: i * batch,
    count: Math.min(batch, claims - i * batch),
  }));
}

async function anchorBatch(
  { claims, issuer, city, schema }: Office,
  { serial, count }: Batch,
  root: string,
  listener: Listener,
  outcome: Outcome,
): Promise<void> {
  const what = `batch ${serial}: ${count.toLocaleString("en")} claims, root ${root}`;
  const known = await claims.rootOf(await claims.batchOf(issuer, serial));
  if (known === root) {
    outcome.skipped++;
    listener.say(`${what}, was anchored before: skipped`);
    return;
  }
  if (BigInt(known) !== 0n) {
    throw new AnchorError(
      `batch ${serial} of ${issuer.address} is anchored with another root, ${known}: it has other claims. ` +
        "Run with the seed and sizes it was made with, or take other numbers with --serial.",
    );
  }
  const receipt = await (await claims.connect(issuer).anchor({ city, schema, serial, count, root })).wait();
  if (receipt?.status !== 1) throw new AnchorError(`batch ${serial} was not anchored: the transaction failed`);
  outcome.anchored++;
  outcome.claims += count;
  outcome.gas += receipt.gasUsed;
  listener.say(`${what}, anchored for ${receipt.gasUsed.toLocaleString("en")} gas`);
}

// ------------------------------------------------------------------------------------------------------------------- proving

/** Each is made again from the seed alone, by the client and not by what anchored it, and the chain is asked. */
async function proveSamples(
  office: Office,
  frame: Frame,
  samples: readonly Sample[],
  listener: Listener,
): Promise<void> {
  const { claims, issuer } = office;
  let proven: { sample: Sample; claim: ClaimRecord; opened: Licence } | undefined;
  for (const sample of samples) {
    const opened = licence(frame.seed, sample.number);
    const claim = claimOf(frame, sample, opened);
    expect(sample, "its id, computed again", claimId({ ...frame, claim }), sample.id);
    const standing =
      STANDINGS[Number(await claims.standingAt(await claims.batchOf(issuer, sample.serial), sample.position))];
    const status = await statusOf(office, claim, sample.path);
    expect(sample, "its status", status, standing === "Revoked" ? "Revoked" : "Active"); // revoked by a run before
    listener.say(
      `claim ${sample.number} (batch ${sample.serial}, position ${sample.position}): ${status}, by a path of ${sample.path.length}`,
    );
    if (status === "Active") proven ??= { sample, claim, opened };
  }
  if (proven === undefined) return;

  const { sample, claim, opened } = proven;
  const fields = opened.fields.map((field) => (field.name === "classes" ? { ...field, value: "A1, A2" } : field));
  for (const [change, changed] of [
    ["with other classes of vehicles", { ...claim, root: fieldRoot(fields) }],
    ["at the next position", { ...claim, position: claim.position + 1 }],
  ] as const) {
    const status = await statusOf(office, changed, sample.path);
    expect(sample, `its status ${change}`, status, "Unknown");
    listener.say(`claim ${sample.number} ${change}: ${status}`);
  }
  const batch = await claims.batchOf(issuer, sample.serial);
  const receipt = await (await claims.connect(issuer).revokeAt(batch, [sample.position], KEY_COMPROMISED, [])).wait();
  const after = await statusOf(office, claim, sample.path);
  expect(sample, "its status after it was revoked", after, "Revoked");
  listener.say(`claim ${sample.number}, revoked for ${(receipt?.gasUsed ?? 0n).toLocaleString("en")} gas: ${after}`);
}

/** The claim that a licence is, as the client computes it. */
export function claimOf(
  { issuer, city, schema }: Frame,
  place: Pick<Sample, "serial" | "position">,
  of: Licence,
): ClaimRecord {
  return {
    issuer,
    city,
    schema,
    serial: String(place.serial),
    position: place.position,
    validFrom: of.validFrom,
    validUntil: of.validUntil,
    root: fieldRoot(of.fields),
    subject: subjectCommitment(0, of.subjectSalt, of.identity),
    holder: holderCommitment(0, of.holderSalt, of.holder),
  };
}

async function statusOf({ claims }: Office, claim: ClaimRecord, path: string[]): Promise<ClaimStatus> {
  const { status } = await claims.statusOf(claim, path);
  return CLAIM_STATUSES[Number(status)] ?? "Unknown";
}

function expect({ number, serial, position }: Sample, what: string, is: string, should: string): void {
  if (is === should) return;
  throw new AnchorError(
    `claim ${number} (batch ${serial}, position ${position}): ${what} is ${is}, and should be ${should}`,
  );
}
