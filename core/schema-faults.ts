/** Zod's findings in Holt's words: `"2 dayz" is not a duration; write …`. */
import type { z } from "zod";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";
import { settingsAt } from "./schema-settings.ts";

type Issue = z.core.$ZodIssue;

/** What zod expects, and how a person writes it. */
const EXPECTED: Record<string, [what: string, how: string]> = {
  string: ["text", "write text in quotes"],
  number: ["a number", "write digits without quotes"],
  int: ["a whole number", "write digits without quotes or a point"],
  boolean: ["a boolean", "write true or false"],
  array: ["a list", "write a list in [ ]"],
  object: ["a group of settings", "write settings in { }"],
  record: ["a group of named settings", "write names and settings in { }"],
};

/**
 * All faults that `schema` finds in `written`; empty when it fits.
 * @param add what to do about a setting that is missing, where it isn't written as in code
 */
export function findSchemaFaults(schema: z.ZodType, written: unknown, add?: string): Fault[] {
  const { error } = schema.safeParse(written, { error: (issue) => wordIssue(issue, add), reportInput: true });
  return (error?.issues ?? []).flatMap((issue) => faultsOf(issue, [], schema));
}

function faultsOf(issue: Issue, parent: readonly PropertyKey[], schema: z.ZodType): Fault[] {
  const path = [...parent, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, schema));
  if (issue.code === "invalid_union" && issue.errors.length > 0)
    return nearest(issue.errors).flatMap((inner) => faultsOf(inner, path, schema));
  const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path: plain(path), problem: withValue(writtenFor(issue, path), message) }];
}

/** What the person wrote at the place of the fault. */
function writtenFor(issue: Issue, path: readonly PropertyKey[]): unknown {
  if (issue.code === "invalid_key") return path.at(-1);
  return issue.code === "invalid_union" ? discriminated(issue) : issue.input;
}

/** A union's issue has the whole group as its input; what it is about is the setting that tells the shapes apart. */
function discriminated(issue: { input?: unknown; discriminator?: unknown }): unknown {
  if (typeof issue.discriminator !== "string") return issue.input;
  return (issue.input as Record<string, unknown> | undefined)?.[issue.discriminator];
}

/** Of a union's shapes, the one that the value misses by least is the one that was meant. */
function nearest(shapes: readonly Issue[][]): readonly Issue[] {
  const misses = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
  return [...shapes].sort((a, b) => misses(a) - misses(b))[0] ?? [];
}

function unknownKey(key: string, path: readonly PropertyKey[], schema: z.ZodType): Fault {
  const known = settingsAt(schema, path);
  return {
    path: plain([...path, key]),
    problem: `"${key}" is not a setting here; known are ${quoteAll(known)}${didYouMean(key, known)}`,
  };
}

/** What zod itself says in other words; a schema's own message goes before this. */
function wordIssue(issue: z.core.$ZodRawIssue, add: string | undefined): string {
  if (issue.code === "invalid_union" && issue["options"])
    return notOneOf(issue, issue["options"] as string[]);
  if (issue.code === "invalid_value") return notOneOf(issue, issue.values as string[]);
  if (issue.code === "invalid_type") {
    const [what, how] = EXPECTED[issue.expected] ?? [issue.expected, "see docs/definition.md"];
    return issue.input === undefined ? `is missing; ${add ?? how}` : `is not ${what}; ${how}`;
  }
  if (issue.code === "too_small") return tooSmall(issue);
  if (issue.code === "too_big")
    return issue.origin === "array"
      ? `has too many entries; write at most ${issue.maximum}`
      : `is too big; write a number ${issue.inclusive ? "of at most" : "below"} ${issue.maximum}`;
  return "does not fit; see docs/definition.md";
}

function notOneOf(issue: z.core.$ZodRawIssue, values: readonly string[]): string {
  const input = issue.code === "invalid_union" ? discriminated(issue) : issue.input;
  const options = values.map((value) => JSON.stringify(value)).join(" or ");
  return `${input === undefined ? "is missing" : "is not known"}; write ${options}`;
}

function tooSmall(issue: { origin: string; minimum: unknown; inclusive?: boolean | undefined }): string {
  if (issue.origin === "string") return "is empty; write text between the quotes";
  if (issue.origin === "array") return "is empty; write at least one entry, or leave the setting out";
  return `is too small; write a number ${issue.inclusive ? "of at least" : "above"} ${issue.minimum}`;
}

/** The user's own words before the finding; what isn't there, or is no single word, isn't repeated. */
function withValue(value: unknown, message: string): string {
  if (value === undefined || /^(is empty|has|is missing)\b/.test(message)) return message;
  if (Array.isArray(value)) return `a list ${message}`;
  if (typeof value === "object" && value !== null) return `a group of settings ${message}`;
  const shown = JSON.stringify(value);
  // where it is cut, half of a character may be left
  return `${shown.length > 80 ? `${shown.slice(0, 77).toWellFormed()}…"` : shown} ${message}`;
}

function plain(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((key) => (typeof key === "symbol" ? key.toString() : key));
}
