/** Rules of a review that are well written, but that nobody could keep. */
import type { Definition } from "./definition.ts";
import type { ReviewRules } from "./definition-review.ts";
import { durationMs } from "./duration.ts";
import type { Fault } from "./faults.ts";
import { workingTimeBetween, workingTimeMs } from "./working-hours.ts";

/** As a person's name is spelt (operations/people.ts); nobody has any other. */
const NAME = /^[a-z0-9][a-z0-9._@-]{0,79}$/;
/** Each costs the run's history some events, and whoever gets them their patience. */
const MOST_REMINDERS = 400;
/** A Monday: the week that follows has every working day. */
const MONDAY = new Date("2024-01-01T00:00:00Z");

export function findReviewFaults({ review, schedule }: Definition): Fault[] {
  return [
    ...doubleDays(review),
    ...reviewersOf(review),
    ...tooFewPeople(review),
    ...tooManyReminders(review),
    ...lateEscalation(review),
    ...Object.entries(review.automatic).flatMap(([name, rule]) =>
      rule.scheduledOnly && !schedule
        ? [
            {
              path: ["review", "automatic", name, "scheduledOnly"],
              problem:
                'is true, but the definition has no schedule; add one, or write "scheduledOnly: false"',
            },
          ]
        : [],
    ),
  ];
}

function doubleDays({ workingHours: { days } }: ReviewRules): Fault[] {
  return days.flatMap((day, index) =>
    days.indexOf(day) < index
      ? [
          {
            path: ["review", "workingHours", "days", index],
            problem: `${day} is there already; name it once`,
          },
        ]
      : [],
  );
}

function reviewersOf({ reviewers, escalate }: ReviewRules): Fault[] {
  const people = [
    ...(reviewers?.people ?? []).map((name, at) => ({ path: ["review", "reviewers", "people", at], name })),
    ...(escalate?.to ?? []).map((name, at) => ({ path: ["review", "escalate", "to", at], name })),
  ];
  return [
    ...(reviewers && reviewers.people.length + reviewers.groups.length === 0
      ? [
          {
            path: ["review", "reviewers"],
            problem: 'names nobody; name people or groups, or leave it out for every "reviewer"',
          },
        ]
      : []),
    ...people
      .filter(({ name }) => !NAME.test(name))
      .map(({ path, name }) => ({
        path,
        problem: `"${name}" is not a person's name; use small letters, digits and . _ @ -, 80 at most`,
      })),
    ...(reviewers?.people ?? []).flatMap((name, at) =>
      (reviewers?.people.indexOf(name) ?? at) < at
        ? [
            {
              path: ["review", "reviewers", "people", at],
              problem: `"${name}" is there already; name it once`,
            },
          ]
        : [],
    ),
  ];
}

/** A group may have any number of people; names are counted. */
function tooFewPeople({ approvals, override, reviewers }: ReviewRules): Fault[] {
  if (!reviewers || reviewers.groups.length > 0 || reviewers.people.length === 0) return [];
  const there = new Set(reviewers.people).size;
  if (approvals > there)
    return [
      {
        path: ["review", "approvals"],
        problem: `${approvals} is more than the people whom "reviewers" names (${there}); name more, or a group`,
      },
    ];
  if (override && approvals + 1 > there)
    return [
      {
        path: ["review", "override"],
        problem: `needs ${approvals + 1} people, and "reviewers" names ${there}; name more, or a group`,
      },
    ];
  return [];
}

function tooManyReminders({ remindAfter, expiresAfter, workingHours }: ReviewRules): Fault[] {
  const end = new Date(MONDAY.getTime() + durationMs(expiresAfter));
  const count = Math.floor(
    workingTimeBetween(MONDAY, end, workingHours) / workingTimeMs(remindAfter, workingHours),
  );
  if (count <= MOST_REMINDERS) return [];
  const problem = `"${remindAfter}" would remind people ${count} times before the review expires, of at most ${MOST_REMINDERS}; write a longer time`;
  return [{ path: ["review", "remindAfter"], problem }];
}

function lateEscalation({ escalate, expiresAfter, workingHours }: ReviewRules): Fault[] {
  if (!escalate || workingTimeMs(escalate.after, workingHours) < durationMs(expiresAfter)) return [];
  const problem = `"${escalate.after}" of working time is over only after the review has expired ("${expiresAfter}"); write a shorter time`;
  return [{ path: ["review", "escalate", "after"], problem }];
}
