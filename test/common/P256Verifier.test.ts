import { expect } from "chai";
import { p256 } from "@noble/curves/nist.js";
import { concat, dataSlice, getBytes, hexlify, id, randomBytes, toBeHex, toBigInt } from "ethers";

import { normalizeP256, P256Key, p256Signer } from "../../src/identity/key.js";
import { cities, loadFixture } from "../world.js";

const VALID = "0x024ad318"; // verify(bytes,bytes32,bytes)
const INVALID = "0xffffffff";
const DIGEST = id("something to sign");
const ORDER = p256.Point.Fn.ORDER;
const FIELD = p256.Point.Fp.ORDER;

describe("P256Verifier", () => {
  async function phones() {
    const { p256: verifier } = await loadFixture(cities);
    const secret = randomBytes(32);
    const phone = new P256Key(secret, await verifier.getAddress());
    const key = dataSlice(phone.signer, 20);
    return { verifier, secret, phone, key, signature: phone.sign(DIGEST) };
  }
  const high = (signature: string) =>
    concat([dataSlice(signature, 0, 32), toBeHex(ORDER - toBigInt(dataSlice(signature, 32)), 32)]);

  it("verifies what keys of another implementation sign", async () => {
    const { verifier } = await loadFixture(phones);
    for (let i = 0; i < 5; i++) {
      const secret = randomBytes(32);
      const digest = hexlify(randomBytes(32));
      const signature = hexlify(p256.sign(getBytes(digest), secret, { prehash: false, lowS: true }));
      const key = hexlify(p256.getPublicKey(secret, false).slice(1));
      expect(await verifier.verify(key, digest, signature)).to.equal(VALID);
      expect(await verifier.verify(key, DIGEST, signature)).to.equal(INVALID);
    }
  });

  it("verifies the example of RFC 6979 (A.2.5, SHA-256, `sample`), and not its other form", async () => {
    const { verifier } = await loadFixture(phones);
    const key = concat([
      "0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
      "0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
    ]);
    const digest = "0xAF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF"; // SHA-256 of "sample"
    const published = concat([
      "0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
      "0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ]);
    expect(await verifier.verify(key, digest, published), "published with s in the upper half").to.equal(INVALID);
    expect(await verifier.verify(key, digest, normalizeP256(published))).to.equal(VALID);
  });

  it("refuses a malleated signature: with s in the upper half of the order", async () => {
    const { verifier, key, signature } = await loadFixture(phones);
    expect(await verifier.verify(key, DIGEST, signature)).to.equal(VALID);
    expect(
      p256.verify(getBytes(high(signature)), getBytes(DIGEST), getBytes(`0x04${key.slice(2)}`), {
        prehash: false,
        lowS: false,
      }),
    ).to.equal(true); // mathematically as good
    expect(await verifier.verify(key, DIGEST, high(signature))).to.equal(INVALID);
    expect(normalizeP256(high(signature))).to.equal(signature);
    expect(normalizeP256(signature)).to.equal(signature);
  });

  it("refuses keys and signatures of another length", async () => {
    const { verifier, key, signature } = await loadFixture(phones);
    for (const other of [
      "0x",
      dataSlice(key, 0, 63),
      concat([key, "0x00"]),
      concat(["0x04", key]),
      dataSlice(key, 0, 33),
    ]) {
      expect(await verifier.verify(other, DIGEST, signature), other).to.equal(INVALID);
    }
    for (const other of ["0x", dataSlice(signature, 0, 63), concat([signature, "0x1b"])]) {
      expect(await verifier.verify(key, DIGEST, other), other).to.equal(INVALID);
    }
  });

  it("refuses numbers out of range, and points that are not on the curve", async () => {
    const { verifier, key, signature } = await loadFixture(phones);
    const [r, s] = [dataSlice(signature, 0, 32), dataSlice(signature, 32)];
    const zero = toBeHex(0, 32);
    for (const [what, other] of Object.entries({
      "r of 0": concat([zero, s]),
      "s of 0": concat([r, zero]),
      "r of the order": concat([toBeHex(ORDER, 32), s]),
      "s of the order": concat([r, toBeHex(ORDER, 32)]),
    })) {
      expect(await verifier.verify(key, DIGEST, other), what).to.equal(INVALID);
    }
    const [x, y] = [dataSlice(key, 0, 32), dataSlice(key, 32)];
    for (const [what, other] of Object.entries({
      "nothing, the point at infinity": concat([zero, zero]),
      "another y": concat([x, toBeHex((toBigInt(y) + 1n) % FIELD, 32)]),
      "the other root: a key, but not this one": concat([x, toBeHex(FIELD - toBigInt(y), 32)]),
      "x beyond the field": concat([toBeHex(FIELD, 32), y]),
      "x and y changed": concat([y, x]),
    })) {
      expect(await verifier.verify(other, DIGEST, signature), what).to.equal(INVALID);
    }
  });

  it("names a key by its point, with or without the leading 04", async () => {
    const { verifier, secret, phone, key } = await loadFixture(phones);
    const address = await verifier.getAddress();
    expect(p256Signer(address, concat(["0x04", key]))).to.equal(phone.signer);
    expect(p256Signer(address, key)).to.equal(phone.signer);
    expect(() => p256Signer(address, p256.getPublicKey(secret, true))).to.throw(RangeError, "this has 33");
    expect(() => p256Signer(address, concat(["0x05", key]))).to.throw(RangeError, "this has 65");
  });
});
