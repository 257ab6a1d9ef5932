/**
 * How each segment of people is served: NDCG on what was held out, with its interval, against what is live.
 *
 * The rule. Fewer people judged than `minPeople`: it cannot be told, which is neither good nor 0. Else the change of each
 * person's NDCG against the champion's has a 95 % interval by Student's t, and with `maxLoss` the most that may be lost
 * is that share of the champion's NDCG: a slice fails only if the whole interval lies beyond that; if the mean does but
 * the interval reaches back within, it cannot be told; else it passes. Intervals are a slice's own: of 40 slices that
 * stand exactly at the limit, one is expected to fail by chance.
 */
import { RunningMean } from "./confidence.ts";
import type { QaSettings } from "./definition-qa.ts";
import { ndcgAt } from "./metrics.ts";
import type { Estimate, Slice } from "./qa-report.ts";
import type { PersonShelves } from "./shelf-pass.ts";
import { formatShare, plural } from "./words.ts";

export type SegmentSettings = QaSettings["segments"][string];

/** What a pass over everybody found about a slice; null where it cannot be told. */
export interface SliceReach {
  people: number;
  fullShelves: number | null;
  itemCoverage: number | null;
  valueCoverage: number | null;
}

interface Score {
  candidate: RunningMean;
  champion: RunningMean;
  change: RunningMean;
}

/** NDCG at k by slice, fed person by person. Memory grows with the slices only. */
export class SliceScores {
  readonly k: number;
  readonly #scores = new Map<string, Score>();

  constructor(k: number) {
    this.k = k;
  }

  /** Counts somebody with something held out, in each of their slices. */
  add(person: Pick<PersonShelves, "segments" | "heldOut" | "candidate" | "champion">): void {
    const judge = (shelf: PersonShelves["candidate"]) =>
      ndcgAt(
        this.k,
        shelf.map(({ itemId }) => itemId),
        person.heldOut,
      );
    const candidate = judge(person.candidate);
    if (candidate === undefined) return;
    const champion = person.champion && judge(person.champion);
    for (const slice of new Set(person.segments)) {
      const score = this.#scoreOf(slice);
      score.candidate.add(candidate);
      if (champion === undefined) continue;
      score.champion.add(champion);
      score.change.add(candidate - champion);
    }
  }

  slices(): string[] {
    return [...this.#scores.keys()];
  }

  get(slice: string): Readonly<Score> | undefined {
    return this.#scores.get(slice);
  }

  #scoreOf(slice: string): Score {
    const known = this.#scores.get(slice);
    if (known) return known;
    const score = { candidate: new RunningMean(), champion: new RunningMean(), change: new RunningMean() };
    this.#scores.set(slice, score);
    return score;
  }
}

export interface SliceFindings {
  segments: QaSettings["segments"];
  scores: SliceScores;
  /** By slice, such as `age/18-24`. */
  reach: ReadonlyMap<string, SliceReach>;
}

/** Every slice, the worst first: those that fail, those that may, the others by what they lose, those too small to tell last. */
export function describeSlices({ segments, scores, reach }: SliceFindings): Slice[] {
  const keys = new Set([...reach.keys(), ...scores.slices()]);
  return [...keys]
    .flatMap((key) => {
      const [segment, slice] = partsOf(key);
      const settings = Object.hasOwn(segments, segment) ? segments[segment] : undefined;
      return settings
        ? [describeSlice({ segment, slice, settings, scores, key, reach: reach.get(key) })]
        : [];
    })
    .sort(
      (a, b) =>
        place(a) - place(b) ||
        standing(a) - standing(b) ||
        (a.segment === b.segment ? compare(a.slice, b.slice) : compare(a.segment, b.segment)),
    );
}

/** Segment and value of a slice's key; a value may have a stroke of its own. */
function partsOf(key: string): [segment: string, slice: string] {
  const at = key.indexOf("/");
  return [key.slice(0, at), key.slice(at + 1)];
}

function describeSlice(of: {
  segment: string;
  slice: string;
  settings: SegmentSettings;
  scores: SliceScores;
  key: string;
  reach: SliceReach | undefined;
}): Slice {
  const { segment, slice, settings, scores, reach } = of;
  const score = scores.get(of.key);
  const judged = score?.candidate.count ?? 0;
  const canTell = judged >= settings.minPeople;
  const told = (mean: RunningMean | undefined) => (canTell ? mean?.estimate() : undefined) ?? null;
  const [ndcg, champion, change] = [told(score?.candidate), told(score?.champion), told(score?.change)];
  const found = {
    segment,
    slice,
    people: Math.max(reach?.people ?? 0, judged),
    judged,
    ndcg: ndcg && between(ndcg),
    championNdcg: champion && between(champion),
    change,
    fullShelves: reach?.fullShelves ?? null,
    itemCoverage: reach?.itemCoverage ?? null,
    valueCoverage: reach?.valueCoverage ?? null,
  };
  return { ...found, verdict: judgeSlice(found, settings), explanation: explain(found, settings, scores.k) };
}

/** An interval by Student's t may leave 0 to 1, where no NDCG is. */
function between({ mean, low, high }: Estimate): Estimate {
  return { mean, low: Math.max(0, low), high: Math.min(1, high) };
}

type Found = Omit<Slice, "verdict" | "explanation">;

function judgeSlice({ ndcg, championNdcg, change }: Found, { maxLoss }: SegmentSettings): Slice["verdict"] {
  if (!ndcg) return "inconclusive";
  if (maxLoss === undefined || !change || !championNdcg) return "pass";
  const limit = -maxLoss * championNdcg.mean;
  if (change.high < limit) return "fail";
  return change.mean < limit ? "inconclusive" : "pass";
}

function explain(found: Found, settings: SegmentSettings, k: number): string {
  const { judged, ndcg, championNdcg, change } = found;
  const people = plural(judged, "person", "people");
  if (!ndcg) return `Cannot tell: ${people} with something to judge by, ${settings.minPeople} needed.`;
  const reached = `NDCG@${k} ${range(ndcg)}, ${people} judged`;
  if (!change || !championNdcg) return `${reached}; nothing is live to compare with.`;
  const moved = change.low > 0 ? "better than" : change.high < 0 ? "worse than" : "not to be told apart from";
  const compared = `${reached}; ${moved} what is live (change ${range(change)})`;
  if (settings.maxLoss === undefined) return `${compared}.`;
  const verdict = judgeSlice(found, settings);
  const most = formatShare(settings.maxLoss);
  if (verdict === "fail") return `${compared}: for certain more than the ${most} that may be lost.`;
  if (verdict === "inconclusive")
    return `${compared}: maybe more than the ${most} that may be lost; too few people to be certain.`;
  return `${compared}; at most ${most} may be lost.`;
}

function range({ mean, low, high }: Estimate): string {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function place({ ndcg, verdict }: Slice): number {
  if (!ndcg) return 3;
  return verdict === "fail" ? 0 : verdict === "inconclusive" ? 1 : 2;
}

function standing({ change, ndcg }: Slice): number {
  return change?.mean ?? ndcg?.mean ?? 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
