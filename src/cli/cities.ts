/** `civitas city`: codes, names, standing and the tree. */
import { Command } from "commander";

import { NETWORK } from "../access/capability.js";
import type { CityEvent } from "../city/history.js";
import { reasonName } from "../city/reason.js";
import type { Civitas } from "../client.js";
import { textTable } from "../common/text-table.js";
import { dateOf, secondsOf, showTime } from "../common/time.js";
import { momentOf, wholeNumberOf } from "./arguments.js";
import { addApplications } from "./city-applications.js";
import { addCityActs } from "./city-acts.js";
import { CITY_HELP, cityIdOf, cityOf } from "./city-argument.js";
import { CommandError } from "./fault.js";
import { exampleOf } from "./help.js";
import type { Session } from "./session.js";

export function cityCommands(session: Session): Command {
  const group = new Command("city").description("cities: codes, names, standing, and the tree");

  group
    .command("resolve")
    .description("the city that a code means, now or at a date")
    .argument("<city>", CITY_HELP)
    .option("--at <date>", "a date, or a moment (ISO 8601, UTC)")
    .addHelpText("after", exampleOf("city resolve MA.156.1301", "city resolve MA.156.4325 --at 1990-01-01 --json"))
    .action(async (text: string, { at }: { at?: string }) => {
      const city = await cityOf(await session.civitas(), text, at === undefined ? undefined : momentOf(at));
      session.tell(
        city,
        textTable([
          ["code", city.printed],
          ["name", city.name],
          ["number", `#${city.id}`],
          ["status", `${city.status}${city.active ? "" : "; nothing new can be done for it"}`],
          ["held", `${timeOf(city.from)} to ${city.until === null ? "now" : timeOf(city.until)}`],
          ["path", city.path.map(({ code, name }) => `${code} ${name}`).join(" < ")],
        ]),
      );
    });

  group
    .command("history")
    .description("what happened to a city, oldest first, read from the chain alone")
    .argument("<city>", CITY_HELP)
    .addHelpText("after", exampleOf("city history '#4'"))
    .action(async (text: string) => {
      const civitas = await session.civitas();
      const events: (CityEvent & { time: Date })[] = [];
      for await (const event of civitas.history(await cityIdOf(civitas, text))) {
        const block = await civitas.provider.getBlock(event.block);
        if (block === null) throw new CommandError(`the node no longer has block ${event.block}; ask again`);
        events.unshift({ ...event, time: dateOf(block.timestamp) });
      }
      const rows = events.map((event) => [
        ...[timeOf(event.time), `block ${event.block}`, event.type, factsOf(event), `by ${event.by}`],
      ]);
      session.tell(events, textTable(rows));
    });

  group
    .command("tree")
    .description("the live cities below one, each below its parent")
    .argument("<city>", `${CITY_HELP}; network for all`)
    .option("--depth <levels>", "how many levels; all, if left out")
    .addHelpText("after", exampleOf("city tree MA.156 --depth 1", "city tree network --json"))
    .action(async (text: string, { depth }: { depth?: string }) => {
      const civitas = await session.civitas();
      const levels = depth === undefined ? undefined : wholeNumberOf(depth, "--depth", 1, 100);
      await tellTree(session, civitas, await cityIdOf(civitas, text), levels);
    });

  group
    .command("countries")
    .description("the countries of the network")
    .addHelpText("after", exampleOf("city countries"))
    .action(async () => {
      await tellTree(session, await session.civitas(), NETWORK, 1);
    });

  addCityActs(group, session);
  addApplications(group, session);
  return group;
}

async function tellTree(session: Session, civitas: Civitas, city: bigint, levels: number | undefined): Promise<void> {
  const rows: string[][] = [];
  const all = [];
  for await (const one of civitas.tree(city, levels)) {
    all.push(one);
    rows.push([`${"  ".repeat(one.depth - 1)}${one.code}`, one.name, `#${one.id}`, one.status]);
  }
  const none = city === NETWORK ? "the network has no live country" : "no live city lies below it";
  session.tell(all, rows.length === 0 ? [none] : textTable(rows));
}

function factsOf(event: CityEvent): string {
  const facts: string[] = [];
  if ("code" in event) facts.push(event.code);
  if ("name" in event) facts.push(event.name);
  if ("parent" in event) facts.push(event.parent === NETWORK ? "a country" : `below #${event.parent}`);
  if ("controller" in event && event.controller !== null) facts.push(`controller ${event.controller}`);
  if ("reason" in event) facts.push(reasonName(event.reason));
  if ("successors" in event && event.successors.length > 0) {
    facts.push(`into ${event.successors.map((one) => `#${one}`).join(", ")}`);
  }
  if ("to" in event) facts.push(`to #${event.to}, until ${timeOf(event.deadline)}`);
  if ("lengths" in event) facts.push(`${event.lengths.join(", ")} characters`);
  if ("from" in event) facts.push(`from ${timeOf(event.from)}`);
  return facts.join(", ");
}

function timeOf(date: Date): string {
  return showTime(secondsOf(date));
}
