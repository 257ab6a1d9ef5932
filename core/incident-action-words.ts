/** How what Holt did about an incident is told. Pages read it, so it brings no schema. */
import type { IncidentAction } from "./incident-action.ts";

/** Whether a person can still undo it or have it stay. */
export function canSettle({ state, runId }: Pick<IncidentAction, "state" | "runId">): boolean {
  return runId === null && (state === "taken" || state === "kept");
}

/** One sentence, without its full stop. */
export function actionSentence(action: IncidentAction): string {
  const { name, state, reason, needsConfirmation, settledBy, settledReason, runId } = action;
  const done = `${name}: ${reason}`;
  const settled = `${settledBy ?? "somebody"} (${settledReason ?? ""})`;
  if (state === "withheld") return `${name} was not done: ${reason}`;
  if (state === "undone") return `${done}; undone by ${settled}`;
  if (state === "kept") return `${done}; it stays, says ${settled}`;
  if (runId !== null) return done;
  return `${done}, until ${needsConfirmation ? "somebody undoes it or has it stay" : "the cause is gone"}`;
}
