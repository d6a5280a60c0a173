import type { Provider } from "ethers";

import type { CityAccessManager, CityRegistry, CityResolver, SuiteDirectory } from "./bindings.js";

/** The suite's contracts, typed by TypeChain, and the chain they are on. What `connect` returns has all of it. */
export interface Contracts {
  readonly provider: Provider;
  readonly chainId: bigint;
  /** Where all others are. */
  readonly directory: SuiteDirectory;
  /** Who may act for which city. */
  readonly access: CityAccessManager;
  /** Which cities exist, under which code, since when. */
  readonly cities: CityRegistry;
  /** From a text to a city, and what the city says of itself. */
  readonly resolver: CityResolver;
}
