/** A metro ride: paid by phone, invoiced to the employer, reimbursed and booked once; and what else a city is paid for. */
import { hexlify, randomBytes, type Signer } from "ethers";

import { chainTime } from "../../src/identity/presence.js";
import { ADMIN, FISCAL, IDENTITY, PAYMENT, roleOf, TAX } from "../../src/index.js";
import {
  admitTaxpayer,
  allotNumbers,
  holderOf,
  type InvoiceDocument,
  invoiceSuite,
  InvoiceWallet,
  issueInvoice,
  ledgerNetwork,
  nameIssuingOperator,
  openBureau,
  setQuota,
  signBook,
  verifyInvoice,
} from "../../src/invoice/index.js";
import { codeStory } from "./invoice-code.js";
import { fiscalStory } from "./invoice-fiscal.js";
import { nightStory } from "./invoice-night.js";
import { reversalStory } from "./invoice-reversal.js";
import { chapter, FREE, idOf, newAccount, type Stage, tell, tryTo } from "./stage.js";
import {
  book,
  CURRENCY,
  CUSTOMERS,
  handTo,
  type InvoiceSecrets,
  month,
  pay,
  prepareSale,
  registerSeller,
  rideLine,
  sell,
  type Seller,
  send,
  signing,
  type Trade,
  yuan,
} from "./trade.js";

const SHENZHEN = "MA.156.4403";
const CHINA_TIME = 480; // minutes from UTC
const PAGE = 100_000n;
/** 5,000,000.00 yuan a month, without tax. */
const QUOTA = 500_000_000n;

/** The sellers of the story. */
export interface Sellers {
  metro: Seller;
  police: Seller;
  hospital: Seller;
}

/** @param options `rides`: how many the night has; 50,000 if left out. `out`: a folder for the invoice as a page. */
export async function invoiceStory(
  stage: Stage,
  options: { rides?: number; out?: string } = {},
): Promise<InvoiceSecrets> {
  const trade = await openTrade(stage);
  const sellers = await openShops(trade);
  const [passenger, employer] = [InvoiceWallet.create(), InvoiceWallet.create()];
  const ride = await rideStory(trade, sellers.metro, passenger, employer);
  const ten = await tenRides(trade, sellers.metro, passenger, employer);
  await fiscalStory(trade, sellers);
  await reversalStory(trade, sellers.metro, { ...ten, employer, passenger });
  await nightStory(trade, sellers.metro, { passenger, employer, rides: options.rides ?? 50_000 });
  await codeStory(trade, sellers.metro, ride, options.out);
  return trade.secrets;
}

// ---------------------------------------------------------------------------------------------------------------- offices

async function openTrade(stage: Stage): Promise<Trade> {
  const { civitas } = stage;
  const now = async () => chainTime(civitas);
  const [registrar, provider, relay] = [1, 2, 3].map(() => newAccount(stage)) as [Signer, Signer, Signer];
  return {
    ...{ stage, registrar, provider, relay, now },
    suite: await invoiceSuite(civitas),
    network: await ledgerNetwork(civitas),
    shenzhen: idOf(stage, SHENZHEN),
    providerSecret: hexlify(randomBytes(32)),
    secrets: { payers: [], holders: [], sellers: [] },
    later: async (seconds) => new Date(((await now()) + seconds) * 1000),
  };
}

async function openShops(trade: Trade): Promise<Sellers> {
  const { stage, shenzhen } = trade;
  const { civitas, suite } = stage;
  chapter("Shenzhen 深圳 opens its bureaus, and admits who may issue invoices and receipts.");
  const guangdong = stage.offices.get(SHENZHEN.slice(0, 9));
  if (guangdong === undefined) throw new Error("Guangdong has no office yet");
  const [controller, taxBureau, financeBureau] = [1, 2, 3].map(() => newAccount(stage)) as [Signer, Signer, Signer];
  const grant = async (by: Signer, capability: number, to: Signer) =>
    suite.manager.connect(by).grantRole(roleOf(shenzhen, capability), await to.getAddress(), 0, FREE);
  await grant(guangdong, ADMIN, controller);
  await grant(controller, IDENTITY, trade.registrar);
  await grant(controller, TAX, taxBureau);
  await grant(controller, FISCAL, financeBureau);
  await grant(controller, PAYMENT, trade.provider);
  await openBureau(civitas, taxBureau, shenzhen, "tax", CHINA_TIME);

  const year = `${await month(trade)}`.slice(2, 4);
  const [digital, fiscal] = [BigInt(`${year}447000000000100000`), BigInt(`440301${year}0000000000`)];
  const firstNight = digital + PAGE;
  const address = { country: "CN" };
  const metro = await registerSeller(
    trade,
    "91440300MA5METR0AU",
    {
      party: { name: "深圳示范地铁有限公司", vatId: "CN91440300MA5METR0AU", address },
      ...{ bureau: "tax", kind: "Transport", scheme: "Digital" },
    },
    digital + 1n,
    20,
  );
  const police = await registerSeller(
    trade,
    "11440300MB2P0CE01W",
    {
      party: { name: "深圳示范交通警察支队", legalId: { id: "11440300MB2P0CE01W" }, address },
      ...{ bureau: "finance", kind: "FiscalReceipt", scheme: "FiscalBill" },
    },
    fiscal + 1n,
    18,
  );
  const hospital = await registerSeller(
    trade,
    "12440300MB2H0TA01Q",
    {
      party: { name: "深圳示范人民医院", taxId: "12440300MB2H0TA01Q", address },
      ...{ bureau: "finance", kind: "Medical", scheme: "FiscalBill" },
    },
    fiscal + PAGE + 1n,
    18,
  );
  for (const { seller, page } of [
    { seller: metro, page: digital / PAGE },
    { seller: metro, page: firstNight / PAGE },
    { seller: police, page: fiscal / PAGE },
    { seller: hospital, page: fiscal / PAGE + 1n },
  ]) {
    const { identity: person, bureau, kind, scheme, operator, party } = seller;
    const officer = bureau === "tax" ? taxBureau : financeBureau;
    if (page !== firstNight / PAGE) {
      await admitTaxpayer(civitas, officer, { person, bureau }, shenzhen, [kind]);
      await nameIssuingOperator(civitas, officer, { person, bureau }, await operator.getAddress());
      await setQuota(civitas, officer, { person, bureau }, CURRENCY, QUOTA);
      tell(`The ${bureau} bureau admits ${party.name}: ${yuan(QUOTA)} yuan a month, and one operator issues.`);
    }
    await allotNumbers(civitas, officer, { person, bureau }, scheme, page);
  }
  tell("The metro gets two pages of 100,000 numbers, one of them for its nights; nobody else can use them.");
  tell("A payment provider is accredited: it says what was paid, and can issue nothing.");
  return { metro, police, hospital };
}

