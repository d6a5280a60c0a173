import { expect } from "chai";
import { type BaseContract, toBeHex, zeroPadValue } from "ethers";

import {
  type Contracts,
  giveConsent,
  HistoryIncompleteError,
  historyOf,
  type HistoryRecord,
  type RecordKind,
  newConsent,
  RESOLUTION,
  roleOf,
  saltText,
  signConsent,
  TAX,
  usedClaim,
  useConsent,
} from "../../src/index.js";
import { dateOf } from "../../src/common/time.js";
import { mint } from "../escrow/world.js";
import { type WholeLife, wholeLife } from "../escrow/whole-life.js";
import { anchored, issued } from "../identity/claims.js";
import { documentFor } from "../identity/documents.js";
import { newKey, RESIDENT, word } from "../identity/world.js";
import { confirm } from "../invoice/holders.js";
import { issue } from "../invoice/world.js";
import { anchoredNight } from "../invoice/batches.js";
import { CHINA, code, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { collect, errorOf } from "./world.js";

/** A record, the contracts that tell of it, and the indexed arguments by which their logs of it are found. */
interface Lived {
  record: HistoryRecord;
  in: BaseContract[];
  by: string[];
}

interface World extends WholeLife {
  contracts: Contracts;
}

const asWord = (number: bigint | number) => zeroPadValue(toBeHex(number), 32);
const live = (record: HistoryRecord, within: BaseContract | BaseContract[], ...by: string[]): Lived => ({
  ...{ record, in: [within].flat(), by },
});

async function cities({ registry, resolver, manager, china, shijiazhuang, stranger }: World): Promise<Lived[]> {
  await registry.connect(china).rename(HUNAN, "湘");
  await registry.connect(china).suspend(HUNAN, 1);
  await registry.connect(china).reinstate(HUNAN);
  const ids: string[] = [];
  for (const name of ["一", "二"]) {
    const application = { parent: CHINA, code: code("MA.156.65"), name, applicant: stranger.address, salt: word() };
    await registry.connect(stranger).submit(application);
    await registry.connect(stranger).withdraw(application);
    ids.push(await registry.applicationId(application));
  }
  await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, RESOLUTION), shijiazhuang, 0);
  await resolver.connect(shijiazhuang).setRecord(SHIJIAZHUANG, word(), "0x01");
  await resolver.connect(shijiazhuang).clearRecords(SHIJIAZHUANG);
  return [
    live({ kind: "city", id: HUNAN }, registry, asWord(HUNAN)),
    ...ids.map((id) => live({ kind: "application", id }, registry, id)),
    live({ kind: "records", city: SHIJIAZHUANG }, resolver, asWord(SHIJIAZHUANG)),
  ];
}

async function persons(world: World): Promise<Lived[]> {
  const { contracts, identities, claims, consents, registrar, china, issuer, stranger, seller } = world;
  await identities.connect(registrar).suspend(seller, 1, []);
  await identities.connect(registrar).reinstate(seller, 1, []);
  await claims.connect(china).retireSchema(2, []);
  const [{ id: claim }, { id: other }] = [await issued(world), await issued(world)];
  await claims.connect(issuer).suspend([claim, other], 1, []);
  await claims.connect(issuer).reinstate([claim], 1, []);
  const { id: batch } = await anchored(world, 3, { serial: 9 });
  await claims.connect(issuer).suspendAt(batch, [0, 2], 1, []);
  await claims.connect(issuer).revoke([batch], 1, []);

  const key = newKey();
  const document = await documentFor(world, [key], RESIDENT);
  const inDays = async (days: number) => dateOf((await time.latest()) + days * 86_400);
  const consent = await newConsent(contracts, document, {
    ...{ grantee: { account: stranger.address }, scope: "name", purpose: "a permit", uses: 2 },
    ...{ from: await inDays(0), until: await inDays(30), deadline: await inDays(1) },
  });
  const given = await giveConsent(contracts, stranger, consent, await signConsent(consent, key));
  await useConsent(contracts, stranger, consent, usedClaim(document), saltText("file 1"));
  return [
    live({ kind: "identity", id: seller }, identities, seller),
    live({ kind: "schema", id: 2 }, claims, asWord(2)),
    ...[claim, batch].map((id) => live({ kind: "claim", id }, claims, id)),
    live({ kind: "consent", id: given }, consents, given),
  ];
}

