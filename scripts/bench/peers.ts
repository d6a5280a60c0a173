import { createRequire } from "node:module";

import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import {
  AbiCoder,
  BaseContract,
  concat,
  ContractFactory,
  getBytes,
  type InterfaceAbi,
  keccak256,
  Signature,
  solidityPackedKeccak256,
  type TransactionReceipt,
  type TransactionResponse,
  ZeroAddress,
  ZeroHash,
} from "ethers";

import { ANCHORED } from "./identity.js";
import { contentOf, UNTIL, word } from "./identity-world.js";
import { connection, LATER, loadFixture, meter } from "./world.js";

/** What EAS 1.4.0 and ONCHAINID 2.2.1 cost for the same acts: their published bytecode, on the benchmark's own chain. */

const EAS = "EAS";
const ONCHAINID = "ONCHAINID";
const EAS_ARTIFACTS = "@ethereum-attestation-service/eas-contracts/artifacts/contracts";
const ONCHAINID_ARTIFACTS = "@onchain-id/solidity/artifacts/contracts";

/** A moment after everything else: the uids of EAS depend on the block's time, and so does the gas of calldata with a uid. */
const MOMENT = Date.parse("2026-02-01T00:00:00Z") / 1000;

type Account = HardhatEthersSigner;
/** An act with its arguments, to be sent when it is its turn. */
type Act = (...args: unknown[]) => () => Promise<TransactionResponse>;

const abi = AbiCoder.defaultAbiCoder();
const require = createRequire(import.meta.url);

async function accounts(): Promise<[owner: Account, issuer: Account, person: Account, relayer: Account]> {
  const [owner, issuer, person, relayer] = await connection.ethers.getSigners();
  if (owner === undefined || issuer === undefined || person === undefined || relayer === undefined) {
    throw new Error("too few accounts");
  }
  return [owner, issuer, person, relayer];
}

async function deploy(owner: Account, path: string, ...args: unknown[]): Promise<BaseContract> {
  const artifact = require(path) as { abi: InterfaceAbi; bytecode: string };
  const contract = await new ContractFactory(artifact.abi, artifact.bytecode, owner).deploy(...args);
  return contract.waitForDeployment();
}

const act =
  (contract: BaseContract, by: Account, name: string): Act =>
  (...args) =>
  () =>
    contract.connect(by).getFunction(name)(...args) as Promise<TransactionResponse>;

/** The content of a claim, as data of an attestation: 96 bytes. */
function dataOf(name: string): string {
  const { root, subject, holder } = contentOf(name) as Record<"root" | "subject" | "holder", string>;
  return concat([root, subject, holder]);
}

async function receiptOf(sent: TransactionResponse): Promise<TransactionReceipt> {
  const receipt = await sent.wait();
  if (receipt === null) throw new Error("the transaction was not mined");
  return receipt;
}

// ----------------------------------------------------------------------------------------------------------------------- EAS

const EAS_SCHEMA = "bytes32 root,bytes32 subject,bytes32 holder";
const SCHEMA_UID = solidityPackedKeccak256(["string", "address", "bool"], [EAS_SCHEMA, ZeroAddress, true]);
const ATTESTED = "0x8bf46bf4cfd674fa735a3d63ec1c9ad4153f033c290341f3a588b75685141b35"; // Attested(address,address,bytes32,bytes32)

async function eas(): Promise<BaseContract> {
  const [owner] = await accounts();
  const schemas = await deploy(owner, `${EAS_ARTIFACTS}/SchemaRegistry.sol/SchemaRegistry.json`);
  await act(schemas, owner, "register")(EAS_SCHEMA, ZeroAddress, true)();
  return deploy(owner, `${EAS_ARTIFACTS}/EAS.sol/EAS.json`, await schemas.getAddress());
}

const attestation = (name: string) => ({
  recipient: ZeroAddress, // as with us, whom it is about is a commitment
  expirationTime: UNTIL,
  revocable: true,
  refUID: ZeroHash,
  data: dataOf(name),
  value: 0,
});

/** The transaction in a block of a fixed time. */
const inItsMoment = (send: () => Promise<TransactionResponse>) => async () => {
  await connection.networkHelpers.time.setNextBlockTimestamp(MOMENT);
  return send();
};

