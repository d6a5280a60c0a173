import { expect } from "chai";

import {
  INVOICE_REASONS,
  invoiceReasonCode,
  type InvoiceReasonName,
  invoiceReasonName,
  invoiceReasonWords,
} from "../../../src/invoice/reason.js";
import {
  admitTaxpayer,
  allotNumbers,
  closePeriods,
  dismissTaxpayer,
  dropIssuingOperator,
  freezeTaxpayer,
  issuingOperators,
  kindSet,
  kindsOfSet,
  nameIssuingOperator,
  openBureau,
  quotaAnswer,
  setQuota,
  setTaxpayerKinds,
  taxpayerAnswer,
  unfreezeTaxpayer,
} from "../../../src/invoice/taxpayer.js";
import { HUNAN, loadFixture, SHIJIAZHUANG } from "../../world.js";
import { counter, issuedRide } from "./world.js";

describe("what bureaus do", () => {
  it("admit, change and dismiss sellers", async () => {
    const world = await loadFixture(counter);
    const { contracts, taxBureau, seller, operator } = world;
    const tax = { person: seller, bureau: "tax" } as const;
    const answer = async () => taxpayerAnswer(contracts, tax);
    expect(await answer()).to.deep.include({ admitted: true, frozen: false, city: 4, utcOffset: 480 });
    await issuedRide(world);
    expect(await quotaAnswer(contracts, tax, "CNY")).to.deep.equal({
      ...{ limit: 100_000_000n, used: 583n, left: 99_999_417n },
    });
    await setQuota(contracts, taxBureau, tax, "CNY", 100n);
    expect(await quotaAnswer(contracts, tax, "CNY")).to.deep.include({ limit: 100n, left: 0n });
    expect(await quotaAnswer(contracts, tax, "CNY", 202001)).to.deep.include({ used: 0n });
    await setTaxpayerKinds(contracts, taxBureau, tax, ["Transport"]);
    expect((await answer()).kinds).to.deep.equal(["Transport"]);
    await freezeTaxpayer(contracts, taxBureau, tax, "UnderReview");
    expect((await answer()).frozen).to.be.true;
    await unfreezeTaxpayer(contracts, taxBureau, tax, "Settled");
    const operators = async () => {
      const list: string[] = [];
      for await (const one of issuingOperators(contracts, tax)) list.push(one);
      return list;
    };
    await nameIssuingOperator(contracts, taxBureau, tax, taxBureau.address);
    expect(await operators()).to.have.members([operator.address, taxBureau.address]);
    await dropIssuingOperator(contracts, taxBureau, tax, taxBureau.address);
    expect(await operators()).to.deep.equal([operator.address]);
    await allotNumbers(contracts, taxBureau, tax, "Digital", 7n);
    await dismissTaxpayer(contracts, taxBureau, tax, "CeasedBusiness");
    expect((await answer()).admitted).to.be.false;
    await admitTaxpayer(contracts, taxBureau, tax, SHIJIAZHUANG, ["Scenic", "VatSpecial"]);
    expect((await answer()).kinds).to.deep.equal(["VatSpecial", "Scenic"]);
    await closePeriods(contracts, taxBureau, SHIJIAZHUANG, 202001);
    await expect(openBureau(contracts, world.hunanBureau, HUNAN, "tax", 480)).to.be.revertedWithCustomError(
      contracts.taxpayers,
      "BureauNotReady",
    );
    expect(kindsOfSet(kindSet(["Medical", "FiscalReceipt"]))).to.deep.equal(["Medical", "FiscalReceipt"]);
    expect(kindSet(["Medical", "FiscalReceipt"])).to.equal(0x60);
  });

  it("give reasons by codes with words, each once", () => {
    const codes = Object.values(INVOICE_REASONS);
    expect(new Set(codes).size).to.equal(codes.length);
    for (const name of Object.keys(INVOICE_REASONS) as InvoiceReasonName[]) {
      expect(invoiceReasonName(invoiceReasonCode(name))).to.equal(name);
      expect(invoiceReasonWords(invoiceReasonCode(name))).to.match(/^[a-z]/);
    }
    expect(invoiceReasonCode(777)).to.equal(777);
    expect(invoiceReasonName(777n)).to.equal("reason 777");
    expect(invoiceReasonWords(777n)).to.equal("reason 777");
    for (const code of codes) expect(code).to.be.within(0, 0xffff);
  });
});
