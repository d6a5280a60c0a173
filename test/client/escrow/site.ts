/** What tests of wages share: a building site with a subcontractor, workers and their wallets, paid in a token that can block accounts. */
import { randomBytes } from "ethers";

import { dateOf } from "../../../src/common/time.js";
import {
  enrolWorkers,
  type EnrolmentOrder,
  type EnrolResult,
  offerEnrolment,
  signEnrolment,
} from "../../../src/escrow/enrolment.js";
import { draftPayrolls, filePayroll, type PayrollDraft } from "../../../src/escrow/payroll.js";
import { issueClaims } from "../../../src/identity/issue.js";
import { prepareClaims } from "../../../src/identity/prepare.js";
import { createSchema } from "../../../src/identity/schema.js";
import { READY_SCHEMAS } from "../../../src/identity/schemas/index.js";
import { LocalTagService, newTagKey } from "../../../src/identity/tag.js";
import { Wallet } from "../../../src/identity/wallet.js";
import { type Contracts, issueUnder, roleOf } from "../../../src/index.js";
import { type HostileToken, HostileToken__factory } from "../../../typechain/index.js";
import { DAY, escrowWorld, type EscrowWorld, openProject, Seat, subcontract } from "../../escrow/world.js";
import { LATER, word } from "../../identity/world.js";
import { CHINA, loadFixture, SHIJIAZHUANG, time } from "../../world.js";

/** A worker: number in the project, wallet, and the account where it is paid. */
export interface SiteWorker {
  worker: number;
  wallet: Wallet;
  account: string;
}

export interface Site extends EscrowWorld {
  contracts: Contracts;
  token: HostileToken;
  project: string;
  /** The subcontractor, and its seat. */
  company: EscrowWorld["contractor"];
  seat: number;
  tags: LocalTagService;
  /** Number of the schema of employment. */
  schema: number;
  /** Of the subcontractor: ten, worker 1 first. */
  crew: SiteWorker[];
  /** Worker 11, of the contractor. */
  foreman: SiteWorker;
  /** As 202611. */
  period: number;
}

/** Parts of the token in a fen: it has 18 decimals. */
const UNIT = 10n ** 16n;
/** After filing, the contractor waits so long with its approval. */
export const OBJECTION_TIME = 3 * DAY;

/** The site, with 200,000.00 yuan for wages, and works money beside. */
export async function site(): Promise<Site> {
  const world = await loadFixture(escrowWorld);
  const { manager, registry, administrator, china, shijiazhuang, issuer, owner } = world;
  const provider = registry.runner!.provider!;
  const { chainId } = await provider.getNetwork();
  const contracts: Contracts = { ...world, provider, chainId, access: manager, cities: registry };
  const schema = await createSchema(contracts, china, READY_SCHEMAS.employment, CHINA);
  await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, issueUnder(schema)), issuer, 0);
  const token = await new HostileToken__factory(administrator).deploy();
  const money = { token: await token.getAddress(), unit: UNIT };
  const { project } = await openProject(world, { money, periods: { employment: schema } });
  const { company, seat } = await subcontract(world, project);
  await token.mint(owner.account, 100_000_000n * UNIT);
  await token.connect(owner.account).approve(await world.escrow.getAddress(), 100_000_000n * UNIT);
  const tags = new LocalTagService([newTagKey(1)]);
  const now = dateOf(await time.latest());
  const period = 100 * now.getUTCFullYear() + now.getUTCMonth() + 1;
  const empty = { ...world, contracts, token, project, company, seat, tags, schema, period };
  const [crew, [foreman]] = [await hire(empty, 10, seat), await hire(empty, 1, Seat.Contractor, 10)];
  return { ...empty, crew, foreman: foreman! };
}

/** The site with wages funded: a fifth of what is put in. */
export async function funded(): Promise<Site> {
  const world = await loadFixture(site);
  await world.escrow.connect(world.owner.account).fund(world.project, 10_000_000n);
  return world;
}

type Empty = Omit<Site, "crew" | "foreman">;

/** Enrols workers of a company, all by the client. @param first Makes their resident numbers. */
export async function hire(world: Empty, count: number, seat: number, first = 0): Promise<SiteWorker[]> {
  const { orders, crew } = await applications(world, count, seat, first);
  const enrolled = await enrolWorkers(world.contracts, world.labour, orders);
  if (enrolled.failed.length !== 0) throw new Error(enrolled.failed[0]?.reason);
  return numbered(crew, enrolled);
}

