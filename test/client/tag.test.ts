import { createHmac } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { LocalTagService, newTagKey, type TagKey } from "../../src/identity/tag.js";
import { addTagKey, createTagFile, dropTagKey, openTagFile, TagFileError } from "../../src/identity/tag-file.js";
import { errorOf, rejection } from "./world.js";

const NUMBER = "11010519491231002X";

describe("the tag service for trials", () => {
  const folder = mkdtempSync(join(tmpdir(), "civitas-tags-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  let files = 0;
  const newPath = () => join(folder, `keys-${++files}.json`);
  const keysIn = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as { keys: TagKey[] }).keys;

  it("computes HMAC-SHA256 with the kind of person in the message", async () => {
    const key = newTagKey(1);
    const hmac = (message: string) =>
      `0x${createHmac("sha256", Buffer.from(key.key.slice(2), "hex"))
        .update(message)
        .digest("hex")}`;
    const service = new LocalTagService([key]);
    expect(await service.tag("Natural", NUMBER)).to.deep.equal([
      { version: 1, tag: hmac(`civitas-tag:Natural:${NUMBER}`) },
    ]);
    expect(await service.tag("Legal", NUMBER)).to.deep.equal([
      { version: 1, tag: hmac(`civitas-tag:Legal:${NUMBER}`) },
    ]);
    expect(await service.tag("Natural", "11010519491231002x ")).to.deep.equal(await service.tag("Natural", NUMBER));
  });

  it("answers for each version of the key, oldest first, and differently with each key", async () => {
    const keys = [newTagKey(3), newTagKey(2)];
    const tags = await new LocalTagService(keys).tag("Natural", NUMBER);
    expect(tags.map(({ version }) => version)).to.deep.equal([2, 3]);
    expect(tags[0]!.tag).not.to.equal(tags[1]!.tag);
    const other = await new LocalTagService([newTagKey(2)]).tag("Natural", NUMBER);
    expect(other[0]!.tag).not.to.equal(tags[0]!.tag);
  });

  it("computes tags of workers that are others in each project, and are not those of identities", async () => {
    const [one, two] = [`0x${"a1".repeat(32)}`, `0x${"b2".repeat(32)}`];
    const keys = [newTagKey(3), newTagKey(2)];
    const service = new LocalTagService(keys);
    const tags = await service.projectTag(one, NUMBER);
    const { key } = keys[1]!;
    const hmac = createHmac("sha256", Buffer.from(key.slice(2), "hex"));
    expect(tags[0]).to.deep.equal({
      version: 2,
      tag: `0x${hmac.update(`civitas-project-tag:${one}:${NUMBER}`).digest("hex")}`,
    });
    expect(tags.map(({ version }) => version)).to.deep.equal([2, 3]);
    const written = `0x${one.slice(2).toUpperCase()}`;
    expect(await service.projectTag(written, "11010519491231002x ")).to.deep.equal(tags);
    const others = [...tags, ...(await service.projectTag(two, NUMBER)), ...(await service.tag("Natural", NUMBER))];
    expect(new Set(others.map(({ tag }) => tag)).size).to.equal(6);
  });

  it("refuses keys that are none, and does not show them", () => {
    const { key } = newTagKey(1);
    for (const [keys, message] of [
      [[], /at least one key/],
      [[{ version: 0, key }], /from 1 on; this is 0/],
      [[{ version: 1.5, key }], /from 1 on/],
      [[{ version: 1, key: key.slice(2) }], /version 1 is not of 32 bytes/],
      [[{ version: 1, key: key.slice(0, -2) }], /version 1 is not of 32 bytes/],
      [[newTagKey(1), newTagKey(1)], /the same version/],
    ] as [TagKey[], RegExp][]) {
      expect(() => new LocalTagService(keys))
        .to.throw(RangeError, message)
        .with.property("message")
        .that.does.not.include(key.slice(2, 40));
    }
  });

  it("keeps its keys in a file that its owner alone can read, whatever the umask", async () => {
    const path = newPath();
    const umask = process.umask(0);
    try {
      await createTagFile(path);
    } finally {
      process.umask(umask);
    }
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    const [{ tag } = { tag: "" }] = await (await openTagFile(path)).tag("Natural", NUMBER);
    expect(await (await openTagFile(path)).tag("Natural", NUMBER)).to.deep.equal([{ version: 1, tag }]);
    expect(await rejection(() => createTagFile(path))).to.match(/is there a file already/);
    expect(await (await openTagFile(path)).tag("Natural", NUMBER)).to.deep.equal([{ version: 1, tag }]);
  });

  it("adds a version and drops the oldest, and keeps the mode", async () => {
    const path = newPath();
    await createTagFile(path);
    const [first] = keysIn(path);
    expect(await rejection(() => dropTagKey(path))).to.match(/one key only/);
    expect(await addTagKey(path)).to.equal(2);
    const both = keysIn(path);
    expect(both[0]).to.deep.equal(first);
    expect((await (await openTagFile(path)).tag("Legal", NUMBER)).map(({ version }) => version)).to.deep.equal([1, 2]);
    await dropTagKey(path);
    expect(keysIn(path)).to.deep.equal([both[1]]);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(await addTagKey(path)).to.equal(3);
  });

  it("refuses a file that others can read, that is missing, or that is something else", async () => {
    const path = newPath();
    expect(await rejection(() => openTagFile(path))).to.match(/there is no key file/);
    await createTagFile(path);
    for (const mode of [0o640, 0o604, 0o660, 0o644, 0o602]) {
      chmodSync(path, mode);
      const error = await errorOf(() => openTagFile(path));
      expect(error).to.be.instanceOf(TagFileError);
      expect(error.message).to.include(`(mode ${mode.toString(8)})`);
      expect(await errorOf(() => addTagKey(path))).to.be.instanceOf(TagFileError);
    }
    chmodSync(path, 0o400);
    await openTagFile(path);
    for (const [content, message] of [
      ["secret: 0x1234", /it is no JSON$/],
      [`{"type":"Other","keys":[]}`, /not of type CivitasTagKeys/],
      [`{"type":"CivitasTagKeys","keys":{}}`, /not of type CivitasTagKeys/],
      [`{"type":"CivitasTagKeys","keys":[]}`, /at least one key/],
    ] as const) {
      const other = newPath();
      writeFileSync(other, content, { mode: 0o600 });
      const error = await errorOf(() => openTagFile(other));
      expect(error).to.be.instanceOf(TagFileError);
      expect(error.message).to.match(message).and.not.include("secret");
    }
  });
});
