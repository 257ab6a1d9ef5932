import type { DeploymentRecord } from "../../core/api.ts";
import { BASELINE, CHAMPION } from "../../core/baseline.ts";
import { formatDuration } from "../../core/duration.ts";
import type { VersionDetail } from "../../core/version-detail.ts";
import { formatCount, formatShare as shareInWords } from "../../core/words.ts";
import { clean, paint } from "./style.ts";
import { type Cell, drawPairs, drawTable } from "./table.ts";
import { formatMetric, formatShare, formatSize, formatTime } from "./words.ts";

const STATES: Record<VersionDetail["state"], string> = {
  live: "live",
  in_rollout: "being rolled out beside the live one",
  replaced: "was live before",
  registered: "never live",
};

/** Everything about one version: what it is, its figures, where it comes from, who let it through, when it was live. */
export function drawVersion(version: VersionDetail): string {
  const { metrics, snapshots, decisions, deployments, trainingLog } = version;
  return [
    paint("bold", `${clean(version.model)} version ${version.version}: ${clean(version.candidate)}`),
    "",
    drawPairs(facts(version)),
    ...section(
      "Figures, of lists for the people judged, and the models judged beside it:",
      metrics.subjects.length > 0 && drawFigures(metrics),
    ),
    ...section(
      version.importedFrom
        ? `Data read here after the import; it was trained on ${clean(version.importedFrom)}'s own:`
        : "Data that it was trained on:",
      snapshots.length > 0 && drawSnapshots(snapshots),
    ),
    ...section(
      "Decisions:",
      decisions.length > 0 &&
        drawTable(
          ["at", "what", "by", "through", "why"],
          decisions.map(({ at, verdict, override, by, onBehalfOf, channel, reason }) => [
            formatTime(at),
            override ? `${verdict} all the same` : verdict,
            onBehalfOf ? `${by} for ${onBehalfOf}` : by,
            channel,
            reason,
          ]),
        ),
    ),
    ...section(
      "Live:",
      deployments.length > 0 &&
        drawTable(
          ["at", "what", "share", "by", "why"],
          deployments.map((one) => [
            formatTime(one.at),
            whatInWords(one),
            shareInWords(one.share),
            one.by,
            one.reason,
          ]),
        ),
    ),
    ...section(
      "What the trainer printed:",
      trainingLog
        ?.trimEnd()
        .split("\n")
        .map((line) => `  ${clean(line)}`)
        .join("\n"),
    ),
  ].join("\n");
}

/** Two versions side by side; where they differ, both are in colour. */
export function drawVersionsBeside(one: VersionDetail, other: VersionDetail): string {
  const rows = [one, other].map((version) => new Map([...facts(version), ...figuresAsFacts(version)]));
  const [ours, others] = rows as [Map<string, string>, Map<string, string>];
  const names = [...new Set([...ours.keys(), ...others.keys()])];
  const cells = names.map((name): Cell[] => {
    const values = [ours.get(name) ?? "", others.get(name) ?? ""];
    const isSame = values[0] === values[1];
    return [name, ...values.map((text): Cell => (isSame ? text : { text, style: "yellow" }))];
  });
  return [
    paint("bold", clean(one.model)),
    drawTable(["", `version ${one.version}`, `version ${other.version}`], cells),
  ].join("\n");
}

