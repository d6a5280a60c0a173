import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { connect, decodeError, HistoryIncompleteError, IDENTITY } from "../../src/index.js";
import {
  authorizeConsent,
  ConsentError,
  consentId,
  consentStatus,
  type ConsentTerms,
  giveConsent,
  newConsent,
  opensText,
  parseConsent,
  saltText,
  signConsent,
  signWithdrawal,
  useConsent,
  usedClaim,
  withdrawAuthorization,
  withdrawConsent,
} from "../../src/identity/consent.js";
import type { ClaimDocument } from "../../src/identity/document.js";
import { consentHistory, consentReceipts } from "../../src/identity/receipt.js";
import { documentFor } from "../identity/documents.js";
import { identityWorld, MARRIAGE, newKey, RESIDENT, TAX } from "../identity/world.js";
import { ethers, HUNAN, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { collect, errorOf, rejection } from "./world.js";

const DAYS = 24 * 3600;

async function clientWorld() {
  const world = await loadFixture(identityWorld);
  const client = await connect({ directory: await world.directory.getAddress(), runner: ethers.provider });
  const key = newKey();
  const now = await time.latest();
  const inDays = (days: number) => new Date((now + days * DAYS) * 1000);
  const terms: ConsentTerms = {
    grantee: { city: HUNAN, capability: IDENTITY },
    scope: "name and address",
    purpose: "an application for a residence permit",
    from: inDays(0),
    until: inDays(30),
    uses: 2,
    deadline: inDays(1),
  };
  const claimFor = async (schema = RESIDENT): Promise<ClaimDocument> => documentFor(world, [key], schema);
  return { ...world, client, key, terms, inDays, claimFor, desk: world.hunanRegistrar };
}

describe("consents, through the client", () => {
  const refusal = async (act: () => Promise<unknown>) => decodeError(await errorOf(act)).name;

  it("are given, used with a receipt each, and used up", async () => {
    const { client, key, terms, claimFor, desk, stranger } = await clientWorld();
    const document = await claimFor();
    const consent = await newConsent(client, document, terms);
    const handed = parseConsent(JSON.parse(JSON.stringify(consent)));
    expect(handed).to.deep.equal(consent);
    expect(await consentStatus(client, consent)).to.equal("Unknown");
    const id = await giveConsent(client, stranger, handed, await signConsent(consent, key));
    expect(id).to.equal(consentId(consent));
    expect(id).to.equal(await client.consents.idOf(consent.consent));
    expect(await consentStatus(client, consent)).to.equal("Active");

    const files = [saltText("file 2026/17"), saltText("file 2026/18")] as const;
    const used = usedClaim(document);
    expect(await useConsent(client, desk, handed, used, files[0])).to.equal(1);
    expect(await useConsent(client, desk, handed, used, files[1])).to.equal(2);
    expect(await consentStatus(client, consent)).to.equal("Exhausted");
    expect(await refusal(() => useConsent(client, desk, handed, used, files[0]))).to.equal("ConsentNotReady");

    const listed = await collect(consentReceipts(client, id));
    expect(listed.map(({ use, by }) => [use, by])).to.deep.equal([
      [2, desk.address],
      [1, desk.address],
    ]);
    const [second, first] = listed;
    expect(opensText(first!.file, files[0])).to.equal(true);
    expect(opensText(first!.file, files[1])).to.equal(false);
    expect(opensText(first!.file, { ...files[0], text: "file 2026/19" })).to.equal(false);
    expect(second!.at.getTime() / 1000).to.equal(await time.latest());
    expect(first!.claim).to.equal(await client.claims.idOf(document.claim));

    const events = await collect(consentHistory(client, id));
    expect(events.map(({ type }) => type)).to.deep.equal(["ConsentUsed", "ConsentUsed", "ConsentGiven"]);
    expect(events.at(-1)).to.have.deep.property("terms", consent.consent);
    const pruned = { consents: client.consents, provider: { getLogs: () => Promise.resolve([]) } } as never;
    expect(await errorOf(() => collect(consentReceipts(pruned, id)))).to.be.instanceOf(HistoryIncompleteError);
  });

  it("say on the chain neither scope nor purpose nor file", async () => {
    const { client, key, terms, claimFor, desk, stranger } = await clientWorld();
    const document = await claimFor();
    const consent = await newConsent(client, document, terms);
    const id = await giveConsent(client, stranger, consent, await signConsent(consent, key));
    await useConsent(client, desk, consent, usedClaim(document), saltText("file 2026/17"));
    for (const { transaction } of await collect(consentHistory(client, id))) {
      const { data } = (await ethers.provider.getTransaction(transaction))!;
      const { logs } = (await ethers.provider.getTransactionReceipt(transaction))!;
      const all = [data, ...logs.map((log) => log.data)].join();
      for (const secret of [terms.scope, terms.purpose, "file 2026/17"]) {
        expect(all).not.to.include(Buffer.from(secret).toString("hex"));
      }
      for (const { salt } of [consent.scope, consent.purpose]) expect(all).not.to.include(salt.slice(2));
    }
  });

  it("are refused for another purpose, for whom they do not name, and out of time", async () => {
    const { client, key, terms, inDays, claimFor, desk, stranger } = await clientWorld();
    const document = await claimFor();
    const consent = await newConsent(client, document, { ...terms, from: inDays(1) });
    const signature = await signConsent(consent, key);
    await giveConsent(client, stranger, consent, signature);
    const use = async (by = desk, purpose?: string) =>
      useConsent(client, by, consent, usedClaim(document), saltText("file"), purpose);
    expect(await consentStatus(client, consent)).to.equal("NotYetValid");
    await time.increaseTo(inDays(1).getTime() / 1000);
    expect(await refusal(() => use(desk, "advertising"))).to.equal("PurposeDiffers");
    expect(await refusal(() => use(stranger))).to.equal("CityUnauthorized");
    await use(desk, terms.purpose);
    await time.increaseTo(inDays(30).getTime() / 1000);
    expect(await consentStatus(client, consent)).to.equal("Expired");
    expect(await refusal(() => use())).to.equal("ConsentNotReady");
    expect(await refusal(() => giveConsent(client, stranger, consent, signature))).to.equal("OrderExpired");
  });

  it("are withdrawn by the holder at any time, also before they were given", async () => {
    const { client, key, terms, claimFor, desk, stranger } = await clientWorld();
    const document = await claimFor();
    const given = await newConsent(client, document, terms);
    await giveConsent(client, stranger, given, await signConsent(given, key));
    await withdrawConsent(client, stranger, given, await signWithdrawal(given, key));
    expect(await consentStatus(client, given)).to.equal("Withdrawn");
    const use = async () => useConsent(client, desk, given, usedClaim(document), saltText("file"));
    expect(await refusal(use)).to.equal("ConsentNotReady");

    const never = await newConsent(client, document, terms);
    await withdrawConsent(client, stranger, never, await signWithdrawal(never, key));
    const late = await signConsent(never, key);
    expect(await refusal(() => giveConsent(client, stranger, never, late))).to.equal("ConsentKnown");
    expect((await collect(consentHistory(client, consentId(never)))).map(({ type }) => type)).to.deep.equal([
      "ConsentWithdrawn",
    ]);
  });

  it("need the issuing department where the schema says so", async () => {
    const { client, key, terms, claimFor, desk, stranger, issuer } = await clientWorld();
    const document = await claimFor(TAX);
    const consent = await newConsent(client, document, { ...terms, wholeSchema: true });
    expect(consent.consent).to.deep.include({ provider: Number(SHIJIAZHUANG), claim: ZeroHash });
    const id = await giveConsent(client, stranger, consent, await signConsent(consent, key));
    expect(await consentStatus(client, consent)).to.equal("AwaitingProvider");
    expect(await refusal(() => authorizeConsent(client, stranger, consent))).to.equal("NoStanding");
    await authorizeConsent(client, issuer, consent);
    expect(await useConsent(client, desk, consent, usedClaim(document), saltText("file"))).to.equal(1);
    await withdrawAuthorization(client, issuer, consent);
    expect(await consentStatus(client, consent)).to.equal("AwaitingProvider");
    expect((await collect(consentHistory(client, id))).map(({ type }) => type)).to.deep.equal([
      "AuthorizationWithdrawn",
      "ConsentUsed",
      "ConsentAuthorized",
      "ConsentGiven",
    ]);
    expect(await collect(consentReceipts(client, id))).to.have.length(1);
  });

  it("are for an account too, and for either party of a claim about two", async () => {
    const world = await clientWorld();
    const { client, terms, stranger, officer } = world;
    const keys = [newKey(), newKey()] as const;
    const document = await documentFor(world, keys, MARRIAGE);
    for (const party of [0, 1] as const) {
      const own: ClaimDocument = { ...document, party };
      const consent = await newConsent(client, own, { ...terms, grantee: { account: officer.address.toLowerCase() } });
      expect(consent.consent).to.deep.include({ grantee: officer.address, granteeCity: 0, granteeCapability: 0 });
      await giveConsent(client, stranger, consent, await signConsent(consent, keys[party]));
      const use = async (by = officer) => useConsent(client, by, consent, usedClaim(own), saltText("file"));
      expect(await refusal(() => use(stranger))).to.equal("NotGrantee");
      expect(await use()).to.equal(1);
    }
  });

  it("are checked when they come from outside", async () => {
    const { client, key, terms, claimFor, stranger } = await clientWorld();
    const document = await claimFor();
    const consent = await newConsent(client, document, terms);
    const faultsOf = (json: unknown): readonly string[] => {
      try {
        parseConsent(json);
      } catch (error) {
        if (error instanceof ConsentError) return error.faults;
        throw error;
      }
      return [];
    };
    expect(faultsOf(consent)).to.deep.equal([]);
    expect(faultsOf({ ...consent, purpose: { ...consent.purpose, text: "advertising" } })).to.deep.equal([
      "its purpose is not the one that was signed",
    ]);
    expect(faultsOf({ ...consent, scope: { ...consent.scope, text: "everything" } })).to.deep.equal([
      "its scope is not the one that was signed",
    ]);
    expect(faultsOf({ ...consent, more: 1 })).to.match(/"more", which does not belong there/);
    expect(faultsOf({ ...consent, consent: { ...consent.consent, uses: 0 } })).to.match(/consent.uses must be >= 1/);
    expect(faultsOf(null)).to.have.length(1);

    expect(await rejection(() => signConsent(consent, newKey()))).to.match(/not the holder key/);
    expect(await rejection(() => signWithdrawal(consent, newKey()))).to.match(/not the holder key/);
    const signature = await signConsent(consent, key);
    for (const elsewhere of [
      { ...consent, chainId: "1" },
      { ...consent, registry: ZeroAddress },
    ]) {
      expect(consentId(elsewhere)).not.to.equal(consentId(consent));
      expect(await rejection(() => consentStatus(client, elsewhere))).to.match(/it is for the registry .* on chain/);
      expect(await rejection(() => giveConsent(client, stranger, elsewhere, signature))).to.match(/not for/);
    }
    const [party] = document.parties;
    const keyless = { ...document, parties: [{ ...party!, holder: { commitment: party!.holder.commitment } }] };
    expect(await rejection(() => newConsent(client, keyless, terms))).to.match(/does not have its holder's key/);
    expect(() => usedClaim(keyless)).to.throw(ConsentError, /does not open/);
  });
});
