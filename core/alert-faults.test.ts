import { expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import { describeFault } from "./faults.ts";

const CHANNELS = {
  team: { kind: "mail", from: "holt@films.example", to: "team@films.example" },
  pager: { kind: "pagerduty" },
};

function faultsOf(alerts: unknown): string[] {
  const checked = checkDefinition({ ...smallDefinition({ owner: "shops" }), alerts });
  return checked.ok ? [] : checked.faults.map(describeFault);
}

it("takes channels of each kind, and routes by severity, owner and hour", () => {
  const routes = {
    night: {
      severity: ["error"],
      owner: ["shops"],
      hours: { days: [6, 7], timeZone: "Asia/Tokyo" },
      to: ["pager"],
    },
  };
  const slack = { kind: "slack", channel: "#models" };
  const webhook = { kind: "webhook", url: "https://films.example/hooks", secretEnv: "HOLT_HOOKS" };
  const quiet = { ...slack, quietHours: { from: "22:00", to: "07:00" } };
  const escalate = { after: "30 min", to: ["pager"] };
  expect(faultsOf({ channels: { ...CHANNELS, slack, webhook, quiet }, routes, escalate })).toEqual([]);
});

it.each<[what: string, alerts: unknown, said: string]>([
  [
    "no channel",
    {},
    "alerts: has no channel, so nobody would be told; name one under channels, or leave alerts out",
  ],
  [
    "a kind that is none",
    { channels: { team: { kind: "pager" } } },
    'alerts.channels.team.kind: "pager" is not known; write "slack" or "mail" or "pagerduty" or "webhook"',
  ],
  [
    "an address that is none",
    { channels: { team: { ...CHANNELS.team, to: "team" } } },
    'alerts.channels.team.to: "team" is not an e-mail address; write one, as in "oncall@example.org"',
  ],
  [
    "a routing key itself in place of its variable's name",
    { channels: { pager: { kind: "pagerduty", routingKeyEnv: "0123abcd" } } },
    'alerts.channels.pager.routingKeyEnv: "0123abcd" is not the name of an environment variable; write one, as in "HOLT_PAGERDUTY_ROUTING_KEY"',
  ],
  [
    "the webhook's name for another channel",
    {
      webhook: { url: "https://films.example/hooks", secretEnv: "HOLT_HOOKS" },
      channels: { webhook: CHANNELS.pager },
    },
    "alerts.channels.webhook: is the name of alerts.webhook already; choose another",
  ],
  [
    "a route to a channel that isn't there",
    { channels: CHANNELS, routes: { night: { to: ["pagr"] } } },
    'alerts.routes.night.to[0]: "pagr" is no channel; known are "team", "pager"; did you mean "pager"?',
  ],
  [
    "a route for an owner of nothing",
    { channels: CHANNELS, routes: { shops: { owner: ["shop"], to: ["team"] } } },
    'alerts.routes.shops.owner[0]: "shop" owns nothing here; write it as "owner" of a source or of the model; known are "shops"; did you mean "shops"?',
  ],
  [
    "a severity that is none",
    { channels: CHANNELS, routes: { night: { severity: ["fatal"], to: ["team"] } } },
    'alerts.routes.night.severity[0]: "fatal" is not known; write "error" or "warn"',
  ],
  [
    "a day twice",
    { channels: CHANNELS, routes: { night: { hours: { days: [1, 1] }, to: ["team"] } } },
    "alerts.routes.night.hours.days[1]: 1 is there already; name it once",
  ],
  [
    "a time zone that is none",
    { channels: CHANNELS, routes: { night: { hours: { timeZone: "Wien" }, to: ["team"] } } },
    'alerts.routes.night.hours.timeZone: "Wien" is not a time zone; write one of the IANA database, as in "Europe/Berlin"',
  ],
  [
    "quiet hours that never end",
    { channels: { team: { ...CHANNELS.team, quietHours: { from: "08:00", to: "08:00" } } } },
    "alerts.channels.team.quietHours: are the whole week; leave some hours, or take the channel away",
  ],
  [
    "an escalation to a channel that isn't there",
    { channels: CHANNELS, escalate: { after: "30 min", to: ["boss"] } },
    'alerts.escalate.to[0]: "boss" is no channel; known are "team", "pager"',
  ],
  [
    "an escalation before anybody could look",
    { channels: CHANNELS, escalate: { after: "10 s", to: ["pager"] } },
    'alerts.escalate.after: "10 s" is too short; write "1 min" or more',
  ],
])("says what is wrong with %s", (_what, alerts, said) => {
  expect(faultsOf(alerts)).toEqual([said]);
});
