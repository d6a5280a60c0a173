import { type Provider, type TransactionLike, type TransactionRequest, Wallet } from "ethers";

import { withMargin } from "./gas.js";

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
