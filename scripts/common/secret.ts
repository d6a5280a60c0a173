/** Keys that were typed where none belongs, in any command of an operator. */
import { UsageError } from "../../src/cli/fault.js";
import { isKey } from "../../src/cli/secret.js";

/** Our variables may hold a key, or 32 bytes that look like one, where their name says so. */
const FOR_SECRETS = /(?:KEY|SEED|PASSWORD)$/;

/**
 * Refuses a private key among the arguments and in our variables, without repeating it, and before anything else reads them.
 * @throws UsageError
 */
export function refuseKeys(args: readonly string[], environment: NodeJS.ProcessEnv): void {
  if (args.some(hasKey)) throw new UsageError(`an argument ${REFUSED}`);
  for (const [name, value = ""] of Object.entries(environment)) {
    if (!name.startsWith("CIVITAS_") || FOR_SECRETS.test(name)) continue;
    if (hasKey(value)) throw new UsageError(`${name} ${REFUSED}`);
  }
}

const REFUSED =
  "looks like a private key, and none belongs there. A key is never typed: keep it in a keystore, or in the variable that is for it, " +
  "and replace this one, which others may have seen";

/** Alone, as one of several, or with the option that it was typed for, or as. */
function hasKey(text: string): boolean {
  return [text, ...text.split(/[=,\s]+/)].some((part) => isKey(part.trim().replace(/^-+/, "")));
}
