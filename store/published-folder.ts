/** Files of JSON that others fetch: in the operator's folder, seen whole or not at all, by one writer at a time. */
import { randomUUID } from "node:crypto";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { setTimeout } from "node:timers/promises";
import { BrokenPromise, InvalidInput } from "../core/errors.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import { digestOf, sha256 } from "./digest.ts";
import { failpoint } from "./failpoint.ts";
import { lockFolder } from "./folder-lock.ts";
import { whereIs } from "./open-real.ts";

/** Whoever serves the files runs as another user. */
const PUBLIC_FILE = 0o644;
/** Holds the lock; a web server that serves the folder leaves out what begins with a dot. */
const OWN_FOLDER = ".holt";
const LOCK_WITHIN_MS = 10_000;
const LOCK_AGAIN_MS = 20;

/** The operator's folder. */
export interface PublishedRoot {
  path: string;
  /** Nobody named it, so it is made when it is missing. A folder that somebody named and isn't there was not mounted. */
  isDefault: boolean;
}

/** The folder of `HOLT_STATIC_FOLDER`, else `static` in Holt's own folder. */
export function readStaticRoot(home: string, env: NodeJS.ProcessEnv = process.env): PublishedRoot {
  const named = env["HOLT_STATIC_FOLDER"];
  return named ? { path: resolve(named), isDefault: false } : { path: join(home, "static"), isDefault: true };
}

export interface PublishedFile {
  digest: string;
  body: JsonObject;
}

/**
 * The real path of a folder below the operator's, made if need be. Links are followed, and may not lead out.
 * @param folder names with `/` between; empty: the operator's folder itself
 * @throws {InvalidInput} it is not there, or leads out @throws {Error} the disk or its rights don't let it be made
 */
export async function findPublishedFolder(
  { path, isDefault }: PublishedRoot,
  folder: string,
): Promise<string> {
  if (isDefault) await mkdir(path, { recursive: true }).catch(failing(folder));
  const root = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInput(
      `static files: the folder of HOLT_STATIC_FOLDER cannot be found (${error.code}); mount or make it on each worker, or correct the setting`,
      { cause: error },
    );
  });
  if (!(await stat(root)).isDirectory())
    throw new InvalidInput("static files: HOLT_STATIC_FOLDER names no folder; name one");
  let real = root;
  for (const name of folder.split("/").filter(Boolean)) {
    const next = join(real, name);
    await mkdir(next).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") failing(folder)(error);
    });
    real = await realpath(next);
    const way = relative(root, real);
    if (way === ".." || way.startsWith(`..${sep}`) || !(await stat(real)).isDirectory())
      throw new InvalidInput(
        `static folder "${folder}": leads out of the folder of HOLT_STATIC_FOLDER, or is none; name another in deployment.folder`,
      );
  }
  return real;
}

/**
 * Does the work while no other process writes any of the operator's files, whatever becomes of this one: the kernel lets
 * go of the lock when it ends. @throws {Error} another process had it for 10 s
 */
export async function withPublishedLock<Result>(
  root: PublishedRoot,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const own = await findPublishedFolder(root, "");
  const locks = join(own, OWN_FOLDER);
  await mkdir(locks, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") failing("")(error);
  });
  const deadline = Date.now() + LOCK_WITHIN_MS;
  for (;;) {
    signal?.throwIfAborted();
    const lock = tryLock(locks);
    if (lock) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (Date.now() > deadline)
      throw new Error(
        "static files: another process has had the folder's lock for 10 s; see whether a worker hangs or was stopped, and end it",
      );
    await setTimeout(LOCK_AGAIN_MS, undefined, signal ? { signal } : {});
  }
}

