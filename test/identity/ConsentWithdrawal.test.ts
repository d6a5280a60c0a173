import { expect } from "chai";
import { TypedDataEncoder, ZeroHash } from "ethers";

import { issueUnder, roleOf } from "../../src/index.js";
import { domainOf, WITHDRAWAL_TYPES } from "../../src/identity/typed-data.js";
import { blockOf, CHINA, ethers, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import { type Consent, consentOf, consentWorld, FILE, type HeldClaim, issueTo, Status } from "./consent-world.js";
import { newKey, TAX } from "./world.js";

const REASON = 1;

/** A consent for a tax certificate, which Shijiazhuang must authorise too. */
async function providedWorld() {
  const world = await loadFixture(consentWorld);
  const taxpayer = newKey();
  const tax = await issueTo(world, taxpayer, TAX);
  const provided = consentOf(taxpayer, tax, { provider: SHIJIAZHUANG, uses: 9 });
  return { ...world, taxpayer, tax, provided, id: await world.consents.idOf(provided) };
}

describe("ConsentRegistry: who may end a consent", () => {
  describe("the holder", () => {
    it("withdraws at once, between uses, relayed by anyone", async () => {
      const { consents, officer, key, held, give, use, signWithdrawal, status } = await loadFixture(consentWorld);
      const consent = consentOf(key, held, { uses: 9 });
      const id = await consents.idOf(consent);
      await give(key, consent);
      const used = await blockOf(use(consent, held));
      await expect(consents.connect(officer).withdraw(consent, await signWithdrawal(key, consent)))
        .to.emit(consents, "ConsentWithdrawn")
        .withArgs(id, used);
      expect(await status(consent)).to.equal(Status.Withdrawn);
      await expect(use(consent, held))
        .to.be.revertedWithCustomError(consents, "ConsentNotReady")
        .withArgs(id, Status.Withdrawn);
      expect((await consents.stateOf(id)).used).to.equal(1n);
    });

    it("withdraws before the first use, and for ever", async () => {
      const { consents, key, held, consent, give, use, signConsent, signWithdrawal } = await loadFixture(consentWorld);
      const id = await consents.idOf(consent);
      const given = await blockOf(give(key, consent));
      const order = await signWithdrawal(key, consent);
      await expect(consents.withdraw(consent, order)).to.emit(consents, "ConsentWithdrawn").withArgs(id, given);
      await expect(consents.withdraw(consent, order))
        .to.be.revertedWithCustomError(consents, "ConsentWithdrawnBefore")
        .withArgs(id);
      await expect(consents.give(consent, await signConsent(key, consent)))
        .to.be.revertedWithCustomError(consents, "ConsentKnown")
        .withArgs(id);
      await expect(use(consent, held)).to.be.revertedWithCustomError(consents, "ConsentNotReady");
      const again = consentOf(key, held); // only a new consent lets it be used
      await give(key, again);
      await use(again, held);
    });

    it("withdraws what was not given here yet, so that nobody can give it any more", async () => {
      const { consents, key, consent, signConsent, signWithdrawal, status } = await loadFixture(consentWorld);
      const kept = await signConsent(key, consent); // by the desk, which has not relayed it
      await expect(consents.withdraw(consent, await signWithdrawal(key, consent)))
        .to.emit(consents, "ConsentWithdrawn")
        .withArgs(await consents.idOf(consent), 0);
      await expect(consents.give(consent, kept)).to.be.revertedWithCustomError(consents, "ConsentKnown");
      expect(await status(consent)).to.equal(Status.Withdrawn);
    });

    it("withdraws in a closed contract, a suspended city, and after the deadline", async () => {
      const { consents, manager, registry, china, hebei, key, held, give, signWithdrawal, status } =
        await loadFixture(consentWorld);
      const consent = consentOf(key, held, { deadline: held.claim.validUntil });
      await give(key, consent);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, REASON);
      await registry.connect(china).suspend(HUNAN, REASON);
      await manager.setTargetClosed(consents, true);
      await consents.withdraw(consent, await signWithdrawal(key, consent));
      const late = consentOf(key, held, { deadline: 1 });
      await consents.withdraw(late, await signWithdrawal(key, late));
      for (const one of [consent, late]) expect(await status(one)).to.equal(Status.Withdrawn);
    });

    it("is the only one who does: not the grantee, another key, chain, contract or consent", async () => {
      const world = await loadFixture(consentWorld);
      const { consents, manager, claims, key, held, consent, give, signConsent, signWithdrawal, status } = world;
      await give(key, consent);
      const value = { consent: await consents.idOf(consent) };
      const domain = await domainOf({ ...world, chainId: 31337n }, "consents");
      const second = await ethers.deployContract("ConsentRegistry", [
        await manager.getAddress(),
        await claims.getAddress(),
      ]);
      const elsewhere = { ...domain, verifyingContract: await second.getAddress() };
      const good = await signWithdrawal(key, consent);
      for (const signature of [
        await signWithdrawal(newKey(), consent),
        await signWithdrawal(key, consentOf(key, held)),
        await signConsent(key, consent),
        await key.sign(TypedDataEncoder.hash({ ...domain, chainId: 1n }, WITHDRAWAL_TYPES, value)),
        await key.sign(TypedDataEncoder.hash(elsewhere, WITHDRAWAL_TYPES, value)),
      ]) {
        await expect(consents.withdraw(consent, signature))
          .to.be.revertedWithCustomError(consents, "SignatureInvalid")
          .withArgs(consent.holder);
      }
      await expect(second.getFunction("withdraw")(consent, good)).to.be.revertedWithCustomError(
        second,
        "SignatureInvalid",
      );
      expect(await status(consent)).to.equal(Status.Active);
      await consents.withdraw(consent, good);
    });
  });

  describe("the provider", () => {
    it("must authorise what its schema asks for, and may do so no more", async () => {
      const { consents, issuer, desk, taxpayer, tax, provided, id, give, use, status } =
        await loadFixture(providedWorld);
      const given = await blockOf(give(taxpayer, provided));
      expect(await status(provided)).to.equal(Status.AwaitingProvider);
      await expect(use(provided, tax))
        .to.be.revertedWithCustomError(consents, "ConsentNotReady")
        .withArgs(id, Status.AwaitingProvider);

      const authorized = consents.connect(issuer).authorize(provided, []);
      await expect(authorized).to.emit(consents, "ConsentAuthorized").withArgs(id, SHIJIAZHUANG, issuer.address, given);
      expect(await status(provided)).to.equal(Status.Active);
      const used = use(provided, tax);
      await expect(used)
        .to.emit(consents, "ConsentUsed")
        .withArgs(id, desk.address, 1, tax.id, FILE, await blockOf(authorized));

      await expect(consents.connect(issuer).withdrawAuthorization(provided, []))
        .to.emit(consents, "AuthorizationWithdrawn")
        .withArgs(id, SHIJIAZHUANG, issuer.address, await blockOf(used));
      expect(await status(provided)).to.equal(Status.AwaitingProvider);
      await expect(use(provided, tax)).to.be.revertedWithCustomError(consents, "ConsentNotReady");
      await consents.connect(issuer).authorize(provided, []);
      await use(provided, tax);
    });

    it("authorises once, where one is named, and what was given and not withdrawn", async () => {
      const world = await loadFixture(providedWorld);
      const { consents, issuer, taxpayer, tax, provided, id, give, signWithdrawal } = world;
      const act = consents.connect(issuer);
      const authorize = async (consent: Consent) => act.authorize(consent, []);
      const withdraw = async (consent: Consent) => act.withdrawAuthorization(consent, []);
      for (const attempt of [authorize, withdraw]) {
        await expect(attempt(provided))
          .to.be.revertedWithCustomError(consents, "ConsentNotReady")
          .withArgs(id, Status.Unknown);
      }
      await give(taxpayer, provided);
      const unchanged = async (attempt: typeof authorize, consent = provided) =>
        expect(attempt(consent))
          .to.be.revertedWithCustomError(consents, "AuthorizationUnchanged")
          .withArgs(await consents.idOf(consent), consent.provider);
      await unchanged(withdraw);
      await authorize(provided);
      await unchanged(authorize);
      const none = consentOf(taxpayer, tax);
      await give(taxpayer, none);
      await unchanged(authorize, none);
      await unchanged(withdraw, none);

      await consents.withdraw(provided, await signWithdrawal(taxpayer, provided));
      for (const attempt of [authorize, withdraw]) {
        await expect(attempt(provided))
          .to.be.revertedWithCustomError(consents, "ConsentNotReady")
          .withArgs(id, Status.Withdrawn);
      }
    });

    it("is an officer of the city that issued the claim, held today", async () => {
      const world = await loadFixture(providedWorld);
      const { consents, manager, shijiazhuang, issuer, hunanIssuer, stranger, registrar } = world;
      const { taxpayer, provided, give } = world;
      await give(taxpayer, provided);
      for (const by of [stranger, hunanIssuer, registrar, shijiazhuang]) {
        await expect(consents.connect(by).authorize(provided, []))
          .to.be.revertedWithCustomError(consents, "NoStanding")
          .withArgs(by.address, SHIJIAZHUANG);
      }
      await consents.connect(issuer).authorize(provided, []);
      for (const by of [stranger, hunanIssuer, registrar, shijiazhuang]) {
        await expect(consents.connect(by).withdrawAuthorization(provided, []))
          .to.be.revertedWithCustomError(consents, "NoStanding")
          .withArgs(by.address, SHIJIAZHUANG);
      }
      await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, issueUnder(Number(TAX))), issuer);
      await expect(consents.connect(issuer).withdrawAuthorization(provided, [])).to.be.revertedWithCustomError(
        consents,
        "NoStanding",
      );
      const another = consentOf(taxpayer, world.tax, { provider: SHIJIAZHUANG });
      await give(taxpayer, another);
      await expect(consents.connect(issuer).authorize(another, [])).to.be.revertedWithCustomError(
        consents,
        "NoStanding",
      );
    });

    it("of another city opens no claim of this one", async () => {
      const { consents, hunanIssuer, taxpayer, tax, give, use } = await loadFixture(providedWorld);
      const consent = consentOf(taxpayer, tax, { provider: HUNAN });
      await give(taxpayer, consent);
      await consents.connect(hunanIssuer).authorize(consent, []);
      await expect(use(consent, tax))
        .to.be.revertedWithCustomError(consents, "ClaimDiffers")
        .withArgs(await consents.idOf(consent), tax.id);
    });

    it("may be named, and counts for nothing, where the schema does not ask", async () => {
      const { key, held, give, use, status } = await loadFixture(consentWorld);
      const consent = consentOf(key, held, { provider: SHIJIAZHUANG });
      await give(key, consent);
      expect(await status(consent)).to.equal(Status.Active);
      await use(consent, held);
    });

    it("authorises under the guard, and says no by the role alone, or by who stands in for it", async () => {
      const world = await loadFixture(providedWorld);
      const { consents, manager, registry, hebei, officer, issuer, taxpayer, tax, provided, give, use } = world;
      const schema = issueUnder(Number(TAX));
      await manager.connect(hebei).grantRole(roleOf(HEBEI, schema), officer, 0);
      await give(taxpayer, provided);

      await registry.connect(hebei).suspend(SHIJIAZHUANG, REASON);
      await expect(consents.connect(issuer).authorize(provided, [])).to.be.revertedWithCustomError(
        manager,
        "CityNotActive",
      );
      const standIn = consents.connect(officer);
      await expect(standIn.authorize(provided, [])).to.be.revertedWithCustomError(consents, "NoStanding");
      await standIn.authorize(provided, [HEBEI]);
      await use(provided, tax);
      await standIn.withdrawAuthorization(provided, [HEBEI]);
      await manager.setTargetClosed(consents, true);
      await expect(standIn.authorize(provided, [HEBEI])).to.be.revertedWithCustomError(manager, "ContractClosed");
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);
      await expect(consents.connect(issuer).authorize(provided, [])).to.be.revertedWithCustomError(
        manager,
        "ContractClosed",
      );
      await manager.setTargetClosed(consents, false);
      await consents.connect(issuer).authorize(provided, []);

      // An ancestor stands in for it only while it cannot act.
      for (const lineage of [[HEBEI], [], [CHINA]]) {
        await expect(standIn.withdrawAuthorization(provided, lineage)).to.be.revertedWithCustomError(
          consents,
          "NoStanding",
        );
      }
      await registry.connect(hebei).suspend(SHIJIAZHUANG, REASON);
      await manager.setTargetClosed(consents, true);
      await standIn.withdrawAuthorization(provided, [HEBEI]);
      await manager.setTargetClosed(consents, false);
      await registry.connect(hebei).reinstate(SHIJIAZHUANG);

      await consents.connect(issuer).authorize(provided, []);
      await use(provided, tax);
      await registry.connect(hebei).suspend(SHIJIAZHUANG, REASON);
      await manager.setTargetClosed(consents, true);
      await consents.connect(issuer).withdrawAuthorization(provided, []);
    });
  });

  it("covers with one consent all claims of a schema under the key, each authorised by the provider it names", async () => {
    const world = await loadFixture(providedWorld);
    const { consents, issuer, desk, give, use } = world;
    const key = newKey();
    const claims: HeldClaim[] = [await issueTo(world, key, TAX), await issueTo(world, key, TAX)];
    const wide = consentOf(key, claims[0]!, { claim: ZeroHash, provider: SHIJIAZHUANG, uses: 2 });
    await give(key, wide);
    let previous = await blockOf(consents.connect(issuer).authorize(wide, []));
    for (const [index, held] of claims.entries()) {
      const used = use(wide, held);
      await expect(used)
        .to.emit(consents, "ConsentUsed")
        .withArgs(await consents.idOf(wide), desk.address, index + 1, held.id, FILE, previous);
      previous = await blockOf(used);
    }
  });
});
