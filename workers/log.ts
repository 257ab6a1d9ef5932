import { DefaultLogger, Runtime, type Logger as TemporalLogger } from "@temporalio/worker";
import { type Logger, pino } from "pino";
import { LOG_HOOKS, LOG_SERIALIZERS } from "../store/describe-error.ts";

export type { Logger };

/** One JSON object a line on stdout: ids, counts and errors, never a person's data. */
export function openLog(name: string): Logger {
  return pino({
    name,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    serializers: LOG_SERIALIZERS,
    hooks: LOG_HOOKS,
  });
}

/**
 * Temporal's own messages in the same log. Its workers' `info` is chatter, so it comes as `debug`. Without the task
 * token: whoever has it may end the activity.
 */
export function temporalLog(log: Logger): TemporalLogger {
  return new DefaultLogger("INFO", ({ level, message, meta }) => {
    const { error, taskToken: _, ...rest } = (meta ?? {}) as { error?: unknown; taskToken?: unknown };
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
