/** Lines, rows and tables that flow over A4 sheets, one under the other. All lengths are millimetres. */
import { fitted, LEADING, line, type Strip, text, type TextStyle, wrap } from "./render-svg.js";

export const LEFT = 15;
export const RIGHT = 195;
export const TOP = 15;
const BOTTOM = 280;
/** Between a column and its texts. */
export const PAD = 1;
export const GREY = "#666";

export type Align = "start" | "end";

/** Columns of a table: words above, where it ends or begins, how wide it is. */
export interface Column {
  title: string;
  x: number;
  width: number;
  align: Align;
}

/** Columns beside each other over the whole width, by their widths. */
export function columnsOf(parts: readonly (readonly [title: string, width: number, align: Align])[]): Column[] {
  let left = LEFT;
  return parts.map(([title, width, align]) => {
    const x = align === "end" ? left + width - PAD : left + PAD;
    left += width;
    return { title, x, width: width - 2 * PAD, align };
  });
}

/** Puts strips under each other, and begins a new sheet where one is full; a table's head is repeated there. */
export class Writer {
  readonly #strips: { strip: Strip; head?: Strip }[] = [];
  #head: Strip | undefined;

  constructor(readonly ink: TextStyle) {}

  add(height: number, draw: Strip["draw"]): void {
    this.#strips.push({ strip: { height, draw }, ...(this.#head === undefined ? {} : { head: this.#head }) });
  }

  space(height: number): void {
    this.add(height, () => "");
  }

  /** Texts on one line. */
  line(texts: readonly (readonly [x: number, content: string, style: TextStyle])[]): void {
    this.add(LEADING, (top) => texts.map(([x, content, style]) => text(x, top + 3.3, content, style)).join(""));
  }

  table(columns: readonly Column[], rows: () => void): void {
    const titles = (top: number) =>
      columns
        .map(({ title, x, align }) => text(x, top + 3.6, title, { color: GREY, anchor: align }))
        .concat(line(LEFT, top + 5.2, RIGHT, top + 5.2, GREY))
        .join("");
    const head = { height: 6.5, draw: titles };
    this.add(head.height, head.draw);
    this.#head = head;
    rows();
    this.#head = undefined;
    this.add(1.5, (top) => line(LEFT, top + 0.5, RIGHT, top + 0.5, GREY));
  }

  /** Cells of a row: texts are wrapped, what stands to the right stays on its line. */
  row(columns: readonly Column[], cells: readonly string[]): void {
    const lines = columns.map(({ width, align }, i) => {
      const cell = cells[i] ?? "";
      return align === "start" ? wrap(cell, width) : [cell];
    });
    for (let i = 0; i < Math.max(...lines.map(({ length }) => length)); i++) {
      this.add(LEADING, (top) =>
        columns
          .map(({ x, width, align }, column) => {
            const content = lines[column]?.[i] ?? "";
            return content === "" ? "" : fitted(x, top + 3.3, width, content, { ...this.ink, anchor: align });
          })
          .join(""),
      );
    }
  }

  /** What is on which sheet, and where. */
  sheets(): { strip: Strip; top: number }[][] {
    let sheet: { strip: Strip; top: number }[] = [];
    const sheets = [sheet];
    let top = TOP;
    for (const { strip, head } of this.#strips) {
      if (top + strip.height > BOTTOM) {
        sheet = [];
        sheets.push(sheet);
        top = TOP;
        if (head !== undefined) {
          sheet.push({ strip: head, top });
          top += head.height;
        }
      }
      sheet.push({ strip, top });
      top += strip.height;
    }
    return sheets;
  }
}
