/** Works of the school: the foundation is inspected, approved and paid, and the payment meets its invoice. */
import {
  evidenceValues,
  INSPECTION_SCHEMA,
  type MilestoneRequest,
  SEATS,
  statementOf,
  textHash,
  type WorksPayment,
  worksPaymentsIn,
} from "../../src/escrow/index.js";
import { issueClaims } from "../../src/identity/issue.js";
import { prepareClaim } from "../../src/identity/prepare.js";
import { chainTime } from "../../src/identity/presence.js";
import { Wallet } from "../../src/identity/wallet.js";
import { as, DAY, dayOf, money, PAPERS, passTo, type Site, word } from "./escrow-site.js";
import { chapter, tell, tryTo } from "./stage.js";

/** An inspector's claim about a milestone, issued to the contractor. */
export async function inspect(site: Site, milestone: number): Promise<MilestoneRequest> {
  const { stage, city, offices, companies, inspection, project } = site;
  const time = new Date((await chainTime(stage.civitas)) * 1000);
  const draft = {
    ...{ definition: INSPECTION_SCHEMA, schema: inspection, city, validFrom: time, validUntil: null },
    values: {
      ...evidenceValues(project, milestone),
      ...{ inspectedOn: time.toISOString().slice(0, 10), findings: PAPERS.findings },
    },
    parties: [Wallet.create().request(companies.contractor.id)],
  };
  const { documents } = await prepareClaim(stage.civitas, await offices.inspector.getAddress(), draft);
  await issueClaims(stage.civitas, offices.inspector, documents);
  const [document] = documents;
  if (document === undefined) throw new Error("the claim has a document");
  return { document, content: papers(PAPERS.findings) };
}

/** The salted hash of some papers. */
export function papers(text: string): string {
  return textHash({ title: text, salt: word() });
}

/** Requests a milestone, and has it approved. */
export async function requestAndApprove(site: Site, milestone: number): Promise<void> {
  const { companies } = site;
  await as(site, companies.contractor.operator).request(milestone, await inspect(site, milestone));
  await as(site, companies.supervisor.operator).approve(milestone);
}

/** Pays a company out, and tells what it got. */
export async function payOut(site: Site, seat: number, name: string): Promise<WorksPayment> {
  const receipt = await as(site, site.offices.passerBy).payOut(seat);
  const [payment] = worksPaymentsIn(site.stage.civitas, receipt);
  if (payment === undefined) throw new Error("the payment is in the receipt");
  tell(`${name} gets ${money(payment.amount)}.`);
  return payment;
}

export async function worksStory(site: Site): Promise<WorksPayment> {
  const { stage, companies, offices, seats, project } = site;
  const { contractor, steel } = companies;
  chapter("The foundation is done: requested with an inspection, approved, paid after the time to contest.");
  await passTo(site, dayOf(site, 0, 18));
  await requestAndApprove(site, 0);
  tell(
    "The inspector's claim says which milestone of which project. The chain sees that, and nothing of the findings.",
  );
  await tryTo("The contractor has it settled at once", async () => as(site, contractor.operator).settle(0));
  await passTo(site, new Date(dayOf(site, 0, 18).getTime() + 5 * DAY * 1000 + 3_600_000));
  await as(site, offices.passerBy).settle(0);
  const { works } = await statementOf(stage.civitas, project);
  tell(`Five days later anyone settles it. 3 % are retained: ${money(works.retained)}.`);
  await payOut(site, seats.steel, `${steel.name}, which has a share of 25 %,`);
  return payOut(site, SEATS.contractor, contractor.name);
}
