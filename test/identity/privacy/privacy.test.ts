import { expect } from "chai";
import { AbiCoder, concat, hexlify, id, keccak256, randomBytes, sha256, toUtf8Bytes } from "ethers";
import { network } from "hardhat";

import { cityStory } from "../../../scripts/demo/cities.js";
import { escrowStory } from "../../../scripts/demo/escrow.js";
import { PAPERS, WORKERS } from "../../../scripts/demo/escrow-site.js";
import { identityStory, type IdentitySecrets, PERSONS, TEXTS } from "../../../scripts/demo/identity.js";
import { invoiceStory } from "../../../scripts/demo/invoice.js";
import { stage, type Stage } from "../../../scripts/demo/stage.js";
import { CUSTOMERS, type InvoiceSecrets } from "../../../scripts/demo/trade.js";
import { ownParty } from "../../../src/identity/document.js";
import { collect, type Piece } from "./evidence.js";
import { type Link, links, type Planted, search, wordsOf } from "./leaks.js";

/** As many as a night has here: enough for paths of some length. */
const RIDES = 500;
/** As many build the school here. */
const BUILDERS = 12;

/** What the persons of the demo would not want to be found. */
const PLANTED: Planted[] = [
  ...Object.entries(PERSONS).flatMap(([who, { name, number, birthDate, address }]) => [
    { what: `name of the ${who}`, text: name },
    { what: `number of the ${who}`, text: number },
    { what: `number of the ${who}, without its check character`, text: number.slice(0, 17) },
    { what: `birth date of the ${who}`, text: birthDate },
    { what: `18th birthday of the ${who}`, text: `${Number(birthDate.slice(0, 4)) + 18}${birthDate.slice(4)}` },
    { what: `address of the ${who}`, text: address },
  ]),
  ...Object.entries({ ...TEXTS, ...CUSTOMERS, ...PAPERS }).map(([what, text]) => ({ what, text })),
  ...WORKERS.slice(0, BUILDERS).flatMap(({ name, number, contract }, i) => [
    { what: `name of worker ${i + 1}`, text: name },
    { what: `number of worker ${i + 1}`, text: number },
    { what: `contract of worker ${i + 1}`, text: contract },
  ]),
  { what: "tax number of the employer, without its country", text: CUSTOMERS.employerTaxNumber.slice(2) },
];

