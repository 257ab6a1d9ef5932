import { type FormEvent, useId, useState } from "react";
import type { Comment, NewComment, Problem } from "../../core/api.ts";
import { plural } from "../../core/words.ts";
import { problemOf, request } from "../lib/request.ts";
import { Moment } from "../parts/moment.tsx";
import { ProblemNote } from "../parts/notice.tsx";
import { useReview } from "./context.ts";

/** What people say about one check, folded; `link` is the check's own address on this page. */
export function Comments(props: { checkId: string; about: string; link: string }) {
  const { review } = useReview();
  const own = review.comments.filter(({ checkId }) => checkId === props.checkId);
  if (own.length === 0 && !review.mayComment) return null;
  return (
    <details className="comments">
      <summary>
        {own.length > 0 ? plural(own.length, "comment") : "Comment"}
        <span className="unseen"> on {props.about}</span>
      </summary>
      <CommentList comments={own} />
      {review.mayComment && <CommentForm checkId={props.checkId} label={`Comment on ${props.about}`} />}
      <p className="small">
        <a href={props.link}>
          Link to this check<span className="unseen">: {props.about}</span>
        </a>
      </p>
    </details>
  );
}

/** What people say about the report as a whole, and about checks that it doesn't have any more. */
export function ReportComments() {
  const { review } = useReview();
  const checks = new Set(review.report.checks.map(({ id }) => id));
  const own = review.comments.filter(({ checkId }) => checkId === null || !checks.has(checkId));
  return (
    <section aria-labelledby="comments" className="report-comments">
      <h2 id="comments">Comments</h2>
      {own.length === 0 && <p className="muted">Nobody has said anything about the report as a whole.</p>}
      <CommentList comments={own} />
      {review.mayComment && <CommentForm label="Comment on the report" />}
    </section>
  );
}

function CommentList({ comments }: { comments: Comment[] }) {
  if (comments.length === 0) return null;
  return (
    <ul className="comment-list">
      {comments.map((comment) => (
        <li key={comment.id}>
          <p className="small muted">
            <strong>{comment.by}</strong>, <Moment at={comment.at} />
          </p>
          <p className="comment-text">{comment.text}</p>
        </li>
      ))}
    </ul>
  );
}

function CommentForm({ checkId, label }: { checkId?: string; label: string }) {
  const id = useId();
  const { review, reload } = useReview();
  const [text, setText] = useState("");
  const [state, setState] = useState<"writing" | "sending" | "sent">("writing");
  const [problem, setProblem] = useState<Problem>();

  async function send(event: FormEvent) {
    event.preventDefault();
    if (text.trim() === "" || state === "sending") return;
    setState("sending");
    setProblem(undefined);
    const body: NewComment = { text: text.trim(), ...(checkId === undefined ? {} : { checkId }) };
    try {
      await request("POST", `/api/runs/${encodeURIComponent(review.runId)}/comments`, { body });
      setText("");
      setState("sent");
      await reload();
    } catch (error) {
      setProblem(problemOf(error));
      setState("writing");
    }
  }

  return (
    <form className="comment-form" onSubmit={send}>
      <label htmlFor={id} className={checkId === undefined ? "" : "unseen"}>
        {label}
      </label>
      <textarea
        id={id}
        rows={2}
        maxLength={2_000}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setState("writing");
        }}
      />
      {problem && <ProblemNote problem={problem} />}
      <div className="buttons">
        <button type="submit" className="button small" disabled={state === "sending" || text.trim() === ""}>
          {state === "sending" ? "One moment…" : "Add the comment"}
        </button>
        <span role="status" className="small muted">
          {state === "sent" ? "Added; everybody who looks at the report sees it." : ""}
        </span>
      </div>
    </form>
  );
}
