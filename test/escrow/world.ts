import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { hexlify, randomBytes, type Result, type TypedDataField, ZeroAddress, ZeroHash } from "ethers";

import { BANKING, issueUnder, JUSTICE, LABOUR, roleOf } from "../../src/index.js";
import { AMENDMENT_TYPES, SUBCONTRACT_TYPES, TERMINATION_TYPES, TERMS_TYPES } from "../../src/escrow/typed-data.js";
import type { AccountKey } from "../../src/identity/key.js";
import type {
  AmendmentStruct,
  IProjectRegistry,
  MoneyStruct,
  PartiesStruct,
  PeriodsStruct,
  SubcontractStruct,
  TermsStruct,
} from "../../typechain/escrow/ProjectRegistry.js";
import { Kind, LATER, newKey, register, schemaTerms, word, YEAR } from "../identity/world.js";
import { CNY, invoiceWorld, type InvoiceWorld, nameOperator } from "../invoice/world.js";
import { CHINA, connection, ethers, loadFixture, networkHelpers, SHIJIAZHUANG, time } from "../world.js";

type Signer = HardhatEthersSigner;
type PartySignature = IProjectRegistry.PartySignatureStruct;
export type OfficeSignature = IProjectRegistry.OfficeSignatureStruct;

export const DAY = 86_400;
export const Seat = { Owner: 0, Contractor: 1, Supervisor: 2, Arbiter: 3, Subcontractor: 4 } as const;
export const ProjectStatus = { None: 0n, Open: 1n, Closed: 2n, Terminated: 3n } as const;
/** Schemas of China: who works for whom, and what a milestone is requested with. Those of the identity world are 1 to 4. */
export const EMPLOYMENT = 5n;
export const EVIDENCE = 6n;
/** 1,000,000.00 yuan, a fifth for wages. */
export const BUDGET = 100_000_000n;
export const WAGE_SHARE = 2_000n;
export const WORKS = 80_000_000n;
export const DEPOSIT = 2_000_000n;
/** Of an amendment that lowers no wages. */
export const NO_OFFICE: OfficeSignature = { officer: ZeroAddress, signature: "0x", lineage: [] };

/** A legal person of Shijiazhuang, with an account that acts for it and one where it is paid. */
export interface Company {
  id: string;
  key: AccountKey;
  operator: Signer;
  account: Signer;
}

/** The authorities of Shijiazhuang, the network's token, and four companies. */
export interface EscrowWorld extends InvoiceWorld {
  /** (Shijiazhuang, LABOUR) and (Shijiazhuang, JUSTICE). */
  labour: Signer;
  court: Signer;
  /** (network, BANKING): issues `settlement`, of which one part is a fen. */
  bank: Signer;
  owner: Company;
  contractor: Company;
  supervisor: Company;
  arbiter: Company;
}

export async function escrowWorld(): Promise<EscrowWorld> {
  const world = await loadFixture(invoiceWorld);
  const { manager, claims, administrator, china, shijiazhuang, issuer } = world;
  // Accounts with roles that mean nothing here.
  const { hunanIssuer: labour, hunanRegistrar: court, hunanBureau: bank } = world;
  await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, LABOUR), labour, 0);
  await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, JUSTICE), court, 0);
  await manager.connect(administrator).grantRole(roleOf(0, BANKING), bank, 0);
  const fields = ["project", "milestone"].map((name) => ({ name, valueType: "string" }));
  await claims.connect(china).createSchema(schemaTerms({ city: CHINA, name: "employment", parties: 2 }));
  await claims.connect(china).createSchema(schemaTerms({ city: CHINA, name: "milestone", fields }));
  for (const schema of [EMPLOYMENT, EVIDENCE]) {
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, issueUnder(Number(schema))), issuer, 0);
  }
  const [owner, contractor] = [await newCompany(world), await newCompany(world)];
  const [supervisor, arbiter] = [await newCompany(world), await newCompany(world)];
  return { ...world, labour, court, bank, owner, contractor, supervisor, arbiter };
}

let drawn = 0;

