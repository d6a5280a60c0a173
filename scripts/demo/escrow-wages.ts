/** Wages of the school: a hundred workers join, a subcontractor tries to redirect what they earned, and the bank pays them all. */
import { mined } from "../../src/common/mined.js";
import {
  approvePayroll,
  draftPayrolls,
  enrolWorkers,
  type EnrolmentOrder,
  filePayroll,
  keyedEndToEndId,
  newRedemptionAccount,
  offerEnrolment,
  payRedemption,
  type PayrollDraft,
  type PushResult,
  pushProject,
  requestRedemption,
  sendWorkerAccount,
  signEnrolment,
  signWorkerAccount,
  wageNetwork,
  workerTable,
  workerView,
} from "../../src/escrow/index.js";
import { anchorBatch } from "../../src/identity/issue.js";
import { type ClaimDraft, prepareBatch } from "../../src/identity/prepare.js";
import { LocalTagService, newTagKey } from "../../src/identity/tag.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { Wallet } from "../../src/identity/wallet.js";
import {
  type Company,
  dayOf,
  employerName,
  money,
  monthOf,
  PAPERS,
  passTo,
  type Site,
  word,
  WORKERS,
} from "./escrow-site.js";
import { chapter, newAccount, tell, tryTo } from "./stage.js";
import { yuan } from "./trade.js";

/** Who employs a worker, by the place among all: the first half steel, then 35 % the interior company, the rest the contractor. */
function seatOf({ seats }: Site, place: number): number {
  if (place < 0.5) return seats.steel;
  return place < 0.85 ? seats.interior : seats.contractor;
}

// -------------------------------------------------------------------------------------------------------------- workers

/** @param count How many workers. */
export async function enrolStory(site: Site, count: number): Promise<void> {
  const { stage, city, offices, employment, project } = site;
  const { civitas } = stage;
  chapter(`${count} workers join. The labour office enrols each under an employment claim.`);
  const employer = Wallet.create();
  const hired = WORKERS.slice(0, count).map(async (person, i) => {
    const seat = seatOf(site, i / count);
    const signer = newAccount(stage);
    const wage = BigInt(700_000 + 10_000 * (i % 10));
    return { ...person, seat, signer, account: await signer.getAddress(), wallet: Wallet.create(), wage };
  });
  const workers = await Promise.all(hired);
  const drafts = workers.map(({ name, contract, seat, wallet }): ClaimDraft => {
    const company = companyAt(site, seat);
    return {
      ...{ definition: READY_SCHEMAS.employment, schema: employment, city, validFrom: site.begin, validUntil: null },
      values: {
        ...{ employeeName: name, employerName: company.name, contractNumber: contract, position: "建筑工人" },
        from: site.begin.toISOString().slice(0, 10),
      },
      // Where a worker is registered plays no part: the claim leads to no identity.
      parties: [wallet.request(word()), employer.request(company.id)],
    };
  });
  const { batch, claims } = await prepareBatch(civitas, await offices.labour.getAddress(), 1, drafts);
  await anchorBatch(civitas, offices.labour, batch);
  tell("One transaction anchors all these claims. Names and contracts are in the workers' wallets alone.");

  const tags = new LocalTagService([newTagKey(1)]);
  const orders: EnrolmentOrder[] = [];
  for (const [i, { number, seat, account, wallet }] of workers.entries()) {
    const person = { project, employer: seat, number, deadline: dayOf(site, 1, 1) };
    const offer = await offerEnrolment(civitas, tags, person);
    const claim = wallet.add(claims[i]?.documents[0], READY_SCHEMAS.employment);
    const keys = { holder: wallet.holderKey(claim), own: wallet.workerKey(project) };
    orders.push(await signEnrolment(offer, wallet.document(claim), keys, account));
  }
  const enrolled = await enrolWorkers(civitas, offices.labour, orders);
  site.workers = workers.map(({ seat, account, signer, wage }, i) => ({
    ...{ worker: enrolled.workers.get(i) ?? 0, seat, account, signer, wage },
  }));
  const counts = [site.seats.steel, site.seats.interior, site.seats.contractor].map(
    (seat) => `${site.workers.filter((one) => one.seat === seat).length} for ${employerName(site, seat)}`,
  );
  tell(`${enrolled.workers.size} are enrolled: ${counts.join(", ")}.`);
  tell("Each signed with a key for this project alone, and named the account to be paid at. Only that key changes it.");
  const [first] = workers;
  await tryTo("Worker 1 is offered a second place", async () => {
    const again = { project, employer: site.seats.steel, number: first?.number ?? "", deadline: dayOf(site, 1, 1) };
    await offerEnrolment(civitas, tags, again);
  });
}

export function companyAt({ companies, seats }: Site, seat: number): Company {
  if (seat === seats.steel) return companies.steel;
  return seat === seats.interior ? companies.interior : companies.contractor;
}

// ------------------------------------------------------------------------------------------------------------- payrolls

/** A company's file of a month. */
export function payrollFile({ workers }: Site, seat: number): string {
  const rows = workers.filter((one) => one.seat === seat).map(({ worker, wage }) => `${worker},${yuan(wage)}`);
  return ["worker,amount", ...rows].join("\n");
}

