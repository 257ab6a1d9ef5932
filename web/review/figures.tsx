import type { QaReport } from "../../core/qa-report.ts";
import { BehaviourPart } from "./behaviour.tsx";
import { Metrics } from "./metrics.tsx";
import { OffPolicyPart } from "./off-policy.tsx";
import { Slices } from "./slices.tsx";

/** The report's last parts: figures that explain, and ask nothing. */
export function Figures({ report }: { report: QaReport }) {
  return (
    <>
      <Slices report={report} />
      <BehaviourPart report={report} />
      <Metrics report={report} />
      {report.offPolicy && <OffPolicyPart report={report} offPolicy={report.offPolicy} />}
    </>
  );
}
