/** For every custom error of the suite's contracts, what happened and what to do. */
import type { abis } from "./abi.js";
import { ESCROW_SENTENCES } from "./escrow/error-sentences.js";

type Abi = (typeof abis)[keyof typeof abis][number];
type AbiError = Extract<Abi, { type: "error" }>;

/** Names of the custom errors of the suite's contracts. */
export type ContractErrorName = AbiError["name"];

/** The arguments of an error, already in words: codes as text, capabilities by name, times as dates. */
type Shown<Name extends ContractErrorName> = Record<
  Extract<AbiError, { name: Name }>["inputs"][number]["name"],
  string
>;

export type Sentences = { readonly [Name in ContractErrorName]: (shown: Shown<Name>) => string };

/** The compiler holds this table complete: an error without a sentence does not build. */
export const SENTENCES: Sentences = {
  // ------------------------------------------------------------------------------------------------ who may do what
  CityUnauthorized: ({ account, city, capability }) =>
    `${account} does not hold ${capability} of ${city}, or holds it with a delay; its controller, or one of its parent, can grant it`,
  CityNotActive: ({ city, inactive }) =>
    city === inactive
      ? `${city} is suspended, retired or still being loaded, so nothing new can be done for it; it must be reinstated first`
      : `nothing new can be done for ${city} while ${inactive} above it is not active; that one must be reinstated first`,
  CityUnknown: ({ city }) =>
    city === "the network"
      ? "the network is not handed over like a city; grant and revoke the roles of its administrators instead"
      : `${city} does not exist, no city was given that number; look the city up by its code`,
  ContractClosed: ({ target }) =>
    `the network has closed the contract ${target} for new acts; look in the directory for its successor, or ask the network`,
  NoStanding: ({ caller, city }) =>
    `${caller} may not do this to what belongs to ${city}; it takes the capability for the act, without delay, of that city, or of the nearest active one above or a successor where it cannot act; send it from an account that holds it, and name the lineage`,
  CityNotBelow: ({ city, ancestor }) =>
    `${city} is not ${ancestor} and does not lie below it; use a schema of the city or of one above it`,
  NotResolutionOfficer: ({ caller, city }) =>
    `${caller} does not hold RESOLUTION of ${city}; its controller can grant it`,
  NotNetworkRole: ({ role }) =>
    `the role ${role} is not one of the network (city 0), and only those can be used here; name one of them`,
  RoleAdminIsComputed: ({ role }) =>
    `who administers the role ${role} follows from the tree of cities and cannot be set; move the city or appoint controllers instead`,
  LastNetworkAdministrator: ({ account }) =>
    `${account} is the network's last administrator and cannot be removed; appoint another one first`,
  NotCityRegistry: ({ caller }) =>
    `${caller} is not the city registry, which alone writes the tree; act through the registry`,
  CityRegistryAlreadyBound: ({ registry }) =>
    `the city registry is bound to ${registry} already, and for ever; use that one, or deploy a new suite`,
  NotAContract: ({ account }) => `there is no contract at ${account}; check the address and the network`,
  AuthorityIsFixed: () =>
    "the manager of this contract is fixed for ever; publish a new version of the contract instead",
  OfferNotGood: ({ city, from, to }) =>
    `${from} has no good offer of ${city} to ${to}: it was not made, was withdrawn, has lapsed, or its maker was dismissed since; ask for a new one`,
  RecipientInvalid: ({ to }) =>
    `a city cannot be offered to ${to}; name another account than your own, and not the zero address`,
  DeadlinePassed: ({ deadline }) => `the deadline ${deadline} has passed; choose a later one`,

  // ---------------------------------------------------------------------------------------------------------- cities
  CityCodeInvalid: ({ fault }) => fault, // a sentence already
  CodeTaken: ({ code, holder }) => `${code} is held by ${holder}; choose another code, or wait until it is released`,
  CodeUnchanged: ({ code }) => `the city has the code ${code} already; name another one`,
  CodeNotBelow: ({ code, parent }) =>
    `${code} is no code for a child of ${parent}; it must lengthen it by one step of the country's scheme, or add one part`,
  CodeLengthNotInScheme: ({ code, lengths }) =>
    `the local part of ${code} has a length that the country's scheme does not have (${lengths}); lengthen or shorten it`,
  CodeBelongsBelow: ({ code, holder }) =>
    `${code} lies below ${holder}, which alone can allocate it; let that city do so`,
  CodeAboveLiveCities: ({ code, cities }) =>
    `${cities} live cities have codes below ${code}; name them all as children of the new city, or move them away first`,
  CodePeriodsOverlap: ({ code, until, from }) =>
    `${code} was held by another city until ${until}, so it cannot be given from ${from} on; choose a later date`,
  NotCountryCode: ({ code }) => `${code} is not a country's code; give one of two parts, as MA.156`,
  NotInCountry: ({ code }) =>
    `${code} does not lie in the country in question; use a code that begins with that country's`,
  NotCountry: ({ city }) =>
    `${city} is no country, or none any more; name a live child of the network, or have the country admitted first`,
  NotChild: ({ city, parent }) =>
    `${city} is not a child of ${parent} (in a move or a new code: does not lie below it), or was named twice; read the children again, and name each once`,
  ChildrenLeft: ({ city, children }) =>
    `${children} children of ${city} are not named in this act; name them all, or move them away first`,
  CityStatusInvalid: ({ city, status }) =>
    `${city} has the status ${status}, in which this cannot be done; read its history, and choose what fits that status`,
  NameLengthInvalid: ({ length }) =>
    `the name has ${length} bytes; give one of 1 to 128 bytes (a Chinese character takes 3)`,
  LengthsDiffer: ({ a, b }) => `the lists have ${a} and ${b} entries; give as many codes as cities`,
  NothingToDo: () => "there is nothing to do: name at least one city, or withdraw an offer that stands",
  SuccessorInvalid: ({ successor }) =>
    `${successor} cannot be a successor here; name other, live cities below the one you act for, in ascending order and each once`,
  MoveNotAgreed: ({ city, to, authority }) =>
    `${authority} cannot move ${city} to ${to}: it is no common ancestor, and the old parent has no open offer of this move; ask that one to offer the move (again)`,
  SchemeInvalid: ({ lengths }) =>
    `the scheme (${lengths}) cannot be used; choose 1 to 5 lengths, each between 1 and 19 characters`,
  SchemeInUse: ({ country, children }) =>
    `${country} has ${children} children, and a scheme changes only while there are none; move or retire them first`,
  HistoryOutOfOrder: ({ time, notBefore }) =>
    `the date ${time} is not in order; history is loaded forwards, so choose one from ${notBefore} on, and not in the future`,
  HistorySealedAlready: ({ country }) =>
    `the history of ${country} is sealed or was never opened; use the acts without a date`,
  ApplicationKnown: ({ id }) => `the application ${id} was submitted before; choose another salt to apply again`,
  ApplicationNotOpen: ({ id, status }) =>
    `the application ${id} is not open (${status}); check that it is written exactly as it was submitted`,
  NotApplicant: ({ caller, applicant }) =>
    `${caller} cannot act for the applicant ${applicant}; send this from that account`,

  // ------------------------------------------------------------------------------------------------------ identities
  IdentityUnknown: ({ identity }) =>
    `no identity ${identity} is registered here; check its id, the chain and the registry's version`,
  IdentityExists: ({ identity }) =>
    `this very registration was made already, as identity ${identity}; there is nothing to do`,
  IdentityNotReady: ({ identity, status }) =>
    `the identity ${identity} is ${status}, in which this cannot be done; end that state first, or choose what fits it`,
  TagTaken: ({ version, tag, holder }) =>
    version === "0"
      ? `this public code belongs to the open identity ${holder}; look that one up, or have it closed first`
      : `the tag ${tag} (version ${version}) belongs to the open identity ${holder}; this person is registered, so recover or move that identity`,
  TagsInvalid: ({ first, last }) =>
    `tags under the versions ${first} to ${last} of the tag key are needed, and none may be zero; ask the tag service anew`,
  TagVersionHeld: ({ identity, version }) =>
    `the identity ${identity} has its tag under version ${version} already; there is nothing to do`,
  TagVersionsInvalid: ({ first, last }) =>
    `versions ${first} to ${last} of the tag key cannot live; begin a new one only while one lives, and retire one only while two live`,
  NotLegalPerson: () => "only a legal person has a public code and operators; leave them out for a natural person",
  KindInvalid: () => "the identity is of no kind; say whether it is a natural or a legal person's",
  SignerInvalid: ({ signer }) =>
    `${signer} is too short for a signer; give the 20 bytes of an account, or a verifier's and a key`,
  GuardianInvalid: ({ guardian, until }) =>
    `a guardianship (${guardian}) until ${until} cannot be; give a guardian and an end in the future, or neither`,
  NotCurrentSigner: ({ identity, signer }) =>
    `${signer} is not the current key of the identity ${identity}, or its guardianship has ended; sign with the current key, or have it recovered`,
  SignatureInvalid: ({ signer }) =>
    `the signature is not that of ${signer} over this order; sign exactly what is sent, for this chain and contract, with the latest count of changes`,
  ReleaseInvalid: ({ officer, city }) =>
    `${officer} has not signed this move, or is no registrar of ${city}; ask a registrar of the present city to sign it`,
  OrderExpired: ({ deadline }) => `the order was good until ${deadline}; have it signed again with a later deadline`,
  AncestorRequired: ({ city }) =>
    `a recovery was vetoed, so for a time only a registrar of a city above ${city} may propose another, or close the identity; let that one act, and name its city alone as the lineage`,
  RecoveryFinal: ({ identity }) =>
    `no veto stands against this recovery of ${identity}, for one was vetoed shortly before; the city that proposed it can withdraw it`,
  RecoveryNotDue: ({ dueAt }) => `the recovery can be completed from ${dueAt} on; wait until then`,
  RecoveryDiffers: ({ identity }) =>
    `this is not the control that was proposed for ${identity}; take it from the event RecoveryProposed`,
  CityUnchanged: ({ city }) => `the person is in ${city} already; name another city`,
  OperatorUnchanged: ({ operator }) =>
    `${operator} is an operator already, or is none; list the operators, and change what is to be changed`,

  // ---------------------------------------------------------------------------------------------- schemas and claims
  SchemaUnknown: ({ schema }) => `there is no schema ${schema}; their numbers go from 1 to the registry's schemaCount`,
  SchemaIncomplete: () =>
    "the schema is incomplete; give it a name, the hash of its definition, and 1 to 64 fields with a name and a type",
  PartiesInvalid: ({ parties, acceptance }) =>
    `a schema of ${parties} parties that asks for the acceptance of ${acceptance} cannot be; it has 1 or 2 parties, and of one only the first can accept`,
  SchemaRetiredBefore: ({ schema }) => `the schema ${schema} was closed before; there is nothing to do`,
  SchemaClosed: ({ schema }) => `the schema ${schema} is closed for new claims; use its successor`,
  ValidityInvalid: ({ validFrom, validUntil, maxValidity }) =>
    `the validity from ${validFrom} to ${validUntil} cannot be; it must end after it begins and after now, and last at most what the schema allows (${maxValidity})`,
  ClaimExists: ({ claim }) => `the claim ${claim} was issued already; there is nothing to do`,
  SerialUsed: ({ issuer, serial }) =>
    `${issuer} has anchored a batch with the serial ${serial} before; take the next serial`,
  BatchInvalid: ({ serial, count }) =>
    `a batch with the serial ${serial} and ${count} positions cannot be anchored; give a serial from 1, at least one position, a root, and whatever else the batch states`,
  ClaimUnknown: ({ record }) =>
    `no claim or batch ${record} was issued here; check its id, the chain and the registry's version`,
  StandingInvalid: ({ record, standing }) =>
    `the claim or batch ${record} is ${standing}, in which this cannot be done; nothing brings back what was revoked or superseded`,
  PositionInvalid: ({ batch, position }) =>
    `the batch ${batch} has no position ${position}; positions count from 0, and end before its count`,
  RecordsMixed: ({ record }) =>
    `${record} is of another city or schema than the first; send the records of each city and schema in a call of their own`,
  SchemaDiffers: ({ schema, successor }) =>
    `a claim of schema ${schema} cannot be superseded by one of schema ${successor}; issue the new one under the same schema`,
  NotSingleClaim: ({ record }) =>
    `${record} is a whole batch; supersede its claims by their positions, or revoke the batch`,
  OrderInvalid: ({ issuer }) =>
    `the signature is not that of ${issuer} over this order; sign exactly what is sent, for this chain and contract`,
  DistrustInvalid: ({ since, known }) =>
    `an issuer cannot be distrusted from ${since} on (so far: ${known}); choose a moment that has come, earlier than the one known`,
  Empty: () => "there is nothing to do; name at least one record",
  MerkleProofInvalidMultiproof: () =>
    "the proof of the fields does not fit their number; build it anew from the claim's document",

  // ---------------------------------------------------------------------------------------------- taxpayers and numbers
  NotBureau: ({ capability }) => `${capability} admits nobody; name TAX for taxpayers, or FISCAL for fiscal units`,
  BureauNotReady: ({ city }) =>
    `the bureaus of ${city} were not opened, or are open already; a bureau is opened once, before it admits or anything is booked at it`,
  UtcOffsetInvalid: ({ utcOffset }) =>
    `no clock is ${utcOffset} minutes from UTC; give its offset in minutes, -720 to 840 (China: 480)`,
  PeriodInvalid: ({ city, period }) =>
    `${period} is no month that ${city} can close now, or that can be booked there; give YYYYMM: a past one to close, one that has begun to book`,
  PeriodClosed: ({ city, period }) => `${city} has closed the period ${period}; book for a later one`,
  NotActiveLegalPerson: ({ person }) =>
    `${person} is not the active identity of a legal person; register it as one, or have it reinstated`,
  NotOfCity: ({ person, city }) =>
    `${person} is registered neither in ${city} nor below it; the bureau of its own city, or of one above, admits it`,
  TaxpayerExists: ({ person, bureau }) =>
    `${person} is admitted by a ${bureau} bureau already; that one must dismiss it first`,
  TaxpayerUnknown: ({ person, bureau }) => `no ${bureau} bureau has admitted ${person}; its city's bureau can`,
  TaxpayerFrozen: ({ person, bureau }) =>
    `the ${bureau} bureau has frozen the quotas of ${person}; ask it to unfreeze them`,
  FreezeUnchanged: ({ person }) => `the quotas of ${person} are frozen already, or are not; there is nothing to do`,
  KindNotAdmitted: ({ kinds }) =>
    `the kinds of documents (as a set of bits: ${kinds}) are not this bureau's to admit, or the person was not admitted for them; TAX admits 2 to 30, FISCAL 32 to 96`,
  QuotaExceeded: ({ limit, used, wanted }) =>
    `the month's quota of ${limit} minor units, of which ${used} are used, does not allow ${wanted} more; ask the bureau to raise it, or wait for the next month`,
  NotIssuingOperator: ({ person, account }) =>
    `${account} does not issue for ${person}; it takes the bureau and the legal person to name it`,
  NumberInvalid: ({ scheme, number }) => `${number} is no number of the scheme ${scheme}, or has no range there`,
  NumberUsed: ({ scheme, number }) => `the number ${number} of the scheme ${scheme} was used before; take the next one`,
  NumberReserved: ({ scheme, page }) =>
    `the numbers ${page}00000 to ${page}99999 of the scheme ${scheme} are another seller's, or are numbered the other way (singly, or by batches); take others`,
  PageTaken: ({ scheme, page }) =>
    `the numbers ${page}00000 to ${page}99999 of the scheme ${scheme} are in use or allotted already; allot other ones`,

  // --------------------------------------------------------------------------------------------------------- payments
  NotProvider: ({ provider, caller }) =>
    `${caller} attests payments of ${provider}; a provider attests its own, from its account`,
  CitiesMixed: ({ first, other }) =>
    `the payments are of ${first} and ${other}; send those of each city in a call of their own`,
  PaymentInvalid: ({ payment }) =>
    `the payment ${payment} lacks something; give its identification, order, payee, currency, amount, a time that has come, and no place if it is single`,
  PaymentToOneself: ({ payee }) => `${payee} would pay itself; only what others paid can be invoiced`,
  PaymentExists: ({ payment }) => `the payment ${payment} was attested before; there is nothing to do`,
  PaymentCounted: ({ known }) =>
    `this transaction, or this order, counts already as the payment ${known}; look for a double report`,
  PaymentUnknown: ({ payment }) =>
    `nobody attested the payment ${payment}, or the proof is not one; check chain, registry and batch`,
  PaymentExceeded: ({ payment, left, amount }) =>
    `${left} minor units are left of the payment ${payment}, and not ${amount}; draw less, or reverse what was drawn`,
  PaymentReserved: ({ payment }) =>
    `a batch of documents takes the payment ${payment}; request the document at its position there`,
  BatchNotReady: ({ batch }) =>
    `the batch of payments ${batch} is not known, was used, or differs in payee, currency, count or total from what is anchored`,
  RefundInvalid: ({ payment, known, refunded }) =>
    `of the payment ${payment} ${known} minor units are refunded; ${refunded} in all is not more, or is more than was paid`,
  NotRefunder: ({ caller }) =>
    `${caller} does not refund here; the provider that attested the payment does, while it is accredited, or the city's controller`,

  // --------------------------------------------------------------------------------------------------------- invoices
  ArithmeticInvalid: ({ rule, index }) =>
    `the document breaks ${rule} of EN 16931 (tax line or payment ${index}); compute its totals anew`,
  InvoiceInvalid: ({ invoice }) =>
    `the document ${invoice} lacks something; give its kind, currency, content, a time that has come, and a buyer (of a reversing one: the same)`,
  DrawInvalid: ({ invoice, index }) =>
    `the payment ${index} of the document ${invoice} does not fit; each must be to the seller, in its currency, and in ascending order of ids`,
  InvoiceExists: ({ invoice }) => `the document ${invoice} was issued already; there is nothing to do`,
  InvoiceUnknown: ({ invoice }) =>
    `the document ${invoice} has no state here; check chain and registry, or materialise it if it is in a batch`,
  InvoiceReversedBefore: ({ invoice }) => `the document ${invoice} is a reversing one, or is wholly reversed`,
  BatchNotOpen: ({ batch }) =>
    `the batch ${batch} does not exist, is cancelled, or documents of it have materialised; reverse those one by one`,
  RequestInvalid: ({ payment }) =>
    `the payer of ${payment} has not signed for this buyer; have the request signed with the payment's key and its latest count of changes`,
  RequestNotNeeded: ({ invoice }) =>
    `the buyer of ${invoice} is named already, or it is no document of a batch that waits for one`,
  NotRequested: ({ invoice }) => `nobody holds the document ${invoice} yet; the payer must name the buyer first`,
  NotHolder: ({ invoice }) =>
    `this key does not open the present holder of ${invoice}; it may have been handed on, or salt and title are others`,
  NotSeller: ({ seller, caller }) => `${caller} is not an operator of ${seller}; the seller acts through its operators`,
  InvoiceNotReady: ({ invoice, status }) => `the document ${invoice} is ${status}, in which this cannot be done`,
  PeriodBeforeIssue: ({ invoice, period }) =>
    `${invoice} was issued after ${period}; book it for the month of its issue, or a later one`,
  NotBooked: ({ invoice }) => `the document ${invoice} is not booked; there is nothing to undo`,
  BookingClosed: ({ invoice, period }) =>
    `${invoice} is booked for ${period}, which is closed; ask the tax bureau to undo it`,
  ReversalOpen: ({ invoice }) => `a reversal of ${invoice} is open; have it confirmed or rejected, or wait 72 hours`,
  ReversalNotOpen: ({ invoice }) => `no reversal of ${invoice} by this document is open; propose it anew`,
  ReversalTooEarly: ({ mayAt }) =>
    `an earlier proposal ended without effect, so its side waits until ${mayAt}; the other side may propose`,
  OwnProposal: ({ invoice }) => `who proposed the reversal of ${invoice} does not confirm it; the other side does`,
  NotLapsed: ({ invoice }) =>
    `nobody has vanished yet: the bureau confirms a reversal of ${invoice} only after an earlier proposal of the same side lapsed`,
  ReversalInvalid: ({ index }) =>
    `line ${index} of the reversing document takes off more than is left of the document, or leaves what does not add up; take less`,

  // --------------------------------------------------------------------------------------------------------- consents
  ConsentInvalid: () =>
    "the consent cannot be given; name one grantee (a city with a capability, or an account), a period that ends after it begins, and at least one use",
  ConsentKnown: ({ consent }) =>
    `the consent ${consent} was given before, or is withdrawn; give one with another scope or purpose salt`,
  ConsentWithdrawnBefore: ({ consent }) => `the consent ${consent} is withdrawn already; there is nothing to do`,
  ConsentNotReady: ({ consent, status }) =>
    `the consent ${consent} is ${status}, so this cannot be done with it; ask the holder for what is missing`,
  HolderKeyReused: ({ holder }) =>
    `the holder key ${holder} has consented for another claim or schema; use the key of this claim, which no other has`,
  NotGrantee: ({ account }) => `${account} is not whom the consent names; send it from the account that was named`,
  PurposeDiffers: ({ consent }) =>
    `the consent ${consent} is for another purpose; use it for the one that the holder agreed to, with its salt`,
  ClaimDiffers: ({ consent, claim }) =>
    `the consent ${consent} does not cover the claim ${claim}; use one of its schema, provider and holder key`,
  ClaimNotActive: ({ claim, status }) =>
    `the claim ${claim} is ${status}; only one in force can be used, so ask its issuer`,
  AuthorizationUnchanged: ({ provider }) =>
    `there is nothing to change: the consent names no provider, or ${provider} agrees, or does not, already`,

  // ------------------------------------------------------------------------------------------------------- directory
  NameEmpty: () => "the contract was given no name; publish it under one of 1 to 32 characters",
  NoCode: ({ location }) =>
    `there is no contract at ${location}; deploy it first, or check the address and the network`,
  StartBlockInFuture: ({ startBlock, current }) =>
    `the start block ${startBlock} has not come, the chain is at ${current}; name the block of the deployment`,
  AlreadyPublished: ({ name, version }) =>
    `this contract is version ${version} of ${name} already; there is nothing to do`,
  VersionUnknown: ({ name, version }) =>
    `${name} has no version ${version}; versions count from 1, and the directory's versionCount is the last`,
  StatusUnchanged: ({ status }) =>
    `the version cannot be set to ${status}: it has that status already, or none was named; name another one`,

  // ---------------------------------------------------------------------------------- OpenZeppelin: the access manager
  AccessManagedUnauthorized: ({ caller }) =>
    `${caller} may not call this; it is an act of the network: ask for the role that is set for it, or, where the network has closed the contract, to open it`,
  AccessManagedRequiredDelay: ({ caller, delay }) =>
    `${caller} may do this only after a delay of ${delay}; schedule it with the access manager, then execute it`,
  AccessManagedInvalidAuthority: ({ authority }) =>
    `${authority} cannot be the manager of this contract, since it is no contract; check the address`,
  AccessManagerAlreadyScheduled: ({ operationId }) =>
    `the operation ${operationId} is scheduled already; execute or cancel it first`,
  AccessManagerNotScheduled: ({ operationId }) =>
    `the operation ${operationId} is not scheduled: it never was, or was executed or cancelled; schedule it, and wait until its delay is over`,
  AccessManagerNotReady: ({ operationId }) => `the delay of the operation ${operationId} is not over; execute it later`,
  AccessManagerExpired: ({ operationId }) =>
    `the operation ${operationId} was not executed within a week after its delay; schedule it again`,
  AccessManagerLockedRole: ({ roleId }) =>
    `the role ${roleId} is fixed and cannot be changed in this way; use another role`,
  AccessManagerBadConfirmation: () => "to renounce a role, confirm with the address that sends the transaction",
  AccessManagerUnauthorizedAccount: ({ msgsender, roleId }) =>
    `${msgsender} does not hold the role ${roleId}, which this takes; one of the role's administrators can grant it`,
  AccessManagerUnauthorizedCall: ({ caller, target, selector }) =>
    `${caller} may not call function ${selector} of ${target}; the network must grant the role that is set for it`,
  AccessManagerUnauthorizedConsume: ({ target }) =>
    `${target} has no scheduled operation to consume; schedule the operation, and run it with the access manager's execute`,
  AccessManagerUnauthorizedCancel: ({ msgsender, caller, target, selector }) =>
    `${msgsender} may not cancel what ${caller} scheduled (function ${selector} of ${target}); that one, a guardian or the network can`,
  AccessManagerInvalidInitialAdmin: ({ initialAdmin }) =>
    `${initialAdmin} cannot be the first administrator; name an account`,

  // -------------------------------------------------------------------------------------------- OpenZeppelin: the rest
  AddressEmptyCode: ({ target }) => `there is no contract at ${target}; check the address and the network`,
  FailedCall: () =>
    "a call inside this act failed without a reason; check that its target is the contract it should be",
  FailedDeployment: () => "the contract's constructor failed without a reason; check its arguments",
  Create2EmptyBytecode: () => "there is nothing to deploy; give the contract's creation code",
  InsufficientBalance: ({ balance, needed }) =>
    `${needed} wei are needed and only ${balance} are there; fund the account`,
  SafeCastOverflowedUintDowncast: ({ value, bits }) =>
    `the number ${value} does not fit into ${bits} bits; use a smaller one`,
  StringTooLong: ({ str }) => `the text "${str}" is longer than 31 bytes; shorten it`,
  InvalidShortString: () =>
    "a text stored in the contract cannot be read, it was not built correctly; use another version of it",

  ...ESCROW_SENTENCES,
};
