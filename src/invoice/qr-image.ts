/** QR codes as drawings that other drawings contain. */
import QRCode from "qrcode";

/** A QR code, drawn in modules. */
export interface QrImage {
  /** 1 to 40. */
  version: number;
  /** Modules on a side, without the white border. */
  modules: number;
  /** How much damage it survives: M 15 % of its area, L 7 %. */
  level: "M" | "L";
  /** An SVG path over the dark modules, one unit each, from (0, 0). */
  path: string;
}

/** The white border that readers need on each side, in modules. */
export const QUIET_ZONE = 4;

/** Up to 97 x 97 modules. Larger codes are read from clean print and screens, and gain more from larger modules than from repair. */
const LAST_WITH_M = 20;

/**
 * A QR code of a text, of level M as long as it is small, else of level L.
 * @throws RangeError for a text that no QR code can hold.
 */
export function qrImage(text: string): QrImage {
  const wanted = attempt(text, "M");
  const image = wanted !== undefined && wanted.version <= LAST_WITH_M ? wanted : attempt(text, "L");
  if (image === undefined) throw new RangeError(`no QR code holds these ${text.length} characters`);
  return image;
}

function attempt(text: string, level: QrImage["level"]): QrImage | undefined {
  try {
    const { version, modules } = QRCode.create(text, { errorCorrectionLevel: level });
    return { version, modules: modules.size, level, path: pathOf(modules.size, (x, y) => modules.get(y, x) !== 0) };
  } catch (error) {
    if (error instanceof Error && error.message.includes("amount of data is too big")) return undefined;
    throw error;
  }
}

/** Each run of dark modules of a row as a rectangle. */
function pathOf(size: number, isDark: (x: number, y: number) => boolean): string {
  let path = "";
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const start = x;
      while (x < size && isDark(x, y)) x++;
      if (x > start) path += `M${start} ${y}h${x - start}v1h${start - x}z`;
    }
  }
  return path;
}
