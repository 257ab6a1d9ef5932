/** Exposures and outcomes as lines of COPY: what a spool keeps, and PostgreSQL takes as it is. */
import { decimalAmount, type Outcome } from "../core/outcome.ts";
import { timeOf } from "../store/timed-id.ts";
import { copyLine, copyValue } from "./copy.ts";

/** Nothing that an array's entry quotes, and nothing that PostgreSQL cannot keep: NUL, half of a character. Most ids. */
const PLAIN = /^[^"\\\0\ud800-\udfff]*$/;

/** What one person was shown. */
export interface Exposure {
  /** The recommendation's id, a UUID of version 7: it has the time. */
  id: string;
  model: string;
  version: number;
  arm: string;
  fallback: boolean;
  user: string;
  /** How many were asked for. */
  k: number;
  /** Best first. */
  items: readonly { id: string; score: number | null }[];
  /** How likely each place was to show what it shows; undefined when nothing was drawn. */
  propensities?: readonly number[] | undefined;
  /** What else it was asked with. */
  context: Readonly<Record<string, unknown>>;
}

/** An outcome that a person's program told of, and when it came, in milliseconds since 1970. */
export interface ReceivedOutcome {
  outcome: Outcome;
  personId: string;
  receivedMs: number;
}

/** In the order of `EXPOSURE_COLUMNS`. Ends with a line break, and has no other. Each answer waits for it. */
export function exposureLine(exposure: Exposure): string {
  const { id, model, version, arm, fallback, user, k, items, propensities, context } = exposure;
  const ids = arrayText(items.map((item) => item.id));
  const scores = JSON.stringify(items.map(({ score }) => score)).slice(1, -1);
  const drawn = propensities === undefined ? "\\N" : `{${propensities.join(",")}}`;
  const asked = isEmpty(context) ? "\\N" : copyValue(JSON.stringify(context, storableIn));
  const who = copyValue(storable(user));
  const what = `${id}\t${timeText(timeOf(id))}\t${copyValue(model)}\t${version}\t${copyValue(arm)}\t${fallback ? "t" : "f"}`;
  return `${what}\t${who}\t${k}\t{${ids}}\t{${scores}}\t${drawn}\t${asked}\n`;
}

export const EXPOSURE_COLUMNS =
  "id, at, model, version, arm, fallback, user_id, k, items, scores, propensities, context";

/** In the order of `OUTCOME_COLUMNS`. */
export function outcomeLine({ outcome, personId, receivedMs }: ReceivedOutcome): string {
  const received = new Date(receivedMs).toISOString();
  const isSpend = outcome.kind === "spend";
  return copyLine([
    ...[personId, outcome.id, outcome.kind, outcome.recommendationId, outcome.itemId],
    ...[outcome.at === undefined ? received : new Date(outcome.at).toISOString(), received],
    ...[isSpend ? decimalAmount(outcome) : null, isSpend ? outcome.currency : null],
  ]);
}

export const OUTCOME_COLUMNS =
  "reported_by, id, kind, recommendation_id, item_id, at, received_at, amount, currency";

let lastTime = { ms: Number.NaN, text: "" };

/** As PostgreSQL reads it; many answers have one millisecond. */
function timeText(ms: number): string {
  if (ms !== lastTime.ms) lastTime = { ms, text: new Date(ms).toISOString() };
  return lastTime.text;
}

/** The entries of an array. JSON, which V8 writes several times faster than anything by hand, is the same while it escapes nothing. */
function arrayText(values: readonly string[]): string {
  const json = JSON.stringify(values);
  if (!json.includes("\\")) return json.slice(1, -1);
  return copyValue(values.map((value) => `"${storable(value).replace(/["\\]/g, "\\$&")}"`).join(","));
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) return false;
  return true;
}

/** For `JSON.stringify`, which would write such characters as escapes that PostgreSQL refuses. */
function storableIn(_key: string, value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [storable(name), member]));
}

/** Text as PostgreSQL can keep it. */
function storable(value: string): string {
  if (PLAIN.test(value)) return value;
  return value.replaceAll("\0", "\uFFFD").toWellFormed();
}
