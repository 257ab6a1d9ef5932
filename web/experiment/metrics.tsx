import type { ArmFinding, ExperimentLook, MetricFinding } from "../../core/experiment/look.ts";
import {
  describeMetric,
  formatChange,
  formatInterval,
  formatPercent,
  formatValue,
} from "../../core/experiment/metric-words.ts";
import type { ExperimentReport } from "../../core/experiment/report.ts";
import { Badge } from "../parts/badge.tsx";
import { Table } from "../parts/table.tsx";
import { GUARDRAIL_LOOKS } from "./looks.ts";

const TEXTS = {
  guardrail: {
    title: "Guardrails",
    table: "Guardrails with their verdicts",
    lead: "What must not get worse by more than the plan accepts, whatever is won elsewhere.",
  },
  other: { title: "Looked at, too", table: "Metrics that decide nothing", lead: "These decide nothing." },
} as const;

/** Metrics beside the one that decides; nothing where the plan has none of this role. */
export function Metrics(props: {
  report: ExperimentReport;
  look: ExperimentLook;
  of: "guardrail" | "other";
}) {
  const { of: role, look } = props;
  const rows = look.analysis.arms.flatMap((arm) =>
    arm.metrics.filter((metric) => metric.role === role).map((found) => ({ arm, found })),
  );
  if (rows.length === 0) return null;
  const { title, table, lead } = TEXTS[role];
  return (
    <section aria-labelledby={role}>
      <h2 id={role}>{title}</h2>
      <p className="lead">{lead}</p>
      <MetricTable {...props} label={table} rows={rows} />
    </section>
  );
}

function MetricTable(props: {
  report: ExperimentReport;
  of: "guardrail" | "other";
  label: string;
  rows: { arm: ArmFinding; found: MetricFinding }[];
}) {
  const { plan } = props.report.experiment;
  const isGuardrail = props.of === "guardrail";
  const isMany = plan.arms.length > 2;
  return (
    <Table
      label={props.label}
      head={
        <>
          <th scope="col">Metric</th>
          {isMany && <th scope="col">Arm</th>}
          {isGuardrail && <th scope="col">Verdict</th>}
          <th scope="col" className="number">
            {plan.control}
          </th>
          <th scope="col" className="number">
            {isMany ? "The arm" : plan.arms[1]?.name}
          </th>
          <th scope="col" className="number">
            Change
          </th>
          <th scope="col" className="number">
            Somewhere between
          </th>
          {isGuardrail && (
            <th scope="col" className="number">
              Loss accepted
            </th>
          )}
        </>
      }
    >
      {props.rows.map(({ arm, found }) => {
        const metric = plan.metrics[found.metric];
        if (!metric) return null;
        const verdict = arm.guardrails.find(({ name }) => name === found.metric)?.verdict ?? "inconclusive";
        return (
          <tr key={`${arm.arm} ${found.metric}`}>
            <th scope="row" className="about">
              {found.metric}
              <div className="muted small">
                {describeMetric(metric, plan.currency)}, {metric.better} is better
              </div>
            </th>
            {isMany && <td>{arm.arm}</td>}
            {isGuardrail && (
              <td>
                <Badge look={GUARDRAIL_LOOKS[verdict]} />
              </td>
            )}
            <td className="number">{formatValue(found.control, metric, plan.currency)}</td>
            <td className="number">{formatValue(found.treatment, metric, plan.currency)}</td>
            <td className="number">{found.lift ? formatChange(found.lift.estimate) : "–"}</td>
            <td className="number">{found.lift ? formatInterval(found.lift) : "cannot tell yet"}</td>
            {isGuardrail && (
              <td className="number">{formatPercent(plan.guardrails[found.metric]?.maxLoss ?? 0)}</td>
            )}
          </tr>
        );
      })}
    </Table>
  );
}
