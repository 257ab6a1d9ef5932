import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { Kysely } from "kysely";
import { isUnderWay } from "../core/allowed.ts";
import type { Step } from "../core/api.ts";
import type { Tables } from "../db/tables.ts";
import { getRunDetail } from "../db/views/runs.ts";
import { drawRunHead, drawSteps, type ShownRun } from "./print/run.ts";
import { clean } from "./print/style.ts";
import { stateWords, stepTime, stepWords } from "./print/words.ts";

const LOOK_EVERY_MS = 400;
const ESCAPE = "\u001b";
/** A colour of the terminal, or one character. */
const COLOUR_OR_CHARACTER = new RegExp(`(${ESCAPE}\\[[0-9;]*m)|(.)`, "gsu");

/** Shows a run's steps while it runs; returns it once it has ended or waits for a person. */
export async function followRun(
  db: Kysely<Tables>,
  runId: string,
  show: (run: ShownRun) => void,
): Promise<ShownRun> {
  for (;;) {
    const run = await getRunDetail(db, runId);
    show(run);
    if (run.state === "waiting_for_review" || run.state === "needs_attention" || !isUnderWay(run.state))
      return run;
    await setTimeout(LOOK_EVERY_MS);
  }
}

/** Shows by drawing over itself on a terminal, and by a line for each change in a pipe. */
export function runViewer(stream: NodeJS.WriteStream): (run: ShownRun) => void {
  return stream.isTTY ? drawOver(stream) : printChanges(stream);
}

function drawOver(stream: NodeJS.WriteStream): (run: ShownRun) => void {
  let height = 0;
  return (run) => {
    // What has scrolled out at the top can't be drawn over, so no more than fits: the end, where things happen.
    const lines = [drawRunHead(run), "", ...drawSteps(run, new Date()).split("\n")]
      .slice(-((stream.rows ?? 24) - 1))
      .map((line) => cut(line, stream.columns ?? 80));
    const up = height > 0 ? `${ESCAPE}[${height}A` : "";
    stream.write(`${up}${lines.map((line) => `${ESCAPE}[2K${line}\n`).join("")}`);
    height = lines.length;
  };
}

/** A line that doesn't wrap, so that the next drawing covers this one; colours don't count. What is cut ends in "…". */
function cut(line: string, columns: number): string {
  const room = columns - 1;
  if ([...stripVTControlCharacters(line)].length <= room) return line;
  let shown = 0;
  return line.replace(COLOUR_OR_CHARACTER, (_, colour?: string, character?: string) => {
    if (colour) return colour;
    shown++;
    if (shown === room) return "…";
    return shown < room ? (character ?? "") : "";
  });
}

function printChanges(stream: NodeJS.WriteStream): (run: ShownRun) => void {
  const seen = new Map<string, string>();
  return ({ steps }) => {
    for (const step of steps) {
      const state = `${step.state} ${step.round}`;
      if (step.state === "waiting" || seen.get(step.name) === state) continue;
      seen.set(step.name, state);
      stream.write(`${describeStep(step)}\n`);
    }
  };
}

function describeStep(step: Step): string {
  const took = step.finishedAt ? stepTime(step, new Date()) : "";
  const time = took ? ` after ${took}` : "";
  const words = stepWords(step);
  return clean(`${step.name}: ${stateWords(step)}${time}${words ? `: ${words}` : ""}`);
}