// ---------------------------------------------------------------------------------------------------------------- one ride

async function rideStory(
  trade: Trade,
  metro: Seller,
  passenger: InvoiceWallet,
  employer: InvoiceWallet,
): Promise<InvoiceDocument> {
  const { civitas } = trade.stage;
  const verdict = async (document: InvoiceDocument) => (await verifyInvoice(civitas, document)).message;

  chapter(`${CUSTOMERS.passenger} rides the metro for 6.00 yuan, and pays by phone.`);
  const paid = await pay(trade, metro, passenger, 600n, { order: CUSTOMERS.gate, transaction: CUSTOMERS.transaction });
  tell("The provider attests the payment. The chain sees amount, payee and a key that the phone made for it alone.");

  chapter("The phone asks for the invoice, made out to the employer; the metro issues it.");
  const { employer: name, employerTaxNumber: taxNumber } = CUSTOMERS;
  const sale = { lines: [rideLine("6.00", CUSTOMERS.route)] };
  const issued = await sell(trade, metro, [paid], passenger.newBuyer(name, taxNumber), passenger, sale);
  const { number, net, tax } = issued.record.content;
  tell(
    `Number ${number}: ${yuan(net)} and ${yuan(tax)} of tax at 3 %. Route, name and tax number are not on the chain.`,
  );
  tell(`It comes encrypted. The phone opens and checks it: ${await verdict(issued)}.`);
  await tryTo("The phone asks for a second invoice of the same ride", async () => {
    const again = await prepareSale(trade, metro, [paid], passenger.newBuyer(CUSTOMERS.passenger), sale);
    await issueInvoice(civitas, metro.operator, again.document, again.requests);
  });

  chapter("The employer reimburses it, and books it for this month.");
  const held = await handTo(trade, issued, passenger, employer);
  tell("The employee hands the document on with one signature: now the employer holds it, with a key for it alone.");
  tell("The employer pays the 6.00 yuan back, without paper: it can see that nobody has booked this ride.");
  const stranger = InvoiceWallet.create();
  const request = stranger.newHolder();
  const copy = { ...held, holder: holderOf(request) };
  await tryTo("A stranger copies the document, and books it with a key of their own", async () => {
    const booking = { city: Number(trade.shenzhen), period: await month(trade), deductible: true };
    const options = await signing(trade, copy);
    await send(trade, await signBook(trade.network, copy, stranger.holderKey(request.salt), booking, options));
  });
  const period = await book(trade, held, employer);
  tell(`Booked for ${period}, with 0.17 yuan deducted: ${await verdict(held)}.`);
  await tryTo("The employer books it once more", async () => book(trade, held, employer));
  await tryTo("The employee, who still has a copy, books it too", async () => book(trade, issued, passenger));
  return held;
}

// ---------------------------------------------------------------------------------------------------------------- ten rides

/** A month's rides on one invoice, which the employer books. */
async function tenRides(trade: Trade, metro: Seller, passenger: InvoiceWallet, employer: InvoiceWallet) {
  const { civitas } = trade.stage;
  chapter("Ten rides go on one invoice.");
  const fares = [300n, 600n, 400n, 600n, 500n, 600n, 700n, 600n, 200n, 500n];
  const rides = [];
  for (const fare of fares) rides.push(await pay(trade, metro, passenger, fare));
  const lines = fares.map((fare) => rideLine(yuan(fare), CUSTOMERS.route));
  const buyer = passenger.newBuyer(CUSTOMERS.employer, CUSTOMERS.employerTaxNumber);
  const issued = await sell(trade, metro, rides, buyer, passenger, { lines });
  const { net, tax, gross } = issued.record.content;
  tell(
    `Ten payments, ten keys that nothing linked before, one document: ${yuan(net)} + ${yuan(tax)} = ${yuan(gross)}.`,
  );
  const held = await handTo(trade, issued, passenger, employer);
  const period = await book(trade, held, employer);
  tell(`${(await verifyInvoice(civitas, held)).message}.`);
  return { held, rides, period };
}
