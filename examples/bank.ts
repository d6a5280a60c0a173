// A bank pushes wages: it pays out all rows of a project's payrolls that are approved and covered. The money is in the project's wage
// account, and goes to the workers' own accounts; the bank pays the gas alone, and could keep none of it. Nothing is kept between runs:
// run it every hour, or again after it was cut off, and nobody is paid twice.
//
//   node examples/bank.ts PROJECT...
//
// CIVITAS_RPC_URL (several, with commas between them), CIVITAS_CHAIN_ID, CIVITAS_DIRECTORY; CIVITAS_KEY_FILE, an encrypted keystore, and CIVITAS_PASSWORD_FILE, its password.
import { readFileSync } from "node:fs";

import { connect, decodeError, endpoints, pushProject } from "civitas";
import { formatUnits, Wallet } from "ethers";

const network = { chainId: BigInt(setting("CIVITAS_CHAIN_ID")), gasPrice: 0n };
const provider = endpoints(setting("CIVITAS_RPC_URL").split(","), network);
const keystore = readFileSync(setting("CIVITAS_KEY_FILE"), "utf8");
const password = readFileSync(setting("CIVITAS_PASSWORD_FILE"), "utf8").trimEnd();
const bank = (await Wallet.fromEncryptedJson(keystore, password)).connect(provider);
const civitas = await connect({ directory: setting("CIVITAS_DIRECTORY"), runner: provider });
const from = civitas.entries.find(({ name }) => name === "PayrollRegistry")?.startBlock ?? 0;

for (const project of process.argv.slice(2)) {
  try {
    await push(project);
  } catch (error) {
    console.log(`${project}: ${decodeError(error).message}`);
    process.exitCode = 1;
  }
}
provider.destroy();

async function push(project: string): Promise<void> {
  await civitas.projects.projectOf(project); // refused if there is none
  const { paid, waiting, failed, transactions } = await pushProject(civitas, bank, project, { from });
  for (const { worker, account, amount } of paid) console.log(`worker ${worker}: ${yuan(amount)} to ${account}`);
  for (const { worker, reason } of failed) console.log(`worker ${worker}: not paid, ${reason}`);
  const total = paid.reduce((sum, { amount }) => sum + amount, 0n);
  console.log(`${project}: ${yuan(total)} in ${transactions.length} calls; ${waiting.length} rows wait`);
  if (failed.length > 0) process.exitCode = 1;
}

function yuan(fen: bigint): string {
  return formatUnits(fen, 2);
}

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`set ${name}`);
  return value;
}
