import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import type { Kysely } from "kysely";
import { reviewNoticeActivities } from "../../activities/review-notices.ts";
import { type ReviewRules, reviewRulesSchema } from "../../core/definition-review.ts";
import type { NoticeFacts } from "../../core/notice.ts";
import { openDatabase } from "../../db/connection.ts";
import type { Tables } from "../../db/tables.ts";
import type { NotifySettings } from "../../notify/settings.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import type { TestDatabase } from "./database.ts";
import { asLogin } from "./logins.ts";
import { BOT_TOKEN, SIGNING_SECRET } from "./slack.ts";

/** All day on every day, so that working time is time. */
export const ALWAYS = { timeZone: "UTC", days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "00:00" };
export const FROM = "holt@films.example";

/** Review rules as a definition that was applied has them: with every default. */
export function rulesWith(change: Partial<ReviewRules> = {}): ReviewRules {
  return { ...reviewRulesSchema.parse({}), workingHours: ALWAYS, ...change };
}

/** Where the tests' notices go; nowhere by default. */
export function notifyTo(change: Partial<NotifySettings> = {}): NotifySettings {
  return {
    serverUrl: "https://holt.films.example",
    smtpUrl: undefined,
    slackApiUrl: "http://127.0.0.1:1/api/",
    slackSigningSecret: SIGNING_SECRET,
    pagerDutyUrl: "http://127.0.0.1:1/v2/enqueue",
    allowPrivateWebhooks: true, // receivers are on this machine
    secret: (name) => (name === "HOLT_SLACK_TOKEN" ? BOT_TOKEN : undefined),
    ...change,
  };
}

/** A review that waits for one approval, in which some things are otherwise. */
export function factsOf(change: Partial<NoticeFacts> = {}): NoticeFacts {
  return {
    runId: "films-1",
    model: "films",
    candidate: "als",
    verdict: "pass",
    headline: "Fit to go live: all 3 checks pass.",
    openedAt: new Date("2026-11-24T09:00:00Z"),
    expiresAt: new Date("2026-12-01T09:00:00Z"),
    state: "open",
    approvals: 0,
    approvalsNeeded: 1,
    needsOverride: false,
    releaseDigest: "a".repeat(64),
    reportDigest: "b".repeat(64),
    supersededBy: null,
    questions: [],
    endedBy: null,
    endReason: "",
    ...change,
  };
}

/** The activity, as a worker runs it, with no more rights than a worker has. */
export async function tell(
  database: TestDatabase,
  runId: string,
  settings: NotifySettings,
): Promise<{ nextMs: number | null }> {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") });
  const worker = openDatabase(asLogin(database.url, "worker"), { applicationName: "holt-test-worker" });
  try {
    const context = { database: worker, ingest: worker, artifacts: new ArtifactStore("unused") };
    const activities = reviewNoticeActivities(context, settings);
    return await environment.run(activities.tellReviewers, { runId });
  } finally {
    await worker.close();
  }
}

/** As if the review had opened so long ago. */
export async function openedAgo(db: Kysely<Tables>, runId: string, ms: number): Promise<void> {
  await db
    .updateTable("review")
    .set({ opened_at: new Date(Date.now() - ms) })
    .where("run_id", "=", runId)
    .execute();
}

/** As if what could not be sent were due again. */
export async function dueAgain(db: Kysely<Tables>): Promise<void> {
  await db
    .updateTable("review_notice")
    .set({ next_attempt_at: new Date(0) })
    .execute();
}
