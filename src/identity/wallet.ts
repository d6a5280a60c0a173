/**
 * The wallet of a resident or a legal person: one seed, the claim documents, and the keys that sign for them.
 *
 * Each claim has a holder key of its own. Its place in the seed follows from the claim's holder salt, which is random: no key is used
 * twice, also not after an old backup was restored, and a document alone is enough to find its key again. The identity's own key is not
 * the wallet's: it is a phone's, and whoever finds the backup has only half of what a presentation needs.
 */
import {
  getBytes,
  HDNodeWallet,
  hexlify,
  isHexString,
  Mnemonic,
  randomBytes,
  type BytesLike,
  zeroPadValue,
} from "ethers";

import type { Contracts } from "../contracts.js";
import { newSalt } from "./commitment.js";
import { type ClaimDocument, claimId, DocumentError, ownParty, parseDocument, withAcceptance } from "./document.js";
import type { ErasureReceipt } from "./erasure.js";
import { eraseClaim, eraseFields } from "./erasure.js";
import type { ClaimRequest } from "./prepare.js";
import { AccountKey, isSignedBy } from "./key.js";
import { present, type Presentation, type PresentRequest } from "./presentation.js";
import { type SchemaDefinition, valueFaults } from "./schema.js";
import { sealText, type SealOptions, unsealText, WalletFileError } from "./seal.js";
import { valuesOf } from "./document.js";

/** A document cannot be kept, or is not there. */
export class WalletError extends Error {
  override readonly name = "WalletError";
}

/** What `Wallet.present` takes: the claims by their ids. */
export interface WalletPresentRequest extends Omit<PresentRequest, "claims"> {
  claims: { claim: string; disclose: readonly string[]; showOther?: boolean }[];
}

/** What an encrypted wallet file holds. */
interface WalletContent {
  type: "CivitasWalletContent";
  version: 1;
  entropy: string;
  documents: ClaimDocument[];
}

/** Holder keys are at m/7913'/0'/a'/b', a and b from the claim's holder salt. */
const HOLDER_KEYS = "7913'/0'";
/** Workers' own keys are at m/7913'/4'/a'/.../h', all from the project's id. */
const WORKER_KEYS = "7913'/4'";

export class Wallet {
  readonly #mnemonic: Mnemonic;
  readonly #root: HDNodeWallet;
  readonly #documents = new Map<string, ClaimDocument>();

  private constructor(mnemonic: Mnemonic) {
    this.#mnemonic = mnemonic;
    this.#root = HDNodeWallet.fromSeed(mnemonic.computeSeed());
  }

  /** A wallet with a seed of its own. */
  static create(): Wallet {
    return Wallet.fromSeed(randomBytes(32));
  }

  /**
   * The wallet of a seed, without documents.
   * @param seed 32 bytes.
   */
  static fromSeed(seed: BytesLike): Wallet {
    const entropy = getBytes(seed);
    if (entropy.length !== 32) throw new WalletError("the seed of a wallet has 32 bytes");
    return new Wallet(Mnemonic.fromEntropy(entropy));
  }

  /**
   * The wallet of a seed in words (BIP-39, English), without documents.
   * @throws WalletError for other than 24 words, or a mistake in one.
   */
  static fromWords(words: string): Wallet {
    const phrase = words.trim().toLowerCase().split(/\s+/);
    if (phrase.length !== 24) throw new WalletError(`the seed of a wallet has 24 words; these are ${phrase.length}`);
    if (!Mnemonic.isValidMnemonic(phrase.join(" "))) {
      throw new WalletError("these are not the words of a wallet: one is mistyped, or two changed places");
    }
    return new Wallet(Mnemonic.fromPhrase(phrase.join(" ")));
  }

