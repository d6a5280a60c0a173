import { expect } from "chai";
import { concat, getBytes, hexlify, keccak256, ZeroHash } from "ethers";
import fc from "fast-check";

import { encodeBase32 } from "../../../src/common/base32.js";
import { decodeInvoiceCode, encodeInvoiceCode } from "../../../src/invoice/code-bytes.js";
import { InvoiceCodeError, type InvoiceRecord, readInvoiceCode } from "../../../src/index.js";
import { newKey, word } from "../../identity/world.js";
import { category } from "../../invoice/world.js";
import { NETWORK, plainCode } from "./codes.js";

describe("the code of an invoice, as bytes", () => {
  it("is the same code again, whatever the record", () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => keccak256(bytes));
    const maybe = fc.oneof(fc.constant(ZeroHash), hash);
    const amount = fc.bigInt(0n, 2n ** 120n);
    const records = fc.record({
      seller: hash,
      kind: fc.integer({ min: 1, max: 6 }),
      scheme: fc.integer({ min: 0, max: 3 }),
      currency: fc.integer({ min: 0, max: 65_535 }),
      serial: fc.bigInt(0n, 2n ** 64n - 1n),
      position: fc.integer({ min: 0, max: 999_999 }),
      reverses: maybe,
      number: fc.bigInt(0n, 2n ** 256n - 1n),
      time: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
      buyer: maybe,
      invoicedObject: maybe,
      root: hash,
      rows: fc.array(
        fc.record({
          category: fc.constantFrom("S", "Z", "E", "AE", "K", "G", "O", "L", "M"),
          rate: fc.integer({ min: 0, max: 65_535 }),
          items: fc.integer({ min: 0, max: 65_535 }),
          net: amount,
          tax: amount,
        }),
        { maxLength: 16 },
      ),
      draws: fc.array(fc.record({ payment: hash, share: amount }), { minLength: 1, maxLength: 64 }),
      path: fc.array(hash, { maxLength: 20 }),
    });
    const signature = newKey().sign(ZeroHash);
    fc.assert(
      fc.property(records, ({ rows, draws, path, serial, position, ...of }) => {
        const [net, tax] = (["net", "tax"] as const).map((part) => rows.reduce((sum, row) => sum + row[part], 0n));
        let rest = net! + tax!;
        const shares = draws.map(({ payment, share }, i) => {
          const taken = i === draws.length - 1 || share > rest ? rest : share;
          rest -= taken;
          return { payment, amount: `${taken}` };
        });
        const record: InvoiceRecord = {
          terms: { seller: of.seller, kind: of.kind, scheme: of.scheme, currency: of.currency },
          serial: `${serial}`,
          position: serial === 0n ? 0 : position,
          reverses: of.reverses,
          content: {
            number: `${of.number}`,
            time: of.time,
            buyer: of.buyer,
            invoicedObject: of.invoicedObject,
            root: of.root,
            net: `${net}`,
            tax: `${tax}`,
            gross: `${net! + tax!}`,
            lines: rows.map((row) => ({
              ...row,
              category: category(row.category),
              net: `${row.net}`,
              tax: `${row.tax}`,
            })),
            draws: shares,
          },
        };
        const code = { ...NETWORK, record, path: serial === 0n ? [] : path, signature };
        expect(decodeInvoiceCode(encodeInvoiceCode(code))).to.deep.equal(code);
      }),
      { numRuns: 200 },
    );
  });

  it("has one form: nothing may be longer, shorter or otherwise written", async () => {
    const code = await plainCode();
    const bytes = encodeInvoiceCode(code);
    const text = (changed: Uint8Array | string) => `INV1:${encodeBase32(getBytes(changed))}`;
    const refused = (changed: Uint8Array | string, why: string) =>
      expect(() => readInvoiceCode(text(changed)), why).to.throw(InvoiceCodeError, why);
    expect(readInvoiceCode(text(bytes))).to.deep.include(code);

    refused(concat([bytes, "0x00"]), "1 bytes follow its end");
    for (const length of [0, 1, 30, bytes.length - 1]) refused(bytes.subarray(0, length), "it ends too early");
    const with_ = (at: number, value: number) => {
      const changed = Uint8Array.from(bytes);
      changed[at] = value;
      return changed;
    };
    const chain = 3; // bytes of 20260
    expect(hexlify(bytes.subarray(0, chain))).to.equal("0xa49e01");
    refused(concat(["0xa49e8100", bytes.subarray(chain)]), "its bytes are not in their form");
    refused(concat(["0xffffffffffffffffffff7f", bytes.subarray(chain)]), "a number of more than 64 bits");
    const shape = chain + 20;
    for (const kind of [0, 7, 15]) refused(with_(shape, kind * 16), "of a kind that this client does not know");
    refused(with_(shape, 3 * 16 + 4), "of a kind that this client does not know");
    refused(with_(shape + 1, 4 + 16), "parts that this client does not know");
    const buyer = shape + 2 + 32 + 2 + 10 + 5;
    expect(hexlify(bytes.subarray(buyer, buyer + 32))).to.equal(code.record.content.buyer);
    const noBuyer = Uint8Array.from(bytes).fill(0, buyer, buyer + 32);
    refused(noBuyer, "its bytes are not in their form");
    const lines = buyer + 64;
    expect(bytes[lines]).to.equal(1);
    refused(with_(lines, 17), "17 of what there are at most 16");
    refused(with_(lines + 1, 9), "a category of VAT that this client does not know");
    const draws = bytes.length - 64 - 34 - 1;
    expect(bytes[draws]).to.equal(1);
    refused(with_(draws - 1, bytes[draws - 1]! + 1), "the totals of the record are not the sums");
    refused(with_(draws, 65), "65 of what there are at most 64");
    refused(with_(shape + 1, 4 + 1), "is damaged or forged");
  });

  it("knows a signature in its lower form only", async () => {
    const code = await plainCode();
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = BigInt(`0x${code.signature.slice(66, 130)}`);
    const twin = concat([
      code.signature.slice(0, 66),
      `0x${(order - s).toString(16).padStart(64, "0")}`,
      code.signature.endsWith("1b") ? "0x1c" : "0x1b",
    ]);
    expect(() => encodeInvoiceCode({ ...code, signature: twin })).to.throw(InvoiceCodeError, "signature");
    for (const signature of ["0x", "0x1234", `${code.signature}00`]) {
      expect(() => encodeInvoiceCode({ ...code, signature })).to.throw(InvoiceCodeError, "an account with a key");
    }
    const bytes = encodeInvoiceCode(code);
    bytes.fill(0, bytes.length - 64, bytes.length - 32); // r
    expect(() => readInvoiceCode(`INV1:${encodeBase32(bytes)}`)).to.throw(
      InvoiceCodeError,
      "its signature is nobody's",
    );
    // An s of the upper half whose top bit is free for the parity.
    bytes.set(getBytes(`0x7${"f".repeat(63)}`), bytes.length - 32);
    expect(() => readInvoiceCode(`INV1:${encodeBase32(bytes)}`)).to.throw(InvoiceCodeError, "in its only form");
  });

  it("is not made of what the chain would refuse", async () => {
    const code = await plainCode();
    const { record } = code;
    const { content } = record;
    const refused = (changes: Partial<InvoiceRecord>, why: string) =>
      expect(() => encodeInvoiceCode({ ...code, record: { ...record, ...changes } }), why).to.throw(
        InvoiceCodeError,
        why,
      );
    for (const name of ["net", "tax", "gross"] as const) {
      refused({ content: { ...content, [name]: `${BigInt(content[name]) + 1n}` } }, "not the sums");
    }
    refused({ content: { ...content, draws: [] } }, "not the sums");
    refused({ position: 1 }, "has no position and no path");
    expect(() => encodeInvoiceCode({ ...code, path: [word()] })).to.throw(InvoiceCodeError, "no position and no path");
    refused({ terms: { ...record.terms, currency: 65_536 } }, "no number of 16 bits");
    refused({ terms: { ...record.terms, seller: "0x12" } }, "has not 32 bytes");
    refused({ serial: `${2n ** 64n}` }, "no number of 64 bits");
    refused({ content: { ...content, time: -1 } }, "no number of 40 bits");
    const [line] = content.lines;
    refused({ content: { ...content, lines: [{ ...line!, category: "0x5858" }] } }, "no category of VAT");
    const many = Array.from({ length: 21 }, word);
    expect(() => encodeInvoiceCode({ ...code, record: { ...record, serial: "1" }, path: many })).to.throw(
      InvoiceCodeError,
      "there is room for 20",
    );
  });
});
