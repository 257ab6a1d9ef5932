/** Buttons of Slack's messages: who sent it, who pressed, and that the same rules hold as through every other door. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { getReview } from "../../db/reviews.ts";
import { linkIdentity, SET_UP } from "../../operations/people.ts";
import { type TestDatabase, testDatabase } from "../../tests/support/database.ts";
import { notifyTo, rulesWith, tell } from "../../tests/support/notified-run.ts";
import {
  addReviewedRun,
  addTestPerson,
  decideAs,
  type ReviewedRun,
  type ReviewedRunOptions,
} from "../../tests/support/reviewed-run.ts";
import { type TestServer, testServer } from "../../tests/support/server.ts";
import {
  BOT_TOKEN,
  handInOf,
  pressOf,
  SIGNING_SECRET,
  type SlackWorkspace,
  slackRequest,
  slackWorkspace,
} from "../../tests/support/slack.ts";

const PATH = "/api/slack/interactions";

let database: TestDatabase;
let slack: SlackWorkspace;
let server: TestServer;

beforeEach(async () => {
  database = await testDatabase();
  slack = await slackWorkspace();
  vi.stubEnv("HOLT_SLACK_API_URL", slack.apiUrl);
  vi.stubEnv("HOLT_SLACK_SIGNING_SECRET", SIGNING_SECRET);
  vi.stubEnv("HOLT_SLACK_TOKEN", BOT_TOKEN);
  server = await testServer(database);
  return () => vi.unstubAllEnvs();
});

const send = (request: { payload: string; headers: Record<string, string> }) =>
  server.app.inject({ method: "POST", url: PATH, ...request });
const press = (button: unknown, user?: string) => send(slackRequest(pressOf(button, user)));

/** A run that was told of in Slack, and the buttons of its message. */
async function openRun(of: ReviewedRunOptions = {}) {
  const notify = { slack: { channel: "#models", tokenEnv: "HOLT_SLACK_TOKEN" } };
  const run = await addReviewedRun(database.db, { ...of, rules: rulesWith({ notify, ...of.rules }) });
  await tell(database, run.runId, notifyTo({ slackApiUrl: slack.apiUrl }));
  const blocks = slack.of("chat.postMessage").at(-1)?.["blocks"] as { elements?: { action_id?: string }[] }[];
  const elements = blocks.flatMap((block) => block.elements ?? []);
  const button = (id: string) => elements.find(({ action_id }) => action_id === `holt_${id}`);
  return {
    ...run,
    approve: button("approve"),
    reject: button("reject"),
    ask: button("ask"),
    look: button("look"),
  };
}

/** A reviewer who is U1, or another user, of workspace T1. */
async function linkedReviewer(role: "reviewer" | "viewer" = "reviewer", subject = "U1") {
  const person = await addTestPerson(database.db, role);
  await linkIdentity(server.operations, SET_UP, { name: person.name, issuer: "slack:T1", subject });
  return person;
}

const decisions = () =>
  database.db.selectFrom("decision").select(["verdict", "channel", "reason", "person_id"]).execute();
const stateOf = async ({ runId }: ReviewedRun) => (await getReview(database.db, runId)).state;
const toldAlone = () => slack.of("chat.postEphemeral").map(({ user, text }) => [user, text]);

describe("who pressed", () => {
  it("approves as the linked person, says so to them alone, and leaves no session open", async () => {
    const rita = await linkedReviewer();
    const run = await openRun();
    const answer = await press(run.approve);
    expect([answer.statusCode, answer.body]).toEqual([200, ""]);
    expect(await decisions()).toEqual([
      { verdict: "approve", channel: "slack", reason: "", person_id: rita.personId },
    ]);
    expect(toldAlone()).toEqual([["U1", expect.stringContaining("approved")]]);
    const sessions = database.db.selectFrom("session").select("ended_at").execute();
    expect(await sessions).toEqual([{ ended_at: expect.any(Date) }]);
  });

  it.each(["U2", "u1"])(
    "knows that %s is nobody here, says how to be somebody, and decides nothing",
    async (user) => {
      await linkedReviewer();
      const run = await openRun();
      expect((await press(run.approve, user)).statusCode).toBe(200);
      expect(await decisions()).toEqual([]);
      expect(toldAlone()).toEqual([[user, expect.stringContaining("holt users link")]]);
    },
  );

  it("goes by the person's role, and refuses who asked for the run", async () => {
    const viewer = await linkedReviewer("viewer");
    await press((await openRun()).approve);
    await database.db
      .updateTable("person")
      .set({ roles: ["reviewer"] })
      .where("id", "=", viewer.personId)
      .execute();
    await press((await openRun({ requesterId: viewer.personId })).approve);
    expect(await decisions()).toEqual([]);
    expect(toldAlone()).toEqual([
      ["U1", expect.stringContaining("may not decide")],
      ["U1", expect.stringContaining("started this run")],
    ]);
  });
});

describe("a reason", () => {
  it.each(["reject", "ask"] as const)("is asked for by a dialog before %s", async (verdict) => {
    await linkedReviewer();
    const run = await openRun();
    await press(run[verdict]);
    expect(await decisions()).toEqual([]);
    const [opened] = slack.of("views.open");
    expect(opened?.["trigger_id"]).toMatch(/^\d+\.98\.0d1e$/);
    const empty = await send(slackRequest(handInOf(opened?.["view"], "  ")));
    expect(empty.json()).toEqual({
      response_action: "errors",
      errors: { reason: expect.stringContaining("needs") },
    });
    const done = await send(slackRequest(handInOf(opened?.["view"], "the derby is missing")));
    expect(done.json()).toMatchObject({ response_action: "update" });
    expect(await decisions()).toMatchObject([{ verdict, channel: "slack", reason: "the derby is missing" }]);
  });
});

