/** Records and codes to test with. */
import { hexlify, ZeroHash } from "ethers";

import { type InvoiceCode, type InvoiceRecord, signInvoiceCode } from "../../../src/index.js";
import type { InvoiceStruct } from "../../../typechain/invoice/InvoiceRegistry.js";
import { newKey, word } from "../../identity/world.js";
import { DocumentKind, invoiceOf, type InvoiceWorld, lineOf, Scheme } from "../../invoice/world.js";

export const VERIFY_AT = "https://verify.example/";
/** What each code begins with. */
export const HEAD = `${VERIFY_AT}#INV1:`;

/** The record of a struct, in JSON. */
export function recordOf({ terms, serial, position, reverses, content }: InvoiceStruct): InvoiceRecord {
  return {
    terms: {
      seller: hexlify(terms.seller),
      kind: Number(terms.kind),
      scheme: Number(terms.scheme),
      currency: Number(terms.currency),
    },
    serial: `${BigInt(serial)}`,
    position: Number(position),
    reverses: hexlify(reverses),
    content: {
      number: `${BigInt(content.number)}`,
      time: Number(content.time),
      buyer: hexlify(content.buyer),
      invoicedObject: hexlify(content.invoicedObject),
      root: hexlify(content.root),
      net: `${BigInt(content.net)}`,
      tax: `${BigInt(content.tax)}`,
      gross: `${BigInt(content.gross)}`,
      lines: content.lines.map((line) => ({
        category: hexlify(line.category),
        rate: Number(line.rate),
        items: Number(line.items),
        net: `${BigInt(line.net)}`,
        tax: `${BigInt(line.tax)}`,
      })),
      draws: content.draws.map(({ payment, amount }) => ({ payment: hexlify(payment), amount: `${BigInt(amount)}` })),
    },
  };
}

/** A world with the chain it is on. */
export async function contractsOf(world: InvoiceWorld): Promise<InvoiceWorld & { chainId: bigint }> {
  const { chainId } = await world.registry.runner!.provider!.getNetwork();
  return { ...world, chainId };
}

/** A record that was never issued, over so many payments. */
export function plainRecord(payments: number, changes: Partial<InvoiceRecord> = {}): InvoiceRecord {
  const gross = 600n * BigInt(payments);
  const line = lineOf(gross, { items: payments });
  const draws = Array.from({ length: payments }, () => ({ payment: word(), amount: 600 }));
  const totals = { net: line.net, tax: line.tax, gross };
  const content = {
    number: 26_131_000_000_000_000_001n,
    time: 1_764_000_000,
    buyer: word(),
    invoicedObject: ZeroHash,
    root: word(),
    ...totals,
    lines: [line],
    draws: draws.sort((a, b) => (a.payment < b.payment ? -1 : 1)),
  };
  const terms = { seller: word(), kind: DocumentKind.Transport, scheme: Scheme.Digital, currency: 156 };
  return { ...recordOf(invoiceOf(terms, content)), ...changes };
}

export const NETWORK = { chainId: "20260", registry: "0x5FbDB2315678afecb367f032d93F642f64180aa3" };

export async function plainCode(payments = 1): Promise<InvoiceCode> {
  return signInvoiceCode(NETWORK, newKey(), { record: plainRecord(payments) });
}
