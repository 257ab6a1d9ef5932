import type { ExperimentLook } from "../../core/experiment/look.ts";
import {
  describeMetric,
  formatChange,
  formatInterval,
  formatValue,
} from "../../core/experiment/metric-words.ts";
import {
  capital,
  sayFallback,
  sayOutlook,
  sayPromise,
  sayResult,
} from "../../core/experiment/plain-words.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { Facts } from "../parts/facts.tsx";
import { IntervalPlot } from "./interval-plot.tsx";
import { Novelty } from "./novelty.tsx";

/** What decides, arm by arm: in a sentence, in figures, and how it came to that over the days. */
export function Primary({ report, look }: { report: ExperimentReport; look: ExperimentLook }) {
  const { plan } = report.experiment;
  const name = plan.primary.metric;
  const metric = plan.metrics[name];
  if (!metric) return null;
  return (
    <section aria-labelledby="primary">
      <h2 id="primary">What decides: {name}</h2>
      <p className="lead">
        {capital(describeMetric(metric, plan.currency))}, {metric.better} is better.
      </p>
      {look.analysis.arms.map(({ arm, metrics, novelty }) => {
        const found = metrics.find(({ role }) => role === "primary");
        if (!found) return null;
        return (
          <div className="card primary" key={arm}>
            <h3>
              {arm} beside {plan.control}
            </h3>
            <p>
              {capital(sayResult(found, { arm, control: plan.control }))} {sayPromise(found.lift, plan)}
            </p>
            <Facts
              facts={{
                [plan.control]: formatValue(found.control, metric, plan.currency),
                [arm]: formatValue(found.treatment, metric, plan.currency),
                Change: found.lift ? formatChange(found.lift.estimate) : null,
                "Right at every look": found.lift ? formatInterval(found.lift) : null,
                "If this were the only look": found.fixedLift ? formatInterval(found.fixedLift) : null,
              }}
            />
            {found.withoutFallback && <p>{sayFallback(found, { arm, plan })}</p>}
            <IntervalPlot report={report} arm={arm} />
            <Novelty novelty={novelty} arm={arm} metric={name} />
          </div>
        );
      })}
      {look.analysis.outlook && <p className="outlook">{sayOutlook(look.analysis.outlook, plan)}</p>}
    </section>
  );
}
