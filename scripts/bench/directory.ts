import { encodeBytes32String } from "ethers";

import type { Act, World } from "./world.js";

const publish =
  (name: string) =>
  ({ directory, factory }: World) =>
    directory.publish(encodeBytes32String(name), factory, 1);

export const directoryActs: Act[] = [
  {
    id: "directory.publish.one",
    what: "`publish`: the second version of a contract; the first is superseded",
    act: publish("CityRegistry"),
    traces: ({ directory }) => ({ emits: [directory, "Published"], creates: true }),
  },
  {
    id: "directory.publish.first",
    what: "`publish`: the first version of another contract",
    act: publish("SuiteFactory"),
    traces: ({ directory }) => ({ emits: [directory, "Published"], creates: true }),
  },
];
