/** A metro on a chain: its city's tax bureau, a provider of payments, a company that issues. Found where it is there already. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { TypedDataEncoder, ZeroHash } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deploySuite, type DeployedSuite } from "../../rocketh/suite.js";
import { AccountKey } from "../../src/identity/key.js";
import { domainOf, IDENTITY_TYPES, OPERATOR_TYPES } from "../../src/identity/typed-data.js";
import { IDENTITY, PAYMENT, TAX } from "../../src/index.js";
import { type InvoiceKind } from "../../src/invoice/model.js";
import { invoiceKindNumber, numberSchemeNumber } from "../../src/invoice/record.js";
import { kindSet } from "../../src/invoice/taxpayer.js";
import { openTown } from "../common/town.js";
import type { Frame } from "./ids.js";
import { secretOf } from "./ride.js";

export interface Metro {
  suite: DeployedSuite;
  chainId: bigint;
  frame: Frame;
  /** Where orders of holders are good. */
  ledger: string;
  bureau: HardhatEthersSigner;
  provider: HardhatEthersSigner;
  operator: HardhatEthersSigner;
  /** Sends what passengers and employers have signed. */
  relayer: HardhatEthersSigner;
}

const CNY = 156;
const KIND: InvoiceKind = "Transport";
const LEGAL_PERSON = 2;
const CLOCK = 480; // minutes from UTC
const QUOTA = 10n ** 15n;
/** No order of a synthetic person ends. */
export const NEVER = new Date("2100-01-01T00:00:00Z");
const NEVER_SECONDS = NEVER.getTime() / 1000;

/** Each seed has a company of its own, so that its quota and numbers are those of one day. */
export async function openMetro(connection: NetworkConnection, seed: string): Promise<Metro> {
  const suite = await deploySuite(connection);
  const { city, others, grant } = await openTown(suite);
  const [registrar, bureau, provider, operator, relayer] = others;
  if (!registrar || !bureau || !provider || !operator || !relayer) {
    throw new Error("the network has too few accounts: eight are needed");
  }
  await grant(city, IDENTITY, registrar);
  await grant(city, TAX, bureau);
  await grant(city, PAYMENT, provider);
  const { chainId } = await connection.ethers.provider.getNetwork();
  const seller = await companyOf(suite, chainId, city, registrar, operator, seed);
  await admit(suite, city, bureau, seller, operator);
  return {
    suite,
    chainId,
    frame: {
      seed,
      chainId: `${chainId}`,
      registry: await suite.invoices.getAddress(),
      payments: await suite.payments.getAddress(),
      provider: provider.address,
      city: Number(city),
      terms: { seller, kind: invoiceKindNumber(KIND), scheme: numberSchemeNumber("Digital"), currency: CNY },
    },
    ledger: await suite.ledger.getAddress(),
    ...{ bureau, provider, operator, relayer },
  };
}

/** The key of a seed's company. */
export function companyKey(seed: string): AccountKey {
  return new AccountKey(secretOf(seed, "key of the company"));
}

/** The company's identity, with an operator. */
async function companyOf(
  suite: DeployedSuite,
  chainId: bigint,
  city: bigint,
  registrar: HardhatEthersSigner,
  operator: HardhatEthersSigner,
  seed: string,
): Promise<string> {
  const { identities } = suite;
  const key = companyKey(seed);
  const domain = await domainOf({ ...suite, chainId }, "identities");
  const company = {
    ...{ kind: LEGAL_PERSON, city, tagVersion: 1, tags: [secretOf(seed, "tag of the company")], code: ZeroHash },
    ...{ signer: key.signer, guardian: ZeroHash, guardianUntil: 0, deadline: NEVER_SECONDS },
  };
  const seller = await identities.idOf(company);
  const { state } = await identities.stateOf(seller);
  if (state.changedIn === 0n) {
    const signature = key.sign(TypedDataEncoder.hash(domain, IDENTITY_TYPES, company));
    await (await identities.connect(registrar).register(company, signature)).wait();
  }
  if (!(await identities.isOperator(seller, operator))) {
    const { changes } = (await identities.stateOf(seller)).state;
    const named = { operator: operator.address, authorized: true, deadline: NEVER_SECONDS };
    const order = { identity: seller, ...named, changes };
    const signature = key.sign(TypedDataEncoder.hash(domain, OPERATOR_TYPES, order));
    const signed = { signer: key.signer, deadline: NEVER_SECONDS, signature };
    await (await identities.setOperator(seller, operator, true, signed)).wait();
  }
  return seller;
}

async function admit(
  { taxpayers }: DeployedSuite,
  city: bigint,
  bureau: HardhatEthersSigner,
  seller: string,
  operator: HardhatEthersSigner,
): Promise<void> {
  const office = taxpayers.connect(bureau);
  if (!(await taxpayers.bureauAt(city)).opened) await (await office.openBureau(city, TAX, CLOCK)).wait();
  if (!(await taxpayers.taxpayerOf(seller, TAX)).admitted) {
    await (await office.admit(seller, TAX, city, kindSet([KIND]))).wait();
  }
  const { limit } = await taxpayers.quotaOf(seller, TAX, CNY, await taxpayers.currentPeriod(city));
  if (limit !== QUOTA) await (await office.setQuota(seller, TAX, CNY, QUOTA, [])).wait();
  if (!(await taxpayers.isOperator(seller, TAX, operator))) {
    await (await office.nameOperator(seller, TAX, operator, [])).wait();
  }
}
