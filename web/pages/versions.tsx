import { useState } from "react";
import type { DeploymentRecord, NewRollback, Version } from "../../core/api.ts";
import { formatBytes, formatScore, formatShare } from "../lib/format.ts";
import { request } from "../lib/request.ts";
import { useResource } from "../lib/resource.ts";
import { useMay } from "../lib/session.ts";
import { Badge } from "../parts/badge.tsx";
import { LiveHistory } from "../parts/live-history.tsx";
import { ModelTabs } from "../parts/model-tabs.tsx";
import { Moment } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { ReasonDialog } from "../parts/reason-dialog.tsx";
import { SafeguardsNote } from "../parts/safeguards-note.tsx";
import { Table } from "../parts/table.tsx";

/** Which versions there are, which one answers, and what was live when by whose decision. */
export function VersionsPage({ model }: { model: string }) {
  const at = `/api/models/${encodeURIComponent(model)}`;
  const versions = useResource<Version[]>(`${at}/versions`, () => 5_000);
  const history = useResource<DeploymentRecord[]>(`${at}/history`, () => 5_000);
  const [target, setTarget] = useState<Version>();
  const live = versions.value?.find((version) => version.isLive);

  async function rollBack(to: Version, reason: string) {
    if (!live) return;
    const body: NewRollback = { expectedVersion: live.version, toVersion: to.version, reason };
    try {
      await request("POST", `${at}/rollbacks`, { body });
    } finally {
      await Promise.all([versions.reload(), history.reload()]);
    }
  }

  return (
    <Page title={model} crumbs={[{ href: "/", label: "Models" }]}>
      <ModelTabs model={model} here="versions" />
      <SafeguardsNote model={model} />
      <h2>Versions</h2>
      <Loaded from={versions}>
        {(list) =>
          list.length === 0 ? (
            <Empty>There is no version yet. The first approved run makes one.</Empty>
          ) : (
            <VersionTable model={model} versions={list} onServe={setTarget} />
          )
        }
      </Loaded>
      <h2>What was live when</h2>
      <Loaded from={history}>
        {(list) =>
          list.length === 0 ? <Empty>Nothing was ever live.</Empty> : <LiveHistory deployments={list} />
        }
      </Loaded>
      {target && live && (
        <ReasonDialog
          title={`Serve version ${target.version} again?`}
          reasonRequired
          confirmLabel={`Serve version ${target.version}`}
          onConfirm={(reason) => rollBack(target, reason)}
          onClose={() => setTarget(undefined)}
        >
          Version {target.version} ({target.candidate}) takes the place of version {live.version} within
          seconds. It was approved before, by {target.decidedBy}.
        </ReasonDialog>
      )}
    </Page>
  );
}

function VersionTable({
  model,
  versions,
  onServe,
}: {
  model: string;
  versions: Version[];
  onServe(version: Version): void;
}) {
  const mayRollBack = useMay("rollback") && versions.some((version) => version.isLive);
  return (
    <Table
      label="Versions"
      head={
        <>
          <th scope="col">Version</th>
          <th scope="col">Candidate</th>
          <th scope="col" className="number">
            NDCG
          </th>
          <th scope="col" className="number">
            Recall
          </th>
          <th scope="col" className="number">
            Coverage
          </th>
          <th scope="col" className="number">
            Size
          </th>
          <th scope="col">Approved by</th>
          <th scope="col">Made</th>
          {mayRollBack && (
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          )}
        </>
      }
    >
      {versions.map((version) => (
        <tr key={version.version}>
          <th scope="row" className="nowrap">
            <a href={`/models/${encodeURIComponent(model)}/versions/${version.version}`}>{version.version}</a>{" "}
            {version.isLive && <Badge look={{ label: "Live", tone: "good", icon: "check" }} />}
          </th>
          <td>{version.candidate}</td>
          <td className="number">{formatScore(version.ndcg)}</td>
          <td className="number">{formatShare(version.recall)}</td>
          <td className="number">{formatShare(version.coverage)}</td>
          <td className="number">{formatBytes(version.sizeBytes)}</td>
          <td>
            {version.decidedBy}{" "}
            <a className="small" href={`/runs/${encodeURIComponent(version.runId)}/review`}>
              review<span className="unseen"> of version {version.version}</span>
            </a>
          </td>
          <td>
            <Moment at={version.createdAt} />
          </td>
          {mayRollBack && (
            <td>
              {!version.isLive && (
                <button type="button" className="button small" onClick={() => onServe(version)}>
                  Serve again <span className="unseen">version {version.version}</span>
                </button>
              )}
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}
