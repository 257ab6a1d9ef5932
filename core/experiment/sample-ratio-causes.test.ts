import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { likelyCauses } from "./sample-ratio-causes.ts";

const SOUND = { answers: 50_000, fallbacks: 100, cached: 5_000, bots: 900, errors: 3 };

it("names what differs between the arms, the largest first", () => {
  const found = likelyCauses({ arm: "a", ...SOUND }, [
    { arm: "b", ...SOUND, fallbacks: 2_050, bots: 4_500 },
    { arm: "c", ...SOUND },
  ]);
  expect(found).toEqual([
    { kind: "bots", arm: "b", text: "bots got 9 % in arm b and 1.8 % in arm a" },
    { kind: "fallbacks", arm: "b", text: "the fallback answered 4.1 % in arm b and 0.2 % in arm a" },
  ]);
});

it("names nothing from what nobody counted, nor from nothing", () => {
  expect(likelyCauses({ arm: "a", answers: 9 }, [{ arm: "b", ...SOUND }])).toEqual([]);
  expect(likelyCauses({ arm: "a", ...SOUND }, [{ arm: "b", answers: 0, errors: 0 }])).toEqual([]);
});

test.prop([fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 10 })])(
  "equal shares are no cause, however large the arms",
  (fallbacks, times) => {
    const arm = { arm: "b", answers: 10_000 * times, fallbacks: fallbacks * times };
    expect(likelyCauses({ arm: "a", answers: 10_000, fallbacks }, [arm])).toEqual([]);
  },
);
