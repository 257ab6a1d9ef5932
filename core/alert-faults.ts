/** Alerts that are well written, but that would reach nobody, or not those who are meant. */
import { channelsOf, WEBHOOK_CHANNEL } from "./alert-route.ts";
import type { Definition } from "./definition.ts";
import type { Alerts } from "./definition-alerts.ts";
import type { QuietHours } from "./definition-hours.ts";
import { type Limits, outside } from "./duration-faults.ts";
import { didYouMean, type Fault, quoteAll } from "./faults.ts";

/** Servers look once a minute. */
const ESCALATION: Limits = { atLeast: "1 min", atMost: "3 d" };

export function findAlertFaults(definition: Definition): Fault[] {
  const { alerts } = definition;
  if (!alerts) return [];
  return [
    ...noChannel(alerts),
    ...takenName(alerts),
    ...Object.entries(alerts.channels ?? {}).flatMap(([name, { quietHours }]) =>
      quietHours
        ? [...doubleDays("quietHours", quietHours.days), ...alwaysQuiet(quietHours)].map((fault) => ({
            ...fault,
            path: ["alerts", "channels", name, ...fault.path],
          }))
        : [],
    ),
    ...(alerts.escalate
      ? [
          ...unknownChannels(alerts, alerts.escalate.to),
          ...outside(["after"], alerts.escalate.after, ESCALATION),
        ].map((fault) => ({ ...fault, path: ["alerts", "escalate", ...fault.path] }))
      : []),
    ...Object.entries(alerts.routes ?? {}).flatMap(([name, route]) =>
      [
        ...unknownChannels(alerts, route.to),
        ...unknownOwners(definition, route.owner ?? []),
        ...doubleDays("hours", route.hours?.days ?? []),
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

function doubleDays(setting: string, days: readonly number[]): Fault[] {
  return days.flatMap((day, at) =>
    days.indexOf(day) < at
      ? { path: [setting, "days", at], problem: `${day} is there already; name it once` }
      : [],
  );
}

/** Nothing would ever come. */
function alwaysQuiet({ from, to, days }: QuietHours): Fault[] {
  if (from !== to || new Set(days).size < 7) return [];
  return [
    { path: ["quietHours"], problem: "are the whole week; leave some hours, or take the channel away" },
  ];
}
