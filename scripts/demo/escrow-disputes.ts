/** What goes wrong on the site, and how it ends: a milestone is contested, wages come late, a court freezes, the province is suspended. */
import { randomBytes } from "ethers";

import {
  approvePayroll,
  arrearsOf,
  declareArrears,
  endArrears,
  filePayroll,
  SEATS,
  statementOf,
  type WorksPayment,
} from "../../src/escrow/index.js";
import { issueClaims } from "../../src/identity/issue.js";
import { AccountKey } from "../../src/identity/key.js";
import { REASONS } from "../../src/index.js";
import { invoicePayment, openTaxBureau } from "./escrow-invoice.js";
import { as, DAY, dayOf, money, monthOf, officeOf, PAPERS, passTo, type Site } from "./escrow-site.js";
import { approveAll, draftOf, fileAll, push, tellPush, totalOf } from "./escrow-wages.js";
import { inspect, papers, payOut } from "./escrow-works.js";
import { chapter, idOf, tell, tryTo } from "./stage.js";

const HEBEI = "MA.156.13";
/** 3,900,000.00 of 4,200,000.00 yuan. */
const AWARD = 390_000_000n;
const FROZEN = 40_000_000n;

/** @param paid What the contractor was paid last. */
export async function disputeStory(site: Site, paid: WorksPayment): Promise<void> {
  const number = await openTaxBureau(site);
  await invoiced(site, paid, number());
  const second = await contested(site);
  await lateWages(site, second, number());
  const courtCase = await frozen(site);
  await suspended(site);
  await handedOver(site, courtCase);
}

async function invoiced(site: Site, paid: WorksPayment, number: string): Promise<void> {
  const { contractor } = site.companies;
  chapter("The structure stands. The terms want the last payment invoiced before it is requested.");
  await passTo(site, dayOf(site, 1, 8));
  const evidence = await inspect(site, 1);
  await tryTo("The contractor requests the milestone", async () => as(site, contractor.operator).request(1, evidence));
  tell("The payment is counted in the PaymentRegistry, and the contractor invoices it.");
  await invoicePayment(site, paid, number, PAPERS.foundation);
  await as(site, contractor.operator).request(1, evidence);
  tell("Now it is requested.");
}

async function contested(site: Site): Promise<WorksPayment> {
  const { companies, offices, seats } = site;
  chapter("The supervisor approves it. The education office contests; the arbiter rules a split.");
  await passTo(site, dayOf(site, 1, 9));
  await as(site, companies.supervisor.operator).approve(1);
  await passTo(site, dayOf(site, 1, 11));
  await as(site, companies.owner.operator).contest(1, SEATS.owner, papers(PAPERS.grounds));
  tell("The grounds are a salted hash on the chain. The money stays where it is, for nobody.");
  await passTo(site, dayOf(site, 1, 15));
  await tryTo("The contractor settles it all the same", async () => as(site, companies.contractor.operator).settle(1));
  await passTo(site, dayOf(site, 1, 22));
  await as(site, companies.arbiter.operator).rule(1, AWARD);
  await tryTo("The arbiter rules once more, on all of it", async () =>
    as(site, companies.arbiter.operator).rule(1, 420_000_000n),
  );
  await tryTo("It is settled at once", async () => as(site, offices.passerBy).settle(1));
  await passTo(site, dayOf(site, 1, 28));
  await as(site, offices.passerBy).settle(1);
  tell(`Ruled and settled: ${money(AWARD)} for the companies, ${money(420_000_000n - AWARD)} back to the project.`);
  await payOut(site, seats.steel, `${companies.steel.name}, with 30 % of it less retention,`);
  return payOut(site, SEATS.contractor, companies.contractor.name);
}

