/** `civitas city`: what a parent does to its children, and the network to its countries. */
import type { Command } from "commander";
import { ZeroAddress } from "ethers";

import { encodeCityCode, parseCityCode } from "../city/code.js";
import { reasonName, REASONS } from "../city/reason.js";
import { schemeOf } from "../city/scheme.js";
import type { Civitas } from "../client.js";
import { type Done, doneLine, perform, performAndTell } from "./act.js";
import { allocateFile } from "./allocations.js";
import { addressOf, reasonOf, wholeNumberOf } from "./arguments.js";
import { CITY_HELP, cityIdOf, cityIdsOf, listed } from "./city-argument.js";
import { holderOf, parentOf } from "./city-parent.js";
import { CommandError, UsageError } from "./fault.js";
import { exampleOf } from "./help.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";

interface AllocateOptions {
  csv?: string;
  name?: string;
  controller?: string;
  child?: string[];
}

interface AdmitOptions {
  name: string;
  scheme: string;
  controller?: string;
}

export function addCityActs(group: Command, session: Session): void {
  group
    .command("admit")
    .description("take a country into the network, as the network's administrator")
    .argument("<code>", "MA. and its ISO 3166-1 number: MA.156")
    .requiredOption("--name <name>", "what the country is called")
    .requiredOption("--scheme <lengths>", "how many characters its codes may have after its own: 2,4,6")
    .option("--controller <account>", "who acts for it; nobody, if left out")
    .addHelpText(
      "after",
      exampleOf(
        "city admit MA.156 --name 中国 --scheme 2,4,6 --controller 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --dry-run",
      ),
    )
    .action(async (text: string, options: AdmitOptions) => admit(session, text, options));

  group
    .command("allocate")
    .description("give a code to a new city, below the city that its code tells; or many, from a CSV file")
    .argument("[code]", "the new code: MA.156.1302")
    .option("--name <name>", "what the new city is called")
    .option("--controller <account>", "who acts for it; nobody, if left out")
    .option("--child <city>", "a child of the same parent that passes below the new city; once for each", listed)
    .option("--csv <file>", "many: columns code, name and controller (which may be empty)")
    .addHelpText(
      "after",
      exampleOf(
        "city allocate MA.156.1302 --name 唐山市 --controller 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "city allocate --csv cities.csv --dry-run",
      ),
    )
    .action(async (code: string | undefined, { csv, name, controller, child = [] }: AllocateOptions) => {
      if (csv !== undefined) {
        if (code !== undefined || name !== undefined || controller !== undefined || child.length > 0) {
          throw new UsageError("give a code with --name, or a file with --csv, not both");
        }
        return allocateFile(session, csv);
      }
      if (code === undefined || name === undefined)
        throw new UsageError("give a code and --name, or a file with --csv");
      return allocateOne(session, code, name, controller === undefined ? ZeroAddress : addressOf(controller), child);
    });

  group
    .command("suspend")
    .description("suspend a city: nothing new can be done for it, nor below it")
    .argument("<city>", CITY_HELP)
    .option("--reason <name>", `why: ${Object.keys(REASONS).join(", ")}, or a number`, "Unspecified")
    .addHelpText("after", exampleOf("city suspend MA.156.1301 --reason KeyLost --dry-run"))
    .action(async (text: string, { reason }: { reason: string }) => {
      const civitas = await session.civitas();
      const number = reasonOf(reason, REASONS);
      const request = await civitas.cities.suspend.populateTransaction(await cityIdOf(civitas, text), number);
      await performAndTell(session, `suspend ${text} (${reasonName(number)})`, request);
    });

  group
    .command("reinstate")
    .description("end the suspension of a city")
    .argument("<city>", CITY_HELP)
    .addHelpText("after", exampleOf("city reinstate MA.156.1301"))
    .action(async (text: string) => {
      const civitas = await session.civitas();
      const request = await civitas.cities.reinstate.populateTransaction(await cityIdOf(civitas, text));
      await performAndTell(session, `reinstate ${text}`, request);
    });

  group
    .command("rename")
    .description("give a city another name, from now on")
    .argument("<city>", CITY_HELP)
    .argument("<name>", "1 to 128 bytes of UTF-8")
    .addHelpText("after", exampleOf('city rename MA.156.4325 "娄底地区"'))
    .action(async (text: string, name: string) => {
      mustBeNoKey(name, "a name");
      const civitas = await session.civitas();
      const request = await civitas.cities.rename.populateTransaction(await cityIdOf(civitas, text), name);
      await performAndTell(session, `rename ${text} to ${name}`, request);
    });

  group
    .command("retire")
    .description("retire a city for ever: merged (one successor), split (several), abolished (none)")
    .argument("<city>", CITY_HELP)
    .option("--successor <city>", "who takes over; once for each", listed)
    .option("--children", "its children pass to its parent, with the codes they have")
    .addHelpText("after", exampleOf("city retire MA.156.5002 --successor MA.156.50 --children"))
    .action(async (text: string, { successor = [], children }: { successor?: string[]; children?: true }) => {
      const civitas = await session.civitas();
      const city = await cityIdOf(civitas, text);
      const below = await childrenOf(civitas, city);
      if (below.length > 0 && children !== true) {
        throw new CommandError(`${text} has ${below.length} children; with --children they pass to its parent`);
      }
      const successors = await idsOf(civitas, successor);
      const request = await civitas.cities.retire.populateTransaction(city, successors, below);
      const into = successor.length === 0 ? "" : ` into ${successor.join(", ")}`;
      await performAndTell(session, `retire ${text}${into}`, request);
    });
}

