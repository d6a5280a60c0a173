/** `civitas schema`: what claims may say. */
import { Command } from "commander";

import type { Civitas } from "../client.js";
import { textTable } from "../common/text-table.js";
import { showDuration } from "../common/time.js";
import {
  type ChainSchema,
  createdSchema,
  type MadeSchema,
  madeSchema,
  schemaOf,
  schemaTerms,
} from "../identity/schema.js";
import { doneLine, perform, performAndTell } from "./act.js";
import { CITY_HELP, cityIdOf, cityIdsOf, LINEAGE_HELP, listed } from "./city-argument.js";
import { exampleOf } from "./help.js";
import { DEFINITION_HELP, definitionOf, readyOf, schemaNumberOf } from "./schema-argument.js";
import type { Session } from "./session.js";

const READ_AT_ONCE = 20;

export function schemaCommands(session: Session): Command {
  const group = new Command("schema").description("schemas: what claims may say, and for how long");

  group
    .command("list")
    .description("all schemas of the network")
    .addHelpText("after", exampleOf("schema list"))
    .action(async () => {
      const civitas = await session.civitas();
      const count = Number(await civitas.claims.schemaCount());
      const all: (ChainSchema & MadeSchema & { schema: number })[] = [];
      for (let first = 1; first <= count; first += READ_AT_ONCE) {
        const numbers = Array.from({ length: Math.min(READ_AT_ONCE, count - first + 1) }, (_, i) => first + i);
        all.push(...(await Promise.all(numbers.map(async (schema) => read(civitas, schema)))));
      }
      const rows = all.map(({ schema, name, city, closed }) => [
        `${schema}`,
        name,
        `of city #${city}`,
        closed ? "closed" : "open",
      ]);
      session.tell(all, rows.length === 0 ? ["there is no schema yet"] : textTable(rows, [0]));
    });

  group
    .command("show")
    .description("one schema, as the chain has it")
    .argument("<number>", "its number")
    .addHelpText("after", exampleOf("schema show 1"))
    .action(async (text: string) => {
      const found = await read(await session.civitas(), schemaNumberOf(text));
      const ready = readyOf(found.content)?.name ?? null;
      session.tell({ ...found, ready }, [
        ...textTable([
          ["schema", `${found.schema}, ${found.closed ? "closed for new claims" : "open"}`],
          ["name", `${found.name}${ready === null ? "" : " (ready-made)"}`],
          ["city", `#${found.city}, usable in it and below`],
          ["about", found.parties === 1 ? "one person" : "two persons"],
          ["accepted by", found.acceptance],
          ["valid for", found.maxValidity === 0 ? "any time" : `at most ${showDuration(found.maxValidity)}`],
          ["made by", `${found.by} in block ${found.block}`],
          ["content", found.content],
        ]),
        "fields",
        ...textTable(found.fields.map(({ name, valueType }) => [`  ${name}`, valueType])),
      ]);
    });

  group
    .command("create")
    .description("make a schema of a city, which can be used in the city and below it")
    .argument("<definition>", DEFINITION_HELP)
    .requiredOption("--city <city>", CITY_HELP)
    .addHelpText(
      "after",
      exampleOf("schema create driving-licence --city MA.156", "schema create parking.json --city MA.156.1301"),
    )
    .action(async (text: string, { city }: { city: string }) => {
      const definition = definitionOf(text);
      const civitas = await session.civitas();
      const terms = schemaTerms(definition, await cityIdOf(civitas, city));
      const request = await civitas.claims.createSchema.populateTransaction(terms);
      const done = await perform(session, `create the schema ${definition.name} of ${city}`, request);
      const receipt = done.transaction === null ? null : await civitas.provider.getTransactionReceipt(done.transaction);
      const schema = receipt === null ? null : createdSchema(civitas, receipt.logs);
      session.tell({ ...done, schema }, [doneLine(done), ...(schema === null ? [] : [`it is schema ${schema}`])]);
    });

  group
    .command("close")
    .description("close a schema for new claims, for ever; those that were issued stay")
    .argument("<number>", "its number")
    .option("--lineage <city>", LINEAGE_HELP, listed)
    .addHelpText("after", exampleOf("schema close 3 --dry-run"))
    .action(async (text: string, { lineage = [] }: { lineage?: string[] }) => {
      const schema = schemaNumberOf(text);
      const civitas = await session.civitas();
      const request = await civitas.claims.retireSchema.populateTransaction(schema, await cityIdsOf(civitas, lineage));
      await performAndTell(session, `close schema ${schema}`, request);
    });

  return group;
}

async function read(civitas: Civitas, schema: number): Promise<ChainSchema & MadeSchema & { schema: number }> {
  return { schema, ...(await schemaOf(civitas, schema)), ...(await madeSchema(civitas, schema)) };
}
