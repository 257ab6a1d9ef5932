/** Which candidate a run puts forward: the best that earns its cost, else the popularity list, else what is live. */
import { say } from "./choose-words.ts";
import {
  type Champion,
  type Choice,
  type Contender,
  findBest,
  findExcess,
  gainOver,
  isWorthwhile,
} from "./contender.ts";
import { BASELINE } from "./definition.ts";
import type { ChooseDetail } from "./step-details.ts";

/**
 * Picks by the definition's metric among the learned candidates that keep the cost limits and gain at least `minGain`
 * over the popularity list; the popularity list when none does.
 *
 * Nothing changes (`isLiveAlready`) when the chosen artifact is live and is shown as the definition says, when today's champion earns its cost and is
 * strictly better on the same people, and when something is live while nobody could be judged.
 */
export function choose(choice: Choice): ChooseDetail {
  const { baseline, champion } = choice;
  if (baseline.value === null)
    return {
      chosen: champion?.candidate ?? BASELINE,
      isLiveAlready: champion !== undefined,
      reason: say.nobodyJudged(champion),
    };
  const winner = findWinner(choice) ?? baseline;
  const isSame = champion?.artifactDigest === winner.artifactDigest;
  if (champion && !isSame && staysAhead(choice, champion, winner))
    return {
      chosen: champion.candidate,
      isLiveAlready: true,
      reason: say.championStays(choice, champion, winner),
    };
  const why = winner === baseline ? say.baseline(choice) : say.learned(choice, winner);
  if (!isSame) return { chosen: winner.name, isLiveAlready: false, reason: why };
  const { version, isShownOtherwise = false } = champion;
  return {
    chosen: winner.name,
    isLiveAlready: !isShownOtherwise,
    reason: isShownOtherwise ? say.shownOtherwise(why, version) : say.liveAlready(why, version),
  };
}

function findWinner({ definition, baseline, learned }: Choice): Contender | undefined {
  return findBest(
    learned.filter(
      (contender) =>
        !findExcess(definition, contender) &&
        isWorthwhile(definition, gainOver(baseline.value, contender.value)),
    ),
  );
}

/** A champion that doesn't earn its cost under today's definition makes room, however it compares. */
function staysAhead({ definition, baseline }: Choice, champion: Champion, winner: Contender): boolean {
  if (champion.value === null || winner.value === null || champion.value <= winner.value) return false;
  if (champion.candidate === BASELINE) return true;
  const { maxAnswerMs = Number.POSITIVE_INFINITY } = definition.choose;
  if (champion.answerMs !== null && champion.answerMs > maxAnswerMs) return false;
  return isWorthwhile(definition, gainOver(baseline.value, champion.value));
}
