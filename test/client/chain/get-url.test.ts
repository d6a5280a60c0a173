import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { expect } from "chai";
import { FetchRequest } from "ethers";

import { getUrl, MOST_BYTES } from "../../../src/chain/get-url.js";
import { rejection } from "../world.js";

describe("HTTP of an endpoint", () => {
  let server: Server;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function serving(answer: RequestListener, path = ""): Promise<FetchRequest> {
    server = createServer(answer);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const request = new FetchRequest(`http://${path}127.0.0.1:${(server.address() as AddressInfo).port}`);
    request.getUrlFunc = getUrl;
    request.body = "{}";
    return request;
  }

  it("is closed when the request is given up", async () => {
    let closed: Promise<unknown> | undefined;
    const asked = new Promise<void>((resolve) => {
      void serving(({ socket }) => {
        closed = once(socket, "close");
        resolve();
      }).then((request) => {
        const answer = rejection(() => request.send());
        void asked.then(async () => {
          request.cancel();
          await answer;
        });
      });
    });
    await asked;
    await closed;
  });

  it("ends with an answer that is too long, also where it is packed", async () => {
    const packed = gzipSync(Buffer.alloc(MOST_BYTES + 1));
    const request = await serving((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed));
    expect(await rejection(() => request.send())).to.equal(`its answer is longer than ${MOST_BYTES} bytes`);
  });

  it("takes a name and a password from the address", async () => {
    const request = await serving(({ headers }, response) => response.end(headers.authorization), "city:s%C3%A4cret@");
    expect((await request.send()).bodyText).to.equal(`Basic ${Buffer.from("city:säcret").toString("base64")}`);
  });

  it("follows no redirection", async () => {
    const request = await serving((_, response) => response.writeHead(307, { location: "http://127.0.0.1:1" }).end());
    expect(await rejection(() => request.send())).to.equal("it leads elsewhere");
  });
});
