import { expect } from "chai";
import fc from "fast-check";

import { loadFixture } from "../world.js";
import { anchored, anchorOrder, type Claim, claimOf, idOf, issueOrder, newBatch, Status } from "./claims.js";
import { contentOf, identityWorld, termsOf } from "./world.js";

/** The same sequences each time; fast-check prints the seed and the shortest sequence that fails. */
const RUNS = Number(process.env["CIVITAS_FC_RUNS"] ?? 30);
const SEED = 20_261_121;

const SINGLES = 4;
const POSITIONS = 4;
const BATCH = SINGLES; // number of the batch among the records

/** Standings in the order of their weight; undefined: not issued. */
type Worth = "Standing" | "Suspended" | "Superseded" | "Revoked";
const WEIGHT: Worth[] = ["Standing", "Suspended", "Superseded", "Revoked"];
const isEnded = (worth: Worth | undefined) => worth === "Superseded" || worth === "Revoked";

interface Model {
  singles: (Worth | undefined)[];
  batch: Worth | undefined;
  positions: Worth[];
}

type Change = "suspend" | "reinstate" | "revoke";
type Act =
  | { act: "issue" | "supersede" | "supersedeAt"; from: number; to: number }
  | { act: "issueMany" | "relay" | "anchor" | "relayAnchor" }
  | { act: "change" | "changeAt"; to: Change; of: number[] };

const RESULT: Record<Change, Worth> = { suspend: "Suspended", reinstate: "Standing", revoke: "Revoked" };

/** One act on the model, in plain words; false where the registry must refuse it, and then nothing changes. */
function apply(model: Model, step: Act): boolean {
  const { singles, positions } = model;
  switch (step.act) {
    case "issue":
      if (singles[step.to] !== undefined) return false;
      singles[step.to] = "Standing";
      return true;
    case "issueMany":
    case "relay":
      for (const i of singles.keys()) singles[i] ??= "Standing";
      return true;
    case "anchor":
    case "relayAnchor":
      if (model.batch !== undefined) return false;
      model.batch = "Standing";
      return true;
    case "supersede": {
      if (isEnded(singles[step.from]) || singles[step.from] === undefined || singles[step.to] !== undefined)
        return false;
      singles[step.to] = "Standing";
      singles[step.from] = "Superseded";
      return true;
    }
    case "supersedeAt":
      if (model.batch === undefined || isEnded(model.batch) || isEnded(positions[step.from])) return false;
      if (singles[step.to] !== undefined) return false;
      singles[step.to] = "Standing";
      positions[step.from] = "Superseded";
      return true;
    case "changeAt":
      if (model.batch === undefined) return false;
      return change(positions, step.of, step.to);
    case "change": {
      const records = [...singles, model.batch];
      if (!change(records, step.of, step.to)) return false;
      model.batch = records[BATCH];
      model.singles = records.slice(0, SINGLES);
      return true;
    }
  }
}

/** Suspends, reinstates or revokes what can be; one that cannot is refused, of many it is skipped. None, where one is unknown. */
function change(all: (Worth | undefined)[], of: number[], to: Change): boolean {
  const after = [...all];
  for (const i of of) {
    const worth = after[i];
    if (worth === undefined) return false;
    const fits = to === "revoke" ? !isEnded(worth) : worth === (to === "suspend" ? "Standing" : "Suspended");
    if (!fits && of.length === 1) return false;
    if (fits) after[i] = RESULT[to];
  }
  all.splice(0, all.length, ...after);
  return true;
}

const index = (below: number) => fc.nat({ max: below - 1 });
const some = (below: number) => fc.array(index(below), { minLength: 1, maxLength: 3 });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ act: fc.constant("issue"), from: fc.constant(0), to: index(SINGLES) } as const) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("supersede"), from: index(SINGLES), to: index(SINGLES) } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("supersedeAt"), from: index(POSITIONS), to: index(SINGLES) } as const),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constantFrom("issueMany", "relay", "anchor", "relayAnchor") } as const),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant("change"),
      to: fc.constantFrom<Change>("suspend", "reinstate", "revoke"),
      of: some(SINGLES + 1),
    } as const),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant("changeAt"),
      to: fc.constantFrom<Change>("suspend", "reinstate", "revoke"),
      of: some(POSITIONS),
    } as const),
  },
);

