import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { noCounts } from "./rollout-judge.ts";
import { lookAtStage, lookAtWarming } from "./rollout-look.ts";

const HOUR_MS = 3_600_000;
const STAGE = { forMs: HOUR_MS, requests: 100, patienceMs: 24 * HOUR_MS, said: undefined };
const CHECKS = { maxErrorIncrease: 0.01 };
const counts = (requests: number, errors = 0) => ({ ...noCounts(), requests, errors });
const same = { live: counts(1_000), candidate: counts(1_000) };

it("lets a stage pass once its time is over and its requests have come, and looks each second at first", () => {
  const at = (elapsedMs: number) => lookAtStage(CHECKS, same, { ...STAGE, elapsedMs });
  expect(at(0)).toMatchObject({ verdict: "wait", state: "running", nextMs: 1_000 });
  expect(at(60_000).nextMs).toBe(6_000);
  expect(at(HOUR_MS - 5_000).nextMs).toBe(5_000);
  expect(at(HOUR_MS)).toMatchObject({ verdict: "go_on", state: "passed", nextMs: 0 });
});

it("ends the stage at once when a check surely fails, though a person lets it go on", () => {
  const arms = { live: counts(1_000), candidate: counts(1_000, 200) };
  for (const said of [undefined, "go_on"] as const)
    expect(lookAtStage(CHECKS, arms, { ...STAGE, elapsedMs: 1_000, said })).toMatchObject({
      verdict: "back",
      state: "failed",
    });
});

it("holds a stage that sees too few requests within the rollout's patience, and says how many came", () => {
  const arms = { live: counts(1_000), candidate: counts(7) };
  const late = lookAtStage(CHECKS, arms, { ...STAGE, elapsedMs: 24 * HOUR_MS });
  expect(late).toMatchObject({ verdict: "hold", state: "held", nextMs: HOUR_MS });
  expect(late.checks.at(-1)?.text).toBe(
    "requests: 7 of the new version and 1000 of the live one, in the time that the rollout has patience; 100 of each were asked for",
  );
  expect(lookAtStage(CHECKS, arms, { ...STAGE, elapsedMs: 23 * HOUR_MS }).verdict).toBe("wait");
});

it("does as a person says of a stage that waits or is held", () => {
  const arms = { live: counts(1_000), candidate: counts(7) };
  for (const elapsedMs of [0, 48 * HOUR_MS]) {
    expect(lookAtStage(CHECKS, arms, { ...STAGE, elapsedMs, said: "go_on" }).state).toBe("passed");
    expect(lookAtStage(CHECKS, arms, { ...STAGE, elapsedMs, said: "back" }).state).toBe("failed");
  }
});

const SHELF = { model: "shelf", version: 2 };
const holding = (name: string, version: number, problem: string | null = null) => ({
  name,
  versions: [{ model: "shelf", version, problem }],
});

it("waits until every server has the version in memory, and for nobody where no server is", () => {
  const time = { elapsedMs: 100, patienceMs: HOUR_MS, said: undefined };
  expect(lookAtWarming([], SHELF, time).verdict).toBe("go_on");
  expect(lookAtWarming([holding("a", 2), holding("b", 2)], SHELF, time).verdict).toBe("go_on");
  const waits = lookAtWarming([holding("a", 2), holding("b", 1)], SHELF, time);
  expect(waits).toMatchObject({ verdict: "wait", checks: [{ text: "servers: 1 of 2 have it in memory" }] });
  expect(
    lookAtWarming([holding("a", 2), holding("b", 1)], SHELF, { ...time, elapsedMs: HOUR_MS }).verdict,
  ).toBe("hold");
});

it("goes back when no server can load the version for a minute, and names why", () => {
  const broken = [holding("a", 2, "its bytes changed"), holding("b", 2, "its bytes changed")];
  const at = (elapsedMs: number) =>
    lookAtWarming(broken, SHELF, { elapsedMs, patienceMs: HOUR_MS, said: undefined });
  expect(at(59_000).verdict).toBe("wait");
  expect(at(60_000)).toMatchObject({ verdict: "back", state: "failed" });
  expect(at(60_000).checks[0]?.text).toBe(
    "servers: 0 of 2 have it in memory; a cannot load it: its bytes changed; b cannot load it: its bytes changed",
  );
  const one = [holding("a", 2, "its disk is full"), holding("b", 2)];
  expect(
    lookAtWarming(one, SHELF, { elapsedMs: 120_000, patienceMs: HOUR_MS, said: undefined }).verdict,
  ).toBe("wait");
});

property.prop([fc.nat(1e9), fc.integer({ min: 1_000, max: 1e9 })])(
  "looks again after a second at least and five minutes, or a two-hundredth of the stage, at most",
  (elapsedMs, forMs) => {
    const look = lookAtStage(
      CHECKS,
      { live: counts(0), candidate: counts(0) },
      {
        ...{ elapsedMs, forMs, requests: 1, said: undefined },
        patienceMs: 2e9,
      },
    );
    expect(look.nextMs).toBeGreaterThanOrEqual(1_000);
    expect(look.nextMs).toBeLessThanOrEqual(Math.max(300_000, Math.ceil(forMs / 200)));
  },
);
