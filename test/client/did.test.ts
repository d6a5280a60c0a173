import { createPublicKey, verify } from "node:crypto";

import { expect } from "chai";
import { type DIDDocument, type JsonWebKey, Resolver } from "did-resolver";
import { concat, getAddress, getBytes, randomBytes, sha256 } from "ethers";

import { connect } from "../../src/index.js";
import { getResolver } from "../../src/identity/did.js";
import { identityDid, parseIdentityDid } from "../../src/identity/did-syntax.js";
import { guardianCommitment, newSalt } from "../../src/identity/commitment.js";
import { P256Key, type PersonKey } from "../../src/identity/key.js";
import { proposeRecovery, rotateKey, signRecovery, signRotation } from "../../src/identity/order.js";
import { closeIdentity, suspendIdentity } from "../../src/identity/registrar.js";
import { identityWorld, newKey, register, word } from "../identity/world.js";
import { ethers, loadFixture, time } from "../world.js";

const FAR = new Date(4_000_000_000_000);

async function didWorld() {
  const world = await loadFixture(identityWorld);
  const client = await connect({ directory: await world.directory.getAddress(), runner: ethers.provider });
  const registry = await client.identities.getAddress();
  const didOf = (id: string) => identityDid(client.chainId, registry, id);
  const resolver = new Resolver(getResolver(client));
  const documentOf = async (id: string): Promise<DIDDocument> => (await resolver.resolve(didOf(id))).didDocument!;
  return { ...world, client, registryAddress: registry.toLowerCase(), didOf, dids: resolver, documentOf };
}

