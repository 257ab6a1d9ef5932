/** Slack's messages of a review: posted once with buttons, followed up in their thread, changed at the end. */
import getPort from "get-port";
import { beforeEach, expect, it } from "vitest";
import type { ReviewRules } from "../core/definition-review.ts";
import { listFailedNotices } from "../db/notices.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { dueAgain, notifyTo, openedAgo, rulesWith, tell } from "../tests/support/notified-run.ts";
import { addReviewedRun, addTestPerson, decideAs, type ReviewedRun } from "../tests/support/reviewed-run.ts";
import { CHANNEL, type SlackWorkspace, slackWorkspace } from "../tests/support/slack.ts";

const HOUR_MS = 3_600_000;
const OPENED = "films: a new version waits for your decision";

let database: TestDatabase;
let slack: SlackWorkspace;

beforeEach(async () => {
  database = await testDatabase();
  slack = await slackWorkspace();
});

const told = (runId: string) => tell(database, runId, notifyTo({ slackApiUrl: slack.apiUrl }));

function openRun(change: Partial<ReviewRules> = {}, requesterId?: string): Promise<ReviewedRun> {
  const notify = { slack: { channel: "#models", tokenEnv: "HOLT_SLACK_TOKEN" } };
  return addReviewedRun(database.db, {
    rules: rulesWith({ notify, ...change }),
    ...(requesterId ? { requesterId } : {}),
  });
}

it("posts once, with headline, link and what its buttons stand for", async () => {
  const { runId, releaseDigest, reportDigest } = await openRun();
  await told(runId);
  await told(runId);
  expect(slack.calls).toHaveLength(1);
  const [message] = slack.of("chat.postMessage");
  expect(message).toMatchObject({ channel: "#models", text: OPENED });
  const blocks = message?.["blocks"] as {
    type: string;
    text?: { text: string };
    elements?: Record<string, unknown>[];
  }[];
  expect(blocks[1]?.text?.text).toContain("Fit to go live: all 3 checks pass.");
  const buttons = blocks.find(({ type }) => type === "actions")?.elements ?? [];
  expect(buttons.map(({ action_id }) => action_id)).toEqual([
    "holt_look",
    "holt_approve",
    "holt_reject",
    "holt_ask",
  ]);
  expect(buttons[0]?.["url"]).toBe(`https://holt.films.example/runs/${runId}/review`);
  for (const { value } of buttons.slice(1))
    expect(JSON.parse(String(value))).toEqual({ runId, releaseDigest, reportDigest });
});

it("reminds in the message's thread and in the channel, and calls those to whom it escalates", async () => {
  const boss = await addTestPerson(database.db, "submitter");
  await database.db
    .insertInto("person_identity")
    .values({ issuer: "slack:T1", subject: "UBOSS", person_id: boss.personId })
    .execute();
  const { runId } = await openRun({ remindAfter: "1 h", escalate: { after: "2 h", to: [boss.name] } });
  await told(runId);
  await openedAgo(database.db, runId, HOUR_MS + 1_000);
  await told(runId);
  await openedAgo(database.db, runId, 2 * HOUR_MS + 1_000);
  await told(runId);
  const [opened, ...later] = slack.of("chat.postMessage");
  expect(opened).not.toHaveProperty("thread_ts");
  expect(later).toHaveLength(3);
  for (const message of later)
    expect(message).toMatchObject({
      channel: CHANNEL,
      thread_ts: "1764000000.000001",
      reply_broadcast: true,
    });
  expect(later.map(({ text }) => text).sort()).toEqual([
    expect.stringMatching(/^<@UBOSS> films: nobody has decided since/),
    "Reminder: a new version of films still waits for your decision",
    "Reminder: a new version of films still waits for your decision",
  ]);
  // only the first has what decides
  for (const message of later) expect(JSON.stringify(message)).not.toContain("holt_approve");
});

