import { expect } from "chai";
import { keccak256 } from "ethers";

import { dateOf } from "../../../src/common/time.js";
import {
  EnrolmentError,
  type EnrolmentOrder,
  enrolWorker,
  enrolWorkers,
  offerEnrolment,
  sendWorkerAccount,
  signEnrolment,
  signWorkerAccount,
} from "../../../src/escrow/enrolment.js";
import { PayrollError, wageNetwork } from "../../../src/escrow/payroll.js";
import { NumberError } from "../../../src/identity/number.js";
import { LocalTagService, newTagKey } from "../../../src/identity/tag.js";
import { newAccount, Seat } from "../../escrow/world.js";
import { LATER, word } from "../../identity/world.js";
import { loadFixture } from "../../world.js";
import { caught, copyOf } from "../identity-world.js";
import { errorOf } from "../world.js";
import { applications, residentNumber, site } from "./site.js";

describe("enrolment", () => {
  it("of a person who signs with the claim's holder key and an own key for the project", async () => {
    const { workers, project, seat, crew, foreman } = await loadFixture(site);
    expect(crew.map(({ worker }) => worker)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const { worker, wallet, account } of crew.slice(0, 2)) {
      const known = await workers.workerOf(project, worker);
      expect(known.account.toLowerCase()).to.equal(account);
      expect([known.employer, known.key]).to.deep.equal([BigInt(seat), keccak256(wallet.workerKey(project).signer)]);
    }
    expect((await workers.workerOf(project, foreman.worker)).employer).to.equal(BigInt(Seat.Contractor));
  });

  it("is done once, whoever runs it again, and one refusal stops nobody else", async () => {
    const world = await loadFixture(site);
    const { contracts, labour } = world;
    const { orders } = await applications(world, 5, world.seat, 100);
    const [first, second, third, fourth, fifth] = copyOf(orders) as [
      ...[EnrolmentOrder, EnrolmentOrder, EnrolmentOrder, EnrolmentOrder, EnrolmentOrder],
    ];
    expect(await enrolWorker(contracts, labour, first)).to.equal(12);
    expect(await enrolWorker(contracts, labour, first)).to.equal(12);
    second.employment.ownSignature = third.employment.ownSignature;
    fourth.enrolment.tag = third.enrolment.tag; // the same person, under another key
    const seen: number[] = [];
    const all = [first, second, third, fourth, fifth];
    const onProgress = (done: number) => seen.push(done);
    const result = await enrolWorkers(contracts, labour, all, { onProgress });
    expect([...result.workers]).to.deep.equal([
      [0, 12],
      [2, 13],
      [4, 14],
    ]);
    expect(result.failed.map(({ order }) => order)).to.have.members([1, 3]);
    expect(result.failed.map(({ reason }) => reason).join()).to.match(
      /worker 13 of the project already, under another key/,
    );
    expect(seen).to.deep.equal([1, 2, 3, 4, 5]);
    const again = await enrolWorkers(contracts, labour, all, { inFlight: 1 });
    expect(new Map(again.workers)).to.deep.equal(new Map(result.workers));
    const killed = () => {
      throw new Error("killed");
    };
    expect((await errorOf(() => enrolWorkers(contracts, labour, all, { onProgress: killed }))).message).to.equal(
      "killed",
    );
  });

  it("is offered to who is not there, under any of the tag service's keys, or goes to another employer", async () => {
    const world = await loadFixture(site);
    const { contracts, project, seat, crew, labour } = world;
    const offerOf = (number: string, employer: number, tags = world.tags) =>
      offerEnrolment(contracts, tags, { project, employer, number, deadline: dateOf(LATER) });
    const { message } = await caught(EnrolmentError, () => offerOf(residentNumber(0), seat));
    expect(message)
      .to.match(/worker 1 of the project already/)
      .and.not.include(residentNumber(0).slice(6, 14));
    await caught(NumberError, () => offerOf("130102199002280000", seat));
    const fresh = await offerOf(residentNumber(50), seat);
    expect(fresh.tag).to.equal((await world.tags.projectTag(project, residentNumber(50)))[0]!.tag);
    expect(fresh.tag).not.to.equal((await world.tags.projectTag(word(), residentNumber(50)))[0]!.tag);

    const old = newTagKey(1);
    const [before, after] = [new LocalTagService([old]), new LocalTagService([old, newTagKey(2)])];
    const { orders } = await applications({ ...world, tags: before }, 1, seat, 70);
    const worker = await enrolWorker(contracts, labour, orders[0]!);
    expect(worker).to.equal(12);
    expect((await caught(EnrolmentError, () => offerOf(residentNumber(70), seat, after))).message).to.match(
      /worker 12/,
    );
    const moved = await offerOf(residentNumber(70), Seat.Contractor, after);
    expect(moved.tag).to.equal(orders[0]!.enrolment.tag);
    expect((await offerOf(residentNumber(71), seat, after)).tag).to.equal(
      (await after.projectTag(project, residentNumber(71)))[1]!.tag,
    );
    expect(crew).to.have.length(10);
  });

  it("is not signed with another key, or under a document that does not open the employer", async () => {
    const world = await loadFixture(site);
    const { contracts, project, seat, crew, foreman, tags } = world;
    const person = { project, employer: seat, number: residentNumber(80), deadline: dateOf(LATER) };
    const offer = await offerEnrolment(contracts, tags, person);
    const { wallet, account } = crew[0]!;
    const [document] = wallet.documents() as [ReturnType<typeof wallet.document>];
    const own = wallet.workerKey(project);
    const holder = foreman.wallet.workerKey(project);
    await caught(EnrolmentError, () => signEnrolment(offer, document, { holder, own }, account));
    const shut = structuredClone(document);
    delete shut.parties[1]!.subject.salt;
    const keys = { holder: { signer: document.parties[0]!.holder.signer!, sign: () => "0x" }, own };
    expect((await caught(EnrolmentError, () => signEnrolment(offer, shut, keys, account))).message).to.match(
      /employer/,
    );
    const order = await signEnrolment(offer, document, keys, account);
    order.network.chainId = "1";
    await caught(PayrollError, () => enrolWorker(contracts, world.labour, order));
  });

  it("lets a worker be paid elsewhere, by an order that is good once", async () => {
    const world = await loadFixture(site);
    const { contracts, project, stranger, crew, workers } = world;
    const network = await wageNetwork(contracts);
    const { worker, wallet } = crew[3]!;
    const account = (await newAccount()).address;
    const change = { project, worker, account, changes: 0, deadline: dateOf(LATER) };
    const order = copyOf(await signWorkerAccount(network, change, wallet.workerKey(project)));
    await sendWorkerAccount(contracts, stranger, order);
    expect((await workers.workerOf(project, worker)).account).to.equal(account);
    expect(await workers.workerByAccount(project, account)).to.equal(BigInt(worker));
    expect((await errorOf(() => sendWorkerAccount(contracts, stranger, order))).message).to.match(/SignatureInvalid/);
    for (const other of [{ workers: account }, { payrolls: account }, { chainId: "1" }]) {
      const elsewhere = { ...order, network: { ...network, ...other } };
      await caught(PayrollError, () => sendWorkerAccount(contracts, stranger, elsewhere));
    }
  });
});
