/** `civitas city`: applications for a code. The whole of one is in a file, which the applicant and the city that decides both need. */
import { existsSync } from "node:fs";

import type { Command } from "commander";
import { hexlify, isAddress, isHexString, randomBytes } from "ethers";

import { encodeCityCode, parseCityCode } from "../city/code.js";
import { reasonName, REASONS } from "../city/reason.js";
import { APPLICATION_STATUSES, type ApplicationStatus } from "../city/status.js";
import type { Civitas } from "../client.js";
import { doneLine, perform, performAndTell } from "./act.js";
import { readJson, reasonOf } from "./arguments.js";
import { holderOf, parentOf } from "./city-parent.js";
import { CommandError } from "./fault.js";
import { exampleOf } from "./help.js";
import { mustBeNoKey } from "./secret.js";
import type { Session } from "./session.js";
import { writeWhole } from "./whole-file.js";

/** An application, in JSON. Its id is the EIP-712 digest of its last five parts. */
interface ApplicationFile {
  type: "CivitasCityApplication";
  version: 1;
  /** Decimal. */
  chainId: string;
  /** Address of the CityRegistry. */
  registry: string;
  /** Number of the city that decides. */
  parent: string;
  code: string;
  name: string;
  /** Who applies, and becomes the controller. */
  applicant: string;
  /** 32 bytes that tell it from others. */
  salt: string;
}

const FILE_HELP = "the file that `city apply` made";

export function addApplications(group: Command, session: Session): void {
  group
    .command("apply")
    .description("apply for a code; the application is kept in a new file first, which the city that decides needs")
    .argument("<code>", "the code applied for: MA.156.1302")
    .requiredOption("--name <name>", "what the city is called")
    .requiredOption("--out <file>", "where the application is kept; if it is there already, it is submitted")
    .addHelpText("after", exampleOf("city apply MA.156.1302 --name 唐山市 --out application.json"))
    .action(async (code: string, { name, out }: { name: string; out: string }) => {
      mustBeNoKey(out, "a file");
      mustBeNoKey(name, "a name");
      await apply(session, parseCityCode(code).code, name, out);
    });

  group
    .command("approve")
    .description("approve an application: the city is allocated, its applicant becomes its controller")
    .argument("<file>", FILE_HELP)
    .addHelpText("after", exampleOf("city approve application.json"))
    .action(async (file: string) => {
      const civitas = await session.civitas();
      const { application, made } = await read(civitas, file);
      const request = await civitas.cities.approve.populateTransaction(application);
      const done = await perform(session, `approve ${made.code} (${made.name}) for ${made.applicant}`, request);
      const city = session.dryRun ? null : ((await holderOf(civitas, made.code)) ?? null);
      session.tell({ ...done, city }, [doneLine(done), ...(city === null ? [] : [`${made.code} is city #${city}`])]);
    });

  group
    .command("reject")
    .description("reject an application")
    .argument("<file>", FILE_HELP)
    .option("--reason <name>", `why: ${Object.keys(REASONS).join(", ")}, or a number`, "Unspecified")
    .addHelpText("after", exampleOf("city reject application.json --reason ApplicationIncomplete"))
    .action(async (file: string, { reason }: { reason: string }) => {
      const civitas = await session.civitas();
      const number = reasonOf(reason, REASONS);
      const { application, made } = await read(civitas, file);
      const request = await civitas.cities.reject.populateTransaction(application, number);
      await performAndTell(session, `reject ${made.code} (${reasonName(number)})`, request);
    });

  group
    .command("withdraw")
    .description("withdraw one's own application")
    .argument("<file>", FILE_HELP)
    .addHelpText("after", exampleOf("city withdraw application.json"))
    .action(async (file: string) => {
      const civitas = await session.civitas();
      const { application, made } = await read(civitas, file);
      const request = await civitas.cities.withdraw.populateTransaction(application);
      await performAndTell(session, `withdraw the application for ${made.code}`, request);
    });
}

async function apply(session: Session, code: string, name: string, out: string): Promise<void> {
  const civitas = await session.civitas();
  const applicant = await (await session.signer()).getAddress();
  const known = existsSync(out) ? (await read(civitas, out)).made : undefined;
  if (known !== undefined && (known.code !== code || known.name !== name || known.applicant !== applicant)) {
    throw new CommandError(
      `${out} has the application of ${known.applicant} for ${known.code} (${known.name}); take another file`,
    );
  }
  const made: ApplicationFile = known ?? {
    type: "CivitasCityApplication",
    version: 1,
    chainId: `${civitas.chainId}`,
    registry: await civitas.cities.getAddress(),
    parent: `${await parentOf(civitas, code)}`,
    ...{ code, name, applicant, salt: hexlify(randomBytes(32)) },
  };
  const { application, id, status } = await stateOf(civitas, made);
  if (status !== "None") {
    const state = { what: "apply", application: id, file: out, status };
    session.tell(state, [`${out} was submitted before: ${status}; the application is ${id}`]);
    return;
  }
  const request = await civitas.cities.submit.populateTransaction(application);
  const signer = await session.signer();
  await signer.estimateGas(request); // refused now, or kept and sent
  if (known === undefined && !session.dryRun && !writeWhole(out, `${JSON.stringify(made, undefined, 2)}\n`)) {
    throw new CommandError(`${out} was made by someone else meanwhile; take another file`);
  }
  const done = await perform(session, `apply to #${made.parent} for ${code} (${name})`, request);
  const kept = session.dryRun ? [] : [`the application is ${id}; ${out} keeps it`];
  session.tell({ ...done, application: id, file: session.dryRun ? null : out }, [doneLine(done), ...kept]);
}

async function read(civitas: Civitas, file: string): Promise<{ application: Application; made: ApplicationFile }> {
  const json = readJson(file, "the application");
  if (!isApplication(json)) throw new CommandError(`${file} is no application for a city's code`);
  const registry = await civitas.cities.getAddress();
  if (json.chainId !== `${civitas.chainId}` || json.registry !== registry) {
    throw new CommandError(
      `${file} is for the registry ${json.registry} on chain ${json.chainId}, not ${registry} on chain ${civitas.chainId}`,
    );
  }
  return { application: (await stateOf(civitas, json)).application, made: json };
}

/** ICityRegistry.CityApplication. */
interface Application {
  parent: bigint;
  code: string;
  name: string;
  applicant: string;
  salt: string;
}

async function stateOf(
  { cities }: Civitas,
  { parent, code, name, applicant, salt }: ApplicationFile,
): Promise<{ application: Application; id: string; status: ApplicationStatus }> {
  const application = { parent: BigInt(parent), code: encodeCityCode(code), name, applicant, salt };
  const id = await cities.applicationId(application);
  const { status } = await cities.applicationOf(id);
  return { application, id, status: APPLICATION_STATUSES[Number(status)] ?? "None" };
}

function isApplication(json: unknown): json is ApplicationFile {
  const { type, version, parent, code, name, applicant, salt } = (json ?? {}) as Partial<
    Record<keyof ApplicationFile, unknown>
  >;
  return (
    type === "CivitasCityApplication" &&
    version === 1 &&
    typeof parent === "string" &&
    /^[0-9]{1,10}$/.test(parent) &&
    typeof code === "string" &&
    typeof name === "string" &&
    isAddress(applicant) &&
    isHexString(salt, 32)
  );
}