function facts(version: VersionDetail): [string, string][] {
  const { latency, goldenRows, code, signature, trainSeconds } = version;
  return [
    ["state", STATES[version.state]],
    ...(version.aliases.length > 0 ? ([["aliases", version.aliases.join(", ")]] as [string, string][]) : []),
    ["candidate", version.candidate],
    ["made", formatTime(version.createdAt)],
    ...(version.importedFrom ? ([["imported from", version.importedFrom]] as [string, string][]) : []),
    ["run", version.runId],
    ["data as of", formatTime(version.asOf)],
    ["takes", signature.inputs.map(inWords).join(", ")],
    ["gives", signature.outputs.map(inWords).join(", ")],
    ...version.parts.map(({ part, digest, sizeBytes }): [string, string] => [
      part,
      `${formatSize(sizeBytes)}  ${digest}`,
    ]),
    [
      "golden cases",
      goldenRows ? (goldenRows.rows === null ? "not in this store" : formatCount(goldenRows.rows)) : "none",
    ],
    [
      "an answer takes",
      latency
        ? `p50 ${latency.p50Ms.toFixed(2)} ms, p99 ${latency.p99Ms.toFixed(2)} ms (${formatCount(latency.answers)} answers, ${latency.cores} processors, ${formatTime(latency.measuredAt)})`
        : "was not measured",
    ],
    ["trained in", trainSeconds === null ? "–" : formatDuration(trainSeconds * 1_000)],
    ["trained by", code ? `Holt ${code.holt}, trainers ${code.trainers}` : "–"],
    ["definition", version.definitionDigest],
    ["release", version.releaseDigest],
    ["report", version.reportDigest],
  ];
}

/** For two versions side by side: its own and the baseline's figures, its data, who approved it. */
function figuresAsFacts({ metrics, snapshots, decisions }: VersionDetail): [string, string][] {
  const [own, ...rest] = metrics.subjects;
  const baseline = rest.find(({ subject }) => subject === BASELINE);
  const figures = (of: typeof own, whose: string): [string, string][] =>
    of
      ? [
          [`${whose}NDCG@${metrics.k}`, formatMetric(of.ndcg)],
          [`${whose}recall@${metrics.k}`, formatMetric(of.recall)],
          [`${whose}coverage@${metrics.k}`, formatShare(of.coverage)],
        ]
      : [];
  return [
    ...figures(own, ""),
    ...figures(baseline, "baseline's "),
    ...snapshots.map(({ source, rowsKept, contentDigest }): [string, string] => [
      `source ${source}`,
      `${formatCount(rowsKept)} rows  ${contentDigest.slice(0, 12)}`,
    ]),
    [
      "approved by",
      decisions
        .filter(({ verdict }) => verdict === "approve")
        .map(({ by }) => by)
        .join(", "),
    ],
  ];
}

function drawFigures({ k, subjects }: VersionDetail["metrics"]): string {
  const names: Record<string, string> = { [BASELINE]: `${BASELINE} (baseline)`, [CHAMPION]: "what was live" };
  return drawTable(
    ["model", `NDCG@${k}`, `recall@${k}`, `coverage@${k}`, "people", "an answer"],
    subjects.map(({ subject, ndcg, recall, coverage, people, answerMs }) => [
      names[subject] ?? subject,
      formatMetric(ndcg),
      formatMetric(recall),
      formatShare(coverage),
      people,
      answerMs === null ? "–" : `${answerMs.toFixed(2)} ms`,
    ]),
  );
}

function drawSnapshots(snapshots: VersionDetail["snapshots"]): string {
  return drawTable(
    ["source", "rows", "set aside", "delivered", "newest event", "digest"],
    snapshots.map(({ source, rowsKept, rowsSetAside, deliveredAt, newestEventTime, contentDigest }) => [
      source,
      rowsKept,
      rowsSetAside,
      formatTime(deliveredAt),
      formatTime(newestEventTime),
      contentDigest.slice(0, 12),
    ]),
  );
}

function inWords({ name, type, shape }: VersionDetail["signature"]["inputs"][number]): string {
  return `${name} ${type}[${shape.join(", ")}]`;
}

function whatInWords({ kind, until }: DeploymentRecord): string {
  if (kind === "baseline") return until ? `popularity list until ${formatTime(until)}` : "popularity list";
  return until ? `${kind} until ${formatTime(until)}` : kind;
}

function section(heading: string, drawn: string | false | undefined): string[] {
  return !drawn ? [] : ["", heading, drawn];
}
