import { Iso20022Error } from "../../../src/escrow/iso20022.js";

/** The faults for which an act is refused. */
export async function refusalOf(act: Promise<unknown>): Promise<Iso20022Error> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Iso20022Error) return error;
    throw error;
  }
  throw new Error("the act was not refused");
}
