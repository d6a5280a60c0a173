import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { documentId } from "../../src/invoice/document.js";
import { signBook, signConfirm } from "../../src/invoice/order.js";
import { after as signing, counter, issuedRide, today } from "../client/invoice/world.js";
import { loadFixture, SHIJIAZHUANG } from "../world.js";
import { serve, type Served } from "../served.js";
import { folderFor, keyFileIn, run, settingsOf } from "./process.js";

describe("examples/tax-office.ts", function () {
  this.timeout(1_200_000); // on validators, where each act waits for a block
  const folder = folderFor("tax-office");
  let node: Served;
  before(async () => {
    node = await serve();
  });
  after(() => {
    node.close();
  });

  it("books what holders have signed, once, and says why it refuses the rest", async () => {
    const world = await loadFixture(counter);
    const { contracts, network, directory } = world;
    const { day } = await today();
    const period = Number(day.slice(0, 4)) * 100 + Number(day.slice(5, 7));
    const booking = { city: Number(SHIJIAZHUANG), period, deductible: true };
    const [first, second] = [await issuedRide(world), await issuedRide(world)];
    const orders = {
      "booked.json": await signBook(network, first.document, first.key, booking, signing(0)),
      "forged.json": {
        ...(await signBook(network, second.document, second.key, booking, signing(0))),
        booking: { ...booking, deductible: false },
      },
      "confirm.json": await signConfirm(network, second.document, second.key, signing(0)),
    };
    const files = Object.entries(orders).map(([name, order]) => {
      const file = join(folder, name);
      writeFileSync(file, JSON.stringify(order));
      return file;
    });
    const { address, settings } = keyFileIn(folder);
    const env = { ...settingsOf(node), CIVITAS_DIRECTORY: await directory.getAddress(), ...settings };

    const { lines, status, complaint } = await run("tax-office", files, env);
    expect(complaint).to.equal("");
    expect(lines).to.have.length(3);
    expect(lines[0]).to.match(
      new RegExp(`^${files[0]}: booked for ${period}\\. .* is genuine, and booked: nobody else can book it`),
    );
    expect(lines[1]).to.match(new RegExp(`^${files[1]}: refused: the signature is not that of`));
    expect(lines[2]).to.equal(`${files[2]}: refused: this is an order to "confirm", not to book`);
    expect(status).to.equal(1);

    const [booked] = await contracts.ledger.queryFilter(contracts.ledger.filters.InvoiceBooked());
    expect([booked?.args.invoice, booked?.args.period, booked?.args.city]).to.deep.equal([
      documentId(first.document),
      BigInt(period),
      SHIJIAZHUANG,
    ]);
    expect((await contracts.ledger.stateOf(documentId(second.document))).changes).to.equal(0n);
    const provider = contracts.provider;
    expect(await provider.getTransactionCount(address)).to.equal(1);

    const again = await run("tax-office", files.slice(0, 1), env);
    expect(again.lines).to.deep.equal([`${files[0]}: was booked before, for ${period}`]);
    expect(again.status).to.equal(0);
    expect(await provider.getTransactionCount(address)).to.equal(1);
  });

  it("says which setting is missing", async () => {
    const { status, complaint } = await run("tax-office", [], settingsOf(node));
    expect(status).to.equal(1);
    expect(complaint).to.contain("set CIVITAS_KEY_FILE");
  });
});
