/** Projects under supervision: terms, works money, wages, the settlement token and a bank's messages. */
export * from "./act.js";
export * from "./agreement.js";
export {
  AGREEMENT_SCHEMAS,
  type AgreementDocument,
  agreementId,
  type AmendmentDocument,
  type AmendmentRecord,
  parseAgreement,
  projectOfAgreement,
  type SubcontractDocument,
  type SubcontractRecord,
  type TerminationDocument,
  type TerminationRecord,
} from "./agreement-document.js";
export * from "./arrears.js";
export {
  type Budget,
  BUDGET_SCHEMA,
  type BudgetHeader,
  type BudgetMilestone,
  draftTerms,
  draftTermsFromCsv,
} from "./budget.js";
export * from "./change.js";
export * from "./enrolment.js";
export * from "./evidence.js";
export { type ProjectEvent, type ProjectEventName, projectHistory } from "./history.js";
export * from "./iso20022.js";
export * from "./payroll.js";
export * from "./payroll-acts.js";
export * from "./payroll-csv.js";
export * from "./payroll-view.js";
export * from "./project.js";
export * from "./push.js";
export { reserveWages } from "./reserve.js";
export * from "./return-reason.js";
export * from "./rows.js";
export * from "./seat.js";
export * from "./settlement-bank.js";
export * from "./settlement-token.js";
export * from "./statement.js";
export * from "./statement-text.js";
export * from "./status.js";
export * from "./terms.js";
export * from "./typed-data.js";
export * from "./worker.js";
