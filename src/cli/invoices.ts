/** `civitas invoice`: documents verified, issued, booked and reversed. */
import { Command } from "commander";

import { bookCommand, requestCommand, unbookCommand } from "./invoice-booking.js";
import { issueCommand } from "./invoice-issue.js";
import { historyCommand, showCommand, verifyCommand } from "./invoice-reading.js";
import { answerReversalCommand, reverseCommand } from "./invoice-reversal.js";
import type { Session } from "./session.js";

export function invoiceCommands(session: Session): Command {
  const group = new Command("invoice").description("invoices: verify, show, issue, book and reverse them");
  for (const command of [verifyCommand, showCommand, historyCommand]) group.addCommand(command(session));
  for (const command of [requestCommand, issueCommand, bookCommand, unbookCommand]) group.addCommand(command(session));
  for (const command of [reverseCommand, answerReversalCommand]) group.addCommand(command(session));
  return group;
}
