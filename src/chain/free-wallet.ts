import { type Provider, type TransactionLike, type TransactionRequest, Wallet } from "ethers";

/** A key whose transactions offer nothing for gas: the accounts of a consortium are not funded. */
export class FreeWallet extends Wallet {
  override async populateTransaction(request: TransactionRequest): Promise<TransactionLike> {
    return super.populateTransaction({ ...request, type: 0, gasPrice: 0n });
  }

  override connect(provider: Provider | null): FreeWallet {
    return new FreeWallet(this.signingKey, provider);
  }
}
