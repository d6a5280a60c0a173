import { expect } from "chai";
import { SigningKey, toQuantity, Transaction, type TransactionRequest, Wallet } from "ethers";

import {
  checkDraft,
  codeOfGbt2260,
  decodeError,
  draft,
  type DraftArgument,
  DraftError,
  encodeCityCode,
  ExternalSigner,
  RESOLUTION,
  roleOf,
  signDraft,
  submitDraft,
} from "../../../src/index.js";
import { over } from "../../../src/chain/over.js";
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

  it("says what the acts within an act are, and one that lies about them is found out", async () => {
    const { client, tangshan, accounts } = world();
    const cities = client.cities.interface;
    const names = ["路南区", "路北区"];
    const acts = names.map((name) => cities.encodeFunctionData("rename", [tangshan, name]));
    const both = await client.cities.multicall.populateTransaction(acts);
    const made = await draft(client, officer.address, { ...both, gasLimit: 10n ** 6n });
    const [data] = made.arguments;
    const parts = data!.value as DraftArgument[];
    expect(parts.map(({ value }) => value)).to.deep.equal(acts);
    expect(parts.map(({ call }) => call?.arguments[1]?.value)).to.deep.equal(names);
    expect(parts[0]!.call).to.include({ function: cities.getFunction("rename").format("sighash") });
    const [first, second] = parts;
    const told = { ...made, arguments: [{ ...data!, value: [second!, { ...first!, value: second!.value }] }] };
    const lie = await rejection(() => Promise.resolve(checkDraft(client, told)));
    expect(lie).to.match(/^do not sign this draft: its arguments should be /);

    const { access } = client;
    const act = await access.schedule.populateTransaction(await client.cities.getAddress(), acts[0]!, 0);
    const scheduled = await draft(client, accounts.stranger.address, { ...act, gasLimit: 1n });
    expect(scheduled.arguments[1]!.call?.contract).to.deep.equal({ name: "CityRegistry", version: 1 });
  });

  it("hides no act within an act", async () => {
    const { client, tangshan } = world();
    const { cities, access } = client;
    const rename = cities.interface.encodeFunctionData("rename", [tangshan, "路南区"]);
    const refusal = async (populated: TransactionRequest) =>
      rejection(() => draft(client, officer.address, { ...populated, gasLimit: 10n ** 6n }));
    expect(await refusal(await cities.multicall.populateTransaction([rename, `${rename}00`]))).to.equal(
      "the data is no call of CityRegistry",
    );
    expect(await refusal(await cities.multicall.populateTransaction(["0x"]))).to.equal(
      "the data is no call of CityRegistry",
    );
    expect(await refusal(await access.execute.populateTransaction(officer.address, rename))).to.equal(
      `the directory has no contract at ${officer.address}`,
    );
    const withdrawn = client.entries.map((entry) =>
      entry.name === "CityRegistry" ? { ...entry, status: "Withdrawn" as const } : entry,
    );
    const { provider, chainId } = client;
    const act = await access.execute.populateTransaction(await cities.getAddress(), rename);
    const late = draft({ provider, chainId, entries: withdrawn }, officer.address, { ...act, gasLimit: 1n });
    expect(await rejection(() => late)).to.equal("version 1 of CityRegistry was withdrawn by the network");
  });

  it("of acts a thousand deep, or in brackets without end, is refused at once", async () => {
    const { client } = world();
    const { cities } = client;
    let data = cities.interface.encodeFunctionData("rename", [1n, "路南区"]);
    for (let i = 0; i < 20; i++) data = cities.interface.encodeFunctionData("multicall", [[data]]);
    const deep = { to: await cities.getAddress(), data, gasLimit: 1n };
    expect(await rejection(() => draft(client, officer.address, deep))).to.equal(
      "acts are within acts more than 3 deep",
    );
    const honest = JSON.stringify({ ...(await drafted()), arguments: "here" });
    const brackets = honest.replace('"here"', "[".repeat(50_000) + "]".repeat(50_000));
    const error = await errorOf(() => Promise.resolve(checkDraft(client, brackets)));
    expect(error).to.be.instanceOf(DraftError);
    expect(error.message.length).to.be.below(5_000);
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
    expect(await rejection(() => submitDraft(client, checked, "0x1234"))).to.equal("what was signed is no transaction");
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

  it("is waited for no longer than the time limit, and told whether to submit it again", async () => {
    const { client, provider, connection } = world();
    const checked = await drafted();
    const raw = await signDraft(checked, officer);
    await connection.provider.request({ method: "evm_setAutomine", params: [false] });
    const error = await errorOf(() => submitDraft(client, checked, raw, 300));
    expect(error).to.be.instanceOf(DraftError);
    expect(error.message).to.match(/^after 0\.3 s the act 0x[0-9a-f]{64} is not final; submit the same again$/);

    const gasPrice = 2n * BigInt(checked.gasPrice);
    await officer.connect(provider).sendTransaction({ to: officer.address, nonce: 0, type: 0, gasPrice });
    await connection.provider.request({ method: "evm_setAutomine", params: [true] });
    await connection.provider.request({ method: "evm_mine", params: [] });
    expect(await rejection(() => submitDraft(client, checked, raw, 2_000))).to.equal(
      `nonce 0 of ${officer.address} was used meanwhile; draft the act anew`,
    );
  });

  it("is given up in time where a node does not answer, too", async () => {
    const checked = await drafted();
    const raw = await signDraft(checked, officer);
    const silent = over(world().provider, { getTransactionReceipt: () => new Promise(() => undefined) });
    const error = await errorOf(() => submitDraft({ provider: silent }, checked, raw, 100));
    expect(error.message).to.match(/^after 0\.1 s the act 0x[0-9a-f]{64} is not final; submit the same again$/);
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
