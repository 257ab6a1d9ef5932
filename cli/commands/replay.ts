import type { Command } from "commander";
import { DURATION_HINT, parseDuration } from "../../core/duration.ts";
import { InvalidInput, NotFound } from "../../core/errors.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import type { Different, Replayed } from "../../workers/replay.ts";
import type { Source } from "../../workers/replay-sources.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { clean, paint } from "../print/style.ts";
import { withSession } from "../session.ts";

/** How the SDK calls a worker that nobody gave a name ends with a SHA-256; its first digits tell it from others. */
const LONG_DIGEST = /([0-9a-f]{12})[0-9a-f]{52}$/;

export function replayCommand(): Command {
  return holtCommand("replay", {
    description:
      "Execute recorded histories on today's code, and say whether each goes the same way. Exit code 1: one differs, or is nowhere",
    examples: [
      "holt replay movies-20261124T030000",
      "holt replay monitor/movies",
      "holt replay history.json",
      "holt replay tests/histories",
      "holt replay --last 7d",
    ],
  })
    .argument(
      "[history]",
      "a run, the id of a workflow in Temporal, that of a schedule (its newest workflow), a file, or a folder of files *.json",
    )
    .option("--last <time>", 'all runs that were started within this time, as in "7d"')
    .action(printing(replay));
}

/** What became of one history, as a program reads it. */
type Result = { history: string } & (Replayed | { same: null; problem: string });

async function replay(what: string | undefined, { last }: { last?: string }): Promise<CommandResult> {
  if ((what === undefined) === (last === undefined))
    throw new InvalidInput("replay: name either a history or --last <time>; see: holt replay --help");
  // Loaded only here, as what replays is: both bring Temporal's parts with them.
  const { findFiles, findNamed, findOfRuns } = await import("../../workers/replay-sources.ts");
  const files = what === undefined ? undefined : await findFiles(what);
  if (files) return describe(await replayAll(files.sources), files.isFolder);
  const withinMs = last === undefined ? undefined : timeOf(last);
  return withSession(async (session) => {
    const { database, settings } = session;
    const archive = {
      database,
      artifacts: new ArtifactStore(settings.artifactsFolder),
      get temporal() {
        return session.temporal; // connected to only where something is looked for there
      },
    };
    if (withinMs === undefined) return describe(await replayAll(findNamed(archive, what ?? "")), false);
    const results = await replayAll(findOfRuns(archive, withinMs));
    if (results.length > 0) return describe(results, true);
    throw new NotFound(
      `--last ${last}: no run was started within that time, so nothing was replayed; name a longer one`,
    );
  });
}

function timeOf(written: string): number {
  const withinMs = parseDuration(written);
  if (withinMs !== undefined) return withinMs;
  throw new InvalidInput(`--last: "${written}" is not a time; ${DURATION_HINT}`);
}

async function replayAll(sources: AsyncIterable<Source>): Promise<Result[]> {
  const { replayHistory } = await import("../../workers/replay.ts");
  const { quietTemporal } = await import("../../workers/log.ts");
  const { workflowBundle } = await import("../../workers/bundle.ts");
  const { Replayer } = await import("../../workers/replayer.ts");
  const results: Result[] = [];
  let replayer: InstanceType<typeof Replayer> | undefined;
  try {
    for await (const source of sources) {
      const { name } = source;
      if ("problem" in source) {
        results.push({ history: name, same: null, problem: source.problem });
        continue;
      }
      if (!replayer) {
        replayer = new Replayer(await workflowBundle());
        quietTemporal(); // from here on, only a worker that ends lets the process end
      }
      results.push({ history: name, ...(await replayHistory(source.history, replayer)) });
    }
  } finally {
    await replayer?.close();
  }
  return results;
}

function describe(results: readonly Result[], isMany: boolean): CommandResult {
  const lines = results.map(describeOne);
  const exitCode = results.every(({ same }) => same) ? EXIT.done : EXIT.failed;
  if (!isMany) return { text: lines.join("\n"), data: results[0], exitCode };
  const count = (same: boolean | null) => results.filter((result) => result.same === same).length;
  const counts = { same: count(true), differ: count(false), missing: count(null) };
  const sum = `${results.length} replayed: ${counts.same} same, ${counts.differ} differ, ${counts.missing} without a history`;
  return { text: [...lines, sum].join("\n"), data: { ...counts, histories: results }, exitCode };
}

function describeOne(result: Result): string {
  const { history } = result;
  if (result.same === null) return `${history}: ${paint("yellow", "not replayed")}: ${clean(result.problem)}`;
  if (result.same) return `${history}: ${paint("green", "same")}, all ${result.events} events`;
  return `${history}: ${paint("red", "differs")}${placeOf(result)}: ${clean(result.words)}`;
}

/** ` at event 12, workflow "lifecycle", started with build 1f2e3d4c5b6a`, as much of it as is known. */
function placeOf({ eventId, workflow, build }: Different): string {
  return [
    eventId === undefined ? "" : ` at event ${eventId}`,
    workflow === undefined ? "" : `, workflow "${clean(workflow)}"`,
    build === undefined ? "" : `, started with build ${clean(build.replace(LONG_DIGEST, "$1"))}`,
  ].join("");
}
