import { type Client, isGrpcServiceError, type WorkflowExecutionInfo } from "@temporalio/client";
import { NotFound } from "../core/errors.ts";
import type { History } from "./replay.ts";

/** A schedule's workflows are called like it, with the tick's time (`monitor/movies-2026-11-24T03:00:00Z`). */
const TICK = /^-\d{4}-\d\d-\d\dT/;
const GRPC_NOT_FOUND = 5;
/** So many workflows that begin alike are looked through, and so many are named in an error. */
const LOOKED_THROUGH = 100;
const NAMED = 3;

/**
 * The history of a workflow's newest execution; for the id of a schedule, of the newest workflow that it started.
 * @returns the id of the workflow whose history it is, too
 * @throws {NotFound} Temporal has none, or no longer
 */
export async function fetchHistory(
  client: Client,
  id: string,
): Promise<{ workflowId: string; history: History }> {
  const own = await tryFetch(client, id);
  if (own) return { workflowId: id, history: own };
  const alike = await listAlike(client, id);
  const tick = alike.find((workflowId) => TICK.test(workflowId.slice(id.length)));
  const history = tick && (await tryFetch(client, tick));
  if (history) return { workflowId: tick, history };
  const others = alike.slice(0, NAMED).map((workflowId) => `"${workflowId}"`);
  const remedy = others.length > 0 ? `there are ${others.join(", ")}; name one of them` : "name another";
  throw new NotFound(
    `workflow "${id}": Temporal has no history of it, or no longer; ${remedy}, or a file that one was saved to: holt replay <file>`,
  );
}

async function tryFetch(client: Client, workflowId: string): Promise<History | undefined> {
  try {
    return (await client.workflow.getHandle(workflowId).fetchHistory()) as History;
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === GRPC_NOT_FOUND) return undefined;
    throw error;
  }
}

/** Ids that begin with this one, of the newest start first. */
async function listAlike(client: Client, id: string): Promise<string[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const workflow of client.workflow.list({
    query: `WorkflowId STARTS_WITH ${JSON.stringify(id)}`,
    pageSize: LOOKED_THROUGH,
  })) {
    found.push(workflow);
    if (found.length === LOOKED_THROUGH) break;
  }
  return found
    .sort((a, b) => b.startTime.getTime() - a.startTime.getTime())
    .map(({ workflowId }) => workflowId)
    .filter((workflowId) => workflowId.startsWith(id));
}
