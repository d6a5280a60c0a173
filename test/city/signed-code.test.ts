import { expect } from "chai";
import jsQR from "jsqr";
import { concat, getBytes, hexlify } from "ethers";

import {
  connect,
  encodeName,
  formatSignedCode,
  parseSignedCode,
  qrSvg,
  qrTerminal,
  RESOLUTION,
  resolverDomain,
  roleOf,
  SIGNED_CODE_TYPES,
  type SignedCode,
  SignedCodeError,
  verifySignedCode,
} from "../../src/index.js";
import { decodeBase32, encodeBase32 } from "../../src/common/base32.js";
import { dateOf } from "../../src/common/time.js";
import { CityResolver__factory, ControllerWallet__factory } from "../../typechain/index.js";
import { type Account, errorOf, makeWorld, rejection, sharing } from "../client/world.js";

describe("signed codes", () => {
  const world = sharing(makeWorld);
  const sign = async (text = "MA.156.1301", options = {}) => {
    const { client, accounts } = world();
    return client.signCode(accounts.shijiazhuang, text, options);
  };

  describe("as text", () => {
    it("carry what was signed, in characters for QR codes and URLs", async () => {
      const { client, accounts, ids } = world();
      const signed = await sign("ma.156.1301/73.10000000.6");
      expect(signed).to.deep.include({
        chainId: client.chainId,
        code: "MA.156.1301/73.10000000.6",
        city: ids.shijiazhuang,
        signer: accounts.shijiazhuang.address,
      });
      const text = formatSignedCode(signed);
      expect(text).to.match(/^CIV1:31337:MA\.156\.1301\/73\.10000000\.6:\d+:\d{10}:[A-Z2-7]{32}:[A-Z2-7]{104}$/);
      expect(formatSignedCode(await sign()).length).to.be.at.most(178); // what version 7 holds;
      for (const form of [text, text.toLowerCase(), ` ${text}\n`, `https://verify.example/a?b#${text}`]) {
        expect(parseSignedCode(form)).to.deep.equal(signed);
      }
      expect(formatSignedCode(signed, "https://verify.example/")).to.equal(`https://verify.example/#${text}`);
      for (const address of ["verify.example", "javascript:alert(1)", "https://verify.example/#here", "https://", ""]) {
        expect(() => formatSignedCode(signed, address), address).to.throw(SignedCodeError, "no address to verify at");
      }
    });

    it("are refused when they are something else, damaged or out of bounds", async () => {
      const text = formatSignedCode(await sign());
      const parts = text.split(":");
      const without = (at: number, part: string) => parts.map((one, i) => (i === at ? part : one)).join(":");
      for (const other of ["", "MA.156.1301", "https://verify.example/", text.slice(1), "ＣIV1:1", "cıv1:"]) {
        expect(() => parseSignedCode(other), other).to.throw(SignedCodeError, "this is no signed code of a city");
      }
      const damaged = [
        ...[`${text}A`, text.slice(0, 60), `${text} x`, `${text}#`.replace("#", ":"), "CIV1:"],
        ...[without(1, "x"), without(3, String(2 ** 32)), without(4, String(2 ** 40)), without(5, "A"), without(6, "")],
        ...[without(2, "MA.15"), without(2, "MA.156.1301-FX"), without(2, "ＭA.156")],
      ];
      for (const one of damaged) expect(() => parseSignedCode(one), one).to.throw(SignedCodeError, /damaged/);
    });

    it("use the Base32 of RFC 4648", () => {
      const vectors: Record<string, string> = {
        "": "",
        f: "MY",
        fo: "MZXQ",
        foo: "MZXW6",
        foob: "MZXW6YQ",
        fooba: "MZXW6YTB",
      };
      for (const [plain, coded] of Object.entries({ ...vectors, foobar: "MZXW6YTBOI" })) {
        expect(encodeBase32(new TextEncoder().encode(plain))).to.equal(coded);
        expect(new TextDecoder().decode(decodeBase32(coded))).to.equal(plain);
      }
      for (const wrong of ["M", "MZ", "MZX", "m", "M1", "MY=", "é"])
        expect(decodeBase32(wrong), wrong).to.equal(undefined);
    });
  });

  describe("as QR", () => {
    it("come back from the drawing and are verified against the chain", async () => {
      const { client } = world();
      const text = formatSignedCode(await sign("MA.156.1301/73.10000000.6"), "https://verify.shijiazhuang.example/q");
      for (const scanned of [scanSvg(await qrSvg(text)), scanTerminal(qrTerminal(text))]) {
        expect(scanned).to.equal(text);
        expect((await client.verifySignedCode(scanned!)).status).to.equal("Valid");
      }
    });

    it("stay small: 45 modules a side for a city, without an address", async () => {
      const svg = await qrSvg(formatSignedCode(await sign()));
      expect(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]).to.equal(String(45 + 2 * 4));
    });
  });

  describe("are worth", () => {
    const statusOf = async (signed: SignedCode) => world().client.verifySignedCode(formatSignedCode(signed));
    const forge = async (by: Account, content: { code: string; city: bigint; time: number }) => {
      const { client } = world();
      const domain = resolverDomain(client.chainId, await client.resolver.getAddress());
      const signature = await by.signTypedData(domain, SIGNED_CODE_TYPES, content);
      const { code, city, time } = content;
      return { chainId: client.chainId, code, city, time: dateOf(time), signer: by.address, signature };
    };

    it("trust, when a controller signed them then and is one now", async () => {
      const { accounts, ids } = world();
      const signed = await sign();
      const answer = await statusOf(signed);
      expect(answer).to.deep.include({ status: "Valid", signed });
      expect(answer.city).to.deep.include({ id: ids.shijiazhuang, name: "石家庄市" });
      expect(answer.message).to.match(
        new RegExp(
          `^genuine: MA.156.1301 was signed for 石家庄市 on 20.* by ${accounts.shijiazhuang.address}, a controller of the city then and now$`,
        ),
      );
    });

    it("nothing, when the signature, the signer or anything signed was changed", async () => {
      const { accounts, ids, connection } = world();
      await connection.networkHelpers.time.increase(1000);
      const signed = await sign("MA.156.1301/73.10000000.6");
      const bytes = getBytes(signed.signature);
      bytes[10]! ^= 1;
      const HALF_ORDER = 0xffffffffffffffffffffffffffffffffbaaedce6af48a03bbfd25e8cd0364141n;
      const [r, s, v] = [signed.signature.slice(0, 66), BigInt(`0x${signed.signature.slice(66, 130)}`), bytes[64]!];
      const malleated = concat([
        r,
        `0x${(HALF_ORDER - s).toString(16).padStart(64, "0")}`,
        hexlify(new Uint8Array([v ^ 7])),
      ]);
      const changes: Partial<SignedCode>[] = [
        { signature: hexlify(bytes) },
        { signature: malleated },
        { signature: `0x${"00".repeat(65)}` },
        { signature: "0x00" },
        { signer: accounts.hebei.address },
        { code: "MA.156.1301/73.10000000.7" },
        { code: "MA.156.1301" },
        { time: new Date(signed.time.getTime() - 1000) },
      ];
      for (const change of changes) {
        const answer = await statusOf({ ...signed, ...change });
        expect(answer.status, Object.keys(change).join()).to.equal("SignatureInvalid");
        expect(answer.message).to.match(/^forged or changed/);
        expect(answer).not.to.have.property("city");
      }
      for (const change of [{ city: ids.hebei }, { city: 999n }, { code: "MA.156.13" }, { code: "MA.156.4325" }]) {
        const answer = await statusOf({ ...signed, ...change });
        expect(answer.status, Object.keys(change).join()).to.equal("CodeNotOfCity");
        expect(answer.message).to.match(/did not hold the code of .* do not trust/);
      }
    });

    it("nothing, when no controller signed them", async () => {
      const { accounts, ids, manager, client } = world();
      const { timestamp: time } = (await client.provider.getBlock("latest"))!;
      const content = { code: "MA.156.1301", city: ids.shijiazhuang, time };
      await manager
        .connect(accounts.shijiazhuang)
        .grantRole(roleOf(ids.shijiazhuang, RESOLUTION), accounts.stranger, 0);
      for (const by of [accounts.stranger, accounts.hebei]) {
        const answer = await statusOf(await forge(by, content));
        expect(answer.status).to.equal("NotController");
        expect(answer.message).to.match(/^not genuine: 0x\w+ was no controller/);
      }
      expect(await rejection(() => client.signCode(accounts.stranger, "MA.156.1301"))).to.match(
        /this would be worthless: not genuine/,
      );
      expect(await errorOf(() => client.signCode(accounts.stranger, "MA.156.1302"))).to.be.instanceOf(SignedCodeError);
      expect(await rejection(() => client.signCode(accounts.stranger, "MA.156"))).to.match(/worthless/);
    });

    it("nothing yet, when they are dated in the future", async () => {
      const { accounts, ids } = world();
      const answer = await statusOf(
        await forge(accounts.shijiazhuang, { code: "MA.156.1301", city: ids.shijiazhuang, time: 4_000_000_000 }),
      );
      expect(answer.status).to.equal("InFuture");
      expect(answer.message).to.match(/dated 2096-10-02T07:06:40Z, which has not come/);
    });

    it("what a former controller's word is worth, after a hand-over", async () => {
      const { accounts, manager, ids, connection, client } = world();
      const { shijiazhuang, stranger } = accounts;
      const before = await sign();
      await connection.networkHelpers.time.increase(1000);
      await manager.connect(shijiazhuang).offerController(ids.shijiazhuang, stranger, 4_000_000_000);
      await manager.connect(stranger).acceptController(ids.shijiazhuang, shijiazhuang);
      const answer = await statusOf(before);
      expect(answer.status).to.equal("FormerController");
      expect(answer.message).to.match(/^genuine, unless its key was lost since/);
      expect(answer.city?.id).to.equal(ids.shijiazhuang);
      const { timestamp: time } = (await client.provider.getBlock("latest"))!;
      const after = await forge(shijiazhuang, { code: "MA.156.1301", city: ids.shijiazhuang, time });
      expect((await statusOf(after)).status).to.equal("NotController");
      expect((await statusOf(await client.signCode(stranger, "MA.156.1301"))).status).to.equal("Valid");
    });

    it("the same from an organisation's wallet (ERC-1271)", async () => {
      const { accounts, manager, ids, administrator, client } = world();
      const wallet = await new ControllerWallet__factory(administrator).deploy(accounts.stranger);
      const controller = await wallet.getAddress();
      expect(await rejection(() => client.signCode(accounts.stranger, "MA.156.1301", { controller }))).to.match(
        /was no controller/,
      );
      await manager.connect(accounts.hebei).grantRole(roleOf(ids.shijiazhuang, 0), controller, 0);
      const signed = await client.signCode(accounts.stranger, "MA.156.1301", { controller });
      expect(signed.signer).to.equal(controller);
      expect((await statusOf(signed)).status).to.equal("Valid");
      const forged = await forge(accounts.hebei, {
        code: signed.code,
        city: signed.city,
        time: signed.time.getTime() / 1000,
      });
      expect((await statusOf({ ...forged, signer: controller })).status).to.equal("SignatureInvalid");
    });

    it("what they were, with what has changed in the city since", async () => {
      const { accounts, registry, ids, connection, client } = world();
      const signed = await sign();
      await connection.networkHelpers.time.increase(1000);
      const byHebei = registry.connect(accounts.hebei);
      await byHebei.rename(ids.shijiazhuang, "正定市");
      await byHebei.recode([ids.shijiazhuang], [`0x${Buffer.from("MA.156.1302").toString("hex").padEnd(64, "0")}`]);
      expect(await statusOf(signed)).to.have.property("status", "Valid");
      expect((await statusOf(signed)).message).to.match(
        /signed for 石家庄市 on .* then and now; its code is MA\.156\.1302-\w\w today; its name is 正定市 today$/,
      );
      await byHebei.suspend(ids.shijiazhuang, 1);
      expect((await statusOf(signed)).message).to.match(/suspended today$/);
      await byHebei.retire(ids.shijiazhuang, [], []);
      expect((await statusOf(signed)).message).to.match(/the city exists no more$/);
      expect(await rejection(() => sign())).to.match(/worthless/);
      const { signature } = await client.signCode(accounts.shijiazhuang, "MA.156.1301", { at: signed.time });
      expect(signature, "the same moment again").to.equal(signed.signature);
    });

    it("the same after the resolver got a successor, unless that was withdrawn", async () => {
      const { client: old, administrator, manager, registry, directory, accounts, provider } = world();
      const connectAgain = async () => connect({ directory: await directory.getAddress(), runner: provider });
      const signed = await sign();
      const next = await new CityResolver__factory(administrator).deploy(manager, registry);
      await directory.publish(encodeName("CityResolver"), next, 0);
      const client = await connectAgain();
      expect((await client.verifySignedCode(formatSignedCode(signed))).status).to.equal("Valid");
      const fresh = await client.signCode(accounts.shijiazhuang, "MA.156.1301");
      expect((await client.verifySignedCode(formatSignedCode(fresh))).status).to.equal("Valid");
      expect((await old.verifySignedCode(formatSignedCode(fresh))).status).to.equal("SignatureInvalid");
      expect((await verifySignedCode(client, formatSignedCode(signed))).status, "asked of the new one alone").to.equal(
        "SignatureInvalid",
      );
      await directory.setStatus(encodeName("CityResolver"), 1, 3);
      expect((await (await connectAgain()).verifySignedCode(formatSignedCode(signed))).status).to.equal(
        "SignatureInvalid",
      );
    });

    it("nothing, from a resolver of other cities", async () => {
      const { client, connection, directory, resolver, provider } = world();
      const elsewhere = await makeWorld(connection);
      const signed = await elsewhere.client.signCode(elsewhere.accounts.shijiazhuang, "MA.156.1301");
      expect((await client.verifySignedCode(formatSignedCode(signed))).status).to.equal("SignatureInvalid");
      for (const next of [elsewhere.resolver, resolver]) await directory.publish(encodeName("CityResolver"), next, 0);
      const again = await connect({ directory: await directory.getAddress(), runner: provider });
      expect((await again.verifySignedCode(formatSignedCode(signed))).status).to.equal("SignatureInvalid");
    });

    it("nothing that can be said here, when they are unreadable or of another chain", async () => {
      const { client } = world();
      const signed = await sign();
      const other = await client.verifySignedCode(formatSignedCode({ ...signed, chainId: 1n }));
      expect(other.status).to.equal("OtherNetwork");
      expect(other.message).to.match(/belongs to chain 1; it cannot be checked here, on chain 31337/);
      expect(await client.verifySignedCode("https://elsewhere.example")).to.deep.equal({
        status: "Unreadable",
        message: "this is no signed code of a city, which begins with CIV1; scan the code on the plate again",
      });
      expect(await rejection(() => client.signCode(world().accounts.shijiazhuang, "MA.15"))).to.match(/^MA\.15: /);
    });
  });
});

