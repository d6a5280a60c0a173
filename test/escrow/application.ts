/** Applications of workers of the subcontractor, and their refusal. */
import { expect } from "chai";

import { idOf } from "../identity/claims.js";
import { type Application, applicationOf, type ApplicationChanges, enrol, type Site } from "./wages.js";

/** An application for the subcontractor. */
export async function application(world: Site, changes: ApplicationChanges = {}): Promise<Application> {
  const enrolment = { employer: world.seat, ...changes.enrolment };
  return applicationOf(world, world.project, { ...changes, enrolment });
}

/** The application is refused, as no employment of this company and key. */
export async function noEmployment(world: Site, refused: Application): Promise<void> {
  await expect(enrol(world, refused))
    .to.be.revertedWithCustomError(world.workers, "EmploymentInvalid")
    .withArgs(await idOf(world, refused.employment.claim));
}