/** The client enrols a worker of the subcontractor with the contractor, since now: worker 1 is 0. */
export async function toContractor(world: Site, index: number): Promise<EnrolmentOrder> {
  const { contracts, labour, contractor, project, schema, issuer, crew } = world;
  const { wallet, account } = crew[index]!;
  const validFrom = dateOf((await time.latest()) - 60);
  const [prepared] = await prepareClaims(contracts, issuer.address, [
    {
      definition: READY_SCHEMAS.employment,
      ...{ schema, city: SHIJIAZHUANG, validFrom, validUntil: null },
      values: { employeeName: "工人", employerName: "总包", contractNumber: "1", position: "木工", from: "2026-03-01" },
      parties: [wallet.request(word()), Wallet.create().request(contractor.id)],
    },
  ]);
  await issueClaims(contracts, issuer, [prepared!.documents[0]!]);
  const claim = wallet.add(prepared!.documents[0]);
  const person = { project, employer: Seat.Contractor, number: residentNumber(index), deadline: dateOf(LATER) };
  const offer = await offerEnrolment(contracts, world.tags, person);
  const keys = { holder: wallet.holderKey(claim), own: wallet.workerKey(project) };
  const order = await signEnrolment(offer, wallet.document(claim), keys, account);
  const { failed } = await enrolWorkers(contracts, labour, [order]);
  if (failed.length !== 0) throw new Error(failed[0]?.reason);
  return order;
}

function numbered(crew: Omit<SiteWorker, "worker">[], enrolled: EnrolResult): SiteWorker[] {
  return crew.map((one, i) => ({ ...one, worker: enrolled.workers.get(i) ?? 0 }));
}

/** The same until they have signed. */
export async function applications(
  world: Empty,
  count: number,
  seat: number,
  first = 0,
): Promise<{ orders: EnrolmentOrder[]; crew: Omit<SiteWorker, "worker">[] }> {
  const { contracts, issuer, project, schema } = world;
  const employer = (await world.projects.seatOf(project, seat)).party;
  const crew = Array.from({ length: count }, () => {
    const wallet = Wallet.fromSeed(randomBytes(32));
    return { wallet, account: Wallet.fromSeed(randomBytes(32)).identityKey().signer };
  });
  const validFrom = dateOf((await time.latest()) - 60);
  const drafts = crew.map(({ wallet }, i) => ({
    definition: READY_SCHEMAS.employment,
    ...{ schema, city: SHIJIAZHUANG, validFrom, validUntil: null },
    values: {
      ...{ employeeName: `工人${first + i}`, employerName: "某某劳务公司", contractNumber: `2026-${first + i}` },
      ...{ position: "钢筋工", from: "2026-03-01" },
    },
    parties: [wallet.request(word()), Wallet.fromSeed(randomBytes(32)).request(employer)],
  }));
  const prepared = await prepareClaims(contracts, issuer.address, drafts);
  const claims = prepared.map(({ documents }) => documents[0]!);
  await issueClaims(contracts, issuer, claims);
  const orders: EnrolmentOrder[] = [];
  for (const [i, { wallet, account }] of crew.entries()) {
    const person = { project, employer: seat, number: residentNumber(first + i), deadline: dateOf(LATER) };
    const offer = await offerEnrolment(contracts, world.tags, person);
    const claim = wallet.add(claims[i]);
    const keys = { holder: wallet.holderKey(claim), own: wallet.workerKey(project) };
    orders.push(await signEnrolment(offer, wallet.document(claim), keys, account));
  }
  return { orders, crew };
}

/** A resident number that its check character fits. */
export function residentNumber(n: number): string {
  const body = `13010219900228${String(n).padStart(3, "0")}`;
  const sum = Array.from(body).reduce((all, digit, i) => all + Number(digit) * 2 ** (17 - i), 0);
  return body + "10X98765432"[sum % 11]!;
}

/** A file of a payroll: the subcontractor's workers, with these amounts in yuan. */
export function fileOf(amounts: Record<number, string>): string {
  return ["worker,amount", ...Object.entries(amounts).map((row) => row.join(","))].join("\n");
}

/** What each of the subcontractor's workers gets, if nothing else is said. */
export function wagesOf({ crew }: Site, amount = "6500.00"): Record<number, string> {
  return Object.fromEntries(crew.map(({ worker }) => [worker, amount]));
}

/** The subcontractor files a payroll of the month. */
export async function filed(
  world: Site,
  amounts = wagesOf(world),
  changes: { period?: number; predecessor?: string } = {},
): Promise<PayrollDraft> {
  const { contracts, project, seat: employer, period, company } = world;
  const source = { project, employer, period, ...changes };
  const [draft] = await draftPayrolls(contracts, source, fileOf(amounts));
  if (draft === undefined) throw new Error("there is no payroll");
  await filePayroll(contracts, company.operator, draft);
  return draft;
}

/** And the contractor approves it. */
export async function approved(world: Site, ...of: [Record<number, string>?, object?]): Promise<PayrollDraft> {
  const draft = await filed(world, ...of);
  await time.increase(OBJECTION_TIME);
  await world.payrolls.connect(world.contractor.operator).approve(draft.id, []);
  return draft;
}
