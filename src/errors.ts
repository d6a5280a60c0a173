import { dataLength, type ErrorDescription, getAddress, Interface, isHexString, toUtf8String } from "ethers";

import { errorsAbi } from "./abi.js";
import { capabilityName, NETWORK, partsOfRole } from "./access/capability.js";
import { CITY_CODE_FAULTS, faultSentence } from "./city/code-fault.js";
import { decodeCityCode } from "./city/code.js";
import { lengthsOf } from "./city/scheme.js";
import { APPLICATION_STATUSES, CITY_STATUSES } from "./city/status.js";
import { showDuration, showTime } from "./common/time.js";
import { decodeName } from "./directory/name.js";
import { VERSION_STATUSES } from "./directory/status.js";
import { type ContractErrorName, SENTENCES } from "./error-sentences.js";
import { seatInWords } from "./escrow/seat.js";
import {
  MILESTONE_STATUSES,
  PAYROLL_STATUSES,
  PROJECT_STATUSES,
  REDEMPTION_STATUSES,
  ROW_STATUSES,
} from "./escrow/status.js";
import { NUMBER_SCHEMES } from "./invoice/model.js";
import { INVOICE_STATUSES } from "./invoice/status.js";
import { ACCEPTANCES, CLAIM_STATUSES, CONSENT_STATUSES, IDENTITY_STATUSES, STANDINGS } from "./identity/status.js";

export type { ContractErrorName } from "./error-sentences.js";

/**
 * Which error it is: a custom error of the suite's contracts (OpenZeppelin's among them), Solidity's own `Error` (with a text) and
 * `Panic` (with a code), `UnknownError` for revert data of another contract, `Unexplained` for all that no contract explained.
 */
export type CivitasErrorName = ContractErrorName | "Error" | "Panic" | "UnknownError" | "Unexplained";

/** What a contract of the suite refused, or why it could not be asked, with a message that says what to do. */
export class CivitasError extends Error {
  override readonly name: CivitasErrorName;
  /** The error's arguments by name, as ethers decodes them: numbers are bigint, codes 32 bytes in hexadecimal. */
  readonly args: Readonly<Record<string, unknown>>;

  constructor(name: CivitasErrorName, args: Record<string, unknown>, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = name;
    this.args = args;
  }
}

export interface AbiInput {
  readonly name: string;
  readonly type: string;
  readonly internalType: string;
}

const INTERFACE = new Interface(errorsAbi);

/** Solidity's own types of an error's arguments by its selector; ethers does not keep them. */
const INPUTS = new Map<string, readonly AbiInput[]>(
  errorsAbi.map((entry) => [new Interface([entry]).getError(entry.name)?.selector ?? "", entry.inputs]),
);

/**
 * Says what went wrong, whatever ethers threw.
 * @param error What a call or a transaction was rejected with, or the revert data itself in hexadecimal.
 * @returns never throws; what is no revert of a contract comes back as `Unexplained` with the original message.
 */
export function decodeError(error: unknown): CivitasError {
  if (error instanceof CivitasError) return error;
  const data = revertDataOf(error);
  if (data === undefined || data === "0x") return unexplained(error, data);
  let known: ErrorDescription | null = null;
  try {
    known = INTERFACE.parseError(data);
  } catch {
    // The selector is known, but the arguments do not follow: some other contract's.
  }
  if (known === null) {
    return new CivitasError(
      "UnknownError",
      { data },
      `a contract outside the suite refused this, with the data ${data}; look for its selector ${data.slice(0, 10)}`,
      error,
    );
  }
  // Solidity's own Error(string) and Panic(uint256) have one argument without a name.
  const args = known.fragment.inputs.map(({ name }, i) => [name || "reason", known.args[i]] as [string, unknown]);
  return new CivitasError(known.name as CivitasErrorName, Object.fromEntries(args), sentenceOf(known), error);
}

/** The revert data inside whatever a provider, ethers or Hardhat threw; undefined if there is none. */
export function revertDataOf(error: unknown): string | undefined {
  const seen = new Set<unknown>();
  const search = (at: unknown): string | undefined => {
    if (typeof at === "string") return isHexString(at) ? at : undefined;
    if (typeof at !== "object" || at === null || seen.has(at)) return undefined;
    seen.add(at);
    const { data, error: inner, info, cause } = at as Record<string, unknown>;
    return search(data) ?? search(inner) ?? search(info) ?? search(cause);
  };
  return search(error);
}

function unexplained(error: unknown, data: string | undefined): CivitasError {
  const { shortMessage, message } = (error ?? {}) as { shortMessage?: unknown; message?: unknown };
  const isText = (text: unknown): text is string => typeof text === "string" && text !== "";
  const original = [shortMessage, message, error].find(isText) ?? "an unknown error";
  const reason = data === "0x" ? `${original}; is there a contract of the suite at this address?` : original;
  return new CivitasError("Unexplained", {}, reason, error);
}

