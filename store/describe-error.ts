/** What a process's log may say of an error: its class, its code, Holt's own words. Never a person's data. */
import { printableJson } from "./printable-json.ts";

/**
 * Errors whose words are not Holt's and quote what they choke on: PostgreSQL's, also where one was handed on to Temporal
 * by its name ("error"), and JSON's.
 */
const QUOTES_DATA = ["error", "DatabaseError", "SyntaxError"];

/**
 * An error as the logs of worker and server show it. A cause comes without its words, and nothing comes of what hangs
 * on an error: PostgreSQL's `detail` and `where` show a row's values, a step's `logTail` raw lines of a file. The
 * steps' rows in the database keep those, for those who may see them.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { message } = error;
  return { ...bare(error), ...(quotesData(error) ? {} : { message }), ...causeOf(error) };
}

/** For pino: everything that is logged as `err`. */
export const LOG_SERIALIZERS = { err: describeError };
/** For pino, too: a line of a log that somebody looks at steers no terminal. */
export const LOG_HOOKS = { streamWrite: printableJson };

function bare(error: Error): object {
  const { code } = error as { code?: unknown };
  const isCode = typeof code === "string" || typeof code === "number";
  return { type: classOf(error), ...(isCode ? { code } : {}), at: framesOf(error) };
}

function causeOf({ cause }: Error): object {
  return cause instanceof Error ? { cause: { ...bare(cause), ...causeOf(cause) } } : {};
}

/** pg calls all of its errors "error". */
function classOf(error: Error): string {
  return error.name === "error" ? error.constructor.name : error.name;
}

function quotesData(error: Error): boolean {
  const { type } = error as { type?: unknown }; // of a failure that Temporal knows: the class that it was
  return QUOTES_DATA.includes(error.name) || (typeof type === "string" && QUOTES_DATA.includes(type));
}

/** A stack begins with the message, which may have several lines; its frames alone are code's. */
function framesOf({ stack = "" }: Error): string[] {
  return stack
    .split("\n")
    .filter((line) => /^ {4}at .+:\d+:\d+\)?$|^ {4}at .+\(<anonymous>\)$/.test(line))
    .map((line) => line.slice("    at ".length));
}
