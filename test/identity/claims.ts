/** What tests of claims share: claims, batches, orders, and where cities cannot act. */
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import type { ContractTransactionReceipt, ContractTransactionResponse } from "ethers";

import { issueUnder, roleOf } from "../../src/index.js";
import type { PersonKey } from "../../src/identity/key.js";
import { ANCHOR_ORDER_TYPES, CLAIM_TYPES, ISSUE_ORDER_TYPES } from "../../src/identity/typed-data.js";
import type { ClaimStruct, IClaimRegistry } from "../../typechain/identity/ClaimRegistry.js";
import { code, HEBEI, loadFixture, SHIJIAZHUANG, time } from "../world.js";
import { contentOf, type IdentityWorld, identityWorld, LATER, RESIDENT, SCHEMAS, termsOf } from "./world.js";

type Signer = IdentityWorld["issuer"];
export type Terms = IClaimRegistry.TermsStruct;
export type Content = IClaimRegistry.ContentStruct;
export type Batch = IClaimRegistry.BatchStruct;
export type Order = IClaimRegistry.OrderStruct;
export type Claim = ClaimStruct;

export const Status = {
  Unknown: 0n,
  NotYetValid: 1n,
  Active: 2n,
  Suspended: 3n,
  Expired: 4n,
  Superseded: 5n,
  Revoked: 6n,
  Distrusted: 7n,
} as const;
export const Standing = { Standing: 0n, Suspended: 1n, Superseded: 2n, Revoked: 3n } as const;

/** The city that takes over Shijiazhuang, and the one after it. */
export const SUCCESSOR = 5n;
export const SECOND_SUCCESSOR = 6n;

/** A claim that can be issued. */
export interface NewClaim {
  terms: Terms;
  content: Content;
  claim: Claim;
  id: string;
}

/** Claims of one batch. */
export interface NewBatch {
  claims: Claim[];
  ids: string[];
  tree: SimpleMerkleTree;
  /** As it is anchored. */
  batch: Batch;
  id: string;
  /** Status of the claim at a position; or of another claim, with that one's proof. */
  statusAt: (position: number, claim?: Claim) => Promise<bigint>;
}

interface BatchChanges {
  serial?: number;
  issuer?: Signer;
  terms?: Partial<Terms>;
}

/** A claim, single unless told otherwise. */
export function claimOf(
  issuer: Signer | string,
  terms: Terms,
  content: Content,
  place: { serial?: number; position?: number } = {},
): Claim {
  const address = typeof issuer === "string" ? issuer : issuer.address;
  return { issuer: address, serial: 0, position: 0, ...terms, ...content, ...place };
}

/** A claim's id, as the client computes it. */
export async function idOf(world: IdentityWorld, claim: Claim): Promise<string> {
  return world.digest("claims", CLAIM_TYPES, { ...claim });
}

/** A new claim of Shijiazhuang's issuer. */
export async function newClaim(
  world: IdentityWorld,
  changes: Partial<Terms> = {},
  issuer = world.issuer,
): Promise<NewClaim> {
  const terms = await termsOf(RESIDENT, changes);
  const content = contentOf();
  const claim = claimOf(issuer, terms, content);
  return { terms, content, claim, id: await idOf(world, claim) };
}

/** A claim that Shijiazhuang's issuer has issued. */
export async function issued(
  world: IdentityWorld,
  changes: Partial<Terms> = {},
  issuer = world.issuer,
): Promise<NewClaim> {
  const fresh = await newClaim(world, changes, issuer);
  await world.claims.connect(issuer).issue(fresh.terms, fresh.content);
  return fresh;
}

/** Claims of one batch with their tree, not anchored yet. */
export async function newBatch(
  world: IdentityWorld,
  length: number,
  { serial = 1, issuer = world.issuer, terms = {} }: BatchChanges = {},
): Promise<NewBatch> {
  const shared = await termsOf(RESIDENT, terms);
  const claims = Array.from({ length }, (_, position) => claimOf(issuer, shared, contentOf(), { serial, position }));
  return batchOver(world, claims);
}

