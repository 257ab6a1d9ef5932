import type { Decision, ReviewDetail } from "../../core/api.ts";
import { plural } from "../../core/words.ts";

/** `rita approved it for max: "good enough"`, with who stood in for whom. */
export function sayDecision(decision: Decision): string {
  const reason = decision.reason ? `: “${decision.reason}”` : "";
  return `${decision.by} ${sayVerdict(decision)}${reason}.`;
}

/** What somebody did, as it follows their name. */
export function sayVerdict({ verdict, override, onBehalfOf }: Decision): string {
  const stead = onBehalfOf === null ? "" : ` in the place of ${onBehalfOf}`;
  if (verdict === "ask") return `asked for changes${stead}`;
  if (verdict === "reject") return `rejected it${stead}`;
  return `${override ? "overrode the failed checks and approved it" : "approved it"}${stead}`;
}

/** `1 of 2 approvals`. */
export function sayApprovals({
  approvals,
  approvalsNeeded,
}: Pick<ReviewDetail, "approvals" | "approvalsNeeded">): string {
  return `${approvals} of ${plural(approvalsNeeded, "approval")}`;
}

/** Questions of people who haven't decided since: nothing goes live before they do, or before another run answers. */
export function openQuestions({ decisions }: Pick<ReviewDetail, "decisions">): Decision[] {
  return decisions.filter(
    (decision, index) =>
      decision.verdict === "ask" &&
      !decisions.slice(index + 1).some(({ by, verdict }) => by === decision.by && verdict !== "ask"),
  );
}

/** What this person's approval would bring about. */
export function tellApproval(review: ReviewDetail, me: string): string {
  const { model, approvals, approvalsNeeded } = review;
  const missing = approvalsNeeded - approvals - 1;
  if (missing > 0)
    return `Yours is one of ${approvalsNeeded} approvals: it goes live once ${plural(missing, "more person has", "more people have")} approved it.`;
  const waiting = openQuestions(review).filter(({ by }) => by !== me);
  if (waiting.length > 0)
    return `It goes live once ${[...new Set(waiting.map(({ by }) => by))].join(" and ")}, who asked for changes, decided, too.`;
  return `It goes live for everybody who is served by ${model}, at once. The version before it can be served again at any time.`;
}
