// A department's desk checks presentations. It prints a request as one line of JSON: show it to the person, as a QR say. The wallet answers
// with a presentation (`present`), which goes in as one line of JSON; the desk says what it is worth, and prints the next request. Only
// the chain's own records are asked for: what is disclosed goes nowhere, and nothing is written.
//
//   node examples/desk.ts
//
// CIVITAS_RPC_URL (several, with commas between them), CIVITAS_CHAIN_ID, CIVITAS_DIRECTORY; CIVITAS_VERIFIER and CIVITAS_PURPOSE, who asks and for what, in words; CIVITAS_SCHEMA, the number
// of the schema of which a claim must be shown, and CIVITAS_CITY, the city that must have issued it.
import { createInterface } from "node:readline";

import { Challenges, connect, endpoints, verifyPresentation } from "civitas";

const chainId = BigInt(setting("CIVITAS_CHAIN_ID"));
const provider = endpoints(setting("CIVITAS_RPC_URL").split(","), { chainId });
const civitas = await connect({ directory: setting("CIVITAS_DIRECTORY"), runner: provider });
const [verifier, purpose] = [setting("CIVITAS_VERIFIER"), setting("CIVITAS_PURPOSE")];
const [schema, city] = [Number(setting("CIVITAS_SCHEMA")), Number(setting("CIVITAS_CITY"))];
const challenges = new Challenges(); // each is good once

ask();
for await (const line of createInterface({ input: process.stdin })) {
  console.log(await check(parse(line)));
  ask();
}
provider.destroy();

function ask(): void {
  console.log(JSON.stringify({ verifier, purpose, challenge: challenges.issue() }));
}

async function check(presentation: unknown): Promise<string> {
  const answer = await verifyPresentation(civitas, presentation, { verifier, purpose, challenge: challenges });
  if (answer.status !== "Valid") return `refused: ${answer.message}`;
  const claim = answer.claims.find((one) => one.schema === schema && one.city === city);
  if (claim === undefined) return `refused: nothing of schema ${schema} by city ${city} is shown`;
  const fields = Object.entries(claim.fields).map(([name, value]) => `${name} ${value}`);
  return `accepted: ${fields.join(", ")}; identity ${answer.identity ?? ""}`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line; // no presentation: the check says so
  }
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`set ${name}`);
  return value;
}
