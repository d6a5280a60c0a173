import { hexlify, randomBytes, Wallet } from "ethers";

import type { Budget } from "../../../src/escrow/budget.js";
import type { ProjectNetwork } from "../../../src/escrow/terms.js";

/** A registry somewhere. */
export const NETWORK: ProjectNetwork = { chainId: "31337", registry: "0x00000000000000000000000000000000000000F1" };

/** The day on which the budget is drafted. */
export const TODAY = new Date("2026-03-01T00:00:00Z");

export const word = (): string => hexlify(randomBytes(32));
export const account = (): string => Wallet.createRandom().address;

/** A school for 1,000,000.00 yuan: 20 % wages, two milestones. */
export function budgetOf(changes: Partial<Budget> = {}): Budget {
  return {
    title: "河北省石家庄市某某小学",
    text: "施工合同 2026-17",
    city: 3,
    ...{ owner: word(), contractor: word(), supervisor: word(), arbiter: word() },
    contractorAccount: account(),
    token: account(),
    budget: "1000000.00",
    wageShare: "20",
    wageDeposit: "30000.00",
    retention: "3",
    defaultSplit: "50",
    strayTo: account(),
    ...{ answerDays: 7, contestDays: 5, rulingDays: 30, silence: "returns" },
    retentionUntil: "2028-06-30",
    endsAt: "2027-06-30T00:00:00+08:00",
    payday: 15,
    ...{ employment: 7, evidence: 9 },
    openBy: "2026-04-01",
    milestones: [
      { title: "地基与基础", amount: "300000.00" },
      { title: "主体结构", text: "三层框架", amount: "500000.00" },
    ],
    ...changes,
  };
}

/** The rest of a budget, for milestones in CSV. */
export function headerOf(changes: Partial<Budget> = {}): Omit<Budget, "milestones"> {
  const { milestones, ...header } = budgetOf(changes);
  return milestones.length === 0 ? budgetOf(changes) : header;
}
