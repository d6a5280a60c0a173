import { expect } from "chai";
import { hexlify, keccak256, randomBytes } from "ethers";

import { Wallet } from "../../../src/identity/wallet.js";
import {
  DeliveryError,
  DeliveryKey,
  openSealedInvoice,
  sealInvoice,
  type SealedInvoice,
} from "../../../src/invoice/deliver.js";
import { documentId, InvoiceDocumentError } from "../../../src/invoice/document.js";
import { handedOn } from "../../../src/invoice/order.js";
import { buyerOf, holderOf, InvoiceWallet, InvoiceWalletError } from "../../../src/invoice/wallet.js";
import { loadFixture } from "../../world.js";
import { caught, copyOf } from "../identity-world.js";
import { built, counter, draftPayment } from "./world.js";

describe("wallets of payers and holders", () => {
  it("find their keys again by the seed and the salt, and never use one twice", () => {
    const identity = Wallet.create();
    const wallet = InvoiceWallet.fromWords(identity.words());
    const again = InvoiceWallet.fromWords(`  ${identity.words().toUpperCase()} `);
    const [payer, buyer, holder] = [wallet.newPayer(), wallet.newBuyer("某某", "1"), wallet.newHolder()];
    expect(again.payerKey(payer.salt).signer).to.equal(payer.signer);
    expect(payer.payer).to.equal(keccak256(payer.signer));
    expect(again.holderKey(buyer.salt).signer).to.equal(buyer.signer);
    expect(again.holderKey(holder.salt).signer).to.equal(holder.signer);
    expect(wallet.payerKey(holder.salt).signer).not.to.equal(holder.signer);
    const many = Array.from({ length: 20 }, () => wallet.newHolder().signer);
    expect(new Set(many).size).to.equal(20);
    expect(wallet.deliveryKey().address).to.deep.equal(again.deliveryKey().address);
    expect(wallet.deliveryKey(1).address).not.to.deep.equal(wallet.deliveryKey().address);
    expect(buyerOf(buyer).commitment).not.to.equal(holderOf(buyer).commitment);
    expect(() => InvoiceWallet.fromSeed("0x12")).to.throw(InvoiceWalletError, "32 bytes");
    expect(() => InvoiceWallet.fromWords("one two")).to.throw(InvoiceWalletError, "mistyped");
  });

  it("hold a document until it is handed on", async () => {
    const world = await loadFixture(counter);
    const { document, buyer } = await built(world, [await draftPayment(world)]);
    expect(world.passenger.keyFor(document).signer).to.equal(buyer.signer);
    expect(() => world.employer.keyFor(document)).to.throw(InvoiceWalletError, "not of this wallet");
    const held = handedOn(document, world.employer.newHolder());
    expect(world.employer.keyFor(held).signer).to.equal(held.holder!.signer);
    expect(() => world.passenger.keyFor(held)).to.throw(InvoiceWalletError);
    expect(() => world.passenger.keyFor({})).to.throw(InvoiceWalletError);
  });
});

describe("deliveries", () => {
  for (const curve of ["secp256k1", "p256"] as const) {
    it(`are opened by the recipient's key alone (${curve})`, async () => {
      const world = await loadFixture(counter);
      const { document } = await built(world, [await draftPayment(world)]);
      const key = new DeliveryKey(randomBytes(32), curve);
      const sealed = await sealInvoice(document, key.address);
      expect(sealed.invoice).to.equal(documentId(document));
      expect(JSON.stringify(sealed)).not.to.include("某某科技有限公司");
      expect(await openSealedInvoice(copyOf(sealed), key)).to.deep.equal(document);
      expect((await sealInvoice(document, key.address)).data).not.to.equal(sealed.data);

      const fault = async (change: Partial<SealedInvoice>, by = key) =>
        (await caught(DeliveryError, () => openSealedInvoice({ ...sealed, ...change }, by))).fault;
      expect(await fault({}, new DeliveryKey(randomBytes(32), curve))).to.equal("WrongKey");
      expect(await fault({ invoice: hexlify(randomBytes(32)) })).to.equal("Damaged");
      expect(await fault({ iv: hexlify(randomBytes(12)) })).to.equal("Damaged");
      expect(await fault({ ephemeral: new DeliveryKey(randomBytes(32), curve).address.publicKey })).to.equal("Damaged");
      expect(await fault({ ephemeral: `0x05${"ff".repeat(32)}` })).to.equal("Damaged");
      const flipped = sealed.data.startsWith("A") ? `B${sealed.data.slice(1)}` : `A${sealed.data.slice(1)}`;
      expect(await fault({ data: flipped })).to.equal("Damaged");
      expect(await fault({ data: "" })).to.equal("Damaged");
    });
  }

  it("are refused where another document, or none, is inside", async () => {
    const world = await loadFixture(counter);
    const { document } = await built(world, [await draftPayment(world)]);
    const key = world.employer.deliveryKey();
    const broken = { ...copyOf(document), path: ["0x12"] };
    const sealed = await sealInvoice(broken, key.address);
    expect((await caught(InvoiceDocumentError, () => openSealedInvoice(sealed, key))).faults).to.have.length(1);
    const mistaken = { curve: "p256", publicKey: `0x05${"ff".repeat(32)}` } as const;
    expect((await caught(DeliveryError, () => sealInvoice(document, mistaken))).fault).to.equal("Damaged");
  });
});
