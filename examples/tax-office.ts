// A tax office books invoices. Whoever holds an invoice signs an order to book it (`signBook`), and saves it as JSON. The office relays
// it, and pays for that; it cannot change what was signed. Run it again at any time: what is booked is not booked twice.
//
//   node examples/tax-office.ts orders/*.json
//
// CIVITAS_RPC_URL (several, with commas between them), CIVITAS_CHAIN_ID, CIVITAS_DIRECTORY; CIVITAS_KEY_FILE, an encrypted keystore, and CIVITAS_PASSWORD_FILE, its password.
import { readFileSync } from "node:fs";

import { connect, decodeError, endpoints, type HolderOrder, sendHolderOrder, verifyRecord } from "civitas";
import { Wallet } from "ethers";

const network = { chainId: BigInt(setting("CIVITAS_CHAIN_ID")), gasPrice: 0n };
const provider = endpoints(setting("CIVITAS_RPC_URL").split(","), network);
const keystore = readFileSync(setting("CIVITAS_KEY_FILE"), "utf8");
const password = readFileSync(setting("CIVITAS_PASSWORD_FILE"), "utf8").trimEnd();
const office = (await Wallet.fromEncryptedJson(keystore, password)).connect(provider);
const civitas = await connect({ directory: setting("CIVITAS_DIRECTORY"), runner: provider });

for (const file of process.argv.slice(2)) {
  try {
    console.log(`${file}: ${await book(JSON.parse(readFileSync(file, "utf8")) as HolderOrder)}`);
  } catch (error) {
    console.log(`${file}: refused: ${decodeError(error).message}`);
    process.exitCode = 1;
  }
}
provider.destroy();

async function book(order: HolderOrder): Promise<string> {
  if (order.act !== "book") throw new Error(`this is an order to "${order.act}", not to book`);
  const before = await verifyRecord(civitas, order.record);
  if (before.booking !== undefined) return `was booked before, for ${before.booking.period}`;
  await sendHolderOrder(civitas, office, order);
  const { message, booking } = await verifyRecord(civitas, order.record);
  return `booked for ${booking?.period ?? "no period"}. ${message}`;
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`set ${name}`);
  return value;
}
