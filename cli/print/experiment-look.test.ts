import { expect, it } from "vitest";
import { exampleExperiment } from "../../tests/support/example-experiment.ts";
import { drawLook } from "./experiment-look.ts";

it("says what was found, what was lost on the way, and beside it what it were without those whom the fallback answered", () => {
  const { look, experiment } = exampleExperiment();
  if (!look) throw new Error("nobody looked");
  const text = drawLook(look, experiment, undefined);
  expect(text).toMatch(/^so far, .+: stop: spend fell by /);
  expect(text).toMatch(/^treatment +50 % +4,000 +8,000 +0.063 % +0.25 %$/m);
  expect(text).toMatch(
    /^The effect of treatment on spend fades .+ from \+25 % on day 1 to ±0 % on day 7: −/m,
  );
  expect(text).toMatch(
    /^Exploratory, by country: 2 of 2 comparisons differ after correction \(not known: clicking of treatment, DE: spend of treatment\); all are in holt/m,
  );
  expect(text).toMatch(
    /^spend without 40 of treatment and 40 of control whom the popularity list answered in the arm's place: −?-?\d.+ % to .+ % \(decides nothing: failures chose them, not chance\)$/m,
  );
});
