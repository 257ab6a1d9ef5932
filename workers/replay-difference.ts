/** Where a history and the code part, from what the SDK says of it. */
import type { History } from "./replay.ts";

type Event = NonNullable<History["events"]>[number];

export interface Difference {
  eventId: number | undefined;
  words: string;
}

/** What the SDK says: `… scheduled event 'a' does not match … command 'b'`, or that it can't place an event. */
const OTHER_THING = /of scheduled event '(?<recorded>.*?)' does not match .*?'(?<wanted>.*?)'/;
const OTHER_KIND = /(?<machine>[\w ]+?) machine does not handle this event: HistoryEvent\(id: (?<id>\d+)/;
const NO_COMMAND = /No command scheduled for event HistoryEvent\(id: (?<id>\d+)/;
const BETWEEN_QUOTES = /Nondeterminism error: (?<words>.*?)", source:/s;

/**
 * The first event that the code wants otherwise, in words. Where the SDK doesn't name it, ever longer beginnings of the
 * history are replayed until one fails: the event is among what its last workflow task asked for.
 */
export async function describeDifference(
  events: Event[],
  error: Error,
  replay: (part: Event[]) => Promise<Error | undefined>,
): Promise<Difference> {
  const said = error.message;
  const otherThing = OTHER_THING.exec(said)?.groups;
  if (otherThing) {
    const { recorded = "", wanted = "" } = otherThing;
    const asked = await firstToFail(events, replay);
    const event = asked.find((candidate) =>
      JSON.stringify(attributesOf(candidate)).includes(`"${recorded}"`),
    );
    return {
      eventId: event && idOf(event),
      words: `${event ? nameOf(event) : "an event"} is "${recorded}" in the history; today's code wants "${wanted}" there`,
    };
  }
  const otherKind = OTHER_KIND.exec(said)?.groups;
  if (otherKind)
    return atEvent(
      events,
      otherKind["id"],
      `today's code wants another thing there (${otherKind["machine"]?.trim().toLowerCase()})`,
    );
  const noCommand = NO_COMMAND.exec(said)?.groups;
  if (noCommand) return atEvent(events, noCommand["id"], "today's code wants nothing there");
  return { eventId: undefined, words: BETWEEN_QUOTES.exec(said)?.groups?.["words"] ?? said };
}

function atEvent(events: Event[], id: string | undefined, wanted: string): Difference {
  const event = events.find((candidate) => String(candidate.eventId) === id);
  return {
    eventId: Number(id),
    words: `${event ? nameOf(event) : `event ${id}`} is in the history; ${wanted}`,
  };
}

/** What the first workflow task that differs asked for: its events up to where the next task starts. */
async function firstToFail(
  events: Event[],
  replay: (part: Event[]) => Promise<Error | undefined>,
): Promise<Event[]> {
  const starts = events.flatMap((event, at) => (event.workflowTaskStartedEventAttributes ? [at] : []));
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await replay(events.slice(0, (starts[middle] ?? 0) + 1))) high = middle;
    else low = middle + 1;
  }
  return events.slice((starts[low - 1] ?? 0) + 1, (starts[low] ?? events.length) + 1);
}

function attributesOf(event: Event): unknown {
  const {
    activityTaskScheduledEventAttributes: activity,
    startChildWorkflowExecutionInitiatedEventAttributes: child,
  } = event;
  return activity ? [activity.activityType?.name, activity.activityId] : [child?.workflowType?.name];
}

/** `event 12 (ActivityTaskScheduled train:als)`: the summary says which step it is. */
function nameOf(event: Event): string {
  const [key = ""] =
    Object.entries(event).find(([name, value]) => name.endsWith("EventAttributes") && value) ?? [];
  const kind = key.replace(/EventAttributes$/, "").replace(/^./, (letter) => letter.toUpperCase());
  const summary = event.userMetadata?.summary?.data;
  const step = summary ? ` ${JSON.parse(Buffer.from(summary).toString("utf8"))}` : "";
  return `event ${idOf(event)} (${kind}${step})`;
}

function idOf(event: Event): number {
  return Number(event.eventId);
}
