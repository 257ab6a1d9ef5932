import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type InboxReview, REVIEW_STATES } from "../../core/api.ts";
import { reviewOf } from "../../tests/support/page-review.ts";
import { reviewParts } from "./inbox.ts";

const inbox = (runId: string, of: Partial<InboxReview>): InboxReview => ({ ...reviewOf({}), runId, ...of });
const idsOf = (reviews: readonly InboxReview[]) => reviews.map(({ runId }) => runId);
const day = (number: number) => `2026-12-0${number}T00:00:00.000Z`;

describe("the inbox", () => {
  it("holds first what this person may decide, what ends first on top", () => {
    const parts = reviewParts([
      inbox("late", { expiresAt: day(5) }),
      inbox("theirs", { mayDecide: false, expiresAt: day(1) }),
      inbox("soon", { expiresAt: day(2), state: "changes_requested" }),
      inbox("over", { state: "approved", mayDecide: false }),
    ]);
    expect(idsOf(parts.mine)).toEqual(["soon", "late"]);
    expect(idsOf(parts.others)).toEqual(["theirs"]);
    expect(idsOf(parts.settled)).toEqual(["over"]);
  });

  const reviews = fc.array(
    fc.record({
      state: fc.constantFrom(...REVIEW_STATES),
      mayDecide: fc.boolean(),
      expiresAt: fc.integer({ min: 1, max: 9 }).map(day),
    }),
  );
  test.prop([reviews])("holds every review once, and asks for no decision on a settled one", (given) => {
    const all = given.map((each, index) => inbox(String(index), each));
    const { mine, others, settled } = reviewParts(all);
    expect(idsOf([...mine, ...others, ...settled]).toSorted()).toEqual(idsOf(all).toSorted());
    expect(mine.every(({ state }) => state === "open" || state === "changes_requested")).toBe(true);
  });
});
