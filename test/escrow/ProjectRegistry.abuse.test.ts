import { expect } from "chai";
import { TypedDataEncoder } from "ethers";

import { AMENDMENT_TYPES, domainAt, SUBCONTRACT_TYPES, TERMS_TYPES } from "../../src/escrow/typed-data.js";
import { ProjectRegistry__factory } from "../../typechain/index.js";
import { propose, setOperator } from "../identity/persons.js";
import { newKey, YEAR } from "../identity/world.js";
import { ethers, loadFixture, time } from "../world.js";
import {
  amend,
  amendmentOf,
  type Company,
  DAY,
  escrowWorld,
  type EscrowWorld,
  newAccount,
  newCompany,
  NO_OFFICE,
  openProject,
  Seat,
  sidesOf,
  signAmendment,
  signTerms,
  subcontractOf,
  termsOf,
} from "./world.js";

type Types = typeof TERMS_TYPES;
interface Signature {
  signer: string;
  signature: string;
}
interface Elsewhere {
  chainId?: bigint;
  address?: string;
  name?: string;
}

/** Signed by these for another chain, contract or name than this suite's ProjectRegistry. */
async function elsewhere(
  world: EscrowWorld,
  companies: readonly Company[],
  types: Types,
  value: object,
  domain: Elsewhere,
): Promise<Signature[]> {
  const { chainId } = await ethers.provider.getNetwork();
  const here = domainAt("projects", domain.chainId ?? chainId, domain.address ?? (await world.projects.getAddress()));
  const digest = TypedDataEncoder.hash({ ...here, ...(domain.name && { name: domain.name }) }, types, value);
  return companies.map(({ key }) => ({ signer: key.signer, signature: key.sign(digest) }));
}

