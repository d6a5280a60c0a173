/** EIP-712 types, written as in Solidity. */
import type { TypedDataField } from "ethers";

/** The types of a message, as ethers takes them. */
export type Types = Record<string, TypedDataField[]>;

/** From `"bytes32 identity,uint40 deadline"` to what ethers takes. */
export function members(text: string): TypedDataField[] {
  return text.split(",").map((member) => {
    const [type = "", name = ""] = member.split(" ");
    return { type, name };
  });
}
