/** Which notices of a review are due, and when the next will be. */
import type { ReviewRules } from "./definition-review.ts";
import { addWorkingTime, workingTimeBetween, workingTimeMs } from "./working-hours.ts";

/** `opened`, `reminder-1`, …, `escalation`, `question-1`, …, `ended`. Each is written once a review. */
export type NoticeEvent = "opened" | "escalation" | "ended" | `reminder-${number}` | `question-${number}`;

export interface NoticedReview {
  openedAt: Date;
  isOpen: boolean;
  rules: Pick<ReviewRules, "workingHours" | "remindAfter" | "escalate">;
  /** Questions that were asked so far. */
  questions: number;
}

/**
 * What must have been told by `now`, and when to look again; `next` is undefined once the review has ended. Of the reminders that were
 * missed, while no worker was there say, only the last one is due.
 */
export function dueNotices(review: NoticedReview, now: Date): { events: NoticeEvent[]; next?: Date } {
  const { openedAt, rules } = review;
  const questions = Array.from({ length: review.questions }, (_, at): NoticeEvent => `question-${at + 1}`);
  if (!review.isOpen) return { events: [...questions, "ended"] };
  const { workingHours } = rules;
  const everyMs = workingTimeMs(rules.remindAfter, workingHours);
  const reminders = Math.floor(workingTimeBetween(openedAt, now, workingHours) / everyMs);
  const events: NoticeEvent[] = ["opened", ...questions];
  if (reminders > 0) events.push(`reminder-${reminders}`);
  let next = addWorkingTime(openedAt, (reminders + 1) * everyMs, workingHours);
  if (rules.escalate) {
    const afterMs = workingTimeMs(rules.escalate.after, workingHours);
    const escalation = addWorkingTime(openedAt, afterMs, workingHours);
    if (escalation <= now) events.push("escalation");
    else if (escalation < next) next = escalation;
  }
  return { events, next };
}
