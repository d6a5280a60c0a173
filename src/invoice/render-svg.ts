/** What pages are drawn with: texts that are escaped, measured and wrapped, lines, boxes, QR codes. All lengths are millimetres. */
import { QUIET_ZONE, qrImage } from "./qr-image.js";

/** A part of a page that stands under another: an SVG fragment, given where it begins. */
export interface Strip {
  height: number;
  draw: (top: number) => string;
}

export interface TextStyle {
  /** Of the letters. */
  size?: number;
  color?: string;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
  /** Clockwise, about its own place. */
  degrees?: number;
}

export const BLACK = "#111";
/** Of documents that take off, of seals and of stamps. */
export const RED = "#c8102e";
export const TEXT_SIZE = 3.1;
/** From one line of text to the next. */
export const LEADING = 4.3;

/** Families that the systems have which show Chinese; nothing is embedded, for such a font has megabytes. */
const FONTS = "SimSun, 'Songti SC', 'Noto Serif CJK SC', 'Noto Serif SC', 'Source Han Serif SC', serif";

/** Characters that no XML has, and those that turn the direction of what follows, so that 12 would read as 21. */
const UNPRINTABLE =
  /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as it may stand in XML: nothing in it is markup. */
export function escapeXml(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

// -------------------------------------------------------------------------------------------------------------------- texts

const GRAPHEMES = new Intl.Segmenter("zh", { granularity: "grapheme" });

export function graphemesOf(text: string): string[] {
  return [...GRAPHEMES.segment(text)].map(({ segment }) => segment);
}

/** Widths in parts of the size, generous, as fonts differ. */
function widthOf(grapheme: string): number {
  if (/^[\u0020-\u007e]/.test(grapheme)) {
    if (/^[ .,:;|!'`ijlI()[\]{}/-]/.test(grapheme)) return 0.36;
    if (/^[A-Z&%@mw#]/.test(grapheme)) return /^[MW%@m]/.test(grapheme) ? 0.95 : 0.76;
    return 0.57;
  }
  return /^[\u00a0-\u10ff]/.test(grapheme) ? 0.68 : 1;
}

/** About how long a text is. */
export function measure(text: string, size = TEXT_SIZE): number {
  return graphemesOf(text).reduce((sum, grapheme) => sum + widthOf(grapheme), 0) * size;
}

/** A text in lines that are not longer than a width: broken at blanks, between Chinese characters, else anywhere. Never empty. */
export function wrap(text: string, width: number, size = TEXT_SIZE): string[] {
  return text.split(/\r\n|\r|\n/).flatMap((paragraph) => wrapParagraph(paragraph, width, size));
}

function wrapParagraph(paragraph: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let [line, length] = ["", 0];
  const end = () => {
    lines.push(line.trimEnd());
    [line, length] = ["", 0];
  };
  for (const token of tokensOf(paragraph)) {
    const wide = measure(token, size);
    if (length > 0 && length + wide > width) end();
    if (length === 0 && /^\s/.test(token) && lines.length > 0) continue;
    for (const part of wide > width ? graphemesOf(token) : [token]) {
      const more = measure(part, size);
      if (length > 0 && length + more > width) end();
      line += part;
      length += more;
    }
  }
  end();
  return lines;
}

/** Words, blanks, and each Chinese character, or whatever else stands for itself. */
function tokensOf(paragraph: string): string[] {
  const tokens: string[] = [];
  let kind = "";
  for (const grapheme of graphemesOf(paragraph)) {
    const next = /^\s/.test(grapheme) ? "blank" : /^[\u0021-\u2fff]/.test(grapheme) ? "word" : "";
    if (next !== "" && next === kind) tokens.push(`${tokens.pop() ?? ""}${grapheme}`);
    else tokens.push(grapheme);
    kind = next;
  }
  return tokens;
}

/** A text, drawn. @param y Of the line that the letters stand on. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = TEXT_SIZE, color = BLACK, anchor = "start", bold = false, degrees = 0 } = style;
  const turned = degrees === 0 ? "" : ` transform="rotate(${mm(degrees)} ${mm(x)} ${mm(y)})"`;
  return (
    `<text x="${mm(x)}" y="${mm(y)}" font-size="${mm(size)}" fill="${color}"` +
    `${anchor === "start" ? "" : ` text-anchor="${anchor}"`}${bold ? ' font-weight="bold"' : ""}${turned}>` +
    `${escapeXml(content)}</text>`
  );
}

/** A text in one line, of smaller letters where it would be longer than the width. A number is never broken. */
export function fitted(x: number, y: number, width: number, content: string, style: TextStyle = {}): string {
  const { size = TEXT_SIZE } = style;
  const length = measure(content, size);
  return text(x, y, content, { ...style, size: length > width ? (size * width) / length : size });
}

/** Lines of text one under the other. @param top Above the first. */
export function textLines(x: number, top: number, lines: readonly string[], style: TextStyle = {}): string {
  return lines.map((line, i) => text(x, top + i * LEADING + 3.3, line, style)).join("");
}

/** A text whose characters stand one under the other, in the middle of a box. */
export function vertical(x: number, top: number, height: number, content: string, style: TextStyle = {}): string {
  const characters = graphemesOf(content);
  const step = Math.min(LEADING, height / characters.length);
  const first = top + (height - step * characters.length) / 2 + step * 0.8;
  return characters.map((one, i) => text(x, first + i * step, one, { ...style, anchor: "middle" })).join("");
}

// ------------------------------------------------------------------------------------------------------------------- shapes

export function line(x1: number, y1: number, x2: number, y2: number, color: string, width = 0.25): string {
  return `<path d="M${mm(x1)} ${mm(y1)}L${mm(x2)} ${mm(y2)}" stroke="${color}" stroke-width="${width}"/>`;
}

export function box(x: number, y: number, width: number, height: number, color: string, stroke = 0.25): string {
  const size = `width="${mm(width)}" height="${mm(height)}"`;
  return `<rect x="${mm(x)}" y="${mm(y)}" ${size} fill="none" stroke="${color}" stroke-width="${stroke}"/>`;
}

/** A code in print has modules of at least this width, which phones read from paper. */
const MODULE = 0.32;
const SMALLEST_CODE = 22;

/** A QR code with its white border: how wide it is, and how it is drawn. */
export function qrCode(content: string): { size: number; draw: (x: number, y: number) => string } {
  const { modules, path } = qrImage(content);
  const side = modules + 2 * QUIET_ZONE;
  const size = Math.max(SMALLEST_CODE, side * MODULE);
  return {
    size,
    draw: (x, y) =>
      `<svg x="${mm(x)}" y="${mm(y)}" width="${mm(size)}" height="${mm(size)}" ` +
      `viewBox="${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}" shape-rendering="crispEdges"><path d="${path}"/></svg>`,
  };
}

/** A page of its own. @param title For those who hear it read out. */
export function page(width: number, height: number, title: string, body: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}" role="img" ` +
    `font-family="${FONTS}"><title>${escapeXml(title)}</title>` +
    `<rect width="${width}" height="${height}" fill="#fff"/>${body}</svg>`
  );
}

/** At most three digits after the point. */
export function mm(length: number): string {
  return String(Math.round(length * 1000) / 1000);
}
