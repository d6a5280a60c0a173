import { expect } from "chai";
import { JsonRpcProvider, keccak256, Wallet, ZeroAddress } from "ethers";

import { PUBLISHED } from "../../rocketh/contracts.js";
import { connect, decodeName, DirectoryError, encodeName } from "../../src/index.js";
import { CityResolver__factory, SuiteDirectory__factory } from "../../typechain/index.js";
import { deploy, type Deployed, errorOf, rejection, sharing } from "./world.js";

const RESOLVER = encodeName("CityResolver");

describe("connect", () => {
  const deployed = sharing(deploy);
  let suite: Deployed;
  let directory: string;
  beforeEach(async () => {
    suite = deployed();
    directory = await suite.directory.getAddress();
  });

  const publishResolver = async () => {
    const { administrator, manager, registry } = suite;
    const resolver = await new CityResolver__factory(administrator).deploy(manager, registry);
    await suite.directory.publish(RESOLVER, resolver, 0);
    return resolver;
  };

  it("finds all contracts from the directory's address, typed, for reading or acting", async () => {
    const { client, administrator, provider } = suite;
    for (const [found, deployed] of [
      [client.access, suite.manager],
      [client.cities, suite.registry],
      [client.resolver, suite.resolver],
      [client.p256, suite.p256],
      [client.identities, suite.identities],
      [client.claims, suite.claims],
      [client.verifier, suite.verifier],
      [client.consents, suite.consents],
    ] as const) {
      expect(await found.getAddress()).to.equal(await deployed.getAddress());
    }
    expect(client.chainId).to.equal((await provider.getNetwork()).chainId);
    expect(client.entries.map(({ name, version, status }) => [name, version, status])).to.deep.equal(
      PUBLISHED.map((name) => [name, 1, "Current"]),
    );
    const acting = await connect({
      directory: directory.toLowerCase(),
      runner: administrator,
      chainId: client.chainId,
    });
    expect(acting.cities.runner).to.equal(administrator);
  });

  it("takes the latest current version, and reads older ones on request", async () => {
    const newer = await publishResolver();
    const client = await connect({ directory, runner: suite.provider });
    expect(await client.resolver.getAddress()).to.equal(await newer.getAddress());
    expect(await (await client.version("CityResolver", 1)).getAddress()).to.equal(await suite.resolver.getAddress());
    expect(await (await client.version("CityResolver", 2)).getAddress()).to.equal(await newer.getAddress());
    expect(await rejection(() => client.version("CityResolver", 3))).to.match(/no version 3 of CityResolver/);

    await suite.directory.setStatus(RESOLVER, 2, 3);
    const after = connect({ directory, runner: suite.provider });
    expect(await rejection(() => after)).to.match(/CityResolver has no current version \(version 2 is Withdrawn\)/);
    await suite.directory.setStatus(RESOLVER, 1, 1);
    const back = await connect({ directory, runner: suite.provider });
    expect(await back.resolver.getAddress()).to.equal(await suite.resolver.getAddress());
    expect(await rejection(() => back.version("CityResolver", 2))).to.match(/version 2 of CityResolver was withdrawn/);

    // A network may go back to an older version: what is current is what it says, not the last number.
    await suite.directory.setStatus(RESOLVER, 2, 1);
    await suite.directory.setStatus(RESOLVER, 1, 1);
    const older = await connect({ directory, runner: suite.provider });
    expect(await older.resolver.getAddress()).to.equal(await suite.resolver.getAddress());
    expect(await (await older.version("CityResolver", 2)).getAddress()).to.equal(await newer.getAddress());
  });

  it("refuses a contract whose code is not what was published, naming both hashes", async () => {
    const address = await suite.resolver.getAddress();
    const published = keccak256(await suite.provider.getCode(address));
    const older = await suite.client.version("CityResolver", 1);
    await suite.connection.networkHelpers.setCode(address, "0x6001");
    const message = await rejection(() => connect({ directory, runner: suite.provider }));
    expect(message).to.match(/the code of CityResolver version 1 at 0x\w+ is not what was published/);
    expect(message).to.include(published).and.include(keccak256("0x6001"));
    expect(await rejection(() => suite.client.version("CityResolver", 1))).to.equal(message);
    expect(await older.getAddress()).to.equal(address);
  });

  it("says what is wrong with the node, the chain or the directory", async () => {
    const { provider, registry, administrator, manager } = suite;
    const nowhere = new JsonRpcProvider("http://127.0.0.1:9", undefined, { cacheTimeout: -1 });
    expect(await rejection(() => connect({ directory, runner: nowhere }))).to.match(/the node does not answer/);
    nowhere.destroy();

    const alone = Wallet.createRandom();
    expect(await rejection(() => connect({ directory, runner: alone }))).to.match(/the signer has no provider/);
    expect(await rejection(() => connect({ directory: "here", runner: provider }))).to.match(/"here" is no address/);
    expect(await rejection(() => connect({ directory, runner: provider, chainId: 5 }))).to.match(
      /this node is on chain \d+, not 5/,
    );
    expect(await rejection(() => connect({ directory: ZeroAddress, runner: provider }))).to.match(
      /there is no contract at 0x0{40} on chain \d+; check/,
    );
    const wrong = await registry.getAddress();
    expect(await rejection(() => connect({ directory: wrong, runner: provider }))).to.match(
      /does not answer as a SuiteDirectory/,
    );
    const empty = await new SuiteDirectory__factory(administrator).deploy(manager);
    expect(await rejection(async () => connect({ directory: await empty.getAddress(), runner: provider }))).to.match(
      /the directory has no CityAccessManager; is it/,
    );
  });

  it("makes errors that can be told apart", async () => {
    const error = await errorOf(() => connect({ directory: "here", runner: suite.provider }));
    expect(error).to.be.instanceOf(DirectoryError).with.property("name", "DirectoryError");
  });

  it("writes names as the directory keeps them", () => {
    for (const name of ["A", "CityRegistry", "x".repeat(32)]) expect(decodeName(encodeName(name))).to.equal(name);
    for (const name of ["", "x".repeat(33), "é", "two words"]) expect(() => encodeName(name)).to.throw(RangeError);
  });
});
