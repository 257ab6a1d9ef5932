import { expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import type { DefinitionInput } from "./definition.ts";
import { describeFault } from "./faults.ts";

type Rules = NonNullable<DefinitionInput["review"]>;

function faultsOf(review: Rules, more: Partial<DefinitionInput> = {}): string[] {
  const checked = checkDefinition({ ...smallDefinition(), ...more, review });
  return checked.ok ? [] : checked.faults.map(describeFault);
}

it.each<[string, Rules, string]>([
  [
    "a time zone that doesn't exist",
    { workingHours: { timeZone: "Europe/Atlantis" } },
    'review.workingHours.timeZone: "Europe/Atlantis" is not a time zone',
  ],
  [
    "a day that is named twice",
    { workingHours: { days: [1, 2, 1] } },
    "review.workingHours.days[2]: 1 is there already; name it once",
  ],
  [
    "reviewers who are nobody",
    { reviewers: {} },
    'review.reviewers: names nobody; name people or groups, or leave it out for every "reviewer"',
  ],
  [
    "a name that nobody can have",
    { reviewers: { people: ["Ann Lee"] } },
    'review.reviewers.people[0]: "Ann Lee" is not a person\'s name; use small letters, digits and . _ @ -, 80 at most',
  ],
  [
    "more approvals than people",
    { approvals: 2, reviewers: { people: ["ann"] } },
    'review.approvals: 2 is more than the people whom "reviewers" names (1); name more, or a group',
  ],
  [
    "an override that needs one more person than there are",
    { approvals: 2, override: {}, reviewers: { people: ["ann", "bob"] } },
    'review.override: needs 3 people, and "reviewers" names 2; name more, or a group',
  ],
  [
    "a person who is named twice",
    { reviewers: { people: ["ann", "ann"] } },
    'review.reviewers.people[1]: "ann" is there already; name it once',
  ],
  [
    "reminders without number",
    { remindAfter: "1 min" },
    'review.remindAfter: "1 min" would remind people 2400 times before the review expires, of at most 400; write a longer time',
  ],
  [
    "an escalation that never comes",
    { expiresAfter: "1 d", escalate: { after: "30 h", to: ["boss"] } },
    'review.escalate.after: "30 h" of working time is over only after the review has expired ("1 d"); write a shorter time',
  ],
  [
    "an automatic case of a schedule that there isn't",
    { automatic: { nightly: { maxListChange: 0.1 } } },
    'review.automatic.nightly.scheduledOnly: is true, but the definition has no schedule; add one, or write "scheduledOnly: false"',
  ],
  ["a reminder that is no duration", { remindAfter: "soon" }, 'review.remindAfter: "soon" is not a duration'],
])("refuses %s", (_, review, words) => {
  expect(faultsOf(review)).toEqual([expect.stringContaining(words)]);
});

it("takes rules that can be kept", () => {
  const review: Rules = {
    approvals: 2,
    reviewers: { people: ["ann"], groups: ["editors"] },
    override: { groups: ["chiefs"] },
    workingHours: { timeZone: "Europe/Vienna", days: [6, 7], from: "22:00", to: "04:00" },
    escalate: { after: "2 d", to: ["boss"] },
    automatic: { nightly: { maxListChange: 0.1 } },
  };
  expect(faultsOf(review, { schedule: { cron: "0 3 * * *", timeZone: "UTC" } })).toEqual([]);
  expect(faultsOf({ expiresAfter: "365 d" })).toEqual([]);
  expect(faultsOf({ expiresAfter: "1 s" })).toEqual([]);
});
