/** Tables of plain text, whose columns stand under each other in a terminal, Chinese ones too. */

/** Characters that terminals show two columns wide. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
/** Characters that take no column: they join the one before, or guide the text. */
const NARROW = /[\p{Mark}\p{Cf}]/u;

/** How many columns of a terminal a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : NARROW.test(character) ? 0 : 1;
  return columns;
}

/**
 * Rows as lines of text, two blanks between columns; none at the ends of lines.
 * @param rows A row may be shorter than others.
 * @param right Numbers of the columns that are aligned to the right, from 0.
 */
export function textTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, columnsOf(cell))));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const blanks = " ".repeat((widths[i] ?? 0) - columnsOf(cell));
        return right.includes(i) ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd(),
  );
}
