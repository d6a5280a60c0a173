import { expect } from "chai";

import { loadFixture } from "../world.js";
import { amend, BUDGET, escrowWorld, openProject, ProjectStatus, subcontract, terminate } from "./world.js";

describe("ProjectRegistry", () => {
  it("opens, changes and ends a project", async () => {
    const world = await loadFixture(escrowWorld);
    const { project } = await openProject(world);
    await amend(world, project, { endsAt: 2_000_000_000 });
    await subcontract(world, project);
    expect((await world.projects.projectOf(project)).budget).to.equal(BUDGET);
    await terminate(world, project);
    expect((await world.projects.projectOf(project)).status).to.equal(ProjectStatus.Terminated);
  });
});
