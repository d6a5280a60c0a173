// A service that has civitas and viem, and no ethers. Prints what it found.
//   node viem.ts URL DIRECTORY CITY
import { cityRegistryAbi, errorsAbi, suiteDirectoryAbi } from "civitas/abi";
import { encodeCityCode, parseCityCode } from "civitas/city/code";
import {
  BaseError,
  createPublicClient,
  decodeErrorResult,
  encodeFunctionData,
  type Hex,
  hexToString,
  http,
  isHex,
  keccak256,
} from "viem";

/** What it is given, if the compiler knows what that is: `any` is refused. */
function typed<Value>(value: 0 extends 1 & Value ? never : Value): Value {
  return value;
}

const [url = "", directory = "", number = ""] = process.argv.slice(2);
const city = Number(number);
const client = createPublicClient({ transport: http(url) });
const suite = { address: directory as Hex, abi: suiteDirectoryAbi } as const;

// The registry of cities, found as `connect` finds it: its current version, and the code that was published.
const words = await client.readContract({ ...suite, functionName: "names", args: [0n, 100n] });
const name = words.find((word) => hexToString(word, { size: 32 }) === "CityRegistry") ?? "0x";
const version: bigint = typed(await client.readContract({ ...suite, functionName: "currentVersion", args: [name] }));
const entry = await client.readContract({ ...suite, functionName: "entryOf", args: [name, version] });
const address: Hex = typed(entry.location);
const code = (await client.getCode({ address })) ?? "0x";
const cities = { address, abi: cityRegistryAbi } as const;

// Contracts: what goes in and what comes out.
const word = encodeCityCode(parseCityCode("MA.156.1301-FQ").code) as Hex;
const count: number = typed(await client.readContract({ ...cities, functionName: "cityCount" }));

// Events, by their names.
const fromBlock = entry.startBlock;
const events = await client.getContractEvents({ ...cities, eventName: "CityAllocated", args: { city }, fromBlock });
const allocated: (string | undefined)[] = events.map(({ args }) => typed(args.name));

// Errors: whatever contract of the suite made it.
const data = encodeFunctionData({ abi: cityRegistryAbi, functionName: "suspend", args: [city, 1] });
const refusal = decodeErrorResult({
  abi: errorsAbi,
  data: await client.call({ to: cities.address, data }).then(() => "0x" as const, revertDataOf),
});
const faulty: number | null = refusal.errorName === "NoStanding" ? typed(refusal.args[1]) : null;

console.log(
  JSON.stringify({
    version: Number(version),
    same: keccak256(code) === entry.codeHash,
    word,
    count,
    allocated,
    refusal: refusal.errorName,
    faulty,
  }),
);

/** The revert data in what viem threw. */
function revertDataOf(error: unknown): Hex {
  if (!(error instanceof BaseError)) throw error;
  const inner = error.walk((cause) => isHex((cause as { data?: unknown }).data)) as { data?: Hex } | null;
  if (inner?.data === undefined) throw error;
  return inner.data;
}
