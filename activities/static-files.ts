/** Keeps the JSON files of static models as what is live, editors and the clock say. */
import { definitionSchema } from "../core/definition.ts";
import type { StaticDeployment } from "../core/definition-deployment.ts";
import { BrokenPromise, InvalidInput, NotFound } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { REMOVED_FILE } from "../core/kept-checks.ts";
import { getDefinition } from "../db/definitions.ts";
import { releaseOf } from "../db/releases.ts";
import { databaseNow, findStaticLists, listStaticFiles, noteStaticFile } from "../db/static-files.ts";
import type { Version } from "../db/versions.ts";
import { type LiveRelease, listLive } from "../db/views/live.ts";
import {
  findPublishedFolder,
  identityOf,
  type PublishedFile,
  type PublishedRoot,
  readPublished,
  tryPublished,
  withPublishedLock,
  writePublished,
} from "../store/published-folder.ts";
import type { ActivityContext } from "./context.ts";
import {
  basisOf,
  contentOf,
  fileNameOf,
  filePathOf,
  makeStaticBody,
  type WantedFile,
} from "./static-body.ts";

/** So often it is noted that somebody looks: a file that nobody keeps is told from one that is right. */
const ALIVE_EVERY_MS = 10_000;

export type StaticContext = Pick<ActivityContext, "database" | "artifacts" | "staticRoot">;

/** A file that could not be written is tried again after 1 s, 2 s, 4 s … up to this, or when something new is to be written. */
const LONGEST_PAUSE_MS = 30_000;

/** As a file was found or written last. */
interface Seen {
  basis: string;
  identity: string | undefined;
  /** By PostgreSQL's clock. */
  until: number;
  problem: string | null;
  notedAt: number;
}

export interface StaticFileState {
  /** Below the operator's folder. */
  path: string;
  /** The live version's definition wants it there; else it is left of an earlier one. */
  isAsked: boolean;
  isWritten: boolean;
  /** Why it isn't what it should be; null when it is. */
  problem: string | null;
}

/**
 * The files of one operator's folder, on this machine. A look that finds nothing to do asks PostgreSQL what is live and
 * the disk what stands there, and nothing else. Several processes may do so: one writes at a time, by what PostgreSQL says
 * then, so what is older never takes the place of what is newer.
 */
export class StaticFiles {
  readonly #context: StaticContext;
  /** By release; undefined where its definition wants no file. */
  readonly #settings = new Map<string, StaticDeployment | undefined>();
  /** By version: digest of what goes with its items, which never changes. */
  readonly #lists = new Map<string, string>();
  readonly #seen = new Map<string, Seen>();
  readonly #failed = new Map<string, { basis: string; problem: string; tries: number; notBefore: number }>();
  /** For times in which PostgreSQL doesn't answer. */
  #known: { wanted: readonly WantedFile[]; at: number } | undefined;

  constructor(context: StaticContext) {
    this.#context = context;
  }

