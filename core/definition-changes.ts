import type { Definition } from "./definition.ts";
import { formatPath } from "./faults.ts";

/** One setting that is another in a second definition. */
export interface DefinitionChange {
  path: (string | number)[];
  /** Undefined when it is new. */
  before: unknown;
  /** Undefined when it is gone. */
  after: unknown;
}

/** What differs between two definitions, setting by setting; a named group that is new or gone counts as one. */
export function findChanges(before: Definition, after: Definition): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  const compare = (path: (string | number)[], old: unknown, now: unknown) => {
    if (JSON.stringify(old) === JSON.stringify(now)) return;
    if (!isGroup(old) || !isGroup(now)) return void changes.push({ path, before: old, after: now });
    const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
    for (const key of keys) compare([...path, key], old[key], now[key]);
  };
  compare([], before, after);
  return changes;
}

/** `evaluation.k: 10 becomes 20` */
export function describeChange({ path, before, after }: DefinitionChange): string {
  const place = formatPath(path);
  if (before === undefined) return `${place}: ${isGroup(after) ? "is new" : `is new: ${show(after)}`}`;
  if (after === undefined) return `${place}: is gone${isGroup(before) ? "" : ` (was ${show(before)})`}`;
  return `${place}: ${show(before)} becomes ${show(after)}`;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value in one line; SQL is often longer than one. */
function show(value: unknown): string {
  return isGroup(value) ? "a group of settings" : JSON.stringify(value).replaceAll(/(\\n|\s)+/g, " ");
}
