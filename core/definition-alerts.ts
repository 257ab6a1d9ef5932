/** Who is told of incidents: channels by name, and the routes that lead to them. */
import { z } from "zod";
import { hoursSchema, quietHoursSchema } from "./definition-hours.ts";
import { duration, environmentVariable, name } from "./definition-values.ts";
import { INCIDENT_SEVERITIES } from "./incident-severity.ts";

const address = z.email({ error: 'is not an e-mail address; write one, as in "oncall@example.org"' });

const webhookSchema = z.strictObject({
  url: z.url({
    protocol: /^https?$/,
    error: 'is not a web address; write one, as in "https://example.org/holt"',
  }),
  /** Environment variable of worker and server with the signing secret (`whsec_…`). */
  secretEnv: environmentVariable("HOLT_WEBHOOK_SECRET"),
});

/** What each kind may have. */
const common = { quietHours: quietHoursSchema.optional() };

const channelSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("slack"),
    /** Its id, or its name with #. */
    channel: z.string().min(1),
    tokenEnv: environmentVariable("HOLT_SLACK_TOKEN").default("HOLT_SLACK_TOKEN"),
    ...common,
  }),
  z.strictObject({ kind: z.literal("mail"), from: address, to: address, ...common }),
  z.strictObject({
    kind: z.literal("pagerduty"),
    /** Environment variable of worker and server with the integration key of the service (Events API v2). */
    routingKeyEnv: environmentVariable("HOLT_PAGERDUTY_ROUTING_KEY").default("HOLT_PAGERDUTY_ROUTING_KEY"),
    ...common,
  }),
  z.strictObject({ kind: z.literal("webhook"), ...webhookSchema.shape, ...common }),
]);

/** All that is given must hold. */
const routeSchema = z.strictObject({
  severity: z.array(z.enum(INCIDENT_SEVERITIES)).min(1, "is empty; leave it out for any").optional(),
  owner: z.array(z.string().min(1)).min(1, "is empty; leave it out for any").optional(),
  /** When the incident opened. */
  hours: hoursSchema.optional(),
  to: z.array(name).min(1, "is empty; name a channel"),
});

export const alertsSchema = z.strictObject({
  /** A channel called "webhook". */
  webhook: webhookSchema.optional(),
  channels: z.record(name, channelSchema).optional(),
  /** Each that fits adds its channels; what none fits goes to every channel. */
  routes: z.record(name, routeSchema).optional(),
  /** Who is told, too, when nobody has acknowledged an incident so long after it opened. */
  escalate: z
    .strictObject({ after: duration, to: z.array(name).min(1, "is empty; name a channel") })
    .optional(),
});

export type Alerts = z.output<typeof alertsSchema>;
export type AlertChannel = z.output<typeof channelSchema>;
export type AlertRoute = z.output<typeof routeSchema>;
