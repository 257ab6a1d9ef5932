import { problemSchema } from "../core/api.ts";
import { InvalidInput, NotAllowed, NotFound } from "../core/errors.ts";
import { readSettings, type Settings } from "../store/settings.ts";

/** The server answers in milliseconds; a person at a terminal learns soon that it doesn't. */
const ANSWER_WITHIN_MS = 10_000;

export type Server = Pick<Settings, "serverUrl" | "token">;

/** Whoever only talks to the server needs no database. */
export function serverSettings(): Server {
  const { HOLT_SERVER_URL: serverUrl, HOLT_TOKEN: token } = process.env;
  return serverUrl ? { serverUrl, token } : readSettings();
}

/**
 * What the server answers to a GET, or to a POST of `body`.
 * @param address below the server's own, as in `v1/outcomes`
 * @param withinMs milliseconds after which it counts as out of reach
 * @throws {InvalidInput | NotAllowed | NotFound} it refused, or could not be reached
 */
export async function askServer(
  { serverUrl, token }: Server,
  address: string,
  body?: object,
  withinMs: number = ANSWER_WITHIN_MS,
): Promise<unknown> {
  const response = await fetch(new URL(address, `${serverUrl}/`), {
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { "content-type": "application/json" } : {}),
    },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(withinMs),
  }).catch((error: Error) => {
    throw new NotFound(
      `server: could not be reached at ${serverUrl} (${whyOf(error)}); start it, or correct HOLT_SERVER_URL`,
    );
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  throw errorOf(response.status, answer, serverUrl);
}

function errorOf(status: number, body: unknown, serverUrl: string): Error {
  const { data: problem } = problemSchema.safeParse(body);
  const message = problem?.detail ?? `server: answered ${status} at ${serverUrl}; see its log`;
  if (status === 400) return new InvalidInput(message);
  return status === 401 || status === 403 ? new NotAllowed(message) : new NotFound(message);
}

function whyOf(error: Error): string {
  const cause = (error.cause ?? error) as NodeJS.ErrnoException;
  return cause.code ?? cause.message;
}
