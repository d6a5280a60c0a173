import { claimId, type ClaimDocument, combined, type DocumentParty } from "../../src/identity/document.js";
import { holderCommitment, newSalt, type PartyIndex, subjectCommitment } from "../../src/identity/commitment.js";
import type { PersonKey } from "../../src/identity/key.js";
import { fieldRoot } from "../../src/common/tree.js";
import { type IdentityWorld, RESIDENT, termsOf, word } from "./world.js";

const VALUES: Record<string, string> = { name: "张三", birthDate: "1949-12-31", address: "石家庄市长安区\n1号" };

/** Issues a claim of Shijiazhuang to one holder key, or to two, and gives the document of the first. */
export async function documentFor(
  world: IdentityWorld,
  keys: readonly PersonKey[],
  schema = RESIDENT,
  values = VALUES,
): Promise<ClaimDocument> {
  const terms = await termsOf(schema);
  const fields = Object.entries(values).map(([name, value]) => ({ name, value, salt: newSalt() }));
  const parties: DocumentParty[] = keys.map((key, i) => {
    const party = i as PartyIndex;
    const [identity, subjectSalt, holderSalt] = [word(), newSalt(), newSalt()];
    return {
      subject: { commitment: subjectCommitment(party, subjectSalt, identity), identity, salt: subjectSalt },
      holder: { commitment: holderCommitment(party, holderSalt, key.signer), signer: key.signer, salt: holderSalt },
    };
  });
  const content = {
    root: fieldRoot(fields),
    subject: combined(parties.map(({ subject }) => subject.commitment))!,
    holder: combined(parties.map(({ holder }) => holder.commitment))!,
  };
  await world.claims.connect(world.issuer).issue(terms, content);
  const document: ClaimDocument = {
    type: "CivitasClaim",
    version: 1,
    chainId: String((await world.claims.eip712Domain()).chainId),
    registry: await world.claims.getAddress(),
    claim: {
      issuer: world.issuer.address,
      city: Number(terms.city),
      schema: Number(schema),
      serial: "0",
      position: 0,
      validFrom: Number(terms.validFrom),
      validUntil: Number(terms.validUntil),
      ...content,
    },
    path: [],
    schemaName: "resident",
    fields,
    parties,
    party: 0,
  };
  for (const [i, key] of keys.entries()) {
    if (keys.length === 2) parties[i]!.acceptance = await key.sign(claimId(document));
  }
  return document;
}
