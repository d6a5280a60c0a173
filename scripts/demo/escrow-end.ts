/** The end of the school: wages are closed out, what is left goes back, retention is released at its date, and the books are read. */
import { checkStatement, SEATS, statementOf, statementTable } from "../../src/escrow/index.js";
import { as, DAY, dayOf, money, passTo, type Site } from "./escrow-site.js";
import { companyAt } from "./escrow-wages.js";
import { payOut } from "./escrow-works.js";
import { chapter, tell, tryTo } from "./stage.js";

export async function endStory(site: Site): Promise<void> {
  const { stage, companies, offices, project } = site;
  const anyone = as(site, offices.passerBy);
  const funder = await companies.owner.operator.getAddress();
  chapter("All milestones are settled: the project is closed. For 30 days more, wages can be claimed.");
  await passTo(site, dayOf(site, 3, 25));
  await anyone.close();
  await tryTo("The education office asks for what is left", async () => anyone.refund(funder));
  await passTo(site, new Date(dayOf(site, 3, 25).getTime() + 31 * DAY * 1000));
  await anyone.closeOutWages();
  await anyone.returnDeposit();
  await anyone.refund(funder);
  const { wages, works } = await statementOf(stage.civitas, project);
  tell(`Wages are closed out: ${money(wages.paid)} were paid, ${money(wages.surplus)} are left.`);
  tell(`The contractor has its deposit back, ${money(wages.depositReturned)}.`);
  tell(`The education office has back what was saved, ${money(works.refunded)}.`);

  chapter("A year later, retention is released at its date.");
  const seats = Object.values(site.seats);
  const [first = SEATS.contractor] = seats;
  await tryTo(`${companyAt(site, first).name} asks for it two days early`, async () => {
    await passTo(site, new Date(dayOf(site, 15, 1).getTime() - 2 * DAY * 1000));
    await anyone.releaseRetention(first);
  });
  await passTo(site, dayOf(site, 15, 1));
  for (const seat of seats) {
    await anyone.releaseRetention(seat);
    await payOut(site, seat, companyAt(site, seat).name);
  }
  await tellStatement(site);
}

/** The statement as a table, as of now. */
async function tellStatement({ stage, project, document }: Site): Promise<void> {
  chapter("The statement of the school, from the chain alone.");
  const statement = await statementOf(stage.civitas, project);
  for (const line of statementTable(statement, { document }).trimEnd().split("\n")) tell(line);
  const faults = checkStatement(statement);
  tell(faults.length === 0 ? "It adds up, and nothing is left." : faults.join("; "));
}