describe("ProjectRegistry: abuse", () => {
  describe("what is signed for another chain, contract or name is good for nothing", () => {
    async function domains(world: EscrowWorld): Promise<Elsewhere[]> {
      const twin = await new ProjectRegistry__factory(world.administrator).deploy(world.manager, world.identities);
      return [
        { chainId: 1n },
        { address: await world.escrow.getAddress() },
        { address: await twin.getAddress() },
        { name: "Civitas IdentityRegistry" },
      ];
    }

    it("terms", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects, owner } = world;
      const terms = await termsOf(world);
      for (const domain of await domains(world)) {
        const signatures = await elsewhere(world, sidesOf(world), TERMS_TYPES, terms, domain);
        await expect(projects.open(terms, signatures as never))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(owner.id);
      }
    });

    it("amendments and subcontracts", async () => {
      const world = await loadFixture(escrowWorld);
      const { projects, owner, contractor } = world;
      const { project } = await openProject(world);
      const amendment = await amendmentOf(world, project);
      const company = await newCompany(world);
      const subcontract = subcontractOf(project, company);
      for (const domain of await domains(world)) {
        const changes = await elsewhere(world, sidesOf(world), AMENDMENT_TYPES, amendment, domain);
        await expect(projects.amend(amendment, changes as never, NO_OFFICE))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(owner.id);
        const both = await elsewhere(world, [contractor, company], SUBCONTRACT_TYPES, subcontract, domain);
        await expect(projects.subcontract(subcontract, both as never))
          .to.be.revertedWithCustomError(projects, "PartyNotSigned")
          .withArgs(contractor.id);
      }
    });
  });

  it("nothing of the terms can be changed after the signatures", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, owner, contractor, stranger } = world;
    const terms = await termsOf(world);
    const signatures = await signTerms(world, terms);
    const { money, periods, parties } = terms;
    const thief = await newAccount();
    for (const changed of [
      { ...terms, parties: { ...parties, contractorAccount: thief.address } },
      { ...terms, parties: { ...parties, arbiter: (await newCompany(world)).id } },
      { ...terms, money: { ...money, strayTo: thief.address } },
      { ...terms, money: { ...money, wageDeposit: 0 } },
      { ...terms, periods: { ...periods, silenceApproves: false } },
      { ...terms, periods: { ...periods, payday: 16 } },
      { ...terms, milestones: [...terms.milestones].reverse() },
      { ...terms, milestones: terms.milestones.map((one) => ({ ...one, content: terms.content })) },
      { ...terms, funders: [thief.address] },
      { ...terms, content: await projects.idOf(terms) },
      { ...terms, deadline: BigInt(terms.deadline) - 1n },
    ]) {
      await expect(projects.connect(stranger).open(changed, signatures))
        .to.be.revertedWithCustomError(projects, "PartyNotSigned")
        .withArgs(owner.id);
    }
    const swapped = { ...terms, parties: { ...parties, owner: contractor.id, contractor: owner.id } };
    await expect(projects.connect(stranger).open(swapped, signatures))
      .to.be.revertedWithCustomError(projects, "PartyNotSigned")
      .withArgs(contractor.id);
  });

  it("terms of one project are no terms of the next, and its amendments none of the next", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, owner } = world;
    const { project: first } = await openProject(world);
    const { project: second } = await openProject(world);
    const amendment = await amendmentOf(world, first);
    const signatures = await signAmendment(world, amendment);
    await expect(projects.amend({ ...amendment, project: second }, signatures, NO_OFFICE))
      .to.be.revertedWithCustomError(projects, "PartyNotSigned")
      .withArgs(owner.id);
  });

  it("terms that were amended cannot be opened again in their first form", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects } = world;
    const { project, terms } = await openProject(world);
    const first = await amend(world, project, { wageDeposit: 3_000_000n });
    await amend(world, project, { wageDeposit: 4_000_000n });
    await expect(projects.open(terms, await signTerms(world, terms)))
      .to.be.revertedWithCustomError(projects, "ProjectExists")
      .withArgs(project);
    await expect(projects.amend(first, await signAmendment(world, first), NO_OFFICE))
      .to.be.revertedWithCustomError(projects, "ChangesDiffer")
      .withArgs(0, 2);
    expect((await projects.projectOf(project)).wageDeposit).to.equal(4_000_000n);
  });

  it("an amendment lowers no wages bit by bit", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects } = world;
    const { project } = await openProject(world);
    // One fen less for wages, by a budget that is five fen smaller, and a share that is the same.
    const amendment = await amendmentOf(world, project, {
      budget: 99_999_995n,
      milestones: [{ index: 0, amount: 29_999_996n, content: "0x".padEnd(66, "1") }],
    });
    await expect(
      projects.amend(amendment, await signAmendment(world, amendment), NO_OFFICE),
    ).to.be.revertedWithCustomError(projects, "LabourOfficeNotSigned");
  });

  it("a party whose key is being replaced signs and does nothing", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, owner } = world;
    const { project } = await openProject(world);
    const amendment = await amendmentOf(world, project);
    await propose(world, owner.id, newKey());
    await expect(projects.amend(amendment, await signAmendment(world, amendment), NO_OFFICE))
      .to.be.revertedWithCustomError(projects, "PartyNotSigned")
      .withArgs(owner.id);
    await expect(projects.connect(owner.operator).petition(project, amendment.project))
      .to.be.revertedWithCustomError(projects, "NotParty")
      .withArgs(project, Seat.Contractor, owner.operator);
  });

  it("an account that acts for two parties acts as each, and for no third", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, owner, contractor } = world;
    const { project } = await openProject(world);
    const both = await newAccount();
    await setOperator(world, owner.id, owner.key, both.address, true);
    await setOperator(world, contractor.id, contractor.key, both.address, true);
    await projects.connect(both).petition(project, project);
    expect((await projects.petitionOf(project)).seat).to.equal(Seat.Owner);
    await expect(projects.connect(both).grantTermination(project)).to.be.revertedWithCustomError(projects, "NotParty");
  });

  it("an amendment that nobody relays in time does not wait for better days", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects } = world;
    const { project } = await openProject(world);
    const deadline = (await time.latest()) + 30 * DAY;
    const amendment = await amendmentOf(world, project, { deadline, wageDeposit: 5_000_000n });
    const signatures = await signAmendment(world, amendment);
    await time.increase(YEAR / 2);
    await expect(projects.amend(amendment, signatures, NO_OFFICE))
      .to.be.revertedWithCustomError(projects, "OrderExpired")
      .withArgs(deadline);
  });
});
