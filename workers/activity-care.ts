import { cancellationSignal, heartbeat } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from "@temporalio/worker";
import type { Logger } from "pino";
import { BrokenPromise, NEVER_RETRIED } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { isConnectionLost, untilDatabaseAnswers } from "../db/connection-lost.ts";
import { failpoint } from "../store/failpoint.ts";
import { assertOwnRun } from "./own-run.ts";

/** Well below the heartbeat timeout of the workflows (10 s). */
const HEARTBEAT_EVERY_MS = 2_000;
/** References travel, data doesn't: the most that an activity hands back. */
const LARGEST_RESULT_BYTES = 64 * 1024;
/** What a history keeps of an error; the log has all of it. */
const LONGEST_MESSAGE = 2_000;

/**
 * What every activity needs, whatever it does: it heartbeats, so that a dead worker is noticed and a cancellation
 * arrives; it touches only its own workflow's run; an outage of the database costs it one attempt, not all of them; its error reaches the history without
 * stack, machine paths or bulk; a result too large for a history is refused.
 */
export function activityCare(database: Database, log: Logger): ActivityInterceptorsFactory {
  return ({ info }) => {
    const inbound: ActivityInboundCallsInterceptor = {
      async execute(input, next) {
        const alive = setInterval(() => heartbeat(), HEARTBEAT_EVERY_MS);
        try {
          await assertOwnRun(database, info, input.args);
          const name = nameOf(info.activityType, input.args);
          await failpoint(`before ${name}`);
          const result = assertSmall(info.activityType, await next(input));
          await failpoint(`after ${name}`);
          return result;
        } catch (error) {
          const signal = cancellationSignal();
          if (signal.aborted) throw signal.reason;
          const { activityType, attempt, workflowExecution } = info;
          log.warn(
            { activityType, attempt, workflowId: workflowExecution?.workflowId, err: error },
            "activity failed",
          );
          if (isConnectionLost(error)) await untilDatabaseAnswers(database.pool, signal);
          throw forHistory(error);
        } finally {
          clearInterval(alive);
        }
      },
    };
    return { inbound };
  };
}

/** The step's name where the activity is one step, else its own. */
function nameOf(activityType: string, args: unknown[]): string {
  const [given] = args as [{ step?: unknown }?];
  return typeof given?.step === "string" ? given.step : activityType;
}

function assertSmall(activityType: string, result: unknown): unknown {
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? "");
  if (bytes > LARGEST_RESULT_BYTES)
    throw new BrokenPromise(
      `activity ${activityType}: its result has ${bytes} bytes, more than ${LARGEST_RESULT_BYTES}; store it and hand back its digest`,
    );
  return result;
}

function forHistory(error: unknown): ApplicationFailure {
  const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
  const isFinal =
    error instanceof ApplicationFailure
      ? (error.nonRetryable ?? false)
      : (NEVER_RETRIED as readonly string[]).includes(name);
  const failure = ApplicationFailure.create({
    type: (error instanceof ApplicationFailure ? error.type : undefined) ?? name,
    message: message.slice(0, LONGEST_MESSAGE),
    nonRetryable: isFinal,
  });
  failure.stack = `${name}: ${failure.message}`;
  return failure;
}
