import QRCode from "qrcode";

/** QR codes that survive damage to 15 % of their area. */
const OPTIONS = { errorCorrectionLevel: "M" } as const;
/** The white border that readers need, in modules. */
const QUIET_ZONE = 4;

/** A QR code of a text as an SVG document, black on white, to be scaled at will. */
export async function qrSvg(text: string): Promise<string> {
  return QRCode.toString(text, { ...OPTIONS, margin: QUIET_ZONE, type: "svg" });
}

/** A QR code of a text for a terminal with ANSI colours: black on white whatever its theme, two modules a character, lines ended. */
export function qrTerminal(text: string): string {
  const { modules } = QRCode.create(text, OPTIONS);
  const isDark = (x: number, y: number) =>
    Math.min(x, y) >= 0 && Math.max(x, y) < modules.size && modules.get(y, x) !== 0;
  let lines = "";
  for (let y = -QUIET_ZONE; y < modules.size + QUIET_ZONE; y += 2) {
    let line = "";
    for (let x = -QUIET_ZONE; x < modules.size + QUIET_ZONE; ++x) {
      line += isDark(x, y) ? (isDark(x, y + 1) ? "█" : "▀") : isDark(x, y + 1) ? "▄" : " ";
    }
    lines += `\u001b[30;107m${line}\u001b[0m\n`;
  }
  return lines;
}
