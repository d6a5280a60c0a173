import { expect } from "chai";
import fc from "fast-check";
import { keccak256, toUtf8Bytes } from "ethers";

import {
  contentHash,
  createSchema,
  parseSchema,
  schemaDifferences,
  type SchemaDefinition,
  SchemaError,
  schemaOf,
  schemaTerms,
  valueFault,
  valueFaults,
  type ValueType,
} from "../../src/identity/schema.js";
import { READY_SCHEMAS } from "../../src/identity/schemas/index.js";
import { CHINA, loadFixture } from "../world.js";
import { caught, copyOf, office, VALUES } from "./identity-world.js";
import { rejection } from "./world.js";

const { resident, marriage } = READY_SCHEMAS;

describe("schemas", () => {
  it("are hashed as canonical JSON: the order of members does not matter, all else does", () => {
    const reversed = Object.fromEntries(Object.entries(resident).reverse()) as unknown as SchemaDefinition;
    expect(contentHash(reversed)).to.equal(contentHash(resident));
    expect(contentHash({ ...resident, title: "Citizen" })).to.not.equal(contentHash(resident));
    const small = { b: 1, a: "é" } as unknown as SchemaDefinition;
    expect(contentHash(small)).to.equal(keccak256(toUtf8Bytes('{"a":"é","b":1}')));
    expect(() => contentHash(undefined as never)).to.throw(TypeError, "is JSON");
  });

  it("are made on the chain, and recognised there", async () => {
    const { contracts, china, schemas, claims } = await loadFixture(office);
    expect(Object.keys(schemas)).to.deep.equal(Object.keys(READY_SCHEMAS));
    for (const [name, definition] of Object.entries(READY_SCHEMAS)) {
      const number = schemas[name as keyof typeof schemas];
      expect(await schemaDifferences(contracts, number, definition)).to.deep.equal([]);
      const found = await schemaOf(contracts, number);
      expect(found).to.deep.equal({
        city: Number(CHINA),
        parties: definition.parties.length,
        acceptance: definition.acceptance,
        providerConsent: definition.providerConsent,
        closed: false,
        maxValidity: definition.maxValidity,
        content: contentHash(definition),
      });
    }
    const [event] = await claims.queryFilter(claims.filters.SchemaCreated(schemas.marriage));
    const { name, fields } = event!.args.terms;
    expect(name).to.equal("marriage");
    expect(fields.map((field) => field.name)).to.deep.equal(marriage.fields.map((field) => field.name));

    expect(await schemaDifferences(contracts, schemas.marriage, resident)).to.deep.equal([
      `schema ${schemas.marriage} has another definition than "resident"`,
      `schema ${schemas.marriage} is about 2, not 1`,
      `schema ${schemas.marriage} asks for the acceptance of Both`,
    ]);
    expect(await schemaDifferences(contracts, schemas["tax-clearance"], resident)).to.have.length(3);
    expect(await rejection(() => schemaOf(contracts, 99))).to.equal("there is no schema 99");
    await claims.connect(china).retireSchema(schemas.birth, []);
    expect((await schemaOf(contracts, schemas.birth)).closed).to.be.true;
    expect(await createSchema(contracts, china, resident, CHINA)).to.equal(schemas.tenancy + 1);
  });

  it("lose nothing that the chain asks on the way", () => {
    expect(schemaTerms(marriage, CHINA)).to.deep.include({ city: 1, name: "marriage", parties: 2, acceptance: 3 });
    expect(schemaTerms(READY_SCHEMAS["tax-clearance"], 1)).to.deep.include({
      providerConsent: true,
      maxValidity: 7948800,
    });
  });

  it("are refused with everything that is wrong", async () => {
    const faultsOf = async (change: (definition: SchemaDefinition) => void) => {
      const definition = copyOf<SchemaDefinition>(resident);
      change(definition);
      return (await caught(SchemaError, () => parseSchema(definition))).faults;
    };
    expect(await faultsOf((one) => one.fields.push(one.fields[0]!))).to.deep.equal(["a field is there twice"]);
    expect(await faultsOf((one) => (one.acceptance = "Both"))).to.deep.equal([
      "a schema of one party cannot ask for a second one's acceptance",
    ]);
    expect(await faultsOf((one) => one.parties.push(one.parties[0]!))).to.deep.equal(["both parties have one role"]);
    expect(await faultsOf((one) => (one.fields[0]!.valueType = "float" as ValueType))).to.deep.equal([
      'fields[0].valueType is none of ["string","date","integer","decimal","boolean","bytes"]',
    ]);
    expect(await faultsOf((one) => (one.name = "a b"))).to.have.length(1);
    expect(await faultsOf((one) => (one.fields = []))).to.have.length(1);
    expect(() => parseSchema({})).to.throw(SchemaError, 'lacks "fields"');
  });
});

describe("values", () => {
  const fits: Record<ValueType, [good: string[], bad: string[]]> = {
    string: [
      ["", "x", "石家庄", "é"],
      ["e\u0301", "\ud800"],
    ],
    date: [
      ["2024-02-29", "1900-01-01"],
      ["2023-02-29", "2024-2-9", "2024-02-29T00:00:00Z", "20240229", "", "2024-13-01"],
    ],
    integer: [
      ["0", "12", "-3", "9".repeat(40)],
      ["01", "-0", "+1", "1.0", "", " 1", "1e3"],
    ],
    decimal: [
      ["0", "12.50", "-3.5", "0.00"],
      ["-0.0", "-0", ".5", "5.", "01.5", "1,5", ""],
    ],
    boolean: [
      ["true", "false"],
      ["True", "1", ""],
    ],
    bytes: [
      ["0x", "0x0a1b"],
      ["0x0A", "0x0", "0a", ""],
    ],
  };

  for (const [type, [good, bad]] of Object.entries(fits) as [ValueType, [string[], string[]]][]) {
    it(`of type ${type} are written in one way`, () => {
      for (const value of good) expect(valueFault(type, value), value).to.be.undefined;
      for (const value of bad) expect(valueFault(type, value), value).to.include("is not ");
    });
  }

  it("of any day and number fit", () => {
    const day = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
    fc.assert(fc.property(day, (date) => valueFault("date", date.toISOString().slice(0, 10)) === undefined));
    fc.assert(fc.property(fc.bigInt(), (number) => valueFault("integer", `${number}`) === undefined));
  });

  it("of all ready schemas fit, and all faults are told at once", () => {
    for (const [name, definition] of Object.entries(READY_SCHEMAS)) {
      expect(valueFaults(definition, VALUES[name as keyof typeof VALUES])).to.deep.equal([]);
      const required = definition.fields.filter(({ optional }) => optional !== true);
      expect(valueFaults(definition, {})).to.deep.equal(required.map((field) => `"${field.name}" is missing`));
      expect(valueFaults(definition, Object.create({ name: "x" }) as Record<string, string>)).to.have.length(
        required.length,
      );
    }
  });
});
