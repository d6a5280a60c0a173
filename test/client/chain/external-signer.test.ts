import { secp256k1 } from "@noble/curves/secp256k1.js";
import { expect } from "chai";
import { getBytes, hexlify, toQuantity, verifyMessage, verifyTypedData, Wallet } from "ethers";

import {
  codeOfGbt2260,
  encodeCityCode,
  ExternalSigner,
  ExternalSignerError,
  type ForeignSignature,
  formatSignedCode,
  Lane,
  mined,
} from "../../../src/index.js";
import { errorOf, makeWorld, rejection, sharing } from "../world.js";

const wallet = new Wallet(`0x${"11".repeat(32)}`);
const ORDER = secp256k1.Point.CURVE().n;

/** Signs as an HSM does: whichever s comes out, and no v. */
function hsm(key: string, write: (r: bigint, s: bigint) => ForeignSignature, high = false) {
  return {
    address: wallet.address.toLowerCase(),
    sign: (digest: Uint8Array) => {
      expect(digest).to.have.length(32);
      const bytes = secp256k1.sign(digest, getBytes(key), { prehash: false, lowS: true });
      const { r, s } = secp256k1.Signature.fromBytes(bytes, "compact");
      return Promise.resolve(write(r, high ? ORDER - s : s));
    },
  };
}
const compact = (r: bigint, s: bigint) => new secp256k1.Signature(r, s).toBytes("compact");
const WRITTEN: Record<string, (r: bigint, s: bigint) => ForeignSignature> = {
  "64 bytes": compact,
  "64 bytes in hexadecimal": (r, s) => hexlify(compact(r, s)),
  "65 bytes, with a v that is not looked at": (r, s) => Uint8Array.from([...compact(r, s), 77]),
  DER: (r, s) => new secp256k1.Signature(r, s).toBytes("der"),
  "r and s": (r, s) => ({ r, s: toQuantity(s) }),
};
const DOMAIN = { name: "Test", version: "1", chainId: 1 };
const TYPES = { Word: [{ name: "text", type: "string" }] };

describe("an external signer", () => {
  for (const [form, write] of Object.entries(WRITTEN)) {
    for (const high of [false, true]) {
      it(`takes ${form}, with ${high ? "a high" : "a low"} s, as what a wallet signs`, async () => {
        const signer = new ExternalSigner(hsm(wallet.privateKey, write, high));
        const request = { to: wallet.address, nonce: 3, gasLimit: 21_000n, gasPrice: 0n, chainId: 7n, type: 0 };
        expect(await signer.signTransaction(request)).to.equal(await wallet.signTransaction(request));
        expect(await signer.signMessage("hello")).to.equal(await wallet.signMessage("hello"));
        expect(await signer.signTypedData(DOMAIN, TYPES, { text: "x" })).to.equal(
          await wallet.signTypedData(DOMAIN, TYPES, { text: "x" }),
        );
        expect(verifyMessage("hello", await signer.signMessage("hello"))).to.equal(wallet.address);
        const typed = await signer.signTypedData(DOMAIN, TYPES, { text: "y" });
        expect(verifyTypedData(DOMAIN, TYPES, { text: "y" }, typed)).to.equal(wallet.address);
      });
    }
  }

  it("refuses what another key signed, or what was hashed once more", async () => {
    const other = Wallet.createRandom();
    const error = await errorOf(() => new ExternalSigner(hsm(other.privateKey, compact)).signMessage("hello"));
    expect(error).to.be.instanceOf(ExternalSignerError);
    expect(error.message).to.include(`the signature is not of ${wallet.address}, but of `).and.include(other.address);
    expect(error.message).to.match(/does the signer use another key, or hash the 32 bytes before it signs them\?$/);
    const hashing = {
      address: wallet.address,
      sign: (digest: Uint8Array) => secp256k1.sign(digest, getBytes(wallet.privateKey)),
    };
    expect(await rejection(() => new ExternalSigner(hashing).signMessage("x"))).to.match(/the signature is not of/);
  });

  it("refuses what is no signature", async () => {
    for (const nothing of ["0x", "0x1234", new Uint8Array(63), { r: 0n, s: 1n }, { r: 1n, s: ORDER }, "none"]) {
      const signer = new ExternalSigner({ address: wallet.address, sign: () => nothing });
      expect(await rejection(() => signer.signMessage("x"))).to.match(/the signer gave no signature/);
    }
  });

  it("signs nothing for another account", async () => {
    const signer = new ExternalSigner(hsm(wallet.privateKey, compact));
    const request = { from: `0x${"22".repeat(20)}`, nonce: 0, gasLimit: 1n, gasPrice: 0n, chainId: 1n };
    expect(await rejection(() => signer.signTransaction(request))).to.match(/from mismatch/);
  });

  describe("in the suite", () => {
    const world = sharing(makeWorld);
    const code = (number: string) => encodeCityCode(codeOfGbt2260(number));

    it("acts as a city's controller, alone and in a lane, and signs its code", async () => {
      const { client, accounts, connection, provider, ids } = world();
      await connection.provider.request({
        method: "hardhat_setBalance",
        params: [wallet.address, toQuantity(10n ** 21n)],
      });
      const tangshan = { code: code("130200"), name: "唐山市", controller: wallet.address };
      await client.cities.connect(accounts.hebei).allocate(ids.hebei, tangshan, []);
      const { id } = await client.resolve("MA.156.1302");

      const signer = new ExternalSigner(hsm(wallet.privateKey, WRITTEN["DER"]!, true)).connect(provider);
      const lane = new Lane(signer, { pollMs: 20 });
      for (const [by, number] of [
        [signer, "130202"],
        [lane, "130203"],
      ] as const) {
        const district = { code: code(number), name: number, controller: accounts.stranger };
        await mined(client.cities.connect(by).allocate(id, district, []));
        expect((await client.resolve(codeOfGbt2260(number))).name).to.equal(number);
      }
      const signed = formatSignedCode(await client.signCode(signer, "MA.156.1302"));
      expect((await client.verifySignedCode(signed)).status).to.equal("Valid");
    });
  });
});