describe("ClaimRegistry: any acts in any order", () => {
  /** Four claims that may be issued, a batch of four that may be anchored, and signed orders for both. */
  const prepared = async () => {
    const world = await loadFixture(identityWorld);
    const terms = await termsOf();
    const contents = Array.from({ length: SINGLES }, () => contentOf());
    const singles = contents.map((content) => claimOf(world.issuer, terms, content));
    const ids = await Promise.all(singles.map((claim) => idOf(world, claim)));
    const made = await anchored(world, 1, { serial: 9 }); // of another serial: not touched
    const batch = await newBatch(world, POSITIONS);
    const order = await issueOrder(world, world.issuer, world.issuer.address, ids);
    const batchOrder = await anchorOrder(world, world.issuer, world.issuer.address, batch.batch);
    return { ...world, terms, contents, singles, ids, made, batch, order, batchOrder };
  };
  type Prepared = Awaited<ReturnType<typeof prepared>>;

  const send = async (world: Prepared, step: Act): Promise<unknown> => {
    const { terms, contents, ids, batch, order, batchOrder } = world;
    const claims = world.claims.connect(world.issuer);
    switch (step.act) {
      case "issue":
        return claims.issue(terms, contents[step.to]!);
      case "issueMany":
        return claims.issueMany(terms, contents);
      case "relay":
        return claims.relay(terms, contents, order);
      case "anchor":
        return claims.anchor(batch.batch);
      case "relayAnchor":
        return claims.relayAnchor(batch.batch, batchOrder);
      case "supersede":
        return claims.supersede(ids[step.from]!, terms, contents[step.to]!, []);
      case "supersedeAt":
        return claims.supersedeAt(batch.id, step.from, terms, contents[step.to]!, []);
      case "change": {
        const records = step.of.map((i) => (i === BATCH ? batch.id : ids[i]!));
        return claims[step.to](records, 1, []);
      }
      case "changeAt":
        return claims[`${step.to}At`](batch.id, step.of, 1, []);
    }
  };

  const statusBy = (worth: Worth | undefined) =>
    worth === undefined ? Status.Unknown : worth === "Standing" ? Status.Active : Status[worth];
  const expected = ({ singles, batch, positions }: Model) => {
    const graver = (one: Worth, other: Worth) => (WEIGHT.indexOf(one) > WEIGHT.indexOf(other) ? one : other);
    return [
      ...singles.map(statusBy),
      ...positions.map((own) => statusBy(batch === undefined ? undefined : graver(own, batch))),
    ];
  };
  const actual = async ({ claims, singles, batch }: Prepared) => {
    const of = async (claim: Claim) => (await claims.statusOf(claim, [])).status;
    return Promise.all([...singles.map(of), ...batch.claims.map((_, position) => batch.statusAt(position))]);
  };

  it("do what a plain model does, refuse what it refuses, and never revive what was revoked or superseded", async () => {
    let refused = 0;
    let done = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyAct, { minLength: 8, maxLength: 20 }), async (steps) => {
        const world = await loadFixture(prepared);
        const model: Model = {
          singles: Array.from({ length: SINGLES }, () => undefined),
          batch: undefined,
          positions: Array.from({ length: POSITIONS }, () => "Standing"),
        };
        const ended = new Map<number, bigint>();
        for (const step of steps) {
          const success = await send(world, step).then(
            () => true,
            () => false,
          );
          expect(success, JSON.stringify(step)).to.equal(apply(model, step));
          if (success) done++;
          else refused++;
          const statuses = await actual(world);
          expect(statuses, JSON.stringify(step)).to.deep.equal(expected(model));
          for (const [i, status] of statuses.entries()) {
            const before = ended.get(i);
            if (before !== undefined) expect(status >= before, JSON.stringify(step)).to.equal(true);
            if (status === Status.Revoked || status === Status.Superseded) ended.set(i, status);
          }
        }
        expect(await world.made.statusAt(0)).to.equal(Status.Active);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(Math.min(refused, done)).to.be.greaterThan(RUNS); // both were tried
  });
});
