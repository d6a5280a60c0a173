/** Who may act for which city. */
export * from "./access.js";
export * from "./capability.js";
