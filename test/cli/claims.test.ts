import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { claimId } from "../../src/identity/document.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { newChallenge } from "../../src/identity/presentation.js";
import { Wallet } from "../../src/identity/wallet.js";
import { documentAt, HEADER, makeOffice, OFFICER, resident, table } from "./claim-world.js";
import { accountOf, shell } from "./world.js";

/** Numbers of accounts in `hardhat node`. */
const CHINA = 2;
const HEBEI = 3;
const SHIJIAZHUANG = 4;

interface Faults {
  error: { message: string; faults: { line: number; fault: string }[] };
}

describe("civitas claim", () => {
  const at = shell(makeOffice);
  const file = (name: string) => join(at().folder, name);
  const issueArgs = (csv: string, out: string, ...more: string[]) => [
    ...["claim", "issue", "--csv", csv, "--schema", `${at().world.schema}`, "--city", "MA.156.1301", "--out", out],
    ...more,
  ];
  const issue = async (csv: string, out: string, ...more: string[]) => at().as(OFFICER, issueArgs(csv, out, ...more));

  describe("issue", () => {
    it("issues a claim for each row, and keeps their documents for their owner alone", async () => {
      const before = await at().world.issued();
      const told = await issue(table(file("three.csv"), 3), file("three"));
      expect(told.status, told.err).to.equal(0);
      expect(told.out).to.match(/^3 claims made in 1 transactions/);
      const documents = readdirSync(file("three/documents")).map((name) => documentAt(file(`three/documents/${name}`)));
      const fresh = (await at().world.issued()).slice(before.length);
      expect(fresh.toSorted()).to.deep.equal(documents.map((one) => claimId(one)).toSorted());
      expect(statSync(file("three/claims.json")).mode & 0o777).to.equal(0o600);
      expect(statSync(file("three")).mode & 0o777).to.equal(0o700);
    });

    it("leaves out what is issued when it is run again, and changes no salt", async () => {
      const csv = table(file("again.csv"), 4);
      expect((await issue(csv, file("again"), "--per-call", "3")).out).to.match(/^4 claims made in 2 transactions/);
      const kept = readFileSync(file("again/claims.json"), "utf8");
      const before = await at().world.issued();
      const told = await issue(csv, file("again"));
      expect(told.out).to.match(/^0 claims made in 0 transactions.*; 4 were there before/);
      expect(readFileSync(file("again/claims.json"), "utf8")).to.equal(kept);
      expect(await at().world.issued()).to.deep.equal(before);
    });

    it("keeps and sends nothing when it is rehearsed", async () => {
      const before = await at().world.issued();
      const told = await issue(table(file("dry.csv"), 3), file("dry"), "--dry-run");
      expect(told.out).to.match(/^3 claims would be made.*nothing was sent$/);
      expect(existsSync(file("dry"))).to.equal(false);
      expect(await at().world.issued()).to.deep.equal(before);
    });

    it("issues for the time that is named, except where a row says otherwise", async () => {
      const csv = file("times.csv");
      const rows = [`${resident(1)},`, `${resident(2)},2031-01-01`];
      writeFileSync(csv, [`${HEADER},valid.until`, ...rows, ""].join("\n"));
      const times = ["--valid-from", "2026-01-01", "--valid-until", "2030-01-01T12:00:00Z"];
      const told = await issue(csv, file("times"), ...times);
      expect(told.status, told.err).to.equal(0);
      const seconds = (text: string) => Date.parse(text) / 1000;
      const claims = [2, 3].map((line) => documentAt(file(`times/documents/line-${line}-holder.json`)).claim);
      expect(claims.map(({ validFrom, validUntil }) => [validFrom, validUntil])).to.deep.equal([
        [seconds("2026-01-01"), seconds("2030-01-01T12:00:00Z")],
        [seconds("2026-01-01"), seconds("2031-01-01")],
      ]);
    });

    it("issues under a schema that is not ready-made, by the definition that is named", async () => {
      const definition = file("badge.json");
      writeFileSync(definition, JSON.stringify({ ...READY_SCHEMAS.resident, name: "badge" }));
      const created = await at().as(CHINA, ["schema", "create", definition, "--city", "MA.156", "--json"]);
      const { schema } = JSON.parse(created.out) as { schema: number };
      const granted = ["role", "grant", "MA.156.1301", `issue:${schema}`, accountOf(OFFICER)];
      expect((await at().as(SHIJIAZHUANG, granted)).status).to.equal(0);
      const out = file("badge");
      const args = ["claim", "issue", "--csv", table(file("badge.csv"), 1), "--schema", `${schema}`];
      const run = async (...more: string[]) =>
        at().as(OFFICER, [...args, "--city", "MA.156.1301", "--out", out, ...more]);
      const unnamed = await run();
      expect(unnamed.status).to.equal(1);
      expect(unnamed.err).to.contain("--definition FILE");
      const other = await run("--definition", "resident");
      expect(other.status, other.out).to.equal(1);
      expect(existsSync(out)).to.equal(false);
      const told = await run("--definition", definition);
      expect(told.status, told.err).to.equal(0);
      expect(documentAt(join(out, "documents/line-2-holder.json"))).to.include({ schemaName: "badge" });
    });

    it("does not mix two tables in one folder", async () => {
      expect((await issue(table(file("one.csv"), 1), file("mixed"))).status).to.equal(0);
      const told = await issue(table(file("two.csv"), 1), file("mixed"));
      expect(told.status).to.equal(1);
      expect(told.err).to.contain("another run (another table)");
    });

    it("tells one bad row among 10,000; nothing is sent, and no file is written", async () => {
      const rows = Array.from({ length: 10_000 }, (_, i) => resident(i));
      rows[7_000] = rows[7_000]!.replace("1990-02-28", "1990-02-30");
      const before = await at().world.issued();
      const told = await issue(table(file("many.csv"), rows), file("many"));
      expect(told.status).to.equal(1);
      expect(told.err).to.equal(
        'line 7002: "birthDate": "1990-02-30" is not a day like 2024-02-29\n' +
          "civitas: 1 of 10000 rows cannot be done, so nothing was sent; mend them and try again",
      );
      expect(existsSync(file("many"))).to.equal(false);
      expect(await at().world.issued()).to.deep.equal(before);
    });

    it("tells every bad row, and shows no private key that stands in one", async () => {
      const key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
      const good = resident(1);
      const rows = [
        good,
        good,
        good.replace("男", ""),
        resident(2, { holder: `0x${key}` }),
        resident(3, { identity: "0x12" }),
        good.split(",").slice(0, 6).join(",") + ",,,,",
      ];
      const told = await issue(table(file("bad.csv"), rows), file("bad"), "--json");
      const { faults } = (JSON.parse(told.err) as Faults).error;
      expect(faults.map(({ line }) => line)).to.deep.equal([3, 4, 5, 6, 7]);
      expect(faults[0]?.fault).to.equal("it is the same as line 2");
      expect(told.err).not.to.contain(key);
      expect(existsSync(file("bad"))).to.equal(false);
    });

    it("keeps nothing if the officer may not issue, and says so once for all rows", async () => {
      const args = issueArgs(table(file("no.csv"), 3), file("no"));
      const told = await at().as(OFFICER + 1, args);
      expect(told.status).to.equal(1);
      expect(told.err).to.match(/\nlines 2-4: .*\ncivitas: 3 of 3 rows cannot be done, so nothing was sent/);
      expect(existsSync(file("no"))).to.equal(false);
    });
  });

  describe("show, revoke and verify", () => {
    const wallet = Wallet.create();
    const holder = async (name: string) => {
      const { identity } = at().world.person;
      expect(
        (await issue(table(file(`${name}.csv`), [resident(1, wallet.request(identity))]), file(name))).status,
      ).to.equal(0);
      const document = file(`${name}/documents/line-2-holder.json`);
      return { document, id: wallet.add(documentAt(document)) };
    };
    const present = async (claim: string, challenge: string) => {
      const { person, client } = at().world;
      const made = await wallet.present(client, {
        claims: [{ claim, disclose: ["name", "birthDate"] }],
        identity: person.identity,
        identityKey: person.key,
        ...{ verifier: "Library", purpose: "A card", challenge },
        expires: new Date(Date.now() + 3_600_000),
      });
      const shown = file("shown.json");
      writeFileSync(shown, JSON.stringify(made));
      return shown;
    };
    const desk = ["--verifier", "Library", "--purpose", "A card"];

    it("shows what a claim is worth, until it is revoked", async () => {
      const { document, id } = await holder("shown");
      const { as, civitas } = at();
      const good = await civitas(["claim", "show", document]);
      expect(good.status, good.err).to.equal(0);
      expect(good.out).to.match(/^status +Active$/m);
      expect((await as(OFFICER, ["claim", "revoke", document, "--dry-run"])).out).to.contain("nothing was sent");
      expect((await civitas(["claim", "show", id])).status).to.equal(0);
      const revoked = await as(OFFICER, ["claim", "revoke", id, "--reason", "OfficeError"]);
      expect(revoked.status, revoked.err).to.equal(0);
      const after = await civitas(["claim", "show", document, "--json"]);
      expect(after.status).to.equal(1);
      expect(JSON.parse(after.out)).to.include({ id, status: "Revoked" });
    });

    it("is revoked by the city above, where its own cannot act", async () => {
      const { document } = await holder("above");
      const { as, civitas, world } = at();
      await as(HEBEI, ["role", "grant", "MA.156.13", `issue:${world.schema}`, accountOf(HEBEI)]);
      const revoke = ["claim", "revoke", document, "--reason", "OfficeError"];
      const early = await as(HEBEI, [...revoke, "--lineage", "MA.156.13"]);
      await as(HEBEI, ["city", "suspend", "MA.156.1301"]);
      const alone = await as(HEBEI, revoke);
      const done = await as(HEBEI, [...revoke, "--lineage", "MA.156.13"]);
      await as(HEBEI, ["city", "reinstate", "MA.156.1301"]);
      expect([early.status, alone.status]).to.deep.equal([1, 1]);
      expect(done.status, done.err).to.equal(0);
      expect((await civitas(["claim", "show", document])).out).to.match(/^status +Revoked$/m);
    });

    it("says what a presentation proves", async () => {
      const { id } = await holder("proven");
      const challenge = newChallenge();
      const shown = await present(id, challenge);
      const told = await at().civitas(["claim", "verify", shown, ...desk, "--challenge", challenge]);
      expect(told.status, told.err).to.equal(0);
      expect(told.out).to.match(/all of it is proven/);
      expect(told.out).to.match(/^ {2}name +王 1$/m);
      expect(told.out).not.to.contain("130102199002280011");
      const kept = await at().civitas(["claim", "verify", shown, "--any-occasion"]);
      expect(kept.status).to.equal(0);
      expect(kept.out).to.contain('it was made for "Library", for "A card"; whether that is you, was not asked');
    });

    it("ends with 1 for one that is worth nothing, and says why", async () => {
      const { id, document } = await holder("worthless");
      const challenge = newChallenge();
      const shown = await present(id, challenge);
      const other = await at().civitas(["claim", "verify", shown, ...desk, "--challenge", newChallenge()]);
      expect(other.status).to.equal(1);
      expect(other.out).to.match(/^it is worth nothing: /);
      await at().as(OFFICER, ["claim", "revoke", document]);
      const told = await at().civitas(["claim", "verify", shown, ...desk, "--challenge", challenge, "--json"]);
      expect(told.status).to.equal(1);
      expect(JSON.parse(told.out)).to.include({ status: "ClaimNotActive" });
      const unasked = await at().civitas(["claim", "verify", shown]);
      expect(unasked.status).to.equal(2);
    });

    it("checks the answer to a form", async () => {
      const { id } = await holder("form");
      const challenge = newChallenge();
      const shown = await present(id, challenge);
      const form = file("form.json");
      const claim = { name: "resident", title: "Residence", schema: at().world.schema };
      const ask = (fields: string[]) => {
        const claims = [{ ...claim, fields: fields.map((name) => ({ name })) }];
        const asked = {
          type: "CivitasForm",
          version: 1,
          title: "Card",
          verifier: "Library",
          purpose: "A card",
          claims,
        };
        writeFileSync(form, JSON.stringify(asked));
        return at().civitas(["claim", "verify", shown, "--form", form, "--challenge", challenge]);
      };
      const complete = await ask(["name"]);
      expect(complete.status, complete.err).to.equal(0);
      expect(complete.out).to.contain('the form "Card" is answered');
      const missing = await ask(["address"]);
      expect(missing.status).to.equal(1);
      expect(missing.out).to.contain('"address" was not shown');
    });
  });
});