describe("Privacy: the whole demo, searched", () => {
  let told: Stage;
  let secrets: IdentitySecrets;
  let trade: InvoiceSecrets;
  let companies: string[];
  let pieces: Piece[];

  before(async function () {
    this.timeout(600_000);
    const log = console.log;
    console.log = () => undefined; // the story is told to nobody here
    try {
      told = await stage(await network.create());
      await cityStory(told);
      const first = (await told.connection.ethers.provider.getBlockNumber()) + 1;
      secrets = await identityStory(told);
      trade = await invoiceStory(told, { rides: RIDES });
      companies = await escrowStory(told, { workers: BUILDERS });
      pieces = await collect(told.connection, first);
    } finally {
      console.log = log;
    }
  });

  it("collects calldata, events, storage and code", () => {
    for (const kind of ["calldata", "event", "storage", "code"]) {
      expect(pieces.filter(({ where }) => where.startsWith(kind)).length, kind).to.be.greaterThan(5);
    }
  });

  it("among them those of the school, its workers and their wages", async () => {
    for (const of of [told.suite.projects, told.suite.escrow, told.suite.wages]) {
      const address = (await of.getAddress()).toLowerCase();
      expect(pieces.filter(({ contract }) => contract === address).length).to.be.greaterThan(BUILDERS);
    }
  });

  it("finds nothing of what was planted, in no form", () => {
    expect(search(pieces, PLANTED)).to.deep.equal([]);
  });

  it("finds no identity in anything that concerns claims and consents", async () => {
    const { claims, consents } = told.suite;
    const contracts = new Set([(await claims.getAddress()).toLowerCase(), (await consents.getAddress()).toLowerCase()]);
    const about = pieces.filter(({ contract, transaction }) => contracts.has(contract) && transaction !== undefined);
    expect(about.length).to.be.greaterThan(10);
    const planted = secrets.identities.map((text) => ({ what: "id of an identity", text }));
    expect(search(about, planted)).to.deep.equal([]);
    for (const identity of secrets.identities) {
      expect(about.some(({ data }) => data.includes(identity.slice(2)))).to.equal(false);
      expect(pieces.some(({ data }) => data.includes(identity.slice(2)))).to.equal(true); // where it belongs
    }
  });

  it("finds no holder key under two claims, and none that is an identity's", async () => {
    const keys = secrets.documents.map((document) => ownParty(document).holder.signer ?? "");
    expect(new Set(keys).size).to.equal(secrets.documents.length);
    const { identities } = told.suite;
    const registry = (await identities.getAddress()).toLowerCase();
    for (const key of keys) {
      const found = pieces.filter(({ data, contract }) => contract === registry && data.includes(key.slice(2)));
      expect(found).to.deep.equal([]);
    }
  });

  it("finds each one-time key of payers and holders with one record alone, and where it belongs", () => {
    const keys = [
      ...trade.payers.map(({ signer, payment }) => ({ signer, record: payment })),
      ...trade.holders.map(({ signer, invoice }) => ({ signer, record: invoice })),
    ];
    expect(keys.length).to.be.greaterThan(20);
    expect(new Set(keys.map(({ signer }) => signer)).size).to.equal(keys.length);
    for (const { signer, record } of keys) {
      const found = pieces.filter(({ data }) => data.includes(signer.slice(2)));
      const transactions = new Set(found.map(({ transaction }) => transaction));
      for (const transaction of transactions) {
        const act = pieces.filter((piece) => piece.transaction === transaction);
        expect(
          act.some(({ data }) => data.includes(record.slice(2))),
          `${signer} in ${found[0]?.where ?? ""}`,
        ).to.equal(true);
      }
    }
    const seen = keys.filter(({ signer }) => pieces.some(({ data }) => data.includes(signer.slice(2))));
    expect(seen.length).to.be.greaterThan(10); // keys that signed; others only wait
  });

  it("finds no word, and no signer, that links records which no event joins", async () => {
    expect(await linksIn(pieces)).to.deep.equal([]);
  });

  describe("and the search finds what is planted", () => {
    const { number, name } = PERSONS.daughter;
    const plain = hexlify(toUtf8Bytes(number));
    const forms: [string, string][] = [
      ["in plain", plain],
      ["a name in plain", hexlify(toUtf8Bytes(name))],
      ["as UTF-16", `0x${Buffer.from(number, "utf16le").toString("hex")}`],
      ["as hex text", hexlify(toUtf8Bytes(plain))],
      ["as Base64", hexlify(toUtf8Bytes(Buffer.from(number).toString("base64")))],
      ["inside of Base64", hexlify(toUtf8Bytes(Buffer.from(`{"id":"${number}"}`).toString("base64")))],
      ["as an integer", AbiCoder.defaultAbiCoder().encode(["uint256"], [BigInt(number)])],
      ["hashed by keccak-256", id(number)],
      ["hashed by SHA-256", sha256(toUtf8Bytes(number))],
      ["hashed with a prefix", id(`id:${number}`)],
      ["hashed twice", keccak256(id(number))],
      ["hashed as ABI string", keccak256(AbiCoder.defaultAbiCoder().encode(["string"], [number]))],
      ["hashed and cut to 20 bytes", id(number).slice(0, 42)],
    ];
    for (const [form, leak] of forms) {
      it(form, () => {
        const [somewhere] = pieces;
        if (somewhere === undefined) throw new Error("there is nothing to plant into");
        const planted = { ...somewhere, where: "planted", data: concat([hexlify(randomBytes(40)), leak, "0x00"]) };
        expect(search([...pieces, planted], PLANTED).map(({ where }) => where)).to.include("planted");
      });
    }

    it("a holder key under two claims", async () => {
      const [first, second] = await issued();
      const key = hexlify(randomBytes(20));
      const both = [first, second].map((piece) => ({
        ...piece,
        where: "calldata planted",
        data: `${piece.data}${word(key)}`,
      }));
      expect((await linksIn([...pieces, ...both])).map((link) => link.word)).to.deep.equal([key.slice(2)]);
    });

    it("a word of one claim in the events of another", async () => {
      const [first, second] = await issued();
      const root = first.data.slice(-3 * 64, -2 * 64);
      const planted = { ...second, where: "event planted", data: `${second.data}${root}` };
      expect((await linksIn([...pieces, planted])).map((link) => link.word)).to.include(root);
    });

    it("a date as seconds", () => {
      const [somewhere] = pieces;
      if (somewhere === undefined) throw new Error("there is nothing to plant into");
      const seconds = BigInt(Date.parse(PERSONS.child.birthDate) / 1000);
      const data = AbiCoder.defaultAbiCoder().encode(["uint40"], [seconds]);
      expect(search([{ ...somewhere, where: "planted", data }], PLANTED)).to.not.deep.equal([]);
    });
  });

  /** The acts that issued the first two claims. */
  async function issued(): Promise<[Piece, Piece]> {
    const claims = (await told.suite.claims.getAddress()).toLowerCase();
    const selector = told.suite.claims.interface.getFunction("issueMany").selector;
    const [first, second] = pieces.filter(
      ({ where, contract, data }) => where.startsWith("calldata") && contract === claims && data.startsWith(selector),
    );
    if (first === undefined || second === undefined) throw new Error("fewer than two claims were issued");
    return [first, second];
  }

  function word(address: string): string {
    return address.slice(2).padStart(64, "0");
  }

  function identityContracts() {
    const { identities, claims, consents } = told.suite;
    return [identities, claims, consents];
  }

  function invoiceContracts() {
    const { taxpayers, payments, invoices, ledger } = told.suite;
    return [taxpayers, payments, invoices, ledger];
  }

  async function linksIn(all: readonly Piece[]): Promise<Link[]> {
    const contracts = new Map(
      await Promise.all(
        [...identityContracts(), ...invoiceContracts()].map(
          async (contract) => [(await contract.getAddress()).toLowerCase(), contract.interface] as const,
        ),
      ),
    );
    const known = await publicWords();
    // The slots of the invoice contracts that acts share are those of sellers' quotas and numbers. What they store is in events, too.
    const invoicing = new Set(
      await Promise.all(invoiceContracts().map(async (contract) => (await contract.getAddress()).toLowerCase())),
    );
    const searched = all.filter(({ where, contract }) => !(where.startsWith("storage") && invoicing.has(contract)));
    return links(searched, contracts, (one) => known.has(one));
  }

  /** Accounts of offices and contracts, topics of events, sellers, and schemas: these are meant to be seen with many records. */
  async function publicWords(): Promise<Set<string>> {
    const words = new Set<string>();
    const { suite } = told;
    const others = [suite.p256, suite.manager, suite.escrow];
    for (const contract of [...identityContracts(), ...invoiceContracts(), ...others]) {
      words.add((await contract.getAddress()).slice(2).toLowerCase());
      contract.interface.forEachEvent(({ topicHash }) => words.add(topicHash.slice(2)));
    }
    const { provider } = told.connection.ethers;
    for (let number = await provider.getBlockNumber(); number > 0; number--) {
      const block = await provider.getBlock(number, true);
      for (const { from } of block?.prefetchedTransactions ?? []) words.add(from.slice(2).toLowerCase());
    }
    const schemaCreated = suite.claims.interface.getEvent("SchemaCreated").topicHash;
    const sellers = new Set([...trade.sellers, ...companies].map((identity) => identity.slice(2)));
    const open = pieces.filter(
      ({ data, where }) =>
        data.startsWith(schemaCreated) || (where.startsWith("event") && sellers.has(data.slice(2 + 64, 2 + 128))),
    );
    const transactions = new Set(open.map(({ transaction }) => transaction));
    for (const { data, transaction } of pieces) {
      if (transactions.has(transaction)) for (const one of wordsOf(data)) words.add(one);
    }
    return words;
  }
});
