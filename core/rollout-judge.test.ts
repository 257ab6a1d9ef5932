import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { LATENCY_BUCKETS, latencyBucket } from "./latency.ts";
import { type ArmCounts, judgeStage } from "./rollout-judge.ts";

const OVER = { requests: 1_000, isTimeUp: true };

function arm(of: Partial<Omit<ArmCounts, "latency">> & { slowUs?: number } = {}): ArmCounts {
  const { slowUs = 2_000, ...counts } = of;
  const requests = counts.requests ?? 5_000;
  const latency = new Array<number>(LATENCY_BUCKETS).fill(0);
  latency[latencyBucket(500)] = requests - Math.floor(requests / 50);
  latency[latencyBucket(slowUs)] = Math.floor(requests / 50);
  return { requests, errors: 0, fallbacks: 0, compared: 0, agreement: 0, ...counts, latency };
}

it("goes on when time and requests are over and nothing is worse than allowed", () => {
  const checks = { maxErrorIncrease: 0.001, maxFallbackIncrease: 0.01, maxLatencyRatio: 1.5 };
  const judged = judgeStage(checks, { live: arm({ errors: 3 }), candidate: arm({ errors: 2 }) }, OVER);
  expect(judged.verdict).toBe("go_on");
  expect(judged.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["errors", "pass"],
    ["fallbacks", "pass"],
    ["latency", "pass"],
  ]);
  expect(judged.checks[0]?.text).toBe(
    "failed answers: 0.04 % of 5000, the live version's 0.06 % of 5000; at most 0.1 % more may be",
  );
});

it("goes back as soon as errors, fallbacks or slowness are surely more than allowed, however early", () => {
  const early = { requests: 100_000, isTimeUp: false };
  const against = (candidate: ArmCounts, checks: Parameters<typeof judgeStage>[0]) =>
    judgeStage(checks, { live: arm(), candidate }, early).verdict;
  expect(against(arm({ errors: 100 }), { maxErrorIncrease: 0.001 })).toBe("back");
  expect(against(arm({ fallbacks: 1_500 }), { maxFallbackIncrease: 0.1 })).toBe("back");
  expect(against(arm({ slowUs: 9_000 }), { maxLatencyRatio: 2 })).toBe("back");
  expect(against(arm({ slowUs: 3_000 }), { maxLatencyRatio: 2 })).toBe("wait");
});

it("holds when all is over and it cannot tell: somewhat worse than allowed, but that may be chance", () => {
  const few = { requests: 100, isTimeUp: true };
  const pair = { live: arm({ requests: 200 }), candidate: arm({ requests: 200, errors: 1 }) };
  expect(judgeStage({ maxErrorIncrease: 0.001 }, pair, few)).toMatchObject({
    verdict: "hold",
    checks: [{ verdict: "inconclusive" }],
  });
});

it("waits for both time and requests of both versions", () => {
  const checks = { maxErrorIncrease: 0 };
  const pair = { live: arm(), candidate: arm() };
  expect(judgeStage(checks, pair, { requests: 1_000, isTimeUp: false }).verdict).toBe("wait");
  expect(judgeStage(checks, pair, { requests: 5_001, isTimeUp: true }).verdict).toBe("wait");
  expect(judgeStage(checks, { ...pair, live: arm({ requests: 10 }) }, OVER).verdict).toBe("wait");
  expect(
    judgeStage(checks, { live: arm({ requests: 0 }), candidate: arm({ requests: 0 }) }, OVER),
  ).toMatchObject({ verdict: "wait", checks: [{ verdict: "inconclusive" }] });
});

it("compares lists where they were compared: fails below, passes above, and cannot tell of a few", () => {
  const of = (compared: number, mean: number) =>
    judgeStage(
      { minAgreement: 0.3 },
      { live: arm(), candidate: arm({ compared, agreement: compared * mean }) },
      OVER,
    ).verdict;
  expect(of(5_000, 0.1)).toBe("back");
  expect(of(5_000, 0.35)).toBe("go_on");
  expect(of(40, 0.25)).toBe("hold");
  expect(of(0, 0)).toBe("go_on");
});

property.prop([
  fc.integer({ min: 1, max: 20_000 }),
  fc.integer({ min: 1, max: 20_000 }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 0.5, noNaN: true }),
])("never goes on with more than allowed, nor back with less", (n, m, share, other, most) => {
  const candidate = arm({ requests: n, errors: Math.round(n * share) });
  const live = arm({ requests: m, errors: Math.round(m * other) });
  const { verdict } = judgeStage(
    { maxErrorIncrease: most },
    { live, candidate },
    { requests: 1, isTimeUp: true },
  );
  const isWorse = candidate.errors / n - live.errors / m > most;
  expect(isWorse ? ["back", "hold"] : ["go_on"]).toContain(verdict);
});

property.prop([
  fc.array(fc.boolean(), { minLength: 40, maxLength: 4_000 }),
  fc.integer({ min: 0, max: 1e6 }),
])("two versions with the same answers are never told apart", (answers) => {
  const same = arm({ requests: answers.length, errors: answers.filter(Boolean).length });
  expect(
    judgeStage(
      { maxErrorIncrease: 0, maxLatencyRatio: 1 },
      { live: same, candidate: same },
      { requests: 1, isTimeUp: true },
    ).verdict,
  ).toBe("go_on");
});

it("rarely sends back a version that fails as often as the live one, though it is looked at 200 times", () => {
  const random = seededRandom(2026);
  const failures = (n: number) => Array.from({ length: n }).filter(() => random() < 0.02).length;
  let back = 0;
  for (let stage = 0; stage < 400; stage++) {
    const [live, candidate] = [arm({ requests: 0 }), arm({ requests: 0 })];
    for (let look = 0; look < 200; look++) {
      for (const [one, n] of [
        [live, 100],
        [candidate, 5],
      ] as const) {
        one.requests += n;
        one.errors += failures(n);
      }
      const pair = { live, candidate };
      if (
        judgeStage({ maxErrorIncrease: 0.001 }, pair, { requests: 1e6, isTimeUp: false }).verdict !== "back"
      )
        continue;
      back++;
      break;
    }
  }
  // docs/decisions/0017: about 1 in 100 with nothing allowed at all, fewer here
  expect(back).toBeLessThanOrEqual(8);
});

/** The "minimal standard" generator of Park and Miller (1988). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
