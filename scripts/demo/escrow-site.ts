/** What the chapters about the school share: who builds it, who watches, when things happen, and what is kept off the chain. */
import { hexlify, randomBytes, type Signer } from "ethers";

import { actIn, type ProjectActs, SEATS, type TermsDocument } from "../../src/escrow/index.js";
import { prepareRegistration, registerIdentity, signRegistration } from "../../src/identity/identity.js";
import { AccountKey } from "../../src/identity/key.js";
import { setOperator, signOperator } from "../../src/identity/order.js";
import { chainTime } from "../../src/identity/presence.js";
import { newAccount, type Stage } from "./stage.js";
import { yuan } from "./trade.js";

export const DAY = 86_400;
export const SHIJIAZHUANG = "MA.156.1301";

/** Invented companies, papers and numbers: what must never be found on the chain. */
export const PAPERS = {
  educationOffice: "石家庄市示范教育局",
  contractor: "河北示范建工集团有限公司",
  steelCompany: "石家庄示范钢筋劳务有限公司",
  interiorCompany: "石家庄示范装饰工程有限公司",
  supervisor: "河北示范工程监理有限公司",
  arbiter: "石家庄示范仲裁委员会",
  school: "石家庄市示范路第三小学新建工程",
  contract: "施工合同 石教建 2026-0317，第 1 至 214 页",
  foundation: "地基与基础",
  structure: "主体结构",
  interior: "装饰装修与安装",
  steelContract: "钢筋与混凝土劳务分包合同 2026-04",
  interiorContract: "装饰装修分包合同 2026-09",
  findings: "承台混凝土强度合格，回弹值 38.6",
  grounds: "三层东侧十二根柱保护层厚度不足",
  bankAccount: "6217 0001 3009 8841 726",
  courtCase: "（2026）冀0102执4417号",
} as const;

const SURNAMES = Array.from("赵钱孙周吴郑冯陈褚卫");
const GIVEN = ["建国", "志强", "海峰", "永福", "文斌", "德胜", "秀英", "玉兰", "春梅", "桂芳"];

/** The hundred workers as the labour office knows them: name, resident number, number of the contract. */
export const WORKERS = Array.from({ length: 100 }, (_, i) => ({
  name: `${SURNAMES[Math.floor(i / 10)] ?? ""}${GIVEN[i % 10] ?? ""}`,
  number: residentNumber(i),
  contract: `劳 2026-03-${String(i + 1).padStart(3, "0")}`,
}));

/** A company or office with a seat in the project. */
export interface Company {
  id: string;
  name: string;
  key: AccountKey;
  operator: Signer;
  /** Where it is paid. */
  account: string;
}

/** Who has a part in the story, and acts by an account of its own. */
export interface Offices {
  registrar: Signer;
  labour: Signer;
  court: Signer;
  bank: Signer;
  inspector: Signer;
  passerBy: Signer;
}

export type Role = "owner" | "contractor" | "supervisor" | "arbiter" | "steel" | "interior";

export interface Site {
  stage: Stage;
  /** Number of Shijiazhuang. */
  city: bigint;
  offices: Offices;
  companies: Record<Role, Company>;
  /** Numbers of the schemas. */
  employment: number;
  inspection: number;
  document: TermsDocument;
  project: string;
  /** Seats of companies, which employ. */
  seats: { contractor: number; steel: number; interior: number };
  /** The first day of the first month. */
  begin: Date;
  /** What each of the hundred does in the project, once they are enrolled. */
  workers: SiteWorker[];
}

/** A worker's place in the project. */
export interface SiteWorker {
  worker: number;
  seat: number;
  account: string;
  /** Of the account. */
  signer: Signer;
  /** Fen a month. */
  wage: bigint;
}

/** Registers a legal person of Shijiazhuang, which names an operator. */
export async function registerCompany(
  { stage, city, offices }: Pick<Site, "stage" | "city" | "offices">,
  name: string,
  code: string,
): Promise<Company> {
  const { civitas, tagService } = stage;
  const [key, operator] = [new AccountKey(randomBytes(32)), newAccount(stage)];
  const deadline = new Date(((await chainTime(civitas)) + DAY) * 1000);
  const { registration } = await prepareRegistration(civitas, tagService, {
    ...{ kind: "Legal", city, number: code, publicCode: true, signer: key.signer, deadline },
  });
  const signature = await signRegistration(civitas, registration, key);
  const id = await registerIdentity(civitas, offices.registrar, registration, signature);
  const order = await signOperator(civitas, id, key, await operator.getAddress(), true, deadline);
  await setOperator(civitas, offices.passerBy, order);
  return { id, name, key, operator, account: new AccountKey(randomBytes(32)).signer };
}

/** What somebody does in the project. */
export function as({ stage, project }: Site, who: Signer): ProjectActs {
  return actIn(stage.civitas, who, project);
}

/** A day of the story: months from 0, days from 1, at nine in the morning in China. */
export function dayOf({ begin }: Pick<Site, "begin">, month: number, day: number): Date {
  return new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + month, day, 1));
}

/** A month of the story as payrolls have it: 202611. */
export function monthOf(site: Pick<Site, "begin">, month: number): number {
  const date = dayOf(site, month, 1);
  return 100 * date.getUTCFullYear() + date.getUTCMonth() + 1;
}

/** Moves the chain's clock on to a day. */
export async function passTo({ stage: { connection, civitas } }: Pick<Site, "stage">, date: Date): Promise<void> {
  const seconds = date.getTime() / 1000 - (await chainTime(civitas));
  if (seconds <= 0) throw new Error(`${date.toISOString()} is over`);
  await connection.ethers.provider.send("evm_increaseTime", [seconds]);
  await connection.ethers.provider.send("evm_mine", []);
}

/** The number of a seat in words of the story. */
export function employerName({ companies, seats }: Pick<Site, "companies" | "seats">, seat: number): string {
  if (seat === SEATS.contractor) return companies.contractor.name;
  return seat === seats.steel ? companies.steel.name : companies.interior.name;
}

/** An amount as people read it: 1,746,000.00 yuan. */
export function money(amount: bigint): string {
  return `${yuan(amount).replace(/\B(?=(\d{3})+\.)/g, ",")} yuan`;
}

/** The account that acts for a city. */
export function officeOf(stage: Stage, code: string): Signer {
  const office = stage.offices.get(code);
  if (office === undefined) throw new Error(`${code} has no office yet`);
  return office;
}

/** 32 random bytes. */
export function word(): string {
  return hexlify(randomBytes(32));
}

/** An invented resident number whose check character is right. */
function residentNumber(n: number): string {
  const body = `130102${1970 + (n % 30)}0${1 + (n % 9)}${10 + (n % 18)}${String(n + 100)}`;
  const sum = Array.from(body).reduce((all, digit, i) => all + Number(digit) * 2 ** (17 - i), 0);
  return `${body}${"10X98765432"[sum % 11] ?? ""}`;
}
