/** Rollouts that are well written, but that nobody could judge or that never end. */
import type { Definition } from "./definition.ts";
import { durationMs } from "./duration.ts";
import type { Fault } from "./faults.ts";

const OF_PEOPLE = ["maxClickDecrease", "maxPlayDecrease", "maxSpendDecrease"] as const;

export function findRolloutFaults({ rollout }: Definition): Fault[] {
  const { shadow, canary, checks, patience } = rollout;
  const { minAgreement, ...ofTraffic } = checks;
  const faults: Fault[] = [];
  if (canary.length > 0 && Object.values(ofTraffic).every((value) => value === undefined))
    faults.push({
      path: ["rollout", "canary"],
      problem:
        "has no check to be judged by; give rollout.checks maxErrorIncrease, maxFallbackIncrease, maxLatencyRatio, maxClickDecrease, maxPlayDecrease or maxSpendDecrease",
    });
  if (minAgreement !== undefined && !shadow)
    faults.push({
      path: ["rollout", "checks", "minAgreement"],
      problem:
        "is measured in the shadow stage, which the rollout hasn't; add rollout.shadow, or leave it out",
    });
  if (!shadow && canary.length === 0 && Object.values(ofTraffic).some((value) => value !== undefined))
    faults.push({
      path: ["rollout", "checks"],
      problem: "belong to no stage; add rollout.shadow or rollout.canary, or leave them out",
    });
  for (const check of OF_PEOPLE)
    if (checks[check] !== undefined && shadow && canary.length === 0)
      faults.push({
        path: ["rollout", "checks", check],
        problem:
          "is measured while the new version answers people, which it does in no stage; add rollout.canary, or leave it out",
      });
  canary.forEach(({ share }, at) => {
    const before = canary[at - 1]?.share ?? 0;
    if (share <= before)
      faults.push({
        path: ["rollout", "canary", at, "share"],
        problem: `${share} is not more than the ${before} before it; let the shares grow`,
      });
  });
  const stages = [
    ...(shadow ? [{ path: ["rollout", "shadow", "for"], for: shadow.for }] : []),
    ...canary.map((stage, at) => ({ path: ["rollout", "canary", at, "for"], for: stage.for })),
  ];
  for (const stage of stages)
    if (durationMs(stage.for) > durationMs(patience))
      faults.push({
        path: stage.path,
        problem: `"${stage.for}" is longer than rollout.patience ("${patience}"), after which a person is asked; write a shorter time, or a longer patience`,
      });
  return faults;
}
