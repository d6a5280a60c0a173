import { expect } from "chai";
import fc from "fast-check";

import { AmountError } from "../../../src/invoice/amount.js";
import { capitalAmount } from "../../../src/invoice/capitals.js";
import {
  CHINESE_INVOICE_SCHEMA,
  type ChineseInvoice,
  ChineseInvoiceError,
  fromChinese,
  toChinese,
} from "../../../src/invoice/chinese.js";
import type { Invoice } from "../../../src/invoice/model.js";
import { validateInvoice } from "../../../src/invoice/rules.js";
import { chainErrors } from "../../../src/invoice/tax-lines.js";
import { completeInvoice } from "../../../src/invoice/totals.js";
import { everything, invoices, RIDE, ride, without } from "./samples.js";

/** A restaurant's bill of 198.00, as the first blockchain invoice of 2018. */
const BILL: ChineseInvoice = {
  类型: "增值税普通发票",
  发票代码: "144031809110",
  发票号码: "00000001",
  开票日期: "2018-08-10",
  购买方: { 名称: "个人" },
  销售方: { 名称: "深圳国贸旋转餐厅有限公司", "统一社会信用代码/纳税人识别号": "91440300192181656C" },
  项目: [
    {
      项目名称: "*餐饮服务*餐费",
      规格型号: "午餐",
      单位: "次",
      数量: "1",
      单价: "186.79",
      金额: "186.79",
      "税率/征收率": "6%",
      税额: "11.21",
    },
  ],
  合计: { 金额: "186.79", 税额: "11.21" },
  价税合计: { 大写: "壹佰玖拾捌圆整", 小写: "198.00" },
  备注: "首张区块链电子发票",
  开票人: "张三",
  付款: [{ 服务商: "WeChat Pay", 流水号: "1", 金额: "198.00" }],
};
const changed = (change: (form: ChineseInvoice) => unknown): ChineseInvoice => {
  const form = structuredClone(BILL);
  change(form);
  return form;
};
const faultsOf = (json: unknown): readonly string[] => {
  try {
    fromChinese(json);
    return [];
  } catch (error) {
    if (error instanceof ChineseInvoiceError) return error.faults;
    throw error;
  }
};