describe("DIDs of identities", () => {
  it("show a key pair's account", async () => {
    const world = await didWorld();
    const { client, dids, didOf } = world;
    const key = newKey();
    const id = await register(world, key);
    const did = didOf(id);
    const { timestamp } = (await ethers.provider.getBlock("latest"))!;
    expect(did).to.equal(
      `did:civitas:${client.chainId}:${(await client.identities.getAddress()).slice(2).toLowerCase()}:${id.slice(2)}`,
    );
    expect(await dids.resolve(did)).to.deep.equal({
      didResolutionMetadata: { contentType: "application/did+ld+json" },
      didDocument: {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/secp256k1recovery-2020/v2"],
        id: did,
        verificationMethod: [
          {
            id: `${did}#key`,
            type: "EcdsaSecp256k1RecoveryMethod2020",
            controller: did,
            blockchainAccountId: `eip155:${client.chainId}:${getAddress(key.signer)}`,
          },
        ],
        authentication: [`${did}#key`],
        assertionMethod: [`${did}#key`],
      },
      didDocumentMetadata: {
        created: new Date(timestamp * 1000).toISOString().replace(".000", ""),
        versionId: "0",
        status: "Active",
      },
    });
    const plain = await dids.resolve(did, { accept: "application/did+json" });
    expect(plain.didResolutionMetadata).to.deep.equal({ contentType: "application/did+json" });
    expect(plain.didDocument).not.to.have.property("@context");
    expect(plain.didDocument!.id).to.equal(did);
  });

  it("show a phone's key so that others can check its signatures", async () => {
    const world = await didWorld();
    const { documentOf, newPhone } = world;
    const phone = newPhone();
    const id = await register(world, phone);
    const document = await documentOf(id);
    const [method] = document.verificationMethod!;
    expect(method!.type).to.equal("JsonWebKey");
    expect(document["@context"]).to.include("https://w3id.org/security/jwk/v1");
    const jwk = method!.publicKeyJwk as JsonWebKey & { kty: string };
    expect(jwk).to.deep.include({ kty: "EC", crv: "P-256" });
    const message = Buffer.from("a message");
    const signature = getBytes(phone.sign(sha256(message)));
    const publicKey = createPublicKey({ key: jwk, format: "jwk" });
    expect(verify("sha256", message, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).to.equal(true);
  });

  it("show an account that is a contract as such, and no key of a verifier that is not the suite's", async () => {
    const world = await didWorld();
    const { documentOf, client, didOf } = world;
    const owner = newKey();
    const wallet = await (await ethers.deployContract("ControllerWallet", [getAddress(owner.signer)])).getAddress();
    const contract: PersonKey = { signer: wallet.toLowerCase(), sign: (digest) => owner.sign(digest) };
    const id = await register(world, contract);
    expect(await documentOf(id)).to.deep.include({
      "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/blockchain-2021/v1"],
      verificationMethod: [
        {
          id: `${didOf(id)}#key`,
          type: "BlockchainVerificationMethod2021",
          controller: didOf(id),
          blockchainAccountId: `eip155:${client.chainId}:${wallet}`,
        },
      ],
    });

    const other = await (await ethers.deployContract("P256Verifier")).getAddress();
    const unknown = await register(world, new P256Key(randomBytes(32), other));
    expect(await documentOf(unknown)).to.deep.equal({
      "@context": ["https://www.w3.org/ns/did/v1"],
      id: didOf(unknown),
    });
  });

  it("follow the key, and count the changes", async () => {
    const world = await didWorld();
    const { client, documentOf, dids, didOf, stranger, newPhone } = world;
    const [old, phone] = [newKey(), newPhone()];
    const id = await register(world, old);
    const before = await dids.resolve(didOf(id));
    await time.increase(3600);
    await rotateKey(client, stranger, await signRotation(client, id, { old, new: phone }, FAR));
    const { didDocument, didDocumentMetadata } = await dids.resolve(didOf(id));
    expect(didDocument!.verificationMethod![0]!.type).to.equal("JsonWebKey");
    expect(didDocumentMetadata).to.deep.include({ versionId: "1", created: before.didDocumentMetadata.created });
    const { created, updated } = didDocumentMetadata;
    expect(Date.parse(updated!) - Date.parse(created!)).to.be.at.least(3_600_000);
    expect((await documentOf(id)).authentication).to.deep.equal([`${didOf(id)}#key`]);
  });

  it("name no key for authentication while the identity is not active, or its guardianship has ended", async () => {
    const world = await didWorld();
    const { client, documentOf, dids, didOf, registrar } = world;
    const inactive = async (id: string, status: string) => {
      const { didDocument, didDocumentMetadata } = await dids.resolve(didOf(id));
      expect(didDocument).to.not.have.any.keys("authentication", "assertionMethod");
      expect(didDocument!.verificationMethod).to.have.length(1);
      expect(didDocumentMetadata).to.deep.include({ status }).and.not.have.property("deactivated");
    };
    const suspended = await register(world, newKey());
    await suspendIdentity(client, registrar, suspended, "UnderReview");
    await inactive(suspended, "Suspended");

    const lost = await register(world, newKey());
    await proposeRecovery(client, registrar, await signRecovery(client, lost, newKey(), FAR), word());
    await inactive(lost, "Recovering");

    const guardianUntil = (await time.latest()) + 1000;
    const guardian = guardianCommitment(newSalt(), suspended);
    const child = await register(world, newKey(), { guardian, guardianUntil });
    expect(await documentOf(child)).to.have.property("authentication");
    await time.increaseTo(guardianUntil);
    await inactive(child, "Active");
  });

  it("are deactivated when the identity is closed", async () => {
    const world = await didWorld();
    const { client, dids, didOf, registrar } = world;
    const id = await register(world, newKey());
    await closeIdentity(client, registrar, id, "Died");
    const { didDocument, didDocumentMetadata, didResolutionMetadata } = await dids.resolve(didOf(id));
    expect(didResolutionMetadata).not.to.have.property("error");
    expect(didDocument).to.deep.equal({ "@context": ["https://www.w3.org/ns/did/v1"], id: didOf(id) });
    expect(didDocumentMetadata).to.deep.include({ deactivated: true, versionId: "1", status: "Closed" });
  });

  it("tell what cannot be resolved, and why", async () => {
    const world = await didWorld();
    const { client, dids, didOf, registryAddress } = world;
    const id = await register(world, newKey());
    const errorOf = async (did: string, accept?: string) => {
      const { didDocument, didResolutionMetadata } = await dids.resolve(did, accept === undefined ? {} : { accept });
      expect(didDocument).to.equal(null);
      return didResolutionMetadata.error;
    };
    const did = didOf(id);
    for (const wrong of [
      did.toUpperCase().replace("DID:CIVITAS", "did:civitas"),
      did.slice(0, -1),
      `${did}0`,
      did.replace(`:${client.chainId}:`, `:0${client.chainId}:`),
      did.replace(`:${client.chainId}:`, ":"),
      "did:civitas:1",
    ]) {
      expect(await errorOf(wrong), wrong).to.equal("invalidDid");
    }
    expect(await errorOf(didOf(word()))).to.equal("notFound");
    expect(await errorOf(identityDid(1n, registryAddress, id))).to.equal("notFound");
    expect(await errorOf(identityDid(client.chainId, word().slice(0, 42), id))).to.equal("notFound");
    expect(await errorOf(`${did}?versionId=0`)).to.equal("notFound");
    expect(await errorOf(did, "text/html")).to.equal("representationNotSupported");
    expect(await errorOf(did.replace("civitas", "other"))).to.equal("unsupportedDidMethod");
    const getBlock = client.provider.getBlock.bind(client.provider);
    const provider = { getBlock, getLogs: () => Promise.resolve([]) } as never;
    const { chainId, identities, p256 } = client;
    const pruned = new Resolver(getResolver({ chainId, identities, p256, provider }));
    const { didResolutionMetadata } = await pruned.resolve(did);
    expect(didResolutionMetadata.error).to.equal("internalError");
    expect(didResolutionMetadata["message"]).to.match(/no complete list of the events/);
  });

  it("are written in one way", () => {
    const [registry, identity] = [word().slice(0, 42), word()];
    const did = identityDid("31337", getAddress(registry), `0x${identity.slice(2).toUpperCase()}`);
    expect(parseIdentityDid(did)).to.deep.equal({ chainId: 31337n, registry, identity });
    expect(parseIdentityDid(`${did}#key`)).to.equal(null);
    expect(() => identityDid("31337", registry, concat([identity, "0x00"]))).to.throw(RangeError);
    expect(() => identityDid("0", registry, identity)).to.throw(RangeError);
  });
});
