// A service that has civitas and ethers, and nothing else. Prints what it found.
//   node ethers.ts URL DIRECTORY SIGNED-CODE
import { type City, type CivitasError, connect, decodeError } from "civitas";
import { cityRegistryAbi, errorsAbi } from "civitas/abi";
import { ADMIN, roleOf } from "civitas/access";
import { history } from "civitas/city";
import { formatCityCode } from "civitas/city/code";
import { DirectoryError } from "civitas/directory";
import { seatInWords } from "civitas/escrow";
import { AccountKey, claimId, findIdentity, getResolver, parseDocument, READY_SCHEMAS } from "civitas/identity";
import { createTagFile, openTagFile } from "civitas/identity/tag-file";
import { verifyNumber } from "civitas/invoice";
import { Interface, JsonRpcProvider } from "ethers";

/** What it is given, if the compiler knows what that is: `any` is refused. */
function typed<Value>(value: 0 extends 1 & Value ? never : Value): Value {
  return value;
}

const [url = "", directory = "", signed = ""] = process.argv.slice(2);
const client = await connect({ directory, runner: new JsonRpcProvider(url) });

const city: City = await client.resolve(formatCityCode("ma.156.1301"));
const controllers: string[] = [];
for await (const { account } of client.members(roleOf(city.id, ADMIN))) controllers.push(account);
const events: string[] = [];
for await (const { type } of history(client, city.id)) events.push(type);

// Contracts: what goes in and what comes out.
const count: bigint = typed(await client.cities.cityCount());

// Events, by their names.
const allocated = await client.cities.queryFilter(client.cities.filters.CityAllocated(city.id));
const names: string[] = allocated.map(({ args }) => typed(args.name));

// Errors, in words.
const wrong: CivitasError | null = await client.cities.suspend.staticCall(city.id, 1n).then(() => null, decodeError);
const missing: boolean = await client.version("CityResolver", 9).then(
  () => false,
  (error: unknown) => error instanceof DirectoryError,
);

const { status } = await client.verifySignedCode(signed);
const { message } = await verifyNumber(client, "Digital", "26447000000000100001");
await createTagFile("tags.json");
const person = { kind: "Natural", number: "11010519491231002X" } as const;
const identity: string | null = await findIdentity(client, await openTagFile("tags.json"), person);
const did = { did: "", didUrl: "", method: "", id: "" };
const { didResolutionMetadata } = await getResolver(client).civitas("did:civitas:0", did, neverUsed(), {});

console.log(
  JSON.stringify({
    printed: city.printed,
    count: Number(count),
    path: city.path.map(({ name }) => name),
    controllers,
    events,
    names,
    wrong: wrong?.name,
    missing,
    status,
    message,
    identity,
    did: didResolutionMetadata.error,
    signer: new AccountKey(new Uint8Array(32).fill(1)).signer,
    schema: READY_SCHEMAS.resident.name,
    functions: [typeof claimId, typeof parseDocument],
    seat: seatInWords(1),
    selector: new Interface(cityRegistryAbi).getFunction("cityCount")?.selector,
    errors: errorsAbi.length > 100,
  }),
);
client.provider.destroy();

function neverUsed(): Parameters<ReturnType<typeof getResolver>["civitas"]>[2] {
  return {
    resolve: () => {
      throw new Error("nothing resolves on");
    },
  };
}
