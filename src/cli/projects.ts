/** `civitas project`: projects, their statements and payrolls, and wages paid in bulk. */
import { Command } from "commander";

import { approveCommand, fileCommand } from "./project-payroll.js";
import { pushCommand } from "./project-push.js";
import { historyCommand, listCommand, nextCommand, statementCommand } from "./project-reading.js";
import type { Session } from "./session.js";

export function projectCommands(session: Session): Command {
  const group = new Command("project").description("projects: list them, read their books, file payrolls, pay wages");
  for (const command of [listCommand, statementCommand, historyCommand, nextCommand])
    group.addCommand(command(session));
  const payroll = new Command("payroll").description("what companies owe their workers of a month");
  for (const command of [fileCommand, approveCommand]) payroll.addCommand(command(session));
  group.addCommand(payroll);
  group.addCommand(pushCommand(session));
  return group;
}
