/** Where the suite's contracts are. */
export * from "./deployment.js";
export * from "./directory.js";
export * from "./name.js";
export * from "./status.js";
