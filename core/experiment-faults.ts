/** Plans of experiments that are well written, but that could not be carried out or would say nothing. */
import { minorDigits } from "./currencies.ts";
import type { Definition } from "./definition.ts";
import type { ExperimentSettings, Metric } from "./definition-experiment.ts";
import { durationMs } from "./duration.ts";
import { ownMeasureFaults } from "./experiment/own-measures.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";

const DAY_MS = 86_400_000;
/** Shares are decimal fractions, and their sum is not exact. */
const SUM_ERROR = 1e-9;

export function findExperimentFaults({ experiment }: Definition): Fault[] {
  if (!experiment) return [];
  return findPlanFaults(experiment).map(({ path, problem }) => ({ path: ["experiment", ...path], problem }));
}

/** All faults of one plan, with paths from the plan on. */
export function findPlanFaults(plan: ExperimentSettings): Fault[] {
  return [armFaults, serveFaults, holdoutFaults, trafficFaults, metricFaults, moneyFaults].flatMap((rule) =>
    rule(plan),
  );
}

function armFaults({ arms, control }: ExperimentSettings): Fault[] {
  const names = Object.keys(arms);
  const sum = Object.values(arms).reduce((total, { share }) => total + share, 0);
  const faults: Fault[] = [];
  if (names.length < 2)
    faults.push({
      path: ["arms"],
      problem: `has ${names.length === 1 ? "one arm" : "no arms"}; name two or more`,
    });
  else if (Math.abs(sum - 1) > SUM_ERROR)
    faults.push({
      path: ["arms"],
      problem: `have shares of ${Number(sum.toPrecision(6))} together, not 1; how many people are in the experiment is "traffic"`,
    });
  if (!names.includes(control))
    faults.push({
      path: ["control"],
      problem: `"${control}" is no arm; known are ${quoteAll(names)}${didYouMean(control, names)}`,
    });
  return faults;
}

function serveFaults({ arms, aa, holdout }: ExperimentSettings): Fault[] {
  const served = Object.entries(arms).map(([arm, { serve }]) => ({ arm, serve: String(serve) }));
  const live = served.filter(({ serve }) => serve === "live" && !holdout);
  const faults: Fault[] = live.map(({ arm }) => ({
    path: ["arms", arm, "serve"],
    problem: `"live" changes with each flip, so nobody would know what was compared; write "champion" for what is live at the start`,
  }));
  const others = served.filter(({ serve }) => serve !== served[0]?.serve);
  const [one, same] = served.filter(({ serve }, at) =>
    served.some((other, where) => where !== at && other.serve === serve),
  );
  if (aa && others.length > 0)
    faults.push({
      path: ["aa"],
      problem: "is true, but the arms serve different versions; have all serve the same, or leave it out",
    });
  if (!aa && one && same)
    faults.push({
      path: ["arms"],
      problem: `"${one.arm}" and "${same.arm}" serve the same; name different versions, or write aa: true to test the measuring itself`,
    });
  return faults;
}

function holdoutFaults({ arms, control, holdout, unit, traffic, aa }: ExperimentSettings): Fault[] {
  if (!holdout) return [];
  const others = Object.entries(arms).filter(([arm]) => arm !== control);
  const isRight =
    arms[control]?.serve === "live" && others.length === 1 && others[0]?.[1].serve === "baseline";
  const faults: Fault[] = [];
  if (!isRight || aa)
    faults.push({
      path: ["arms"],
      problem: 'of a holdout are two: the control serves "live", the people held out get "baseline"',
    });
  if (unit !== "person")
    faults.push({
      path: ["unit"],
      problem: `"${unit}" is not what a holdout goes by; leave it out, for persons`,
    });
  if (traffic !== 1)
    faults.push({
      path: ["traffic"],
      problem: "of a holdout is everybody; leave it out, and say by the arm's share who is held out",
    });
  return faults;
}

function trafficFaults(settings: ExperimentSettings): Fault[] {
  const { traffic, growsTo, days, metrics, unit, adjustBy, segmentBy } = settings;
  const faults: Fault[] = [];
  if (segmentBy === "returning" && unit !== "person")
    faults.push({
      path: ["segmentBy"],
      problem: `"returning" is of persons, and nobody knows what a ${unit} was shown before the experiment; write "country"`,
    });
  if (adjustBy !== undefined && unit !== "person")
    faults.push({
      path: ["adjustBy"],
      problem: `is of persons, and nobody knows what a ${unit} did before the experiment; leave it out`,
    });
  if (growsTo !== undefined && growsTo < traffic)
    faults.push({
      path: ["growsTo"],
      problem: `${growsTo} is less than the traffic of ${traffic}; shares only grow`,
    });
  for (const [name, metric] of Object.entries(metrics))
    if (needsMs(metric) > days * DAY_MS)
      faults.push({
        path: ["metrics", name, "within"],
        problem: `is over only after the experiment's ${days} days, so nobody would count; write a shorter time, or more days`,
      });
  return faults;
}

