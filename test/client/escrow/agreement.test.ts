import { expect } from "chai";
import { ZeroHash } from "ethers";

import {
  AgreementError,
  amendProject,
  checkSignatures,
  joinSignatures,
  missingSignatures,
  needsLabourOffice,
  openProject,
  projectStatus,
  registerSubcontract,
  signAgreement,
  signAsLabourOffice,
  signingRoles,
  terminateProject,
} from "../../../src/escrow/agreement.js";
import {
  AGREEMENT_SCHEMAS,
  type AgreementDocument,
  agreementId,
  parseAgreement,
  projectOfAgreement,
} from "../../../src/escrow/agreement-document.js";
import { draftAmendment, draftSubcontract, draftTermination } from "../../../src/escrow/change.js";
import { projectHistory } from "../../../src/escrow/history.js";
import { projectOf } from "../../../src/escrow/project.js";
import { projectNetwork, type TermsDocument, TermsError } from "../../../src/escrow/terms.js";
import { decodeError } from "../../../src/errors.js";
import { newCompany } from "../../escrow/world.js";
import { newKey, word } from "../../identity/world.js";
import { loadFixture } from "../../world.js";
import { caught, copyOf } from "../identity-world.js";
import { collect } from "../world.js";
import { account } from "./samples.js";
import { dayAfter, schoolTerms, signedBy, signedByAll, siteOffice, type SiteOffice } from "./world.js";

/** The school, agreed on and open. */
async function openSchool(): Promise<SiteOffice & { project: string; document: TermsDocument }> {
  const world = await loadFixture(siteOffice);
  const document = await schoolTerms(world);
  const { project } = await openProject(world.contracts, world.stranger, await signedByAll(world, document));
  return { ...world, project, document };
}

const deadline = (world: SiteOffice) => new Date(`${dayAfter(world, 30)}T00:00:00Z`);

describe("terms that are agreed on", () => {
  it("are signed off line, each by itself, and opened by anyone", async () => {
    const world = await loadFixture(siteOffice);
    const { contracts, stranger } = world;
    const document = copyOf(await schoolTerms(world));
    expect(document.id).to.equal(await world.projects.idOf(document.terms));
    const signed = copyOf(await signedByAll(world, document));
    expect(signed.signatures.map(({ role }) => role)).to.deep.equal(["owner", "contractor", "supervisor"]);
    expect(missingSignatures(signed)).to.deep.equal([]);
    expect(await checkSignatures(contracts, signed)).to.deep.equal([]);
    expect(await projectStatus(contracts, document.id)).to.equal("None");
    const { project, transaction } = await openProject(contracts, stranger, signed);
    expect(project).to.equal(document.id);
    expect(transaction).to.match(/^0x/);
    expect(await projectStatus(contracts, project)).to.equal("Open");
  });

  it("stay open as they are when they are sent again", async () => {
    const world = await loadFixture(openSchool);
    const before = await world.contracts.provider.getBlockNumber();
    const again = await openProject(world.contracts, world.stranger, await signedByAll(world, world.document));
    expect(again).to.deep.equal({ project: world.project, transaction: undefined });
    expect(await world.contracts.provider.getBlockNumber()).to.equal(before);
  });

  it("show who is missing, and whose signature is not that of its key today", async () => {
    const world = await loadFixture(siteOffice);
    const { contracts, owner, contractor, stranger } = world;
    const document = await schoolTerms(world);
    const signed = await signedBy(document, { contractor: { key: newKey() }, owner });
    expect(missingSignatures(signed)).to.deep.equal(["supervisor"]);
    expect(await checkSignatures(contracts, signed)).to.deep.equal([
      "the supervisor has not signed",
      `the signature of the contractor is not of the current key of ${contractor.id}; have it signed again`,
    ]);
    expect((await caught(AgreementError, async () => openProject(contracts, stranger, signed))).faults).to.deep.equal([
      "the supervisor has not signed",
    ]);
    const forged = await signedBy(document, { owner, contractor: { key: newKey() }, supervisor: world.supervisor });
    const refusal = await openProject(contracts, stranger, forged).catch(decodeError);
    expect(refusal).to.include({ name: "PartyNotSigned" });
  });

  it("take the later of two signatures, and none under something else or of somebody who does not sign", async () => {
    const world = await loadFixture(siteOffice);
    const [document, other] = [await schoolTerms(world), await schoolTerms(world)];
    const first = await signAgreement(document, "owner", newKey());
    const second = await signAgreement(document, "owner", world.owner.key);
    expect(joinSignatures(document, [first, second]).signatures).to.deep.equal([second]);
    const foreign = await signAgreement(other, "contractor", world.contractor.key);
    const error = await caught(AgreementError, () => joinSignatures(document, [second, foreign]));
    expect(error.faults).to.deep.equal(["that of the contractor is under something else; have this document signed"]);
    const stranger = async () => signAgreement(document, "subcontractor", newKey());
    expect((await caught(AgreementError, stranger)).message).to.include("owner, contractor, supervisor sign it");
    expect(signingRoles(document)).to.have.length(3);
  });

  it("are signed by nobody once they were tampered with, and sent to no other network", async () => {
    const world = await loadFixture(siteOffice);
    const document = await schoolTerms(world);
    const tampered = copyOf(document);
    tampered.milestones[0]!.title = "什么也没有";
    await caught(TermsError, async () => signAgreement(tampered, "owner", world.owner.key));
    const signed = await signedByAll(world, document);
    const contracts = { ...world.contracts, chainId: 1n };
    const error = await caught(AgreementError, async () => openProject(contracts, world.stranger, signed));
    expect(error.message).to.include("belongs to another network").and.include("on chain 1");
  });
});

