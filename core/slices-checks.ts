import type { QaSettings } from "./definition-qa.ts";
import type { Check, Slice } from "./qa-report.ts";
import { formatShare, plural } from "./words.ts";

/** Slices that a check names. */
const MOST_EXAMPLES = 20;

/**
 * One check for each segment that bounds its loss: it fails when one of its slices does, and cannot tell when one may
 * have lost too much, or when all are too small. A slice that is too small beside others is named, and decides nothing.
 * @param slices as `describeSlices` orders them
 */
export function checkSlices(segments: QaSettings["segments"], slices: readonly Slice[]): Check[] {
  return Object.entries(segments).flatMap(([segment, settings]) => {
    const { maxLoss, severity } = settings;
    if (maxLoss === undefined) return [];
    const own = slices.filter((slice) => slice.segment === segment);
    const told = own.filter(({ ndcg }) => ndcg !== null);
    const losses = told.flatMap((slice) => lossOf(slice) ?? []);
    const verdict = verdictOf(told);
    return [
      {
        id: `slice.${segment}`,
        group: "slice",
        title: `No slice of ${segment} loses much`,
        verdict,
        severity,
        value: losses.length === 0 ? null : Math.max(...losses),
        threshold: maxLoss,
        unit: "share",
        championValue: null,
        sampleSize: told.reduce((sum, { judged }) => sum + judged, 0),
        owner: null,
        explanation: explain(segment, { own, told, verdict, maxLoss, hasChampion: losses.length > 0 }),
        examples: [...told.filter((slice) => slice.verdict !== "pass"), ...own.filter(({ ndcg }) => !ndcg)]
          .slice(0, MOST_EXAMPLES)
          .map(({ slice, explanation }) => `${slice}: ${explanation}`),
      },
    ];
  });
}

/** What a slice lost of the champion's NDCG, as a share of it; below 0 where it gained. */
function lossOf({ change, championNdcg }: Slice): number | undefined {
  if (!change || !championNdcg) return undefined;
  return championNdcg.mean === 0 ? 0 : (0 - change.mean) / championNdcg.mean;
}

function verdictOf(told: readonly Slice[]): Check["verdict"] {
  if (told.some(({ verdict }) => verdict === "fail")) return "fail";
  return told.length === 0 || told.some(({ verdict }) => verdict === "inconclusive")
    ? "inconclusive"
    : "pass";
}

function explain(
  segment: string,
  of: {
    own: readonly Slice[];
    told: readonly Slice[];
    verdict: Check["verdict"];
    maxLoss: number;
    hasChampion: boolean;
  },
): string {
  const { own, told, verdict, maxLoss } = of;
  const small = own.length - told.length;
  const most = `${formatShare(maxLoss)} of the live version's NDCG`;
  const beside = small > 0 ? ` ${plural(small, "slice")} had too few people to tell.` : "";
  if (own.length === 0) return `Nobody is in a slice of "${segment}", so nothing can be told.`;
  if (told.length === 0)
    return `None of ${plural(own.length, "slice")} of "${segment}" had enough people to tell.`;
  if (!of.hasChampion)
    return `Nothing is live, so none of ${plural(told.length, "slice")} of "${segment}" can have lost anything.${beside}`;
  const names = (wanted: Check["verdict"]) =>
    told
      .filter((slice) => slice.verdict === wanted)
      .map(({ slice }) => `"${slice}"`)
      .join(", ");
  if (verdict === "fail")
    return `${names("fail")} of "${segment}" lost more than ${most}, for certain.${beside}`;
  if (verdict === "inconclusive")
    return `${names("inconclusive")} of "${segment}" may have lost more than ${most}; too few people to be certain.${beside}`;
  return `None of ${plural(told.length, "slice")} of "${segment}" shows a loss of more than ${most}.${beside}`;
}
