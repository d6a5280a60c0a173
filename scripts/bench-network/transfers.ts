/** The yardstick: plain transfers of the suite's SettlementToken, between accounts that hold some. */
import { hexlify, randomBytes, toBeHex, ZeroHash } from "ethers";

import { mined } from "../../src/common/mined.js";
import type { Site } from "../payday/site.js";
import { LIGHT, type Load } from "./load.js";
import type { Sender } from "./senders.js";

const HOLDING = 10n ** 15n;

/** The bank gives each sender some. */
export async function endow({ civitas, bank }: Site, senders: readonly Sender[]): Promise<void> {
  const token = civitas.settlement.connect(bank);
  const mints = senders.map(({ address }) => ({ to: address, amount: HOLDING, endToEndId: hexlify(randomBytes(32)) }));
  await mined(token.mintMany(mints));
}

/** Each sender transfers to the next one. Amounts differ, so that each transfer is known by its sender and amount. */
export async function transfers({ civitas }: Site, senders: readonly Sender[], count: number): Promise<Load> {
  const { settlement } = civitas;
  const acts = Array.from({ length: count }, (_, i) => {
    const [sender, amount] = [i % senders.length, BigInt(i + 1)];
    const from = senders[sender]?.address ?? "";
    const to = senders[(sender + 1) % senders.length]?.address ?? "";
    return {
      sender,
      data: settlement.interface.encodeFunctionData("transfer", [to, amount]),
      keys: [
        keyOf(
          `0x${from
            .slice(2)
            .toLowerCase()
            .padStart(ZeroHash.length - 2, "0")}`,
          toBeHex(amount, 32),
        ),
      ],
    };
  });
  return {
    id: "transfers",
    what: "ERC-20 transfers (SettlementToken)",
    ...{ to: await settlement.getAddress(), topic: settlement.getEvent("Transfer").fragment.topicHash },
    keyOf: ({ topics, data }) => keyOf(topics[1] ?? "", data),
    ...{ each: 1, acts, ...LIGHT },
  };
}

function keyOf(from: string, amount: string): string {
  return from + amount.slice(2);
}
