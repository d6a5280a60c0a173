/** Bank payment messages by ISO 20022: pain.001 in, camt.054 out. Both are read and written. */
export { Iso20022Error, type MessageFault } from "./iso20022-codec.js";
export * from "./iso20022-camt054.js";
export * from "./iso20022-pain001.js";
export type { BankAccount, BankAgent, MessageParty } from "./iso20022-parts.js";
