/** What tests of works money need of wages: a worker to whom something is owed. */
import { hexlify, randomBytes } from "ethers";

import { holderCommitment, newSalt, pairCommitment, subjectCommitment } from "../../src/identity/commitment.js";
import { ENROLMENT_TYPES } from "../../src/escrow/typed-data.js";
import type { AccountKey } from "../../src/identity/key.js";
import { claimOf } from "../identity/claims.js";
import { contentOf, LATER, newKey, termsOf as claimTermsOf, word } from "../identity/world.js";
import { time } from "../world.js";
import { booked } from "./works.js";
import { DAY, EMPLOYMENT, type EscrowWorld, Seat } from "./world.js";

/** The month of the last block, as YYYYMM. */
export async function monthNow(): Promise<number> {
  const now = new Date((await time.latest()) * 1000);
  return now.getUTCFullYear() * 100 + now.getUTCMonth() + 1;
}

/** The month before. */
export async function lastMonth(): Promise<number> {
  const month = await monthNow();
  return month % 100 === 1 ? month - 89 : month - 1;
}

/** A worker of the contractor. */
export interface Hired {
  worker: bigint;
  account: string;
  key: AccountKey;
}

/** Enrols a worker of the contractor: its number, its account, and its own key. */
export async function hire(world: EscrowWorld, project: string): Promise<Hired> {
  const { workers, claims, issuer, labour, projects } = world;
  const [holder, own] = [newKey(), newKey()];
  const [holderSalt, employerSalt] = [newSalt(), newSalt()];
  const { party } = await projects.seatOf(project, Seat.Contractor);
  const account = hexlify(randomBytes(20));
  const base = { project, employer: Seat.Contractor, signer: own.signer, account, tag: word(), deadline: LATER };
  const [subject, employerHolder] = [word(), word()];
  const content = contentOf({
    subject: pairCommitment(subject, subjectCommitment(1, employerSalt, party)),
    holder: pairCommitment(holderCommitment(0, holderSalt, holder.signer), employerHolder),
  });
  const terms = await claimTermsOf(EMPLOYMENT);
  await claims.connect(issuer).issue(terms, content);
  await booked(
    world,
    workers.connect(labour).enrol(
      base,
      {
        claim: claimOf(issuer, terms, content),
        path: [],
        party: 0,
        subject,
        employerSalt,
        holder: holder.signer,
        holderSalt,
        employerHolder,
        signature: await world.sign(holder, "workers", ENROLMENT_TYPES, base),
        ownSignature: await world.sign(own, "workers", ENROLMENT_TYPES, base),
      },
      [],
    ),
  );
  return { worker: await workers.workerCount(project), account, key: own };
}

/** A payroll of one row, approved. */
export interface Owed {
  payroll: string;
  row: { position: number; worker: bigint; amount: bigint; proof: string[] };
  account: string;
}

/** The contractor owes a new worker so much: the payroll is filed, and approved as soon as it can be. */
export async function owe(world: EscrowWorld, project: string, amount: bigint): Promise<Owed> {
  const { payrolls, contractor } = world;
  const { worker, account } = await hire(world, project);
  const header = {
    project,
    employer: Seat.Contractor,
    period: await monthNow(),
    serial: worker,
    predecessor: `0x${"00".repeat(32)}`,
  };
  const payroll = await payrolls.idOf(header);
  const acting = payrolls.connect(contractor.operator);
  await booked(world, acting.file(header, [{ worker, amount }], []));
  await time.increase(await payrolls.OBJECTION_TIME());
  await booked(world, acting.approve(payroll, []));
  return { payroll, row: { position: 0, worker, amount, proof: [] }, account };
}

/** Ends a project whose time is over, and its wages when they may be closed out. */
export async function endAndCloseOut(world: EscrowWorld, project: string): Promise<void> {
  const { projects, wages, stranger } = world;
  const { endsAt, status } = await projects.projectOf(project);
  if (status === 1n) {
    if ((await time.latest()) < endsAt) await time.increaseTo(endsAt);
    await booked(world, projects.connect(stranger).expire(project));
  }
  const { endedAt } = await projects.projectOf(project);
  const from = Number(endedAt) + 30 * DAY;
  if ((await time.latest()) < from) await time.increaseTo(from);
  await booked(world, wages.connect(stranger).closeOut(project));
}
