import { type Provider, type TransactionLike, type TransactionRequest, Wallet } from "ethers";

/**
 * The gas limit of an act that a node has estimated: a fifth more. Polygon Edge estimates as if in the block before, where an act that follows
 * another one costs less than in its own.
 */
export function withMargin(gas: bigint): bigint {
  return gas + gas / 5n;
}

/** A key whose transactions offer nothing for gas: the accounts of a consortium are not funded. */
export class FreeWallet extends Wallet {
  override async populateTransaction(request: TransactionRequest): Promise<TransactionLike> {
    const free = { ...request, type: 0, gasPrice: 0n };
    const gasLimit = request.gasLimit ?? withMargin(await this.estimateGas(free));
    return super.populateTransaction({ ...free, gasLimit });
  }

  override connect(provider: Provider | null): FreeWallet {
    return new FreeWallet(this.signingKey, provider);
  }
}
