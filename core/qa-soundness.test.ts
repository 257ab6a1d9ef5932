import { expect, it } from "vitest";
import { FILMS, ranked } from "../tests/support/qa-films.ts";
import { checkSoundness, type SoundnessFindings } from "./qa-soundness.ts";
import { ShelfCount } from "./shelf-count.ts";

/** Everybody has seen `c` and is shown a and b. */
function shelves(people = 100): ShelfCount {
  const count = new ShelfCount(2);
  for (let person = 0; person < people; person++) count.add(["c"], ranked("a", "b"));
  return count;
}

function find(id: string, findings: Partial<SoundnessFindings>) {
  const all = { count: shelves(), championCount: undefined, items: FILMS, fallbackLength: 2, ...findings };
  return checkSoundness(all).find((check) => check.id === `soundness.${id}`);
}

it.each([
  ["seen_items", ["a"], ranked("a", "b")],
  ["sound_shelves", [], ranked("a", "a")],
  ["sound_shelves", [], ranked("a", "b").reverse()],
  ["sound_shelves", [], [{ itemId: "a", score: Number.NaN }]],
  ["sound_shelves", [], [{ itemId: "a", score: Number.POSITIVE_INFINITY }]],
  ["known_items", [], ranked("a", "zz")],
])("fails %s for one shelf of 101", (id, history, shelf) => {
  expect(find(id, {})).toMatchObject({ verdict: "pass", severity: "error", value: 0, championValue: null });
  const count = shelves();
  count.add(history, shelf);
  expect(find(id, { count, championCount: shelves() })).toMatchObject({
    verdict: "fail",
    value: 1,
    championValue: 0,
    sampleSize: 101,
    clause: expect.any(String),
  });
});

it("counts an item without a title as unknown", () => {
  const items = new Map([...FILMS, ["a", { title: null, genre: null, picture: null }]]);
  expect(find("known_items", { items })).toMatchObject({ verdict: "fail", examples: ["a"] });
});

it("cannot tell without people, and then has no figure", () => {
  expect(find("seen_items", { count: new ShelfCount(2) })).toMatchObject({
    verdict: "inconclusive",
    value: null,
  });
});

it("fails when a person without history would find a gap", () => {
  expect(find("fallback", { fallbackLength: 1 })).toMatchObject({ verdict: "fail", value: 1, threshold: 2 });
  const items = new Map([...FILMS].slice(0, 1));
  expect(find("fallback", { fallbackLength: 1, items })?.verdict).toBe("pass");
});
