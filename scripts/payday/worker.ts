/** Workers: an employment claim for each, anchored by the batch of a project; offered a place, and enrolled. */
import { IdTree } from "../../src/common/batch-tree.js";
import { fieldRoot } from "../../src/common/tree.js";
import { enrolWorkers, type EnrolmentOrder, offerEnrolment, signEnrolment } from "../../src/escrow/enrolment.js";
import { SEATS } from "../../src/escrow/seat.js";
import { holderCommitment, subjectCommitment } from "../../src/identity/commitment.js";
import { claimId, type ClaimDocument, combined, type DocumentParty } from "../../src/identity/document.js";
import { anchorBatch } from "../../src/identity/issue.js";
import { AccountKey } from "../../src/identity/key.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { workerAt, workerCount } from "./chain.js";
import { accountsOf, PaydayError, type ProjectPlan, secretOf, serialOf } from "./plan.js";
import type { Project } from "./project.js";
import { type Company, NEVER, type Site } from "./site.js";

const FIRST_DAY = "2025-01-01";
const VALID_FROM = Date.parse(`${FIRST_DAY}T00:00:00Z`) / 1000;
const ORDERS = 50; // in memory at once

/** A worker's claim, and the keys that sign for it. */
export interface Hand {
  document: ClaimDocument;
  holder: AccountKey;
  own: AccountKey;
}

/** Claims for all workers of a project, anchored if they are not. @throws PaydayError where the batch was used for others. */
export async function employ(site: Site, plan: ProjectPlan, contractor: Company): Promise<Hand[]> {
  const registry = await site.civitas.claims.getAddress();
  const hands = Array.from({ length: plan.workers }, (_, i) => handOf(site, registry, plan, contractor, i));
  const tree = IdTree.of(hands.map(({ document }) => claimId(document)));
  hands.forEach(({ document }, position) => (document.path = tree.proof(position)));
  const of = { chainId: `${site.civitas.chainId}`, registry, issuer: site.labour.address };
  const serial = `${serialOf(site.seed, plan.index)}`;
  const batch = { ...of, city: site.city, schema: site.employment, serial, count: plan.workers, root: tree.root };
  try {
    await anchorBatch(site.civitas, site.labour, batch);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "IssueError") throw error;
    throw new PaydayError(
      `the workers of project ${plan.index} have other claims. Run with the sizes it was made with, or take another --seed.`,
    );
  }
  return hands;
}

function handOf(site: Site, registry: string, plan: ProjectPlan, contractor: Company, position: number): Hand {
  const { seed, civitas, labour, city, employment } = site;
  const secret = (use: string) => secretOf(seed, `${use} of worker ${position} of project ${plan.index}`);
  const [holder, own] = [new AccountKey(secret("holder key")), new AccountKey(secret("own key"))];
  const values = {
    employeeName: `Synthetic Worker ${position + 1}`,
    employerName: contractor.name,
    contractNumber: `${plan.index}-${position + 1}`,
    position: "Builder",
    from: FIRST_DAY,
  };
  const fields = Object.entries(values).map(([name, value]) => ({ name, value, salt: secret(`salt of ${name}`) }));
  const [employerSalt, holderSalt] = [secret("salt of the employer"), secret("salt of the holder")];
  const parties: DocumentParty[] = [
    {
      subject: { commitment: secret("subject") }, // where a worker is registered plays no part
      holder: { commitment: holderCommitment(0, holderSalt, holder.signer), signer: holder.signer, salt: holderSalt },
    },
    {
      subject: {
        ...{ commitment: subjectCommitment(1, employerSalt, contractor.id), identity: contractor.id },
        salt: employerSalt,
      },
      holder: { commitment: secret("holder of the employer") },
    },
  ];
  const claim = {
    ...{ issuer: labour.address, city, schema: employment, serial: `${serialOf(seed, plan.index)}`, position },
    ...{ validFrom: VALID_FROM, validUntil: 0, root: fieldRoot(fields) },
    subject: combined(parties.map(({ subject }) => subject.commitment)) ?? "",
    holder: combined(parties.map(({ holder: key }) => key.commitment)) ?? "",
  };
  const document: ClaimDocument = {
    ...{ type: "CivitasClaim", version: 1, chainId: `${civitas.chainId}`, registry, claim, path: [] },
    ...{ schemaName: READY_SCHEMAS.employment.name, fields, parties, party: 0 },
  };
  return { document, holder, own };
}

/**
 * Enrols who is not enrolled yet. They go in their order, so that the number of each is known.
 * @param progress Told how many more are there.
 * @returns how many were enrolled now.
 * @throws PaydayError where somebody is not enrolled as they should be.
 */
export async function enrol(
  site: Site,
  { id, plan }: Project,
  hands: readonly Hand[],
  progress: (more: number) => void,
): Promise<number> {
  const accounts = accountsOf(site.seed, plan);
  const known = await workerCount(site, id);
  const last = accounts[known - 1];
  if (known > plan.workers || (last !== undefined && (await workerAt(site, id, last)) !== known)) {
    throw new PaydayError(`others are enrolled in project ${plan.index}; take another --seed`);
  }
  progress(known);
  for (let start = known; start < hands.length; start += ORDERS) {
    const part = hands.slice(start, start + ORDERS);
    const orders: EnrolmentOrder[] = [];
    for (const [i, hand] of part.entries()) {
      orders.push(await orderOf(site, id, hand, start + i, accounts[start + i] ?? ""));
    }
    let told = 0;
    const onProgress = (done: number) => {
      progress(done - told);
      told = done;
    };
    const { workers, failed } = await enrolWorkers(site.civitas, site.labour, orders, { onProgress });
    const [fault] = failed;
    if (fault !== undefined)
      throw new PaydayError(`worker ${start + fault.order + 1} is not enrolled: ${fault.reason}`);
    for (const [i, worker] of workers) {
      if (worker !== start + i + 1) throw new PaydayError(`worker ${start + i + 1} was enrolled as number ${worker}`);
    }
  }
  return hands.length - known;
}

async function orderOf(
  { civitas, tags }: Site,
  project: string,
  { document, holder, own }: Hand,
  position: number,
  account: string,
): Promise<EnrolmentOrder> {
  const person = { project, employer: SEATS.contractor, number: residentNumber(position), deadline: NEVER };
  const offer = await offerEnrolment(civitas, tags, person);
  return signEnrolment(offer, document, { holder, own }, account);
}

const PER_DAY = 900; // their three digits in sequence begin at 100
const FIRST_BIRTHDAY = Date.parse("1960-01-01T00:00:00Z");

/** A resident number that can be one, of nobody. It leaves this process only as a tag. */
export function residentNumber(position: number): string {
  const day = new Date(FIRST_BIRTHDAY + Math.floor(position / PER_DAY) * 86_400_000).toISOString().slice(0, 10);
  const body = `130102${day.replaceAll("-", "")}${100 + (position % PER_DAY)}`;
  const sum = Array.from(body).reduce((all, digit, i) => all + Number(digit) * 2 ** (17 - i), 0);
  return `${body}${"10X98765432"[sum % 11] ?? ""}`;
}
