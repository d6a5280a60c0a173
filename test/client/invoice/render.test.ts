import { expect } from "chai";
import fc from "fast-check";
import { SyntaxValidator } from "fast-xml-validator";

import { formatInvoiceCode, renderInvoice, type RenderedInvoice, signInvoiceCode } from "../../../src/index.js";
import { formatAmount } from "../../../src/invoice/amount.js";
import type { Invoice, InvoiceKind } from "../../../src/invoice/model.js";
import { STAMPS } from "../../../src/invoice/render-seal.js";
import { measure, wrap } from "../../../src/invoice/render-svg.js";
import { INVOICE_STATUSES } from "../../../src/invoice/status.js";
import type { InvoiceDraft, LineDraft } from "../../../src/invoice/totals.js";
import { newKey, word } from "../../identity/world.js";
import { NETWORK, plainRecord } from "./codes.js";
import { everything, invoices, ride, RIDE, without } from "./samples.js";
import { scanDrawing } from "./scan.js";

const RED = "#c8102e";
const BLACK = "#111";

interface Drawn {
  x: number;
  y: number;
  size: number;
  color: string;
  content: string;
}

/** The texts of a page, as they are read, in the order they are drawn. */
function textsOf(svg: string): Drawn[] {
  const found = svg.matchAll(/<text x="([^"]+)" y="([^"]+)" font-size="([^"]+)" fill="([^"]+)"[^>]*>([^<]*)<\/text>/g);
  return [...found].map(([, x, y, size, color = "", content = ""]) => ({
    ...{ x: Number(x), y: Number(y), size: Number(size), color },
    content: content
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">")
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&amp;/g, "&"),
  }));
}

const contentsOf = (svg: string) => textsOf(svg).map(({ content }) => content);

/** Pages that are well-formed, with nothing that runs or is loaded, and nothing beyond the sheet. */
function checked(drawn: RenderedInvoice): RenderedInvoice {
  for (const svg of drawn.pages) {
    expect(SyntaxValidator.validate(svg)).to.equal(true);
    const names = new Set([...svg.matchAll(/<([a-z]+)[\s>/]/g)].map(([, name]) => name));
    expect([...names]).to.have.members(
      ["svg", "title", "rect", "text", "path", "ellipse", "g"].filter((n) => names.has(n)),
    );
    expect(svg).not.to.match(/<[^>]*\s(on\w+|href|xlink:href|style|src)=/);
    expect(svg).not.to.match(/NaN|undefined|Infinity/);
    for (const { x, y, size, content } of textsOf(svg)) {
      expect(x, content).to.be.within(0, drawn.width);
      expect(y, content).to.be.within(0, drawn.height - 2);
      expect(size, content).to.be.greaterThan(0);
    }
  }
  return drawn;
}

const render = (invoice: Invoice, options: Parameters<typeof renderInvoice>[1] = {}) =>
  checked(renderInvoice(invoice, options));

const items = (count: number, name = (i: number) => `地铁乘车${i}`): Partial<InvoiceDraft> => ({
  lines: Array.from({ length: count }, (_, i): LineDraft => ({ ...RIDE.lines[0]!, name: name(i + 1) })),
  payments: [{ provider: "WeChat Pay", reference: "1", amount: 600n * BigInt(count) }],
});

