import { expect } from "chai";
import { concat, getBytes, hexlify, keccak256, toUtf8Bytes, ZeroHash } from "ethers";
import fc from "fast-check";

import { encodeBase32 } from "../../../src/common/base32.js";
import { newSalt } from "../../../src/common/commitment.js";
import { fieldRoot } from "../../../src/common/tree.js";
import { IdTree } from "../../../src/common/batch-tree.js";
import { P256Key } from "../../../src/identity/key.js";
import { newTitle, titleCommitment } from "../../../src/invoice/commitment.js";
import { fieldsOfInvoice } from "../../../src/invoice/field.js";
import { invoiceHolder } from "../../../src/invoice/holder.js";
import { decodeInvoiceCode, encodeInvoiceCode } from "../../../src/invoice/code-bytes.js";
import {
  formatInvoiceCode,
  type InvoiceCode,
  InvoiceCodeError,
  invoiceId,
  invoiceNetwork,
  invoiceQr,
  type InvoiceRecord,
  readInvoiceCode,
  signInvoiceCode,
  verifyInvoiceCode,
} from "../../../src/index.js";
import type { InvoiceStruct } from "../../../typechain/invoice/InvoiceRegistry.js";
import { newKey, word } from "../../identity/world.js";
import { anchoredNight } from "../../invoice/batches.js";
import { book, confirm, ledgerWorld, propose } from "../../invoice/holders.js";
import {
  attest,
  category,
  DocumentKind,
  invoiceOf,
  type InvoiceWorld,
  invoiceWorld,
  issue,
  lineOf,
  reversingOf,
  Scheme,
  submissionOf,
  termsOf,
} from "../../invoice/world.js";
import { loadFixture } from "../../world.js";
import { ride } from "./samples.js";
import { scanDrawing, scanPath } from "./scan.js";

const VERIFY_AT = "https://verify.example/";
const HEAD = `${VERIFY_AT}#INV1:`;

/** The record of a struct, in JSON. */
function recordOf({ terms, serial, position, reverses, content }: InvoiceStruct): InvoiceRecord {
  return {
    terms: {
      seller: hexlify(terms.seller),
      kind: Number(terms.kind),
      scheme: Number(terms.scheme),
      currency: Number(terms.currency),
    },
    serial: `${BigInt(serial)}`,
    position: Number(position),
    reverses: hexlify(reverses),
    content: {
      number: `${BigInt(content.number)}`,
      time: Number(content.time),
      buyer: hexlify(content.buyer),
      invoicedObject: hexlify(content.invoicedObject),
      root: hexlify(content.root),
      net: `${BigInt(content.net)}`,
      tax: `${BigInt(content.tax)}`,
      gross: `${BigInt(content.gross)}`,
      lines: content.lines.map((line) => ({
        category: hexlify(line.category),
        rate: Number(line.rate),
        items: Number(line.items),
        net: `${BigInt(line.net)}`,
        tax: `${BigInt(line.tax)}`,
      })),
      draws: content.draws.map(({ payment, amount }) => ({ payment: hexlify(payment), amount: `${BigInt(amount)}` })),
    },
  };
}

async function contractsOf(world: InvoiceWorld) {
  const { chainId } = await world.registry.runner!.provider!.getNetwork();
  return { ...world, chainId };
}

/** A record that was never issued, over so many payments. */
function plainRecord(payments: number, changes: Partial<InvoiceRecord> = {}): InvoiceRecord {
  const gross = 600n * BigInt(payments);
  const line = lineOf(gross, { items: payments });
  const draws = Array.from({ length: payments }, () => ({ payment: word(), amount: 600 }));
  const totals = { net: line.net, tax: line.tax, gross };
  const content = {
    number: 26_131_000_000_000_000_001n,
    time: 1_764_000_000,
    buyer: word(),
    invoicedObject: ZeroHash,
    root: word(),
    ...totals,
    lines: [line],
    draws: draws.sort((a, b) => (a.payment < b.payment ? -1 : 1)),
  };
  const terms = { seller: word(), kind: DocumentKind.Transport, scheme: Scheme.Digital, currency: 156 };
  return { ...recordOf(invoiceOf(terms, content)), ...changes };
}

const NETWORK = { chainId: "20260", registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };

async function plainCode(payments = 1): Promise<InvoiceCode> {
  return signInvoiceCode(NETWORK, newKey(), { record: plainRecord(payments) });
}

