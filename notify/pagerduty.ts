/** PagerDuty's Events API v2: https://developer.pagerduty.com/api-reference/368ae3d938c9e-send-an-event-to-pager-duty */
import { z } from "zod";
import { NotSent } from "./not-sent.ts";

const PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue";
const ANSWER_TIMEOUT_MS = 10_000;
/** PagerDuty names no time with a 429; a minute is how long it counts. */
const PAUSE_MS = 60_000;

const answerSchema = z.looseObject({
  status: z.string(),
  message: z.string().optional(),
  errors: z.array(z.string()).optional(),
});

/**
 * Sends one event. The same event again changes nothing, by its dedup_key.
 * @param url another address than PagerDuty's own, as for its service region in the EU
 * @throws {NotSent}
 */
export async function sendPagerDutyEvent(
  event: { routing_key: string; dedup_key: string } & Record<string, unknown>,
  { url = PAGERDUTY_URL, signal }: { url?: string | undefined; signal: AbortSignal },
): Promise<void> {
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(event),
    redirect: "error", // the routing key goes where the setting says, nowhere else
    signal: AbortSignal.any([signal, timeout]),
  }).catch((error: Error & { cause?: { code?: string } }) => {
    signal.throwIfAborted();
    const why = timeout.aborted
      ? `no answer within ${ANSWER_TIMEOUT_MS / 1_000} s`
      : (error.cause?.code ?? error.message);
    throw new NotSent(`PagerDuty: could not be reached (${why}); see HOLT_PAGERDUTY_URL`, { isForAll: true });
  });
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined)).data;
  if (response.status === 202) return;
  if (response.status === 429)
    throw new NotSent("PagerDuty: asks for a pause (rate limited)", { isForAll: true, pauseMs: PAUSE_MS });
  const words = [answer?.message, ...(answer?.errors ?? [])].filter(Boolean).join(": ").slice(0, 300);
  const remedy = response.status === 400 ? "is the routing key that of an Events API v2 integration?" : "";
  throw new NotSent(
    `PagerDuty: answered ${response.status}${words && ` (${words})`}${remedy && `; ${remedy}`}`,
    { isForAll: response.status >= 500 },
  );
}
