/** The sentence that tells a manager why a candidate was put forward. */
import {
  type Champion,
  type Choice,
  type Contender,
  type Excess,
  findBest,
  findExcess,
  gainOver,
} from "./contender.ts";
import { formatShare } from "./words.ts";

const METRICS = { ndcg: "NDCG", recall: "recall" } as const;

export const say = {
  nobodyJudged(champion: Champion | undefined): string {
    const cannotTell = "nobody has anything held out, so it cannot be told which candidate is best";
    return champion
      ? `${cannotTell}; version ${champion.version} (${champion.candidate}) stays live`
      : `${cannotTell}, and the popularity list goes first`;
  },

  learned(choice: Choice, winner: Contender): string {
    const { minGain } = choice.definition.choose;
    const asked = minGain > 0 ? `, since ${formatShare(minGain)} was asked for` : "";
    return `${winner.name} ${finds(choice, winner)}, and costs ${cost(winner)}; that is worth it${asked}${beside(choice, winner)}${betterButTooCostly(choice, winner)}`;
  },

  baseline(choice: Choice): string {
    const { definition, baseline, learned } = choice;
    const best = findBest(learned);
    if (!best)
      return `the popularity list is the only candidate of this run (${figure(choice, baseline.value)}) and the yardstick for all that come after`;
    const excess = findExcess(definition, best);
    const others = learned.length > 1 ? " and no other is worth its cost" : "";
    if (excess) return `the popularity list is chosen, since ${best.name} ${overLimit(excess)}${others}`;
    return `the popularity list is chosen, since ${best.name} ${finds(choice, best)}, which is not worth ${cost(best)}: at least ${formatShare(definition.choose.minGain)} more was asked for`;
  },

  championStays(choice: Choice, champion: Champion, winner: Contender): string {
    return `version ${champion.version} (${champion.candidate}) stays live, since it finds ${more(winner.value, champion.value)} of what people chose next than the best of this run, ${winner.name} (${figure(choice, champion.value)} against ${format(winner.value)})`;
  },

  shownOtherwise(reason: string, version: number): string {
    return `${reason}; version ${version}, live today, is the same model with other rules or another form of deployment`;
  },

  liveAlready(reason: string, version: number): string {
    return `${reason}; it is live already, as version ${version}`;
  },
};

function finds(choice: Choice, { value }: Contender): string {
  const { baseline } = choice;
  const measured = `${figure(choice, value)} against ${format(baseline.value)}`;
  return `finds ${more(baseline.value, value)} of what people chose next than the popularity list (${measured})`;
}

function more(from: number | null, to: number | null): string {
  const gain = gainOver(from, to) ?? 0;
  if (gain === 0) return "no more";
  if (!Number.isFinite(gain)) return "more";
  return gain > 0 ? `${formatShare(gain)} more` : `${formatShare(-gain)} less`;
}

function figure({ definition }: Choice, value: number | null): string {
  return `${METRICS[definition.choose.metric]}@${definition.evaluation.k} ${format(value)}`;
}

/** Two significant digits at least, so that 0.0123 isn't 0.01. */
function format(value: number | null): string {
  if (value === null) return "unknown";
  return value !== 0 && Math.abs(value) < 0.1 ? value.toPrecision(2) : value.toFixed(2);
}

function cost({ trainSeconds, answerMs, sizeBytes }: Contender): string {
  return `${round(trainSeconds)} s to train, ${round(answerMs)} ms an answer and ${round(sizeBytes / 1e6)} MB`;
}

/** How today's champion did, unless it is the popularity list or the winner, whose figures stand there already. */
function beside({ baseline, champion }: Choice, winner: Contender): string {
  if (!champion || champion.value === null) return "";
  if ([baseline.artifactDigest, winner.artifactDigest].includes(champion.artifactDigest)) return "";
  return `; version ${champion.version} (${champion.candidate}), live today, reaches ${format(champion.value)}`;
}

function betterButTooCostly({ definition, learned }: Choice, winner: Contender): string {
  const better = learned.filter(({ value }) => value !== null && value > (winner.value ?? 0));
  return better
    .map((contender) => {
      const excess = findExcess(definition, contender);
      return excess ? `; ${contender.name} would find more, but ${overLimit(excess)}` : "";
    })
    .join("");
}

function overLimit({ limit, value, atMost }: Excess): string {
  if (limit === "trainSeconds")
    return `takes ${round(value)} s to train, more than the ${round(atMost)} s allowed`;
  if (limit === "answerMs")
    return `takes ${round(value)} ms an answer, more than the ${round(atMost)} ms allowed`;
  return `has ${round(value)} MB, more than the ${round(atMost)} MB allowed`;
}

function round(value: number): string {
  return value >= 10 ? Math.round(value).toString() : Number(value.toPrecision(2)).toString();
}
