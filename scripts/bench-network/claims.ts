/** Loads of claims: synthetic licences, issued one by one and in calls, and anchored by the batch. */
import type { NetworkConnection } from "hardhat/types/network";

import { IdTree } from "../../src/common/batch-tree.js";
import { batchIdOf, claimId, type ClaimRecord } from "../../src/identity/document.js";
import { issueUnder } from "../../src/index.js";
import { licence } from "../anchor/licence.js";
import { type Office, openOffice } from "../anchor/office.js";
import { claimOf } from "../anchor/run.js";
import { fastKeccak } from "../common/keccak.js";
import { Pool } from "../common/pool.js";
import type { Town } from "../common/town.js";
import { type Act, firstTopic, HEAVY, LIGHT, type Load } from "./load.js";
import type { Sender } from "./senders.js";

const SEED = "bench:network";
const DAY = 86_400;

/** A licensing office whose officers are the senders. */
export interface Desk extends Office {
  senders: readonly Sender[];
  /** How many licences were issued so far: each is issued once. */
  licences: number;
}

export async function openDesk(connection: NetworkConnection, town: Town, senders: readonly Sender[]): Promise<Desk> {
  const office = await openOffice(connection);
  for (const { address } of senders) await town.grant(town.city, issueUnder(office.schema), address);
  return { ...office, senders, licences: 0 };
}

export function claimsOneByOne(desk: Desk, count: number): Load {
  const { claims } = desk;
  const acts = actsOf(desk, count, 1, (terms, contents) =>
    claims.interface.encodeFunctionData("issue", [terms, contents[0] as ClaimRecord]),
  );
  return { id: "claims.one", what: "claims one by one", ...issued(desk), acts, ...LIGHT };
}

export function claimsInCalls(desk: Desk, calls: number, size: number): Load {
  const { claims } = desk;
  const acts = actsOf(desk, calls, size, (terms, contents) =>
    claims.interface.encodeFunctionData("issueMany", [terms, contents]),
  );
  return { id: "claims.call", what: `claims in calls of ${size}`, ...issued(desk), acts, ...HEAVY };
}

/** Batches of so many claims; all ids and trees are computed here. */
export async function claimsAnchored(desk: Desk, batches: number, size: number, threads: number): Promise<Load> {
  const { claims, chainId, registry, city, schema, senders } = desk;
  const issuer = senders[0]?.address ?? "";
  const began = performance.now();
  const keccak = await fastKeccak();
  const frame = { seed: SEED, chainId, registry, issuer, city, schema };
  const pool = new Pool(new URL("../anchor/worker.ts", import.meta.url), frame, threads);
  const acts: Act[] = [];
  try {
    for (let serial = 1; serial <= batches; serial++) {
      const first = (serial - 1) * size;
      const [ids] = await pool.ids({ serial, position: 0, first, count: size }, () => undefined);
      if (ids === undefined) throw new Error("the pool has no rows");
      const { root } = IdTree.ofRow(ids, keccak);
      const claim = claimOf(frame, { serial, position: 0 }, licence(SEED, first));
      acts.push({
        sender: 0,
        data: claims.interface.encodeFunctionData("anchor", [{ city, schema, serial, count: size, root }]),
        keys: [batchIdOf({ chainId, registry, claim }) ?? ""],
      });
    }
  } finally {
    await pool.close();
  }
  return {
    id: "claims.anchored",
    what: `claims anchored, ${size.toLocaleString("en")} in a batch`,
    ...{ to: registry, topic: claims.getEvent("BatchAnchored").fragment.topicHash, keyOf: firstTopic },
    ...{ each: size, acts, ...LIGHT, computed: (performance.now() - began) / 1000 },
  };
}

function issued({ claims, registry }: Desk) {
  return { to: registry, topic: claims.getEvent("ClaimIssued").fragment.topicHash, keyOf: firstTopic, each: 1 };
}

type Terms = Pick<ClaimRecord, "city" | "schema" | "validFrom" | "validUntil">;

/** So many acts of so many claims each, the senders taking turns. */
function actsOf(
  desk: Desk,
  count: number,
  size: number,
  encode: (terms: Terms, contents: ClaimRecord[]) => string,
): Act[] {
  const { chainId, registry, city, schema, senders } = desk;
  const validFrom = Math.floor(Date.now() / 1000 / DAY) * DAY;
  const terms = { city, schema, validFrom, validUntil: validFrom + 3_000 * DAY };
  return Array.from({ length: count }, (_, i) => {
    const sender = i % senders.length;
    const frame = { seed: SEED, chainId, registry, issuer: senders[sender]?.address ?? "", city, schema };
    const contents = Array.from({ length: size }, () => ({
      ...claimOf(frame, { serial: 0, position: 0 }, licence(`${SEED} single`, desk.licences++)),
      ...terms,
    }));
    return {
      sender,
      data: encode(terms, contents),
      keys: contents.map((claim) => claimId({ chainId, registry, claim })),
    };
  });
}
