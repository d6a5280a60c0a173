import { expect } from "chai";

import { PUBLISHED } from "../../rocketh/contracts.js";
import { deploySuite } from "../../rocketh/suite.js";
import { connection, ethers, loadFixture } from "../world.js";

const name = ethers.encodeBytes32String;
const Status = { None: 0n, Current: 1n, Superseded: 2n, Withdrawn: 3n };

describe("SuiteDirectory", () => {
  const fixture = () => deploySuite(connection);

  it("lists the suite by name, with address, code hash and start block", async () => {
    const { directory, registry, manager, resolver } = await loadFixture(fixture);
    const names = await directory.names(0, 100);
    expect(names).to.deep.equal(PUBLISHED.map(name));
    expect(await directory.names(1, 1)).to.deep.equal([name("CityRegistry")]);
    expect(await directory.names(PUBLISHED.length + 1, 1)).to.deep.equal([]);
    for (const [key, contract] of [
      ["CityAccessManager", manager],
      ["CityRegistry", registry],
      ["CityResolver", resolver],
    ] as const) {
      const entry = await directory.entryOf(name(key), 1);
      const address = await contract.getAddress();
      expect(entry.location).to.equal(address);
      expect(entry.codeHash).to.equal(ethers.keccak256(await ethers.provider.getCode(address)));
      expect(await ethers.provider.getCode(address, Number(entry.startBlock))).not.to.equal("0x");
      expect(await ethers.provider.getCode(address, Number(entry.startBlock) - 1)).to.equal("0x");
      expect(entry.status).to.equal(Status.Current);
    }
  });

  it("publishes a successor; the version before it is superseded and stays readable", async () => {
    const { directory, registry, resolver, administrator } = await loadFixture(fixture);
    const key = name("CityRegistry");
    await expect(directory.publish(key, resolver, 1))
      .to.emit(directory, "StatusChanged")
      .withArgs(key, 1, Status.Superseded, administrator.address)
      .and.to.emit(directory, "Published")
      .withArgs(
        key,
        2,
        await resolver.getAddress(),
        ethers.keccak256(await ethers.provider.getCode(resolver)),
        1,
        administrator.address,
      );
    expect(await directory.versionCount(key)).to.equal(2n);
    expect((await directory.entryOf(key, 1)).location).to.equal(await registry.getAddress());
    expect((await directory.entryOf(key, 1)).status).to.equal(Status.Superseded);
    expect((await directory.entryOf(key, 3)).status).to.equal(Status.None);
    expect((await directory.entryOf(key, 0)).status).to.equal(Status.None);
    expect(await directory.currentVersion(key)).to.equal(2n);
    // A withdrawn version is not called superseded by the next one.
    await directory.setStatus(key, 2, Status.Withdrawn);
    expect(await directory.currentVersion(key)).to.equal(0n);
    await directory.publish(key, registry, 1);
    expect((await directory.entryOf(key, 2)).status).to.equal(Status.Withdrawn);
  });

  it("refuses what is no publication", async () => {
    const { directory, registry, administrator } = await loadFixture(fixture);
    const publish = (key: string, location: string, block: number) => directory.publish(key, location, block);
    const address = await registry.getAddress();
    const head = await ethers.provider.getBlockNumber();
    await expect(publish(ethers.ZeroHash, address, 1)).to.be.revertedWithCustomError(directory, "NameEmpty");
    await expect(publish(name("X"), administrator.address, 1))
      .to.be.revertedWithCustomError(directory, "NoCode")
      .withArgs(administrator.address);
    await expect(publish(name("X"), address, head + 2)).to.be.revertedWithCustomError(directory, "StartBlockInFuture");
    await expect(publish(name("CityRegistry"), address, 1))
      .to.be.revertedWithCustomError(directory, "AlreadyPublished")
      .withArgs(name("CityRegistry"), 1);
  });

  it("changes a status, to another one, of a version that exists", async () => {
    const { directory, administrator } = await loadFixture(fixture);
    const key = name("CityRegistry");
    await expect(directory.setStatus(key, 1, Status.Withdrawn))
      .to.emit(directory, "StatusChanged")
      .withArgs(key, 1, Status.Withdrawn, administrator.address);
    for (const status of [Status.Withdrawn, Status.None]) {
      await expect(directory.setStatus(key, 1, status)).to.be.revertedWithCustomError(directory, "StatusUnchanged");
    }
    // Only one version is current: going back to an older one supersedes the newer.
    await directory.setStatus(key, 1, Status.Current);
    await directory.publish(key, directory, 1);
    await directory.setStatus(key, 1, Status.Current);
    expect((await directory.entryOf(key, 2)).status).to.equal(Status.Superseded);
    expect(await directory.currentVersion(key)).to.equal(1n);
    await directory.setStatus(key, 2, Status.Withdrawn);
    expect(await directory.currentVersion(key)).to.equal(1n);
    for (const version of [0, 3]) {
      await expect(directory.setStatus(key, version, Status.Current))
        .to.be.revertedWithCustomError(directory, "VersionUnknown")
        .withArgs(key, version);
    }
  });

  it("is the network's alone to write, with its delays, and closed when the network closes it", async () => {
    const { directory, registry, manager, deployer, others } = await loadFixture(fixture);
    for (const by of [deployer, others[0]!]) {
      await expect(directory.connect(by).publish(name("X"), registry, 1))
        .to.be.revertedWithCustomError(directory, "AccessManagedUnauthorized")
        .withArgs(by.address);
      await expect(directory.connect(by).setStatus(name("CityRegistry"), 1, 3)).to.be.revertedWithCustomError(
        directory,
        "AccessManagedUnauthorized",
      );
    }
    await manager.setTargetClosed(directory, true);
    await expect(directory.publish(name("X"), registry, 1)).to.be.revertedWithCustomError(
      directory,
      "AccessManagedUnauthorized",
    );
    await manager.setTargetClosed(directory, false); // deploying on this chain again proves that none is closed
  });
});

describe("SuiteFactory", () => {
  const fixture = () => deploySuite(connection);

  it("deploys to the address that the code gives, once; a second call finds it there", async () => {
    const { factory, manager, others } = await loadFixture(fixture);
    const [anyone] = others;
    const { bytecode } = await ethers.getContractFactory("SuiteDirectory");
    const args = ethers.AbiCoder.defaultAbiCoder().encode(["address"], [await manager.getAddress()]);
    const initCode = ethers.concat([bytecode, args]);
    const salt = ethers.id("another");
    const address = await factory.addressOf(salt, ethers.keccak256(initCode));
    expect(address).to.equal(ethers.getCreate2Address(await factory.getAddress(), salt, ethers.keccak256(initCode)));
    await expect(factory.connect(anyone).deploy(salt, initCode))
      .to.emit(factory, "Deployed")
      .withArgs(address, salt, anyone!.address);
    expect(await ethers.provider.getCode(address)).not.to.equal("0x");
    await expect(factory.deploy(salt, initCode)).not.to.emit(factory, "Deployed");
    expect(await factory.deploy.staticCall(salt, initCode)).to.equal(address);
  });

  it("passes on what a constructor says", async () => {
    const { factory, manager } = await loadFixture(fixture);
    const { bytecode } = await ethers.getContractFactory("CityAccessManager");
    const args = ethers.AbiCoder.defaultAbiCoder().encode(["address"], [ethers.ZeroAddress]);
    await expect(factory.deploy(ethers.ZeroHash, ethers.concat([bytecode, args]))).to.be.revertedWithCustomError(
      manager,
      "AccessManagerInvalidInitialAdmin",
    );
  });
});
