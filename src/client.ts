import type { Provider, Signer } from "ethers";
import { getAddress, isAddress } from "ethers";

import {
  type CityAccessManager,
  type CityRegistry,
  type CityResolver,
  type ClaimRegistry,
  type ClaimVerifier,
  type ConsentRegistry,
  contractAt,
  type ContractTypes,
  type FundEscrow,
  type IdentityRegistry,
  type InvoiceLedger,
  type InvoiceRegistry,
  type MilestoneRegistry,
  type P256Verifier,
  type PaymentRegistry,
  type PayrollRegistry,
  type ProjectBooks,
  type ProjectRegistry,
  type SettlementToken,
  type SuiteDirectory,
  type TaxpayerRegistry,
  type WageAccount,
  type WorkerRegistry,
} from "./bindings.js";
import { AsOfError, heldAsOf, providerAsOf } from "./chain/as-of.js";
import { finalityOf, setFinality } from "./chain/finality.js";
import { can, type Member, members, type Permission } from "./access/access.js";
import { type AsOf, children, type City, cityById, type CitySummary, resolve, tree } from "./city/city.js";
import { type CityEvent, history } from "./city/history.js";
import { type SignedCode, type SignedCodeAnswer, signCode, verifySignedCode } from "./city/signed-code.js";
import type { Contracts } from "./contracts.js";
import {
  currentEntry,
  DirectoryError,
  entryAt,
  readDirectory,
  type SuiteEntry,
  verifyEntry,
} from "./directory/directory.js";

/** The contracts a client finds through the directory, by their names there. */
export type PublishedName = Exclude<keyof ContractTypes, "SuiteDirectory">;

export interface ConnectOptions {
  /** Address of the network's SuiteDirectory: the one thing to configure. */
  directory: string;
  /** Who reads and acts: a provider can only read; a signer must be connected to a provider. */
  runner: Provider | Signer;
  /** The chain that is expected; another one is refused. Any chain if left out. */
  chainId?: bigint | number;
  /** How many blocks must follow a block before nothing takes it back: 0, if left out, for BFT engines; see docs/client.md. */
  finality?: number;
}

/** A network's directory, and all versions that it knows; the code at their addresses has not been looked at. */
export interface OpenDirectory {
  directory: SuiteDirectory;
  entries: SuiteEntry[];
  provider: Provider;
  chainId: bigint;
}

/**
 * The directory alone: which contracts there are.
 * @throws DirectoryError with a message that says what is wrong: no node, another chain, no directory.
 */
export async function openDirectory(options: ConnectOptions): Promise<OpenDirectory> {
  const { runner } = options;
  const { provider } = runner;
  if (provider === null) throw new DirectoryError("the signer has no provider; connect it to one first");
  if (!isAddress(options.directory)) throw new DirectoryError(`"${options.directory as string}" is no address`);
  const address = getAddress(options.directory);

  if (options.finality !== undefined) setFinality(provider, options.finality);
  const chainId = await chainOf(provider);
  if (options.chainId !== undefined && BigInt(options.chainId) !== chainId) {
    throw new DirectoryError(`this node is on chain ${chainId}, not ${options.chainId}; check the node's address`);
  }
  if ((await provider.getCode(address)) === "0x") {
    throw new DirectoryError(
      `there is no contract at ${address} on chain ${chainId}; check the directory's address and the chain`,
    );
  }
  const directory = heldAsOf(contractAt("SuiteDirectory", address, runner), provider);
  try {
    return { directory, entries: await readDirectory(directory), provider, chainId };
  } catch (cause) {
    throw new DirectoryError(`the contract at ${address} on chain ${chainId} does not answer as a SuiteDirectory`, {
      cause,
    });
  }
}

/**
 * Find the suite's contracts through its directory, and check that the code at each is the code that was published.
 * @throws DirectoryError with a message that says what is wrong: no node, another chain, no directory, other code.
 */
