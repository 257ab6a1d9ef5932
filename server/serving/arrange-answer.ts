/** From what a model or the popularity list answered to the list that the person sees. */
import { createHash } from "node:crypto";
import { type Arranged, arrange, type Placed, poolFor } from "../../core/arrange.ts";
import { explore } from "../../core/explore.ts";
import type { ListRules } from "../../core/release-rules.ts";
import { unseenOf } from "../../scoring/popularity-list.ts";
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
  /** The recommendation's id, from which what is drawn follows. */
  id: string;
}

export interface AnsweredList extends Arranged {
  items: (Placed & { isExplored?: boolean })[];
  /** How likely each place was to show what it shows; left out where nothing could be drawn. */
  propensities?: number[];
}

/** How many items to ask for: whichever version answers, enough are left by its rules. */
export function poolOf(
  { model, beside, arms, rulesOf }: Lease,
  { k, country }: Pick<For, "k" | "country">,
): number {
  const versions = [model, ...(beside ? [beside.served.loaded] : []), ...arms.values()];
  return Math.max(
    ...versions.map(
      (version) => poolFor(rulesOf(version, country), k) + (version.rules?.exploration?.pool ?? 0),
    ),
  );
}

/** The list, by the rules of the version that answered and by what people said; filled up by popularity. */
export function arrangeAnswer(
  { rulesOf }: Lease,
  { by, items, fallback }: Pick<RolloutAnswer, "by" | "items" | "fallback">,
  { history, country, k, id }: For,
): AnsweredList {
  const fill = () => unseenOf(by.popular, history, FILL_POOL);
  const rules = rulesOf(by, country);
  const arranged = arrange(items, fill, { rules, k });
  if (!fallback && by.artifactDigest !== by.fallbackDigest) {
    const exploration = by.rules?.exploration;
    if (!exploration) return arranged;
    const taken = new Set([...arranged.items, ...rules.pins].map(({ itemId }) => itemId));
    const pool = items
      .filter(({ itemId }) => !taken.has(itemId) && !rules.hides(itemId))
      .slice(0, exploration.pool);
    const drawn = explore(arranged.items, pool, { share: exploration.share, random: drawsOf(id) });
    return { ...arranged, ...drawn };
  }
  return { ...arranged, items: arranged.items.map((item) => ({ ...item, isFilled: false })) };
}

/** The same numbers for the same id, from 0, below 1: 48 bits each of a hash. */
function drawsOf(id: string): () => number {
  let draw = 0;
  return () => {
    draw += 1;
    return createHash("sha256").update(`${id}/${draw}`).digest().readUIntBE(0, 6) / 2 ** 48;
  };
}

export type RulesOf = (version: Loaded, country: string | undefined) => ListRules;