/** The batch over claims, with its tree. City, schema, serial and issuer are the first one's. */
export async function batchOver(world: IdentityWorld, claims: Claim[]): Promise<NewBatch> {
  const [first] = claims;
  if (first === undefined) throw new Error("a batch has a claim");
  const ids = await Promise.all(claims.map((claim) => idOf(world, claim)));
  const tree = SimpleMerkleTree.of(ids);
  const { city, schema, serial } = first;
  const batch: Batch = { city, schema, serial, count: claims.length, root: tree.root };
  const id = await world.claims.batchOf(first.issuer, serial);
  const statusAt = async (position: number, claim = claims[position]!) =>
    (await world.claims.statusOf(claim, tree.getProof(position))).status;
  return { claims, ids, tree, batch, id, statusAt };
}

/** A batch that Shijiazhuang's issuer has anchored. */
export async function anchored(world: IdentityWorld, length: number, changes: BatchChanges = {}): Promise<NewBatch> {
  const made = await newBatch(world, length, changes);
  await world.claims.connect(changes.issuer ?? world.issuer).anchor(made.batch);
  return made;
}

export async function issueOrder(
  world: IdentityWorld,
  by: Signer | PersonKey,
  issuer: string,
  claims: string[],
  deadline = LATER,
): Promise<Order> {
  const signature = await world.sign(by, "claims", ISSUE_ORDER_TYPES, { claims, deadline });
  return { issuer, deadline, signature };
}

export async function anchorOrder(
  world: IdentityWorld,
  by: Signer | PersonKey,
  issuer: string,
  batch: Batch,
  deadline = LATER,
): Promise<Order> {
  const signature = await world.sign(by, "claims", ANCHOR_ORDER_TYPES, { issuer, ...batch, deadline });
  return { issuer, deadline, signature };
}

/** Lets an account issue under all schemas of the fixture for a city. */
export async function entitle(
  world: IdentityWorld,
  controller: Signer,
  city: bigint,
  account: Signer | string,
): Promise<void> {
  for (const schema of SCHEMAS) {
    await world.manager.connect(controller).grantRole(roleOf(city, issueUnder(Number(schema))), account, 0);
  }
}

export interface Neighbours extends IdentityWorld {
  /** (Hebei, issue under each schema). */
  hebeiIssuer: Signer;
  /** The controllers of the two cities that can take over, and their issuers. */
  tangshan: Signer;
  tangshanIssuer: Signer;
  baoding: Signer;
  baodingIssuer: Signer;
  /** Hebei retires a city below it. */
  retireInto: (city: bigint, successor: bigint) => Promise<unknown>;
  /** Hebei suspends Shijiazhuang. */
  suspendCity: () => Promise<unknown>;
}

/** Also with an issuer of Hebei, and two cities that can take over Shijiazhuang, one after the other. */
export async function neighbours(): Promise<Neighbours> {
  const world = await loadFixture(identityWorld);
  const [hebeiIssuer, tangshan, tangshanIssuer, baoding, baodingIssuer, ...others] = world.others as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    ...Signer[],
  ];
  const { registry, hebei } = world;
  await entitle(world, hebei, HEBEI, hebeiIssuer);
  await registry
    .connect(hebei)
    .allocate(HEBEI, { code: code("MA.156.1302"), name: "唐山市", controller: tangshan }, []);
  await registry.connect(hebei).allocate(HEBEI, { code: code("MA.156.1306"), name: "保定市", controller: baoding }, []);
  await entitle(world, tangshan, SUCCESSOR, tangshanIssuer);
  await entitle(world, baoding, SECOND_SUCCESSOR, baodingIssuer);
  const retireInto = async (city: bigint, successor: bigint) => registry.connect(hebei).retire(city, [successor], []);
  const suspendCity = async () => registry.connect(hebei).suspend(SHIJIAZHUANG, 1);
  return { ...world, others, hebeiIssuer, tangshan, tangshanIssuer, baoding, baodingIssuer, retireInto, suspendCity };
}

/** The receipt of a transaction. */
export async function receiptOf(sent: Promise<ContractTransactionResponse>): Promise<ContractTransactionReceipt> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("the transaction is not in a block");
  return receipt;
}

/** Mines a block of that time: what is then read, is read at that time. */
export async function goTo(when: number): Promise<void> {
  await time.increaseTo(when);
}
