/**
 * An invoice as Chinese readers know it: code and number above, 购买方 and 销售方 side by side, the table of items, the total in capital
 * characters, 备注 and the seller's mark. On half a sheet where all fits, else on as many whole sheets as it takes. The supervising seal of
 * the state (发票监制章) is not drawn: it is not ours to give.
 */
import { currencyOf, formatAmount, parseAmount } from "./amount.js";
import type { ChineseInvoice, ChineseLine, ChineseParty } from "./chinese.js";
import type { InvoiceKind } from "./model.js";
import { SEAL, seal, stamp, STAMPS } from "./render-seal.js";
import {
  BLACK,
  box,
  fitted,
  LEADING,
  line,
  measure,
  page,
  qrCode,
  RED,
  text,
  textLines,
  type TextStyle,
  vertical,
  wrap,
} from "./render-svg.js";
import type { InvoiceStatus } from "./status.js";

/** Drawn pages, and how large they are in millimetres. */
export interface DrawnPages {
  width: number;
  height: number;
  /** SVG documents. */
  pages: string[];
}

const TAX_NUMBER = "统一社会信用代码/纳税人识别号";

const TITLES: Record<InvoiceKind, string> = {
  VatSpecial: "电子发票（增值税专用发票）",
  VatOrdinary: "电子发票（普通发票）",
  Transport: "电子发票（交通运输票）",
  Scenic: "电子发票（门票）",
  Medical: "医疗收费票据（电子）",
  FiscalReceipt: "财政票据（电子）",
};

/** What is called otherwise by tax bureaus and by finance bureaus. */
const TAX_WORDS = { buyer: "购买方信息", seller: "销售方信息", issuer: "开票人", seal: "发票专用章", price: "单价" };
const FISCAL_WORDS = {
  buyer: "交款人信息",
  seller: "收款单位信息",
  issuer: "收款人",
  seal: "票据专用章",
  price: "标准",
};

interface Column {
  name: keyof ChineseLine;
  title: string;
  width: number;
  /** Wrapped texts, or numbers that stay on their line. */
  align: "text" | "middle" | "number";
}

const columns = (price: string, hasTax: boolean): Column[] => [
  { name: "项目名称", title: "项目名称", width: hasTax ? 46 : 66, align: "text" },
  { name: "规格型号", title: "规格型号", width: 24, align: "text" },
  { name: "单位", title: "单位", width: hasTax ? 12 : 18, align: "middle" },
  { name: "数量", title: "数量", width: hasTax ? 20 : 26, align: "number" },
  { name: "单价", title: price, width: hasTax ? 24 : 28, align: "number" },
  { name: "金额", title: "金额", width: hasTax ? 26 : 32, align: "number" },
  ...(hasTax
    ? ([
        { name: "税率/征收率", title: "税率/征收率", width: 19, align: "middle" },
        { name: "税额", title: "税额", width: 23, align: "number" },
      ] as const)
    : []),
];

const WIDTH = 210;
const HALF_SHEET = 148;
const SHEET = 297;
const LEFT = 8;
const INNER = 194;
const RIGHT = LEFT + INNER;
const BOTTOM = 6;
/** The narrow column of the upright words. */
const UPRIGHT = 6;
const HEAD_ROW = 6.5;
const SUM_ROW = 7;
const TOTAL_ROW = 8.5;
const ISSUER_ROW = 9;
/** Of a whole sheet that is not full. */
const SHORTEST_TABLE = 40;
/** Beside the mark, so that it hides nothing. */
const REMARK_WIDTH = INNER - UPRIGHT - 2 * SEAL.rx - 8;
const REMARK_HEIGHT = 2 * SEAL.ry + 1;
const PAD = 1.2;

/** Lines of a party's name, or of its number; of what is longer the end is left out, so that the table has room. */
const LONGEST_NAME = 6;

/** One line of the table. */
interface TableLine {
  cells: Partial<Record<keyof ChineseLine, string>>;
  /** Of the first line of an item. */
  item?: ChineseLine;
}

