import { readFile } from "node:fs/promises";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { InvalidInput } from "../core/errors.ts";
import { buildOf, workflowTypeOf } from "./history-facts.ts";
import { describeDifference } from "./replay-difference.ts";
import type { Replayer } from "./replayer.ts";

export type History = ReturnType<typeof historyFromJSON>;

export type Replayed = { same: true; events: number } | Different;

export interface Different {
  same: false;
  /** Type of the workflow, as in `lifecycle`. */
  workflow: string | undefined;
  /** What it was started with: a commit, or what its worker was called. */
  build: string | undefined;
  /** The first event that today's code wants otherwise; undefined when that can't be told. */
  eventId: number | undefined;
  words: string;
}

/**
 * Executes a recorded history on the replayer's workflow code, without activities: does it still ask for what it asked
 * for then? Temporal compares kinds, activity types and their order, not arguments or the length of a timer.
 */
export async function replayHistory(history: History, replayer: Replayer): Promise<Replayed> {
  const events = history.events ?? [];
  const error = await replayer.replay(history);
  if (!error) return { same: true, events: events.length };
  return {
    same: false,
    workflow: workflowTypeOf(history),
    build: buildOf(history),
    ...(await describeDifference(events, error, (part) => replayer.replay({ events: part }))),
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
  return parseHistory(text, file);
}

/** @param place names it in an error, as in `history.json` @throws {InvalidInput} it is no history */
export function parseHistory(text: string, place: string): History {
  try {
    const json = JSON.parse(text) as unknown;
    return historyFromJSON(Array.isArray(json) ? { events: json } : json);
  } catch (cause) {
    throw new InvalidInput(
      `${place}: is not a recorded history (${(cause as Error).message}); save one with "temporal workflow show --output json"`,
      { cause },
    );
  }
}
