/** What a server knew when PostgreSQL last told it, in a folder of its own: a start with nothing reachable answers from it. */
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UNITS } from "../../../core/definition-experiment.ts";
import { frozenArmSchema } from "../../../core/experiment-plan.ts";
import type { LiveRelease } from "../../../db/views/live.ts";
import type { Recommendation } from "../../../scoring/recommender.ts";
import { ArtifactStore } from "../../../store/artifacts.ts";
import { sha256 } from "../../../store/digest.ts";
import { readSealed, writeSealed } from "../../../store/sealed-file.ts";

const time = z.iso.datetime();
const ruleSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(["ban", "pin", "boost"]),
  itemId: z.string(),
  rank: z.int().nullable(),
  factor: z.number().nullable(),
  from: time,
  until: time.nullable(),
});
const experimentSchema = z.strictObject({
  id: z.string(),
  layer: z.string(),
  unit: z.enum(UNITS),
  holdout: z.boolean(),
  aa: z.boolean(),
  slice: z.strictObject({ from: z.number(), traffic: z.number() }),
  arms: z.array(frozenArmSchema),
  // absent in what an older Holt kept
  isPaused: z.boolean().default(false),
  overrides: z.record(z.string(), z.string()),
});
const liveReleaseSchema = z.strictObject({
  model: z.string(),
  version: z.int(),
  fence: z.int(),
  release: z.record(z.string(), z.json()),
  releaseDigest: z.string(),
  asOf: time,
  interactionsTable: z.string().nullable(),
  // absent in what an older Holt kept
  listsTable: z.string().nullable().default(null),
  baselineUntil: time.nullable().default(null),
  rules: z.array(ruleSchema).default([]),
  experiments: z.array(experimentSchema).default([]),
});
const liveFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** When PostgreSQL was asked the last time. */
  askedAt: time,
  live: z.array(liveReleaseSchema),
  /** What is to answer where that cannot be loaded, of models that have it. */
  lastGood: z.array(liveReleaseSchema),
  /** What arms of experiments serve; absent in what an older Holt kept. */
  arms: z.array(liveReleaseSchema).default([]),
});
const listSchema = z.strictObject({
  model: z.string(),
  version: z.int(),
  fence: z.int(),
  asOf: time,
  fallbackDigest: z.string(),
  /** Of a release with editorial rules; absent in what an older Holt kept. */
  rulesDigest: z.string().optional(),
  /** Best first, and the score of each: two lists, since there are thousands. */
  items: z.array(z.string()),
  scores: z.array(z.number()),
});
const popularityFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  askedAt: time,
  lists: z.array(listSchema),
});

const rulesFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Editorial rules of releases, each as its artifact has them. */
  rules: z.array(z.string()),
});

export interface KnownLive {
  askedAt: Date;
  live: LiveRelease[];
  lastGood: LiveRelease[];
  arms: LiveRelease[];
}

/** The popularity list of a release: enough to answer, without any model. */
export interface PopularityList extends Omit<z.output<typeof listSchema>, "asOf" | "items" | "scores"> {
  asOf: Date;
  /** Best first. */
  items: readonly Recommendation[];
}

export interface KnownLists {
  askedAt: Date;
  lists: PopularityList[];
}

export class LocalKnowledge {
  /** Copies of what was loaded, by digest. */
  readonly artifacts: ArtifactStore;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.artifacts = new ArtifactStore(join(folder, "artifacts"), { isPrivate: true });
  }

  /** Undefined when nothing was kept yet. @throws {BrokenPromise} the file changed after it was written */
  async readLive(): Promise<KnownLive | undefined> {
    const file = await readSealed(join(this.#folder, "live.json"), liveFileSchema);
    const withDates = (entry: z.output<typeof liveReleaseSchema>) => ({
      ...entry,
      asOf: new Date(entry.asOf),
      baselineUntil: entry.baselineUntil === null ? null : new Date(entry.baselineUntil),
    });
    return (
      file && {
        askedAt: new Date(file.askedAt),
        live: file.live.map(withDates),
        lastGood: file.lastGood.map(withDates),
        arms: file.arms.map(withDates),
      }
    );
  }

  /** The same for the popularity lists, which stand by themselves. @throws {BrokenPromise} */
  async readLists(): Promise<KnownLists | undefined> {
    const file = await readSealed(join(this.#folder, "popularity.json"), popularityFileSchema);
    return (
      file && {
        askedAt: new Date(file.askedAt),
        lists: file.lists.map(({ items, scores, asOf, ...list }) => ({
          ...list,
          asOf: new Date(asOf),
          items: items.map((itemId, rank) => ({ itemId, score: scores[rank] ?? 0 })),
        })),
      }
    );
  }

  /** Editorial rules by their digest: a second copy, since without them nothing of their release is shown. @throws {BrokenPromise} */
  async readRules(): Promise<Map<string, Uint8Array>> {
    const file = await readSealed(join(this.#folder, "rules.json"), rulesFileSchema);
    const kept = (file?.rules ?? []).map((text) => new TextEncoder().encode(text));
    return new Map(kept.map((bytes) => [sha256(bytes), bytes]));
  }

  async writeRules(rules: Iterable<Uint8Array>): Promise<void> {
    await this.#makeFolder();
    const texts = Array.from(rules, (bytes) => new TextDecoder().decode(bytes));
    await writeSealed(join(this.#folder, "rules.json"), { schemaVersion: 1, rules: texts });
  }

  async writeLive({ askedAt, live, lastGood, arms }: KnownLive): Promise<void> {
    await this.#makeFolder();
    const withText = (entry: LiveRelease) => ({
      ...entry,
      asOf: entry.asOf.toISOString(),
      baselineUntil: entry.baselineUntil?.toISOString() ?? null,
      rules: entry.rules.map((rule) => ({ ...rule })),
      experiments: entry.experiments.map((one) => ({
        ...one,
        slice: { ...one.slice },
        arms: one.arms.map((arm) => ({ ...arm })),
        overrides: { ...one.overrides },
      })),
    });
    await writeSealed(join(this.#folder, "live.json"), {
      schemaVersion: 1,
      askedAt: askedAt.toISOString(),
      live: live.map(withText),
      lastGood: lastGood.map(withText),
      arms: arms.map(withText),
    });
  }

  async writeLists({ askedAt, lists }: KnownLists): Promise<void> {
    await this.#makeFolder();
    await writeSealed(join(this.#folder, "popularity.json"), {
      schemaVersion: 1,
      askedAt: askedAt.toISOString(),
      lists: lists.map(({ asOf, items, rulesDigest, ...list }) => ({
        ...list,
        ...(rulesDigest !== undefined && { rulesDigest }),
        asOf: asOf.toISOString(),
        items: items.map(({ itemId }) => itemId),
        scores: items.map(({ score }) => score),
      })),
    });
  }

  /** Also a folder that was there before, made by hand perhaps, is for this user alone. */
  async #makeFolder(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await chmod(this.#folder, 0o700);
  }
}
