/** Arms that were ended for harm while others go on. */
import type { FrozenArm } from "../experiment-plan.ts";
import type { ArmFinding } from "./look.ts";

export interface StoppedArm {
  arm: string;
  /** ISO 8601. */
  at: string;
  /** As the look found it that ended it. */
  finding: ArmFinding;
}

/** Arms by what they serve now: one that was ended serves what the control does, to the same people under the same name. */
export function servingArms(arms: readonly FrozenArm[], stopped: readonly string[]): FrozenArm[] {
  const [control] = arms;
  return arms.map((arm) =>
    control && stopped.includes(arm.name)
      ? { ...arm, version: control.version, listOnly: control.listOnly }
      : arm,
  );
}
