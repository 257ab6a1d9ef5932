import { ApplicationFailure } from "@temporalio/workflow";

/**
 * The text of this name in what a workflow was started with. Anybody who reaches Temporal can start one with anything; a
 * TypeError would fail its task, which Temporal tries again for ever.
 * @throws {ApplicationFailure} it isn't there; ends the workflow at once
 */
export function textOf(input: unknown, name: string): string {
  const text = (input as Record<string, unknown> | null | undefined)?.[name];
  if (typeof text === "string" && text !== "") return text;
  throw ApplicationFailure.nonRetryable(
    `input: has no "${name}"; Holt starts its workflows itself, see "holt run --help"`,
    "InvalidInput",
  );
}
