/** The stages of a rollout, as its definition says; and what a look at one gives. */
import type { Rollout } from "./definition-rollout.ts";
import { durationMs } from "./duration.ts";

/** `warm`: every server has the version in memory. `shadow`: it is asked, and not shown. `canary`: it answers a share. */
export const STAGE_KINDS = ["warm", "shadow", "canary"] as const;
export type StageKind = (typeof STAGE_KINDS)[number];

export const ROLLOUT_ANSWERS = ["go_on", "back"] as const;
export type RolloutAnswer = (typeof ROLLOUT_ANSWERS)[number];

export interface Stage {
  kind: StageKind;
  /** Of the people; 0 but in a canary stage. */
  share: number;
  /** Least time, in milliseconds. */
  forMs: number;
  /** Least requests of each version. */
  requests: number;
}

/** The first version of a model has nothing to be compared with: it is loaded everywhere, and goes live. */
export function stagesOf({ shadow, canary }: Rollout, hasChampion: boolean): Stage[] {
  const warm: Stage = { kind: "warm", share: 0, forMs: 0, requests: 0 };
  if (!hasChampion) return [warm];
  const held = (
    kind: StageKind,
    share: number,
    { for: time, requests }: { for: string; requests: number },
  ) => ({
    ...{ kind, share, requests },
    forMs: durationMs(time),
  });
  return [
    warm,
    ...(shadow ? [held("shadow", 0, shadow)] : []),
    ...canary.map((stage) => held("canary", stage.share, stage)),
  ];
}

/** In words for a person: `canary, 5 %`. */
export function stageInWords({ kind, share }: Pick<Stage, "kind" | "share">): string {
  return kind === "canary" ? `canary, ${Number((share * 100).toPrecision(3))} %` : kind;
}
