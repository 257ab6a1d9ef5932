/** An experiment's report as one HTML file: to be mailed, printed and kept. */
import { formatPercent } from "../core/experiment/metric-words.ts";
import { sayStopped, standing, type Tone } from "../core/experiment/plain-words.ts";
import type { ExperimentReport } from "../core/experiment/report.ts";
import { drawMetricTable, drawPrimary } from "./experiment-metrics.ts";
import { drawArms, drawDays, drawPlan } from "./experiment-plan.ts";
import { drawSegments } from "./experiment-segments.ts";
import { drawFacts, drawFile } from "./file.ts";
import { type Html, html } from "./html.ts";

const CLASSES: Record<Tone, string> = {
  good: "pass",
  bad: "fail",
  warn: "inconclusive",
  busy: "inconclusive",
  quiet: "",
};

/** The file. Equal reports give equal bytes. */
export function drawExperimentReport(report: ExperimentReport): string {
  const { experiment, look } = report;
  const { title, tone } = standing(report);
  const state = experiment.endedAt === null ? "running" : "ended";
  return drawFile({
    title: `${experiment.id} · experiment ${state}`,
    content: html`<p class="quiet">Report of an experiment by Holt${look && html`, as of ${minute(look.at)}`}</p>
<h1>Experiment ${experiment.id} <span class="verdict ${CLASSES[tone]}">${state}</span></h1>
<p class="headline">${title}</p>
${drawReasons(report)}
${drawAbout(report)}
${drawOpposites(report)}
${look && html`${drawPrimary(report, look)}${drawMetricTable(report, look, "guardrail")}${drawMetricTable(report, look, "other")}${drawArms(report, look)}${drawSegments(look.analysis.segments)}`}
${drawDays(report)}
${drawPlan(report)}`,
  });
}

function drawReasons({ experiment, look, waitsFor }: ExperimentReport): Html {
  return html`${look && html`<p>${look.reason}.</p>`}
${experiment.endReason !== null && experiment.endReason !== look?.reason && html`<p>It was ended because: ${experiment.endReason}</p>`}
${experiment.stoppedArms.map((stopped) => html`<p>${minute(stopped.at)}: ${sayStopped(stopped)}</p>`)}
${waitsFor !== null && html`<p><strong>Waits:</strong> ${waitsFor}</p>`}`;
}

function drawAbout({ experiment }: ExperimentReport): Html {
  const { plan, slice } = experiment;
  return drawFacts([
    ["What was believed", plan.hypothesis],
    ["Model", plan.model],
    ["Kind", plan.aa ? "A/A test: all arms serve the same" : plan.holdout ? "holdout" : null],
    ["Of all people", formatPercent(slice.traffic)],
    ["Started", `${minute(experiment.startedAt)} by ${experiment.startedBy}: ${experiment.reason}`],
    [
      "Ended",
      experiment.endedAt === null
        ? null
        : `${minute(experiment.endedAt)} by ${experiment.endedBy ?? "Holt, as its plan says"}`,
    ],
    ["Plan", html`<span class="mono">${experiment.digest}</span>`],
  ]);
}

function drawOpposites({ experiment, look }: ExperimentReport): Html {
  const said = (look?.analysis.arms ?? []).flatMap(({ arm, opposites }) =>
    opposites.map((sentence) => `${arm}: ${sentence}.`),
  );
  if (said.length === 0) return html``;
  return html`<section><h2>Two metrics point in opposite directions</h2>
<ul class="look">${said.map((sentence) => html`<li class="is-inconclusive">${sentence}</li>`)}</ul>
<p>The verdict follows <strong>${experiment.plan.primary.metric}</strong>: the plan named it before anybody could see a result.</p></section>`;
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}
