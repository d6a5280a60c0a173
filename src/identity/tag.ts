/**
 * Uniqueness tags: what the chain knows of a person in place of their number. A tag is keyed, and only the tag service has the key:
 * a hash without one would be opened by trying all numbers, of which there are only 2^38.
 */
import { computeHmac, dataLength, hexlify, isHexString, randomBytes, toUtf8Bytes } from "ethers";

import { normalizeNumber } from "./number.js";
import type { Kind } from "./status.js";

/** Whose number it is. The same digits as the number of a natural and of a legal person have different tags. */
export type PersonKind = Exclude<Kind, "None">;

/** A person's tag under one version of the tag key. */
export interface VersionedTag {
  version: number;
  /** 32 bytes, hexadecimal. */
  tag: string;
}

/**
 * Computes tags. Registrars' clients ask it; it is run by the network or a trusted department, keeps the key in hardware (HSM) or never
 * sees the number (OPRF), lets in nobody but registrars, and limits and logs what they ask. It can link every tag to its number.
 */
export interface TagService {
  /**
   * A person's tags under each living version of the tag key, oldest first.
   * @param number In its normal form (see number.ts).
   */
  tag(kind: PersonKind, number: string): Promise<VersionedTag[]>;
}

/**
 * Computes tags of workers, which are others in each project: who learns one cannot tell what else the person works at, nor whose identity it is.
 * Labour offices' clients ask it, under the same precautions as TagService.
 */
export interface ProjectTagService {
  /**
   * A natural person's tags in a project under each living version of the tag key, oldest first. A version stays alive for as long as projects
   * run in which workers were enrolled under it: it is what tells them again.
   * @param project The project's id.
   * @param number In its normal form (see number.ts).
   */
  projectTag(project: string, number: string): Promise<VersionedTag[]>;
}

/** One version of the tag key. */
export interface TagKey {
  /** From 1, as IdentityRegistry counts them. */
  version: number;
  /** 32 random bytes, hexadecimal. */
  key: string;
}

const KEY_LENGTH = 32;

/** A new tag key. */
export function newTagKey(version: number): TagKey {
  return { version, key: hexlify(randomBytes(KEY_LENGTH)) };
}

/**
 * A tag service in the same process, for trials and tests: whoever reads its memory or its key file can open every tag. It keeps
 * no log and knows no callers. Real ones are behind hardware; see TagService. Its keys come from a file: see tag-file.ts.
 *
 * A tag is HMAC-SHA256 over `civitas-tag:<kind>:<number>`, in UTF-8; in a project, over `civitas-project-tag:<project>:<number>`.
 */
export class LocalTagService implements TagService, ProjectTagService {
  readonly #keys: readonly TagKey[];

  /** @throws RangeError unless there is at least one key, each of 32 bytes and of a version of its own. */
  constructor(keys: readonly TagKey[]) {
    checkTagKeys(keys);
    this.#keys = keys.map(({ version, key }) => ({ version, key })).sort((a, b) => a.version - b.version);
  }

  tag(kind: PersonKind, number: string): Promise<VersionedTag[]> {
    return Promise.resolve(this.#tagsOf(`civitas-tag:${kind}:${normalizeNumber(number)}`));
  }

  projectTag(project: string, number: string): Promise<VersionedTag[]> {
    return Promise.resolve(this.#tagsOf(`civitas-project-tag:${project.toLowerCase()}:${normalizeNumber(number)}`));
  }

  #tagsOf(text: string): VersionedTag[] {
    const message = toUtf8Bytes(text);
    return this.#keys.map(({ version, key }) => ({ version, tag: computeHmac("sha256", key, message) }));
  }
}

/** @throws RangeError naming what is wrong, never the key itself. */
export function checkTagKeys(keys: readonly TagKey[]): void {
  if (keys.length === 0) throw new RangeError("a tag service has at least one key");
  for (const { version, key } of keys) {
    if (!Number.isSafeInteger(version) || version < 1 || version > 0xffff_ffff) {
      throw new RangeError(`versions of tag keys are whole numbers from 1 on; this is ${version}`);
    }
    if (!isHexString(key) || dataLength(key) !== KEY_LENGTH) {
      throw new RangeError(`the tag key of version ${version} is not of 32 bytes in hexadecimal`);
    }
  }
  if (new Set(keys.map(({ version }) => version)).size !== keys.length) {
    throw new RangeError("two tag keys have the same version");
  }
}
