/** Alerts that are well written, but that would reach nobody, or not those who are meant. */
import { channelsOf, WEBHOOK_CHANNEL } from "./alert-route.ts";
import type { Definition } from "./definition.ts";
import type { Alerts } from "./definition-alerts.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";

export function findAlertFaults(definition: Definition): Fault[] {
  const { alerts } = definition;
  if (!alerts) return [];
  return [
    ...noChannel(alerts),
    ...takenName(alerts),
    ...Object.entries(alerts.routes ?? {}).flatMap(([name, route]) =>
      [
        ...unknownChannels(alerts, route.to),
        ...unknownOwners(definition, route.owner ?? []),
        ...doubleDays(route.hours?.days ?? []),
      ].map(({ path, problem }) => ({ path: ["alerts", "routes", name, ...path], problem })),
    ),
  ];
}

function noChannel(alerts: Alerts): Fault[] {
  if (channelsOf(alerts).size > 0) return [];
  const problem = "has no channel, so nobody would be told; name one under channels, or leave alerts out";
  return [{ path: ["alerts"], problem }];
}

function takenName({ webhook, channels }: Alerts): Fault[] {
  if (!webhook || !channels || !Object.hasOwn(channels, WEBHOOK_CHANNEL)) return [];
  const problem = "is the name of alerts.webhook already; choose another";
  return [{ path: ["alerts", "channels", WEBHOOK_CHANNEL], problem }];
}

function unknownChannels(alerts: Alerts, to: readonly string[]): Fault[] {
  const known = [...channelsOf(alerts).keys()];
  return to.flatMap((name, at) =>
    known.includes(name)
      ? []
      : {
          path: ["to", at],
          problem: `"${name}" is no channel; known are ${quoteAll(known)}${didYouMean(name, known)}`,
        },
  );
}

/** A route for an owner whom nothing has would never fit. */
function unknownOwners({ owner, sources }: Definition, named: readonly string[]): Fault[] {
  const owners = [owner, ...Object.values(sources).map((source) => source.owner)];
  const known = [...new Set(owners.filter((name) => name !== undefined))];
  return named.flatMap((name, at) =>
    known.includes(name)
      ? []
      : {
          path: ["owner", at],
          problem: `"${name}" owns nothing here; write it as "owner" of a source or of the model; known are ${quoteAll(known)}${didYouMean(name, known)}`,
        },
  );
}

function doubleDays(days: readonly number[]): Fault[] {
  return days.flatMap((day, at) =>
    days.indexOf(day) < at
      ? { path: ["hours", "days", at], problem: `${day} is there already; name it once` }
      : [],
  );
}