  /** Looks at the files of all models; one that fails holds up no other. @throws PostgreSQL doesn't answer */
  async look(signal?: AbortSignal): Promise<StaticFileState[]> {
    const at = performance.now();
    const unreadable: StaticFileState[] = [];
    const wanted = await this.#findWanted((model, { message: problem }) =>
      unreadable.push({ path: `${model}.json`, isAsked: true, isWritten: false, problem }),
    );
    this.#known = { wanted, at };
    return [...unreadable, ...(await this.#keepAll(wanted, (one) => this.#keep(one, signal)))];
  }

  /**
   * While PostgreSQL doesn't answer: goes on by what it said last, so that rules begin and end in time. Changes only
   * what stands there as this process saw or wrote it.
   */
  async lookAlone(signal?: AbortSignal): Promise<StaticFileState[]> {
    const { wanted, at } = this.#known ?? { wanted: [], at: 0 };
    const passed = performance.now() - at;
    const due = wanted
      .map((one) => ({ ...one, now: one.now + passed }))
      .filter((one) => (this.#seen.get(filePathOf(one))?.until ?? Number.POSITIVE_INFINITY) <= one.now);
    return this.#keepAll(due, (one) => this.#keepAlone(one, signal));
  }

  /** Brings the file of a model that is live up to date. @throws {Error} it could not be written: what stood there stays */
  async publish(model: string, signal?: AbortSignal): Promise<void> {
    const all = await this.#findWanted((unreadable, error) => {
      if (unreadable === model) throw error;
    });
    const wanted = all.filter(({ live }) => live.model === model);
    const states = await this.#keepAll(wanted, (one) => this.#keep(one, signal));
    const failed = states.find(({ isAsked, problem }) => isAsked && problem !== null);
    if (failed) throw new Error(`${failed.problem}`);
  }

  /**
   * Whether a version's file could be written, before it goes live: writes all of it beside the file and takes it away.
   * @throws {InvalidInput | Error} what is in the way; nothing was changed
   */
  async rehearse({ model, version, release, releaseDigest }: Version, signal?: AbortSignal): Promise<void> {
    const body = Object.fromEntries(Object.entries(release)) as JsonObject;
    const settings = await this.#settingsOf({ releaseDigest, release: body });
    if (!settings) return;
    const now = await databaseNow(this.#context.database.db);
    const live: LiveRelease = {
      ...{ model, version, fence: 0, release: body, releaseDigest, asOf: new Date(now) },
      ...{ interactionsTable: null, listsTable: null, baselineUntil: null, rules: [], experiments: [] },
    };
    const lists = await this.#listsOf(live, settings);
    const wanted: WantedFile = { live, settings, folder: settings.folder ?? "", isAsked: true, lists, now };
    const root = this.#root();
    const folder = await findPublishedFolder(root, wanted.folder);
    await withPublishedLock(root, signal, async () => {
      await this.#assertOurs(wanted, folder);
      const made = await makeStaticBody(this.#context, wanted);
      if (made.problem !== null) throw new Error(`static file "${filePathOf(wanted)}": ${made.problem}`);
      await tryPublished(folder, fileNameOf(wanted), made.body);
    });
  }

  /**
   * The live version's file of each model, and those that earlier versions left in other folders.
   * @param onUnreadable told of a model whose release or definition was changed where it is stored
   */
  async #findWanted(onUnreadable: (model: string, error: Error) => void): Promise<WantedFile[]> {
    const { db } = this.#context.database;
    const [live, rows, now] = [await listLive(db), await listStaticFiles(db), await databaseNow(db)];
    const wanted: WantedFile[] = [];
    for (const release of live)
      try {
        const asked = await this.#settingsOf(release);
        const lists = asked && (await this.#listsOf(release, asked));
        const file = { live: release, isAsked: asked !== undefined, lists, now };
        const own = asked?.folder ?? "";
        if (asked) wanted.push({ ...file, folder: own, settings: asked });
        for (const { model, folder, settings } of rows)
          if (model === release.model && !(asked && folder === own))
            wanted.push({ ...file, folder, settings: asked ?? settings });
      } catch (error) {
        if (!(error instanceof BrokenPromise || error instanceof NotFound)) throw error;
        onUnreadable(release.model, error);
      }
    return wanted;
  }

  async #settingsOf({
    releaseDigest,
    release,
  }: Pick<LiveRelease, "release" | "releaseDigest">): Promise<StaticDeployment | undefined> {
    if (this.#settings.has(releaseDigest)) return this.#settings.get(releaseDigest);
    const { definitionDigest } = releaseOf(releaseDigest, release);
    const { body } = await getDefinition(this.#context.database.db, definitionDigest);
    const { deployment } = definitionSchema.pick({ deployment: true }).loose().parse(body);
    const settings = deployment?.kind === "static" ? deployment : undefined;
    this.#settings.set(releaseDigest, settings);
    return settings;
  }

  async #listsOf(live: LiveRelease, { similarItems }: StaticDeployment): Promise<string | undefined> {
    if (similarItems === undefined) return undefined;
    const key = `${live.model} ${live.version}`;
    const digest = this.#lists.get(key) ?? (await findStaticLists(this.#context.database.db, live));
    if (digest !== undefined) this.#lists.set(key, digest);
    return digest;
  }

  #root(): PublishedRoot {
    if (this.#context.staticRoot) return this.#context.staticRoot;
    throw new InvalidInput(
      "static files: this worker has no folder for them; set HOLT_STATIC_FOLDER on each worker",
    );
  }

  async #keepAll(
    wanted: readonly WantedFile[],
    keep: (one: WantedFile) => Promise<boolean>,
  ): Promise<StaticFileState[]> {
    const states: StaticFileState[] = [];
    for (const one of wanted) {
      const path = filePathOf(one);
      const state = { path, isAsked: isFirstPlace(one) };
      const failed = this.#failed.get(path);
      if (failed?.basis === basisOf(one) && performance.now() < failed.notBefore) {
        states.push({ ...state, isWritten: false, problem: failed.problem });
        continue;
      }
      try {
        const isWritten = await keep(one);
        this.#failed.delete(path);
        states.push({ ...state, isWritten, problem: this.#seen.get(path)?.problem ?? null });
      } catch (error) {
        const problem = await this.#noteFailure(one, error as Error);
        states.push({ ...state, isWritten: false, problem });
      }
    }
    return states;
  }

  async #noteFailure(wanted: WantedFile, { message: problem }: Error): Promise<string> {
    const path = filePathOf(wanted);
    this.#seen.delete(path);
    const tries = (this.#failed.get(path)?.tries ?? 0) + 1;
    const notBefore = performance.now() + Math.min(1_000 * 2 ** (tries - 1), LONGEST_PAUSE_MS);
    this.#failed.set(path, { basis: basisOf(wanted), problem, tries, notBefore });
    await this.#note(wanted, undefined, problem).catch(() => undefined); // the log has it too
    return problem;
  }

  /** Whether it had to be written. */
  async #keep(wanted: WantedFile, signal: AbortSignal | undefined): Promise<boolean> {
    const root = this.#root();
    const folder = await findPublishedFolder(root, wanted.folder);
    const identity = await identityOf(folder, fileNameOf(wanted));
    const seen = this.#seen.get(filePathOf(wanted));
    if (identity === undefined && !isFirstPlace(wanted)) {
      // who removed it fetches it no more
      if (seen?.identity !== undefined || !seen) await this.#note(wanted, undefined, REMOVED_FILE);
      const never = Number.POSITIVE_INFINITY;
      const gone = { basis: basisOf(wanted), identity, until: never, problem: null, notedAt: never };
      this.#seen.set(filePathOf(wanted), gone);
      return false;
    }
    if (seen?.identity === identity && seen?.basis === basisOf(wanted) && wanted.now < seen.until) {
      if (performance.now() - seen.notedAt < ALIVE_EVERY_MS) return false;
      seen.notedAt = performance.now();
      await this.#note(wanted, undefined, seen.problem);
      return false;
    }
    return withPublishedLock(root, signal, async () => {
      // What PostgreSQL says under the lock is at least as new as what any writer before went by.
      const path = filePathOf(wanted);
      const all = await this.#findWanted(() => {});
      const newest = all.find((one) => filePathOf(one) === path) ?? wanted;
      if (!seen) await this.#assertOurs(newest, folder);
      return this.#write(newest, folder, { isAlone: false });
    });
  }

  async #keepAlone(wanted: WantedFile, signal: AbortSignal | undefined): Promise<boolean> {
    const root = this.#root();
    const folder = await findPublishedFolder(root, wanted.folder);
    return withPublishedLock(root, signal, async () => {
      const seen = this.#seen.get(filePathOf(wanted));
      if (seen?.identity !== (await identityOf(folder, fileNameOf(wanted)))) return false; // another knows more
      return this.#write(wanted, folder, { isAlone: true });
    });
  }

  /** For who has the lock. */
  async #write(wanted: WantedFile, folder: string, { isAlone }: { isAlone: boolean }): Promise<boolean> {
    const name = fileNameOf(wanted);
    const standing = await readPublished(folder, name).catch((error: unknown) => {
      if (!(error instanceof BrokenPromise)) throw error;
      return undefined; // damaged, so it is written anew
    });
    assertNotBehind(wanted, standing);
    const { body, problem } = await makeStaticBody(this.#context, wanted);
    const isRight = standing !== undefined && contentOf(standing.body) === contentOf(body);
    const file = isRight ? standing : await writePublished(folder, name, body);
    this.#seen.set(filePathOf(wanted), {
      ...{ basis: basisOf(wanted), identity: await identityOf(folder, name), problem },
      until: body.nextChange === null ? Number.POSITIVE_INFINITY : Date.parse(body.nextChange),
      notedAt: performance.now(),
    });
    const noted = this.#note(wanted, file, problem);
    await (isAlone ? noted.catch(() => undefined) : noted);
    return !isRight;
  }

  /** What stands there and isn't Holt's is somebody's own, unless Holt wrote there before. */
  async #assertOurs(wanted: WantedFile, folder: string): Promise<void> {
    const rows = await listStaticFiles(this.#context.database.db, wanted.live.model);
    if (rows.some((row) => row.folder === wanted.folder && row.digest !== null)) return;
    await readPublished(folder, fileNameOf(wanted)).catch((cause: unknown) => {
      if (!(cause instanceof BrokenPromise)) throw cause;
      throw new InvalidInput(
        `static file "${filePathOf(wanted)}": somebody's own file stands there; move it away, or name another deployment.folder`,
        { cause },
      );
    });
  }

  async #note(wanted: WantedFile, file: PublishedFile | undefined, problem: string | null): Promise<void> {
    const { live, folder, settings } = wanted;
    const { writtenAt, nextChange } = (file?.body ?? {}) as {
      writtenAt?: string;
      nextChange?: string | null;
    };
    await noteStaticFile(this.#context.database.db, {
      ...{ model: live.model, folder, settings, version: live.version, fence: live.fence, problem },
      ...(file && {
        standing: { digest: file.digest, writtenAt: String(writtenAt), nextChange: nextChange ?? null },
      }),
    });
  }
}

/** Where the live version's definition wants it to be. */
function isFirstPlace({ settings, folder, isAsked }: WantedFile): boolean {
  return isAsked && (settings.folder ?? "") === folder;
}

/** @throws {BrokenPromise} PostgreSQL's word is older than what stands there, as after a restored backup */
function assertNotBehind(wanted: WantedFile, standing: PublishedFile | undefined): void {
  const fence = Number(standing?.body["fence"] ?? 0);
  if (!(fence > wanted.live.fence)) return;
  throw new BrokenPromise(
    `static file "${filePathOf(wanted)}": says flip ${fence}, and PostgreSQL says version ${wanted.live.version} by flip ${wanted.live.fence}; remove the file if PostgreSQL is right`,
  );
}
