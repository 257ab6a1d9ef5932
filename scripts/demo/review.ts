import { drawMetrics } from "../../cli/print/report.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { decide } from "../../operations/decide.ts";
import { issueSignInCode } from "../../operations/sessions.ts";
import { readKeys } from "./keys.ts";
import { MODEL, type Stage } from "./stage.ts";

const LOOK_EVERY_MS = 500;

type Review = Awaited<ReturnType<typeof getReviewDetail>>;

/** Approves as the demo's reviewer, where nobody else is meant to decide, and says so. */
export async function approve(stage: Stage, runId: string, why: string): Promise<void> {
  const { narrator, stack, database } = stage;
  const review = await getReviewDetail(database.db, runId);
  await sign(stage, review, "approve", why);
  narrator.say(`The demo's reviewer ("${stack.people.reviewer.name}") approves it: ${why}.`);
}

/** Shows what is to be decided and where. Waits for a person at a terminal; elsewhere the demo's reviewer decides. */
export async function decideReview(stage: Stage, runId: string): Promise<void> {
  const { narrator, database } = stage;
  const review = await getReviewDetail(database.db, runId);
  narrator.say(review.report.headline);
  narrator.say(review.choice);
  narrator.show(drawMetrics(review.report));
  for (const { verdict, explanation } of review.report.checks) narrator.say(`  ${verdict}: ${explanation}`);
  await printLinks(stage, runId);
  if (!stage.isPersonThere)
    return approve(stage, runId, "nobody sits at a terminal, and the report has no failed check");
  await waitForPerson(stage, review);
}

async function printLinks(stage: Stage, runId: string): Promise<void> {
  const { narrator, stack } = stage;
  const { code } = await issueSignInCode(stage, stack.people.reviewer);
  const { serverUrl, temporalUiUrl, temporalNamespace } = stack.settings;
  const workflow = encodeURIComponent(`run/${MODEL}/${runId.slice(MODEL.length + 1)}`);
  narrator.say("\nThe run waits for a person, for seven days if need be, and holds no worker meanwhile:");
  narrator.show(
    [
      `Review       ${serverUrl}/runs/${runId}/review#sign-in=${code}`,
      `             (signs you in as the demo's reviewer, once, within 5 minutes)`,
      `Run          ${serverUrl}/runs/${runId}`,
      ...(temporalUiUrl
        ? [`Temporal     ${temporalUiUrl}/namespaces/${temporalNamespace}/workflows/${workflow}`]
        : []),
    ].join("\n"),
  );
}

async function waitForPerson(stage: Stage, review: Review): Promise<void> {
  const { narrator, database, signal, stack } = stage;
  narrator.say(
    "\nDecide on the review page, or here as the demo's reviewer: a approves, r rejects, l prints a new link.",
  );
  const keys = readKeys(process.stdin);
  try {
    for (;;) {
      signal.throwIfAborted();
      const key = await keys.next(LOOK_EVERY_MS);
      if (key === "\u0003") process.kill(process.pid, "SIGINT"); // Ctrl-C is a key like any other in this mode
      if (key === "l") await printLinks(stage, review.runId);
      if (key === "a") await sign(stage, review, "approve", "approved at the demo's terminal");
      if (key === "r") await sign(stage, review, "reject", "rejected at the demo's terminal");
      const { state, decisions } = await getReviewDetail(database.db, review.runId);
      const decision = decisions.findLast(({ verdict }) => verdict !== "ask");
      if (!decision || (state !== "approved" && state !== "rejected")) continue;
      const verb = decision.verdict === "approve" ? "approved" : "rejected";
      const where = decision.by === stack.people.reviewer.name ? "" : `, by ${decision.by}`;
      return narrator.say(`It is ${verb}${where}${decision.reason ? `: ${decision.reason}` : ""}.`);
    }
  } finally {
    keys.close();
  }
}

function sign(stage: Stage, review: Review, verdict: "approve" | "reject", reason: string) {
  const { runId, releaseDigest, reportDigest } = review;
  const decision = { verdict, releaseDigest, reportDigest, reason, override: false };
  return decide(stage, stage.stack.people.reviewer, runId, decision, "cli");
}
