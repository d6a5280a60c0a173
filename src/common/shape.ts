/** JSON that came from outside, checked against a JSON Schema (2020-12), with faults in plain words. */
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });

/** All faults of a value, each in a sentence; none if it has the shape. */
export type ShapeCheck = (value: unknown) => string[];

/** @param what How the faults call it: "the document". */
export function shapeCheck(schema: object, what: string): ShapeCheck {
  const validate = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return [];
    const faults = (validate.errors ?? []).filter(({ keyword }) => keyword !== "if").map((error) => fault(error, what));
    return [...new Set(faults)];
  };
}

/** Where in a value something is, for people: `claim.root`, `fields[2].salt`. */
function place(pointer: string, what: string): string {
  const steps = pointer.split("/").slice(1);
  const named = steps.map((step) =>
    /^[0-9]+$/.test(step) ? `[${step}]` : `.${step.replace(/~1/g, "/").replace(/~0/g, "~")}`,
  );
  return named.length === 0 ? what : named.join("").replace(/^\./, "");
}

function fault({ keyword, instancePath, params, message }: ErrorObject, what: string): string {
  const at = place(instancePath, what);
  const given = params as Record<string, unknown>;
  switch (keyword) {
    case "required":
    case "dependentRequired":
      return `${at} lacks "${String(given["missingProperty"])}"`;
    case "additionalProperties":
      return `${at} has "${String(given["additionalProperty"])}", which does not belong there`;
    case "type":
      return `${at} is not of type ${String(given["type"])}`;
    case "const":
      return `${at} is not ${JSON.stringify(given["allowedValue"])}`;
    case "enum":
      return `${at} is none of ${JSON.stringify(given["allowedValues"])}`;
    case "pattern":
      return `${at} is not written as it must be (${String(given["pattern"])})`;
    default:
      return `${at} ${message ?? "is not as it must be"}`;
  }
}
