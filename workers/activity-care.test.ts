import { ApplicationFailure } from "@temporalio/common";
import { MockActivityEnvironment } from "@temporalio/testing";
import { pino } from "pino";
import { expect, it } from "vitest";
import { InvalidInput } from "../core/errors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { activityCare } from "./activity-care.ts";

/** Runs an activity as a worker would, with what cares for it around it. */
async function run(activity: () => Promise<unknown>): Promise<unknown> {
  const care = activityCare(await testDatabase(), pino({ level: "silent" }));
  const environment = new MockActivityEnvironment();
  const { inbound } = care(environment.context);
  return environment.run(async () => inbound?.execute?.({ args: [], headers: {} }, activity));
}

const failureOf = (activity: () => Promise<unknown>): Promise<ApplicationFailure> =>
  run(activity).then(
    () => expect.unreachable("it did not fail"),
    (error) => error,
  );

it("hands on what an activity gives", async () => {
  expect(await run(async () => ({ reused: true }))).toEqual({ reused: true });
});

it("refuses a result that is too large for a history, once and for all", async () => {
  const failure = await failureOf(async () => "x".repeat(70_000));
  expect(failure).toMatchObject({ type: "BrokenPromise", nonRetryable: true });
  expect(failure.message).toContain("its result has 70002 bytes, more than 65536");
});

it("keeps an error's kind and words, and leaves out stack, bulk and what hangs on it", async () => {
  const failure = await failureOf(async () => {
    throw Object.assign(new InvalidInput(`ratings.csv: ${"long ".repeat(10_000)}`), { logTail: "17: anna" });
  });
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: "InvalidInput", nonRetryable: true });
  expect(failure.message).toMatch(/^ratings\.csv: long /);
  expect(failure.message.length).toBeLessThanOrEqual(2_000);
  expect(failure.stack).not.toContain("at ");
});

it("leaves an error that may pass to be tried again", async () => {
  const failure = await failureOf(async () => {
    throw new Error("the disk was busy");
  });
  expect(failure).toMatchObject({ type: "Error", nonRetryable: false });
});
