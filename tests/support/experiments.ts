import type { ExperimentInput } from "../../core/definition-experiment.ts";

/** A plan that is whole: two versions, spend decides, clicks guard. */
export function smallExperiment(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return {
    hypothesis: "Version 2 shows what people buy.",
    arms: { control: { serve: 1, share: 0.5 }, treatment: { serve: 2, share: 0.5 } },
    control: "control",
    metrics: {
      spend: { kind: "mean", of: "spend", within: "7 d" },
      clicking: { kind: "proportion", of: "clicks", within: "1 d" },
    },
    primary: { metric: "spend", leastEffect: 0.05 },
    guardrails: { clicking: { maxLoss: 0.02 } },
    currency: "EUR",
    days: 14,
    ...change,
  };
}

/** A share of the people who get the popularity list for long. */
export function smallHoldout(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return smallExperiment({
    arms: { rest: { serve: "live", share: 0.9 }, held_out: { serve: "baseline", share: 0.1 } },
    ...{ control: "rest", holdout: true },
    ...change,
  });
}