function sentenceOf({ name, selector, args }: ErrorDescription): string {
  if (name === "Error") return String(args[0]);
  if (name === "Panic")
    return `the contract stopped at an impossible state (panic ${String(args[0])}); please report it`;
  if (name === "CityCodeInvalid") {
    const [fault, position] = args.toArray() as [bigint, bigint];
    return faultSentence(CITY_CODE_FAULTS[Number(fault)] ?? "Character", Number(position));
  }
  const inputs = INPUTS.get(selector) ?? [];
  const shown = Object.fromEntries(inputs.map((input, i) => [input.name, show(input, args[i])]));
  return SENTENCES[name as ContractErrorName](shown as never);
}

/** Names of the members of enums, by the enum. */
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  "enum ICityRegistry.CityStatus": CITY_STATUSES,
  "enum ICityRegistry.ApplicationStatus": APPLICATION_STATUSES,
  "enum ISuiteDirectory.Status": VERSION_STATUSES,
  "enum IIdentityRegistry.IdentityStatus": IDENTITY_STATUSES,
  "enum ISchemaRegistry.Acceptance": ACCEPTANCES,
  "enum IClaimRegistry.ClaimStatus": CLAIM_STATUSES,
  "enum IClaimRegistry.Standing": STANDINGS,
  "enum IConsentRegistry.ConsentStatus": CONSENT_STATUSES,
  "enum IInvoiceLedger.InvoiceStatus": INVOICE_STATUSES,
  "enum NumberScheme": NUMBER_SCHEMES,
  "enum IProjectRegistry.ProjectStatus": PROJECT_STATUSES,
  "enum IMilestoneRegistry.MilestoneStatus": MILESTONE_STATUSES,
  "enum IPayrollRegistry.PayrollStatus": PAYROLL_STATUSES,
  "enum IPayrollRegistry.RowStatus": ROW_STATUSES,
  "enum ISettlementToken.RedemptionStatus": REDEMPTION_STATUSES,
};

/** Identifications that only their parties know the meaning of. */
const IDENTIFICATIONS = new Set(["tag", "guardian", "courtCase", "order", "endToEndId", "transactionId"]);

/** What a time of zero means, by its name. */
const NO_TIME: Readonly<Record<string, string>> = { validUntil: "no end", until: "no end", known: "not at all" };

/** An argument in words, by its Solidity type and its name. */
export function show({ name, type, internalType }: AbiInput, value: unknown): string {
  const number = typeof value === "bigint" ? value : 0n;
  const members = ENUMS[internalType];
  if (members !== undefined) return members[Number(number)] ?? String(number);
  switch (internalType) {
    case "CityCode":
      return showCode(String(value));
    case "CityId":
      return number === NETWORK ? "the network" : `city ${number}`;
    case "Capability":
      return capabilityName(number);
    case "IdentityId":
    case "ClaimId":
    case "ConsentId":
    case "PaymentId":
    case "InvoiceId":
    case "ProjectId":
    case "PayrollId":
    case "RedemptionId":
      return shorten(String(value));
  }
  if (type === "bytes") return showSigner(String(value));
  if (IDENTIFICATIONS.has(name)) return shorten(String(value));
  if (name === "seat") return seatInWords(number);
  if (name === "maxValidity") return number === 0n ? "no limit" : showDuration(number);
  if (type === "uint40" && number === 0n && name in NO_TIME) return NO_TIME[name] ?? "";
  if (type === "uint40" || type === "uint48") return showTime(number);
  if (type === "uint64" && name.startsWith("role")) return showRole(number);
  if (type === "bytes32" && name === "name") return decodeName(String(value));
  if (type === "bytes16") return toUtf8String(value as string).replaceAll("\0", "");
  if (name === "lengths") return `${lengthsOf(number).join(", ") || "none"} characters`;
  if (name === "delay") return `${number} seconds`;
  return String(value);
}

function showRole(role: bigint): string {
  const { city, capability } = partsOfRole(role);
  return `(${city === NETWORK ? "the network" : `city ${city}`}, ${capabilityName(capability)})`;
}

/** The account of a signer that is one; else the first and last bytes of its key. */
function showSigner(signer: string): string {
  return dataLength(signer) === 20 ? getAddress(signer) : shorten(signer);
}

/** Enough of a long value to know it again; `args` has the whole. */
function shorten(hex: string): string {
  return hex.length <= 20 ? hex : `${hex.slice(0, 10)}…${hex.slice(-4)}`;
}

/** The text of a code, even of one that is none: its bytes. */
function showCode(word: string): string {
  try {
    return decodeCityCode(word);
  } catch {
    return word;
  }
}
