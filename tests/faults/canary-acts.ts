import { addPerson, issueToken, SET_UP } from "../../operations/people.ts";
import type { Stage } from "../support/open-stage.ts";
import type { TestRun } from "../support/runs.ts";
import { until } from "../support/until.ts";
import { type Canaries, type Canary, secretCanary } from "./canaries.ts";
import { canaryModel, digestsOf, failingModel, untilFailed, untilReview } from "./canary-run.ts";

const TTL_MS = 3_600_000;
const RUN_ENDS_MS = 60_000;

export interface Acts {
  /** Secrets that Holt handed out meanwhile. */
  secrets: Canary[];
  /** Of every answer of 400 and above. */
  errorBodies: string[];
  /** Answers that were not what the act is about. */
  surprises: string[];
}

interface Ask {
  method: string;
  body?: object;
  as?: string;
  status: number;
}

/** A deployed, an aborted and a rejected run, as people bring them about over HTTP, each reason a canary. */
export async function actOut(stage: Stage, url: string, canaries: Canaries): Promise<Acts> {
  const acts: Acts = { secrets: [], errorBodies: [], surprises: [] };
  const ask = async (path: string, { method, body, as, status }: Ask): Promise<Response> => {
    const answer = await fetch(new URL(path, url), {
      method,
      redirect: "manual",
      headers: {
        ...(as ? { authorization: `Bearer ${as}` } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (answer.status >= 400) acts.errorBodies.push(await answer.clone().text());
    if (answer.status !== status)
      acts.surprises.push(
        `${method} ${path}: ${answer.status} instead of ${status}: ${await answer.clone().text()}`,
      );
    return answer;
  };
  const post = (as: string | undefined, path: string, body: object, status: number) =>
    ask(path, { method: "POST", body, status, ...(as ? { as } : {}) });
  const get = (as: string | undefined, path: string, status: number) =>
    ask(path, { method: "GET", status, ...(as ? { as } : {}) });

  const reviewer = await addReviewer(stage, canaries);
  acts.secrets.push(secretCanary("a reviewer's token", reviewer));
  const engineer = stage.engineer.proof.reveal();
  acts.secrets.push(secretCanary("an engineer's token", engineer));
  const decide = async (run: TestRun, verdict: string, reason: Canary, status = 201) =>
    post(
      reviewer,
      `/api/runs/${run.runId}/decisions`,
      { verdict, reason: reason.text, ...(await digestsOf(stage, run)) },
      status,
    );

  await stage.apply(canaryModel(canaries));
  const rejected = await untilReview(stage, "rejected");
  await decide(rejected, "ask", canaries.question);
  await decide(rejected, "reject", canaries.rejection);
  await endOf(rejected);

  const first = await untilReview(stage, "approved");
  await post(reviewer, `/api/runs/${first.runId}/comments`, { text: canaries.comment.text }, 201);
  const delegatedUntil = new Date(Date.now() + TTL_MS).toISOString();
  await post(
    reviewer,
    "/api/delegations",
    { to: canaries.deputy.text, until: delegatedUntil, reason: canaries.delegation.text },
    201,
  );
  await get(reviewer, `/api/runs/${first.runId}/preview?user=${canaries.user.text}`, 200);
  await get(reviewer, `/api/runs/${first.runId}/preview?user=${canaries.lookedUp.text}`, 200);
  const wanted = { verdict: "approve", reason: "", ...(await digestsOf(stage, first)) };
  const code = await post(reviewer, `/api/runs/${first.runId}/review-codes`, wanted, 201);
  acts.secrets.push(secretCanary("a review code", ((await code.json()) as { code: string }).code));
  const signedIn = await post(undefined, "/api/session", { token: reviewer }, 201);
  const [, session = ""] = /holt-session=([^;]+)/.exec(signedIn.headers.get("set-cookie") ?? "") ?? [];
  acts.secrets.push(secretCanary("a session", session));
  await decide(first, "approve", canaries.approval);
  await endOf(first);
  // the server hears of the flip a moment after it
  await until("the version to be served", async () => (await servedVersion(url, "shelf")) === 1);
  await get(engineer, `/v1/models/shelf/recommendations?user=${canaries.user.text}`, 200);
  await get(engineer, `/v1/models/shelf/recommendations?user=${canaries.visitor.text}`, 200);

  await stage.apply(failingModel(canaries));
  const { run: failed, round } = await untilFailed(stage, "failed");
  const abort = { answer: "abort", round, reason: canaries.abortion.text };
  await post(engineer, `/api/runs/${failed.runId}/steps/step:quotes/answers`, abort, 201);
  await endOf(failed);

  await get(canaries.wrongToken.text, "/api/me", 401);
  await post(undefined, "/api/session", { token: canaries.wrongToken.text }, 401);
  await get(undefined, `/v1/models/shelf/recommendations?user=${canaries.user.text}`, 401);
  await get(reviewer, `/v1/models/shelf/recommendations?user=${canaries.user.text}`, 403);
  await get(engineer, `/v1/models/none/recommendations?user=${canaries.user.text}`, 404);
  await get(reviewer, `/api/runs/${failed.runId}/preview?user=${canaries.user.text}`, 404);
  await decide(rejected, "approve", canaries.approval, 409);
  const rollback = { expectedVersion: 7, reason: canaries.rollback.text };
  await post(engineer, "/api/models/shelf/rollbacks", rollback, 409);
  await get(undefined, "/api/sign-in?to=/", 303);
  return acts;
}

async function servedVersion(url: string, model: string): Promise<number | null | undefined> {
  const readiness = await (await fetch(new URL("/readyz", url))).json();
  return (readiness as { models: Record<string, { version: number | null }> }).models[model]?.version;
}

async function addReviewer(
  { database }: Stage,
  { reviewer, deputy, email, group, label }: Canaries,
): Promise<string> {
  const address = `${email.text}@films.example`;
  const person = { name: reviewer.text, roles: ["reviewer" as const], email: address, groups: [group.text] };
  await addPerson({ database }, SET_UP, person);
  await addPerson({ database }, SET_UP, { name: deputy.text, roles: ["reviewer"] });
  const wanted = { name: reviewer.text, label: label.text, ttlMs: TTL_MS };
  return (await issueToken({ database }, SET_UP, wanted)).token;
}

async function endOf({ runId, workflow }: TestRun): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`run "${runId}": does not end`)), RUN_ENDS_MS);
  });
  // a run that was aborted ends as a failed workflow or a result, as it likes
  await Promise.race([workflow.result().catch(() => undefined), late]);
  clearTimeout(timer);
}
