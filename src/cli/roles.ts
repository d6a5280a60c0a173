/** `civitas role`: who may act for which city. */
import { Command } from "commander";

import type { Member, Permission } from "../access/access.js";
import { capabilityName, NETWORK, roleOf } from "../access/capability.js";
import type { Civitas } from "../client.js";
import { textTable } from "../common/text-table.js";
import { secondsOf, showTime } from "../common/time.js";
import { currentEntry } from "../directory/directory.js";
import { performAndTell } from "./act.js";
import { addressOf, wholeNumberOf } from "./arguments.js";
import { CAPABILITY_HELP, capabilityOf, contractFor } from "./capability-argument.js";
import { CITY_HELP, cityIdOf } from "./city-argument.js";
import { exampleOf } from "./help.js";
import type { Session } from "./session.js";

const PLACE_HELP = `${CITY_HELP}; network for the network's own`;
const CONTRACT_HELP = "the contract asked about, by its name in the directory; the capability's own, if left out";

/** A role, and how people call it. */
interface Role {
  city: bigint;
  capability: number;
  role: bigint;
  name: string;
}

export function roleCommands(session: Session): Command {
  const group = new Command("role").description("roles: who may do what, for which city");

  group
    .command("grant")
    .description("give an account a capability of a city")
    .argument("<city>", PLACE_HELP)
    .argument("<capability>", CAPABILITY_HELP)
    .argument("<account>", "who gets it")
    .option(
      "--delay <seconds>",
      "execution delay; the guard passes nobody with one, the network's own functions do",
      "0",
    )
    .addHelpText("after", exampleOf("role grant MA.156.1301 IDENTITY 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"))
    .action(async (city: string, capability: string, account: string, { delay }: { delay: string }) => {
      const civitas = await session.civitas();
      const to = addressOf(account);
      const { role, name } = await roleAt(civitas, city, capability);
      const seconds = wholeNumberOf(delay, "--delay", 0, 2 ** 32 - 1);
      const request = await civitas.access.grantRole.populateTransaction(role, to, seconds);
      await performAndTell(session, `grant ${name} to ${to}`, request);
    });

  group
    .command("revoke")
    .description("take a capability of a city from an account, at once")
    .argument("<city>", PLACE_HELP)
    .argument("<capability>", CAPABILITY_HELP)
    .argument("<account>", "who loses it")
    .addHelpText("after", exampleOf("role revoke MA.156.1301 issue:7 0x70997970C51812dc3A010C7d01b50e0d17dc79C8"))
    .action(async (city: string, capability: string, account: string) => {
      const civitas = await session.civitas();
      const from = addressOf(account);
      const { role, name } = await roleAt(civitas, city, capability);
      const request = await civitas.access.revokeRole.populateTransaction(role, from);
      await performAndTell(session, `revoke ${name} from ${from}`, request);
    });

  group
    .command("list")
    .description("the members of a role, whether they may use it now or not")
    .argument("<city>", PLACE_HELP)
    .argument("<capability>", CAPABILITY_HELP)
    .addHelpText("after", exampleOf("role list MA.156.1301 ADMIN", "role list network ADMIN --json"))
    .action(async (city: string, capability: string) => {
      const civitas = await session.civitas();
      const { role, name } = await roleAt(civitas, city, capability);
      const members = await membersOf(civitas, role);
      const rows = members.map(({ account, since, delay }) => [
        account,
        `since ${showTime(secondsOf(since))}`,
        delay === 0 ? "" : `delay ${delay} seconds`,
      ]);
      session.tell(members, rows.length === 0 ? [`nobody holds ${name}`] : textTable(rows));
    });

  group
    .command("who")
    .description("who may do this here, now? All who hold the role, and whether the guard lets them pass; if not, why")
    .argument("<city>", PLACE_HELP)
    .argument("<capability>", CAPABILITY_HELP)
    .option("--contract <name>", CONTRACT_HELP)
    .addHelpText("after", exampleOf("role who MA.156.1301 issue:7"))
    .action(async (city: string, capability: string, { contract }: { contract?: string }) => {
      const civitas = await session.civitas();
      const role = await roleAt(civitas, city, capability);
      const asked = guardOf(civitas, role, contract);
      const members = await Promise.all(
        (await membersOf(civitas, role.role)).map(async (member) => ({
          ...member,
          ...(await asked.can(member.account)),
        })),
      );
      const inactive = await inactiveAbove(civitas, role.city);
      const lines = members.map(({ allowed, message }) => `${allowed ? "yes" : "no "}  ${message}`);
      if (lines.length === 0)
        lines.push(`nobody holds ${role.name}; its controller, or one of its parent, can grant it`);
      if (inactive !== null) lines.push(`nobody passes while ${inactive}`);
      if (!members.some(({ allowed }) => allowed)) session.refuse();
      session.tell({ city: role.city, capability: role.name, contract: asked.contract, inactive, members }, lines);
    });

  group
    .command("can")
    .description("may this account do this here, now? Ends with 1 if it may not")
    .argument("<account>", "who is asked about")
    .argument("<city>", PLACE_HELP)
    .argument("<capability>", CAPABILITY_HELP)
    .option("--contract <name>", CONTRACT_HELP)
    .addHelpText("after", exampleOf("role can 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 MA.156.1301 ADMIN"))
    .action(async (account: string, city: string, capability: string, { contract }: { contract?: string }) => {
      const civitas = await session.civitas();
      const who = addressOf(account);
      const role = await roleAt(civitas, city, capability);
      const asked = guardOf(civitas, role, contract);
      const answer = await asked.can(who);
      const inactive = await inactiveAbove(civitas, role.city);
      if (!answer.allowed) session.refuse();
      session.tell(
        { account: who, city: role.city, capability: role.name, contract: asked.contract, inactive, ...answer },
        [answer.message, ...(answer.verdict === "CityInactive" && inactive !== null ? [inactive] : [])],
      );
    });

  return group;
}

async function roleAt(civitas: Civitas, cityText: string, capabilityText: string): Promise<Role> {
  const capability = capabilityOf(capabilityText);
  const city = await cityIdOf(civitas, cityText);
  const place = city === NETWORK ? "the network" : cityText;
  return { city, capability, role: roleOf(city, capability), name: `${capabilityName(capability)} of ${place}` };
}

async function membersOf(civitas: Civitas, role: bigint): Promise<Member[]> {
  const members: Member[] = [];
  for await (const member of civitas.members(role)) members.push(member);
  return members;
}

/** The guard of the contract in which the capability counts, or of the one that was named. */
function guardOf(
  civitas: Civitas,
  { city, capability }: Role,
  named: string | undefined,
): { contract: string; can: (account: string) => Promise<Permission> } {
  const contract = named ?? contractFor(capability);
  const { address } = currentEntry(civitas.entries, contract);
  return { contract, can: async (account) => civitas.can(account, city, capability, address) };
}

/** The first city that is not active from a city up, in words; null where all are. */
async function inactiveAbove(civitas: Civitas, city: bigint): Promise<string | null> {
  if (city === NETWORK) return null;
  const inactive = await civitas.access.firstInactive(city);
  if (inactive === NETWORK) return null;
  const { code, name, status } = await civitas.city(inactive);
  return `${code} ${name} is ${status}`;
}
