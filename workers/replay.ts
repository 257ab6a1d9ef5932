import { readFile } from "node:fs/promises";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { Worker, type WorkflowBundleOption } from "@temporalio/worker";
import { InvalidInput } from "../core/errors.ts";
import { workflowBundle } from "./bundle.ts";
import { describeDifference } from "./replay-difference.ts";

export type History = ReturnType<typeof historyFromJSON>;

export type Replayed =
  | { same: true; events: number }
  /** `eventId` is the first event that today's code wants otherwise; undefined when that can't be told. */
  | { same: false; eventId: number | undefined; words: string };

/**
 * Executes a recorded history on today's workflow code, without activities: does the code still ask for what it asked
 * for then? Temporal compares kinds, activity types and their order, not arguments or the length of a timer.
 * @param bundle the code; what workers run when left out
 */
export async function replayHistory(history: History, bundle?: WorkflowBundleOption): Promise<Replayed> {
  const code = bundle ?? (await workflowBundle());
  const events = history.events ?? [];
  const error = await tryReplay(history, code);
  if (!error) return { same: true, events: events.length };
  return {
    same: false,
    ...(await describeDifference(events, error, (part) => tryReplay({ events: part }, code))),
  };
}

/** A history saved by Temporal's UI, or by `temporal workflow show --output json`. @throws {InvalidInput} it is none */
export async function readHistory(file: string): Promise<History> {
  const text = await readFile(file, "utf8").catch((cause: Error) => {
    throw new InvalidInput(
      `${file}: cannot be read (${cause.message}); name a file with a recorded history`,
      {
        cause,
      },
    );
  });
  try {
    const json = JSON.parse(text) as unknown;
    return historyFromJSON(Array.isArray(json) ? { events: json } : json);
  } catch (cause) {
    throw new InvalidInput(
      `${file}: is not a recorded history (${(cause as Error).message}); save one with "temporal workflow show --output json"`,
      { cause },
    );
  }
}

async function tryReplay(history: History, workflowBundle: WorkflowBundleOption): Promise<Error | undefined> {
  try {
    await Worker.runReplayHistory({ workflowBundle }, history);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
