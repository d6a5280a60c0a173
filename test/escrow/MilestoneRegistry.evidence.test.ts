import { expect } from "chai";

import { issueUnder, roleOf } from "../../src/index.js";
import { Status } from "../identity/claims.js";
import { RESIDENT, word } from "../identity/world.js";
import { loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { DAY, EMPLOYMENT } from "./world.js";
import {
  type Evidence,
  type EvidenceChanges,
  evidenceOf,
  type Funded,
  funded,
  MilestoneStatus,
  newProject,
  request,
  stateOf,
} from "./works.js";

describe("MilestoneRegistry: evidence", () => {
  /** The first milestone cannot be requested with this. */
  async function refused(world: Funded, evidence: Evidence): Promise<void> {
    const { milestones, claims, project } = world;
    await expect(request(world, project, 0, evidence))
      .to.be.revertedWithCustomError(milestones, "EvidenceInvalid")
      .withArgs(await claims.idOf(evidence.claim));
  }

  /** It cannot be requested with a claim of this status. */
  async function notActive(world: Funded, evidence: Evidence, status: bigint): Promise<void> {
    const { milestones, claims, project } = world;
    await expect(request(world, project, 0, evidence))
      .to.be.revertedWithCustomError(milestones, "ClaimNotActive")
      .withArgs(await claims.idOf(evidence.claim), status);
  }

  it("is a claim that says it is about this milestone of this project", async () => {
    const world = await loadFixture(funded);
    const { project } = world;
    await request(world, project, 0, await evidenceOf(world, project, 0));
    await request(world, project, 2, await evidenceOf(world, project, 2));
    expect((await stateOf(world, project, 2)).status).to.equal(MilestoneStatus.Requested);
  });

  it("may be in a batch, with its path", async () => {
    const world = await loadFixture(funded);
    const { project } = world;
    const evidence = await evidenceOf(world, project, 0, { serial: 1 });
    for (const path of [[], [word(), ...evidence.path.slice(1)], evidence.path.slice(1)]) {
      await notActive(world, { ...evidence, path }, Status.Unknown);
    }
    await request(world, project, 0, evidence);
  });

  it("is good for no other project, and no other milestone", async () => {
    const world = await loadFixture(funded);
    const other = await newProject(world);
    await refused(world, await evidenceOf(world, other, 0));
    await refused(world, await evidenceOf(world, world.project, 1));
    const evidence = await evidenceOf(world, world.project, 10);
    await refused(world, evidence);
    await refused(world, { ...evidence, fields: [evidence.fields[0]!, { ...evidence.fields[1]!, value: "0x30" }] });
  });

  it("says so in exactly two fields, as they are written here", async () => {
    const world = await loadFixture(funded);
    const { project } = world;
    const both: [string, string][] = [
      ["project", project],
      ["milestone", "0"],
    ];
    const wrong: NonNullable<EvidenceChanges["fields"]>[] = [
      [],
      [both[0]!],
      [both[1]!],
      [...both, ["place", "石家庄市"]],
      [both[0]!, both[0]!],
      [both[1]!, both[1]!],
      [["Project", project], both[1]!],
      [both[0]!, ["Milestone", "0"]],
      [["project", project.toUpperCase().replace("0X", "0x")], both[1]!],
      [["project", project.slice(2)], both[1]!],
      [both[0]!, ["milestone", "00"]],
      [both[0]!, ["milestone", ""]],
    ];
    for (const fields of wrong) await refused(world, await evidenceOf(world, project, 0, { fields }));
  });

  it("in either order, whatever else the claim says", async () => {
    const world = await loadFixture(funded);
    const { project } = world;
    const both: [string, string][] = [
      ["milestone", "0"],
      ["project", project],
    ];
    await request(world, project, 0, await evidenceOf(world, project, 0, { fields: both }));
    for (let i = 0; i < 8; ++i) {
      const again = await loadFixture(funded);
      const hidden: [string, string][] = [["place", "石家庄市"]];
      await request(again, project, 0, await evidenceOf(again, project, 0, { hidden }));
    }
  });

  it("is proven from the claim's root", async () => {
    const world = await loadFixture(funded);
    const { project } = world;
    const [evidence, other] = [await evidenceOf(world, project), await evidenceOf(world, project)];
    await refused(world, { ...evidence, fields: other.fields });
    await refused(world, { ...evidence, proof: [word()] });
    await refused(world, { ...evidence, proofFlags: [] });
    await refused(world, {
      ...evidence,
      fields: [evidence.fields[0]!, { ...evidence.fields[1]!, salt: word() }],
    });
  });

  it("is of the terms' schema", async () => {
    const world = await loadFixture(funded);
    for (const schema of [RESIDENT, EMPLOYMENT]) {
      await refused(world, await evidenceOf(world, world.project, 0, { terms: { schema } }));
    }
  });

  it("was issued, and is active", async () => {
    const world = await loadFixture(funded);
    const { claims, issuer, project } = world;
    const evidence = await evidenceOf(world, project);
    await notActive(world, { ...evidence, claim: { ...evidence.claim, root: word() } }, Status.Unknown);
    const now = await time.latest();
    const later = { validFrom: now + DAY, validUntil: now + 9 * DAY };
    await notActive(world, await evidenceOf(world, project, 0, { terms: later }), Status.NotYetValid);
    const over = await evidenceOf(world, project, 0, { terms: { validFrom: now - DAY, validUntil: now + DAY } });
    await time.increase(DAY);
    await notActive(world, over, Status.Expired);
    const id = await claims.idOf(evidence.claim);
    await claims.connect(issuer).suspend([id], 1, []);
    await notActive(world, evidence, Status.Suspended);
    await claims.connect(issuer).revoke([id], 1, []);
    await notActive(world, evidence, Status.Revoked);
  });

  it("stays good if its issuer is dismissed afterwards", async () => {
    const world = await loadFixture(funded);
    const { manager, shijiazhuang, issuer, project } = world;
    const evidence = await evidenceOf(world, project);
    await manager.connect(shijiazhuang).revokeRole(roleOf(SHIJIAZHUANG, issueUnder(6)), issuer);
    await request(world, project, 0, evidence);
  });
});