  /**
   * The wallet of an encrypted file.
   * @throws WalletFileError whose `fault` tells a wrong password from a damaged file.
   */
  static async restore(file: string, password: string): Promise<Wallet> {
    const content = JSON.parse(await unsealText(file, password)) as Partial<WalletContent>;
    const { type, version, entropy, documents } = content;
    if (type !== "CivitasWalletContent" || version !== 1 || !isHexString(entropy, 32) || !Array.isArray(documents)) {
      throw new WalletFileError("Unsupported", "this file holds no wallet that this version can read");
    }
    const wallet = Wallet.fromSeed(entropy);
    for (const json of documents) {
      const document = parseDocument(json);
      wallet.#documents.set(claimId(document), document);
    }
    return wallet;
  }

  /**
   * Everything in one encrypted file: seed, documents, salts. Keep it, and the password apart from it.
   * @param password At least 8 characters.
   */
  async export(password: string, options?: SealOptions): Promise<string> {
    const content: WalletContent = {
      type: "CivitasWalletContent",
      version: 1,
      entropy: this.#mnemonic.entropy,
      documents: this.documents(),
    };
    return sealText(JSON.stringify(content), password, options);
  }

  /** The seed in 24 words. Whoever has them has the holder keys. */
  words(): string {
    return this.#mnemonic.phrase;
  }

