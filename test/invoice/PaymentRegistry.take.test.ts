import { expect } from "chai";
import { ZeroHash } from "ethers";

import { INVOICING, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, loadFixture } from "../world.js";
import { anchored, MAX, paid, payments, reserve, Status, worthOf } from "./payments.js";
import { attest, CNY, paymentOf } from "./world.js";

describe("PaymentRegistry: taking and giving back", () => {
  it("lowers what is left, and says by how much, and since when", async () => {
    const world = await loadFixture(paid);
    const { taking, payment, id, attestedIn } = world;
    expect(await taking.take.staticCall(payment, [], 1)).to.deep.equal([id, 0n]);
    const first = taking.take(payment, [], 250);
    await expect(first).to.emit(taking, "PaymentTaken").withArgs(id, 250, 350, attestedIn);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 350n]);
    expect(await taking.take.staticCall(payment, [], 1)).to.deep.equal([id, 1n]);
    const second = taking.take(payment, [], 350);
    await expect(second)
      .to.emit(taking, "PaymentTaken")
      .withArgs(id, 350, 0, await blockOf(first));
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
    expect(await taking.stateOf(id)).to.deep.equal([true, false, 0n, 2n, BigInt(await blockOf(second))]);
  });

  it("takes no more than is left", async () => {
    const { taking, payment, id } = await loadFixture(paid);
    const refused = async (amount: bigint, left: bigint) =>
      expect(taking.take(payment, [], amount))
        .to.be.revertedWithCustomError(taking, "PaymentExceeded")
        .withArgs(id, left, amount);
    for (const amount of [601n, 2n ** 127n, MAX]) await refused(amount, 600n);
    await taking.take(payment, [], 599);
    await refused(2n, 1n);
    await taking.take(payment, [], 1);
    await refused(1n, 0n);
    await taking.take(payment, [], 0);
  });

  it("takes and gives back the largest amount", async () => {
    const world = await loadFixture(payments);
    const { taking, attesting, provider } = world;
    const payment = await attest(world, { amount: MAX });
    const id = world.idOf(payment);
    await taking.take(payment, [], MAX);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
    await expect(taking.take(payment, [], MAX)).to.be.revertedWithCustomError(taking, "PaymentExceeded");
    const before = (await taking.stateOf(id)).changedIn;
    await expect(attesting.refund([{ payment, proof: [], refunded: MAX }], []))
      .to.emit(taking, "PaymentRefunded")
      .withArgs(id, MAX, -MAX, provider.address, before);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Withdrawn, -MAX]);
    await taking.giveBack(id, MAX);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
  });

  it("gives back what can then be taken again, and says so", async () => {
    const world = await loadFixture(paid);
    const { taking, payment, id } = world;
    const taken = await blockOf(taking.take(payment, [], 600));
    const sent = taking.giveBack(id, 200);
    await expect(sent).to.emit(taking, "PaymentGivenBack").withArgs(id, 200, 200, taken);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 200n]);
    expect((await taking.stateOf(id)).changes).to.equal(2n); // a request that was signed before is void
    expect((await taking.stateOf(id)).changedIn).to.equal(BigInt(await blockOf(sent)));
    await expect(taking.take(payment, [], 201)).to.be.revertedWithCustomError(taking, "PaymentExceeded");
    await taking.take(payment, [], 200);
  });

  it("knows no payment that nobody attested, whatever the proof", async () => {
    const world = await loadFixture(payments);
    const { taking } = world;
    for (const changes of [{}, { serial: 1 }, { amount: 0 }]) {
      const payment = await paymentOf(world, changes);
      for (const proof of [[], [word()], [ZeroHash]]) {
        await expect(taking.take(payment, proof, 1))
          .to.be.revertedWithCustomError(taking, "PaymentUnknown")
          .withArgs(world.idOf(payment));
        expect(await worthOf(world, payment, proof)).to.deep.equal([Status.Unknown, 0n]);
      }
    }
  });

  it("is for holders of (network, INVOICING) alone, not of a city", async () => {
    const world = await loadFixture(paid);
    const { payments: registry, manager, payment, id, cityInvoicing, administrator, provider, operator } = world;
    const made = await anchored(world, 2);
    const { payee, currency, count, total } = made.batch;
    for (const by of [cityInvoicing, administrator, provider, operator]) {
      const trying = registry.connect(by);
      for (const act of [
        async () => trying.take(payment, [], 1),
        async () => trying.giveBack(id, 1),
        async () => trying.reserve(made.id, payee, currency, count, total),
        async () => trying.takeReserved(made.id, made.payments[0]!, made.proofOf(0)),
        async () => trying.release(made.id),
        async () => trying.useRequest(payment),
      ]) {
        await expect(act()).to.be.revertedWithCustomError(registry, "NoStanding").withArgs(by.address, 0);
      }
    }
    await manager.setTargetClosed(registry, true); // the role alone: whoever calls has asked the guard
    await world.suspendCity();
    await world.taking.take(payment, [], 1);
    await world.taking.giveBack(id, 1);
    await reserve(world, made);
    await world.taking.takeReserved(made.id, made.payments[0]!, made.proofOf(0));
    await manager.revokeRole(roleOf(0, INVOICING), world.invoicing);
    await expect(world.taking.take(payment, [], 1)).to.be.revertedWithCustomError(registry, "NoStanding");
  });

  it("counts a request that was used: the next one names another count", async () => {
    const world = await loadFixture(paid);
    const { taking, payment, id, attestedIn } = world;
    expect(await taking.useRequest.staticCall(payment)).to.deep.equal([id, 0n]);
    await taking.useRequest(payment);
    expect(await taking.useRequest.staticCall(payment)).to.deep.equal([id, 1n]);
    expect(await taking.changesOf(payment)).to.deep.equal([id, 1n]);
    expect(await taking.stateOf(id)).to.deep.equal([true, false, 600n, 1n, attestedIn]);
    expect(await taking.take.staticCall(payment, [], 1)).to.deep.equal([id, 1n]);
  });

  it("tells whether any of some payments is withdrawn", async () => {
    const world = await loadFixture(paid);
    const { taking, attesting, payment, id } = world;
    const other = world.idOf(await attest(world));
    await taking.take(payment, [], 600);
    expect(await taking.anyWithdrawn([])).to.equal(false);
    expect(await taking.anyWithdrawn([id, other, word()])).to.equal(false);
    await attesting.refund([{ payment, proof: [], refunded: 1 }], []);
    for (const ids of [[id], [other, id], [id, other]]) expect(await taking.anyWithdrawn(ids)).to.equal(true);
    expect(await taking.anyWithdrawn([other])).to.equal(false);
    await taking.giveBack(id, 1);
    expect(await taking.anyWithdrawn([id])).to.equal(false);
  });

  it("leaves a payment of another currency, or to another, as it is: that is for the InvoiceRegistry to see", async () => {
    const world = await loadFixture(payments);
    const payment = await attest(world, { currency: CNY + 1, payee: word() });
    await world.taking.take(payment, [], 600);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
  });
});
