import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";

import { Kind, newKey, register, word, YEAR } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { LIMIT, milestonesOf, opening, worksAlone } from "./opening.js";
import {
  BUDGET,
  DAY,
  escrowWorld,
  newCompany,
  openProject,
  signTerms,
  type TermsChanges,
  termsOf,
  WORKS,
} from "./world.js";

describe("ProjectRegistry refuses to open", () => {
  it("the same terms twice", async () => {
    const world = await loadFixture(escrowWorld);
    const { project, terms } = await openProject(world);
    await expect(world.projects.open(terms, await signTerms(world, terms)))
      .to.be.revertedWithCustomError(world.projects, "ProjectExists")
      .withArgs(project);
  });

  it("what the network itself, a suspended or an unknown city, or a closed contract would have", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, manager, registry, hebei } = world;
    for (const city of [0, 99]) {
      await expect(opening(world, { city })).to.be.revertedWithCustomError(manager, "CityUnknown").withArgs(city);
    }
    await manager.setTargetClosed(projects, true);
    await expect(opening(world, {})).to.be.revertedWithCustomError(manager, "ContractClosed").withArgs(projects);
    await manager.setTargetClosed(projects, false);
    await registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
    await expect(opening(world, {}))
      .to.be.revertedWithCustomError(manager, "CityNotActive")
      .withArgs(SHIJIAZHUANG, SHIJIAZHUANG);
  });

  it("after the deadline, to the second", async () => {
    const world = await loadFixture(escrowWorld);
    const deadline = (await time.latest()) + DAY;
    const terms = await termsOf(world, { deadline });
    const signatures = await signTerms(world, terms);
    await time.setNextBlockTimestamp(deadline + 1);
    await expect(world.projects.open(terms, signatures))
      .to.be.revertedWithCustomError(world.projects, "OrderExpired")
      .withArgs(deadline);
    const next = deadline + DAY;
    const later = await termsOf(world, { deadline: next });
    const good = await signTerms(world, later);
    await time.setNextBlockTimestamp(next);
    await world.projects.open(later, good);
  });

  it("impossible sums, shares and accounts", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, stranger, escrow, wages, milestones } = world;
    const vaults = await Promise.all([escrow, wages, milestones].map(async (vault) => vault.getAddress()));
    const cases: TermsChanges[] = [
      { money: { token: stranger.address } },
      { money: { token: ZeroAddress } },
      { money: { unit: 0 } },
      { money: { unit: LIMIT } },
      { money: { currency: 0 } },
      { money: { budget: 0, wageDeposit: 0 } },
      worksAlone(LIMIT),
      { money: { wageShare: 10_001 } },
      { money: { retention: 10_001 } },
      { money: { defaultSplit: 10_001 } },
      { money: { wageDeposit: BUDGET + 1n } },
      { money: { strayTo: ZeroAddress } },
      { funders: Array.from({ length: 65 }, () => stranger.address) },
      ...[ZeroAddress, ...vaults].map((contractorAccount) => ({ parties: { contractorAccount } })),
    ];
    for (const [index, changes] of cases.entries()) {
      await expect(opening(world, changes), `case ${index}`).to.be.revertedWithCustomError(projects, "MoneyInvalid");
    }
  });

  it("periods and times out of bounds", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects } = world;
    const now = await time.latest();
    const cases: TermsChanges["periods"][] = [
      ...["answer", "contest", "ruling", "invoicing"].flatMap((period) => [
        { [period]: DAY - 1 },
        { [period]: 180 * DAY + 1 },
      ]),
      ...["answer", "contest", "ruling", "retentionUntil", "endsAt", "payday"].map((period) => ({ [period]: 0 })),
      { payday: 32 },
      { retentionUntil: now },
      { retentionUntil: now + 30 * YEAR + DAY },
      { endsAt: now },
      { endsAt: now + 20 * YEAR + DAY },
    ];
    for (const [index, periods] of cases.entries()) {
      await expect(opening(world, { periods: { ...periods } }), `case ${index}`).to.be.revertedWithCustomError(
        projects,
        "PeriodsInvalid",
      );
    }
  });

  it("an end that is now, and not one a second later", async () => {
    const world = await loadFixture(escrowWorld);
    const endsAt = (await time.latest()) + DAY;
    const terms = await termsOf(world, { periods: { endsAt, retentionUntil: endsAt + 1 } });
    const signatures = await signTerms(world, terms);
    await time.setNextBlockTimestamp(endsAt);
    await expect(world.projects.open(terms, signatures)).to.be.revertedWithCustomError(
      world.projects,
      "PeriodsInvalid",
    );
    const next = await termsOf(world, { periods: { endsAt: endsAt + DAY, retentionUntil: endsAt + DAY } });
    const good = await signTerms(world, next);
    await time.setNextBlockTimestamp(endsAt + DAY - 1);
    await world.projects.open(next, good);
  });

  it("milestones that are none, of nothing, too many, or another sum", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects } = world;
    for (const [amounts, sum] of [
      [[], 0n],
      [[WORKS, 0n], 0n],
      [[WORKS - 1n], WORKS - 1n],
      [[WORKS, 1n], WORKS + 1n],
      [[2n ** 128n - 1n, 2n ** 128n - 1n], 2n ** 129n - 2n],
      [Array.from({ length: 65 }, () => WORKS / 64n), 0n],
    ] as const) {
      await expect(opening(world, { milestones: milestonesOf(...amounts) }))
        .to.be.revertedWithCustomError(projects, "MilestonesInvalid")
        .withArgs(sum, WORKS);
    }
    await expect(opening(world, { money: { wageShare: 10_000 }, milestones: [] }))
      .to.be.revertedWithCustomError(projects, "MilestonesInvalid")
      .withArgs(0, 0);
  });

  it("parties that are not all different", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, owner, contractor, supervisor } = world;
    for (const [parties, party, seat] of [
      [{ contractor: owner.id }, owner.id, 0],
      [{ supervisor: owner.id }, owner.id, 0],
      [{ supervisor: contractor.id }, contractor.id, 1],
      [{ arbiter: owner.id }, owner.id, 0],
      [{ arbiter: contractor.id }, contractor.id, 1],
      [{ arbiter: supervisor.id }, supervisor.id, 2],
    ] as const) {
      await expect(opening(world, { parties }))
        .to.be.revertedWithCustomError(projects, "PartySeated")
        .withArgs(party, seat);
    }
  });

  it("a party that is no active legal person", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, identities, registrar } = world;
    const resident = await register(world, newKey(), { kind: Kind.Natural });
    const suspended = await newCompany(world);
    await identities.connect(registrar).suspend(suspended.id, 1, []);
    for (const person of [resident, suspended.id, word(), ZeroHash]) {
      for (const seat of ["owner", "contractor", "supervisor", "arbiter"]) {
        await expect(opening(world, { parties: { [seat]: person } }))
          .to.be.revertedWithCustomError(projects, "NotActiveLegalPerson")
          .withArgs(person);
      }
    }
  });

  it("terms that one of the three has not signed", async () => {
    const world = await loadFixture(escrowWorld);
    const { projects, owner, contractor, supervisor, arbiter } = world;
    const terms = await termsOf(world);
    const sides = [owner, contractor, supervisor] as const;
    for (const [place, missing] of sides.entries()) {
      const others = sides.map((side, index) => (index === place ? arbiter : side)) as [
        typeof owner,
        typeof owner,
        typeof owner,
      ];
      await expect(projects.open(terms, await signTerms(world, terms, others)))
        .to.be.revertedWithCustomError(projects, "PartyNotSigned")
        .withArgs(missing.id);
    }
    await expect(projects.open(terms, await signTerms(world, terms, [contractor, owner, supervisor])))
      .to.be.revertedWithCustomError(projects, "PartyNotSigned")
      .withArgs(owner.id);
  });
});