describe("an override", () => {
  it("takes a dialog and a reason from each of two people, whatever else they press, and is kept as such", async () => {
    const [rita, roy] = [await linkedReviewer(), await linkedReviewer("reviewer", "U2")];
    const run = await openRun({
      checks: [{ severity: "error", verdict: "fail" }],
      rules: { override: { groups: [] } },
    });
    const why = "half of the catalogue is out of season";
    const dialogOf = async (user: string) => {
      await press(run.approve, user);
      return slack.of("views.open").at(-1)?.["view"];
    };
    const dialog = await dialogOf("U1");
    expect(dialog).toMatchObject({ title: { text: "Override and approve" } });
    const empty = await send(slackRequest(handInOf(dialog, " ", "U1")));
    expect(empty.json().errors.reason).toContain("an override needs a reason");
    const first = (await send(slackRequest(handInOf(dialog, why, "U1")))).json();
    expect(first).toMatchObject({ response_action: "update", view: { type: "modal" } });
    expect(JSON.stringify(first)).toContain(`approved, ${rita.name} (1 of 2 approvals)`);
    const again = await send(slackRequest(handInOf(dialog, "and once more", "U1")));
    expect(again.json().errors.reason).toContain("you have decided already");
    expect(await stateOf(run)).toBe("open");
    const second = await send(slackRequest(handInOf(await dialogOf("U2"), why, "U2")));
    expect(second.body).toContain(`approved, ${roy.name} (2 of 2 approvals)`);
    expect(await stateOf(run)).toBe("approved");
    const kept = database.db.selectFrom("decision").select(["person_id", "override", "reason", "channel"]);
    const both = [rita, roy].map(({ personId: person_id }) => ({
      person_id,
      override: true,
      reason: why,
      channel: "slack",
    }));
    expect(await kept.orderBy("at").execute()).toEqual(both);
    const audit = database.db.selectFrom("audit").select("person_id").where("action", "=", "override");
    expect(await audit.orderBy("id").execute()).toEqual(both.map(({ person_id }) => ({ person_id })));
  });
});

describe("a stale message", () => {
  const stale = (run: ReviewedRun, change: Partial<ReviewedRun>) => ({
    action_id: "holt_approve",
    value: JSON.stringify({
      runId: run.runId,
      releaseDigest: run.releaseDigest,
      reportDigest: run.reportDigest,
      ...change,
    }),
  });

  it("of another release or report decides nothing", async () => {
    await linkedReviewer();
    const run = await openRun();
    await press(stale(run, { releaseDigest: "0".repeat(64) }));
    await press(stale(run, { reportDigest: "0".repeat(64) }));
    expect(await decisions()).toEqual([]);
    expect(toldAlone().map(([, text]) => String(text).split(":")[0])).toEqual([
      "This message is stale",
      "This message is stale",
    ]);
  });

  it("of a review that has ended says how, and opens no dialog", async () => {
    await linkedReviewer();
    const run = await openRun();
    await decideAs(database.db, await addTestPerson(database.db), run, { reason: "good" });
    await press(run.reject);
    expect(slack.of("views.open")).toEqual([]);
    expect(toldAlone()).toEqual([["U1", expect.stringContaining("has ended (approved)")]]);
    expect(await decisions()).toHaveLength(1);
  });
});

describe("who sent it", () => {
  it("takes the same request once", async () => {
    await linkedReviewer();
    const request = slackRequest(pressOf((await openRun()).approve));
    expect((await send(request)).statusCode).toBe(200);
    const again = await send(request);
    expect([again.statusCode, again.json().code]).toEqual([409, "conflict"]);
    expect(await decisions()).toHaveLength(1);
  });

  it.each([
    ["another secret's signature", { secret: "another" }],
    ["a request of six minutes ago", { at: Date.now() - 360_000 }],
  ])("refuses %s, and decides nothing", async (_what, signing) => {
    await linkedReviewer();
    const run = await openRun();
    const answer = await send(slackRequest(pressOf(run.approve), signing));
    expect([answer.statusCode, answer.json().code]).toEqual([401, "not_signed_in"]);
    expect(await decisions()).toEqual([]);
    expect(toldAlone()).toEqual([]);
  });

  it("refuses what isn't signed, isn't a form, or isn't an interaction", async () => {
    const { payload, headers } = slackRequest({ type: "block_actions" });
    const { "x-slack-signature": _signature, ...unsigned } = headers;
    expect((await send({ payload, headers: unsigned })).statusCode).toBe(401);
    const json = { ...headers, "content-type": "application/json" };
    expect((await send({ payload: "{}", headers: json })).statusCode).toBe(415);
    const nonsense = slackRequest(pressOf({ action_id: "holt_approve", value: "nonsense" }));
    expect((await send(nonsense)).statusCode).toBe(400);
  });

  it("answers what asks for nothing, as the button that opens the page", async () => {
    const run = await openRun();
    expect((await press(run.look)).statusCode).toBe(200);
    expect(slack.calls.map(({ method }) => method)).toEqual(["chat.postMessage"]);
  });

  it("takes nothing at all without a signing secret", async () => {
    vi.stubEnv("HOLT_SLACK_SIGNING_SECRET", "");
    server = await testServer(database);
    const answer = await send(slackRequest({ type: "block_actions" }, { secret: "" }));
    expect([answer.statusCode, answer.json().detail]).toEqual([404, expect.stringContaining("is not set")]);
  });

  it("keeps a decision that Slack could not be told of", async () => {
    await linkedReviewer();
    const run = await openRun();
    slack.faults.push({ status: 200, error: "internal_error" });
    expect((await press(run.approve)).statusCode).toBe(200);
    expect(await decisions()).toHaveLength(1);
  });
});
