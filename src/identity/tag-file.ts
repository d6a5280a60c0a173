/** Keys of a LocalTagService in a file, for trials. Needs Node: import it from `civitas/identity/tag-file`. */
/// <reference types="node" />
import { open, readFile, rename, stat } from "node:fs/promises";

import { checkTagKeys, LocalTagService, newTagKey, type TagKey } from "./tag.js";

/** The file cannot be used; the message says what to do, and shows no key. */
export class TagFileError extends Error {
  override readonly name = "TagFileError";
}

/** Readable and writable by its owner alone. */
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const TYPE = "CivitasTagKeys";

/**
 * Create a key file with a new key of version 1, which its owner alone can read.
 * @throws TagFileError if there is a file already: it may be the only copy of a key.
 */
export async function createTagFile(path: string): Promise<void> {
  await write(path, [newTagKey(1)]);
}

/**
 * The tag service with the keys of a file.
 * @throws TagFileError for a file that others can read, or that is none of ours.
 */
export async function openTagFile(path: string): Promise<LocalTagService> {
  return new LocalTagService(await read(path));
}

/** Add a new key, of the version after the last. @returns that version. Then the network calls `beginTagVersion`. */
export async function addTagKey(path: string): Promise<number> {
  const keys = await read(path);
  const version = Math.max(...keys.map((key) => key.version)) + 1;
  await replace(path, [...keys, newTagKey(version)]);
  return version;
}

/**
 * Destroy the oldest key, after the network called `retireTagVersion`.
 * @throws TagFileError for the only key.
 */
export async function dropTagKey(path: string): Promise<void> {
  const keys = (await read(path)).sort((a, b) => a.version - b.version);
  if (keys.length === 1) throw new TagFileError(`${path} has one key only; add the next one first`);
  await replace(path, keys.slice(1));
}

async function read(path: string): Promise<TagKey[]> {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw new TagFileError(`there is no key file ${path}; create one with createTagFile`, { cause });
  });
  if ((mode & OTHERS) !== 0) {
    throw new TagFileError(
      `others than its owner can read or change ${path} (mode ${(mode & 0o777).toString(8)}); set mode 600, and replace its keys if anyone may have read them`,
    );
  }
  try {
    const { type, keys } = JSON.parse(await readFile(path, "utf8")) as { type?: unknown; keys?: TagKey[] };
    if (type !== TYPE || !Array.isArray(keys)) throw new RangeError(`it is not of type ${TYPE}`);
    checkTagKeys(keys);
    return keys;
  } catch (error) {
    const why = error instanceof RangeError ? error.message : "it is no JSON"; // JSON.parse quotes what it cannot read
    throw new TagFileError(`${path} is no file of tag keys: ${why}`);
  }
}

/** A new file beside the old one, then in its place: a crash leaves the one or the other, whole. */
async function replace(path: string, keys: TagKey[]): Promise<void> {
  const beside = `${path}.new`;
  await write(beside, keys);
  await rename(beside, path);
}

async function write(path: string, keys: TagKey[]): Promise<void> {
  const file = await open(path, "wx", OWNER_ONLY).catch((cause: unknown) => {
    throw new TagFileError(`${path} cannot be created; is there a file already?`, { cause });
  });
  try {
    await file.writeFile(`${JSON.stringify({ type: TYPE, keys }, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
