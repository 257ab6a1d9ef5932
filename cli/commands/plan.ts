import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { type Definition, definitionSchema, type Source } from "../../core/definition.ts";
import { type DefinitionChange, describeChange, findChanges } from "../../core/definition-changes.ts";
import { type Forecast, type ForecastFacts, forecastSteps } from "../../core/forecast.ts";
import { planGraph } from "../../core/graph.ts";
import { getDefinition } from "../../db/definitions.ts";
import { findSnapshot } from "../../db/snapshots.ts";
import { findLive } from "../../db/versions.ts";
import { listLastResults } from "../../db/views/last-results.ts";
import { findModel } from "../../db/views/models.ts";
import { nextFrozenTimes } from "../../operations/calendar.ts";
import { digestOfSource } from "../../store/source-digest.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { DEFAULT_FILE, type LoadedDefinition, loadDefinition } from "../definition/load.ts";
import { clean } from "../print/style.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute } from "../print/words.ts";
import { type Session, withSession } from "../session.ts";

interface Options {
  file: string;
  baselineOnly?: true;
}

export function planCommand(): Command {
  return holtCommand("plan", {
    description: "Say what applying a definition would change, and what a run would then do again or reuse",
    examples: ["holt plan", "holt plan --file examples/movies/holt.config.ts --baseline-only"],
  })
    .option("--file <path>", "the definition", DEFAULT_FILE)
    .option("--baseline-only", "for a run of the popularity list alone")
    .action(printing(plan));
}

async function plan({ file, baselineOnly }: Options): Promise<CommandResult> {
  const loaded = await loadDefinition(file);
  return withSession(async (session) => {
    const stored = await findStored(session, loaded.definition.name);
    const changes = stored ? findChanges(stored, loaded.definition) : null;
    const facts = await gatherFacts(session, loaded);
    const nodes = planGraph(loaded.definition, {
      baselineOnly: baselineOnly ?? false,
      hasChampion: facts.liveVersion !== null,
    });
    const steps = forecastSteps(nodes, facts);
    const model = loaded.definition.name;
    const frozen = nextFrozenTimes(loaded.definition.freezes ?? [], new Date());
    return {
      text: [
        describeChanges(model, changes),
        drawForecast(steps),
        ...(frozen.length > 0 ? [describeFrozen(frozen)] : []),
      ].join("\n\n"),
      data: { model, digest: loaded.digest, isNew: !stored, changes: changes ?? [], steps, frozen },
    };
  });
}

async function findStored({ database: { db } }: Session, model: string): Promise<Definition | undefined> {
  const row = await findModel(db, model);
  return row && definitionSchema.parse((await getDefinition(db, row.definition_digest)).body);
}

async function gatherFacts(
  { database: { db } }: Session,
  { definition, folder }: LoadedDefinition,
): Promise<ForecastFacts> {
  const model = definition.name;
  const files = await Promise.all(
    Object.entries(definition.sources).map(async ([name, source]) => {
      const inputDigest = await digestOfFile(folder, source);
      if (inputDigest === undefined) return [name, "missing"] as const;
      return [
        name,
        (await findSnapshot(db, { model, source: name, inputDigest })) ? "known" : "new",
      ] as const;
    }),
  );
  return {
    definition,
    last: await listLastResults(db, model),
    files: new Map(files),
    liveVersion: (await findLive(db, model))?.version ?? null,
  };
}

/** The content digest that ingest would find; undefined when there is no file to read. */
async function digestOfFile(folder: string, source: Source): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(resolve(folder, source.file)), hash);
  } catch {
    return undefined;
  }
  return digestOfSource(source, hash.digest("hex"));
}

function describeChanges(model: string, changes: DefinitionChange[] | null): string {
  if (!changes) return `model "${model}": would be stored for the first time`;
  if (changes.length === 0) return `model "${model}": nothing would change`;
  const count = changes.length === 1 ? "1 setting" : `${changes.length} settings`;
  return [
    `model "${model}": ${count} would change`,
    ...changes.map((change) => `  ${clean(describeChange(change))}`),
  ].join("\n");
}

function describeFrozen(times: readonly { from: string; until: string; reason: string }[]): string {
  return [
    "by its calendar nothing new goes live in these times of the next 8 days",
    ...times.map(
      ({ from, until, reason }) => `  ${formatMinute(from)} to ${formatMinute(until)}: ${clean(reason)}`,
    ),
  ].join("\n");
}

function drawForecast(steps: readonly Forecast[]): string {
  return drawTable(
    ["step of a run now", "expected to", "because"],
    steps.map(({ step, will, why }) => [
      step,
      { text: will, style: will === "be reused" ? "green" : "cyan" } as const,
      why,
    ]),
  );
}
