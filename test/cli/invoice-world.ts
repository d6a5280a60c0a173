/** Those who act on a document, as their commands know them: each with the key of an account without money. */
import { hexlify, randomBytes, Wallet } from "ethers";

import { TAX } from "../../src/access/capability.js";
import { roleOf } from "../../src/index.js";
import type { InvoiceDocument } from "../../src/invoice/document.js";
import { handedOn, sendHolderOrder, signHandOn } from "../../src/invoice/order.js";
import { InvoiceWallet } from "../../src/invoice/wallet.js";
import { after, counter, type Counter, issuedRide } from "../client/invoice/world.js";
import { setOperator } from "../identity/persons.js";
import { loadFixture, SHIJIAZHUANG } from "../world.js";

export interface Holding extends Counter {
  directoryAddress: string;
  /** A ride that a passenger has handed on to the company, and so confirmed. */
  held: InvoiceDocument;
  /** Of the company's wallet. */
  seed: string;
  /** What `civitas` is told by the environment. */
  as: {
    /** The wallet's seed, and an account that sends. */
    company: { CIVITAS_KEY: string; CIVITAS_WALLET_SEED: string };
    /** An operator of the seller. */
    seller: { CIVITAS_KEY: string };
    /** An officer of the tax bureau of Shijiazhuang. */
    officer: { CIVITAS_KEY: string };
  };
}

export async function holding(): Promise<Holding> {
  const world = await loadFixture(counter);
  const [operator, officer] = [Wallet.createRandom(), Wallet.createRandom()];
  await setOperator(world, world.seller, world.sellerKey, operator.address, true);
  await world.taxpayers.connect(world.taxBureau).nameOperator(world.seller, TAX, operator.address, []);
  await world.manager.connect(world.shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, TAX), officer.address, 0);
  const seed = hexlify(randomBytes(32));
  const { document, key } = await issuedRide(world);
  const request = InvoiceWallet.fromSeed(seed).newHolder();
  const order = await signHandOn(world.network, document, key, request, after(0));
  await sendHolderOrder(world.contracts, world.stranger, order);
  return {
    ...world,
    directoryAddress: await world.directory.getAddress(),
    held: handedOn(document, request),
    seed,
    as: {
      company: { CIVITAS_KEY: hexlify(randomBytes(32)), CIVITAS_WALLET_SEED: seed },
      seller: { CIVITAS_KEY: operator.privateKey },
      officer: { CIVITAS_KEY: officer.privateKey },
    },
  };
}
