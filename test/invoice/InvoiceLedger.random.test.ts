import { expect } from "chai";
import fc from "fast-check";

import { TAX } from "../../src/index.js";
import { word } from "../identity/world.js";
import { HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  accept,
  acceptByBureau,
  at,
  book,
  confirm,
  handOn,
  ledgerWorld,
  monthAfter,
  monthOf,
  paper,
  type Party,
  propose,
  reject,
  reverse,
  statusOf,
  unbook,
} from "./holders.js";
import { type Act, type Actor, type Amount, GROSS, NET, Paper } from "./ledger-model.js";
import { category, CNY, type Content, newHolder, reversingOf } from "./world.js";

/** The same walks each time; fast-check prints the seed and the shortest walk that fails. */
const RUNS = Number(process.env["CIVITAS_FC_RUNS"] ?? 60);
const SEED = 20_261_121;
const HOUR = 3600;
const GAS = { gasLimit: 8_000_000 };

/** What happens before an act: some time passes, or it is that near to a moment that matters. */
type Pause = { seconds: number } | { moment: number; off: number };

const anyActor = fc.constantFrom<Actor>("seller", "seller", "holder", "holder", "holder", 0, 1, "stranger");
const WHOLE: Amount = { net: NET, tax: GROSS - NET };
const PART: Amount = { net: 200n, tax: 6n };
const anySeller = fc.constantFrom<Actor>("seller", "seller", "seller", 0, "stranger");
/** Of the whole, its parts, one fen too much, and taxes on the edge of what the rest allows. */
const anyAmount: fc.Arbitrary<Amount> = fc.constantFrom(
  WHOLE,
  PART,
  { net: 100n, tax: 3n },
  { net: 283n, tax: 8n },
  { net: 383n, tax: 11n },
  { net: 100n, tax: 4n },
  { net: 584n, tax: 17n },
);
const anyCity = fc.constantFrom(SHIJIAZHUANG, SHIJIAZHUANG, HUNAN);
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant("confirm"), by: anyActor } as const) },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("handOn"), by: anyActor, to: fc.constantFrom(0, 1, 2) } as const),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      act: fc.constant("book"),
      by: anyActor,
      city: anyCity,
      months: fc.constantFrom(-1, 0, 0, 0, 1),
      deductible: fc.boolean(),
    } as const),
  },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("unbook"), by: anyActor } as const) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("unbookByBureau"), city: anyCity } as const) },
  { weight: 9, arbitrary: fc.record({ act: fc.constant("propose"), by: anyActor, amount: anyAmount } as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant("accept"),
      by: anyActor,
      altered: fc.constantFrom(false, false, false, false, true),
    } as const),
  },
  { weight: 3, arbitrary: fc.constant({ act: "acceptByBureau" } as const) },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("reject"), by: anyActor } as const) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("reverse"), by: anySeller, amount: anyAmount } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("refund"), refunded: fc.constantFrom(50n, 103n, 206n) } as const),
  },
  { weight: 1, arbitrary: fc.constant({ act: "closeMonth" } as const) },
  { weight: 1, arbitrary: fc.constantFrom({ act: "suspendCity" } as const, { act: "closeContract" } as const) },
);
const anyPause: fc.Arbitrary<Pause> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ seconds: fc.constantFrom(1, 10, 10, HOUR, HOUR, 24 * HOUR, 200 * HOUR) }) },
  { weight: 3, arbitrary: fc.record({ moment: fc.nat({ max: 3 }), off: fc.constantFrom(-1, 0, 1) }) },
);

