/** What an estimate without traffic goes by: the plan's primary metric where lists can be told apart by it, else clicks. */
import type { Definition } from "../definition.ts";
import type { Metric } from "../definition-experiment.ts";

/** Where the plan has none: most come within the hour. */
const CLICKS_WITHIN = "1 d";

const KINDS = {
  clicks: "click",
  plays: "play",
  purchases: "spend",
  complaints: "complaint",
  spend: "spend",
} as const;
type Counted = keyof typeof KINDS;

export interface OffPolicyReward {
  /** As it is told: `clicks`, `spend in EUR`. */
  label: string;
  kind: (typeof KINDS)[Counted];
  /** Of spend that is summed up. */
  currency?: string;
  /** As in `1 d`. */
  within: string;
  better: "more" | "less";
}

export function offPolicyReward({ experiment }: Pick<Definition, "experiment">): OffPolicyReward {
  const primary = experiment?.metrics[experiment.primary.metric];
  const counted = primary && countedBy(primary);
  if (!primary || !counted) return { label: "clicks", kind: "click", within: CLICKS_WITHIN, better: "more" };
  const { within, better } = primary;
  const kind = KINDS[counted];
  if (counted !== "spend") return { label: counted, kind, within, better };
  const currency = experiment?.currency;
  if (currency === undefined) return { label: "purchases", kind, within, better };
  return { label: `spend in ${currency}`, kind, currency, within, better };
}

function countedBy(metric: Metric): Counted | undefined {
  if (metric.kind === "retention") return undefined;
  return typeof metric.of === "string" && metric.of in KINDS ? (metric.of as Counted) : undefined;
}
