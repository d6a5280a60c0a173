/** What the chapters about invoices share: who sells and pays, and how a payment and an invoice come about. */
import { hexlify, randomBytes, type Signer } from "ethers";

import { prepareRegistration, registerIdentity, signRegistration } from "../../src/identity/identity.js";
import { AccountKey } from "../../src/identity/key.js";
import { setOperator, signOperator } from "../../src/identity/order.js";
import {
  attestPayment,
  type BuildOptions,
  buildInvoice,
  type BureauName,
  type BuyerRequest,
  changesOfInvoice,
  completeInvoice,
  documentId,
  formatAmount,
  handedOn,
  type HolderOrder,
  type Invoice,
  type InvoiceDocument,
  type InvoiceKind,
  type InvoiceSuite,
  type InvoiceWallet,
  issueInvoice,
  keyedReference,
  type LedgerNetwork,
  type LineDraft,
  newPayment,
  type NumberScheme,
  openSealedInvoice,
  type Party,
  type PayerRequest,
  paymentAnswer,
  paymentId,
  type PaymentRecord,
  quotaAnswer,
  sealInvoice,
  sendHolderOrder,
  signBook,
  type SignedRequests,
  signHandOn,
  signInvoiceRequest,
} from "../../src/invoice/index.js";
import { newAccount, type Stage } from "./stage.js";

const DAY = 24 * 3600;
const PLACE = { country: "CN" };
export const CURRENCY = "CNY";

/** Invented persons and what is theirs: what must never be found on the chain. */
export const CUSTOMERS = {
  passenger: "陈思远",
  driver: "刘建国",
  patient: "黄丽华",
  employer: "深圳云帆软件有限公司",
  employerTaxNumber: "CN91440300MA5YUNF016",
  route: "西丽 – 科学馆，二号线",
  gate: "gate 0312, 2026-11-21 08:14:07",
  transaction: "4200001844202611219876543210",
  violation: "4403071900123456",
  plate: "粤B·7K30Q",
  offence: "机动车违反禁令标志指示",
  hospitalNumber: "ZY20261117-00392",
  treatment: "腰椎磁共振平扫",
  diagnosis: "腰椎间盘突出症",
} as const;

/** What the persons of the story hold, for whoever searches the chain for it. */
export interface InvoiceSecrets {
  /** Payers' one-time keys, each with its payment: none may be seen with another. */
  payers: { signer: string; payment: string }[];
  /** Holders' one-time keys, each with its document. */
  holders: { signer: string; invoice: string }[];
  /** Identities of the sellers, which are public. */
  sellers: string[];
}

/** A company or office that issues documents. */
export interface Seller {
  identity: string;
  operator: Signer;
  party: Party;
  bureau: BureauName;
  kind: InvoiceKind;
  scheme: NumberScheme;
  /** Keys its references, so that nobody can guess them. */
  secret: string;
  /** The next number of its page. */
  nextNumber: () => string;
}

/** Shenzhen, with all that sells and pays there. */
export interface Trade {
  stage: Stage;
  suite: InvoiceSuite;
  network: LedgerNetwork;
  shenzhen: bigint;
  registrar: Signer;
  provider: Signer;
  providerSecret: string;
  /** Sends what persons have signed. */
  relay: Signer;
  secrets: InvoiceSecrets;
  now: () => Promise<number>;
  later: (seconds: number) => Promise<Date>;
}

/** A payment that was attested, and the key of who paid it. */
export interface Paid {
  payment: PaymentRecord;
  payer: PayerRequest;
  wallet: InvoiceWallet;
}

