/**
 * An invoice as pages that a person recognises: SVG, and one HTML to print it or to save it as PDF with any browser. No fonts are embedded;
 * a PDF of our own would need one with all Chinese characters, which has megabytes.
 */
import { ChineseInvoiceError, toChinese } from "./chinese.js";
import type { Invoice } from "./model.js";
import { drawChinese, type DrawnPages } from "./render-chinese.js";
import { drawEnglish } from "./render-english.js";
import { escapeXml } from "./render-svg.js";
import type { InvoiceStatus } from "./status.js";

/** What pages show besides the invoice. */
export interface RenderOptions {
  /** The text of the QR code: see `formatInvoiceCode`. */
  qr?: string;
  /** What became of the document; stamped across it, unless it is as it was issued. */
  status?: InvoiceStatus;
  /** Left out: Chinese for what has a Chinese form, else English. */
  layout?: "chinese" | "english";
}

/** An invoice, drawn. */
export interface RenderedInvoice extends DrawnPages {
  layout: "chinese" | "english";
  /** All pages in one HTML document, each on a sheet of its own size. */
  html: string;
}

/**
 * Draw an invoice. Nothing in it is checked; its texts are escaped, and wrapped where they are long.
 * @throws ChineseInvoiceError if the Chinese layout is asked for, and the invoice has no Chinese form.
 */
export function renderInvoice(invoice: Invoice, options: RenderOptions = {}): RenderedInvoice {
  const form = options.layout === "english" ? undefined : chineseForm(invoice, options.layout === "chinese");
  if (form === undefined || invoice.kind === undefined) {
    const drawn = drawEnglish(invoice, options);
    return { ...drawn, layout: "english", html: htmlOf(drawn, "en", invoice.number) };
  }
  const drawn = drawChinese(form, invoice.kind, options);
  return { ...drawn, layout: "chinese", html: htmlOf(drawn, "zh", invoice.number) };
}

/** Documents of the network's own kinds have one, unless they have allowances or foreign taxes. */
function chineseForm(invoice: Invoice, isWanted: boolean): ReturnType<typeof toChinese> | undefined {
  if (invoice.kind === undefined && !isWanted) return undefined;
  try {
    return toChinese(invoice);
  } catch (error) {
    if (isWanted || !(error instanceof ChineseInvoiceError)) throw error;
    return undefined;
  }
}

function htmlOf({ pages, width, height }: DrawnPages, language: string, title: string): string {
  const style =
    `@page{size:${width}mm ${height}mm;margin:0}body{margin:0;background:#fff}svg{display:block;break-after:page}` +
    `svg:last-child{break-after:auto}`;
  return (
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">` +
    `<title>${escapeXml(title)}</title><style>${style}</style></head><body>${pages.join("")}</body></html>`
  );
}