/** Draw an invoice in its Chinese form. */
export function drawChinese(
  form: ChineseInvoice,
  kind: InvoiceKind,
  { qr, status }: { qr?: string; status?: InvoiceStatus },
): DrawnPages {
  const currency = currencyOf(form.币种 ?? "CNY");
  const isFiscal = kind === "Medical" || kind === "FiscalReceipt";
  const isRed = form.红字 === true;
  const frame = isRed ? RED : "#9c4a1a";
  const ink: TextStyle = { color: isRed ? RED : BLACK };
  const label: TextStyle = { color: frame };
  const sign = currency.code === "CNY" ? "¥" : `${currency.code} `;
  const words = isFiscal ? FISCAL_WORDS : TAX_WORDS;
  const hasTax = !isFiscal || parseAmount(form.合计.税额, currency.digits) !== 0n;
  const table = columns(words.price, hasTax);
  const leftOf = (name: keyof ChineseLine) => {
    const at = table.findIndex((column) => column.name === name);
    return LEFT + table.slice(0, at).reduce((sum, { width }) => sum + width, 0);
  };
  const code = qr === undefined ? undefined : qrCode(qr);
  const title = TITLES[kind];

  // ---------------------------------------------------------------------------------------------------- what repeats on pages

  const facts = [...numberLines(form), `开票日期：${chineseDay(form.开票日期)}`].flatMap((one) => wrap(one, 53));
  const headHeight = Math.max(28, (code?.size ?? 0) + 5, facts.length * 5 + 8);
  const parties = [form.购买方, form.销售方].map(partyLines);
  const partyHeight = Math.max(...parties.map((lines) => lines.length * (LEADING + 1) + 2), 5 * LEADING);
  const tableTop = headHeight + partyHeight;
  const bodyTop = tableTop + HEAD_ROW;

  const head = (number: number, count: number): string => {
    const half = measure(title, 6) / 2 + 2;
    const rules = [14.5, 15.6].map((y) => line(105 - half, y, 105 + half, y, frame, 0.3)).join("");
    const under = [...(isRed ? ["红字发票"] : []), ...(count > 1 ? [`共${count}页 第${number}页`] : [])].join("　");
    return (
      (code?.draw(LEFT - 2, 3) ?? "") +
      text(105, 12.5, title, { size: 6, anchor: "middle", ...label }) +
      rules +
      text(105, 21, under, { size: 3.6, anchor: "middle", ...label }) +
      facts.map((one, i) => text(150, 11 + i * 5, one, ink)).join("")
    );
  };
  const partyBoxes = [words.buyer, words.seller]
    .map((name, i) => {
      const x = LEFT + (i * INNER) / 2;
      return (
        box(x, headHeight, INNER / 2, partyHeight, frame) +
        line(x + UPRIGHT, headHeight, x + UPRIGHT, tableTop, frame) +
        vertical(x + UPRIGHT / 2, headHeight, partyHeight, name, { size: 2.9, ...label }) +
        (parties[i] ?? [])
          .map((one, row) => text(x + UPRIGHT + PAD, headHeight + 5.2 + row * (LEADING + 1), one, ink))
          .join("")
      );
    })
    .join("");
  const tableHead = table
    .map(({ name, title: word, width }) =>
      fitted(leftOf(name) + width / 2, tableTop + 4.5, width - 1, word, { anchor: "middle", ...label }),
    )
    .join("");

  // ------------------------------------------------------------------------------------------------------------- what fills them

  const tableLines = form.项目.flatMap((item) => linesOfItem(item, table));
  const remarks = remarkLines(form, sign).flatMap((one) => wrap(one, REMARK_WIDTH));
  const remarkHeight = (lines: number) => Math.max(REMARK_HEIGHT, lines * LEADING + 2);
  const footerHeight = (lines: number) => SUM_ROW + TOTAL_ROW + remarkHeight(lines) + ISSUER_ROW;
  const room = (height: number) => height - BOTTOM - bodyTop;
  const isHalf = tableLines.length * LEADING + 2 + footerHeight(remarks.length) <= room(HALF_SHEET);
  const height = isHalf ? HALF_SHEET : SHEET;
  const parts = paginate(tableLines, remarks, room(height), footerHeight);

  const sumRow = (y: number, word: string, net: string, tax: string): string => {
    const at = (name: keyof ChineseLine, amount: string) => {
      const { width = 0 } = table.find((column) => column.name === name) ?? {};
      return fitted(leftOf(name) + width - PAD, y + 4.8, width - 2 * PAD, `${sign}${amount}`, {
        anchor: "end",
        ...ink,
      });
    };
    return (
      text(LEFT + 23, y + 4.8, word, { anchor: "middle", ...label }) + at("金额", net) + (hasTax ? at("税额", tax) : "")
    );
  };
  const footer = (bottom: number, own: string[]): string => {
    const remarkTop = bottom - ISSUER_ROW - remarkHeight(own.length);
    const totalTop = remarkTop - TOTAL_ROW;
    const sumTop = totalTop - SUM_ROW;
    const capitals = form.价税合计.大写;
    const word = hasTax ? "价税合计" : "金额合计";
    const box1 = capitals === undefined ? word : `${word}（大写）`;
    const small = `${capitals === undefined ? "" : "（小写）"}${sign}${form.价税合计.小写}`;
    const issuer =
      form.开票人 === undefined ? "" : fitted(LEFT + 12, bottom - 3, 120, `${words.issuer}：${form.开票人}`, ink);
    return (
      sumRow(sumTop, "合　　　　计", form.合计.金额, form.合计.税额) +
      box(LEFT, totalTop, INNER, TOTAL_ROW, frame) +
      line(LEFT + 46, totalTop, LEFT + 46, remarkTop, frame) +
      text(LEFT + 23, totalTop + 5.5, box1, { anchor: "middle", ...label }) +
      (capitals === undefined ? "" : fitted(LEFT + 50, totalTop + 5.6, 84, `⊗${capitals}`, { size: 3.6, ...ink })) +
      fitted(RIGHT - 4, totalTop + 5.6, 52, small, { size: 3.6, anchor: "end", ...ink }) +
      remarkBox(remarkTop, remarkHeight(own.length), own) +
      issuer +
      seal(
        RIGHT - SEAL.rx - 3,
        remarkTop + remarkHeight(own.length) / 2,
        form.销售方.名称,
        words.seal,
        form.销售方[TAX_NUMBER],
      )
    );
  };
  const remarkBox = (top: number, tall: number, own: string[]): string =>
    box(LEFT, top, INNER, tall, frame) +
    line(LEFT + UPRIGHT, top, LEFT + UPRIGHT, top + tall, frame) +
    vertical(LEFT + UPRIGHT / 2, top, Math.min(tall, 20), "备注", label) +
    textLines(LEFT + UPRIGHT + PAD, top + 0.8, own, ink);

  const stamped = status === undefined ? undefined : STAMPS[status]?.chinese;
  const pages = parts.map(({ rows, sums, own, isLast }, i) => {
    const filled = bodyTop + Math.max(SHORTEST_TABLE, rows.length * LEADING + 2) + footerHeight(own.length);
    const bottom = isLast && !isHalf ? Math.min(filled, height - BOTTOM) : height - BOTTOM;
    const bodyBottom = isLast ? bottom - footerHeight(own.length) : bottom;
    const body = rows.map((row, at) => tableLine(row, bodyTop + 1 + at * LEADING, table, leftOf, ink)).join("");
    const [net, tax] = (["金额", "税额"] as const).map((name) =>
      formatAmount(
        sums.reduce((sum, item) => sum + parseAmount(item[name], currency.digits), 0n),
        currency.digits,
      ),
    );
    const isTable = rows.length > 0 || isLast;
    const tableBottom = isLast ? bodyBottom + SUM_ROW : bodyBottom;
    const drawn =
      head(i + 1, parts.length) +
      partyBoxes +
      (isTable ? tableHead + body + box(LEFT, tableTop, INNER, tableBottom - tableTop, frame) : "") +
      (isTable && !isLast ? sumRow(bodyBottom - SUM_ROW, "小　　　　计", net ?? "", tax ?? "") : "") +
      (isLast ? footer(bottom, own) : "") +
      (isTable ? "" : remarkBox(tableTop, bodyBottom - tableTop, own)) +
      (stamped === undefined ? "" : stamp(105, Math.min(bodyTop + 16, height / 2), stamped));
    const said = `${title} ${form.发票号码 ?? form.票据号码 ?? form.自编号码 ?? ""} ${i + 1}/${parts.length}`;
    return page(WIDTH, height, said, drawn);
  });
  return { width: WIDTH, height, pages };
}

