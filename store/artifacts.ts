import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BrokenPromise, NotFound } from "../core/errors.ts";
import { sha256 } from "./digest.ts";
import { openReal, whereIs } from "./open-real.ts";

const DIGEST = /^[0-9a-f]{64}$/;
/** What Node reads into memory at once; twice what a definition lets a model have is less. */
const LARGEST_BYTES = 2 ** 31 - 1;
/** Nobody writes for so long: what is older was left by a process that died. */
const ABANDONED_AFTER_MS = 3_600_000;

/**
 * Artifacts in a local folder, each under the SHA-256 of its bytes. Nothing takes a path from a caller, and no link within
 * the folder is followed; the folder itself may be one.
 */
export class ArtifactStore {
  readonly #folder: string;
  readonly #modes: { file: number; folder: number };

  /** @param isPrivate only this process's user may read what is put there from now on */
  constructor(folder: string, { isPrivate = false } = {}) {
    this.#folder = folder;
    this.#modes = isPrivate ? { file: 0o600, folder: 0o700 } : { file: 0o644, folder: 0o777 };
  }

  /**
   * Stores bytes and returns their digest; the same bytes again change nothing, but mend a file that was damaged. Seen
   * whole, or not at all.
   */
  async put(bytes: Uint8Array): Promise<string> {
    const digest = sha256(bytes);
    if (await this.isSound(digest)) return digest;
    const path = this.#pathOf(digest);
    const unfinished = `${path}.${randomUUID()}.part`;
    await mkdir(dirname(path), { recursive: true, mode: this.#modes.folder });
    try {
      const file = await open(unfinished, "wx", this.#modes.file);
      try {
        await this.#assertWithin(await whereIs(file, unfinished), digest, basename(unfinished));
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    return digest;
  }

  /** The bytes, checked against their digest. @throws {NotFound} none such @throws {BrokenPromise} they changed */
  async get(digest: string): Promise<Uint8Array> {
    const bytes = await this.#read(digest).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      throw new NotFound(
        `artifact ${digest}: is not in the store; run the step that makes it again with --fresh`,
      );
    });
    const found = sha256(bytes);
    if (found !== digest)
      throw new BrokenPromise(
        `artifact ${digest}: its bytes hash to ${found}, so it changed after it was stored; restore it, or run again with --fresh`,
      );
    return bytes;
  }

  /** Whether it is there, and is what its digest says. @throws {BrokenPromise} what is asked for is no digest */
  async isSound(digest: string): Promise<boolean> {
    this.#pathOf(digest); // refuses what is no digest
    const bytes = await this.#read(digest).catch(() => undefined);
    return bytes !== undefined && sha256(bytes) === digest;
  }

  /** In bytes, as it stands there; undefined when nothing does. */
  async sizeOf(digest: string): Promise<number | undefined> {
    this.#pathOf(digest); // refuses what is no digest
    const found = await stat(await this.#placeOf(digest)).catch(() => undefined);
    return found?.size;
  }

  /** Removes all others, and what a process that died had begun to write. For a folder that is only a copy. */
  async keepOnly(digests: ReadonlySet<string>): Promise<void> {
    const found = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of found.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const isOther = DIGEST.test(entry.name) && !digests.has(entry.name);
      const isUnfinished = entry.name.endsWith(".part") && DIGEST.test(entry.name.slice(0, 64));
      if (isOther || (isUnfinished && (await ageMs(path)) > ABANDONED_AFTER_MS))
        await rm(path, { force: true });
    }
  }

  /** What stands in the artifact's own place. @throws {BrokenPromise} a link, or no file, stands there */
  async #read(digest: string): Promise<Uint8Array> {
    this.#pathOf(digest); // refuses what is no digest
    const file = await openReal(await this.#placeOf(digest), `artifact ${digest}`).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== undefined) throw error;
        throw new BrokenPromise(
          `artifact ${digest}: a link, or no file, stands in its place; remove it, and run again with --fresh`,
          { cause: error },
        );
      },
    );
    try {
      const { size } = await file.stat();
      if (size > LARGEST_BYTES)
        throw new BrokenPromise(
          `artifact ${digest}: has ${size} bytes, more than the ${LARGEST_BYTES} that any may; restore it, or run again with --fresh`,
        );
      return await file.readFile();
    } finally {
      await file.close();
    }
  }

  /** Its path without links, if none was put into the store. */
  async #placeOf(digest: string, name = digest): Promise<string> {
    return join(await realpath(this.#folder), digest.slice(0, 2), name);
  }

  async #assertWithin(path: string | undefined, digest: string, name: string): Promise<void> {
    if (path === (await this.#placeOf(digest, name))) return;
    if (path !== undefined) await rm(path, { force: true });
    throw new BrokenPromise(
      `artifact ${digest}: a link stands in its folder's place; remove it, and run again with --fresh`,
    );
  }

  #pathOf(digest: string): string {
    if (!DIGEST.test(digest))
      throw new BrokenPromise(
        `artifact "${digest}": is not a digest; name it by the 64 digits of its SHA-256`,
      );
    return join(this.#folder, digest.slice(0, 2), digest);
  }
}

async function ageMs(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}
