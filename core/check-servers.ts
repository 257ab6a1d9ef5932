import type { MonitorCheck } from "./api.ts";
import { formatDuration } from "./duration.ts";
import { plural } from "./words.ts";

/** A flip, a scorer that is started again: what is over so soon wakes nobody. */
const LASTS_MS = 60_000;

/** A server that runs, and what it says of the live version; `held` is undefined when it says nothing of it yet. */
export interface ServerSays {
  name: string;
  held: { problem: string | null; since?: string } | undefined;
}

/**
 * Whether every server that runs answers by the live version. Without a server, and while something has gone wrong for less than a
 * minute, it cannot be told.
 */
export function checkServers(version: number, servers: readonly ServerSays[], at: Date): MonitorCheck {
  const base = {
    ...{ id: "servers", title: "Servers answer by the live version", threshold: "all servers" },
    cause: `deployment:${version}`,
  };
  const troubles = servers.flatMap(({ name, held }) =>
    held?.problem != null && held.since !== undefined
      ? [{ name, problem: held.problem, ageMs: at.getTime() - Date.parse(held.since) }]
      : [],
  );
  const [worst] = troubles
    .filter(({ ageMs }) => ageMs >= LASTS_MS)
    .sort((one, other) => other.ageMs - one.ageMs);
  const well = servers.filter(({ held }) => held?.problem === null);
  const value = `${well.length} of ${plural(servers.length, "server")}`;
  const answers = `Version ${version} answers on ${value}`;
  if (worst)
    return {
      ...{ ...base, verdict: "fail", value },
      explanation: `${answers}; server ${worst.name} has not had it for ${formatDuration(worst.ageMs)}: ${worst.problem}.`,
    };
  if (servers.length > 0 && well.length === servers.length)
    return { ...base, verdict: "pass", value, explanation: `${answers}.` };
  return {
    ...{ ...base, verdict: "inconclusive", value },
    explanation:
      servers.length === 0
        ? "No server runs now, so nobody is answered; whether one would is not known."
        : `${answers}, and on the others it has been missing for less than a minute: it may be on its way.`,
  };
}
