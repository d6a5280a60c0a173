/** What is signed, as EIP-712 types; each equal to the type string in its contract (tested equal). */
import { members, type Types } from "../common/typed-data.js";

export { digestOf, domainAt, domainOf, type SigningContract } from "../common/typed-data.js";

/** A registration; its digest is the identity's id. */
export const IDENTITY_TYPES: Types = {
  Identity: members(
    "uint8 kind,uint32 city,uint32 tagVersion,bytes32[] tags,bytes32 code,bytes signer,bytes32 guardian,uint40 guardianUntil,uint40 deadline",
  ),
};
/** The old and the new key sign it. */
export const ROTATION_TYPES: Types = {
  Rotation: members("bytes32 identity,bytes newSigner,uint32 changes,uint40 deadline"),
};
/** The new key signs it. */
export const RECOVERY_TYPES: Types = {
  Recovery: members(
    "bytes32 identity,bytes newSigner,bytes32 guardian,uint40 guardianUntil,uint32 changes,uint40 deadline",
  ),
};
/** The present key signs it. */
export const VETO_TYPES: Types = { Veto: members("bytes32 identity,uint32 changes,uint40 deadline") };
/** The person and the releasing registrar sign it. */
export const MOVE_TYPES: Types = { Move: members("bytes32 identity,uint32 to,uint32 changes,uint40 deadline") };
/** A legal person's key signs it. */
export const OPERATOR_TYPES: Types = {
  Operator: members("bytes32 identity,address operator,bool authorized,uint32 changes,uint40 deadline"),
};
/** The current key signs it, for one verifier. */
export const PRESENCE_TYPES: Types = {
  Presence: members("bytes32 identity,string verifier,string purpose,bytes32 challenge,uint40 expires"),
};

/** A claim; its digest is its id, and what a party signs to accept it. */
export const CLAIM_TYPES: Types = {
  Claim: members(
    "address issuer,uint32 city,uint32 schema,uint64 serial,uint32 position,uint40 validFrom,uint40 validUntil,bytes32 root,bytes32 subject,bytes32 holder",
  ),
};
/** Names a batch; its digest is the batch's id. */
export const BATCH_KEY_TYPES: Types = { BatchKey: members("address issuer,uint64 serial") };
/** An officer signs it off line, for someone to relay. */
export const ISSUE_ORDER_TYPES: Types = { IssueOrder: members("bytes32[] claims,uint40 deadline") };
/** The same for a batch. */
export const ANCHOR_ORDER_TYPES: Types = {
  AnchorOrder: members(
    "address issuer,uint32 city,uint32 schema,uint64 serial,uint32 count,bytes32 root,uint40 deadline",
  ),
};

/** The identity's key and each claim's holder key sign it, for one verifier. */
export const PRESENTATION_TYPES: Types = {
  Presentation: members(
    "bytes32 identity,Disclosure[] claims,string verifier,string purpose,bytes32 challenge,uint40 expires",
  ),
  Disclosure: members("bytes32 claim,string[] fields"),
};

/** A claim's holder key signs it; its digest is the consent's id. */
export const CONSENT_TYPES: Types = {
  Consent: members(
    "bytes holder,bytes32 claim,uint32 schema,uint32 provider,bytes32 scope,bytes32 purpose,uint32 granteeCity,uint32 granteeCapability,address grantee,uint40 validFrom,uint40 validUntil,uint32 uses,uint40 deadline",
  ),
};
/** The holder key signs it to withdraw a consent. */
export const WITHDRAWAL_TYPES: Types = { Withdrawal: members("bytes32 consent") };
