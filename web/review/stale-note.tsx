import type { Problem, ReviewDetail } from "../../core/api.ts";
import { Icon } from "../parts/icon.tsx";
import { tellChanges } from "./changes.ts";
import { useReview } from "./context.ts";

/**
 * Says that what the reader had before them is not what there is now, and what changed: at once when the server
 * refused a decision for it (`problem`), and by itself when another release or report came.
 */
export function StaleNote(props: { read: ReviewDetail; problem: Problem | undefined; onAccept(): void }) {
  const { review } = useReview();
  const { read, problem } = props;
  const isOther = read.releaseDigest !== review.releaseDigest || read.reportDigest !== review.reportDigest;
  if (!isOther && !problem) return null;
  const changes = tellChanges(read, review);
  return (
    <div className="problem" role="alert">
      <Icon name="alert" />
      <div>
        <p>
          <strong>
            {problem ? "Your decision was not taken." : "What you read is not what there is now."}
          </strong>{" "}
          {problem?.detail}
        </p>
        {changes.length > 0 && (
          <>
            <p>Since you opened it:</p>
            <ul className="sentences">
              {changes.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </>
        )}
        <button type="button" className="button small" onClick={props.onAccept}>
          I have seen it
        </button>
      </div>
    </div>
  );
}
