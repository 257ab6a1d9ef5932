/** Forms of deployment that other settings contradict. */
import type { Definition } from "./definition.ts";
import type { Fault } from "./faults.ts";

export function findDeploymentFaults({ deployment, evaluation }: Definition): Fault[] {
  if (deployment?.kind !== "materialised" || deployment.k >= evaluation.k) return [];
  return [
    {
      path: ["deployment", "k"],
      problem: `${deployment.k} is less than evaluation.k (${evaluation.k}), so people would be shown shorter lists than were judged; write ${evaluation.k} or more`,
    },
  ];
}
