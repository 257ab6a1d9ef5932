import { DefaultLogger, Runtime, type Logger as TemporalLogger } from "@temporalio/worker";
import { type Logger, pino } from "pino";

export type { Logger };

/** One JSON object a line on stdout: ids, counts and errors, never a person's data. */
export function openLog(name: string): Logger {
  return pino({
    name,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    serializers: { err: describeError },
  });
}

/**
 * An error without what hangs on it: PostgreSQL's `detail` shows a row's values, and a step's `logTail` raw lines of a
 * file, which may be a person's. The steps' rows in the database keep those.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    type: name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}

/** Temporal's own messages in the same log. Its workers' `info` is chatter, so it comes as `debug`. */
export function temporalLog(log: Logger): TemporalLogger {
  return new DefaultLogger("INFO", ({ level, message, meta }) => {
    const { error, ...rest } = (meta ?? {}) as { error?: unknown };
    const fields = error === undefined ? rest : { ...rest, err: error };
    if (level === "ERROR") log.error(fields, message);
    else if (level === "WARN") log.warn(fields, message);
    else log.debug(fields, message);
  });
}

/**
 * Leaves only Temporal's errors, on stderr: for commands and tests whose own words matter. Once a process, and before
 * its first worker or replay.
 */
export function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger("ERROR"),
    telemetryOptions: { logging: { filter: "ERROR", forward: {} } },
    shutdownSignals: [],
  });
}
