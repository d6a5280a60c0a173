/** The EIP-712 types that contracts/invoice hashes and verifies (tested equal). */
import { members, type Types } from "../common/typed-data.js";

export { digestIn, domainAt, domainOf, type SigningContract } from "../common/typed-data.js";

/** A payment; its digest is its id. */
export const PAYMENT_TYPES: Types = {
  Payment: members(
    "address provider,uint32 city,bytes32 transactionId,bytes32 order,bytes32 payee,bytes32 payer,uint16 currency,uint128 amount,uint40 paidAt,uint64 serial,uint32 position",
  ),
};
/** A batch of payments; its digest is the batch's id. */
export const PAYMENT_BATCH_KEY_TYPES: Types = { BatchKey: members("address provider,uint64 serial") };
/** A refund inside of an anchored batch of refunds; its digest is the leaf. */
export const REFUND_TYPES: Types = {
  Refund: members("address provider,uint64 serial,uint32 position,bytes32 payment,uint128 refunded"),
};

/** A document; its digest is its id. */
export const INVOICE_TYPES: Types = {
  Invoice: members("Terms terms,uint64 serial,uint32 position,bytes32 reverses,Content content"),
  Terms: members("bytes32 seller,uint8 kind,uint8 scheme,uint16 currency"),
  Content: members(
    "uint256 number,uint40 time,bytes32 buyer,bytes32 invoicedObject,bytes32 root,uint128 net,uint128 tax,uint128 gross,TaxLine[] lines,Draw[] draws",
  ),
  TaxLine: members("bytes2 category,uint16 rate,uint16 items,uint128 net,uint128 tax"),
  Draw: members("bytes32 payment,uint128 amount"),
};
/** A batch of documents; its digest is the batch's id. */
export const INVOICE_BATCH_KEY_TYPES: Types = { BatchKey: members("bytes32 seller,uint64 serial") };
/** A seller's operator signs it off line, for someone to relay. */
export const INVOICE_ISSUE_ORDER_TYPES: Types = { IssueOrder: members("bytes32[] invoices,uint40 deadline") };
/** A seller's operator signs it into the code that is printed on a document. */
export const INVOICE_CODE_TYPES: Types = { InvoiceCode: members("bytes32 invoice") };
/** The payer's one-time key signs it to name the buyer. */
export const INVOICE_REQUEST_TYPES: Types = {
  InvoiceRequest: members("bytes32 payment,bytes32 buyer,uint32 changes,uint40 deadline"),
};

/** The holder confirms a document. */
export const CONFIRM_ORDER_TYPES: Types = { ConfirmOrder: members("bytes32 invoice,uint32 changes,uint40 deadline") };
/** The holder hands a document on. */
export const HAND_ON_ORDER_TYPES: Types = {
  HandOnOrder: members("bytes32 invoice,bytes32 holder,uint32 changes,uint40 deadline"),
};
/** The holder books a document. */
export const BOOK_ORDER_TYPES: Types = {
  BookOrder: members("bytes32 invoice,uint32 city,uint24 period,bool deductible,uint32 changes,uint40 deadline"),
};
/** The holder undoes a booking. */
export const UNBOOK_ORDER_TYPES: Types = {
  UnbookOrder: members("bytes32 invoice,uint16 reason,uint32 changes,uint40 deadline"),
};
/** The holder proposes a reversal. */
export const REVERSAL_PROPOSAL_TYPES: Types = {
  ReversalProposal: members("bytes32 invoice,bytes32 reversing,uint32 changes,uint40 deadline"),
};
/** The holder confirms a reversal, or rejects it. */
export const REVERSAL_ANSWER_TYPES: Types = {
  ReversalAnswer: members("bytes32 invoice,bytes32 reversing,bool confirmed,uint32 changes,uint40 deadline"),
};
