/** Electronic invoices: the model, its arithmetic and rules, and its forms in XML and JSON. */
export * from "./model.js";
