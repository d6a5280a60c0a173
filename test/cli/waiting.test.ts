import { expect } from "chai";
import { Wallet } from "ethers";

import { endpoints } from "../../src/chain/endpoints.js";
import { Lane } from "../../src/chain/lane.js";
import { tellWaiting } from "../../src/cli/waiting.js";
import { makeWorld } from "../client/world.js";
import { keyOf, runWith, shell } from "./world.js";

const HEBEI = 3;

describe("civitas, while no block comes", () => {
  const at = shell(makeWorld);

  for (const json of [false, true]) {
    it(`tells why it waits, and is done when a block comes${json ? ", with nothing else beside its JSON" : ""}`, async () => {
      const { env, world } = at();
      const { connection } = world;
      const act = json ? ["reinstate", "MA.156.1301", "--json"] : ["suspend", "MA.156.1301", "--reason", "KeyLost"];
      await connection.provider.request({ method: "evm_setAutomine", params: [false] });
      let times = 0;
      try {
        const { status, out, err } = await runWith(
          ["city", ...act],
          { ...env, CIVITAS_KEY: keyOf(HEBEI) },
          {
            waiting: { afterMs: 100, againMs: 300 },
            told: () => ++times === 2 && void connection.networkHelpers.mine(),
          },
        );
        expect(status, err).to.equal(0);
        expect(err).to.match(/^(no block came for \d+ s: the transaction is sent and waits(\n|$)){2,}$/);
        if (json) expect(JSON.parse(out)).to.have.property("block");
        else expect(out).to.match(/^suspend MA\.156\.1301.*: done by /);
      } finally {
        await connection.provider.request({ method: "evm_setAutomine", params: [true] });
      }
    });
  }

  it("tells of the standstill, and of the endpoints that do not answer", async () => {
    const { env, world } = at();
    const { connection } = world;
    const options = { chainId: 31337, gasPrice: 0n, stillMs: 200, checkMs: 100 };
    const provider = endpoints([env["CIVITAS_RPC_URL"] ?? "", "http://127.0.0.1:1"], options);
    const lane = new Lane(new Wallet(keyOf(HEBEI), provider), { pollMs: 50 });
    let end: (() => void) | undefined;
    await connection.provider.request({ method: "evm_setAutomine", params: [false] });
    try {
      const told = new Promise<string>((resolve) => {
        end = tellWaiting(lane, provider, resolve, { afterMs: 1000 });
      });
      const sent = await lane.send({ to: await lane.getAddress() });
      const final = sent.final();
      expect(await told).to.match(
        /^1 of 2 endpoints stand still: blocks do not come \(the last is \d+\): the transaction is sent and waits; 127\.0\.0\.1:1 /,
      );
      await connection.networkHelpers.mine();
      expect((await final).status).to.equal(1);
    } finally {
      end?.();
      provider.destroy();
      await connection.provider.request({ method: "evm_setAutomine", params: [true] });
    }
  });
});
