/** "I am I": a resident is registered with a phone, proves that her mother is her mother, loses the phone, and is herself again. */
import { hexlify, randomBytes, type Signer } from "ethers";

import { textCommitment } from "../../src/identity/commitment.js";
import {
  giveConsent,
  newConsent,
  saltText,
  signConsent,
  signWithdrawal,
  useConsent,
  usedClaim,
  withdrawConsent,
} from "../../src/identity/consent.js";
import type { ClaimDocument } from "../../src/identity/document.js";
import { checkForm, fillForm, parseForm } from "../../src/identity/form.js";
import {
  type Guardianship,
  identityById,
  identityId,
  newGuardianship,
  prepareRegistration,
  registerIdentity,
} from "../../src/identity/identity.js";
import { issueClaims } from "../../src/identity/issue.js";
import { type ClaimRequest, prepareClaim, type PreparedClaim } from "../../src/identity/prepare.js";
import { AccountKey, P256Key, type PersonKey } from "../../src/identity/key.js";
import { completeRecovery, proposeRecovery, signRecovery } from "../../src/identity/order.js";
import { chainTime } from "../../src/identity/presence.js";
import { verifyPresentation } from "../../src/identity/presentation-check.js";
import { Challenges, newChallenge } from "../../src/identity/presentation.js";
import { createSchema } from "../../src/identity/schema.js";
import { READY_SCHEMAS, type ReadySchemaName } from "../../src/identity/schemas/index.js";
import { supersedeClaim } from "../../src/identity/standing.js";
import { Wallet } from "../../src/identity/wallet.js";
import { ADMIN, IDENTITY, issueUnder, roleOf, SCHEMA } from "../../src/index.js";
import { chapter, FREE, idOf, newAccount, type Stage, tell, tryTo } from "./stage.js";

const CHINA = "MA.156";
const FOSHAN = "MA.156.4406";
const CHANCHENG = "MA.156.440604";
const DAY = 24 * 3600;
const EXIT_DESK = "Shenzhen exit desk, MA.156.4403";
const PASSWORD = "four mulberry trees by the river";

/** Invented persons, with numbers whose check characters are right: what must never be found on the chain. */
export const PERSONS = {
  daughter: {
    name: "李晓雨",
    number: "440604199604120021",
    birthDate: "1996-04-12",
    address: "佛山市禅城区祖庙路12号3栋501",
  },
  mother: {
    name: "王秀兰",
    number: "440604196805231226",
    birthDate: "1968-05-23",
    address: "佛山市禅城区祖庙路12号3栋502",
  },
  child: {
    name: "李小满",
    number: "440604202103150040",
    birthDate: "2021-03-15",
    address: "佛山市禅城区祖庙路12号3栋501",
  },
} as const;
export const TEXTS = {
  certificate: "粤禅出生19960412001",
  licence: "440604199604120021A",
  scope: "classes and conditions of the driving licence",
  purpose: "insurance of the car 粤E·88M66",
  file: "policy 2026-88M66-17",
  evidence: "resident card and fingerprint, seen on the spot",
} as const;

/** What the persons of the story hold, for whoever searches the chain for it. */
export interface IdentitySecrets {
  /** Ids of identities: no claim may lead to one. */
  identities: string[];
  /** The claims, by id, with their holder keys: none may be under two. */
  documents: ClaimDocument[];
}

