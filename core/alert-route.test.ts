import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { smallDefinition, smallDefinitionParsed } from "../tests/support/definitions.ts";
import { ownerOf, routeAlert, runbookOf } from "./alert-route.ts";
import { checkDefinition } from "./check-definition.ts";
import type { Alerts } from "./definition-alerts.ts";
import { alertsSchema } from "./definition-alerts.ts";
import { describeFault } from "./faults.ts";
import { INCIDENT_SEVERITIES } from "./incident-severity.ts";

const mail = (to: string) => ({ kind: "mail" as const, from: "holt@films.example", to });
const ALERTS = alertsSchema.parse({
  webhook: { url: "https://films.example/hooks", secretEnv: "HOLT_WEBHOOK_SECRET" },
  channels: {
    team: mail("team@films.example"),
    content: mail("content@films.example"),
    pager: { kind: "pagerduty" },
  },
  routes: {
    all: { to: ["team"] },
    content: { owner: ["content"], to: ["content", "team"] },
    night: {
      severity: ["error"],
      hours: { timeZone: "Europe/Vienna", days: [1, 2, 3, 4, 5, 6, 7], from: "22:00", to: "07:00" },
      to: ["pager"],
    },
  },
});
const incident = { severity: "error" as const, owner: undefined, openedAt: new Date("2026-11-24T12:00:00Z") };

it("adds up the channels of all routes that fit, by owner, severity and hour where the clock hangs", () => {
  const at = (time: string) => new Date(`2026-11-24T${time}:00Z`);
  expect(routeAlert(ALERTS, incident)).toEqual(["team"]);
  expect(routeAlert(ALERTS, { ...incident, owner: "content" })).toEqual(["team", "content"]);
  expect(routeAlert(ALERTS, { ...incident, owner: "sales" })).toEqual(["team"]);
  // 22:00 in Vienna is 21:00 UTC in winter, and the night ends in the next day
  for (const [time, channels] of [
    ["20:59", ["team"]],
    ["21:00", ["team", "pager"]],
    ["05:59", ["team", "pager"]],
    ["06:00", ["team"]],
  ] as const)
    expect(routeAlert(ALERTS, { ...incident, openedAt: at(time) })).toEqual(channels);
  expect(routeAlert(ALERTS, { ...incident, severity: "warn", openedAt: at("23:00") })).toEqual(["team"]);
});

test.prop([
  fc.constantFrom(...INCIDENT_SEVERITIES),
  fc.option(fc.constantFrom("content", "sales"), { nil: undefined }),
  fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
  fc.boolean(),
])("tells somebody of every incident, whatever the routes", (severity, owner, openedAt, hasAll) => {
  const { all, ...others } = ALERTS.routes ?? {};
  const routes = hasAll && all ? { all, ...others } : others;
  const alerts: Alerts = { ...ALERTS, routes };
  const told = routeAlert(alerts, { severity, owner, openedAt });
  expect(told.length).toBeGreaterThan(0);
  if (!hasAll && severity === "warn" && owner !== "content")
    expect(told).toEqual(["webhook", "team", "content", "pager"]);
});

it("asks the owner of the source that is behind it, else the model's", () => {
  const { sources } = smallDefinition();
  const { sales } = sources;
  if (!sales) throw new Error("the small definition has no sales");
  const definition = smallDefinitionParsed({
    owner: "recommendations",
    sources: { sales: { ...sales, owner: "shops" } },
  });
  expect(ownerOf(definition, "source:sales")).toBe("shops");
  expect(ownerOf(definition, "deployment:3")).toBe("recommendations");
  expect(ownerOf(smallDefinitionParsed(), "source:sales")).toBeUndefined();
});

it("leads to what to do about a source, else about the model", () => {
  const { sales } = smallDefinition().sources;
  const definition = smallDefinitionParsed({
    runbook: "https://wiki.example/model",
    sources: { sales: { ...(sales as NonNullable<typeof sales>), runbook: "https://wiki.example/sales" } },
  });
  expect(runbookOf(definition, "source:sales")).toBe("https://wiki.example/sales");
  expect(runbookOf(definition, "deployment:3")).toBe("https://wiki.example/model");
  expect(runbookOf(smallDefinitionParsed(), "source:sales")).toBeUndefined();
  const wrong = checkDefinition(smallDefinition({ runbook: "javascript:alert(1)" }));
  expect(wrong.ok ? [] : wrong.faults.map(describeFault)).toEqual([
    expect.stringContaining('is not a web address; write one, as in "https://example.org/runbook"'),
  ]);
});
