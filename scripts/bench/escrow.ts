import type { ContractTransactionResponse } from "ethers";

import {
  approve,
  builders,
  employed,
  enrolled,
  enrolmentOf,
  type EscrowWorld,
  file,
  open,
  opened,
  pay,
  WORKERS,
} from "./escrow-world.js";
import type { Traces } from "./meter.js";
import { connection, loadFixture, meter } from "./world.js";

type Sent = Promise<ContractTransactionResponse>;

const [JANUARY, FEBRUARY] = [202601, 202602];
const MONTH = 31 * 86_400;

type Emitter = "projects" | "escrow" | "workers" | "payrolls" | "wages";

const emits = (
  { projects, escrow, workers, payrolls, wages }: EscrowWorld,
  contract: Emitter,
  event: string,
  more: Partial<Traces> = {},
): Traces => ({ emits: [{ projects, escrow, workers, payrolls, wages }[contract], event], creates: true, ...more });

/** A project from its terms to the second month's wages, in this order; beside wages, a transfer of the same token to the same account. */
export async function measureEscrowActs(): Promise<void> {
  const before = await loadFixture(builders);
  await act("project.open.one", "`open`: terms with ten milestones", before, open(before), "projects", "ProjectOpened");

  const open_ = await loadFixture(opened);
  const funding = open_.escrow.connect(open_.owner).fund(open_.project, 1_000_000n);
  await act("escrow.fund.one", "`fund`: the first, a fifth of it for wages", open_, funding, "escrow", "ProjectFunded");

  const hiring = await loadFixture(employed);
  const enrolment = await enrolmentOf(hiring, 0);
  const hired = hiring.workers.connect(hiring.labour).enrol(...enrolment);
  await act("wage.enrol.one", "`enrol`: a worker, by an employment claim", hiring, hired, "workers", "WorkerEnrolled");

  const site = await loadFixture(enrolled);
  const all = { records: WORKERS, together: true };
  const of = `a payroll of ${WORKERS}`;
  await act(
    `wage.file.each-of-${WORKERS}`,
    `\`file\`: ${of}`,
    site,
    file(site, JANUARY),
    "payrolls",
    "PayrollFiled",
    all,
  );
  await act("wage.approve.one", `\`approve\`: ${of}`, site, approve(site, JANUARY), "payrolls", "PayrollApproved");
  const each = { records: WORKERS, creates: false };
  const first = `wage.pay-first.each-of-${WORKERS}`;
  await act(first, `\`pay\`: ${of}, whose accounts were empty`, site, pay(site, JANUARY), "wages", "WagePaid", each);
  await connection.networkHelpers.time.increase(MONTH);
  await file(site, FEBRUARY);
  await approve(site, FEBRUARY);
  const later = `wage.pay.each-of-${WORKERS}`;
  await act(later, `\`pay\`: ${of}, the next month`, site, pay(site, FEBRUARY), "wages", "WagePaid", each);
  await compare(site, first, later);
}

async function act(
  id: string,
  what: string,
  world: EscrowWorld,
  sent: Sent,
  contract: Emitter,
  event: string,
  more: Partial<Traces> = {},
): Promise<void> {
  await meter.act(id, what, sent, emits(world, contract, event, more));
}

/** A transfer of the token in a transaction of its own: to an empty account, and again. */
async function compare({ settlement, owner, person }: EscrowWorld, first: string, later: string): Promise<void> {
  const { signer } = person("somebody else");
  const transfer = async () => settlement.connect(owner).transfer(signer, 650_000n);
  await meter.peer(first, "ERC-20", 1, transfer);
  await meter.peer(later, "ERC-20", 1, transfer);
}
