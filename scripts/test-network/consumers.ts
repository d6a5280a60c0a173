/** The packed package on a chain that has heard the demo: installed beside ethers alone, and beside viem alone. */
import { complaintsOf, node, packagesIn, projectWith, removeFolders } from "../pack/installed.js";

/** Numbers of cities in the story. */
const SHIJIAZHUANG = "MA.156.1301";

export interface Chain {
  url: string;
  /** Of its SuiteDirectory. */
  directory: string;
}

/** @throws if the package does not compile, does not find its contracts, or misreads them. */
export async function runConsumers({ url, directory }: Chain, say: (line: string) => void): Promise<void> {
  try {
    const withEthers = await compiled("ethers");
    const told = JSON.parse(await node(["consumer.ts", url, directory, "no signed code"], withEthers)) as {
      printed: string;
      names: string[];
      wrong: string;
    };
    expectSame("the code", told.printed, `${SHIJIAZHUANG}-FQ`);
    expectSame("an error's name", told.wrong, "NoStanding");
    say(`with ethers alone: ${told.printed} is ${told.names.join(", ")}; a refusal is ${told.wrong}`);

    const script = `
      import { connect } from "civitas";
      import { JsonRpcProvider } from "ethers";
      const provider = new JsonRpcProvider(process.argv[1]);
      const civitas = await connect({ directory: process.argv[2], runner: provider });
      console.log(String((await civitas.resolve("${SHIJIAZHUANG}")).id)); // of a bigint, console.log prints the n, too
      provider.destroy();`;
    const city = (await node(["--input-type=module", "-e", script, url, directory], withEthers)).trim();
    const withViem = await compiled("viem");
    const read = JSON.parse(await node(["consumer.ts", url, directory, city], withViem)) as {
      same: boolean;
      allocated: string[];
      refusal: string;
    };
    expectSame("the code's hash", read.same, true);
    expectSame("an error's name", read.refusal, "NoStanding");
    expectSame("an event", read.allocated, told.names);
    say(`with viem alone: city ${city} was allocated as ${read.allocated.join(", ")}; a refusal is ${read.refusal}`);
  } finally {
    removeFolders();
  }
}

async function compiled(library: "ethers" | "viem"): Promise<string> {
  const project = await projectWith(library);
  expectSame(`what tsc says beside ${library}`, (await complaintsOf(project)).join(""), "");
  const hardhat = packagesIn(project).filter((name) => /hardhat/i.test(name));
  expectSame(`packages of Hardhat beside ${library}`, hardhat, []);
  return project;
}

function expectSame(what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [found, wanted].map((one) => JSON.stringify(one));
  if (is !== should) throw new Error(`${what} is ${is}, and should be ${should}`);
}
