import type { RolloutStage } from "../../core/api.ts";
import { stageInWords } from "../../core/rollout.ts";
import { commandLine } from "./command-name.ts";
import { clean } from "./style.ts";
import { drawTable } from "./table.ts";
import { formatTime } from "./words.ts";

const STATES: Record<RolloutStage["state"], string> = {
  running: "under way",
  held: "waits for an answer",
  passed: "passed",
  failed: "failed",
  ended: "ended",
};

/** The stages of a run's rollout, what was found in each, and what a person can do now. */
export function drawRollout(stages: readonly RolloutStage[], runId: string): string {
  if (stages.length === 0) return `The version of run ${clean(runId)} has met no traffic yet.`;
  const rows = stages.map((stage) => [
    stageInWords(stage),
    STATES[stage.state],
    formatTime(stage.startedAt),
    stage.endedAt && formatTime(stage.endedAt),
    stage.answer &&
      `${stage.answer.answer === "go_on" ? "go on" : "back"}, by ${stage.answer.by}: ${stage.answer.reason}`,
  ]);
  const isOpen = stages.some(({ state }) => state === "running" || state === "held");
  return [
    drawTable(["stage", "state", "since", "until", "answer"], rows),
    ...stages.flatMap((stage) => [
      "",
      `${stageInWords(stage)}:`,
      ...stage.checks.map(({ verdict, text }) => `  ${verdict}: ${clean(text)}`),
    ]),
    ...(isOpen
      ? [
          "",
          "To answer the stage that is under way:",
          `  ${commandLine(`rollout ${runId} --go-on --reason "…"`)}`,
          `  ${commandLine(`rollout ${runId} --back --reason "…"`)}`,
        ]
      : []),
  ].join("\n");
}
