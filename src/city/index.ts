/** Cities: codes without a chain, cities and their history on it, signed codes. */
export * from "./application.js";
export * from "./city.js";
export * from "./code.js";
export * from "./history.js";
export * from "./qr.js";
export * from "./reason.js";
export * from "./record.js";
export * from "./signed-code.js";
export * from "./status.js";