/** What stands there; undefined when nothing does. @throws {BrokenPromise} it is no file of Holt's, or was changed */
export async function readPublished(folder: string, name: string): Promise<PublishedFile | undefined> {
  const text = await readFile(join(folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw failureOf(name, error);
  });
  if (text === undefined) return undefined;
  try {
    const { digest, body } = JSON.parse(text) as PublishedFile;
    if (digestOf(body) !== digest) throw new Error("its body has another digest");
    return { digest, body };
  } catch (cause) {
    throw new BrokenPromise(`static file "${name}": is none of Holt's, or was changed after it was written`, {
      cause,
    });
  }
}

/** What a change of the file always changes; undefined when there is none. */
export async function identityOf(folder: string, name: string): Promise<string | undefined> {
  const found = await stat(join(folder, name), { bigint: true }).catch(() => undefined);
  return found && `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`;
}

/**
 * Puts the file in place of what stands there: written beside it, on the disk, then renamed. For who has the lock.
 * What a writer left that died is removed. @throws {Error} the disk, in words; what stands there stays
 */
export async function writePublished(folder: string, name: string, body: JsonObject): Promise<PublishedFile> {
  await removeUnfinished(folder, name);
  const { unfinished, digest } = await writeBeside(folder, name, body);
  await failpoint("before static rename");
  await rename(unfinished, join(folder, name)).catch(async (error: NodeJS.ErrnoException) => {
    await rm(unfinished, { force: true });
    throw failureOf(name, error);
  });
  await syncFolder(folder);
  await failpoint("after static rename");
  return { digest, body };
}

/** Whether the disk would take it: writes all of it beside the file, and removes it. @throws {Error} it would not */
export async function tryPublished(folder: string, name: string, body: JsonObject): Promise<void> {
  const { unfinished } = await writeBeside(folder, name, body);
  await rm(unfinished, { force: true });
}

/** Its bytes are `{"digest":"…","body":…}`; the digest is that of the bytes of the body as they stand there. */
async function writeBeside(folder: string, name: string, body: JsonObject) {
  const text = canonicalJson(body);
  const digest = sha256(text);
  const unfinished = join(folder, `.${name}.${randomUUID()}.part`);
  let file: FileHandle | undefined;
  try {
    file = await open(unfinished, "wx", PUBLIC_FILE);
    if ((await whereIs(file, unfinished)) !== unfinished)
      throw new InvalidInput(
        `static file "${name}": its folder was replaced meanwhile; see what stands there`,
      );
    await file.chmod(PUBLIC_FILE); // whatever the umask
    await file.writeFile(`{"digest":"${digest}","body":`);
    await failpoint("in static file");
    await file.writeFile(`${text}}`);
    await file.sync();
    return { unfinished, digest };
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw failureOf(name, error as NodeJS.ErrnoException);
  } finally {
    await file?.close();
  }
}

async function removeUnfinished(folder: string, name: string): Promise<void> {
  const left = (await readdir(folder)).filter((one) => one.startsWith(`.${name}.`) && one.endsWith(".part"));
  for (const one of left) await rm(join(folder, one), { force: true });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  // some file systems, those of Windows too, know no such thing
  await handle.sync().catch(() => undefined);
  await handle.close();
}

function tryLock(folder: string): { release(): void } | undefined {
  try {
    return lockFolder(folder);
  } catch (error) {
    throw failureOf(OWN_FOLDER, error as NodeJS.ErrnoException);
  }
}

function failing(folder: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw failureOf(folder, error);
  };
}

/** Without the path, which is the operator's: messages travel far. */
function failureOf(name: string, error: NodeJS.ErrnoException): Error {
  if (error.code === undefined) return error;
  const what: Record<string, string> = {
    ENOSPC: "the disk is full; make room",
    EDQUOT: "the disk's quota is used up; make room",
    EACCES: "the worker may not write there; give its user the right to",
    EPERM: "the worker may not write there; give its user the right to",
    EROFS: "the disk can only be read; mount it for writing",
  };
  const why = what[error.code] ?? "see the disk of HOLT_STATIC_FOLDER";
  return new Error(`static file "${name || "."}": could not be written (${error.code}): ${why}`, {
    cause: error,
  });
}