/** From a unit's first exposure until all that counts of it is over. */
export function needsMs(metric: Metric): number {
  return durationMs(metric.within) + (metric.kind === "retention" ? durationMs(metric.after) : 0);
}

function metricFaults({ metrics, primary, guardrails }: ExperimentSettings): Fault[] {
  const known = Object.keys(metrics);
  const named = [
    { path: ["primary", "metric"], metric: primary.metric },
    ...Object.keys(guardrails).map((metric) => ({ path: ["guardrails", metric], metric })),
  ];
  const faults: Fault[] = named
    .filter(({ metric }) => !known.includes(metric))
    .map(({ path, metric }) => ({
      path,
      problem: `"${metric}" is not a metric of this plan; known are ${quoteAll(known)}${didYouMean(metric, known)}`,
    }));
  if (Object.hasOwn(guardrails, primary.metric))
    faults.push({
      path: ["guardrails", primary.metric],
      problem: "is the primary metric already, which decides; name another as a guardrail",
    });
  for (const [name, metric] of Object.entries(metrics)) {
    if (metric.kind === "proportion" && metric.of === "exposures")
      faults.push({
        path: ["metrics", name, "of"],
        problem: "is 1 of everybody in the experiment; count something else",
      });
    if (metric.kind === "proportion" && metric.of === "spend")
      faults.push({
        path: ["metrics", name, "of"],
        problem: 'is an amount; write "purchases" for the share who buy',
      });
    if (metric.kind === "ratio" && metric.of === metric.per)
      faults.push({
        path: ["metrics", name, "per"],
        problem: "is what is counted itself, so it is always 1; name another measure",
      });
    if ("cap" in metric && metric.cap !== undefined && metric.winsorise !== undefined)
      faults.push({
        path: ["metrics", name, "winsorise"],
        problem: "finds a cap beside the cap that is given; leave one of them out",
      });
    faults.push(
      ...latencyFaults(name, metric),
      ...unwantedFaults(name, metric),
      ...ownMeasureFaults(name, metric),
    );
  }
  return faults;
}

/** A time is of an answer, not of a unit: a sum of times would grow with what people look at. */
function latencyFaults(name: string, metric: Metric): Fault[] {
  if (metric.kind === "retention") return [];
  const path = ["metrics", name];
  if (metric.kind === "ratio") {
    if (metric.per === "latency")
      return [{ path: [...path, "per"], problem: "is a time, and nothing comes per time; name a count" }];
    if (metric.of === "latency" && metric.per !== "exposures")
      return [{ path: [...path, "per"], problem: 'of latency are answers; write "exposures"' }];
    return [];
  }
  if (metric.of !== "latency" || metric.kind === "quantile") return [];
  return [
    {
      path: [...path, "of"],
      problem:
        'is a time per answer; write kind "ratio" with per "exposures", or kind "quantile" of the units\' means',
    },
  ];
}

/** What nobody wants more of: "more" is what is taken where a plan says nothing. */
function unwantedFaults(name: string, metric: Metric): Fault[] {
  const isUnwanted = metric.kind !== "retention" && (metric.of === "latency" || metric.of === "complaints");
  if (!isUnwanted || metric.better === "less") return [];
  return [{ path: ["metrics", name, "better"], problem: `is "more" of ${metric.of}; write better: "less"` }];
}

function moneyFaults({ metrics, currency, rates }: ExperimentSettings): Fault[] {
  const spends = Object.entries(metrics).filter(([, metric]) => isOfMoney(metric));
  const faults: Fault[] = [];
  if (spends[0] && currency === undefined)
    faults.push({
      path: ["currency"],
      problem: `is missing, and metric "${spends[0][0]}" sums up spend; name the currency, as in "EUR"`,
    });
  if (!spends[0] && currency !== undefined)
    faults.push({ path: ["currency"], problem: "is of no metric, since none sums up spend; leave it out" });
  for (const [path, code] of [
    ...(currency === undefined ? [] : [[["currency"], currency] as const]),
    ...Object.keys(rates ?? {}).map((of) => [["rates", of], of] as const),
  ])
    if (minorDigits(code) === undefined)
      faults.push({ path, problem: `"${code}" is no currency of ISO 4217; correct it` });
  if (rates && (currency === undefined || currency in rates))
    faults.push({
      path: ["rates"],
      problem:
        currency === undefined
          ? "turn into no currency; name it in currency"
          : `name ${currency} itself, which is 1; leave it out`,
    });
  return faults;
}

/** Whether it sums up amounts of money. */
export function isOfMoney(metric: Metric): boolean {
  return (
    metric.kind !== "retention" &&
    metric.kind !== "proportion" &&
    (metric.of === "spend" || (metric.kind === "ratio" && metric.per === "spend"))
  );
}