describe("change orders", () => {
  it("leave what they do not name, and move money between planned milestones", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, project, stranger } = world;
    const draft = await draftAmendment(contracts, project, {
      milestones: [
        { title: "操场", text: "跑道与草坪", amount: "100000.00" },
        { milestone: 0, title: "地基与基础", amount: "200000" },
      ],
      deadline: deadline(world),
    });
    const { amendment } = draft;
    expect(amendment).to.include({ project, changes: 0, budget: "100000000", wageShare: 2000, arbiter: ZeroHash });
    expect(amendment.milestones.map(({ index, amount }) => [index, amount])).to.deep.equal([
      [0, "20000000"],
      [2, "10000000"],
    ]);
    expect(draft.id).to.equal(await world.projects.digestOf(amendment));
    expect(await needsLabourOffice(contracts, draft)).to.equal(false);
    const signed = copyOf(await signedByAll(world, draft));
    expect(await checkSignatures(contracts, signed)).to.deep.equal([]);
    const first = await amendProject(contracts, stranger, signed);
    expect(first.transaction).to.match(/^0x/);
    expect(await amendProject(contracts, stranger, signed)).to.deep.equal({ project, transaction: undefined });
    const view = await projectOf(contracts, project);
    expect(view.milestones.map(({ amount }) => amount)).to.deep.equal([20_000_000n, 50_000_000n, 10_000_000n]);
    expect(view.changes).to.equal(1);
  });

  it("are not taken for others that came in their place", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, project, stranger } = world;
    const drafted = async (days: number) =>
      signedByAll(
        world,
        await draftAmendment(contracts, project, {
          endsAt: new Date(`${dayAfter(world, days)}T00:00:00Z`),
          deadline: deadline(world),
        }),
      );
    const [one, other] = [await drafted(300), await drafted(400)];
    await amendProject(contracts, stranger, one);
    const refusal = await amendProject(contracts, stranger, other).catch(decodeError);
    expect(refusal).to.include({ name: "ChangesDiffer" });
    await amendProject(contracts, stranger, await drafted(500));
    expect((await amendProject(contracts, stranger, one)).transaction).to.equal(undefined);
  });

  it("that lower wages need the labour office, which signs too", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, project, stranger, labour } = world;
    const draft = await draftAmendment(contracts, project, {
      ...{ budget: "900000.00", wageShare: "20", wageDeposit: "30000.00", arbiter: (await newCompany(world)).id },
      milestones: [{ milestone: 1, title: "主体结构", amount: "420000.00" }],
      deadline: deadline(world),
    });
    expect(await needsLabourOffice(contracts, draft)).to.equal(true);
    const signed = await signedByAll(world, draft);
    const refusal = await amendProject(contracts, stranger, signed).catch(decodeError);
    expect(refusal).to.include({ name: "LabourOfficeNotSigned" });
    const office = copyOf(await signAsLabourOffice(draft, labour));
    const complete = joinSignatures(draft, signed.signatures, office);
    await amendProject(contracts, stranger, complete);
    const view = await projectOf(contracts, project);
    expect(view).to.include({ budget: 90_000_000n, works: 72_000_000n });
    expect(view.seats[3]?.party).to.equal(draft.amendment.arbiter);
    const share = await draftAmendment(contracts, project, {
      wageShare: "19",
      milestones: [{ milestone: 1, title: "主体结构", amount: "429000.00" }],
      deadline: deadline(world),
    });
    expect(await needsLabourOffice(contracts, share)).to.equal(true);
    const lowered = await draftAmendment(contracts, project, { wageDeposit: "29999.99", deadline: deadline(world) });
    expect(await needsLabourOffice(contracts, lowered)).to.equal(true);
  });

  it("that cut the budget need it too, though more of it is for wages", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, project, stranger, labour } = world;
    const draft = await draftAmendment(contracts, project, {
      ...{ budget: "900000.00", wageShare: "40", wageDeposit: "40000.00" },
      milestones: [{ milestone: 1, title: "主体结构", amount: "240000.00" }],
      deadline: deadline(world),
    });
    expect(await needsLabourOffice(contracts, draft)).to.equal(true);
    const { signatures } = await signedByAll(world, draft);
    const refusal = await amendProject(contracts, stranger, joinSignatures(draft, signatures)).catch(decodeError);
    expect(refusal).to.include({ name: "LabourOfficeNotSigned" });
    const office = await signAsLabourOffice(draft, labour);
    await amendProject(contracts, stranger, joinSignatures(draft, signatures, office));
    expect(await projectOf(contracts, project)).to.include({ budget: 90_000_000n, works: 54_000_000n });
  });

  it("tell all that is wrong with them", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, project } = world;
    const faults = async (changes: Parameters<typeof draftAmendment>[2]) =>
      (await caught(TermsError, async () => draftAmendment(contracts, project, changes))).faults;
    expect(
      await faults({
        ...{ budget: "x", wageShare: "200", wageDeposit: "-1", deadline: deadline(world) },
        milestones: [{ milestone: 7, title: "门", amount: "1" }, { milestone: 0, amount: "0.001" }, { amount: "5" }],
      }),
    ).to.deep.equal([
      'budget: "x" is no number like 12 or -3.50',
      "wageDeposit: -1 is below zero; state what is paid",
      "wageShare: a rate is between 0 and 100 %, not 200",
      "milestones[0]: there is no milestone 7; leave its number out for a new one",
      "milestones[1]: 0.001 has more than 2 digits after the point",
      "milestones[2]: the title is missing; say what is built",
    ]);
    expect((await faults({ budget: "1100000.00", deadline: deadline(world) }))[0]).to.include("add 80000.00");
    const dropped = await draftAmendment(contracts, project, {
      milestones: [
        { milestone: 0, amount: "0" },
        { milestone: 1, title: "全部", amount: "800000" },
      ],
      deadline: deadline(world),
    });
    expect(parseAgreement(copyOf(dropped))).to.deep.equal(dropped);
    await amendProject(contracts, world.stranger, await signedByAll(world, dropped));
    expect(
      await faults({ milestones: [{ milestone: 0, title: "又一个", amount: "1" }], deadline: deadline(world) }),
    ).to.deep.equal(["milestones[0]: milestone 0 is Dropped; only planned ones change"]);
  });
});

