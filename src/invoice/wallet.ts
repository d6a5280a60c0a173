/**
 * The one-time keys of payers and holders, from one seed: the same seed as that of the identity's Wallet will do.
 *
 * Each payment has a payer's key of its own, and each document a holder's. Its place in the seed follows from a random salt: no key is used
 * twice, also not after an old backup was restored, and a document with its salt is enough to find its key again.
 */
import { type BytesLike, getBytes, HDNodeWallet, keccak256, Mnemonic, randomBytes } from "ethers";

import { newSalt } from "../common/commitment.js";
import { AccountKey } from "../identity/key.js";
import { type BuyerTitle, newTitle, titleCommitment } from "./commitment.js";
import { DeliveryKey } from "./deliver.js";
import type { DocumentHolder, InvoiceDocument } from "./document.js";
import { invoiceHolder } from "./holder.js";

/** What a buyer gives the seller, or a payer signs for: whom a document is made out to. */
export interface BuyerRequest {
  /** The key for this document alone, as in ERC-7913. */
  signer: string;
  /** 32 random bytes. */
  salt: string;
  title: BuyerTitle;
}

/** What the next holder gives to whom hands a document on. */
export interface HolderRequest {
  signer: string;
  salt: string;
}

/** A payer's key for one payment. */
export interface PayerRequest {
  signer: string;
  /** The payment's `payer`: keccak-256 of the signer. */
  payer: string;
  /** 32 random bytes: keep it with the receipt, the wallet finds the key again by it. */
  salt: string;
}

/** A key that is not of this wallet, or is not known. */
export class InvoiceWalletError extends Error {
  override readonly name = "InvoiceWalletError";
}

/** Keys are at m/7913'/use'/a'/b', a and b from the salt; the identity's Wallet has its own at uses 0 and 4. */
const USES = { holder: 1, payer: 2, delivery: 3 } as const;

export class InvoiceWallet {
  readonly #root: HDNodeWallet;

  private constructor(mnemonic: Mnemonic) {
    this.#root = HDNodeWallet.fromSeed(mnemonic.computeSeed());
  }

  /** A wallet with a seed of its own; keep the seed where it came from, or use `fromSeed`. */
  static create(): InvoiceWallet {
    return InvoiceWallet.fromSeed(randomBytes(32));
  }

  /** @param seed 32 bytes. */
  static fromSeed(seed: BytesLike): InvoiceWallet {
    const entropy = getBytes(seed);
    if (entropy.length !== 32) throw new InvoiceWalletError("the seed of a wallet has 32 bytes");
    return new InvoiceWallet(Mnemonic.fromEntropy(entropy));
  }

  /**
   * @param words The seed in words (BIP-39), as `Wallet.words` gives them.
   * @throws InvoiceWalletError for a mistake in them.
   */
  static fromWords(words: string): InvoiceWallet {
    const phrase = words.trim().toLowerCase().split(/\s+/).join(" ");
    if (!Mnemonic.isValidMnemonic(phrase)) {
      throw new InvoiceWalletError("these are not the words of a wallet: one is mistyped, or two changed places");
    }
    return new InvoiceWallet(Mnemonic.fromPhrase(phrase));
  }

  /** A fresh key for a payment in retail. */
  newPayer(): PayerRequest {
    const salt = newSalt();
    const { signer } = this.payerKey(salt);
    return { signer, payer: keccak256(signer), salt };
  }

  /** The payer's key of a salt. */
  payerKey(salt: string): AccountKey {
    return this.#keyOf("payer", salt);
  }

  /** What a seller, or a payer, is told to make a document out to this name: with a fresh key and fresh salts. */
  newBuyer(name: string, taxNumber?: string): BuyerRequest {
    const { signer, salt } = this.newHolder();
    return { signer, salt, title: newTitle(name, taxNumber) };
  }

  /** What is told to someone who hands a document on to this wallet. */
  newHolder(): HolderRequest {
    const salt = newSalt();
    return { signer: this.holderKey(salt).signer, salt };
  }

  /** The holder's key of a salt. */
  holderKey(salt: string): AccountKey {
    return this.#keyOf("holder", salt);
  }

  /**
   * The key that holds a document now, as far as the document says.
   * @throws InvoiceWalletError if the document is held by a key that is not of this wallet.
   */
  keyFor(document: Pick<InvoiceDocument, "buyer" | "holder">): AccountKey {
    const { signer, salt } = document.holder ?? document.buyer ?? {};
    const key = salt === undefined ? undefined : this.holderKey(salt);
    if (key === undefined || key.signer !== signer?.toLowerCase()) {
      throw new InvoiceWalletError("the document is held by a key that is not of this wallet");
    }
    return key;
  }

  /** The key to which documents are delivered encrypted; another one for each number. */
  deliveryKey(index = 0): DeliveryKey {
    return new DeliveryKey(this.#root.derivePath(`7913'/${USES.delivery}'/${index}'`).privateKey);
  }

  #keyOf(use: "holder" | "payer", salt: string): AccountKey {
    const view = new DataView(getBytes(salt).buffer);
    const [a, b] = [view.getUint32(0) >>> 1, view.getUint32(4) >>> 1];
    return new AccountKey(this.#root.derivePath(`7913'/${USES[use]}'/${a}'/${b}'`).privateKey);
  }
}

/** The buyer that a request stands for, as a document has it. */
export function buyerOf({ signer, salt, title }: BuyerRequest): DocumentHolder & { title: string } {
  const titled = titleCommitment(title);
  return { commitment: invoiceHolder(salt, signer, titled), signer, salt, title: titled };
}

/** The holder that a request stands for, as a document has it. */
export function holderOf({ signer, salt }: HolderRequest): DocumentHolder {
  return { commitment: invoiceHolder(salt, signer), signer, salt };
}