it("calls the requester when somebody asks, and lets nobody's words call others", async () => {
  const erin = await addTestPerson(database.db, "submitter");
  await database.db
    .insertInto("person_identity")
    .values({ issuer: "slack:T1", subject: "UERIN", person_id: erin.personId })
    .execute();
  const run = await openRun({}, erin.personId);
  await told(run.runId);
  await decideAs(database.db, await addTestPerson(database.db), run, {
    verdict: "ask",
    reason: "<!channel> why?",
  });
  await told(run.runId);
  const asked = slack.of("chat.postMessage").at(-1);
  expect(asked?.["text"]).toMatch(/^<@UERIN> films: reviewer-\w+ asks about the new version$/);
  const blocks = asked?.["blocks"] as { text?: { type: string; text: string } }[];
  for (const { text } of blocks.filter((block) => block.text?.text.includes("<!channel>")))
    expect(text?.type).toBe("plain_text");
  expect(JSON.stringify(blocks)).toContain("<!channel> why?");
});

it("changes its message at the end: no button decides any more", async () => {
  const rita = await addTestPerson(database.db);
  const run = await openRun();
  await told(run.runId);
  await decideAs(database.db, rita, run, { verdict: "reject", reason: "the derby is missing" });
  expect(await told(run.runId)).toEqual({ nextMs: null });
  expect(slack.calls.map(({ method }) => method)).toEqual(["chat.postMessage", "chat.update"]);
  const [change] = slack.of("chat.update");
  expect(change).toMatchObject({
    channel: CHANNEL,
    ts: "1764000000.000001",
    text: `films: the new version was rejected by ${rita.name}`,
  });
  expect(JSON.stringify(change)).toContain("the derby is missing");
  expect(JSON.stringify(change)).not.toMatch(/holt_(approve|reject|ask)/);
});

it("posts how it ended where it could not say that it had begun", async () => {
  const rita = await addTestPerson(database.db);
  const run = await openRun();
  slack.faults.push({ status: 200, error: "channel_not_found" });
  await told(run.runId);
  expect(await listFailedNotices(database.db)).toMatchObject([
    {
      recipient: "#models",
      problem:
        'Slack: refused it ("channel_not_found"); correct the channel in the definition, and invite the app to it',
    },
  ]);
  await decideAs(database.db, rita, run, { reason: "good" });
  await told(run.runId);
  expect(slack.calls.map(({ method, body }) => [method, body["text"]])).toEqual([
    ["chat.postMessage", `films: the new version was approved by ${rita.name}`],
  ]);
});

it("leaves Slack alone for as long as it asks", async () => {
  const { runId } = await openRun();
  slack.faults.push({ status: 429, headers: { "retry-after": "1800" } });
  const { nextMs } = await told(runId);
  expect(nextMs).toBeGreaterThan(1_790_000);
  expect(nextMs).toBeLessThanOrEqual(1_800_000);
  await told(runId);
  expect(slack.calls).toEqual([]);
  await dueAgain(database.db);
  await told(runId);
  expect(slack.calls).toHaveLength(1);
});

it.each([
  [{ secret: () => undefined }, /HOLT_SLACK_TOKEN is not set/],
  [{ secret: () => "xoxb-revoked" }, /refused it \("invalid_auth"\); set the token's environment variable/],
  [{ slackApiUrl: `http://127.0.0.1:${await getPort()}/` }, /^Slack: could not be reached \(ECONNREFUSED\)/],
])("says what to mend, never with the token, and goes on", async (change, problem) => {
  const { runId } = await openRun();
  expect(await tell(database, runId, notifyTo({ slackApiUrl: slack.apiUrl, ...change }))).toEqual({
    nextMs: expect.any(Number),
  });
  const [failed] = await listFailedNotices(database.db);
  expect(failed?.problem).toMatch(problem);
  expect(failed?.problem).not.toMatch(/xoxb-r/);
});