async function lateWages(site: Site, paid: WorksPayment, number: string): Promise<void> {
  const { stage, companies, offices, seats, project } = site;
  const { civitas } = stage;
  chapter("The second month is over. Two companies file their payrolls; the interior company does not.");
  await passTo(site, dayOf(site, 2, 1));
  await invoicePayment(site, paid, number, PAPERS.structure);
  const drafts = await fileAll(site, 1, [seats.steel, SEATS.contractor]);
  await passTo(site, dayOf(site, 2, 5));
  await approveAll(site, drafts);
  await tellPush(site, await push(site));
  const missing = await draftOf(site, seats.interior, 1);
  await tryTo("The labour office files in its place", async () => filePayroll(civitas, offices.labour, missing));

  chapter("Payday, the 15th, is over. The labour office declares arrears, and milestones stop.");
  await passTo(site, dayOf(site, 2, 17));
  const period = monthOf(site, 1);
  await declareArrears(civitas, offices.labour, { project, period, amount: missing.total });
  const { amount, until } = await arrearsOf(civitas, project);
  tell(`Arrears of ${period}: ${money(amount)}, until they are paid, or ${until?.toISOString().slice(0, 10) ?? ""}.`);
  const evidence = await inspect(site, 2);
  const request = async () => as(site, companies.contractor.operator).request(2, evidence);
  await tryTo("The contractor requests the last milestone", request);
  await filePayroll(civitas, offices.labour, missing);
  tell(`The labour office now files for the ${missing.rows.length} workers. The contractor has three days to oppose.`);
  await passTo(site, dayOf(site, 2, 21));
  await approvePayroll(civitas, companies.contractor.operator, missing);
  const late = await push(site);
  await endArrears(civitas, offices.passerBy, project);
  tell(`Approved and paid: ${late.paid.length} workers get ${money(totalOf(late.paid))}. The arrears are over.`);
  await tryTo("The contractor requests the last milestone again", request);
  await as(site, companies.supervisor.operator).approve(2);
}

async function frozen(site: Site): Promise<string> {
  const { companies, offices, seats } = site;
  chapter(`A court freezes ${money(FROZEN)} of the interior company's works money, for a creditor.`);
  const courtCase = papers(PAPERS.courtCase);
  const until = dayOf(site, 8, 1);
  await as(site, offices.court).freeze({ seat: seats.interior, amount: FROZEN, until, courtCase });
  await passTo(site, dayOf(site, 2, 27));
  await as(site, offices.passerBy).settle(2);
  tell("The last milestone is settled. The company has earned 40 % of it.");
  await payOut(site, seats.interior, `${companies.interior.name}, all but what is frozen and retained,`);
  await tryTo("It asks for the rest", async () => as(site, companies.interior.operator).payOut(seats.interior));
  await payOut(site, SEATS.contractor, companies.contractor.name);
  return courtCase;
}

async function suspended(site: Site): Promise<void> {
  const { stage, offices, seats } = site;
  chapter("The third month is over, and Hebei 河北省 is suspended. The freeze lasts. Wages go on.");
  await passTo(site, dayOf(site, 3, 1));
  const country = officeOf(stage, "MA.156");
  const hebei = idOf(stage, HEBEI);
  const { registry } = stage.suite;
  await registry.connect(country).suspend(hebei, REASONS.OrderFromAbove);
  await tryTo("The inspector of Shijiazhuang, below Hebei, issues a claim", async () => {
    const { document } = await inspect(site, 0);
    await issueClaims(stage.civitas, offices.inspector, [document]);
  });
  const drafts = await fileAll(site, 2, [seats.steel, seats.interior, SEATS.contractor]);
  await passTo(site, dayOf(site, 3, 5));
  await approveAll(site, drafts);
  await tellPush(site, await push(site));
  await registry.connect(country).reinstate(hebei);
  tell("Hebei is reinstated. No worker has waited for it.");
}

async function handedOver(site: Site, courtCase: string): Promise<void> {
  const { stage, offices, project, seats } = site;
  await passTo(site, new Date(dayOf(site, 2, 21).getTime() + 31 * DAY * 1000));
  chapter("Thirty days after the freeze, the court hands the money over to the creditor.");
  const creditor = new AccountKey(randomBytes(32)).signer;
  await as(site, offices.court).handOver(seats.interior, courtCase, FROZEN, creditor);
  const { works, wages } = await statementOf(stage.civitas, project);
  tell(
    `${money(works.handedOver)} are handed over. Wages paid until today: ${money(wages.paid)}; owed: ${money(wages.owed)}.`,
  );
}
