import type { ReactNode } from "react";
import type { Problem } from "../../core/api.ts";
import type { IconName, Tone } from "../lib/words.ts";
import { Icon } from "./icon.tsx";

/** A panel that wants to be read first. */
export function Notice(props: { tone: Tone; icon: IconName; title: ReactNode; children?: ReactNode }) {
  return (
    <section className={`notice tone-${props.tone}`}>
      <Icon name={props.icon} size={22} />
      <div className="notice-body">
        <h2>{props.title}</h2>
        {props.children}
      </div>
    </section>
  );
}

/** What went wrong, in the server's words. Announced at once. */
export function ProblemNote({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div className="problem" role="alert">
      <Icon name="alert" />
      <div>
        <p>
          <strong>{problem.status === 403 ? "You may not do this" : problem.title}.</strong> {problem.detail}
        </p>
        {onRetry && (
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}

/** Why there is nothing to see, and what would change that. */
export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