export async function identityStory(stage: Stage): Promise<IdentitySecrets> {
  const { civitas, suite, connection, tagService } = stage;
  const { provider } = connection.ethers;
  const office = (code: string): Signer => {
    const signer = stage.offices.get(code);
    if (signer === undefined) throw new Error(`${code} has no office yet`);
    return signer;
  };
  const now = async () => chainTime(civitas);
  const later = async (seconds: number) => new Date(((await now()) + seconds) * 1000);
  const newPhone = async (): Promise<PersonKey> => new P256Key(randomBytes(32), await suite.p256.getAddress());

  // ------------------------------------------------------------------------------------------------------------ offices

  chapter("Chancheng 禅城区 gets its offices; China publishes the schemas that all its cities use.");
  const [registrar, civilAffairs, trafficPolice, insurer] = [1, 2, 3, 4].map(() => newAccount(stage)) as [
    Signer,
    Signer,
    Signer,
    Signer,
  ];
  const grant = async (by: Signer, city: bigint, capability: number, to: Signer) =>
    suite.manager.connect(by).grantRole(roleOf(city, capability), await to.getAddress(), 0, FREE);
  const [china, foshan, chancheng] = [idOf(stage, CHINA), idOf(stage, FOSHAN), idOf(stage, CHANCHENG)];
  await grant(office(CHINA), china, SCHEMA, office(CHINA));
  const schemas = new Map<ReadySchemaName, number>();
  for (const name of ["resident", "birth", "driving-licence"] as const) {
    schemas.set(name, await createSchema(civitas, office(CHINA), READY_SCHEMAS[name], china));
  }
  const schemaNumber = (name: ReadySchemaName) => schemas.get(name) ?? 0;
  const controller = newAccount(stage);
  await grant(office(FOSHAN.slice(0, 9)), chancheng, ADMIN, controller);
  await grant(controller, chancheng, IDENTITY, registrar);
  await grant(controller, chancheng, issueUnder(schemaNumber("birth")), civilAffairs);
  await grant(controller, chancheng, issueUnder(schemaNumber("resident")), civilAffairs);
  await grant(office(FOSHAN.slice(0, 9)), foshan, issueUnder(schemaNumber("driving-licence")), trafficPolice);
  for (const [name, number] of schemas) {
    tell(
      `Schema ${number}, ${`${name}:`.padEnd(17)} ${READY_SCHEMAS[name].fields.map((field) => field.name).join(", ")}`,
    );
  }

  // -------------------------------------------------------------------------------------------------------- registering

  const { daughter, mother, child } = PERSONS;
  chapter(`${daughter.name} is registered with her phone, her mother ${mother.name} with a key of her own.`);
  const phone = await newPhone();
  const motherKey = new AccountKey(randomBytes(32));
  const register = async (person: { number: string }, key: PersonKey, signer = key, guardian?: Guardianship) => {
    const { registration } = await prepareRegistration(civitas, tagService, {
      kind: "Natural",
      city: chancheng,
      number: person.number,
      signer: key.signer,
      deadline: await later(DAY),
      ...(guardian === undefined ? {} : { guardian }),
    });
    const signature = await signer.sign(await identityId(civitas, registration));
    return registerIdentity(civitas, registrar, registration, signature);
  };
  const daughterId = await register(daughter, phone);
  const motherId = await register(mother, motherKey);
  tell(`Her number stays in the officer's client. The chain has a keyed tag, and the phone's public key (P-256).`);
  tell(`Identity ${daughterId} is ${(await identityById(civitas, daughterId)).status}.`);
  await tryTo("The registrar registers her a second time", async () => register(daughter, await newPhone()));
  const stranger = { number: "440604197501010015" };
  await tryTo("The registrar registers somebody without their signature", async () =>
    register(stranger, await newPhone(), new AccountKey(randomBytes(32))),
  );
  const wardKey = new AccountKey(randomBytes(32)); // in the guardian's phone, for this child alone
  const guardianship = newGuardianship(daughterId, new Date("2039-01-01T00:00:00Z"));
  const childId = await register(child, wardKey, wardKey, guardianship);
  tell(`Her child is registered too: she signs as guardian until 2039. Who the guardian is, the chain does not say.`);

  // ------------------------------------------------------------------------------------------------------------- claims

  chapter("The civil registry of Chancheng records the birth, the traffic police of Foshan the driving licence.");
  const [wallet, motherWallet] = [Wallet.create(), Wallet.create()];
  const issue = async (
    officer: Signer,
    city: bigint,
    name: ReadySchemaName,
    values: Record<string, string>,
    parties: ClaimRequest[],
    years: number | null = null,
  ): Promise<PreparedClaim> => {
    const from = new Date(((await now()) - 60) * 1000);
    const until = years === null ? null : new Date(from.getTime() + years * 365 * DAY * 1000);
    const draft = { definition: READY_SCHEMAS[name], schema: schemaNumber(name), city, values, parties };
    return prepareClaim(civitas, await officer.getAddress(), { ...draft, validFrom: from, validUntil: until });
  };
  const birth = await issue(
    civilAffairs,
    chancheng,
    "birth",
    {
      childName: daughter.name,
      birthDate: daughter.birthDate,
      birthPlace: daughter.address,
      parentName: mother.name,
      relation: "mother",
      certificateNumber: TEXTS.certificate,
    },
    [wallet.request(daughterId), motherWallet.request(motherId)],
  );
  const [mine, hers] = birth.documents as [ClaimDocument, ClaimDocument];
  await issueClaims(civitas, civilAffairs, [mine]);
  wallet.add(mine, READY_SCHEMAS.birth);
  motherWallet.add(hers, READY_SCHEMAS.birth);
  const licenceValues = {
    name: daughter.name,
    birthDate: daughter.birthDate,
    licenceNumber: TEXTS.licence,
    classes: "C1",
    firstIssued: "2018-07-02",
    conditions: "眼镜",
  };
  const licence = await issue(trafficPolice, foshan, "driving-licence", licenceValues, [wallet.request(daughterId)], 6);
  const [licenceDocument] = licence.documents as [ClaimDocument];
  await issueClaims(civitas, trafficPolice, [licenceDocument]);
  wallet.add(licenceDocument, READY_SCHEMAS["driving-licence"]);
  const backup = await wallet.export(PASSWORD);
  tell(`Each claim has salted commitments on the chain, and a holder key of its own in the wallet.`);
  tell(`The wallet is saved to one encrypted file of ${backup.length} characters.`);

  // -------------------------------------------------------------------------------------------------- my mother is my mother

  chapter("At the exit desk in Shenzhen: my mother is my mother.");
  const desk = new Challenges();
  const purpose = "travel with a parent";
  const show = async (from: Wallet, key: PersonKey, claim: string, disclose: string[], who = EXIT_DESK) =>
    from.present(civitas, {
      claims: [{ claim, disclose, showOther: true }],
      identity: daughterId,
      identityKey: key,
      verifier: who,
      purpose,
      challenge: desk.issue(),
      expires: await later(600),
    });
  const look = async (presentation: unknown) =>
    verifyPresentation(civitas, presentation, { verifier: EXIT_DESK, purpose, challenge: desk });
  const before = await provider.getBlockNumber();
  const proof = await show(wallet, phone, birth.id, ["relation"]);
  const answer = await look(proof);
  const [relation] = answer.claims;
  tell(`The desk: ${answer.status}. ${JSON.stringify(relation?.fields)}: ${short(daughterId)} is the child,`);
  tell(
    `and her mother, ${relation?.relation?.second === motherId ? "proven to be" : "which is not"} the identity ${short(motherId)}, is her mother.`,
  );
  tell(
    `No name, no number, no certificate was shown. Blocks written to the chain for it: ${(await provider.getBlockNumber()) - before}.`,
  );
  tell(`The same presentation again: ${(await look(proof)).message}.`);
  tell(
    `One made for another desk: ${(await look(await show(wallet, phone, birth.id, ["relation"], "a stranger"))).message}.`,
  );

  chapter("She files a form with the car sharing of Shenzhen: the client fills it from the wallet.");
  const form = parseForm({
    type: "CivitasForm",
    version: 1,
    title: "Membership",
    verifier: "Shenzhen car sharing",
    purpose: "membership",
    claims: [
      {
        name: "licence",
        title: "Your driving licence",
        schema: schemaNumber("driving-licence"),
        fields: [{ name: "classes" }, { name: "conditions", optional: true }],
        cities: [Number(china)],
      },
    ],
  });
  const filled = await fillForm(civitas, form, wallet, daughterId);
  tell(`It would disclose ${JSON.stringify(filled.values)}, and nothing else; missing: ${filled.missing.length}.`);
  const challenge = newChallenge();
  const filed = await filled.sign({ identityKey: phone, challenge, expires: await later(600) });
  const desked = await checkForm(civitas, form, filed, challenge);
  tell(`Their client: ${desked.complete ? "complete, and proven" : desked.faults.join("; ")}.`);
  const empty = await fillForm(civitas, form, motherWallet, motherId);
  tell(`Her mother fills it too: ${empty.missing.join("; ")}.`);

  // ------------------------------------------------------------------------------------------------------------ consent

  chapter("The insurer may look at the licence twice, for one purpose; then she changes her mind.");
  const consent = await newConsent(civitas, wallet.document(licence.id), {
    grantee: { account: await insurer.getAddress() },
    scope: TEXTS.scope,
    purpose: TEXTS.purpose,
    from: new Date((await now()) * 1000),
    until: await later(30 * DAY),
    uses: 2,
    deadline: await later(DAY),
  });
  const holderKey = wallet.holderKey(licence.id);
  await giveConsent(civitas, insurer, consent, await signConsent(consent, holderKey));
  const use = async (what = TEXTS.purpose as string) =>
    useConsent(civitas, insurer, consent, usedClaim(licenceDocument), saltText(TEXTS.file), what);
  await tryTo("The insurer uses it for its advertising", async () => use("advertising"));
  tell(`It uses it for what was agreed: use ${await use()} of 2, with a receipt on the chain.`);
  await withdrawConsent(civitas, insurer, consent, await signWithdrawal(consent, holderKey));
  await tryTo("She withdraws; the insurer tries once more", async () => use());

  // ------------------------------------------------------------------------------------------------------------- the thief

  chapter("The phone is stolen, with everything on it. The registrar of Chancheng sees her, and proposes a new key.");
  const newKey = await newPhone();
  const evidence = textCommitment(hexlify(randomBytes(32)), TEXTS.evidence);
  const order = await signRecovery(civitas, daughterId, newKey, await later(DAY));
  await proposeRecovery(civitas, registrar, order, evidence);
  const thief = wallet; // every key of the old phone
  tell(`Identity ${short(daughterId)} is ${(await identityById(civitas, daughterId)).status}.`);
  tell(`The thief at the desk: ${(await look(await show(thief, phone, birth.id, ["relation"]))).message}.`);
  await provider.send("evm_increaseTime", [7 * DAY]);
  await provider.send("evm_mine", []);
  await completeRecovery(civitas, registrar, daughterId);
  tell(
    `After 7 days without a veto anyone completes it: ${(await identityById(civitas, daughterId)).status} again, with the new key.`,
  );

  chapter("She restores the wallet on the new phone, and gets her licence under a fresh key.");
  const restored = await Wallet.restore(backup, PASSWORD);
  tell(
    `Restored from the file: ${restored
      .documents()
      .map(({ schemaName }) => schemaName)
      .join(", ")}.`,
  );
  const renewed = await issue(
    trafficPolice,
    foshan,
    "driving-licence",
    licenceValues,
    [restored.request(daughterId)],
    6,
  );
  const [renewedDocument] = renewed.documents as [ClaimDocument];
  await supersedeClaim(civitas, trafficPolice, licenceDocument, renewedDocument);
  restored.remove(licence.id);
  restored.add(renewedDocument, READY_SCHEMAS["driving-licence"]);
  tell(`The thief shows the birth claim: ${(await look(await show(thief, phone, birth.id, ["relation"]))).message}.`);
  tell(`The thief shows the licence: ${(await look(await show(thief, phone, licence.id, ["classes"]))).message}.`);
  tell(`She shows the birth claim: ${(await look(await show(restored, newKey, birth.id, ["relation"]))).status}.`);

  return {
    identities: [daughterId, motherId, childId],
    documents: [mine, hers, licenceDocument, renewedDocument],
  };
}

function short(id: string): string {
  return `${id.slice(0, 10)}…`;
}
