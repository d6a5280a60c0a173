/** Amounts of yuan in the capital characters of Chinese documents, which nobody can alter with a stroke: 198.00 is 壹佰玖拾捌圆整. */
import Nzh from "nzh";

import { absolute, AmountError, formatAmount } from "./amount.js";

/** Below ten thousand times a hundred million yuan times that: further the characters have no common reading. */
const LIMIT = 10n ** 18n;

/**
 * An amount of yuan in capital characters, with 整 where there are no fen. A red document's begins with （负数）.
 * @param amount In fen.
 * @throws AmountError from ten quadrillion yuan.
 */
export function capitalAmount(amount: bigint): string {
  if (absolute(amount) >= LIMIT) throw new AmountError("an amount in capital characters is below ten quadrillion yuan");
  const written = Nzh.cn.toMoney(formatAmount(absolute(amount), 2), { outSymbol: false, forceZheng: true });
  return `${amount < 0n ? "（负数）" : ""}${written.replace("元", "圆")}`;
}