export async function connect(options: ConnectOptions): Promise<Civitas> {
  const { runner } = options;
  const { directory, entries, provider, chainId } = await openDirectory(options);
  const attach = async <Name extends PublishedName>(name: Name): Promise<ContractTypes[Name]> =>
    attachTo(currentEntry(entries, name), name, runner, provider);
  const [
    access,
    cities,
    resolver,
    p256,
    identities,
    claims,
    verifier,
    consents,
    taxpayers,
    payments,
    invoices,
    ledger,
    projects,
    escrow,
    workers,
    payrolls,
    wages,
    milestones,
    projectBooks,
    settlement,
  ] = await Promise.all([
    attach("CityAccessManager"),
    attach("CityRegistry"),
    attach("CityResolver"),
    attach("P256Verifier"),
    attach("IdentityRegistry"),
    attach("ClaimRegistry"),
    attach("ClaimVerifier"),
    attach("ConsentRegistry"),
    attach("TaxpayerRegistry"),
    attach("PaymentRegistry"),
    attach("InvoiceRegistry"),
    attach("InvoiceLedger"),
    attach("ProjectRegistry"),
    attach("FundEscrow"),
    attach("WorkerRegistry"),
    attach("PayrollRegistry"),
    attach("WageAccount"),
    attach("MilestoneRegistry"),
    attach("ProjectBooks"),
    attach("SettlementToken"),
  ]);
  const found = {
    access,
    cities,
    resolver,
    p256,
    identities,
    claims,
    verifier,
    consents,
    taxpayers,
    payments,
    invoices,
    ledger,
    projects,
    escrow,
    workers,
    payrolls,
    wages,
    milestones,
    projectBooks,
    settlement,
  };
  return new Civitas(runner, { provider, chainId, directory, ...found }, entries);
}

/** The suite, found and verified: the typed contracts, and the questions people ask of them. Made by `connect`. */
export class Civitas implements Contracts {
  readonly provider: Provider;
  readonly chainId: bigint;
  readonly directory: SuiteDirectory;
  readonly access: CityAccessManager;
  readonly cities: CityRegistry;
  readonly resolver: CityResolver;
  readonly p256: P256Verifier;
  readonly identities: IdentityRegistry;
  readonly claims: ClaimRegistry;
  readonly verifier: ClaimVerifier;
  readonly consents: ConsentRegistry;
  readonly taxpayers: TaxpayerRegistry;
  readonly payments: PaymentRegistry;
  readonly invoices: InvoiceRegistry;
  readonly ledger: InvoiceLedger;
  readonly projects: ProjectRegistry;
  readonly escrow: FundEscrow;
  readonly workers: WorkerRegistry;
  readonly payrolls: PayrollRegistry;
  readonly wages: WageAccount;
  readonly milestones: MilestoneRegistry;
  readonly projectBooks: ProjectBooks;
  readonly settlement: SettlementToken;

  /** @param entries All published versions when the connection was made. */
  constructor(
    private readonly runner: Provider | Signer,
    contracts: Contracts,
    readonly entries: readonly SuiteEntry[],
  ) {
    this.provider = contracts.provider;
    this.chainId = contracts.chainId;
    this.directory = contracts.directory;
    this.access = contracts.access;
    this.cities = contracts.cities;
    this.resolver = contracts.resolver;
    this.p256 = contracts.p256;
    this.identities = contracts.identities;
    this.claims = contracts.claims;
    this.verifier = contracts.verifier;
    this.consents = contracts.consents;
    this.taxpayers = contracts.taxpayers;
    this.payments = contracts.payments;
    this.invoices = contracts.invoices;
    this.ledger = contracts.ledger;
    this.projects = contracts.projects;
    this.escrow = contracts.escrow;
    this.workers = contracts.workers;
    this.payrolls = contracts.payrolls;
    this.wages = contracts.wages;
    this.milestones = contracts.milestones;
    this.projectBooks = contracts.projectBooks;
    this.settlement = contracts.settlement;
  }