describe("Chinese invoices", () => {
  it("are read into the model, valid and fit for the chain", () => {
    const invoice = fromChinese(BILL);
    expect(invoice).to.deep.equal({
      typeCode: "380",
      kind: "VatOrdinary",
      number: "14403180911000000001",
      numberScheme: "CodeAndNumber",
      issueDate: "2018-08-10",
      currency: "CNY",
      seller: {
        name: "深圳国贸旋转餐厅有限公司",
        vatId: "CN91440300192181656C",
        address: { country: "CN" },
        contact: { name: "张三" },
      },
      buyer: { name: "个人", address: { country: "CN" } },
      lines: [
        {
          id: "1",
          name: "*餐饮服务*餐费",
          quantity: "1",
          unit: "C62",
          price: "186.79",
          net: 18679n,
          tax: 1121n,
          category: "S",
          rate: 600,
          attributes: [
            { name: "规格型号", value: "午餐" },
            { name: "单位", value: "次" },
          ],
        },
      ],
      breakdown: [{ category: "S", rate: 600, net: 18679n, tax: 1121n }],
      totals: {
        lines: 18679n,
        allowances: 0n,
        charges: 0n,
        net: 18679n,
        tax: 1121n,
        gross: 19800n,
        paid: 19800n,
        rounding: 0n,
        due: 0n,
      },
      notes: [{ text: "首张区块链电子发票" }],
      payments: [{ provider: "WeChat Pay", reference: "1", amount: 19800n }],
    } satisfies Invoice);
    expect(validateInvoice(invoice)).to.deep.equal([]);
    expect(chainErrors(invoice)).to.deep.equal([]);
    expect(toChinese(invoice)).to.deep.equal(BILL);
  });

  it("are made of rides, with the tax that was in the price", () => {
    const form = toChinese(ride());
    expect(form).to.deep.include({
      类型: "交通运输票",
      发票号码: "24442000000000000123",
      购买方: { 名称: "某某科技有限公司", "统一社会信用代码/纳税人识别号": "91440300708461136T" },
      合计: { 金额: "5.83", 税额: "0.17" },
      价税合计: { 大写: "陆圆整", 小写: "6.00" },
    });
    expect(form.项目).to.deep.equal([
      { 项目名称: "地铁乘车", 数量: "1", 单价: "5.83", 金额: "5.83", "税率/征收率": "3%", 税额: "0.17" },
    ]);
    expect(fromChinese(form)).to.deep.equal(ride());
  });

  it("of fiscal units: a traffic fine outside of VAT, with what it is for", () => {
    const fine = {
      类型: "财政票据",
      票据代码: "44030122",
      票据号码: "0000000017",
      开票日期: "2024-05-06",
      购买方: { 名称: "李四" },
      销售方: { 名称: "深圳市公安局交通警察局", "统一社会信用代码/纳税人识别号": "11440300455757010G" },
      项目: [{ 项目名称: "交通违法罚款", 金额: "200.00", "税率/征收率": "不征税", 税额: "0.00" }],
      合计: { 金额: "200.00", 税额: "0.00" },
      价税合计: { 大写: "贰佰圆整", 小写: "200.00" },
      免税依据: "罚没收入",
      关联编号: "440300-1234567890123456",
    };
    const invoice = fromChinese(fine);
    expect(invoice).to.deep.include({
      kind: "FiscalReceipt",
      numberScheme: "FiscalBill",
      number: "440301220000000017",
      object: { id: "440300-1234567890123456" },
      breakdown: [{ category: "O", net: 20000n, tax: 0n, exemptionReason: "罚没收入" }],
    });
    expect(invoice.lines[0]).to.deep.include({ quantity: "1", unit: "1I", price: "200.00", category: "O" });
    expect(toChinese(invoice)).to.deep.equal(fine);
    const rules = validateInvoice(invoice).map(({ rule }) => rule);
    expect(rules).to.deep.equal(["BR-CO-25", "BR-O-02"]); // a fine is due at once, and its payee shows its number
  });

  it("in red: negative amounts there, a credit note here", () => {
    const red = changed((form) => {
      form.红字 = true;
      form.对应蓝字发票 = [{ 号码: "14403180911000000001", 开票日期: "2018-08-10" }, { 号码: "2" }];
      Object.assign(form.项目[0]!, { 数量: "-1", 金额: "-186.79", 税额: "-11.21" });
      form.合计 = { 金额: "-186.79", 税额: "-11.21" };
      form.价税合计 = { 大写: "（负数）壹佰玖拾捌圆整", 小写: "-198.00" };
    });
    const invoice = fromChinese(red);
    expect(invoice).to.deep.include({
      typeCode: "381",
      precedingInvoices: [{ number: "14403180911000000001", issueDate: "2018-08-10" }, { number: "2" }],
    });
    expect(invoice.totals.gross).to.equal(19800n);
    expect(invoice.lines[0]!.quantity).to.equal("1");
    expect(invoice.payments![0]!.amount).to.equal(19800n);
    expect(chainErrors(invoice)).to.deep.equal([]);
    expect(toChinese(invoice)).to.deep.equal(red);
  });

  it("have discounts as negative lines, zero and exempt rates, and other currencies", () => {
    const line = (name: string, amount: string, rate: string, tax = "0.00") => ({
      项目名称: name,
      金额: amount,
      "税率/征收率": rate,
      税额: tax,
    });
    const form = changed((one) => {
      one.项目 = [
        line("a", "100.00", "13%", "13.00"),
        line("a", "-10.00", "13%", "-1.30"),
        line("b", "1.00", "0%"),
        line("c", "2.00", "免税"),
        line("d", "4.00", "1.5%", "0.06"),
      ];
      one.合计 = { 金额: "97.00", 税额: "11.76" };
      one.价税合计 = { 小写: "108.76" };
      one.币种 = "USD";
      one.免税依据 = "免税农产品";
      delete one.付款;
    });
    const invoice = fromChinese(form);
    expect(invoice.breakdown.map(({ category, rate, net, tax }) => [category, rate, net, tax])).to.deep.equal([
      ["E", 0, 200n, 0n],
      ["S", 150, 400n, 6n],
      ["S", 1300, 9000n, 1170n],
      ["Z", 0, 100n, 0n],
    ]);
    expect(invoice.lines[1]).to.deep.include({ quantity: "-1", price: "10.00" });
    expect(validateInvoice({ ...invoice, dueDate: "2024-06-01" })).to.deep.equal([]);
    expect(toChinese(invoice)).to.deep.equal(form);
  });

  it("are refused with all that is wrong", () => {
    expect(faultsOf(changed((form) => Object.assign(form, { 发票代码: "1", 税额: 3 })))).to.have.members([
      '发票 has "税额", which does not belong there',
      "发票代码 is not written as it must be (^[0-9]{12}$)",
    ]);
    expect(faultsOf(changed((form) => Object.assign(form.价税合计, { 小写: 198 })))).to.deep.equal([
      "价税合计.小写 is not of type string",
    ]);
    expect(faultsOf(changed((form) => delete form.项目[0]!.单价))).to.deep.equal(['项目[0] lacks "单价"']);
    expect(
      faultsOf(
        changed((form) => {
          form.合计 = { 金额: "186.78", 税额: "11.22" };
          form.价税合计 = { 大写: "壹佰玖拾玖圆整", 小写: "199.00" };
        }),
      ),
    ).to.deep.equal([
      "合计.金额 is 186.78, but the lines make 186.79",
      "合计.税额 is 11.22, but the lines make 11.21",
      "价税合计.小写 is 199.00, but the lines make 198.00",
      "价税合计.大写 is 壹佰玖拾玖圆整, but 198.00 is 壹佰玖拾捌圆整",
    ]);
    expect(faultsOf(changed((form) => (form.项目[0]!.税额 = "11.214")))[0]).to.include("more than 2 digits");
    expect(faultsOf(changed((form) => (form.发票号码 = "12345678901234567890")))[0]).to.include("32 digits");
    expect(faultsOf(changed((form) => delete form.发票代码))[0]).to.include("has 8 digits");
    expect(faultsOf(changed((form) => (form.币种 = "XYZ")))[0]).to.include("no currency");
    expect(faultsOf(null)).to.include("发票 is not of type object");
    expect(faultsOf(changed((form) => (form.自编号码 = "1")))).to.include(
      "发票 has not exactly one number: 发票号码, 票据号码 or 自编号码",
    );
    expect(faultsOf(changed((form) => delete form.发票号码))).to.include('发票 lacks "发票号码"');
    expect(faultsOf(changed((form) => (form.价税合计.大写 = "壹佰玖拾捌元整")))).to.deep.equal([]);
  });

  it("have no place for what only EN 16931 has", () => {
    const misfits = (invoice: Invoice): readonly string[] => {
      try {
        toChinese(invoice);
        return [];
      } catch (error) {
        return (error as ChineseInvoiceError).faults;
      }
    };
    expect(misfits(everything())).to.deep.equal([
      "allowances and charges are lines of their own there",
      "a line's allowances and charges are lines of their own there",
      "it has more than one note",
      "the lines' taxes do not sum to the tax of S 600; state each line's tax",
      "the lines' taxes do not sum to the tax of S 2500; state each line's tax",
    ]);
    const nameless = ride({ number: "1", typeCode: "384" });
    expect(misfits(without(nameless, "kind"))).to.have.length(3);
    const reverse = ride({ lines: [{ ...RIDE.lines[0]!, category: "AE", rate: 0 }] });
    expect(misfits(reverse)).to.deep.equal(["VAT category AE has no word there"]);
    const own = ride({ number: "F-1", numberScheme: "Own" });
    expect(fromChinese(toChinese(own))).to.deep.equal(own);
    const three = completeInvoice({
      ...RIDE,
      prices: "exclusive",
      lines: Array.from({ length: 3 }, () => ({ ...RIDE.lines[0]!, price: "0.10", rate: 600 })),
    });
    expect(misfits(three)).to.deep.equal(["the lines' taxes do not sum to the tax of S 600; state each line's tax"]);
  });

  it("come back, whatever the figures", () => {
    fc.assert(
      fc.property(invoices, (random) => {
        const { lines, ...rest } = without(random, "payments", "allowances", "charges");
        fc.pre(lines.every(({ category }) => ["S", "Z", "E"].includes(category)));
        const invoice = completeInvoice({ ...rest, prices: "exclusive", taxes: "line", lines, paid: 0n });
        const form = toChinese({ ...invoice, breakdown: invoice.breakdown });
        const read = fromChinese(JSON.parse(JSON.stringify(form)));
        expect(read.totals).to.deep.equal(invoice.totals);
        expect(toChinese(read)).to.deep.equal(form);
      }),
      { numRuns: 60 },
    );
  });

  it("have a published schema", () => {
    expect(CHINESE_INVOICE_SCHEMA).to.have.property("$id", "urn:civitas:chinese-invoice:1");
  });
});

