import type { DeploymentRecord } from "../../core/api.ts";
import { Moment } from "./moment.tsx";

/** What was live when, for whom, and by whose decision; the newest first. */
export function LiveHistory({ deployments }: { deployments: DeploymentRecord[] }) {
  return (
    <ol className="timeline" reversed>
      {deployments.map((deployment) => (
        <li key={`${deployment.at} ${deployment.version}`}>
          <p>
            <strong>
              Version {deployment.version}
              {deployment.kind === "rollback" && " again (rollback)"}
            </strong>
            {besideOrInPlace(deployment)}
          </p>
          <p className="muted">
            <Moment at={deployment.at} />
            {deployment.kind === "baseline" && deployment.until && (
              <>
                {" "}
                until <Moment at={deployment.until} />
              </>
            )}
            , by {deployment.by}
            {deployment.runId && (
              <>
                , from <a href={`/runs/${encodeURIComponent(deployment.runId)}`}>run {deployment.runId}</a>
              </>
            )}
          </p>
          {deployment.reason && <p>{deployment.reason}</p>}
        </li>
      ))}
    </ol>
  );
}

function besideOrInPlace({ kind, share, previousVersion: other }: DeploymentRecord): string {
  const to = kind === "canary" ? ` for ${Number((share * 100).toPrecision(3))} % of the people` : "";
  if (kind === "baseline") return ": its popularity list, for everybody";
  if (kind === "shadow" || kind === "canary") return ` beside version ${other}${to || ", unseen"}`;
  return other === null ? "" : ` in place of version ${other}`;
}
