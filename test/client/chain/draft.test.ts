import { expect } from "chai";
import { SigningKey, toQuantity, Transaction, Wallet } from "ethers";

import {
  checkDraft,
  codeOfGbt2260,
  decodeError,
  draft,
  DraftError,
  encodeCityCode,
  ExternalSigner,
  RESOLUTION,
  roleOf,
  signDraft,
  submitDraft,
} from "../../../src/index.js";
import { errorOf, makeWorld, rejection, sharing, type World } from "../world.js";

const officer = new Wallet(`0x${"33".repeat(32)}`);
const TANGSHAN = encodeCityCode(codeOfGbt2260("130200"));

/** A world where `officer` controls Hebei's Tangshan. */
async function made(): Promise<World & { tangshan: bigint }> {
  const world = await makeWorld();
  const { client, accounts, ids, connection } = world;
  const method = "hardhat_setBalance";
  await connection.provider.request({ method, params: [officer.address, toQuantity(10n ** 21n)] });
  const city = { code: TANGSHAN, name: "唐山市", controller: officer.address };
  await client.cities.connect(accounts.hebei).allocate(ids.hebei, city, []);
  return { ...world, tangshan: (await client.resolve("MA.156.1302")).id };
}

describe("a draft", () => {
  const world = sharing(made);

  const district = () => {
    const { client, tangshan, accounts } = world();
    const code = encodeCityCode(codeOfGbt2260("130202"));
    const act = { code, name: "路南区", controller: accounts.stranger };
    return client.cities.allocate.populateTransaction(tangshan, act, []);
  };
  const drafted = async () => draft(world().client, officer.address, await district());

  it("says in words what is to be signed, and carries the exact values", async () => {
    const { client, tangshan, accounts } = world();
    const made = await drafted();
    const { gasLimit, gasPrice, data, digest, ...rest } = made;
    expect(rest).to.deep.equal({
      draft: "civitas transaction 1",
      chainId: "31337",
      from: officer.address,
      nonce: 0,
      to: await client.cities.getAddress(),
      contract: { name: "CityRegistry", version: 1 },
      function: client.cities.interface.getFunction("allocate").format("sighash"),
      arguments: [
        { name: "parent", type: "uint32", value: `${tangshan}`, words: `city ${tangshan}` },
        {
          name: "allocation",
          type: "tuple",
          value: [
            { name: "code", type: "bytes32", value: encodeCityCode("MA.156.130202"), words: "MA.156.130202" },
            { name: "name", type: "string", value: "路南区" },
            { name: "controller", type: "address", value: accounts.stranger.address },
          ],
        },
        { name: "children", type: "uint32[]", value: [] },
      ],
      value: "0",
    });
    expect(data).to.equal((await district()).data);
    const tx = Transaction.from({ ...(await district()), type: 0, chainId: 31337n, nonce: 0, gasLimit, gasPrice });
    expect(digest).to.equal(tx.unsignedHash);
  });

  it("goes from one desk to another as JSON: drafted, checked, signed, submitted", async () => {
    const { client } = world();
    const text = JSON.stringify(await drafted(), null, 2);
    const checked = checkDraft(client, text);
    expect(checked).to.deep.equal(JSON.parse(text));
    const raw = await signDraft(checked, officer);
    const receipt = await submitDraft(client, checked, raw);
    expect((await client.resolve("MA.156.130202")).name).to.equal("路南区");
    expect((await submitDraft(client, checked, raw)).hash).to.equal(receipt.hash);
  });

  it("is signed by a key elsewhere, of its digest alone", async () => {
    const { client } = world();
    const checked = checkDraft(client, await drafted());
    const digests: string[] = [];
    const signer = new ExternalSigner({
      address: officer.address,
      sign: (digest) => {
        digests.push(`0x${Buffer.from(digest).toString("hex")}`);
        return new SigningKey(officer.privateKey).sign(digest).serialized;
      },
    });
    await submitDraft(client, checked, await signDraft(checked, signer));
    expect(digests).to.deep.equal([checked.digest]);
    expect((await client.resolve("MA.156.130202")).name).to.equal("路南区");
  });

  it("shows roles in words", async () => {
    const { client, tangshan } = world();
    const act = await client.access.grantRole.populateTransaction(roleOf(tangshan, RESOLUTION), officer.address, 0);
    const { arguments: shown } = await draft(client, officer.address, act);
    expect(shown[0]).to.include({ name: "roleId", value: `${roleOf(tangshan, RESOLUTION)}` });
    expect(shown[0]!.words).to.match(new RegExp(`^\\(city ${tangshan}, .+\\)$`));
  });

  it("that lies is found out, in every part", async () => {
    const { client, accounts } = world();
    const honest = await drafted();
    const { arguments: told } = honest;
    const [parent] = told;
    const lies: Record<string, object> = {
      contract: { contract: { name: "CityResolver", version: 1 } },
      function: { function: "rename(uint64,string)" },
      arguments: { arguments: [{ ...parent!, words: "city 1" }, ...told.slice(1)] },
      digest: { digest: `0x${"44".repeat(32)}` },
    };
    for (const [part, lie] of Object.entries(lies)) {
      const error = await errorOf(() => Promise.resolve(checkDraft(client, { ...honest, ...lie })));
      expect(error).to.be.instanceOf(DraftError);
      expect(error.message).to.match(new RegExp(`^do not sign this draft: its ${part} should be `));
    }
    const code = encodeCityCode(codeOfGbt2260("130202"));
    const act = { code, name: "路南区", controller: accounts.hebei };
    const other = await client.cities.allocate.populateTransaction(world().tangshan, act, []);
    const message = await rejection(() => Promise.resolve(checkDraft(client, { ...honest, data: other.data })));
    expect(message).to.match(/its arguments should be .*; its digest should be /);
    for (const [fact, value] of [
      ["nonce", 7],
      ["gasLimit", "1"],
      ["gasPrice", "1"],
      ["value", "1"],
    ] as const) {
      expect(await rejection(() => Promise.resolve(checkDraft(client, { ...honest, [fact]: value }))), fact).to.match(
        /its digest should be|the data is no call/,
      );
    }
  });

  it("of another chain, contract, form or suite is refused", async () => {
    const { client } = world();
    const honest = await drafted();
    const refusal = (json: unknown) => rejection(() => Promise.resolve(checkDraft(client, json)));
    expect(await refusal({ ...honest, chainId: "5" })).to.equal("the draft is for chain 5; this is chain 31337");
    expect(await refusal({ ...honest, to: officer.address })).to.equal(
      `the directory has no contract at ${officer.address}`,
    );
    expect(await refusal({ ...honest, data: "0x12345678" })).to.equal("the data is no call of CityRegistry");
    expect(await refusal({ ...honest, data: `${honest.data}00` })).to.equal("the data is no call of CityRegistry");
    expect(await refusal({ ...honest, note: "urgent" })).to.match(/"note", which does not belong there/);
    expect(await refusal("{")).to.equal("this is no JSON");
    expect(await refusal({ ...honest, from: "me" })).to.match(/^from is not written as it must be/);
  });

  it("of what a contract refuses is not made", async () => {
    const { client, ids } = world();
    const act = await client.cities.suspend.populateTransaction(ids.dubai, 1n);
    const error = await errorOf(() => draft(client, officer.address, act));
    expect(decodeError(error).name).to.equal("NoStanding");
    expect(await rejection(() => draft(client, officer.address, { value: 1n }))).to.match(/an act has a contract/);
  });

  it("is signed by its account alone, and nothing else is submitted for it", async () => {
    const { client } = world();
    const checked = await drafted();
    const other = Wallet.createRandom();
    expect(await rejection(() => signDraft(checked, other))).to.equal(
      `the draft is for ${officer.address}; this signer is ${other.address}`,
    );
    const changed = await signDraft({ ...checked, nonce: 1, digest: (await nonceOne(checked)).digest }, officer);
    expect(await rejection(() => submitDraft(client, checked, changed))).to.equal("what was signed is not this draft");
    const { chainId, nonce, to, gasLimit, gasPrice, data } = checked;
    const forged = await other.signTransaction({
      type: 0,
      chainId: BigInt(chainId),
      nonce,
      to,
      gasLimit,
      gasPrice,
      data,
    });
    expect(await rejection(() => submitDraft(client, checked, forged))).to.equal(
      `the draft is for ${officer.address}, and was signed by ${other.address}`,
    );
  });

  it("whose nonce was used meanwhile must be drafted anew", async () => {
    const { client, provider } = world();
    const checked = await drafted();
    await (await officer.connect(provider).sendTransaction({ to: officer.address })).wait();
    const late = submitDraft(client, checked, await signDraft(checked, officer));
    expect(await rejection(() => late)).to.equal(
      `nonce 0 of ${officer.address} was used meanwhile; draft the act anew`,
    );
  });

  it("acts once where two desks submit it at the same time, and both are told so", async () => {
    const { client } = world();
    const checked = await drafted();
    const raw = await signDraft(checked, officer);
    const receipts = await Promise.all([1, 2, 3].map(async () => submitDraft(client, checked, raw)));
    expect(new Set(receipts.map(({ hash }) => hash)).size).to.equal(1);
    expect((await client.resolve("MA.156.130202")).name).to.equal("路南区");
  });

  it("with a number or an address that cannot be is refused as a draft", async () => {
    const { client } = world();
    const honest = await drafted();
    for (const wrong of [{ nonce: 2 ** 60 }, { gasLimit: "9".repeat(90) }, { to: honest.to.replace(/[a-f]/, "A") }]) {
      const error = await errorOf(() => Promise.resolve(checkDraft(client, { ...honest, ...wrong })));
      expect(error, JSON.stringify(wrong)).to.be.instanceOf(DraftError);
    }
  });

  const nonceOne = async ({ gasLimit, gasPrice }: { gasLimit: string; gasPrice: string }) =>
    draft(world().client, officer.address, { ...(await district()), nonce: 1, gasLimit, gasPrice });
});
