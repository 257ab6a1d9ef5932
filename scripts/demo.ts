/**
 * The whole road on real data: `npm run demo [-- --yes]`. Starts all parts in `.holt`, and tells what happens. What an
 * interrupted demo left, the next one takes up.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadDefinition } from "../cli/definition/load.ts";
import { startStack } from "../local/stack.ts";
import { applyDefinition } from "../operations/apply-definition.ts";
import { firstRun, secondRun } from "./demo/chapters.ts";
import { showEnd } from "./demo/ending.ts";
import { watchExperiment } from "./demo/experiment.ts";
import { onInterruption } from "./demo/interruption.ts";
import { watchMemory } from "./demo/memory.ts";
import { narrateTo } from "./demo/narrator.ts";
import { type DemoProject, deliverProject, stopTitles } from "./demo/project.ts";
import { showShelves } from "./demo/shelves.ts";
import { openStage, type Stage } from "./demo/stage.ts";
import { watchHealthy, watchIncident } from "./demo/watching.ts";

const HOME = process.env["HOLT_HOME"] ?? join(import.meta.dirname, "..", ".holt");
const INTERRUPTED = 130;

const { values } = parseArgs({ options: { yes: { type: "boolean", default: false } } });
const interruption = onInterruption();
const narrator = narrateTo(process.stdout);
try {
  await demo();
} catch (error) {
  const isInterrupted = interruption.aborted;
  narrator.say(
    isInterrupted
      ? "\nInterrupted; all parts have ended. The same command goes on from here."
      : `\nThe demo failed: ${error instanceof Error ? error.message : error}`,
  );
  process.exitCode = isInterrupted ? INTERRUPTED : 1;
}
process.exit();

async function demo(): Promise<void> {
  const startedAt = Date.now();
  narrator.chapter("Starting all parts, each a process of its own");
  const stack = await startStack({
    home: HOME,
    signal: interruption,
    onNews: (words) => narrator.show(words),
  });
  const memory = watchMemory(stack.pids);
  const broken = new AbortController();
  stack.lost.catch((error) => broken.abort(error));
  const stage = openStage(stack, {
    narrator,
    signal: AbortSignal.any([interruption, broken.signal]),
    isPersonThere: !values.yes && process.stdin.isTTY === true && process.stdout.isTTY === true,
  });
  try {
    narrator.show(
      `Holt is at ${stack.settings.serverUrl}, Temporal at ${stack.settings.temporalUiUrl ?? stack.settings.temporalAddress}`,
    );
    await tell(stage);
    await showEnd(stage, startedAt, memory);
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error;
  } finally {
    await memory.stop();
    await stage.close();
    await stack.stop();
  }
}

async function tell(stage: Stage): Promise<void> {
  const project = await deliverProject(HOME);
  await apply(stage, project);
  await firstRun(stage);
  await secondRun(stage);
  narrator.chapter("Asking the server");
  await showShelves(stage);
  narrator.say('To serve the version before again, in seconds: npm run holt -- rollback movies --reason "…"');
  narrator.chapter("The monitor looks");
  await watchHealthy(stage);
  narrator.chapter("A hidden failure: the titles stop");
  const { days, newFilms } = await stopTitles(project);
  narrator.say(
    `The titles have not come for ${days} days; ratings have, also of ${newFilms} films that the titles lack. Nothing crashes. The monitor looks again:`,
  );
  await watchIncident(stage);
  narrator.chapter("An experiment: does the learned model earn more?");
  await watchExperiment(stage);
}

async function apply(stage: Stage, project: DemoProject): Promise<void> {
  narrator.chapter("Applying the definition");
  const { definition, folder } = await loadDefinition(project.definitionFile);
  const applied = await applyDefinition(stage, stage.stack.people.engineer, definition, folder);
  const isNew = applied.previousDigest !== applied.digest;
  narrator.show(
    `${project.definitionFile}: model "${applied.model}", definition ${applied.digest.slice(0, 12)}${isNew ? "" : ", unchanged"}`,
  );
  if (project.isChanged)
    narrator.say(
      `It is not as in examples/movies, and the demo goes on with it as it is; for the example's, remove ${project.folder} and run the demo again.`,
    );
  for (const { id, change } of applied.schedules) narrator.show(`schedule ${id}: ${change}`);
}
