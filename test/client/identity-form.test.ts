import { expect } from "chai";

import { dateOf } from "../../src/common/time.js";
import { checkForm, fillForm, type Form, type FormClaim, FormError, parseForm } from "../../src/identity/form.js";
import { Challenges, newChallenge, type Presentation } from "../../src/identity/presentation.js";
import type { ReadySchemaName } from "../../src/identity/schemas/index.js";
import { revokeClaims } from "../../src/identity/standing.js";
import { Wallet } from "../../src/identity/wallet.js";
import { CHINA, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import {
  caught,
  copyOf,
  issued,
  newPerson,
  office,
  type Office,
  type Person,
  randomWord,
  VALUES,
} from "./identity-world.js";

/** A resident with a wallet of claims: resident, licence, two of birth (mother and father), and a marriage accepted by both. */
async function applicant() {
  const world = await loadFixture(office);
  const person = await newPerson(world, world.newPhone());
  const [mother, father] = [randomWord(), randomWord()];
  const wallet = Wallet.create();
  const give = async (schema: ReadySchemaName, ...others: { identity: string }[]) => {
    const [document] = await issued(world, schema, [wallet.request(person.identity), ...others]);
    return { id: wallet.add(document), document: document! };
  };
  const resident = await give("resident");
  const licence = await give("driving-licence");
  await give("birth", { identity: mother });
  await give("birth", { identity: father });
  return { world, person, wallet, mother, father, resident, licence, give };
}

const ask = (world: Office, schema: ReadySchemaName, fields: string[], more: Partial<FormClaim> = {}): FormClaim => ({
  name: schema,
  title: `Your ${schema}`,
  schema: world.schemas[schema],
  fields: fields.map((name) => ({ name })),
  ...more,
});
const formOf = (...claims: FormClaim[]): Form =>
  parseForm({
    type: "CivitasForm",
    version: 1,
    title: "Residence permit",
    verifier: "深圳市公安局",
    purpose: "居住证申领",
    claims,
  });

const signedBy = async (world: Office, form: Form, wallet: Wallet, { identity, key }: Person, challenge: string) => {
  const { sign } = await fillForm(world.contracts, form, wallet, identity);
  const expires = dateOf((await time.latest()) + 600);
  return copyOf(await sign({ identityKey: key, challenge, expires }));
};

describe("forms", () => {
  it("are filled from the wallet with what they ask for and no more, and checked at once", async () => {
    const { world, person, wallet, mother } = await applicant();
    const form = formOf(
      ask(world, "resident", ["name", "address"], { cities: [Number(CHINA)] }),
      ask(world, "driving-licence", ["classes"], {
        fields: [{ name: "classes" }, { name: "conditions", optional: true }],
        cities: [Number(HUNAN), Number(SHIJIAZHUANG)],
      }),
      ask(world, "birth", ["relation"], { name: "mother", party: 0, showOther: true }),
      ask(world, "birth", [], { name: "father", party: 0 }),
      ask(world, "tenancy", ["address"], { optional: true }),
    );
    const filled = await fillForm(world.contracts, form, wallet, person.identity);
    expect(filled.missing).to.deep.equal([]);
    const { name, address } = VALUES.resident;
    expect(filled.values).to.deep.equal({
      resident: { name, address },
      "driving-licence": { classes: "C1" },
      mother: { relation: "mother" },
      father: {},
    });
    const challenges = new Challenges();
    const presentation = await signedBy(world, form, wallet, person, challenges.issue());
    const answer = await checkForm(world.contracts, form, presentation, challenges);
    expect(answer).to.deep.include({ complete: true, faults: [], identity: person.identity });
    expect(Object.fromEntries(Object.entries(answer.claims).map(([key, { fields }]) => [key, fields]))).to.deep.equal(
      filled.values,
    );
    expect(answer.claims["mother"]!.relation).to.deep.equal({ first: person.identity, second: mother, shown: true });
    expect(answer.claims["father"]!.relation).to.deep.equal({
      first: person.identity,
      second: undefined,
      shown: false,
    });
    expect(answer.claims["father"]!.claimId).to.not.equal(answer.claims["mother"]!.claimId);
    const again = await checkForm(world.contracts, form, presentation, challenges);
    expect(again).to.deep.include({ complete: false, claims: {} });
    expect(again.faults[0]).to.include("fresh challenge");
  });

  it("say everything that the wallet does not have", async () => {
    const { world, person, wallet, licence, resident, give } = await applicant();
    await revokeClaims(world.contracts, world.issuer, [licence.document]);
    wallet.eraseFields(resident.id, ["address"]);
    await give("marriage", await newPerson(world).then(({ identity }) => ({ identity })));
    const form = formOf(
      ask(world, "resident", ["name", "address"]),
      ask(world, "driving-licence", ["classes"]),
      ask(world, "tenancy", ["address"]),
      ask(world, "birth", ["relation"], { party: 1 }),
      ask(world, "birth", ["relation"], { name: "kin", cities: [Number(HUNAN)] }),
      ask(world, "marriage", []),
    );
    const { missing, sign, values } = await fillForm(world.contracts, form, wallet, person.identity);
    const other = "you are the other party of the claim";
    const elsewhere = `it was issued by city ${SHIJIAZHUANG}, which the form does not accept`;
    expect(missing).to.deep.equal([
      'Your resident: the claim has no "address", or it was erased',
      "Your driving-licence: the claim is revoked",
      "Your tenancy: the wallet has no such claim",
      `Your birth: ${other}; ${other}`,
      `Your birth: ${elsewhere}; ${elsewhere}`,
      "Your marriage: the claim still has to be accepted",
    ]);
    expect(values).to.deep.equal({});
    const error = await caught(FormError, async () =>
      sign({ identityKey: person.key, challenge: newChallenge(), expires: dateOf(await time.latest()) }),
    );
    expect(error.faults).to.deep.equal(missing);
    const stranger = await fillForm(world.contracts, form, wallet, randomWord());
    expect(stranger.missing).to.have.length(6);
    const alone = formOf(ask(world, "resident", ["name"], { showOther: true }));
    expect((await fillForm(world.contracts, alone, wallet, person.identity)).missing[0]).to.include(
      "does not say who the other",
    );
  });

  it("say at the desk everything that is missing", async () => {
    const { world, person, wallet } = await applicant();
    const asked = formOf(
      ask(world, "resident", ["name", "address", "sex"], { cities: [Number(HEBEI)] }),
      ask(world, "driving-licence", ["classes"]),
      ask(world, "birth", ["relation"], { party: 1, showOther: true, cities: [Number(HUNAN)] }),
      ask(world, "tenancy", ["address"]),
      ask(world, "employment", ["position"], { optional: true }),
    );
    const given = formOf(ask(world, "resident", ["name"]), ask(world, "birth", ["relation"]));
    const challenge = newChallenge();
    const presentation = await signedBy(world, given, wallet, person, challenge);
    const answer = await checkForm(world.contracts, asked, presentation, challenge);
    expect(answer.complete).to.be.false;
    expect(answer.identity).to.equal(person.identity);
    expect(answer.claims).to.deep.equal({});
    expect(answer.faults).to.deep.equal([
      'Your resident: "address", "sex" was not shown',
      "Your driving-licence: it was not shown",
      `Your birth: the person is the other party of the claim, it was not shown who the other party is, it was issued by city ${SHIJIAZHUANG}, which the form does not accept`,
      "Your tenancy: it was not shown",
    ]);
    const optional = formOf(ask(world, "resident", ["sex"], { optional: true }));
    expect((await checkForm(world.contracts, optional, presentation, challenge)).faults).to.have.length(1); // shown, but not enough
  });

  it("are not answered by what is not valid, or was made for another desk", async () => {
    const { world, person, wallet, resident, licence } = await applicant();
    const form = formOf(ask(world, "resident", ["name"]), ask(world, "driving-licence", ["classes"]));
    const challenge = newChallenge();
    const presentation = await signedBy(world, form, wallet, person, challenge);
    const check = (json: unknown, of = form) => checkForm(world.contracts, of, json, challenge);
    expect((await check(presentation)).complete).to.be.true;
    expect((await check(presentation, { ...form, verifier: "另一个局" })).faults[0]).to.include("not for");
    expect((await check({})).faults.length).to.be.above(1);
    const forged: Presentation = { ...presentation, signature: "0x" };
    expect((await check(forged)).faults).to.have.length(1);
    await revokeClaims(world.contracts, world.issuer, [resident.document]);
    await revokeClaims(world.contracts, world.issuer, [licence.document]);
    const { faults, claims } = await check(presentation);
    expect(faults.map((fault) => fault.replace(/\d+/g, "n"))).to.deep.equal([
      "claim n (schema n) was revoked",
      "claim n (schema n) was revoked",
    ]);
    expect(claims).to.deep.equal({});
  });

  it("are refused with everything that is wrong", async () => {
    const { world } = await applicant();
    const good = formOf(ask(world, "resident", ["name"]));
    const faultsOf = async (changes: object) =>
      (await caught(FormError, () => parseForm({ ...good, ...changes }))).faults;
    const [claim] = good.claims as [FormClaim];
    expect(await faultsOf({ claims: [claim, claim] })).to.deep.equal(["two claims have one name"]);
    expect(await faultsOf({ claims: [{ ...claim, fields: [{ name: "a" }, { name: "a" }] }] })).to.deep.equal([
      '"resident" asks for a field twice',
    ]);
    expect(await faultsOf({ claims: [] })).to.have.length(1);
    expect(await faultsOf({ verifier: "", more: 1 })).to.have.length(2);
    expect(await faultsOf({ claims: [{ ...claim, party: 2, cities: [] }] })).to.have.length(2);
    expect(parseForm(copyOf(good))).to.deep.equal(good);
  });
});