/** The payroll of a company for a month of the story. */
export async function draftOf(
  site: Site,
  seat: number,
  month: number,
  file = payrollFile(site, seat),
): Promise<PayrollDraft> {
  const source = { project: site.project, employer: seat, period: monthOf(site, month) };
  const [draft] = await draftPayrolls(site.stage.civitas, source, file);
  if (draft === undefined) throw new Error("the file has rows");
  return draft;
}

/** Companies file the payrolls of a month. */
export async function fileAll(site: Site, month: number, seats: readonly number[]): Promise<PayrollDraft[]> {
  const drafts = [];
  for (const seat of seats) {
    const draft = await draftOf(site, seat, month);
    await filePayroll(site.stage.civitas, companyAt(site, seat).operator, draft);
    drafts.push(draft);
  }
  return drafts;
}

/** The contractor approves payrolls. */
export async function approveAll({ stage, companies }: Site, drafts: readonly PayrollDraft[]): Promise<void> {
  for (const draft of drafts) await approvePayroll(stage.civitas, companies.contractor.operator, draft);
}

/** The bank pays what is approved. Anyone could. */
export async function push({ stage, offices, project }: Site): Promise<PushResult> {
  return pushProject(stage.civitas, offices.bank, project);
}

export function totalOf(rows: readonly { amount: bigint }[]): bigint {
  return rows.reduce((sum, { amount }) => sum + amount, 0n);
}

// -------------------------------------------------------------------------------------------------------- the first month

export async function wageStory(site: Site): Promise<void> {
  const { stage, seats, project } = site;
  const { civitas } = stage;
  await passTo(site, dayOf(site, 1, 1));
  chapter("The first month is over. The interior company tries to redirect wages.");
  await redirect(site);
  const drafts = await fileAll(site, 0, [seats.steel, seats.interior, seats.contractor]);
  const [, own] = drafts;
  await tryTo("It files what is right, and tries to approve it itself", async () =>
    approvePayroll(civitas, site.companies.interior.operator, own?.id ?? ""),
  );

  chapter("Workers have three days to object. Then the contractor approves, and the bank pays.");
  await passTo(site, dayOf(site, 1, 5));
  await approveAll(site, drafts);
  const paid = await push(site);
  await tellPush(site, paid);
  const again = await push(site);
  tell(`The bank pushes once more: ${again.paid.length} payments. Nobody is paid twice.`);

  chapter("A worker looks, without a wallet, and without asking anyone.");
  const [mason] = site.workers;
  if (mason === undefined) throw new Error("there are workers");
  const view = await workerView(civitas, project, mason.worker);
  for (const line of workerTable(view).trimEnd().split("\n")) tell(line);
  const bankAccount = newRedemptionAccount(PAPERS.bankAccount);
  const redemption = await requestRedemption(civitas, mason.signer, mason.wage, bankAccount);
  await payRedemption(civitas, site.offices.bank, redemption, keyedEndToEndId(word(), "wage", mason.account));
  tell(`The bank pays ${money(mason.wage)} to the worker's bank account. The chain has a commitment to its number.`);
}

async function redirect(site: Site): Promise<void> {
  const { stage, companies, seats, project } = site;
  const { operator, key, account } = companies.interior;
  const file = payrollFile(site, seats.interior);
  const [heading = "", first = "", second = "", ...rest] = file.split("\n");
  const wage = first.split(",")[1] ?? "";
  await tryTo("It files its first worker twice", async () =>
    draftOf(site, seats.interior, 0, [heading, first, second, first, ...rest].join("\n")),
  );
  await tryTo("It files its own account in place of that worker", async () =>
    draftOf(site, seats.interior, 0, [heading, `${account},${wage}`, second, ...rest].join("\n")),
  );
  const worker = Number(first.split(",")[0]);
  await tryTo(`It has worker ${worker} paid to its own account`, async () => {
    const change = { project, worker, account, changes: 0, deadline: dayOf(site, 1, 20) };
    const order = await signWorkerAccount(await wageNetwork(stage.civitas), change, key);
    await sendWorkerAccount(stage.civitas, operator, order);
  });
}

/** Tells what a push has paid, and what it took beside a plain transfer of the same token. */
export async function tellPush(site: Site, { paid, transactions, gasUsed }: PushResult): Promise<void> {
  const bulk = (gasUsed / BigInt(paid.length)).toLocaleString("en");
  tell(`The bank pushes: ${paid.length} workers get ${money(totalOf(paid))}, in ${transactions.length} transactions.`);
  tell(
    `Gas per payment, with its books: ${bulk}. A plain transfer of the token to worker 1: ${await plainTransfer(site)}.`,
  );
}

/** What a transfer of a fen to worker 1, who has been paid before, takes. */
async function plainTransfer({ stage, offices, workers }: Site): Promise<string> {
  const token = stage.civitas.settlement.connect(offices.bank);
  await mined(token.mint(await offices.bank.getAddress(), 100n, word()));
  return (await mined(token.transfer(workers[0]?.account ?? "", 1n))).gasUsed.toLocaleString("en");
}
