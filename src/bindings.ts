/** TypeChain's bindings of the contracts a client uses. Each from its own file: the rest, test contracts among them, stays out. */
export { CityAccessManager__factory } from "../typechain/factories/access/CityAccessManager__factory.js";
export { CityRegistry__factory } from "../typechain/factories/city/CityRegistry__factory.js";
export { CityResolver__factory } from "../typechain/factories/city/CityResolver__factory.js";
export { SuiteDirectory__factory } from "../typechain/factories/directory/SuiteDirectory__factory.js";
export { SuiteFactory__factory } from "../typechain/factories/directory/SuiteFactory__factory.js";
export type { CityAccessManager } from "../typechain/access/CityAccessManager.js";
export type { CityRegistry } from "../typechain/city/CityRegistry.js";
export type { CityResolver } from "../typechain/city/CityResolver.js";
export type { SuiteDirectory } from "../typechain/directory/SuiteDirectory.js";
