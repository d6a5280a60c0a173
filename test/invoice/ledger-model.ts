/** A plain model of one document's life, in the words of the rules: what each act needs, and what is so afterwards. */
import { HUNAN, SHIJIAZHUANG } from "../world.js";
import { monthAfter, monthOf, Status, WAIT } from "./holders.js";

export const GROSS = 600n;
/** Of those 600, at 3 %. */
export const NET = 583n;

/** The seller, who holds the document, one of three persons who may hold it, or anybody else. */
export type Actor = "seller" | "holder" | 0 | 1 | 2 | "stranger";
type Side = "seller" | "holder";

export interface Amount {
  net: bigint;
  tax: bigint;
}

export type Act =
  | { act: "confirm"; by: Actor }
  | { act: "handOn"; by: Actor; to: 0 | 1 | 2 }
  | { act: "book"; by: Actor; city: bigint; months: number; deductible: boolean }
  | { act: "unbook"; by: Actor }
  | { act: "unbookByBureau"; city: bigint }
  | { act: "propose"; by: Actor; amount: Amount }
  | { act: "accept"; by: Actor; altered: boolean }
  | { act: "acceptByBureau" }
  | { act: "reject"; by: Actor }
  | { act: "reverse"; by: Actor; amount: Amount }
  | { act: "refund"; refunded: bigint }
  | { act: "closeMonth" }
  | { act: "suspendCity" }
  | { act: "closeContract" };

interface Proposal extends Amount {
  by: Side;
  at: number;
}

export class Paper {
  holder: 0 | 1 | 2 = 0;
  confirmed = false;
  booked: { city: bigint; month: number; deductible: boolean } | undefined;
  transferOut = 0n;
  changes = 0n;
  left: Amount = { net: NET, tax: GROSS - NET };
  refunded = 0n;
  /** Of Shijiazhuang: the last month that is closed, whether it may act, whether the ledger is open. */
  closedThrough = 0;
  suspended = false;
  closed = false;
  readonly issued: number;
  #proposal: Proposal | undefined;
  #mayAt: Record<Side, number> = { seller: 0, holder: 0 };
  #lapsed: Record<Side, boolean> = { seller: false, holder: false };

  constructor(issuedAt: number) {
    this.issued = monthOf(issuedAt);
  }

  /** What is left of the payment; below zero when more was refunded than was given back. */
  get paymentLeft(): bigint {
    return GROSS - this.left.net - this.left.tax - this.refunded;
  }

  get isReversed(): boolean {
    return this.left.net === 0n && this.left.tax === 0n;
  }

  /** The reversal that can be confirmed at this moment. */
  openAt(now: number): Proposal | undefined {
    return this.#proposal !== undefined && now <= this.#proposal.at + WAIT ? this.#proposal : undefined;
  }

  /** Moments that matter: when the proposal ends, and when either side may propose again. */
  get moments(): number[] {
    const end = this.#proposal === undefined ? [] : [this.#proposal.at + WAIT, this.#proposal.at + 2 * WAIT];
    return [...end, this.#mayAt.seller, this.#mayAt.holder];
  }

  statusAt(now: number): bigint {
    if (this.isReversed) return this.booked === undefined ? Status.Reversed : Status.ReversedAfterBooking;
    if (this.paymentLeft < 0n) return Status.PaymentWithdrawn;
    if (this.openAt(now) !== undefined) return Status.ReversalProposed;
    if (this.booked !== undefined) return Status.Booked;
    return this.confirmed ? Status.Confirmed : Status.Issued;
  }

  /** Does the act, if it is allowed; else nothing changes. */
  apply(step: Act, now: number): boolean {
    if (step.act === "refund") {
      if (step.refunded <= this.refunded) return false;
      this.refunded = step.refunded;
      return true;
    }
    if (step.act === "closeMonth") {
      const last = monthAfter(monthOf(now), -1);
      if (this.closedThrough >= last) return false;
      this.closedThrough = last;
      return true;
    }
    if (step.act === "suspendCity") {
      this.suspended = !this.suspended;
      return true;
    }
    if (step.act === "closeContract") {
      this.closed = !this.closed;
      return true;
    }
    if (this.isReversed) return false; // the end
    this.#lapse(now);
    if (!this.#act(step, now)) return false;
    this.changes++;
    return true;
  }

  /** A proposal that nobody answered in time has ended: who made it waits as long again. */
  #lapse(now: number): void {
    const proposal = this.#proposal;
    if (proposal === undefined || this.openAt(now) !== undefined) return;
    this.#proposal = undefined;
    this.#mayAt[proposal.by] = proposal.at + 2 * WAIT;
    this.#lapsed[proposal.by] = true;
  }

  #sideOf(by: Actor): Side | undefined {
    if (by === "seller") return "seller";
    return by === this.holder ? "holder" : undefined;
  }

