/** What tests of the SettlementToken share: tokens of a city and of the network, banks, and who holds money. */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, keccak256, ZeroAddress, ZeroHash } from "ethers";

import { BANKING, PAYMENT, roleOf } from "../../src/index.js";
import { type SettlementToken, SettlementToken__factory } from "../../typechain/index.js";
import { word } from "../identity/world.js";
import { CNY, invoiceWorld, type InvoiceWorld } from "../invoice/world.js";
import { code, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";

type Signer = HardhatEthersSigner;

export const NAME = "Civitas Settlement Yuan";
export const DAY = 86_400;
export const WAIT = 10 * DAY;
/** The city that can take over from Shijiazhuang. */
export const TANGSHAN = 5n;
export const Status = { Unknown: 0n, Requested: 1n, Paid: 2n, Returned: 3n, Withdrawn: 4n } as const;
export const NO_PAYMENT = [ZeroHash, ZeroAddress, ZeroHash, ZeroHash, 0n, 0n, 0n, 0n];

export interface Settlement extends InvoiceWorld {
  /** The token of Shijiazhuang; accredited there as a source of payments. */
  token: SettlementToken;
  address: string;
  /** Two banks, (Shijiazhuang, BANKING). */
  bank: Signer;
  rival: Signer;
  /** (Hebei, BANKING) and (Tangshan, BANKING). */
  hebeiBank: Signer;
  tangshanBank: Signer;
  /** Has 1,000.00 yuan of it. */
  holder: Signer;
  /** Calls of the first bank, and of the holder. */
  banking: SettlementToken;
  holding: SettlementToken;
  /** Hebei suspends Shijiazhuang. */
  suspendCity: () => Promise<unknown>;
  /** Hebei retires Shijiazhuang in favour of Tangshan. */
  retireCity: () => Promise<unknown>;
  /** Gives the holder's next redemption: its number. */
  request: (amount: bigint, account?: string) => Promise<bigint>;
}

export async function settlement(): Promise<Settlement> {
  const world = await loadFixture(invoiceWorld);
  const { manager, registry, identities, administrator, hebei, shijiazhuang } = world;
  // Accounts with roles that mean nothing here.
  const { issuer: bank, hunanIssuer: rival, hunanRegistrar: hebeiBank, chinaRegistrar: tangshanBank } = world;
  const holder = world.officer;
  const token = await new SettlementToken__factory(administrator).deploy(
    ...[manager, identities, SHIJIAZHUANG, NAME, "CSY", CNY],
  );
  const address = await token.getAddress();
  await registry
    .connect(hebei)
    .allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: tangshanBank }, []);
  const grant = async (by: Signer, city: bigint, capability: number, to: Signer | string) =>
    manager.connect(by).grantRole(roleOf(city, capability), to, 0);
  await grant(shijiazhuang, SHIJIAZHUANG, BANKING, bank);
  await grant(shijiazhuang, SHIJIAZHUANG, BANKING, rival);
  await grant(shijiazhuang, SHIJIAZHUANG, PAYMENT, address);
  await grant(hebei, HEBEI, BANKING, hebeiBank);
  await grant(tangshanBank, TANGSHAN, BANKING, tangshanBank);
  const [banking, holding] = [token.connect(bank), token.connect(holder)];
  await banking.mint(holder, 100_000, word());
  return {
    ...world,
    ...{ token, address, bank, rival, hebeiBank, tangshanBank, holder, banking, holding },
    suspendCity: async () => registry.connect(hebei).suspend(SHIJIAZHUANG, 1),
    retireCity: async () => registry.connect(hebei).retire(SHIJIAZHUANG, [TANGSHAN], []),
    request: async (amount, account = word()) => {
      await holding.requestRedemption(amount, account);
      return token.redemptionCount();
    },
  };
}

/** What the contract keeps of a mint. */
export function instructionOf(to: string, amount: bigint | number): string {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [to, amount]));
}

/** Also with a redemption of 300.00 yuan. */
export async function requested(): Promise<
  Settlement & { id: bigint; account: string; requestedIn: number; requestedAt: number }
> {
  const world = await loadFixture(settlement);
  const account = word();
  const id = await world.request(30_000n, account);
  const { changedIn, requestedAt } = await world.token.redemptionOf(id);
  return { ...world, id, account, requestedIn: Number(changedIn), requestedAt: Number(requestedAt) };
}

/** Until the next block has this time. */
export async function at(seconds: number): Promise<void> {
  await time.setNextBlockTimestamp(seconds);
}
