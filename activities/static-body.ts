/** What the JSON file of a static model says at one moment, made of its release, editors' rules and the clock. */
import type { StaticDeployment } from "../core/definition-deployment.ts";
import type { JsonObject } from "../core/json.ts";
import { readReleaseRules } from "../core/release-rules.ts";
import {
  nextStaticChange,
  type RawLists,
  type StaticBody,
  type StaticMoment,
  staticLists,
} from "../core/static-file.ts";
import { releaseOf } from "../db/releases.ts";
import type { LiveRelease } from "../db/views/live.ts";
import { digestOf } from "../store/digest.ts";
import type { ActivityContext } from "./context.ts";
import { popularListOf, readStaticLists } from "./static-lists.ts";

/** So many items of the popularity list are looked at: a list's own 1,000, and as many that rules hide. */
const POPULAR = 2_000;

/** One file, and all that it follows from. */
export interface WantedFile {
  live: LiveRelease;
  folder: string;
  settings: StaticDeployment;
  /** The live version's definition wants it; else it is kept for who still fetches it, as long as it is there. */
  isAsked: boolean;
  /** Digest of the artifact with what goes with its items; undefined where the file has none. */
  lists: string | undefined;
  /** Milliseconds since 1970, by PostgreSQL's clock, which all writers share. */
  now: number;
}

export interface MadeBody {
  body: StaticBody;
  /** Why what goes with items is left out; null when it isn't. */
  problem: string | null;
}

/** @throws {NotFound | BrokenPromise} the popularity list or the rules of the release are not in the store, or changed */
export async function makeStaticBody(
  { artifacts }: Pick<ActivityContext, "artifacts">,
  { live, settings, lists, now }: WantedFile,
): Promise<MadeBody> {
  const { fallbackDigest, rulesDigest } = releaseOf(live.releaseDigest, live.release);
  const rules = rulesDigest === undefined ? undefined : readReleaseRules(await artifacts.get(rulesDigest));
  const popular = await popularListOf(artifacts, fallbackDigest, POPULAR);
  const moment: StaticMoment = { now, urgent: live.rules, rules, baselineUntil: live.baselineUntil };
  const isListOnly = live.baselineUntil !== null && live.baselineUntil.getTime() > now;
  let similar: RawLists["similar"] = [];
  let problem: string | null = null;
  if (lists !== undefined && !isListOnly)
    similar = await readStaticLists(artifacts, lists).catch((error: Error) => {
      problem = `what goes with items is left out: ${error.message}`;
      return [];
    });
  const next = nextStaticChange(moment);
  const listsIn = (country?: string) => staticLists({ popular, similar }, settings, moment, country);
  const body: StaticBody = {
    schemaVersion: 1,
    ...{ model: live.model, version: live.version, fence: live.fence, releaseDigest: live.releaseDigest },
    asOf: live.asOf.toISOString(),
    writtenAt: new Date(now).toISOString(),
    nextChange: Number.isFinite(next) ? new Date(next).toISOString() : null,
    baselineUntil: isListOnly ? (live.baselineUntil as Date).toISOString() : null,
    lists: listsIn(),
    countries: Object.fromEntries((settings.countries ?? []).map((country) => [country, listsIn(country)])),
  };
  return { body, problem };
}

/** Digest of what a file says, whenever it was written. */
export function contentOf(body: JsonObject): string {
  return digestOf({ ...body, writtenAt: null });
}

export function fileNameOf({ live }: WantedFile): string {
  return `${live.model}.json`;
}

/** Below the operator's folder. */
export function filePathOf(wanted: WantedFile): string {
  return wanted.folder === "" ? fileNameOf(wanted) : `${wanted.folder}/${fileNameOf(wanted)}`;
}

/** All that the file follows from, but the time. */
export function basisOf({ live, settings, isAsked }: WantedFile): string {
  const { version, fence, releaseDigest, baselineUntil, rules } = live;
  return JSON.stringify([version, fence, releaseDigest, baselineUntil, rules, settings, isAsked]);
}
