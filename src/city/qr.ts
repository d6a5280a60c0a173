import QRCode from "qrcode";

/** QR codes that survive damage to 15 % of their area, with the quiet zone of 4 modules that readers need. */
const OPTIONS = { errorCorrectionLevel: "M", margin: 4 } as const;

/** A QR code of a text as an SVG document, black on white, to be scaled at will. */
export async function qrSvg(text: string): Promise<string> {
  return QRCode.toString(text, { ...OPTIONS, type: "svg" });
}

/** A QR code of a text for a terminal that knows ANSI colours: black on white whatever its colours, two modules a character. */
export async function qrTerminal(text: string): Promise<string> {
  // `small` is missing from the package's types.
  return QRCode.toString(text, { ...OPTIONS, type: "terminal", small: true } as typeof OPTIONS & { type: "terminal" });
}
