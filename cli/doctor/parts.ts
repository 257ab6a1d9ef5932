/** The parts of one installation: whether each can be reached, and is ready. */
import { formatDuration } from "../../core/duration.ts";
import { listMissingMigrations } from "../../db/migrate.ts";
import { findServerVersion } from "../../db/views/server.ts";
import { authenticate } from "../../operations/authenticate.ts";
import { countWorkers, readRetentionMs } from "../../operations/temporal.ts";
import type { Settings } from "../../store/settings.ts";
import type { Session } from "../session.ts";
import { type Finding, fine, missing, unsure, wordsOf } from "./finding.ts";

const SERVER_ANSWERS_WITHIN_MS = 5_000;
/** Workers that are away for a long weekend shall still find the histories of the runs that ended before. */
const SHORTEST_RETENTION_MS = 7 * 86_400_000;

export async function checkDatabase({ database: { db } }: Session): Promise<Finding[]> {
  try {
    const version = await findServerVersion(db);
    const lacking = await listMissingMigrations(db);
    return [
      fine("PostgreSQL", `version ${version}`),
      lacking.length === 0
        ? fine("tables", "up to date")
        : missing(
            "tables",
            `${lacking.join(", ")} not applied`,
            "start Holt's server or worker, which apply them; in an empty database also: holt users add <name> --role admin",
          ),
    ];
  } catch (error) {
    return [missing("PostgreSQL", wordsOf(error), 'start it, correct DATABASE_URL, or use "holt dev"')];
  }
}

export async function checkToken({ database }: Session, { token }: Settings): Promise<Finding> {
  if (!token) return unsure("token", "HOLT_TOKEN is not set", 'set it to a token of "holt tokens issue"');
  return authenticate({ database }, token).then(
    ({ name, roles }) => fine("token", `${name} (${roles.join(", ")})`),
    (error) => missing("token", wordsOf(error), "set HOLT_TOKEN to another"),
  );
}

/** Temporal itself, and whether a worker asks it for work. */
export async function checkTemporal({ temporal, settings }: Session): Promise<Finding[]> {
  const { temporalAddress, temporalNamespace } = settings;
  const where = `${temporalAddress}, namespace ${temporalNamespace}`;
  try {
    const workers = await countWorkers(temporal);
    return [
      fine("Temporal", where),
      describeRetention(await readRetentionMs(temporal), temporalNamespace),
      workers > 0
        ? fine("worker", `${workers} at work`)
        : missing("worker", "none asks for work", 'start one: node workers/worker.ts, or "holt dev"'),
    ];
  } catch (error) {
    return [
      missing(
        "Temporal",
        `${where}: ${wordsOf(error)}`,
        'start it, correct TEMPORAL_ADDRESS, or use "holt dev"',
      ),
    ];
  }
}

/** What happens to be unreplayable: a run whose history no worker kept before Temporal forgot it. */
function describeRetention(retentionMs: number, namespace: string): Finding {
  const found = `Temporal keeps ended workflows for ${formatDuration(retentionMs)}`;
  if (retentionMs >= SHORTEST_RETENTION_MS) return fine("histories", found);
  const remedy = `keep them longer, in case no worker runs for a while: temporal operator namespace update --retention 30d ${namespace}`;
  return unsure("histories", found, remedy);
}

export async function checkServer({ serverUrl }: Settings): Promise<Finding> {
  const remedy = 'start it: node server/server.ts, correct HOLT_SERVER_URL, or use "holt dev"';
  try {
    const response = await fetch(`${serverUrl}/readyz`, {
      signal: AbortSignal.timeout(SERVER_ANSWERS_WITHIN_MS),
    });
    const { status } = (await response.json()) as { status?: string };
    if (status === "ready") return fine("server", `${serverUrl} is ready`);
    return unsure("server", `${serverUrl} is ${status}`, `see ${serverUrl}/readyz for what it lacks`);
  } catch (error) {
    return missing("server", `${serverUrl}: ${wordsOf(error)}`, remedy);
  }
}
