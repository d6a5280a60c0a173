/** What was typed after `npm run network --`. */
import { parseArgs } from "node:util";

import { UsageError, wholeNumber } from "../common/command.js";
import type { Engine } from "./engine.js";
import { PORTS, type Settings } from "./folder.js";

export const DEFAULTS: Settings = { validators: 4, period: 1, port: 18_545, chainId: 20_261, clock: 0 };

const COMMANDS = ["up", "status", "logs", "kill", "start", "down"] as const;
type Name = (typeof COMMANDS)[number];

/** A command as it was typed; what was left out is undefined. */
export interface Typed {
  command: Name;
  /** The validator's number, of `logs`, `kill` and `start`. */
  node: number | undefined;
  engine: Engine | undefined;
  settings: Partial<Settings>;
  purge: boolean;
}

const NAMES = {
  validators: "validators",
  period: "period",
  port: "port",
  chainId: "chain-id",
  clock: "clock",
} as const;
const LIMITS: Record<keyof Settings, { least: number; most: number }> = {
  validators: { least: 1, most: 10 },
  period: { least: 1, most: 60 },
  port: { least: 1024, most: 65_535 - PORTS },
  chainId: { least: 1, most: 2 ** 31 - 1 },
  clock: { least: 0, most: 100 },
};
/** Records of deployments to these are not kept apart from those of a test's chain. */
const OF_TESTS = [1337, 31_337];

/**
 * @returns undefined where help is asked for.
 * @throws UsageError, or what `parseArgs` throws, where it makes no sense.
 */
export function readOptions(args: readonly string[], engines: readonly Engine[]): Typed | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ engine: text, validators: text, period: text, port: text, "chain-id": text, clock: text },
      ...{ purge: flag, help: flag },
    },
  });
  const [typed, which, ...more] = positionals;
  if (values.help === true || typed === undefined) return undefined;
  const command = COMMANDS.find((name) => name === typed);
  if (command === undefined) throw new UsageError(`"${typed}" is no command: ${COMMANDS.join(", ")}`);

  const takesNode = ["logs", "kill", "start"].includes(command);
  if (takesNode && which === undefined) throw new UsageError(`${command} which validator? Give its number, from 0`);
  if (more.length !== 0 || (!takesNode && which !== undefined)) {
    throw new UsageError(`${command} does not take "${more[0] ?? which ?? ""}"`);
  }
  const node = takesNode ? wholeNumber("validator", which, { otherwise: 0, least: 0, most: 9 }) : undefined;

  const engine = engines.find(({ name }) => name === values.engine);
  if (values.engine !== undefined && engine === undefined) {
    throw new UsageError(
      `--engine is one of ${engines.map(({ name }) => name).join(", ")}; this is "${values.engine}"`,
    );
  }

  const settings: Partial<Settings> = {};
  for (const setting of Object.keys(NAMES) as (keyof Settings)[]) {
    const name = NAMES[setting];
    const given = values[name];
    if (given === undefined) continue;
    if (command !== "up") throw new UsageError(`--${name} belongs to up, which makes the network`);
    settings[setting] = wholeNumber(name, given, { otherwise: DEFAULTS[setting], ...LIMITS[setting] });
  }
  if (settings.chainId !== undefined && OF_TESTS.includes(settings.chainId)) {
    throw new UsageError(`--chain-id ${settings.chainId} is the chain id of test chains: give another`);
  }
  if (values.purge === true && command !== "down") throw new UsageError("--purge belongs to down");
  return { command, node, engine, settings, purge: values.purge === true };
}

/** The settings that are asked for and that a network does not have, as they would be typed. */
export function differing(network: Settings, asked: Partial<Settings>): string[] {
  const settings = Object.keys(asked) as (keyof Settings)[];
  return settings
    .filter((setting) => asked[setting] !== network[setting])
    .map((setting) => `--${NAMES[setting]} ${asked[setting]} (it has ${network[setting]})`);
}