describe("an invoice on paper", () => {
  describe("in Chinese", () => {
    it("has what a reader looks for: number and date, both parties, items, totals in both forms, who issued", () => {
      const invoice = ride({
        kind: "VatOrdinary",
        seller: { ...RIDE.seller, contact: { name: "王小明" } },
        notes: [{ text: "报销用" }],
      });
      const drawn = render(invoice);
      expect(drawn).to.include({ layout: "chinese", width: 210, height: 148 });
      expect(drawn.pages).to.have.length(1);
      const [svg = ""] = drawn.pages;
      expect(contentsOf(svg)).to.include.members([
        ...["电子发票（普通发票）", "发票号码：24442000000000000123", "开票日期：2024年05月06日"],
        ...["名称：某某科技有限公司", "统一社会信用代码/纳税人识别号：91440300708461136T"],
        ...["名称：深圳市地铁集团有限公司", "统一社会信用代码/纳税人识别号：91440300708437873H"],
        ...["项目名称", "规格型号", "单位", "数量", "单价", "金额", "税率/征收率", "税额"],
        ...["地铁乘车", "1", "5.83", "3%", "0.17", "合　　　　计", "¥5.83", "¥0.17"],
        ...["价税合计（大写）", "⊗陆圆整", "（小写）¥6.00", "报销用", "开票人：王小明", "发票专用章"],
        "付款：WeChat Pay 4200001234202405061234567890 ¥6.00",
      ]);
      const upright = contentsOf(svg).join("");
      for (const words of ["购买方信息", "销售方信息", "备注", "深圳市地铁集团有限公司"]) {
        expect(upright).to.contain(words);
      }
      expect(svg).not.to.contain("监制");
      expect(svg.match(/<ellipse /g)).to.have.length(1);
    });

    it("draws the code so that a camera reads it, and makes room for a large one", async () => {
      for (const [payments, nodes] of [
        [1, 0],
        [1, 16],
        [10, 0],
      ] as const) {
        const path = Array.from({ length: nodes }, word);
        const record = plainRecord(payments, nodes === 0 ? {} : { serial: "7", position: 3 });
        const code = await signInvoiceCode(NETWORK, newKey(), { record, path });
        const qr = formatInvoiceCode(code, "https://verify.example/");
        const [svg = ""] = render(ride(), { qr }).pages;
        expect(scanDrawing(svg)).to.equal(qr);
        const [, y, side, modules] = /<svg x="[^"]+" y="([^"]+)" width="([^"]+)" [^>]*viewBox="-4 -4 (\d+)/.exec(svg)!;
        expect(Number(side) / Number(modules)).to.be.at.least(0.3); // mm
        const parties = textsOf(svg).find(({ content }) => content === "购")!;
        expect(Number(y) + Number(side)).to.be.lessThan(parties.y - parties.size);
        const [english = ""] = render(everything(), { qr }).pages;
        expect(scanDrawing(english)).to.equal(qr);
      }
    });

    it("is called by its kind, and has the words of its bureau", () => {
      const titles: Record<InvoiceKind, string> = {
        VatSpecial: "电子发票（增值税专用发票）",
        VatOrdinary: "电子发票（普通发票）",
        Transport: "电子发票（交通运输票）",
        Scenic: "电子发票（门票）",
        Medical: "医疗收费票据（电子）",
        FiscalReceipt: "财政票据（电子）",
      };
      const fine: LineDraft = { name: "交通违法罚款", quantity: "1", unit: "C62", price: "200", category: "O" };
      for (const [kind, title] of Object.entries(titles) as [InvoiceKind, string][]) {
        expect(contentsOf(render(ride({ kind })).pages[0]!)).to.include(title);
      }
      const fiscal: Partial<InvoiceDraft> = {
        ...{ kind: "FiscalReceipt", numberScheme: "FiscalBill", number: "130601240000007001" },
        object: { id: "1301041234567890" },
      };
      const receipt = contentsOf(render(ride({ ...fiscal, lines: [fine], payments: [] })).pages[0]!);
      expect(receipt).to.include.members([
        ...["票据代码：13060124", "票据号码：0000007001", "标准", "金额合计（大写）", "⊗贰佰圆整", "票据专用章"],
        "关联编号：1301041234567890",
      ]);
      expect(receipt.join("")).to.contain("交款人信息").and.to.contain("收款单位信息");
      for (const word of ["税额", "税率/征收率", "单价", "发票专用章"]) expect(receipt).not.to.include(word);
      expect(contentsOf(render(ride(fiscal)).pages[0]!)).to.include.members(["税额", "¥0.17", "价税合计（大写）"]);
      const special = ride({ kind: "VatSpecial", numberScheme: "CodeAndNumber", number: "04400240013012345678" });
      expect(contentsOf(render(special).pages[0]!)).to.include.members([
        "发票代码：044002400130",
        "发票号码：12345678",
      ]);
    });

    it("is red with minuses where it takes off, and names what it reverses", () => {
      const precedingInvoices = [{ number: "24442000000000000122", issueDate: "2024-05-01" }];
      const [svg = ""] = render(ride({ typeCode: "381", precedingInvoices })).pages;
      expect(new Set(textsOf(svg).map(({ color }) => color))).to.deep.equal(new Set([RED]));
      expect(contentsOf(svg)).to.include.members([
        ...["红字发票", "-1", "-5.83", "-0.17", "¥-5.83", "¥-0.17", "⊗（负数）陆圆整", "（小写）¥-6.00"],
        "被红冲蓝字发票号码：24442000000000000122，开票日期：2024年05月01日",
        "退回付款：WeChat Pay 4200001234202405061234567890 ¥6.00",
      ]);
      expect(textsOf(render(ride()).pages[0]!).map(({ color }) => color)).to.include(BLACK);
      expect(contentsOf(render(ride()).pages[0]!)).not.to.include("红字发票");
    });

    it("names another currency, which has no capital characters", () => {
      const contents = contentsOf(render(ride({ currency: "USD" })).pages[0]!);
      expect(contents).to.include.members(["价税合计", "USD 6.00", "USD 5.83"]);
      expect(contents.join("")).not.to.contain("大写");
    });

    it("wraps long names within their box, and loses nothing of an item", () => {
      const name = "关于石家庄市地铁一号线与二号线换乘站的夜间维护服务，含设备租赁 and some Latin words between "
        .repeat(3)
        .trim();
      const [svg = ""] = render(ride(items(1, () => name))).pages;
      const column = textsOf(svg).filter(({ x, y }) => x === 9.2 && y > 54 && y < 110);
      expect(column.length).to.be.greaterThan(5);
      expect(
        column
          .map(({ content }) => content)
          .join("")
          .replace(/\s/g, ""),
      ).to.equal(name.replace(/\s/g, ""));
      for (const { content } of column) expect(measure(content)).to.be.at.most(46 - 2.4);

      const long = "某".repeat(40);
      const lines = contentsOf(render(ride({ buyer: { ...RIDE.buyer, name: long } })).pages[0]!);
      expect(lines.filter((one) => one.includes("某某"))).to.have.length(2);
      expect(lines.join("")).to.contain(long.slice(0, 20));
      const endless = render(ride({ buyer: { ...RIDE.buyer, name: "某".repeat(5000), vatId: "9".repeat(5000) } }));
      expect(contentsOf(endless.pages[0]!)).to.include("……");
      render(ride({ seller: { ...RIDE.seller, name: "Société ".repeat(40), contact: { name: "王".repeat(90) } } }));
    });

    it("has ten items on one sheet, and goes on with more: each once, with sums that add up", () => {
      const ten = render(ride(items(10)));
      expect(ten.pages).to.have.length(1);
      for (let i = 1; i <= 10; i++) expect(contentsOf(ten.pages[0]!)).to.include(`地铁乘车${i}`);

      for (const count of [11, 30, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 100, 150]) {
        const drawn = render(ride(items(count)));
        const all = drawn.pages.flatMap(contentsOf);
        for (let i = 1; i <= count; i++) {
          expect(
            all.filter((one) => one === `地铁乘车${i}`),
            `${i} of ${count}`,
          ).to.have.length(1);
        }
        expect(all.filter((one) => one === "合　　　　计")).to.have.length(1);
        const subtotals = drawn.pages.slice(0, -1).map((svg) => {
          const own = contentsOf(svg);
          const at = own.indexOf("小　　　　计");
          const inside = own.filter((one) => one.startsWith("地铁乘车")).length;
          expect(own[at + 1]).to.equal(`¥${formatAmount(583n * BigInt(inside), 2)}`);
          expect(own).to.include(`共${drawn.pages.length}页 第${drawn.pages.indexOf(svg) + 1}页`);
          return inside;
        });
        expect(subtotals.reduce((a, b) => a + b, 0)).to.be.at.most(count);
        const last = contentsOf(drawn.pages.at(-1)!);
        expect(last).to.include(`¥${formatAmount(583n * BigInt(count), 2)}`);
        expect(drawn.pages.length === 1, `${count}`).to.equal(count <= 41);
        // Rows stand one under the other, above the sum.
        for (const svg of drawn.pages) {
          const rows = textsOf(svg).filter(({ content }) => content.startsWith("地铁乘车"));
          const sum = textsOf(svg).find(({ content }) => /^[合小]\s+计$/.test(content))!;
          for (const { y } of rows) expect(y).to.be.lessThan(sum.y - 2);
          expect(new Set(rows.map(({ y }) => y)).size).to.equal(rows.length);
        }
      }
    });

    it("goes on with remarks that are too many", () => {
      const payments = Array.from({ length: 64 }, (_, i) => ({ provider: "银联", reference: `R${i}`, amount: 600n }));
      for (const text of ["", "长".repeat(6000)]) {
        const notes = text === "" ? [] : [{ text }];
        const drawn = render(ride({ ...items(64), payments, notes }));
        const all = drawn.pages.flatMap(contentsOf);
        for (let i = 0; i < 64; i++) expect(all.filter((one) => one === `付款：银联 R${i} ¥6.00`)).to.have.length(1);
        expect(all.join("").split("长").length - 1).to.equal(text.length);
        expect(all.filter((one) => one === "发票专用章")).to.have.length(1);
      }
    });
  });

  describe("in English", () => {
    it("has the terms of EN 16931 of whatever has no Chinese form", () => {
      const drawn = render(everything());
      expect(drawn).to.include({ layout: "english", width: 210, height: 297 });
      const all = drawn.pages.flatMap(contentsOf);
      expect(all).to.include.members([
        ...["Invoice", "F-2024/0001", "2024-02-29", "2024-03-31", "EUR", "C1", "O1", "F-1 of 2023-01-01"],
        ...['Official <GB> "Ltd"', "VAT number SE1232434", "item name", "10.5", "410.12345 / 2", "2153.15", "25 %"],
        ...[
          "Allowance of 2.5 %: Loyalty & more",
          "-2.50",
          "2680.37 EUR",
          "2670.33 EUR",
          "E: Article 132, VATEX-EU-132",
        ],
        ...["Bank: of #1, a:b/c d: 10.00 EUR", "means 48, VISA 1234", "30 days", "#SKONTO#", "second", "line"],
      ]);
      expect(all).to.include("F-2024/0001 · page 1 of 2");
      expect(new Set(drawn.pages.flatMap(textsOf).map(({ color }) => color))).not.to.include(RED);
    });

    it("is red with minuses where it takes off", () => {
      const drawn = render(everything("381"));
      const all = drawn.pages.flatMap(contentsOf);
      expect(all).to.include.members(["Credit note", "-10.5", "-2153.15", "-2680.37 EUR", "-2670.33 EUR", "2.50"]);
      expect(all).to.include("Bank: of #1, a:b/c d: -10.00 EUR");
      const colors = new Set(drawn.pages.flatMap(textsOf).map(({ color }) => color));
      expect(colors).to.include(RED).and.not.to.include(BLACK);
      expect(render({ ...everything(), typeCode: "384" }).pages.flatMap(contentsOf)).to.include("Invoice (type 384)");
    });

    it("is drawn for Chinese documents if asked, and Chinese only for what has that form", () => {
      const english = render(ride(items(60)), { layout: "english" });
      expect(english.layout).to.equal("english");
      expect(english.pages.length).to.be.greaterThan(1);
      for (const svg of english.pages) expect(contentsOf(svg)).to.include("Description"); // the head of the table, again
      const all = english.pages.flatMap(contentsOf);
      for (let i = 1; i <= 60; i++) expect(all.filter((one) => one === `地铁乘车${i}`)).to.have.length(1);
      expect(render(ride(), { layout: "chinese" }).layout).to.equal("chinese");
      expect(() => renderInvoice(everything(), { layout: "chinese" })).to.throw("this invoice has no Chinese form");
      const foreign = without(ride(), "kind");
      expect(render(foreign).layout).to.equal("english");
      expect(() => renderInvoice(foreign, { layout: "chinese" })).to.throw("its kind is missing");
    });
  });

  it("is stamped with what became of it", () => {
    for (const status of INVOICE_STATUSES) {
      const words = STAMPS[status];
      const [chinese, english] = [
        render(ride(), { status }).pages.flatMap(contentsOf),
        render(everything(), { status }).pages.flatMap(contentsOf),
      ];
      const stamps = Object.values(STAMPS).flatMap((one) => (one === undefined ? [] : [one.chinese, one.english]));
      expect(chinese.filter((one) => stamps.includes(one))).to.deep.equal(words === undefined ? [] : [words.chinese]);
      expect(new Set(english.filter((one) => stamps.includes(one)))).to.deep.equal(
        new Set(words === undefined ? [] : [words.english]),
      );
    }
    expect(STAMPS.Reversed?.chinese).to.equal("已红冲");
    expect(STAMPS.Booked?.chinese).to.equal("已入账");
  });

  it("takes texts for texts: no markup, no turned digits, nothing that XML has no room for", () => {
    const evil = `</text></svg><script>alert(1)</script><!--&amp;'"]]>`;
    const dirty = `a\u0000b\u001bc\u202e12\u2066\ud800d\ufffee`;
    const clean = "a�b�c�12��d�e";
    for (const layout of ["chinese", "english"] as const) {
      const invoice = ride({
        buyer: { name: evil, vatId: `CN${evil}`, address: { country: "CN" } },
        seller: { name: evil, vatId: evil, address: { country: "CN" }, contact: { name: evil } },
        lines: [{ ...RIDE.lines[0]!, name: evil, attributes: [{ name: "单位", value: evil }] }],
        notes: [{ text: dirty }],
        payments: [{ provider: evil, reference: evil, amount: 600n }],
      });
      const drawn = render(invoice, { layout, qr: evil });
      expect(drawn.html).not.to.contain("<script").and.not.to.contain("<!--");
      const all = drawn.pages.flatMap(contentsOf);
      expect(all.join("")).to.contain("<script>");
      expect(all).to.include(clean);
      expect(scanDrawing(drawn.pages[0]!)).to.equal(evil);
    }
    const own = render(ride({ numberScheme: "Own", number: `"><script>1</script>` }));
    expect(own.html).not.to.contain("<script");
  });

  it("prints on sheets of its own size, with nothing that runs", () => {
    const half = render(ride());
    expect(half.html)
      .to.match(/^<!doctype html><html lang="zh">/)
      .and.to.contain("@page{size:210mm 148mm;margin:0}");
    expect(half.html).to.contain("default-src 'none'");
    const drawn = render(everything());
    expect(drawn.html).to.contain("@page{size:210mm 297mm;margin:0}").and.to.contain('lang="en"');
    for (const svg of drawn.pages) expect(drawn.html).to.contain(svg);
  });

  it("can be drawn of any invoice", () => {
    fc.assert(
      fc.property(invoices, fc.constantFrom("380", "381"), (invoice, typeCode) => {
        const drawn = render({ ...invoice, typeCode });
        const isChinese = drawn.layout === "chinese";
        const sign = typeCode === "381" ? -1n : 1n;
        const digits = { CNY: 2, EUR: 2, JPY: 0, KWD: 3 }[invoice.currency] ?? 2;
        const gross = formatAmount(sign * invoice.totals.gross, digits);
        const all = drawn.pages.flatMap(contentsOf).join("\n");
        expect(all).to.contain(isChinese ? gross : `${gross} ${invoice.currency}`);
      }),
      { numRuns: 60 },
    );
  });

  it("breaks texts at blanks, between Chinese characters, else anywhere", () => {
    expect(wrap("", 10)).to.deep.equal([""]);
    expect(wrap("one two three", measure("one two"))).to.deep.equal(["one two", "three"]);
    expect(wrap("一二三四五", measure("一二"))).to.deep.equal(["一二", "三四", "五"]);
    expect(wrap("abcdefgh", measure("abc"))).to.deep.equal(["abc", "def", "gh"]);
    expect(wrap("a\nb\r\nc", 50)).to.deep.equal(["a", "b", "c"]);
    expect(wrap("👨‍👩‍👧👨‍👩‍👧e\u0301", 3.1)).to.deep.equal(["👨‍👩‍👧", "👨‍👩‍👧", "e\u0301"]);
    expect(wrap("某", 0.1)).to.deep.equal(["某"]);
  });
});
