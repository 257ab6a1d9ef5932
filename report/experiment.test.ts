import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ExperimentReport } from "../core/experiment/report.ts";
import { exampleExperiment } from "../tests/support/example-experiment.ts";
import { drawExperimentReport } from "./experiment.ts";

const tagsOf = (markup: string) => markup.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
const draw = drawExperimentReport;

describe("the report of an experiment", () => {
  it("says how it stands first, then what decides, then all the rest", () => {
    const markup = draw(exampleExperiment());
    const places = [
      "<h1>Experiment shop-x1",
      "To be stopped: what is live stays",
      "Two metrics point in opposite directions",
      "What decides: spend",
      "spend is surely lower with treatment than with control",
      "The popularity list stood in at least once for 40 people in treatment and 40 in control",
      '<svg class="plot"',
      "The effect of treatment on spend fades",
      "<details><summary>By days since people first met it</summary>",
      "<h2>Guardrails",
      "Is the comparison fair?",
      "none surely lost more of its answers than another",
      "Lost on the way: of the answers",
      "Exploratory: by country",
      "<details><summary>The same comparison in each part of the people</summary>",
      "<h2>Day by day",
      "The plan, fixed before it began",
    ].map((words) => markup.indexOf(words, markup.indexOf("<body>")));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("draws one interval a day, and the promised gain, once for each width", () => {
    const markup = draw(exampleExperiment());
    expect(markup.match(/<circle/g)).toHaveLength(2 * 4);
    expect(markup.match(/class="promised"/g)).toHaveLength(2);
  });

  it("fetches nothing, runs nothing, links nowhere, and is the same for the same findings", () => {
    const markup = draw(exampleExperiment());
    expect(markup).not.toMatch(/<(script|link|img|iframe|object|embed|form|a|base)\b/i);
    expect(tagsOf(markup)?.join("\n")).not.toMatch(/ (style|src|href|on\w+)=/i);
    expect(draw(exampleExperiment())).toBe(markup);
  });

  it("says which arm was ended for harm, since when, and what its people get", () => {
    const report = exampleExperiment();
    const stoppedArms = [{ arm: "two", at: "2026-11-04T10:20:00.000Z", reason: "spend fell by 9 %" }];
    const markup = draw({ ...report, experiment: { ...report.experiment, stoppedArms } });
    expect(markup).toContain(
      "<p>2026-11-04 10:20 UTC: Arm two was ended for harm: spend fell by 9 %. Its people get what the control serves;",
    );
  });

  it("shows the SQL of a metric that has its own", () => {
    const report = exampleExperiment();
    const { plan } = report.experiment;
    const sql = "select unit_id, count(*) as value from {{ outcomes }} where at < first_at group by 1";
    const metrics = {
      ...plan.metrics,
      own: { kind: "mean", of: { sql }, within: "7 d", better: "more" } as const,
    };
    const markup = draw({ ...report, experiment: { ...report.experiment, plan: { ...plan, metrics } } });
    expect(markup).toContain(
      `mean what its SQL counts within 7 d<br><span class="quiet mono">of: ${sql.replace("<", "&lt;")}</span>`,
    );
  });

  it("says that nobody has looked yet, where nobody has", () => {
    const markup = draw({ ...exampleExperiment(), look: null, course: [], days: [] });
    expect(markup).toContain("Not looked at yet");
    expect(markup).not.toContain("What decides");
  });

  const withText = (text: string): ExperimentReport => {
    const report = exampleExperiment();
    const { experiment } = report;
    return {
      ...report,
      waitsFor: text,
      experiment: {
        ...experiment,
        ...{ reason: text, startedBy: text, plan: { ...experiment.plan, hypothesis: text } },
      },
    };
  };
  const plain = tagsOf(draw(withText("plain")));
  test.prop([
    fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."<>\"'&/=!-; abs") })),
  ])("has the same tags whatever stands in its texts", (text) => {
    expect(tagsOf(draw(withText(`x${text}x`)))).toEqual(plain);
  });
});
