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

/** Questions of people who haven't decided since. Who has gone holds nothing up: then the state says that none is open. */
export function openQuestions({ state, decisions }: Pick<ReviewDetail, "state" | "decisions">): Decision[] {
  if (state !== "changes_requested") return [];
  return decisions.filter(
    (decision, index) =>
      decision.verdict === "ask" &&
      !decisions.slice(index + 1).some(({ by, verdict }) => by === decision.by && verdict !== "ask"),
  );
}

/** Who else waits for an answer, each once: `max and rita`; undefined when nobody does. */
export function whoWaits(
  review: Pick<ReviewDetail, "state" | "decisions">,
  me: string,
): { names: string; isOne: boolean } | undefined {
  const names = [...new Set(openQuestions(review).map(({ by }) => by))].filter((name) => name !== me);
  if (names.length === 0) return undefined;
  return {
    names: [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and "),
    isOne: names.length === 1,
  };
}

/** What this person's approval would bring about. */
export function tellApproval(review: ReviewDetail, me: string): string {
  const { model, approvals, approvalsNeeded, needsOverride } = review;
  const missing = approvalsNeeded - approvals - 1;
  const asked = whoWaits(review, me);
  const people = plural(missing, "more person has", "more people have");
  const others = `${people} ${needsOverride ? "overridden and approved" : "approved"} it`;
  if (asked) {
    const decided = `${asked.names} ${asked.isOne ? "has" : "have"} decided`;
    return `It doesn't go live by this: ${asked.names} asked for changes. Your approval is kept, and counts once ${decided}${missing > 0 ? ` and ${others}` : ""}. If another run is the answer, it counts for nothing.`;
  }
  if (missing > 0) return `Yours is one of ${approvalsNeeded} approvals: it goes live once ${others}.`;
  return `It goes live for everybody who is served by ${model}, at once. The version before it can be served again at any time.`;
}