describe("subcontracts", () => {
  it("are signed by both, and registered once", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, network, project, contractor, stranger } = world;
    const company = await newCompany(world);
    const draft = draftSubcontract(network, {
      ...{ project, subcontractor: company.id, account: company.account.address, title: "钢结构分包" },
      shares: [
        { milestone: 1, share: "40" },
        { milestone: 0, share: "12.5" },
      ],
      deadline: deadline(world),
    });
    expect(draft.subcontract.shares).to.deep.equal([
      { milestone: 0, share: 1250 },
      { milestone: 1, share: 4000 },
    ]);
    expect(draft.id).to.equal(await world.projects.digestOfSubcontract(draft.subcontract));
    const half = await signedBy(draft, { contractor });
    expect(await checkSignatures(contracts, half)).to.deep.equal(["the subcontractor has not signed"]);
    const signed = copyOf(await signedBy(draft, { subcontractor: company, contractor }));
    expect(await checkSignatures(contracts, signed)).to.deep.equal([]);
    const result = await registerSubcontract(contracts, stranger, signed);
    expect(result.seat).to.equal(4);
    const again = await registerSubcontract(contracts, stranger, signed);
    expect(again).to.deep.equal({ project, seat: 4, transaction: undefined });
    const view = await projectOf(contracts, project);
    expect(view.seats[4]).to.deep.equal({
      ...{ seat: 4, role: "subcontractor", party: company.id, account: company.account.address, change: null },
    });
    expect(view.milestones[1]?.shares).to.deep.equal([{ seat: 4, share: 4000 }]);
  });

  it("tell all that is wrong with them", async () => {
    const draft = () =>
      draftSubcontract(
        { chainId: "1", registry: account() },
        {
          ...{ project: word(), subcontractor: word(), account: "0x12", title: "分包", deadline: new Date(0) },
          shares: [
            { milestone: 1, share: "101" },
            { milestone: 1, share: "0" },
          ],
        },
      );
    expect((await caught(TermsError, draft)).faults).to.deep.equal([
      "shares[0]: a rate is between 0 and 100 %, not 101",
      "shares[1]: a share of nothing; leave it out",
      "milestone 1 is there twice; put the shares together",
      "the account 0x12 is no address; check how it is written",
    ]);
  });
});

