/** One look at a stage of a rollout: what was found, what follows, and when to look again. */
import type { RolloutChecks } from "./definition-rollout.ts";
import type { RolloutAnswer, Stage } from "./rollout.ts";
import { type Judged, judgeStage, type RolloutCheck, type StageArms } from "./rollout-judge.ts";

/** At first every second, then in steps of a tenth of what has passed. */
const SOONEST_MS = 1_000;
/** Harm is found within minutes, however long a stage; but a stage leaves no endless history of looks. */
const LATEST_MS = 300_000;
const LOOKS_OF_STAGE = 200;
/** A held stage waits for a person, whose answer wakes it; its counts may also become clear by themselves. */
const HELD_MS = 3_600_000;

/** What no server could load in this time is broken; before, the store may just have been away. */
const HOPELESS_AFTER_MS = 60_000;

export interface Look extends Judged {
  state: "running" | "held" | "passed" | "failed";
  /** In milliseconds; 0 when the stage is over. */
  nextMs: number;
}

interface Time {
  /** Since the stage began. */
  elapsedMs: number;
  /** After which a person is asked. */
  patienceMs: number;
  /** What a person said of this stage. */
  said: RolloutAnswer | undefined;
}

/**
 * A stage with traffic. A person's "back" ends it, their "go on" too, unless a check surely fails. One that has not seen
 * enough requests within its patience is held, as is one that cannot tell.
 */
export function lookAtStage(
  checks: RolloutChecks,
  arms: StageArms,
  { forMs, requests, ...time }: Pick<Stage, "forMs" | "requests"> & Time,
): Look {
  const judged = judgeStage(checks, arms, { requests, isTimeUp: time.elapsedMs >= forMs });
  const isLate = time.elapsedMs >= Math.max(time.patienceMs, forMs);
  if (judged.verdict !== "wait" || !isLate) return settle(judged, time, forMs);
  const seen = `requests: ${arms.candidate.requests} of the new version and ${arms.live.requests} of the live one, in the time that the rollout has patience; ${requests} of each were asked for`;
  const late: RolloutCheck = { id: "requests", verdict: "inconclusive", text: seen };
  return settle({ verdict: "hold", checks: [...judged.checks, late] }, time, forMs);
}

/** A server, and what it has in memory. */
export interface Holding {
  name: string;
  versions: readonly { model: string; version: number; problem: string | null }[];
}

/**
 * Whether every server has the version in memory. With no server at all there is nobody to wait for: each loads what is
 * live when it starts. Goes back when no server can load it.
 */
export function lookAtWarming(
  servers: readonly Holding[],
  { model, version }: { model: string; version: number },
  time: Time,
): Look {
  const held = servers.map(({ name, versions }) => ({
    name,
    of: versions.find((one) => one.model === model && one.version === version),
  }));
  const ready = held.filter(({ of }) => of?.problem === null);
  const broken = held.filter(({ of }) => typeof of?.problem === "string");
  const isReady = ready.length === servers.length;
  const isHopeless =
    servers.length > 0 && broken.length === servers.length && time.elapsedMs >= HOPELESS_AFTER_MS;
  const check: RolloutCheck = {
    id: "servers",
    verdict: isReady ? "pass" : isHopeless ? "fail" : "inconclusive",
    text: [
      `servers: ${ready.length} of ${servers.length} have it in memory`,
      ...broken.map(({ name, of }) => `${name} cannot load it: ${of?.problem}`),
    ].join("; "),
  };
  const isLate = time.elapsedMs >= time.patienceMs;
  const verdict = isReady ? "go_on" : isHopeless ? "back" : isLate ? "hold" : "wait";
  return settle({ verdict, checks: [check] }, time, 0);
}

function settle({ verdict, checks }: Judged, { elapsedMs, said }: Time, forMs: number): Look {
  if (said === "back" || verdict === "back") return { verdict: "back", checks, state: "failed", nextMs: 0 };
  if (said === "go_on" || verdict === "go_on")
    return { verdict: "go_on", checks, state: "passed", nextMs: 0 };
  if (verdict === "hold") return { verdict, checks, state: "held", nextMs: HELD_MS };
  const latest = Math.max(LATEST_MS, forMs / LOOKS_OF_STAGE);
  const untilEnd = elapsedMs < forMs ? forMs - elapsedMs : Number.POSITIVE_INFINITY;
  const nextMs = Math.min(latest, untilEnd, Math.max(SOONEST_MS, elapsedMs / 10));
  return { verdict, checks, state: "running", nextMs: Math.max(SOONEST_MS, Math.ceil(nextMs)) };
}
