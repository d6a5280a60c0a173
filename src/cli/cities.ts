/** `civitas city`: codes, names, standing and the tree. */
import { Command } from "commander";

import { reasonName, REASONS } from "../city/reason.js";
import { textTable } from "../common/text-table.js";
import { secondsOf, showTime } from "../common/time.js";
import { performAndTell } from "./act.js";
import { momentOf, reasonOf } from "./arguments.js";
import { CITY_HELP, cityIdOf, cityOf } from "./city-argument.js";
import type { Session } from "./session.js";

export function cityCommands(session: Session): Command {
  const group = new Command("city").description("cities: codes, names, standing, and the tree");

  group
    .command("resolve")
    .description("the city that a code means, now or at a date")
    .argument("<city>", CITY_HELP)
    .option("--at <date>", "a date, or a moment (ISO 8601, UTC)")
    .action(async (text: string, { at }: { at?: string }) => {
      const city = await cityOf(await session.civitas(), text, at === undefined ? undefined : momentOf(at));
      session.tell(
        city,
        textTable([
          ["code", city.printed],
          ["name", city.name],
          ["number", `#${city.id}`],
          ["status", `${city.status}${city.active ? "" : "; nothing new can be done for it"}`],
          [
            "held",
            `${showTime(secondsOf(city.from))} to ${city.until === null ? "now" : showTime(secondsOf(city.until))}`,
          ],
          ["path", city.path.map(({ code, name }) => `${code} ${name}`).join(" < ")],
        ]),
      );
    });

  group
    .command("suspend")
    .description("suspend a city: nothing new can be done for it, nor below it")
    .argument("<city>", CITY_HELP)
    .option("--reason <name>", `why: ${Object.keys(REASONS).join(", ")}, or a number`, "Unspecified")
    .action(async (text: string, { reason }: { reason: string }) => {
      const civitas = await session.civitas();
      const number = reasonOf(reason, REASONS);
      const request = await civitas.cities.suspend.populateTransaction(await cityIdOf(civitas, text), number);
      await performAndTell(session, `suspend ${text} (${reasonName(number)})`, request);
    });

  return group;
}
