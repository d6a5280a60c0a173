import { expect } from "chai";

import {
  isRedemptionAccount,
  keyedEndToEndId,
  newRedemptionAccount,
  openRedemptions,
  payOrder,
  payRedemption,
  redemption,
  refundOrder,
  requestRedemption,
  returnRedemption,
  SettlementError,
  type Settling,
  withdrawRedemption,
} from "../../../src/escrow/settlement-token.js";
import { RETURN_REASONS, returnReasonCode, returnReasonName } from "../../../src/escrow/return-reason.js";
import { countPayment } from "../../../src/invoice/payment.js";
import { at, settlement, WAIT } from "../../escrow/settlement.js";
import { newKey, word } from "../../identity/world.js";
import { payerOf } from "../../invoice/world.js";
import { ethers, HEBEI, loadFixture, SHIJIAZHUANG } from "../../world.js";
import { IBAN } from "./messages.js";

async function connected() {
  const world = await loadFixture(settlement);
  const provider = ethers.provider;
  const { chainId } = await provider.getNetwork();
  const contracts: Settling = { provider, settlement: world.token };
  return { ...world, contracts, chainId };
}

const openIds = async (contracts: Settling, options: { from?: bigint; pageSize?: number } = {}) => {
  const ids: bigint[] = [];
  for await (const { id } of openRedemptions(contracts, options)) ids.push(id);
  return ids;
};

describe("redemptions, as holder and bank see them", () => {
  it("are requested with an account that only its opening shows", async () => {
    const { contracts, holder } = await loadFixture(connected);
    const account = newRedemptionAccount(IBAN);
    const id = await requestRedemption(contracts, holder, 150n, account);
    const record = await redemption(contracts, id);
    expect(record).to.deep.include({ id: 1n, status: "Requested", holder: holder.address, amount: 150n });
    expect(record.dueAt.getTime() - record.requestedAt.getTime()).to.equal(WAIT * 1000);
    expect(record.account).not.to.include(IBAN);
    expect(isRedemptionAccount(record, account)).to.be.true;
    expect(isRedemptionAccount(record, newRedemptionAccount(IBAN))).to.be.false; // another salt
    expect(isRedemptionAccount(record, { ...account, account: "GB33BUKB20201555555555" })).to.be.false;
  });

  it("that wait for a bank are listed, page by page", async () => {
    const { contracts, bank, holder } = await loadFixture(connected);
    for (let i = 0; i < 7; i++) await requestRedemption(contracts, holder, 10n, newRedemptionAccount(IBAN));
    await payRedemption(contracts, bank, 2n, word());
    await returnRedemption(contracts, bank, 5n, "AccountClosed");
    expect(await openIds(contracts)).to.deep.equal([1n, 3n, 4n, 6n, 7n]);
    expect(await openIds(contracts, { pageSize: 2 })).to.deep.equal([1n, 3n, 4n, 6n, 7n]);
    expect(await openIds(contracts, { from: 4n, pageSize: 2 })).to.deep.equal([4n, 6n, 7n]);
    expect(await openIds(contracts, { from: 8n })).to.deep.equal([]);
    expect((await redemption(contracts, 2n)).status).to.equal("Paid");
    expect((await redemption(contracts, 5n)).status).to.equal("Returned");
    await expectRefused(redemption(contracts, 8n), SettlementError);
  });

  it("are withdrawn in the end, and paid by another city's bank where it acts", async () => {
    const { contracts, token, holder, hebeiBank, suspendCity } = await loadFixture(connected);
    const id = await requestRedemption(contracts, holder, 150n, newRedemptionAccount(IBAN));
    const other = await requestRedemption(contracts, holder, 50n, newRedemptionAccount(IBAN));
    await suspendCity();
    await payRedemption(contracts, hebeiBank, other, word(), [Number(HEBEI)]);
    await at((await redemption(contracts, id)).dueAt.getTime() / 1000);
    await withdrawRedemption(contracts, holder, id);
    expect((await redemption(contracts, id)).status).to.equal("Withdrawn");
    expect(await token.balanceOf(holder)).to.equal(99_950n);
    expect(await openIds(contracts)).to.deep.equal([]);
  });

  it("are returned for a reason that has a name", () => {
    expect(new Set(Object.values(RETURN_REASONS)).size).to.equal(Object.keys(RETURN_REASONS).length);
    expect(returnReasonCode("AccountClosed")).to.equal(2);
    expect(returnReasonCode(700)).to.equal(700);
    expect(returnReasonName(2n)).to.equal("AccountClosed");
    expect(returnReasonName(700)).to.equal("700");
  });
});

describe("end-to-end identifications", () => {
  it("are keyed by the bank and the paying account, and the same each time", () => {
    const secret = word();
    const keyed = keyedEndToEndId(secret, "E2E-1", "A");
    expect(keyed).to.match(/^0x[0-9a-f]{64}$/);
    expect(keyedEndToEndId(secret, "E2E-1", "A")).to.equal(keyed);
    const others = [
      keyedEndToEndId(word(), "E2E-1", "A"),
      keyedEndToEndId(secret, "E2E-2", "A"),
      keyedEndToEndId(secret, "E2E-1", "B"),
      keyedEndToEndId(secret, "E2E-1A", ""),
    ];
    expect(new Set([keyed, ...others]).size).to.equal(5);
  });
});

describe("orders that are paid with the token", () => {
  it("are counted as payments, and sent back in part", async () => {
    const world = await loadFixture(connected);
    const { contracts, chainId, payments, holder, operator, seller, stranger, address } = world;
    const provider = ethers.provider;
    const order = word();
    const transactionId = await payOrder(contracts, holder, {
      payee: seller,
      to: operator.address,
      amount: 600n,
      order,
    });
    const count = async () =>
      countPayment({ provider, chainId, payments }, stranger, address, SHIJIAZHUANG, transactionId);
    const id = await count();
    expect((await payments.stateOf(id)).left).to.equal(600n);
    await refundOrder(contracts, operator, transactionId, 250n);
    await count();
    expect((await payments.stateOf(id)).left).to.equal(350n);
    const payer = payerOf(newKey());
    const retail = { payee: seller, to: operator.address, amount: 5n, order: word(), payer };
    const { payer: told } = await world.token.paymentOf(await payOrder(contracts, holder, retail));
    expect(told).to.equal(payer);
  });
});

async function expectRefused(act: Promise<unknown>, kind: new (message: string) => Error): Promise<void> {
  const error: unknown = await act.catch((reason: unknown) => reason);
  expect(error).to.be.instanceOf(kind);
}
