/** `civitas invoice`: documents verified, issued, handed on, booked and reversed. */
import { Command } from "commander";

import { bookCommand, unbookCommand } from "./invoice-booking.js";
import { confirmCommand, handOnCommand, requestCommand } from "./invoice-holding.js";
import { issueCommand } from "./invoice-issue.js";
import { historyCommand, showCommand, verifyCommand } from "./invoice-reading.js";
import { answerReversalCommand, reverseCommand } from "./invoice-reversal.js";
import type { Session } from "./session.js";

export function invoiceCommands(session: Session): Command {
  const group = new Command("invoice").description("invoices: verify, show, issue, hand on, book and reverse them");
  for (const command of [verifyCommand, showCommand, historyCommand]) group.addCommand(command(session));
  for (const command of [requestCommand, issueCommand, confirmCommand, handOnCommand])
    group.addCommand(command(session));
  for (const command of [bookCommand, unbookCommand]) group.addCommand(command(session));
  for (const command of [reverseCommand, answerReversalCommand]) group.addCommand(command(session));
  return group;
}
