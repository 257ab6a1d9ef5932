/** From what a model or the popularity list answered to the list that the person sees. */
import { type Arranged, arrange, poolFor } from "../../core/arrange.ts";
import type { ListRules } from "../../core/release-rules.ts";
import { unseenOf } from "./popularity-list.ts";
import type { RolloutAnswer } from "./rollout/answer-in-rollout.ts";
import type { Loaded } from "./served-version.ts";
import type { Lease } from "./slot.ts";

/** What fills a list up, or meets a share, is looked for among the best so many of the popularity list. */
const FILL_POOL = 1_000;

/** Whom a list is for. */
export interface For {
  history: readonly string[];
  country: string | undefined;
  k: number;
}

/** How many items to ask for: whichever version answers, enough are left by its rules. */
export function poolOf({ model, beside, rulesOf }: Lease, { k, country }: Omit<For, "history">): number {
  const versions = beside ? [model, beside.served.loaded] : [model];
  return Math.max(...versions.map((version) => poolFor(rulesOf(version, country), k)));
}

/** The list, by the rules of the version that answered and by what people said; filled up by popularity. */
export function arrangeAnswer(
  { rulesOf }: Lease,
  { by, items, fallback }: Pick<RolloutAnswer, "by" | "items" | "fallback">,
  { history, country, k }: For,
): Arranged {
  const fill = () => unseenOf(by.popular, history, FILL_POOL);
  const arranged = arrange(items, fill, { rules: rulesOf(by, country), k });
  if (!fallback && by.artifactDigest !== by.fallbackDigest) return arranged;
  return { ...arranged, items: arranged.items.map((item) => ({ ...item, isFilled: false })) };
}

export type RulesOf = (version: Loaded, country: string | undefined) => ListRules;
