/** One answer while a version is beside the live one: by which, counted, and compared in the shadow. */
import { setImmediate } from "node:timers/promises";
import { unseenOf } from "../../../scoring/popularity-list.ts";
import { type Answer, type AskedFor, answer } from "../answer.ts";
import type { Loaded } from "../served-version.ts";
import type { Lease } from "../slot.ts";
import type { StageTally } from "./stage-tally.ts";

export interface RolloutAnswer extends Answer {
  /** The version that answered. */
  by: Loaded;
  arm: string;
}

/** Who is in the canary's share and finds its model failing is answered by the live version, and the failure counts. */
export async function answerInRollout(
  { model: live, beside, isListOnly }: Lease,
  asked: AskedFor,
  onProblem: (error: Error, by: Loaded) => void,
): Promise<RolloutAnswer> {
  if (isListOnly) {
    const items = unseenOf(live.popular, asked.history, asked.k);
    return { items, fallback: true, failed: false, by: live, arm: "fallback" };
  }
  if (!beside || beside.traffic.kind === "warm") {
    const answered = await answer(live, asked, (error) => onProblem(error, live));
    return labelled(live, answered, "champion");
  }
  const ask = (by: Loaded) => timed(by, asked, (error) => onProblem(error, by));
  const { tally } = beside;
  if (beside.answers(asked.unit)) {
    const tried = await ask(beside.served.loaded);
    tally.count("canary", tried);
    if (!tried.failed) return labelled(beside.served.loaded, tried, "canary");
    return labelled(live, await ask(live), "champion");
  }
  const answered = await ask(live);
  tally.count("champion", answered);
  if (beside.traffic.kind === "shadow")
    void beside.shadow((counted) => shadow(counted, beside.served.loaded, asked, answered));
  return labelled(live, answered, "champion");
}

/** Asks the new version the same after the person has their answer. */
async function shadow(tally: StageTally, candidate: Loaded, asked: AskedFor, shown: Answer): Promise<void> {
  await setImmediate();
  const answered = await timed(candidate, asked, () => {}); // what fails is counted, and judged
  tally.count("shadow", answered);
  if (!answered.failed && shown.items.length > 0) tally.compare(agreementOf(shown, answered));
}

function agreementOf(shown: Answer, other: Answer): number {
  const theirs = new Set(other.items.map(({ itemId }) => itemId));
  return shown.items.filter(({ itemId }) => theirs.has(itemId)).length / shown.items.length;
}

async function timed(by: Loaded, asked: AskedFor, onProblem: (error: Error) => void) {
  const started = performance.now();
  const answered = await answer(by, asked, onProblem);
  return { ...answered, ms: performance.now() - started };
}

function labelled(
  by: Loaded,
  { fallback, failed, items }: Answer,
  arm: "champion" | "canary",
): RolloutAnswer {
  return { fallback, failed, items, by, arm: fallback ? "fallback" : arm };
}