/** What of the table and the remarks is on which page. The last with rows of the table has the totals; remarks may go on behind. */
function paginate(rows: TableLine[], remarks: string[], room: number, footerHeight: (lines: number) => number): Part[] {
  const parts: Part[] = [];
  const fits = (count: number, height: number) => count * LEADING + 2 <= height;
  const add = (count: number, own: string[], isLast: boolean) => {
    const taken = rows.splice(0, count);
    parts.push({ rows: taken, sums: taken.flatMap(({ item }) => item ?? []), own, isLast });
  };
  const few = Math.min(remarks.length, MOST_REMARKS);
  while (!fits(rows.length, room - footerHeight(few))) {
    add(Math.min(rows.length, Math.floor((room - SUM_ROW - 2) / LEADING)), [], false);
  }
  const left = room - rows.length * LEADING - 2 - footerHeight(0) + REMARK_HEIGHT;
  const first = Math.max(few, Math.min(remarks.length, Math.floor((left - 2) / LEADING)));
  add(rows.length, remarks.slice(0, first), true);
  const each = Math.floor((room + HEAD_ROW - 2) / LEADING);
  for (let at = first; at < remarks.length; at += each) add(0, remarks.slice(at, at + each), false);
  return parts;
}

interface Part {
  rows: TableLine[];
  /** Items that begin on the page. */
  sums: ChineseLine[];
  /** Remarks. */
  own: string[];
  /** The totals are on it. */
  isLast: boolean;
}

