import { expect, it } from "vitest";
import { secretOf } from "./secrets.ts";

const ENV: Record<string, string> = {
  HOLT_SLACK_TOKEN: "xoxb-1-2-3",
  HOLT_KEY: "0123456789abcdef0123456789abcdef",
  DATABASE_URL: "postgres://holt:secret@localhost/holt",
};
const settings = { secret: (name: string) => ENV[name] };

it("gives what a definition names, when it looks like what is sent", () => {
  expect(secretOf(settings, "HOLT_SLACK_TOKEN", "slackToken")).toBe("xoxb-1-2-3");
  expect(secretOf(settings, "HOLT_KEY", "routingKey")).toBe(ENV["HOLT_KEY"]);
});

it("gives no other variable's value, and doesn't quote it", () => {
  for (const kind of ["slackToken", "routingKey"] as const) {
    const ask = () => secretOf(settings, "DATABASE_URL", kind);
    expect(ask).toThrow(
      /variable DATABASE_URL holds something that is not .*, and is sent nowhere; set it to /,
    );
    expect(ask).not.toThrow(/secret@/);
  }
});

it("says which variable is not set, and to what", () => {
  expect(() => secretOf(settings, "HOLT_OTHER", "signingSecret")).toThrow(
    'the environment variable HOLT_OTHER is not set here; set it to a signing secret ("whsec_…") for workers and servers',
  );
});