  /**
   * A key for an identity that has no phone with one of its own: at m/44'/60'/0'/0/index.
   * A stolen wallet then holds all that it takes; prefer a key in secure hardware.
   */
  identityKey(index = 0): AccountKey {
    return new AccountKey(this.#root.derivePath(`44'/60'/0'/0/${index}`).privateKey);
  }

  /**
   * What an office is told before it issues a claim: the identity, and a fresh key for this claim alone.
   * @param identity Whom the claim will be about: oneself, or whom one is the guardian of.
   */
  request(identity: string): Required<ClaimRequest> {
    const holderSalt = newSalt();
    return { identity, subjectSalt: newSalt(), holder: this.#keyOf(holderSalt).signer, holderSalt };
  }

  /** All documents, in the order they came. Copies: what is done to them does not change the wallet. */
  documents(): ClaimDocument[] {
    return structuredClone([...this.#documents.values()]);
  }

  /** The document of a claim, by its id. @throws WalletError */
  document(claim: string): ClaimDocument {
    return structuredClone(this.#held(claim));
  }

  /**
   * Keep a document, after checking everything that can be checked without the chain.
   * @param json As it came from the office.
   * @param definition With it, the values are checked against the schema too.
   * @returns The claim's id.
   * @throws DocumentError, or WalletError; then nothing was kept.
   */
  add(json: unknown, definition?: SchemaDefinition): string {
    const [id] = this.addAll([json], definition);
    if (id === undefined) throw new WalletError("there is no document");
    return id;
  }

  /** Keep several documents, all of them or none. */
  addAll(jsons: readonly unknown[], definition?: SchemaDefinition): string[] {
    const fresh = new Map<string, ClaimDocument>();
    for (const json of jsons) {
      const document = parseDocument(json);
      const id = claimId(document);
      this.#check(id, document, fresh);
      if (definition !== undefined) {
        const faults = valueFaults(definition, valuesOf(document));
        if (faults.length !== 0) throw new DocumentError(faults);
      }
      fresh.set(id, document);
    }
    for (const [id, document] of fresh) this.#documents.set(id, document);
    return [...fresh.keys()];
  }

  /** Forget a document, with its salts. Erasing (`eraseClaim`) leaves a receipt. @throws WalletError */
  remove(claim: string): void {
    this.#held(claim);
    this.#documents.delete(claim);
  }

  /** The holder key of a claim. @throws WalletError */
  holderKey(claim: string): AccountKey {
    return this.#holderKeyOf(this.#held(claim));
  }

  /**
   * A worker's own key for a project, which signs for its wages there and nowhere else. The seed and the project's id are enough to find it
   * again: no document has to be kept.
   * @param project The project's id.
   */
  workerKey(project: string): AccountKey {
    const id = new DataView(getBytes(zeroPadValue(project, 32)).buffer);
    const path = Array.from({ length: 8 }, (_, i) => `${id.getUint32(4 * i) >>> 1}'`);
    return new AccountKey(this.#root.derivePath(`${WORKER_KEYS}/${path.join("/")}`).privateKey);
  }

  /**
   * Accept a claim, as its schema may ask: the holder key signs the claim's id. The signature is kept, and goes to the other party of two.
   * @throws WalletError
   */
  accept(claim: string): string {
    const document = this.#held(claim);
    const acceptance = this.#holderKeyOf(document).sign(claim);
    this.#documents.set(claim, withAcceptance(document, document.party, acceptance));
    return acceptance;
  }

  /**
   * Keep the other party's acceptance of a claim.
   * @throws WalletError if it is not that party's.
   */
  async addAcceptance(contracts: Pick<Contracts, "provider">, claim: string, acceptance: string): Promise<void> {
    const document = this.#held(claim);
    const party = document.party === 0 ? 1 : 0;
    const signer = document.parties[party]?.holder.signer;
    if (signer === undefined) throw new WalletError("the other party's key is not known here");
    if (!(await isSignedBy(contracts.provider, signer, claim, acceptance))) {
      throw new WalletError("this is not the other party's acceptance of this claim");
    }
    this.#documents.set(claim, withAcceptance(this.#held(claim), party, hexlify(acceptance)));
  }

  /** Disclose chosen fields of claims to one verifier: see `present` in presentation.ts. */
  async present(
    contracts: Pick<Contracts, "chainId" | "claims" | "verifier">,
    request: WalletPresentRequest,
  ): Promise<Presentation> {
    const claims = request.claims.map(({ claim, ...how }) => {
      const document = this.#held(claim);
      return { document, holderKey: this.#holderKeyOf(document), ...how };
    });
    return present(contracts, { ...request, claims });
  }

  /** Destroy values and salts of some fields of a claim; the rest can still be disclosed. See erasure.ts. @throws WalletError */
  eraseFields(claim: string, names: readonly string[], at?: Date): ErasureReceipt {
    const { document, receipt } = eraseFields(this.#held(claim), names, at);
    this.#documents.set(claim, document);
    return receipt;
  }

  /** Destroy everything that opens a claim, its key too, and forget the document. See erasure.ts. @throws WalletError */
  eraseClaim(claim: string, at?: Date): ErasureReceipt {
    const { receipt } = eraseClaim(this.#held(claim), at);
    this.#documents.delete(claim);
    return receipt;
  }

  #check(id: string, document: ClaimDocument, fresh: ReadonlyMap<string, ClaimDocument>): void {
    if (this.#documents.has(id) || fresh.has(id)) throw new WalletError(`the claim ${id} is in the wallet already`);
    const own = ownParty(document);
    if (own.subject.identity === undefined) throw new WalletError("the document does not say who its holder is");
    this.#holderKeyOf(document);
    for (const other of [...this.#documents.values(), ...fresh.values()]) {
      if (ownParty(other).holder.signer === own.holder.signer) {
        throw new WalletError(
          "the claim was issued to the key of another claim, which would tie the two together; ask for it again with a fresh request",
        );
      }
    }
  }

  #holderKeyOf(document: ClaimDocument): AccountKey {
    const { signer, salt } = ownParty(document).holder;
    const key = salt === undefined ? undefined : this.#keyOf(salt);
    if (key === undefined || key.signer !== signer) {
      throw new WalletError("the claim was issued to a key that is not of this wallet; ask for it with `request`");
    }
    return key;
  }

  #keyOf(holderSalt: string): AccountKey {
    const salt = new DataView(getBytes(holderSalt).buffer);
    const [a, b] = [salt.getUint32(0) >>> 1, salt.getUint32(4) >>> 1];
    return new AccountKey(this.#root.derivePath(`${HOLDER_KEYS}/${a}'/${b}'`).privateKey);
  }

  #held(claim: string): ClaimDocument {
    const document = this.#documents.get(claim);
    if (document === undefined) throw new WalletError(`the wallet has no document of the claim ${claim}`);
    return document;
  }
}
