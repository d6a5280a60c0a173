/** Reads QR codes back from their drawings. */
import jsQR from "jsqr";

const SCALE = 4;
const BORDER = 4;

/** What a code says whose dark runs are `M x y h n v1 h-n z`; undefined if it cannot be read. */
export function scanPath(path: string, modules: number): string | undefined {
  const size = (modules + 2 * BORDER) * SCALE;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    const [left, width] = [(Number(x) + BORDER) * SCALE, Number(run) * SCALE];
    for (let row = (Number(y) + BORDER) * SCALE, i = 0; i < SCALE; i++) {
      for (let column = left; column < left + width; column++) {
        const at = 4 * ((row + i) * size + column);
        pixels.fill(0, at, at + 3);
      }
    }
  }
  return jsQR.default(pixels, size, size)?.data;
}

/** The same of a drawing that contains one: its path is the first of this form, its modules are in the viewBox around it. */
export function scanDrawing(svg: string): string | undefined {
  const found = /viewBox="-4 -4 (\d+) \d+"[^>]*>.*?<path d="([^"]+)"/.exec(svg);
  return found === null ? undefined : scanPath(found[2] ?? "", Number(found[1]) - 2 * BORDER);
}