  /** A side acts: it has not vanished. */
  #hear(side: Side): void {
    this.#lapsed[side === "seller" ? "holder" : "seller"] = false;
  }

  #act(step: Exclude<Act, { act: "refund" | "closeMonth" | "suspendCity" | "closeContract" }>, now: number): boolean {
    switch (step.act) {
      case "confirm":
        if (step.by !== this.holder || this.confirmed) return false;
        this.#hear("holder");
        this.confirmed = true;
        return true;
      case "handOn":
        if (step.by !== this.holder || this.booked !== undefined || this.#proposal !== undefined) return false;
        if (this.closed) return false;
        this.#hear("holder");
        [this.holder, this.confirmed] = [step.to, true];
        return true;
      case "book": {
        if (step.by !== this.holder || this.booked !== undefined || this.#proposal !== undefined) return false;
        const month = monthAfter(monthOf(now), step.months);
        if (this.closed || (step.city === SHIJIAZHUANG && this.suspended)) return false;
        if (month > monthOf(now) || month < this.issued || this.#isClosed(step.city, month)) return false;
        if (this.paymentLeft < 0n) return false;
        this.#hear("holder");
        [this.booked, this.confirmed] = [{ city: step.city, month, deductible: step.deductible }, true];
        return true;
      }
      case "unbook":
        if (step.by !== this.holder || this.booked === undefined) return false;
        if (this.#isClosed(this.booked.city, this.booked.month)) return false;
        this.#hear("holder");
        [this.booked, this.transferOut] = [undefined, 0n];
        return true;
      case "unbookByBureau":
        if (this.booked?.city !== step.city) return false;
        [this.booked, this.transferOut] = [undefined, 0n];
        return true;
      case "propose": {
        const side = this.#sideOf(step.by);
        if (side === undefined || this.#proposal !== undefined) return false;
        if (now < this.#mayAt[side] || !this.fits(step.amount)) return false;
        this.#hear(side);
        this.#proposal = { ...step.amount, by: side, at: now };
        return true;
      }
      case "accept": {
        const side = this.#sideOf(step.by);
        if (this.#proposal === undefined || step.altered) return false;
        if (side === undefined || side === this.#proposal.by) return false;
        return this.#reverse(this.#proposal);
      }
      case "acceptByBureau":
        if (this.#proposal === undefined || !this.#lapsed[this.#proposal.by]) return false;
        return this.#reverse(this.#proposal);
      case "reject": {
        const side = this.#sideOf(step.by);
        if (this.#proposal === undefined || side === undefined) return false;
        this.#hear(side);
        this.#mayAt[this.#proposal.by] = now + WAIT;
        this.#proposal = undefined;
        return true;
      }
      case "reverse":
        if (step.by !== "seller" || this.confirmed || this.booked !== undefined) return false;
        if (this.#proposal !== undefined || !this.fits(step.amount)) return false;
        return this.#reverse(step.amount);
    }
  }

  #isClosed(city: bigint, month: number): boolean {
    return city !== HUNAN && month <= this.closedThrough;
  }

  /** Whether no more is reversed than is left, and the tax of the rest is within one fen of 3 %. */
  fits({ net, tax }: Amount): boolean {
    const rest = { net: this.left.net - net, tax: this.left.tax - tax };
    if (rest.net < 0n || rest.tax < 0n) return false;
    if (rest.net === 0n) return rest.tax === 0n;
    const tenThousandths = rest.net * 300n - rest.tax * 10_000n;
    return tenThousandths <= 10_000n && tenThousandths >= -10_000n;
  }

  #reverse({ net, tax }: Amount): boolean {
    this.left = { net: this.left.net - net, tax: this.left.tax - tax };
    if (this.booked?.deductible === true) this.transferOut += tax;
    this.#proposal = undefined;
    this.#lapsed = { seller: false, holder: false };
    return true;
  }
}
