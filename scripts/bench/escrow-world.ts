import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type ContractTransactionResponse, ZeroHash } from "ethers";

import { wageNetwork } from "../../src/escrow/payroll.js";
import { type PayrollHeader, payrollId, type PayrollRow, PayrollTree, type ProvenRow } from "../../src/escrow/rows.js";
import { ENROLMENT_TYPES, TERMS_TYPES } from "../../src/escrow/typed-data.js";
import { holderCommitment, pairCommitment, subjectCommitment } from "../../src/identity/commitment.js";
import { IDENTITY_TYPES, OPERATOR_TYPES } from "../../src/identity/typed-data.js";
import { BANKING, IDENTITY, issueUnder, LABOUR, roleOf } from "../../src/index.js";
import type { TermsStruct } from "../../typechain/escrow/ProjectRegistry.js";
import type { IWorkerRegistry } from "../../typechain/escrow/WorkerRegistry.js";
import type { IClaimRegistry } from "../../typechain/identity/ClaimRegistry.js";
import { FROM, identityOf, identityWorld, type IdentityWorld, schemaOf, UNTIL, word } from "./identity-world.js";
import { connection, LATER, loadFixture, SHIJIAZHUANG } from "./world.js";

type Account = HardhatEthersSigner;
type Sent = Promise<ContractTransactionResponse>;
type Enrolment = [IWorkerRegistry.EnrolmentStruct, IWorkerRegistry.EmploymentStruct, bigint[]];

/** A payroll with its tree. */
interface Prepared {
  header: PayrollHeader;
  id: string;
  rows: PayrollRow[];
  proven: ProvenRow[];
}

/** A project of Shijiazhuang, a city under two ancestors, in the network's settlement token. */
export interface EscrowWorld extends IdentityWorld {
  labour: Account;
  bank: Account;
  owner: Account;
  contractor: Account;
  terms: TermsStruct;
  project: string;
}

/** The schema of employment; that of the identity world is 1. */
const EMPLOYMENT = 2;
const CONTRACTOR = 1;
const DAY = 86_400;
const BUDGET = 100_000_000_00n;
/** A month's wages, in fen. */
const WAGE = 650_000n;
/** As many as a subcontractor may have on a site. */
export const WORKERS = 100;

const employmentTerms: IClaimRegistry.TermsStruct = {
  city: SHIJIAZHUANG,
  schema: EMPLOYMENT,
  validFrom: FROM,
  validUntil: UNTIL,
};

/** The city's offices, and three companies that act; the arbiter has nothing to do. */
export async function builders(): Promise<EscrowWorld> {
  const world = await loadFixture(identityWorld);
  const { manager, claims, china, shijiazhuang, administrator, registrar, issuer } = world;
  const [labour, bank, owner, contractor] = world.others.slice(10);
  if (labour === undefined || bank === undefined || owner === undefined || contractor === undefined) {
    throw new Error("too few accounts");
  }
  await claims.connect(china).createSchema({ ...schemaOf("employment"), parties: 2 });
  for (const [capability, account] of [
    [IDENTITY, registrar],
    [issueUnder(EMPLOYMENT), issuer],
    [LABOUR, labour],
  ] as const) {
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, capability), account, 0);
  }
  await manager.connect(administrator).grantRole(roleOf(0, BANKING), bank, 0);
  const parties = {
    owner: await company(world, "owner", owner),
    contractor: await company(world, "contractor", contractor),
    supervisor: await company(world, "supervisor"),
    arbiter: await company(world, "arbiter"),
    contractorAccount: contractor.address,
  };
  const terms = termsOf(await world.settlement.getAddress(), parties, owner.address);
  return { ...world, labour, bank, owner, contractor, terms, project: await world.projects.idOf(terms) };
}

async function company(world: IdentityWorld, name: string, operator?: Account): Promise<string> {
  const key = world.person(name);
  const identity = { ...identityOf(name, key), kind: 2, city: SHIJIAZHUANG };
  const { identities, registrar } = world;
  await identities.connect(registrar).register(identity, await world.sign(key, "identities", IDENTITY_TYPES, identity));
  const id = await identities.idOf(identity);
  if (operator === undefined) return id;
  const order = { identity: id, operator: operator.address, authorized: true, changes: 0, deadline: LATER };
  const signature = await world.sign(key, "identities", OPERATOR_TYPES, order);
  await identities.setOperator(id, operator, true, { signer: key.signer, deadline: LATER, signature });
  return id;
}

function termsOf(token: string, parties: TermsStruct["parties"], strayTo: string): TermsStruct {
  const money = { token, unit: 1, currency: 156, budget: BUDGET, wageShare: 2_000, wageDeposit: 0 };
  const periods = { answer: 7 * DAY, contest: 5 * DAY, ruling: 30 * DAY, invoicing: 0, payday: 15 };
  return {
    city: SHIJIAZHUANG,
    parties,
    money: { ...money, retention: 300, defaultSplit: 5_000, strayTo },
    periods: {
      ...periods,
      retentionUntil: FROM + 1_000 * DAY,
      endsAt: FROM + 500 * DAY,
      silenceApproves: true,
      employment: EMPLOYMENT,
      evidence: 1,
    },
    milestones: Array.from({ length: 10 }, (_, i) => ({
      amount: (BUDGET * 8n) / 100n,
      content: word(`milestone ${i}`),
    })),
    funders: [],
    content: word("contract"),
    deadline: LATER,
  };
}

