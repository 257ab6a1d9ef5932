import { expect, it } from "vitest";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { describeChange, findChanges } from "./definition-changes.ts";

const BEFORE = smallDefinitionParsed({
  candidates: { als: { trainer: "als" } },
  schedule: { cron: "0 3 * * *" },
  review: { expiresAfter: "1 d" },
});

it("finds nothing between equal definitions, in whatever order they are written", () => {
  const turned = Object.fromEntries(Object.entries(structuredClone(BEFORE)).reverse()) as typeof BEFORE;
  expect(findChanges(BEFORE, turned)).toEqual([]);
});

it("tells each setting that is new, gone or another, and a group as one", () => {
  const after = structuredClone(BEFORE);
  delete after.schedule;
  after.review.expiresAfter = "2 d";
  after.candidates = { similar: { trainer: "item_similarity", neighbours: 5, shrinkage: 1, maxSizeMb: 32 } };
  after.qa.preview = ["u1"];
  after.choose.maxAnswerMs = 20;
  after.features["items"] = { sql: "select item_id,\n  title\nfrom {{ sales }}" };
  expect(findChanges(BEFORE, after).map(describeChange)).toEqual([
    'features.items.sql: "select distinct item_id, item_id as title from {{ sales }}" becomes "select item_id, title from {{ sales }}"',
    "candidates.als: is gone",
    "candidates.similar: is new",
    "choose.maxAnswerMs: is new: 20",
    'qa.preview: [] becomes ["u1"]',
    'review.expiresAfter: "1 d" becomes "2 d"',
    "schedule: is gone",
  ]);
});