describe("the QR code of an invoice", () => {
  describe("as bytes", () => {
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
      expect(() => encodeInvoiceCode({ ...code, path: [word()] })).to.throw(
        InvoiceCodeError,
        "no position and no path",
      );
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

  describe("asked of the chain", () => {
    /** The code that a world's operator prints on a document. */
    async function printed(world: InvoiceWorld, invoice: InvoiceStruct, path: string[] = [], signer = world.operator) {
      const network = await invoiceNetwork(await contractsOf(world));
      return formatInvoiceCode(await signInvoiceCode(network, signer, { record: recordOf(invoice), path }), VERIFY_AT);
    }

    it("stands while the document does, and carries no salt and no name", async () => {
      const world = await loadFixture(ledgerWorld);
      const contracts = await contractsOf(world);
      const of = await issue(world, { payment: { amount: 600 } });
      const text = await printed(world, of.invoice);
      const { id } = readInvoiceCode(text);
      expect(id).to.equal(of.id);
      expect(id).to.equal(await world.invoices.idOf(of.invoice));

      const bytes = hexlify(encodeInvoiceCode(readInvoiceCode(text)));
      for (const secret of [of.holder.salt, of.holder.key.signer, of.holder.title]) {
        expect(bytes).not.to.contain(secret.slice(2));
      }
      expect(bytes).to.contain(of.holder.commitment.slice(2));

      const issued = await verifyInvoiceCode(contracts, text);
      expect(issued).to.deep.include({ status: "Issued", signedBySeller: true });
      expect(issued.message).to.match(
        /^The transport ticket 26\d{18} over 6\.00 CNY \(5\.83 CNY and 0\.17 CNY of tax\) is genuine: .*\. An operator of the seller signed this code$/,
      );
      expect(issued.invoice).to.deep.include({
        kind: "Transport",
        number: `${BigInt(of.invoice.content.number)}`,
        seller: world.seller,
        ...{ net: "5.83 CNY", tax: "0.17 CNY", gross: "6.00 CNY", capitals: "陆圆整" },
      });
      expect(issued).not.to.have.property("left");

      await confirm(world, of);
      expect((await verifyInvoiceCode(contracts, text)).status).to.equal("Confirmed");
      await book(world, of);
      expect((await verifyInvoiceCode(contracts, text)).status).to.equal("Booked");
      await propose(world, of, reversingOf(of.invoice));
      expect((await verifyInvoiceCode(contracts, text)).status).to.equal("ReversalProposed");
    });

    it("has nothing of the content of a document but its root", async () => {
      const model = ride();
      const fields = Object.entries(fieldsOfInvoice(model)).map(([name, value]) => ({ name, value, salt: newSalt() }));
      const title = newTitle(model.buyer.name, model.buyer.vatId);
      const [key, salt] = [newKey(), newSalt()];
      const buyer = invoiceHolder(salt, key.signer, titleCommitment(title));
      const record = plainRecord(1);
      const content = { ...record.content, root: fieldRoot(fields), buyer };
      const code = await signInvoiceCode(NETWORK, newKey(), { record: { ...record, content } });
      const bytes = hexlify(encodeInvoiceCode(code));
      const text = decodeURIComponent(formatInvoiceCode(code, VERIFY_AT));
      const read = JSON.stringify(readInvoiceCode(text));
      for (const found of [content.root, buyer]) {
        expect(bytes).to.contain(found.slice(2));
        expect(read).to.contain(found);
      }
      const hidden = [salt, title.salt, key.signer, titleCommitment(title), ...fields.map((field) => field.salt)];
      for (const secret of hidden) {
        expect(bytes).not.to.contain(secret.slice(2));
        expect(read).not.to.contain(secret.slice(2));
      }
      const words = [model.buyer.name, model.buyer.vatId!, model.seller.name, "地铁乘车"];
      for (const one of [...words, ...fields.map(({ value }) => value).filter(({ length }) => length > 5)]) {
        expect(bytes).not.to.contain(hexlify(toUtf8Bytes(one)).slice(2));
        expect(read).not.to.contain(one);
        expect(text).not.to.contain(one);
      }
    });

    it("says what is left of a document that is reversed in part, and which document takes it off", async () => {
      const world = await loadFixture(invoiceWorld);
      const contracts = await contractsOf(world);
      const { invoice, id } = await issue(world, { payment: { amount: 10_300 } });
      const half = lineOf(5150n);
      const reversing = reversingOf(invoice, {
        ...{ lines: [half], net: half.net, tax: half.tax, gross: 5150 },
        draws: [{ payment: invoice.content.draws[0]!.payment, amount: 5150 }],
      });
      await world.ledger.connect(world.operator).reverse(invoice, reversing);
      const part = await verifyInvoiceCode(contracts, await printed(world, invoice));
      expect(part).to.deep.include({
        status: "Issued",
        left: { net: "50.00 CNY", tax: "1.50 CNY", gross: "51.50 CNY" },
      });
      expect(part.message).to.contain("reversed in part, 51.50 CNY of it are left");
      const red = await verifyInvoiceCode(
        contracts,
        await printed(world, invoiceOf(invoice.terms, reversing, { reverses: id })),
      );
      expect(red.status).to.equal("Reversing");

      await world.ledger
        .connect(world.operator)
        .reverse(invoice, { ...reversing, number: BigInt(reversing.number) + 7n });
      const whole = await verifyInvoiceCode(contracts, await printed(world, invoice));
      expect(whole).to.deep.include({
        status: "Reversed",
        left: { net: "0.00 CNY", tax: "0.00 CNY", gross: "0.00 CNY" },
      });
      expect(whole.message).to.contain("worth nothing").and.not.to.contain("are left");
    });

    it("proves a document of a batch by its path alone", async () => {
      const world = await loadFixture(invoiceWorld);
      const contracts = await contractsOf(world);
      const night = await anchoredNight(world, 5);
      const text = await printed(world, night.invoices[3]!, night.proofAt(3));
      expect(await verifyInvoiceCode(contracts, text)).to.deep.include({ status: "Anchored", signedBySeller: true });
      for (const [invoice, path] of [
        [night.invoices[3]!, night.proofAt(2)],
        [night.invoices[3]!, []],
        [{ ...night.invoices[3]!, position: 2 }, night.proofAt(3)],
      ] as const) {
        const answer = await verifyInvoiceCode(contracts, await printed(world, invoice, [...path]));
        expect(answer.status).to.equal("Unknown");
        expect(answer.message).to.contain("was never issued, or not with these amounts; do not accept it");
      }
    });

    it("tells an amount that was raised, and a signer that is not the seller's", async () => {
      const world = await loadFixture(invoiceWorld);
      const contracts = await contractsOf(world);
      const { invoice } = await issue(world);
      const line = lineOf(60_000n);
      const raised = {
        ...invoice,
        content: {
          ...invoice.content,
          ...{ lines: [line], net: line.net, tax: line.tax, gross: 60_000 },
          draws: [{ ...invoice.content.draws[0]!, amount: 60_000 }],
        },
      };
      const forged = await verifyInvoiceCode(contracts, await printed(world, raised));
      expect(forged.status).to.equal("Unknown");
      const copied = await verifyInvoiceCode(contracts, await printed(world, invoice, [], world.stranger));
      expect(copied).to.deep.include({ status: "Issued", signedBySeller: false });
      expect(copied.message).to.contain(`but by ${world.stranger.address}: it may be an earlier operator's`);

      const text = await printed(world, invoice);
      expect((await verifyInvoiceCode(contracts, text)).signedBySeller).to.equal(true);
      await world.taxpayers.connect(world.taxBureau).dropOperator(world.seller, 4, world.operator, []);
      expect(await verifyInvoiceCode(contracts, text)).to.deep.include({ status: "Issued", signedBySeller: false });
    });

    it("asks the finance bureau about receipts of fiscal units", async () => {
      const world = await loadFixture(invoiceWorld);
      const contracts = await contractsOf(world);
      const terms = termsOf(world, { kind: DocumentKind.FiscalReceipt, scheme: Scheme.FiscalBill });
      const payment = await attest(world, { amount: 20_000 });
      const exempt = lineOf(20_000n, { category: category("O"), rate: 0, net: 20_000, tax: 0 });
      const totals = { lines: [exempt], net: 20_000, tax: 0, gross: 20_000 };
      const submission = await submissionOf(world, [payment], { number: 13_060_124_000_000_7001n, ...totals });
      await world.invoices.connect(world.operator).issue(terms, submission);
      await world.taxpayers.connect(world.taxBureau).dropOperator(world.seller, 4, world.operator, []);
      const answer = await verifyInvoiceCode(contracts, await printed(world, invoiceOf(terms, submission.content)));
      expect(answer).to.deep.include({ status: "Issued", signedBySeller: true });
      expect(answer.message).to.contain("The fiscal receipt 130601240000007001 over 200.00 CNY");
    });

    it("does not ask about what is unreadable, impossible or of another network", async () => {
      const world = await loadFixture(invoiceWorld);
      const contracts = await contractsOf(world);
      const network = await invoiceNetwork(contracts);
      const unreadable = await verifyInvoiceCode(contracts, "https://verify.example/");
      expect(unreadable).to.deep.equal({
        status: "Unreadable",
        signedBySeller: false,
        message: "this is no code of an invoice, which begins with INV1; scan the code on the document again",
      });
      const record = plainRecord(1);
      for (const other of [{ ...network, chainId: "1" }, NETWORK]) {
        const text = formatInvoiceCode(await signInvoiceCode(other, newKey(), { record }), VERIFY_AT);
        const answer = await verifyInvoiceCode(contracts, text);
        expect(answer).to.deep.include({ status: "OtherNetwork", signedBySeller: false });
        expect(answer.message).to.contain(`chain ${other.chainId} and the registry ${other.registry}`);
      }
      const { terms, content } = record;
      for (const [changes, why] of [
        [{ terms: { ...terms, currency: 1 } }, "a currency that nobody has: 1"],
        [{ content: { ...content, number: "0" } }, "a number that no document has"],
      ] as const) {
        const code = await signInvoiceCode(network, newKey(), { record: { ...record, ...changes } });
        const answer = await verifyInvoiceCode(contracts, formatInvoiceCode(code, VERIFY_AT));
        expect(answer.status).to.equal("Unreadable");
        expect(answer.message).to.contain(why);
      }
    });
  });
});