/** Register a legal person, which names an operator. */
export async function registerSeller(
  trade: Trade,
  code: string,
  seller: Omit<Seller, "identity" | "operator" | "secret" | "nextNumber">,
  firstNumber: bigint,
  digits: number,
): Promise<Seller> {
  const { civitas, tagService } = trade.stage;
  const key = new AccountKey(randomBytes(32));
  const operator = newAccount(trade.stage);
  const { registration } = await prepareRegistration(civitas, tagService, {
    kind: "Legal",
    city: trade.shenzhen,
    number: code,
    publicCode: true,
    signer: key.signer,
    deadline: await trade.later(DAY),
  });
  const signature = await signRegistration(civitas, registration, key);
  const identity = await registerIdentity(civitas, trade.registrar, registration, signature);
  const order = await signOperator(civitas, identity, key, await operator.getAddress(), true, await trade.later(DAY));
  await setOperator(civitas, trade.relay, order);
  trade.secrets.sellers.push(identity);
  let last = firstNumber - 1n;
  const nextNumber = () => `${(last += 1n)}`.padStart(digits, "0");
  return { ...seller, identity, operator, secret: hexlify(randomBytes(32)), nextNumber };
}

/** A payment by phone, with a key for it alone. It is not attested yet. */
export async function payment(
  trade: Trade,
  seller: Seller,
  wallet: InvoiceWallet,
  amount: bigint,
  references: { order: string; transaction: string } = {
    order: hexlify(randomBytes(9)),
    transaction: hexlify(randomBytes(9)),
  },
): Promise<Paid> {
  const payer = wallet.newPayer();
  const made = newPayment({
    provider: await trade.provider.getAddress(),
    city: trade.shenzhen,
    transactionId: keyedReference(trade.providerSecret, references.transaction),
    order: keyedReference(seller.secret, references.order),
    payee: seller.identity,
    payer: payer.payer,
    currency: CURRENCY,
    amount,
    paidAt: new Date(((await trade.now()) - 600) * 1000),
  });
  trade.secrets.payers.push({ signer: payer.signer, payment: paymentId(trade.suite, made) });
  return { payment: made, payer, wallet };
}

/** The same, attested by the provider. */
export async function pay(...of: Parameters<typeof payment>): Promise<Paid> {
  const [trade] = of;
  const paid = await payment(...of);
  await attestPayment(trade.stage.civitas, trade.provider, paid.payment);
  return paid;
}

/** The model of a seller's document over an amount that was paid. */
export function modelOf(
  seller: Seller,
  {
    number,
    day,
    lines,
    gross,
    ...more
  }: Pick<Invoice, "object" | "notes"> & {
    number: string;
    day: Date;
    lines: LineDraft[];
    gross: bigint;
    buyer?: Party;
    exemption?: { category: string; reason: string };
  },
): Invoice {
  const { buyer = { name: "", address: PLACE }, exemption, ...rest } = more;
  return completeInvoice({
    ...rest,
    typeCode: "380",
    number,
    issueDate: day.toISOString().slice(0, 10),
    currency: CURRENCY,
    kind: seller.kind,
    numberScheme: seller.scheme,
    prices: "inclusive",
    paid: gross,
    seller: seller.party,
    buyer,
    lines,
    ...(exemption === undefined ? {} : { exemptions: { [exemption.category]: { exemptionReason: exemption.reason } } }),
  });
}

/** A ride as a line of an invoice; the price includes 3 % of tax. */
export function rideLine(price: string, name = "城市轨道交通乘车费"): LineDraft {
  return { name, quantity: "1", unit: "C62", price, category: "S", rate: 300 };
}

type Sale = Omit<Parameters<typeof modelOf>[1], "number" | "day" | "gross">;

/** The document over payments, and the requests of who paid, which name the buyer. */
export async function prepareSale(
  trade: Trade,
  seller: Seller,
  paid: readonly Paid[],
  buyer: BuyerRequest,
  sale: Sale,
): Promise<{ document: InvoiceDocument; requests: SignedRequests }> {
  const { suite, stage } = trade;
  const time = new Date((await trade.now()) * 1000);
  const gross = paid.reduce((sum, { payment: { amount } }) => sum + BigInt(amount), 0n);
  const model = modelOf(seller, { ...sale, number: seller.nextNumber(), day: time, gross });
  const options: BuildOptions = { seller: seller.identity, payments: paid, buyer, time };
  const document = buildInvoice(suite, model, options);
  const { commitment } = document.buyer ?? { commitment: "" };
  const requests: Record<string, SignedRequests[string]> = {};
  for (const { payment: one, payer, wallet } of paid) {
    const { id, changes } = await paymentAnswer(stage.civitas, { payment: one, path: [] });
    const deadline = await trade.later(DAY);
    const key = wallet.payerKey(payer.salt);
    requests[id] = await signInvoiceRequest(suite, one, key, commitment, { changes, deadline });
  }
  return { document, requests };
}

