/** The sentences of src/error-sentences.ts that are of contracts/escrow: what happened, and what to do. */
import type { Sentences } from "../error-sentences.js";

export const ESCROW_SENTENCES = {
  // --------------------------------------------------------------------------------------------------------- projects
  EscrowAlreadyBound: ({ escrow }) =>
    `the projects are bound to the FundEscrow ${escrow} already, and for ever; use that one, or deploy a new suite`,
  EscrowNotBound: () =>
    "the contracts that keep the money are not bound, or belong to another registry of projects; the network binds them with bindEscrow",
  ProjectUnknown: ({ project }) =>
    `there is no project ${project}; its id is the digest of its terms, so check these, the chain and the registry`,
  ProjectExists: ({ project }) =>
    `the project ${project} is open already; for another one with the same terms, change their content hash`,
  ProjectNotReady: ({ project, status }) =>
    `the project ${project} is ${status}, in which this cannot be done; read its state, and choose what fits`,
  MoneyInvalid: () =>
    "the sums, shares or accounts of the terms are not possible; see Money in Project.sol for what each may be, and never lower the budget below what was put in",
  PeriodsInvalid: () =>
    "a time of the terms is out of bounds; periods are 1 to 180 days, the end within 20 years, retention within 30, the payday a day from 1 to 31",
  MilestonesInvalid: ({ sum, works }) =>
    `the milestones come to ${sum} minor units where the terms leave ${works}; give 1 to 64, none of nothing, with that sum`,
  MilestoneNotPlanned: ({ project, milestone }) =>
    `the milestone ${milestone} of the project ${project} is requested, dropped, none, or out of order; change only planned ones, in ascending order`,
  BelowFloor: ({ wageShare, wageDeposit }) =>
    `the city, or one above it, asks for a wage share of at least ${wageShare} and a deposit of ${wageDeposit} basis points; raise them in the terms`,
  PartySeated: ({ party, seat }) =>
    `${party} sits in the project already, as ${seat}; each party is another legal person, so name one that has no seat`,
  PartyNotSigned: ({ party }) =>
    `the signature of the party ${party} is missing or not by its current key; have it sign the same terms, with the same deadline`,
  ChangesDiffer: ({ changes, known }) =>
    `this was signed for change ${changes} of the terms, but ${known} is the latest; have it signed anew with that count`,
  LabourOfficeNotSigned: ({ city }) =>
    `this lowers what wages are paid from, and the labour office of ${city} has not signed; add its signature, or leave wages as they are`,
  SharesInvalid: ({ project, milestone }) =>
    `the shares of the milestone ${milestone} of the project ${project} do not fit; each is above nothing, ascending, with at most 8 of a milestone, at most the whole of it, and 64 subcontractors`,
  SubcontractExists: ({ project, subcontractor }) =>
    `this subcontract of ${subcontractor} in the project ${project} is registered already; there is nothing to do`,
  SeatInvalid: ({ project, seat }) =>
    `${seat} of the project ${project} is not taken, or not one that may do this or is paid; name another seat`,
  NotParty: ({ project, seat, caller }) =>
    `${caller} does not act for ${seat} of the project ${project}; send it from an operator of that party, while its identity is active`,
  SeatChangeNotDue: ({ project, seat, dueAt }) =>
    `no change of ${seat} of the project ${project} can be completed before ${dueAt}; wait until then, or propose one if none waits`,
  SeatChangeWaits: ({ project, seat }) =>
    `a replacement of ${seat} of the project ${project} waits; the party vetoes it first, or it is completed`,
  PetitionNotReady: ({ project, until }) =>
    `no petition to terminate the project ${project} is good for this (the last one: until ${until}); one can be granted until its end, and another made after it`,
  NotEnded: ({ project, endsAt }) =>
    `the project ${project} has time until ${endsAt}; it can be ended from then on, or at any time by all three signatures`,
  ShareInvalid: ({ share }) => `a share of ${share} is more than the whole; give at most 10000 basis points`,

  // ------------------------------------------------------------------------------------------------------- milestones
  MilestoneInvalid: ({ project, milestone }) =>
    `the project ${project} has no milestone ${milestone}, or it was dropped; name one of those in its terms`,
  MilestoneNotReady: ({ milestone, status }) =>
    `the milestone ${milestone} is ${status}, in which this cannot be done; read its state, and choose what fits`,
  DepositShort: ({ project }) =>
    `the contractor of the project ${project} has neither the deposit nor the guarantee of the terms; deposit, or have a bank attest the guarantee`,
  WagesInArrears: ({ project }) =>
    `wages of the project ${project} are in arrears, so milestones wait; pay what is owed, which ends the arrears`,
  NotInvoiced: ({ until }) =>
    `the contractor's last payment is not invoiced in full; issue the invoice, or wait until ${until}`,
  EvidenceInvalid: ({ claim }) =>
    `the claim ${claim} is not evidence of this milestone; give one of the terms' schema that is about this milestone of this project`,
  DefectNotReady: ({ project, seat, until }) =>
    `a claim of defects on ${seat} of the project ${project} is open or is none (ruled by: ${until}); wait for its ruling, or claim first`,

  // ------------------------------------------------------------------------------------------------------ works money
  NotMilestoneRegistry: ({ caller }) =>
    `${caller} is not the MilestoneRegistry, which alone moves money for milestones; act through it`,
  NotWageAccount: ({ caller }) => `${caller} is not the WageAccount, which alone draws works money; act through it`,
  NotFunder: ({ project, account }) =>
    `${account} does not fund the project ${project}, has all back already, or has nothing that waits; name the account that put money in`,
  AmountInvalid: ({ amount, limit }) =>
    `the amount ${amount} is nothing, or more than ${limit} minor units, which is the most here; give one between`,
  FundsShort: ({ project, needed, available }) =>
    `${needed} minor units are needed and ${available} are available in the project ${project}; its funders put in more first`,
  NotYet: ({ from }) => `this can be done from ${from} on; wait until then`,
  TooLate: ({ until }) => `this could be done until ${until}; its time is over, so see what has followed instead`,
  NothingToPay: ({ project, seat }) =>
    `nothing can be paid to ${seat} of the project ${project} now; it has earned nothing more, or all of it is frozen`,
  FreezeNotReady: ({ project, seat, courtCase }) =>
    `${seat} of the project ${project} is frozen already in the case ${courtCase}, or is not frozen in it; read the freezes first`,
  FreezePeriodInvalid: ({ until }) => `a freeze cannot last until ${until}; give a time to come, within two years`,
  WagesOpen: ({ project }) =>
    `nothing goes back before the project ${project} is over and its wages are closed out and covered, or a year has passed since; finish these first`,
  AccountInvalid: ({ project, account }) =>
    `${account} cannot be paid here in the project ${project}; give one that is the payee's own`,
  TokenUntrue: ({ token, asked, moved }) =>
    `the token ${token} moved ${moved} where ${asked} were asked; it takes a fee or does not tell the truth, so use another token`,
  NothingStray: ({ token }) => `no stray tokens of ${token} are there; all of them belong to projects`,

  // ------------------------------------------------------------------------------------------------------------ wages
  NotEscrow: ({ caller }) => `${caller} is not the FundEscrow, which alone feeds wages; act through it`,
  RegistriesDiffer: () =>
    "the registries of payrolls, workers and projects do not belong together; deploy WageAccount with those of one suite",
  NotPayrollRegistry: ({ caller }) =>
    `${caller} is not the PayrollRegistry, which alone says what is owed; file and approve a payroll there`,
  KeyUnknown: ({ project, key }) =>
    `nothing of the project ${project} is owed under ${key}; give the payroll's id, or the key of a row that was set aside`,
  NotEmployer: ({ project, seat }) =>
    `${seat} of the project ${project} employs nobody; name the contractor or a subcontractor`,
  TagEnrolled: ({ project, tag, worker }) =>
    `the tag ${tag} is none, or the person is enrolled in the project ${project} as worker ${worker}; use that number, or give a tag`,
  EmploymentInvalid: ({ claim }) =>
    `the claim ${claim} does not show this employment; give one of the project's schema between this employer and this key`,
  WorkerInvalid: ({ project, worker }) =>
    `the project ${project} has no worker ${worker}, or it was not employed by this company in that month; enrol the worker, or name the right employer`,
  NotWorkerKey: ({ project, worker }) =>
    `the signer is not worker ${worker} of the project ${project}; the worker signs with the key of the enrolment`,
  PayrollExists: ({ payroll }) =>
    `the payroll ${payroll} was filed already; for another one of the month, take the next serial and name its predecessor`,
  PayrollNotReady: ({ payroll, status }) =>
    `the payroll ${payroll} is ${status}, in which this cannot be done; read its state, and choose what fits`,
  WagePeriodInvalid: ({ period }) =>
    `wages cannot be for ${period} now; give a month as 202506 that has begun, and let it end or its payday pass where that is asked`,
  RowsInvalid: ({ position }) =>
    `the payroll is not in order at row ${position}; give 1 to 500 rows, workers ascending, none of nothing`,
  WorkerPaidTwice: ({ worker, period }) =>
    `worker ${worker} is in a payroll of ${period} already; file the rest as a supplementary payroll of that one`,
  PredecessorInvalid: ({ predecessor }) =>
    `${predecessor} is no payroll of this project and month; name the one that this adds to`,
  NotAuthorized: ({ payroll, caller }) =>
    `${caller} may not do this for the payroll ${payroll}; its employer, the contractor, the labour office or the arbiter may, each in its own part`,
  RowUnknown: ({ payroll, position }) =>
    `row ${position} is not of the payroll ${payroll} as given; take row and proof from the filed payroll`,
  RowNotReady: ({ payroll, position, status }) =>
    `row ${position} of the payroll ${payroll} is ${status}, in which this cannot be done; wait for its decision, or for money`,
  AboveFiled: ({ amount, filed }) => `${amount} is more than the ${filed} minor units filed; rule at most that`,
  PaymentFailed: ({ worker, account }) =>
    `the token refused to pay worker ${worker} at ${account}; nothing is lost, so the worker names another account, and anyone pays again`,
  NotContractor: ({ project, caller }) =>
    `${caller} is neither an operator nor the account of the contractor of the project ${project}; send it from one of them`,
  ArrearsNotReady: ({ project, until }) =>
    `arrears of the project ${project} are open already, or are none, or not paid yet (the last: until ${until}); read them first`,
  QuorumInvalid: ({ signed, needed }) =>
    `${signed} signatures in order count and ${needed} are needed; have workers sign, each once, by ascending number, enrolled for 30 days`,
  CloseOutInvalid: ({ project, closedOut }) =>
    closedOut === "true"
      ? `the wages of the project ${project} are closed out, so this cannot be done any more`
      : `the wages of the project ${project} are not closed out; close them out first, 30 days after its end`,
  StillOpen: ({ project, undecided, owed }) =>
    `${undecided} decisions on wages of the project ${project} are open and ${owed} minor units are owed; decide them, and pay what money is there for`,

  // --------------------------------------------------------------------------------------------- the settlement token
  MintInvalid: ({ to }) => `the mint to ${to} has no amount or no end-to-end identification; give both`,
  EndToEndIdUsed: ({ bank, endToEndId }) =>
    `${bank} has used the end-to-end identification ${endToEndId} for another payment; give each payment its own`,
  RedemptionInvalid: () => "a redemption has an amount and an account; give both",
  EndToEndIdMissing: ({ redemption }) =>
    `the payment of the redemption ${redemption} has no end-to-end identification; give that of the bank's payment`,
  RedemptionNotOpen: ({ redemption, status }) =>
    `the redemption ${redemption} is ${status}; only a requested one can be paid, returned or withdrawn`,
  NotRedeemer: ({ redemption, caller }) =>
    `${caller} did not request the redemption ${redemption}; its holder withdraws it`,
  RedemptionNotDue: ({ redemption, dueAt }) =>
    `the banks have time for the redemption ${redemption} until ${dueAt}; withdraw it from then on`,
  OrderPaymentInvalid: ({ payee }) => `a payment to ${payee} has an order and an amount; give both`,
  OrderCounted: ({ payee, order }) =>
    `the order ${order} of ${payee} was paid before; check that payment, or ask the payee for another order`,
  NotPayeeAccount: ({ payee, account }) =>
    `${account} is neither the key nor an operator of ${payee}; use an account of the payee's own`,
  TransactionUnknown: ({ transactionId }) =>
    `there is no payment ${transactionId} in this token; check the chain, the token and the id`,
  RefundAmountInvalid: ({ transactionId, left, amount }) =>
    `${amount} is nothing, or more than the ${left} minor units left of the payment ${transactionId}; refund at most that`,

  // ------------------------------------------------------------------------------------------------------ OpenZeppelin
  ERC20InsufficientAllowance: ({ spender, allowance, needed }) =>
    `${spender} may take ${allowance} of the token and needs ${needed}; approve that much, or sign a permit`,
  ERC20InsufficientBalance: ({ sender, balance, needed }) =>
    `${sender} has ${balance} of the token and needs ${needed}; have more paid in first`,
  ERC20InvalidApprover: ({ approver }) => `${approver} cannot approve anything; name an account`,
  ERC20InvalidReceiver: ({ receiver }) =>
    `the token cannot be sent to ${receiver}; name an account that is neither the zero address nor the token itself`,
  ERC20InvalidSender: ({ sender }) => `the token cannot be sent from ${sender}; name an account`,
  ERC20InvalidSpender: ({ spender }) => `${spender} cannot be approved; name an account`,
  ERC2612ExpiredSignature: ({ deadline }) =>
    `the permit was good until ${deadline} (UTC seconds); have a new one signed`,
  ERC2612InvalidSigner: ({ signer, owner }) =>
    `the permit was signed by ${signer}, not by ${owner}; have the owner sign it, for this token, chain and nonce`,
  InvalidAccountNonce: ({ account, currentNonce }) =>
    `the next nonce of ${account} is ${currentNonce}; have it signed with that one`,
  ECDSAInvalidSignature: () => "the signature is none of any account; have it signed anew",
  ECDSAInvalidSignatureLength: ({ length }) => `a signature has 65 bytes and this has ${length}; have it signed anew`,
  ECDSAInvalidSignatureS: () => "the signature is the other form of a valid one; give it with the lower s",
  ReentrancyGuardReentrantCall: () =>
    "a token or an account called back in the middle of this act; wait until the act is over, and use a token that does not",
  SafeERC20FailedOperation: ({ token }) =>
    `the token ${token} refused the transfer; check balance, allowance, and whether it blocks an account`,
  StringsInsufficientHexLength: ({ value, length }) =>
    `the number ${value} does not fit into ${length} bytes of text; use a smaller one`,
} satisfies Partial<Sentences>;