async function admit(session: Session, text: string, { name, scheme, controller }: AdmitOptions): Promise<void> {
  mustBeNoKey(name, "a name");
  const lengths = schemeOf(scheme.split(",").map((length) => wholeNumberOf(length, "a length of --scheme", 1, 19)));
  const account = controller === undefined ? ZeroAddress : addressOf(controller);
  const { code } = parseCityCode(text);
  const civitas = await session.civitas();
  const request = await civitas.cities.admitCountry.populateTransaction(
    encodeCityCode(code),
    name,
    lengths,
    account,
    0,
  );
  const done = await perform(session, `admit ${code} (${name})`, request);
  await tellNew(session, civitas, code, done);
}

async function allocateOne(
  session: Session,
  text: string,
  name: string,
  controller: string,
  children: readonly string[],
): Promise<void> {
  mustBeNoKey(name, "a name");
  const civitas = await session.civitas();
  const { code } = parseCityCode(text);
  const allocation = { code: encodeCityCode(code), name, controller };
  const parent = await parentOf(civitas, code);
  const request = await civitas.cities.allocate.populateTransaction(parent, allocation, await idsOf(civitas, children));
  const done = await perform(session, `allocate ${code} (${name}) below #${parent}`, request);
  await tellNew(session, civitas, code, { ...done, parent });
}

async function tellNew(
  session: Session,
  civitas: Civitas,
  code: string,
  done: Done & { parent?: bigint },
): Promise<void> {
  const city = session.dryRun ? null : ((await holderOf(civitas, code)) ?? null);
  session.tell({ ...done, city }, [doneLine(done), ...(city === null ? [] : [`${code} is city #${city}`])]);
}

/** In ascending order, as contracts want them. */
async function idsOf(civitas: Civitas, texts: readonly string[]): Promise<bigint[]> {
  const ids = await cityIdsOf(civitas, texts);
  return ids.sort((a, b) => (a < b ? -1 : 1));
}

async function childrenOf(civitas: Civitas, city: bigint): Promise<bigint[]> {
  const ids: bigint[] = [];
  for await (const { id } of civitas.children(city)) ids.push(id);
  return ids;
}
