/** What people are told of a review, in words that mail and Slack share. */
import type { ReviewState } from "./api.ts";
import type { NoticeEvent } from "./notice-due.ts";
import type { Verdict } from "./qa-report.ts";

/** A review as its notices tell of it. */
export interface NoticeFacts {
  runId: string;
  model: string;
  candidate: string;
  verdict: Verdict;
  headline: string;
  openedAt: Date;
  expiresAt: Date;
  state: Exclude<ReviewState, "changes_requested" | "stopped">;
  approvals: number;
  approvalsNeeded: number;
  needsOverride: boolean;
  releaseDigest: string;
  reportDigest: string;
  supersededBy: string | null;
  /** In the order in which they came. */
  questions: readonly { by: string; text: string }[];
  /** Who ended it, and why; null where nobody did. */
  endedBy: string | null;
  endReason: string;
}

export interface NoticeWords {
  /** One line. */
  subject: string;
  /** One or two sentences. */
  lead: string;
}

/** Where a person looks at the review. It leads there and opens nothing: whoever comes signs in as always. */
export function reviewLink(serverUrl: string, runId: string): string {
  return `${serverUrl.replace(/\/+$/, "")}/runs/${encodeURIComponent(runId)}/review`;
}

export function noticeWords(event: NoticeEvent, facts: NoticeFacts): NoticeWords {
  const { model, expiresAt, openedAt } = facts;
  const deadline = `It expires ${noticeTime(expiresAt)}.`;
  if (event === "opened")
    return {
      subject: `${model}: a new version waits for your decision`,
      lead: `${neededWords(facts)} ${deadline}`,
    };
  if (event === "escalation")
    return {
      subject: `${model}: nobody has decided since ${noticeTime(openedAt)}`,
      lead: `A new version has waited since then. ${neededWords(facts)} ${deadline}`,
    };
  if (event === "ended") return endWords(facts);
  const [kind, number] = event.split("-");
  if (kind === "question") {
    const question = facts.questions[Number(number) - 1];
    return {
      subject: `${model}: ${question?.by ?? "a reviewer"} asks about the new version`,
      lead: `${question?.text ?? ""}\nThe run waits. Another run of the model is the answer.`.trim(),
    };
  }
  return {
    subject: `Reminder: a new version of ${model} still waits for your decision`,
    lead: `${neededWords(facts)} ${deadline}`,
  };
}

/** A time as all who read it understand it. */
function noticeTime(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function neededWords({ approvals, approvalsNeeded, needsOverride }: NoticeFacts): string {
  const people = approvalsNeeded === 1 ? "one approval" : `${approvalsNeeded} approvals by different people`;
  const so = approvals === 0 ? "" : `, ${approvals} of them given`;
  const override = needsOverride
    ? " A check failed that must not: approving overrides it, and needs a reason."
    : "";
  return `It needs ${people}${so}.${override}`;
}

function endWords({ model, state, endedBy, endReason, supersededBy }: NoticeFacts): NoticeWords {
  const lead = endReason;
  if (state === "superseded")
    return { subject: `${model}: a newer run took this one's place`, lead: `It is run ${supersededBy}.` };
  if (state === "expired")
    return {
      subject: `${model}: nobody decided in time`,
      lead: "The run has ended; nothing changes. Start another run to ask again.",
    };
  const done = state === "rejected" ? "rejected" : "approved";
  return { subject: `${model}: the new version was ${done} by ${endedBy ?? "a person"}`, lead };
}