describe("terminations", () => {
  it("are signed by all three, and end a project once", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, project, stranger } = world;
    const signed = copyOf(await signedByAll(world, await draftTermination(contracts, project, deadline(world))));
    expect((await terminateProject(contracts, stranger, signed)).transaction).to.match(/^0x/);
    expect(await terminateProject(contracts, stranger, signed)).to.deep.equal({ project, transaction: undefined });
    expect(await projectStatus(contracts, project)).to.equal("Terminated");
    const events = await collect(projectHistory(contracts, project));
    expect(events.map(({ type }) => type)).to.deep.equal(["ProjectEnded", "ProjectOpened"]);
    expect(events[1]?.args["terms"]).to.deep.include({ content: world.document.terms.content, funders: [] });
  });
});

describe("agreements from elsewhere", () => {
  it("come back from JSON as they were, and are refused once anything in them was changed", async () => {
    const network = { chainId: "31337", registry: account() };
    const subcontract = draftSubcontract(network, {
      ...{ project: word(), subcontractor: word(), account: account(), title: "分包", text: "全文", shares: [] },
      deadline: new Date("2030-01-01"),
    });
    expect(parseAgreement(copyOf(subcontract))).to.deep.equal(subcontract);
    expect(projectOfAgreement(subcontract)).to.equal(subcontract.subcontract.project);
    expect(agreementId(subcontract)).to.equal(subcontract.id);
    const faults = async (change: (copy: typeof subcontract) => unknown) => {
      const copy = copyOf(subcontract);
      change(copy);
      return (await caught(TermsError, () => parseAgreement(copy))).faults;
    };
    const changed = "its id is not that of what is signed: something was changed after it was drafted";
    expect(await faults((copy) => (copy.subcontract.deadline += 1))).to.deep.equal([changed]);
    expect(await faults((copy) => (copy.contract.text = "另文"))).to.deep.equal([
      "the contract's text is not that of the subcontract",
    ]);
    const mistyped = (address: string) =>
      address.replace(/[a-f]/i, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
    expect((await faults((copy) => (copy.registry = mistyped(copy.registry))))[0]).to.include("registry's address");
    expect((await faults((copy) => (copy.subcontract.account = mistyped(copy.subcontract.account))))[0]).to.include(
      "the account is mistyped",
    );
    expect(await faults((copy) => Object.assign(copy, { type: "Letter" }))).to.deep.equal([
      'it is of no type that is known: "Letter"',
    ]);
    expect(await faults((copy) => Object.assign(copy, { extra: 1 }))).to.have.length(1);
    expect((await caught(TermsError, () => parseAgreement(null))).faults).to.have.length(1);
    expect(AGREEMENT_SCHEMAS.CivitasAmendment).to.have.property("$id", "urn:civitas:amendment:1");
  });

  it("hold change orders to their texts", async () => {
    const world = await loadFixture(openSchool);
    const { contracts, project } = world;
    const milestones = [{ milestone: 1, title: "主体结构", amount: "500000" }];
    const amendment = await draftAmendment(contracts, project, { milestones, deadline: deadline(world) });
    expect(parseAgreement(copyOf(amendment))).to.deep.equal(amendment);
    const none = await caught(TermsError, () => parseAgreement({ ...amendment, milestones: [] }));
    expect(none.faults).to.deep.equal(["there is not one text for each milestone"]);
    const other = await caught(TermsError, () => parseAgreement({ ...amendment, milestones: [null] }));
    expect(other.faults).to.deep.equal(["the text of milestone 1 is not that of the amendment"]);
    const termination = await draftTermination(contracts, project, deadline(world));
    expect(parseAgreement(copyOf(termination))).to.deep.equal(termination);
    const all: AgreementDocument[] = [world.document, amendment, termination];
    expect(all.map(projectOfAgreement)).to.deep.equal([project, project, project]);
    expect(parseAgreement(copyOf(world.document))).to.deep.equal(world.document);
    expect(await projectNetwork(contracts)).to.deep.equal(world.network);
  });
});
