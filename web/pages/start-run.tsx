import { type FormEvent, useId, useLayoutEffect, useRef, useState } from "react";
import type { NewRun, Problem, RunSummary } from "../../core/api.ts";
import { problemOf, request } from "../lib/request.ts";
import { navigate } from "../lib/router.ts";
import { ProblemNote } from "../parts/notice.tsx";

/** Starts a run and goes to its page. */
export function StartRun({ models, onClose }: { models: string[]; onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [run, setRun] = useState<NewRun>({ model: models[0] ?? "", baselineOnly: false, fresh: false });
  const [problem, setProblem] = useState<Problem>();
  const [sending, setSending] = useState(false);
  useLayoutEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close();
  }, []);

  async function start(event: FormEvent) {
    event.preventDefault();
    setSending(true);
    try {
      const started = await request<RunSummary>("POST", "/api/runs", { body: run });
      navigate(`/runs/${encodeURIComponent(started.id)}`);
    } catch (error) {
      setProblem(problemOf(error));
      setSending(false);
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={onClose}>
      <form onSubmit={start}>
        <h2 id={id}>Start a run</h2>
        <label htmlFor={`${id}-model`}>Model</label>
        <select
          id={`${id}-model`}
          value={run.model}
          onChange={(event) => setRun({ ...run, model: event.target.value })}
        >
          {models.map((model) => (
            <option key={model}>{model}</option>
          ))}
        </select>
        <label className="choice">
          <input
            type="checkbox"
            checked={run.baselineOnly}
            onChange={(event) => setRun({ ...run, baselineOnly: event.target.checked })}
          />
          Popularity list only
        </label>
        <label className="choice">
          <input
            type="checkbox"
            checked={run.fresh}
            onChange={(event) => setRun({ ...run, fresh: event.target.checked })}
          />
          Do every step again, reuse nothing
        </label>
        {problem && <ProblemNote problem={problem} />}
        <div className="buttons">
          <button type="submit" className="button primary" disabled={sending}>
            {sending ? "One moment…" : "Start"}
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
