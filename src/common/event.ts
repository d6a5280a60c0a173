/** Events of the registries as their interfaces have them, typed by TypeChain. */
import type { ContractTypes, TypedContractEvent } from "../bindings.js";
import type { PublishedName } from "../client.js";
import type { EventPlace } from "./history.js";

type Filters<Contract extends PublishedName> = ContractTypes[Contract]["filters"];

/** The names of a contract's events; of all its events, for several contracts. */
export type EventName<Contract extends PublishedName> = {
  [Name in Contract]: Exclude<keyof Filters<Name> & string, `${string}(${string}`>;
}[Contract];

type ArgsOf<Event> = Event extends TypedContractEvent<never[], never[], infer Args> ? Args : never;

/** An event's arguments by name, as ethers decodes them: numbers are bigint, bytes are hexadecimal. */
export type EventArgs<Contract extends PublishedName, Name extends EventName<Contract>> = ArgsOf<
  Filters<Contract>[Name & keyof Filters<Contract>]
>;

/** An event of a contract, or of several: `contract` and `type` tell which, and so what `args` are. */
export type RegistryEvent<
  Contract extends PublishedName = PublishedName,
  Name extends EventName<Contract> = EventName<Contract>,
> = {
  [Of in Contract]: {
    [Type in Name & EventName<Of>]: EventPlace & { contract: Of; type: Type; args: EventArgs<Of, Type> };
  }[Name & EventName<Of>];
}[Contract];