/** Issue a document, and deliver it encrypted to the buyer, who opens it. */
export async function sell(
  trade: Trade,
  seller: Seller,
  paid: readonly Paid[],
  buyer: BuyerRequest,
  wallet: InvoiceWallet,
  sale: Sale,
): Promise<InvoiceDocument> {
  const { document, requests } = await prepareSale(trade, seller, paid, buyer, sale);
  const invoice = await issueInvoice(trade.stage.civitas, seller.operator, document, requests);
  trade.secrets.holders.push({ signer: buyer.signer, invoice });
  return deliver(document, wallet);
}

/** Send a document encrypted, and open it on the other side. */
export async function deliver(document: InvoiceDocument, wallet: InvoiceWallet): Promise<InvoiceDocument> {
  const key = wallet.deliveryKey();
  const letter = JSON.stringify(await sealInvoice(document, key.address));
  return openSealedInvoice(JSON.parse(letter), key);
}

/** What holders of documents sign their orders with now. */
export async function signing(trade: Trade, document: InvoiceDocument): Promise<{ changes: number; deadline: Date }> {
  return { changes: await changesOfInvoice(trade.stage.civitas, document), deadline: await trade.later(DAY) };
}

/** Send what a holder has signed. */
export async function send(trade: Trade, order: HolderOrder): Promise<string> {
  return sendHolderOrder(trade.stage.civitas, trade.relay, order);
}

/** Hand a document on to another wallet. @returns it as the next holder opens it. */
export async function handTo(
  trade: Trade,
  document: InvoiceDocument,
  from: InvoiceWallet,
  to: InvoiceWallet,
): Promise<InvoiceDocument> {
  const next = to.newHolder();
  await send(
    trade,
    await signHandOn(trade.network, document, from.keyFor(document), next, await signing(trade, document)),
  );
  trade.secrets.holders.push({ signer: next.signer, invoice: documentId(document) });
  return deliver(handedOn(document, next), to);
}

/** Book a document for this month, at Shenzhen's bureau. */
export async function book(
  trade: Trade,
  document: InvoiceDocument,
  wallet: InvoiceWallet,
  deductible = true,
): Promise<number> {
  const period = await month(trade);
  const booking = { city: Number(trade.shenzhen), period, deductible };
  const order = await signBook(
    trade.network,
    document,
    wallet.keyFor(document),
    booking,
    await signing(trade, document),
  );
  await send(trade, order);
  return period;
}

/** The present month of Shenzhen's bureaus, as 202611. */
export async function month({ stage, shenzhen }: Trade): Promise<number> {
  return Number(await stage.civitas.taxpayers.currentPeriod(shenzhen));
}

/** What a seller's quota of a month is used for. */
export async function usedOf({ stage }: Trade, seller: Seller, period: number): Promise<bigint> {
  const { used } = await quotaAnswer(
    stage.civitas,
    { person: seller.identity, bureau: seller.bureau },
    CURRENCY,
    period,
  );
  return used;
}

/** What is left of payments to be invoiced. */
export async function leftOf({ stage }: Trade, paid: readonly Pick<Paid, "payment">[]): Promise<bigint> {
  const answers = await Promise.all(
    paid.map(async ({ payment: one }) => paymentAnswer(stage.civitas, { payment: one, path: [] })),
  );
  return answers.reduce((sum, { left }) => sum + left, 0n);
}

/** Move the chain's clock on. */
export async function wait({ stage }: Trade, seconds: number): Promise<void> {
  const { provider } = stage.connection.ethers;
  await provider.send("evm_increaseTime", [seconds]);
  await provider.send("evm_mine", []);
}

export function yuan(amount: bigint | string): string {
  return formatAmount(BigInt(amount), 2);
}
