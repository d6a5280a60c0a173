/** Schemas ready to use. A department makes one with `createSchema`, or its own after their model. */
import { parseSchema, type SchemaDefinition } from "../schema.js";
import birth from "./birth.json" with { type: "json" };
import businessLicence from "./business-licence.json" with { type: "json" };
import drivingLicence from "./driving-licence.json" with { type: "json" };
import employment from "./employment.json" with { type: "json" };
import marriage from "./marriage.json" with { type: "json" };
import resident from "./resident.json" with { type: "json" };
import taxClearance from "./tax-clearance.json" with { type: "json" };
import tenancy from "./tenancy.json" with { type: "json" };

/** By name. */
export const READY_SCHEMAS = {
  resident: parseSchema(resident),
  birth: parseSchema(birth),
  marriage: parseSchema(marriage),
  "driving-licence": parseSchema(drivingLicence),
  "business-licence": parseSchema(businessLicence),
  "tax-clearance": parseSchema(taxClearance),
  employment: parseSchema(employment),
  tenancy: parseSchema(tenancy),
} as const satisfies Record<string, SchemaDefinition>;

export type ReadySchemaName = keyof typeof READY_SCHEMAS;
