/** `civitas claim verify`: what a presentation in a file is worth. */
import type { Command } from "commander";

import { textTable } from "../common/text-table.js";
import { showTime } from "../common/time.js";
import { checkForm, parseForm } from "../identity/form.js";
import type { Expected } from "../identity/presence.js";
import { type Presentation, presentationFaults } from "../identity/presentation.js";
import { type ProvenClaim, verifyPresentation } from "../identity/presentation-check.js";
import { readJson } from "./arguments.js";
import { UsageError } from "./fault.js";
import { exampleOf } from "./help.js";
import type { Session } from "./session.js";

interface VerifyOptions {
  form?: string;
  verifier?: string;
  purpose?: string;
  challenge?: string;
  anyOccasion?: true;
}

export function addVerify(group: Command, session: Session): void {
  group
    .command("verify")
    .description("check a presentation, in words. Ends with 1 if it is worth nothing")
    .argument("<file>", "the presentation, as JSON")
    .option("--verifier <words>", "for whom it must have been made")
    .option("--purpose <words>", "for what")
    .option("--challenge <hex>", "what the desk gave")
    .option("--form <file>", "the form it answers; it tells verifier and purpose")
    .option("--any-occasion", "of a kept one: do not ask for whom, for what and when it was made")
    .addHelpText(
      "after",
      exampleOf(
        "claim verify shown.json --form form.json --challenge 0x51a3…",
        "claim verify kept.json --any-occasion --json",
      ),
    )
    .action(async (file: string, options: VerifyOptions) => {
      const civitas = await session.civitas();
      const json = readJson(file, "the presentation");
      if (options.form !== undefined) {
        if (options.challenge === undefined) throw new UsageError("give the --challenge that the desk gave");
        const form = parseForm(readJson(options.form, "the form"));
        const answer = await checkForm(civitas, form, json, options.challenge);
        const claims = Object.entries(answer.claims).flatMap(([name, claim]) => [`${name}:`, ...claimLines(claim)]);
        const verdict = answer.complete
          ? [`the form "${form.title}" is answered, and all of it is proven`]
          : answer.faults;
        if (!answer.complete) session.refuse();
        session.tell(answer, [...verdict, ...claims]);
        return;
      }
      const expected = expectedOf(options, json);
      const answer = await verifyPresentation(civitas, json, expected);
      const valid = answer.status === "Valid";
      if (!valid) session.refuse();
      const lines = [valid ? answer.message : `it is worth nothing: ${answer.faults.join("; ")}`];
      if (valid) lines.push(`presented by the identity ${answer.identity ?? ""}`, ...answer.claims.flatMap(claimLines));
      if (options.anyOccasion === true && valid) {
        lines.push(
          `it was made for "${expected.verifier}", for "${expected.purpose}"; whether that is you, was not asked`,
        );
      }
      session.tell({ ...answer, occasionChecked: options.anyOccasion !== true }, lines);
    });
}

function expectedOf({ verifier, purpose, challenge, anyOccasion }: VerifyOptions, json: unknown): Expected {
  if (anyOccasion === true) {
    const made = presentationFaults(json).length === 0 ? (json as Presentation).presentation : undefined;
    return { verifier: made?.verifier ?? "", purpose: made?.purpose ?? "", challenge: made?.challenge ?? "" };
  }
  if (verifier !== undefined && purpose !== undefined && challenge !== undefined)
    return { verifier, purpose, challenge };
  throw new UsageError(
    "give --verifier, --purpose and --challenge of your desk, or --form and --challenge; or, of a kept presentation, --any-occasion",
  );
}

function claimLines({ schema, city, issuer, validUntil, fields }: ProvenClaim): string[] {
  const until = validUntil === 0 ? "without end" : `until ${showTime(validUntil)}`;
  return [
    `a claim of schema ${schema}, issued for city #${city} by ${issuer}, valid ${until}`,
    ...textTable(Object.entries(fields).map(([name, value]) => [`  ${name}`, value])),
  ];
}
