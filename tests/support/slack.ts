import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export const BOT_TOKEN = "xoxb-1-2-of-the-tests";
export const SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
/** The channel's id, which Slack answers for its name. */
export const CHANNEL = "C0000000001";

export interface SlackCall {
  method: string;
  body: Record<string, unknown>;
}
type Fault = { status: number; headers?: Record<string, string>; error?: string };

export interface SlackWorkspace {
  /** For HOLT_SLACK_API_URL. */
  apiUrl: string;
  /** What was done, in order; refused calls are not in it. */
  calls: SlackCall[];
  /** What the next calls are answered with instead, one after the other. */
  faults: Fault[];
  /** Bodies of one method. */
  of(method: string): SlackCall["body"][];
}

/**
 * A stand-in for Slack's Web API over HTTP, as its documentation describes it: POST with a bearer token and JSON in UTF-8, always 200
 * with `ok` (but 429 with Retry-After), messages known by channel and `ts`. Closed when the test ends.
 */
export async function slackWorkspace(): Promise<SlackWorkspace> {
  const workspace: SlackWorkspace = {
    apiUrl: "",
    calls: [],
    faults: [],
    of: (method) => workspace.calls.filter((call) => call.method === method).map(({ body }) => body),
  };
  const messages = new Set<string>();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const fault = workspace.faults.shift();
    if (fault?.status === 429) return void response.writeHead(429, fault.headers).end();
    if (fault) return answer(response, { ok: false, error: fault.error ?? "fatal_error" }, fault.status);
    const { authorization, "content-type": type } = request.headers;
    if (request.method !== "POST") return answer(response, { ok: false, error: "unknown_method" });
    if (authorization === undefined) return answer(response, { ok: false, error: "not_authed" });
    if (authorization !== `Bearer ${BOT_TOKEN}`)
      return answer(response, { ok: false, error: "invalid_auth" });
    if (type !== "application/json; charset=utf-8")
      return answer(response, { ok: false, error: "invalid_post_type" });
    const method = request.url?.slice("/api/".length) ?? "";
    const body = JSON.parse(text) as SlackCall["body"];
    const result = perform(method, body, messages);
    if (result["ok"]) workspace.calls.push({ method, body });
    answer(response, result);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  workspace.apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return workspace;
}

function perform(method: string, body: SlackCall["body"], messages: Set<string>): Record<string, unknown> {
  if (method === "auth.test")
    return { ok: true, team: "Films", user: "holt", team_id: "T1", user_id: "UBOT" };
  if (method === "views.open") {
    if (!body["trigger_id"]) return { ok: false, error: "invalid_arguments" };
    return { ok: true, view: { id: "V1" } };
  }
  if (typeof body["channel"] !== "string") return { ok: false, error: "channel_not_found" };
  if (typeof body["text"] !== "string") return { ok: false, error: "no_text" };
  if (method === "chat.postEphemeral")
    return body["user"] ? { ok: true, message_ts: "1" } : { ok: false, error: "user_not_in_channel" };
  if (method === "chat.postMessage") {
    const ts = `1764000000.${String(messages.size + 1).padStart(6, "0")}`;
    messages.add(ts);
    return { ok: true, channel: CHANNEL, ts };
  }
  if (method !== "chat.update") return { ok: false, error: "unknown_method" };
  const isThere = body["channel"] === CHANNEL && messages.has(String(body["ts"]));
  return isThere ? { ok: true, channel: CHANNEL, ts: body["ts"] } : { ok: false, error: "message_not_found" };
}

function answer(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

/** A request as Slack sends it: a form with `payload`, signed over timestamp and body. */
export function slackRequest(
  payload: object,
  { secret = SIGNING_SECRET, at = Date.now() }: { secret?: string; at?: number } = {},
): { payload: string; headers: Record<string, string> } {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(at / 1_000));
  const hmac = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    payload: body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${hmac}`,
    },
  };
}

let triggers = 0;

/** What Slack sends when `user` of workspace T1 presses a button of a message. */
export function pressOf(button: unknown, user = "U1"): object {
  const { action_id, value } = button as { action_id: string; value?: string };
  const trigger = `${++triggers}.98.0d1e`;
  return {
    type: "block_actions",
    user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: "T1" },
    api_app_id: "A1",
    token: "no-longer-used",
    container: { type: "message", message_ts: "1764000000.000001", channel_id: CHANNEL, is_ephemeral: false },
    trigger_id: trigger,
    team: { id: "T1", domain: "films" },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: CHANNEL, name: "models" },
    state: { values: {} },
    response_url: "https://hooks.slack.com/actions/T1/1/x",
    actions: [{ action_id, value, block_id: "b1", type: "button", action_ts: "1764000001.000001" }],
  };
}

/** What Slack sends when `user` hands in the dialog that Holt opened. */
export function handInOf(dialog: unknown, reason: string, user = "U1"): object {
  return {
    type: "view_submission",
    team: { id: "T1", domain: "films" },
    user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: "T1" },
    api_app_id: "A1",
    token: "no-longer-used",
    trigger_id: `${++triggers}.99.0d1e`,
    view: {
      ...(dialog as object),
      id: "V1",
      state: { values: { reason: { text: { type: "plain_text_input", value: reason } } } },
    },
    response_urls: [],
  };
}