/** Owner, contractor and supervisor sign the terms. */
export async function open({ projects, relayer, terms, person, sign }: EscrowWorld): Sent {
  const signed = async (name: string) => ({
    signer: person(name).signer,
    signature: await sign(person(name), "projects", TERMS_TYPES, terms),
  });
  const [owner, contractor, supervisor] = [
    await signed("owner"),
    await signed("contractor"),
    await signed("supervisor"),
  ];
  return projects.connect(relayer).open(terms, [owner, contractor, supervisor]);
}

/** The project is open, and the owner has its money. */
export async function opened(): Promise<EscrowWorld> {
  const world = await loadFixture(builders);
  await open(world);
  await world.settlement.connect(world.bank).mint(world.owner, BUDGET, word("mint"));
  await world.settlement.connect(world.owner).approve(world.escrow, BUDGET);
  return world;
}

/** Half of it is in the project, and the claims of its workers are issued. */
export async function employed(): Promise<EscrowWorld> {
  const world = await loadFixture(opened);
  await world.escrow.connect(world.owner).fund(world.project, BUDGET / 2n);
  const numbers = Array.from({ length: WORKERS }, (_, i) => i);
  await world.claims.connect(world.issuer).issueMany(
    employmentTerms,
    numbers.map((i) => contentOf(world, i)),
  );
  return world;
}

/** The worker's keys and salts follow from the number. */
const nameOf = (i: number) => `worker ${i}`;
const employerHolder = (i: number) => word(`employer's holder of ${nameOf(i)}`);
const subjectOf = (i: number) => word(`subject of ${nameOf(i)}`);

function contentOf({ person, terms }: EscrowWorld, i: number): IClaimRegistry.ContentStruct {
  const { signer } = person(`holder of ${nameOf(i)}`);
  const employer = subjectCommitment(1, word(`employer salt ${i}`), terms.parties.contractor as string);
  return {
    root: word(`${nameOf(i)} root`),
    subject: pairCommitment(subjectOf(i), employer),
    holder: pairCommitment(holderCommitment(0, word(`holder salt ${i}`), signer), employerHolder(i)),
  };
}

/** A worker's order to be enrolled. */
export async function enrolmentOf(world: EscrowWorld, i: number): Promise<Enrolment> {
  const { person, sign, issuer, project } = world;
  const [own, holder] = [person(nameOf(i)), person(`holder of ${nameOf(i)}`)];
  const enrolment = {
    project,
    employer: CONTRACTOR,
    signer: own.signer,
    account: person(`account of ${nameOf(i)}`).signer,
    tag: word(`tag of ${nameOf(i)}`),
    deadline: LATER,
  };
  const claim = { issuer: issuer.address, ...employmentTerms, serial: 0, position: 0, ...contentOf(world, i) };
  const employment = {
    claim,
    path: [],
    party: 0,
    subject: subjectOf(i),
    employerSalt: word(`employer salt ${i}`),
    holder: holder.signer,
    holderSalt: word(`holder salt ${i}`),
    employerHolder: employerHolder(i),
    signature: await sign(holder, "workers", ENROLMENT_TYPES, enrolment),
    ownSignature: await sign(own, "workers", ENROLMENT_TYPES, enrolment),
  };
  return [enrolment, employment, []];
}

/** All workers are enrolled, and a month has passed. */
export async function enrolled(): Promise<EscrowWorld> {
  const world = await loadFixture(employed);
  for (let i = 0; i < WORKERS; i++) {
    await world.workers.connect(world.labour).enrol(...(await enrolmentOf(world, i)));
  }
  await connection.networkHelpers.time.increase(35 * DAY);
  return world;
}

/** The contractor's payroll of a month. */
export async function payrollOf({ workers, payrolls, project }: EscrowWorld, period: number): Promise<Prepared> {
  const header: PayrollHeader = { project, employer: CONTRACTOR, period, serial: 1, predecessor: ZeroHash };
  const { chainId } = await connection.ethers.provider.getNetwork();
  const id = payrollId(await wageNetwork({ chainId, workers, payrolls }), header);
  const rows = Array.from({ length: WORKERS }, (_, i) => ({ worker: i + 1, amount: WAGE + BigInt(i) }));
  const tree = new PayrollTree(id, rows);
  return { header, id, rows, proven: rows.map((_, i) => tree.proven(i)) };
}

export async function file(world: EscrowWorld, period: number): Sent {
  const { header, rows } = await payrollOf(world, period);
  return world.payrolls.connect(world.contractor).file(header, rows, []);
}

export async function approve(world: EscrowWorld, period: number): Sent {
  const { id } = await payrollOf(world, period);
  await connection.networkHelpers.time.increase(3 * DAY);
  return world.payrolls.connect(world.contractor).approve(id, []);
}

export async function pay(world: EscrowWorld, period: number, count = WORKERS): Sent {
  const { id, proven } = await payrollOf(world, period);
  return world.wages.connect(world.relayer).pay(id, proven.slice(0, count));
}
