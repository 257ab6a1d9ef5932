import pg from "pg";
import type { NewDecision } from "../../core/api.ts";
import type { Actor, Role } from "../../core/roles.ts";
import { redeemReviewCode } from "../../db/reviews.ts";
import { decide } from "../../operations/decide.ts";
import { issueReviewCode } from "../../operations/review-codes.ts";
import { addActor } from "../support/actors.ts";
import { asLogin } from "../support/logins.ts";
import type { ReviewedRun } from "../support/reviewed-run.ts";
import type { TestServer } from "../support/server-at.ts";
import { addOpenReview } from "../support/shop.ts";
import type { FaultContext, FaultRow } from "./row.ts";

const APPROVE = { verdict: "approve", reason: "mine, and good", override: false } as const;

/** Somebody, and every way in which they can be there. */
type Who = Pick<Actor, "personId" | "name"> & { actor: Actor; cookie: string };
type Door = (who: Who, run: ReviewedRun) => Promise<boolean>;

/** Everybody who had a hand in what is to be approved tries every door, and to change whose work it is. */
export const s09: FaultRow = {
  id: "S-09",
  title: "Requester, applier, and accounts and programs of theirs approve their own work",
  bound: "nobody approves their own work",
  counts: { quick: 50, full: 50 },
  async run(context) {
    const database = await context.database();
    const server = await context.server(database);
    const { db } = database;
    const failures: string[] = [];
    let n = 0;
    const requester = await addWho(server, ["submitter", "reviewer"], { email: "ann@example.org" });
    const run = await addOpenReview(db, { requesterId: requester.personId });
    const own: Record<string, Who> = { requester, ...(await othersOf(server, requester)) };
    const author = await addWho(server, ["admin"]);
    const { definition_digest } = await db
      .selectFrom("run")
      .select("definition_digest")
      .where("id", "=", run.runId)
      .executeTakeFirstOrThrow();
    await db
      .insertInto("definition_author")
      .values({ definition_digest, person_id: author.personId })
      .execute();
    Object.assign(own, { author, "program of the author": await programOf(server, author) });
    const doors = doorsOf(server);
    for (const [who, person] of Object.entries(own))
      for (const [door, open] of Object.entries(doors)) {
        n += 1;
        if (await open(person, run)) failures.push(`${who} approved by ${door}`);
      }
    const tampered = await tamper(context, database.url, run, requester);
    failures.push(...tampered.failures);
    const decided = await db.selectFrom("decision").select("id").execute();
    if (decided.length > 0) failures.push(`${decided.length} decisions were written`);
    // The same doors let somebody else in.
    for (const [door, open] of Object.entries(doors)) {
      const other = await addWho(server, ["reviewer"]);
      const another = await addOpenReview(db, { model: "other", requesterId: requester.personId });
      if (!(await open(other, another))) failures.push(`nobody at all is let in by ${door}`);
    }
    return { n: n + tampered.n, failures };
  },
};

async function addWho(
  { operations, app }: TestServer,
  roles: Role[],
  more: { email?: string; owner?: string } = {},
): Promise<Who> {
  const actor = await addActor(operations, roles, more);
  const { headers } = await app.inject({
    method: "POST",
    url: "/api/session",
    headers: { origin: "http://127.0.0.1:7400", host: "127.0.0.1:7400" },
    payload: { token: actor.proof.reveal() },
  });
  const cookie = [headers["set-cookie"]].flat()[0]?.split(";")[0] ?? "";
  return { personId: actor.personId, name: actor.name, actor, cookie };
}

const programOf = (server: TestServer, { name }: Who) => addWho(server, ["reviewer"], { owner: name });

async function othersOf(server: TestServer, requester: Who): Promise<Record<string, Who>> {
  return {
    "program of the requester": await programOf(server, requester),
    "second account of the requester": await addWho(server, ["reviewer"], { email: "Ann@Example.ORG" }),
    "wide-lettered twin of the requester": await addWho(server, ["admin"], { email: "ａnn@example.org" }),
  };
}

function doorsOf(server: TestServer): Record<string, Door> {
  const { operations, app } = server;
  const seenOf = ({ releaseDigest, reportDigest }: ReviewedRun) => ({ releaseDigest, reportDigest });
  const post = async (run: ReviewedRun, headers: Record<string, string>, more: Partial<NewDecision> = {}) => {
    const { statusCode } = await app.inject({
      method: "POST",
      url: `/api/runs/${run.runId}/decisions`,
      headers,
      payload: { ...APPROVE, ...seenOf(run), ...more },
    });
    return statusCode < 400;
  };
  const page = (who: Who) => ({
    cookie: who.cookie,
    origin: "http://127.0.0.1:7400",
    host: "127.0.0.1:7400",
  });
  const bearer = ({ actor }: Who) => ({ authorization: `Bearer ${actor.proof.reveal()}` });
  const works = (act: Promise<unknown>) =>
    act.then(
      () => true,
      () => false,
    );
  return {
    "the page": (who, run) => post(run, page(who)),
    "the API": (who, run) => post(run, bearer(who)),
    "the API once more": (who, run) =>
      post(run, bearer(who), { reason: "again" }).then((ok) => ok || post(run, bearer(who))),
    "the command line": (who, run) =>
      works(decide(operations, who.actor, run.runId, { ...APPROVE, ...seenOf(run) }, "cli")),
    Slack: (who, run) =>
      works(decide(operations, who.actor, run.runId, { ...APPROVE, ...seenOf(run) }, "slack")),
    "a one-time code": async (who, run) => {
      const wanted = { ...APPROVE, ...seenOf(run) };
      const given = await issueReviewCode(operations, who.actor, run.runId, wanted).catch(() => undefined);
      if (!given) return false;
      return (await redeemReviewCode(operations.database.db, given.code, run.runId)) === null;
    },
  };
}

/** As the server and the worker sign in to PostgreSQL: whose work it is cannot be changed, nor a decision written. */
async function tamper(context: FaultContext, url: string, run: ReviewedRun, requester: Who) {
  const statements: [string, unknown[]][] = [
    ["update run set person_id = null where id = $1", [run.runId]],
    ["update run set trigger = 'schedule', person_id = null where id = $1", [run.runId]],
    ["update run set definition_digest = repeat('0', 64) where id = $1", [run.runId]],
    ["delete from definition_author where person_id <> $1", [requester.personId]],
    ["update definition_author set person_id = $1", [requester.personId]],
    ["update person set owner_id = null where name <> $1", [""]],
    ["update person set email = null where id = $1", [requester.personId]],
    ["update review set state = 'approved', ended_at = now() where run_id = $1", [run.runId]],
    [
      `insert into decision (run_id, release_digest, report_digest, verdict, person_id, channel)
       values ($1, $2, $3, 'approve', $4, 'page')`,
      [run.runId, run.releaseDigest, run.reportDigest, requester.personId],
    ],
    [
      "select * from decide_as($4, $1, 'approve', $2, $3, 'x', 'page', false, null)",
      [run.runId, run.releaseDigest, run.reportDigest, requester.personId],
    ],
  ];
  const failures: string[] = [];
  for (const login of ["server", "worker"] as const) {
    const client = new pg.Client({ connectionString: asLogin(url, login) });
    await client.connect();
    context.cleanUp(() => client.end());
    for (const [statement, values] of statements) {
      const error = await client.query(statement, values).then(
        () => undefined,
        (refused: pg.DatabaseError) => refused.code,
      );
      if (error !== "42501") failures.push(`${login} may say: ${statement} (${error ?? "done"})`);
    }
  }
  return { n: 2 * statements.length, failures };
}
