import { formatPercent } from "../../core/experiment/metric-words.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import type { FrozenArm } from "../../core/experiment-plan.ts";
import { shortDigest } from "../lib/format.ts";
import { Facts } from "../parts/facts.tsx";
import { Moment } from "../parts/moment.tsx";

/** What was fixed before it began, and by whom. */
export function Plan({ report: { experiment } }: { report: ExperimentReport }) {
  const { plan, slice } = experiment;
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">The plan, fixed before it began</h2>
      <div className="card">
        <Facts
          facts={{
            Model: <a href={`/models/${encodeURIComponent(plan.model)}/versions`}>{plan.model}</a>,
            ...Object.fromEntries(
              plan.arms.map((arm) => [
                arm.name === plan.control ? `${arm.name} (control)` : arm.name,
                `${served(arm)}, ${formatPercent(arm.share)}`,
              ]),
            ),
            "Of all people": formatPercent(slice.traffic),
            "Least gain worth having": `${formatPercent(plan.primary.leastEffect)} of ${plan.primary.metric}`,
            "Chance to find it": formatPercent(plan.power),
            "Chance of a false alarm": formatPercent(plan.alpha),
            Lasts: `${plan.days} days`,
            "Last word": plan.confirm === "person" ? "a person" : "the plan, by itself",
            Started: (
              <>
                <Moment at={experiment.startedAt} /> by {experiment.startedBy}
              </>
            ),
            Why: experiment.reason,
            "In an arm by hand": experiment.overrides > 0 ? `${experiment.overrides}, left out` : null,
            Digest: <code title={experiment.digest}>{shortDigest(experiment.digest)}</code>,
          }}
        />
      </div>
    </section>
  );
}

function served({ version, listOnly }: FrozenArm): string {
  const of = version === null ? "what is live" : `version ${version}`;
  return listOnly ? `popularity list of ${of}` : of;
}