describe("InvoiceLedger: any acts in any order", () => {
  const prepared = async () => {
    const world = await loadFixture(ledgerWorld);
    const of = await paper(world);
    return { ...world, of, holders: [of.holder, newHolder(), newHolder()] };
  };
  type Prepared = Awaited<ReturnType<typeof prepared>>;

  const reversingBy = ({ of }: Prepared, { net, tax }: Amount): Content => {
    const line = { category: category("S"), rate: 300, items: 1, net, tax };
    const [draw] = of.invoice.content.draws;
    const gross = net + tax;
    return reversingOf(of.invoice, { net, tax, gross, lines: [line], draws: [{ ...draw!, amount: gross }] });
  };

  /** Does the act on the contracts, at this moment. `proposed` is the reversing document that was proposed last. */
  const send = async (world: Prepared, model: Paper, step: Act, now: number, proposed: Content): Promise<unknown> => {
    const { of, ledger, manager, registry, payments, taxpayers, holders } = world;
    const { hebei, provider, taxBureau, hunanBureau, operator, stranger } = world;
    // The seller and a stranger have no holder's key: they sign with one that nobody named.
    const holderOf = (by: Actor) => (typeof by === "number" ? holders[by]! : newHolder());
    const accountOf = (by: Actor) => (by === "seller" ? operator : stranger);
    const partyOf = (by: Actor): Party => (typeof by === "number" ? holders[by]! : accountOf(by));
    switch (step.act) {
      case "confirm":
        return confirm(world, of, holderOf(step.by));
      case "handOn":
        return handOn(world, of, holders[step.to]!.commitment, holderOf(step.by));
      case "book": {
        const { city, deductible } = step;
        const period = monthAfter(monthOf(now), step.months);
        return book(world, of, { city, deductible, period }, holderOf(step.by));
      }
      case "unbook":
        return unbook(world, of, 1, holderOf(step.by));
      case "unbookByBureau":
        return ledger.connect(step.city === HUNAN ? hunanBureau : taxBureau).unbookByBureau(of.id, 1, [], GAS);
      case "propose":
        return propose(world, of, proposed, partyOf(step.by));
      case "accept":
        return accept(world, of, step.altered ? { ...proposed, root: word() } : proposed, partyOf(step.by));
      case "acceptByBureau":
        return acceptByBureau(world, of, proposed);
      case "reject":
        return reject(world, of, partyOf(step.by));
      case "reverse":
        return reverse(world, of, reversingBy(world, step.amount), accountOf(step.by));
      case "refund": {
        const refund = { payment: of.payment, proof: [], refunded: step.refunded };
        return payments.connect(provider).refund([refund], [], GAS);
      }
      case "closeMonth":
        return taxpayers.connect(taxBureau).closePeriods(SHIJIAZHUANG, monthAfter(monthOf(now), -1), [], GAS);
      case "suspendCity": {
        const by = registry.connect(hebei);
        return model.suspended ? by.reinstate(SHIJIAZHUANG, GAS) : by.suspend(SHIJIAZHUANG, 1, GAS);
      }
      case "closeContract":
        return manager.setTargetClosed(ledger, !model.closed, GAS);
    }
  };

  const expected = (model: Paper, now: number, { holders }: Prepared) => {
    const { confirmed, booked, changes, left, transferOut } = model;
    return {
      status: model.statusAt(now),
      state: [confirmed, booked !== undefined, changes],
      booking: [booked?.city ?? 0n, BigInt(booked?.month ?? 0), booked?.deductible ?? false, transferOut],
      holder: holders[model.holder]!.commitment,
      reversed: [NET - left.net, GROSS - NET - left.tax],
      payment: model.paymentLeft,
      quota: left.net,
    };
  };
  const actual = async (world: Prepared, model: Paper): Promise<ReturnType<typeof expected>> => {
    const { of, ledger, invoices, payments, taxpayers, seller } = world;
    const { confirmed, booked, changes } = await ledger.stateOf(of.id);
    const { booking, transferOut } = await ledger.bookingOf(of.id);
    const { net, tax } = await invoices.reversedOf(of.id, 0);
    return {
      status: await statusOf(world, of),
      state: [confirmed, booked, changes],
      booking: [booking.city, booking.period, booking.deductible, transferOut],
      holder: await ledger.holderOf(of.invoice),
      reversed: [net, tax],
      payment: (await payments.stateOf(await payments.idOf(of.payment))).left,
      quota: (await taxpayers.quotaOf(seller, TAX, CNY, model.issued)).used,
    };
  };

  /** A side whose first proposal lapsed makes its second. */
  const twice = (by: Actor, amount: Amount): [Pause, Act][] => [
    [{ seconds: 1 }, { act: "propose", by, amount }],
    [
      { moment: 1, off: 0 },
      { act: "propose", by, amount },
    ],
  ];
  const booked: [Pause, Act][] = [
    [{ seconds: 1 }, { act: "book", by: 0, city: SHIJIAZHUANG, months: 0, deductible: true }],
  ];
  const anyWalk = fc
    .tuple(
      fc.constantFrom([], [], twice("seller", PART), twice(0, PART), twice(0, WHOLE), booked, booked),
      fc.array(fc.tuple(anyPause, anyAct), { minLength: 10, maxLength: 24 }),
    )
    .map(([begin, rest]) => [...begin, ...rest]);

  it("do what a plain model does, refuse what it refuses, and leave what it leaves", async () => {
    const done = new Map<string, number>();
    const refused = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(anyWalk, async (steps) => {
        const world = await loadFixture(prepared);
        const model = new Paper(await time.latest());
        let proposed = reversingBy(world, WHOLE);
        for (const [pause, any] of steps) {
          const step = "by" in any && any.by === "holder" ? { ...any, by: model.holder } : any;
          const latest = await time.latest();
          const moment = "seconds" in pause ? latest + pause.seconds : (model.moments[pause.moment] ?? 0) + pause.off;
          const now = Math.max(latest + 1, moment);
          await at(now);
          const document = step.act === "propose" ? reversingBy(world, step.amount) : proposed;
          const success = await send(world, model, step, now, document).then(
            () => true,
            () => false,
          );
          const told = JSON.stringify([pause, step], (_, value: unknown) =>
            typeof value === "bigint" ? `${value}` : value,
          );
          expect(success, told).to.equal(model.apply(step, now));
          if (success && step.act === "propose") proposed = document;
          const counts = success ? done : refused;
          counts.set(step.act, (counts.get(step.act) ?? 0) + 1);
          expect(await actual(world, model), told).to.deep.equal(expected(model, await time.latest(), world));
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
    const both = ["confirm", "handOn", "book", "unbook", "unbookByBureau", "propose", "accept", "acceptByBureau"];
    for (const act of [...both, "reject", "reverse", "refund", "closeMonth"]) {
      expect(done.get(act), `${act} was never done`).to.be.greaterThan(0);
      expect(refused.get(act), `${act} was never refused`).to.be.greaterThan(0);
    }
  });
});
