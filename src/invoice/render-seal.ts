/** Marks in red: the seller's oval, and a stamp that says what became of the document. They prove nothing; the code does. */
import type { InvoiceStatus } from "./status.js";
import { box, fitted, graphemesOf, measure, mm, RED, text } from "./render-svg.js";

/** Half of its width and height. */
export const SEAL = { rx: 18, ry: 13.5 };

/** Where the letters of the name stand: so much within the oval, from the left below to the right below, over the top. */
const INSET = 4.6;
const FROM = Math.PI * 0.97;
const TO = Math.PI * 2.03;
const STEPS = 400;

/**
 * A seller's mark.
 * @param words What stands below: 发票专用章.
 * @param number Of the taxpayer; in the middle.
 */
export function seal(x: number, y: number, name: string, words: string, number = ""): string {
  const { rx, ry } = SEAL;
  const oval = `<ellipse cx="${mm(x)}" cy="${mm(y)}" rx="${rx}" ry="${ry}" fill="none" stroke="${RED}" stroke-width="0.8"/>`;
  const middle = fitted(x, y + 1, 2 * (rx - INSET) - 7, number, { size: 2.6, color: RED, anchor: "middle" });
  const below = text(x, y + ry - 4.2, words, { size: 3, color: RED, anchor: "middle" });
  return `<g opacity="0.8">${oval}${along(x, y, rx - INSET, ry - INSET, name)}${middle}${below}</g>`;
}

/** A name along the upper part of an oval, letter by letter, so that it looks the same wherever it is drawn. */
function along(x: number, y: number, rx: number, ry: number, name: string): string {
  const points = Array.from({ length: STEPS + 1 }, (_, i) => {
    const angle = FROM + ((TO - FROM) * i) / STEPS;
    return { angle, x: x + rx * Math.cos(angle), y: y + ry * Math.sin(angle), way: 0 };
  });
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before !== undefined) point.way = before.way + Math.hypot(point.x - before.x, point.y - before.y);
  });
  const whole = points.at(-1)?.way ?? 0;
  const letters = graphemesOf(name);
  const widths = letters.map((letter) => Math.max(0.5, measure(letter, 1)));
  const sum = widths.reduce((a, b) => a + b, 0);
  const size = Math.min(3.5, whole / sum);
  const step = Math.min(whole / sum, size * 1.35);
  let way = (whole - step * sum) / 2;
  return letters
    .map((letter, i) => {
      const width = step * (widths[i] ?? 1);
      const at = way + width / 2;
      way += width;
      const point = points.find((one) => one.way >= at) ?? points[0];
      if (point === undefined) return "";
      const degrees = (Math.atan2(ry * Math.cos(point.angle), -rx * Math.sin(point.angle)) * 180) / Math.PI;
      return text(point.x, point.y, letter, { size, color: RED, anchor: "middle", degrees });
    })
    .join("");
}

/** What a stamp says of a document; nothing of one that is as it was issued. */
export const STAMPS: Readonly<Record<InvoiceStatus, { chinese: string; english: string } | undefined>> = {
  Unknown: { chinese: "查无此票", english: "NOT ISSUED" },
  Anchored: undefined,
  Issued: undefined,
  Confirmed: { chinese: "已确认", english: "CONFIRMED" },
  Booked: { chinese: "已入账", english: "BOOKED" },
  ReversalProposed: { chinese: "红冲待确认", english: "REVERSAL PROPOSED" },
  PaymentWithdrawn: { chinese: "已退款", english: "REFUNDED" },
  Reversing: undefined,
  Reversed: { chinese: "已红冲", english: "REVERSED" },
  ReversedAfterBooking: { chinese: "入账后已红冲", english: "REVERSED AFTER BOOKING" },
};

/** A stamp across the page, about its middle. */
export function stamp(x: number, y: number, words: string): string {
  const size = 8;
  const width = measure(words, size) + 8;
  const frame = box(x - width / 2, y - 7, width, 14, RED, 0.9) + box(x - width / 2 + 1, y - 6, width - 2, 12, RED, 0.3);
  const inside = text(x, y + 2.9, words, { size, color: RED, anchor: "middle", bold: true });
  return `<g opacity="0.55" transform="rotate(-16 ${mm(x)} ${mm(y)})">${frame}${inside}</g>`;
}
