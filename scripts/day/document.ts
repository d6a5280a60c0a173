/** A ride's payment and ticket as the client has them, and who asks for the ticket: all of it follows from the seed. */
import { hexlify, keccak256, ZeroHash } from "ethers";

import { fieldRoot } from "../../src/common/tree.js";
import { AccountKey } from "../../src/identity/key.js";
import type { InvoiceDocument } from "../../src/invoice/document.js";
import { fieldsOfInvoice } from "../../src/invoice/field.js";
import { categoryBytes, paymentId, type PaymentRecord } from "../../src/invoice/record.js";
import { taxLines } from "../../src/invoice/tax-lines.js";
import { buyerOf, type BuyerRequest, type HolderRequest } from "../../src/invoice/wallet.js";
import type { Frame } from "./ids.js";
import { fareAt, ORDER, payerKey, ridesOf, SALTS, secretOf, ticketAt, TRANSACTION } from "./ride.js";

/** Where a ride is; a single one has serial and position 0. */
export interface Place {
  ride: number;
  serial: number;
  position: number;
}

/** A key, and what is told to whoever makes a document out to it, or hands it on. */
interface Party<Request> {
  key: AccountKey;
  request: Request;
}

/** The ticket of a ride, with its payment and without paths; a single one is made out to the passenger. */
export function documentOf(frame: Frame, place: Place): InvoiceDocument {
  const { seed, chainId, registry, payments, terms } = frame;
  const stream = ridesOf(seed, place.ride, 1);
  const word = (from: number) => hexlify(stream.subarray(from, from + 32));
  const { gross, net, paidAt } = fareAt(stream, 0);
  const payment: PaymentRecord = {
    provider: frame.provider,
    city: frame.city,
    transactionId: word(TRANSACTION),
    order: word(ORDER),
    payee: terms.seller,
    payer: keccak256(payerKey(seed, place.ride).signer),
    currency: terms.currency,
    amount: `${gross}`,
    paidAt,
    serial: `${place.serial}`,
    position: place.position,
  };
  const ticket = ticketAt(seed, place.ride, stream, 0);
  const fields = Object.entries(fieldsOfInvoice(ticket)).map(([name, value], i) => ({
    ...{ name, value, salt: word(SALTS + 32 * i) },
  }));
  const request = place.serial === 0 ? passengerOf(seed, place.ride).request : undefined;
  const buyer = request === undefined ? undefined : buyerOf(request);
  return {
    ...{ type: "CivitasInvoice", version: 1, chainId, registry, payments },
    record: {
      ...{ terms, serial: `${place.serial}`, position: place.position, reverses: ZeroHash },
      content: {
        number: ticket.number,
        time: paidAt,
        buyer: buyer?.commitment ?? ZeroHash,
        invoicedObject: ZeroHash,
        root: fieldRoot(fields),
        ...{ net: `${net}`, tax: `${gross - net}`, gross: `${gross}` },
        lines: taxLines(ticket).map((line) => ({
          ...{ category: categoryBytes(line.category), rate: line.rate, items: line.items },
          ...{ net: `${line.net}`, tax: `${line.tax}` },
        })),
        draws: [{ payment: paymentId(frame, payment), amount: `${gross}` }],
      },
    },
    path: [],
    fields,
    evidence: [{ payment, path: [] }],
    ...(buyer === undefined || request === undefined ? {} : { buyer, title: request.title }),
  };
}

/** Who rode, and asks for the ticket. */
export function passengerOf(seed: string, ride: number): Party<BuyerRequest> {
  const secret = (use: string) => secretOf(seed, `${use} of passenger ${ride}`);
  const key = new AccountKey(secret("key"));
  const title = { name: `Passenger ${ride}`, salt: secret("title") };
  return { key, request: { signer: key.signer, salt: secret("salt"), title } };
}

/** To whom the passenger hands the ticket on. */
export function employerOf(seed: string, ride: number): Party<HolderRequest> {
  const secret = (use: string) => secretOf(seed, `${use} of employer ${ride}`);
  const key = new AccountKey(secret("key"));
  return { key, request: { signer: key.signer, salt: secret("salt") } };
}
