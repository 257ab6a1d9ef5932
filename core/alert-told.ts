/** What became of an alert, as terminal and pages say it. */
import type { AlertRecord } from "./alerts-api.ts";

/** Without its full stop and its time. */
export function toldWords({ channel, event, state, problem, dropped, attempts }: AlertRecord): string {
  const place = `${channel} (${event.replace("holt.incident.", "")})`;
  if (state === "delivered") return `told through ${place}`;
  if (state === "dropped") return `not told through ${place}: ${dropped ?? "nobody needs it any more"}`;
  const why = problem === null ? "" : `: ${problem}`;
  if (state === "failed") return `could not be told through ${place}, after ${attempts} attempts${why}`;
  return `waits to be told through ${place}${why}`;
}
