import { expect } from "chai";
import { AbiCoder, Interface, type ParamType, ZeroAddress } from "ethers";

import { abis, ADMIN, CivitasError, decodeError, encodeCityCode, roleOf } from "../../src/index.js";
import { errorOf, makeWorld, sharing } from "./world.js";

const ERRORS = Object.values(abis)
  .flat()
  .filter((entry) => entry.type === "error");

describe("decodeError", () => {
  const world = sharing(makeWorld);

  describe("has a sentence for every custom error of the suite", () => {
    for (const name of new Set(ERRORS.map((entry) => entry.name))) {
      it(name, () => {
        for (const entry of ERRORS.filter((one) => one.name === name)) {
          const coder = new Interface([entry]);
          const error = decodeError(coder.encodeErrorResult(name, coder.getError(name)!.inputs.map(sample)));
          expect(error.name).to.equal(name);
          expect(Object.keys(error.args)).to.deep.equal(entry.inputs.map((input) => input.name));
          expect(error.message)
            .to.match(/^\S.{25,}[^.]$/)
            .and.not.match(/undefined|\[object|NaN/);
        }
      });
    }

    it("and is complete at run time too", () => {
      expect(new Set(ERRORS.map((entry) => entry.name)).size).to.be.above(60);
    });
  });

  describe("speaks of codes as text, of cities and capabilities by name, of times as dates", () => {
    const text = (signature: string, ...args: unknown[]) => {
      const coder = new Interface([`error ${signature}`]);
      return decodeError(coder.encodeErrorResult(coder.fragments[0] as never, args)).message;
    };
    const word = encodeCityCode("MA.156.1301");

    it("CodeTaken, CityUnauthorized, CodePeriodsOverlap and others", () => {
      expect(text("CodeTaken(bytes32 code, uint32 holder)", word, 12)).to.equal(
        "MA.156.1301 is held by city 12; choose another code, or wait until it is released",
      );
      expect(text("CodeUnchanged(bytes32 code)", `0x${"ff".repeat(32)}`)).to.match(/the code 0xff/);
      expect(text("CityUnauthorized(address account, uint32 city, uint32 capability)", ZeroAddress, 0, 1)).to.match(
        /^0x0+ does not hold RESOLUTION of the network/,
      );
      expect(text("CodePeriodsOverlap(bytes32 code, uint40 until, uint40 from)", word, 915062400, 915062401)).to.match(
        /until 1998-12-31, .* from 1998-12-31T00:00:01Z on/,
      );
      expect(text("CityNotActive(uint32 city, uint32 inactive)", 3, 2)).to.match(/for city 3 while city 2 above it/);
      expect(text("CityNotActive(uint32 city, uint32 inactive)", 3, 3)).to.match(/^city 3 is suspended/);
      expect(
        text("AccessManagerUnauthorizedAccount(address msgsender, uint64 roleId)", ZeroAddress, roleOf(7, ADMIN)),
      ).to.match(/the role \(city 7, ADMIN\)/);
      expect(text("NotNetworkRole(uint64 role)", 0x8000_0005)).to.match(/\(the network, issue under schema 5\)/);
      expect(text("AccessManagedRequiredDelay(address caller, uint32 delay)", ZeroAddress, 60)).to.match(/60 seconds/);
      expect(text("SchemeInvalid(uint32 lengths)", 0)).to.match(/none/);
      expect(text("CodeLengthNotInScheme(bytes32 code, uint32 lengths)", word, 0x54)).to.match(/2, 4, 6 characters/);
      expect(
        text(
          "VersionUnknown(bytes32 name, uint256 version)",
          `0x${Buffer.from("CityRegistry").toString("hex").padEnd(64, "0")}`,
          3,
        ),
      ).to.match(/^CityRegistry has no version 3/);
      expect(text("CityStatusInvalid(uint32 city, uint8 status)", 3, 4)).to.match(/the status Retired/);
      expect(text("CityStatusInvalid(uint32 city, uint8 status)", 3, 9)).to.match(/the status 9/);
      expect(text("ApplicationNotOpen(bytes32 id, uint8 status)", word, 3)).to.match(/Rejected/);
      expect(text("StatusUnchanged(uint8 status)", 2)).to.match(/Superseded/);
      expect(text("DeadlinePassed(uint40 deadline)", (1n << 40n) - 1n)).to.match(
        /the deadline \+036812-02-20T00:36:15Z/,
      );
      expect(text("CityCodeInvalid(uint8 fault, uint256 position)", 8, 12)).to.equal(
        "the code: the check characters are not those of this code; a character was mistyped",
      );
      expect(text("CityCodeInvalid(uint8 fault, uint256 position)", 2, 7)).to.match(/missing at byte 8/);
      expect(text("CityCodeInvalid(uint8 fault, uint256 position)", 1, 7)).to.match(/a character at byte 8/);
    });
  });

  describe("speaks of identities, claims and consents with states by name, and long values shortened", () => {
    const of = (name: string, ...args: unknown[]) => {
      const entry = ERRORS.find((one) => one.name === name)!;
      return decodeError(new Interface([entry]).encodeErrorResult(name, args)).message;
    };
    const id = `0x12345678${"ab".repeat(26)}9abc`.padEnd(66, "d");
    const account = "0x52908400098527886e0f7030069857d2e4169ee7";

    it("IdentityNotReady, StandingInvalid, ClaimNotActive, ConsentNotReady", () => {
      expect(of("IdentityNotReady", id, 3)).to.match(/^the identity 0x12345678…\w{4} is Recovering, /);
      expect(of("StandingInvalid", id, 3)).to.match(/is Revoked, .* nothing brings back/);
      expect(of("ClaimNotActive", id, 7)).to.match(/is Distrusted; /);
      expect(of("ConsentNotReady", id, 3)).to.match(/is AwaitingProvider, /);
      expect(of("PartiesInvalid", 1, 2)).to.match(/the acceptance of Second /);
    });

    it("signers, tags and times", () => {
      expect(of("SignatureInvalid", account)).to.include("that of 0x52908400098527886E0F7030069857D2E4169EE7 over");
      expect(of("SignatureInvalid", account + "11".repeat(64))).to.include("that of 0x52908400…1111 over");
      expect(of("SignerInvalid", "0x12")).to.match(/^0x12 is too short/);
      expect(of("TagTaken", 2, id, id)).to.match(/^the tag 0x12345678…\w{4} \(version 2\) belongs/);
      expect(of("TagTaken", 0, id, id)).to.match(/^this public code belongs to the open identity 0x12345678…/);
      expect(of("GuardianInvalid", id, 0)).to.match(/until no end cannot be/);
      expect(of("ValidityInvalid", 86400, 0, 0)).to.match(/from 1970-01-02 to no end .* \(no limit\)$/);
      expect(of("ValidityInvalid", 0, 86400, 86400 * 365)).to.match(/from 1970-01-01 to 1970-01-02 .* \(365 days\)$/);
      expect(of("DistrustInvalid", 86400, 0)).to.match(/from 1970-01-02 on \(so far: not at all\)/);
    });
  });

  it("speaks of projects and wages with states and seats by name, and of what is already over in other words", () => {
    const of = (name: string, ...args: unknown[]) => {
      const entry = ERRORS.find((one) => one.name === name)!;
      return decodeError(new Interface([entry]).encodeErrorResult(name, args)).message;
    };
    const id = `0x12345678${"ab".repeat(28)}`;
    expect(of("ProjectNotReady", id, 3)).to.match(/^the project 0x12345678…abab is Terminated, /);
    expect(of("MilestoneNotReady", id, 2, 4)).to.match(/^the milestone 2 is Disputed, /);
    expect(of("PayrollNotReady", id, 3)).to.match(/^the payroll 0x12345678…abab is Lapsed, /);
    expect(of("RowNotReady", id, 7, 1)).to.match(/^row 7 of the payroll 0x12345678…abab is Aside, /);
    expect(of("RedemptionNotOpen", 5, 2)).to.match(/^the redemption 5 is Paid; /);
    expect(of("NotParty", id, 3, ZeroAddress)).to.match(/does not act for the arbiter of the project/);
    expect(of("NothingToPay", id, 4)).to.match(/to the subcontractor at seat 4 of the project/);
    expect(of("OrderCounted", id, id)).to.match(/^the order 0x12345678…abab of 0x12345678…abab was paid before/);
    expect(of("CloseOutInvalid", id, true)).to.match(/are closed out, so/);
    expect(of("CloseOutInvalid", id, false)).to.match(/are not closed out; /);
  });

  describe("finds the error", () => {
    it("in what a call is rejected with, also where another contract of the suite made it", async () => {
      const { registry, ids, accounts } = world();
      const allocation = { code: encodeCityCode("MA.156.1302"), name: "唐山市", controller: ZeroAddress };
      const byStranger = registry.connect(accounts.stranger);
      for (const act of [
        () => byStranger.allocate(ids.hebei, allocation, []),
        () => byStranger.allocate.staticCall(ids.hebei, allocation, []),
        () => byStranger.allocate.estimateGas(ids.hebei, allocation, []),
      ]) {
        const error = decodeError(await errorOf(act));
        expect(error).to.be.instanceOf(CivitasError).and.be.instanceOf(Error);
        expect(error.name).to.equal("CityUnauthorized");
        expect(error.args).to.deep.equal({
          account: accounts.stranger.address,
          city: ids.hebei,
          capability: BigInt(ADMIN),
        });
        expect(error.message).to.match(/does not hold ADMIN of city \d+, or holds it with a delay; its controller/);
        expect(error.cause).to.be.instanceOf(Error);
      }
      const { name } = decodeError(await errorOf(() => byStranger.setScheme(ids.dubai, 8)));
      expect(name).to.equal("AccessManagedUnauthorized");
    });

    it("in revert data, in nested errors, and not twice", () => {
      const data = new Interface(["error NothingToDo()"]).encodeErrorResult("NothingToDo");
      for (const error of [
        data,
        { data },
        { error: { data } },
        { info: { error: { data } } },
        { cause: { data: { data } } },
      ]) {
        expect(decodeError(error).name).to.equal("NothingToDo");
      }
      const decoded = decodeError(data);
      expect(decodeError(decoded)).to.equal(decoded);
    });

    it("of Solidity itself", () => {
      const coder = AbiCoder.defaultAbiCoder();
      const error = decodeError(`0x08c379a0${coder.encode(["string"], ["no luck"]).slice(2)}`);
      expect([error.name, error.message, error.args]).to.deep.equal(["Error", "no luck", { reason: "no luck" }]);
      const panic = decodeError(`0x4e487b71${coder.encode(["uint256"], [17]).slice(2)}`);
      expect([panic.name, panic.message]).to.deep.equal([
        "Panic",
        "the contract stopped at an impossible state (panic 17); please report it",
      ]);
    });

    it("or says what there is", () => {
      expect(decodeError("0x12345678").name).to.equal("UnknownError");
      expect(decodeError("0x12345678").message).to.match(/selector 0x12345678/);
      const truncated = new Interface(["error CityUnknown(uint32)"]).encodeErrorResult("CityUnknown", [1]).slice(0, 20);
      expect(decodeError(truncated).name).to.equal("UnknownError");
      expect(decodeError({ data: "0x" }).message).to.match(/is there a contract of the suite/);
      expect(decodeError(new Error("the network is down")).message).to.equal("the network is down");
      expect(decodeError({ shortMessage: "short", message: "long" }).message).to.equal("short");
      expect(decodeError("a text").message).to.equal("a text");
      for (const nothing of [undefined, null, 7, {}, ""]) {
        expect([decodeError(nothing).name, decodeError(nothing).message]).to.deep.equal([
          "Unexplained",
          "an unknown error",
        ]);
      }
      const circular: { cause?: unknown } = {};
      circular.cause = circular;
      expect(decodeError(circular).name).to.equal("Unexplained");
    });
  });
});

function sample({ type }: ParamType): unknown {
  if (type === "address") return ZeroAddress;
  if (type === "string") return "text";
  if (type.startsWith("bytes")) return `0x${"41".repeat(Number(type.slice(5)))}`;
  return 1;
}
