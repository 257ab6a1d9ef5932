/** Keeps the workflow history of each ended run with its other evidence, since Temporal forgets it after its retention. */
import { setTimeout } from "node:timers/promises";
import { Client, Connection, isGrpcServiceError, WorkflowNotFoundError } from "@temporalio/client";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import type { ActivityContext } from "../activities/context.ts";
import { isConnectionLost } from "../db/connection-lost.ts";
import { addRunHistory, listRunsWithoutHistory, type RunOfWorkflow } from "../db/run-histories.ts";
import type { Settings } from "../store/settings.ts";
import { buildOf } from "./history-facts.ts";
import type { Logger } from "./log.ts";
import type { History } from "./replay.ts";

const EVERY_MS = 10_000;
/** Between looks while Temporal or PostgreSQL is away. */
const AFTER_ERROR_MS = 60_000;
/** Nobody asks Temporal for what it has forgotten long since: the retention that Holt sets is shorter. */
const WITHIN_MS = 60 * 86_400_000;
const ROUND = 50;
const CALL_TIMEOUT_MS = 30_000;
/** Codes of gRPC: late, and nobody there. */
const AWAY = [4, 14];

type Context = Pick<ActivityContext, "database" | "artifacts">;

/** Round after round until `signal`; many workers may do so. What it meets is only logged, and tried again. */
export async function archiveHistories(
  context: Context,
  { temporalAddress, temporalNamespace }: Pick<Settings, "temporalAddress" | "temporalNamespace">,
  { log, signal, everyMs = EVERY_MS }: { log: Logger; signal: AbortSignal; everyMs?: number },
): Promise<void> {
  const connection = Connection.lazy({ address: temporalAddress });
  const client = new Client({ connection, namespace: temporalNamespace });
  const gone = new Set<string>();
  let pauseMs = everyMs;
  while (!signal.aborted) {
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {}); // ends meanwhile
    if (signal.aborted) break;
    try {
      const { missing, failed } = await archiveEnded(context, client, gone);
      for (const run of missing)
        log.warn({ run }, "Temporal has no history of an ended run, or no longer; it cannot be replayed");
      for (const { run, err } of failed)
        log.warn({ run, err }, "this run's history could not be kept; trying again");
      pauseMs = failed.length > 0 ? Math.max(everyMs, AFTER_ERROR_MS) : everyMs;
    } catch (err) {
      log.warn({ err }, "histories of runs could not be kept; trying again");
      pauseMs = Math.max(everyMs, AFTER_ERROR_MS);
    }
  }
  await connection.close();
}

interface Round {
  /** Runs that Temporal doesn't know. */
  missing: string[];
  /** Runs that keep no other back. */
  failed: { run: string; err: Error }[];
}

/**
 * Keeps the histories of all runs that have ended, workflow and all, and whose history isn't kept yet.
 * @param gone runs not to be looked at; those that are missing are added
 * @throws Temporal or PostgreSQL is away
 */
async function archiveEnded(context: Context, client: Client, gone: Set<string>): Promise<Round> {
  const round: Round = { missing: [], failed: [] };
  const passed = new Set(gone);
  for (;;) {
    const wanted = { withinMs: WITHIN_MS, but: [...passed], limit: ROUND };
    const runs = await listRunsWithoutHistory(context.database.db, wanted);
    for (const run of runs) {
      passed.add(run.id);
      try {
        const archiving = () => archive(context, client, run);
        if ((await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, archiving)) !== "gone") continue;
        gone.add(run.id);
        round.missing.push(run.id);
      } catch (err) {
        if (isAway(err)) throw err;
        round.failed.push({ run: run.id, err: err as Error });
      }
    }
    if (runs.length < ROUND) return round;
  }
}

function isAway(error: unknown): boolean {
  return isConnectionLost(error) || (isGrpcServiceError(error) && AWAY.includes(Number(error.code)));
}

/** `open`: the run has ended, and its workflow is about to. */
async function archive(
  { database, artifacts }: Context,
  client: Client,
  { id, workflow_id }: RunOfWorkflow,
): Promise<"kept" | "open" | "gone"> {
  const workflow = client.workflow.getHandle(workflow_id);
  try {
    const { status } = await workflow.describe();
    if (status.name === "RUNNING") return "open";
    const history = (await workflow.fetchHistory()) as History;
    const digest = await artifacts.put(Buffer.from(historyToJSON(history)));
    await addRunHistory(database.db, {
      run_id: id,
      digest,
      events: history.events?.length ?? 0,
      build: buildOf(history) ?? null,
    });
    return "kept";
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return "gone";
    throw error;
  }
}
