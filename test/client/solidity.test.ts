import { readFileSync } from "node:fs";

import { expect } from "chai";
import { TypedDataEncoder, ZeroHash } from "ethers";

import {
  ADMIN,
  APPLICATION_STATUSES,
  APPLICATION_TYPES,
  CAPABILITIES,
  capabilityName,
  CITY_STATUSES,
  encodeCityCode,
  issueUnder,
  partsOfRole,
  registryDomain,
  resolverDomain,
  roleOf,
  SIGNED_CODE_STATUSES,
  SIGNED_CODE_TYPES,
  VERDICTS,
  VERSION_STATUSES,
} from "../../src/index.js";
import {
  ACCEPTANCES,
  CLAIM_STATUSES,
  CONSENT_STATUSES,
  IDENTITY_STATUSES,
  KINDS,
  PRESENCE_STATUSES,
  STANDINGS,
} from "../../src/identity/status.js";
import { makeWorld, sharing } from "./world.js";

describe("numbers and types that both sides know", () => {
  const world = sharing(makeWorld);

  const membersOf = (file: string, name: string) => {
    const source = readFileSync(`contracts/${file}`, "utf8");
    const [, members = ""] = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(source) ?? [];
    return members.replace(/\/\/.*/g, "").match(/\w+/g);
  };

  it("enums", () => {
    expect(membersOf("city/ICityRegistry.sol", "CityStatus")).to.deep.equal([...CITY_STATUSES]);
    expect(membersOf("city/ICityRegistry.sol", "ApplicationStatus")).to.deep.equal([...APPLICATION_STATUSES]);
    expect(membersOf("city/ICityResolver.sol", "SignedCodeStatus")).to.deep.equal([...SIGNED_CODE_STATUSES]);
    expect(membersOf("access/ICityAccessManager.sol", "Verdict")).to.deep.equal([...VERDICTS]);
    expect(membersOf("directory/ISuiteDirectory.sol", "Status")).to.deep.equal([...VERSION_STATUSES]);
    expect(membersOf("identity/IIdentityRegistry.sol", "Kind")).to.deep.equal([...KINDS]);
    expect(membersOf("identity/IIdentityRegistry.sol", "IdentityStatus")).to.deep.equal([...IDENTITY_STATUSES]);
    expect(membersOf("identity/IIdentityRegistry.sol", "PresenceStatus")).to.deep.equal([...PRESENCE_STATUSES]);
    expect(membersOf("identity/ISchemaRegistry.sol", "Acceptance")).to.deep.equal([...ACCEPTANCES]);
    expect(membersOf("identity/IClaimRegistry.sol", "ClaimStatus")).to.deep.equal([...CLAIM_STATUSES]);
    expect(membersOf("identity/IClaimRegistry.sol", "Standing")).to.deep.equal([...STANDINGS]);
    expect(membersOf("identity/IConsentRegistry.sol", "ConsentStatus")).to.deep.equal([...CONSENT_STATUSES]);
  });

  it("capabilities", () => {
    const source = readFileSync("contracts/access/CityRole.sol", "utf8");
    const constants = [...source.matchAll(/^Capability constant (\w+) = Capability\.wrap\((\w+)\);/gm)];
    expect(Object.fromEntries(constants.map(([, name, value]) => [name, Number(value)]))).to.deep.equal(CAPABILITIES);
    expect(Object.keys(CAPABILITIES).map((name) => capabilityName(CAPABILITIES[name as "ADMIN"]))).to.deep.equal(
      Object.keys(CAPABILITIES),
    );
    expect(issueUnder(7)).to.equal(0x8000_0007);
    expect(issueUnder(0x7fff_ffff)).to.equal(0xffff_ffff);
    expect(capabilityName(issueUnder(7))).to.equal("issue under schema 7");
    expect(capabilityName(99n)).to.equal("capability 99");
    for (const schema of [-1, 0.5, 0x8000_0000]) expect(() => issueUnder(schema)).to.throw(RangeError);
  });

  it("roles", async () => {
    const { manager, ids } = world();
    expect(roleOf(0, ADMIN)).to.equal(await manager.ADMIN_ROLE());
    expect(roleOf(0xffff_ffff, 0xffff_ffff)).to.equal(await manager.PUBLIC_ROLE());
    const role = roleOf(ids.shijiazhuang, issueUnder(7));
    expect(partsOfRole(role)).to.deep.equal({ city: ids.shijiazhuang, capability: issueUnder(7) });
    expect(await manager.getRoleAdmin(role)).to.equal(roleOf(ids.shijiazhuang, ADMIN));
    expect(await manager.getRoleAdmin(roleOf(ids.shijiazhuang, ADMIN))).to.equal(roleOf(ids.hebei, ADMIN));
    for (const [city, capability] of [
      [-1, 0],
      [2 ** 32, 0],
      [0, -1],
      [0, 2 ** 32],
    ] as const) {
      expect(() => roleOf(city, capability)).to.throw(RangeError);
    }
  });

  it("EIP-712: applications", async () => {
    const { registry, client, ids, accounts } = world();
    const application = {
      parent: ids.hebei,
      code: encodeCityCode("MA.156.1302"),
      name: "唐山市",
      applicant: accounts.stranger.address,
      salt: ZeroHash,
    };
    const domain = registryDomain(client.chainId, await registry.getAddress());
    expect(TypedDataEncoder.hash(domain, APPLICATION_TYPES, application)).to.equal(
      await registry.applicationId(application),
    );
    const { name, version, chainId, verifyingContract } = await registry.eip712Domain();
    expect(domain).to.deep.equal({ name, version, chainId, verifyingContract });
  });

  it("EIP-712: signed codes", async () => {
    const { resolver, client } = world();
    const content = { code: "MA.156.1003.1629/73.10000000.6", city: 7, time: 1_700_000_000 };
    const domain = resolverDomain(client.chainId, await resolver.getAddress());
    expect(TypedDataEncoder.hash(domain, SIGNED_CODE_TYPES, content)).to.equal(
      await resolver.signedCodeDigest(content.code, content.city, content.time),
    );
    const { name, version, chainId, verifyingContract } = await resolver.eip712Domain();
    expect(domain).to.deep.equal({ name, version, chainId, verifyingContract });
  });
});
