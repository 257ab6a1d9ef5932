import type { ReactNode } from "react";
import { BASELINE, CHAMPION } from "../../core/baseline.ts";
import { formatDuration } from "../../core/duration.ts";
import type { VersionDetail } from "../../core/version-detail.ts";
import { formatBytes, formatCount, formatScore, formatShare, shortDigest } from "../lib/format.ts";
import { useResource } from "../lib/resource.ts";
import { Facts } from "../parts/facts.tsx";
import { LiveHistory } from "../parts/live-history.tsx";
import { ModelTabs } from "../parts/model-tabs.tsx";
import { Moment } from "../parts/moment.tsx";
import { Empty } from "../parts/notice.tsx";
import { Loaded, Page } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";
import { DecisionList } from "../review/decision-list.tsx";

const STATES: Record<VersionDetail["state"], string> = {
  live: "live",
  in_rollout: "being rolled out beside the live one",
  replaced: "was live before",
  registered: "never live",
};
const SUBJECTS: Record<string, string> = {
  [BASELINE]: `${BASELINE} (baseline)`,
  [CHAMPION]: "what was live then",
};

/** Everything about one version: what it is, its figures, where it comes from, who let it through, when it was live. */
export function VersionPage({ model, version }: { model: string; version: string }) {
  const at = `/api/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;
  const detail = useResource<VersionDetail>(at, () => 30_000);
  const crumbs = [
    { href: "/", label: "Models" },
    { href: `/models/${encodeURIComponent(model)}/versions`, label: model },
  ];
  return (
    <Page title={`${model} version ${version}`} crumbs={crumbs}>
      <ModelTabs model={model} here="versions" />
      <Loaded from={detail}>{(value) => <Detail version={value} />}</Loaded>
    </Page>
  );
}

function Detail({ version }: { version: VersionDetail }) {
  const { metrics, parts, snapshots, decisions, deployments, trainingLog, importedFrom } = version;
  return (
    <>
      <Facts facts={factsOf(version)} />
      <Rows
        title="Figures"
        head={["Model", `NDCG@${metrics.k}`, `Recall@${metrics.k}`, `Coverage@${metrics.k}`, "People"]}
        rows={metrics.subjects.map(({ subject, ndcg, recall, coverage, people }) => [
          SUBJECTS[subject] ?? subject,
          ...[formatScore(ndcg), formatShare(recall), formatShare(coverage), formatCount(people)],
        ])}
      />
      <Rows
        title="Files"
        head={["File", "Size", "Digest"]}
        rows={parts.map(({ part, digest, sizeBytes }) => [
          part,
          formatBytes(sizeBytes),
          <Digest key="digest" of={digest} />,
        ])}
      />
      <Rows
        title={
          importedFrom
            ? `Data read here; it was trained on ${importedFrom}'s own`
            : "Data that it was trained on"
        }
        head={["Source", "Rows", "Set aside", "Delivered", "Digest"]}
        rows={snapshots.map(({ source, rowsKept, rowsSetAside, deliveredAt, contentDigest }) => [
          ...[source, formatCount(rowsKept), formatCount(rowsSetAside)],
          <Moment key="at" at={deliveredAt} />,
          <Digest key="digest" of={contentDigest} />,
        ])}
      />
      <h2>Decisions</h2>
      <DecisionList decisions={decisions} />
      <h2>When it was live</h2>
      {deployments.length === 0 ? (
        <Empty>It was never live.</Empty>
      ) : (
        <LiveHistory deployments={deployments} />
      )}
      {trainingLog !== null && (
        <>
          <h2>What its trainer printed</h2>
          <pre className="message">{trainingLog.trimEnd()}</pre>
        </>
      )}
    </>
  );
}

function factsOf(version: VersionDetail): Record<string, ReactNode> {
  const { signature, latency, goldenRows, code, trainSeconds, aliases, runId } = version;
  const run = `/runs/${encodeURIComponent(runId)}`;
  return {
    State: STATES[version.state],
    Aliases: aliases.length > 0 ? aliases.join(", ") : null,
    Candidate: version.candidate,
    Made: <Moment at={version.createdAt} />,
    "Data as of": <Moment at={version.asOf} />,
    "Imported from": version.importedFrom,
    Run: <a href={run}>{runId}</a>,
    Report: <a href={`${run}/review`}>the review</a>,
    Takes: signature.inputs.map(inWords).join(", "),
    Gives: signature.outputs.map(inWords).join(", "),
    "An answer takes": latency
      ? `p50 ${latency.p50Ms.toFixed(2)} ms, p99 ${latency.p99Ms.toFixed(2)} ms, when it got its number (${formatCount(latency.answers)} answers)`
      : "was not measured",
    "Golden rows": goldenRows
      ? goldenRows.rows === null
        ? "not in this store"
        : formatCount(goldenRows.rows)
      : "none",
    "Trained in": trainSeconds === null ? null : formatDuration(trainSeconds * 1_000),
    "Trained by": code && `Holt ${code.holt}, trainers ${code.trainers}`,
    Definition: <Digest of={version.definitionDigest} />,
    Release: <Digest of={version.releaseDigest} />,
  };
}

function inWords({ name, type, shape }: VersionDetail["signature"]["inputs"][number]): string {
  return `${name} ${type}[${shape.join(", ")}]`;
}

function Digest({ of }: { of: string }) {
  return <code title={of}>{shortDigest(of)}</code>;
}

/** A table whose first column names its rows; nothing without any. */
function Rows({ title, head, rows }: { title: string; head: string[]; rows: ReactNode[][] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <Table
        label={title}
        head={head.map((name) => (
          <th key={name} scope="col">
            {name}
          </th>
        ))}
      >
        {rows.map(([name, ...cells]) => (
          <tr key={String(name)}>
            <th scope="row">{name}</th>
            {cells.map((cell, at) => (
              <td key={head[at + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </Table>
    </>
  );
}