async function documents(world: World): Promise<Lived[]> {
  const { taxpayers, payments, invoices, ledger, taxBureau, seller } = world;
  await taxpayers.connect(taxBureau).freeze(seller, TAX, 1, []);
  await taxpayers.connect(taxBureau).unfreeze(seller, TAX, 1, []);
  const paper = await issue(world);
  await confirm(world, paper);
  const { id, payment } = paper;
  const paid = await payments.idOf(payment);
  const night = await anchoredNight(world);
  return [
    live({ kind: "taxpayer", person: seller, bureau: "tax" }, taxpayers, seller, asWord(TAX)),
    live({ kind: "invoice", id }, [invoices, ledger], id),
    live({ kind: "payment", id: paid }, payments, paid),
    live({ kind: "paymentBatch", id: night.id }, payments, night.id),
  ];
}

async function projects(world: World): Promise<Lived[]> {
  const { projects, escrow, milestones, workers, wages, payrolls, settlement, stranger } = world;
  const [project] = world.lived;
  const filed = await payrolls.queryFilter(payrolls.filters.PayrollFiled(undefined, project));
  await mint(world, stranger, 300n);
  const token = settlement.connect(stranger);
  for (const amount of [100, 200]) await token.requestRedemption(amount, word());
  await time.increase(11 * 86_400);
  await token.withdrawRedemption(1);
  return [
    ...world.lived.map((id) => live({ kind: "project", id }, [projects, escrow, milestones, workers, wages], id)),
    live({ kind: "worker", project, worker: 1 }, workers, project, asWord(1)),
    ...filed.map(({ args: { payroll } }) => live({ kind: "payroll", id: payroll }, payrolls, payroll)),
    ...[1, 2].map((id) => live({ kind: "redemption", id }, settlement, asWord(id))),
  ];
}

describe("historyOf", () => {
  /** Events in the lives of records of each kind, and of others beside them. */
  async function lived(): Promise<{ contracts: Contracts; records: Lived[] }> {
    const world = await loadFixture(wholeLife);
    const provider = world.registry.runner!.provider!;
    const { chainId } = await provider.getNetwork();
    const contracts: Contracts = { ...world, provider, chainId, access: world.manager, cities: world.registry };
    const records: Lived[] = [];
    for (const part of [cities, persons, documents, projects]) records.push(...(await part({ ...world, contracts })));
    return { contracts, records };
  }

  const places = (events: readonly { block: number; logIndex: number; type: string }[]) =>
    events.map(({ block, logIndex, type }) => `${block}/${logIndex} ${type}`);

  /** What the node has of a record by its topics alone, newest first. */
  async function logged({ provider }: Contracts, { in: within, by }: Lived): Promise<string[]> {
    const address = await Promise.all(within.map((contract) => contract.getAddress()));
    const logs = await provider.getLogs({ address, topics: [null, ...by], fromBlock: 0 });
    const events = logs.map((log) => ({
      ...{ block: log.blockNumber, logIndex: log.index },
      type: within[address.indexOf(log.address)]!.interface.parseLog(log)!.name,
    }));
    return places(events.reverse());
  }

  it("tells of a record of any kind what the node has logs of, newest first", async () => {
    const { contracts, records } = await loadFixture(lived);
    const longest: Partial<Record<RecordKind, number>> = {};
    for (const one of records) {
      const { kind } = one.record;
      const wanted = await logged(contracts, one);
      longest[kind] = Math.max(longest[kind] ?? 0, wanted.length);
      expect(places(await collect(historyOf(contracts, one.record))), kind).to.deep.equal(wanted);
    }
    expect(Object.keys(longest)).to.have.length(15);
    for (const [kind, length] of Object.entries(longest)) expect(length, kind).to.be.greaterThan(1);
  });

  it("types an event by the kind of the record", async () => {
    const { contracts, records } = await loadFixture(lived);
    const application = records.map(({ record }) => record).find((one) => one.kind === "application")!;
    const names: string[] = [];
    for await (const event of historyOf(contracts, application)) {
      if (event.type === "ApplicationSubmitted") names.push(event.args.name);
    }
    for await (const event of historyOf(contracts, { kind: "city", id: HUNAN })) {
      if (event.type === "CityRenamed") names.push(event.name);
    }
    expect(names).to.deep.equal(["一", "湘"]);
  });

  it("says so where the node has pruned logs", async () => {
    const { contracts, records } = await loadFixture(lived);
    const provider = Object.create(contracts.provider, {
      getLogs: { value: () => Promise.resolve([]) },
    }) as Contracts["provider"];
    for (const { record } of records) {
      const error = await errorOf(() => collect(historyOf({ ...contracts, provider }, record)));
      expect(error, record.kind).to.be.instanceOf(HistoryIncompleteError);
    }
  });
});
