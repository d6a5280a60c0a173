/** Electronic invoices: the model, its arithmetic and rules, and its forms in XML and JSON. */
export * from "./amount.js";
export * from "./capitals.js";
export * from "./chinese.js";
export * from "./model.js";
export * from "./number.js";
export * from "./rules.js";
export * from "./tax-lines.js";
export * from "./totals.js";
export * from "./ubl.js";
export { XmlError } from "./xml.js";
