import { existsSync } from "node:fs";

import { expect } from "chai";
import type { Command } from "commander";

import { programOf } from "../../src/cli/program.js";
import { Session } from "../../src/cli/session.js";
import { deploy } from "../client/world.js";
import { accountOf, keyOf, runWith, shell } from "./world.js";

/** The commands that do something, with what is typed to reach them. */
function commandsOf(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length === 0) return [[...path]];
  return command.commands.flatMap((inner) => commandsOf(inner, [...path, inner.name()]));
}

describe("civitas", () => {
  const at = shell(deploy);
  const KEY = keyOf(5);

  it("tells of every command what it does, what it takes, and an example", async () => {
    const terminal = { env: {}, out: () => undefined, err: () => undefined, interactive: false };
    const session = new Session({ ...terminal, askSecret: () => Promise.resolve("") });
    const commands = commandsOf(programOf(session));
    expect(commands.length).to.be.greaterThan(25);
    for (const path of commands) {
      const { status, out } = await runWith([...path, "--help"], {});
      const name = path.join(" ");
      expect(status, name).to.equal(0);
      expect(out, name).to.match(new RegExp(`\\nExamples?:\\n  civitas ${name}\\b`));
      expect(out, name).to.contain("--dry-run");
    }
  });

  it("gives no example that a shell takes for a comment", async () => {
    const terminal = { env: {}, out: () => undefined, err: () => undefined, interactive: false };
    const session = new Session({ ...terminal, askSecret: () => Promise.resolve("") });
    for (const path of commandsOf(programOf(session))) {
      const { out } = await runWith([...path, "--help"], {});
      expect(out, path.join(" ")).not.to.match(/[ (]#\d/);
    }
  });

  it("ends with 0 for what was done, 1 for what was refused, 2 for what makes no sense", async () => {
    const { civitas } = at();
    expect((await civitas(["suite", "list"])).status).to.equal(0);
    expect((await civitas(["city", "resolve", "MA.999"])).status).to.equal(1);
    for (const args of [
      ["nonsense"],
      ["city"],
      ["city", "resolve"],
      ["city", "resolve", "MA.156", "--at", "yesterday"],
      ["city", "allocate"],
      ["role", "can", "0x12", "network", "ADMIN"],
      ["--chain-id", "one", "suite", "list"],
      ["--url", "localhost", "suite", "list"],
    ]) {
      expect((await civitas(args)).status, args.join(" ")).to.equal(2);
    }
    expect((await runWith(["suite", "list"], {})).status).to.equal(2);
  });

  it("tells a refusal as one JSON document too, and nothing beside it", async () => {
    const { status, out, err } = await at().civitas(["--json", "city", "resolve", "MA.999"]);
    expect(status).to.equal(1);
    expect(out).to.equal("");
    expect((JSON.parse(err) as { error: object }).error).to.include({ name: "CityUnknownError" });
  });

  it("refuses another chain than the one that was named", async () => {
    const told = await at().civitas(["suite", "list", "--chain-id", "5777"]);
    expect(told.status).to.equal(1);
    expect(told.err).to.match(/^civitas: no endpoint can answer .* is on chain \d+, not 5777/s);
    const found = await at().civitas(["city", "countries"], { CIVITAS_CHAIN_ID: "5777" });
    expect(found.err).to.equal(told.err);
  });

  it("says that no node answers", async () => {
    const told = await at().civitas(["suite", "list", "--url", "http://127.0.0.1:1"]);
    expect(told.status).to.equal(1);
    expect(told.err).to.match(/^civitas: no node answers; .*127\.0\.0\.1:1/);
  });

  for (const [place, args, env] of [
    ["an account", ["role", "grant", "network", "ADMIN", KEY], {}],
    ["a city", ["city", "resolve", KEY], {}],
    ["a capability", ["role", "list", "network", KEY], {}],
    ["a file", ["claim", "verify", KEY, "--any-occasion"], {}],
    ["a keystore", ["key", "address", "--keystore", KEY], {}],
    ["a keystore, without 0x", ["key", "address", "--keystore", KEY.slice(2)], {}],
    ["a keystore, in the environment", ["key", "address"], { CIVITAS_KEYSTORE: KEY }],
    ["the directory's address", ["suite", "list", "--directory", KEY], {}],
    ["the directory's address, in the environment", ["suite", "list"], { CIVITAS_DIRECTORY: KEY }],
    ["an endpoint", ["suite", "list", "--url", KEY], {}],
    ["a new keystore", ["key", "new", KEY], {}],
    ["a command", ["city", KEY], {}],
    ["a city's new name", ["city", "rename", "MA.156", KEY], {}],
    ["a new city's name", ["city", "allocate", "MA.156.1301", "--name", KEY], {}],
    ["an applicant's name", ["city", "apply", "MA.156.1301", "--name", KEY, "--out", "application.json"], {}],
    ["a buyer's name", ["invoice", "request", "--name", KEY], {}],
    ["an option", ["key", "address", "--key", KEY], {}],
    ["the value of an option", ["key", "address", `--key=${KEY}`], {}],
    ["an argument too many", ["city", "countries", KEY], {}],
  ] as const) {
    it(`refuses a private key in the place of ${place}, and does not show it`, async () => {
      const { status, out, err } = await at().civitas(args, { CIVITAS_PASSWORD: "a password", ...env });
      expect(status, out).to.equal(2);
      expect(err).not.to.equal("");
      expect(`${out}${err}`.toLowerCase()).not.to.contain(KEY.slice(2).toLowerCase());
    });
  }

  it("acts with the key of a keystore, and tells a wrong password from a wrong file", async () => {
    const { civitas, folder } = at();
    const file = `${folder}/office.json`;
    const made = await civitas(["key", "new", file, "--json"], { CIVITAS_PASSWORD: "correct horse" });
    expect(made.status, made.err).to.equal(0);
    const { address } = JSON.parse(made.out) as { address: string };
    const open = async (password: string) =>
      civitas(["key", "address", "--keystore", file], { CIVITAS_PASSWORD: password });
    expect((await open("correct horse")).out).to.equal(address);
    const wrong = await open("wrong horse");
    expect(wrong.status).to.equal(1);
    expect(wrong.err).to.equal(`civitas: ${file} cannot be opened: the password is wrong`);
    const other = await civitas(["key", "address", "--keystore", "package.json"], {
      CIVITAS_PASSWORD: "correct horse",
    });
    expect(other.err).to.contain("it is no keystore of version 3");
    const again = await civitas(["key", "new", file], { CIVITAS_PASSWORD: "correct horse" });
    expect(again.err).to.contain("there is a file");
  }).timeout(60_000);

  it("rehearses the making of a key without making one", async () => {
    const file = `${at().folder}/rehearsed.json`;
    const told = await at().civitas(["key", "new", file, "--dry-run"], { CIVITAS_PASSWORD: "correct horse" });
    expect([told.status, told.out]).to.deep.equal([0, `${file} would keep a new key; nothing was made`]);
    expect(existsSync(file)).to.equal(false);
    const taken = await at().civitas(["key", "new", "package.json", "--dry-run"], {
      CIVITAS_PASSWORD: "correct horse",
    });
    expect(taken.err).to.contain("there is a file");
  }).timeout(60_000);

  it("makes no key under a password that was mistyped once", async () => {
    const secrets = ["correct horse", "correct hprse"];
    const file = `${at().folder}/typo.json`;
    const told = await runWith(["key", "new", file], {}, { secret: () => secrets.shift() ?? "" });
    expect([told.status, told.err]).to.deep.equal([1, "civitas: these are two passwords; nothing was made"]);
    expect(existsSync(file)).to.equal(false);
  });

  it("acts for an account without funds", async () => {
    const { connection, world } = { connection: at().world.connection, world: at().world };
    const account = accountOf(7);
    await connection.networkHelpers.setBalance(account, 0n);
    const manager = world.manager.connect(world.administrator);
    await manager.grantRole(0n, account, 0);
    const told = await at().as(7, ["role", "grant", "network", "TAX", accountOf(8)]);
    expect(told.status, told.err).to.equal(0);
    expect(await world.provider.getBalance(account)).to.equal(0n);
  });
});