describe("amounts in capital characters", () => {
  it("are written as the rules of the People's Bank of China write them", () => {
    const cases: [string, string][] = [
      ["198.00", "壹佰玖拾捌圆整"],
      ["1409.50", "壹仟肆佰零玖圆伍角整"],
      ["6007.14", "陆仟零柒圆壹角肆分"],
      ["1680.32", "壹仟陆佰捌拾圆叁角贰分"],
      ["107000.53", "壹拾万柒仟圆伍角叁分"],
      ["16409.02", "壹万陆仟肆佰零玖圆零贰分"],
      ["325.04", "叁佰贰拾伍圆零肆分"],
      ["0.05", "伍分"],
      ["0.50", "伍角整"],
      ["0.00", "零圆整"],
      ["10.00", "壹拾圆整"],
      ["100000000.00", "壹亿圆整"],
      ["-6.00", "（负数）陆圆整"],
      ["9007199254740993.27", "玖仟零柒万壹仟玖佰玖拾贰亿伍仟肆佰柒拾肆万零玖佰玖拾叁圆贰角柒分"],
    ];
    for (const [figures, characters] of cases) {
      expect(capitalAmount(BigInt(figures.replace(".", ""))), figures).to.equal(characters);
    }
    expect(() => capitalAmount(10n ** 18n)).to.throw(AmountError, "below ten quadrillion");
  });

  it("say what the figures say", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (amount) => {
        expect(readCapitals(capitalAmount(amount))).to.equal(amount);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The amount in fen that characters say; written apart from what writes them. */
function readCapitals(text: string): bigint {
  const digits = "零壹贰叁肆伍陆柒捌玖";
  const units: Record<string, bigint> = { 拾: 10n, 佰: 100n, 仟: 1000n };
  let [total, part, section, digit] = [0n, 0n, 0n, 0n]; // of 亿, of 万, of 1
  let fen = 0n;
  for (const character of text) {
    if (digits.includes(character)) digit = BigInt(digits.indexOf(character));
    else if (character in units) [section, digit] = [section + digit * units[character]!, 0n];
    else if (character === "万") [part, section, digit] = [part + (section + digit) * 10_000n, 0n, 0n];
    else if (character === "亿")
      [total, part, section, digit] = [total + (part + section + digit) * 10n ** 8n, 0n, 0n, 0n];
    else if (character === "圆") [fen, digit] = [(total + part + section + digit) * 100n, 0n];
    else if (character === "角") [fen, digit] = [fen + digit * 10n, 0n];
    else if (character === "分") [fen, digit] = [fen + digit, 0n];
  }
  return fen;
}