/** How many lines of remarks stand beside the totals, if there are more than the page has room for. */
const MOST_REMARKS = 12;

function linesOfItem(item: ChineseLine, table: readonly Column[]): TableLine[] {
  const cells = table.map(({ name, width, align }) => {
    const content = item[name] ?? "";
    return { name, lines: align === "number" ? [content] : wrap(content, width - 2 * PAD) };
  });
  const count = Math.max(...cells.map(({ lines }) => lines.length));
  return Array.from({ length: count }, (_, i) => ({
    cells: Object.fromEntries(cells.map(({ name, lines }) => [name, lines[i] ?? ""])),
    ...(i === 0 ? { item } : {}),
  }));
}

function tableLine(
  { cells }: TableLine,
  top: number,
  table: readonly Column[],
  leftOf: (name: keyof ChineseLine) => number,
  ink: TextStyle,
): string {
  const y = top + 3.4;
  return table
    .map(({ name, width, align }) => {
      const content = cells[name] ?? "";
      if (content === "") return "";
      if (align === "number") {
        return fitted(leftOf(name) + width - PAD, y, width - 2 * PAD, content, { anchor: "end", ...ink });
      }
      if (align === "middle") return text(leftOf(name) + width / 2, y, content, { anchor: "middle", ...ink });
      return text(leftOf(name) + PAD, y, content, ink);
    })
    .join("");
}

function partyLines(party: ChineseParty): string[] {
  const width = INNER / 2 - UPRIGHT - 2 * PAD;
  return [`名称：${party.名称}`, `${TAX_NUMBER}：${party[TAX_NUMBER] ?? ""}`].flatMap((one) => {
    const lines = wrap(one, width);
    return lines.length <= LONGEST_NAME ? lines : [...lines.slice(0, LONGEST_NAME - 1), "……"];
  });
}

function numberLines(form: ChineseInvoice): string[] {
  return (["发票代码", "发票号码", "票据代码", "票据号码", "自编号码"] as const).flatMap((name) =>
    form[name] === undefined ? [] : [`${name}：${form[name]}`],
  );
}

function remarkLines(form: ChineseInvoice, sign: string): string[] {
  const originals = (form.对应蓝字发票 ?? []).map(({ 号码, 开票日期 }) => {
    const day = 开票日期 === undefined ? "" : `，开票日期：${chineseDay(开票日期)}`;
    return `被红冲蓝字发票号码：${号码}${day}`;
  });
  const paid = form.红字 === true ? "退回付款" : "付款";
  return [
    ...originals,
    ...(form.备注 === undefined ? [] : [form.备注]),
    ...(form.免税依据 === undefined ? [] : [`免税依据：${form.免税依据}`]),
    ...(form.关联编号 === undefined ? [] : [`关联编号：${form.关联编号}`]),
    ...(form.付款 ?? []).map(({ 服务商, 流水号, 金额 }) => `${paid}：${服务商} ${流水号} ${sign}${金额}`),
  ];
}

/** 2024-05-06 as 2024年05月06日. */
function chineseDay(day: string): string {
  const [year = "", month = "", date = ""] = day.split("-");
  return `${year}年${month}月${date}日`;
}
