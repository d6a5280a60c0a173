/** The rows of a payroll, and the tree over them, as contracts/escrow/PayrollRows.sol builds it (tested equal). */
import { AbiCoder, id, keccak256 } from "ethers";

import { IdTree } from "../common/batch-tree.js";
import { digestIn, domainAt, PAYROLL_TYPES, WAGE_ROW_TYPE } from "./typed-data.js";

/** A row of a payroll. */
export interface PayrollRow {
  /** The worker's number in the project. */
  worker: number;
  /** In minor units. */
  amount: bigint;
}

/** IPayrollRegistry.ProvenRow: a row of a filed payroll with its path to the root. */
export interface ProvenRow extends PayrollRow {
  /** Its place, from 0. */
  position: number;
  proof: string[];
}

/** IPayrollRegistry.Payroll in JSON: what tells a payroll apart. */
export interface PayrollHeader {
  /** The project's id. */
  project: string;
  /** Seat of the employer of all its workers. */
  employer: number;
  /** The month, as 202611. */
  period: number;
  /** The employer's number of it, from 1. */
  serial: number;
  /** Zero; or, of a supplementary one, the id of the payroll of the same project and month that it supplements. */
  predecessor: string;
}

/** The contracts that what is signed about wages is good for. */
export interface WageNetwork {
  /** Decimal. */
  chainId: string;
  /** Address of the WorkerRegistry. */
  workers: string;
  /** Address of the PayrollRegistry. */
  payrolls: string;
}

/** How many rows a payroll has at most (PayrollRegistry.MAX_ROWS). */
export const MAX_PAYROLL_ROWS = 500;
/** How much a row is at most, in minor units (PayrollRegistry.MAX_WAGE). */
export const MAX_WAGE = (1n << 96n) - 1n;

const ROW_TYPEHASH = id(WAGE_ROW_TYPE);
const KEY_TYPEHASH = id("WageRowKey(bytes32 payroll,uint32 position)");
const ROW_WORDS = ["bytes32", "bytes32", "uint32", "uint32", "uint128"];
const KEY_WORDS = ["bytes32", "bytes32", "uint32"];

/** The payroll's id: its EIP-712 digest, equal to PayrollRegistry.idOf. */
export function payrollId({ chainId, payrolls }: WageNetwork, header: PayrollHeader): string {
  return digestIn(domainAt("payrolls", chainId, payrolls), PAYROLL_TYPES, header);
}

/** The leaf of a row: hashed twice, so that no node of the tree passes for one. */
export function rowLeaf(payroll: string, position: number, { worker, amount }: PayrollRow): string {
  const words = [ROW_TYPEHASH, payroll, position, worker, amount];
  return keccak256(keccak256(AbiCoder.defaultAbiCoder().encode(ROW_WORDS, words)));
}

/** The key under which a row that was set aside is owed, equal to PayrollRegistry.rowKeyOf. */
export function rowKey(payroll: string, position: number): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(KEY_WORDS, [KEY_TYPEHASH, payroll, position]));
}

/** The tree of a payroll's rows. */
export class PayrollTree {
  readonly #tree: IdTree;
  /** Sum of the rows, in minor units. */
  readonly total: bigint;

  /**
   * @param payroll The payroll's id.
   * @param rows In their order; the contract takes them ascending by worker.
   * @throws RangeError for none.
   */
  constructor(
    readonly payroll: string,
    readonly rows: readonly PayrollRow[],
  ) {
    this.#tree = IdTree.of(rows.map((row, position) => rowLeaf(payroll, position, row)));
    this.total = rows.reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** Equal to what PayrollRegistry.rootOf gives. */
  get root(): string {
    return this.#tree.root;
  }

  /**
   * A row as the contract takes it.
   * @throws RangeError where there is no such position.
   */
  proven(position: number): ProvenRow {
    const proof = this.#tree.proof(position);
    const { worker, amount } = this.rows[position] as PayrollRow; // the tree has as many
    return { position, worker, amount, proof };
  }
}
