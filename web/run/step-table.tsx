import type { Step } from "../../core/api.ts";
import { formatCount } from "../lib/format.ts";
import { stepLook } from "../lib/words.ts";
import { Badge } from "../parts/badge.tsx";
import { Took } from "../parts/moment.tsx";
import { Table } from "../parts/table.tsx";
import { ReusedFrom } from "./step-panel.tsx";

/** The graph in words: the same steps, in the order of the graph. */
export function StepTable({ steps, hrefOf }: { steps: Step[]; hrefOf(step: string): string }) {
  return (
    <Table
      label="Steps in order"
      head={
        <>
          <th scope="col">Step</th>
          <th scope="col">State</th>
          <th scope="col" className="number">
            Took
          </th>
          <th scope="col" className="number">
            Rows
          </th>
          <th scope="col">What it found</th>
          <th scope="col" className="wide-only">
            After
          </th>
        </>
      }
    >
      {steps.map((step) => (
        <tr key={step.name}>
          <th scope="row">
            <a href={hrefOf(step.name)}>{step.name}</a>
          </th>
          <td>
            <Badge look={stepLook(step)} />
          </td>
          <td className="number">{duration(step)}</td>
          <td className="number">{step.rows === null ? "" : formatCount(step.rows)}</td>
          <td className="found">
            {step.error && step.state !== "done" ? step.error.message : (step.summary ?? step.progress)}
            {step.reusedFromRun && (
              <div className="muted small">
                reused from <ReusedFrom runId={step.reusedFromRun} step={step.name} />
              </div>
            )}
          </td>
          <td className="after wide-only muted small">{step.after.join(", ")}</td>
        </tr>
      ))}
    </Table>
  );
}

function duration(step: Step) {
  if (!step.startedAt || (step.state !== "running" && !step.finishedAt)) return "";
  return <Took from={step.startedAt} to={step.state === "running" ? null : step.finishedAt} />;
}
