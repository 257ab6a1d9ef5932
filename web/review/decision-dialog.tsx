import { needsReason } from "../../core/allowed.ts";
import type { NewDecision, ReviewDetail } from "../../core/api.ts";
import { plural } from "../../core/words.ts";
import { useSession } from "../lib/session.ts";
import { Moment } from "../parts/moment.tsx";
import { ReasonDialog } from "../parts/reason-dialog.tsx";
import { useReview } from "./context.ts";
import { tellApproval, whoWaits } from "./decision-words.ts";
import { failedChecks } from "./order.ts";

type Verdict = NewDecision["verdict"];

/** Asks once more, says what will happen, and what of the reader's looking goes with it. */
export function DecisionDialog(props: {
  verdict: Verdict;
  seen: NonNullable<NewDecision["seen"]>;
  onConfirm(reason: string): Promise<void>;
  onClose(): void;
}) {
  const { review } = useReview();
  const { me } = useSession();
  const override = props.verdict === "approve" && review.needsOverride;
  const asked = props.verdict === "approve" && whoWaits(review, me.name) !== undefined;
  const words = override ? OVERRIDE : WORDS[props.verdict];
  return (
    <ReasonDialog
      title={words.title(asked ? `${review.candidate} while a question is open` : review.candidate)}
      label={words.label}
      missing={words.missing}
      reasonRequired={needsReason(props.verdict, override)}
      confirmLabel={words.confirm}
      danger={override || props.verdict === "reject"}
      onConfirm={props.onConfirm}
      onClose={props.onClose}
    >
      {override && <Overridden review={review} />}
      <p>{words.effect(review, me.name)}</p>
      <SeenNote seen={props.seen} />
    </ReasonDialog>
  );
}

interface Words {
  title(candidate: string): string;
  confirm: string;
  label: string;
  missing: string;
  effect(review: ReviewDetail, me: string): string;
}

const MISSING = "Write why; without a reason it can't be done.";
const WORDS: Record<Verdict, Words> = {
  approve: {
    title: (candidate) => `Approve ${candidate}?`,
    confirm: "Approve",
    label: "Reason",
    missing: MISSING,
    effect: tellApproval,
  },
  reject: {
    title: (candidate) => `Reject ${candidate}?`,
    confirm: "Reject",
    label: "Reason",
    missing: MISSING,
    effect: () => "Nothing changes for anybody: what is live stays live. The run ends with your reason.",
  },
  ask: {
    title: (candidate) => `Ask for changes to ${candidate}?`,
    confirm: "Ask",
    label: "What should be different",
    missing: "Write what should be different; without it nobody can answer.",
    effect: () =>
      "The run waits with your question, and it cannot go live meanwhile. The answer is another run, which takes its place; or you decide later.",
  },
};
const OVERRIDE: Words = {
  ...WORDS.approve,
  title: (candidate) => `Override the failed checks and approve ${candidate}?`,
  confirm: "Override and approve",
};

function Overridden({ review }: { review: ReviewDetail }) {
  const failed = failedChecks(review.report.checks).filter(({ severity }) => severity === "error");
  const rest = failed.length - 3;
  return (
    <div className="side-note tone-bad">
      <p>You say, with your name, that it should go live although this failed:</p>
      <ul>
        {failed.slice(0, 3).map((check) => (
          <li key={check.id}>
            <strong>{check.title}</strong>
          </li>
        ))}
        {rest > 0 && <li>and {plural(rest, "more check", "more checks")}</li>}
      </ul>
    </div>
  );
}

function SeenNote({ seen }: { seen: NonNullable<NewDecision["seen"]> }) {
  return (
    <p className="muted small">
      With it goes what you had before you: the report
      {seen.openedAt !== null && (
        <>
          , open since <Moment at={seen.openedAt} />
        </>
      )}
      , and{" "}
      {seen.previews.length === 0
        ? "nobody's lists: you have not looked at any."
        : `the lists of ${plural(seen.previews.length, "person", "people")} (${seen.previews.join(", ")}).`}
    </p>
  );
}