async function measureEas(): Promise<void> {
  const [, issuer, , relayer] = await accounts();
  let contract = await loadFixture(eas);
  const one = await inItsMoment(
    act(contract, issuer, "attest")({ schema: SCHEMA_UID, data: attestation("licence") }),
  )();
  await meter.peer("claim.issue.one", EAS, 1, () => Promise.resolve(one));
  const uid = (await receiptOf(one)).logs.find(({ topics }) => topics[0] === ATTESTED)?.data;
  if (uid === undefined) throw new Error("EAS did not attest");
  meter.addPeer("claim.status", EAS, await meter.gasOfView(contract, "getAttestation", [uid]));
  const revocation = { schema: SCHEMA_UID, data: { uid, value: 0 } };
  await meter.peer("claim.revoke.one", EAS, 1, act(contract, issuer, "revoke")(revocation));

  contract = await loadFixture(eas);
  const data = Array.from({ length: 50 }, (_, i) => attestation(`licence ${i}`));
  const many = act(contract, issuer, "multiAttest")([{ schema: SCHEMA_UID, data }]);
  await meter.peer("claim.issue.each-of-50", EAS, 50, inItsMoment(many));

  contract = await loadFixture(eas);
  const delegated = await delegatedRequest(contract, issuer);
  await meter.peer("claim.relay.one", EAS, 1, inItsMoment(act(contract, relayer, "attestByDelegation")(delegated)));
  await meter.peer("claim.anchor.each-of-100000", EAS, ANCHORED, act(contract, issuer, "timestamp")(word("batch")));
  await meter.peer("claim.revoke.position", EAS, 1, act(contract, issuer, "revokeOffchain")(word("claim 77777")));
}

const ATTEST_TYPES = {
  Attest: [
    ["address", "attester"],
    ["bytes32", "schema"],
    ["address", "recipient"],
    ["uint64", "expirationTime"],
    ["bool", "revocable"],
    ["bytes32", "refUID"],
    ["bytes", "data"],
    ["uint256", "value"],
    ["uint256", "nonce"],
    ["uint64", "deadline"],
  ].map(([type = "", name = ""]) => ({ type, name })),
};

async function delegatedRequest(contract: BaseContract, issuer: Account) {
  const domain = { name: "EAS", version: "1.4.0", chainId: 31337, verifyingContract: await contract.getAddress() };
  const data = attestation("licence");
  const request = { schema: SCHEMA_UID, attester: issuer.address, deadline: LATER };
  const signature = await issuer.signTypedData(domain, ATTEST_TYPES, { ...request, ...data, nonce: 0 });
  const { v, r, s } = Signature.from(signature);
  return { ...request, data, signature: { v, r, s } };
}

// ----------------------------------------------------------------------------------------------------------------- ONCHAINID

const TOPIC = 7;
const ECDSA_SCHEME = 1;
const MANAGEMENT = 1;
const ECDSA_KEY = 1;

interface Onchainid {
  factory: BaseContract;
  issuing: BaseContract;
}

async function onchainid(): Promise<Onchainid> {
  const [owner, issuer] = await accounts();
  const deployIt = (path: string, ...args: unknown[]) => deploy(owner, `${ONCHAINID_ARTIFACTS}/${path}`, ...args);
  const library = await deployIt("Identity.sol/Identity.json", owner.address, true);
  const authority = await deployIt(
    "proxy/ImplementationAuthority.sol/ImplementationAuthority.json",
    await library.getAddress(),
  );
  const factory = await deployIt("factory/IdFactory.sol/IdFactory.json", await authority.getAddress());
  return { factory, issuing: await deployIt("ClaimIssuer.sol/ClaimIssuer.json", issuer.address) };
}

async function measureOnchainid(): Promise<void> {
  const [owner, issuer, person, relayer] = await accounts();
  const { factory, issuing } = await loadFixture(onchainid);

  await meter.peer(
    "identity.register.one",
    ONCHAINID,
    1,
    act(factory, owner, "createIdentity")(person.address, "resident"),
  );
  const address = (await factory.getFunction("getIdentity")(person.address)) as string;
  const { abi: identityAbi } = require(`${ONCHAINID_ARTIFACTS}/Identity.sol/Identity.json`) as { abi: InterfaceAbi };
  const identity = new BaseContract(address, identityAbi, owner);

  const data = dataOf("licence");
  const digest = keccak256(abi.encode(["address", "uint256", "bytes"], [address, TOPIC, data]));
  const signature = await issuer.signMessage(getBytes(digest));
  await meter.peer(
    "claim.issue.one",
    ONCHAINID,
    1,
    act(identity, person, "addClaim")(TOPIC, ECDSA_SCHEME, await issuing.getAddress(), signature, data, ""),
  );
  const args = [address, TOPIC, signature, data];
  if ((await issuing.getFunction("isClaimValid")(...args)) !== true) throw new Error("ONCHAINID's claim is not valid");
  meter.addPeer("claim.status", ONCHAINID, await meter.gasOfView(issuing, "isClaimValid", args));
  await meter.peer("claim.revoke.one", ONCHAINID, 1, act(issuing, issuer, "revokeClaimBySignature")(signature));
  if ((await issuing.getFunction("isClaimValid")(...args)) !== false)
    throw new Error("ONCHAINID's claim is not revoked");

  const keyOf = (account: Account) => keccak256(abi.encode(["address"], [account.address]));
  await meter.peer(
    "identity.rotate.one",
    ONCHAINID,
    1,
    act(identity, person, "addKey")(keyOf(relayer), MANAGEMENT, ECDSA_KEY),
    act(identity, relayer, "removeKey")(keyOf(person), MANAGEMENT),
  );
}

/** After the rows they stand beside. */
export async function measurePeers(): Promise<void> {
  await measureEas();
  await measureOnchainid();
}
