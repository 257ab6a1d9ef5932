import { pino } from "pino";
import { expect, it } from "vitest";
import { LOG_SERIALIZERS } from "../store/describe-error.ts";
import { temporalLog } from "./log.ts";

it("writes Temporal's own lines without the task's token or a row's values", () => {
  let written = "";
  const write = (line: string) => {
    written += line;
  };
  const log = pino({ serializers: LOG_SERIALIZERS }, { write });
  const cause = Object.assign(new Error("Key (user_id)=(anna) exists"), { code: "23505" });
  const meta = { taskToken: "CiQxYzQ", activityId: "7", error: new Error("could not load", { cause }) };
  temporalLog(log).warn("Activity failed", meta);
  expect(JSON.parse(written)).toMatchObject({
    msg: "Activity failed",
    activityId: "7",
    err: { type: "Error", message: "could not load", cause: { code: "23505" } },
  });
  expect(written).not.toMatch(/CiQxYzQ|taskToken|anna/);
});
