import type { PageData } from "../support/page-data.ts";
import type { TestServer } from "../support/server-at.ts";
import type { FaultContext } from "./row.ts";
import { LEAKS } from "./sql-payloads.ts";

/** Less than the payloads that would sleep. */
const LONGEST_MS = 1_500;
/** Looks at shelves are limited by person: so few requests in all that none of them is refused for that. */
const REQUESTS_A_PERSON = 1_000;
const ADDRESSES_A_BYTE = 250;

interface Place {
  url: string;
  payload?: object;
  /** What a good answer may hold; a list without entries if not said. */
  isHarmless?: (answer: { [key: string]: unknown }) => boolean;
}

/** Where text comes in, each as far in as the statement that gets it: `text` is the payload as a part of an address. */
function placesOf({ review, otherReview, failed }: PageData["runs"]) {
  const digest = "0".repeat(64);
  return [
    (text: string): Place => ({ url: `/api/runs?model=${text}` }),
    (text: string): Place => ({ url: `/api/runs?state=${text}` }),
    (text: string): Place => ({ url: `/api/runs/${text}` }),
    (text: string): Place => ({ url: `/api/runs/${text}/review` }),
    (text: string): Place => ({ url: `/api/runs/${text}/set-aside?limit=10` }),
    (text: string): Place => ({ url: `/api/runs/${review}/set-aside?limit=${text}` }),
    (text: string): Place => ({
      url: `/api/runs/${review}/preview?user=${text}`,
      isHarmless: ({ history }) => Array.isArray(history) && history.length === 0,
    }),
    (text: string): Place => ({ url: `/api/models/${text}/versions` }),
    (text: string): Place => ({ url: `/api/models/${text}/history` }),
    (text: string): Place => ({ url: `/api/models/${text}/monitor` }),
    (text: string): Place => ({ url: `/api/incidents?model=${text}&state=open` }),
    (text: string): Place => ({ url: `/api/incidents/${text}` }),
    (text: string): Place => ({ url: `/api/audit?model=${text}` }),
    (text: string): Place => ({
      url: `/v1/models/movies/recommendations?user=${text}`,
      isHarmless: ({ fallback }) => fallback === true,
    }),
    (text: string): Place => ({ url: `/v1/models/${text}/recommendations?user=anna` }),
    (text: string): Place => ({
      url: `/v1/models/movies/similar?item=${text}`,
      isHarmless: ({ fallback }) => fallback === true,
    }),
    (_: string, payload: string): Place => ({
      url: "/v1/models/movies/recommendations",
      payload: { requests: [{ user: payload, items: [payload] }] },
      isHarmless: ({ answers }) => (answers as { fallback: boolean }[])[0]?.fallback === true,
    }),
    (_: string, payload: string): Place => ({
      url: "/v1/outcomes",
      payload: {
        outcomes: [{ kind: "click", id: payload, recommendationId: crypto.randomUUID(), itemId: payload }],
      },
      isHarmless: ({ accepted }) => accepted === 1,
    }),
    (_: string, payload: string): Place => ({ url: "/api/runs", payload: { model: payload } }),
    (_: string, payload: string): Place => ({
      url: "/api/runs",
      payload: { model: "movies", runKey: payload },
      isHarmless: ({ model }) => model === "movies",
    }),
    (text: string, payload: string): Place => ({
      url: `/api/runs/${failed}/steps/${text}/answers`,
      payload: { answer: "retry", round: 1, reason: payload },
    }),
    (_: string, payload: string): Place => ({
      url: `/api/runs/${failed}/steps/train:als/answers`,
      payload: { answer: "retry", round: 99, reason: payload },
    }),
    (_: string, payload: string): Place => ({
      url: `/api/runs/${review}/decisions`,
      payload: { verdict: "reject", releaseDigest: digest, reportDigest: digest, reason: payload },
    }),
    (_: string, payload: string): Place => ({
      url: `/api/runs/${otherReview}/comments`,
      payload: { text: payload },
      isHarmless: ({ text }) => text === payload.trim() || text === payload,
    }),
    (_: string, payload: string): Place => ({
      url: "/api/delegations",
      payload: { to: payload, until: new Date(Date.now() + 60_000).toISOString(), reason: payload },
    }),
    (_: string, payload: string): Place => ({
      url: "/api/models/movies/rules",
      payload: { kind: "ban", itemId: payload, reason: payload },
      isHarmless: ({ itemId }) => itemId === payload,
    }),
    (_: string, payload: string): Place => ({
      url: "/api/safeguards",
      payload: {
        kind: "freeze",
        model: payload,
        until: new Date(Date.now() + 60_000).toISOString(),
        reason: payload,
      },
    }),
    (_: string, payload: string): Place => ({
      url: "/api/models/movies/rollbacks",
      payload: { expectedVersion: 99, reason: payload },
    }),
    (text: string): Place => ({ url: `/api/experiments/${text}` }),
    (_: string, payload: string): Place => ({
      url: "/api/experiments/movies-x1/overrides",
      payload: { unit: payload, arm: payload, reason: payload },
    }),
    (_: string, payload: string): Place => ({ url: "/api/session", payload: { token: payload } }),
  ];
}

/** Each payload in one place after the other; whoever asks may do everything, so nothing but the statement refuses. */
export async function trySqlPlaces(
  context: FaultContext,
  server: TestServer,
  { payloads, runs }: { payloads: readonly string[]; runs: PageData["runs"] },
): Promise<string[]> {
  const failures: string[] = [];
  const places = context.random.shuffled(placesOf(runs));
  let headers = await server.asProgram("admin");
  for (const [at, payload] of payloads.entries()) {
    if (at % REQUESTS_A_PERSON === REQUESTS_A_PERSON - 1) headers = await server.asProgram("admin");
    const place = places[at % places.length] as (typeof places)[number];
    const { url, payload: body, isHarmless } = place(encodeURIComponent(payload), payload);
    const startedAt = performance.now();
    const answer = await server.app.inject({
      ...{ url, headers, method: body ? "POST" : "GET", ...(body ? { payload: body } : {}) },
      remoteAddress: `10.0.${Math.floor(at / ADDRESSES_A_BYTE)}.${at % ADDRESSES_A_BYTE}`,
    });
    const where = `${url} ${JSON.stringify(body ?? "")}`;
    if (performance.now() - startedAt > LONGEST_MS) failures.push(`${where}: slept`);
    const { statusCode, body: words } = answer;
    const isFine =
      statusCode < 400
        ? (isHarmless?.(JSON.parse(words)) ?? words === "[]")
        : statusCode < 500 && statusCode !== 429 && !LEAKS.test(withoutEcho(words, payload));
    if (!isFine) failures.push(`${where}: ${statusCode} ${words.slice(0, 200)}`);
  }
  const control = await server.app.inject({ url: "/api/runs?model=movies", headers });
  if (control.json().length === 0)
    failures.push("the runs are not found by their model, so more rows would not be seen");
  const known = await server.app.inject({ url: `/api/runs/${runs.review}/preview?user=anna`, headers });
  if (known.json().history?.length !== 3)
    failures.push("nobody's history is found by their id, so a foreign one would not be seen");
  return failures;
}

/** Messages repeat what they were sent; what is left must be Holt's own words. */
function withoutEcho(body: string, payload: string): string {
  const once = JSON.stringify(payload);
  return body.replaceAll(once.slice(1, -1), "").replaceAll(JSON.stringify(once).slice(1, -1), "");
}
