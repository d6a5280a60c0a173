import { expect } from "chai";
import { p256 } from "@noble/curves/nist.js";
import { concat, dataLength, dataSlice, getBytes, hexlify, id, randomBytes, Signature, toBeHex } from "ethers";

import { AccountKey, isSignedBy, normalizeP256, P256Key, type PersonKey } from "../../src/identity/key.js";
import { ControllerWallet__factory, OddSigner__factory, SignerProbe__factory } from "../../typechain/index.js";
import { cities, ethers, loadFixture } from "../world.js";

const DIGEST = id("something to sign");
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const ACCOUNT_MAGIC = "0x1626ba7e"; // isValidSignature(bytes32,bytes)
const VERIFIER_MAGIC = "0x024ad318"; // verify(bytes,bytes32,bytes)
const Manner = { Returns: 0, Reverts: 1, Writes: 2, Burns: 3 } as const;
const IDENTITY_PRECOMPILE = "0x0000000000000000000000000000000000000004"; // echoes what it is called with

describe("Signer", () => {
  async function signers() {
    const world = await loadFixture(cities);
    const probe = await new SignerProbe__factory(world.administrator).deploy();
    const key = new AccountKey(randomBytes(32));
    const phone = new P256Key(randomBytes(32), await world.p256.getAddress());
    const wallet = await new ControllerWallet__factory(world.administrator).deploy(key.signer);
    const odd = async (manner: number, answer: string) =>
      (await new OddSigner__factory(world.administrator).deploy(manner, answer)).getAddress();
    /** What the chain says, by bytes and by account, and the client: they must agree. */
    const answer = async (signer: string, signature: string, digest = DIGEST): Promise<boolean> => {
      const onChain = await probe.isValid(signer, digest, signature);
      if (dataLength(signer) === 20) {
        expect(await probe.isValidOf(hexlify(signer), digest, signature), "by account").to.equal(onChain);
      }
      expect(await isSignedBy(ethers.provider, signer, digest, signature), "the client").to.equal(onChain);
      return onChain;
    };
    return { ...world, probe, key, phone, wallet, odd, answer };
  }

  const sign = async (key: PersonKey, digest = DIGEST) => key.sign(digest);

  describe("an account's key pair", () => {
    it("signs what it signed, and nothing else", async () => {
      const { key, answer } = await loadFixture(signers);
      const signature = await sign(key);
      expect(await answer(key.signer, signature)).to.equal(true);
      expect(await answer(key.signer, signature, id("something else"))).to.equal(false);
      expect(await answer(new AccountKey(randomBytes(32)).signer, signature)).to.equal(false);
    });

    it("refuses the second form of a signature: with s in the upper half of the order", async () => {
      const { key, answer } = await loadFixture(signers);
      const { r, s, v } = Signature.from(await sign(key));
      const malleated = concat([r, toBeHex(SECP256K1_ORDER - BigInt(s), 32), toBeHex(v === 27 ? 28 : 27)]);
      expect(await answer(key.signer, malleated)).to.equal(false);
    });

    it("refuses other forms: v of 0 and 1, 64 bytes, none, too long, cut, zero", async () => {
      const { key, answer } = await loadFixture(signers);
      const signature = await sign(key);
      const { r, s, yParity, compactSerialized } = Signature.from(signature);
      for (const [form, other] of Object.entries({
        "v of 0 or 1": concat([r, s, toBeHex(yParity, 1)]),
        "v of EIP-155": concat([r, s, toBeHex(yParity + 37, 1)]),
        "v of 255": concat([r, s, "0xff"]),
        "EIP-2098": compactSerialized,
        none: "0x",
        longer: concat([signature, "0x00"]),
        cut: dataSlice(signature, 0, 64),
        zero: `0x${"00".repeat(65)}`,
      })) {
        expect(await answer(key.signer, other), form).to.equal(false);
      }
    });

    it("is not address 0, which a wrong signature recovers to", async () => {
      const { answer } = await loadFixture(signers);
      for (const v of ["1b", "1c", "00", "1d"]) {
        expect(await answer(`0x${"00".repeat(20)}`, `0x${"00".repeat(64)}${v}`), v).to.equal(false);
        expect(await answer(`0x${"00".repeat(20)}`, `0x${"11".repeat(64)}${v}`), v).to.equal(false);
      }
    });

    it("has 20 bytes: fewer are no signer", async () => {
      const { key, answer } = await loadFixture(signers);
      const signature = await sign(key);
      for (const short of ["0x", "0x00", dataSlice(key.signer, 0, 19)]) {
        expect(await answer(short, signature), short).to.equal(false);
      }
      expect(await answer(concat([key.signer, "0x00"]), signature), "21 bytes: a verifier, and a key").to.equal(false);
    });
  });

  describe("a contract (ERC-1271)", () => {
    it("may not write while it is asked", async () => {
      const { odd, probe } = await loadFixture(signers);
      const wallet = await odd(Manner.Writes, ACCOUNT_MAGIC.padEnd(66, "0"));
      expect(await probe.isValid(wallet, DIGEST, "0x1234")).to.equal(false);
      const verifier = await odd(Manner.Writes, VERIFIER_MAGIC.padEnd(66, "0"));
      expect(await probe.isValid(concat([verifier, "0xaa"]), DIGEST, "0x1234")).to.equal(false);
    });

    it("signs what it says that it signed", async () => {
      const { wallet, key, answer } = await loadFixture(signers);
      const address = await wallet.getAddress();
      expect(await answer(address, await sign(key))).to.equal(true);
      expect(await answer(address, await sign(new AccountKey(randomBytes(32))))).to.equal(false);
      expect(await answer(address, await sign(key), id("something else"))).to.equal(false);
    });

    it("must answer with the whole word: a broken one has signed nothing, and stops nobody", async () => {
      const { odd, answer } = await loadFixture(signers);
      const word = ACCOUNT_MAGIC.padEnd(66, "0");
      for (const [what, manner, reply, expected] of [
        ["the word", Manner.Returns, word, true],
        ["the word, and more", Manner.Returns, concat([word, word]), true],
        ["the word with other bytes behind the magic", Manner.Returns, concat([ACCOUNT_MAGIC, DIGEST]), false],
        ["the magic alone", Manner.Returns, ACCOUNT_MAGIC, false],
        ["31 bytes", Manner.Returns, dataSlice(word, 0, 31), false],
        ["nothing", Manner.Returns, "0x", false],
        ["the word of a verifier", Manner.Returns, VERIFIER_MAGIC.padEnd(66, "0"), false],
        ["one, as true", Manner.Returns, toBeHex(1, 32), false],
        ["the word, as the reason of its revert", Manner.Reverts, word, false],
        ["no end", Manner.Burns, "0x", false],
      ] as const) {
        expect(await answer(await odd(manner, reply), "0x1234"), what).to.equal(expected);
      }
    });
  });

  describe("a verifier with a key (ERC-7913)", () => {
    it("verifies a phone's key", async () => {
      const { phone, answer } = await loadFixture(signers);
      const signature = await sign(phone);
      expect(await answer(phone.signer, signature)).to.equal(true);
      expect(await answer(phone.signer, signature, id("something else"))).to.equal(false);
      expect(await answer(phone.signer, "0x")).to.equal(false);
      expect(await answer(dataSlice(phone.signer, 0, 83), signature), "a key of 63 bytes").to.equal(false);
      expect(await answer(dataSlice(phone.signer, 0, 20), signature), "no key: the verifier is no wallet").to.equal(
        false,
      );
      const { s } = p256.Signature.fromBytes(getBytes(signature), "compact");
      const malleated = concat([dataSlice(signature, 0, 32), toBeHex(p256.Point.Fn.ORDER - s, 32)]);
      expect(await answer(phone.signer, malleated), "s in the upper half").to.equal(false);
      expect(await answer(phone.signer, normalizeP256(malleated)), "made low again").to.equal(true);
    });

    it("must answer with the whole word: a broken one has verified nothing, and stops nobody", async () => {
      const { odd, answer } = await loadFixture(signers);
      const word = VERIFIER_MAGIC.padEnd(66, "0");
      for (const [what, manner, reply, expected] of [
        ["the word", Manner.Returns, word, true],
        ["the word, and more", Manner.Returns, concat([word, word]), true],
        ["the word with other bytes behind the magic", Manner.Returns, concat([VERIFIER_MAGIC, DIGEST]), false],
        ["the magic alone", Manner.Returns, VERIFIER_MAGIC, false],
        ["31 bytes", Manner.Returns, dataSlice(word, 0, 31), false],
        ["nothing", Manner.Returns, "0x", false],
        ["the word of a wallet", Manner.Returns, ACCOUNT_MAGIC.padEnd(66, "0"), false],
        ["one, as true", Manner.Returns, toBeHex(1, 32), false],
        ["the word, as the reason of its revert", Manner.Reverts, word, false],
        ["no end", Manner.Burns, "0x", false],
      ] as const) {
        expect(await answer(concat([await odd(manner, reply), "0xaa"]), "0x1234"), what).to.equal(expected);
      }
    });

    it("is a contract: an account without code has verified nothing", async () => {
      const { key, answer } = await loadFixture(signers);
      expect(await answer(concat([key.signer, "0xaa"]), await sign(key))).to.equal(false);
    });

    it("is no precompile that echoes the question, whose first word is the answer that is asked for", async () => {
      const { answer } = await loadFixture(signers);
      expect(await answer(IDENTITY_PRECOMPILE, "0x1234"), "as a wallet").to.equal(false);
      expect(await answer(concat([IDENTITY_PRECOMPILE, "0xaa"]), "0x1234"), "as a verifier").to.equal(false);
    });
  });
});
