import { cancellationSignal } from "@temporalio/activity";
import type { Source } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import type { IngestDetail } from "../core/step-details.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { formatCount, formatShare, plural } from "../core/words.ts";
import type { Database } from "../db/connection.ts";
import { dataTableExists } from "../db/data-tables.ts";
import * as snapshots from "../db/snapshots.ts";
import { stageRows, withStaging } from "../db/staging.ts";
import { digestOf } from "../store/digest.ts";
import { digestOfSource } from "../store/source-digest.ts";
import type { ActivityContext } from "./context.ts";
import { digestFile, findSourceFile, type SourceFile } from "./csv/source-file.ts";
import { readRows } from "./csv/source-rows.ts";
import { partOf, subjectOf } from "./data-inputs.ts";
import { recordStep, type StepTools } from "./record-step.ts";

const FAULTS_IN_MESSAGE = 3;
const FAULTS_IN_LOG = 20;

interface Ingest {
  source: Source;
  file: SourceFile;
  bytesDigest: string;
  origin: snapshots.SnapshotOrigin;
}

export function ingestActivities(context: ActivityContext) {
  const { ingest } = context;
  return {
    /**
     * Copies one source's file into a snapshot: typed, keyed, bad rows set aside. Equal bytes under an equal definition
     * are loaded once; a second attempt finds the first one's snapshot.
     * @throws {InvalidInput} no such file, a missing column, too many bad rows
     */
    ingestSource(ref: StepRef): Promise<StepOutcome> {
      return recordStep(context, ref, async ({ run, definition, folder }) => {
        const name = subjectOf(ref);
        const source = partOf(definition.sources, "sources", name);
        const file = await findSourceFile(folder, source.file, name, context.sourceFolders);
        const bytesDigest = await digestFile(file, cancellationSignal());
        const contentDigest = digestOfSource(source, bytesDigest);
        const origin = {
          model: run.model,
          source: name,
          contentDigest,
          inputDigest: run.fresh ? digestOf({ contentDigest, freshFor: run.id }) : contentDigest,
          runId: run.id,
          deliveredAt: file.deliveredAt,
          openedAt: run.opened_at,
        };
        return {
          inputs: { model: run.model, source: name, contentDigest },
          stillThere: ({ detail }) => dataTableExists(ingest.db, (detail as IngestDetail).tableName),
          async work(tools) {
            const standing = await snapshots.findSnapshot(ingest.db, origin);
            return describe(standing ?? (await load(ingest, { source, file, bytesDigest, origin }, tools)));
          },
        };
      });
    },
  };
}

function load(
  ingest: Database,
  { source, file, bytesDigest, origin }: Ingest,
  { signal, progress }: StepTools,
): Promise<snapshots.SnapshotRow> {
  return withStaging(ingest, signal, source, async (client, staging) => {
    await stageRows(client, staging, source, readRows(file, source, bytesDigest, { signal, progress }));
    progress("checking keys");
    const counts = await snapshots.settleStaging(client, staging, source);
    if (snapshots.hasTooManyBadRows(source, counts))
      throw tooManyBadRows(
        { source, file, origin },
        counts,
        await snapshots.listStagedFaults(client, staging, FAULTS_IN_LOG),
      );
    progress("swapping the snapshot in");
    signal.throwIfAborted();
    return snapshots.swapSnapshot(client, staging, source, origin);
  });
}

/** The rows themselves go into the log only: the message travels through Temporal. */
function tooManyBadRows(
  { source, file, origin }: Pick<Ingest, "source" | "file" | "origin">,
  { rowsRead, rowsSetAside }: snapshots.StagedCounts,
  faults: { line: number; fault: string; raw: string }[],
): InvalidInput {
  const found = `${formatCount(rowsSetAside)} of ${plural(rowsRead, "row")} would be set aside`;
  const allowed = `maxBadRowShare allows ${formatShare(source.maxBadRowShare)}`;
  const first = faults.slice(0, FAULTS_IN_MESSAGE).map(({ line, fault }) => `line ${line} ${fault}`);
  const remedy = `mend the file, or raise sources.${origin.source}.maxBadRowShare; nothing was changed`;
  return Object.assign(
    new InvalidInput(`${source.file}: ${found}, ${allowed}: ${first.join("; ")}; ${remedy}`),
    { logTail: faults.map(({ line, fault, raw }) => `${file.place}:${line}: ${fault}: ${raw}`).join("\n") },
  );
}

function describe(snapshot: snapshots.SnapshotRow): StepResult {
  const detail: IngestDetail = {
    snapshotId: snapshot.id,
    tableName: snapshot.table_name,
    contentDigest: snapshot.content_digest,
    rowsRead: snapshot.rows_read,
    rowsKept: snapshot.rows_kept,
    rowsSetAside: snapshot.rows_set_aside,
    newestEventTime: snapshot.newest_event_time?.toISOString() ?? null,
    newestKnownTime: snapshot.newest_known_time?.toISOString() ?? null,
    deliveredAt: snapshot.delivered_at.toISOString(),
  };
  return {
    summary: `${plural(detail.rowsKept, "row")} kept, ${formatCount(detail.rowsSetAside)} set aside`,
    rows: detail.rowsKept,
    detail,
  };
}