const SCALE = 4;

/** Read a QR code from its modules, drawn as a picture. */
function scan(dark: boolean[][]): string | undefined {
  const size = dark.length * SCALE;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      if (dark[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)])
        pixels.fill(0, 4 * (y * size + x), 4 * (y * size + x) + 3);
    }
  }
  return jsQR.default(pixels, size, size)?.data;
}

/** The dark strokes of the SVG: `M x y` begins a row, `m dx 0` skips, `h n` draws n modules. */
function scanSvg(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
  const path = /stroke="#000000" d="([^"]*)"/.exec(svg)?.[1] ?? "";
  const dark = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  let [x, y] = [0, 0];
  for (const [, command, first, second] of path.matchAll(/([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
    if (command === "M") [x, y] = [Number(first), Math.floor(Number(second))];
    else if (command === "m") [x, y] = [x + Number(first), y + Number(second)];
    else for (let end = x + Number(first); x < end; ++x) dark[y]![x] = true;
  }
  return scan(dark);
}

/** Two modules a character, black on white. */
function scanTerminal(text: string): string | undefined {
  const rows = text
    .split("\n")
    .slice(0, -1)
    .map((line) => Array.from(line.replace("\u001b[30;107m", "").replace("\u001b[0m", "")));
  return scan(rows.flatMap((row) => [row.map((half) => "█▀".includes(half)), row.map((half) => "█▄".includes(half))]));
}
