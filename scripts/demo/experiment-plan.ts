/** The demo's experiment: the learned model against the popularity list, by what people spend. */
import { type ExperimentSettings, experimentSchema } from "../../core/definition-experiment.ts";

/** In fast motion a day of the audience takes as long; all other times are the clock's. */
export const DAY_MS = 1_000;
export const DAYS = 14;
const THREE_DAYS = `${(3 * DAY_MS) / 1_000} s`;

export const PLAN: ExperimentSettings = experimentSchema.parse({
  hypothesis: "Lists that fit people are clicked more, so people spend more.",
  arms: {
    popularity: { serve: "baseline", share: 0.5 },
    learned: { serve: "champion", share: 0.5 },
  },
  control: "popularity",
  metrics: {
    spend: { kind: "mean", of: "spend", within: THREE_DAYS, cap: 15 },
    clicks_per_list: { kind: "ratio", of: "clicks", per: "exposures", within: THREE_DAYS },
  },
  primary: { metric: "spend", leastEffect: 0.2 },
  currency: "EUR",
  lookEvery: "12 s",
  days: 1,
});
