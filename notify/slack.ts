/**
 * Slack's Web API, the five methods of it that Holt needs. By fetch: Slack's own client brings an HTTP library and a queue
 * that tries again for half an hour inside one call, while here rows of PostgreSQL are the queue.
 */
import { z } from "zod";
import { NotSent } from "./not-sent.ts";

const SLACK_API = "https://slack.com/api/";
/** A person who pressed a button gets an answer within 3 s, or Slack shows an error. */
const ANSWER_TIMEOUT_MS = 2_500;

type Body = Record<string, unknown>;

export interface Slack {
  /** Where the message is, for updates. @throws {NotSent} */
  postMessage(message: Body & { channel: string }): Promise<{ channel: string; ts: string }>;
  update(message: Body & { channel: string; ts: string }): Promise<void>;
  /** A message that only one person sees. */
  postEphemeral(message: Body & { channel: string; user: string; text: string }): Promise<void>;
  openView(view: { trigger_id: string; view: Body }): Promise<void>;
  /** Whose token it is. */
  check(): Promise<{ team: string; user: string }>;
}

const answerSchema = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const postedSchema = z.looseObject({ channel: z.string(), ts: z.string() });
const whoSchema = z.looseObject({ team: z.string(), user: z.string() });

/** @param apiUrl another address than Slack's own, as for its government cloud */
export function openSlack(token: string, apiUrl: string = SLACK_API): Slack {
  const call = async (method: string, body: Body) =>
    callMethod(new URL(method, withSlash(apiUrl)), token, body);
  return {
    async postMessage(message) {
      return postedSchema.parse(await call("chat.postMessage", message));
    },
    async update(message) {
      await call("chat.update", message);
    },
    async postEphemeral(message) {
      await call("chat.postEphemeral", message);
    },
    async openView(view) {
      await call("views.open", view);
    },
    async check() {
      return whoSchema.parse(await call("auth.test", {}));
    },
  };
}

async function callMethod(url: URL, token: string, body: Body): Promise<Body> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    redirect: "error", // the token goes where the setting says, nowhere else
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).catch((error: Error & { cause?: { code?: string } }) => {
    const why =
      error.name === "TimeoutError"
        ? `no answer within ${ANSWER_TIMEOUT_MS / 1_000} s`
        : (error.cause?.code ?? error.message);
    throw new NotSent(`Slack: could not be reached (${why}); see HOLT_SLACK_API_URL`, { isForAll: true });
  });
  if (response.status === 429) {
    await response.body?.cancel();
    const seconds = Number(response.headers.get("retry-after"));
    const pauseMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
    throw new NotSent("Slack: asks for a pause (rate limited)", { isForAll: true, pauseMs });
  }
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined));
  if (!answer.success)
    throw new NotSent(`Slack: answered ${response.status} without saying what; see HOLT_SLACK_API_URL`, {
      isForAll: true,
    });
  if (!answer.data.ok) throw refusal(answer.data.error ?? "unknown_error");
  return answer.data;
}

/** Slack's own words for what Holt's people can mend, each with how. */
const REMEDIES: Record<string, string> = {
  channel_not_found: "correct the channel in the definition, and invite the app to it",
  not_in_channel: "invite the app to the channel",
  is_archived: "name another channel in the definition",
  missing_scope: 'give the app the scope "chat:write" and install it again',
};
const TOKEN_FAULTS = ["not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"];

function refusal(code: string): NotSent {
  const isToken = TOKEN_FAULTS.includes(code);
  const remedy = isToken ? "set the token's environment variable to the bot's token" : REMEDIES[code];
  return new NotSent(`Slack: refused it ("${code}")${remedy ? `; ${remedy}` : ""}`, { isForAll: isToken });
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
