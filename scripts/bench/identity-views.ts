import { ZeroHash } from "ethers";

import { IdTree } from "../../src/common/batch-tree.js";
import { holderCommitment, subjectCommitment } from "../../src/identity/commitment.js";
import type { PersonKey } from "../../src/identity/key.js";
import { fieldRoot, proveFields } from "../../src/common/tree.js";
import { IDENTITY_TYPES, PRESENTATION_TYPES } from "../../src/identity/typed-data.js";
import { issueUnder } from "../../src/index.js";
import type { ClaimStruct } from "../../typechain/identity/ClaimRegistry.js";
import type { IClaimVerifier } from "../../typechain/identity/ClaimVerifier.js";
import { anchor, ANCHORED, CLAIM, claimOf, HOLDER_SALT, issue, POSITION, register } from "./identity.js";
import { contentOf, identityOf, identityWorld, type IdentityWorld, LICENCE, TERMS, word } from "./identity-world.js";
import { CHINA, ENTERPRISE, LATER, loadFixture, meter } from "./world.js";

/** What others ask of identities and claims. */
export async function measureIdentityViews(): Promise<void> {
  await measureGuard();
  await measureStatus();
  const shown = "two fields of four, of one claim";
  const question = "`ClaimVerifier.presentationStatus`";
  await measurePresentation("claim.presentation", `${question}: ${shown}, with accounts' keys`, ({ person }, name) =>
    person(name),
  );
  await measurePresentation("claim.presentation.p256", `${question}: the same with P-256 keys`, ({ phone }, name) =>
    phone(name),
  );
}

/** The largest part of what an act costs above its floor. */
async function measureGuard(): Promise<void> {
  const { manager, issuer } = await loadFixture(identityWorld);
  const what = "`CityAccessManager.checkCanBelow`: what issuing asks, for a city four below the schema's";
  await meter.view("claim.guard.one", what, manager, "checkCanBelow", [
    issuer.address,
    ENTERPRISE,
    issueUnder(LICENCE),
    CHINA,
  ]);
}

async function measureStatus(): Promise<void> {
  const world = await loadFixture(identityWorld);
  await issue(world);
  const alone = claimOf(world, contentOf(CLAIM));
  await ask(world, alone, [], "claim.status", "`ClaimRegistry.statusOf`: of a claim");

  const member = claimOf(world, contentOf(CLAIM), POSITION);
  const ids = Array.from({ length: ANCHORED }, (_, position) => word(`claim ${position}`));
  ids[POSITION] = await world.claims.idOf(member);
  const tree = IdTree.of(ids);
  await anchor(world, tree.root);
  const what = "`ClaimRegistry.statusOf`: of a claim in a batch of 100,000";
  await ask(world, member, tree.proof(POSITION), "claim.status.anchored", what);
}

async function ask({ claims }: IdentityWorld, claim: ClaimStruct, path: string[], id: string, what: string) {
  const { status } = await claims.statusOf(claim, path);
  if (status !== ACTIVE) throw new Error(`${id}: the claim has status ${status}`);
  await meter.view(id, what, claims, "statusOf", [claim, path]);
}

const ACTIVE = 2n; // IClaimRegistry.ClaimStatus
const VALID = 0n; // IClaimVerifier.PresentationStatus

/** Two fields of four, of one claim, shown by a resident. */
async function measurePresentation(id: string, what: string, keyOf: (world: IdentityWorld, name: string) => PersonKey) {
  const world = await loadFixture(identityWorld);
  const { claims, issuer, verifier } = world;
  const [key, holderKey] = [keyOf(world, "resident"), keyOf(world, "holder")];
  await register(world, key);
  const identity = await world.digest("identities", IDENTITY_TYPES, identityOf("resident", key));
  const [subjectSalt, holderSalt] = [word("salt of the subject"), HOLDER_SALT];
  const fields = ["name", "number", "class", "issued"].map((name) => ({ name, salt: word(name), value: `${name} 12` }));
  const content = {
    root: fieldRoot(fields),
    subject: subjectCommitment(0, subjectSalt, identity),
    holder: holderCommitment(0, holderSalt, holderKey.signer),
  };
  await claims.connect(issuer).issue(TERMS, content);

  const claim = claimOf(world, content);
  const names = ["name", "class"];
  const shown: IClaimVerifier.ShownClaimStruct = {
    claim,
    path: [],
    ...proveFields(fields, names),
    party: 0,
    own: { identity, subjectSalt, holder: holderKey.signer, holderSalt, acceptance: "0x" },
    other: { identity: ZeroHash, subjectSalt: ZeroHash, holder: "0x", holderSalt: ZeroHash, acceptance: "0x" },
    otherSubject: ZeroHash,
    otherHolder: ZeroHash,
    signature: "0x",
  };
  const presentation = {
    identity,
    verifier: "desk.example",
    purpose: "a permit",
    challenge: word("challenge"),
    expires: LATER,
  };
  const order = {
    ...presentation,
    claims: [{ claim: await claims.idOf(claim), fields: shown.fields.map(({ name }) => name) }],
  };
  shown.signature = await world.sign(holderKey, "verifier", PRESENTATION_TYPES, order);
  const signature = await world.sign(key, "verifier", PRESENTATION_TYPES, order);
  const args: [typeof presentation, IClaimVerifier.ShownClaimStruct[], string, string] = [
    presentation,
    [shown],
    key.signer,
    signature,
  ];
  const { status } = await verifier.presentationStatus(...args);
  if (status !== VALID) throw new Error(`${id}: the presentation has status ${status}`);
  await meter.view(id, what, verifier, "presentationStatus", args);
}
