import { RESOLUTION, roleOf } from "../../src/index.js";
import { type Act, LATER, SHIJIAZHUANG } from "./world.js";

const ROLE = roleOf(SHIJIAZHUANG, RESOLUTION);
const grant: Act["act"] = ({ manager, shijiazhuang, officer }) =>
  manager.connect(shijiazhuang).grantRole(ROLE, officer, 0);
const offer: Act["act"] = ({ manager, shijiazhuang, officer }) =>
  manager.connect(shijiazhuang).offerController(SHIJIAZHUANG, officer, LATER);

export const accessActs: Act[] = [
  {
    id: "access.grant.one",
    what: "`grantRole`: a city's controller appoints the first member of a role",
    act: grant,
    traces: ({ manager }) => ({ emits: [manager, "RoleGranted"], creates: true }),
  },
  {
    id: "access.revoke.one",
    what: "`revokeRole`: and takes the role away; the tenure is kept",
    before: grant,
    act: ({ manager, shijiazhuang, officer }) => manager.connect(shijiazhuang).revokeRole(ROLE, officer),
    traces: ({ manager }) => ({ emits: [manager, "RoleRevoked"], creates: false }),
  },
  {
    id: "access.offer.one",
    what: "`offerController`: a controller offers its city to another account",
    act: offer,
    traces: ({ manager }) => ({ emits: [manager, "ControllerOffered"], creates: true }),
  },
  {
    id: "access.accept.one",
    what: "`acceptController`: which accepts; the tenure of the old one is kept",
    before: offer,
    act: ({ manager, shijiazhuang, officer }) => manager.connect(officer).acceptController(SHIJIAZHUANG, shijiazhuang),
    traces: ({ manager }) => ({ emits: [manager, "ControllerChanged"], creates: false }),
  },
];
