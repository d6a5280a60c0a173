import { expect } from "chai";

import { decodeKey, encodeKey, reasonName, REASONS, RECORD_KEYS, RESOLUTION, roleOf } from "../../src/index.js";
import { cities, ethers, loadFixture, SHIJIAZHUANG } from "../world.js";

describe("keys of resolution records", () => {
  it("are 32 bytes of left-aligned ASCII, and come back as text", () => {
    expect(encodeKey("endpoint")).to.equal(ethers.encodeBytes32String("endpoint"));
    for (const key of [...Object.values(RECORD_KEYS), "x".repeat(32)]) {
      expect(decodeKey(encodeKey(key))).to.equal(key);
    }
  });

  it("have 1 to 32 characters without blanks", () => {
    for (const key of ["", "x".repeat(33), "public key", "端点"]) {
      expect(() => encodeKey(key)).to.throw(RangeError, /^the key of a record has 1 to 32 characters of ASCII/);
    }
  });

  it("name records in the resolver", async () => {
    const { manager, resolver, shijiazhuang } = await loadFixture(cities);
    await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, RESOLUTION), shijiazhuang, 0);
    const url = ethers.hexlify(ethers.toUtf8Bytes("https://sjz.example/"));
    await resolver.connect(shijiazhuang).setRecord(SHIJIAZHUANG, encodeKey(RECORD_KEYS.endpoint), url);
    expect(await resolver.recordOf(SHIJIAZHUANG, encodeKey("endpoint"))).to.equal(url);
  });
});

describe("reasons", () => {
  it("have a number each, which fits into 16 bits, and a name", () => {
    const numbers = Object.values(REASONS);
    expect(new Set(numbers).size).to.equal(numbers.length);
    for (const [name, number] of Object.entries(REASONS)) {
      expect(number).to.be.within(0, 0xffff);
      expect(reasonName(BigInt(number))).to.equal(name);
    }
    expect(reasonName(999)).to.equal("reason 999");
  });
});