/** An account that nobody has used, and that can send transactions. */
export async function newAccount(): Promise<Signer> {
  if (connection.networkName === "trial") return (await ethers.getSigners()).at(-++drawn)!; // validators let nobody act for others
  const address = hexlify(randomBytes(20));
  await networkHelpers.setBalance(address, 10n ** 20n);
  return ethers.getImpersonatedSigner(address);
}

export async function newCompany(world: InvoiceWorld): Promise<Company> {
  const key = newKey();
  const id = await register(world, key, { kind: Kind.Legal });
  const [operator, account] = [await newAccount(), await newAccount()];
  await nameOperator(world, id, key, operator);
  return { id, key, operator, account };
}

/** The bank puts some of the network's token into an account. */
export async function mint(world: EscrowWorld, to: Signer | string, amount: bigint): Promise<void> {
  await world.settlement.connect(world.bank).mint(to, amount, word());
}

// ------------------------------------------------------------------------------------------------------------------- terms

/** What a test changes of the terms. */
export interface TermsChanges extends Partial<Omit<TermsStruct, "parties" | "money" | "periods">> {
  parties?: Partial<PartiesStruct>;
  money?: Partial<MoneyStruct>;
  periods?: Partial<PeriodsStruct>;
}

/** A budget of 1,000,000.00 yuan, a fifth for wages, three milestones; a year to build, and another until retention is due. */
export async function termsOf(world: EscrowWorld, changes: TermsChanges = {}): Promise<TermsStruct> {
  const now = await time.latest();
  const { owner, contractor, supervisor, arbiter } = world;
  const { parties, money, periods, ...others } = changes;
  return {
    city: SHIJIAZHUANG,
    parties: {
      owner: owner.id,
      contractor: contractor.id,
      supervisor: supervisor.id,
      arbiter: arbiter.id,
      contractorAccount: contractor.account.address,
      ...parties,
    },
    money: {
      token: await world.settlement.getAddress(),
      unit: 1,
      currency: CNY,
      budget: BUDGET,
      wageShare: WAGE_SHARE,
      wageDeposit: DEPOSIT,
      retention: 300,
      defaultSplit: 5_000,
      strayTo: owner.account.address,
      ...money,
    },
    periods: {
      answer: 7 * DAY,
      contest: 5 * DAY,
      ruling: 30 * DAY,
      invoicing: 0,
      retentionUntil: now + 2 * YEAR,
      endsAt: now + YEAR,
      payday: 15,
      silenceApproves: true,
      employment: EMPLOYMENT,
      evidence: EVIDENCE,
      ...periods,
    },
    milestones: [30_000_000n, 30_000_000n, 20_000_000n].map((amount) => ({ amount, content: word() })),
    funders: [],
    content: word(),
    deadline: LATER,
    ...others,
  };
}

type Sides = [Company, Company, Company];
type Signatures = [PartySignature, PartySignature, PartySignature];

/** Owner, contractor and supervisor of the fixture. */
export function sidesOf({ owner, contractor, supervisor }: EscrowWorld): Sides {
  return [owner, contractor, supervisor];
}

/** A party's signature over something for ProjectRegistry. */
export async function signedBy(
  world: EscrowWorld,
  { key }: Pick<Company, "key">,
  types: Record<string, TypedDataField[]>,
  value: object,
): Promise<PartySignature> {
  return {
    signer: key.signer,
    signature: await world.sign(key, "projects", types, value as Record<string, unknown>),
  };
}

async function signedByAll(
  world: EscrowWorld,
  sides: Sides,
  types: Record<string, TypedDataField[]>,
  value: object,
): Promise<Signatures> {
  const [first, second, third] = sides;
  return [
    await signedBy(world, first, types, value),
    await signedBy(world, second, types, value),
    await signedBy(world, third, types, value),
  ];
}

/** Owner, contractor and supervisor sign the terms. */
export async function signTerms(world: EscrowWorld, terms: TermsStruct, sides = sidesOf(world)): Promise<Signatures> {
  return signedByAll(world, sides, TERMS_TYPES, terms);
}

