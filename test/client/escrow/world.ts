import { randomBytes } from "ethers";

import { type Contracts, issueUnder, roleOf } from "../../../src/index.js";
import { secondsOf } from "../../../src/common/time.js";
import {
  type AgreementSignature,
  joinSignatures,
  signAgreement,
  type SigningRole,
} from "../../../src/escrow/agreement.js";
import type { AgreementDocument } from "../../../src/escrow/agreement-document.js";
import { type Budget, draftTerms } from "../../../src/escrow/budget.js";
import { evidenceValues, INSPECTION_SCHEMA } from "../../../src/escrow/evidence.js";
import { type ProjectNetwork, projectNetwork, type TermsDocument } from "../../../src/escrow/terms.js";
import type { ClaimDocument } from "../../../src/identity/document.js";
import { issueClaims } from "../../../src/identity/issue.js";
import { prepareClaim } from "../../../src/identity/prepare.js";
import { AccountKey } from "../../../src/identity/key.js";
import { createSchema } from "../../../src/identity/schema.js";
import { type Company, EMPLOYMENT, escrowWorld, type EscrowWorld, mint } from "../../escrow/world.js";
import { CHINA, loadFixture, SHIJIAZHUANG, time } from "../../world.js";
import { budgetOf } from "./samples.js";

/** The escrow world as a service sees it, and a school that shall be built. */
export interface SiteOffice extends EscrowWorld {
  contracts: Contracts;
  network: ProjectNetwork;
  /** Number of the schema of inspections. */
  inspection: number;
  /** The present, on the chain. */
  now: Date;
}

export async function siteOffice(): Promise<SiteOffice> {
  const world = await loadFixture(escrowWorld);
  const { manager, registry, china, shijiazhuang, issuer, owner } = world;
  const provider = registry.runner!.provider!;
  const { chainId } = await provider.getNetwork();
  const contracts: Contracts = { ...world, provider, chainId, access: manager, cities: registry };
  const inspection = await createSchema(contracts, china, INSPECTION_SCHEMA, CHINA);
  await manager.connect(shijiazhuang).grantRole(roleOf(SHIJIAZHUANG, issueUnder(inspection)), issuer, 0);
  await mint(world, owner.operator, 200_000_000n);
  const now = new Date((await time.latest()) * 1000);
  return { ...world, contracts, network: await projectNetwork(contracts), inspection, now };
}

const DAY = 86_400_000;

/** A day so many days from the present, as budgets write it. */
export function dayAfter({ now }: Pick<SiteOffice, "now">, days: number): string {
  return new Date(now.getTime() + days * DAY).toISOString().slice(0, 10);
}

/** The budget of the school, with the parties of the fixture. */
export async function schoolBudget(world: SiteOffice, changes: Partial<Budget> = {}): Promise<Budget> {
  const { owner, contractor, supervisor, arbiter, settlement } = world;
  return budgetOf({
    city: Number(SHIJIAZHUANG),
    ...{ owner: owner.id, contractor: contractor.id, supervisor: supervisor.id, arbiter: arbiter.id },
    contractorAccount: contractor.account.address,
    token: await settlement.getAddress(),
    strayTo: owner.account.address,
    ...{ retentionUntil: dayAfter(world, 800), endsAt: dayAfter(world, 365), openBy: dayAfter(world, 30) },
    ...{ employment: Number(EMPLOYMENT), evidence: world.inspection },
    ...changes,
  });
}

/** Terms of the school. */
export async function schoolTerms(world: SiteOffice, changes: Partial<Budget> = {}): Promise<TermsDocument> {
  return draftTerms(world.network, await schoolBudget(world, changes), world.now);
}

/** The parties sign, each with its own key. */
export async function signedBy<Document extends AgreementDocument>(
  document: Document,
  parties: Partial<Record<SigningRole, Pick<Company, "key">>>,
): Promise<ReturnType<typeof joinSignatures<Document>>> {
  const signatures: AgreementSignature[] = [];
  for (const [role, { key }] of Object.entries(parties)) {
    signatures.push(await signAgreement(document, role as SigningRole, key));
  }
  return joinSignatures(document, signatures);
}

/** Owner, contractor and supervisor sign. */
export async function signedByAll<Document extends AgreementDocument>(
  { owner, contractor, supervisor }: EscrowWorld,
  document: Document,
): Promise<ReturnType<typeof joinSignatures<Document>>> {
  return signedBy(document, { supervisor, owner, contractor });
}

/** An inspector's claim that a milestone was built, issued to the contractor. */
export async function inspected(
  world: SiteOffice,
  project: string,
  milestone: number,
  values: Record<string, string> = {},
): Promise<ClaimDocument> {
  const validFrom = new Date(Number(secondsOf(new Date((await time.latest()) * 1000))) * 1000 - 3_600_000);
  const draft = {
    definition: INSPECTION_SCHEMA,
    schema: world.inspection,
    city: SHIJIAZHUANG,
    values: { ...evidenceValues(project, milestone), inspectedOn: "2026-05-01", ...values },
    parties: [{ identity: world.contractor.id, holder: new AccountKey(randomBytes(32)).signer }],
    validFrom,
    validUntil: null,
  };
  const { documents } = await prepareClaim(world.contracts, world.issuer.address, draft);
  await issueClaims(world.contracts, world.issuer, documents);
  return documents[0]!;
}
