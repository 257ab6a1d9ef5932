/** What people wrote, and what the log tells of them. */
import type { Transaction } from "kysely";
import type { QaReport } from "../../core/qa-report.ts";
import type { Tables } from "../../db/tables.ts";
import { digestOf } from "../../store/digest.ts";

const DAY_MS = 86_400_000;
/** Every sentence of the log. */
const ACTIONS = [
  ...[
    "apply",
    "apply_too",
    "start_run",
    "retry_step",
    "skip_step",
    "abort_step",
    "qa",
    "open_review",
    "comment",
  ],
  ...["issue_review_code", "refuse_review_code", "refuse_decision", "approve", "override", "reject", "ask"],
  ...["supersede", "register", "deploy", "rollback", "add_person", "issue_token", "open_incident"],
  ...["acknowledge_incident", "finish_run", "something_new"],
];
const DETAILS = [
  ...[
    "previous",
    "tick",
    "step",
    "verdict",
    "headline",
    "failed",
    "until",
    "needs",
    "check",
    "words",
    "because",
  ],
  ...["by", "release", "version", "from", "to", "title", "outcome", "reason", "rule", "onBehalfOf", "report"],
  ...["channel"],
];

/** What people wrote about the group's review. */
export async function addWords(
  trx: Transaction<Tables>,
  of: { runId: string; report: QaReport; text: string; personId: string; otherId: string },
): Promise<void> {
  const { runId, report, text, personId, otherId } = of;
  const check = report.checks.find(({ title }) => title === text);
  await trx
    .insertInto("review_comment")
    .values([
      { run_id: runId, check_id: check?.id ?? text, person_id: personId, text },
      { run_id: runId, check_id: text, person_id: personId, text },
    ])
    .execute();
  await trx
    .insertInto("decision")
    .values({
      ...{ run_id: runId, release_digest: digestOf(runId), report_digest: digestOf(report), verdict: "ask" },
      ...{ person_id: personId, on_behalf_of: otherId, rule: null, channel: "api", reason: text },
      seen: JSON.stringify({ openedAt: null, previews: [text] }),
    })
    .execute();
  if (otherId !== personId)
    await trx
      .insertInto("delegation")
      .values({
        from_person: personId,
        to_person: otherId,
        until: new Date(Date.now() + DAY_MS),
        reason: text,
      })
      .execute();
  const detail = Object.fromEntries(DETAILS.map((key) => [key, text]));
  await trx
    .insertInto("audit")
    .values(
      [ACTIONS[text.length % ACTIONS.length] ?? text, text].map((action) => ({
        ...{ person_id: personId, action, model: text, subject: `run ${text}` },
        detail: JSON.stringify({ ...detail, seen: { openedAt: text, previews: [text] } }),
      })),
    )
    .execute();
}