  /**
   * One version of a contract, current or superseded, its code verified.
   * @throws DirectoryError for a version that was never published, was withdrawn, or has other code.
   */
  async version<Name extends PublishedName>(name: Name, version: number): Promise<ContractTypes[Name]> {
    return attachTo(entryAt(this.entries, name, version), name, this.runner, this.provider);
  }

  /**
   * The suite as it was at a block: all that reads, reads that, and nothing is written. The node must still have the block's state.
   * @throws AsOfError for a block that is not there yet, DirectoryError for one before the suite was deployed.
   */
  async asOf(block: number): Promise<Civitas> {
    const head = await this.provider.getBlockNumber();
    if (block > head) throw new AsOfError(`there is no block ${block} yet; the last one is ${head}`);
    const { chainId } = this;
    return connect({
      directory: await this.directory.getAddress(),
      runner: providerAsOf(this.provider, block),
      chainId,
    });
  }

  /** The suite as of the last block that nothing takes back: see `finality` of `connect`. */
  async final(): Promise<Civitas> {
    return this.asOf(Math.max(0, (await this.provider.getBlockNumber()) - finalityOf(this.provider)));
  }

  /** The city that a text means, now or at a moment: see `resolve` in ./city/city.ts. */
  async resolve(text: string, asOf?: AsOf): Promise<City> {
    return resolve(this, text, asOf);
  }

  /** A city by its number, now or at a moment: see `cityById`. */
  async city(id: bigint | number, asOf?: AsOf): Promise<City> {
    return cityById(this, id, asOf);
  }

  /** The events of a city, newest first: see `history`. */
  history(city: bigint | number): AsyncGenerator<CityEvent, void, undefined> {
    return history(this, city);
  }

  /** The live children of a city: see `children`. */
  children(city: bigint | number, pageSize?: number): AsyncGenerator<CitySummary, void, undefined> {
    return children(this, city, pageSize);
  }

  /** A city's live descendants: see `tree`. */
  tree(city: bigint | number, depth?: number): AsyncGenerator<CitySummary & { depth: number }, void, undefined> {
    return tree(this, city, depth);
  }

  /** Who may do this here? The members of a role: see `members`. */
  members(role: bigint, pageSize?: number): AsyncGenerator<Member, void, undefined> {
    return members(this, role, pageSize);
  }

  /** May this account use this capability for this city now? See `can`. */
  async can(account: string, city: bigint | number, capability: number, target?: string): Promise<Permission> {
    return can(this, account, city, capability, target);
  }

  /** Sign a city's code: see `signCode`. */
  async signCode(signer: Signer, text: string, options?: { controller?: string; at?: Date }): Promise<SignedCode> {
    return signCode(this, signer, text, options);
  }

  /** What a signed code is worth, also one that was signed for a resolver since superseded: see `verifySignedCode`. */
  async verifySignedCode(text: string): Promise<SignedCodeAnswer> {
    return verifySignedCode(this, text, await this.formerResolvers());
  }

  /** Superseded resolvers of the same cities, newest first. */
  private async formerResolvers(): Promise<CityResolver[]> {
    const cities = await this.cities.getAddress();
    const former = this.entries.filter(({ name, status }) => name === "CityResolver" && status === "Superseded");
    const resolvers = await Promise.all(
      former.reverse().map(({ name, version }) => this.version(name as "CityResolver", version)),
    );
    const registries = await Promise.all(resolvers.map((resolver) => resolver.registry()));
    return resolvers.filter((_, i) => registries[i] === cities);
  }
}

async function attachTo<Name extends PublishedName>(
  entry: SuiteEntry,
  name: Name,
  runner: Provider | Signer,
  provider: Provider,
): Promise<ContractTypes[Name]> {
  await verifyEntry(provider, entry);
  return heldAsOf(contractAt(name, entry.address, runner), provider);
}

async function chainOf(provider: Provider): Promise<bigint> {
  try {
    return (await provider.getNetwork()).chainId;
  } catch (cause) {
    throw new DirectoryError("the node does not answer; is its address right, and is it running?", { cause });
  }
}
