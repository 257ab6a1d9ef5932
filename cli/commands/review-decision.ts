import type { Command } from "commander";
import type { Decision, NewDecision } from "../../core/api.ts";
import { getReviewDetail, type SharedReview } from "../../db/views/reviews.ts";
import { decide } from "../../operations/decide.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { commandLine } from "../print/command-name.ts";
import { clean } from "../print/style.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

type Verdict = NewDecision["verdict"];

const WORDS = {
  approve: {
    does: "Approve a run's release for production (exit code 3: more people have to)",
    done: "approved",
    example: "",
    why: "why; needed with --override",
  },
  reject: {
    does: "Reject a run's release; the run ends with the reason",
    done: "rejected",
    example: ' --reason "the derby is missing"',
    why: "why; needed, whoever made the model reads it",
  },
  ask: {
    does: "Ask for changes; the run waits, and another run is the answer",
    done: "asked for changes",
    example: ' --reason "why is there no film for children?"',
    why: "what you ask; needed, whoever made the model reads it",
  },
} as const satisfies Record<Verdict, Record<string, string>>;

export function decisionCommand(verdict: Verdict): Command {
  const { does, example, why } = WORDS[verdict];
  const command = holtCommand(verdict, {
    description: does,
    examples: [`holt review ${verdict} movies-20261124T030000${example}`],
  })
    .argument("<run>", 'a run of "holt review"')
    .option("--reason <text>", why, "");
  if (verdict === "approve")
    command.option(
      "--override",
      "though a check failed that must not; needs one more person, each with a reason",
    );
  return command
    .option("--release <digest>", "the release that you saw; refused if another stands there now")
    .option("--report <digest>", "the report that you saw; refused if another stands there now")
    .action(printing((runId: string, options: SeenOptions) => sendDecision(verdict, runId, options)));
}

interface SeenOptions {
  reason: string;
  override?: boolean;
  release?: string;
  report?: string;
}

/** Signs the digests that the person names; without them, those that stand there, which the answer repeats. */
async function sendDecision(
  verdict: Verdict,
  runId: string,
  { reason, override = false, release, report }: SeenOptions,
): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const before = await getReviewDetail(session.database.db, runId);
    const signed = {
      releaseDigest: release ?? before.releaseDigest,
      reportDigest: report ?? before.reportDigest,
    };
    const decision = await decide(session, actor, runId, { verdict, reason, override, ...signed }, "cli");
    const after = await getReviewDetail(session.database.db, runId);
    const isOld = before.decisions.some(({ id }) => id === decision.id);
    return {
      text: [
        `run ${runId}: ${describe(decision, isOld)}`,
        ...stillNeeded(verdict, after),
        `release ${signed.releaseDigest}`,
        `report  ${signed.reportDigest}`,
        `Follow it with: ${commandLine(`run show ${runId}`)}`,
      ].join("\n"),
      data: { runId, ...signed, ...decision, state: after.state },
      exitCode: verdict === "approve" && waits(after) ? EXIT.waitingForPerson : EXIT.done,
    };
  });
}

function describe({ verdict, by, onBehalfOf, override, at }: Decision, isOld: boolean): string {
  const inPlace = onBehalfOf ? ` in the place of ${clean(onBehalfOf)}` : "";
  const done = `${WORDS[verdict].done} by ${clean(by)}${inPlace}${override ? ", over a failed check" : ""}`;
  return isOld ? `already ${done} at ${formatTime(at)}; that decision stands` : done;
}

/** What the run waits for after an approval that was not the last one needed. */
function stillNeeded(verdict: Verdict, after: SharedReview): string[] {
  if (verdict !== "approve" || !waits(after)) return [];
  const count = `${after.approvals} of ${after.approvalsNeeded} approvals`;
  return [
    after.state === "changes_requested"
      ? `${count}; somebody asked for changes, so it waits for them or for another run`
      : `${count}; it waits for other people's`,
  ];
}

function waits({ state }: SharedReview): boolean {
  return state === "open" || state === "changes_requested";
}