/** Opens a project: its id, and its terms. */
export async function openProject(
  world: EscrowWorld,
  changes: TermsChanges = {},
): Promise<{ project: string; terms: TermsStruct }> {
  const terms = await termsOf(world, changes);
  await world.projects.connect(world.stranger).open(terms, await signTerms(world, terms));
  return { project: await world.projects.idOf(terms), terms };
}

/** A project's record, as names and values. */
export async function recordOf(world: EscrowWorld, project: string): Promise<Record<string, unknown>> {
  const record: unknown = await world.projects.projectOf(project);
  return (record as Result).toObject();
}

// ----------------------------------------------------------------------------------------------------------------- changes

/** An amendment that leaves all as it is, but for these changes. */
export async function amendmentOf(
  world: EscrowWorld,
  project: string,
  changes: Partial<AmendmentStruct> = {},
): Promise<AmendmentStruct> {
  const { changes: count, budget, wageShare, wageDeposit, endsAt } = await world.projects.projectOf(project);
  return {
    project,
    changes: count,
    budget,
    wageShare,
    wageDeposit,
    endsAt,
    arbiter: ZeroHash,
    milestones: [],
    deadline: LATER,
    ...changes,
  };
}

export async function signAmendment(
  world: EscrowWorld,
  amendment: AmendmentStruct,
  sides = sidesOf(world),
): Promise<Signatures> {
  return signedByAll(world, sides, AMENDMENT_TYPES, amendment);
}

/** An officer's signature under an amendment: that of the labour office of Shijiazhuang. */
export async function signOffice(
  world: EscrowWorld,
  amendment: AmendmentStruct,
  officer = world.labour,
  lineage: bigint[] = [],
): Promise<OfficeSignature> {
  const order = { ...amendment };
  return { officer, signature: await world.sign(officer, "projects", AMENDMENT_TYPES, order), lineage };
}

/** Makes an amendment that lowers no wages. */
export async function amend(
  world: EscrowWorld,
  project: string,
  changes: Partial<AmendmentStruct> = {},
): Promise<AmendmentStruct> {
  const amendment = await amendmentOf(world, project, changes);
  await world.projects.connect(world.stranger).amend(amendment, await signAmendment(world, amendment), NO_OFFICE);
  return amendment;
}

/** A subcontract of a tenth of the first milestone. */
export function subcontractOf(
  project: string,
  subcontractor: Company,
  changes: Partial<SubcontractStruct> = {},
): SubcontractStruct {
  return {
    project,
    subcontractor: subcontractor.id,
    account: subcontractor.account.address,
    shares: [{ milestone: 0, share: 1_000 }],
    content: word(),
    deadline: LATER,
    ...changes,
  };
}

/** Contractor and subcontractor sign. */
export async function signSubcontract(
  world: EscrowWorld,
  subcontract: SubcontractStruct,
  subcontractor: Company,
  contractor = world.contractor,
): Promise<[PartySignature, PartySignature]> {
  return [
    await signedBy(world, contractor, SUBCONTRACT_TYPES, subcontract),
    await signedBy(world, subcontractor, SUBCONTRACT_TYPES, subcontract),
  ];
}

/** Registers a subcontract: the new company, and its seat. */
export async function subcontract(
  world: EscrowWorld,
  project: string,
  changes: Partial<SubcontractStruct> = {},
): Promise<{ company: Company; seat: number; order: SubcontractStruct }> {
  const company = await newCompany(world);
  const order = subcontractOf(project, company, changes);
  await world.projects.connect(world.stranger).subcontract(order, await signSubcontract(world, order, company));
  const [, seat] = await world.projects.seatOfParty(project, company.id);
  return { company, seat: Number(seat), order };
}

/** Owner, contractor and supervisor end the project. */
export async function signTermination(
  world: EscrowWorld,
  project: string,
  changes: { changes?: bigint; deadline?: number } = {},
  sides = sidesOf(world),
): Promise<Signatures> {
  const order = { project, changes: (await world.projects.projectOf(project)).changes, deadline: LATER, ...changes };
  return signedByAll(world, sides, TERMINATION_TYPES, order);
}

export async function terminate(world: EscrowWorld, project: string): Promise<void> {
  await world.projects.connect(world.stranger).terminate(project, LATER, await signTermination(world, project));
}
