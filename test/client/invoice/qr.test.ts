import { expect } from "chai";
import { ZeroHash } from "ethers";

import { IdTree } from "../../../src/common/batch-tree.js";
import { P256Key } from "../../../src/identity/key.js";
import { encodeInvoiceCode } from "../../../src/invoice/code-bytes.js";
import {
  formatInvoiceCode,
  InvoiceCodeError,
  invoiceId,
  invoiceQr,
  readInvoiceCode,
  signInvoiceCode,
} from "../../../src/index.js";
import { newKey, word } from "../../identity/world.js";
import { HEAD, NETWORK, plainCode, plainRecord, VERIFY_AT } from "./codes.js";
import { scanDrawing, scanPath } from "./scan.js";

describe("the QR code of an invoice", () => {
  describe("as text", () => {
    it("is behind the operator's address, and reads without a network", async () => {
      const key = newKey();
      const record = plainRecord(2);
      const code = await signInvoiceCode(NETWORK, key, { record });
      const text = formatInvoiceCode(code, "https://verify.example/fapiao?lang=zh");
      expect(text).to.match(/^https:\/\/verify\.example\/fapiao\?lang=zh#INV1:[A-Z2-7]+$/);
      for (const form of [text, ` ${text}\n`, text.slice(text.indexOf("INV1"))]) {
        const read = readInvoiceCode(form);
        expect(read.record).to.deep.equal(record);
        expect(read.id).to.equal(invoiceId(NETWORK, record));
        expect(read.signer.toLowerCase()).to.equal(key.signer);
        expect(formatInvoiceCode(read, "https://verify.example/fapiao?lang=zh")).to.equal(text);
      }
      for (const address of [
        ...["http://verify.example/", "verify.example", "javascript:alert(1)", "https://", ""],
        ...["https://verify.example/#", "https://verify.example/ x", "https://检验.example/"],
      ]) {
        expect(() => formatInvoiceCode(code, address), address).to.throw(InvoiceCodeError, "no address to verify at");
      }
    });

    it("is refused when it is another, newer or changed", async () => {
      const text = formatInvoiceCode(await plainCode(), VERIFY_AT);
      for (const other of ["", VERIFY_AT, "CIV1:31337:MA.156", text.toLowerCase(), text.replace("INV1", "INV")]) {
        expect(() => readInvoiceCode(other), other).to.throw(InvoiceCodeError, "this is no code of an invoice");
      }
      expect(() => readInvoiceCode(text.replace("INV1", "INV2"))).to.throw(InvoiceCodeError, "take a newer one");
      for (const changed of [`${text}A`, `${text}=`, `${text} x`, text.replace("INV1:", "INV1:1"), HEAD]) {
        expect(() => readInvoiceCode(changed), changed).to.throw(InvoiceCodeError, "damaged or forged");
      }
    });

    it("of which any letter changed is refused, or names another signer", async () => {
      const key = newKey();
      const text = formatInvoiceCode(await signInvoiceCode(NETWORK, key, { record: plainRecord(1) }), VERIFY_AT);
      for (let at = HEAD.length; at < text.length; at++) {
        const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
        let signer = "";
        try {
          ({ signer } = readInvoiceCode(changed));
        } catch (error) {
          expect(error, changed).to.be.instanceOf(InvoiceCodeError);
        }
        expect(signer.toLowerCase(), changed).not.to.equal(key.signer);
      }
    });

    it("is signed by accounts with keys only", async () => {
      const record = plainRecord(1);
      const phone = new P256Key(word(), NETWORK.registry);
      const refusal = await signInvoiceCode(NETWORK, phone, { record }).catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(InvoiceCodeError);
      expect(String(refusal)).to.contain("as an account with a key");
      const [one, other] = [newKey(), newKey()];
      const wallet = { signer: one.signer, sign: (digest: string) => other.sign(digest) };
      const forged = await signInvoiceCode(NETWORK, wallet, { record }).catch((error: unknown) => error);
      expect(String(forged)).to.contain("did not sign");
    });
  });

  describe("drawn", () => {
    const rows: string[] = [];
    after(() => {
      for (const row of rows) console.log(`      ${row}`);
    });

    for (const { what, payments, nodes, atMost, version } of [
      { what: "one line, one payment", payments: 1, nodes: 0, atMost: 300, version: 14 },
      { what: "one of a batch of 50,000", payments: 1, nodes: 16, atMost: 760, version: 21 },
      { what: "ten payments", payments: 10, nodes: 0, atMost: 600, version: 20 },
      { what: "64 payments, the most", payments: 64, nodes: 0, atMost: 2450, version: 40 },
    ]) {
      it(`${what}: fits, and reads back`, async () => {
        const serial = nodes === 0 ? "0" : "12";
        const path = Array.from({ length: nodes }, word);
        const plain = plainRecord(payments, { serial, position: nodes === 0 ? 0 : 49_999 });
        const content = nodes === 0 ? plain.content : { ...plain.content, buyer: ZeroHash };
        const code = await signInvoiceCode(NETWORK, newKey(), { record: { ...plain, content }, path });
        const text = formatInvoiceCode(code, VERIFY_AT);
        const { length } = encodeInvoiceCode(code);
        const qr = invoiceQr(text);
        const size = `QR version ${qr.version}-${qr.level}, ${qr.modules} x ${qr.modules} modules`;
        rows.push(`${what}: ${length} bytes, ${text.length} characters, ${size}`);
        expect(length).to.be.at.most(atMost);
        expect(qr.version).to.be.at.most(version);
        expect(scanPath(qr.path, qr.modules)).to.equal(text);
        expect(scanDrawing(qr.svg)).to.equal(text);
      });
    }

    it("says when nothing can hold it", () => {
      expect(() => invoiceQr("A".repeat(5000))).to.throw(RangeError, "no QR code holds these 5000 characters");
    });

    it("has the path of a real batch of 50,000", () => {
      const row = new Uint8Array(50_000 * 32).map((_, i) => (i * 7919) % 251);
      expect(IdTree.ofRow(row).proof(0)).to.have.length(16);
    });
  });
});
