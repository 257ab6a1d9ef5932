import { expect, it } from "vitest";
import type { MonitorCheck } from "./api.ts";
import { severityOf } from "./incident-severity.ts";

function check(id: string, verdict: MonitorCheck["verdict"] = "fail"): MonitorCheck {
  return { id, verdict, title: id, value: "", threshold: "", explanation: "", cause: "source:titles" };
}

it.each([
  ["a late source", ["freshness:titles"], "warn"],
  ["an unusual delivery", ["volume:plays", "values:titles:genre"], "warn"],
  ["a schedule that opened no run, a batch that waits", ["schedule", "batch:lists"], "warn"],
  ["a late source of which people are shown less", ["freshness:titles", "reach:items"], "error"],
  ["items without a title", ["gap:plays"], "error"],
  ["servers without the live version", ["servers"], "error"],
  ["a static file, or lists that are gone", ["file:a.json"], "error"],
  ["a monitor that stands still", ["monitor"], "error"],
])("of %s", (_what, ids, severity) => {
  expect(severityOf(ids.map((id) => check(id)))).toBe(severity);
});

it("takes what cannot be told for no failure", () => {
  expect(severityOf([check("freshness:titles"), check("scores", "inconclusive")])).toBe("warn");
});
