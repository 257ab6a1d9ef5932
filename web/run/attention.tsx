import { type ReactNode, useState } from "react";
import { answersAllowed } from "../../core/allowed.ts";
import type { NewStepAnswer, RunDetail, Step } from "../../core/api.ts";
import type { StepAnswer } from "../../core/steps.ts";
import { request } from "../lib/request.ts";
import { useMay } from "../lib/session.ts";
import { Notice } from "../parts/notice.tsx";
import { ReasonDialog } from "../parts/reason-dialog.tsx";
import { StepErrorText } from "./step-panel.tsx";

const WORDS: Record<StepAnswer, { button: string; title(step: string): string; effect: ReactNode }> = {
  retry: {
    button: "Retry",
    title: (step) => `Retry ${step}?`,
    effect: "It is tried again from its start. Steps that are done stay done.",
  },
  skip: {
    button: "Skip",
    title: (step) => `Skip ${step}?`,
    effect: "The run goes on without it; steps that read it do without.",
  },
  abort: {
    button: "Abort the run",
    title: () => "Abort the run?",
    effect: "The run ends here. What is live stays live.",
  },
};

/** A step that used up its retries, and what a person may answer. */
export function Attention({ run, step, reload }: { run: RunDetail; step: Step; reload(): Promise<void> }) {
  const mayAnswer = useMay("submit");
  const [asking, setAsking] = useState<StepAnswer>();
  const [answered, setAnswered] = useState<StepAnswer>();
  const words = asking && WORDS[asking];

  async function answer(given: StepAnswer, reason: string) {
    const body: NewStepAnswer = { answer: given, round: step.round, reason };
    const path = `/api/runs/${encodeURIComponent(run.id)}/steps/${encodeURIComponent(step.name)}/answers`;
    await request("POST", path, { body });
    setAnswered(given);
    await reload();
  }

  return (
    <Notice tone="bad" icon="alert" title={<>Step {step.name} needs attention</>}>
      <StepErrorText step={step} />
      {answered ? (
        <p role="status">Answered: {WORDS[answered].button.toLowerCase()}. A worker takes it up now.</p>
      ) : mayAnswer ? (
        <div className="buttons">
          {answersAllowed(step).map((each, index) => (
            <button
              type="button"
              key={each}
              className={index === 0 ? "button primary" : "button"}
              onClick={() => setAsking(each)}
            >
              {WORDS[each].button}
            </button>
          ))}
        </div>
      ) : (
        <p className="muted">Who may start runs answers this: retry, skip or abort.</p>
      )}
      {asking && words && (
        <ReasonDialog
          title={words.title(step.name)}
          reasonRequired={false}
          confirmLabel={words.button}
          danger={asking === "abort"}
          onConfirm={(reason) => answer(asking, reason)}
          onClose={() => setAsking(undefined)}
        >
          {words.effect}
        </ReasonDialog>
      )}
    </Notice>
  );
}
