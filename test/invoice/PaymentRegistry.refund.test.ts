import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { ZeroHash } from "ethers";

import { PAYMENT, roleOf } from "../../src/index.js";
import { word } from "../identity/world.js";
import { blockOf, CHINA, HEBEI, HUNAN, loadFixture, SHIJIAZHUANG } from "../world.js";
import { anchored, MAX, paid, type Payment, payments, type Payments, Status, TANGSHAN, worthOf } from "./payments.js";
import { attest, paymentOf } from "./world.js";

type Signer = Payments["provider"];
type Paid = Payments & { payment: Payment; id: string };

describe("PaymentRegistry: refunds", () => {
  const refundOf = (payment: Payment, refunded: bigint | number, proof: string[] = []) => ({
    payment,
    proof,
    refunded,
  });

  const refund = async (world: Paid, refunded: bigint | number, by: Signer = world.provider, lineage: bigint[] = []) =>
    world.payments.connect(by).refund([refundOf(world.payment, refunded)], lineage);

  const notRefunder = async (world: Paid, by: Signer, lineage: bigint[] = []) =>
    expect(refund(world, 600, by, lineage))
      .to.be.revertedWithCustomError(world.payments, "NotRefunder")
      .withArgs(by.address);

  it("before a document lower what is left of the payment", async () => {
    const world = await loadFixture(paid);
    const { attesting, taking, payment, id, provider, attestedIn } = world;
    const sent = refund(world, 250);
    await expect(sent).to.emit(attesting, "PaymentRefunded").withArgs(id, 250, 350, provider.address, attestedIn);
    expect(await attesting.stateOf(id)).to.deep.equal([true, false, 350n, 1n, BigInt(await blockOf(sent))]);
    expect(await attesting.refundedOf(id)).to.equal(250n);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 350n]);
    await expect(taking.take(payment, [], 351)).to.be.revertedWithCustomError(taking, "PaymentExceeded");
    await taking.take(payment, [], 350);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
  });

  it("after a document leave less than nothing, until it is reversed", async () => {
    const world = await loadFixture(paid);
    const { attesting, taking, payment, id, provider } = world;
    const taken = await blockOf(taking.take(payment, [], 500));
    await expect(refund(world, 600))
      .to.emit(attesting, "PaymentRefunded")
      .withArgs(id, 600, -500, provider.address, taken);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Withdrawn, -500n]);
    for (const amount of [0n, 1n]) {
      await expect(taking.take(payment, [], amount))
        .to.be.revertedWithCustomError(taking, "PaymentExceeded")
        .withArgs(id, -500, amount);
    }
    await taking.giveBack(id, 499);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Withdrawn, -1n]);
    await taking.giveBack(id, 1);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
  });

  it("are said in all, so that they only grow, up to the amount", async () => {
    const world = await loadFixture(paid);
    const { attesting, payment, id } = world;
    const refused = async (refunded: bigint | number, known: number) =>
      expect(refund(world, refunded))
        .to.be.revertedWithCustomError(attesting, "RefundInvalid")
        .withArgs(id, known, refunded);
    for (const refunded of [0, 601, MAX]) await refused(refunded, 0);
    await refund(world, 100);
    await refund(world, 300);
    for (const refunded of [0, 100, 299, 300, 601]) await refused(refunded, 300);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Available, 300n]);
    await refund(world, 600);
    expect(await worthOf(world, payment)).to.deep.equal([Status.Exhausted, 0n]);
    await refused(600, 600);
  });

  it("of many skip what is known, and what was said before it", async () => {
    const world = await loadFixture(paid);
    const { attesting, payment, id } = world;
    const others = [await attest(world), await attest(world)] as const;
    const list = [refundOf(payment, 100), refundOf(others[0], 600), refundOf(payment, 100), refundOf(payment, 150)];
    const receipt = await (await attesting.refund(list, [])).wait();
    expect(receipt!.logs.length).to.equal(3);
    expect(await attesting.refundedOf(id)).to.equal(150n);
    for (const known of [150, 149, 0]) {
      const again = await (await attesting.refund([refundOf(payment, known), refundOf(others[0], 600)], [])).wait();
      expect(again!.logs.length).to.equal(0);
    }
    expect((await attesting.stateOf(id)).changes).to.equal(2n);
    await expect(attesting.refund([refundOf(others[1], 1), refundOf(payment, 601)], []))
      .to.be.revertedWithCustomError(attesting, "RefundInvalid")
      .withArgs(id, 150, 601);
    expect(await worthOf(world, others[1])).to.deep.equal([Status.Available, 600n]);
  });

  it("are of one payment at least, and of payments that are known", async () => {
    const world = await loadFixture(payments);
    const { attesting } = world;
    await expect(attesting.refund([], [])).to.be.revertedWithCustomError(attesting, "Empty");
    const payment = await paymentOf(world);
    await expect(attesting.refund([refundOf(payment, 1)], []))
      .to.be.revertedWithCustomError(attesting, "PaymentUnknown")
      .withArgs(world.idOf(payment));
  });

  describe("who may refund", () => {
    it("is the provider: no rival, payee, bureau, invoicing contract or other city", async () => {
      const world = await loadFixture(paid);
      const { rival, hunanProvider, operator, taxBureau, invoicing, hunan, administrator, stranger } = world;
      for (const by of [rival, hunanProvider, operator, taxBureau, invoicing, hunan, administrator, stranger]) {
        await notRefunder(world, by);
      }
      await notRefunder(world, hunan, [HUNAN]);
      const theirs = await attest(world, { provider: hunanProvider.address, city: HUNAN });
      await expect(world.attesting.refund([refundOf(world.payment, 1), refundOf(theirs, 1)], []))
        .to.be.revertedWithCustomError(world.payments, "NotRefunder")
        .withArgs(world.provider.address);
      await refund(world, 600);
    });

    it("is the provider of a suspended city too, and in a closed contract", async () => {
      const world = await loadFixture(paid);
      await world.manager.setTargetClosed(world.payments, true);
      await world.suspendCity();
      await refund(world, 600);
    });

    it("is the city's controller, for a provider that was dismissed", async () => {
      const world = await loadFixture(paid);
      const { manager, shijiazhuang, provider, payments: registry, id, attestedIn } = world;
      await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, PAYMENT), provider);
      await notRefunder(world, provider);
      await expect(refund(world, 200, shijiazhuang))
        .to.emit(registry, "PaymentRefunded")
        .withArgs(id, 200, 400, shijiazhuang.address, attestedIn);
    });

    it("is an ancestor's controller, with lineage, when the city cannot act", async () => {
      const world = await loadFixture(paid);
      const { registry, china, hebei, administrator } = world;
      await notRefunder(world, hebei, [HEBEI]);
      await world.suspendCity();
      await notRefunder(world, hebei);
      await notRefunder(world, china, [CHINA]);
      await notRefunder(world, hebei, [SHIJIAZHUANG]);
      await refund(world, 100, hebei, [HEBEI]);
      await registry.connect(china).suspend(HEBEI, 1);
      await notRefunder(world, hebei, [HEBEI]);
      await notRefunder(world, administrator, [0n]);
      await refund(world, 200, china, [CHINA]);
    });

    it("is the controller of a retired city's successor", async () => {
      const world = await loadFixture(paid);
      const { registry, hebei, tangshan } = world;
      await notRefunder(world, tangshan, [TANGSHAN]);
      await registry.connect(hebei).retire(SHIJIAZHUANG, [TANGSHAN], []);
      await notRefunder(world, tangshan);
      await refund(world, 100, tangshan, [TANGSHAN]);
      await refund(world, 200); // the provider holds its role still
    });
  });

  describe("anchored", () => {
    /** Two payments, and a tree of their refunds: 100, and 600. */
    const refunded = async () => {
      const world = await loadFixture(paid);
      const second = await attest(world);
      const list = [
        { payment: world.payment, refunded: 100n },
        { payment: second, refunded: 600n },
        { payment: world.payment, refunded: 400n },
      ];
      const provider = world.provider.address;
      const leaves = list.map(({ payment, refunded }, position) =>
        world.refundLeafOf(provider, 5, position, world.idOf(payment), refunded),
      );
      const tree = SimpleMerkleTree.of(leaves);
      const anchoredRefund = (position: number) => ({
        refund: { ...list[position]!, proof: [] as string[] },
        serial: 5,
        position,
        path: tree.getProof(position),
      });
      return { ...world, second, tree, list, anchoredRefund };
    };

    it("are said with their root, and count when anyone proves them", async () => {
      const world = await loadFixture(refunded);
      const { attesting, asking, provider, stranger, tree, id, second, anchoredRefund, attestedIn } = world;
      await expect(attesting.anchorRefunds(SHIJIAZHUANG, 5, 3, tree.root))
        .to.emit(attesting, "RefundsAnchored")
        .withArgs(provider.address, 5, SHIJIAZHUANG, 3, tree.root);
      expect(await attesting.refundedOf(id)).to.equal(0n);
      const sent = asking.proveRefund(anchoredRefund(0));
      await expect(sent).to.emit(asking, "PaymentRefunded").withArgs(id, 100, 500, stranger.address, attestedIn);
      await asking.proveRefund(anchoredRefund(1));
      expect(await worthOf(world, second)).to.deep.equal([Status.Exhausted, 0n]);
      await asking.proveRefund(anchoredRefund(2));
      expect(await worthOf(world, world.payment)).to.deep.equal([Status.Available, 200n]);
    });

    it("are proven once, and the later total is not lowered by an earlier one", async () => {
      const world = await loadFixture(refunded);
      const { attesting, asking, tree, id, anchoredRefund } = world;
      await attesting.anchorRefunds(SHIJIAZHUANG, 5, 3, tree.root);
      await asking.proveRefund(anchoredRefund(2));
      for (const [position, said] of [
        [2, 400],
        [0, 100],
      ] as const) {
        await expect(asking.proveRefund(anchoredRefund(position)))
          .to.be.revertedWithCustomError(asking, "RefundInvalid")
          .withArgs(id, 400, said);
      }
    });

    it("prove nothing else: another place, amount, payment, serial, provider or path", async () => {
      const world = await loadFixture(refunded);
      const { attesting, asking, rival, tree, second, payment, anchoredRefund } = world;
      const good = anchoredRefund(0);
      const refused = async (changes: Partial<typeof good>) => {
        const forged = { ...good, ...changes };
        await expect(asking.proveRefund(forged))
          .to.be.revertedWithCustomError(asking, "PaymentUnknown")
          .withArgs(world.idOf(forged.refund.payment));
      };
      await refused({}); // not anchored yet
      await attesting.anchorRefunds(SHIJIAZHUANG, 5, 3, tree.root);
      await refused({ position: 1 });
      await refused({ position: 3 });
      await refused({ serial: 6 });
      await refused({ path: tree.getProof(1) });
      await refused({ path: [] });
      await refused({ path: [...good.path, word()] });
      await refused({ refund: { ...good.refund, refunded: 101n } });
      await refused({ refund: { ...good.refund, payment: second } });
      await refused({ refund: { ...good.refund, payment: { ...payment, amount: 601 } } });
      const theirs = await paymentOf(world, { provider: rival.address });
      await world.payments.connect(rival).attest(theirs);
      await refused({ refund: { ...good.refund, payment: theirs } });
      await asking.proveRefund(good);
    });

    it("of a place that is not in the count prove nothing, though the tree has it", async () => {
      const world = await loadFixture(refunded);
      const { attesting, asking, tree, anchoredRefund } = world;
      await attesting.anchorRefunds(SHIJIAZHUANG, 5, 2, tree.root);
      await expect(asking.proveRefund(anchoredRefund(2))).to.be.revertedWithCustomError(asking, "PaymentUnknown");
      await asking.proveRefund(anchoredRefund(1));
    });

    it("for one city touch no payment of another", async () => {
      const world = await loadFixture(refunded);
      const { attesting, asking, manager, hunan, provider, tree, anchoredRefund } = world;
      await manager.connect(hunan).grantRole(roleOf(HUNAN, PAYMENT), provider, 0);
      await attesting.anchorRefunds(HUNAN, 5, 3, tree.root);
      await expect(asking.proveRefund(anchoredRefund(0))).to.be.revertedWithCustomError(asking, "PaymentUnknown");
    });

    it("by a rival provider touch no payment of the provider", async () => {
      const world = await loadFixture(refunded);
      const { asking, rival, id, tree, anchoredRefund } = world;
      const leaf = world.refundLeafOf(rival.address, 5, 0, id, 100n);
      await world.payments.connect(rival).anchorRefunds(SHIJIAZHUANG, 5, 1, leaf);
      for (const path of [[], tree.getProof(0)]) {
        await expect(asking.proveRefund({ ...anchoredRefund(0), path })).to.be.revertedWithCustomError(
          asking,
          "PaymentUnknown",
        );
      }
    });

    it("more than the payment are refused", async () => {
      const world = await loadFixture(refunded);
      const { attesting, asking, provider, payment, id } = world;
      await attesting.anchorRefunds(SHIJIAZHUANG, 9, 1, world.refundLeafOf(provider.address, 9, 0, id, 601n));
      await expect(
        asking.proveRefund({ refund: refundOf(payment, 601), serial: 9, position: 0, path: [] }),
      ).to.be.revertedWithCustomError(asking, "RefundInvalid");
    });

    it("use a serial once, which the provider's payments may use too", async () => {
      const world = await loadFixture(refunded);
      const { attesting, provider, rival, tree } = world;
      await attesting.anchorRefunds(SHIJIAZHUANG, 5, 3, tree.root);
      await expect(attesting.anchorRefunds(SHIJIAZHUANG, 5, 1, word()))
        .to.be.revertedWithCustomError(attesting, "SerialUsed")
        .withArgs(provider.address, 5);
      await world.payments.connect(rival).anchorRefunds(SHIJIAZHUANG, 5, 3, tree.root);
      await anchored(world, 1, { serial: 5 });
    });

    it("want a serial, a count and a root", async () => {
      const { attesting } = await loadFixture(payments);
      for (const [serial, count, root] of [
        [0, 1, word()],
        [1, 0, word()],
        [1, 1, ZeroHash],
      ] as const) {
        await expect(attesting.anchorRefunds(SHIJIAZHUANG, serial, count, root))
          .to.be.revertedWithCustomError(attesting, "BatchInvalid")
          .withArgs(serial, count, root);
      }
    });

    it("are anchored by a provider of the city, with the role alone; what it anchored outlasts its role", async () => {
      const world = await loadFixture(refunded);
      const { payments: registry, manager, attesting, asking, provider, tree, anchoredRefund } = world;
      for (const by of [world.hunanProvider, world.shijiazhuang, world.hebei, world.operator, world.stranger]) {
        await expect(registry.connect(by).anchorRefunds(SHIJIAZHUANG, 5, 3, tree.root))
          .to.be.revertedWithCustomError(registry, "NotRefunder")
          .withArgs(by.address);
      }
      await manager.setTargetClosed(registry, true);
      await world.suspendCity();
      await attesting.anchorRefunds(SHIJIAZHUANG, 5, 3, tree.root);
      await manager.connect(world.shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, PAYMENT), provider);
      await expect(attesting.anchorRefunds(SHIJIAZHUANG, 6, 3, tree.root)).to.be.revertedWithCustomError(
        registry,
        "NotRefunder",
      );
      await asking.proveRefund(anchoredRefund(0));
      expect(await worthOf(world, world.payment)).to.deep.equal([Status.Available, 500n]);
    });
  });
});
