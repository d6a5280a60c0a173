import { globSync, readFileSync } from "node:fs";

import { expect } from "chai";
import { AbiCoder, concat, hexlify, id, keccak256, randomBytes, TypedDataEncoder, ZeroHash } from "ethers";

import * as typedData from "../../src/escrow/typed-data.js";
import { CivitasError, decodeError } from "../../src/errors.js";
import { LATER, newKey, word } from "../identity/world.js";
import { loadFixture } from "../world.js";
import { amendmentOf, escrowWorld, newCompany, openProject, signTermination, subcontractOf, termsOf } from "./world.js";

/** Every type that a contract of this folder hashes, by name: `Share` -> `Share(uint16 milestone,uint16 share)`. */
const inContracts = new Map<string, string>();
for (const file of globSync("contracts/escrow/*.sol")) {
  const source = readFileSync(file, "utf8").replace(/"\s+"/g, ""); // long types stand in several literals
  for (const [, type = ""] of source.matchAll(/keccak256\(\s*"([^"(]+\([^"]+)"\s*\)/g)) {
    inContracts.set(type.slice(0, type.indexOf("(")), type);
  }
}

/** Hashed, never signed: rows of payrolls, and what tells payments apart. */
const NEVER_SIGNED = ["Transaction", "WageRow", "WageRowKey", "OrderPayment"];

describe("what is signed for projects and wages", () => {
  it("has the same types in the client and in the contracts, none more and none less", () => {
    const inClient = new Map<string, string>();
    for (const [name, types] of Object.entries(typedData)) {
      if (!name.endsWith("_TYPES")) continue;
      const all = types as Record<string, { type: string; name: string }[]>;
      const encoder = TypedDataEncoder.from(all);
      for (const type of Object.keys(all)) inClient.set(type, encoder.encodeType(type));
    }
    const signed = [...inContracts.keys()].filter((name) => !NEVER_SIGNED.includes(name));
    expect([...inClient.keys()]).to.have.members(signed);
    for (const [name, type] of inClient) expect(type).to.equal(inContracts.get(name), name);
    expect(typedData.WAGE_ROW_TYPE).to.equal(inContracts.get("WageRow"));
  });

  it("has a domain in each contract: name, version, chain, address", async () => {
    const world = await loadFixture(escrowWorld);
    const { chainId } = await world.projects.runner!.provider!.getNetwork();
    for (const contract of ["projects", "workers", "payrolls"] as const) {
      const domain = await typedData.domainOf({ ...world, chainId }, contract);
      const { name, version, verifyingContract, fields, salt, extensions } = await world[contract].eip712Domain();
      expect(domain, contract).to.deep.equal({ name, version, chainId, verifyingContract });
      expect([fields, BigInt(salt), [...extensions]]).to.deep.equal(["0x0f", 0n, []]);
    }
  });

  it("makes the digest of terms the project's id, whatever they say", async () => {
    const world = await loadFixture(escrowWorld);
    for (const changes of [
      {},
      { milestones: [], funders: [], city: 0, deadline: 0 },
      { milestones: Array.from({ length: 64 }, (_, i) => ({ amount: 2n ** 128n - 1n - BigInt(i), content: word() })) },
      { funders: Array.from({ length: 5 }, () => hexlify(randomBytes(20))), content: ZeroHash },
      { money: { unit: 2n ** 95n, budget: 2n ** 96n - 1n, retention: 65_535 }, periods: { silenceApproves: false } },
      { periods: { payday: 255, endsAt: 2n ** 40n - 1n, employment: 2n ** 32n - 1n }, parties: { owner: word() } },
    ]) {
      const terms = await termsOf(world, changes);
      expect(await world.projects.idOf(terms)).to.equal(
        await world.digest("projects", typedData.TERMS_TYPES, { ...terms }),
      );
    }
  });

  it("makes the digests of change orders and subcontracts those that the contract asks signatures for", async () => {
    const world = await loadFixture(escrowWorld);
    const { project } = await openProject(world);
    const milestones = Array.from({ length: 5 }, (_, index) => ({
      index,
      amount: BigInt(index) ** 9n,
      content: word(),
    }));
    for (const changes of [{}, { milestones }, { arbiter: word(), wageShare: 65_535, deadline: 0 }]) {
      const amendment = await amendmentOf(world, project, changes);
      const digest = await world.digest("projects", typedData.AMENDMENT_TYPES, { ...amendment });
      expect(await world.projects.digestOf(amendment)).to.equal(digest);
    }
    const company = await newCompany(world);
    const shares = Array.from({ length: 9 }, (_, milestone) => ({ milestone, share: 65_535 - milestone }));
    for (const changes of [{}, { shares: [] }, { shares, content: ZeroHash }]) {
      const subcontract = subcontractOf(project, company, changes);
      const digest = await world.digest("projects", typedData.SUBCONTRACT_TYPES, { ...subcontract });
      expect(await world.projects.digestOfSubcontract(subcontract)).to.equal(digest);
    }
  });

  it("makes the digest of a termination the one that ends a project", async () => {
    const world = await loadFixture(escrowWorld);
    const { project } = await openProject(world);
    const signatures = await signTermination(world, project);
    const refusal = await world.projects.terminate.staticCall(project, LATER - 1, signatures).catch(decodeError);
    expect(refusal).to.be.instanceOf(CivitasError).and.have.property("name", "PartyNotSigned");
    await world.projects.terminate(project, LATER, signatures);
  });

  it("makes the digests of enrolments, payrolls and rows those of the registries", async () => {
    const world = await loadFixture(escrowWorld);
    for (const signer of [newKey().signer, hexlify(randomBytes(84)), "0x"]) {
      const enrolment = {
        ...{ project: word(), employer: 65_535, signer },
        ...{ account: hexlify(randomBytes(20)), tag: word(), deadline: LATER },
      };
      const digest = await world.digest("workers", typedData.ENROLMENT_TYPES, enrolment);
      expect(await world.workers.digestOf(enrolment)).to.equal(digest);
    }
    const rows = [1, 2, 7, 2 ** 32 - 1].map((worker) => ({ worker, amount: 2n ** 95n + BigInt(worker) }));
    for (const predecessor of [ZeroHash, word()]) {
      const payroll = { project: word(), employer: 4, period: 202_611, serial: 2 ** 32 - 1, predecessor };
      const payrollId = await world.digest("payrolls", typedData.PAYROLL_TYPES, payroll);
      expect(await world.payrolls.idOf(payroll)).to.equal(payrollId);
      const leaves = rows.map(({ worker, amount }, position) => {
        const types = ["bytes32", "bytes32", "uint32", "uint32", "uint128"];
        const values = [id(typedData.WAGE_ROW_TYPE), payrollId, position, worker, amount];
        return keccak256(keccak256(AbiCoder.defaultAbiCoder().encode(types, values)));
      });
      const pair = (a = "", b = "") => keccak256(concat(a < b ? [a, b] : [b, a]));
      const root = pair(pair(leaves[0], leaves[1]), pair(leaves[2], leaves[3]));
      const { total, root: found } = await world.payrolls.rootOf(payrollId, rows);
      expect(found).to.equal(root);
      expect(total).to.equal(rows.reduce((sum, { amount }) => sum + amount, 0n));
    }
  });
});
