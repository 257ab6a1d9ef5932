import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import type { Problem } from "../../core/api.ts";
import { problemOf } from "../lib/request.ts";
import { ProblemNote } from "./notice.tsx";

export interface ReasonDialogProps {
  title: string;
  /** What will happen, in plain words. */
  children: ReactNode;
  reasonRequired: boolean;
  /** What the field is called when it isn't a reason. */
  label?: string;
  /** What is said when it is needed and empty. */
  missing?: string;
  confirmLabel: string;
  danger?: boolean;
  /** Does it; what it throws is shown, and the dialog stays. */
  onConfirm(reason: string): Promise<void>;
  onClose(): void;
}

/** Asks for a reason before something that is kept in the audit log. Escape closes it; the focus goes back after it. */
export function ReasonDialog(props: ReasonDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  useLayoutEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);

  async function confirm(event: FormEvent) {
    event.preventDefault();
    if (props.reasonRequired && reason.trim() === "") {
      setMissing(true);
      field.current?.focus();
      return;
    }
    setSending(true);
    setProblem(undefined);
    try {
      await props.onConfirm(reason.trim());
      props.onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setSending(false);
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby={`${id}-title`} onCancel={props.onClose}>
      <form onSubmit={confirm} noValidate>
        <h2 id={`${id}-title`}>{props.title}</h2>
        <div className="dialog-text">{props.children}</div>
        <label htmlFor={`${id}-reason`}>
          {props.label ?? "Reason"}{" "}
          <span className="muted">{props.reasonRequired ? "(needed)" : "(if you like)"}</span>
        </label>
        <textarea
          ref={field}
          id={`${id}-reason`}
          rows={3}
          maxLength={2_000}
          value={reason}
          aria-required={props.reasonRequired}
          aria-invalid={missing}
          aria-describedby={`${id}-hint`}
          onChange={(event) => {
            setReason(event.target.value);
            setMissing(false);
          }}
        />
        <p id={`${id}-hint`} className={missing ? "hint bad" : "hint"}>
          {missing
            ? (props.missing ?? "Write why; without a reason it can't be done.")
            : "It is kept in the audit log with your name."}
        </p>
        {problem && <ProblemNote problem={problem} />}
        <div className="buttons">
          <button
            type="submit"
            className={props.danger ? "button danger" : "button primary"}
            disabled={sending}
          >
            {sending ? "One moment…" : props.confirmLabel}
          </button>
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
